"""A connection to MySQL or MariaDB.

PyMySQL does what comes before the first statement, reads and writes packets. It puts parameters into the text of
statements, though; here they travel beside it, in prepared statements of the server.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from pymysql import err
from pymysql.constants import COMMAND, SERVER_STATUS
from pymysql.protocol import EOFPacketWrapper, FieldDescriptorPacket, OKPacketWrapper

from runtime.binding.failure import Failure
from runtime.data.connection import Connection, Lost, Pace, hang_up, is_open
from runtime.data.database import Outcome
from runtime.data.mysql import values
from runtime.data.mysql.errors import LOST, failure_of
from runtime.lua.errors import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from runtime.data.database import Parameter, Row, TransactionOptions
    from runtime.data.mysql.settings import Settings
    from runtime.data.mysql.values import Column

T = TypeVar("T")
_KEPT = 100  # prepared statements of a connection
_NOT_PREPARABLE = 1295
_LEVELS = {
    "read_uncommitted": "READ UNCOMMITTED",
    "read_committed": "READ COMMITTED",
    "repeatable_read": "REPEATABLE READ",
    "serializable": "SERIALIZABLE",
}


@dataclass(frozen=True)
class _Statement:
    """A prepared statement: its number on the connection, and how many placeholders it has."""

    number: bytes
    placeholders: int


@dataclass
class _Result:
    """What a statement gave; of several the rows of the last that had some, and what the last one changed."""

    rows: list[Row]
    outcome: Outcome = Outcome(0, 0)  # noqa: RUF009  (it is frozen)


class MysqlConnection(Connection):
    """A connection that is open; made by `Settings.connect`."""

    dialect = "mysql"

    def __init__(self, raw: Any, settings: Settings) -> None:
        self._raw = raw
        self._settings = settings
        self._statements: OrderedDict[str, _Statement] = OrderedDict()
        self._pace = Pace()

    def query(self, sql: str, parameters: Sequence[Parameter]) -> list[Row]:
        """Run a statement and give its rows."""
        return self._run(sql, parameters).rows

    def execute(self, sql: str, parameters: Sequence[Parameter]) -> Outcome:
        """Run a statement and give what it changed."""
        return self._run(sql, parameters).outcome

    def check(self, sql: str) -> None:
        """Raise Invalid when the server cannot compile a statement."""
        try:
            self._prepared(sql)
        except Failure as failure:
            if (failure.details or {}).get("code") != _NOT_PREPARABLE:
                raise

    def begin(self, options: TransactionOptions) -> None:
        """Begin a transaction."""
        if options.isolation != "default":
            level = _LEVELS.get(options.isolation)
            if level is None:
                raise Failure(Kind.INVALID, f"MySQL has no isolation level {options.isolation}")
            self._plain(f"SET TRANSACTION ISOLATION LEVEL {level}")
        self._plain("START TRANSACTION READ ONLY" if options.read_only else "START TRANSACTION")

    def commit(self) -> None:
        """Commit; raise Conflict when the transaction has ended before."""
        if not self.in_transaction:
            raise Failure(Kind.CONFLICT, "the transaction had ended before: nothing was committed", retryable=True)
        self._plain("COMMIT")

    def rollback(self) -> None:
        """Roll back what is open."""
        if self.in_transaction:
            self._plain("ROLLBACK")

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        return bool(self._raw.server_status & SERVER_STATUS.SERVER_STATUS_IN_TRANS)

    def quote(self, name: str) -> str:
        """Write a name as an identifier."""
        return "`" + name.replace("`", "``") + "`"

    def cancel(self) -> None:
        """Have the server end the running statement."""
        other = self._settings.connect()
        try:
            other.query(f"KILL QUERY {self._raw.thread_id():d}", ())
        finally:
            other.disconnect()

    def is_alive(self) -> bool:
        """Tell whether the server has not closed it."""
        return not self.broken and is_open(self._raw._sock)  # noqa: SLF001

    def disconnect(self) -> None:
        """Say goodbye and close the socket."""
        link = self._raw._sock  # noqa: SLF001
        try:
            self._raw.close()
        except (err.Error, OSError):
            pass  # the server has left before
        finally:
            if link is not None:
                hang_up(link)

    # --- statements ---------------------------------------------------------------------------------------------------

    def _run(self, sql: str, parameters: Sequence[Parameter]) -> _Result:
        if not parameters:
            return self._plain(sql)
        statement = self._prepared(sql)
        if len(parameters) != statement.placeholders:
            raise Failure(
                Kind.INVALID,
                f"the statement has {statement.placeholders} placeholders and got {len(parameters)} parameters; "
                "a nil at the end of the parameters is not counted, write sql.NULL",
            )
        # No cursor; run once.
        body = statement.number + b"\x00\x01\x00\x00\x00" + values.bound(parameters)
        return self._exchange(COMMAND.COM_STMT_EXECUTE, body, lambda: self._results(values.binary_row))

    def _plain(self, sql: str) -> _Result:
        text = sql.encode("utf-8", "surrogateescape")
        return self._exchange(COMMAND.COM_QUERY, text, lambda: self._results(values.text_row))

    def _prepared(self, sql: str) -> _Statement:
        known = self._statements.get(sql)
        if known is not None:
            self._statements.move_to_end(sql)
            return known
        if len(self._statements) >= _KEPT:
            _, oldest = self._statements.popitem(last=False)
            self._exchange(COMMAND.COM_STMT_CLOSE, oldest.number, lambda: None)
        text = sql.encode("utf-8", "surrogateescape")
        made = self._statements[sql] = self._exchange(COMMAND.COM_STMT_PREPARE, text, self._read_statement)
        return made

    def _exchange(self, command: int, body: bytes, read: Callable[[], T]) -> T:
        was_open = self.in_transaction
        try:
            self._raw._execute_command(command, body)  # noqa: SLF001
            self._pace.start()
            return read()
        except err.MySQLError as error:
            if self._raw._sock is None or (error.args[:1] and error.args[0] in LOST):  # noqa: SLF001
                self.broken = True
                raise Lost(str(error.args[1]) if len(error.args) > 1 else type(error).__name__) from None
            failure = failure_of(error)
        except (OSError, ValueError) as error:
            self.broken = True
            raise Lost(str(error)) from None
        if was_open:
            self._look_at_transaction()
        raise failure

    def _look_at_transaction(self) -> None:
        """Learn whether an error has ended the transaction, which its message does not tell; a deadlock does."""
        try:
            self._raw.ping(reconnect=False)
        except (err.MySQLError, OSError):
            self.broken = True
            self._raw.server_status = 0

    # --- packets of the server ----------------------------------------------------------------------------------------

    def _read_statement(self) -> _Statement:
        data = self._packet().get_all_data()
        columns, placeholders = (int.from_bytes(data[place : place + 2], "little") for place in (5, 7))
        for count in (placeholders, columns):
            for _ in range(count + 1 if count else 0):  # each list ends with a packet of its own
                self._packet()
        return _Statement(data[1:5], placeholders)

    def _results(self, read_row: Callable[[bytes, Sequence[Column]], Row]) -> _Result:
        result = _Result([])
        more = True
        while more:
            first = self._packet()
            if first.is_ok_packet():
                done = OKPacketWrapper(first)
                result.outcome = Outcome(done.insert_id, done.affected_rows)
            elif first.is_load_local_packet():
                self.broken = True
                raise Failure(Kind.INVALID, "LOAD DATA LOCAL is not supported: use INSERT")
            else:
                done = self._read_rows(first.read_length_encoded_integer(), result, read_row)
            self._raw.server_status = done.server_status
            more = bool(done.has_next)
        return result

    def _read_rows(self, count: int, result: _Result, read_row: Callable[[bytes, Sequence[Column]], Row]) -> Any:
        moment = self._settings.moment
        columns = [values.column(self._raw._read_packet(FieldDescriptorPacket), moment) for _ in range(count)]  # noqa: SLF001
        self._packet()
        rows = result.rows = []
        while True:
            packet = self._packet()
            if packet.is_eof_packet():
                return EOFPacketWrapper(packet)
            rows.append(read_row(packet.get_all_data(), columns))
            self._pace.keep(len(rows))

    def _packet(self) -> Any:
        return self._raw._read_packet()  # noqa: SLF001
