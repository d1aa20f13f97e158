"""Errors of operators: the wording of the reference Lua, with the name of the variable that is to blame.

The compiler leaves, for each expression that can fail, the names of its operands under the expression's position (`D`
in the globals of a chunk). The position of the failing expression comes from the running frame, so nothing is paid
until an operator fails.
"""

from __future__ import annotations

import itertools
import re
from opcode import opname
from typing import TYPE_CHECKING, Final

from runtime.lua.args import value_type
from runtime.lua.errors import LuaError, fault
from runtime.lua.frames import ABI, running_lua_frame
from runtime.lua.numbers import parse_number, to_integer
from runtime.lua.table import NotCallableError
from runtime.lua.userdata import Userdata

if TYPE_CHECKING:
    from types import FrameType, TracebackType

    from runtime.lua.types import LuaValue

# Where the names of operands stand in a chunk's globals: {(line, column, end line, end column): (name, ...)}.
NAMES = "D"


def _operand_names(frame: FrameType | None, instruction: int) -> tuple[str | None, ...]:
    if frame is None:
        return ()
    line, end_line, column, end_column = next(
        itertools.islice(frame.f_code.co_positions(), instruction // 2, None), (None, None, None, None)
    )
    names = frame.f_globals.get(NAMES, {})
    found: tuple[str | None, ...] = names.get((line, column, end_line, end_column), ())
    return found


def _name(operand: int) -> str:
    """Give " (local 'x')" for an operand of the running expression, nothing where it has no name."""
    frame = running_lua_frame()
    names = _operand_names(frame, frame.f_lasti) if frame is not None else ()
    name = names[operand] if operand < len(names) else None
    return f" ({name})" if name else ""


def _named(value: LuaValue, operand: int) -> str:
    return f"a {value_type(value)} value{_name(operand)}"


def index_fault(owner: LuaValue) -> LuaError:
    """Make the error of indexing what cannot be indexed."""
    return fault(f"attempt to index {_named(owner, 0)}")


def handler_fault(handler: LuaValue) -> LuaError:
    """Make the error of a field `__index` or `__newindex` that can be neither called nor indexed; it has no name."""
    return fault(f"attempt to index a {value_type(handler)} value")


def arithmetic_fault(left: LuaValue, right: LuaValue) -> LuaError:
    """Make the error of `+ - * / // % ^` and unary minus."""
    operand = 1 if _numeric(left) else 0
    culprit = right if operand else left
    return fault(f"attempt to perform arithmetic on {_named(culprit, operand)}")


def bitwise_fault(left: LuaValue, right: LuaValue) -> LuaError:
    """Make the error of `& | ~ << >>`."""
    for operand, value in enumerate((left, right)):
        if not _numeric(value):
            return fault(f"attempt to perform bitwise operation on {_named(value, operand)}")
    for operand, value in enumerate((left, right)):
        if to_integer(value) is None:
            return fault(f"number{_name(operand)} has no integer representation")
    raise AssertionError("a bitwise operation failed on two integers")


def concat_fault(left: LuaValue, right: LuaValue, place: int) -> LuaError:
    """Make the error of `..`; `place` is that of the left value among the operands of a chain."""
    if type(left) in (str, int, float):
        return fault(f"attempt to concatenate {_named(right, place + 1)}")
    return fault(f"attempt to concatenate {_named(left, place)}")


def not_callable_fault(value: LuaValue) -> LuaError:
    """Make the error of calling what is no function."""
    return fault(f"attempt to call {_named(value, 0)}")


def length_fault(value: LuaValue) -> LuaError:
    """Make the error of `#`."""
    return fault(f"attempt to get length of {_named(value, 0)}")


def compare_fault(left: LuaValue, right: LuaValue) -> LuaError:
    """Make the error of `< <= > >=`."""
    first, second = value_type(left), value_type(right)
    if first == second:
        return fault(f"attempt to compare two {first} values")
    return fault(f"attempt to compare {first} with {second}")


def _numeric(value: LuaValue) -> bool:
    return type(value) in (int, float) or (type(value) is str and parse_number(value) is not None)


_PYTHON_NAMES = {
    "NoneType": "nil",
    "bool": "boolean",
    "int": "number",
    "float": "number",
    "str": "string",
}


def call_fault(error: TypeError) -> LuaError | None:
    """Turn Python's "object is not callable" at a call in Lua code into Lua's error; None for any other TypeError."""
    message = str(error)
    if not message.endswith("object is not callable"):
        return None
    innermost: TracebackType | None = None
    step = error.__traceback__
    while step is not None:
        if step.tb_frame.f_builtins is ABI:
            innermost = step
        step = step.tb_next
    if isinstance(error, NotCallableError):
        kind = value_type(error.table)
    else:
        python_type = message.split("'")[1].rpartition(".")[2]
        kind = _PYTHON_NAMES.get(python_type) or _userdata_type(python_type)
    if innermost is None:
        return LuaError(f"attempt to call a {kind} value")
    frame = innermost.tb_frame
    names = _operand_names(frame, innermost.tb_lasti)
    suffix = f" ({names[0]})" if names and names[0] else ""
    return LuaError(f"{frame.f_code.co_filename}:{innermost.tb_lineno}: attempt to call a {kind} value{suffix}")


# What Python says of an operator on None, and what Lua calls it. Compiled code uses Python's operators on values that
# are proven to be of the right type or nil.
_ON_NONE: Final = (
    (
        re.compile(r"unsupported operand type\(s\) for (?:[&|^]|<<|>>): '(\w+)' and '\w+'"),
        "perform bitwise operation on",
    ),
    (re.compile(r"unsupported operand type\(s\) for \S+: '(\w+)' and '\w+'"), "perform arithmetic on"),
    (re.compile(r"bad operand type for unary -: '(\w+)'"), "perform arithmetic on"),
    (re.compile(r"bad operand type for unary ~: '(\w+)'"), "perform bitwise operation on"),
    (re.compile(r"'(\w+)' object is not subscriptable"), "index"),
    (re.compile(r"'(\w+)' object does not support item assignment"), "index"),
)
_COMPARED: Final = re.compile(r"'\S+' not supported between instances of '(\w+)' and '(\w+)'")


def operator_fault(error: TypeError) -> LuaError | None:
    """Turn the error of a Python operator on None in Lua code into Lua's error; None for any other TypeError."""
    innermost = error.__traceback__
    while innermost is not None and innermost.tb_next is not None:
        innermost = innermost.tb_next
    if innermost is None or innermost.tb_frame.f_builtins is not ABI or _is_call(innermost):
        return None
    text = _operator_text(str(error), _operand_names(innermost.tb_frame, innermost.tb_lasti))
    return LuaError(f"{innermost.tb_frame.f_code.co_filename}:{innermost.tb_lineno}: {text}") if text else None


def _is_call(place: TracebackType) -> bool:
    return "CALL" in opname[place.tb_frame.f_code.co_code[place.tb_lasti]]


def _operator_text(message: str, names: tuple[str | None, ...]) -> str | None:
    compared = _COMPARED.fullmatch(message)
    if compared is not None:
        left, right = (_PYTHON_NAMES.get(name, name) for name in compared.groups())
        return f"attempt to compare {f'two {left} values' if left == right else f'{left} with {right}'}"
    for pattern, action in _ON_NONE:
        found = pattern.fullmatch(message)
        if found is not None:
            operand = 0 if found[1] == "NoneType" else 1
            name = names[operand] if operand < len(names) else None
            return f"attempt to {action} a nil value{f' ({name})' if name else ''}"
    return None


def _userdata_type(python_type: str) -> str:
    pending = list(Userdata.__subclasses__())
    while pending:
        candidate = pending.pop()
        if candidate.__name__ == python_type:
            return candidate.lua_type
        pending.extend(candidate.__subclasses__())
    return "userdata"
