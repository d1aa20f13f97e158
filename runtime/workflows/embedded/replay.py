"""Bringing a run back by its history, and the proof that its code still does what the history says."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from runtime.workflows import wire
from runtime.workflows.activation import Activation, MarkKnown
from runtime.workflows.errors import DivergenceError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runtime.workflows.commands import Command
    from runtime.workflows.run import Run

# What has to be the same in a replay: which command, and these fields of it. Arguments may differ, as with Temporal.
_IDENTITY: dict[str, tuple[str, ...]] = {
    "StartTimer": ("seq",),
    "CancelTimer": ("seq",),
    "ScheduleActivity": ("seq", "name"),
    "CancelActivity": ("seq",),
    "StartChild": ("seq", "type", "workflow_id"),
    "CancelChild": ("seq",),
    "SignalWorkflow": ("seq", "workflow_id", "name"),
    "CancelWorkflow": ("seq", "workflow_id"),
    "Mark": ("id",),
    "AcceptUpdate": ("id",),
    "RejectUpdate": ("id",),
    "CompleteUpdate": ("id",),
    "Complete": (),
    "Fail": (),
    "ContinueAsNew": ("type",),
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

    def commands(self) -> list[dict[str, Any]]:
        """What the code asked for, as JSON has it.

        PERF: a replay compares; to make objects of what is only compared takes a third of its time.
        """
        return list(json.loads(self._commands))

    @property
    def size(self) -> int:
        """Its length in the file."""
        return len(self._jobs) + len(self._commands)

    def marks(self) -> list[MarkKnown]:
        """The marks that it set."""
        if '"Mark"' not in self._commands:
            return []
        return [MarkKnown(command["id"]) for command in self.commands() if command[wire.TAG] == "Mark"]


def replay(run: Run, tasks: Sequence[Task]) -> int:
    """Carry a history out and count its events; raise DivergenceError at the first command that differs."""
    known = tuple(mark for task in tasks for mark in task.marks())
    length = size = 0
    for task in tasks:
        jobs, recorded = task.jobs, task.commands()
        length, size = length + len(jobs) + len(recorded), size + task.size
        asked = run.activate(Activation(task.time, (*known, *jobs), True, length, size))
        known = ()
        _compare(task, recorded, asked, run)
    return length


def _compare(task: Task, recorded: Sequence[dict[str, Any]], asked: Sequence[Command], run: Run) -> None:
    """Raise DivergenceError unless code asks for what it asked for the first time."""
    expected = [
        (command[wire.TAG], *(command[name] for name in _IDENTITY[command[wire.TAG]]))
        for command in recorded
        if command[wire.TAG] in _IDENTITY
    ]
    decisive = [command for command in asked if type(command).__name__ in _IDENTITY]
    met = [_identity(command) for command in decisive]
    if expected == met:
        return
    number = next((at for at, (one, other) in enumerate(zip(expected, met, strict=False)) if one != other), None)
    at = min(len(expected), len(met)) if number is None else number
    place = run.place_of(decisive[at]) if at < len(decisive) else ""
    raise DivergenceError(
        f"{run.entry} does not do in task {task.number} what the history of {run.start.workflow_id} says: "
        f"expected {_spell(expected, at)}, met {_spell(met, at)}{f' at {place}' if place else ''}; changed code asks "
        "workflow.version which way to go"
    )


def _identity(command: Command) -> tuple[Any, ...]:
    name = type(command).__name__
    return (name, *(getattr(command, field) for field in _IDENTITY[name]))


def _spell(found: Sequence[tuple[Any, ...]], at: int) -> str:
    """Name a command as people read it."""
    if at >= len(found):
        return "nothing"
    name, *values = found[at]
    told = [f"{field} {value}" for field, value in zip(_IDENTITY[name], values, strict=True)]
    return f"{name} ({', '.join(told)})" if told else name
