"""Actors and scopes as the module `security` makes them: values that never change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runtime.binding import LuaValue, Table, Text, method, to_lua
from runtime.binding.text import decode
from runtime.lua.args import wrong_type
from runtime.lua.errors import Kind
from runtime.process.access import ALLOW, demand
from runtime.process.context import Actor, Scope
from runtime.registry.entry import EntryId
from runtime.security.conditions import Request
from runtime.security.policy import UNDEFINED, Policy, attributes_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

DENY = "deny"


class Identity(Actor):
    """An actor with a name and attributes."""

    __slots__ = ("_attributes", "_id")

    def __init__(self, name: str, attributes: Mapping[str, object]) -> None:
        self._id = name
        self._attributes = attributes

    @property
    def id(self) -> str:
        """The name."""
        return self._id

    @property
    def attributes(self) -> Mapping[str, object]:
        """What is known about it."""
        return self._attributes

    @method(name="id")
    def lua_id(self) -> Text:
        """Give the name."""
        return Text(self._id)

    @method
    def meta(self) -> LuaValue:
        """Give a copy of the attributes."""
        return to_lua(self._attributes)


class PolicyScope(Scope):
    """Policies that decide together: one that denies is enough, otherwise one that allows."""

    __slots__ = ("_policies",)

    def __init__(self, policies: Iterable[Policy] = ()) -> None:
        self._policies = {policy.id: policy for policy in policies}

    @property
    def members(self) -> list[Policy]:
        """The policies."""
        return list(self._policies.values())

    def evaluate(self, actor: Actor, action: str, resource: str, meta: Mapping[str, object]) -> str:
        """Decide."""
        request = Request(actor, action, resource, meta)
        found = {policy.decide(request) for policy in self._policies.values()}
        return next((effect for effect in (DENY, ALLOW) if effect in found), UNDEFINED)

    @method(name="evaluate")
    def lua_evaluate(self, actor: Actor, action: Text, resource: Text, meta: Table | None = None) -> Text:
        """Decide about an action of somebody."""
        return Text(self.evaluate(actor, action, resource, attributes_of(meta)))

    @method(name="with", raises=True)
    def with_(self, policy: Policy) -> LuaValue:
        """Give a scope with a policy more."""
        demand("security.scope.create", "with", "not allowed to add a policy to a scope", Kind.INVALID)
        return PolicyScope([*self.members, policy])

    @method(raises=True)
    def without(self, policy: LuaValue) -> LuaValue:
        """Give a scope without a policy."""
        left_out = _policy_id(policy, "without")
        demand("security.scope.create", "without", "not allowed to remove a policy from a scope", Kind.INVALID)
        return PolicyScope(member for member in self.members if member.id != left_out)

    @method
    def contains(self, policy: LuaValue) -> bool:
        """Tell whether a policy is in it."""
        return _policy_id(policy, "contains") in self._policies

    @method
    def policies(self) -> Table:
        """List the policies."""
        return Table.from_list(self.members)


def _policy_id(value: LuaValue, function: str) -> EntryId:
    """Give the id that text, a policy or a table `{ns, name}` stands for."""
    if isinstance(value, Policy):
        return value.id
    if isinstance(value, str):
        return EntryId.parse(decode(value))
    if isinstance(value, Table):
        ns, name = value.get("ns"), value.get("name")
        if isinstance(ns, str) and isinstance(name, str):
            return EntryId(decode(ns), decode(name))
    raise wrong_type(1, function, "policy, its id or {ns, name}", value)
