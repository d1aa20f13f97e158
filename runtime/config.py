"""Runtime configuration: `.wippy.yaml`, further files, profiles and `--set`, merged leaf by leaf."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from runtime.durations import parse_duration
from runtime.registry.document import Document, DocumentError, read_document
from runtime.sizes import parse_size

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

DEFAULT_FILE = ".wippy.yaml"
VERSION = "1.0"
# Sections that say how to read the others; they are no configuration themselves.
_META = ("version", "profiles")
_REFERENCE = re.compile(r"\$\{(env:)?([A-Za-z_][A-Za-z0-9_.]*)(?:\|([^}]*))?\}")
# What a profile may do with a list instead of replacing it.
_LIST_EDITS = frozenset(
    f"disable.{name}.{action}" for name in ("namespaces", "entries") for action in ("add", "remove")
)
_INTEGER = re.compile(r"[-+]?(?:0|[1-9]\d*)")
_FLOAT = re.compile(r"[-+]?(?:\d+\.\d*|\.\d+|\d+(?=[eE]))(?:[eE][-+]?\d+)?")


class ConfigError(Exception):
    """The configuration cannot be used: the text names the file and line or the flag, the key and the remedy."""


@dataclass(frozen=True)
class Leaf:
    """One value, and the place that gave it: `.wippy.yaml:4` or `--set`."""

    value: Any
    place: str


# The values of each profile by name.
Profiles: TypeAlias = "dict[str, dict[str, Leaf]]"


@dataclass(frozen=True)
class Config:
    """The merged configuration. Keys are dotted paths; `directory` is what relative paths in it start from."""

    directory: Path
    leaves: Mapping[str, Leaf] = field(default_factory=dict)

    @classmethod
    def load(
        cls, root: Path, files: Sequence[Path] = (), sets: Sequence[str] = (), profiles: Sequence[str] = ()
    ) -> Config:
        """Compose `files` left to right, then the named profiles, then `--set` values.

        No `files` means `.wippy.yaml` if `root` has it.
        """
        leaves: dict[str, Leaf] = {}
        bodies: Profiles = {}
        for path in files or _default_files(root):
            file = read_config(path)
            _overlay(leaves, file.leaves)
            for name, body in file.profiles.items():
                _overlay(bodies.setdefault(name, {}), body)
        for name in profiles:
            _select(leaves, bodies, name)
        for text in sets:
            key, value = parse_set(text)
            _overlay(leaves, {key: Leaf(value, f"--set {key}")})
        directory = Path(files[0]).resolve().parent if files else root
        return cls(directory, _interpolate(leaves))

    def get(self, key: str, default: Any = None) -> Any:
        """Give the value of a key, or all below it as nested mappings."""
        leaf = self.leaves.get(key)
        if leaf is not None:
            return leaf.value
        below = self.section(key)
        return _nest(below) if below else default

    def section(self, key: str) -> dict[str, Any]:
        """Give the values below a key by what follows it: for `override`, `app:gateway:addr` -> value."""
        prefix = key + "."
        return {name[len(prefix) :]: leaf.value for name, leaf in self.leaves.items() if name.startswith(prefix)}

    def text(self, key: str, default: str) -> str:
        """Give a text value."""
        return str(self._typed(key, default, (str,), "text"))

    def integer(self, key: str, default: int) -> int:
        """Give a whole number."""
        return int(self._typed(key, default, (int,), "a whole number"))

    def number(self, key: str, default: float) -> float:
        """Give a number."""
        return float(self._typed(key, default, (int, float), "a number"))

    def flag(self, key: str, default: bool) -> bool:
        """Give true or false."""
        return bool(self._typed(key, default, (bool,), "true or false"))

    def duration(self, key: str, default: float) -> float:
        """Give a duration in seconds."""
        value = self._typed(key, default, (str, int, float), "a duration such as 30s")
        try:
            return parse_duration(value)
        except ValueError as error:
            raise ConfigError(f"{self.leaves[key].place}: '{key}': {error}") from None

    def size(self, key: str, default: int) -> int:
        """Give an amount of memory in bytes, written as a number or as text such as 512M."""
        value = self._typed(key, default, (str, int), "a size such as 512M")
        try:
            return parse_size(str(value))
        except ValueError as error:
            raise ConfigError(f"{self.leaves[key].place}: '{key}': {error}") from None

    def texts(self, key: str) -> list[str]:
        """Give a list of texts; one text is a list of one, a missing key an empty list."""
        value = self._typed(key, [], (list, str), "a list of texts")
        items = [value] if isinstance(value, str) else value
        if not all(isinstance(item, str) for item in items):
            raise ConfigError(f"{self.leaves[key].place}: '{key}' must be a list of texts")
        return list(items)

    def choice(self, key: str, default: str, choices: Sequence[str]) -> str:
        """Give one of a few words."""
        value = self.text(key, default)
        if value not in choices:
            raise ConfigError(f"{self.leaves[key].place}: '{key}' is '{value}'; it must be one of {', '.join(choices)}")
        return value

    def _typed(self, key: str, default: Any, kinds: tuple[type, ...], expected: str) -> Any:
        leaf = self.leaves.get(key)
        if leaf is None:
            if self.section(key):
                raise ConfigError(f"'{key}' must be {expected}, but the configuration gives it a section")
            return default
        if not isinstance(leaf.value, kinds) or (isinstance(leaf.value, bool) and bool not in kinds):
            raise ConfigError(f"{leaf.place}: '{key}' must be {expected}, not {leaf.value!r}")
        return leaf.value


def _default_files(root: Path) -> tuple[Path, ...]:
    path = root / DEFAULT_FILE
    return (path,) if path.is_file() else ()


def _select(leaves: dict[str, Leaf], profiles: Profiles, name: str) -> None:
    """Lay a profile over the configuration; the environment it names is read only now."""
    body = profiles.get(name)
    if body is None:
        known = f"the configuration has {', '.join(sorted(profiles))}" if profiles else "the configuration has none"
        raise ConfigError(f"--profile {name}: there is no such profile; {known}")
    for key, leaf in body.items():
        if key.startswith("vars.") and "env:" in str(leaf.value) and _REFERENCE.search(str(leaf.value)):
            raise ConfigError(
                f"{leaf.place}: variables of a profile cannot refer to the environment; "
                "refer to it in the `vars:` outside of the profile"
            )
    resolved = {key: Leaf(_resolve_environment(leaf.value, leaf.place), leaf.place) for key, leaf in body.items()}
    edits = {key: leaf for key, leaf in resolved.items() if key in _LIST_EDITS}
    _overlay(leaves, {key: leaf for key, leaf in resolved.items() if key not in _LIST_EDITS})
    for key, leaf in edits.items():
        _edit_list(leaves, key, leaf)


def _edit_list(leaves: dict[str, Leaf], key: str, edit: Leaf) -> None:
    """Add to a list of the configuration, or remove from it."""
    target, _, action = key.rpartition(".")
    items = edit.value if isinstance(edit.value, list) else [edit.value]
    before = leaves[target].value if target in leaves else []
    before = before if isinstance(before, list) else [before]
    if action == "add":
        after = before + [item for item in items if item not in before]
    else:
        after = [item for item in before if item not in items]
    leaves[target] = Leaf(after, edit.place)


@dataclass(frozen=True)
class ConfigFile:
    """What one file says: its values with the environment resolved, and its profiles as they are written."""

    leaves: dict[str, Leaf]
    profiles: Profiles


def read_config(path: Path) -> ConfigFile:
    """Read one file."""
    try:
        if not path.is_file():
            raise ConfigError(f"there is no configuration file {path}; check the path given with --config")
        document = read_document(path)
    except DocumentError as error:
        place = f"{path}:{error.line}" if error.line else str(path)
        raise ConfigError(f"{place}: {error.message}" + (f"; {error.remedy}" if error.remedy else "")) from error
    _check_version(path, document)
    leaves = {
        key: Leaf(_resolve_environment(leaf.value, leaf.place), leaf.place)
        for key, leaf in _leaves(document.value, (), path, document)
    }
    return ConfigFile(leaves, _profiles(path, document))


def _profiles(path: Path, document: Document) -> Profiles:
    """Read the profiles of a file."""
    given = document.value.get("profiles") or {}
    found: Profiles = {}
    for name, body in given.items() if isinstance(given, dict) else [("", None)]:
        if not isinstance(body, dict):
            place = f"{path}:{document.line(('profiles', name))}"
            raise ConfigError(f"{place}: `profiles:` maps names to sections such as those of the file itself")
        below = ("profiles", name)
        found[name] = {
            key.removeprefix(f"profiles.{name}."): leaf for key, leaf in _leaves(body, below, path, document)
        }
    return found


def _check_version(path: Path, document: Document) -> None:
    if not isinstance(document.value, dict):
        raise ConfigError(f'{path}:1: the file must be a mapping that begins with `version: "{VERSION}"`')
    version = document.value.get("version", VERSION)  # guides/cli shows a file without it
    if version != VERSION:
        place = f"{path}:{document.line(('version',))}"
        raise ConfigError(f'{place}: `version` is {version!r}; write `version: "{VERSION}"`, with the quotes')


def _leaves(value: Any, path: tuple[str, ...], file: Path, document: Document) -> Iterator[tuple[str, Leaf]]:
    """Yield every leaf below a value as (dotted key, Leaf); an empty mapping is a leaf."""
    if isinstance(value, dict) and (value or not path):
        for key, item in value.items():
            if path or key not in _META:
                yield from _leaves(item, (*path, key), file, document)
        return
    place = f"{file}:{document.line(path)}"
    yield ".".join(path), Leaf(value, place)


def _resolve_environment(value: Any, place: str) -> Any:
    if isinstance(value, list):
        return [_resolve_environment(item, place) for item in value]
    if isinstance(value, dict):
        return {key: _resolve_environment(item, place) for key, item in value.items()}
    if not isinstance(value, str):
        return value

    def replace(match: re.Match[str]) -> str:
        if not match[1]:
            return match[0]
        found = os.environ.get(match[2], match[3])
        if found is None:
            raise ConfigError(
                f"{place}: the environment variable {match[2]} is not set; set it, or write ${{env:{match[2]}|default}}"
            )
        return found

    return _REFERENCE.sub(replace, value)


def _interpolate(leaves: dict[str, Leaf]) -> dict[str, Leaf]:
    """Replace `${name}` by the value of `vars.name`; a value that is just one reference takes the variable's type."""

    def resolve(value: Any, place: str) -> Any:
        if isinstance(value, list):
            return [resolve(item, place) for item in value]
        if not isinstance(value, str) or "${" not in value:
            return value
        whole = _REFERENCE.fullmatch(value)
        if whole is not None and not whole[1]:
            return variable(whole[2], place)
        return _REFERENCE.sub(lambda match: match[0] if match[1] else str(variable(match[2], place)), value)

    def variable(name: str, place: str) -> Any:
        leaf = leaves.get(f"vars.{name}")
        if leaf is None:
            raise ConfigError(
                f"{place}: ${{{name}}} is not defined; "
                f"add `{name}:` under `vars:`, or write ${{env:{name}}} for the environment"
            )
        return leaf.value

    return {key: Leaf(resolve(leaf.value, leaf.place), leaf.place) for key, leaf in leaves.items()}


def _overlay(leaves: dict[str, Leaf], new: Mapping[str, Leaf]) -> None:
    """Put new leaves over old ones; a leaf replaces the section of its name, and a section the leaf."""
    sections = {prefix for key in new for prefix in _prefixes(key)}
    stale = [key for key in leaves if key in sections or any(prefix in new for prefix in _prefixes(key))]
    for key in stale:
        del leaves[key]
    leaves.update(new)


def _prefixes(key: str) -> list[str]:
    return [key[:at] for at, char in enumerate(key) if char == "."]


def _nest(flat: Mapping[str, Any]) -> dict[str, Any]:
    nested: dict[str, Any] = {}
    for key, value in flat.items():
        *outer, last = key.split(".")
        inside = nested
        for step in outer:
            inside = inside.setdefault(step, {})
        inside[last] = value
    return nested


def parse_set(text: str) -> tuple[str, Any]:
    """Split `section.path=value` and give the value its shape."""
    key, equals, value = text.partition("=")
    if not equals or not key.strip(".") or "." not in key:
        raise ConfigError(f"--set {text}: write it as section.path=value, for example --set shutdown.timeout=60s")
    return key.strip(), coerce(value)


def coerce(text: str, *, any_case: bool = False) -> bool | int | float | str:
    """Give a command-line value its shape: boolean, whole number, number with point or exponent, else text."""
    word = text.lower() if any_case else text
    if word in ("true", "false"):
        return word == "true"
    if _INTEGER.fullmatch(text) and -(1 << 63) <= int(text) < (1 << 63):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text
