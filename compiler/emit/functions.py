"""Functions: defined before the statement that uses them, through a factory where they need variables of a loop."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from compiler.emit import nodes as n
from compiler.emit import types
from compiler.emit.jumps import Loop
from compiler.scope import Storage

if TYPE_CHECKING:
    from compiler import syntax as s
    from compiler.emit.chunk import Emitter
    from compiler.scope import FunctionScope


class FunctionEmitter:
    """Writes function definitions."""

    def __init__(self, emitter: Emitter) -> None:
        self.emitter = emitter

    def closure(self, node: s.Function) -> ast.expr:
        """Define a function and give the expression that reads it."""
        name = self.emitter.fresh("function")
        self.emitter.out.append(self.define(node, name))
        return n.load(name, node.pos)

    def define(self, node: s.Function, name: str) -> ast.stmt:
        """Write the statements that bind a function to a Python variable."""
        scope = node.scope
        assert scope is not None, "resolve did not see this function"
        definition = self.definition(node, scope, name)
        fresh = [
            symbol.python
            for symbol in scope.free
            if symbol.owner is scope.parent and symbol.storage is not Storage.PLAIN
        ]
        if not fresh:
            return definition
        factory = self.emitter.fresh("factory")
        body: list[ast.stmt] = [definition, n.at(ast.Return(n.load(name, node.pos)), node.pos)]
        parameters = ast.arguments([], [n.at(ast.arg(python), node.pos) for python in fresh], None, [], [], None, [])
        self.emitter.out.append(n.at(ast.FunctionDef(factory, parameters, body, []), node.pos))
        arguments = [n.load(python, node.pos) for python in fresh]
        return n.assign(n.store(name, node.pos), n.call(n.load(factory, node.pos), arguments, node.pos), node.pos)

    def definition(self, node: s.Function, scope: FunctionScope, name: str) -> ast.stmt:
        """Write the `def`; surplus arguments are absorbed where there can be any, missing ones are nil."""
        self.emitter.function_names[name] = node.name
        with self.emitter.function(scope) as inner:
            preamble: list[ast.stmt] = []
            if inner.generators.is_generator(node):
                inner.rooted = inner.fresh("rooted")
                preamble.append(n.assign(n.store(inner.rooted, node.pos), n.constant(False, node.pos), node.pos))
            body = self.body(node, scope, inner)
            rebound = [symbol.python for symbol in scope.rebinds if symbol.storage is Storage.PLAIN]
            if rebound:
                preamble.insert(0, n.at(ast.Nonlocal(rebound), node.pos))
            if inner.exit_variable is not None:
                preamble.append(n.assign(n.store(inner.exit_variable, node.pos), n.constant(0, node.pos), node.pos))
            if scope.types is not None:
                preamble.extend(types.definitions(scope.types))
            exact = inner.proofs.shapes.is_comparator(scope) or (
                scope.symbol is not None and inner.results.is_exact(scope.symbol)
            )
            vararg = None if exact else n.at(ast.arg(inner.vararg), node.pos)
        positional = [n.at(ast.arg(symbol.python), node.pos) for symbol in scope.parameters]
        defaults = [n.constant(None, node.pos) for _ in positional]
        arguments = ast.arguments([], positional, vararg, [], [], None, defaults)
        return n.at(ast.FunctionDef(name, arguments, [*preamble, *body], []), node.pos)

    @staticmethod
    def body(node: s.Function, scope: FunctionScope, inner: Emitter) -> list[ast.stmt]:
        """Write the statements of a function; one that calls itself in tail position is a loop over its parameters."""
        end = n.at(ast.Return(n.tuple_([], node.pos)), node.pos)
        boxes = inner.statements.boxes(scope.parameters, node.pos)
        if scope.itself is None or not scope.itself.constant:
            return [*boxes, *inner.statements.block(node.body), end]
        inner.restart = Loop(node.body, dispatch=True)
        inner.jumps.loops.append(inner.restart)
        body = inner.statements.block(node.body)
        inner.jumps.loops.pop()
        return [n.forever([*boxes, *body, end], node.pos)]
