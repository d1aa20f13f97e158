"""The module `uuid`."""

import time
import uuid

import pytest


def test_versions(lua):
    made = lua.run("local u = require('uuid'); return {u.v1(), u.v4(), u.v7()}")
    assert [uuid.UUID(text).version for text in made] == [1, 4, 7]
    assert all(uuid.UUID(text).variant == uuid.RFC_4122 for text in made)


def test_names_give_the_same_every_time(lua):
    space = uuid.NAMESPACE_URL
    assert lua.run(f"local u = require('uuid'); return {{u.v3('{space}', 'grün'), u.v5('{space}', 'grün')}}") == [
        str(uuid.uuid3(space, "grün")),
        str(uuid.uuid5(space, "grün")),
    ]


def test_version_1_is_unique_and_tells_no_network_address(lua):
    made = lua.run("local u, seen = require('uuid'), {}; for i = 1, 500 do seen[i] = u.v1() end; return seen")
    assert len(set(made)) == 500
    assert {uuid.UUID(text).node for text in made}.isdisjoint({uuid.getnode()})
    assert all(uuid.UUID(text).node >> 40 & 1 for text in made)


def test_version_7_is_in_the_order_of_time(lua):
    made = lua.run(
        "local u, t = require('uuid'), require('time'); local a = u.v7(); t.sleep('3ms'); return {a, u.v7()}"
    )
    assert made == sorted(made)


def test_taking_apart(lua):
    now = int(time.time())
    first, seventh, fourth = lua.run(
        "local u = require('uuid'); return {u.parse(u.v1()), u.parse(u.v7()), u.parse(u.v4())}"
    )
    assert abs(first["timestamp"] - now) < 30
    assert len(first["node"]) == 12
    assert abs(seventh["timestamp"] - now) < 30
    assert fourth == {"version": 4, "variant": "RFC4122"}


def test_forms(lua):
    text = "6ba7b811-9dad-11d1-80b4-00c04fd430c8"
    calls = ", ".join(f"u.format('{text}'{style})" for style in ("", ", 'standard'", ", 'simple'", ", 'urn'"))
    assert lua.run(f"local u = require('uuid'); return {{{calls}}}") == [
        text,
        text,
        text.replace("-", ""),
        f"urn:uuid:{text}",
    ]


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ("6BA7B811-9DAD-11D1-80B4-00C04FD430C8", True),
        ("{6ba7b811-9dad-11d1-80b4-00c04fd430c8}", True),
        ("urn:uuid:6ba7b811-9dad-11d1-80b4-00c04fd430c8", True),
        ("6ba7b8119dad11d180b400c04fd430c8", True),
        ("6ba7b811-9dad-11d1-80b4-00c04fd430c", False),
        ("6ba7b811_9dad_11d1_80b4_00c04fd430c8", False),
        ("6ba7b8-119dad-11d1-80b4-00c04fd430c8", False),
        ("", False),
    ],
)
def test_validity(lua, text, valid):
    assert lua.run(f"return require('uuid').validate('{text}')") is valid
    assert lua.run(f"return (select(2, require('uuid').parse('{text}'))) == nil") is valid


@pytest.mark.parametrize(
    "call",
    [
        "u.parse(1)",
        "u.parse('x')",
        "u.version('x')",
        "u.variant(nil)",
        "u.v5('x', 'y')",
        "u.v3('6ba7b811-9dad-11d1-80b4-00c04fd430c8', 1)",
        "u.format('6ba7b811-9dad-11d1-80b4-00c04fd430c8', 'long')",
        "u.format('6ba7b811-9dad-11d1-80b4-00c04fd430c8', 1)",
    ],
)
def test_failures(lua, call):
    assert lua.run(f"local u = require('uuid'); return select(2, {call}):kind()") == "Invalid"
