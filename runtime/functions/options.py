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
    return _seconds(given, "timeout") or None


def retry_of(options: Mapping[str, Any]) -> RetryPolicy | None:
    """Read `retry`; None where a call is made once."""
    given = options.get("retry")
    if given is None or given is False:
        return None
    if not isinstance(given, dict):
        raise Failure(Kind.INVALID, "option 'retry' must be a table such as {max_attempts = 3}")
    attempts = _number(given, "max_attempts", 0)
    policy = RetryPolicy(
        int(attempts),
        Restart(
            initial_delay=_seconds(given.get("initial_delay", 100), "retry.initial_delay"),
            max_delay=_seconds(given.get("max_delay", "10s"), "retry.max_delay"),
            backoff_factor=_number(given, "backoff_factor", 2.0),
            jitter=_number(given, "jitter", 0.1),
        ),
        _kinds(given, "retry_kinds"),
        _kinds(given, "skip_kinds"),
    )
    return policy if policy.attempts > 1 else None


def _seconds(given: object, name: str) -> float:
    """Read milliseconds, or a duration."""
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


def _number(given: Mapping[str, Any], name: str, default: float) -> float:
    number = given.get(name, default)
    if isinstance(number, bool) or not isinstance(number, (int, float)) or not 0 <= number < float("inf"):
        raise Failure(Kind.INVALID, f"option 'retry.{name}' must be a number that is not negative")
    return number


def _kinds(given: Mapping[str, Any], name: str) -> frozenset[str]:
    kinds = given.get(name) or []
    if not isinstance(kinds, list) or not all(isinstance(kind, str) for kind in kinds):
        raise Failure(Kind.INVALID, f"option 'retry.{name}' must be a list of error kinds such as errors.UNAVAILABLE")
    return frozenset(kinds)
