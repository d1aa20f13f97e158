"""Placeholders in the data of entries: `${env:NAME}`, which stands for the value of a declared variable.

They are resolved when an entry is decoded (documentation page system/env); the entry itself keeps them, so that a
secret shows nowhere. `NAME` is the public name of a variable or the id of its entry. `${env:NAME|default}` and
`${NAME|default}` (upper case, digits and `_` only) have a value for a variable without one; `$${` is a literal `${`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from runtime.config import coerce

if TYPE_CHECKING:
    from collections.abc import Mapping

# Gives the value of a variable, its own default included; None for one that is not set or not declared.
Lookup: TypeAlias = Callable[[str], str | None]

DIRECTIVE = "_env"
_PLACEHOLDER = re.compile(
    r"\$\$\{|\$\{(?:env:(?P<name>[^|{}]+)(?:\|(?P<default>[^}]*))?|(?P<short>[A-Z0-9_]+)\|(?P<other>[^}]*))\}"
)
_TRUE = frozenset({"true", "1", "yes", "on"})
_FALSE = frozenset({"false", "0", "no", "off"})


def nothing_set(_name: str) -> str | None:
    """Know no variable."""
    return None


def has_placeholders(data: Any) -> bool:
    """Tell whether the data of an entry may depend on variables."""
    if isinstance(data, str):
        return "${" in data
    if isinstance(data, dict):
        return any(str(key).endswith(DIRECTIVE) or has_placeholders(value) for key, value in data.items())
    return isinstance(data, list) and any(map(has_placeholders, data))


@dataclass(frozen=True)
class Typed:
    """What a placeholder with a default that is no text stands for: a value, or its text in a field that wants text."""

    text: str
    value: bool | int | float


def plain(data: Any) -> Any:
    """Give data with the values in place of each Typed."""
    if isinstance(data, Typed):
        return data.value
    if isinstance(data, dict):
        return {key: plain(value) for key, value in data.items()}
    return [plain(item) for item in data] if isinstance(data, list) else data


@dataclass
class Resolution:
    """Resolves the placeholders of one entry.

    `kept` are the dotted paths of values to leave alone. Afterwards `problems` has reason and remedy for every path
    with a placeholder that stands for nothing, or for a value of the wrong type.
    """

    lookup: Lookup
    kept: set[str] = field(default_factory=set)
    problems: dict[str, tuple[str, str]] = field(default_factory=dict)

    def resolve(self, value: Any, path: str = "") -> Any:
        """Copy a value with its placeholders resolved, some of them to a Typed."""
        if path in self.kept:
            return value
        if isinstance(value, dict):
            inner = {key: self.resolve(item, f"{path}.{key}" if path else str(key)) for key, item in value.items()}
            return {**inner, **self._directives(value)}
        if isinstance(value, list):
            return [self.resolve(item, f"{path}.{index}") for index, item in enumerate(value)]
        if not isinstance(value, str) or "${" not in value:
            return value
        try:
            return _expand(value, self.lookup)
        except _UnresolvedError as problem:
            self.problems[path] = problem.reason, problem.remedy
            return None

    def _directives(self, mapping: Mapping[str, Any]) -> dict[str, str]:
        """Give the fields that the older form sets: `addr_env: NAME` sets `addr`, if the variable has a value."""
        given = {
            key.removesuffix(DIRECTIVE): self.lookup(name)
            for key, name in mapping.items()
            if key.endswith(DIRECTIVE) and key != DIRECTIVE and isinstance(name, str) and name
        }
        return {key: value for key, value in given.items() if value}


class _UnresolvedError(Exception):
    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy


def _expand(text: str, lookup: Lookup) -> Any:
    whole = _PLACEHOLDER.fullmatch(text)
    if whole is not None and whole[0] != "$${":
        return _typed(whole, lookup)
    return _PLACEHOLDER.sub(lambda match: "${" if match[0] == "$${" else _text(match, lookup), text)


def _parts(match: re.Match[str]) -> tuple[str, str | None]:
    if match["short"] is not None:
        return match["short"], match["other"]
    return match["name"].strip(), match["default"]


def _text(match: re.Match[str], lookup: Lookup) -> str:
    name, default = _parts(match)
    found = lookup(name)
    if found is not None:
        return found
    if default is None:
        raise _UnresolvedError(
            f"the variable {name} is not set",
            f"give it a value, or a default: ${{env:{name}|default}}; an env.variable entry must declare it",
        )
    return default


def _typed(match: re.Match[str], lookup: Lookup) -> Any:
    """Give the value of a placeholder that is all of a field: of the type of its default, text without one."""
    text = _text(match, lookup)
    name, default = _parts(match)
    like = coerce(default) if default is not None else ""
    if isinstance(like, bool):
        word = text.lower()
        if word in _TRUE or word in _FALSE:
            return Typed(text, word in _TRUE)
        raise _UnresolvedError(f"the variable {name} is '{text}', which is neither true nor false", "correct its value")
    if isinstance(like, (int, float)):
        number = coerce(text)
        if isinstance(number, str):
            raise _UnresolvedError(f"the variable {name} is '{text}', which is no number", "correct its value")
        return Typed(text, number)
    return text
