"""Options of calls, of an entry's `meta.options` and of `with_options` (documentation page concepts/functions)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from runtime.binding import Failure
from runtime.lua.errors import Kind
from runtime.supervisor.lifecycle import Restart
from runtime.times.duration import MILLISECOND, SECOND, nanoseconds_of

if TYPE_CHECKING:
    from collections.abc import Mapping

_NEVER = frozenset({Kind.INVALID, Kind.PERMISSION_DENIED, Kind.INTERNAL})


@dataclass(frozen=True)
class RetryPolicy:
    """When a failed call is made again: `pace` says how late, `attempts` how often in all.

    Only errors of `retry_kinds` count, where there are any; else all but those that another attempt cannot mend, which
    include every error raised by text. `skip_kinds` never count.
    """

    attempts: int
    pace: Restart
    retry_kinds: frozenset[str] = frozenset()
    skip_kinds: frozenset[str] = frozenset()

    def allows(self, kind: str, *, retryable: bool | None) -> bool:
        """Tell whether an error is one to try again after."""
        if retryable is False or kind in self.skip_kinds:
            return False
        return kind in self.retry_kinds if self.retry_kinds else kind not in _NEVER


def check_options(options: Mapping[str, Any]) -> None:
    """Raise Failure INVALID for an option that is not understood; unknown ones are none of our business."""
    timeout_of(options)
    retry_of(options)


def timeout_of(options: Mapping[str, Any]) -> float | None:
    """Read `timeout`, in seconds; None for no limit."""
    given = options.get("timeout")
    if given is None or given is False:
        return None
    return seconds_of(given, "timeout") or None


def retry_of(options: Mapping[str, Any]) -> RetryPolicy | None:
    """Read `retry`; None where a call is made once."""
    given = options.get("retry")
    if given is None or given is False:
        return None
    if not isinstance(given, dict):
        raise Failure(Kind.INVALID, "option 'retry' must be a table such as {max_attempts = 3}")
    attempts = number_of(given.get("max_attempts", 0), "retry.max_attempts")
    policy = RetryPolicy(
        int(attempts),
        Restart(
            initial_delay=seconds_of(given.get("initial_delay", 100), "retry.initial_delay"),
            max_delay=seconds_of(given.get("max_delay", "10s"), "retry.max_delay"),
            backoff_factor=number_of(given.get("backoff_factor", 2.0), "retry.backoff_factor"),
            jitter=number_of(given.get("jitter", 0.1), "retry.jitter"),
        ),
        _kinds(given, "retry_kinds"),
        _kinds(given, "skip_kinds"),
    )
    return policy if policy.attempts > 1 else None


def seconds_of(given: object, name: str) -> float:
    """Read the option of a name: milliseconds, or a duration; Failure INVALID for anything else."""
    try:
        milliseconds = isinstance(given, (int, float)) and not isinstance(given, bool)
        seconds = nanoseconds_of(given * MILLISECOND if milliseconds else given) / SECOND  # type: ignore[operator]
    except ValueError as error:
        raise Failure(
            Kind.INVALID, f"option '{name}' is neither milliseconds nor a duration such as '5s': {error}"
        ) from None
    if seconds < 0:
        raise Failure(Kind.INVALID, f"option '{name}' is negative")
    return seconds


def number_of(given: object, name: str) -> float:
    """Read the option of a name: a number that is not negative; Failure INVALID for anything else."""
    if isinstance(given, bool) or not isinstance(given, (int, float)) or not 0 <= given < float("inf"):
        raise Failure(Kind.INVALID, f"option '{name}' must be a number that is not negative")
    return given


def _kinds(given: Mapping[str, Any], name: str) -> frozenset[str]:
    kinds = given.get(name) or []
    if not isinstance(kinds, list) or not all(isinstance(kind, str) for kind in kinds):
        raise Failure(Kind.INVALID, f"option 'retry.{name}' must be a list of error kinds such as errors.UNAVAILABLE")
    return frozenset(kinds)
