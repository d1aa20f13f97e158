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


ALLOW = "allow"


def by_scope(context: CallContext, action: str, resource: str, attributes: Mapping[str, Any]) -> bool:
    """Decide as the scope of a call does; code without an actor and a scope may do everything (semantics 7.6)."""
    actor, scope = context.actor, context.scope
    return actor is None or scope is None or scope.evaluate(actor, action, resource, attributes) == ALLOW


def strictly(context: CallContext, action: str, resource: str, attributes: Mapping[str, Any]) -> bool:
    """Decide as `by_scope`, but code without an actor and a scope may do nothing (`security.strict_mode`)."""
    known = context.actor is not None and context.scope is not None
    return known and by_scope(context, action, resource, attributes)


def is_allowed(action: str, resource: str = "", attributes: Mapping[str, Any] | None = None) -> bool:
    """Ask the node of the running process; code outside of any process is our own, and may do everything."""
    running = process()
    return running is None or running.node.decide(running.context, action, resource, attributes or {})


def permit(action: str, resource: str) -> None:
    """Raise Failure PERMISSION_DENIED when the running process may not do something, naming what.

    Policies may ask for the pid of who asks (page lua/core/process).
    """
    running = process()
    if running is not None and not running.node.decide(running.context, action, resource, {"pid": running.pid}):
        raise Failure(Kind.PERMISSION_DENIED, f"not allowed: {resource} ({action})")


def demand(action: str, resource: str, refusal: str, kind: str = Kind.PERMISSION_DENIED) -> None:
    """Raise Failure with the given text when the running process may not do something."""
    if not is_allowed(action, resource):
        raise Failure(kind, refusal)
