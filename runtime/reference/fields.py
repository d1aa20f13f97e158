"""The fields of an entry kind, as its config declares them; comments of a field in the source describe it."""

from __future__ import annotations

import dataclasses
import enum
import inspect
import re
import textwrap
import types
import typing
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from runtime.durations import format_duration
from runtime.registry.decode import Duration
from runtime.registry.document import parse_yaml
from runtime.registry.entry import EntryId
from runtime.supervisor.lifecycle import Lifecycle

_NAMES: dict[Any, str] = {
    str: "text",
    bool: "boolean",
    int: "integer",
    float: "number",
    Duration: "duration",
    EntryId: "entry",
    Any: "anything",
    object: "anything",
}
# The kinds that hold Lua code.
CODE = frozenset({"function.lua", "process.lua", "library.lua", "module.lua", "workflow.lua"})
_FIELD = re.compile(r"\s+(\w+)\s*:[^#]*?(?:#\s*(?P<comment>.*))?$")


@dataclass(frozen=True)
class Field:
    """A field as people write it: its path in the entry, what it holds, its default or that there is none."""

    path: str
    type: str
    default: str
    about: str


def described(kind: str, config: type) -> list[Field]:
    """List the fields of a kind with what they mean."""
    meanings = known_meanings()
    own = meanings.get(kind) or (meanings["code"] if kind in CODE else {})
    return [replace(field, about=own.get(field.path, field.about)) for field in fields_of(config)]


@cache
def known_meanings() -> dict[str, dict[str, str]]:
    """Give what the fields of our own kinds mean."""
    text = (Path(__file__).parent / "meanings.yaml").read_text(encoding="utf-8")
    meanings: dict[str, dict[str, str]] = parse_yaml(text).value
    return meanings


def fields_of(config: type, prefix: str = "") -> list[Field]:
    """List the fields of a config with those of nested ones, which have dotted paths."""
    hints = typing.get_type_hints(config, include_extras=True)
    comments = _comments(config)
    found: list[Field] = []
    for field in dataclasses.fields(config):
        if not field.init:
            continue
        path = prefix + field.metadata.get("path", field.name.rstrip("_"))
        nested, many = _nested(hints[field.name])
        about = comments.get(field.name, "")
        if nested is Lifecycle:
            found.append(Field(path, "[lifecycle](lifecycle.md)", "", about))
        elif nested is None:
            found.append(Field(path, type_text(hints[field.name]), _default(field, hints[field.name]), about))
        else:
            found += fields_of(nested, f"{path}{many}.")
    return found


def _nested(hint: Any) -> tuple[type | None, str]:
    """Give the config that a field holds, and what stands for one of many."""
    for part in _members(hint):
        origin, parts = typing.get_origin(part), typing.get_args(part)
        if isinstance(part, type) and dataclasses.is_dataclass(part) and part is not EntryId:
            return part, ""
        if origin in (list, tuple, Sequence, Collection) and parts:
            return _nested(parts[0])[0], "[]"
        if origin in (dict, Mapping) and len(parts) == 2:
            return _nested(parts[1])[0], ".*"
    return None, ""


def _members(hint: Any) -> list[Any]:
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return [part for part in typing.get_args(hint) if part is not type(None)]
    return [hint]


def type_text(hint: Any) -> str:
    """Say what a field holds."""
    if hint in _NAMES:
        return _NAMES[hint]
    origin, parts = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return " or ".join(type_text(part) for part in _members(hint))
    if origin is typing.Literal:
        return " or ".join(f"`{part}`" for part in parts if part != "")
    if hint in (list, tuple, Sequence, Collection) or origin in (list, tuple, Sequence, Collection):
        return f"list of {type_text(parts[0])}" if parts else "list"
    if hint in (dict, Mapping) or origin in (dict, Mapping):
        return f"mapping of {type_text(parts[1])}" if len(parts) == 2 else "mapping"
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return " or ".join(f"`{member.value}`" for member in hint)
    return "mapping"


def _default(field: dataclasses.Field[Any], hint: Any) -> str:
    if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
        return "required"
    value = field.default if field.default is not dataclasses.MISSING else None
    if value is None or value in ("", (), []) or dataclasses.is_dataclass(value):
        return ""
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if Duration in _members(hint) and isinstance(value, (int, float)):
        return f"`{format_duration(value)}`"
    return f"`{value}`"


def _comments(config: type) -> dict[str, str]:
    """Give what stands in comments behind or above each field in the source."""
    try:
        lines = textwrap.dedent(inspect.getsource(config)).splitlines()
    except (OSError, TypeError):
        return {}
    found: dict[str, str] = {}
    above: list[str] = []
    for line in lines:
        if line.strip().startswith("#"):
            above.append(line.strip().lstrip("# "))
            continue
        match = _FIELD.match(line)
        if match is not None:
            found[match[1]] = " ".join([*above, *([match["comment"]] if match["comment"] else [])])
        above = []
    return found
