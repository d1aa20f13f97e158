"""Policies: patterns, conditions, expressions, and what a scope of several decides."""

import pytest

from runtime.binding import Failure
from runtime.registry.entry import EntryId
from runtime.security.conditions import Condition, Request, UnclearError
from runtime.security.identity import Identity, PolicyScope
from runtime.security.policy import Pattern

ACTOR = Identity(
    "user:1", {"role": "admin", "clearance": 3, "tags": ["a", "b"], "of": {"team": {"name": "x"}}, "n": "7"}
)
META = {"owner": "user:1", "size": 10.0, "public": True, "status": "deleted", "team.name": "dotted"}


def request(action="read", resource="doc:1"):
    return Request(ACTOR, action, resource, META)


@pytest.mark.parametrize(
    ("pattern", "taken", "refused"),
    [
        ("*", ["", "x", "a.b"], []),
        ("db.get", ["db.get"], ["db.gets", "db", "Db.get"]),
        ("doc*", ["doc", "doc:1", "document"], ["do", "adoc"]),
        ("http.*", ["http.get", "http", "https"], ["ht"]),
        ("*.read", [".read", "a.read", "a.b.read"], ["read", "a.reads"]),
        ("a*b*c", ["abc", "axbyc", "abcbc"], ["ac", "acb", "ab"]),
        ("aa*aa", ["aaaa", "aaxaa"], ["aaa", "aa"]),
        ("a.c", ["a.c"], ["abc"]),
    ],
)
def test_patterns(pattern, taken, refused):
    made = Pattern(pattern)
    assert [name for name in taken if not made.matches(name)] == []
    assert [name for name in refused if made.matches(name)] == []


@pytest.mark.parametrize(
    ("field", "operator", "value", "expected"),
    [
        ("actor.meta.role", "eq", "admin", True),
        ("actor.meta.role", "eq", "Admin", False),
        ("actor.meta.of.team.name", "eq", "x", True),
        ("actor.meta.n", "eq", 7, True),
        ("actor.id", "ne", "user:2", True),
        ("meta.size", "eq", 10, True),
        ("meta.public", "eq", True, True),
        ("meta.public", "eq", 1, False),
        ("team.name", "eq", "dotted", True),
        ("action", "in", ["read", "write"], True),
        ("action", "in", "read", True),
        ("meta.status", "nin", ["deleted", "archived"], False),
        ("meta.size", "lt", 10, False),
        ("meta.size", "lte", 10, True),
        ("meta.size", "gt", "9", True),
        ("actor.meta.clearance", "gte", 4, False),
        ("resource", "contains", "oc:", True),
        ("resource", "ncontains", "oc:", False),
        ("actor.meta.tags", "contains", "b", True),
        ("actor.meta.tags", "ncontains", "b", False),
        ("resource", "matches", "^doc:[0-9]+$", True),
        ("actor.id", "nmatches", "^system:", True),
        ("meta.owner", "exists", True, True),
        ("meta.owner", "exists", False, False),
        ("meta.owner", "nexists", True, False),
        ("meta.none", "exists", True, False),
        ("meta.none", "exists", False, True),
        ("meta.none", "nexists", True, True),
        ("meta.none", "nexists", False, False),
        *[
            ("meta.none.deeper", operator, "x", False)
            for operator in ("eq", "ne", "lt", "nin", "ncontains", "nmatches")
        ],
    ],
)
def test_conditions(field, operator, value, expected):
    assert Condition(field, operator, value).holds(request()) is expected


def test_conditions_compare_fields():
    assert Condition("meta.owner", "eq", value_from="actor.id").holds(request())
    assert not Condition("meta.status", "eq", value_from="actor.id").holds(request())


@pytest.mark.parametrize(
    "condition",
    [
        Condition("actor.meta.role", "lt", 3),
        Condition("action", "nin", 3),
        Condition("meta.size", "ncontains", ["x"]),
        Condition("actor.meta.tags", "nmatches", "x"),
        Condition("action", "nmatches", value_from="resource"),
        Condition("actor.password", "ne", "x"),
    ],
)
def test_what_cannot_be_compared_is_neither_true_nor_false(condition):
    with pytest.raises(UnclearError):
        condition.holds(request())


def rule(effect, **more):
    return {"actions": "*", "resources": "*", "effect": effect, **more}


@pytest.fixture
def decide(lua):
    """Give a function that makes policies of rules and decides by all of them together."""

    def decide(*rules, action="read"):
        for number, each in enumerate(rules):
            kind = "security.policy.expr" if "expression" in each else "security.policy"
            lua.add(f"p{number}", kind, policy=each, groups=["all"])
        scope = lua.node.policies.group(EntryId("app", "all"))
        assert isinstance(scope, PolicyScope)
        return scope.evaluate(ACTOR, action, "doc:1", META)

    return decide


def test_one_that_denies_is_enough(decide):
    assert decide(rule("allow"), rule("deny"), rule("allow")) == "deny"


def test_nobody_decides_where_nothing_applies(decide):
    assert decide(rule("allow", actions=["write", "delete"]), rule("deny", resources="file:*")) == "undefined"


def test_a_condition_without_an_answer_denies_nothing(decide):
    unclear = {"field": "actor.meta.role", "operator": "lt", "value": 1}
    assert decide(rule("deny", conditions=[unclear]), rule("allow")) == "allow"


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('actor.meta.role == "admin" && action == "read"', "allow"),
        ("actor.id == meta.owner", "allow"),
        ("actor.ID == meta.owner", "allow"),
        ('action == "write"', "undefined"),
        ("meta.nothing.deeper > 3", "undefined"),
        ("1 + 1", "undefined"),
    ],
)
def test_expressions(decide, expression, expected):
    assert decide(rule("allow", expression=expression)) == expected


@pytest.mark.parametrize(
    ("policy", "told"),
    [
        (rule("maybe"), "unknown value"),
        (rule("allow", actions=[]), "empty"),
        (rule("allow", conditions=[{"field": "action", "operator": "like", "value": 1}]), "unknown value"),
        (rule("allow", conditions=[{"field": "action", "operator": "eq"}]), "nothing to compare"),
        (rule("allow", conditions=[{"field": "action", "operator": "matches", "value": "("}]), "regular expression"),
        (rule("allow", expression="1 +"), "cannot be compiled"),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(lua, policy, told):
    with pytest.raises(Failure, match=told):
        lua.add("p", "security.policy.expr" if "expression" in policy else "security.policy", policy=policy)


def test_policies_change_with_their_entries(lua, run):
    lua.add("p", "security.policy", policy=rule("allow"), groups=["staff", "other:guests"])
    body = """
        local p = security.policy("app:p")
        local staff, guests = security.named_scope("app:staff"), security.named_scope("other:guests")
        local effect = p and p:evaluate(security.new_actor("a"), "x", "y")
        return effect, staff and staff:contains("app:p"), guests and guests:contains(p)
    """
    assert run("security", body) == ["allow", True, True]
    lua.update("p", "security.policy", policy=rule("deny"), groups=["staff"])
    assert run("security", body) == ["deny", True, "nil"]
    lua.delete("p")
    assert run("security", body) == ["nil", "nil", "nil"]
