"""Find out what each name means, how each local is kept and what each goto does; refuse what the grammar lets pass."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from compiler import syntax as s
from compiler.builder import BuildError
from compiler.parser import source_error
from compiler.proofs import given
from compiler.scope import FunctionScope, Jump, LabelBlock, Namer, Symbol
from compiler.standard import GLOBALS
from compiler.tailcalls import Key, TailCalls, calls_itself, key_of
from compiler.typevalues import chunk_types

if TYPE_CHECKING:
    from compiler.errors import SourceError
    from compiler.typevalues import ChunkTypes

# Nested constructs of any kind; the reference Lua stops at 200 C levels, Python's own compiler a good deal later.
MAX_LEVELS = 190
# CPython's compiler takes 20 nested loops in one function; a dispatch loop for labels counts as one.
MAX_LOOPS = 19


@dataclass(slots=True, eq=False)
class _BlockContext:
    """A block being resolved: its labels, the statement under way, the locals that each statement declared."""

    block: s.Block
    loop_body: bool  # the body of a while or for, whose last label is `continue`
    labels: dict[str, int]
    current: int = 0
    declared: list[tuple[int, str]] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class _FunctionContext:
    scope: FunctionScope
    blocks: list[_BlockContext] = field(default_factory=list)
    loops: int = 0
    labelled: int = 0


def resolve(chunk: s.Function, source: str, name: str) -> Namer:
    """Annotate the tree of a chunk in place; give the namer, so that emit can add names of its own."""
    resolver = _Resolver(source, name)
    resolver.function(chunk)
    resolver.tail_calls.decide()
    assert chunk.scope is not None
    chunk.scope.globals_assigned = frozenset(resolver.globals_assigned)
    return resolver.namer


class _Resolver:
    def __init__(self, source: str, name: str) -> None:
        self.source = source
        self.name = name
        self.namer = Namer()
        self.scopes: list[dict[str, Symbol]] = []
        self.functions: list[_FunctionContext] = []
        self.level = 0
        self.tail_calls = TailCalls()
        self.types: ChunkTypes | None = None
        self.globals_assigned: set[str] = set()

    @property
    def here(self) -> _FunctionContext:
        return self.functions[-1]

    def error(self, message: str, pos: s.Position) -> SourceError:
        return source_error(message, self.source, self.name, pos.line, pos.column)

    def enter(self, pos: s.Position) -> None:
        self.level += 1
        if self.level > MAX_LEVELS:
            raise self.error("chunk has too many syntax levels", pos)

    # --- names ------------------------------------------------------------------------------------

    def declare(self, name: str, *, early: bool = False) -> Symbol:
        """Declare a local in the innermost scope."""
        context = self.here
        in_loop = context.loops + context.labelled > 0
        symbol = Symbol(name, self.namer.unique(name), context.scope, in_loop, early, sets=self.rounds())
        self.scopes[-1][name] = symbol
        if context.blocks:
            block = context.blocks[-1]
            block.declared.append((block.current, name))
        return symbol

    def lookup(self, name: str) -> Symbol | None:
        for scope in reversed(self.scopes):
            if name in scope:
                return scope[name]
        return None

    def rounds(self) -> int:
        """Estimate how often the place under way is passed for each call of its function."""
        return int(4 ** min(self.here.loops, 4))

    def element_of(self, owner: s.Expression) -> None:
        """Note that an element of a value is used here."""
        if isinstance(owner, s.Name) and owner.symbol is not None:
            owner.symbol.elements += self.rounds()

    def outer_local(self, name: str) -> Symbol | None:
        symbol = self.lookup(name)
        return None if self.types is not None and self.types.owns(symbol) else symbol

    def declare_types(self, chunk: s.Function) -> None:
        """Declare a local for each top-level type of the chunk, visible in all of it; a global of the name wins."""
        try:
            self.types = chunk_types(chunk)
        except BuildError as error:
            raise source_error(error.message, self.source, self.name, error.line, error.column) from None
        if self.types is None or chunk.scope is None:
            return
        chunk.scope.types = self.types
        self.types.python = self.namer.unique("types")
        for name in self.types.definitions:
            if name not in GLOBALS:
                self.types.symbols[name] = self.declare(name)
                self.types.symbols[name].values.append(None)

    def use(self, node: s.Name) -> None:
        symbol = self.lookup(node.name)
        node.symbol = symbol
        if symbol is None:
            return
        symbol.uses += 1
        if self.types is not None and self.types.owns(symbol):
            self.types.used[symbol.name] = None
        for context in reversed(self.functions):
            if context.scope is symbol.owner:
                return
            symbol.captured = True
            context.scope.free[symbol] = None

    def assign(self, node: s.Name) -> None:
        self.use(node)
        if node.symbol is None:
            self.globals_assigned.add(node.name)
        else:
            node.symbol.assigned = True
            node.symbol.sets += self.rounds()
            if node.symbol.owner is not self.here.scope:
                self.here.scope.rebinds[node.symbol] = None

    # --- functions and blocks ---------------------------------------------------------------------

    def function(self, node: s.Function, *keys: Key, itself: Symbol | None = None) -> None:
        """Resolve a function; `keys` are the names it goes by, `itself` the local that it is declared as."""
        self.enter(node.pos)
        parent = self.here.scope if self.functions else None
        node.scope = FunctionScope(parent, node.vararg is not None, itself)
        if itself is not None:
            itself.function = node
        context = _FunctionContext(node.scope)
        if itself is not None and node.vararg is None and calls_itself(node.body, itself.name):
            node.scope.itself = itself
            context.labelled += 1  # the body may run again: what it declares counts as in a loop
        self.functions.append(context)
        self.tail_calls.callers.append(keys)
        self.scopes.append({})
        node.scope.parameters = [self.declare(parameter.name) for parameter in node.parameters]
        for place, parameter in enumerate(node.scope.parameters):
            if itself is not None:
                parameter.parameter_of = (itself, place)
            else:
                parameter.values.append(None)
        if parent is None:
            self.declare_types(node)
        self.block(node.body, new_scope=False)
        self.scopes.pop()
        self.tail_calls.callers.pop()
        self.functions.pop()
        self.level -= 1

    def block(self, node: s.Block, *, loop_body: bool = False, new_scope: bool = True) -> None:
        if new_scope:
            self.scopes.append({})
        self.open_block(node, loop_body=loop_body)
        self.close_block()
        if new_scope:
            self.scopes.pop()

    def open_block(self, node: s.Block, *, loop_body: bool = False) -> None:
        """Resolve the statements of a block; its scope and its labels stay open until `close_block`."""
        self.enter(node.pos)
        labels: dict[str, int] = {}
        for index, statement in enumerate(node.statements):
            if isinstance(statement, s.Label):
                if statement.name in labels:
                    line = node.statements[labels[statement.name]].pos.line
                    raise self.error(f"label '{statement.name}' already defined on line {line}", statement.pos)
                labels[statement.name] = index
        context = _BlockContext(node, loop_body, labels)
        self.here.blocks.append(context)
        for index, statement in enumerate(node.statements):
            context.current = index
            if isinstance(statement, s.Label):
                self.here.labelled += 1  # a later goto may come back here: what follows counts as in a loop
            self.statement(statement)

    def close_block(self) -> None:
        context = self.here.blocks.pop()
        self.here.labelled -= len(context.labels)
        self.level -= 1

    # --- statements -------------------------------------------------------------------------------

    def statement(self, node: s.Statement) -> None:  # noqa: C901  (one arm for each kind of statement)
        match node:
            case s.Local():
                self.local(node)
            case s.LocalFunction():
                node.symbol = self.declare(node.name.name, early=True)
                node.symbol.values.append(None)
                self.function(node.function, node.symbol, itself=node.symbol)
            case s.Assignment():
                self.assignment(node)
            case s.CallStatement():
                self.expression(node.call)
            case s.Do():
                self.block(node.block)
            case s.While():
                self.expression(node.condition)
                self.loop(node.block, node.pos)
            case s.Repeat():
                self.repeat(node)
            case s.If():
                for arm in node.arms:
                    self.expression(arm.condition)
                    self.block(arm.block)
                if node.otherwise is not None:
                    self.block(node.otherwise)
            case s.NumericFor():
                self.expressions([value for value in (node.start, node.stop, node.step) if value is not None])
                [node.symbol] = self.loop(node.block, node.pos, [node.name])
                node.symbol.values.append(node)
            case s.GenericFor():
                self.expressions(node.values)
                node.symbols = self.loop(node.block, node.pos, node.names)
                for symbol in node.symbols:
                    symbol.values.append(node if symbol is node.symbols[0] else None)
            case s.TypeStatement():
                for outside in self.types.outside.get(node.pos, ()) if self.types is not None else ():
                    self.use(outside)
            case s.Return():
                self.expressions(node.values)
                self.tail_calls.note(node)
                self.here.scope.returns.append(node)
            case s.Break():
                if not self.here.loops:
                    raise self.error("'break' outside a loop", node.pos)
            case s.Goto():
                self.goto(node)

    def assignment(self, node: s.Assignment) -> None:
        for index, target in enumerate(node.targets):
            if isinstance(target, s.Name):
                self.assign(target)
                if target.symbol is not None:
                    target.symbol.values.append(given(node.values, index))
            else:
                self.expression(target)
        for index, value in enumerate(node.values):
            key = key_of(node.targets[index]) if index < len(node.targets) else None
            if isinstance(value, s.Function) and key is not None:
                self.function(value, key)
            else:
                self.expression(value)

    def local(self, node: s.Local) -> None:
        value = node.values[0] if len(node.names) == len(node.values) == 1 else None
        if (
            isinstance(value, s.Function)
            and self.outer_local(node.names[0].name) is None
            and node.names[0].name not in GLOBALS
        ):
            symbol = self.declare(node.names[0].name, early=True)
            symbol.values.append(None)
            node.symbols = [symbol]
            self.function(value, symbol, itself=symbol)
        else:
            self.expressions(node.values)
            node.symbols = [self.declare(name.name) for name in node.names]
            for index, declared in enumerate(node.symbols):
                declared.values.append(given(node.values, index))

    def loop(self, block: s.Block, pos: s.Position, names: list[s.TypedName] | None = None) -> list[Symbol]:
        self.begin_loop(pos)
        self.scopes.append({})
        symbols = [self.declare(name.name) for name in names or ()]
        self.block(block, loop_body=True)
        self.scopes.pop()
        self.here.loops -= 1
        return symbols

    def begin_loop(self, pos: s.Position) -> None:
        self.here.loops += 1
        if self.here.loops + sum(1 for context in self.here.blocks if context.labels) > MAX_LOOPS:
            raise self.error(
                f"more than {MAX_LOOPS} nested loops in one function; move the inner ones to a function", pos
            )

    def repeat(self, node: s.Repeat) -> None:
        self.begin_loop(node.pos)
        self.scopes.append({})
        self.open_block(node.block)
        self.expression(node.condition)
        self.close_block()
        self.scopes.pop()
        self.here.loops -= 1

    # --- goto -------------------------------------------------------------------------------------

    def goto(self, node: s.Goto) -> None:
        for context in reversed(self.here.blocks):
            if node.label in context.labels:
                node.jump = self.jump(node, context, context.labels[node.label])
                return
        raise self.error(f"no visible label '{node.label}' for goto", node.pos)

    def jump(self, node: s.Goto, context: _BlockContext, target: int) -> Jump:
        statements = context.block.statements
        at_end = all(isinstance(statement, s.Label) for statement in statements[target:])
        if target > context.current and not at_end:
            for between in statements[context.current + 1 : target]:
                name = _declared_name(between)
                if name is not None:
                    raise self.error(f"<goto {node.label}> jumps into the scope of local '{name}'", node.pos)
        if at_end and context.loop_body:
            return Jump(context.block, None)
        block = context.block
        if block.labels is None:
            block.labels = LabelBlock(self.namer.unique("segment"))
        block.labels.segments[target] = 0  # numbered by emit, when all are known
        return Jump(block, target)

    # --- expressions ------------------------------------------------------------------------------

    def expressions(self, nodes: list[s.Expression]) -> None:
        for node in nodes:
            self.expression(node)

    def expression(self, node: s.Expression) -> None:
        # Chains that lean to the left (a.b.c, a + b + c, f():g():h()) are walked in a loop: they are long in real
        # programs, not deep.
        pending: list[s.Expression] = []
        while True:
            pending.append(node)
            inner = _leftmost(node)
            if inner is None:
                break
            node = inner
        if len(pending) > MAX_LEVELS * 5:
            raise self.error("chunk has too many syntax levels", node.pos)
        for item in reversed(pending):
            self.rest(item)

    def rest(self, node: s.Expression) -> None:
        """Resolve what of a node `_leftmost` does not reach."""
        self.enter(node.pos)
        match node:
            case s.Name():
                self.use(node)
            case s.Vararg():
                if not self.here.scope.has_vararg:
                    raise self.error("cannot use '...' outside a vararg function near '...'", node.pos)
            case s.Index():
                self.element_of(node.owner)
                self.expression(node.key)
            case s.Call():
                self.call(node)
            case s.MethodCall():
                self.element_of(node.owner)
                self.expressions(node.arguments)
            case s.Binary() | s.Logical():
                self.expression(node.right)
            case s.Unary():
                self.expression(node.operand)
            case s.TableConstructor():
                for field_ in node.fields:
                    if field_.key is not None:
                        self.expression(field_.key)
                    if isinstance(field_.value, s.Function) and isinstance(field_.key, s.String):
                        self.function(field_.value, f".{field_.key.value}")
                    else:
                        self.expression(field_.value)
            case s.Function():
                self.function(node)
        self.level -= 1

    def call(self, node: s.Call) -> None:
        """Resolve the arguments of a call, and note what it may be."""
        match node.function:
            case s.Name(symbol=symbol) if symbol is not None:
                symbol.calls.append(node)
                self.here.scope.yields.append(node)
            case s.Index(key=s.String(value="yield")):
                self.here.scope.yields.append(node)
        self.expressions(node.arguments)
        match node.arguments:
            case [s.Function(scope=scope), *_] if scope is not None:
                scope.handed = node
            case [s.Name(symbol=symbol), *_] if symbol is not None:
                symbol.handed.append(node)


def _leftmost(node: s.Expression) -> s.Expression | None:
    """Give the sub-expression that is evaluated first, where a chain may lean."""
    match node:
        case s.Index() | s.MethodCall():
            return node.owner
        case s.Call():
            return node.function
        case s.Binary() | s.Logical():
            return node.left
        case s.Parenthesis() | s.Cast():
            return node.inner
    return None


def _declared_name(statement: s.Statement) -> str | None:
    if isinstance(statement, s.Local):
        return statement.names[0].name
    return statement.name.name if isinstance(statement, s.LocalFunction) else None
