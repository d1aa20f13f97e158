"""What becomes of entries between the files and the registry: left out, filled in, overridden."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from runtime.components.loader import composed
from runtime.config import Config, ConfigError, Leaf
from runtime.registry.entry import Entry, EntryId
from runtime.registry.errors import RegistryError
from runtime.registry.patterns import fits


@pytest.mark.parametrize(
    ("pattern", "name", "expected"),
    [
        ("app", "app", True),
        ("app", "app.api", False),
        ("*", "app", True),
        ("*", "app.api", False),
        ("app.*", "app.api", True),
        ("app.*", "app", False),
        ("app.*", "app.api.v1", False),
        ("app.**", "app", True),
        ("app.**", "app.api.v1", True),
        ("app.**", "application", False),
        ("**", "any.thing.at.all", True),
        ("**.test", "test", True),
        ("**.test", "a.b.test", True),
        ("a.**.z", "a.z", True),
        ("a.**.z", "a.b.c.z", True),
        ("a.**.z", "a.b.c", False),
        ("(a|b).x", "b.x", True),
        ("(a|b).x", "ab.x", False),
        ("a+", "aa", False),
    ],
)
def test_patterns(pattern: str, name: str, expected: bool) -> None:
    assert fits(pattern, name) is expected


def compose(entries: str, config: str = "{}", *overrides: str) -> dict[str, Entry]:
    """Compose entries given as `ns:name: {kind, meta, ...data}`."""
    made = []
    for name, body in yaml.safe_load(entries).items():
        kind, meta = body.pop("kind", "registry.entry"), body.pop("meta", {})
        made.append(Entry(EntryId.parse(name), kind, meta, body))
    leaves = {key: Leaf(value, f"conf:{key}") for key, value in yaml.safe_load(config).items()}
    return {str(entry.id): entry for entry in composed(made, Config(".", leaves), overrides)}  # type: ignore[arg-type]


ENTRIES = """
app:a: {meta: {tags: [slow, old]}}
app:b.test: {}
app.test:c: {}
app.test.deep:d: {meta: {stage: dev}}
lib:e: {meta: {level: 2}}
"""


@pytest.mark.parametrize(
    ("config", "left"),
    [
        ("{}", "a b.test c d e"),
        ("{disable.namespaces: [app.**]}", "e"),
        ("{disable.namespaces: app.test}", "a b.test d e"),
        ("{disable.entries: ['*:*']}", "b.test c d"),
        ("{disable.entries: ['app:**']}", "c d e"),
        ("{disable.entries: ['app:*.test']}", "a c d e"),
        ("{disable.entries: ['(app|lib):(a|e)']}", "b.test c d"),
        ("{disable.meta.stage: [dev, staging]}", "a b.test c e"),
        ("{disable.meta.tags: old, disable.meta.level: [2]}", "b.test c d"),
        ("{disable.meta.level: ['2', true]}", "a b.test c d e"),
    ],
)
def test_disabled_entries_are_left_out(config: str, left: str) -> None:
    assert [name.partition(":")[2] for name in compose(ENTRIES, config)] == left.split()


def test_a_pattern_without_a_name_is_told() -> None:
    with pytest.raises(ConfigError, match=r"conf:disable.entries: 'app' names no entries; write namespace:name"):
        compose(ENTRIES, "{disable.entries: [app]}")


def test_an_override_of_a_disabled_entry_does_no_harm() -> None:
    assert "app:a" not in compose(ENTRIES, "{disable.entries: ['app:a'], override.app:a:x: 1}")


MODULE = """
acme.jobs:target_db:
  kind: ns.requirement
  default: app:db
  targets: [{entry: store, path: .database.main}, {entry: 'acme.web:page', path: meta.db}]
acme.jobs:store: {database: text}
acme.web:page: {}
"""


def data(entries: dict[str, Entry], name: str, path: str) -> Any:
    return entries[name].lookup(path)


def test_a_default_fills_every_target() -> None:
    entries = compose(MODULE)
    assert data(entries, "acme.jobs:store", "database.main") == "app:db"
    assert entries["acme.web:page"].meta == {"db": "app:db"}


@pytest.mark.parametrize("name", ["target_db", "acme.jobs:target_db"])
def test_a_parameter_wins_over_the_default(name: str) -> None:
    dependency = (
        f"app:dep: {{kind: ns.dependency, component: acme/jobs, parameters: [{{name: '{name}', value: x:y}}]}}\n"
    )
    assert data(compose(MODULE + dependency), "acme.jobs:store", "database.main") == "x:y"
    other = dependency.replace("acme/jobs", "acme/other")
    expected = "x:y" if ":" in name else "app:db"  # a bare name is only for the component's own
    assert data(compose(MODULE + other), "acme.jobs:store", "database.main") == expected


def test_a_requirement_belongs_to_its_module_wherever_its_namespace_is() -> None:
    entries = """
    user.flow:db: {kind: ns.requirement, meta: {module: acme/flow}, targets: [{entry: db, path: .default}]}
    app:dep: {kind: ns.dependency, component: acme/flow, parameters: [{name: db, value: app:db}]}
    """
    assert data(compose(entries), "user.flow:db", "default") == "app:db"  # its own target: what Lua code reads


def test_the_application_wins_over_modules_and_a_contradiction_is_an_error(caplog: pytest.LogCaptureFixture) -> None:
    given = "kind: ns.dependency, component: acme/jobs, parameters: [{name: target_db, value: %s}]"
    own = f"app:one: {{{given % 'own'}}}\n"
    module = f"mod:two: {{{given % 'theirs'}, meta: {{module: acme/mod}}}}\n"
    assert data(compose(MODULE + module + own), "acme.jobs:store", "database.main") == "own"
    other = f"app:three: {{{given % 'other'}}}\n"
    with pytest.raises(RegistryError, match=r"different values are given .* 'own' by app:one, 'other' by app:three"):
        compose(MODULE + own + other)


def test_appending_adds_what_is_not_there_yet() -> None:
    entries = """
    m:r1: {kind: ns.requirement, default: cors, targets: [{entry: 'app:api', path: .middleware+=}]}
    m:r2: {kind: ns.requirement, default: auth, targets: [{entry: 'app:api', path: .middleware +=}]}
    m:r3: {kind: ns.requirement, default: cors, targets: [{entry: 'app:api', path: .middleware+=}]}
    m:r4: {kind: ns.requirement, default: a, targets: [{entry: 'app:api', path: .lifecycle.depends_on+=}]}
    app:api: {middleware: [cors]}
    """
    linked = compose(entries)
    assert data(linked, "app:api", "middleware") == ["cors", "auth"]
    assert data(linked, "app:api", "lifecycle.depends_on") == ["a"]


def test_what_is_open_is_warned_of(caplog: pytest.LogCaptureFixture) -> None:
    entries = """
    m:open: {kind: ns.requirement, targets: [{entry: x, path: .y}]}
    m:lost: {kind: ns.requirement, default: '', targets: [{entry: nowhere, path: .y}]}
    m:x: {}
    """
    assert data(compose(entries), "m:x", "y") is None
    assert "m:open has no value: give the parameter 'm:open' in an ns.dependency" in caplog.text
    assert "m:lost cannot be filled in: there is no entry m:nowhere" in caplog.text


@pytest.mark.parametrize(
    ("body", "part"),
    [
        ("default: 1", "m:r: 'targets': the requirement has no targets"),
        ("default: 1, targets: [{path: .x}]", "m:r: 'targets.0.entry': the field is missing"),
        ("default: 1, targets: [{entry: r, path: .}]", "'.' is no path to a value of m:r"),
        ("default: 1, targets: [{entry: r, path: .default+=}]", "m:r has no list at 'default' to add to"),
    ],
)
def test_a_requirement_that_makes_no_sense_is_refused(body: str, part: str) -> None:
    with pytest.raises(RegistryError) as raised:
        compose(f"m:r: {{kind: ns.requirement, {body}}}")
    assert part in str(raised.value)


def test_overrides_reach_requirements_and_win_over_what_they_write() -> None:
    entries = compose(MODULE, "{override.acme.jobs:target_db:default: conf:db}", "acme.web:page:meta.db=mine")
    assert data(entries, "acme.jobs:store", "database.main") == "conf:db"
    assert entries["acme.web:page"].meta == {"db": "mine"}
