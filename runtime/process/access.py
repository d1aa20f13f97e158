"""The one question about permissions: may the running process do this?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from runtime.binding.failure import Failure
from runtime.lua.errors import Kind
from runtime.process.context import CallContext
from runtime.process.current import process

# Decides on an action on a resource: by the context of who asks, with further attributes.
Decide: TypeAlias = Callable[[CallContext, str, str, Mapping[str, Any]], bool]


def allow(_context: CallContext, _action: str, _resource: str, _attributes: Mapping[str, Any]) -> bool:
    """Allow everything: what a node does that has no policies."""
    return True


def is_allowed(action: str, resource: str = "", attributes: Mapping[str, Any] | None = None) -> bool:
    """Ask the node of the running process; code outside of any process is our own, and may do everything."""
    running = process()
    return running is None or running.node.decide(running.context, action, resource, attributes or {})


def demand(action: str, resource: str, refusal: str, kind: str = Kind.PERMISSION_DENIED) -> None:
    """Raise Failure with the given text when the running process may not do something."""
    if not is_allowed(action, resource):
        raise Failure(kind, refusal)
