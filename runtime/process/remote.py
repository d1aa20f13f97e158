"""Hosts whose processes do not live in this node's table, but are reached like those that do: workflows."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from runtime.process.completion import Completion
    from runtime.process.message import Envelope
    from runtime.process.pid import Pid
    from runtime.process.processes import SpawnRequest


class Remote(Protocol):
    """A process that lives elsewhere. What is asked of it may wait, and raises Failure when it cannot be reached."""

    @property
    def pid(self) -> Pid:
        """Its address."""

    @property
    def completion(self) -> Completion:
        """Tell its outcome when it is over."""

    def deliver(self, envelope: Envelope) -> None:
        """Send it a message."""

    def cancel(self, reason: str) -> None:
        """Ask it to end."""

    def terminate(self, message: str = "", kind: str = "") -> None:
        """End it."""


class RemoteHost(ABC):
    """Where such processes run."""

    @abstractmethod
    def spawn(self, request: SpawnRequest) -> Remote:
        """Start a process; raise Failure when it cannot start."""

    @abstractmethod
    def reach(self, pid: Pid) -> Remote:
        """Give what a pid of this host stands for."""
