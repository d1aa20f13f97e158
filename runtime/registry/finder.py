"""Finding entries by filter: `{[".kind"] = "http.*", ["meta.type"] = "api", ["~meta.path"] = "^/v1"}`.

Root keys (`.kind .name .ns .id`) are globs in which `*` stands for anything. Metadata keys are `meta.field`, with an
operator in front: none for equality, `~` regular expression, `*` contains, `^` begins with, `$` ends with.
"""

from __future__ import annotations

import functools
import logging
import re
from typing import TYPE_CHECKING, Any

from runtime.binding.failure import Failure
from runtime.lua.errors import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from runtime.registry.entry import Entry

log = logging.getLogger("wippy.registry")

_ROOT: dict[str, Callable[[Entry], str]] = {
    "kind": lambda entry: entry.kind,
    "name": lambda entry: entry.id.name,
    "ns": lambda entry: entry.id.ns,
    "id": lambda entry: str(entry.id),
}
OPERATORS = ("~", "*", "^", "$")


def find(entries: Iterable[Entry], query: Mapping[str, Any]) -> list[Entry]:
    """Give the entries that match every key of a filter, sorted by id; raise Failure INVALID for a senseless filter."""
    matchers = [matcher for key, value in query.items() if (matcher := _matcher(key, value)) is not None]
    found = [entry for entry in entries if all(matches(entry) for matches in matchers)]
    return sorted(found, key=lambda entry: entry.id)


def _matcher(key: str, value: Any) -> Callable[[Entry], bool] | None:
    if key.startswith("."):
        return _root(key, value)
    operator = key[0] if key[:1] and key[0] in OPERATORS else ""
    prefix, _, field = key[len(operator) :].partition(".")
    if prefix != "meta" or not field:
        log.warning("registry filter: the key '%s' is ignored; did you mean '%s'?", key, _likely(key, operator))
        return None
    if not operator:
        return lambda entry: field in entry.meta and _equal(entry.meta[field], value)
    if not isinstance(value, str):
        raise Failure(Kind.INVALID, f"registry filter: the value of '{key}' must be text, not {type(value).__name__}")
    test = _TESTS[operator](value)
    return lambda entry: test(entry.meta.get(field))


def _root(key: str, value: Any) -> Callable[[Entry], bool] | None:
    get = _ROOT.get(key[1:])
    if get is None:
        names = ", ".join(f".{name}" for name in _ROOT)
        log.warning("registry filter: the key '%s' is ignored; the root keys are %s", key, names)
        return None
    if not isinstance(value, str):
        raise Failure(Kind.INVALID, f"registry filter: the value of '{key}' must be text, not {type(value).__name__}")
    pattern = _glob(value)
    return lambda entry: pattern.fullmatch(get(entry)) is not None


def _likely(key: str, operator: str) -> str:
    bare = key[len(operator) :]
    if bare in _ROOT:
        return f".{bare}"
    return f"{operator}meta.{bare.removeprefix('meta').lstrip('.')}"


@functools.lru_cache(256)
def _glob(pattern: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in pattern.split("*")), re.DOTALL)


@functools.lru_cache(100)
def _expression(pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern)
    except re.error as error:
        raise Failure(Kind.INVALID, f"registry filter: '{pattern}' is not a regular expression: {error}") from None


def _matches(pattern: str) -> Callable[[Any], bool]:
    expression = _expression(pattern)
    return lambda value: isinstance(value, str) and expression.search(value) is not None


def _contains(part: str) -> Callable[[Any], bool]:
    def test(value: Any) -> bool:
        items = value if isinstance(value, list) else [value]
        return any(isinstance(item, str) and part in item for item in items)

    return test


_TESTS: dict[str, Callable[[str], Callable[[Any], bool]]] = {
    "~": _matches,
    "*": _contains,
    "^": lambda prefix: lambda value: isinstance(value, str) and value.startswith(prefix),
    "$": lambda suffix: lambda value: isinstance(value, str) and value.endswith(suffix),
}


def _equal(actual: Any, wanted: Any) -> bool:
    """Compare as people expect: numbers by value, booleans only with booleans; a list has every wanted element."""
    if isinstance(actual, list):
        items = wanted if isinstance(wanted, list) else [wanted]
        return all(any(_equal(element, item) for element in actual) for item in items)
    if isinstance(actual, bool) or isinstance(wanted, bool):
        return actual is wanted
    if isinstance(actual, (int, float)) and isinstance(wanted, (int, float)):
        return actual == wanted
    return type(actual) is type(wanted) and bool(actual == wanted)
