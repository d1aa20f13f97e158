"""Who watches whom, and under which names processes are known (semantics 1.2, 2.4, 2.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from runtime.binding import Failure
from runtime.lua.errors import Kind

if TYPE_CHECKING:
    from runtime.process.pid import Pid

# For each process the others it has to do with, in the order in which that began; a process without any has no entry.
_Relation: TypeAlias = "dict[Pid, dict[Pid, None]]"


class Names:
    """Names of local processes; released when their owner ends."""

    def __init__(self) -> None:
        self._owners: dict[str, Pid] = {}
        self._names: dict[Pid, set[str]] = {}

    def register(self, name: str, pid: Pid) -> None:
        """Give a process a name; again to the same process is fine, to another is ALREADY_EXISTS."""
        owner = self._owners.setdefault(name, pid)
        if owner != pid:
            raise Failure(Kind.ALREADY_EXISTS, f"name already registered: {name} belongs to {owner}")
        self._names.setdefault(pid, set()).add(name)

    def lookup(self, name: str) -> Pid | None:
        """Give the owner of a name."""
        return self._owners.get(name)

    def unregister(self, name: str) -> bool:
        """Release a name; False when nobody has it."""
        pid = self._owners.pop(name, None)
        if pid is None:
            return False
        names = self._names[pid]
        names.discard(name)
        if not names:
            del self._names[pid]
        return True

    def release(self, pid: Pid) -> None:
        """Release all names of a process."""
        for name in self._names.pop(pid, ()):
            del self._owners[name]


class Topology:
    """Monitors, which are one-way, and links, which are mutual."""

    def __init__(self) -> None:
        self._watchers: _Relation = {}
        self._watched: _Relation = {}
        self._links: _Relation = {}

    def monitor(self, watcher: Pid, target: Pid) -> None:
        """Watch a process; twice is an error."""
        if watcher in self._watchers.get(target, ()):
            raise Failure(Kind.INTERNAL, f"already monitoring pid {target}")
        _add(self._watchers, target, watcher)
        _add(self._watched, watcher, target)

    def is_watched(self, target: Pid, watcher: Pid) -> bool:
        """Tell whether one process watches another."""
        return watcher in self._watchers.get(target, ())

    def unmonitor(self, watcher: Pid, target: Pid) -> None:
        """Stop watching."""
        _remove(self._watchers, target, watcher)
        _remove(self._watched, watcher, target)

    def link(self, one: Pid, other: Pid) -> None:
        """Tie two processes together; one with itself has no effect."""
        if one != other:
            _add(self._links, one, other)
            _add(self._links, other, one)

    def unlink(self, one: Pid, other: Pid) -> None:
        """Untie two processes."""
        _remove(self._links, one, other)
        _remove(self._links, other, one)

    def remove(self, pid: Pid) -> tuple[list[Pid], list[Pid]]:
        """Forget a process that ended; give those who watched it and those linked to it, the oldest tie first."""
        watchers = list(self._watchers.pop(pid, ()))
        linked = list(self._links.pop(pid, ()))
        for watched in self._watched.pop(pid, ()):
            _remove(self._watchers, watched, pid)
        for watcher in watchers:
            _remove(self._watched, watcher, pid)
        for other in linked:
            _remove(self._links, other, pid)
        return watchers, linked

    def is_empty(self) -> bool:
        """Tell whether nobody has to do with anybody."""
        return not (self._watchers or self._watched or self._links)


def _add(relation: _Relation, one: Pid, other: Pid) -> None:
    relation.setdefault(one, {})[other] = None


def _remove(relation: _Relation, one: Pid, other: Pid) -> None:
    others = relation.get(one)
    if others is not None:
        others.pop(other, None)
        if not others:
            del relation[one]
