"""What the values of servers are in Lua, and parameters on their way to columns."""

import tracemalloc

import gevent
import pytest

from runtime.binding import Failure, Kind
from runtime.data.values import numeric, timestamp


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (b"0", 0),
        (b"-12", -12),
        (b"9223372036854775807", 2**63 - 1),
        (b"9223372036854775808", "9223372036854775808"),
        (b"19.99", 19.99),
        (b"-0.50", -0.5),
        (b"0.00", 0.0),
        (b"2.5000000000000000", 2.5),
        (b"0.33333333333333333333", "0.33333333333333333333"),
        (b"12345678901234567890.5", "12345678901234567890.5"),
        (b"NaN", "NaN"),
    ],
)
def test_decimal_numbers_are_numbers_where_they_fit(written, read):
    assert numeric(written) == read
    assert type(numeric(written)) is type(read)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (b"2024-12-29 15:04:05", "2024-12-29T15:04:05Z"),
        (b"2024-12-29 15:04:05.25+00", "2024-12-29T15:04:05.25Z"),
        (b"2024-12-29 15:04:05+05:30", "2024-12-29T15:04:05+05:30"),
        (b"2024-12-29 15:04:05-08", "2024-12-29T15:04:05-08:00"),
        (b"infinity", "infinity"),
        (b"0044-03-15 12:00:00 BC", "0044-03-15 12:00:00 BC"),
    ],
)
def test_times_are_rfc_3339(written, read):
    assert timestamp(written) == read


POSTGRES = [
    ("smallint", -7, -7),
    ("integer", 7, 7),
    ("bigint", 2**62, 2**62),
    ("bigint", 7.0, 7),
    ("bigint", "8", 8),
    ("real", 1.1, 1.1),
    ("double precision", 1e300, 1e300),
    ("double precision", float("inf"), float("inf")),
    ("numeric(10,2)", 19.99, 19.99),
    ("numeric", "123456789012345678901234567890", "123456789012345678901234567890"),
    ("boolean", True, True),
    ("boolean", "no", False),
    ("text", "Grüße", "Grüße"),
    ("text", 42, "42"),
    ("varchar(5)", "", ""),
    ("json", '{"a": [1, 2]}', '{"a": [1, 2]}'),
    ("jsonb", '{"b":1,"a":null}', '{"a": null, "b": 1}'),
    ("uuid", "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
    ("integer[]", "{1,2,NULL}", "{1,2,NULL}"),
    ("text[]", '{"a b",c}', '{"a b",c}'),
    ("bytea", b"\x00\xff\\", b"\x00\xff\\"),
    ("bytea", "a\\b", b"a\\b"),
    ("date", "2024-12-29", "2024-12-29"),
    ("time", "15:04:05.5", "15:04:05.5"),
    ("timestamp", "2024-12-29T15:04:05Z", "2024-12-29T15:04:05Z"),
    ("timestamptz", "2024-12-29T15:04:05.123456+02:00", "2024-12-29T13:04:05.123456Z"),
    ("interval", "90 minutes", "01:30:00"),
    ("inet", "10.0.0.1/8", "10.0.0.1/8"),
    ("integer", None, None),
]

MYSQL = [
    ("TINYINT(1)", True, 1),
    ("INT", -7, -7),
    ("BIGINT", 2**62, 2**62),
    ("BIGINT UNSIGNED", "18446744073709551615", "18446744073709551615"),
    ("FLOAT", 1.1, 1.1),
    ("DOUBLE", 1e300, 1e300),
    ("DECIMAL(10,2)", 19.99, 19.99),
    ("DECIMAL(30,0)", "123456789012345678901234567890", "123456789012345678901234567890"),
    ("VARCHAR(20)", "Grüße", "Grüße"),
    ("MEDIUMTEXT", "x" * 70_000, "x" * 70_000),
    ("JSON", '{"a": [1, 2]}', '{"a": [1, 2]}'),
    ("BLOB", b"\x00\xff\\'", b"\x00\xff\\'"),
    ("LONGBLOB", b"\xfe" * 300, b"\xfe" * 300),
    ("BIT(8)", 5, b"\x05"),
    ("ENUM('a','b')", "b", "b"),
    ("YEAR", 2024, 2024),
    ("DATE", "2024-12-29", "2024-12-29"),
    ("TIME(1)", "-26:01:02.5", "-26:01:02.5"),
    ("DATETIME", "2024-12-29 15:04:05", "2024-12-29T15:04:05Z"),
    ("DATETIME(3)", "2024-12-29 15:04:05.25", "2024-12-29T15:04:05.250Z"),
    ("TIMESTAMP NULL", "2024-12-29 00:00:00", "2024-12-29T00:00:00Z"),
    ("INT", None, None),
]


def lua_string(value):
    if isinstance(value, bytes):
        return value.decode("latin-1")
    return value.encode().decode("latin-1") if isinstance(value, str) else value


def check_types(database, place, cases):
    """Send all parameters through columns of their types; read them by a plain and by a prepared statement."""
    columns = ", ".join(f"c{number} {kind}" for number, (kind, _, _) in enumerate(cases))
    database.execute(f"CREATE TABLE t (id INT, {columns})", ())
    marks = ", ".join("?" * (len(cases) + 1))
    database.execute(place.written(f"INSERT INTO t VALUES ({marks})"), [1, *(given for _, given, _ in cases)])
    plain = database.query("SELECT * FROM t", ())[0]
    prepared = database.query(place.written("SELECT * FROM t WHERE id = ?"), [1])[0]
    expected = {f"c{number}": lua_string(read) for number, (_, _, read) in enumerate(cases) if read is not None}
    assert plain == {"id": 1, **expected}
    assert prepared == plain
    assert {name: type(value) for name, value in prepared.items()} == {name: type(v) for name, v in plain.items()}


def test_types_of_postgresql(postgres):
    check_types(postgres.open(), postgres, POSTGRES)


def test_types_of_mysql(mysql):
    check_types(mysql.open(), mysql, MYSQL)


def test_times_in_the_zone_that_loc_names(mysql):
    database = mysql.open(loc="Europe/Berlin")
    database.execute("CREATE TABLE t (at DATETIME)", ())
    database.execute("INSERT INTO t VALUES ('2024-07-01 12:00:00')", ())
    assert database.query("SELECT at FROM t", ()) == [{"at": "2024-07-01T12:00:00+02:00"}]


def test_options_that_are_not_the_clients_are_settings_of_the_session(postgres, mysql):
    assert postgres.open(application_name="orders", statement_timeout="200").query(
        "SELECT current_setting('application_name') AS name, current_setting('statement_timeout') AS stop", ()
    ) == [{"name": "orders", "stop": "200ms"}]
    database = mysql.open(max_statement_time="0.2")
    assert database.query("SELECT @@max_statement_time AS stop, @@time_zone AS zone", ()) == [
        {"stop": 0.2, "zone": "+00:00"}
    ]


@pytest.mark.parametrize("option", [("postgres", "statement_timeout", "50"), ("mysql", "max_statement_time", "0.05")])
def test_a_statement_that_takes_too_long_is_a_timeout(request, option):
    engine, name, value = option
    place = request.getfixturevalue(engine)
    slow = {
        "postgres": "SELECT pg_sleep(5)",
        "mysql": "SELECT COUNT(*) FROM seq_1_to_100000 a, seq_1_to_100000 b",
    }[engine]
    with pytest.raises(Failure) as caught:
        place.open(**{name: value}).query(slow, ())
    assert caught.value.kind == Kind.TIMEOUT


@pytest.mark.parametrize("mode", ["require", "verify-full", "disable", "prefer"])
def test_tls_to_postgresql(postgres, mode):
    from needs import need_own

    options = {"sslmode": mode}
    if mode == "verify-full":
        options["sslrootcert"] = str(need_own("postgres").certificate)
        postgres.fields["host"] = "localhost"
    used = postgres.open(**options).query("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()", ())
    assert used == [{"ssl": mode != "disable"}]


def test_a_certificate_that_nobody_vouches_for(postgres):
    with pytest.raises(Failure) as caught:
        postgres.open(sslmode="verify-full").query("SELECT 1", ())
    assert caught.value.kind == Kind.UNAVAILABLE
    assert "certificate verify failed" in caught.value.message


def test_a_table_that_changes_under_a_prepared_statement(place):
    database = place.open(max_open=1)
    database.execute("CREATE TABLE t (a INT)", ())
    database.execute("INSERT INTO t VALUES (1)", ())
    find = place.written("SELECT * FROM t WHERE a = ?")
    assert database.query(find, [1]) == [{"a": 1}]
    database.execute("ALTER TABLE t ADD COLUMN b INT DEFAULT 2", ())
    assert database.query(find, [1]) == [{"a": 1, "b": 2}]


def test_many_different_statements_leave_few_prepared_ones(place):
    database = place.open(max_open=1)
    for number in range(130):
        assert database.query(place.written(f"SELECT {number} AS n WHERE ? = 1"), [1]) == [{"n": number}]
    left = {
        "postgres": ("SELECT count(*) AS n FROM pg_prepared_statements", "n"),
        "mysql": ("SHOW STATUS LIKE 'Prepared_stmt_count'", "Value"),
    }[place.engine]
    assert int(database.query(left[0], ())[0][left[1]]) <= 100


def test_a_big_result_takes_no_memory_beside_its_rows(place):
    database = place.open()
    numbers = {
        "postgres": "SELECT g AS n, repeat('x', 100) AS s FROM generate_series(1, 20000) g",
        "mysql": "SELECT seq AS n, repeat('x', 100) AS s FROM seq_1_to_20000",
    }[place.engine]
    ticks = []

    def tick():
        while True:
            ticks.append(1)
            gevent.sleep(0.001)

    database.query("SELECT 1", ())
    ticking = gevent.spawn(tick)
    tracemalloc.start()
    rows = database.query(numbers, ())
    kept, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    ticking.kill()
    assert len(rows) == 20_000
    assert most - kept < 1_000_000  # of about 8 MB that the rows take
    assert len(ticks) > 10  # others had their turns


def test_several_statements_without_parameters(postgres, mysql):
    several = "CREATE TABLE t (a INT); INSERT INTO t VALUES (1), (2); SELECT a FROM t ORDER BY a"
    assert postgres.open().query(several, ()) == [{"a": 1}, {"a": 2}]
    with pytest.raises(Failure):
        mysql.open().query(several, ())
    assert mysql.open(multiStatements="true").query(several, ()) == [{"a": 1}, {"a": 2}]


def test_copy_is_refused_and_the_connection_replaced(postgres):
    database = postgres.open(max_open=1)
    with pytest.raises(Failure) as caught:
        database.execute("COPY (SELECT 1) TO STDOUT", ())
    assert caught.value.kind == Kind.INVALID
    assert database.query("SELECT 1 AS one", ()) == [{"one": 1}]
