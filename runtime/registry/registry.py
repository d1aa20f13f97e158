"""The live registry: the entries that are, and the only way to change them."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from greenlet import getcurrent

from runtime.binding.failure import Failure
from runtime.lua.errors import Kind
from runtime.registry.change import Change, difference, effects, outcome
from runtime.registry.errors import EntryError, RegistryError
from runtime.registry.history import BASELINE, History, MemoryHistory
from runtime.registry.placeholders import Lookup, nothing_set
from runtime.registry.transaction import Prepared, Transaction
from runtime.registry.view import View

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from runtime.registry.entry import Entry, EntryId
    from runtime.registry.kinds import KindTable
    from runtime.registry.narrator import Narrator

log = logging.getLogger("wippy.registry")


@dataclass(frozen=True)
class Notice:
    """What listeners learn after a transaction: the new version and what took effect."""

    version: int
    changes: tuple[Change, ...]


Listener: TypeAlias = Callable[[Notice], None]


@dataclass(frozen=True)
class Surroundings:
    """What a registry works with.

    `lock` makes others wait for their turn to change it; without one they are refused with CONFLICT. Without `history`
    there is no way back. `lookup` gives what placeholders in entries stand for. `narrator` tells of every transaction.
    `follows`: other processes write the same history, and their changes are taken over.
    """

    lock: AbstractContextManager[Any] = field(default_factory=contextlib.nullcontext)
    history: History | None = field(default_factory=MemoryHistory)
    lookup: Lookup = nothing_set
    narrator: Narrator | None = None
    follows: bool = False


class Registry:
    """Holds the current state and leads it from version to version.

    Only one greenlet at a time changes it. While it does, that greenlet sees the state to be and all others the state
    that was.
    """

    def __init__(self, kinds: KindTable, surroundings: Surroundings | None = None) -> None:
        self.kinds = kinds
        self._around = surroundings or Surroundings()
        self._view = View()
        self._baseline: Mapping[EntryId, Entry] = {}
        self._pending: View | None = None
        self._writer: object = None
        self._alive: dict[EntryId, Prepared] = {}
        self._listeners: list[Listener] = []

    @property
    def view(self) -> View:
        """The state that the running greenlet sees; a snapshot, since a state never changes."""
        return self._pending if self._pending is not None and self._writer is getcurrent() else self._view

    @property
    def version(self) -> int:
        """The number of the version in force; 0 is the state of the files."""
        return self.view.version

    def get(self, entry_id: EntryId) -> Entry:
        """Give an entry; raise Failure NOT_FOUND when there is none."""
        return self.view.get(entry_id)

    def find(self, query: Mapping[str, Any]) -> list[Entry]:
        """Give the entries that match a filter (see `runtime.registry.finder`), sorted by id."""
        return self.view.find(query)

    def all(self) -> list[Entry]:
        """Give all entries, sorted by id."""
        return self.view.all()

    def references(self, entry_id: EntryId) -> tuple[EntryId, ...] | None:
        """Give what an entry refers to, by its handler's account; None when there is no such entry."""
        known = self._alive.get(entry_id)
        return known.references if known is not None else None

    # --- history ------------------------------------------------------------------------------------------------------

    @property
    def history(self) -> History:
        """The versions; raise Failure INTERNAL when none are kept."""
        if self._around.history is None:
            raise Failure(
                Kind.INTERNAL, "the registry keeps no history: registry.enable_history is false, or history_type nil"
            )
        return self._around.history

    def at(self, version: int) -> View:
        """Give the state of a version; raise Failure NOT_FOUND when there is none."""
        if version == self.view.version:
            return self.view
        return View(version, self.history.state(self._baseline, version))

    # --- changes ------------------------------------------------------------------------------------------------------

    def load(self, entries: Sequence[Entry], *, unknown_kinds: Literal["error", "warn"] = "error") -> None:
        """Bring entries of the files to life, and on top of them what the history has.

        All are checked before any has an effect; raise RegistryError with every refusal. `warn` leaves out entries of
        unknown kinds with a warning each.
        """
        history = self._around.history
        self._baseline = {entry.id: entry for entry in entries}
        version = history.head if history is not None else BASELINE
        state = history.state(self._baseline, version) if history is not None else dict(self._baseline)
        if unknown_kinds == "warn":
            state = {entry.id: entry for entry in state.values() if self._is_known(entry)}
        after = View(version, state)
        with self._writing(after):
            try:
                self._run([Change.create(entry) for entry in state.values()], boot=True)
            except RegistryError as error:
                raise RegistryError(error.errors, self._hint(version, error)) from error
            self._view = after

    def _hint(self, version: int, error: RegistryError) -> str:
        """Say where entries come from that no file has."""
        if all(refused.entry is self._baseline.get(refused.id) for refused in error.errors):
            return ""
        return (
            f"Version {version} of the registry's history is in force, which changes what the files say; "
            "`--set registry.history_type=memory` starts without it."
        )

    def _is_known(self, entry: Entry) -> bool:
        if not self.kinds.is_known(entry.kind):
            log.warning("left out: %s", self.kinds.unknown(entry))
            return False
        return True

    def apply(self, changes: Sequence[Change]) -> int:
        """Make all changes or none, and give the new version; may switch.

        Raise Failure with the reason, the state then being as before. INVALID: nothing to apply, a change that cannot
        be, or an entry refused. CONFLICT: called by a handler, or while another transaction runs.
        """
        if not changes:
            raise Failure(Kind.INVALID, "no changes to apply")
        with self._turn():
            self._follow()
            before = self._view
            history = self._around.history
            version = history.following if history is not None else before.version + 1
            after = View(version, outcome(before.entries, changes))
            taken = effects(before.entries, after.entries, [change.id for change in changes])
            self._pass_over(after, taken, lambda: history.save(version, taken) if history is not None else None)
        self._notify(Notice(version, tuple(taken)))
        return version

    def apply_version(self, version: int) -> None:
        """Make the state of a version the current one, or change nothing; raise Failure as `apply`, or NOT_FOUND."""
        with self._turn():
            self._follow()
            history = self.history
            history.check(version)
            if version == self._view.version:
                return
            before = self._view
            after = View(version, self._known_part(history.state(self._baseline, version)))
            taken = difference(before.entries, after.entries)
            self._pass_over(after, taken, lambda: history.move(version))
        self._notify(Notice(version, tuple(taken)))

    def catch_up(self) -> None:
        """Take over what other processes have changed, if they may; raise Failure when that cannot live here."""
        with self._turn():
            self._follow()

    def _follow(self) -> None:
        history = self._around.history
        head = history.news() if history is not None and self._around.follows else None
        if history is None or head is None:
            return
        after = View(head, self._known_part(history.state(self._baseline, head)))
        taken = difference(self._view.entries, after.entries)
        self._pass_over(after, taken, lambda: history.follow(head))
        self._notify(Notice(head, tuple(taken)))

    def _known_part(self, state: dict[EntryId, Entry]) -> dict[EntryId, Entry]:
        """Leave out what the boot left out: entries of the files whose kinds nobody knows."""
        return {
            entry.id: entry
            for entry in state.values()
            if self.kinds.is_known(entry.kind) or self._baseline.get(entry.id) is not entry
        }

    @contextlib.contextmanager
    def _turn(self) -> Iterator[None]:
        if self._writer is getcurrent():
            raise Failure(Kind.CONFLICT, "a kind handler cannot apply changes while its own transaction runs")
        with self._around.lock:
            yield

    def _pass_over(self, after: View, taken: Sequence[Change], keep: Callable[[], object]) -> None:
        """Go from the current state to another."""
        with self._writing(after):
            try:
                self._run(taken, boot=False, keep=keep)
            except RegistryError as error:
                raise Failure(error.kind, str(error)) from error
            self._view = after

    @contextlib.contextmanager
    def _writing(self, after: View) -> Iterator[None]:
        if self._writer is not None:
            raise Failure(Kind.CONFLICT, "another change of the registry is under way; try again", retryable=True)
        self._writer, self._pending = getcurrent(), after
        try:
            yield
        finally:
            self._writer, self._pending = None, None

    def _run(self, changes: Sequence[Change], *, boot: bool, keep: Callable[[], object] = lambda: None) -> None:
        """Run a transaction; `keep` is its last step, and undoes all when it fails."""
        transaction = Transaction(self.kinds, changes, self._alive, self._around.lookup)
        refusals = transaction.prepare()
        if refusals:
            raise self._refused(refusals)
        try:
            refusals = transaction.run(stop_at_first=not boot)
            if not refusals:
                keep()
        except BaseException as error:
            self._undo(transaction, str(error))
            raise
        if refusals:
            refused = self._refused(refusals)
            self._undo(transaction, str(refused))
            raise refused
        for change in changes:
            self._alive.pop(change.id, None)
        self._alive.update(transaction.prepared)
        if not boot and self._around.narrator is not None and self._pending is not None:
            self._around.narrator.applied(self._pending.version, transaction.done)

    def _refused(self, refusals: Sequence[EntryError]) -> RegistryError:
        """Make the error of refusals; those that know the id alone get the entry, which knows its place."""
        for refusal in (each for given in refusals for each in given.each()):
            refusal.entry = refusal.entry or self._pending_entry(refusal.id)
        return RegistryError(refusals)

    def _pending_entry(self, entry_id: EntryId) -> Entry | None:
        return self._pending.entries.get(entry_id) if self._pending is not None else None

    def _undo(self, transaction: Transaction, reason: str) -> None:
        transaction.undo()
        if self._around.narrator is not None and self._pending is not None:
            self._around.narrator.discarded(self._pending.version, transaction.done, transaction.refused, reason)

    # --- who listens --------------------------------------------------------------------------------------------------

    def close(self) -> None:
        """Release what the history holds."""
        if self._around.history is not None:
            self._around.history.close()

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Have a function called after every applied transaction; the result ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def _notify(self, notice: Notice) -> None:
        for listener in list(self._listeners):
            try:
                listener(notice)
            except Exception:
                log.exception("a listener of the registry failed at version %d", notice.version)


__all__ = ["Change", "EntryError", "Listener", "Notice", "Registry", "RegistryError", "Surroundings"]
