"""What the stages of the compiler make of a chunk, as text to read: `wippy lua --dump`."""

from __future__ import annotations

import ast
import dis
import io
import re
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, get_args

from compiler import syntax
from compiler.pipeline import compile_chunk, emitted, parsed, resolved, within_limits
from compiler.scope import FunctionScope, Jump, LabelBlock, Symbol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_WIDTH = 120
_NESTED = 8  # levels that may stand on one line
_DEEPEST = 1000
_MARK = "lua_line_"
_BEFORE_DEF = re.compile(r"^( *# \d+: .*)\n\n( *def )", re.MULTILINE)
_MARKED = re.compile(rf"^( *){_MARK}(\d+)$", re.MULTILINE)


def dump(stage: str, source: str, name: str) -> str:
    """Show a chunk, given as bytes in latin-1, as a stage of STAGES leaves it; raise SourceError."""
    show = STAGES[stage]
    with within_limits(source, name):
        return show(source, name)


def _tree(source: str, name: str) -> str:
    return "\n".join(_lines("", parsed(source, name), 0)) + "\n"


def _resolved(source: str, name: str) -> str:
    return "\n".join(_lines("", resolved(source, name), 0)) + "\n"


# --- trees --------------------------------------------------------------------------------------------


def _lines(label: str, value: object, depth: int) -> Iterator[str]:
    """Write a value on one line where it is short, else with one line for each part."""
    if depth > _DEEPEST:
        raise RecursionError("a tree that resolve would refuse")
    pad = "  " * depth
    short = _short(value, _NESTED)
    leaf = not isinstance(value, (list, tuple)) and not _is_node(value)
    if short is not None and (leaf or len(pad) + len(label) + len(short) <= _WIDTH):
        yield pad + label + short
    elif isinstance(value, (list, tuple)):
        yield f"{pad}{label}{len(value)} of"
        for part in value:
            yield from _lines("", part, depth + 1)
    else:
        yield f"{pad}{label}{_head(value)}"
        for key, part in _parts(value):
            yield from _lines(f"{key}: ", part, depth + 1)


def _short(value: object, levels: int) -> str | None:
    """Write a value on one line; None where it is nested deeper, or holds statements, which have lines of their own."""
    if levels < 0:
        return None
    if isinstance(value, (list, tuple)):
        shown = [None if isinstance(part, _STATEMENTS) else _short(part, levels - 1) for part in value]
        return None if None in shown else f"[{', '.join(map(str, shown))}]"
    if isinstance(value, (syntax.Block, syntax.Function)):
        return None
    if not _is_node(value):
        return _meaning(value)
    inner = [(key, _short(part, levels - 1)) for key, part in _parts(value)]
    if any(text is None for _, text in inner):
        return None
    return f"{_head(value)}({', '.join(f'{key}={text}' for key, text in inner)})"


_STATEMENTS = get_args(syntax.Statement)


def _is_node(value: object) -> bool:
    return type(value).__module__ == syntax.__name__ and is_dataclass(value)


def _head(value: object) -> str:
    pos = getattr(value, "pos", None)
    place = f"@{pos.line}:{pos.column + 1}" if isinstance(pos, syntax.Position) else ""
    return type(value).__name__ + place


def _parts(value: object) -> Iterator[tuple[str, object]]:
    """Iterate over what a node holds, without what is absent."""
    assert is_dataclass(value), "only nodes have parts"
    for field in fields(value):
        part = getattr(value, field.name)
        absent = part is None or part == [] or (part is False and not isinstance(value, syntax.Boolean))
        if not absent and not isinstance(part, syntax.Position):
            yield field.name, part


def _meaning(value: object) -> str:
    """Name what resolve has put into the tree; it points back into the tree, so it is not written in full."""
    if isinstance(value, Symbol):
        notes = [value.storage.value, *(word for word in ("captured", "assigned", "early") if getattr(value, word))]
        return f"<{value.python}: {', '.join(notes)}>"
    if isinstance(value, FunctionScope):
        parameters = ", ".join(symbol.python for symbol in value.parameters)
        free = "".join(f", uses {symbol.python}" for symbol in value.free)
        rebinds = "".join(f", assigns {symbol.python}" for symbol in value.rebinds)
        return f"<parameters ({parameters}){free}{rebinds}>"
    if isinstance(value, Jump):
        return "<continue>" if value.statement is None else f"<to statement {value.statement + 1}>"
    if isinstance(value, LabelBlock):
        return f"<dispatched by {value.state}>"
    if isinstance(value, str):
        return repr(str(value))
    return f"<{type(value).__name__}>" if is_dataclass(value) else repr(value)


# --- Python -------------------------------------------------------------------------------------------


def _python(source: str, name: str) -> str:
    """Write the Python that a chunk becomes, each statement below the line of Lua that it is of."""
    chunk = emitted(source, name)
    lines = source.split("\n")
    text = ast.unparse(ast.fix_missing_locations(_Marked().visit(chunk.module)))

    def comment(found: re.Match[str]) -> str:
        number = int(found[2])
        shown = lines[number - 1].strip() if number <= len(lines) else ""
        return f"{found[1]}# {number}: {shown}".rstrip()

    return _BEFORE_DEF.sub(r"\1\n\2", _MARKED.sub(comment, text)) + "\n"


class _Marked(ast.NodeTransformer):
    """Puts a mark before each statement that begins on another line than the one before it."""

    def __init__(self) -> None:
        self.line = 0

    def generic_visit(self, node: ast.AST) -> ast.AST:
        for key in ("body", "orelse", "finalbody"):
            statements = getattr(node, key, None)
            if isinstance(statements, list):
                setattr(node, key, list(self._statements(statements)))
        for handler in getattr(node, "handlers", ()):
            self.generic_visit(handler)
        return node

    def _statements(self, statements: list[ast.stmt]) -> Iterator[ast.stmt]:
        for statement in statements:
            line = getattr(statement, "lineno", 0)
            # The return at the end of a function has the place of the function.
            if line > self.line or (line < self.line and not isinstance(statement, ast.Return)):
                self.line = line
                yield ast.Expr(ast.Name(f"{_MARK}{line}", ast.Load()))
            self.generic_visit(statement)
            yield statement


# --- code ---------------------------------------------------------------------------------------------


def _code(source: str, name: str) -> str:
    """Write the instructions of all functions, with the lines of Lua that they are of."""
    text = io.StringIO()
    dis.dis(compile_chunk(source, name).code, file=text)
    return text.getvalue()


STAGES: dict[str, Callable[[str, str], str]] = {"tree": _tree, "resolved": _resolved, "python": _python, "code": _code}
