"""What compiled modules do with Python generators in C, and its plain form for those that run interpreted.

`generators.pxd` has the C: compiled modules include it, and this file is never compiled.
"""

from __future__ import annotations

from types import FunctionType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import GeneratorType

_CO_GENERATOR = 0x20
_returned = False


def makes_generator(function: Any) -> bool:
    """Tell whether calling a function makes a generator."""
    return isinstance(function, FunctionType) and bool(function.__code__.co_flags & _CO_GENERATOR)


def advance(generator: GeneratorType[Any, Any, Any], value: Any) -> Any:
    """Hand a value to a generator and run it; give what it yields or returns, `returned` tells which of the two."""
    global _returned
    try:
        result = generator.send(value)
    except StopIteration as stop:
        _returned = True
        return stop.value
    _returned = False
    return result


def returned() -> bool:
    """Tell whether the last `advance` came to the end of its generator; ask at once."""
    return _returned
