"""Types as text, the way they are written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runtime.lua.numbers import number_text

if TYPE_CHECKING:
    from runtime.lua.typenodes import Node, Term

_DEPTH = 16


def type_text(term: Term) -> str:
    """Give the name of a type, or its structure when it has none."""
    return term.label or structure(term.origin or term)


def structure(term: Term) -> str:
    """Write out a type; the types in it go by their names."""
    return _write(term.node, term, 0)


def literal_text(value: object) -> str:
    """Write a literal of a type or of a validator."""
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
    return str(value).lower() if isinstance(value, bool) else str(number_text(value))


def _write(node: Node, term: Term, depth: int) -> str:
    if depth > _DEPTH:
        return "..."

    def inner(part: Node) -> str:
        return _write(part, term, depth + 1)

    match node:
        case ("primitive" | "generic" | "unresolved", name):
            return str(name)
        case ("literal", value):
            return literal_text(value)
        case ("name", name):
            argument = term.arguments.get(name)
            if argument is None:
                return str(name)
            shown = argument.origin or argument
            return argument.label or _write(shown.node, shown, depth + 1)
        case ("member", module, name):
            return f"{module}.{name}"
        case ("instance", base, arguments):
            return f"{inner(base)}<{_list(arguments, inner)}>"
        case ("optional", part):
            compound = part[0] in ("union", "intersection", "function")
            return f"({inner(part)})?" if compound else f"{inner(part)}?"
        case ("union", parts):
            return " | ".join(map(inner, parts))
        case ("intersection", parts):
            return " & ".join(map(inner, parts))
        case ("array", part):
            return "{" + inner(part) + "}"
        case ("map", key, value):
            return "{[" + inner(key) + "]: " + inner(value) + "}"
        case ("record", fields):
            written = [f"{name}{'?' if optional else ''}: {inner(part)}" for name, optional, part in fields]
            return "{" + ", ".join(written) + "}"
        case ("function", parameters, returns):
            result = inner(returns[0]) if len(returns) == 1 else f"({_list(returns, inner)})"
            return f"({_list(parameters, inner)}) -> {result}"
        case ("tuple", parts):
            return f"({_list(parts, inner)})"
        case ("annotated", part, validators):
            return inner(part) + "".join(f" {_validator(*validator)}" for validator in validators)
        case ("keyof", part):
            return f"keyof({inner(part)})"
        case ("access", part, key):
            return f"{inner(part)}[{inner(key)}]"
        case ("conditional", subject, bounds, yes, no):
            return f"{inner(subject)} extends {' | '.join(map(inner, bounds))} ? {inner(yes)} : {inner(no)}"
    return str(node[0])


def _list(parts: tuple[Node, ...], write: object) -> str:
    assert callable(write)
    return ", ".join(write(part) for part in parts)


def _validator(name: str, arguments: tuple[object, ...]) -> str:
    written = ", ".join(literal_text(argument) for argument in arguments if argument is not None)
    return f"@{name}({written})" if arguments else f"@{name}"
