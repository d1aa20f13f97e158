"""A workflow that runs, in memory: what has happened to it and was not carried out yet, and what it waits for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gevent.event import Event

    from runtime.process.timing import TimerHandle
    from runtime.registry.entry import EntryId
    from runtime.workflows.activation import Job, Start
    from runtime.workflows.commands import StartOptions
    from runtime.workflows.embedded.attempts import Attempts
    from runtime.workflows.engine import Workflow


@dataclass(eq=False, slots=True)
class Live:
    """One run, from its start to its end.

    `jobs` come with the number of their row, None for those that need none: timers and results of activities happen
    again after a crash. `run` is None while its code is not in memory. `trouble` says why the last task failed, also in
    the file, and `paused` that it is not to be tried again yet.
    """

    host: EntryId
    start: Start
    options: StartOptions
    started: int
    parent_run: str = ""
    parent_seq: int = 0
    jobs: list[tuple[Job, int | None]] = field(default_factory=list)
    timers: dict[int, TimerHandle] = field(default_factory=dict)
    activities: dict[int, Attempts] = field(default_factory=dict)
    # Children that run: the id of the run, by the number of the command.
    children: dict[int, str] = field(default_factory=dict)
    deadline: TimerHandle | None = None
    run: Workflow | None = None
    tasks: int = 0
    size: int = 0
    events: int = 0
    busy: bool = False
    at_rest: Event | None = None
    closed: bool = False
    trouble: str = ""
    paused: bool = False
    failures: int = 0

    @property
    def id(self) -> str:
        """The id of the run."""
        return self.start.run_id

    def grow(self, tasks: int, events: int, size: int) -> None:
        """Take note that a task is in the history."""
        self.tasks, self.events, self.size = tasks, events, size

    def release(self) -> None:
        """Let go of timers, activities and the code."""
        for timer in self.timers.values():
            timer.stop()
        for activity in self.activities.values():
            activity.abandon()
        if self.deadline is not None:
            self.deadline.stop()
        if self.run is not None:
            self.run.close()
        self.timers, self.activities, self.run, self.deadline = {}, {}, None, None
