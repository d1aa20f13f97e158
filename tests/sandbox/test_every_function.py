"""Call every library function with every kind of odd argument: values of Lua come back, or Lua errors come out."""

from __future__ import annotations

import importlib
import itertools
import random
import time
from typing import TYPE_CHECKING, Any

import pytest
from legal import check_results

from runtime.code.standalone import run
from runtime.lua.calls import invoke, many
from runtime.lua.caught import lua_error
from runtime.lua.coroutines import Coroutine
from runtime.lua.errors import Error, Kind, LuaError
from runtime.lua.libraries import environment
from runtime.lua.table import Table
from runtime.lua.userdata import Userdata
from runtime.process import globals as process_globals
from runtime.process.channel import Channel
from stdlib import channel, json
from stdlib import time as time_module

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SECONDS_PER_CALL = 1.0
SAMPLES = 600  # of argument lists longer than two, for each function
LIBRARIES = ["", "channel", "coroutine", "errors", "json", "math", "os", "package", "string", "table", "time"]
# Modules written in Python that need no node; their functions may stand in tables of the module, too.
ALONE = ["base64", "compress", "crypto", "hash", "html", "text", "yaml"]
# These wait for what cannot come, or write to the log; their arguments are tested where they are.
WAITING = {"time.sleep", "print", "coroutine.yield", "coroutine.spawn", "receive", "send", "channel.select", "select"}


def odd_table() -> Table:
    """Give a table whose metatable answers every question with the wrong thing."""
    made = Table()
    made.meta = Table.from_dict({"__index": made, "__len": lambda *_: "x", "__name": 5, "__tostring": lambda *_: made})
    return made


def big_list() -> Table:
    return Table.from_list([3, "x", 1.5, True, None, Table()])


MAKERS: list[Callable[[], Any]] = [
    *(
        lambda value=value: value
        for value in (None, True, False, 0, 1, -1, 3, 1.5, -0.0, 2**63 - 1, -(2**63), 1e308, float("nan"), float("inf"))
    ),
    *(lambda value=value: value for value in ("", "x", "10", "0x1p4", "%d%s%q", "%", "[", "(.-)%1", "\xff\x00", "*t")),
    *(lambda value=value: value for value in ("year", "%Y-%j", '{"a":[1,2.5e3,null]}', "k", "i16s8z", "__index")),
    Table,
    big_list,
    odd_table,
    lambda: Table.from_dict({"year": 2**62, "month": "x", "day": 1.5, "n": -1}),
    lambda: lambda *_: (),
    lambda: lambda *values: values[0] if len(values) == 1 else values,
    lambda: Coroutine(lambda *_: ()),
    lambda: Error("told", Kind.INVALID),
    lambda: Channel(1),
]


def globals_by_library() -> dict[str, dict[str, Any]]:
    """Give the functions of each library by name."""
    found = environment(process_globals.install())
    tables = {module.__name__.removeprefix("stdlib."): module.module.table() for module in (channel, json, time_module)}
    libraries: dict[str, dict[str, Any]] = {}
    for name in ALONE:
        libraries[name] = dict(functions_of(importlib.import_module(f"stdlib.{name}").module.table()))
    for name in LIBRARIES:
        table = tables.get(name) or (found if name == "" else found.get(name))
        libraries[name] = {
            str(key): value for key, value in table.items() if callable(value) and type(value) is not Table
        }
    return libraries


def functions_of(table: Table, before: str = "") -> Iterator[tuple[str, Any]]:
    """List the functions of a module with their names."""
    for key, value in table.items():
        if isinstance(value, Table):
            yield from functions_of(value, f"{before}{key}.")
        elif callable(value):
            yield f"{before}{key}", value


def argument_lists(random: random.Random) -> list[tuple[Callable[[], Any], ...]]:
    """List makers of arguments: every list of up to two, and a sample of the longer ones."""
    longer = [tuple(random.choices(MAKERS, k=random.choice((3, 3, 4, 5)))) for _ in range(SAMPLES)]
    return [(), *itertools.product(MAKERS), *itertools.product(MAKERS, MAKERS), *longer]


def attack(name: str, function: Any, lists: list[tuple[Callable[[], Any], ...]], depth: int = 0) -> None:
    """Call a function with each list; also what it gives, for iterators, wrapped coroutines and methods."""
    given: dict[type, Any] = {}
    for makers in lists:
        arguments = tuple(make() for make in makers)
        results = called(name, function, arguments)
        for value in results:
            if callable(value) or isinstance(value, Userdata):
                given.setdefault(type(value), value)
    if depth == 0:
        for value in given.values():
            attack_result(name, value)


def attack_result(name: str, value: Any) -> None:
    lists = [(), *itertools.product(MAKERS), *itertools.product(MAKERS[::3], MAKERS[::2])]
    if isinstance(value, Userdata):
        for make in MAKERS:
            check_results(f"{name}[{make()!r}]", value.lua_index(make()))
        check_results(name, value.lua_tostring())
        for method, function in value.lua_methods.items():
            if method in WAITING:
                continue
            attack(f"{name}:{method}", function, lists, 1)
            if method not in ("close", "stop"):
                attack(f"{name}():{method}", lambda *rest, f=function: f(value, *rest), lists, 1)
    elif callable(value):
        attack(f"{name}()", value, lists, 1)


def called(name: str, function: Any, arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    """Call once; give the results, none when it raised a Lua error."""
    started = time.perf_counter()
    shown = f"{name}{arguments!r:.300}"
    try:
        results = invoke(function, arguments)
    except LuaError as error:
        results = error.value
    except Exception as error:
        if not str(error).endswith("object is not callable"):  # what `pcall` gives a wording of Lua's
            raise AssertionError(f"{shown} raised {error!r}") from error
        results = lua_error(error).value
    assert time.perf_counter() - started < SECONDS_PER_CALL, f"{shown} took too long"
    check_results(shown, results)
    values: tuple[Any, ...] = many(results)
    return values


@pytest.mark.parametrize("library", LIBRARIES + ALONE)
def test_only_lua_comes_out_of_a_library(library: str) -> None:
    functions = globals_by_library()[library]
    assert functions or library in ("package",)
    failures: list[AssertionError] = []

    def attack_all(*_: Any) -> tuple[()]:
        for name, function in sorted(functions.items()):
            full = f"{library}.{name}" if library else name
            if full not in WAITING:
                try:
                    attack(full, function, argument_lists(random.Random(full)))
                except AssertionError as failure:
                    failures.append(failure)
        return ()

    run("attack()", "attack", [], modules={"attack": attack_all})  # type: ignore[dict-item]
    assert not failures, "\n".join(str(failure)[:600] for failure in failures)
