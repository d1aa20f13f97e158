"""A worker of Temporal on a task queue, with the SDK's own loop of polling and completing."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import PollerBehaviorSimpleMaximum, WorkerDeploymentConfig
from temporalio.worker import Worker as Sdk

from runtime.process.completion import Completion
from runtime.process.completion import Outcome as Result
from runtime.supervisor.service import Outcome, ServiceError
from runtime.temporal import log
from runtime.temporal.activities import Calls, any_activity
from runtime.temporal.instance import AnyWorkflow, Runner

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

    from temporalio.client import Client

    from runtime.temporal.bridge import Bridge
    from runtime.temporal.config import WorkerOptions
    from runtime.temporal.work import Work

# Seconds after which a workflow task that gives nothing back has failed. The SDK's two are short for a thread that it
# shares with everything else the node does.
_DEADLOCK = 30.0
_LOOK = 0.005  # seconds between two looks at whether it runs: the SDK tells nobody
_BEHAVIORS = {
    "": VersioningBehavior.PINNED,
    "pinned": VersioningBehavior.PINNED,
    "auto_upgrade": VersioningBehavior.AUTO_UPGRADE,
}


class Worker:
    """A worker that runs."""

    def __init__(self, bridge: Bridge, work: Work, runner: Runner, sdk: Sdk) -> None:
        self._bridge = bridge
        self._work = work
        self._runner = runner
        self._sdk = sdk
        bridge.hold()
        self._held = True
        self._ended = Completion()
        self._running: Future[None] = bridge.begin(sdk.run(), lambda: self._ended.set(Result()))

    @classmethod
    def start(cls, bridge: Bridge, client: Client, work: Work, prefix: str) -> Worker:
        """Make a worker and return when it polls; raise ServiceError when it cannot."""
        _see_namespace(bridge, client, work)
        runner = Runner(work.deployment, prefix)
        try:
            worker = cls(bridge, work, runner, bridge.run(_make(bridge, client, work, runner)))
        except (ValueError, RuntimeError) as error:  # what the SDK refuses, and what core does
            reason = log.core_text(error)
            if "multiple workers" in reason:
                reason = (
                    f"another worker of the client serves the task queue '{work.task_queue}' already; give each its own"
                )
            raise ServiceError(f"{work.worker}: {reason}", final=True) from None
        try:
            bridge.run(worker._started())
            worker._raise_if_failed()
        except BaseException:
            worker._let_go()
            raise
        return worker

    async def _started(self) -> None:
        while not self._sdk.is_running and not self._running.done():
            await self._bridge.pause(_LOOK)

    def _raise_if_failed(self) -> None:
        if self._running.done() and (reason := self._reason()) is not None:
            raise ServiceError(reason)

    def _reason(self) -> str | None:
        error = None if self._running.cancelled() else self._running.exception()
        if error is None:
            return None
        cause = error.__cause__
        text = ": ".join(log.core_text(each) for each in (error, cause) if isinstance(each, Exception))
        return f"{self._work.worker}: the worker of the task queue '{self._work.task_queue}' ended: {text}"

    def wait(self) -> Outcome:
        """Wait until it ends by itself, which is always an error."""
        self._ended.wait()
        reason = self._reason()
        self._let_go()
        return Outcome(reason)

    def stop(self, timeout: float) -> None:
        """Let it finish what it has begun; raise ServiceError when that takes too long."""
        try:
            self._bridge.run(self._sdk.shutdown(), timeout=timeout)
            if not self._ended.wait_for(timeout):
                raise TimeoutError
        except TimeoutError:
            raise ServiceError(f"{self._work.worker}: its activities have not ended within {timeout:g} s") from None
        finally:
            self._let_go()

    def _let_go(self) -> None:
        if self._held:
            self._held = False
            self._running.cancel()
            self._runner.close()
            self._bridge.release()


def _see_namespace(bridge: Bridge, client: Client, work: Work) -> None:
    """Raise ServiceError when the namespace is not there: a worker that finds it out keeps its place in core."""
    request = DescribeNamespaceRequest(namespace=client.namespace)
    try:
        bridge.run(client.workflow_service.describe_namespace(request, retry=True))
    except RPCError as error:
        remedy = f"; create it ('temporal operator namespace create {client.namespace}') or correct the client"
        raise ServiceError(
            f"{work.worker}: the namespace '{client.namespace}' cannot be used: {error.message}"
            + (remedy if error.status == RPCStatusCode.NOT_FOUND else "")
        ) from None


async def _make(bridge: Bridge, client: Client, work: Work, runner: Runner) -> Sdk:
    options = work.options
    calls = Calls(bridge, work.deployment.activities, str(work.worker))
    worker = Sdk(
        client,
        task_queue=runner.prefix + work.task_queue,
        activities=[any_activity],
        interceptors=[calls],
        workflows=[] if options.disable_workflow_worker else [AnyWorkflow],
        workflow_runner=runner,
        unsandboxed_workflow_runner=runner,
        workflow_task_executor=cast("ThreadPoolExecutor", bridge.executor),  # no more is asked of it than `submit`
        **_settings(options),
    )
    _set_deadlock(worker, options.deadlock_detection_timeout or _DEADLOCK)
    return worker


def _settings(options: WorkerOptions) -> dict[str, Any]:
    """Give the options in the SDK's names; what Lua cannot use (sessions, local activities) has none."""
    settings: dict[str, Any] = {
        "identity": options.identity or None,
        "max_concurrent_activities": options.max_concurrent_activity_execution_size or None,
        "max_concurrent_workflow_tasks": options.max_concurrent_workflow_task_execution_size or None,
        "max_concurrent_local_activities": options.max_concurrent_local_activity_execution_size or None,
        "max_activities_per_second": options.worker_activities_per_second or None,
        "max_task_queue_activities_per_second": options.task_queue_activities_per_second or None,
        "sticky_queue_schedule_to_start_timeout": timedelta(seconds=options.sticky_schedule_to_start_timeout),
        "graceful_shutdown_timeout": timedelta(seconds=options.worker_stop_timeout),
        "no_remote_activities": options.local_activity_worker_only,
        "disable_eager_activity_execution": options.disable_eager_activities,
        # Named, because by default the SDK takes a hash of every Python file that is loaded.
        "build_id": None if options.use_versioning else options.build_id or "wippy",
        "deployment_config": _deployment(options),
    }
    for ours, theirs in _POLLERS.items():
        if count := getattr(options, ours):
            settings[theirs] = PollerBehaviorSimpleMaximum(count)
    for ours, theirs in _THROTTLES.items():
        if seconds := getattr(options, ours):
            settings[theirs] = timedelta(seconds=seconds)
    if options.max_concurrent_eager_activity_execution_size:
        settings["max_eager_activity_reservations_per_workflow_task"] = (
            options.max_concurrent_eager_activity_execution_size
        )
    return settings


_POLLERS = {
    "max_concurrent_workflow_task_pollers": "workflow_task_poller_behavior",
    "max_concurrent_activity_task_pollers": "activity_task_poller_behavior",
}
_THROTTLES = {
    "max_heartbeat_throttle_interval": "max_heartbeat_throttle_interval",
    "default_heartbeat_throttle_interval": "default_heartbeat_throttle_interval",
}


def _deployment(options: WorkerOptions) -> WorkerDeploymentConfig | None:
    if not options.use_versioning:
        return None
    return WorkerDeploymentConfig(
        version=WorkerDeploymentVersion(deployment_name=options.deployment_name, build_id=options.build_id),
        use_worker_versioning=True,
        default_versioning_behavior=_BEHAVIORS[options.default_versioning_behavior],
    )


def _set_deadlock(worker: Sdk, seconds: float) -> None:
    """Set how long a workflow task may take; the SDK has no public way to say so, and a test watches this one."""
    workflows = worker._workflow_worker  # noqa: SLF001
    if workflows is not None:
        workflows._deadlock_timeout_seconds = cast("Any", seconds)  # noqa: SLF001
