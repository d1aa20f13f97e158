"""Options of starts and activities (pages temporal/workflows, temporal/activities).

The names may have the prefix `temporal.` or not, as the two states of the reference have them. Durations are text or
milliseconds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runtime.binding import Failure, Kind
from runtime.functions.options import number_of, seconds_of
from runtime.workflows import data
from runtime.workflows.commands import ActivityOptions, RetryPolicy, StartOptions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runtime.process.processes import SpawnRequest
    from runtime.workflows.activation import Data

CONFLICT_POLICIES = ("", "use_existing", "fail", "terminate_existing")
REUSE_POLICIES = ("", "allow_duplicate", "allow_duplicate_failed_only", "reject_duplicate")
CLOSE_POLICIES = ("", "terminate", "abandon", "request_cancel")


class _Reader:
    """Options of one kind, by their name without prefixes."""

    def __init__(self, given: Mapping[str, Any], prefix: str) -> None:
        self._prefix = prefix
        self._given: dict[str, Any] = {}
        for name, value in given.items():
            short = name.removeprefix("temporal.")
            if short.startswith(prefix):
                self._given[short.removeprefix(prefix)] = value

    def _wrong(self, name: str, wanted: str) -> Failure:
        return Failure(Kind.INVALID, f"option '{self._prefix}{name}' must be {wanted}")

    def text(self, name: str, allowed: tuple[str, ...] = ()) -> str:
        value = self._given.get(name, "")
        if not isinstance(value, str) or (allowed and value not in allowed):
            choice = ", ".join(each for each in allowed if each)
            raise self._wrong(name, f"one of {choice}" if allowed else "a string")
        return value

    def flag(self, name: str) -> bool:
        value = self._given.get(name, False)
        if not isinstance(value, bool):
            raise self._wrong(name, "true or false")
        return value

    def seconds(self, name: str, default: float | None = None) -> float | None:
        value = self._given.get(name)
        return default if value is None else seconds_of(value, f"{self._prefix}{name}")

    def values(self, name: str) -> dict[str, Data]:
        value = self._given.get(name) or {}
        if not isinstance(value, dict):
            raise self._wrong(name, "a table of values by name")
        return {str(key): data.to_json(each) for key, each in value.items()}

    def retry(self, name: str) -> RetryPolicy | None:
        value = self._given.get(name)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise self._wrong(name, "a table such as {maximum_attempts = 3}")
        where = f"{self._prefix}{name}"
        longest = value.get("maximum_interval")
        return RetryPolicy(
            seconds_of(value.get("initial_interval", 1000), f"{where}.initial_interval"),
            number_of(value.get("backoff_coefficient", 2.0), f"{where}.backoff_coefficient"),
            None if longest is None else seconds_of(longest, f"{where}.maximum_interval"),
            int(number_of(value.get("maximum_attempts", 0), f"{where}.maximum_attempts")),
            tuple(str(kind) for kind in value.get("non_retryable_error_types") or ()),
        )


def activity_options(given: Mapping[str, Any]) -> ActivityOptions:
    """Read the options of a call; Failure INVALID for one that is wrong."""
    reader = _Reader(given, "activity.")
    return ActivityOptions(
        start_to_close=reader.seconds("start_to_close_timeout", ActivityOptions().start_to_close),
        schedule_to_close=reader.seconds("schedule_to_close_timeout"),
        schedule_to_start=reader.seconds("schedule_to_start_timeout"),
        heartbeat=reader.seconds("heartbeat_timeout"),
        id=reader.text("id"),
        task_queue=reader.text("task_queue"),
        wait_for_cancellation=reader.flag("wait_for_cancellation"),
        disable_eager_execution=reader.flag("disable_eager_execution"),
        retry=reader.retry("retry_policy"),
    )


def start_options(given: Mapping[str, Any]) -> StartOptions:
    """Read the options of a start; Failure INVALID for one that is wrong."""
    reader = _Reader(given, "workflow.")
    policy = reader.text("id_conflict_policy", CONFLICT_POLICIES)
    if not policy and reader.flag("execution_error_when_already_started"):
        policy = "fail"
    return StartOptions(
        task_queue=reader.text("task_queue"),
        execution_timeout=reader.seconds("execution_timeout"),
        run_timeout=reader.seconds("run_timeout"),
        task_timeout=reader.seconds("task_timeout"),
        id_conflict_policy=policy,
        id_reuse_policy=reader.text("id_reuse_policy", REUSE_POLICIES),
        retry=reader.retry("retry_policy"),
        cron_schedule=reader.text("cron_schedule"),
        memo=reader.values("memo"),
        search=reader.values("search_attributes"),
        start_delay=reader.seconds("start_delay"),
        parent_close_policy=reader.text("parent_close_policy", CLOSE_POLICIES),
        wait_for_cancellation=reader.flag("wait_for_cancellation"),
        enable_eager_start=reader.flag("enable_eager_start"),
        namespace=reader.text("namespace"),
    )


def workflow_id(request: SpawnRequest) -> str:
    """Give the id that a start asks for: by option, or by the name of the process; empty for none."""
    return _Reader(request.options, "workflow.").text("id") or request.name or ""
