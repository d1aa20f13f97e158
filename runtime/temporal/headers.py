"""Who sent a signal: one of the context values in a header, under the names that the reference uses."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from runtime.workflows.activation import Headers

CONTEXT = "wippy-context"
SENDER = "temporal.signal.from"


def with_sender(headers: Headers, sender: str) -> Headers:
    """Add a pid to headers; an empty one adds nothing."""
    if not sender:
        return headers
    values = json.loads(headers[CONTEXT]) if CONTEXT in headers else {}
    return {**headers, CONTEXT: json.dumps({**values, SENDER: sender}).encode()}


def sender_of(headers: Headers) -> str:
    """Find the pid in headers, empty when there is none."""
    values = json.loads(headers[CONTEXT]) if CONTEXT in headers else None
    return str(values.get(SENDER, "")) if isinstance(values, dict) else ""
