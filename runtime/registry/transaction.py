"""One transition of the registry through the kind handlers: all of it happens, or nothing."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from runtime.binding.failure import Failure
from runtime.registry.decode import decode, likely_misspelt
from runtime.registry.errors import EntryError
from runtime.registry.kinds import PLAIN_KINDS, lifecycle_references
from runtime.registry.order import creation_order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from runtime.registry.change import Change
    from runtime.registry.entry import Entry, EntryId
    from runtime.registry.kinds import KindHandler, KindTable

log = logging.getLogger("wippy.registry")


@dataclass(frozen=True)
class _Prepared:
    """An entry that passed every check: its handler (None for a plain kind), config, and what must exist before it."""

    handler: KindHandler | None
    config: Any
    references: tuple[EntryId, ...]


def _refusal(entry: Entry, action: str, call: Callable[..., None], *arguments: object) -> EntryError | None:
    """Call a handler; whatever it raises becomes a refusal that names the entry."""
    try:
        call(*arguments)
    except EntryError as refused:
        return refused
    except Failure as failure:
        return _caused(EntryError(entry, "", failure.message), failure)
    except Exception as broken:
        log.exception("the handler of %s failed at the %s of %s", entry.kind, action, entry.id)
        return _caused(EntryError(entry, "", f"internal error in the handler of {entry.kind}"), broken)
    return None


def _caused(error: EntryError, cause: Exception) -> EntryError:
    error.__cause__ = cause
    return error


@dataclass
class Transaction:
    """Prepares, runs and if need be undoes changes; `done` is what to undo, oldest first."""

    kinds: KindTable
    changes: Sequence[Change]
    prepared: dict[EntryId, _Prepared] = field(default_factory=dict)
    done: list[Change] = field(default_factory=list)

    def prepare(self) -> list[EntryError]:
        """Decode and check every new entry, with no effect; give all refusals."""
        refusals: list[EntryError] = []
        for change in self.changes:
            entry = change.new
            if entry is not None:
                refusal = _refusal(entry, "check", self._prepare, change, entry)
                if refusal is not None:
                    refusals.append(refusal)
        return refusals

    def _prepare(self, change: Change, entry: Entry) -> None:
        handler = self.kinds.find(entry.kind)
        if handler is None:
            if entry.kind not in PLAIN_KINDS:
                raise self.kinds.unknown(entry)
            self.prepared[change.id] = _Prepared(None, None, tuple(lifecycle_references(entry)))
            return
        config: Any = decode(entry, handler.config)
        for written, meant in likely_misspelt(entry, handler.config):
            log.warning("%s: '%s' is not a field of %s; did you mean '%s'?", entry.id, written, entry.kind, meant)
        handler.check(entry, config)
        self.prepared[change.id] = _Prepared(handler, config, tuple(handler.references(entry, config)))

    def run(self, *, stop_at_first: bool) -> list[EntryError]:
        """Make the changes: deletes, dependants first, then the rest, what is referred to first; then commit.

        Give the refusals; entries that depend on a refused one are passed over.
        """
        refusals: list[EntryError] = []
        refused: set[EntryId] = set()
        for change in self._in_order():
            if change.new is not None and refused.intersection(self.prepared[change.id].references):
                refused.add(change.id)
                continue
            refusal = _refusal(change.entry, change.action, self._make, change)
            if refusal is None:
                self.done.append(change)
                continue
            refusals.append(refusal)
            refused.add(change.id)
            if stop_at_first:
                return refusals
        return refusals or self._commit()

    def undo(self) -> None:
        """Take back what was done, newest first; a handler that fails at it is logged and passed over."""
        for change in reversed(self.done):
            try:
                self._take_back(change)
            except Exception:
                log.exception("the %s of %s could not be undone", change.action, change.id)
        for refusal in self._commit():
            log.error("the undoing of a transaction could not be committed: %s", refusal)
        self.done.clear()

    def _in_order(self) -> list[Change]:
        deleted = [change for change in self.changes if change.new is None and change.old is not None]
        made = {change.new.id: change for change in self.changes if change.new is not None}
        old = {change.old.id: change for change in deleted if change.old is not None}
        ending = creation_order([change.old for change in deleted if change.old is not None], self._old_references)
        beginning = creation_order(
            [change.new for change in made.values() if change.new is not None],
            lambda entry: self.prepared[entry.id].references,
        )
        return [*(old[entry.id] for entry in reversed(ending)), *(made[entry.id] for entry in beginning)]

    def _old_references(self, entry: Entry) -> Iterable[EntryId]:
        handler = self.kinds.find(entry.kind)
        if handler is None:
            return lifecycle_references(entry)
        return handler.references(entry, decode(entry, handler.config))

    def _make(self, change: Change) -> None:
        if change.new is None:
            assert change.old is not None
            handler = self.kinds.find(change.old.kind)
            if handler is not None:
                handler.delete(change.old)
            return
        prepared = self.prepared[change.id]
        if prepared.handler is None:
            return
        if change.old is not None:
            prepared.handler.update(change.old, change.new, prepared.config)
        else:
            prepared.handler.create(change.new, prepared.config)

    def _take_back(self, change: Change) -> None:
        handler = self.kinds.find(change.entry.kind)
        if handler is None:
            return
        if change.old is None:
            handler.delete(change.entry)
        elif change.new is None:
            handler.create(change.old, decode(change.old, handler.config))
        else:
            handler.update(change.new, change.old, decode(change.old, handler.config))

    def _commit(self) -> list[EntryError]:
        """Let each handler that took part finish; a refusal names an entry that it handled, unless it says better."""
        handlers: dict[KindHandler, Entry] = {}
        for change in self.done:
            handler = self.kinds.find(change.entry.kind)
            if handler is not None:
                handlers.setdefault(handler, change.entry)
        refusals = [_refusal(entry, "commit", handler.commit) for handler, entry in handlers.items()]
        return [refusal for refusal in refusals if refusal is not None]
