"""Calls of functions by id: isolated, with the caller's context, ended with the caller."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runtime.binding import Failure
from runtime.functions.pool import Pool, limit_of
from runtime.lua.errors import Kind
from runtime.process.context import EMPTY, CallContext
from runtime.process.events import error_of
from runtime.process.process import Process
from runtime.process.timing import start_timer
from runtime.process.transfer import copy_value
from runtime.registry.entry import EntryId

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runtime.code.unit import Unit
    from runtime.lua.types import LuaFunction, LuaValue
    from runtime.process.completion import Outcome


class Functions:
    """The functions of a node."""

    def __init__(self, node: Any) -> None:
        self.node = node
        self._pools: dict[EntryId, Pool] = {}
        self._generations = 0

    def put(self, unit: Unit) -> None:
        """Make a function callable, or replace it: calls under way finish on the old code, the next get the new."""
        self._generations += 1
        self._pools[unit.id] = Pool(limit_of(unit.config.pool), self._generations)

    def renew(self, ids: Sequence[EntryId]) -> None:
        """Drop the instances of functions whose imports changed."""
        for entry_id in ids:
            if entry_id in self._pools:
                self.put(self.node.code.get(entry_id))

    def drop(self, entry_id: EntryId) -> None:
        """Make a function unknown."""
        self._pools.pop(entry_id, None)

    def call(
        self,
        target: EntryId | str,
        args: Sequence[LuaValue] = (),
        context: CallContext = EMPTY,
        *,
        timeout: float | None = None,
    ) -> LuaValue:
        """Call a function and wait for its result; raise Failure when it is unknown or fails.

        `timeout` is in seconds. The call ends with whoever waits for it.
        """
        process = self.begin(target, args, context, timeout=timeout)
        try:
            outcome = process.completion.wait()
        except BaseException:
            process.terminate("the caller is gone", Kind.CANCELED)
            raise
        return result_of(outcome)

    def begin(
        self,
        target: EntryId | str,
        args: Sequence[LuaValue] = (),
        context: CallContext = EMPTY,
        *,
        timeout: float | None = None,
    ) -> Process:
        """Start a call, without waiting; its result comes with the completion of the process.

        Where all instances are in use the call waits for one. The timeout counts that too.
        """
        entry_id = target_id(target)
        pool = self._pools.get(entry_id)
        if pool is None:
            raise Failure(Kind.NOT_FOUND, f"no handler registered for target: {entry_id}")
        arguments = tuple(copy_value(argument) for argument in args)
        pid = self.node.processes.pids.next(f"{entry_id}#lua.{pool.generation}")
        process = Process(self.node, pid, str(entry_id), context)
        self.node.processes.add(process)
        if timeout is not None:
            _limit(process, timeout)
        process.start(lambda: self._run(entry_id, pool, process)(*arguments), ())
        return process

    def _run(self, entry_id: EntryId, pool: Pool, process: Process) -> LuaFunction:
        """Wait for an instance and give its method; runs in the process of the call."""
        slot = pool.acquire()
        process.completion.listen(lambda _: pool.release(slot))
        if slot.instance is None:
            process.loading = True  # what the body of the code sets up serves later calls too
            slot.instance = self.node.code.instantiate(entry_id)
            process.loading = False
        return slot.instance.method


def _limit(process: Process, seconds: float) -> None:
    timer = start_timer(
        seconds, lambda: process.terminate(f"call of {process.source} timed out after {seconds:g} s", Kind.TIMEOUT)
    )
    process.completion.listen(lambda _: timer.stop())


def target_id(target: EntryId | str) -> EntryId:
    """Read the target of a call; INVALID when it is not `namespace:name`."""
    if isinstance(target, EntryId):
        return target
    namespace, separator, name = target.partition(":")
    if not target:
        raise Failure(Kind.INVALID, "the target of a call is empty; write 'namespace:name'")
    if not separator or not namespace or not name:
        raise Failure(Kind.INVALID, f"'{target}' is no function id; write 'namespace:name'")
    return EntryId(namespace, name)


def result_of(outcome: Outcome) -> LuaValue:
    """Give the value of an outcome, or raise its error as a Failure."""
    error = error_of(outcome)
    if error is None:
        return outcome.value
    raise Failure.from_error(error)
