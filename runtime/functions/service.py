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
    from runtime.functions.pool import Slot
    from runtime.lua.types import LuaValue
    from runtime.process.completion import Completion, Outcome


class Functions:
    """The functions of a node."""

    def __init__(self, node: Any) -> None:
        self.node = node
        self._pools: dict[EntryId, Pool] = {}
        self._generations = 0

    def put(self, unit: Unit) -> None:
        """Make a function callable, or replace it: calls under way finish on the old code, the next ones get the new."""
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
        """Call a function and wait for its result; raise Failure when it is unknown or fails. `timeout` is in seconds."""
        process = self.begin(target, args, context, timeout=timeout)
        with _Tied(process):
            outcome = process.completion.wait()
        return result_of(outcome)

    def begin(
        self,
        target: EntryId | str,
        args: Sequence[LuaValue] = (),
        context: CallContext = EMPTY,
        *,
        timeout: float | None = None,
    ) -> Process:
        """Start a call; its result comes with the completion of the process."""
        entry_id = target_id(target)
        pool = self._pools.get(entry_id)
        if pool is None:
            raise Failure(Kind.NOT_FOUND, f"no handler registered for target: {entry_id}")
        arguments = tuple(copy_value(argument) for argument in args)
        slot = pool.acquire()
        process = self._process(entry_id, pool, slot, context)
        if timeout is not None:
            self._limit(process.completion, process, timeout)
        process.start(lambda: self._run(entry_id, slot, arguments), ())
        return process

    def _process(self, entry_id: EntryId, pool: Pool, slot: Slot, context: CallContext) -> Process:
        pid = self.node.processes.pids.next(f"{entry_id}#lua.{pool.generation}")
        process = Process(self.node, pid, str(entry_id), context)
        process.completion.listen(lambda _: pool.release(slot))
        self.node.processes.add(process)
        return process

    def _run(self, entry_id: EntryId, slot: Slot, arguments: tuple[LuaValue, ...]) -> LuaValue:
        if slot.instance is None:
            slot.instance = self.node.code.instantiate(entry_id)
        return slot.instance.method(*arguments)

    @staticmethod
    def _limit(completion: Completion, process: Process, timeout: float) -> None:
        timer = start_timer(timeout, lambda: process.terminate(f"call timed out after {timeout:g} s", Kind.TIMEOUT))
        completion.listen(lambda _: None if timer.stop() else None)


class _Tied:
    """Ends a call when the process that waits for it is ended."""

    def __init__(self, callee: Process) -> None:
        self.callee = callee

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            self.callee.terminate("the caller is gone", Kind.CANCELED)


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
