"""Functions proper: each call is a short process on an instance from a pool (semantics 4.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runtime.process.hunger import is_out_of_memory
from runtime.process.process import Process
from runtime.process.transfer import copy_value

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from runtime.functions.pool import Pool, Slot
    from runtime.lua.types import LuaFunction, LuaValue
    from runtime.process.context import CallContext
    from runtime.process.outcome import Outcome
    from runtime.registry.entry import EntryId


class PooledFunction:
    """One generation of a function."""

    def __init__(self, node: Any, entry_id: EntryId, pool: Pool, options: Mapping[str, Any]) -> None:
        self.node = node
        self.id = entry_id
        self.pool = pool
        self.options = options
        self._host = f"{entry_id}#lua.{pool.generation}"

    def begin(self, arguments: Sequence[LuaValue], context: CallContext) -> Process:
        """Start the process of a call; it waits for an instance where all are in use."""
        copies = tuple(copy_value(argument) for argument in arguments)
        processes = self.node.processes
        process = Process(self.node, processes.pids.next(self._host), str(self.id), context)
        processes.add(process)
        process.start(lambda: self._method(process)(*copies), ())
        return process

    def _method(self, process: Process) -> LuaFunction:
        """Wait for an instance and give its method; runs in the process of the call."""
        pool = self.pool
        slot = pool.acquire()
        process.completion.listen(lambda outcome: _give_back(pool, slot, outcome))
        if slot.instance is None:
            process.loading = True  # what the body of the code sets up serves later calls too
            slot.instance = self.node.code.instantiate(self.id)
            process.loading = False
        return slot.instance.method

    def close(self) -> None:
        """Keep no instances beyond the calls under way."""
        self.pool.close()


def _give_back(pool: Pool, slot: Slot, outcome: Outcome) -> None:
    if is_out_of_memory(outcome):
        slot.instance = None  # its module-level state may be what took the memory
    pool.release(slot)
