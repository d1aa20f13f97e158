"""Calls by id: isolated, with the caller's context, through the interceptors, ended with the caller."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from runtime.binding import Failure
from runtime.functions import retry
from runtime.functions.call import Invocation
from runtime.functions.options import timeout_of
from runtime.functions.pool import Pool
from runtime.functions.pooled import PooledFunction
from runtime.functions.processes import ProcessFunction
from runtime.lua.errors import Kind
from runtime.process.context import EMPTY, CallContext
from runtime.process.events import error_of
from runtime.process.timing import start_timer
from runtime.process.transfer import copy_value
from runtime.registry.entry import EntryId

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from runtime.code.unit import Unit
    from runtime.functions.call import Callee, Interceptor, Proceed, Running
    from runtime.lua.types import LuaValue
    from runtime.process.completion import Outcome

_NONE: Mapping[str, Any] = {}


class Functions:
    """What can be called on a node."""

    def __init__(self, node: Any) -> None:
        self.node = node
        self._callees: dict[EntryId, Callee] = {}
        self._generations = 0
        # In the order in which they see a call. While there is only our own, calls without options pass it by.
        self._interceptors: list[tuple[int, Interceptor]] = [(retry.ORDER, retry.retry)]
        self._always_intercepted = False

    # --- what can be called -------------------------------------------------------------------------------------------

    def put(self, unit: Unit, options: Mapping[str, Any] = _NONE) -> None:
        """Make a function callable, or replace it: calls under way finish on the old code, the next get the new."""
        self._generations += 1
        pool = Pool.of(unit.config.pool, self._generations)
        self._place(unit.id, PooledFunction(self.node, unit.id, pool, options))

    def put_process(self, entry_id: EntryId, host: EntryId, options: Mapping[str, Any] = _NONE) -> None:
        """Make a process callable: each call starts one."""
        self._place(entry_id, ProcessFunction(self.node, entry_id, host, options))

    def _place(self, entry_id: EntryId, callee: Callee) -> None:
        self.drop(entry_id)
        self._callees[entry_id] = callee

    def renew(self, ids: Sequence[EntryId]) -> None:
        """Drop the instances of functions whose imports changed."""
        for entry_id in ids:
            callee = self._callees.get(entry_id)
            if isinstance(callee, PooledFunction):
                self.put(self.node.code.get(entry_id), callee.options)

    def drop(self, entry_id: EntryId) -> None:
        """Make an id unknown."""
        callee = self._callees.pop(entry_id, None)
        if callee is not None:
            callee.close()

    def close(self) -> None:
        """Make all ids unknown."""
        for entry_id in list(self._callees):
            self.drop(entry_id)

    def intercept(self, order: int, interceptor: Interceptor) -> None:
        """Let an interceptor see every call from now on; those with lower numbers come first."""
        self._interceptors.append((order, interceptor))
        self._interceptors.sort(key=lambda placed: placed[0])
        self._always_intercepted = True

    # --- calls --------------------------------------------------------------------------------------------------------

    def call(
        self,
        target: EntryId | str,
        args: Sequence[LuaValue] = (),
        context: CallContext = EMPTY,
        *,
        timeout: float | None = None,
        options: Mapping[str, Any] = _NONE,
    ) -> LuaValue:
        """Call a function and wait for its result; raise Failure when it is unknown or fails.

        `timeout` is in seconds. The call ends with whoever waits for it.
        """
        running = self.begin(target, args, context, timeout=timeout, options=options)
        try:
            outcome = running.completion.wait()
        except BaseException:
            running.terminate("the caller is gone", Kind.CANCELED)
            raise
        return result_of(outcome)

    def begin(
        self,
        target: EntryId | str,
        args: Sequence[LuaValue] = (),
        context: CallContext = EMPTY,
        *,
        timeout: float | None = None,
        options: Mapping[str, Any] = _NONE,
    ) -> Running:
        """Start a call, without waiting; its result comes with its completion.

        Where all instances are in use the call waits for one. The timeout counts that too, and all attempts.
        """
        entry_id = target_id(target)
        callee = self._callee(entry_id)
        if options or callee.options:
            options = {**callee.options, **options}
            if timeout is None:
                timeout = timeout_of(options)
        if options or self._always_intercepted:
            running = self._intercepted(Invocation(entry_id, args, context, options))
        else:
            running = callee.begin(args, context)
        if timeout is not None:
            _limit(running, entry_id, timeout)
        return running

    def _callee(self, entry_id: EntryId) -> Callee:
        callee = self._callees.get(entry_id)
        if callee is None:
            raise Failure(Kind.NOT_FOUND, f"no handler registered for target: {entry_id}")
        return callee

    def _intercepted(self, invocation: Invocation) -> Running:
        # An interceptor may begin the call later, or again, and the caller go on and change its tables meanwhile.
        invocation = replace(invocation, arguments=tuple(copy_value(argument) for argument in invocation.arguments))
        proceed: Proceed = self._proceed
        for _, interceptor in reversed(self._interceptors):
            proceed = _through(interceptor, proceed)
        return proceed(invocation)

    def _proceed(self, invocation: Invocation) -> Running:
        return self._callee(invocation.target).begin(invocation.arguments, invocation.context)


def _through(interceptor: Interceptor, proceed: Proceed) -> Proceed:
    return lambda invocation: interceptor(invocation, proceed)


def _limit(running: Running, entry_id: EntryId, seconds: float) -> None:
    timer = start_timer(
        seconds, lambda: running.terminate(f"call of {entry_id} timed out after {seconds:g} s", Kind.TIMEOUT)
    )
    running.completion.listen(lambda _: timer.stop())


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
