# cython: boundscheck=False, wraparound=False
"""The operators of Lua on operands of unknown type, with metamethods (manual 2.4, 3.4).

Compiled code calls these under the names of `compiler.abi`. The common cases come first in each function; the rest is
in functions of its own, so that the common ones stay small.
"""

from __future__ import annotations

import math

from runtime.lua import faults
from runtime.lua.args import value_type
from runtime.lua.calls import first, invoke, invoke_2
from runtime.lua.errors import Error, fault
from runtime.lua.numbers import number_text, to_integer, to_number, wrap
from runtime.lua.stringlimit import MAX_STRING, too_large
from runtime.lua.table import Table, hooks
from runtime.lua.userdata import Userdata

_NAN = math.nan
_INF = math.inf


class StringMethods:
    """The table that indexing a string reads; set by `runtime.lua.libraries`, as the library itself needs operators."""

    table: Table = Table()


def _metamethod(value, event):  # type: ignore[no-untyped-def]
    if type(value) is Table:
        if value.meta is None:
            return None
        return value.meta.get(event)
    if isinstance(value, Userdata):
        return value.lua_methods.get(event)
    return None


# --- indexing -------------------------------------------------------------------------------------


def index(owner, key):  # type: ignore[no-untyped-def]
    """owner[key]"""
    if type(owner) is Table:
        return owner[key]
    if type(owner) is str:
        return StringMethods.table.get(key)
    if isinstance(owner, Userdata):
        return owner.lua_index(key)
    raise faults.index_fault(owner)


def setindex(owner, key, value):  # type: ignore[no-untyped-def]
    """owner[key] = value"""
    if type(owner) is Table:
        owner[key] = value
        return
    if isinstance(owner, Userdata):
        raise fault(f"attempt to modify a {owner.lua_name} value: its fields cannot be assigned")
    raise faults.index_fault(owner)


def _call_index(handler, owner, key):  # type: ignore[no-untyped-def]
    if type(handler) is str or isinstance(handler, Userdata):
        return index(handler, key)
    if not callable(handler):
        raise faults.handler_fault(handler)
    return first(invoke_2(handler, owner, key))


def _call_newindex(handler, owner, key, value):  # type: ignore[no-untyped-def]
    if isinstance(handler, Userdata):
        setindex(handler, key, value)
    elif not callable(handler):
        raise faults.handler_fault(handler)
    else:
        invoke(handler, (owner, key, value))


hooks.index = _call_index
hooks.newindex = _call_newindex


# --- arithmetic -----------------------------------------------------------------------------------


def add(a, b):  # type: ignore[no-untyped-def]
    """a + b"""
    if type(a) is int and type(b) is int:
        x = a
        y = b
        z = x + y
        if -9223372036854775807 <= z <= 9223372036854775807:
            return z
        return wrap(z)
    if type(a) is float and type(b) is float:
        return a + b
    return _add_slow(a, b)


def _add_slow(a, b):  # type: ignore[no-untyped-def]
    x = to_number(a)
    y = to_number(b)
    if x is None or y is None:
        return _arithmetic_metamethod("__add", a, b)
    if type(x) is int and type(y) is int:
        return wrap(x + y)
    return float(x) + float(y)


def sub(a, b):  # type: ignore[no-untyped-def]
    """a - b"""
    if type(a) is int and type(b) is int:
        x = a
        y = b
        z = x - y
        if -9223372036854775807 <= z <= 9223372036854775807:
            return z
        return wrap(z)
    if type(a) is float and type(b) is float:
        return a - b
    return _sub_slow(a, b)


def _sub_slow(a, b):  # type: ignore[no-untyped-def]
    x = to_number(a)
    y = to_number(b)
    if x is None or y is None:
        return _arithmetic_metamethod("__sub", a, b)
    if type(x) is int and type(y) is int:
        return wrap(x - y)
    return float(x) - float(y)


def mul(a, b):  # type: ignore[no-untyped-def]
    """a * b"""
    if type(a) is int and type(b) is int:
        x = a
        y = b
        z = x * y
        if -9223372036854775807 <= z <= 9223372036854775807:
            return z
        return wrap(z)
    if type(a) is float and type(b) is float:
        return a * b
    return _mul_slow(a, b)


def _mul_slow(a, b):  # type: ignore[no-untyped-def]
    x = to_number(a)
    y = to_number(b)
    if x is None or y is None:
        return _arithmetic_metamethod("__mul", a, b)
    if type(x) is int and type(y) is int:
        return wrap(x * y)
    return float(x) * float(y)


def div(a, b):  # type: ignore[no-untyped-def]
    """a / b"""
    x = to_number(a)
    y = to_number(b)
    if x is None or y is None:
        return _arithmetic_metamethod("__div", a, b)
    return _divide(float(x), float(y))


def _divide(x, y):  # type: ignore[no-untyped-def]
    if y != 0.0:
        return x / y
    if x == 0.0 or x != x:
        return _NAN
    return math.copysign(_INF, x) * math.copysign(1.0, y)


def mod(a, b):  # type: ignore[no-untyped-def]
    """a % b"""
    x = to_number(a)
    y = to_number(b)
    if x is None or y is None:
        return _arithmetic_metamethod("__mod", a, b)
    if type(x) is int and type(y) is int:
        if y == 0:
            raise fault("attempt to perform 'n%0'")
        return x % y
    return _float_mod(float(x), float(y))


def _float_mod(x, y):  # type: ignore[no-untyped-def]
    if y == 0.0 or x in (_INF, -_INF):
        return _NAN
    remainder = math.fmod(x, y)
    if remainder * y < 0:
        remainder += y
    return remainder


def idiv(a, b):  # type: ignore[no-untyped-def]
    """a // b"""
    x = to_number(a)
    y = to_number(b)
    if x is None or y is None:
        return _arithmetic_metamethod("__idiv", a, b)
    if type(x) is int and type(y) is int:
        if y == 0:
            raise fault("attempt to divide by zero")
        return wrap(x // y)
    quotient = _divide(float(x), float(y))
    if quotient - quotient != 0:  # infinite or not a number
        return quotient
    return float(math.floor(quotient)) if quotient != 0 else quotient


def pow_(a, b):  # type: ignore[no-untyped-def]
    """a ^ b"""
    x = to_number(a)
    y = to_number(b)
    if x is None or y is None:
        return _arithmetic_metamethod("__pow", a, b)
    return float_pow(float(x), float(y))


def float_pow(x, y):  # type: ignore[no-untyped-def]
    """Raise to a power as C does: no exceptions, infinities and NaN instead."""
    try:
        return math.pow(x, y)
    except OverflowError:
        odd = y == math.floor(y) and math.fmod(y, 2.0) != 0
        return -_INF if x < 0 and odd else _INF
    except ValueError:
        if x == 0:  # 0 to a negative power
            odd = y == math.floor(y) and math.fmod(y, 2.0) != 0
            return math.copysign(_INF, x) if odd else _INF
        return _NAN


def unm(a):  # type: ignore[no-untyped-def]
    """-a"""
    if type(a) is int:
        return wrap(-a)
    if type(a) is float:
        return -a
    x = to_number(a)
    if x is None:
        return _arithmetic_metamethod("__unm", a, a)
    return wrap(-x) if type(x) is int else -x


def _arithmetic_metamethod(event, a, b):  # type: ignore[no-untyped-def]
    handler = _metamethod(a, event)
    if handler is None:
        handler = _metamethod(b, event)
        if handler is None:
            raise faults.arithmetic_fault(a, b)
    return first(invoke_2(handler, a, b))


# --- bits -----------------------------------------------------------------------------------------


def _bits(event, a, b):  # type: ignore[no-untyped-def]
    handler = _metamethod(a, event)
    if handler is None:
        handler = _metamethod(b, event)
        if handler is None:
            raise faults.bitwise_fault(a, b)
    return first(invoke_2(handler, a, b))


def band(a, b):  # type: ignore[no-untyped-def]
    """a & b"""
    x = to_integer(a)
    y = to_integer(b)
    if x is None or y is None:
        return _bits("__band", a, b)
    return x & y


def bor(a, b):  # type: ignore[no-untyped-def]
    """a | b"""
    x = to_integer(a)
    y = to_integer(b)
    if x is None or y is None:
        return _bits("__bor", a, b)
    return x | y


def bxor(a, b):  # type: ignore[no-untyped-def]
    """a ~ b"""
    x = to_integer(a)
    y = to_integer(b)
    if x is None or y is None:
        return _bits("__bxor", a, b)
    return x ^ y


def bnot(a):  # type: ignore[no-untyped-def]
    """~a"""
    x = to_integer(a)
    if x is None:
        return _bits("__bnot", a, a)
    return ~x


def shl(a, b):  # type: ignore[no-untyped-def]
    """a << b"""
    x = to_integer(a)
    y = to_integer(b)
    if x is None or y is None:
        return _bits("__shl", a, b)
    return _shift(x, y)


def shr(a, b):  # type: ignore[no-untyped-def]
    """a >> b"""
    x = to_integer(a)
    y = to_integer(b)
    if x is None or y is None:
        return _bits("__shr", a, b)
    return _shift(x, -y)


def _shift(value, places):  # type: ignore[no-untyped-def]
    """Shift logically, to the left for positive places."""
    if places <= -64 or places >= 64:
        return 0
    if places >= 0:
        return wrap(value << places)
    return wrap((value & 0xFFFFFFFFFFFFFFFF) >> -places)


# --- comparison -----------------------------------------------------------------------------------


def eq(a, b):  # type: ignore[no-untyped-def]
    """a == b"""
    if a is b:
        return type(a) is not float or a == a
    if type(a) is str:
        return type(b) is str and a == b
    if type(a) is int or type(a) is float:
        return (type(b) is int or type(b) is float) and a == b
    if type(a) is Table and type(b) is Table:
        if a.meta is None and b.meta is None:
            return False
        return _equal_by_metamethod(a, b)
    if isinstance(a, Userdata) and isinstance(b, Userdata):
        return _equal_by_metamethod(a, b)
    return False


def _equal_by_metamethod(a, b):  # type: ignore[no-untyped-def]
    handler = _metamethod(a, "__eq")
    if handler is None:
        handler = _metamethod(b, "__eq")
        if handler is None:
            return False
    result = first(invoke_2(handler, a, b))
    return result is not None and result is not False


def ne(a, b):  # type: ignore[no-untyped-def]
    """a ~= b"""
    return not eq(a, b)


def lt(a, b):  # type: ignore[no-untyped-def]
    """a < b"""
    if type(a) is int and type(b) is int:
        return a < b
    if type(a) is float and type(b) is float:
        return a < b
    return _less(a, b)


def _less(a, b):  # type: ignore[no-untyped-def]
    if (type(a) is int or type(a) is float) and (type(b) is int or type(b) is float):
        return a < b
    if type(a) is str and type(b) is str:
        return a < b
    return _compare_by_metamethod("__lt", a, b)


def le(a, b):  # type: ignore[no-untyped-def]
    """a <= b"""
    if type(a) is int and type(b) is int:
        return a <= b
    if (type(a) is int or type(a) is float) and (type(b) is int or type(b) is float):
        return a <= b
    if type(a) is str and type(b) is str:
        return a <= b
    if _metamethod(a, "__le") is None and _metamethod(b, "__le") is None:
        if _metamethod(a, "__lt") is not None or _metamethod(b, "__lt") is not None:
            return not _compare_by_metamethod("__lt", b, a)
    return _compare_by_metamethod("__le", a, b)


def gt(a, b):  # type: ignore[no-untyped-def]
    """a > b"""
    if type(a) is int and type(b) is int:
        return a > b
    return lt(b, a)


def ge(a, b):  # type: ignore[no-untyped-def]
    """a >= b"""
    if type(a) is int and type(b) is int:
        return a >= b
    return le(b, a)


def _compare_by_metamethod(event, a, b):  # type: ignore[no-untyped-def]
    handler = _metamethod(a, event)
    if handler is None:
        handler = _metamethod(b, event)
        if handler is None:
            raise faults.compare_fault(a, b)
    result = first(invoke_2(handler, a, b))
    return result is not None and result is not False


# --- strings and length ---------------------------------------------------------------------------


def concat(a, b):  # type: ignore[no-untyped-def]
    """a .. b"""
    if type(a) is str and type(b) is str:
        if len(a) + len(b) > MAX_STRING:
            raise too_large()
        return a + b
    return _concat(a, b, 0)


def _concat(a, b, operand):  # type: ignore[no-untyped-def]
    """Concatenate two values that need not be strings; `operand` is the place of the left one among the operands."""
    left = _piece(a)
    right = _piece(b)
    if left is None or right is None:
        handler = _metamethod(a, "__concat")
        if handler is None:
            handler = _metamethod(b, "__concat")
            if handler is None:
                raise faults.concat_fault(a, b, operand)
        return first(invoke_2(handler, a, b))
    if len(left) + len(right) > MAX_STRING:
        raise too_large()
    return left + right


def _piece(value):  # type: ignore[no-untyped-def]
    """Give the text that a value adds to a concatenation; None when it adds none."""
    if type(value) is str:
        return value
    if type(value) is int or type(value) is float:
        return number_text(value)
    if isinstance(value, Error):
        return value.message
    return None


def concat_all(*values):  # type: ignore[no-untyped-def]
    """a .. b .. c ..., right to left as the manual wants, in one go where all are strings or numbers."""
    pieces = []
    size = 0
    for value in values:
        if type(value) is str:
            piece = value
        elif type(value) is int or type(value) is float:
            piece = number_text(value)
        else:
            return _concat_each(values)
        size += len(piece)
        pieces.append(piece)
    if size > MAX_STRING:
        raise too_large()
    return "".join(pieces)


def _concat_each(values):  # type: ignore[no-untyped-def]
    position = len(values) - 1
    result = values[position]
    while position > 0:
        position -= 1
        result = _concat(values[position], result, position)
    return result


def length(value):  # type: ignore[no-untyped-def]
    """#value"""
    if type(value) is Table:
        if value.meta is None:
            return len(value.array)
        handler = value.meta.get("__len")
        if handler is None:
            return len(value.array)
        return first(invoke_2(handler, value, value))  # twice, as all unary metamethods
    if type(value) is str:
        return len(value)
    handler = _metamethod(value, "__len")
    if handler is None:
        raise faults.length_fault(value)
    return first(invoke_2(handler, value, value))


def tostring(value):  # type: ignore[no-untyped-def]
    """Give the text of any value, honouring __tostring and __name; a __tostring that gives no string is an error."""
    if type(value) is str:
        return value
    if value is None:
        return "nil"
    if type(value) is int or type(value) is float:
        return number_text(value)
    if value is True:
        return "true"
    if value is False:
        return "false"
    handler = _metamethod(value, "__tostring")
    if handler is not None:
        text = first(invoke(handler, (value,)))
        if type(text) is not str:
            if type(text) is int or type(text) is float:
                return number_text(text)
            raise fault("'__tostring' must return a string")
        return text
    if type(value) is Table:
        return f"{value_type(value)}: 0x{id(value):012x}"
    if isinstance(value, Userdata):
        return value.lua_tostring()
    return f"function: 0x{id(value):012x}"
