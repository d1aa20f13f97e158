"""What a workflow and its activities inherit: context values, actor and scope, in headers named as the reference's."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from runtime.binding import to_lua, to_python
from runtime.process.context import EMPTY, CallContext
from runtime.process.message import Envelope
from runtime.process.pid import Pid
from runtime.registry.entry import EntryId
from runtime.security.identity import Identity, PolicyScope
from runtime.workflows import data

if TYPE_CHECKING:
    from collections.abc import Iterable

    from runtime.security.policies import Policies
    from runtime.workflows.activation import Data, Headers

log = logging.getLogger("wippy.workflows")
CONTEXT = "wippy-context"
SECURITY = "wippy-security"
MESSAGES = "wippy-messages"
# The key among the context values that tells who sent a signal.
SENDER = "temporal.signal.from"


def headers_of(context: CallContext, sender: str = "") -> Headers:
    """Write a context; values that have no place in JSON are left out, with a warning."""
    headers: dict[str, Data] = {}
    values = {key: plain for key, value in context.values.items() if (plain := _plain(key, value)) is not None}
    if sender:
        values[SENDER] = sender
    if values:
        headers[CONTEXT] = data.to_json(values)
    security = _security_of(context)
    if security:
        headers[SECURITY] = data.to_json(security)
    return headers


def _plain(key: str, value: Any) -> Any:
    try:
        return data.from_json(data.encode(value))
    except Exception as problem:  # noqa: BLE001  (whatever it is, the call goes on without it)
        log.warning("the context value '%s' cannot go to a workflow: %s", key, problem)
        return None


def _security_of(context: CallContext) -> dict[str, Any]:
    security: dict[str, Any] = {}
    if context.actor is not None:
        security["actor"] = {"id": context.actor.id, "meta": to_python(to_lua(dict(context.actor.attributes)))}
    if context.scope is not None:
        # A scope of another kind cannot be told; without policies nothing is allowed, rather than all.
        members = context.scope.members if isinstance(context.scope, PolicyScope) else []
        security["policies"] = [str(policy.id) for policy in members]
    return security


def context_of(headers: Headers, policies: Policies) -> CallContext:
    """Read a context; a policy that is not there grants nothing and is left out, with a warning."""
    context = EMPTY
    if CONTEXT in headers:
        values = data.from_json(headers[CONTEXT])
        values.pop(SENDER, None)
        context = replace(context, values={key: to_lua(value) for key, value in values.items()})
    if SECURITY in headers:
        security = data.from_json(headers[SECURITY])
        actor = security.get("actor")
        if actor is not None:
            context = replace(context, actor=Identity(actor["id"], actor.get("meta") or {}))
        if "policies" in security:
            context = replace(context, scope=_scope(security["policies"], policies))
    return context


def _scope(names: list[str], policies: Policies) -> PolicyScope:
    members = []
    for name in names:
        policy = policies.find(EntryId.parse(name))
        if policy is None:
            log.warning("a workflow carries the policy %s, which is not there", name)
        else:
            members.append(policy)
    return PolicyScope(members)


def with_messages(headers: Headers, envelopes: Iterable[Envelope]) -> Headers:
    """Add the messages that nobody has taken, for the run that goes on as new."""
    left = [_plain_message(envelope) for envelope in envelopes if not envelope.topic.startswith("@")]
    return {**headers, MESSAGES: data.to_json(left)} if left else headers


def _plain_message(envelope: Envelope) -> list[Any]:
    values = [data.from_json(value) for value in data.encode_all(envelope.values)]
    return [envelope.topic, str(envelope.sender or ""), values]


def messages_of(headers: Headers) -> list[Envelope]:
    """Read the messages that the former run has left."""
    return [
        Envelope(Pid.parse(sender), topic, tuple(to_lua(value) for value in values))
        for topic, sender, values in (data.from_json(headers[MESSAGES]) if MESSAGES in headers else ())
    ]


def sender_of(headers: Headers) -> str:
    """Give the pid of whoever sent a signal; empty where nobody knows."""
    return str(data.from_json(headers[CONTEXT]).get(SENDER, "")) if CONTEXT in headers else ""
