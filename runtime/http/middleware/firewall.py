"""endpoint_firewall and resource_firewall: let through who is allowed to, by the actor and scope of the request."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

import falcon

from runtime.http.middleware.frame import frame_of
from runtime.lua.jsontext import encode
from runtime.lua.table import Table
from runtime.process.access import ALLOW

if TYPE_CHECKING:
    from runtime.http.middleware.options import Handler, Node, Options, Wrap

log = logging.getLogger("wippy.http")
# Names what a request wants to use; None when no endpoint was chosen yet.
_Target: TypeAlias = Callable[[falcon.Request], "str | None"]


def make_endpoint_firewall(options: Options, _node: Node) -> Wrap:
    """Make the middleware that protects each endpoint as a resource of its own."""
    action = options.text("endpoint_firewall.action", "access", "endpoint_action")
    return _firewall(action, lambda request: getattr(request.context, "endpoint", None), "endpoint")


def make_resource_firewall(options: Options, _node: Node) -> Wrap:
    """Make the middleware that protects one resource."""
    action = options.text("resource_firewall.action", "access", "resource_action")
    target = str(options.reference("resource_firewall.target", "resource_target"))
    return _firewall(action, lambda _request: target, "resource")


def _firewall(action: str, target_of: _Target, what: str) -> Wrap:
    def wrap(handler: Handler) -> Handler:
        def answer(request: falcon.Request, response: falcon.Response) -> None:
            frame = frame_of(request)
            actor, scope = frame.actor, frame.scope
            if actor is None or not actor.id:
                details = f"You must be authenticated to access this {what}"
                _refuse(response, falcon.HTTP_401, "Authentication required", details)
                return
            if scope is None:
                _refuse(response, falcon.HTTP_403, "Access denied", "No authorization scope available")
                return
            target = target_of(request)
            if target is None:
                details = "endpoint_firewall must stand in post_middleware, not in middleware"
                _refuse(response, falcon.HTTP_500, "Configuration error", details)
                return
            if scope.evaluate(actor, action, target, {}) != ALLOW:
                log.warning("%s may not %s %s", actor.id, action, target)
                details = f"You don't have permission to access this {what}"
                _refuse(response, falcon.HTTP_403, "Access denied", details)
                return
            handler(request, response)

        return answer

    return wrap


def _refuse(response: falcon.Response, status: str, error: str, details: str) -> None:
    response.status = status
    response.content_type = "application/json"
    response.text = encode(Table.from_dict({"success": False, "error": error, "details": details}))
