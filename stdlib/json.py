"""The `json` module: values to JSON text and back, and validation against JSON Schema (page lua/data/json)."""

from __future__ import annotations

import json as text_format
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from runtime.binding import Error, Failure, Kind, LuaString, LuaValue, Module, Table
from runtime.binding.text import decode as to_text
from runtime.binding.text import encode as to_lua_text
from runtime.lua import jsontext, regex

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jsonschema.protocols import Validator

module = Module("json", deterministic=True, classes=("encoding", "deterministic"))


@module.function
def encode(value: LuaValue = None) -> LuaString:
    """Write a value as JSON; Internal when JSON cannot express it."""
    return LuaString(_encode(value, Kind.INTERNAL))


@module.function
def decode(text: LuaValue) -> LuaValue:
    """Read JSON text; Invalid when there is no text, Internal when it is not JSON."""
    if not isinstance(text, str) or not text:
        raise Failure(Kind.INVALID, "cannot decode JSON: the argument must be a string that is not empty")
    try:
        return jsontext.decode(text)
    except jsontext.JsonError as problem:
        raise Failure(Kind.INTERNAL, str(problem)) from None


@module.function
def validate(schema: LuaValue, data: LuaValue = None) -> LuaValue:
    """Validate a value against a JSON Schema, given as a table or as JSON text: true, or false and an Invalid error."""
    if data is None:
        return _rejected("data is required")
    try:
        return _check(schema, _parsed(_encode(data, Kind.INVALID), data))
    except Failure as failure:
        return False, failure.to_error()


@module.function
def validate_string(schema: LuaValue, text: LuaValue) -> LuaValue:
    """Validate JSON text against a JSON Schema: true, or false and an Invalid error."""
    if not isinstance(text, str) or not text:
        return _rejected("data is required: a string of JSON that is not empty")
    try:
        jsontext.decode(text)
        return _check(schema, text_format.loads(to_text(text)))
    except ValueError as problem:
        return _rejected(str(problem))
    except Failure as failure:
        return False, failure.to_error()


def _encode(value: LuaValue, kind: str) -> str:
    try:
        return jsontext.encode(value)
    except jsontext.JsonError as problem:
        raise Failure(kind, str(problem)) from None


def _rejected(message: str) -> tuple[bool, Error]:
    return False, Failure(Kind.INVALID, message).to_error()


class _Empty(dict[str, Any]):
    """An empty Lua table, which may stand for an empty list as well as for an empty object."""


def _parsed(text: str, value: LuaValue) -> Any:
    """Give what a JSON text says, with `_Empty` wherever the value it was written from has an undecided empty table."""
    data = text_format.loads(to_text(text))
    return _mark_empty(data, value)


def _mark_empty(data: Any, value: LuaValue) -> Any:
    if not isinstance(value, Table):
        return data
    if isinstance(data, dict):
        return {to_text(key): _mark_empty(data[to_text(key)], item) for key, item in value.items()}
    if isinstance(data, list):
        if not data:
            return _Empty()
        return [_mark_empty(part, item) for part, item in zip(data, value.array, strict=True)]
    return data


def _check(schema: LuaValue, data: Any) -> LuaValue:
    if isinstance(schema, Table):
        schema = _encode(schema, Kind.INVALID)
    elif not isinstance(schema, str) or not schema:
        raise Failure(Kind.INVALID, "schema is required: a table or a string of JSON")
    elif jsontext.exceeds_depth(schema):
        raise Failure(Kind.INVALID, f"invalid JSON schema: nested deeper than {jsontext.DECODE_DEPTH} levels")
    validator = _validator(to_text(schema))
    try:
        problems = sorted(
            validator.iter_errors(data), key=lambda problem: [str(part) for part in problem.absolute_path]
        )
    except Failure:
        raise
    except Exception as broken:  # a schema may refer to what does not exist, which shows only here
        raise Failure(Kind.INVALID, f"invalid JSON schema: {_first_line(broken)}") from broken
    if not problems:
        return True
    return _rejected(
        "validation failed: " + "; ".join(f"{problem.json_path}: {problem.message}" for problem in problems[:10])
    )


@lru_cache(maxsize=256)
def _validator(schema_text: str) -> Validator:
    """Compile a schema; equal texts share one."""
    from jsonschema import Draft202012Validator, FormatChecker, SchemaError
    from jsonschema.validators import extend, validator_for
    from jsonschema_specifications import REGISTRY  # type: ignore[import-untyped]

    try:
        schema = _schema(text_format.loads(schema_text))
        if not isinstance(schema, (dict, bool)):
            raise Failure(Kind.INVALID, "invalid JSON schema: it must be an object or a boolean")
        draft = validator_for(schema, default=Draft202012Validator)
        draft.check_schema(schema)  # type: ignore[arg-type]  # a boolean is a schema too
    except (ValueError, SchemaError) as problem:
        raise Failure(Kind.INVALID, f"invalid JSON schema: {_first_line(problem)}") from None
    arrays = draft.TYPE_CHECKER.redefine("array", lambda _checker, value: isinstance(value, (list, _Empty)))
    references = {
        keyword: _bounded(draft.VALIDATORS[keyword]) for keyword in _REFERENCES if keyword in draft.VALIDATORS
    }
    patterns = {keyword: check for keyword, check in _PATTERNS.items() if keyword in draft.VALIDATORS}
    # The registry given here keeps the library from fetching what `$ref` names over the network.
    checked = extend(draft, {**references, **patterns}, type_checker=arrays)  # type: ignore[no-untyped-call]
    validator: Validator = checked(schema, registry=REGISTRY, format_checker=FormatChecker())
    return validator


# Keywords with regular expressions, which the library would match by backtracking: a schema could hold up the host.


def _matches(expression: str, text: str) -> bool:
    try:
        return regex.search(to_lua_text(expression), to_lua_text(text))
    except regex.RegexError as problem:
        raise Failure(Kind.INVALID, f"invalid JSON schema: invalid pattern {expression!r}: {problem}") from None


def _pattern(_validator: Any, expression: str, instance: Any, _schema: Any) -> Iterator[Any]:
    from jsonschema import ValidationError

    if isinstance(instance, str) and not _matches(expression, instance):
        yield ValidationError(f"{instance!r} does not match {expression!r}")


def _pattern_properties(validator: Any, patterns: Any, instance: Any, _schema: Any) -> Iterator[Any]:
    if isinstance(instance, dict):
        for expression, subschema in patterns.items():
            for key, value in instance.items():
                if _matches(expression, key):
                    yield from validator.descend(value, subschema, path=key, schema_path=expression)


def _additional_properties(validator: Any, subschema: Any, instance: Any, schema: Any) -> Iterator[Any]:
    from jsonschema import ValidationError

    if not isinstance(instance, dict):
        return
    known, patterns = schema.get("properties", {}), schema.get("patternProperties", {})
    extra = [key for key in instance if key not in known and not any(_matches(each, key) for each in patterns)]
    if isinstance(subschema, dict):
        for key in extra:
            yield from validator.descend(instance[key], subschema, path=key)
    elif subschema is False and extra:
        names = ", ".join(repr(key) for key in sorted(extra))
        yield ValidationError(f"additional properties are not allowed: {names}")


_PATTERNS = {
    "pattern": _pattern,
    "patternProperties": _pattern_properties,
    "additionalProperties": _additional_properties,
}
_REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")
_MAX_REFERENCES = 200  # nested; a schema that refers to itself in a circle would otherwise use up the C stack


def _bounded(keyword: Callable[..., Iterator[Any]]) -> Callable[..., Iterator[Any]]:
    depth = 0

    def follow(*arguments: object) -> Iterator[Any]:
        nonlocal depth
        if depth >= _MAX_REFERENCES:
            raise Failure(
                Kind.INVALID, f"invalid JSON schema: references are nested deeper than {_MAX_REFERENCES} levels"
            )
        depth += 1
        try:
            yield from keyword(*arguments) or ()
        finally:
            depth -= 1

    return follow


_LISTS = frozenset(
    {"required", "enum", "type", "allOf", "anyOf", "oneOf", "prefixItems", "examples", "default", "const"}
)


def _schema(value: Any, keyword: str = "") -> Any:
    """Turn the empty arrays that empty Lua tables become into objects, where JSON Schema wants an object."""
    if isinstance(value, dict):
        return {key: _schema(item, key) for key, item in value.items()}
    if isinstance(value, list):
        return [_schema(item) for item in value] if value or keyword in _LISTS else {}
    return value


def _first_line(problem: Exception) -> str:
    return str(problem).partition("\n")[0]
