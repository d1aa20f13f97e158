"""What people may see of workflows, whichever engine runs them, and what they may do to them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Summary:
    """A run. Times are seconds since 1970; `trouble` says why it stands still."""

    workflow_id: str
    run_id: str
    type: str
    status: str
    host: str
    started: float
    ended: float | None = None
    trouble: str = ""
    memo: Any = field(default_factory=dict)
    search: Any = field(default_factory=dict)
    result: Any = None


@dataclass(frozen=True)
class Event:
    """A line of a history: `incoming` for what happened to the workflow, otherwise what it asked for."""

    task: int
    time: float
    incoming: bool
    name: str
    details: dict[str, Any]


class Inspector(Protocol):
    """Looks into an engine from outside; raises Failure NOT_FOUND for an unknown workflow."""

    def runs(self, status: str, limit: int) -> list[Summary]:
        """List runs, the latest first; of one status, or of all when it is empty."""

    def describe(self, workflow_id: str, run_id: str = "") -> Summary:
        """Describe a run, by default the last one."""

    def events(self, summary: Summary) -> list[Event]:
        """Read a history."""

    def export(self, summary: Summary) -> Any:
        """Give a history as plain data, to be kept and replayed."""

    def signal(self, workflow_id: str, name: str, values: Sequence[Any]) -> None:
        """Send a message."""

    def cancel(self, workflow_id: str, reason: str) -> None:
        """Ask it to end."""

    def terminate(self, workflow_id: str, reason: str) -> None:
        """End it."""

    def close(self) -> None:
        """Let go of what was opened."""
