from __future__ import annotations

import logging
from typing import Any

import pytest

from runtime.binding import Failure
from runtime.registry import finder
from runtime.registry.entry import Entry, EntryId

ENTRIES = [
    Entry(
        EntryId("app.api", "users"),
        "http.endpoint",
        {"type": "api", "level": 2, "tags": ["web", "public"], "path": "/v1/users"},
        {},
    ),
    Entry(EntryId("app", "main"), "function.lua", {"type": "tool", "level": 2.0, "on": True, "a.b": "dotted"}, {}),
    Entry(EntryId("app", "lib"), "library.lua", {"tags": ["web", 5], "count": 1}, {}),
]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["app:lib", "app:main", "app.api:users"]),
        ({".kind": "function.lua"}, ["app:main"]),
        ({".kind": "*.lua"}, ["app:lib", "app:main"]),
        ({".kind": "f*.lua"}, ["app:main"]),
        ({".kind": "h*p*t"}, ["app.api:users"]),
        ({".ns": "app"}, ["app:lib", "app:main"]),
        ({".ns": "app*"}, ["app:lib", "app:main", "app.api:users"]),
        ({".name": "*i*"}, ["app:lib", "app:main"]),
        ({".id": "app:*", ".kind": "function*"}, ["app:main"]),
        ({".kind": "Function.lua"}, []),
        ({".kind": "a+*"}, []),
        ({"meta.type": "api"}, ["app.api:users"]),
        ({"meta.level": 2}, ["app:main", "app.api:users"]),
        ({"meta.level": 2.0}, ["app:main", "app.api:users"]),
        ({"meta.level": "2"}, []),
        ({"meta.on": True}, ["app:main"]),
        ({"meta.count": True}, []),
        ({"meta.count": 1}, ["app:lib"]),
        ({"meta.tags": "web"}, ["app:lib", "app.api:users"]),
        ({"meta.tags": ["web", "public"]}, ["app.api:users"]),
        ({"meta.tags": 5}, ["app:lib"]),
        ({"meta.a.b": "dotted"}, ["app:main"]),
        ({"meta.absent": "x"}, []),
        ({"~meta.path": "^/v\\d"}, ["app.api:users"]),
        ({"~meta.path": "users$"}, ["app.api:users"]),
        ({"~meta.tags": "web"}, []),
        ({"*meta.path": "1/u"}, ["app.api:users"]),
        ({"*meta.tags": "ub"}, ["app.api:users"]),
        ({"^meta.type": "to"}, ["app:main"]),
        ({"$meta.type": "pi"}, ["app.api:users"]),
        ({"^meta.level": "2"}, []),
        ({"meta.type": "api", "meta.level": 3}, []),
    ],
)
def test_every_operator(query: dict[str, Any], found: list[str]) -> None:
    assert [str(entry.id) for entry in finder.find(ENTRIES, query)] == found


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        ("kind", "'.kind'"),
        ("type", "'meta.type'"),
        ("~path", "'~meta.path'"),
        ("meta", "'meta.'"),
        (".knd", "the root keys are .kind, .name"),
    ],
)
def test_an_ignored_key_is_told(key: str, meant: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert len(finder.find(ENTRIES, {key: "x"})) == 3
    assert f"'{key}' is ignored" in caplog.text
    assert meant in caplog.text


@pytest.mark.parametrize(
    ("query", "part"),
    [
        ({"~meta.path": "("}, "'(' is not a regular expression"),
        ({"^meta.path": 5}, "the value of '^meta.path' must be text, not int"),
        ({".kind": True}, "the value of '.kind' must be text"),
    ],
)
def test_a_senseless_filter_is_refused(query: dict[str, Any], part: str) -> None:
    with pytest.raises(Failure) as raised:
        finder.find(ENTRIES, query)
    assert raised.value.kind == "Invalid"
    assert part in raised.value.message
