"""Policies: rules that allow or deny actions on resources, and the patterns that say on which."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from runtime.binding import Table, Text, Userdata, method, to_python
from runtime.expressions import Expression, ExpressionError
from runtime.process.context import Actor  # noqa: TC001  (the binding evaluates the annotations)
from runtime.security.conditions import Condition, Request, UnclearError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from runtime.registry.entry import EntryId

UNDEFINED = "undefined"
Effect = Literal["allow", "deny"]


class Pattern:
    """Names with `*` for any text: `*`, `db.get`, `http.*`, `*.read`. `x.*` also takes x itself, and xy."""

    def __init__(self, text: str) -> None:
        shortened = text[:-2] + "*" if len(text) > 2 and text.endswith(".*") else text
        self.exact = text
        self.first, *self.others = shortened.split("*")

    def matches(self, name: str) -> bool:
        """Tell whether it takes a name, in time in proportion to the name."""
        if name == self.exact:
            return True
        if not self.others or not name.startswith(self.first):
            return False
        *middle, last = self.others
        at = len(self.first)
        for part in middle:
            at = name.find(part, at)
            if at < 0:
                return False
            at += len(part)
        return len(name) - at >= len(last) and name.endswith(last)


class Patterns:
    """Several patterns, of which one must match."""

    def __init__(self, texts: str | Iterable[str]) -> None:
        self.patterns = [Pattern(text) for text in ([texts] if isinstance(texts, str) else texts)]

    def matches(self, name: str) -> bool:
        """Tell whether one takes a name."""
        return any(pattern.matches(name) for pattern in self.patterns)


@dataclass(frozen=True)
class ConditionTest:
    """Conditions that must all hold."""

    conditions: tuple[Condition, ...]

    def holds(self, request: Request) -> bool:
        """Tell whether all hold; one that has no answer does not."""
        try:
            return all(condition.holds(request) for condition in self.conditions)
        except UnclearError:
            return False


@dataclass(frozen=True)
class ExpressionTest:
    """An expression of expr-lang over `actor`, `action`, `resource` and `meta`."""

    expression: Expression

    def holds(self, request: Request) -> bool:
        """Tell whether it gives true; a mistake in it does not."""
        actor = {"id": request.actor.id, "meta": request.actor.attributes}
        env = {
            "actor": {**actor, "ID": actor["id"], "Meta": actor["meta"]},
            "action": request.action,
            "resource": request.resource,
            "meta": request.meta,
        }
        try:
            return self.expression.run(env) is True
        except ExpressionError:
            return False


class Policy(Userdata):
    """A rule with a name: its effect where actions, resources and the test all match, otherwise no opinion."""

    __slots__ = ("_actions", "_effect", "_resources", "_test", "id")

    def __init__(
        self,
        entry_id: EntryId,
        filters: tuple[Patterns, Patterns],
        effect: Effect,
        test: ConditionTest | ExpressionTest,
    ) -> None:
        self.id = entry_id
        self._actions, self._resources = filters
        self._effect = effect
        self._test = test

    def decide(self, request: Request) -> str:
        """Give "allow", "deny" or "undefined"."""
        applies = (
            self._actions.matches(request.action)
            and self._resources.matches(request.resource)
            and self._test.holds(request)
        )
        return self._effect if applies else UNDEFINED

    @method(name="id")
    def lua_id(self) -> Text:
        """Give the name."""
        return Text(str(self.id))

    @method
    def evaluate(self, actor: Actor, action: Text, resource: Text, meta: Table | None = None) -> Text:
        """Decide about an action of somebody."""
        return Text(self.decide(Request(actor, action, resource, attributes_of(meta))))


def attributes_of(meta: Table | None) -> Mapping[str, object]:
    """Give the attributes in a Lua table; a list has none."""
    given = to_python(meta)
    return given if isinstance(given, dict) else {}
