"""What the names in start options stand for at Temporal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from temporalio.api.common.v1 import RetryPolicy as TemporalRetry
from temporalio.api.enums.v1 import ParentClosePolicy, WorkflowIdConflictPolicy, WorkflowIdReusePolicy

from runtime.temporal.payloads import duration

if TYPE_CHECKING:
    from runtime.workflows.commands import RetryPolicy

CONFLICT = {
    "": WorkflowIdConflictPolicy.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
    "use_existing": WorkflowIdConflictPolicy.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
    "fail": WorkflowIdConflictPolicy.WORKFLOW_ID_CONFLICT_POLICY_FAIL,
    "terminate_existing": WorkflowIdConflictPolicy.WORKFLOW_ID_CONFLICT_POLICY_TERMINATE_EXISTING,
}
REUSE = {
    "": WorkflowIdReusePolicy.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
    "allow_duplicate": WorkflowIdReusePolicy.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
    "allow_duplicate_failed_only": WorkflowIdReusePolicy.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE_FAILED_ONLY,
    "reject_duplicate": WorkflowIdReusePolicy.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE,
}
PARENT_CLOSE = {
    "": ParentClosePolicy.PARENT_CLOSE_POLICY_TERMINATE,
    "terminate": ParentClosePolicy.PARENT_CLOSE_POLICY_TERMINATE,
    "abandon": ParentClosePolicy.PARENT_CLOSE_POLICY_ABANDON,
    "request_cancel": ParentClosePolicy.PARENT_CLOSE_POLICY_REQUEST_CANCEL,
}


def retry_of(policy: RetryPolicy | None) -> TemporalRetry | None:
    """Write a retry policy; None leaves the choice to the server."""
    if policy is None:
        return None
    return TemporalRetry(
        initial_interval=duration(policy.initial_interval),
        backoff_coefficient=policy.backoff_coefficient,
        maximum_interval=duration(policy.maximum_interval),
        maximum_attempts=policy.maximum_attempts,
        non_retryable_error_types=policy.non_retryable,
    )
