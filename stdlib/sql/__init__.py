"""The `sql` module: statements and transactions on the databases of the registry (page lua/storage/sql).

A handle ends with the call or process that asked for it, and its open transactions are rolled back then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from runtime.binding import Failure, Kind, LuaValue, Module, Table, Text, Userdata, method
from runtime.binding.text import decode, encode
from runtime.data.database import Database, Session, Transaction, TransactionOptions
from runtime.lua.args import type_name
from runtime.lua.numbers import number_text, to_number
from runtime.process.access import permit
from runtime.process.current import on_exit
from runtime.registry.entry import EntryId
from runtime.times.duration import format_duration
from stdlib.sql.builder import builder

if TYPE_CHECKING:
    from collections.abc import Callable

    from runtime.data.database import Outcome, Parameter, Row

module = Module(
    "sql",
    classes=("storage", "io", "nondeterministic"),
    permissions={
        "db.get": "the database",
    },
)

DIALECTS = {"POSTGRES": "postgres", "MYSQL": "mysql", "SQLITE": "sqlite", "UNKNOWN": "unknown"}
ISOLATION = {
    "DEFAULT": "default",
    "READ_UNCOMMITTED": "read_uncommitted",
    "READ_COMMITTED": "read_committed",
    "WRITE_COMMITTED": "write_committed",
    "REPEATABLE_READ": "repeatable_read",
    "SERIALIZABLE": "serializable",
}


def find_database(text: str) -> object:
    """Find the resource of an entry; NotFound when there is none."""
    from runtime import node

    return node.current().resources.get(EntryId.parse(text))


def at_end_of_call(callback: Callable[[], None]) -> Callable[[], None]:
    """Have something done when the running call or process ends; gives what takes the request back."""
    return on_exit(callback)


@module.handle("sql.Value")
class Value(Userdata):
    """A parameter with its type decided: `sql.NULL` and what `sql.as` makes."""

    __slots__ = ("parameter",)

    def __init__(self, parameter: Parameter) -> None:
        self.parameter = parameter

    def lua_tostring(self) -> str:
        """Show the value, as bytes where it is bytes."""
        if self.parameter is None:
            return "NULL"
        if isinstance(self.parameter, bytes):
            return self.parameter.decode("latin-1")
        return encode(str(self.parameter))


@module.handle("sql.Statement")
class Statement(Userdata):
    """A statement to be run several times."""

    __slots__ = ("_open", "_session", "_sql")

    def __init__(self, session: Session, sql: str) -> None:
        self._session = session
        self._sql = sql
        self._open = True

    @method(blocks=True)
    def query(self, *params: LuaValue) -> LuaValue:
        """Run it and give its rows."""
        return rows_table(self._demand_open().query(self._sql, parameters_of(params)))

    @method(blocks=True)
    def execute(self, *params: LuaValue) -> LuaValue:
        """Run it and give what it changed."""
        return outcome_table(self._demand_open().execute(self._sql, parameters_of(params)))

    @method
    def close(self) -> bool:
        """Close it; Invalid when it is closed."""
        self._demand_open()
        self._open = False
        return True

    def _demand_open(self) -> Session:
        if not self._open:
            raise Failure(Kind.INVALID, "statement is closed: prepare it again")
        return self._session


@module.handle("sql.Transaction")
class TransactionHandle(Userdata):
    """A transaction in Lua's hands."""

    __slots__ = ("_forget", "_transaction")

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._forget = at_end_of_call(transaction.abandon)

    def session(self) -> Session:
        """Give what runs its statements; Invalid when it has ended."""
        self._transaction.demand_active()
        return self._transaction

    @method
    def db_type(self) -> LuaValue:
        """Give the engine, one of `sql.type`."""
        self._transaction.demand_active()
        return self._transaction.dialect

    @method(blocks=True)
    def query(self, sql: Text, *params: LuaValue) -> LuaValue:
        """Run a statement and give its rows."""
        self._transaction.demand_active()
        return rows_table(self._transaction.query(statement_text(sql), parameters_of(params)))

    @method(blocks=True)
    def execute(self, sql: Text, *params: LuaValue) -> LuaValue:
        """Run a statement and give what it changed."""
        self._transaction.demand_active()
        return outcome_table(self._transaction.execute(statement_text(sql), parameters_of(params)))

    @method(blocks=True)
    def prepare(self, sql: Text) -> Statement:
        """Make a statement that runs in the transaction; Invalid when it does not compile."""
        self._transaction.demand_active()
        return prepared(self._transaction, sql)

    @method(blocks=True)
    def commit(self) -> bool:
        """Make the changes permanent."""
        self._transaction.demand_active()
        self._forget()
        self._transaction.commit()
        return True

    @method(blocks=True)
    def rollback(self) -> bool:
        """Undo the changes."""
        self._transaction.demand_active()
        self._forget()
        self._transaction.rollback()
        return True

    @method(blocks=True)
    def savepoint(self, name: Text) -> bool:
        """Mark a point to return to."""
        self._transaction.demand_active()
        self._transaction.savepoint(name)
        return True

    @method(blocks=True)
    def rollback_to(self, name: Text) -> bool:
        """Undo what was changed since a savepoint."""
        self._transaction.demand_active()
        self._transaction.rollback_to(name)
        return True

    @method(blocks=True)
    def release(self, name: Text) -> bool:
        """Forget a savepoint, keeping the changes."""
        self._transaction.demand_active()
        self._transaction.release(name)
        return True


@module.handle("sql.DB")
class DatabaseHandle(Userdata):
    """A database in Lua's hands, until it is released."""

    __slots__ = ("_database", "_released")

    def __init__(self, database: Database) -> None:
        self._database = database
        self._released = False

    @method(name="type")
    def dialect(self) -> LuaValue:
        """Give the engine, one of `sql.type`."""
        return self._open().dialect

    @method(blocks=True)
    def query(self, sql: Text, *params: LuaValue) -> LuaValue:
        """Run a statement and give its rows: a list of tables by column name, in which NULL columns are absent."""
        return rows_table(self._open().query(statement_text(sql), parameters_of(params)))

    @method(blocks=True)
    def execute(self, sql: Text, *params: LuaValue) -> LuaValue:
        """Run a statement and give `{last_insert_id, rows_affected}`."""
        return outcome_table(self._open().execute(statement_text(sql), parameters_of(params)))

    @method(blocks=True)
    def prepare(self, sql: Text) -> Statement:
        """Make a statement to be run several times; Invalid when it does not compile."""
        return prepared(self._open(), sql)

    @method(blocks=True)
    def begin(self, options: Table | None = None) -> TransactionHandle:
        """Begin a transaction; it is rolled back when the call ends before it does."""
        return TransactionHandle(self._open().begin(transaction_options(options)))

    @method
    def release(self) -> bool:
        """Give the handle back; any use after that is Invalid, releasing again is not."""
        self._released = True
        return True

    @method
    def stats(self) -> Table:
        """Count connections, as a frozen table; `wait_duration` is text such as `1.5ms`."""
        stats = self._open().stats()
        table = Table.from_dict(
            {
                "max_open_connections": stats.max_open_connections,
                "open_connections": stats.open_connections,
                "in_use": stats.in_use,
                "idle": stats.idle,
                "wait_count": stats.wait_count,
                "wait_duration": encode(format_duration(round(stats.wait_duration * 1e9))),
                "max_idle_closed": stats.max_idle_closed,
                "max_idle_time_closed": stats.max_idle_time_closed,
                "max_lifetime_closed": stats.max_lifetime_closed,
            }
        )
        table.frozen = True
        return table

    def session(self) -> Session:
        """Give what runs its statements; Invalid when the handle is released."""
        return self._open()

    def _open(self) -> Database:
        if self._released:
            raise Failure(Kind.INVALID, "database handle is released: get it again with sql.get()")
        return self._database


@module.function
def get(resource: LuaValue) -> DatabaseHandle:
    """Give a handle of a database entry: Invalid without an id or for another resource, NotFound if there is none."""
    if not isinstance(resource, str) or not resource:
        raise Failure(Kind.INVALID, "a database id is required, such as 'app:db'")
    text = decode(resource)
    permit("db.get", text)
    found = find_database(text)
    if not isinstance(found, Database):
        raise Failure(Kind.INVALID, f"resource {text} is not a database")
    return DatabaseHandle(found)


def session_of(handle: Userdata) -> Session:
    """Give what runs the statements of a database or a transaction."""
    if isinstance(handle, DatabaseHandle):
        return handle.session()
    if isinstance(handle, TransactionHandle):
        return handle.session()
    raise Failure(Kind.INVALID, "a statement runs with a database or a transaction")


def prepared(session: Session, sql: str) -> Statement:
    """Make a statement that the engine could compile."""
    session.check(statement_text(sql))
    return Statement(session, sql)


def statement_text(sql: str) -> str:
    """Refuse a statement without text."""
    if not sql.strip():
        raise Failure(Kind.INVALID, "the SQL statement is empty")
    return sql


def transaction_options(options: Table | None) -> TransactionOptions:
    """Read the options of `db:begin`."""
    if options is None:
        return TransactionOptions()
    isolation = options.get("isolation")
    if isolation is not None and isolation not in ISOLATION.values():
        levels = ", ".join(ISOLATION.values())
        raise Failure(Kind.INVALID, f"invalid isolation level: {_shown(isolation)}; it must be one of {levels}")
    return TransactionOptions(isolation or "default", read_only=options.get("read_only") is True)


def parameters_of(given: tuple[LuaValue, ...]) -> list[Parameter]:
    """Read the values for the placeholders: those of a list up to its last index, holes being NULL.

    Values that stand by themselves are taken too, as pages guides/entry-kinds and start/llm-brief give them.
    """
    first = given[0] if given else None
    values = _listed(first) if isinstance(first, Table) else list(given) if given != (None,) else []
    return [_parameter(value, position) for position, value in enumerate(values, 1)]


def _listed(table: Table) -> list[LuaValue]:
    if not table.hash:
        return list(table.array)
    last = max((key for key, value in table.items() if type(key) is int and value is not None), default=0)
    return [table.get(index) for index in range(1, last + 1)]


def _parameter(value: LuaValue, position: int) -> Parameter:
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, str):
        return _text_or_bytes(value)
    if isinstance(value, Value):
        return value.parameter
    raise Failure(
        Kind.INVALID,
        f"parameter {position} cannot be a {_shown(value)}: "
        "pass a string, number, boolean, sql.NULL or a value made by sql.as",
    )


def _text_or_bytes(string: str) -> str | bytes:
    """Bind UTF-8 as text; no engine takes other bytes as text."""
    if string.isascii():
        return string
    data = string.encode("latin-1")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data


def _shown(value: LuaValue) -> str:
    return decode(value) if isinstance(value, str) else getattr(value, "lua_name", type_name(value))


def rows_table(rows: list[Row]) -> Table:
    """Make the table of a result."""
    return Table.from_list([_row_table(row) for row in rows])


def _row_table(row: Row) -> Table:
    table = Table()
    table.hash = row
    table.keyed = True
    return table


def outcome_table(outcome: Outcome) -> Table:
    """Make the table of what a statement changed."""
    return Table.from_dict({"last_insert_id": outcome.last_insert_id, "rows_affected": outcome.rows_affected})


NULL = Value(None)
typed = Module("sql.as")


@typed.function(name="int")
def as_int(value: LuaValue = None) -> Value:
    """Make an integer parameter, without the fraction of a number; nil is NULL."""
    number = _number(value, "sql.as.int")
    if isinstance(number, float) and not -(2.0**63) <= number < 2.0**63:
        raise Failure(Kind.INVALID, f"sql.as.int: {number_text(number)} does not fit 64 bits")
    return NULL if number is None else Value(int(number))


@typed.function(name="float")
def as_float(value: LuaValue = None) -> Value:
    """Make a parameter that is a float; nil is NULL."""
    number = _number(value, "sql.as.float")
    return NULL if number is None else Value(float(number))


@typed.function(name="text")
def as_text(value: LuaValue = None) -> Value:
    """Make a text parameter; nil is NULL."""
    if value is None:
        return NULL
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise Failure(Kind.INVALID, f"sql.as.text: string or number expected, got {type_name(value)}")
    return Value(decode(value) if isinstance(value, str) else number_text(value))


@typed.function(name="binary")
def as_binary(value: LuaValue = None) -> Value:
    """Make a parameter of bytes; nil is NULL."""
    if value is None:
        return NULL
    if not isinstance(value, str):
        raise Failure(Kind.INVALID, f"sql.as.binary: string expected, got {type_name(value)}")
    return Value(value.encode("latin-1"))


@typed.function(name="null")
def as_null() -> Value:
    """Give NULL."""
    return NULL


def _number(value: LuaValue, function: str) -> int | float | None:
    if value is None:
        return None
    number: int | float | None = to_number(value)
    if number is None:
        raise Failure(Kind.INVALID, f"{function}: number expected, got {type_name(value)}")
    return number


module.nest("builder", builder)
module.constants({"type": DIALECTS, "isolation": ISOLATION, "NULL": NULL, "as": typed.members})
