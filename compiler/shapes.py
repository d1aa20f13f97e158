"""Which tables a chunk keeps to itself, and what it ever puts into them: a points-to analysis by union.

Variables, fields and results that may hold the same table belong to one `Contents` (Steensgaard's analysis: each
assignment unites, whatever the order). A table is lost as soon as it may get to where this chunk cannot follow it: to a
function that is not known, into a global, a key, an operator whose other operand may have metamethods, a metatable. Of
those that never are, every write is known, and that they have no metatable. Lost ones are all in one `Contents`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

from compiler import syntax as s

if TYPE_CHECKING:
    from compiler.results import Results
    from compiler.scope import FunctionScope, Symbol
    from compiler.standard import Standard


@dataclass(slots=True, eq=False)
class Slot:
    """What the same field of certain tables ever holds: `values` are all expressions written to it."""

    contents: Contents
    values: list[Written] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Contents:
    """Tables that may be one another; the slot None has what is at keys that are no constant strings.

    `parent` is what it was united with. `mixed` says that the slot None has everything, for some key may be anything.
    """

    slots: dict[str | None, Slot] = field(default_factory=dict)
    parent: Contents | None = None
    mixed: bool = False


@dataclass(slots=True, eq=False)
class Element:
    """Where a variable gets an element of a table from: from a loop over it (never nil), or as a comparator."""

    contents: Contents
    never_nil: bool


# What is written: an expression, an element of a table, None for what cannot be told.
Written: TypeAlias = "s.Expression | Element | None"

# What these do with a table as their first argument is known: they read it.
_READERS: Final = frozenset({"table.concat", "type"})
_EQUALITY: Final = frozenset({"==", "~="})


class Shapes:
    """Answers for the expressions of a resolved chunk."""

    def __init__(self, results: Results, standard: Standard, chunk: s.Function | None = None) -> None:
        self._results = results
        self._standard = standard
        self._lost = Contents(mixed=True)
        self._symbols: dict[Symbol, Contents] = {}
        self._returned: dict[FunctionScope, Contents] = {}
        # By the identity of nodes, which live as long as the tree.
        self._owners: dict[int, tuple[Contents, str | None]] = {}
        self._elements: dict[Symbol, Element] = {}
        self._comparators: set[FunctionScope] = set()
        self._function: FunctionScope | None = None
        if chunk is not None:
            self._types(chunk)
            self._body(chunk, known=False)

    # --- answers ----------------------------------------------------------------------------------

    def slot(self, node: s.Index) -> Slot | None:
        """Give the slot that an expression reads, where all that is ever in it is known."""
        owner, key = self._owners.get(id(node), (self._lost, None))
        return self._slot_of(owner, key)

    def element(self, symbol: Symbol) -> Element | None:
        """Give the element of a table that a variable is first set to; None for any other variable."""
        return self._elements.get(symbol)

    def slot_of(self, element: Element) -> Slot | None:
        """Give the slot that an element is in, where all that is ever in it is known."""
        return self._slot_of(element.contents, None)

    def is_kept(self, node: s.Expression) -> bool:
        """Tell whether a table that an expression gives has no metatable, nor anything in it that is not known."""
        match node:
            case s.Name(symbol=symbol) if symbol is not None:
                contents = self._symbols.get(symbol)
                return contents is not None and self._find(contents) is not self._lost
            case s.Index():
                slot = self.slot(node)
                return slot is not None and self._find(slot.contents) is not self._lost
            case s.Parenthesis(inner=inner) | s.Cast(inner=inner):
                return self.is_kept(inner)
        return isinstance(node, s.TableConstructor)

    def is_comparator(self, scope: FunctionScope) -> bool:
        """Tell whether a function is only ever called by `table.sort`, which gives it two arguments."""
        return scope in self._comparators

    def _slot_of(self, contents: Contents, key: str | None) -> Slot | None:
        root = self._find(contents)
        return None if root is self._lost else root.slots.get(None if root.mixed else key)

    # --- union ------------------------------------------------------------------------------------

    @staticmethod
    def _find(contents: Contents) -> Contents:
        root = contents
        while root.parent is not None:
            root = root.parent
        while contents.parent is not None:
            contents.parent, contents = root, contents.parent
        return root

    def _lose(self, contents: Contents | None) -> None:
        """Note that tables get to where they cannot be followed, and all that is in them."""
        pending = [contents] if contents is not None else []
        while pending:
            root = self._find(pending.pop())
            if root is not self._lost:
                root.parent = self._lost
                pending.extend(slot.contents for slot in root.slots.values())
                root.slots = {}

    def _unite(self, one: Contents, other: Contents) -> None:
        pending = [(one, other)]
        while pending:
            a, b = map(self._find, pending.pop())
            if a is b:
                continue
            if self._lost in (a, b):
                self._lose(b if a is self._lost else a)
                continue
            b.parent = a
            slots, b.slots = b.slots, {}
            if b.mixed and not a.mixed:
                pending.extend(self._mix(a))
            for key, slot in slots.items():
                kept = a.slots.setdefault(None if a.mixed else key, slot)
                if kept is not slot:
                    kept.values.extend(slot.values)
                    pending.append((kept.contents, slot.contents))

    @staticmethod
    def _mix(root: Contents) -> list[tuple[Contents, Contents]]:
        """Make one slot of all; give what is to be united then."""
        root.mixed = True
        slots = list(root.slots.values())
        if not slots:
            return []
        first, *others = slots
        for slot in others:
            first.values.extend(slot.values)
        root.slots = {None: first}
        return [(first.contents, slot.contents) for slot in others]

    def _place(self, owner: Contents, key: s.Expression) -> tuple[Contents, str | None]:
        """Give which slot of which tables a key means."""
        if isinstance(key, s.String):
            return owner, key.value
        root = self._find(owner)
        if not root.mixed and not _is_number(key):
            for pair in self._mix(root):
                self._unite(*pair)
        return owner, None

    def _open(self, owner: Contents, key: str | None) -> Slot | None:
        """Give a slot, made where there is none yet; None of what is lost."""
        root = self._find(owner)
        if root is self._lost:
            return None
        key = None if root.mixed else key
        if key not in root.slots:
            root.slots[key] = Slot(Contents())
        return root.slots[key]

    def _write(self, place: tuple[Contents, str | None], value: Written, held: Contents | None) -> None:
        slot = self._open(*place)
        if slot is None:
            self._lose(held)
            return
        slot.values.append(value)
        if held is not None:
            self._unite(slot.contents, held)

    def _of_symbol(self, symbol: Symbol) -> Contents:
        return self._symbols.setdefault(symbol, Contents())

    def _types(self, chunk: s.Function) -> None:
        """Note that types which are values come from outside."""
        if chunk.scope is not None and chunk.scope.types is not None:
            for symbol in chunk.scope.types.symbols.values():
                self._lose(self._of_symbol(symbol))

    # --- functions and statements -----------------------------------------------------------------

    def _body(self, node: s.Function, *, known: bool) -> None:
        """Walk through a function; `known` says that all its calls are."""
        assert node.scope is not None, "resolve comes first"
        outer, self._function = self._function, node.scope
        self._returned.setdefault(node.scope, Contents() if known else self._lost)
        if not known:
            for symbol in node.scope.parameters:
                self._lose(self._of_symbol(symbol))
        self._block(node.body)
        self._function = outer

    def _block(self, block: s.Block) -> None:
        for statement in block.statements:
            self._statement(statement)

    def _statement(self, node: s.Statement) -> None:  # noqa: C901  (one arm for each kind of statement)
        match node:
            case s.Local(symbols=symbols, values=values):
                if len(symbols) == 1 and symbols[0].function is not None and isinstance(values[0], s.Function):
                    self._body(values[0], known=symbols[0].only_called)
                    return
                held = self._list(values, len(symbols))
                for symbol, contents in zip(symbols, held, strict=True):
                    self._set(symbol, contents)
            case s.LocalFunction(symbol=symbol, function=function):
                self._body(function, known=symbol is not None and symbol.only_called)
            case s.Assignment():
                self._assignment(node)
            case s.CallStatement(call=call):
                self._value(call)
            case s.Do(block=block):
                self._block(block)
            case s.While(condition=condition, block=block) | s.Repeat(condition=condition, block=block):
                self._value(condition)
                self._block(block)
            case s.If(arms=arms, otherwise=otherwise):
                for arm in arms:
                    self._value(arm.condition)
                    self._block(arm.block)
                if otherwise is not None:
                    self._block(otherwise)
            case s.NumericFor():
                for bound in (node.start, node.stop, node.step):
                    if bound is not None:
                        self._value(bound)
                self._block(node.block)
            case s.GenericFor():
                self._loop(node)
                self._block(node.block)
            case s.Return(values=values):
                self._return(values)

    def _set(self, symbol: Symbol, held: Contents | None) -> None:
        if held is not None:
            self._unite(self._of_symbol(symbol), held)

    def _list(self, values: list[s.Expression], count: int) -> list[Contents | None]:
        """Give what each of so many targets gets from a list of expressions."""
        held = [self._value(value) for value in values]
        for surplus in held[count:]:
            self._lose(surplus)
        several = bool(values) and isinstance(values[-1], (s.Call, s.MethodCall, s.Vararg))
        missing: list[Contents | None] = [self._lost if several else None] * (count - len(held))
        return [*held[:count], *missing]

    def _assignment(self, node: s.Assignment) -> None:
        places: list[tuple[Contents, str | None] | None] = []
        for target in node.targets:
            if isinstance(target, s.Index):
                self._value(target)
                places.append(self._owners.get(id(target), (self._lost, None)))
            else:
                places.append(None)
        held = self._list(node.values, len(node.targets))
        for index, (target, place, contents) in enumerate(zip(node.targets, places, held, strict=True)):
            if place is not None:
                self._write(place, node.values[index] if index < len(node.values) else None, contents)
            elif isinstance(target, s.Name) and target.symbol is not None:
                self._set(target.symbol, contents)
            else:
                self._lose(contents)

    def _return(self, values: list[s.Expression]) -> None:
        held = [self._value(value) for value in values]
        assert self._function is not None
        returned = self._returned[self._function]
        if len(held) == 1 and held[0] is not None:
            self._unite(returned, held[0])
        elif len(held) > 1:
            for contents in (returned, *held):
                self._lose(contents)

    def _loop(self, node: s.GenericFor) -> None:
        """Walk through what a generic for runs over: the elements of a table, or anything."""
        iterator = node.values[0] if len(node.values) == 1 else None
        if isinstance(iterator, s.Call) and len(iterator.arguments) == 1:
            path = self._standard.function(iterator.function)
            held = self._value(iterator.arguments[0]) if path in ("ipairs", "pairs") else None
            if held is not None:
                contents, _ = self._place(held, s.Number(node.pos, 1) if path == "ipairs" else s.Nil(node.pos))
                if len(node.symbols) > 1:
                    self._elements[node.symbols[1]] = Element(contents, never_nil=True)
                    slot = self._open(contents, None)
                    self._set(node.symbols[1], self._lost if slot is None else slot.contents)
                for symbol in (node.symbols[0], *node.symbols[2:]):
                    self._set(symbol, self._lost)
                return
        for value in node.values:
            self._lose(self._value(value))
        for symbol in node.symbols:
            self._set(symbol, self._lost)

    # --- expressions ------------------------------------------------------------------------------

    def _value(self, node: s.Expression) -> Contents | None:
        """Walk through an expression; give the tables that it may be, None where it is none for certain."""
        match node:
            case s.Nil() | s.Boolean() | s.Number() | s.String():
                return None
            case s.Name(symbol=symbol):
                return self._lost if symbol is None else self._of_symbol(symbol)
            case s.Index():
                return self._index(node)
            case s.Call():
                return self._call(node)
            case s.MethodCall():
                self._lose(self._value(node.owner))
                self._arguments(node.arguments)
            case s.Parenthesis(inner=inner) | s.Cast(inner=inner):
                return self._value(inner)
            case s.Logical(left=left, right=right):
                one, other = self._value(left), self._value(right)
                if one is not None and other is not None:
                    self._unite(one, other)
                return other if one is None else one
            case s.Binary():
                return self._binary(node)
            case s.Unary(operand=operand):
                held = self._value(operand)
                return None if node.operator == "not" or held is None else self._lost
            case s.TableConstructor():
                return self._table(node)
            case s.Function():
                self._body(node, known=False)
                return None
        return self._lost

    def _arguments(self, arguments: list[s.Expression]) -> None:
        for argument in arguments:
            self._lose(self._value(argument))

    def _index(self, node: s.Index) -> Contents:
        if self._standard.member(node) is not None:
            return self._lost
        owner = self._value(node.owner) or self._lost
        if not isinstance(node.key, (s.String, s.Number)):
            self._lose(self._value(node.key))
        place = self._owners[id(node)] = self._place(owner, node.key)
        slot = self._open(*place)
        return self._lost if slot is None else slot.contents

    def _binary(self, node: s.Binary) -> Contents | None:
        left, right = self._value(node.left), self._value(node.right)
        if left is None and right is None:
            return None
        if left is not None and right is not None:
            self._lose(left)
            self._lose(right)
        return None if node.operator in _EQUALITY else self._lost

    def _table(self, node: s.TableConstructor) -> Contents:
        made = Contents()
        last = node.fields[-1] if node.fields else None
        for item in node.fields:
            held = self._value(item.value)
            if item.key is not None:
                if not isinstance(item.key, (s.String, s.Number)):
                    self._lose(self._value(item.key))
                self._write(self._place(made, item.key), item.value, held)
            else:
                several = item is last and self._results.is_multiple(item.value)
                self._write((made, None), None if several else item.value, self._lost if several else held)
        return made

    # --- calls ------------------------------------------------------------------------------------

    def _call(self, node: s.Call) -> Contents:
        match node.function:
            case s.Name(symbol=symbol) if symbol is not None and symbol.only_called and symbol.function is not None:
                return self._call_known(node, symbol.function)
        path = self._standard.function(node.function)
        if path is not None and node.arguments:
            given = self._call_standard(path, node.arguments)
            if given is not None:
                return given
        self._lose(self._value(node.function))
        self._arguments(node.arguments)
        return self._lost

    def _call_known(self, node: s.Call, function: s.Function) -> Contents:
        assert function.scope is not None
        parameters = function.scope.parameters
        held = self._list(node.arguments, len(parameters))
        for symbol, contents in zip(parameters, held, strict=True):
            self._set(symbol, contents)
        return self._returned.setdefault(function.scope, Contents())

    def _call_standard(self, path: str, arguments: list[s.Expression]) -> Contents | None:
        """Walk through a call of a function of which it is known what it does with a table; None for any other."""
        table, *others = arguments
        several = isinstance(arguments[-1], (s.Call, s.MethodCall, s.Vararg))
        if path in _READERS and not (several and len(arguments) == 1):
            self._value(table)
            self._arguments(others)
            return self._lost
        if path == "table.remove" and not several:
            slot = self._open(*self._place(self._value(table) or self._lost, s.Number(table.pos, 1)))
            self._arguments(others)
            return self._lost if slot is None else slot.contents
        if path == "table.insert" and len(others) in (1, 2) and not several:
            self._insert(table, others)
            return self._lost
        if path == "table.sort" and len(others) == 1 and isinstance(others[0], s.Function):
            self._sort(table, others[0])
            return self._lost
        return None

    def _insert(self, table: s.Expression, others: list[s.Expression]) -> None:
        owner = self._value(table) or self._lost
        held = [self._value(other) for other in others]
        for position in held[:-1]:
            self._lose(position)
        self._write(self._place(owner, s.Number(others[-1].pos, 1)), others[-1], held[-1])

    def _sort(self, table: s.Expression, comparator: s.Function) -> None:
        owner = self._value(table) or self._lost
        contents, _ = self._place(owner, s.Number(comparator.pos, 1))
        slot = self._open(contents, None)
        assert comparator.scope is not None
        if len(comparator.parameters) > 1 and comparator.vararg is None:
            self._comparators.add(comparator.scope)
        if slot is None:
            self._body(comparator, known=False)
            return
        for symbol in comparator.scope.parameters[:2]:
            self._elements[symbol] = Element(contents, never_nil=False)
            self._set(symbol, slot.contents)
        for symbol in comparator.scope.parameters[2:]:
            self._set(symbol, self._lost)
        self._returned[comparator.scope] = self._lost
        self._body(comparator, known=True)


def _is_number(key: s.Expression) -> bool:
    """Tell whether a key is certainly a number, by its form alone."""
    match key:
        case s.Number():
            return True
        case s.Name(symbol=symbol) if symbol is not None:
            return len(symbol.values) == 1 and isinstance(symbol.values[0], s.NumericFor)
        case s.Binary(operator="+" | "-" | "*", left=left, right=right):
            return _is_number(left) and _is_number(right)
    return False
