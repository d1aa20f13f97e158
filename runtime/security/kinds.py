"""The entry kinds security.policy, security.policy.expr and security.token_store (page system/security)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from runtime.binding.text import encode
from runtime.expressions import Expression, ExpressionError, compile_expression
from runtime.lua import regex
from runtime.registry.decode import Duration  # noqa: TC001  (decoding evaluates the annotations)
from runtime.registry.entry import EntryId  # noqa: TC001
from runtime.registry.errors import EntryError
from runtime.registry.kinds import KindHandler, lifecycle_references
from runtime.security.conditions import PATTERNS, Condition
from runtime.security.policy import ConditionTest, Effect, ExpressionTest, Patterns, Policy
from runtime.security.tokens import StoredTokens, TokenSettings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from runtime.registry.entry import Entry

_DAY = 86_400.0


@dataclass(frozen=True)
class Rule:
    """What a policy of conditions says."""

    actions: str | tuple[str, ...]
    resources: str | tuple[str, ...]
    effect: Effect
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True)
class ExpressionRule:
    """What a policy with an expression says."""

    actions: str | tuple[str, ...]
    resources: str | tuple[str, ...]
    effect: Effect
    expression: str


@dataclass(frozen=True)
class PolicyConfig:
    """The data of a security.policy entry."""

    policy: Rule
    groups: tuple[EntryId, ...] = ()


@dataclass(frozen=True)
class ExpressionConfig:
    """The data of a security.policy.expr entry."""

    policy: ExpressionRule
    groups: tuple[EntryId, ...] = ()


@dataclass(frozen=True)
class TokenStoreConfig:
    """The data of a security.token_store entry."""

    store: EntryId
    token_length: int = 32
    default_expiration: Duration = _DAY
    token_key: str = ""


class PolicyKind(KindHandler):
    """Runs security.policy."""

    kinds: ClassVar[tuple[str, ...]] = ("security.policy",)
    config: ClassVar[type] = PolicyConfig

    def check(self, entry: Entry, config: PolicyConfig) -> None:
        """Refuse a rule that could never apply."""
        _check_filters(entry, config.policy)
        for place, condition in enumerate(config.policy.conditions):
            _check_condition(entry, f"policy.conditions.{place}", condition)

    def create(self, entry: Entry, config: PolicyConfig) -> None:
        """Make the policy known."""
        _put(self, entry, config, ConditionTest(config.policy.conditions))

    def update(self, _old: Entry, new: Entry, config: PolicyConfig) -> None:
        """Put the new form in the place of the old."""
        self.create(new, config)

    def delete(self, entry: Entry) -> None:
        """Forget the policy."""
        self.node.policies.remove(entry.id)

    def references(self, entry: Entry, _config: PolicyConfig) -> Iterable[EntryId]:
        """Name what the entry depends on; its groups are no entries."""
        return lifecycle_references(entry)


class ExpressionKind(KindHandler):
    """Runs security.policy.expr."""

    kinds: ClassVar[tuple[str, ...]] = ("security.policy.expr",)
    config: ClassVar[type] = ExpressionConfig

    def check(self, entry: Entry, config: ExpressionConfig) -> None:
        """Refuse a rule that could never apply."""
        _check_filters(entry, config.policy)
        _compiled(entry, config)

    def create(self, entry: Entry, config: ExpressionConfig) -> None:
        """Make the policy known."""
        _put(self, entry, config, ExpressionTest(_compiled(entry, config)))

    def update(self, _old: Entry, new: Entry, config: ExpressionConfig) -> None:
        """Put the new form in the place of the old."""
        self.create(new, config)

    def delete(self, entry: Entry) -> None:
        """Forget the policy."""
        self.node.policies.remove(entry.id)

    def references(self, entry: Entry, _config: ExpressionConfig) -> Iterable[EntryId]:
        """Name what the entry depends on; its groups are no entries."""
        return lifecycle_references(entry)


class TokenStoreKind(KindHandler):
    """Runs security.token_store."""

    kinds: ClassVar[tuple[str, ...]] = ("security.token_store",)
    config: ClassVar[type] = TokenStoreConfig

    def check(self, entry: Entry, config: TokenStoreConfig) -> None:
        """Refuse tokens that would not be safe."""
        if config.token_length <= 0:
            raise EntryError(entry, "token_length", "it must be positive", "leave it out for 32")
        if config.default_expiration < 0:
            raise EntryError(entry, "default_expiration", "it is negative", "leave it out for 24h")
        for field in ("token_key", "token_key_env"):
            if not config.token_key and entry.lookup(field) is not None:
                raise EntryError(entry, field, "the key is empty", "give one, or remove the field for unsigned tokens")

    def create(self, entry: Entry, config: TokenStoreConfig) -> None:
        """Offer the store."""
        settings = TokenSettings(config.token_length, config.default_expiration or _DAY, config.token_key)
        find = partial(self.node.resources.get, config.store)
        self.node.resources.put(entry.id, StoredTokens(find, self.node.policies, settings))

    def update(self, _old: Entry, new: Entry, config: TokenStoreConfig) -> None:
        """Put the new form in the place of the old; the tokens stay where they are kept."""
        self.create(new, config)

    def delete(self, entry: Entry) -> None:
        """Withdraw the store."""
        self.node.resources.remove(entry.id)


def _put(
    kind: KindHandler, entry: Entry, config: PolicyConfig | ExpressionConfig, test: ConditionTest | ExpressionTest
) -> None:
    rule = config.policy
    policy = Policy(entry.id, (Patterns(rule.actions), Patterns(rule.resources)), rule.effect, test)
    kind.node.policies.put(policy, config.groups)


def _check_filters(entry: Entry, rule: Rule | ExpressionRule) -> None:
    for field in ("actions", "resources"):
        if not getattr(rule, field):
            raise EntryError(entry, f"policy.{field}", "it is empty", 'write "*" for all')


def _check_condition(entry: Entry, path: str, condition: Condition) -> None:
    if not condition.field:
        raise EntryError(entry, f"{path}.field", "it is empty", "name a field such as actor.meta.role")
    if condition.value is None and not condition.value_from:
        raise EntryError(entry, path, "there is nothing to compare with", "add value or value_from")
    if condition.operator in PATTERNS and isinstance(condition.value, str):
        try:
            regex.search(encode(condition.value), "")
        except regex.RegexError as error:
            raise EntryError(entry, f"{path}.value", f"it is no regular expression: {error}") from None


def _compiled(entry: Entry, config: ExpressionConfig) -> Expression:
    try:
        return compile_expression(config.policy.expression)
    except ExpressionError as problem:
        raise EntryError(entry, "policy.expression", f"it cannot be compiled: {problem}") from None
