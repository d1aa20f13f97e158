"""Statements of SQL put together piece by piece."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from runtime.data.fragments import BuildError, Fragment, join, numbered, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Parts:
    """What a statement is made of; each kind of statement uses some. `placeholder` is empty for `?`."""

    table: str = ""
    columns: tuple[str, ...] = ()
    distinct: bool = False
    options: tuple[str, ...] = ()
    rows: tuple[tuple[Fragment, ...], ...] = ()
    source: Fragment | None = None
    assignments: tuple[tuple[str, Fragment], ...] = ()
    joins: tuple[Fragment, ...] = ()
    conditions: tuple[Fragment, ...] = ()
    groups: tuple[str, ...] = ()
    group_conditions: tuple[Fragment, ...] = ()
    orders: tuple[str, ...] = ()
    limit: int | None = None
    offset: int | None = None
    prefixes: tuple[Fragment, ...] = ()
    suffixes: tuple[Fragment, ...] = ()
    placeholder: str = ""


def finished(statement: Fragment, placeholder: str) -> Fragment:
    """Give a statement the placeholders that it shall have."""
    return Fragment(numbered(statement.text, placeholder), statement.args) if placeholder else statement


def select(parts: Parts) -> Fragment:
    """Make a SELECT."""
    if not parts.columns:
        raise BuildError("a SELECT needs at least one column")
    return join(" ", _select(parts))


def _select(parts: Parts) -> Iterator[Fragment]:
    yield Fragment(f"SELECT {'DISTINCT ' if parts.distinct else ''}{', '.join(parts.columns)}")
    if parts.table:
        yield Fragment(f"FROM {parts.table}")
    yield from parts.joins
    yield from _where(parts)
    if parts.groups:
        yield Fragment(f"GROUP BY {', '.join(parts.groups)}")
    if parts.group_conditions:
        yield wrapped("HAVING ", join(" AND ", parts.group_conditions))
    yield from _tail(parts)


def insert(parts: Parts) -> Fragment:
    """Make an INSERT, of rows or of what a SELECT gives."""
    _demand_table(parts, "an INSERT")
    if not parts.rows and parts.source is None:
        raise BuildError("an INSERT needs values or a SELECT")
    return join(" ", _insert(parts))


def _insert(parts: Parts) -> Iterator[Fragment]:
    yield from parts.prefixes
    yield Fragment(" ".join(("INSERT", *parts.options, "INTO", parts.table)))
    if parts.columns:
        yield Fragment(f"({','.join(parts.columns)})")
    if parts.source is not None:
        yield parts.source
    else:
        yield wrapped("VALUES ", join(",", [wrapped("(", join(",", row), ")") for row in parts.rows]))
    yield from parts.suffixes


def update(parts: Parts) -> Fragment:
    """Make an UPDATE."""
    _demand_table(parts, "an UPDATE")
    if not parts.assignments:
        raise BuildError("an UPDATE needs at least one column to set")
    return join(" ", _update(parts))


def _update(parts: Parts) -> Iterator[Fragment]:
    assigned = [wrapped(f"{column} = ", value) for column, value in parts.assignments]
    yield wrapped(f"UPDATE {parts.table} SET ", join(", ", assigned))  # noqa: S608  (names are the caller's, values are parameters)
    if parts.source is not None:
        yield wrapped("FROM ", parts.source)
    yield from _where(parts)
    yield from _tail(parts)


def delete(parts: Parts) -> Fragment:
    """Make a DELETE."""
    _demand_table(parts, "a DELETE")
    return join(" ", [Fragment(f"DELETE FROM {parts.table}"), *_where(parts), *_tail(parts)])  # noqa: S608  (as above)


def _demand_table(parts: Parts, what: str) -> None:
    if not parts.table:
        raise BuildError(f"{what} needs a table")


def _where(parts: Parts) -> Iterator[Fragment]:
    if parts.conditions:
        yield wrapped("WHERE ", join(" AND ", parts.conditions))


def _tail(parts: Parts) -> Iterator[Fragment]:
    if parts.orders:
        yield Fragment(f"ORDER BY {', '.join(parts.orders)}")
    if parts.limit is not None:
        yield Fragment(f"LIMIT {parts.limit}")
    if parts.offset is not None:
        yield Fragment(f"OFFSET {parts.offset}")
    yield from parts.suffixes
