"""Variables in the data of entries, resolved when an entry is decoded."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from runtime.binding import Failure
from runtime.registry.change import Change
from runtime.registry.decode import decode, likely_misspelt
from runtime.registry.entry import Entry, EntryId, Origin
from runtime.registry.errors import EntryError, RegistryError
from runtime.registry.kinds import KindHandler, KindTable
from runtime.registry.registry import Registry, Surroundings

if TYPE_CHECKING:
    from pathlib import Path

VALUES = {"HOST": "example.org", "app.env:key": "sec|ret", "ON": "Yes", "PORT": "8080", "RATE": "1.5", "EMPTY_": ""}


@dataclass(frozen=True)
class Inner:
    path: str = ""


@dataclass(frozen=True)
class ServerConfig:
    addr: Any = None
    tls: Inner = Inner()
    many: tuple[str, ...] = ()
    source: str = field(default="", metadata={"raw": True})


def config(origin: Origin | None = None, **data: Any) -> ServerConfig:
    entry = Entry(EntryId("app", "s"), "server", {"note": "${env:NOPE}"}, data, origin)
    return decode(entry, ServerConfig, VALUES.get)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("${env:HOST}", "example.org"),
        ("https://${env:HOST}:${env:PORT}/", "https://example.org:8080/"),
        ("${env:app.env:key}", "sec|ret"),
        ("${env:NOPE|a default}", "a default"),
        ("${env:NOPE|}", ""),
        ("${env:HOST|other}", "example.org"),
        ("${NOPE|short}", "short"),
        ("${HOST|short}", "example.org"),
        ("${HOST}", "${HOST}"),
        ("${host|x}", "${host|x}"),
        ("$${env:HOST}", "${env:HOST}"),
        ("$${", "${"),
        ("a $${HOST|x} b", "a ${HOST|x} b"),
        ("${env:}", "${env:}"),
        ("$HOST ${", "$HOST ${"),
        ("${env:PORT}", "8080"),
        ("${env:PORT|80}", 8080),
        ("${env:NOPE|80}", 80),
        ("${env:RATE|2.0}", 1.5),
        ("${env:ON|false}", True),
        ("${env:NOPE|true}", True),
        ("x${env:PORT|80}", "x8080"),
    ],
)
def test_placeholders(text: str, value: Any) -> None:
    found = config(addr=text).addr
    assert found == value
    assert type(found) is type(value)


def test_text_stays_text_where_text_is_wanted() -> None:
    made = config(tls={"path": "${env:PORT|80}"}, many=["${env:RATE|2.0}", "${env:ON|false}"], addr=["${env:PORT|80}"])
    assert made.tls.path == "8080"
    assert made.many == ("1.5", "Yes")
    assert made.addr == [8080]


def test_placeholders_stand_anywhere_in_the_data_but_not_in_code_nor_included_files(tmp_path: Path) -> None:
    origin = Origin(tmp_path, 1, {"many.1": tmp_path})
    made = config(origin, tls={"path": "/${env:HOST}"}, many=["${env:HOST}", "${env:HOST}"], source="${env:NOPE}")
    assert made == ServerConfig(None, Inner("/example.org"), ("example.org", "${env:HOST}"), "${env:NOPE}")


def test_without_a_look_up_they_stay() -> None:
    entry = Entry(EntryId("app", "s"), "server", {}, {"addr": "${env:HOST}", "tls": {"path_env": "HOST"}})
    assert decode(entry, ServerConfig) == ServerConfig("${env:HOST}")


def test_the_older_form_counts_for_variables_that_have_a_value() -> None:
    made = config(addr="inline", addr_env="HOST", tls={"path": "inline", "path_env": "NOPE"})
    assert made == ServerConfig("example.org", Inner("inline"))
    assert config(addr="inline", addr_env="EMPTY_").addr == "inline"
    entry = Entry(EntryId("app", "s"), "server", {}, {"addr_env": "HOST"})
    assert likely_misspelt(entry, ServerConfig) == []


def test_what_stands_for_nothing_is_told_with_its_field() -> None:
    with pytest.raises(EntryError) as raised:
        config(addr="${env:PORT|true}", tls={"path": "x ${env:NOPE}"}, many=["${env:HOST|1}"])
    text = str(raised.value)
    assert "app:s: 'tls.path': the variable NOPE is not set; give it a value, or a default: ${env:NOPE|default}" in text
    assert "app:s: 'addr': the variable PORT is '8080', which is neither true nor false" in text
    assert "app:s: 'many.0': the variable HOST is 'example.org', which is no number" in text


# --- with variables that are entries themselves -----------------------------------------------------------------------


@dataclass(frozen=True)
class VariableConfig:
    value: str
    after: EntryId | None = None


class VariableKind(KindHandler):
    kinds: ClassVar[tuple[str, ...]] = ("env.test",)
    config = VariableConfig

    def __init__(self, node: Any) -> None:
        super().__init__(node)
        self.values: dict[str, str] = {}

    def create(self, entry: Entry, config: VariableConfig) -> None:
        if config.after is not None and str(config.after) not in self.values:
            raise EntryError(entry, "after", f"there is no {config.after}")
        self.values[str(entry.id)] = config.value

    def update(self, _old: Entry, new: Entry, config: VariableConfig) -> None:
        self.create(new, config)

    def delete(self, entry: Entry) -> None:
        del self.values[str(entry.id)]


class ServerKind(KindHandler):
    kinds: ClassVar[tuple[str, ...]] = ("server",)
    config = ServerConfig

    def __init__(self, node: Any) -> None:
        super().__init__(node)
        self.addresses: dict[str, Any] = {}

    def create(self, entry: Entry, config: ServerConfig) -> None:
        self.addresses[entry.id.name] = config.addr
        if config.addr == "refused":
            raise EntryError(entry, "addr", "no")

    def update(self, _old: Entry, new: Entry, config: ServerConfig) -> None:
        self.create(new, config)

    def delete(self, entry: Entry) -> None:
        del self.addresses[entry.id.name]


class World:
    def __init__(self) -> None:
        self.variables, self.servers = VariableKind(None), ServerKind(None)
        table = KindTable()
        table.register(self.variables)
        table.register(self.servers)
        self.registry = Registry(table, Surroundings(lookup=self.variables.values.get))


def variable(name: str, value: str, after: str | None = None) -> Entry:
    return Entry(EntryId("app", name), "env.test", {}, {"value": value, "after": after})


def server(name: str, addr: str) -> Entry:
    return Entry(EntryId("app", name), "server", {}, {"addr": addr})


def test_variables_of_the_same_transaction_are_there() -> None:
    world = World()
    world.registry.load([server("s", "${env:app:two}"), variable("two", "${env:app:one}!"), variable("one", "first")])
    assert world.servers.addresses == {"s": "first!"}
    assert world.registry.get(EntryId("app", "s")).data == {"addr": "${env:app:two}"}
    world.registry.apply([Change.update(server("s", "${env:app:one}")), Change.update(variable("one", "changed"))])
    assert world.servers.addresses == {"s": "changed"}


def test_variables_and_what_they_need_may_depend_on_each_other_in_any_order() -> None:
    world = World()
    chain = [
        variable("a", "${env:app:b}a"),
        variable("b", "b", after="c"),
        variable("c", "${env:app:d}"),
        variable("d", "d"),
    ]
    world.registry.load([server("s", "${env:app:a}"), *chain])
    assert world.servers.addresses == {"s": "ba"}
    ring = [variable("x", "${env:app:y}"), variable("y", "${env:app:x}"), variable("z", "z")]
    with pytest.raises(Failure) as raised:
        world.registry.apply([Change.create(entry) for entry in ring])
    assert "the variable app:y is not set" in str(raised.value)
    assert "the variable app:x is not set" in str(raised.value)
    assert sorted(world.variables.values) == ["app:a", "app:b", "app:c", "app:d"]


def test_what_is_undone_has_the_values_of_before() -> None:
    world = World()
    world.registry.load([server("s", "${env:app:v}"), variable("v", "old")])
    changes = [
        Change.update(variable("v", "new")),
        Change.update(server("s", "<${env:app:v}>")),
        Change.create(server("t", "refused")),
    ]
    with pytest.raises(Failure, match="app:t: 'addr': no"):
        world.registry.apply(changes)
    assert world.servers.addresses["s"] == "old"
    assert world.variables.values == {"app:v": "old"}


def test_a_variable_that_is_missing_is_told_at_boot_and_nothing_happens() -> None:
    world = World()
    entries = [
        variable("v", "x"),
        server("s", "${env:app:none}"),
        server("t", "${env:app:v}"),
        server("u", "${env:no}"),
    ]
    with pytest.raises(RegistryError) as raised:
        world.registry.load(entries)
    assert [(str(error.id), error.field) for error in raised.value.errors] == [("app:s", "addr"), ("app:u", "addr")]
    assert world.servers.addresses == world.variables.values == {}


def test_a_deleted_variable_is_not_set() -> None:
    world = World()
    world.registry.load([variable("v", "x")])
    with pytest.raises(Failure, match="the variable app:v is not set"):
        world.registry.apply([Change.delete(EntryId("app", "v")), Change.create(server("s", "${env:app:v}"))])
    assert world.variables.values == {"app:v": "x"}
