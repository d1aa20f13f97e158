"""The two sides of a workflow engine: what it runs, and what it can be asked for by everybody else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from runtime.process.completion import Completion
    from runtime.workflows.activation import Activation, Data, Headers, Result, Signaled, Start
    from runtime.workflows.commands import Command, StartOptions


class Workflow(Protocol):
    """A run that an engine keeps in memory; used from greenlets of the node's thread only."""

    def activate(self, activation: Activation) -> Sequence[Command]:
        """Carry out jobs until all code waits, and give what it asks for.

        Raise WorkflowError when the code itself is at fault (it is gone, or does not do what the history says): the
        task fails, the workflow does not, and the task is tried again when the code has changed.
        """

    def place_of(self, command: Command) -> str:
        """Tell the line of code that asked for a command of the last activation, in a replay; empty if unknown."""

    def close(self) -> None:
        """Let go of it; it can be made anew by replaying its history."""


class Activities(Protocol):
    """What runs activities for an engine."""

    def knows(self, name: str) -> bool:
        """Tell whether a function is registered with this worker."""

    def begin(self, name: str, arguments: Sequence[Data], headers: Headers) -> ActivityRun:
        """Start one attempt without waiting."""


class ActivityRun(Protocol):
    """One attempt of an activity."""

    def listen(self, done: Callable[[Result], object]) -> None:
        """Call a function on the hub with the result, once."""

    def cancel(self) -> None:
        """End it."""


class Client(Protocol):
    """What processes ask an engine for, about workflows by their id; called in greenlets, and may wait.

    Failures are raised as Failure: NOT_FOUND for a workflow that does not run, ALREADY_EXISTS where a policy says so,
    UNAVAILABLE while the engine cannot be reached.
    """

    def start(self, start: Start, options: StartOptions, signals: Sequence[Signaled]) -> str:
        """Start a workflow, or find the one that has the id and runs, and send it the signals; give the run's id."""

    def signal(self, workflow_id: str, signal: Signaled) -> None:
        """Send a message; durable when this returns."""

    def cancel(self, workflow_id: str, reason: str) -> None:
        """Ask it to end."""

    def terminate(self, workflow_id: str, reason: str) -> None:
        """End it at once."""

    def outcome(self, workflow_id: str) -> Completion:
        """Give what completes when the workflow does, over all its runs; NOT_FOUND for an unknown one."""

    def query(self, workflow_id: str, name: str, arguments: Sequence[Data]) -> Data | None:
        """Ask a question."""

    def update(self, workflow_id: str, name: str, arguments: Sequence[Data]) -> Data | None:
        """Make a request and wait for the answer."""
