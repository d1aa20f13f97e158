"""The `yaml` module: YAML 1.2's core schema to values and back (page lua/data/yaml)."""

from __future__ import annotations

from functools import cmp_to_key
from typing import Any

import yaml as library
from yaml.reader import ReaderError

from runtime.binding import Failure, Kind, LuaValue, Module, Table, Text, to_lua, to_python
from runtime.binding.demand import demand_text, flag_option
from runtime.binding.text import decode as to_text
from runtime.binding.text import encode as to_lua_text
from runtime.lua.args import type_name
from runtime.offload import offload_large
from runtime.registry.document import DEPTH, SPARE_NODES, CoreLoader, DocumentError, explain, refuse_bottomless

module = Module("yaml", deterministic=True, classes=("encoding", "deterministic"))

_NARROWEST = 1 << 53  # a float below it that is whole is written like an integer, as JSON writes it


@module.function(blocks=True)
def encode(value: LuaValue = None, options: LuaValue = None) -> Text:
    """Write a table as YAML; `field_order` lists keys that come first, `sort_unordered` sorts the others."""
    if not isinstance(value, Table):
        raise Failure(Kind.INVALID, f"a table is expected, got {type_name(value)}")
    plain = to_python(value)
    if isinstance(options, Table):
        order = _Order(options)
        plain = order.applied(plain) if order.first or order.sort else plain
    return Text(offload_large(len(value.array) * 1024, _dumped, plain))


@module.function(blocks=True)
def decode(text: LuaValue = None) -> LuaValue:
    """Read the first document of a YAML text; Invalid without text, Internal for what is no YAML."""
    source = demand_text(text, "text")
    try:
        node = offload_large(len(source), _composed, source)
    except DocumentError as problem:
        place = f" (line {problem.line})" if problem.line else ""
        raise Failure(Kind.INTERNAL, f"decode failed: the text {problem.message}{place}") from None
    return None if node is None else _Reader(len(source)).read(node, 0)


class _Order:
    """In which order the fields of every mapping are written."""

    def __init__(self, options: Table) -> None:
        names = options.get("field_order")
        listed = names.array if isinstance(names, Table) else []
        self.first = {to_text(name): place for place, name in enumerate(listed) if isinstance(name, str)}
        self.sort = flag_option(options, "sort_unordered")

    def applied(self, value: Any) -> Any:
        """Give plain data with its mappings in order."""
        if isinstance(value, list):
            return [self.applied(item) for item in value]
        if isinstance(value, dict):
            return {key: self.applied(value[key]) for key in sorted(value, key=cmp_to_key(self._compare))}
        return value

    def _compare(self, left: str, right: str) -> int:
        last = len(self.first)
        places = self.first.get(left, last), self.first.get(right, last)
        if places[0] != places[1]:
            return places[0] - places[1]
        return (left > right) - (left < right) if self.sort else 0


class _Dumper(getattr(library, "CSafeDumper", library.SafeDumper)):  # type: ignore[misc]
    """Writes text of several lines as a block, bytes as !!binary, and no aliases."""

    def ignore_aliases(self, _data: object) -> bool:
        return True

    def text(self, text: str) -> library.Node:
        if not text.isascii():
            data = text.encode("utf-8", "surrogateescape")
            try:
                data.decode("utf-8")
            except UnicodeDecodeError:
                return self.represent_binary(data)  # type: ignore[no-any-return]
        return self.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)  # type: ignore[no-any-return]

    def number(self, number: float) -> library.Node:
        whole = number.is_integer() and abs(number) < _NARROWEST
        return self.represent_int(int(number)) if whole else self.represent_float(number)  # type: ignore[no-any-return]


_Dumper.add_representer(str, _Dumper.text)
_Dumper.add_representer(float, _Dumper.number)


def _dumped(plain: Any) -> str:
    written: str = library.dump(
        plain, Dumper=_Dumper, sort_keys=False, default_flow_style=False, allow_unicode=True, width=1 << 30
    )
    return written


def _composed(text: str) -> library.Node | None:
    """Read the first document as nodes; raise DocumentError."""
    try:
        refuse_bottomless(text)
        loader = CoreLoader(text)
        try:
            return loader.get_node() if loader.check_node() else None
        finally:
            loader.dispose()
    except library.MarkedYAMLError as error:
        raise explain(error) from None
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise DocumentError("holds a character that YAML does not allow", line) from None
    except UnicodeEncodeError:
        raise DocumentError("is not UTF-8 text", 0) from None
    except RecursionError:
        raise DocumentError("is nested too deeply", 0) from None


class _Reader:
    """Makes Lua values of nodes, and no more of them than a document without tricks could hold."""

    def __init__(self, length: int) -> None:
        self._loader = CoreLoader("")
        self._left = 10 * length + SPARE_NODES

    def read(self, node: library.Node, depth: int) -> LuaValue:
        """Make the value of a node."""
        self._left -= 1
        if self._left < 0:
            raise Failure(Kind.INTERNAL, "decode failed: the aliases of the document make it too large")
        if depth > DEPTH:
            raise Failure(Kind.INTERNAL, f"decode failed: nested deeper than {DEPTH} levels")
        if isinstance(node, library.MappingNode):
            return self._mapping(node, depth)
        if isinstance(node, library.SequenceNode):
            return self._sequence(node, depth)
        assert isinstance(node, library.ScalarNode)
        return self._scalar(node)

    def _mapping(self, node: library.MappingNode, depth: int) -> Table:
        table = Table()
        table.keyed = True
        given = {}
        for key_node, value_node in node.value:
            if key_node.tag == "tag:yaml.org,2002:merge":
                continue
            key = self.read(key_node, depth + 1)
            if key is None or isinstance(key, Table) or key != key:
                raise _refused(key_node, f"{type_name(key)} as a key")
            if key in given:
                raise _refused(key_node, f"the key {key_node.value!r} twice")
            given[key] = value_node
        for key, value in self._merged(node, depth).items():
            table.set(key, value)
        for key, value_node in given.items():
            table.set(key, self.read(value_node, depth + 1))
        return table

    def _merged(self, node: library.MappingNode, depth: int) -> dict[LuaValue, LuaValue]:
        """Read what `<<` takes over from other mappings; the first that has a key wins."""
        found: dict[LuaValue, LuaValue] = {}
        for key_node, value_node in node.value:
            if key_node.tag != "tag:yaml.org,2002:merge":
                continue
            sources = value_node.value if isinstance(value_node, library.SequenceNode) else [value_node]
            for source in sources:
                if not isinstance(source, library.MappingNode):
                    raise _refused(source, "a merge of what is no mapping")
                for key, value in self._mapping(source, depth + 1).items():
                    found.setdefault(key, value)
        return found

    def _sequence(self, node: library.SequenceNode, depth: int) -> Table:
        table = Table()
        for index, item in enumerate(node.value, 1):
            table.set(index, self.read(item, depth + 1))
        return table

    def _scalar(self, node: library.ScalarNode) -> LuaValue:
        if not str(node.tag).startswith("tag:yaml.org,2002:"):
            return to_lua_text(node.value)  # a tag of the application's own
        try:
            value = self._loader.construct_object(node)
        except (ValueError, IndexError, OverflowError, library.YAMLError):
            raise _refused(node, f"'{node.value}' as {str(node.tag).rpartition(':')[2]}") from None
        return to_lua_text(value) if isinstance(value, str) else to_lua(value)


def _refused(node: library.Node, what: str) -> Failure:
    return Failure(Kind.INTERNAL, f"decode failed: line {node.start_mark.line + 1} has {what}")
