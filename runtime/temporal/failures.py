"""Errors of Lua as Temporal's failures: the kind is the type, the chain of errors stands in the details.

The form is that of the reference's workers (service/temporal/errors), so that both can share a task queue. A failure
of another SDK has no chain: its type, message and whether it may be tried again are what there is.
"""

from __future__ import annotations

import json
from typing import Any

from temporalio.api.common.v1 import Payloads
from temporalio.api.enums.v1 import TimeoutType
from temporalio.api.failure.v1 import ApplicationFailureInfo, Failure

from runtime.lua.errors import Kind
from runtime.temporal.payloads import ENCODING, to_payload
from runtime.workflows.activation import Problem

SOURCE = "WippySDK"
_KINDS = frozenset(kind for name, kind in vars(Kind).items() if name.isupper())
_NOT_REGISTERED = frozenset(
    {
        "ActivityNotRegisteredError",
        "ActivityNotRegistered",
        "WorkflowNotRegisteredError",
        "NamespaceNotFoundError",
        "NotFoundError",
        "ExternalWorkflowExecutionNotFound",
    }
)
_TIMEOUTS = {
    TimeoutType.TIMEOUT_TYPE_START_TO_CLOSE: "start_to_close",
    TimeoutType.TIMEOUT_TYPE_SCHEDULE_TO_START: "schedule_to_start",
    TimeoutType.TIMEOUT_TYPE_SCHEDULE_TO_CLOSE: "schedule_to_close",
    TimeoutType.TIMEOUT_TYPE_HEARTBEAT: "heartbeat",
}


def to_failure(problem: Problem) -> Failure:
    """Write an error with those that it wraps."""
    return Failure(
        message=problem.message,
        source=SOURCE,
        stack_trace=problem.stack,
        application_failure_info=ApplicationFailureInfo(
            type=problem.kind or Kind.INTERNAL,
            non_retryable=problem.retryable is False,
            details=Payloads(payloads=[to_payload(json.dumps({"errors": _chain(problem)}).encode())]),
        ),
        cause=to_failure(problem.cause) if problem.cause is not None else None,
    )


def _chain(problem: Problem | None) -> list[dict[str, Any]]:
    links = []
    while problem is not None:
        link: dict[str, Any] = {"msg": problem.message}
        if problem.kind:
            link["kind"] = problem.kind
        if problem.retryable is not None:
            link["retry"] = problem.retryable
        if problem.details is not None:
            link["details"] = json.loads(problem.details)
        if problem.stack:
            link["stack"] = problem.stack.splitlines()
        links.append(link)
        problem = problem.cause
    return links


def of_failure(failure: Failure) -> Problem:
    """Read a failure; the layers that say which activity or child it came from are taken off."""
    while failure.HasField("cause") and (
        failure.HasField("activity_failure_info") or failure.HasField("child_workflow_execution_failure_info")
    ):
        failure = failure.cause
    if failure.HasField("application_failure_info"):
        return _of_application(failure)
    if failure.HasField("canceled_failure_info"):
        return Problem("operation canceled", Kind.CANCELED, retryable=False)
    if failure.HasField("timeout_failure_info"):
        kind = _TIMEOUTS.get(failure.timeout_failure_info.timeout_type, "unknown")
        return Problem(
            failure.message or f"{kind} timeout",
            Kind.TIMEOUT,
            retryable=False,
            details=json.dumps({"timeout_type": kind}).encode(),
        )
    if failure.HasField("terminated_failure_info"):
        return Problem("workflow terminated", Kind.CANCELED, retryable=False)
    return Problem(failure.message, Kind.INTERNAL, retryable=None, cause=_cause(failure))


def _of_application(failure: Failure) -> Problem:
    info = failure.application_failure_info
    details = _details(info)
    if isinstance(details, dict) and isinstance(links := details.get("errors"), list) and links:
        problem = None
        for link in reversed(links):
            problem = _of_link(link, problem)
        if problem is not None:
            return problem
    kind = Kind.NOT_FOUND if info.type in _NOT_REGISTERED else info.type if info.type in _KINDS else Kind.UNKNOWN
    return Problem(
        failure.message,
        kind,
        retryable=not info.non_retryable,
        details=json.dumps(details).encode() if isinstance(details, dict) else None,
        stack=failure.stack_trace,
        cause=_cause(failure),
    )


def _of_link(link: Any, cause: Problem | None) -> Problem | None:
    if not isinstance(link, dict):
        return cause
    details, stack = link.get("details"), link.get("stack")
    return Problem(
        str(link.get("msg", "")),
        str(link.get("kind", "")),
        retryable=link.get("retry"),
        details=json.dumps(details).encode() if isinstance(details, dict) else None,
        stack="\n".join(map(str, stack)) if isinstance(stack, list) else "",
        cause=cause,
    )


def _details(info: ApplicationFailureInfo) -> Any:
    """Give the first of the details where it is JSON."""
    first = next(iter(info.details.payloads), None)
    if first is None or first.metadata.get(ENCODING) != b"json/plain":
        return None
    try:
        return json.loads(first.data)
    except ValueError:
        return None


def _cause(failure: Failure) -> Problem | None:
    return of_failure(failure.cause) if failure.HasField("cause") else None
