"""Bringing a run back by its history, and the proof that its code still does what the history says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runtime.workflows import commands, wire
from runtime.workflows.activation import Activation, MarkKnown
from runtime.workflows.errors import DivergenceError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from runtime.workflows.commands import Command
    from runtime.workflows.run import Run

# What has to be the same in a replay: which command, and these fields of it. Arguments may differ, as with Temporal.
_IDENTITY: dict[type, tuple[str, ...]] = {
    commands.StartTimer: ("seq",),
    commands.CancelTimer: ("seq",),
    commands.ScheduleActivity: ("seq", "name"),
    commands.CancelActivity: ("seq",),
    commands.StartChild: ("seq", "type", "workflow_id"),
    commands.CancelChild: ("seq",),
    commands.SignalWorkflow: ("seq", "workflow_id", "name"),
    commands.CancelWorkflow: ("seq", "workflow_id"),
    commands.Mark: ("id",),
    commands.AcceptUpdate: ("id",),
    commands.RejectUpdate: ("id",),
    commands.CompleteUpdate: ("id",),
    commands.Complete: (),
    commands.Fail: (),
    commands.ContinueAsNew: ("type",),
}


class Task:
    """One task of a history: when it was, what had happened, and what the code asked for."""

    __slots__ = ("_commands", "_jobs", "number", "time")

    def __init__(self, number: int, time: int, jobs: str, asked: str) -> None:
        self.number = number
        self.time = time
        self._jobs = jobs
        self._commands = asked

    @property
    def jobs(self) -> tuple[Any, ...]:
        """What had happened."""
        return wire.load(self._jobs)

    @property
    def commands(self) -> tuple[Any, ...]:
        """What the code asked for."""
        return wire.load(self._commands)

    @property
    def size(self) -> int:
        """Its length in the file."""
        return len(self._jobs) + len(self._commands)

    def marks(self) -> list[MarkKnown]:
        """The marks that it set."""
        if '"Mark"' not in self._commands:
            return []
        return [MarkKnown(command.id) for command in self.commands if isinstance(command, commands.Mark)]


def replay(run: Run, tasks: Sequence[Task]) -> int:
    """Carry a history out and count its events; raise DivergenceError at the first command that differs."""
    known = tuple(mark for task in tasks for mark in task.marks())
    length = size = 0
    for task in tasks:
        jobs = task.jobs
        length, size = length + len(jobs) + len(task.commands), size + task.size
        asked = run.activate(Activation(task.time, (*known, *jobs), True, length, size))
        known = ()
        compare(task, asked, run)
    return length


def compare(task: Task, asked: Sequence[Command], run: Run) -> None:
    """Raise DivergenceError unless code asks for what it asked for the first time."""
    expected, met = _decisive(task.commands), _decisive(asked)
    if [_identity(command) for command in expected] == [_identity(command) for command in met]:
        return
    for number in range(max(len(expected), len(met))):
        one = expected[number] if number < len(expected) else None
        other = met[number] if number < len(met) else None
        if one is None or other is None or _identity(one) != _identity(other):
            place = run.place_of(other) if other is not None else ""
            raise DivergenceError(
                f"{run.entry} does not do in task {task.number} what the history of {run.start.workflow_id} says: "
                f"expected {_spell(one)}, met {_spell(other)}{f' at {place}' if place else ''}; changed code asks "
                "workflow.version which way to go"
            )


def _decisive(asked: Iterable[Command]) -> list[Command]:
    return [command for command in asked if type(command) in _IDENTITY]


def _identity(command: Command) -> tuple[Any, ...]:
    return (type(command), *(getattr(command, name) for name in _IDENTITY[type(command)]))


def _spell(command: Command | None) -> str:
    """Name a command as people read it."""
    if command is None:
        return "nothing"
    told = [f"{name} {getattr(command, name)}" for name in _IDENTITY[type(command)]]
    return f"{type(command).__name__} ({', '.join(told)})" if told else type(command).__name__
