"""Activities at Temporal's worker: each attempt is a call on the hub, behind an interceptor that knows its headers."""

from __future__ import annotations

from collections.abc import Sequence  # noqa: TC003  (the SDK evaluates the annotations of what it registers)
from typing import TYPE_CHECKING, Any

from temporalio import activity
from temporalio.common import RawValue
from temporalio.exceptions import CancelledError, FailureError
from temporalio.worker import ActivityInboundInterceptor, Interceptor

from runtime.lua.errors import Kind
from runtime.temporal.failures import to_failure
from runtime.temporal.payloads import of_fields, of_payloads, to_payload
from runtime.workflows.activation import Completed, Failed, Problem
from runtime.workflows.errors import WorkflowError

if TYPE_CHECKING:
    from collections.abc import Callable

    from temporalio.worker import ExecuteActivityInput

    from runtime.temporal.bridge import Bridge
    from runtime.workflows.activation import Data, Headers, Result
    from runtime.workflows.engine import Activities

# Seconds between signs of life of an activity that promised none: they bring back the news that it shall end.
_SIGN_OF_LIFE = 5.0
_SIGNS_A_TIMEOUT = 3


@activity.defn(dynamic=True)
async def any_activity(_arguments: Sequence[RawValue]) -> None:
    """Be declared only: an activity of any name, so that names may come while the worker runs; see `Calls`."""
    raise NotImplementedError


class Calls(Interceptor):
    """Stands before every activity and carries it out."""

    def __init__(self, bridge: Bridge, activities: Activities, worker: str) -> None:
        self._bridge = bridge
        self._activities = activities
        self._worker = worker

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002
        """Take the place of what would call a function of Python."""
        return _Call(next, self._perform)

    async def _perform(self, arguments: Sequence[Sequence[RawValue]], headers: Any) -> RawValue:
        info = activity.info()
        try:
            values, fields = of_payloads(argument.payload for argument in arguments[0]), of_fields(headers)
        except WorkflowError as error:
            raise _refused(Problem(str(error), Kind.INVALID, retryable=False)) from None
        promised = info.heartbeat_timeout
        interval = promised.total_seconds() / _SIGNS_A_TIMEOUT if promised else _SIGN_OF_LIFE

        def begin(done: Callable[[Result], object]) -> Callable[[], object]:
            return self._begin(info.activity_type, values, fields, done)

        result, canceled = await self._bridge.attend(begin, activity.heartbeat, interval)
        if isinstance(result, Completed):
            return RawValue(to_payload(result.value))
        if canceled:
            raise CancelledError(result.problem.message)
        raise _refused(result.problem)

    def _begin(
        self, name: str, values: tuple[Data, ...], headers: Headers, done: Callable[[Result], object]
    ) -> Callable[[], object]:
        if not self._activities.knows(name):
            refusal = f"the activity {name} is not registered with the worker {self._worker}"
            done(Failed(Problem(refusal, Kind.NOT_FOUND, retryable=False)))
            return lambda: None
        run = self._activities.begin(name, values, headers)
        run.listen(done)
        return run.cancel


class _Call(ActivityInboundInterceptor):
    def __init__(self, behind: ActivityInboundInterceptor, perform: Callable[[Any, Any], Any]) -> None:
        super().__init__(behind)
        self._perform = perform

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002
        """Carry out one attempt."""
        return await self._perform(input.args, input.headers)


def _refused(problem: Problem) -> FailureError:
    return FailureError(problem.message, failure=to_failure(problem))
