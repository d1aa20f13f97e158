"""The options of an entry's middleware, and the errors that wrong ones make."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeVar

import falcon

from runtime.durations import parse_duration
from runtime.registry.entry import EntryId

# The composition root, or what stands for it in a test.
Node: TypeAlias = Any
Handler: TypeAlias = Callable[[falcon.Request, falcon.Response], None]
Wrap: TypeAlias = Callable[[Handler], Handler]
T = TypeVar("T")


class OptionError(ValueError):
    """An option has a value that cannot be used."""

    def __init__(self, name: str, reason: str, remedy: str) -> None:
        super().__init__(f"{name}: {reason}; {remedy}")
        self.name = name
        self.reason = reason
        self.remedy = remedy


@dataclass(frozen=True)
class Options:
    """The options that an entry gives its middleware, read by dotted name; `legacy` is an older name of the same.

    Values are text; booleans and numbers that YAML made of them count as they were written. Reading raises OptionError.
    """

    entry: EntryId
    values: Mapping[str, Any] = field(default_factory=dict)

    def text(self, name: str, default: str = "", *legacy: str) -> str:
        """Give a text; an empty one counts as missing."""
        for key in (name, *legacy):
            value = self.values.get(key)
            if value is not None and value != "":
                return str(value).lower() if isinstance(value, bool) else str(value)
        return default

    def flag(self, name: str, *legacy: str) -> bool:
        """Tell whether an option is "true"; by default it is not."""
        text = self.text(name, "false", *legacy).lower()
        if text not in ("true", "false"):
            raise OptionError(name, f"{text!r} is neither true nor false", 'write "true" or "false"')
        return text == "true"

    def number(self, name: str, default: int, *legacy: str) -> int:
        """Give a whole number above 0."""
        text = self.text(name, str(default), *legacy)
        if not (text.isascii() and text.isdigit() and int(text)):
            raise OptionError(name, f"{text!r} is not a whole number above 0", f'write one such as "{default}"')
        return int(text)

    def seconds(self, name: str, default: str, *legacy: str) -> float:
        """Give a duration above 0, in seconds."""
        text = self.text(name, default, *legacy)
        try:
            seconds = parse_duration(text)
        except ValueError as error:
            reason, _, remedy = str(error).partition("; ")
            raise OptionError(name, reason, remedy) from None
        if seconds <= 0:
            raise OptionError(name, f"{text!r} is no time", f'write one such as "{default}"')
        return seconds

    def listed(self, name: str, default: str = "", *legacy: str) -> tuple[str, ...]:
        """Give the parts of a list separated by commas."""
        return tuple(part.strip() for part in self.text(name, default, *legacy).split(",") if part.strip())

    def choice(self, name: str, choices: Mapping[str, T], default: str) -> T:
        """Give what one of a few words stands for."""
        text = self.text(name, default)
        if text not in choices:
            raise OptionError(name, f"{text!r} is unknown", f"use {' or '.join(choices)}")
        return choices[text]

    def reference(self, name: str, *legacy: str) -> EntryId:
        """Give the id of an entry; a bare name is one of the namespace that the options stand in."""
        text = self.text(name, "", *legacy)
        if not text:
            raise OptionError(name, "it is missing", "name the entry")
        return EntryId.parse(text, self.entry.ns)


# What a middleware is: makes, from the options of an entry, what wraps the handlers of that entry.
Maker: TypeAlias = Callable[[Options, Node], Wrap]
