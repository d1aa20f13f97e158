"""Who watches whom, and under which names processes are known (semantics 1.2, 2.4, 2.5)."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from runtime.binding import Failure
from runtime.lua.errors import Kind

if TYPE_CHECKING:
    from runtime.process.pid import Pid


class Names:
    """Names of local processes; released when their owner ends."""

    def __init__(self) -> None:
        self._owners: dict[str, Pid] = {}
        self._names: defaultdict[Pid, set[str]] = defaultdict(set)

    def register(self, name: str, pid: Pid) -> None:
        """Give a process a name; again to the same process is fine, to another is ALREADY_EXISTS."""
        if self._owners.setdefault(name, pid) != pid:
            raise Failure(Kind.ALREADY_EXISTS, f"name already registered: {name}")
        self._names[pid].add(name)

    def lookup(self, name: str) -> Pid | None:
        """Give the owner of a name."""
        return self._owners.get(name)

    def unregister(self, name: str) -> bool:
        """Release a name; False when nobody has it."""
        pid = self._owners.pop(name, None)
        if pid is None:
            return False
        self._names[pid].discard(name)
        return True

    def release(self, pid: Pid) -> None:
        """Release all names of a process."""
        for name in self._names.pop(pid, ()):
            self._owners.pop(name, None)


class Topology:
    """Monitors, which are one-way, and links, which are mutual."""

    def __init__(self) -> None:
        self._watchers: defaultdict[Pid, set[Pid]] = defaultdict(set)
        self._watched: defaultdict[Pid, set[Pid]] = defaultdict(set)
        self._links: defaultdict[Pid, set[Pid]] = defaultdict(set)

    def monitor(self, watcher: Pid, target: Pid) -> None:
        """Watch a process; twice is an error."""
        if watcher in self._watchers[target]:
            raise Failure(Kind.INTERNAL, f"already monitoring pid {target}")
        self._watchers[target].add(watcher)
        self._watched[watcher].add(target)

    def unmonitor(self, watcher: Pid, target: Pid) -> None:
        """Stop watching."""
        self._watchers[target].discard(watcher)
        self._watched[watcher].discard(target)

    def link(self, one: Pid, other: Pid) -> None:
        """Tie two processes together."""
        self._links[one].add(other)
        self._links[other].add(one)

    def unlink(self, one: Pid, other: Pid) -> None:
        """Untie two processes."""
        self._links[one].discard(other)
        self._links[other].discard(one)

    def remove(self, pid: Pid) -> tuple[list[Pid], list[Pid]]:
        """Forget a process that ended; give those who watched it and those linked to it."""
        watchers = sorted(self._watchers.pop(pid, ()), key=str)
        linked = sorted(self._links.pop(pid, ()), key=str)
        for watched in self._watched.pop(pid, ()):
            self._watchers[watched].discard(pid)
        for watcher in watchers:
            self._watched[watcher].discard(pid)
        for other in linked:
            self._links[other].discard(pid)
        return watchers, linked
