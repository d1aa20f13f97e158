import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import pytest

from runtime.registry.decode import Duration, decode, likely_misspelt
from runtime.registry.entry import Entry, EntryId
from runtime.registry.errors import EntryError
from runtime.registry.kinds import ids_in


class Mode(enum.Enum):
    FAST = "fast"
    SAFE = "safe"


@dataclass(frozen=True)
class Pool:
    size: int = 1
    wait: Duration = 2.0


@dataclass(frozen=True)
class Config:
    source: str
    func: EntryId | None = None
    router: EntryId | None = field(default=None, metadata={"path": "meta.router"})
    workers: int = field(default=4, metadata={"path": "host.workers"})
    ratio: float = 1.0
    on: bool = False
    timeout: Duration = 30.0
    method: Literal["GET", "POST"] = "GET"
    mode: Mode = Mode.SAFE
    pool: Pool = field(default_factory=Pool)
    modules: list[str] = field(default_factory=list)
    pair: tuple[int, ...] = ()
    imports: Mapping[str, EntryId] = field(default_factory=dict)
    actions: str | list[str] = "*"
    either: list[int] | Pool | None = None
    anything: Any = None
    class_: str = ""


def _entry(meta: dict[str, Any] | None = None, **data: Any) -> Entry:
    return Entry(EntryId("app", "x"), "kind", meta or {}, data)


def test_every_type_of_field() -> None:
    config = decode(
        _entry(
            {"router": "api"},
            source="return 1",
            func="lib:f",
            host={"workers": 2},
            ratio=2,
            on=True,
            timeout="1m",
            method="POST",
            mode="fast",
            pool={"size": 3.0},
            modules=["http"],
            pair=[1, 2],
            imports={"a": "b", "c": "d:e"},
            actions=["read"],
            either={"wait": 5},
            anything={"deep": [1]},
            **{"class": "c"},
        ),
        Config,
    )
    assert config == Config(
        source="return 1",
        func=EntryId("lib", "f"),
        router=EntryId("app", "api"),
        workers=2,
        ratio=2.0,
        on=True,
        timeout=60.0,
        method="POST",
        mode=Mode.FAST,
        pool=Pool(3),
        modules=["http"],
        pair=(1, 2),
        imports={"a": EntryId("app", "b"), "c": EntryId("d", "e")},
        actions=["read"],
        either=Pool(1, 5.0),
        anything={"deep": [1]},
        class_="c",
    )
    assert isinstance(config.ratio, float)
    assert list(ids_in(config)) == [EntryId("lib", "f"), EntryId("app", "api"), EntryId("app", "b"), EntryId("d", "e")]


def test_defaults_and_null() -> None:
    assert decode(_entry(source="x", func=None, timeout=None), Config) == Config("x")


def test_an_empty_lua_table_is_an_empty_list_or_mapping() -> None:
    config = decode(_entry(source="x", modules={}, imports=[]), Config)
    assert (config.modules, config.imports) == ([], {})


def test_a_table_names_an_entry() -> None:
    assert decode(_entry(source="x", func={"ns": "a", "name": "b"}), Config).func == EntryId("a", "b")
    assert decode(_entry(source="x", func={"name": "b"}), Config).func == EntryId("app", "b")


@pytest.mark.parametrize(
    ("data", "field_", "part"),
    [
        ({}, "source", "the field is missing; add `source:`"),
        ({"sorce": "x"}, "source", "the field is missing; did you mean it by `sorce:`?"),
        ({"source": 5}, "source", 'must be text, not 5; write it in quotes: "5"'),
        ({"source": ["x"]}, "source", "must be text, not a list"),
        ({"source": "x", "func": 5}, "func", "must name an entry, not 5; write namespace:name"),
        ({"source": "x", "func": "a:"}, "func", "must name an entry"),
        (
            {"source": "x", "host": {"workers": "2"}},
            "host.workers",
            "must be a whole number, not '2'; remove the quotes",
        ),
        ({"source": "x", "host": {"workers": True}}, "host.workers", "must be a whole number, not true"),
        ({"source": "x", "ratio": "a"}, "ratio", "must be a number"),
        ({"source": "x", "on": "yes"}, "on", "must be true or false, not 'yes'"),
        (
            {"source": "x", "timeout": "30"},
            "timeout",
            "must be a duration: '30': a unit is missing; write a number and a unit",
        ),
        (
            {"source": "x", "method": "PSOT"},
            "method",
            "has the unknown value 'PSOT'; did you mean 'POST'? it must be one of GET, POST",
        ),
        ({"source": "x", "mode": "slow"}, "mode", "it must be one of fast, safe"),
        ({"source": "x", "pool": 5}, "pool", "must be a mapping, not 5"),
        ({"source": "x", "pool": {"size": "a"}}, "pool.size", "must be a whole number"),
        ({"source": "x", "modules": "http"}, "modules", "must be a list, not 'http'; write - http"),
        ({"source": "x", "modules": ["a", 5]}, "modules.1", "must be text, not 5"),
        ({"source": "x", "imports": {"a": 5}}, "imports.a", "must name an entry"),
        ({"source": "x", "imports": ["a"]}, "imports", "must be a mapping, not a list"),
        ({"source": "x", "actions": 5}, "actions", "must be text, not 5"),
        ({"source": "x", "either": "a"}, "either", "must be a list, not 'a'"),
    ],
)
def test_what_does_not_fit_is_told(data: dict[str, Any], field_: str, part: str) -> None:
    with pytest.raises(EntryError) as raised:
        decode(_entry(None, **data), Config)
    assert raised.value.field == field_
    assert part in raised.value.summary()
    assert str(raised.value).startswith(f"app:x: '{field_}': ")


def test_every_refusal_is_told_at_once() -> None:
    with pytest.raises(EntryError) as raised:
        decode(_entry({"router": 1}, on=5, pool={"size": "a", "wait": "b"}), Config)
    assert [error.field for error in raised.value.each()] == ["source", "meta.router", "on", "pool.size", "pool.wait"]


def test_data_must_be_a_mapping() -> None:
    with pytest.raises(EntryError, match="must be a mapping, not a list"):
        decode(Entry(EntryId("a", "b"), "k", {}, [1]), Config)


def test_misspelt_fields_are_noticed() -> None:
    entry = _entry(source="x", modlues=["a"], timeuot="1s", whatever=1)
    assert sorted(likely_misspelt(entry, Config)) == [("modlues", "modules"), ("timeuot", "timeout")]


def test_an_impossible_annotation_is_a_mistake_of_the_program() -> None:
    @dataclass(frozen=True)
    class Odd:
        value: complex

    with pytest.raises(TypeError, match="complex"):
        decode(_entry(value=1), Odd)
