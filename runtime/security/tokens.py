"""Tokens: random text that stands for an actor and a scope, which a key-value store keeps."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from runtime.binding.failure import Failure
from runtime.lua.errors import Kind
from runtime.registry.entry import EntryId
from runtime.security.identity import Identity, PolicyScope
from runtime.stores.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from runtime.process.context import Actor, Scope
    from runtime.security.policies import Policies


@dataclass(frozen=True)
class TokenSettings:
    """How tokens are made: their bytes, the seconds that they last, and the key that signs them, if any."""

    length: int
    lifetime: float
    key: str


class StoredTokens:
    """A token store over a key-value store.

    It keeps the ids of a scope's policies: what they say is looked up when a token is used, and one that is gone by
    then is left out.
    """

    def __init__(self, find_store: Callable[[], object], policies: Policies, settings: TokenSettings) -> None:
        self._find_store = find_store
        self._policies = policies
        self._settings = settings

    def create(self, actor: Actor, scope: Scope, lifetime: float, meta: Mapping[str, object]) -> str:
        """Make a token; `lifetime` in seconds, 0 for the usual one. May wait."""
        lasts = lifetime or self._settings.lifetime
        name, now = _encoded(secrets.token_bytes(self._settings.length)), time.time()
        members = scope.members if isinstance(scope, PolicyScope) else []
        kept = {
            "actor_id": actor.id,
            "actor_meta": dict(actor.attributes),
            "scope_policies": [str(policy.id) for policy in members],
            "meta": dict(meta),
            "created": now,
            "expires": now + lasts,
        }
        self._store().write(name, kept, lasts)
        return f"{name}.{self._signature(name)}" if self._settings.key else name

    def validate(self, token: str) -> tuple[Actor, Scope]:
        """Give whom a token stands for; raise Failure when it is not valid. May wait."""
        record = self._store().read(self._name(token))
        if record is None:
            raise Failure(Kind.INTERNAL, "the token is unknown or has expired")
        kept = record.value
        if not _is_token(kept):
            raise _invalid()
        found = [self._policies.find(EntryId.parse(policy)) for policy in kept["scope_policies"] or ()]
        actor = Identity(kept["actor_id"], dict(kept["actor_meta"] or {}))
        return actor, PolicyScope(policy for policy in found if policy is not None)

    def revoke(self, token: str) -> None:
        """End a token; raise Failure when there is none. May wait."""
        if not self._store().delete(self._name(token)):
            raise Failure(Kind.INTERNAL, "the token is unknown or has expired")

    def _store(self) -> Store:
        found = self._find_store()
        if not isinstance(found, Store):
            raise Failure(Kind.INTERNAL, "what keeps the tokens is no key-value store")
        return found

    def _name(self, token: str) -> str:
        """Give the part of a token under which it is kept; refuse one that is not signed as ours are."""
        name, signature = token, ""
        if self._settings.key:
            name, _, signature = token.partition(".")
        if not name or not name.isascii():
            raise _invalid()
        if self._settings.key and not hmac.compare_digest(signature.encode(), self._signature(name).encode()):
            raise _invalid()
        return name

    def _signature(self, name: str) -> str:
        return _encoded(hmac.new(self._settings.key.encode(), name.encode(), hashlib.sha256).digest())


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode("ascii")


def _is_token(kept: Any) -> bool:
    """Tell whether a value of the store, which may hold other things too, is a token's."""
    return (
        isinstance(kept, dict)
        and isinstance(kept.get("actor_id"), str)
        and "expires" in kept
        and isinstance(kept.get("actor_meta"), (dict, list))
        and isinstance(kept.get("scope_policies"), (dict, list))
    )


def _invalid() -> Failure:
    return Failure(Kind.INTERNAL, "the token is not valid")
