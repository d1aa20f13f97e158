"""`sql.builder`: statements put together piece by piece (page lua/storage/sql).

Builders never change: their methods give new ones.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Self

from runtime.binding import Failure, Kind, LuaValue, Module, Table, Text, Userdata, method, to_lua
from runtime.binding.text import decode, encode
from runtime.data import fragments, statements
from runtime.data.database import Parameter
from runtime.data.fragments import BuildError, Fragment, Operand
from runtime.data.statements import Parts

builder = Module("sql.builder")


@builder.handle("sql.PlaceholderFormat")
class Placeholder(Userdata):
    """How placeholders are written: `?`, or a prefix and a number."""

    __slots__ = ("prefix",)

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix


@builder.handle("sql.Sqlizer")
class Sqlizer(Userdata):
    """A condition or an expression."""

    __slots__ = ("fragment",)

    def __init__(self, fragment: Fragment) -> None:
        self.fragment = fragment

    def lua_tostring(self) -> str:
        """Show the text."""
        return encode(self.fragment.text)

    @method
    def to_sql(self) -> LuaValue:
        """Give the text and the list of its parameters."""
        return _shown(self.fragment)


@builder.handle("sql.QueryExecutor")
class Executor(Userdata):
    """A statement bound to a database or a transaction."""

    __slots__ = ("_fragment", "_target")

    def __init__(self, fragment: Fragment, target: Userdata) -> None:
        self._fragment = fragment
        self._target = target

    @method(blocks=True)
    def query(self) -> LuaValue:
        """Run it and give its rows."""
        from stdlib.sql import rows_table, session_of

        return rows_table(session_of(self._target).query(self._fragment.text, list(self._fragment.args)))

    @method(name="exec", blocks=True)
    def execute(self) -> LuaValue:
        """Run it and give what it changed."""
        from stdlib.sql import outcome_table, session_of

        return outcome_table(session_of(self._target).execute(self._fragment.text, list(self._fragment.args)))

    @method
    def to_sql(self) -> LuaValue:
        """Give the text and the list of its parameters."""
        return _shown(self._fragment)


class Builder(Userdata):
    """What all builders can do."""

    __slots__ = ("parts",)

    def __init__(self, parts: Parts) -> None:
        self.parts = parts

    def with_(self, **changes: Any) -> Self:
        """Give a builder that differs."""
        return type(self)(replace(self.parts, **changes))

    def make(self) -> Fragment:
        """Make the statement with `?`; raise BuildError when something is missing."""
        raise NotImplementedError

    def fragment(self) -> Fragment:
        """Make the statement with `?`; Invalid when something is missing."""
        return _built(self.make)

    def lua_tostring(self) -> str:
        """Show the text, or why there is none."""
        try:
            return encode(statements.finished(self.fragment(), self.parts.placeholder).text)
        except Failure as failure:
            return encode(failure.message)

    @method
    def suffix(self, text: Text, *args: LuaValue) -> LuaValue:
        """Add text at the end."""
        return self.with_(suffixes=(*self.parts.suffixes, _expression(text, args)))

    @method
    def placeholder_format(self, format: Placeholder) -> LuaValue:
        """Choose how placeholders are written."""
        return self.with_(placeholder=format.prefix)

    @method
    def to_sql(self) -> LuaValue:
        """Give the text and the list of its parameters; Invalid when something is missing."""
        return _shown(statements.finished(self.fragment(), self.parts.placeholder))

    @method
    def run_with(self, target: Userdata) -> Executor:
        """Bind it to a database or a transaction."""
        from stdlib.sql import session_of

        prefix = "$" if session_of(target).dialect == "postgres" else self.parts.placeholder
        return Executor(statements.finished(self.fragment(), prefix), target)


class Filtered(Builder):
    """What the builders of statements with conditions can do."""

    __slots__ = ()

    @method
    def where(self, condition: LuaValue, *args: LuaValue) -> LuaValue:
        """Add a condition: text with `?` and values, a table of columns, or what `sql.builder` makes."""
        return self.with_(conditions=(*self.parts.conditions, _condition(condition, args)))

    @method
    def order_by(self, *columns: Text) -> LuaValue:
        """Add what to order by."""
        return self.with_(orders=(*self.parts.orders, *columns))

    @method
    def limit(self, count: int) -> LuaValue:
        """Take at most so many rows."""
        return self.with_(limit=max(0, count))

    @method
    def offset(self, count: int) -> LuaValue:
        """Leave out so many rows."""
        return self.with_(offset=max(0, count))


@builder.handle("sql.SelectBuilder")
class SelectBuilder(Filtered):
    """Builds a SELECT."""

    __slots__ = ()

    def make(self) -> Fragment:
        """Make it."""
        return statements.select(self.parts)

    @method
    def columns(self, *names: Text) -> LuaValue:
        """Add columns."""
        return self.with_(columns=(*self.parts.columns, *names))

    @method
    def distinct(self) -> LuaValue:
        """Leave out rows that are there already."""
        return self.with_(distinct=True)

    @method(name="from")
    def from_(self, table: Text) -> LuaValue:
        """Choose the table."""
        return self.with_(table=table)

    @method
    def join(self, text: Text, *args: LuaValue) -> LuaValue:
        """Add a JOIN."""
        return self._join("JOIN", text, args)

    @method
    def left_join(self, text: Text, *args: LuaValue) -> LuaValue:
        """Add a LEFT JOIN."""
        return self._join("LEFT JOIN", text, args)

    @method
    def right_join(self, text: Text, *args: LuaValue) -> LuaValue:
        """Add a RIGHT JOIN."""
        return self._join("RIGHT JOIN", text, args)

    @method
    def inner_join(self, text: Text, *args: LuaValue) -> LuaValue:
        """Add an INNER JOIN."""
        return self._join("INNER JOIN", text, args)

    def _join(self, kind: str, text: str, args: Sequence[LuaValue]) -> Self:
        return self.with_(joins=(*self.parts.joins, _expression(f"{kind} {text}", args)))

    @method
    def group_by(self, *columns: Text) -> LuaValue:
        """Add what to group by."""
        return self.with_(groups=(*self.parts.groups, *columns))

    @method
    def having(self, condition: LuaValue, *args: LuaValue) -> LuaValue:
        """Add a condition on groups, as `where` does on rows."""
        return self.with_(group_conditions=(*self.parts.group_conditions, _condition(condition, args)))


@builder.handle("sql.InsertBuilder")
class InsertBuilder(Builder):
    """Builds an INSERT."""

    __slots__ = ()

    def make(self) -> Fragment:
        """Make it."""
        return statements.insert(self.parts)

    @method
    def into(self, table: Text) -> LuaValue:
        """Choose the table."""
        return self.with_(table=table)

    @method
    def columns(self, *names: Text) -> LuaValue:
        """Add columns."""
        return self.with_(columns=(*self.parts.columns, *names))

    @method
    def values(self, *values: LuaValue) -> LuaValue:
        """Add a row."""
        return self.with_(rows=(*self.parts.rows, tuple(_value(value) for value in values)))

    @method
    def set_map(self, values: Table) -> LuaValue:
        """Choose columns and the one row by a table."""
        found = _by_column(values)
        return self.with_(columns=tuple(found), rows=(tuple(_value(value) for value in found.values()),))

    @method
    def select(self, source: SelectBuilder) -> LuaValue:
        """Insert what a SELECT gives."""
        return self.with_(source=source.fragment())

    @method
    def prefix(self, text: Text, *args: LuaValue) -> LuaValue:
        """Add text at the beginning."""
        return self.with_(prefixes=(*self.parts.prefixes, _expression(text, args)))

    @method
    def options(self, *options: Text) -> LuaValue:
        """Add words behind INSERT."""
        return self.with_(options=(*self.parts.options, *options))


@builder.handle("sql.UpdateBuilder")
class UpdateBuilder(Filtered):
    """Builds an UPDATE."""

    __slots__ = ()

    def make(self) -> Fragment:
        """Make it."""
        return statements.update(self.parts)

    @method
    def table(self, name: Text) -> LuaValue:
        """Choose the table."""
        return self.with_(table=name)

    @method
    def set(self, column: Text, value: LuaValue = None) -> LuaValue:
        """Set a column to a value or an expression."""
        return self.with_(assignments=(*self.parts.assignments, (column, _value(value))))

    @method
    def set_map(self, values: Table) -> LuaValue:
        """Set several columns."""
        added = tuple((column, _value(value)) for column, value in _by_column(values).items())
        return self.with_(assignments=(*self.parts.assignments, *added))

    @method(name="from")
    def from_(self, table: Text) -> LuaValue:
        """Add a FROM."""
        return self.with_(source=Fragment(table))

    @method
    def from_select(self, source: SelectBuilder, alias: Text) -> LuaValue:
        """Add a SELECT as FROM."""
        return self.with_(source=fragments.wrapped("(", source.fragment(), f") AS {alias}"))


@builder.handle("sql.DeleteBuilder")
class DeleteBuilder(Filtered):
    """Builds a DELETE."""

    __slots__ = ()

    def make(self) -> Fragment:
        """Make it."""
        return statements.delete(self.parts)

    @method(name="from")
    def from_(self, table: Text) -> LuaValue:
        """Choose the table."""
        return self.with_(table=table)


@builder.function
def select(*columns: Text) -> SelectBuilder:
    """Begin a SELECT."""
    return SelectBuilder(Parts(columns=columns))


@builder.function
def insert(table: Text | None = None) -> InsertBuilder:
    """Begin an INSERT."""
    return InsertBuilder(Parts(table=table or ""))


@builder.function
def update(table: Text | None = None) -> UpdateBuilder:
    """Begin an UPDATE."""
    return UpdateBuilder(Parts(table=table or ""))


@builder.function
def delete(table: Text | None = None) -> DeleteBuilder:
    """Begin a DELETE."""
    return DeleteBuilder(Parts(table=table or ""))


@builder.function
def expr(text: Text, *args: LuaValue) -> Sqlizer:
    """Make an expression of text with `?` and values."""
    return Sqlizer(_expression(text, args))


@builder.function
def eq(values: Table) -> Sqlizer:
    """Compare columns for equality."""
    return Sqlizer(fragments.equal(_operands(values)))


@builder.function
def not_eq(values: Table) -> Sqlizer:
    """Compare columns for inequality."""
    return Sqlizer(fragments.equal(_operands(values), negated=True))


@builder.function(name="and_")
def and_(conditions: Table) -> Sqlizer:
    """Demand all conditions."""
    return Sqlizer(fragments.all_of([_condition(each, ()) for each in conditions.array]))


@builder.function(name="or_")
def or_(conditions: Table) -> Sqlizer:
    """Demand one of some conditions."""
    return Sqlizer(fragments.any_of([_condition(each, ()) for each in conditions.array]))


def _declare_comparison(name: str, operator: str) -> None:
    def comparison(values: Table) -> Sqlizer:
        """Compare columns."""
        return Sqlizer(_built(lambda: fragments.compare(operator, _operands(values))))

    builder.function(name=name)(comparison)


for _name, _operator in (
    ("lt", "<"),
    ("lte", "<="),
    ("gt", ">"),
    ("gte", ">="),
    ("like", "LIKE"),
    ("not_like", "NOT LIKE"),
):
    _declare_comparison(_name, _operator)
_QUESTION = Placeholder("")
builder.constants(
    {
        "question": _QUESTION,
        "default_placeholder": _QUESTION,
        "dollar": Placeholder("$"),
        "at": Placeholder("@p"),
        "colon": Placeholder(":"),
    }
)


def _built(make: Callable[[], Fragment]) -> Fragment:
    try:
        return make()
    except BuildError as error:
        raise Failure(Kind.INVALID, str(error)) from None


def _shown(fragment: Fragment) -> LuaValue:
    from stdlib.sql import NULL

    return encode(fragment.text), Table.from_list([NULL if arg is None else to_lua(arg) for arg in fragment.args])


def _parameter(value: LuaValue) -> Parameter:
    from stdlib.sql import parameters_of

    return parameters_of((Table.from_list([value]),))[0] if value is not None else None


def _argument(value: LuaValue) -> Parameter | Fragment:
    if isinstance(value, Sqlizer):
        return value.fragment
    if isinstance(value, SelectBuilder):
        return fragments.wrapped("(", value.fragment(), ")")
    return _parameter(value)


def _value(value: LuaValue) -> Fragment:
    found = _argument(value)
    return found if isinstance(found, Fragment) else Fragment("?", (found,))


def _expression(text: str, args: Sequence[LuaValue]) -> Fragment:
    return fragments.expression(text, [_argument(arg) for arg in args])


def _condition(condition: LuaValue, args: Sequence[LuaValue]) -> Fragment:
    if isinstance(condition, str):
        return _expression(decode(condition), args)
    if isinstance(condition, Table):
        return fragments.equal(_operands(condition))
    if isinstance(condition, Sqlizer):
        return condition.fragment
    raise Failure(Kind.INVALID, "a condition must be text, a table of columns, or what sql.builder makes")


def _by_column(values: Table) -> dict[str, LuaValue]:
    """Give the fields of a table in the order of their names."""
    return {decode(key): values.get(key) for key in sorted(key for key, _ in values.items() if isinstance(key, str))}


def _operands(values: Table) -> dict[str, Operand]:
    return {column: _operand(value) for column, value in _by_column(values).items()}


def _operand(value: LuaValue) -> Operand:
    if isinstance(value, Table):
        return [_parameter(item) for item in value.array]
    return _parameter(value)
