"""Which bodies of coroutines become generators, and that those which could not run as such stay functions."""

from __future__ import annotations

import inspect
from types import CodeType
from typing import TYPE_CHECKING

import pytest

from compiler.pipeline import compile_chunk

if TYPE_CHECKING:
    from collections.abc import Iterator


def codes(code: CodeType) -> Iterator[CodeType]:
    """Iterate over a code object and those in it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from codes(constant)


def has_generator(source: str, *, trusting: bool = True) -> bool:
    """Tell whether a chunk has a function that is a generator."""
    chunk = compile_chunk(source, "chunk", trusting=trusting)
    return any(code.co_flags & inspect.CO_GENERATOR for code in codes(chunk.code))


@pytest.mark.parametrize(
    "source",
    [
        "return coroutine.wrap(function() coroutine.yield(1) end)",
        "return coroutine.create(function(...) for i = 1, 3 do coroutine.yield(i, ...) end end)",
        "local yield = coroutine.yield return coroutine.create(function(a) yield(a.x, a + 1) end)",
        "local function f() coroutine.yield(1) end return coroutine.wrap(f), coroutine.create(f)",
        "return coroutine.wrap(function(t) for k, v in pairs(t) do coroutine.yield(k, v) end print('end') end)",
    ],
)
def test_a_body_that_yields_itself_is_a_generator(source: str) -> None:
    assert has_generator(source)
    assert not has_generator(source, trusting=False)


@pytest.mark.parametrize(
    "source",
    [
        "return coroutine.wrap(function() print(1) coroutine.yield(1) end)",
        "return coroutine.wrap(function() for i = 1, 3 do coroutine.yield(f(i)) end end)",
        "return coroutine.wrap(function() local function f() coroutine.yield(1) end f() end)",
        "return coroutine.wrap(function() return 1 end)",
        "local function f() coroutine.yield(1) end f() return coroutine.wrap(f)",
        "local function f() coroutine.yield(1) end return coroutine.wrap(f), f",
        "local f = function() coroutine.yield(1) end f = f return coroutine.wrap(f)",
        "return coroutine.spawn(function() coroutine.yield(1) end)",
        "return pcall(function() coroutine.yield(1) end)",
        "return coroutine.wrap(1, function() coroutine.yield(1) end)",
        "coroutine = other return coroutine.wrap(function() coroutine.yield(1) end)",
        "return coroutine.wrap(function() local co = coroutine co.yield(1) end)",
    ],
)
def test_other_bodies_are_functions(source: str) -> None:
    assert not has_generator(source)
