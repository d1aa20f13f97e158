"""The policies of a node, by id and by group."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from runtime.binding.failure import Failure
from runtime.lua.errors import Kind
from runtime.process.context import EMPTY, CallContext
from runtime.registry.entry import EntryId
from runtime.security.identity import Identity, PolicyScope

if TYPE_CHECKING:
    from collections.abc import Iterable

    from runtime.security.policy import Policy
    from runtime.supervisor.lifecycle import Security

log = logging.getLogger("wippy.security")


class Policies:
    """What the entries of the policy kinds declare."""

    def __init__(self) -> None:
        self._policies: dict[EntryId, Policy] = {}
        self._groups: dict[EntryId, frozenset[EntryId]] = {}
        # What services act with, until a policy changes.
        self._contexts: dict[EntryId, tuple[Security, CallContext]] = {}

    def put(self, policy: Policy, groups: Iterable[EntryId]) -> None:
        """Add a policy, or its new form."""
        self._policies[policy.id] = policy
        self._groups[policy.id] = frozenset(groups)
        self._contexts.clear()

    def remove(self, policy: EntryId) -> None:
        """Forget a policy; scopes that have it keep it."""
        del self._policies[policy], self._groups[policy]
        self._contexts.clear()

    def find(self, policy: EntryId) -> Policy | None:
        """Give a policy."""
        return self._policies.get(policy)

    def get(self, policy: EntryId) -> Policy:
        """Give a policy; raise Failure when there is none."""
        found = self.find(policy)
        if found is None:
            raise Failure(Kind.INTERNAL, f"there is no policy {policy}")
        return found

    def group(self, group: EntryId) -> PolicyScope:
        """Give the scope of a group; raise Failure when no policy is in it."""
        members = [self._policies[policy] for policy, groups in self._groups.items() if group in groups]
        if not members:
            raise Failure(Kind.INTERNAL, f"there is no policy group {group}")
        return PolicyScope(members)

    def context(self, security: Security | None, service: EntryId) -> CallContext:
        """Give what a service acts with; policies and groups that are not there are left out, with a warning."""
        if security is None:
            return EMPTY
        known = self._contexts.get(service)
        if known is None or known[0] is not security:
            known = self._contexts[service] = security, self._context(security, service)
        return known[1]

    def _context(self, security: Security, service: EntryId) -> CallContext:
        policies: list[Policy] = []
        for name in security.groups:
            try:
                policies += self.group(EntryId.parse(name, service.ns)).members
            except Failure as failure:
                log.warning("%s: lifecycle.security.groups: %s", service, failure.message)
        for name in security.policies:
            try:
                policies.append(self.get(EntryId.parse(name, service.ns)))
            except Failure as failure:
                log.warning("%s: lifecycle.security.policies: %s", service, failure.message)
        given = security.actor
        actor = Identity(given.id, given.meta) if given is not None else Identity("", {})
        return CallContext(actor=actor, scope=PolicyScope(policies) if policies else None)
