from __future__ import annotations

import logging
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint
from typing import TYPE_CHECKING, Any, ClassVar

import greenlet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.binding import Failure, Kind
from runtime.registry import kinds as kinds_module
from runtime.registry.change import Change
from runtime.registry.entry import Entry, EntryId
from runtime.registry.errors import EntryError, RegistryError
from runtime.registry.kinds import KindHandler, KindTable
from runtime.registry.order import creation_order
from runtime.registry.registry import Notice, Registry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


@dataclass(frozen=True)
class ThingConfig:
    value: int = 0
    needs: list[EntryId] = field(default_factory=list)


class ThingHandler(KindHandler):
    """Keeps what is alive, and fails on demand: `trouble` is called with the step and the entry."""

    kinds: ClassVar[tuple[str, ...]] = ("thing",)
    config = ThingConfig

    def __init__(self, node: Any) -> None:
        super().__init__(node)
        self.log: list[str] = []
        self.alive: dict[str, int] = {}
        self.trouble: Callable[[str, Entry | None], None] = lambda step, entry: None

    def check(self, entry: Entry, config: ThingConfig) -> None:
        self.trouble("check", entry)

    def create(self, entry: Entry, config: ThingConfig) -> None:
        self.trouble("create", entry)
        self.log.append(f"create {entry.id.name}")
        self.alive[entry.id.name] = config.value

    def update(self, old: Entry, new: Entry, config: ThingConfig) -> None:
        self.trouble("update", new)
        self.log.append(f"update {new.id.name}")
        self.alive[new.id.name] = config.value

    def delete(self, entry: Entry) -> None:
        self.trouble("delete", entry)
        self.log.append(f"delete {entry.id.name}")
        del self.alive[entry.id.name]

    def commit(self) -> None:
        self.trouble("commit", None)
        self.log.append("commit")


class OtherHandler(ThingHandler):
    kinds: ClassVar[tuple[str, ...]] = ("other",)


class World:
    def __init__(self) -> None:
        self.things = ThingHandler(None)
        self.table = KindTable()
        self.table.register(self.things)
        self.others = OtherHandler(None)
        self.table.register(self.others)
        self.registry = Registry(self.table)


@pytest.fixture
def world() -> World:
    return World()


def thing(name: str, *needs: str, value: Any = 0, kind: str = "thing", meta: dict[str, Any] | None = None) -> Entry:
    return Entry(EntryId("app", name), kind, meta or {}, {"value": value, "needs": list(needs)})


def ident(name: str) -> EntryId:
    return EntryId("app", name)


def test_boot_creates_in_order_of_references(world: World) -> None:
    world.registry.load([thing("c", "b"), thing("b", "a"), thing("a"), thing("note", kind="registry.entry")])
    assert world.things.log == ["create a", "create b", "create c", "commit"]
    assert world.registry.version == 0
    assert [str(entry.id) for entry in world.registry.all()] == ["app:a", "app:b", "app:c", "app:note"]
    assert world.registry.references(ident("c")) == (ident("b"),)
    assert world.registry.references(ident("nope")) is None


def test_boot_tells_every_refusal_and_has_no_effect(world: World) -> None:
    bad = [
        thing("a", value="x"),
        thing("b"),
        thing("c", kind="thnig"),
        thing("d", kind="entirely.else"),
        thing("e", kind="exec.docker"),
    ]
    with pytest.raises(RegistryError) as raised:
        world.registry.load(bad)
    text = str(raised.value)
    assert "app:a: 'value': must be a whole number, not 'x'" in text
    assert "app:c: 'kind': no such kind: thnig; did you mean thing?" in text
    assert "app:d: 'kind': no such kind: entirely.else" in text
    assert "app:e: 'kind': entries of the kind exec.docker cannot be run yet; remove the entry" in text
    assert world.things.log == []


def test_unknown_kinds_can_be_left_out(world: World, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        world.registry.load([thing("a"), thing("b", kind="thnig")], unknown_kinds="warn")
    assert list(world.things.alive) == ["a"]
    assert "left out: app:b" in caplog.text


def test_a_boot_that_fails_later_is_undone_and_tells_all(world: World) -> None:
    def trouble(step: str, entry: Entry | None) -> None:
        if step == "create" and entry is not None and entry.id.name in ("b", "d"):
            raise EntryError(entry, "value", "it cannot be")

    world.things.trouble = trouble
    with pytest.raises(RegistryError) as raised:
        world.registry.load([thing("a"), thing("b"), thing("c", "b"), thing("d")])
    assert [str(error.id) for error in raised.value.errors] == ["app:b", "app:d"]
    assert world.things.alive == {}


def test_a_refusal_is_told_once_and_knows_its_entry(world: World) -> None:
    def trouble(step: str, entry: Entry | None) -> None:
        if step == "create" and entry is not None:
            raise EntryError(ident("a"), "value", "it cannot be", more=[EntryError(ident("b"), "", "nor can this")])

    world.things.trouble = trouble
    entries = [thing("a"), thing("b")]
    with pytest.raises(RegistryError) as raised:
        world.registry.load(entries)
    assert str(raised.value) == "app:a: 'value': it cannot be\napp:b: nor can this"
    assert [error.entry for error in raised.value.errors] == entries


def test_apply_makes_all_changes(world: World) -> None:
    world.registry.load([thing("a"), thing("b", "a"), thing("x", kind="other")])
    world.things.log.clear()
    notices: list[Notice] = []
    world.registry.subscribe(notices.append)
    changes = [
        Change.delete(ident("a")),
        Change.delete(ident("b")),
        Change.create(thing("d", "c")),
        Change.create(thing("c", value=3)),
        Change.update(thing("x", kind="other", value=9)),
    ]
    assert world.registry.apply(changes) == 1
    assert world.things.log == ["delete b", "delete a", "create c", "create d", "commit"]
    assert world.others.alive == {"x": 9}
    assert world.registry.get(ident("c")).data["value"] == 3
    assert notices[0].version == 1
    assert {(change.action, change.id.name) for change in notices[0].changes} == {
        ("delete", "a"),
        ("delete", "b"),
        ("create", "c"),
        ("create", "d"),
        ("update", "x"),
    }


def test_changes_of_one_entry_melt_together(world: World) -> None:
    world.registry.load([thing("a"), thing("b")])
    world.things.log.clear()
    world.registry.apply(
        [
            Change.create(thing("new", value=1)),
            Change.update(thing("new", value=2)),
            Change.create(thing("gone")),
            Change.delete(ident("gone")),
            Change.delete(ident("a")),
            Change.create(thing("a", value=5)),
            Change.delete(ident("b")),
            Change.create(thing("b", kind="other")),
        ]
    )
    assert sorted(world.things.log) == ["commit", "create new", "delete b", "update a"]
    assert world.things.alive == {"a": 5, "new": 2}
    assert world.others.alive == {"b": 0}


@pytest.mark.parametrize(
    ("change", "part"),
    [
        (Change.create(thing("a")), "it exists already; use update"),
        (Change.update(thing("z")), "it does not exist"),
        (Change.delete(EntryId("app", "z")), "it does not exist"),
        (Change.update(thing("a", kind="other")), "its kind thing cannot become other"),
        (Change.create(Entry(EntryId("app", "n"), "thing", {}, None)), "configuration data is required"),
        (Change.create(thing("n", kind="nope")), "no such kind: nope"),
        (Change.create(thing("n", value="x")), "must be a whole number"),
    ],
)
def test_impossible_changes_are_refused(world: World, change: Change, part: str) -> None:
    world.registry.load([thing("a")])
    with pytest.raises(Failure, match=part) as raised:
        world.registry.apply([Change.update(thing("a", value=7)), change])
    assert raised.value.kind == Kind.INVALID
    assert world.registry.version == 0
    assert world.things.alive == {"a": 0}


def test_nothing_to_apply_is_refused(world: World) -> None:
    with pytest.raises(Failure, match="no changes to apply"):
        world.registry.apply([])


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (lambda entry: EntryError(entry, "", "no"), Kind.INVALID),
        (lambda entry: Failure(Kind.UNAVAILABLE, "no"), Kind.UNAVAILABLE),
        (lambda entry: ZeroDivisionError("no"), Kind.INTERNAL),
    ],
)
@pytest.mark.parametrize("step", ["create", "update", "delete", "commit"])
def test_a_failed_transaction_is_undone(world: World, make: Callable[[Any], Exception], kind: str, step: str) -> None:
    world.registry.load([thing("a", value=1), thing("b", "a", value=2), thing("c", "b", value=3)])
    before = dict(world.things.alive)
    failed: list[str] = []

    def trouble(at: str, entry: Entry | None) -> None:
        if at == step and not failed:
            failed.append(step)
            raise make(entry or ident("c"))

    world.things.trouble = trouble
    changes = [
        Change.create(thing("new1")),
        Change.update(thing("a", value=10)),
        Change.delete(ident("c")),
        Change.create(thing("new2", "new1")),
    ]
    with pytest.raises(Failure) as raised:
        world.registry.apply(changes)
    assert raised.value.kind == kind
    assert "app:" in raised.value.message
    assert world.things.alive == before
    assert world.registry.version == 0
    assert world.registry.get(ident("c")).data["value"] == 3
    world.registry.apply(changes)
    assert world.things.alive == {"a": 10, "b": 2, "new1": 0, "new2": 0}


def test_others_see_the_old_state_until_the_end(world: World) -> None:
    world.registry.load([thing("a", value=1)])
    seen: list[tuple[str, int]] = []

    def look(who: str) -> None:
        seen.append((who, world.registry.get(ident("a")).data["value"]))

    def trouble(step: str, entry: Entry | None) -> None:
        if step == "update":
            look("handler")
            greenlet.greenlet(lambda: look("other")).switch()

    world.things.trouble = trouble
    world.registry.apply([Change.update(thing("a", value=2))])
    look("after")
    assert seen == [("handler", 2), ("other", 1), ("after", 2)]


def test_only_one_changes_at_a_time(world: World) -> None:
    world.registry.load([thing("a")])
    refusals: list[Failure] = []

    def try_apply() -> None:
        try:
            world.registry.apply([Change.delete(ident("a"))])
        except Failure as failure:
            refusals.append(failure)

    def trouble(step: str, entry: Entry | None) -> None:
        if step == "update":
            try_apply()
            greenlet.greenlet(try_apply).switch()

    world.things.trouble = trouble
    world.registry.apply([Change.update(thing("a", value=2))])
    assert [failure.kind for failure in refusals] == [Kind.CONFLICT, Kind.CONFLICT]
    assert refusals[1].retryable
    assert world.things.alive == {"a": 2}


def test_a_failing_listener_harms_nobody(world: World, caplog: pytest.LogCaptureFixture) -> None:
    heard: list[int] = []

    def fail(notice: Notice) -> None:
        raise ZeroDivisionError

    world.registry.subscribe(fail)
    stop = world.registry.subscribe(lambda notice: heard.append(notice.version))
    world.registry.apply([Change.create(thing("a"))])
    stop()
    world.registry.apply([Change.delete(ident("a"))])
    assert heard == [1]
    assert "a listener of the registry failed" in caplog.text


def test_a_missing_entry_is_not_found(world: World) -> None:
    with pytest.raises(Failure, match="entry not found: app:nope") as raised:
        world.registry.get(ident("nope"))
    assert raised.value.kind == Kind.NOT_FOUND


def test_misspelt_fields_are_warned_of(world: World, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        world.registry.load([Entry(ident("a"), "thing", {}, {"vlaue": 3})])
    assert "app:a: 'vlaue' is not a field of thing; did you mean 'value'?" in caplog.text


def test_two_handlers_cannot_share_a_kind(world: World) -> None:
    with pytest.raises(ValueError, match="kind thing of ThingHandler is taken by ThingHandler"):
        world.table.register(ThingHandler(None))


def test_kinds_of_other_packages_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    point = EntryPoint("thing", f"{__name__}:ThingHandler", kinds_module.ENTRY_POINT_GROUP)
    monkeypatch.setattr(kinds_module, "entry_points", lambda group: [point])
    table = KindTable()
    table.load_plugins("the node")
    handler = table.find("thing")
    assert handler is not None
    assert handler.node == "the node"
    wrong = EntryPoint("bad", f"{__name__}:thing", kinds_module.ENTRY_POINT_GROUP)
    monkeypatch.setattr(kinds_module, "entry_points", lambda group: [wrong])
    with pytest.raises(TypeError, match="is no KindHandler class"):
        KindTable().load_plugins(None)


def test_lifecycle_and_metadata_count_as_references(world: World) -> None:
    lifecycle = {"requires": ["x"], "depends_on": "w"}
    first = Entry(ident("z"), "thing", {"depends_on": ["y"], "parent": "v"}, {"lifecycle": lifecycle})
    world.registry.load([first, thing("y"), thing("x"), thing("w"), thing("v")])
    assert world.things.log[-2] == "create z"


def test_order_by_namespace_and_group() -> None:
    a, b, c = thing("a"), thing("b", meta={"groups": ["late"]}), Entry(EntryId("lib", "c"), "thing", {}, {})
    wants = {a.id: [EntryId("group", "late"), EntryId("ns", "lib")]}
    assert creation_order([a, b, c], lambda entry: wants.get(entry.id, ())) == [b, c, a]


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=80))
def test_order_keeps_references_first_unless_in_a_ring(pairs: list[tuple[int, int]]) -> None:
    entries = [thing(str(number)) for number in range(31)]
    needs: dict[EntryId, list[EntryId]] = {}
    for user, used in pairs:
        if used < user:  # no rings
            needs.setdefault(ident(str(user)), []).append(ident(str(used)))
    ordered = creation_order(reversed(entries), lambda entry: needs.get(entry.id, ()))
    place = {entry.id: index for index, entry in enumerate(ordered)}
    assert len(place) == 31
    assert all(place[used] < place[user] for user, names in needs.items() for used in names)


def test_a_ring_or_a_long_chain_does_no_harm() -> None:
    ring = [thing("a"), thing("b")]
    other = {ident("a"): ident("b"), ident("b"): ident("a")}
    assert [entry.id.name for entry in creation_order(ring, lambda entry: [other[entry.id]])] == ["b", "a"]

    def following(entry: Entry) -> Iterable[EntryId]:
        return [ident(str(int(entry.id.name) + 1))]

    chain = [thing(str(number)) for number in range(20_000)]
    assert creation_order(chain, following)[0].id.name == "19999"
