"""Versions of modules, and ranges of them: exact, ^, ~, comparisons, 1.x; several parts must all hold."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_VERSION = re.compile(
    r"v?(?P<major>\d+)(?:\.(?P<minor>\d+))?(?:\.(?P<patch>\d+))?(?:-(?P<before>[0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?\Z"
)
_PART = re.compile(r"[\s,]*(?P<operator>\^|~|>=|<=|!=|=|>|<)?\s*(?P<version>[^\s,<>=!^~]+)")
_WILD = re.compile(r"v?(?:(\d+)\.)?(?:(\d+)\.)?[xX*]\Z")
_MOST_PARTS = 10
_LONGEST = 256


class VersionError(ValueError):
    """A version or a range that cannot be read."""


@dataclass(frozen=True, order=True)
class Version:
    """A semantic version; one before a release (`1.0.0-rc.1`) is older than the release."""

    numbers: tuple[int, int, int]
    released: bool
    before: tuple[tuple[bool, int, str], ...] = ()

    @classmethod
    def read(cls, text: str) -> Version:
        """Read a version; missing numbers are 0."""
        match = _VERSION.match(text.strip())
        if match is None:
            raise VersionError(f"'{text}' is no version; write it as 1.2.3")
        before = match["before"]
        parts = tuple(
            (not part.isdigit(), int(part) if part.isdigit() else 0, part) for part in (before or "").split(".") if part
        )
        numbers = (int(match["major"]), int(match["minor"] or 0), int(match["patch"] or 0))
        return cls(numbers, before is None, parts)


@dataclass(frozen=True)
class Constraint:
    """A range; `text` is how it was written."""

    text: str
    tests: tuple[Callable[[Version], bool], ...]

    @classmethod
    def read(cls, text: str) -> Constraint:
        """Read a range; raise VersionError for one that is none."""
        if len(text) > _LONGEST:
            raise VersionError(f"a version range has at most {_LONGEST} characters")
        parts = list(_PART.finditer(text))
        if len(parts) > _MOST_PARTS or _PART.sub("", text).strip(" ,"):
            raise VersionError(f"'{text}' is no version range; write it as ^1.2.0 or >=1.0.0 <2.0.0")
        return cls(text, tuple(_test(part["operator"] or "", part["version"]) for part in parts))

    def allows(self, version: str) -> bool:
        """Tell whether a version is in the range; one that cannot be read is in none but `*`."""
        if not self.tests:
            return True
        try:
            read = Version.read(version)
        except VersionError:
            return self.text.strip() == "*"
        return all(test(read) for test in self.tests)


def _test(operator: str, text: str) -> Callable[[Version], bool]:
    wild = _WILD.match(text)
    if wild is not None and not operator:
        numbers = tuple(int(number) for number in wild.groups() if number is not None)
        return lambda version: version.numbers[: len(numbers)] == numbers
    wanted = Version.read(text)
    if operator in ("^", "~"):
        limit = _above(wanted, text, caret=operator == "^")
        return lambda version: wanted <= version and version.numbers < limit
    return {
        "": lambda version: version == wanted,
        "=": lambda version: version == wanted,
        "!=": lambda version: version != wanted,
        ">": lambda version: version > wanted,
        ">=": lambda version: version >= wanted,
        "<": lambda version: version < wanted,
        "<=": lambda version: version <= wanted,
    }[operator]


def _above(version: Version, text: str, *, caret: bool) -> tuple[int, int, int]:
    """Give the first version that is out of a range: ^ keeps the first number that is not 0, ~ the minor one."""
    major, minor, patch = version.numbers
    given = text.lstrip("v").split("-")[0].count(".") + 1
    if not caret:
        return (major, minor + 1, 0) if given > 1 else (major + 1, 0, 0)
    if major or given == 1:
        return (major + 1, 0, 0)
    return (0, minor + 1, 0) if minor or given == 2 else (0, 0, patch + 1)
