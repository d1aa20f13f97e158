"""The `json` module as Lua calls it."""

import time

import pytest

from runtime.binding import Kind, to_lua
from runtime.lua.table import Table
from stdlib.json import module

lua = module.table()


def failure(results):
    value, error = results
    return value, error.kind, error.message, error.retryable


def test_encode_and_decode():
    assert lua.get("encode")() == "null"
    assert lua.get("encode")(to_lua({"a": [1, 2.0]})) == '{"a":[1,2]}'
    assert lua.get("decode")('{"a":[1]}').get("a").get(1) == 1
    assert lua.get("decode")("null") is None


def test_failures_have_kinds():
    sparse = Table()
    sparse.set(3, 1)
    assert failure(lua.get("encode")(sparse))[1] == Kind.INTERNAL
    assert failure(lua.get("decode")(""))[1] == Kind.INVALID
    assert failure(lua.get("decode")(None))[1] == Kind.INVALID
    value, kind, message, retryable = failure(lua.get("decode")("{"))
    assert (value, kind, retryable) == (None, Kind.INTERNAL, False)
    assert "line 1, column 2" in message


USER = {
    "type": "object",
    "properties": {"name": {"type": "string", "minLength": 1}, "email": {"type": "string", "format": "email"}},
    "required": ["name", "email"],
}


def test_validation_of_values():
    validate = lua.get("validate")
    assert validate(to_lua(USER), to_lua({"name": "Alice", "email": "alice@example.com"})) is True
    accepted, kind, message, retryable = failure(validate(to_lua(USER), to_lua({"name": "", "email": "not-an-email"})))
    assert (accepted, kind, retryable) == (False, Kind.INVALID, False)
    assert "$.name" in message
    assert "$.email" in message
    assert failure(validate(to_lua(USER), to_lua({"name": 123, "email": "a@b"})))[0] is False
    assert "data is required" in failure(validate(to_lua(USER), None))[2]
    assert validate('{"type":"number","minimum":0}', 42) is True


def test_validation_of_text():
    check = lua.get("validate_string")
    assert check(to_lua(USER), '{"name":"Jane","email":"j@example.com"}') is True
    assert failure(check(to_lua(USER), '{"name":"Jane"}'))[:2] == (False, Kind.INVALID)
    assert "line 1, column 1" in failure(check(to_lua(USER), "oops"))[2]
    assert failure(check(to_lua(USER), None))[0] is False


@pytest.mark.parametrize(
    "schema", [None, "", 5, "{", '{"type":"nothing"}', '{"$ref":"http://127.0.0.1:1/missing.json"}', "[" * 100_000]
)
def test_bad_schemas(schema):
    accepted, kind, message, _ = failure(lua.get("validate")(schema, 1))
    assert (accepted, kind) == (False, Kind.INVALID)
    assert "schema" in message


def test_an_empty_table_is_an_empty_list_and_an_empty_object():
    validate = lua.get("validate")
    assert validate('{"type":"object"}', Table()) is True
    assert validate('{"type":"array"}', Table()) is True
    assert validate('{"properties":{"a":{"type":"array"},"b":{"type":"object"}}}', to_lua({"a": [], "b": {}})) is True
    assert failure(validate('{"type":"array"}', Table.from_dict({})))[0] is False
    assert failure(validate('{"type":"array","minItems":1}', Table()))[0] is False


def test_empty_tables_in_schemas_are_objects_where_the_keyword_wants_one():
    schema = Table.from_dict(
        {"type": "object", "properties": Table(), "required": Table(), "additionalProperties": False}
    )
    assert lua.get("validate")(schema, Table()) is True
    assert failure(lua.get("validate")(schema, to_lua({"x": 1})))[0] is False


def test_a_schema_that_refers_to_itself_in_a_circle_ends():
    accepted, kind, message, _ = failure(lua.get("validate")('{"$ref":"#"}', 1))
    assert (accepted, kind) == (False, Kind.INVALID)
    assert "references are nested deeper" in message
    tree = '{"type":"object","properties":{"next":{"$ref":"#"}}}'
    assert lua.get("validate_string")(tree, '{"next":' * 90 + "{}" + "}" * 90) is True


def test_patterns_of_schemas_take_no_more_time_than_their_texts():
    text = "a" * 40 + "!"
    schemas = [
        '{"pattern": "^(a+)+$"}',
        '{"patternProperties": {"^(a+)+$": {}}, "additionalProperties": false}',
    ]
    started = time.process_time()
    for schema, data in zip(schemas, [text, Table.from_dict({text: 1})], strict=True):
        ok, error = lua.get("validate")(schema, data)
        assert ok is False
        assert error.kind == Kind.INVALID
    assert time.process_time() - started < 5
    assert lua.get("validate")('{"pattern": "^a+$"}', "aaa") is True
    assert lua.get("validate")('{"patternProperties": {"^x": {"type": "integer"}}}', Table.from_dict({"x1": 1})) is True
    ok, error = lua.get("validate")('{"pattern": "(?=a)"}', "a")
    assert ok is False
    assert "pattern" in error.message
