"""Entry data into frozen dataclasses, by the annotations of their fields.

    @dataclass(frozen=True)
    class EndpointConfig:
        path: str
        func: EntryId
        method: Literal["GET", "POST"] = "GET"
        timeout: Duration = 30.0
        router: EntryId | None = field(default=None, metadata={"path": "meta.router"})

A field reads the value of its name in the data, or at the dotted `path` of its metadata, or else under the name `also`
of its metadata. A field without default is required; null counts as absent. A name of an entry without a namespace is
in that of the entry. Placeholders for variables are resolved first (`runtime.registry.placeholders`), but for those in
fields with `raw` in their metadata and in what `file://` included.
"""

from __future__ import annotations

import dataclasses
import difflib
import enum
import functools
import types
import typing
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypeAlias, TypeVar

from runtime.durations import parse_duration
from runtime.registry.entry import Entry, EntryId
from runtime.registry.errors import EntryError
from runtime.registry.placeholders import DIRECTIVE, Lookup, Resolution, Typed, plain

# Seconds, given as text such as `30s` or as a number.
Duration: TypeAlias = Annotated[float, "duration"]

T = TypeVar("T")
_MISSING = object()
Take = Callable[["_Decoder", Any, str], Any]


class _Unfit(Exception):  # noqa: N818  (says what, not that it is an error)
    """A value does not fit its annotation: the path of the value in the entry, the reason, and the remedy."""

    def __init__(self, path: str, reason: str, remedy: str = "") -> None:
        super().__init__(reason)
        self.path = path
        self.reason = reason
        self.remedy = remedy


def decode(entry: Entry, config: type[T], lookup: Lookup | None = None) -> T:
    """Make a config of an entry; raise EntryError with everything that is wrong with its fields.

    `lookup` gives the values of placeholders; without it they stay as they are.
    """
    decoder = _Decoder(entry)
    data = entry.data if lookup is None else decoder.resolve(config, lookup)
    value = decoder.dataclass(config, data, "")
    if decoder.problems:
        first, *others = [EntryError(entry, unfit.path, unfit.reason, unfit.remedy) for unfit in decoder.problems]
        first.more = tuple(others)
        raise first
    return typing.cast("T", value)


def likely_misspelt(entry: Entry, config: type) -> list[tuple[str, str]]:
    """List fields that the config does not read but that look like one it would: (written, probably meant)."""
    if not isinstance(entry.data, dict):
        return []
    plans = [plan for plan in _plan(config) if not plan.in_meta]
    known = {plan.path.partition(".")[0] for plan in plans} | {plan.also for plan in plans if plan.also}
    absent = sorted(known - entry.data.keys())
    found = []
    for written in entry.data.keys() - known - {name + DIRECTIVE for name in known}:
        near = difflib.get_close_matches(str(written), absent, 1, 0.8)
        if near:
            found.append((str(written), near[0]))
    return found


@dataclass(frozen=True)
class _Field:
    """How to fill one field: the dotted path of its value below the data (or the metadata) and the conversion."""

    name: str
    path: str
    also: str
    in_meta: bool
    take: Take
    required: bool
    raw: bool


@functools.cache
def _plan(config: type) -> tuple[_Field, ...]:
    hints = typing.get_type_hints(config, include_extras=True)
    plans = []
    for field in dataclasses.fields(config):
        if not field.init:
            continue
        path = field.metadata.get("path", field.name.rstrip("_"))
        head, _, rest = path.partition(".")
        in_meta = head == "meta" and bool(rest)
        required = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        raw = bool(field.metadata.get("raw"))
        take = _taker(hints[field.name])
        also = field.metadata.get("also", "")
        plans.append(_Field(field.name, rest if in_meta else path, also, in_meta, take, required, raw))
    return tuple(plans)


@dataclass
class _Decoder:
    entry: Entry
    problems: list[_Unfit] = dataclasses.field(default_factory=list)

    def resolve(self, config: type, lookup: Lookup) -> Any:
        """Give the data of the entry with its placeholders resolved."""
        resolution = Resolution(lookup, {plan.path for plan in _plan(config) if plan.raw})
        if self.entry.origin is not None:
            resolution.kept.update(self.entry.origin.files)
        data = resolution.resolve(self.entry.data)
        self.problems += [_Unfit(path, *problem) for path, problem in resolution.problems.items()]
        return data

    def dataclass(self, config: type, data: Any, where: str) -> Any:
        """Fill one (nested) dataclass; `where` is the path of `data` in the entry, with a dot behind."""
        values: dict[str, Any] = {}
        before = len(self.problems)
        if data is None:
            data = {}
        if not isinstance(data, dict):
            self.problems.append(_Unfit(where.rstrip("."), f"must be a mapping, not {_shown(data)}"))
            return None
        for plan in _plan(config):
            path = f"meta.{plan.path}" if plan.in_meta else where + plan.path
            value = _lookup(self.entry.meta if plan.in_meta else data, plan.path)
            if value is _MISSING and plan.also in data:
                value, path = data[plan.also], where + plan.also
            if value is _MISSING or value is None:
                if plan.required:
                    near = difflib.get_close_matches(plan.path, [str(key) for key in data], 1, 0.8)
                    remedy = f"did you mean it by `{near[0]}:`?" if near else f"add `{path}:` to the entry"
                    self.problems.append(_Unfit(path, "the field is missing", remedy))
                continue
            try:
                values[plan.name] = plan.take(self, value, path)
            except _Unfit as unfit:
                self.problems.append(unfit)
        return config(**values) if len(self.problems) == before else None


def _lookup(data: Any, path: str) -> Any:
    for step in path.split("."):
        if not isinstance(data, dict) or step not in data:
            return _MISSING
        data = data[step]
    return data


def _shown(value: Any) -> str:
    """Show a value of an entry in a message."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, bool):
        return str(value).lower()
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _text(_: _Decoder, value: Any, path: str) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, Typed):
        return value.text
    scalar = isinstance(value, (bool, int, float))
    raise _Unfit(path, f"must be text, not {_shown(value)}", f'write it in quotes: "{_shown(value)}"' if scalar else "")


def _bool(_: _Decoder, value: Any, path: str) -> bool:
    if isinstance(value, bool):
        return value
    raise _Unfit(path, f"must be true or false, not {_shown(value)}")


def _int(_: _Decoder, value: Any, path: str) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    raise _Unfit(path, f"must be a whole number, not {_shown(value)}", _unquote(value))


def _float(_: _Decoder, value: Any, path: str) -> float:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    raise _Unfit(path, f"must be a number, not {_shown(value)}", _unquote(value))


def _unquote(value: Any) -> str:
    if isinstance(value, str) and value.replace(".", "", 1).isdigit():
        return "remove the quotes"
    return ""


def _duration(_: _Decoder, value: Any, path: str) -> float:
    try:
        return parse_duration(value)
    except ValueError as error:
        reason, remedy = [*str(error).split("; ", 1), ""][:2]
        raise _Unfit(path, f"must be a duration: {reason}", remedy) from None


def _entry_id(decoder: _Decoder, value: Any, path: str) -> EntryId:
    if isinstance(value, dict) and set(value) <= {"ns", "name"} and isinstance(value.get("name"), str):
        value = f"{value['ns']}:{value['name']}" if value.get("ns") else value["name"]
    if isinstance(value, str):
        found = EntryId.parse(value, decoder.entry.id.ns)
        if found.ns and found.name:
            return found
    example = f"write namespace:name, or a name alone for one in {decoder.entry.id.ns}"
    raise _Unfit(path, f"must name an entry, not {_shown(value)}", example)


def _anything(_: _Decoder, value: Any, _path: str) -> Any:
    return value


_SCALARS: dict[Any, Take] = {
    str: _text,
    bool: _bool,
    int: _int,
    float: _float,
    Duration: _duration,
    EntryId: _entry_id,
    Any: _anything,
    object: _anything,
}
_PLAIN = (Any, object)
_LISTS = (list, tuple, Sequence, Collection)
_MAPPINGS = (dict, Mapping)


def _taker(annotation: Any) -> Take:
    """Give the conversion of an annotation; raise TypeError for one that no entry value can become."""
    take = _conversion(annotation)
    if annotation is str or typing.get_origin(annotation) in (typing.Union, types.UnionType):
        return take  # it tells a number from its text itself
    return lambda decoder, value, path: take(decoder, plain(value) if annotation in _PLAIN else _value(value), path)


def _value(value: Any) -> Any:
    return value.value if isinstance(value, Typed) else value


def _conversion(annotation: Any) -> Take:
    if annotation in _SCALARS:
        return _SCALARS[annotation]
    origin, parts = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in (typing.Union, types.UnionType):
        return _union(tuple(_taker(part) for part in parts if part is not type(None)))
    if origin is typing.Annotated:
        return _taker(parts[0])
    if origin is typing.Literal:
        return _choice({str(part): part for part in parts})
    if annotation in _LISTS or origin in _LISTS:
        return _list(_taker(parts[0]) if parts else _anything, tuple if tuple in (annotation, origin) else list)
    if annotation in _MAPPINGS or origin in _MAPPINGS:
        return _mapping(_taker(parts[1]) if parts else _anything)
    if isinstance(annotation, type) and issubclass(annotation, enum.Enum):
        return _choice({str(member.value): member for member in annotation})
    if dataclasses.is_dataclass(annotation) and isinstance(annotation, type):
        return _nested(annotation)
    raise TypeError(f"no value of an entry can become {annotation}")


def _nested(config: type) -> Take:
    return lambda decoder, value, path: decoder.dataclass(config, value, path + ".")


def _union(takers: tuple[Take, ...]) -> Take:
    """Try each in turn; of several refusals the first is told."""

    def take(decoder: _Decoder, value: Any, path: str) -> Any:
        refusals: list[_Unfit] = []
        before = len(decoder.problems)
        for taker in takers:
            try:
                taken = taker(decoder, value, path)
            except _Unfit as unfit:
                refusals.append(unfit)
                continue
            if len(decoder.problems) == before or len(takers) == 1:
                return taken
            refusals.extend(decoder.problems[before:])
            del decoder.problems[before:]
        raise refusals[0]

    return take


def _choice(choices: dict[str, Any]) -> Take:
    def take(_: _Decoder, value: Any, path: str) -> Any:
        if isinstance(value, (str, int)) and str(value) in choices:
            return choices[str(value)]
        near = difflib.get_close_matches(str(value), choices, 1)
        meant = f"did you mean '{near[0]}'? " if near else ""
        raise _Unfit(
            path,
            f"has the unknown value {_shown(value)}",
            f"{meant}it must be one of {', '.join(filter(None, choices))}",
        )

    return take


def _list(item: Take, made: type) -> Take:
    def take(decoder: _Decoder, value: Any, path: str) -> Any:
        if value == {}:  # an empty Lua table
            value = []
        if not isinstance(value, list):
            raise _Unfit(
                path, f"must be a list, not {_shown(value)}", f"write - {value}" if isinstance(value, str) else ""
            )
        return made(_each(decoder, item, ((str(index), element) for index, element in enumerate(value)), path).values())

    return take


def _mapping(item: Take) -> Take:
    def take(decoder: _Decoder, value: Any, path: str) -> Any:
        if value == []:
            value = {}
        if not isinstance(value, dict):
            raise _Unfit(path, f"must be a mapping, not {_shown(value)}")
        return _each(decoder, item, ((str(key), element) for key, element in value.items()), path)

    return take


def _each(decoder: _Decoder, item: Take, pairs: typing.Iterable[tuple[str, Any]], path: str) -> dict[str, Any]:
    taken: dict[str, Any] = {}
    for key, element in pairs:
        try:
            taken[key] = item(decoder, element, f"{path}.{key}")
        except _Unfit as unfit:
            decoder.problems.append(unfit)
    return taken
