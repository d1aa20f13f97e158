"""The `security` module: who code acts as, what it may do, and tokens (page lua/security/security)."""

from __future__ import annotations

import math
import re

from runtime.binding import Error, Failure, Kind, LuaValue, Module, Table, Text, Userdata, method
from runtime.binding.text import decode, encode
from runtime.durations import parse_duration
from runtime.lua.errors import LuaError
from runtime.process import current
from runtime.process.access import ALLOW, demand, is_allowed
from runtime.process.context import Actor, Scope
from runtime.registry.entry import EntryId
from runtime.security.identity import Identity, PolicyScope
from runtime.security.policy import Policy, attributes_of
from runtime.security.tokens import StoredTokens

module = Module(
    "security",
    classes=("security", "nondeterministic"),
    permissions={
        "security.actor.create": "the id of the actor",
        "security.scope.create": "`custom`, `with` or `without`",
        "security.policy.get": "the policy",
        "security.policy_group.get": "the group",
        "security.token_store.get": "the token store",
        "security.token.create": "the token store",
        "security.token.validate": "the token store",
        "security.token.revoke": "the token store",
    },
)
module.handle("security.Actor")(Identity)
module.handle("security.Scope")(PolicyScope)
module.handle("security.Policy")(Policy)
_DAYS = re.compile(r"(\d+)d(.*)", re.ASCII)


@module.function
def actor() -> LuaValue:
    """Give the current actor."""
    return current.context().actor


@module.function
def scope() -> LuaValue:
    """Give the current scope."""
    return current.context().scope


@module.function
def can(action: Text, resource: Text, meta: Table | None = None) -> bool:
    """Tell whether the current actor may do something; without an actor and a scope nothing, in any mode."""
    context = current.context()
    if context.actor is None or context.scope is None:
        return False
    return context.scope.evaluate(context.actor, action, resource, attributes_of(meta)) == ALLOW


@module.function(raises=True)
def new_actor(id: Text, meta: Table | None = None) -> LuaValue:
    """Make an actor."""
    demand("security.actor.create", id, f"not allowed to create the actor {id}", Kind.INVALID)
    return Identity(id, attributes_of(meta))


@module.function(raises=True)
def new_scope(policies: Table | None = None) -> LuaValue:
    """Make a scope of policies."""
    demand("security.scope.create", "custom", "not allowed to create scopes", Kind.INVALID)
    given = [] if policies is None else [item for _, item in policies.items()]
    return PolicyScope(item for item in given if isinstance(item, Policy))


@module.function
def policy(id: Text) -> LuaValue:
    """Give a policy; Internal when there is none."""
    from runtime import node

    demand("security.policy.get", id, f"not allowed to get the policy {id}", Kind.INVALID)
    return node.current().policies.get(EntryId.parse(id))


@module.function
def named_scope(id: Text) -> LuaValue:
    """Give the scope of a policy group; Internal when there is none."""
    from runtime import node

    demand("security.policy_group.get", id, f"not allowed to get the policy group {id}", Kind.INVALID)
    return node.current().policies.group(EntryId.parse(id))


@module.handle("security.TokenStore")
class TokenStoreHandle(Userdata):
    """A token store in Lua's hands, until it is closed."""

    __slots__ = ("_id", "_store")

    def __init__(self, store_id: str, store: StoredTokens) -> None:
        self._id = store_id
        self._store: StoredTokens | None = store

    @method(blocks=True)
    def create(self, actor: Actor, scope: Scope, options: Table | None = None) -> Text:
        """Make a token; options `expiration` (a duration, or milliseconds) and `meta`."""
        store = self._open("create", {"actor": actor.id})
        meta = None if options is None else options.get("meta")
        lifetime = lifetime_of(None if options is None else options.get("expiration"))
        return Text(store.create(actor, scope, lifetime, attributes_of(meta if isinstance(meta, Table) else None)))

    @method(blocks=True)
    def validate(self, token: Text) -> LuaValue:
        """Give the actor and the scope of a token; nil, nil and an error when it is not valid."""
        try:
            return self._open("validate", {"token": token}).validate(token)
        except Failure as failure:
            return None, None, failure.to_error()

    @method(blocks=True)
    def revoke(self, token: Text) -> bool:
        """End a token."""
        self._open("revoke", {"token": token}).revoke(token)
        return True

    @method
    def close(self) -> bool:
        """Give the handle back; any use after that is Internal, closing again is not."""
        self._store = None
        return True

    def _open(self, action: str, attributes: dict[str, object]) -> StoredTokens:
        if self._store is None:
            raise Failure(Kind.INTERNAL, "the token store is closed: get it again with security.token_store()")
        if not is_allowed(f"security.token.{action}", self._id, attributes):
            raise Failure(Kind.INVALID, f"not allowed to {action} a token of {self._id}")
        return self._store


def lifetime_of(expiration: LuaValue) -> float:
    """Give the seconds of an expiration, 0 for none; days count as well: `7d`."""
    if expiration is None:
        return 0.0
    try:
        if isinstance(expiration, str):
            days = _DAYS.fullmatch(decode(expiration))
            seconds = int(days[1]) * 86_400.0 + parse_duration(days[2] or "0") if days else parse_duration(expiration)
        else:
            seconds = parse_duration(expiration) / 1000
    except (ValueError, OverflowError):
        seconds = math.nan
    if not 0 <= seconds < math.inf:
        raise Failure(Kind.INVALID, "expiration must be a duration such as 24h or 7d, or milliseconds")
    return seconds


@module.function
def token_store(id: Text) -> LuaValue:
    """Give a handle of a token store."""
    from runtime import node

    if not id:
        raise Failure(Kind.INVALID, "a token store id is required, such as 'app:tokens'")
    if not is_allowed("security.token_store.get", id):
        raise LuaError(Error(encode(f"not allowed to access the token store {id}"), Kind.INVALID, retryable=False))
    try:
        found = node.current().resources.get(EntryId.parse(id))
    except Failure as failure:
        raise Failure(Kind.INTERNAL, failure.message) from None
    if not isinstance(found, StoredTokens):
        raise Failure(Kind.INTERNAL, f"resource {id} is not a token store")
    return TokenStoreHandle(id, found)
