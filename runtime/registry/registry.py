"""The live registry: the entries that are, and the only way to change them."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from greenlet import getcurrent

from runtime.binding.failure import Failure
from runtime.lua.errors import Kind
from runtime.registry.change import Change, effects, outcome
from runtime.registry.errors import EntryError, RegistryError
from runtime.registry.transaction import Transaction
from runtime.registry.view import View

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from runtime.registry.entry import Entry, EntryId
    from runtime.registry.kinds import KindTable

log = logging.getLogger("wippy.registry")


@dataclass(frozen=True)
class Notice:
    """What listeners learn after a transaction: the new version and what took effect."""

    version: int
    changes: tuple[Change, ...]


Listener: TypeAlias = Callable[[Notice], None]


class Registry:
    """Holds the current state and leads it from version to version.

    Only one greenlet at a time changes it. While it does, that greenlet sees the state to be and all others the state
    that was. `lock` makes others wait for their turn; without one they are refused with CONFLICT.
    """

    def __init__(self, kinds: KindTable, *, lock: AbstractContextManager[Any] | None = None) -> None:
        self.kinds = kinds
        self._lock = lock or contextlib.nullcontext()
        self._view = View()
        self._pending: View | None = None
        self._writer: object = None
        self._references: dict[EntryId, tuple[EntryId, ...]] = {}
        self._listeners: list[Listener] = []

    @property
    def view(self) -> View:
        """The state that the running greenlet sees; a snapshot, since a state never changes."""
        return self._pending if self._pending is not None and self._writer is getcurrent() else self._view

    @property
    def version(self) -> int:
        """How many transactions were applied since boot."""
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
        return self._references.get(entry_id)

    def load(self, entries: Sequence[Entry], *, unknown_kinds: Literal["error", "warn"] = "error") -> None:
        """Bring the entries of the boot to life: version 0.

        All are checked before any has an effect; raise RegistryError with every refusal. `warn` leaves out entries of
        unknown kinds with a warning each.
        """
        if unknown_kinds == "warn":
            entries = [entry for entry in entries if self._is_known(entry)]
        after = View(0, {entry.id: entry for entry in entries})
        with self._writing(after):
            changes = [Change.create(entry) for entry in after.entries.values()]
            self._run(Transaction(self.kinds, changes), boot=True)
            self._view = after

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
            raise Failure(Kind.INVALID, "there are no changes to apply")
        if self._writer is getcurrent():
            raise Failure(Kind.CONFLICT, "a kind handler cannot apply changes while its own transaction runs")
        with self._lock:
            before = self._view
            after = View(before.version + 1, outcome(before.entries, changes))
            taken = effects(before.entries, after.entries, [change.id for change in changes])
            with self._writing(after):
                try:
                    self._run(Transaction(self.kinds, taken), boot=False)
                except RegistryError as error:
                    raise Failure(error.kind, str(error)) from error
                self._view = after
        self._notify(Notice(after.version, tuple(taken)))
        return after.version

    @contextlib.contextmanager
    def _writing(self, after: View) -> Iterator[None]:
        if self._writer is not None:
            raise Failure(Kind.CONFLICT, "another change of the registry is under way; try again", retryable=True)
        self._writer, self._pending = getcurrent(), after
        try:
            yield
        finally:
            self._writer, self._pending = None, None

    def _run(self, transaction: Transaction, *, boot: bool) -> None:
        refusals = transaction.prepare()
        if refusals:
            raise RegistryError(refusals)
        try:
            refusals = transaction.run(stop_at_first=not boot)
        except BaseException:
            transaction.undo()
            raise
        if refusals:
            transaction.undo()
            raise RegistryError(refusals)
        for change in transaction.changes:
            self._references.pop(change.id, None)
        self._references.update({entry_id: new.references for entry_id, new in transaction.prepared.items()})

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


__all__ = ["Change", "EntryError", "Listener", "Notice", "Registry", "RegistryError"]
