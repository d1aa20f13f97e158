"""Checks code against a history of Temporal, without a server: core replays it as it would for a worker."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from runtime.temporal import log
from runtime.temporal.instance import AnyWorkflow, Runner
from runtime.workflows.errors import DivergenceError

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

    from runtime.temporal.bridge import Bridge
    from runtime.temporal.work import Deployment


def workflow_type(history: Any) -> str:
    """Give the type of the workflow whose history this is; KeyError or the like when it is none."""
    return str(history["events"][0]["workflowExecutionStartedEventAttributes"]["workflowType"]["name"])


def replay(bridge: Bridge, history: Any, deployment: Deployment) -> None:
    """Carry out a history; raise DivergenceError that tells where the code does something else.

    It may be what `wippy workflow history` printed, or Temporal's own tools. Nothing is called and nothing is sent.
    """
    workflow_id = str(history.get("workflow_id", "replayed"))
    told: list[str] = []
    runner = Runner(deployment, "", lambda name, reason, _remedy: told.append(f"the workflow {name} {reason}"))
    log.install()
    bridge.hold()
    try:
        failure = bridge.run(_replay(bridge, WorkflowHistory.from_json(workflow_id, history), runner))
    finally:
        runner.close()
        bridge.release()
    if failure is not None:
        raise DivergenceError(told[0] if told else f"the workflow {workflow_id}: {log.core_text(failure)}")


async def _replay(bridge: Bridge, history: WorkflowHistory, runner: Runner) -> Exception | None:
    replayer = Replayer(
        workflows=[AnyWorkflow],
        workflow_runner=runner,
        unsandboxed_workflow_runner=runner,
        workflow_task_executor=cast("ThreadPoolExecutor", bridge.executor),
        build_id="wippy",
    )
    return (await replayer.replay_workflow(history, raise_on_replay_failure=False)).replay_failure
