"""The `eval_runner` module: Lua code that arrives at run time, run apart (documentation page lua/dynamic/eval)."""

from collections.abc import Collection, Iterator

from runtime.binding import Failure, Kind, LuaString, LuaValue, Module, Table, Text, Userdata, method, to_lua
from runtime.binding.text import decode
from runtime.code.evaluation import Evaluation, Import
from runtime.node import current as node
from runtime.process import current
from runtime.process.access import permit
from runtime.process.process import Process
from runtime.registry.entry import EntryId

module = Module(
    "eval_runner",
    classes=("process", "nondeterministic"),
    permissions={
        "eval.compile": "empty",
        "eval.run": "empty",
        "eval.module": "the name of the module",
        "eval.class": "the class",
        "eval.import": "the entry that is imported",
    },
)
_MOST_ARGUMENTS = 200


@module.handle("eval_runner.Program")
class Program(Userdata):
    """Code that compiles, told about; to run it, give its source to `run`."""

    __slots__ = ("_method", "_modules")

    def __init__(self, name: str, modules: list[str]) -> None:
        self._method = name
        self._modules = modules

    @method(name="method")
    def method_(self) -> Text:
        """Give the name of the method that was asked for."""
        return Text(self._method)

    @method
    def modules(self) -> LuaValue:
        """List the modules that the code may use."""
        return to_lua(self._modules)


@module.function(name="compile", blocks=True)
def compile_(source: LuaString, method_name: Text | None = None, options: Table | None = None) -> LuaValue:
    """Compile code without running it; Internal when it is no Lua or wants a forbidden module."""
    given = options if options is not None else Table()
    evaluator = node().evaluator
    permit("eval.compile")
    modules, classes = _names(given, "modules"), _names(given, "allow_classes")
    _permit_each("eval.module", modules)
    _permit_each("eval.class", classes)
    evaluator.check(modules, classes)
    evaluator.compile(source)
    return Program(method_name or "", modules)


@module.function(blocks=True)
def run(config: Table) -> LuaValue:
    """Run code and give its first result; Invalid for a wrong configuration."""
    permit("eval.run")
    source, method_name = config.get("source"), config.get("method")
    if not isinstance(source, str) or not source:
        raise Failure(Kind.INVALID, "the source is missing")
    if method_name is not None and not isinstance(method_name, str):
        raise Failure(Kind.INVALID, "the method must be a string")
    values = _table(config, "context")
    wanted = Evaluation(
        source,
        method_name or "",
        arguments=_arguments(config),
        modules=_names(config, "modules"),
        classes=_names(config, "allow_classes"),
        imports={alias: _import(alias, value) for alias, value in _named(_table(config, "imports"))},
        custom=dict(_named(_table(config, "custom_modules"))),
        values=dict(_named(values)) if values is not None else None,
    )
    caller = _running()
    _permit(wanted)
    return node().evaluator.run(wanted, caller)


def _permit(wanted: Evaluation) -> None:
    """Refuse what whoever evaluates may not hand to the code."""
    _permit_each("eval.module", wanted.modules)
    _permit_each("eval.class", wanted.classes)
    for alias, imported in wanted.imports.items():
        permit("eval.import", str(imported.entry), {"entry_id": _running().source, "alias": decode(alias)})
        _permit_each("eval.module", imported.modules)


def _permit_each(action: str, names: Collection[str]) -> None:
    caller = current.process()
    for name in names:
        permit(action, name, {"entry_id": caller.source if caller is not None else ""})


def _running() -> Process:
    process = current.process()
    if process is None:
        raise Failure(Kind.INTERNAL, "no process is running here")
    return process


def _table(config: Table, name: str) -> Table | None:
    value = config.get(name)
    if value is not None and not isinstance(value, Table):
        raise Failure(Kind.INVALID, f"'{name}' must be a table")
    return value


def _arguments(config: Table) -> list[LuaValue]:
    table = _table(config, "args")
    if table is None:
        return []
    last = max((key for key, _ in table.items() if isinstance(key, int) and key > 0), default=0)
    if last > _MOST_ARGUMENTS:
        raise Failure(Kind.INVALID, f"'args' has more than {_MOST_ARGUMENTS} values")
    return [table.get(index) for index in range(1, last + 1)]


def _names(config: Table, name: str) -> list[str]:
    """Read a list of strings; an empty one when it is not there."""
    table = _table(config, name)
    if table is None:
        return []
    names = [table.get(index) for index in range(1, table.length() + 1)]
    if not all(isinstance(each, str) for each in names):
        raise Failure(Kind.INVALID, f"'{name}' must be a list of strings")
    return [decode(each) for each in names]


def _named(table: Table | None) -> Iterator[tuple[str, LuaValue]]:
    """Give the values that have a string for a key."""
    for key, value in table.items() if table is not None else ():
        if isinstance(key, str):
            yield key, value


def _import(alias: str, value: LuaValue) -> Import:
    granted: list[str] = []
    if isinstance(value, Table):
        granted = _names(value, "modules")
        value = value.get("id")
    entry = EntryId.parse(decode(value)) if isinstance(value, str) else None
    if entry is None or not entry.ns or not entry.name:
        raise Failure(Kind.INVALID, f"import '{decode(alias)}' must be the id of an entry, or a table with `id`")
    return Import(entry, tuple(granted))
