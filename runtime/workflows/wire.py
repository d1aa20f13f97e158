"""Jobs and commands as JSON, the form in which histories keep them."""

from __future__ import annotations

import json
from dataclasses import MISSING, fields
from typing import Any, TypeAlias

from runtime.workflows import activation, commands

# What values may be made of: objects of these classes, by their names, and what JSON has.
_CLASSES: dict[str, type] = {
    value.__name__: value
    for module in (activation, commands)
    for value in vars(module).values()
    if isinstance(value, type) and value.__module__ == module.__name__
}
TAG = "@"  # the key that names the class
Plain: TypeAlias = "dict[str, Any] | list[Any] | str | int | float | bool | None"


def dump(values: Any) -> str:
    """Write jobs or commands; what has its default is left out."""
    return json.dumps([_plain(value) for value in values], ensure_ascii=False, separators=(",", ":"))


def load(text: str) -> tuple[Any, ...]:
    """Read jobs or commands."""
    return tuple(_object(value) for value in json.loads(text))


def _plain(value: Any) -> Plain:
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if type(value).__name__ in _CLASSES:
        made: dict[str, Any] = {TAG: type(value).__name__}
        for field in fields(value):
            item = getattr(value, field.name)
            if item != _default(field):
                made[field.name] = _plain(item)
        return made
    plain: Plain = value
    return plain


def _default(field: Any) -> Any:
    if field.default is not MISSING:
        return field.default
    return field.default_factory() if field.default_factory is not MISSING else MISSING


def _object(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_object(item) for item in value)
    if isinstance(value, dict):
        if TAG not in value:
            return {key: _object(item) for key, item in value.items()}
        made = _CLASSES[value[TAG]]
        binary = _BINARY[made]
        return made(
            **{name: _bytes(item) if name in binary else _object(item) for name, item in value.items() if name != TAG}
        )
    return value


def _bytes(value: Any) -> Any:
    """Read what consists of `Data`: one, several, or several by name."""
    if isinstance(value, str):
        return value.encode("utf-8", "surrogateescape")
    if isinstance(value, list):
        return tuple(_bytes(item) for item in value)
    return {key: _bytes(item) for key, item in value.items()} if isinstance(value, dict) else value


# The fields of each class that hold data, told by their annotations, which are text here.
_BINARY = {
    made: frozenset(field.name for field in fields(made) if "Data" in str(field.type) or field.type == "Headers")
    for made in _CLASSES.values()
}
