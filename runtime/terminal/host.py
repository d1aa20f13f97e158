"""terminal.host: its processes have the terminal, and the runtime ends with the first of them that ends."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import gevent

from runtime.binding import Failure
from runtime.binding.text import to_bytes
from runtime.logs.setup import Silence
from runtime.process import events
from runtime.process.host import ProcessHost
from runtime.terminal.terminal import ATTACHMENT, Console, Terminal

if TYPE_CHECKING:
    from runtime.process.context import CallContext
    from runtime.process.outcome import Outcome
    from runtime.process.process import Process
    from runtime.process.processes import SpawnRequest
    from runtime.registry.entry import EntryId
    from runtime.supervisor.lifecycle import Lifecycle


class TerminalHost(ProcessHost):
    """A process host with a console; `hide_logs` keeps log records from it while a process runs."""

    def __init__(self, node: Any, entry_id: EntryId, lifecycle: Lifecycle, *, hide_logs: bool) -> None:
        super().__init__(node, entry_id, lifecycle)
        self.console = Console()
        self.hide_logs = hide_logs
        self._silence = Silence()

    def context_of(self, request: SpawnRequest) -> CallContext:
        """Give a process its terminal, with those arguments that are strings.

        One without identity and rights gets those of the host.
        """
        context = request.context
        if context.actor is None and context.scope is None:
            own = self.node.policies.context(self.lifecycle.security, self.id)
            context = replace(context, actor=own.actor, scope=own.scope)
        arguments = [argument for argument in request.arguments if isinstance(argument, str)]
        attachments = {**context.attachments, ATTACHMENT: Terminal(self.console, arguments)}
        return replace(context, attachments=attachments)

    def adopt(self, process: Process) -> None:
        """Take a process in whose end is to be that of the runtime."""
        if self.hide_logs:
            self._silence.begin()
        super().adopt(process)
        process.completion.listen(lambda outcome: self._done(process, outcome))

    def _done(self, process: Process, outcome: Outcome) -> None:
        """Show how the process ended and end the runtime; runs on the hub."""
        self.console.raw.reset()
        self._silence.end()
        if self._stopping and (process.forced or self.node.exit_code):
            return  # the runtime ends already, and has its exit code
        code, text, stream = exit_of(outcome)
        if text:
            gevent.spawn(self._tell, stream, text, code)
        else:
            self.node.exit(code)

    def _tell(self, stream: str, text: str, code: int) -> None:
        try:
            getattr(self.console, stream).write(to_bytes(text + "\n"))
        except Failure:
            pass  # nobody reads it
        finally:
            self.node.exit(code)


def exit_of(outcome: Outcome) -> tuple[int, str, str]:
    """Give the exit code that an outcome means, the text to show as a Lua string, and where (semantics 2.7)."""
    error = events.error_of(outcome)
    if error is not None:
        return 1, error.full_text(), "stderr"
    value = outcome.value
    if isinstance(value, str):
        return 0, value, "stdout"
    if isinstance(value, bool):
        return int(not value), "", "stdout"
    if isinstance(value, (int, float)):
        return (int(value) if math.isfinite(value) else 1), "", "stdout"
    return 0, "", "stdout"
