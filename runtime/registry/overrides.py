"""Overrides: values of entries set from outside their files, by `namespace:name:path`."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from runtime.config import ConfigError, coerce
from runtime.registry.entry import Entry, EntryId

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from runtime.config import Config

_FORM = "write it as namespace:name:path=value, for example app:gateway:addr=:9090"


@dataclass(frozen=True)
class Override:
    """A value for one place in one entry; `given` says who asked, for messages."""

    target: EntryId
    path: str
    value: Any
    given: str


def apply_overrides(
    entries: Sequence[Entry], config: Config, texts: Sequence[str] = (), *, lenient: bool = False
) -> list[Entry]:
    """Apply the `override:` section and then the `-o` texts; raise ConfigError for a bad key.

    An unknown entry is an error too, unless `lenient`.
    """
    overrides = [
        parse_key(key, value, config.leaves[f"override.{key}"].place)
        for key, value in config.section("override").items()
    ]
    overrides.extend(parse_override(text) for text in texts)
    by_id = {entry.id: entry for entry in entries}
    for override in overrides:
        entry = by_id.get(override.target)
        if entry is None and lenient:
            continue
        if entry is None:
            raise ConfigError(
                f"{override.given}: there is no entry {override.target}; `wippy registry list` shows all entries"
            )
        by_id[override.target] = _set(entry, override)
    return list(by_id.values())


def parse_override(text: str) -> Override:
    """Read an `-o` text; the value takes its shape from how it looks."""
    key, equals, value = text.partition("=")
    if not equals:
        raise ConfigError(f"-o {text}: the value is missing; {_FORM}")
    return parse_key(key, coerce(value, any_case=True), f"-o {key}")


def parse_key(key: str, value: Any, given: str) -> Override:
    """Split `namespace:name:path`; namespace and name may hold dots, the path may begin with one."""
    namespace, _, rest = key.partition(":")
    name, _, path = rest.partition(":")
    path = path.lstrip(".")
    if not (namespace and name and path):
        raise ConfigError(f"{given}: '{key}' does not name a value of an entry; {_FORM}")
    return Override(EntryId(namespace, name), path, value, given)


def _set(entry: Entry, override: Override) -> Entry:
    if override.path == "kind":
        if not isinstance(override.value, str) or not override.value.strip():
            raise ConfigError(f"{override.given}: a kind must be a non-empty text, not {override.value!r}")
        return dataclasses.replace(entry, kind=override.value.strip())
    return write(entry, override.path, override.value)


def write(entry: Entry, path: str, value: Any) -> Entry:
    """Copy an entry with a value set at a dotted path: `meta.x`, `data.x` or plain `x`, which is in the data.

    Mappings that the path needs are made; anything else in its way is replaced.
    """
    head, _, rest = path.partition(".")
    in_meta = head == "meta" and bool(rest)
    steps = (rest if in_meta or (head == "data" and rest) else path).split(".")
    origin = entry.origin
    if origin is not None:
        named = ".".join(["meta", *steps] if in_meta else steps)
        files = {key: file for key, file in origin.files.items() if key != named and not key.startswith(named + ".")}
        origin = dataclasses.replace(origin, files=files)
    if in_meta:
        return dataclasses.replace(entry, meta=_with(entry.meta, steps, value), origin=origin)
    return dataclasses.replace(entry, data=_with(entry.data, steps, value), origin=origin)


def _with(mapping: Any, steps: Sequence[str], value: Any) -> Mapping[str, Any]:
    copy = dict(mapping) if isinstance(mapping, dict) else {}
    copy[steps[0]] = value if len(steps) == 1 else _with(copy.get(steps[0]), steps[1:], value)
    return copy
