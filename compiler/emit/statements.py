"""Statements: each becomes Python statements in `emitter.out`."""

from __future__ import annotations

import ast
import itertools
from typing import TYPE_CHECKING

from compiler import abi
from compiler import syntax as s
from compiler.emit import nodes as n
from compiler.emit import plain, types
from compiler.emit.jumps import Loop
from compiler.generators import own_values
from compiler.proofs import Type
from compiler.scope import Storage

if TYPE_CHECKING:
    from compiler.emit.chunk import Emitter
    from compiler.scope import LabelBlock, Symbol


class StatementEmitter:
    """Writes statements."""

    def __init__(self, emitter: Emitter) -> None:
        self.emitter = emitter

    def block(self, block: s.Block) -> list[ast.stmt]:
        """Write a block."""
        if block.labels is not None:
            return self.dispatch(block, block.labels)
        return self.sequence(block.statements)

    def sequence(self, statements: list[s.Statement]) -> list[ast.stmt]:
        """Write statements in order."""
        with self.emitter.collect() as out:
            for statement in statements:
                self.statement(statement)
        return out

    def statement(self, node: s.Statement) -> None:  # noqa: C901  (one arm for each kind of statement)
        """Write one statement."""
        out = self.emitter.out
        if self.emitter.rooted is not None and not isinstance(node, (s.While, s.Repeat)):
            self.root(own_values(node), node.pos)
        match node:
            case s.Local():
                self.local(node)
            case s.LocalFunction():
                self.local_function(node)
            case s.Assignment():
                self.assignment(node)
            case s.CallStatement():
                if isinstance(node.call, (s.Call, s.MethodCall)):
                    self.effect(node.call)
            case s.Do():
                out.extend(self.block(node.block))
            case s.While():
                self.while_(node)
            case s.Repeat():
                self.repeat(node)
            case s.If():
                self.if_(node)
            case s.NumericFor():
                self.numeric_for(node)
            case s.GenericFor():
                self.generic_for(node)
            case s.TypeStatement():
                out.extend(types.outside(node, self.emitter))
            case s.Return():
                self.return_(node)
            case s.Break():
                jumps = self.emitter.jumps
                out.extend(jumps.leave(jumps.innermost_lua_loop(), again=False, pos=node.pos))
            case s.Goto():
                self.goto(node)

    def root(self, values: list[s.Expression | None], pos: s.Position) -> None:
        """Write, in a generator, that it asks for a stack of its own before it evaluates what may run other code."""
        exposed = self.emitter.generators.exposure(values)
        if exposed is None:
            self.ask([], pos)
        elif exposed:
            read = [self.emitter.expressions.storage(name) for name in exposed]
            self.ask([n.helper(abi.MAY_CALL, read, pos)], pos)

    def ask(self, conditions: list[ast.expr], pos: s.Position) -> None:
        """Write that a generator which has no stack of its own yet asks for one, if conditions hold."""
        rooted = self.emitter.rooted
        assert rooted is not None, "only a generator can ask"
        missing = n.negate(n.load(rooted, pos), pos)
        answer = n.at(ast.Yield(n.load(abi.ROOT, pos)), pos)
        test = n.both([missing, *conditions], pos) if conditions else missing
        self.emitter.out.append(n.when(test, [n.assign(n.store(rooted, pos), answer, pos)], [], pos))

    def effect(self, call: s.Call | s.MethodCall) -> None:
        """Write a call whose results nobody wants; they may hold a call that is still to be carried out."""
        expressions, pos = self.emitter.expressions, call.pos
        results = expressions.call(call)
        if expressions.is_settled(call):
            self.emitter.out.append(n.at(ast.Expr(results), pos))
            return
        kept = self.kept("result", results, pos)
        is_list = n.is_(n.class_of(kept, pos), n.load(abi.TUPLE, pos), pos)
        settled = n.at(ast.Expr(n.helper(abi.SETTLE, [kept], pos)), pos)
        self.emitter.out.append(n.when(n.both([is_list, kept], pos), [settled], [], pos))

    # --- variables --------------------------------------------------------------------------------

    def declare(self, symbol: Symbol, value: ast.expr, pos: s.Position) -> None:
        """Give a local its first value."""
        if symbol.storage is Storage.BOX:
            value = n.list_([value], pos)
        self.emitter.out.append(n.assign(n.store(symbol.python, pos), value, pos))
        self.keep_owner(symbol, pos)

    def cut_into(self, symbol: Symbol, call: s.Expression, pos: s.Position) -> None:
        """Set a local that nothing else sees yet to the first of a call's results.

        PERF: three instructions fewer than the same as an expression.
        """
        local = n.load(symbol.python, pos)
        results = self.emitter.expressions.results(call)
        self.emitter.out.append(n.assign(n.store(symbol.python, pos), results, pos))
        is_list = n.is_(n.class_of(local, pos), n.load(abi.TUPLE, pos), pos)
        cut = n.assign(n.store(symbol.python, pos), n.helper(abi.FIRST, [local], pos), pos)
        self.emitter.out.append(n.when(is_list, [cut], [], pos))
        self.keep_owner(symbol, pos)

    def keep_owner(self, symbol: Symbol, pos: s.Position) -> None:
        """Write, where it pays, the variable that the elements of a local are read from, after the local was set."""
        if not symbol.keeps_owner or self.emitter.proofs.of_subject(symbol).type is not Type.UNKNOWN:
            return
        variable = self.emitter.owners.get(symbol) or self.emitter.fresh(symbol.python)
        self.emitter.owners[symbol] = variable
        local = n.load(symbol.python, pos)
        is_table = n.is_(n.class_of(local, pos), n.load(abi.TABLE, pos), pos)
        kept = n.conditional(is_table, local, n.helper(abi.OWNER, [local], pos), pos)
        self.emitter.out.append(n.assign(n.store(variable, pos), kept, pos))

    def boxes(self, symbols: list[Symbol], pos: s.Position) -> list[ast.stmt]:
        """Write what follows when Python itself has set locals: parameters, the variables of a loop."""
        with self.emitter.collect() as out:
            for symbol in symbols:
                if symbol.storage is Storage.BOX:
                    boxed = n.list_([n.load(symbol.python, pos)], pos)
                    out.append(n.assign(n.store(symbol.python, pos), boxed, pos))
                self.keep_owner(symbol, pos)
        return out

    def local(self, node: s.Local) -> None:
        """Write `local`: the names are not visible in the values, so plain assignments in order will do."""
        values, symbols = node.values, node.symbols
        expressions = self.emitter.expressions
        if len(symbols) == 1 and len(values) == 1:
            if symbols[0].early and isinstance(values[0], s.Function):
                self.self_visible(symbols[0], values[0], node.pos)
            elif symbols[0].storage is not Storage.BOX and expressions.is_multiple(values[0]):
                self.cut_into(symbols[0], values[0], node.pos)
            else:
                self.declare(symbols[0], expressions.value(values[0]), node.pos)
            return
        if values and len(values) < len(symbols) and expressions.is_multiple(values[-1]):
            rest = symbols[len(values) - 1 :]
            for symbol, single in zip(symbols, values[:-1], strict=False):
                self.declare(symbol, expressions.value(single), node.pos)
            results = expressions.results(values[-1])
            names = [symbol.python for symbol in rest]
            self.unpack(names, n.helper(abi.ADJUST, [results, n.constant(len(rest), node.pos)], node.pos), node.pos)
            self.emitter.out.extend(self.boxes(rest, node.pos))
            return
        for index, symbol in enumerate(symbols):
            value = expressions.value(values[index]) if index < len(values) else n.constant(None, node.pos)
            self.declare(symbol, value, node.pos)
        for surplus in values[len(symbols) :]:
            self.emitter.out.append(n.at(ast.Expr(expressions.value(surplus)), node.pos))

    def unpack(self, names: list[str], values: ast.expr, pos: s.Position) -> None:
        target = n.unpack([n.store(name, pos) for name in names], pos)
        self.emitter.out.append(n.assign(target, values, pos))

    def local_function(self, node: s.LocalFunction) -> None:
        """Write a local function, which sees itself."""
        assert node.symbol is not None, "resolve did not see this function"
        self.self_visible(node.symbol, node.function, node.pos)

    def self_visible(self, symbol: Symbol, function: s.Function, pos: s.Position) -> None:
        if symbol.storage is not Storage.BOX:
            self.emitter.out.append(self.emitter.functions.define(function, symbol.python))
            return
        self.declare(symbol, n.constant(None, pos), pos)
        value = self.emitter.functions.closure(function)
        target = n.element_target(n.load(symbol.python, pos), n.constant(0, pos), pos)
        self.emitter.out.append(n.assign(target, value, pos))

    def assignment(self, node: s.Assignment) -> None:
        """Write an assignment: owners, keys and values first, then the stores, the last first as in the reference."""
        expressions = self.emitter.expressions
        if len(node.targets) == 1 and len(node.values) == 1:
            target = node.targets[0]
            if isinstance(target, s.Index):
                if not self.append(target, node.values[0]):
                    self.assign_field(target, node.values[0])
            elif isinstance(target, s.Name):
                own = target.symbol is not None and target.symbol.owner is self.emitter.scope
                if (
                    own
                    and target.symbol is not None
                    and not target.symbol.captured
                    and expressions.is_multiple(node.values[0])
                ):
                    self.cut_into(target.symbol, node.values[0], node.pos)
                    return
                self.store_name(target, expressions.value(node.values[0]))
            return
        self.parallel(node)

    def parallel(self, node: s.Assignment) -> None:
        """Write an assignment of several targets: what the stores could change is kept in variables first."""
        if self.at_once(node):
            return
        moved = {target.symbol for target in node.targets if isinstance(target, s.Name)}
        places = [self.place(target, moved) for target in node.targets]
        values = self.evaluate(node.values, len(node.targets), node.pos, moved)
        for target, place, value in reversed(list(zip(node.targets, places, values, strict=True))):
            if isinstance(target, s.Name):
                self.store_name(target, value)
            elif place is None and isinstance(target, s.Index):
                self.write_element(target, value)
            elif place is not None:
                self.store_field(n.load(place[0], target.pos), n.load(place[1], target.pos), value, target.pos)

    def at_once(self, node: s.Assignment) -> bool:
        """Write an assignment of as many single values to plain locals as Python's own; tell whether it was done.

        PERF: `i, j = i + 1, j - 1` takes half the instructions of four assignments.
        """
        expressions, targets = self.emitter.expressions, node.targets
        symbols = [target.symbol for target in targets if isinstance(target, s.Name) and target.symbol is not None]
        plain_locals = all(
            symbol.storage is not Storage.BOX and not (symbol.keeps_owner or symbol in self.emitter.owners)
            for symbol in symbols
        )
        if not plain_locals or len({*symbols}) != len(targets) or len(targets) != len(node.values):
            return False
        if any(expressions.is_multiple(value) for value in node.values):
            return False
        read = [expressions.value(value) for value in node.values]
        target = n.unpack([n.store(symbol.python, node.pos) for symbol in symbols], node.pos)
        self.emitter.out.append(n.assign(target, n.tuple_(read, node.pos), node.pos))
        return True

    def is_stable(self, node: s.Expression, moved: set[Symbol | None]) -> bool:
        """Tell whether an expression means the same after the stores of an assignment and the calls in it."""
        if isinstance(node, (s.Nil, s.Boolean, s.Number, s.String)):
            return True
        if not isinstance(node, s.Name) or node.symbol is None or node.symbol in moved:
            return False
        return self.emitter.expressions.is_simple(node) and (node.symbol.constant or not node.symbol.captured)

    def assign_field(self, target: s.Index, value: s.Expression) -> None:
        """Write owner[key] = value."""
        expressions, pos = self.emitter.expressions, target.pos
        expressions.blame(pos, target.owner)
        written = expressions.value(value)
        plain_key = expressions.is_simple(target.key) or isinstance(target.key, (s.String, s.Number))
        simple = expressions.is_simple(target.owner)
        owner = expressions.owner(target.owner) if simple else None
        if plain_key and simple:
            self.write_element(target, written)
        elif owner is not None:
            key = self.kept("key", expressions.value(target.key), pos)
            self.emitter.out.append(n.assign(n.element_target(owner, key, pos), written, pos))
        else:
            self.store_field(expressions.value(target.owner), expressions.value(target.key), written, pos)

    def append(self, target: s.Index, value: s.Expression) -> bool:
        """Write t[#t + 1] = value in one call, where computing the value cannot change #t; tell whether it was done."""
        match target:
            case s.Index(
                owner=s.Name(symbol=owner),
                key=s.Binary(
                    operator="+",
                    left=s.Unary(operator="#", operand=s.Name(symbol=measured)),
                    right=s.Number(value=1),
                ),
            ) if owner is not None and owner is measured and self.emitter.expressions.is_inert(value):
                expressions, pos = self.emitter.expressions, target.pos
                expressions.blame(pos, target.owner)
                arguments = [expressions.value(target.owner), expressions.value(value)]
                self.emitter.out.append(n.at(ast.Expr(n.helper(abi.APPEND, arguments, pos)), pos))
                return True
        return False

    def write_element(self, target: s.Index, written: ast.expr) -> None:
        """Write an element with a plain key of what a plain local holds; of a table without a helper."""
        expressions, pos = self.emitter.expressions, target.pos
        owner = expressions.owner(target.owner)
        place = n.element_target(owner or expressions.value(target.owner), expressions.value(target.key), pos)
        if owner is not None:
            self.emitter.out.append(n.assign(place, written, pos))
            return
        if not isinstance(written, (ast.Constant, ast.Name)):
            written = self.kept("written", written, pos)
        general = n.helper(
            abi.SET_INDEX, [expressions.value(target.owner), expressions.value(target.key), written], pos
        )
        is_table = expressions.is_table(target.owner, pos)
        self.emitter.out.append(n.when(is_table, [n.assign(place, written, pos)], [n.at(ast.Expr(general), pos)], pos))

    def kept(self, purpose: str, value: ast.expr, pos: s.Position) -> ast.expr:
        """Evaluate into a variable of the function, now; Python would evaluate the value of an assignment first."""
        name = self.emitter.temporary(purpose)
        self.emitter.out.append(n.assign(n.store(name, pos), value, pos))
        return n.load(name, pos)

    def place(self, target: s.Expression, moved: set[Symbol | None]) -> tuple[str, str] | None:
        """Evaluate the owner and the key of a target into variables; None where both are as good later."""
        if not isinstance(target, s.Index):
            return None
        self.emitter.expressions.blame(target.pos, target.owner)
        owner_stays = isinstance(target.owner, s.Name) and self.is_stable(target.owner, moved)
        if owner_stays and self.is_stable(target.key, moved) and not isinstance(target.key, (s.Nil, s.Boolean)):
            return None
        names = self.emitter.fresh("place"), self.emitter.fresh("key")
        for name, part in zip(names, (target.owner, target.key), strict=True):
            value = self.emitter.expressions.value(part)
            self.emitter.out.append(n.assign(n.store(name, part.pos), value, part.pos))
        return names

    def evaluate(
        self, values: list[s.Expression], count: int, pos: s.Position, moved: set[Symbol | None]
    ) -> list[ast.expr]:
        """Evaluate a list of expressions to as many values as there are targets; give how each is read later."""
        expressions, out = self.emitter.expressions, self.emitter.out
        spread = len(values) < count and expressions.is_multiple(values[-1])
        single = values[:-1] if spread else values
        read: list[ast.expr] = []
        for value in single[:count]:
            if self.is_stable(value, moved):
                read.append(expressions.value(value))
            else:
                name = self.emitter.fresh("value")
                out.append(n.assign(n.store(name, pos), expressions.value(value), pos))
                read.append(n.load(name, pos))
        out.extend(n.at(ast.Expr(expressions.value(surplus)), pos) for surplus in single[count:])
        missing = count - len(read)
        if spread:
            names = [self.emitter.fresh("value") for _ in range(missing)]
            results = expressions.results(values[-1])
            self.unpack(names, n.helper(abi.ADJUST, [results, n.constant(missing, pos)], pos), pos)
            return read + [n.load(name, pos) for name in names]
        return read + [n.constant(None, pos) for _ in range(missing)]

    def store_name(self, target: s.Name, value: ast.expr) -> None:
        """Assign to a variable."""
        pos = target.pos
        if target.symbol is None:
            place = n.element_target(n.load(abi.ENVIRONMENT, pos), n.constant(target.name, pos), pos)
        elif target.symbol.storage is Storage.BOX:
            place = n.element_target(n.load(target.symbol.python, pos), n.constant(0, pos), pos)
        else:
            place = n.store(target.symbol.python, pos)
        self.emitter.out.append(n.assign(place, value, pos))
        if target.symbol is not None:
            self.keep_owner(target.symbol, pos)

    def store_field(self, owner: ast.expr, key: ast.expr, value: ast.expr, pos: s.Position) -> None:
        """Assign owner[key]."""
        self.emitter.out.append(n.at(ast.Expr(n.helper(abi.SET_INDEX, [owner, key, value], pos)), pos))

    # --- branches ---------------------------------------------------------------------------------

    def if_(self, node: s.If) -> None:
        """Write an if; an arm whose condition needs statements before it is nested in the else of the one above."""
        expressions = self.emitter.expressions
        otherwise_of: list[ast.stmt] = self.emitter.out
        for arm in node.arms:
            with self.emitter.collect() as before:
                test = expressions.test(arm.condition)
            otherwise_of.extend(before)
            branch = ast.If(test, self.block(arm.block) or [n.at(ast.Pass(), arm.pos)], [])
            otherwise_of.append(n.at(branch, arm.pos))
            otherwise_of = branch.orelse
        if node.otherwise is not None:
            otherwise_of.extend(self.block(node.otherwise))

    # --- loops ------------------------------------------------------------------------------------

    def loop_body(self, block: s.Block, before: list[ast.stmt], pos: s.Position) -> tuple[list[ast.stmt], Loop]:
        """Write the body of a Lua loop behind some statements."""
        loop = Loop(block, dispatch=False)
        self.emitter.jumps.loops.append(loop)
        body = [*before, *self.block(block)]
        self.emitter.jumps.loops.pop()
        return body or [n.at(ast.Pass(), pos)], loop

    def finish(self, loop: Loop, statement: ast.stmt, pos: s.Position) -> None:
        self.emitter.out.append(statement)
        self.emitter.out.extend(self.emitter.jumps.after(loop, pos))

    def while_(self, node: s.While) -> None:
        """Write a while."""
        with self.emitter.collect() as before:
            if self.emitter.rooted is not None:
                self.root([node.condition], node.pos)
            test = self.emitter.expressions.test(node.condition)
        if not before:
            body, loop = self.loop_body(node.block, [], node.pos)
            self.finish(loop, n.at(ast.While(test, body, []), node.pos), node.pos)
            return
        stop = n.when(n.negate(test, node.pos), [n.at(ast.Break(), node.pos)], [], node.pos)
        body, loop = self.loop_body(node.block, [*before, stop], node.pos)
        self.finish(loop, n.forever(body, node.pos), node.pos)

    def repeat(self, node: s.Repeat) -> None:
        """Write a repeat; the condition stands at the end of the body, whose locals it sees."""
        loop = Loop(node.block, dispatch=False)
        self.emitter.jumps.loops.append(loop)
        body = self.block(node.block)
        with self.emitter.collect() as condition:
            if self.emitter.rooted is not None:
                self.root([node.condition], node.pos)
            test = self.emitter.expressions.test(node.condition)
            self.emitter.out.append(n.when(test, [n.at(ast.Break(), node.pos)], [], node.pos))
        self.emitter.jumps.loops.pop()
        self.finish(loop, n.forever([*body, *condition], node.pos), node.pos)

    def numeric_for(self, node: s.NumericFor) -> None:
        """Write a numeric for over the numbers that the runtime gives."""
        expressions = self.emitter.expressions
        assert node.symbol is not None, "resolve did not see this loop"
        bounds = [expressions.value(node.start), expressions.value(node.stop)]
        of = self.emitter.proofs.of
        step = 1 if node.step is None else plain.integer(node.step)
        if of(node.start) is of(node.stop) is Type.INTEGER and step:
            sign = ast.Add() if step > 0 else ast.Sub()
            bounds[1] = n.at(ast.BinOp(bounds[1], sign, n.constant(1, node.pos)), node.pos)
            if step != 1:
                bounds.append(n.constant(step, node.pos))
            iterable = n.helper(abi.RANGE, bounds, node.pos)
        else:
            bounds.append(expressions.value(node.step) if node.step is not None else n.constant(1, node.pos))
            iterable = n.helper(abi.FOR_RANGE, bounds, node.pos)
        self.for_loop([node.symbol], iterable, node.block, node.pos)

    def generic_for(self, node: s.GenericFor) -> None:
        """Write a generic for over what the runtime makes of the iterator triple."""
        symbols, iterable = self.iteration(node)
        if self.emitter.rooted is not None:
            iterable = self.kept("iterable", iterable, node.pos)
            self.ask([n.helper(abi.LOOP_MAY_CALL, [iterable], node.pos)], node.pos)
        self.for_loop(symbols, iterable, node.block, node.pos)

    def iteration(self, node: s.GenericFor) -> tuple[list[Symbol], ast.expr]:
        """Give the variables that a generic for sets, and what it runs over."""
        results = self.emitter.expressions.list_results(node.values, node.pos)
        count = len(node.symbols)
        if count > 2:
            return node.symbols, n.helper(abi.FOR_IN, [results, n.constant(count, node.pos)], node.pos)
        if count == 2 and not node.symbols[0].uses:
            return node.symbols[1:], n.helper(abi.FOR_SECOND, [results], node.pos)
        return node.symbols, n.helper(abi.FOR_IN_1 if count == 1 else abi.FOR_IN_2, [results], node.pos)

    def for_loop(self, symbols: list[Symbol], iterable: ast.expr, block: s.Block, pos: s.Position) -> None:
        """Write the loop over what the runtime gives."""
        targets = [n.store(symbol.python, pos) for symbol in symbols]
        target = targets[0] if len(targets) == 1 else n.unpack(targets, pos)
        body, loop = self.loop_body(block, self.boxes(symbols, pos), pos)
        self.finish(loop, n.at(ast.For(target, iterable, body, []), pos), pos)

    # --- jumps ------------------------------------------------------------------------------------

    def return_(self, node: s.Return) -> None:
        """Write a return: a call hands all its results on."""
        expressions = self.emitter.expressions
        call = node.values[0] if len(node.values) == 1 else None
        if isinstance(call, s.Call) and self.is_restart(call.function):
            self.restart(call)
            return
        if isinstance(call, s.Vararg):
            value = n.helper(abi.PACK, [n.load(self.emitter.vararg, node.pos)], node.pos)
        elif node.on_ring and isinstance(call, (s.Call, s.MethodCall)) and not self.is_harmless(call):
            value = expressions.postponed(call)
        else:
            value = expressions.list_results(node.values, node.pos)
        self.emitter.out.append(n.at(ast.Return(value), node.pos))

    def is_harmless(self, call: s.Call | s.MethodCall) -> bool:
        """Tell whether a generator carries out a call that it returns: whoever resumes it must not have to."""
        return self.emitter.rooted is not None and self.emitter.generators.exposure([call]) is not None

    def is_restart(self, function: s.Expression) -> bool:
        """Tell whether a call in tail position is one of the very function it stands in."""
        scope = self.emitter.scope
        return (
            self.emitter.restart is not None
            and isinstance(function, s.Name)
            and function.symbol is not None
            and function.symbol is scope.itself
        )

    def restart(self, call: s.Call) -> None:
        """Write a call of the function by itself: new values for the parameters, then the body again."""
        assert self.emitter.restart is not None, "there is no loop to restart"
        parameters = self.emitter.scope.parameters
        if call.arguments:
            values = self.evaluate(call.arguments, len(parameters), call.pos, set(parameters))
        else:
            values = [n.constant(None, call.pos) for _ in parameters]
        for symbol, value in zip(parameters, values, strict=True):
            self.emitter.out.append(n.assign(n.store(symbol.python, call.pos), value, call.pos))
        self.emitter.out.extend(self.emitter.jumps.leave(self.emitter.restart, again=True, pos=call.pos))

    def goto(self, node: s.Goto) -> None:
        """Write a goto as resolve decided."""
        jump = node.jump
        assert jump is not None, "resolve did not see this goto"
        jumps = self.emitter.jumps
        if jump.statement is None:
            self.emitter.out.extend(jumps.leave(jumps.of_block(jump.block, dispatch=False), again=True, pos=node.pos))
            return
        labels = jump.block.labels
        assert labels is not None, "resolve did not prepare the labels of this block"
        segment = n.constant(labels.segments[jump.statement], node.pos)
        self.emitter.out.append(n.assign(n.store(labels.state, node.pos), segment, node.pos))
        self.emitter.out.extend(jumps.leave(jumps.of_block(jump.block, dispatch=True), again=True, pos=node.pos))

    def dispatch(self, block: s.Block, labels: LabelBlock) -> list[ast.stmt]:
        """Write a block with labels as a loop over its segments: a goto sets the next segment and goes round."""
        starts = sorted(labels.segments)
        for number, start in enumerate(starts, 1):
            labels.segments[start] = number
        pos = block.pos
        loop = Loop(block, dispatch=True)
        self.emitter.jumps.loops.append(loop)
        body: list[ast.stmt] = []
        bounds = [0, *starts, len(block.statements)]
        for number, (start, end) in enumerate(itertools.pairwise(bounds)):
            segment = self.sequence(block.statements[start:end])
            if number < len(starts):
                segment.append(n.assign(n.store(labels.state, pos), n.constant(number + 1, pos), pos))
            here = n.equals(n.load(labels.state, pos), n.constant(number, pos), pos)
            body.append(n.when(here, segment, [], pos))
        body.append(n.at(ast.Break(), pos))
        self.emitter.jumps.loops.pop()
        begin = n.assign(n.store(labels.state, pos), n.constant(0, pos), pos)
        return [begin, n.forever(body, pos), *self.emitter.jumps.after(loop, pos)]
