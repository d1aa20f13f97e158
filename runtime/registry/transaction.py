"""One transition of the registry through the kind handlers: all of it happens, or nothing."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from runtime.binding.failure import Failure
from runtime.lua.errors import Kind
from runtime.registry.decode import decode, likely_misspelt
from runtime.registry.errors import EntryError
from runtime.registry.kinds import PLAIN_KINDS, lifecycle_references
from runtime.registry.order import in_order
from runtime.registry.placeholders import Lookup, has_placeholders, nothing_set

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from runtime.registry.change import Change
    from runtime.registry.entry import Entry, EntryId
    from runtime.registry.kinds import KindHandler, KindTable

log = logging.getLogger("wippy.registry")
# What a prefix of kinds has in common: their entries hold the values that placeholders of others stand for.
_SOURCES = "env."


@dataclass(frozen=True)
class Prepared:
    """An entry that passed every check: its handler (None for a plain kind), config, and what must exist before it."""

    handler: KindHandler | None
    config: Any
    references: tuple[EntryId, ...]


@dataclass
class Transaction:
    """Prepares, runs and if need be undoes changes.

    `alive` has the entries of the state before, as they were prepared when they came; `lookup` gives what placeholders
    stand for. `done` is what to undo, oldest first; `refused` what a handler did not accept.
    """

    kinds: KindTable
    changes: Sequence[Change]
    alive: Mapping[EntryId, Prepared] = field(default_factory=dict)
    lookup: Lookup = nothing_set
    prepared: dict[EntryId, Prepared] = field(default_factory=dict)
    done: list[Change] = field(default_factory=list)
    refused: list[Change] = field(default_factory=list)
    # Entries that can only be decoded when the variables that this transaction brings or changes are there.
    _late: dict[EntryId, Change] = field(default_factory=dict)

    # --- before anything happens --------------------------------------------------------------------------------------

    def prepare(self) -> list[EntryError]:
        """Decode and check every new entry, with no effect; give all refusals."""
        sources = any(_is_source(change) for change in self.changes)
        refusals: list[EntryError] = []
        for change in self.changes:
            if change.new is None:
                continue
            if sources and self.kinds.is_known(change.new.kind) and has_placeholders(change.new.data):
                self._late[change.id] = change
                continue
            refusal = _refusal(change.new, "check", self._prepare, change.new)
            if refusal is not None:
                refusals.append(refusal)
        return refusals

    def _prepare(self, entry: Entry) -> None:
        handler = self.kinds.find(entry.kind)
        if handler is None:
            if entry.kind not in PLAIN_KINDS:
                raise self.kinds.unknown(entry)
            self.prepared[entry.id] = Prepared(None, None, tuple(lifecycle_references(entry)))
            return
        config: Any = decode(entry, handler.config, self.lookup)
        for written, meant in likely_misspelt(entry, handler.config):
            log.warning("%s: '%s' is not a field of %s; did you mean '%s'?", entry.id, written, entry.kind, meant)
        handler.check(entry, config)
        self.prepared[entry.id] = Prepared(handler, config, tuple(handler.references(entry, config)))

    # --- the transition -----------------------------------------------------------------------------------------------

    def run(self, *, stop_at_first: bool) -> list[EntryError]:
        """Make the changes: deletes, dependants first, then the rest, what is referred to first; then commit.

        Give the refusals; entries that depend on a refused one are passed over.
        """
        made = [change for change in self.changes if change.new is not None]
        sources = [change for change in made if _is_source(change)]
        others = [change for change in made if not _is_source(change)]
        return (
            _Pass(self, stop_at_first).make([change for change in self.changes if change.new is None])
            # Which variable needs which storage to be decoded nobody knows beforehand: each waits until it can be made.
            or _Pass(self, stop_at_first, patient=True).make(sources)
            or [refusal for change in others if (refusal := self.prepare_late(change)) is not None]
            or _Pass(self, stop_at_first).make(others)
            or self._commit()
        )

    def is_late(self, change: Change) -> bool:
        """Tell whether an entry waits for variables."""
        return self._late.get(change.id) is change

    def prepare_late(self, change: Change) -> EntryError | None:
        """Decode and check an entry that had to wait for variables; give the refusal."""
        if change.id in self.prepared or not self.is_late(change):
            return None
        return _refusal(change.entry, "check", self._prepare, change.entry)

    def references(self, change: Change) -> tuple[EntryId, ...]:
        """Give what the entry of a change refers to: in its new form, or in the old one when it ends."""
        known = (self.alive if change.new is None else self.prepared).get(change.id)
        return known.references if known is not None else ()

    def make(self, change: Change) -> None:
        """Carry out one change by its handler."""
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

    def _commit(self) -> list[EntryError]:
        """Let each handler that took part finish; a refusal names an entry that it handled, unless it says better."""
        handlers: dict[KindHandler, Entry] = {}
        for change in self.done:
            handler = self.kinds.find(change.entry.kind)
            if handler is not None:
                handlers.setdefault(handler, change.entry)
        refusals = [_refusal(entry, "commit", handler.commit) for handler, entry in handlers.items()]
        return [refusal for refusal in refusals if refusal is not None]

    # --- the way back -------------------------------------------------------------------------------------------------

    def undo(self) -> None:
        """Take back what was done, newest first; a handler that fails at it is logged and passed over."""
        for change in reversed(self.done):
            try:
                self._take_back(change)
            except Exception:
                log.exception("the %s of %s could not be undone", change.action, change.id)
        for refusal in self._commit():
            log.error("the undoing of a transaction could not be committed: %s", refusal)

    def _take_back(self, change: Change) -> None:
        handler = self.kinds.find(change.entry.kind)
        if handler is None:
            return
        if change.old is None:
            handler.delete(change.entry)
        elif change.new is None:
            handler.create(change.old, self.alive[change.id].config)
        else:
            handler.update(change.new, change.old, self.alive[change.id].config)


@dataclass
class _Pass:
    """Carries out the changes of a stage.

    One whose handler does not find something waits until the others are through, for one of those may bring it; so do
    those that depend on it. That goes on as long as it helps. A `patient` pass does so whatever the refusal is.
    """

    transaction: Transaction
    stop_at_first: bool
    patient: bool = False
    refusals: list[EntryError] = field(default_factory=list)
    # Entries that will not be, and changes that are to be tried again with the refusal, None for a mere dependant.
    refused: set[EntryId] = field(default_factory=set)
    deferred: dict[EntryId, tuple[Change, EntryError | None]] = field(default_factory=dict)

    def make(self, changes: Sequence[Change]) -> list[EntryError]:
        """Carry out changes in the right order and give the refusals."""
        waiting = in_order(changes, self.transaction.references)
        if self.patient:
            waiting.sort(key=self.transaction.is_late)
        while waiting:
            self.deferred = {}
            for change in waiting:
                self._try(change)
                if self.refusals and self.stop_at_first:
                    return self.refusals
            if len(self.deferred) == len(waiting):
                self.transaction.refused += [change for change, refusal in self.deferred.values() if refusal]
                return self.refusals + [refusal for _, refusal in self.deferred.values() if refusal]
            waiting = [change for change, _ in self.deferred.values()]
        return self.refusals

    def _try(self, change: Change) -> None:
        needs = self.transaction.references(change) if change.new is not None else ()
        if self.refused.intersection(needs):
            self.refused.add(change.id)
            return
        if not self.deferred.keys().isdisjoint(needs):
            self.deferred[change.id] = change, None
            return
        refusal = self.transaction.prepare_late(change)
        if refusal is None:
            refusal = _refusal(change.entry, change.action, self.transaction.make, change)
        if refusal is None:
            self.transaction.done.append(change)
        elif self.patient or (isinstance(refusal.__cause__, Failure) and refusal.__cause__.kind == Kind.NOT_FOUND):
            self.deferred[change.id] = change, refusal
        else:
            self.transaction.refused.append(change)
            self.refusals.append(refusal)
            self.refused.add(change.id)


def _is_source(change: Change) -> bool:
    return change.entry.kind.startswith(_SOURCES)


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
