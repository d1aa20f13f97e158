"""Processes that can be called like functions: process.lua with a `default_host` (semantics 4.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runtime.lua.errors import Error, LuaError
from runtime.process import current, events
from runtime.process.completion import Completion, Outcome
from runtime.process.processes import SpawnRequest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from runtime.functions.call import Running
    from runtime.lua.types import LuaValue
    from runtime.process.context import CallContext
    from runtime.process.pid import Pid
    from runtime.process.process import Process
    from runtime.registry.entry import EntryId


class ProcessFunction:
    """Starts a process for each call; its result is that of the call."""

    def __init__(self, node: Any, entry_id: EntryId, host: EntryId, options: Mapping[str, Any]) -> None:
        self.node = node
        self.id = entry_id
        self.host = host
        self.options = options

    def begin(self, arguments: Sequence[LuaValue], context: CallContext) -> Running:
        """Start the process."""
        process, _ = self.node.processes.launch(SpawnRequest(self.id, self.host, arguments, context))
        caller = current.process()
        return _Call(process, caller.pid if caller is not None else None)

    def close(self) -> None:
        """Hold nothing that had to be given back."""


class _Call:
    """The wait for the process; who gives up waiting asks the process to end, and no more."""

    def __init__(self, process: Process, caller: Pid | None) -> None:
        self.completion = Completion()
        self._process = process
        self._caller = caller
        process.completion.listen(self.completion.set)

    def terminate(self, message: str, kind: str) -> None:
        """End the call, and ask the process to end."""
        if self.completion.outcome is None:
            self.completion.set(Outcome(error=LuaError(Error(message, kind, retryable=False))))
            self._process.deliver(events.cancel_event(self._caller, message))
