# cython: boundscheck=False, wraparound=False
"""The operators of Lua on operands of unknown type, with metamethods (manual 2.4, 3.4).

Compiled code calls these under the names of `compiler.abi`. The common cases come first in each function; the rest is
in functions of its own, so that the common ones stay small.
"""

from __future__ import annotations

from runtime.lua import faults
from runtime.lua import numbers as native
from runtime.lua.args import value_type
from runtime.lua.calls import first, invoke, invoke_2
from runtime.lua.errors import Error, fault
from runtime.lua.numbers import number_text, parse_number, to_integer
from runtime.lua.stringlimit import MAX_STRING, too_large
from runtime.lua.table import Table, connect
from runtime.lua.userdata import Userdata

TYPE_CHECKING = False
if TYPE_CHECKING:
    from runtime.lua.types import LuaFunction


_MAX_STRING = MAX_STRING


_string_methods = Table()


def string_methods():  # type: ignore[no-untyped-def]
    """Give the table that indexing a string reads."""
    return _string_methods


def set_string_methods(table):  # type: ignore[no-untyped-def]
    """Set the table that indexing a string reads; `runtime.lua.libraries` does, as the library needs operators."""
    global _string_methods
    _string_methods = table


def _is_list(a, b):  # type: ignore[no-untyped-def]
    """Tell whether an operand is a list of results, which compiled code leaves uncut: only the first is meant."""
    return type(a) is tuple or type(b) is tuple


def _metamethod(value, event):  # type: ignore[no-untyped-def]
    if type(value) is Table:
        table = value
        return None if table.meta is None else table.meta.get(event)
    if isinstance(value, Userdata):
        return value.lua_methods.get(event)
    return None


# --- indexing -------------------------------------------------------------------------------------


def index(owner, key):  # type: ignore[no-untyped-def]
    """owner[key]"""
    if type(owner) is Table:
        return owner[key]
    if type(owner) is str:
        return _string_methods.get(key)
    if isinstance(owner, Userdata):
        return owner.lua_index(key)
    if type(owner) is tuple:
        return index(first(owner), key)
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


connect(_call_index, _call_newindex)


# --- arithmetic -----------------------------------------------------------------------------------
# Where this module is compiled, x and y are C integers or doubles, and `native` is what `native.pxd` has in C.


def add(a, b):  # type: ignore[no-untyped-def]
    """a + b"""
    if type(a) is int and type(b) is int:
        x = a
        y = b
        return native.wrap(x + y)
    if native.both_numbers(a, b):
        return native.to_double(a) + native.to_double(b)
    return _arithmetic("__add", a, b)


def sub(a, b):  # type: ignore[no-untyped-def]
    """a - b"""
    if type(a) is int and type(b) is int:
        x = a
        y = b
        return native.wrap(x - y)
    if native.both_numbers(a, b):
        return native.to_double(a) - native.to_double(b)
    return _arithmetic("__sub", a, b)


def mul(a, b):  # type: ignore[no-untyped-def]
    """a * b"""
    if type(a) is int and type(b) is int:
        x = a
        y = b
        return native.wrap(x * y)
    if native.both_numbers(a, b):
        return native.to_double(a) * native.to_double(b)
    return _arithmetic("__mul", a, b)


def div(a, b):  # type: ignore[no-untyped-def]
    """a / b"""
    if native.both_numbers(a, b):
        return native.float_divide(native.to_double(a), native.to_double(b))
    return _arithmetic("__div", a, b)


def mod(a, b):  # type: ignore[no-untyped-def]
    """a % b"""
    if type(a) is int and type(b) is int:
        x = a
        y = b
        if y > 0:
            return x % y
        return _mod_unusual(a, b)
    if native.both_numbers(a, b):
        return native.float_mod(native.to_double(a), native.to_double(b))
    return _arithmetic("__mod", a, b)


def _mod_unusual(x, y):  # type: ignore[no-untyped-def]
    if y == 0:
        raise fault("attempt to perform 'n%0'")
    return x % y


def idiv(a, b):  # type: ignore[no-untyped-def]
    """a // b"""
    if type(a) is int and type(b) is int:
        x = a
        y = b
        if y > 0:
            return x // y
        return _idiv_unusual(a, b)
    if native.both_numbers(a, b):
        return native.float_floor(native.float_divide(native.to_double(a), native.to_double(b)))
    return _arithmetic("__idiv", a, b)


def _idiv_unusual(x, y):  # type: ignore[no-untyped-def]
    if y == 0:
        raise fault("attempt to divide by zero")
    return unm(x) if y == -1 else x // y


def pow_(a, b):  # type: ignore[no-untyped-def]
    """a ^ b"""
    if native.both_numbers(a, b):
        return native.float_pow(native.to_double(a), native.to_double(b))
    return _arithmetic("__pow", a, b)


def unm(a):  # type: ignore[no-untyped-def]
    """-a"""
    if type(a) is int:
        x = a
        return native.wrap(-x)
    if type(a) is float:
        return -a
    if type(a) is tuple:
        return unm(first(a))
    number = parse_number(a) if type(a) is str else None
    return _arithmetic_metamethod("__unm", a, a) if number is None else unm(number)


_ARITHMETIC: dict[str, LuaFunction] = {
    "__add": add,
    "__sub": sub,
    "__mul": mul,
    "__div": div,
    "__mod": mod,
    "__idiv": idiv,
    "__pow": pow_,
}


def _arithmetic(event, a, b):  # type: ignore[no-untyped-def]
    """Compute with operands that are not both numbers: numerals, or what has a metamethod."""
    if _is_list(a, b):
        return _ARITHMETIC[event](first(a), first(b))
    x = parse_number(a) if type(a) is str else a
    y = parse_number(b) if type(b) is str else b
    if native.both_numbers(x, y):
        return _ARITHMETIC[event](x, y)
    return _arithmetic_metamethod(event, a, b)


def _arithmetic_metamethod(event, a, b):  # type: ignore[no-untyped-def]
    handler = _metamethod(a, event)
    if handler is None:
        handler = _metamethod(b, event)
        if handler is None:
            raise faults.arithmetic_fault(a, b)
    return first(invoke_2(handler, a, b))


# --- bits -----------------------------------------------------------------------------------------


def band(a, b):  # type: ignore[no-untyped-def]
    """a & b"""
    if type(a) is int and type(b) is int:
        x = a
        y = b
        return x & y
    return _bits("__band", a, b)


def bor(a, b):  # type: ignore[no-untyped-def]
    """a | b"""
    if type(a) is int and type(b) is int:
        x = a
        y = b
        return x | y
    return _bits("__bor", a, b)


def bxor(a, b):  # type: ignore[no-untyped-def]
    """a ~ b"""
    if type(a) is int and type(b) is int:
        x = a
        y = b
        return x ^ y
    return _bits("__bxor", a, b)


def bnot(a):  # type: ignore[no-untyped-def]
    """~a"""
    if type(a) is tuple:
        return bnot(first(a))
    number = to_integer(a)
    return _bits_metamethod("__bnot", a, a) if number is None else ~number


def shl(a, b):  # type: ignore[no-untyped-def]
    """a << b"""
    if type(a) is int and type(b) is int:
        x = a
        y = b
        return native.shift(x, y)
    return _bits("__shl", a, b)


def shr(a, b):  # type: ignore[no-untyped-def]
    """a >> b"""
    if type(a) is int and type(b) is int:
        x = a
        y = b
        return native.shift(x, -y)
    return _bits("__shr", a, b)


_BITS: dict[str, LuaFunction] = {"__band": band, "__bor": bor, "__bxor": bxor, "__shl": shl, "__shr": shr}


def _bits(event, a, b):  # type: ignore[no-untyped-def]
    """Combine the bits of operands that are not both integers: whole floats, numerals, or what has a metamethod."""
    if _is_list(a, b):
        return _BITS[event](first(a), first(b))
    x = to_integer(a)
    y = to_integer(b)
    if x is None or y is None:
        return _bits_metamethod(event, a, b)
    return _BITS[event](x, y)


def _bits_metamethod(event, a, b):  # type: ignore[no-untyped-def]
    handler = _metamethod(a, event)
    if handler is None:
        handler = _metamethod(b, event)
        if handler is None:
            raise faults.bitwise_fault(a, b)
    return first(invoke_2(handler, a, b))


# --- comparison -----------------------------------------------------------------------------------


def eq(a, b):  # type: ignore[no-untyped-def]
    """a == b"""
    if a is b:
        return type(a) is not float or a == a
    if type(b) is tuple:
        return eq(a, first(b))
    if type(a) is str:
        return type(b) is str and a == b
    if type(a) is int or type(a) is float:
        return (type(b) is int or type(b) is float) and a == b
    if type(a) is Table:
        if type(b) is not Table:
            return False
        table = a
        other = b
        return (table.meta is not None or other.meta is not None) and _equal_by_metamethod(a, b)
    if type(a) is tuple:
        return eq(first(a), b)
    return b is not None and isinstance(a, Userdata) and isinstance(b, Userdata) and _equal_by_metamethod(a, b)


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
    if native.both_numbers(a, b) or (type(a) is str and type(b) is str):
        return a < b
    if _is_list(a, b):
        return lt(first(a), first(b))
    return _compare_by_metamethod("__lt", a, b)


def le(a, b):  # type: ignore[no-untyped-def]
    """a <= b"""
    if native.both_numbers(a, b) or (type(a) is str and type(b) is str):
        return a <= b
    if _is_list(a, b):
        return le(first(a), first(b))
    if _metamethod(a, "__le") is None and _metamethod(b, "__le") is None:
        if _metamethod(a, "__lt") is not None or _metamethod(b, "__lt") is not None:
            return not _compare_by_metamethod("__lt", b, a)
    return _compare_by_metamethod("__le", a, b)


def gt(a, b):  # type: ignore[no-untyped-def]
    """a > b"""
    return lt(b, a)


def ge(a, b):  # type: ignore[no-untyped-def]
    """a >= b"""
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
        left = a
        right = b
        if len(left) + len(right) > _MAX_STRING:
            raise too_large()
        return left + right
    return _concat(a, b, 0)


def _concat(a, b, operand):  # type: ignore[no-untyped-def]
    """Concatenate two values that need not be strings; `operand` is the place of the left one among the operands."""
    if _is_list(a, b):
        return _concat(first(a), first(b), operand)
    left = _piece(a)
    right = _piece(b)
    if left is None or right is None:
        handler = _metamethod(a, "__concat")
        if handler is None:
            handler = _metamethod(b, "__concat")
            if handler is None:
                raise faults.concat_fault(a, b, operand)
        return first(invoke_2(handler, a, b))
    return concat(left, right)


def _piece(value):  # type: ignore[no-untyped-def]
    """Give the text that a value adds to a concatenation; None when it adds none."""
    if type(value) is str:
        return value
    if type(value) is int:
        return str(value)
    if type(value) is float:
        return number_text(value)
    if isinstance(value, Error):
        return value.message
    return None


def concat_all(*values):  # type: ignore[no-untyped-def]
    """a .. b .. c ..., right to left as the manual wants, in one go where all are strings or numbers."""
    return _concat_pieces(values)


def _concat_pieces(values):  # type: ignore[no-untyped-def]
    pieces = []
    size = 0
    for value in values:
        if type(value) is str:
            piece = value
        elif type(value) is int:
            piece = str(value)
        elif type(value) is float:
            piece = number_text(value)
        else:
            return _concat_each(values)
        size += len(piece)
        pieces.append(piece)
    if size > _MAX_STRING:
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
        table = value
        if table.meta is None or table.meta.get("__len") is None:
            return len(table.array)
    elif type(value) is str:
        return len(value)
    elif type(value) is tuple:
        return length(first(value))
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
    if type(value) is int:
        return str(value)
    if type(value) is float:
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
