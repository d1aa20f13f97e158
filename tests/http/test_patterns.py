import pytest

from runtime.http.patterns import PatternError, conflict, parse


def test_parameters_have_two_spellings():
    assert parse("/users/{id}/posts/:post").segments == ("users", None, "posts", None)
    assert parse("/users/{id}/posts/:post").names == ("id", "post")


def test_tails():
    assert parse("/files/{rest...}").tail
    assert parse("/files/{rest...}").names == ()
    assert parse("/files/").tail
    assert not parse("/files/{$}").tail
    assert parse("/").segments == ()


def test_literals_are_bytes():
    assert parse("/caf%C3%A9").segments == parse("/café").segments == ("caf\xc3\xa9",)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("users", "must start with '/'"),
        ("/a//b", "empty segment"),
        ("/a/../b", "without it"),
        ("/a{b}c", "whole segment"),
        ("/{rest...}/more", "the tail comes last"),
        ("/{a}/{a}", "twice"),
        ("/{1a}", "no parameter name"),
        ("/{}", "no parameter name"),
        ("/it's", "character that a route cannot have"),
        ("/a%27)+exec(1)", "character that a route cannot have"),
        ("/a b", "character that a route cannot have"),
    ],
)
def test_refused(text, told):
    with pytest.raises(PatternError, match=told.replace("(", r"\(")):
        parse(text)


@pytest.mark.parametrize(
    ("first", "second", "wanted"),
    [
        ("/users/{id}", "/users/{name}", True),
        ("/users/{id}", "/users/me", False),
        ("/{a}/x", "/y/{b}", True),
        ("/{a}/x", "/{b}/y", False),
        ("/a/{b}", "/a/{b}/c", False),
        ("/files/{x...}", "/files/", True),
        ("/files/{x...}", "/files/{y}", False),
    ],
)
def test_conflicts(first, second, wanted):
    assert conflict(parse(first), parse(second)) is wanted
    assert conflict(parse(second), parse(first)) is wanted
