"""All Lua code of a node: units by id, and instances made of them."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from compiler.errors import SourceError
from compiler.pipeline import compile_chunk
from runtime.binding import Failure
from runtime.binding.text import encode
from runtime.code import imports, sources
from runtime.code.binding import bind, names_globals
from runtime.code.unit import LuaConfig, Unit
from runtime.lua.args import is_function, type_name
from runtime.lua.calls import first
from runtime.lua.errors import Kind
from runtime.lua.libraries import environment
from runtime.lua.table import Table
from runtime.registry.errors import EntryError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from compiler.artifact import ArtifactStore
    from compiler.assemble import Chunk
    from runtime.lua.types import LuaFunction, LuaValue
    from runtime.registry.entry import Entry, EntryId

log = logging.getLogger("wippy.code")


@dataclass(frozen=True)
class Instance:
    """A unit loaded into an environment of its own; `method` may be called again: module-level locals stay."""

    method: LuaFunction
    globals: Table


class CodeBase:
    """Compiles entries, keeps the result and makes instances.

    Changes are collected in a draft until `publish` makes all of them effective at once, so that nobody who starts code
    while a change of the registry is under way meets a new function with an old library, or the other way round.

    `modules` are the Lua modules written in Python by name; `always` names those that every environment has without
    asking.
    """

    def __init__(
        self,
        store: ArtifactStore | None,
        modules: Mapping[str, Table],
        always: Mapping[str, LuaValue],
        *,
        frozen: bool = False,
    ) -> None:
        self.store = store
        self.modules = modules
        self.always = dict(always)
        self.frozen = frozen
        self._units: dict[EntryId, Unit] = {}
        self._draft: dict[EntryId, Unit] | None = None
        self._touched: set[EntryId] = set()
        self._warned: set[tuple[EntryId, str]] = set()

    # --- units ------------------------------------------------------------------------------------

    def compile(self, entry: Entry, config: LuaConfig) -> Unit:
        """Compile an entry or take it from the store; EntryError with the rendered message when it does not compile."""
        source = encode(config.source)
        name = str(entry.id)
        file = entry.origin.files.get("source") if entry.origin is not None else None
        sources.remember(name, lambda: config.source, file)
        known = self._units.get(entry.id)
        if known is not None and known.config.source == config.source:
            return Unit(entry.id, config, known.chunk)
        return Unit(entry.id, config, self._chunk(entry, source, name))

    def _chunk(self, entry: Entry, source: str, name: str) -> Chunk:
        key = self.store.key(source, name) if self.store is not None else ""
        if self.store is not None:
            stored = self.store.load(key)
            if stored is not None:
                return stored
        if self.frozen:
            raise EntryError(entry, "source", "no compiled artifact is there for it", "run `wippy build` first")
        try:
            chunk = compile_chunk(source, name)
        except SourceError as error:
            path = entry.origin.files.get("source") if entry.origin is not None else None
            raise EntryError(entry, "source", "\n" + error.render(str(path) if path else None)) from None
        if self.store is not None:
            try:
                self.store.save(key, chunk)
            except OSError as error:
                log.debug("cannot write the artifact of %s: %s", entry.id, error)
        return chunk

    def put(self, unit: Unit) -> None:
        """Take a unit in, or its new form."""
        self._change(unit.id)[unit.id] = unit
        for module in unit.config.modules:
            if module not in self.modules and module not in self.always and (unit.id, module) not in self._warned:
                self._warned.add((unit.id, module))
                log.warning(
                    "%s lists the module '%s', which is not available; `require` of it will fail", unit.id, module
                )

    def drop(self, entry_id: EntryId) -> None:
        """Forget a unit."""
        self._change(entry_id).pop(entry_id, None)

    def _change(self, entry_id: EntryId) -> dict[EntryId, Unit]:
        self._touched.add(entry_id)
        if self._draft is None:
            self._draft = dict(self._units)
        return self._draft

    @property
    def _latest(self) -> dict[EntryId, Unit]:
        return self._units if self._draft is None else self._draft

    def get(self, entry_id: EntryId) -> Unit:
        """Give a unit in its latest form, published or not; NOT_FOUND when there is none."""
        return _found(self._latest, entry_id)

    def publish(self) -> list[EntryId]:
        """Make what was put and dropped effective, all at once; give the units that run other code from now on."""
        before, self._units, self._draft = self._units, self._latest, None
        changed = [entry_id for entry_id in self._touched if before.get(entry_id) != self._units.get(entry_id)]
        self._touched.clear()
        for entry_id in changed:
            if entry_id not in self._units:
                sources.forget(str(entry_id))
        known = [entry_id for entry_id in changed if entry_id in before]  # nobody published imports a new one
        return sorted({other for entry_id in known for other in self.importers(entry_id)}.union(changed))

    def importers(self, entry_id: EntryId) -> list[EntryId]:
        """List the units that import one, directly or not."""
        return imports.importers(self._units, entry_id)

    def wrong_imports(self) -> dict[EntryId, str]:
        """Tell what is wrong with the imports of units put since, and of those that import what was dropped."""
        reasons: dict[EntryId, str] = {}
        seen: set[EntryId] = set()
        units = self._latest
        for entry_id in sorted({near for one in self._touched for near in (one, *_importers_of_gone(units, one))}):
            unit = units.get(entry_id)
            if unit is None:
                continue
            lacking = imports.missing(units, unit)
            if lacking is not None:
                reasons[entry_id] = f"there is no Lua entry {lacking[1]}, imported as '{lacking[0]}'"
                continue
            circle = imports.circle(units, unit)
            if circle and not seen.intersection(circle):
                seen.update(circle)
                reasons[entry_id] = f"imports run in a circle: {imports.spell(circle)}"
        return reasons

    # --- instances --------------------------------------------------------------------------------

    def instantiate(self, entry_id: EntryId) -> Instance:
        """Load an entry and what it imports into a new environment and run their bodies; raise Failure or LuaError.

        Runs Lua code, as `load_into` does.
        """
        unit = _found(self._units, entry_id)
        listed = {name: self.modules[name] for name in self.listed_modules(entry_id) if name in self.modules}
        globals_ = environment({**self.always, **listed})
        return Instance(_method(unit, self.load_into(globals_, entry_id)), globals_)

    def listed_modules(self, entry_id: EntryId) -> set[str]:
        """Give the names of the modules that an entry and what it imports list."""
        unit = _found(self._units, entry_id)
        parts = (unit, *(imported for _, imported in imports.load_order(self._units, unit)))
        return {name for part in parts for name in part.config.modules}

    def load_into(self, globals_: Table, entry_id: EntryId) -> LuaValue:
        """Run the body of an entry, after those of what it imports, with given globals; give what it returns.

        Runs Lua code: call it in a task of the process that it is for.
        """
        unit = _found(self._units, entry_id)
        loaded: dict[EntryId, LuaValue] = {}
        order = imports.load_order(self._units, unit)
        changing = any(names_globals(part.chunk) for part in (unit, *(imported for _, imported in order)))
        for alias, imported in order:
            if imported.id not in loaded:
                loaded[imported.id] = first(_bind(imported, globals_, changing=changing)())
            globals_.set(encode(alias), loaded[imported.id])
        return first(_bind(unit, globals_, changing=changing)())


def _found(units: Mapping[EntryId, Unit], entry_id: EntryId) -> Unit:
    unit = units.get(entry_id)
    if unit is None:
        raise Failure(Kind.NOT_FOUND, f"no Lua code is registered as {entry_id}")
    return unit


def _importers_of_gone(units: Mapping[EntryId, Unit], entry_id: EntryId) -> list[EntryId]:
    """List those that still import a unit which is no longer there."""
    if entry_id in units:
        return []
    return [unit.id for unit in units.values() if entry_id in unit.config.imports.values()]


def _bind(unit: Unit, globals_: Table, *, changing: bool) -> LuaFunction:
    return bind(unit.chunk, encode(unit.config.source), str(unit.id), globals_, changing=changing)


def _method(unit: Unit, exported: LuaValue) -> LuaFunction:
    """Find the entry method in what a chunk returned: the function itself, or a table with the method in it."""
    if is_function(exported):
        return exported  # type: ignore[no-any-return]
    name = unit.config.method
    if isinstance(exported, Table):
        found = exported.get(encode(name))
        if is_function(found):
            return found  # type: ignore[no-any-return]
        raise Failure(
            Kind.INVALID, f"{unit.id} returns a table without the function '{name}' (found {type_name(found)})"
        )
    raise Failure(
        Kind.INVALID,
        f"{unit.id} must return a function or a table with the function '{name}', not {type_name(exported)}",
    )
