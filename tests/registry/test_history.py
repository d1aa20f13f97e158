"""Versions of the registry: back and forth, in memory and in a file."""

from __future__ import annotations

import sqlite3
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import uuid4

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from needs import need

from runtime.binding import Failure, Kind
from runtime.data.postgres.settings import Settings
from runtime.registry.change import Change
from runtime.registry.entry import Entry, EntryId
from runtime.registry.errors import EntryError, RegistryError
from runtime.registry.history import History, MemoryHistory
from runtime.registry.kinds import KindHandler, KindTable
from runtime.registry.postgres_history import PostgresHistory
from runtime.registry.registry import Registry, Surroundings
from runtime.registry.sqlite_history import SqliteHistory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass(frozen=True)
class AnyConfig:
    value: Any = None


class Keeper(KindHandler):
    kinds: ClassVar[tuple[str, ...]] = ("thing",)
    config = AnyConfig

    def __init__(self, node: Any) -> None:
        super().__init__(node)
        self.alive: dict[str, Any] = {}
        self.log: list[str] = []
        self.refuses = ""

    def create(self, entry: Entry, config: AnyConfig) -> None:
        if entry.id.name == self.refuses:
            raise EntryError(entry, "", "not today")
        self.log.append(f"create {entry.id.name}")
        self.alive[entry.id.name] = config.value

    def update(self, _old: Entry, new: Entry, config: AnyConfig) -> None:
        self.log.append(f"update {new.id.name}")
        self.alive[new.id.name] = config.value

    def delete(self, entry: Entry) -> None:
        self.log.append(f"delete {entry.id.name}")
        del self.alive[entry.id.name]


class World:
    def __init__(self, history: History | None, *baseline: Entry) -> None:
        self.things = Keeper(None)
        table = KindTable()
        table.register(self.things)
        self.registry = Registry(table, Surroundings(history=history))
        self.registry.load(baseline)

    def apply(self, *changes: Change) -> int:
        return self.registry.apply(changes)

    def state(self) -> dict[str, Any]:
        return {entry.id.name: entry.data["value"] for entry in self.registry.all()}


def thing(name: str, value: Any = 0, **meta: Any) -> Entry:
    return Entry(EntryId("app", name), "thing", meta, {"value": value})


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def history(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], History]]:
    if request.param == "postgres":
        settings = Settings.of_dsn(need("postgres"))
        schema = f"history_{uuid4().hex[:12]}"
        made: list[PostgresHistory] = []

        def make() -> History:
            made.append(PostgresHistory(settings, schema))
            return made[-1]

        yield make
        for each in made:
            each.close()
        connection = settings.connect()
        connection.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE", ())
        connection.close()
        return
    yield MemoryHistory if request.param == "memory" else lambda: SqliteHistory(tmp_path / "deep" / "registry.db")


@pytest.mark.parametrize("history", ["postgres"], indirect=True)
def test_what_postgresql_keeps_is_there_after_a_restart_and_one_node_writes(history: Callable[[], History]) -> None:
    first = World(history(), thing("a", 1))
    first.apply(Change.update(thing("a", "é")), Change.create(thing("b")))
    second = World(history(), thing("a", 1))
    assert second.state() == {"a": "é", "b": 0}
    assert second.registry.version == 1
    first.apply(Change.delete(EntryId("app", "b")))
    with pytest.raises(Failure) as caught:
        second.apply(Change.update(thing("b", 2)))
    assert caught.value.kind == Kind.CONFLICT
    assert second.state() == {"a": "é", "b": 0}


@pytest.mark.parametrize(
    "dsn",
    [
        "postgres://ann:s%20e@db.example.org:6432/shop?sslmode=disable",
        "host=db.example.org port=6432 user=ann password='s e' dbname=shop sslmode=disable",
    ],
)
def test_addresses_of_postgresql(dsn: str) -> None:
    settings = Settings.of_dsn(dsn)
    assert settings == Settings("db.example.org", 6432, "shop", "ann", "s e", {"sslmode": "disable"})
    with pytest.raises(Failure):
        Settings.of_dsn("")


def test_back_and_forward_again(history: Callable[[], History]) -> None:
    world = World(history(), thing("a", 1))
    world.apply(Change.update(thing("a", 2)), Change.create(thing("b", {"deep": [1, None, "é"]})))
    world.apply(Change.delete(EntryId("app", "a")))
    world.things.log.clear()
    world.registry.apply_version(0)
    assert world.registry.version == 0
    assert world.state() == world.things.alive == {"a": 1}
    assert sorted(world.things.log) == ["create a", "delete b"]  # one step each, however many versions lie between
    world.registry.apply_version(1)
    assert world.state() == world.things.alive == {"a": 2, "b": {"deep": [1, None, "é"]}}
    world.registry.apply_version(2)
    assert world.state() == world.things.alive == {"b": {"deep": [1, None, "é"]}}


def test_the_same_version_is_no_change(history: Callable[[], History]) -> None:
    world = World(history(), thing("a"))
    world.things.log.clear()
    world.registry.apply_version(0)
    assert world.things.log == []


def test_a_change_after_going_back_makes_a_branch(history: Callable[[], History]) -> None:
    world = World(history(), thing("a", 0))
    world.apply(Change.update(thing("a", 1)))
    world.apply(Change.update(thing("a", 2)))
    world.registry.apply_version(1)
    assert world.apply(Change.update(thing("a", 3))) == 3
    kept = world.registry.history
    assert kept.parents == {0: None, 1: 0, 2: 1, 3: 1}
    assert (kept.child(1), kept.child(0), kept.child(3)) == (3, 1, None)
    world.registry.apply_version(2)  # over the common ancestor to the other branch
    assert world.state() == world.things.alive == {"a": 2}
    assert {number: world.registry.at(number).all()[0].data["value"] for number in range(4)} == {0: 0, 1: 1, 2: 2, 3: 3}


def test_values_that_differ_by_type_alone_are_restored(history: Callable[[], History]) -> None:
    world = World(history(), thing("a", True), thing("b", [1]))
    world.apply(Change.update(thing("a", 1)), Change.update(thing("b", [1.0])))
    world.registry.apply_version(0)
    assert world.things.alive["a"] is True
    assert isinstance(world.things.alive["b"][0], int)


def test_an_unknown_version_is_not_found(history: Callable[[], History]) -> None:
    world = World(history())
    for call in (world.registry.at, world.registry.apply_version):
        with pytest.raises(Failure, match="version not found: 7") as raised:
            call(7)
        assert raised.value.kind == Kind.NOT_FOUND


def test_a_refused_way_back_leaves_all_as_it_was(history: Callable[[], History]) -> None:
    world = World(history(), thing("a"), thing("b"))
    world.apply(Change.delete(EntryId("app", "a")), Change.delete(EntryId("app", "b")), Change.create(thing("c")))
    world.things.refuses = "b"
    with pytest.raises(Failure, match="not today"):
        world.registry.apply_version(0)
    assert world.registry.version == world.registry.history.head == 1
    assert world.state() == world.things.alive == {"c": 0}


def test_without_a_history_versions_count_on_and_there_is_no_way_back() -> None:
    world = World(None, thing("a"))
    assert world.apply(Change.update(thing("a", 1))) == 1
    assert world.apply(Change.update(thing("a", 2))) == 2
    assert world.registry.at(2).version == 2
    for call in (lambda: world.registry.history, lambda: world.registry.at(1), lambda: world.registry.apply_version(1)):
        with pytest.raises(Failure, match="keeps no history") as raised:
            call()
        assert raised.value.kind == Kind.INTERNAL


# --- in a file --------------------------------------------------------------------------------------------------------


def test_a_restart_repeats_the_changes_over_the_files(tmp_path: Path) -> None:
    path = tmp_path / "registry.db"
    first = World(SqliteHistory(path), thing("a", 1), thing("gone"), thing("later"))
    first.apply(Change.update(thing("a", 2)), Change.delete(EntryId("app", "gone")))
    first.apply(Change.create(thing("b", "\udc80", tags=["x"])))
    first.registry.close()
    # Meanwhile the files have lost "later" and gained "new".
    second = World(SqliteHistory(path), thing("a", 10), thing("gone"), thing("new"))
    assert second.registry.version == 2
    assert second.state() == second.things.alive == {"a": 2, "b": "\udc80", "new": 0}
    assert second.registry.get(EntryId("app", "b")).meta == {"tags": ["x"]}
    second.registry.apply_version(0)
    assert second.state() == {"a": 10, "gone": 0, "new": 0}
    second.registry.close()
    assert World(SqliteHistory(path), thing("a", 10)).state() == {"a": 10}


def test_a_boot_that_fails_for_what_the_history_holds_says_so(tmp_path: Path) -> None:
    path = tmp_path / "registry.db"
    first = World(SqliteHistory(path))
    first.apply(Change.create(thing("a")))
    first.registry.close()
    table = KindTable()
    registry = Registry(table, Surroundings(history=SqliteHistory(path)))
    with pytest.raises(RegistryError, match=r"no such kind: thing.*\nVersion 1 of the registry's history is in force"):
        registry.load([])
    with pytest.raises(RegistryError) as raised:
        Registry(table).load([thing("b")])
    assert "history" not in str(raised.value)


def test_two_nodes_cannot_write_one_history(tmp_path: Path) -> None:
    one, other = (World(SqliteHistory(tmp_path / "registry.db"), thing("a")) for _ in range(2))
    one.apply(Change.update(thing("a", 1)))
    with pytest.raises(Failure, match="another node has changed") as raised:
        other.apply(Change.update(thing("a", 2)))
    assert raised.value.kind == Kind.CONFLICT
    assert other.state() == other.things.alive == {"a": 0}
    assert other.registry.version == 0


def test_what_cannot_be_kept_does_not_happen(tmp_path: Path) -> None:
    kept = SqliteHistory(tmp_path / "registry.db")
    world = World(kept, thing("a"))
    kept.close()
    with pytest.raises(Failure, match="cannot be written") as raised:
        world.apply(Change.update(thing("a", 1)), Change.create(thing("b")))
    assert raised.value.kind == Kind.INTERNAL
    assert world.state() == world.things.alive == {"a": 0}


@pytest.mark.parametrize("damage", ["garbage", "newer"])
def test_a_file_that_is_no_history_is_told(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "registry.db"
    if damage == "garbage":
        path.write_bytes(b"not a database, but long enough to be looked at as if it were one" * 20)
    else:
        with sqlite3.connect(path) as link:
            link.execute("PRAGMA user_version = 99")
    with pytest.raises(Failure, match="cannot be opened" if damage == "garbage" else "of a newer wippy"):
        SqliteHistory(path)
