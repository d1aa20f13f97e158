"""Lua code that arrives at run time (page lua/dynamic/eval): compiled, kept, and run apart with what it is allowed."""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from compiler.errors import SourceError
from compiler.pipeline import compile_chunk
from runtime.binding import Failure, Module, Table
from runtime.binding.text import decode, encode
from runtime.code.binding import bind
from runtime.functions.service import result_of
from runtime.lua.args import is_function
from runtime.lua.calls import first
from runtime.lua.errors import Kind
from runtime.lua.libraries import environment
from runtime.process.process import Process
from runtime.process.transfer import copy_value
from runtime.process.traps import run_outside

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from compiler.assemble import Chunk
    from runtime.lua.types import LuaFunction, LuaValue
    from runtime.process.context import CallContext
    from runtime.registry.entry import EntryId

CHUNK_NAME = "eval"
# What a module of these classes reaches is kept from the code unless whoever runs it allows the class.
FORBIDDEN = frozenset({"process", "storage", "network"})


@dataclass(frozen=True)
class Import:
    """A library for the code, and modules that it gets beyond those that the code may use."""

    entry: EntryId
    modules: tuple[str, ...] = ()


@dataclass(frozen=True)
class Evaluation:
    """What is to be run.

    `source` and `method` are Lua strings; `custom` are tables by name; `values` those of the context, None for the
    caller's.
    """

    source: str
    method: str = ""
    arguments: Sequence[LuaValue] = ()
    modules: Sequence[str] = ()
    classes: Collection[str] = ()
    imports: Mapping[str, Import] = field(default_factory=dict)
    custom: Mapping[str, LuaValue] = field(default_factory=dict)
    values: Mapping[str, LuaValue] | None = None


class Evaluator:
    """Runs code for the processes of a node."""

    def __init__(self, node: Any) -> None:
        self.node = node
        self._kept: OrderedDict[str, tuple[float, Chunk]] = OrderedDict()

    # --- compiling --------------------------------------------------------------------------------

    def compile(self, source: str) -> Chunk:
        """Compile code in a thread, beside other processes, unless it is kept; Internal when it is no Lua."""
        size, life = self._limits()
        kept = self._kept.get(source)
        if kept is not None and (not life or time.monotonic() - kept[0] < life):
            self._kept.move_to_end(source)
            return kept[1]
        try:
            chunk: Chunk = run_outside(lambda: compile_chunk(source, CHUNK_NAME))
        except SourceError as error:
            raise Failure(Kind.INTERNAL, f"compile failed: {decode(error.render())}") from None
        self._kept[source] = (time.monotonic(), chunk)
        while len(self._kept) > max(0, size):
            self._kept.popitem(last=False)
        return chunk

    def _limits(self) -> tuple[int, float]:
        config = self.node.config
        return config.integer("lua.eval.cache_size", 256), config.duration("lua.eval.cache_ttl", 0.0)

    # --- what the code may use --------------------------------------------------------------------

    def check(self, modules: Sequence[str], classes: Collection[str]) -> None:
        """Refuse modules that do not exist or are forbidden; Invalid."""
        known: Mapping[str, Module] = self.node.modules
        for name in modules:
            module = known.get(name)
            if module is None:
                raise Failure(Kind.INVALID, f"module '{name}' is not available")
            obstacle = _obstacle(module, classes)
            if obstacle is not None:
                raise Failure(Kind.INVALID, f"module '{name}' is forbidden: {obstacle}")

    def _globals(self, modules: Collection[str], classes: Collection[str]) -> Table:
        """Make an environment with some modules and what every environment has, but for what is forbidden."""
        known: Mapping[str, Module] = self.node.modules
        always = {
            name: value
            for name, value in self.node.code.always.items()
            if name not in known or _obstacle(known[name], classes) is None
        }
        return environment({**always, **{name: known[name].table() for name in modules}})

    # --- running ----------------------------------------------------------------------------------

    def run(self, wanted: Evaluation, caller: Process) -> LuaValue:
        """Run code in a process of its own, which ends with the caller, and give its first result."""
        self.check(wanted.modules, wanted.classes)
        chunk = self.compile(wanted.source)
        arguments = tuple(copy_value(argument) for argument in wanted.arguments)
        pid = self.node.processes.pids.next(f"{caller.source}#{CHUNK_NAME}")
        process = Process(self.node, pid, caller.source, _context(wanted, caller))
        self.node.processes.add(process)
        process.start(lambda: self._run(wanted, chunk)(*arguments), ())
        try:
            outcome = process.completion.wait()
        except BaseException:
            process.terminate("the caller is gone", Kind.CANCELED)
            raise
        return result_of(outcome)

    def _run(self, wanted: Evaluation, chunk: Chunk) -> LuaFunction:
        """Make the environment and give what is to be called with the arguments."""
        context = {"ctx"} if wanted.values is not None else set()
        globals_ = self._globals({*wanted.modules, *context}, wanted.classes)
        for name, value in wanted.custom.items():
            globals_.set(name, copy_value(value))
        for alias, imported in wanted.imports.items():
            globals_.set(encode(alias), self._library(imported, wanted))
        main = bind(chunk, wanted.source, CHUNK_NAME, globals_)
        return _method(first(main()), wanted.method) if wanted.method else _body(main)

    def _library(self, imported: Import, wanted: Evaluation) -> LuaValue:
        """Load a library into an environment of its own, where it has the modules granted to it besides."""
        known: Mapping[str, Module] = self.node.modules
        own = [
            name
            for name in self.node.code.listed_modules(imported.entry)
            if name in known and _obstacle(known[name], wanted.classes) is None
        ]
        granted = [name for name in imported.modules if name in known]
        globals_ = self._globals({*wanted.modules, *own, *granted}, {*wanted.classes, *_classes(known, granted)})
        return self.node.code.load_into(globals_, imported.entry)


def _context(wanted: Evaluation, caller: Process) -> CallContext:
    context = caller.context.inherited()
    if wanted.values is None:
        return context
    return replace(context, values={name: copy_value(value) for name, value in wanted.values.items()})


def _classes(known: Mapping[str, Module], names: Collection[str]) -> set[str]:
    """Give the classes that naming `process` among the granted modules allows: it is a global of every environment."""
    return set(known["process"].classes) if "process" in names else set()


def _obstacle(module: Module, classes: Collection[str]) -> str | None:
    """Tell why a module is not for evaluated code, None if it is."""
    for each in module.classes:
        if each in FORBIDDEN and each not in classes:
            return f"it has the class '{each}'; permit that with allow_classes"
    if not module.classes and not module.deterministic:
        return "it has no class"
    return None


def _body(main: LuaFunction) -> LuaFunction:
    """Give what runs code without a method: its body, and a function that it returns, get the arguments."""

    def run(*arguments: LuaValue) -> LuaValue:
        results = main(*arguments)
        return results(*arguments) if is_function(results) else results

    return run


def _method(exported: LuaValue, name: str) -> LuaFunction:
    """Find the method in what the code returned: the function itself, or a table with it."""
    found = exported.get(name) if isinstance(exported, Table) else exported
    if not is_function(found):
        raise Failure(Kind.INVALID, f"the code returns no function '{decode(name)}'")
    return found  # type: ignore[no-any-return]
