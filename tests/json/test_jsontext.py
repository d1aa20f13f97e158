"""JSON text on Lua strings: what tables become, what texts become, and what is refused with which words."""

import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.binding import to_lua
from runtime.binding.text import decode as to_text
from runtime.binding.text import encode as to_bytes
from runtime.lua.errors import Error, Kind
from runtime.lua.jsontext import DECODE_DEPTH, ENCODE_DEPTH, JsonError, decode, encode
from runtime.lua.table import Table
from runtime.lua.userdata import Userdata


def table(**fields):
    return Table.from_dict(fields)


def listing(*items):
    return Table.from_list(items)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (False, "false"),
        (42, "42"),
        (-(2**63), "-9223372036854775808"),
        (5.0, "5"),
        (-0.0, "0"),
        (2.0**62, "4611686018427387904"),
        (1e19, "1e+19"),
        (99.5, "99.5"),
        (1e-7, "1e-07"),
        (math.inf, "null"),
        (math.nan, "null"),
        ("", '""'),
        ('say "hi"\n\t\x01\\/', '"say \\"hi\\"\\n\\t\\u0001\\\\/"'),
        ("<&>", '"<&>"'),
        (Table(), "[]"),
        (table(), "{}"),
        (listing(1, "a", False), '[1,"a",false]'),
        (table(b=1, a=2), '{"b":1,"a":2}'),
        (table(user=listing(table(x=1.5))), '{"user":[{"x":1.5}]}'),
        (Error("no such user", Kind.NOT_FOUND, context=("lookup",)), '"lookup: no such user"'),
        (print, "null"),
        (Userdata(), "null"),
    ],
)
def test_encoding(value, text):
    assert encode(value) == text


def test_strings_are_utf8():
    assert encode(to_bytes("Grüße €")) == to_bytes('"Grüße €"')
    assert to_text(encode("a\xffb")) == '"a\ufffdb"'


def test_a_cleared_field_is_absent_and_leaves_an_object():
    value = table(a=1)
    value.set("a", None)
    assert encode(value) == "{}"
    value.set("b", 2)
    assert encode(value) == '{"b":2}'


def test_a_list_that_had_a_named_field_is_a_list():
    value = listing(1, 2)
    value.set("n", 2)
    value.set("n", None)
    assert encode(value) == "[1,2]"


def refused(value):
    with pytest.raises(JsonError) as caught:
        encode(value)
    return str(caught.value)


def test_sparse_tables_are_refused_with_their_place():
    sparse = listing(1)
    sparse.set(3, "c")
    assert "sparse" in refused(table(items=listing(sparse))) or "mixed" in refused(table(items=listing(sparse)))
    hole = listing(1, 2, 3)
    hole.set(2, None)
    message = refused(table(items=listing(0, table(**{"a b": hole}))))
    assert message == 'cannot encode sparse array: index 2 is missing, in value.items[2]["a b"]'
    late = Table()
    late.set(5, 1)
    assert "do not run from 1" in refused(late)


def test_mixed_keys_are_refused():
    mixed = listing(1)
    mixed.set("name", 2)
    assert refused(mixed) == "cannot encode mixed-key table: it has list items and named fields, in value"
    odd = table(a=1)
    odd.set(7, 1)
    assert "mixed-key table" in refused(odd)
    flags = Table()
    flags.set(True, 1)
    assert "neither a string nor an index" in refused(flags)


def nested(depth):
    value = Table()
    for _ in range(depth - 1):
        value = listing(value)
    return value


def test_depth_and_cycles():
    assert encode(nested(ENCODE_DEPTH)) == "[" * ENCODE_DEPTH + "]" * ENCODE_DEPTH
    assert "deeper than 128" in refused(nested(ENCODE_DEPTH + 1))
    assert "deeper than 128" in refused(nested(100_000))
    cycle = table(name="x")
    cycle.set("me", cycle)
    assert "contains itself" in refused(cycle)
    shared = listing(1)
    assert encode(listing(shared, shared)) == "[[1],[1]]"


def test_shared_tables_do_not_grow_without_bound(monkeypatch):
    value = listing("x" * 1000)
    for _ in range(60):
        value = listing(value, value)
    assert "larger than 256 MiB" in refused(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("null", None),
        (" true ", True),
        ("42", 42),
        ("-7", -7),
        ("3.0", 3.0),
        ("1e2", 100.0),
        ("9223372036854775807", 2**63 - 1),
        ("9223372036854775808", 2.0**63),
        ('"a\\u00e9\\n"', "a\xc3\xa9\n"),
        ('"\\ud83d\\ude00"', to_bytes("😀")),
        ('"\\ud83d"', to_bytes("\ufffd")),
        (to_bytes('"é\\u00e9"'), to_bytes("éé")),
        ('"\\\\u0041"', "\\u0041"),
    ],
)
def test_decoding_scalars(text, value):
    result = decode(text)
    assert result == value
    assert type(result) is type(value)


def test_decoding_tables():
    value = decode('{"user":{"tags":["a","b"],"none":null},"list":[],"empty":{},"gap":[1,null,3,null]}')
    assert value.get("user").get("tags").array == ["a", "b"]
    assert list(value.get("user").hash) == ["tags"]
    assert not value.get("list").keyed
    assert value.get("empty").keyed
    assert value.get("gap").length() == 3
    assert value.get("gap").get(2) is None
    assert encode(decode('{"b":{},"a":[]}')) == '{"b":{},"a":[]}'


def test_unicode_names_and_numbers_in_texts_with_escapes():
    value = decode(to_bytes('{"ключ":"\\u00e9","n":[1,[2.5,{"ü":18446744073709551616}]]}'))
    assert value.get(to_bytes("ключ")) == to_bytes("é")
    assert value.get("n").get(2).get(2).get(to_bytes("ü")) == 2.0**64


def test_huge_integers():
    assert decode("9" * 400) == math.inf
    assert decode("[1,-" + "9" * 6000 + "]").get(2) == -math.inf


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "invalid JSON at line 1, column 1: expected a value, found the end of the text"),
        ("not json", "invalid JSON at line 1, column 1: expected a value, found 'not'"),
        ('{"a":1,\n "b" 2}', "invalid JSON at line 2, column 6: expected ':' after the name, found '2'"),
        ("{'a':1}", 'invalid JSON at line 1, column 2: expected a name in double quotes, found "\'"'),
        ("[1 2]", "invalid JSON at line 1, column 4: expected ',' or the closing bracket, found '2'"),
        ('"abc', "invalid JSON at line 1, column 1: this string has no end, found '\"'"),
        ("1 2", "invalid JSON at line 1, column 3: expected the end of the text, found '2'"),
        ('["NaN", NaN]', "invalid JSON at line 1, column 9: NaN and infinities are not JSON, found 'NaN'"),
        (to_bytes('["ü", x]'), "invalid JSON at line 1, column 7: expected a value, found 'x'"),
        (to_bytes('["ü\\u00fc", x]'), "invalid JSON at line 1, column 13: expected a value, found 'x'"),
    ],
)
def test_malformed_text(text, message):
    with pytest.raises(JsonError) as caught:
        decode(text)
    assert str(caught.value) == message


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000, "[" * 2000 + "]" * 2000])
def test_deep_text_is_refused(text):
    with pytest.raises(JsonError, match="nested deeper than 500"):
        decode(text)


def test_brackets_in_strings_do_not_count():
    assert decode('["' + "[" * 5000 + '\\"{"]').get(1) == "[" * 5000 + '"{'
    assert decode("[" * DECODE_DEPTH + "]" * DECODE_DEPTH) is not None


plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner.filter(lambda item: item is not None), min_size=1) | st.dictionaries(st.text(), inner),
)


def without_none(value):
    if isinstance(value, dict):
        return {key: without_none(item) for key, item in value.items() if item is not None}
    return [without_none(item) for item in value] if isinstance(value, list) else value


@settings(max_examples=300, deadline=None)
@given(plain)
def test_round_trip_against_python(value):
    value = json.loads(json.dumps(value).encode("utf-8", "surrogatepass")) if value is not None else None
    expected = without_none(value)
    assert json.loads(to_text(encode(to_lua(value)))) == expected
    for text in (json.dumps(value), json.dumps(value, ensure_ascii=False)):
        assert json.loads(to_text(encode(decode(to_bytes(text))))) == expected


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet='[]{}",:0123456789.eE+-\\untrfalse \n', max_size=30))
def test_any_text_is_read_as_python_reads_it_or_refused(text):
    try:
        expected = json.loads(text, parse_constant=lambda name: 1 / 0)
    except (ValueError, ZeroDivisionError):
        with pytest.raises(JsonError):
            decode(text)
    else:
        assert (decode(text) is None) == (expected is None)
