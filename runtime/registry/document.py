"""Read YAML and JSON with the line of every value, by the core rules of YAML 1.2: `on`, `1:30` and dates are text."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

try:
    from yaml import CSafeLoader as _Base
except ImportError:  # PyYAML without its C library: slower, the same results
    from yaml import SafeLoader as _Base  # type: ignore[assignment]

Steps = tuple[str, ...]
DEPTH = 100
# How many values the aliases of a text may make of it: so many beyond ten for each character.
SPARE_NODES = 100_000
_SUSPICIOUS = 2_000
_MERGE = "tag:yaml.org,2002:merge"


class DocumentError(Exception):
    """A file that cannot be read as YAML or JSON: line and column are 1-based, 0 when unknown."""

    def __init__(self, message: str, line: int, column: int = 0, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column
        self.remedy = remedy


@dataclass(frozen=True)
class Document:
    """The value of a file, and the 1-based line of every value in it by its path."""

    value: Any
    lines: Mapping[Steps, int] = field(default_factory=dict)

    def line(self, path: Steps = ()) -> int:
        """Give the line of a value, or of the nearest one around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def _fit(number: int) -> int | float:
    """Make a float of an integer that 64 bits cannot hold, as Lua's own numerals do."""
    return number if -(1 << 63) <= number < (1 << 63) else float(number)


class CoreLoader(_Base):
    """The core schema instead of YAML 1.1's: what other YAML readers take for text stays text."""

    yaml_implicit_resolvers: dict[str, Any] = {}

    def integer(self, node: yaml.ScalarNode) -> int | float:
        text = node.value.replace("_", "")
        sign, digits = (-1, text[1:]) if text[0] == "-" else (1, text.lstrip("+"))
        if digits[:2].lower() in ("0x", "0o", "0b"):
            return _fit(sign * int(digits, 0))
        return _fit(
            sign * int(digits, 8 if len(digits) > 1 and digits[0] == "0" and set(digits) <= set("01234567") else 10)
        )


for _tag, _pattern, _first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("int", r"[-+]?(?:0[xX][0-9a-fA-F]+|0o[0-7]+|0b[01]+|[0-9][0-9_]*)", "-+0123456789"),
    (
        "float",
        r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
        "-+0123456789.",
    ),
    ("merge", r"<<", "<"),
):
    CoreLoader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), list(_first))
CoreLoader.add_constructor("tag:yaml.org,2002:int", CoreLoader.integer)


def read_document(path: Path) -> Document:
    """Read a .json, .yaml or .yml file; raise DocumentError when it is not what its name says."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise DocumentError(f"cannot be read: {error.strerror}", 0, remedy="check the file's permissions") from error
    except UnicodeDecodeError as error:
        raise DocumentError("is not UTF-8 text", 0, remedy="save the file as UTF-8") from error
    return parse_json(text) if path.suffix == ".json" else parse_yaml(text)


def parse_json(text: str) -> Document:
    """Read JSON; the lines come from YAML's reader, which reads almost all JSON."""
    try:
        value = json.loads(text, parse_int=lambda digits: _fit(int(digits))) if text.strip() else None
    except json.JSONDecodeError as error:
        raise DocumentError(f"is not JSON: {error.msg}", error.lineno, error.colno) from error
    except RecursionError as error:
        raise DocumentError("is nested too deeply", 1, remedy=f"at most {DEPTH} levels are read") from error
    try:
        # YAML knows no halves of surrogate pairs, and keys that hold one matter little here.
        return Document(value, parse_yaml(re.sub(r"\\u[dD][89a-fA-F][0-9a-fA-F]{2}", r"\\u0020", text)).lines)
    except DocumentError:
        return Document(value)


def parse_yaml(text: str) -> Document:
    """Read the first document of a YAML text."""
    loader = CoreLoader(text)
    try:
        refuse_bottomless(text)
        node = loader.get_node() if loader.check_node() else None
        if node is None:
            return Document(None)
        lines: dict[Steps, int] = {}
        return Document(_Builder(loader, lines, 10 * len(text) + SPARE_NODES).build(node, ()), lines)
    except yaml.MarkedYAMLError as error:
        raise explain(error) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise DocumentError(f"holds the character {error.character!r}, which YAML does not allow", line) from error
    except RecursionError as error:
        raise DocumentError("is nested too deeply", 1, remedy=f"at most {DEPTH} levels are read") from error
    finally:
        loader.dispose()


def refuse_bottomless(text: str) -> None:
    """Refuse nesting so deep that the C library, which recurses, would overflow its stack."""
    if max(text.count(opening) for opening in "[{-?") < _SUSPICIOUS:
        return
    depth = 0
    for event in yaml.parse(text, Loader=CoreLoader):
        if isinstance(event, (yaml.SequenceStartEvent, yaml.MappingStartEvent)):
            depth += 1
            if depth > DEPTH:
                line = event.start_mark.line + 1 if event.start_mark else 0
                raise DocumentError("is nested too deeply", line, remedy=f"at most {DEPTH} levels are read")
        elif isinstance(event, (yaml.SequenceEndEvent, yaml.MappingEndEvent)):
            depth -= 1


def explain(error: yaml.MarkedYAMLError) -> DocumentError:
    """Say what the reader found wrong, and where."""
    mark = error.problem_mark or error.context_mark
    if "nesting depth" in (error.problem or ""):  # newer releases of the C library have a limit of their own
        line = mark.line + 1 if mark is not None else 1
        return DocumentError("is nested too deeply", line, remedy=f"at most {DEPTH} levels are read")
    message = ", ".join(part for part in (error.context, error.problem) if part) or "cannot be parsed"
    line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
    if error.problem and "nesting depth" in error.problem:  # libyaml's own limit, in its newer versions
        return DocumentError("is nested too deeply", line, remedy=f"at most {DEPTH} levels are read")
    return DocumentError(f"is not YAML: {message}", line, column, "check indentation, quotes and colons there")


class _Builder:
    """Builds plain data from YAML nodes and notes the line of each; no more than a text without tricks holds."""

    def __init__(self, loader: CoreLoader, lines: dict[Steps, int], limit: int) -> None:
        self.loader = loader
        self.lines = lines
        self.left = limit
        self.merged: dict[int, dict[str, tuple[yaml.Node, yaml.Node]]] = {}

    def build(self, node: yaml.Node, path: Steps) -> Any:
        line = node.start_mark.line + 1
        self.lines[path] = line
        self.spend(1, line)
        if len(path) > DEPTH:
            raise DocumentError(
                "is nested too deeply or contains itself", line, remedy=f"at most {DEPTH} levels are read"
            )
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(item, (*path, str(index))) for index, item in enumerate(node.value)]
        try:
            return self.loader.construct_object(node)
        except (ValueError, IndexError, OverflowError) as error:
            tag = str(node.tag).rpartition(":")[2]
            raise DocumentError(f"'{node.value}' is not of type {tag}", line, node.start_mark.column + 1) from error

    def spend(self, values: int, line: int) -> None:
        self.left -= values
        if self.left < 0:
            raise DocumentError("grows too large by its aliases", line, remedy="write out what they stand for")

    def mapping(self, node: yaml.MappingNode, path: Steps) -> dict[str, Any]:
        built: dict[str, Any] = {}
        for key, (key_node, value_node) in self.members(node, len(path)).items():
            built[key] = self.build(value_node, (*path, key))
            self.lines[(*path, key)] = key_node.start_mark.line + 1
        return built

    def members(self, node: yaml.MappingNode, depth: int) -> dict[str, tuple[yaml.Node, yaml.Node]]:
        """Give the keys and values of a mapping with those that it merges: its own win, then those merged first."""
        known = self.merged.get(id(node))
        if known is not None:
            return known
        line = node.start_mark.line + 1
        if depth > DEPTH:
            raise DocumentError("merges too deeply or with itself", line, remedy=f"at most {DEPTH} levels are read")
        self.refuse_duplicates(node)
        own: dict[str, tuple[yaml.Node, yaml.Node]] = {}
        found: dict[str, tuple[yaml.Node, yaml.Node]] = {}
        for key_node, value_node in node.value:
            if key_node.tag == _MERGE:
                for source in self.sources(value_node):
                    others = self.members(source, depth + 1)
                    self.spend(len(others), line)
                    found |= {key: other for key, other in others.items() if key not in found}
            elif isinstance(key_node, yaml.ScalarNode):
                own[str(key_node.value)] = key_node, value_node
            else:
                mark = key_node.start_mark
                raise DocumentError("has a key that is not text", mark.line + 1, mark.column + 1)
        found = {**{key: pair for key, pair in found.items() if key not in own}, **own}
        self.merged[id(node)] = found
        return found

    @staticmethod
    def sources(node: yaml.Node) -> list[yaml.MappingNode]:
        sources: list[yaml.MappingNode] = []
        for source in node.value if isinstance(node, yaml.SequenceNode) else [node]:
            if not isinstance(source, yaml.MappingNode):
                mark = source.start_mark
                raise DocumentError("merges what is no mapping", mark.line + 1, mark.column + 1, "name one after <<:")
            sources.append(source)
        return sources

    @staticmethod
    def refuse_duplicates(node: yaml.MappingNode) -> None:
        seen: set[str] = set()
        for key_node, _ in node.value:
            if isinstance(key_node, yaml.ScalarNode) and key_node.tag != _MERGE:
                if key_node.value in seen:
                    mark = key_node.start_mark
                    raise DocumentError(
                        f"gives the key '{key_node.value}' twice", mark.line + 1, mark.column + 1, "remove one of them"
                    )
                seen.add(key_node.value)
