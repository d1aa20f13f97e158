"""The kind terminal.host."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from runtime.process.kinds import HostKind
from runtime.supervisor.lifecycle import Lifecycle
from runtime.terminal.host import TerminalHost

if TYPE_CHECKING:
    from runtime.registry.entry import Entry


@dataclass(frozen=True)
class TerminalConfig:
    """The data of terminal.host."""

    hide_logs: bool = False
    lifecycle: Lifecycle = field(default_factory=Lifecycle)


class TerminalKind(HostKind):
    """Runs terminal.host."""

    kinds: ClassVar[tuple[str, ...]] = ("terminal.host",)
    config: ClassVar[type] = TerminalConfig

    def create(self, entry: Entry, config: TerminalConfig) -> None:  # type: ignore[override]  # its own config
        """Make the host known and supervised."""
        host = TerminalHost(self.node, entry.id, config.lifecycle, hide_logs=config.hide_logs)
        self.node.processes.hosts[entry.id] = host
        self.node.supervisor.add(host)

    def update(self, old: Entry, new: Entry, config: TerminalConfig) -> None:
        """Take a new `hide_logs`, effective from the next process on."""
        super().update(old, new, config)
        self.node.processes.hosts[new.id].hide_logs = config.hide_logs
