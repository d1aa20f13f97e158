"""Which calls in tail position must not grow the stack: those that lead back to the function that makes them.

A call of a local function by itself becomes a loop (`FunctionScope.itself`). For functions that call one another in a
ring, and for methods, the callee is known by its name only: functions defined in the chunk and calls made in it are
matched by local, field or global name, and a call on a ring is handed to whoever consumes the result, who carries it
out. A wrong match costs time, never correctness.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from compiler import syntax as s

if TYPE_CHECKING:
    from compiler.scope import Symbol

# What a function is known by: a local variable, or the name of a field or global.
Key: TypeAlias = "Symbol | str"


@dataclass(eq=False)
class _Site:
    """A return of a call: in which function (by its keys), to which callee."""

    node: s.Return
    caller: tuple[Key, ...]
    callee: Key


@dataclass
class TailCalls:
    """Collects the functions and tail calls of a chunk while it is resolved, and decides at the end."""

    sites: list[_Site] = field(default_factory=list)
    # The keys of the functions being resolved, innermost last.
    callers: list[tuple[Key, ...]] = field(default_factory=list)

    def note(self, node: s.Return) -> None:
        """Note a return, if it returns a call of something that has a name."""
        callee = callee_of(node)
        if callee is not None and self.callers[-1]:
            self.sites.append(_Site(node, self.callers[-1], callee))

    def decide(self) -> None:
        """Mark the returns that lie on a ring of tail calls."""
        edges: dict[Key, set[Key]] = {}
        for site in self.sites:
            for key in site.caller:
                edges.setdefault(key, set()).add(site.callee)
        for site in self.sites:
            site.node.on_ring = any(_leads_to(edges, site.callee, key) for key in site.caller)


def callee_of(node: s.Return) -> Key | None:
    """Give the key of what a return calls; None when it returns no call or one of something nameless."""
    if len(node.values) != 1:
        return None
    match node.values[0]:
        case s.Call(function=function):
            return key_of(function)
        case s.MethodCall(name=name):
            return f".{name}"
    return None


def key_of(node: s.Expression) -> Key | None:
    """Give the key by which a variable or field is known."""
    match node:
        case s.Name(symbol=None, name=name):
            return f" {name}"
        case s.Name(symbol=symbol):
            return symbol
        case s.Index(key=s.String(value=name)):
            return f".{name}"
    return None


def _leads_to(edges: dict[Key, set[Key]], start: Key, goal: Key) -> bool:
    seen: set[Key] = set()
    pending = [start]
    while pending:
        key = pending.pop()
        if key is goal or key == goal:
            return True
        if key not in seen:
            seen.add(key)
            pending.extend(edges.get(key, ()))
    return False


def calls_itself(block: s.Block, name: str) -> bool:
    """Tell whether a block, functions in it aside, returns a call of a function with a name."""
    pending: list[s.Statement] = list(block.statements)
    while pending:
        statement = pending.pop()
        match statement:
            case s.Return(values=[s.Call(function=s.Name(name=called))]) if called == name:
                return True
            case s.Do(block=inner) | s.While(block=inner) | s.Repeat(block=inner):
                pending.extend(inner.statements)
            case s.NumericFor(block=inner) | s.GenericFor(block=inner):
                pending.extend(inner.statements)
            case s.If():
                for arm in statement.arms:
                    pending.extend(arm.block.statements)
                if statement.otherwise is not None:
                    pending.extend(statement.otherwise.statements)
    return False
