"""Bytes that no decent client sends, to a real server; after each it serves everybody else as before."""

import json
import time

import pytest

HEAD = b"Host: x\r\n"
BIG = b"a" * 70_000


@pytest.fixture(autouse=True)
def others_are_served(server):
    """Whatever a test has done, a new connection is served at once and the log has no traceback."""
    yield
    began = time.monotonic()
    assert server.json("/hello/you")["hello"] == "you"
    assert time.monotonic() - began < 5
    assert "Traceback" not in server.log
    assert "internal error" not in server.log


def refused(server, data, status, *, words=b""):
    """Send bytes: the answer has this status, is plain text, and the connection ends with it."""
    with server.connect() as raw:
        found, headers, body = raw.send(data).answer()
        assert found == status, body
        assert headers["connection"] == "close"
        assert headers["content-type"].startswith("text/plain")
        assert words in body
        assert raw.rest() == b""


@pytest.mark.parametrize(
    "line",
    [
        b"nonsense",
        b"GET",
        b"GET /",
        b"GET  / HTTP/1.1",
        b"GET / HTTP/1.1 more",
        b"GET / HTTP/9.9",
        b"GET / HTTP/2.0",
        b"GET / http/1.1",
        b"get / HTTP/1.1",
        b"G@T / HTTP/1.1",
        b"GET x HTTP/1.1",
        b"GET /\x00 HTTP/1.1",
        b"GET /\xff\xfe HTTP/1.1",
        b"GET /a\tb HTTP/1.1",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"PRI * HTTP/2.0",
    ],
)
def test_malformed_request_lines(server, line):
    refused(server, line + b"\r\n" + HEAD + b"\r\n", 400)


@pytest.mark.parametrize(
    "header",
    [
        b"no colon",
        b": no name",
        b"sp ace: x",
        b"Name : x",
        b"X-Null: a\0b",
        b"X-Bell: a\x07b",
        b"X-Bare: a\rb",
        b" folded: x",
        b"X-Folded: a\r\n b",
        b"H\xc3\xb6st: x",
    ],
)
def test_malformed_headers(server, header):
    refused(server, b"GET /hello/x HTTP/1.1\r\n" + HEAD + header + b"\r\n\r\n", 400)


def test_a_host_is_needed_and_only_one(server):
    refused(server, b"GET /hello/x HTTP/1.1\r\n\r\n", 400, words=b"HOST is missing")
    refused(server, b"GET /hello/x HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400)
    with server.connect() as raw:
        assert raw.send(b"GET /hello/x HTTP/1.0\r\n\r\n").answer()[0] == 200


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"GET /" + BIG + b" HTTP/1.1\r\n" + HEAD + b"\r\n", 414),
        (b"GET /" + BIG, 414),  # without an end of the line
        (b"GET /hello/x HTTP/1.1\r\n" + HEAD + b"X-Big: " + BIG + b"\r\n\r\n", 431),
        (b"GET /hello/x HTTP/1.1\r\n" + HEAD + b"".join(b"X-%d: y\r\n" % n for n in range(500)) + b"\r\n", 431),
        (b"GET /hello/x HTTP/1.1\r\n" + HEAD + b"X-Endless: " + BIG * 20, 431),
    ],
    ids=["line", "endless line", "header", "many headers", "endless header"],
)
def test_too_much_head(server, data, status):
    refused(server, data, status)


@pytest.mark.parametrize(
    "framing",
    [
        b"Content-Length: 3\r\nContent-Length: 3",
        b"Content-Length: 3\r\nContent-Length: 4",
        b"Content-Length: 3, 3",
        b"Content-Length: -1",
        b"Content-Length: +3",
        b"Content-Length: 0x3",
        b"Content-Length: 3.0",
        b"Content-Length:",
        b"Content-Length: 3\r\nTransfer-Encoding: chunked",
        b"Transfer-Encoding: chunked\r\nContent-Length: 3",
        b"Transfer-Encoding: chunked, chunked",
        b"Transfer-Encoding: chunked, identity",
        b"Transfer-Encoding: gzip",
    ],
)
def test_ambiguous_framing(server, framing):
    smuggled = b"0\r\n\r\nGET /hello/smuggled HTTP/1.1\r\n" + HEAD + b"\r\n"
    refused(server, b"POST /body HTTP/1.1\r\n" + HEAD + framing + b"\r\n\r\n" + smuggled, 400)


def test_an_unknown_transfer_coding(server):
    refused(server, b"POST /body HTTP/1.1\r\n" + HEAD + b"Transfer-Encoding: cow\r\n\r\n", 501)
    refused(server, b"POST /body HTTP/1.1\r\n" + HEAD + b"Content-Length: 1\r\nExpect: the-best\r\n\r\n", 417)


@pytest.mark.parametrize(
    "chunks",
    [
        b"x\r\nabc\r\n0\r\n\r\n",
        b"-3\r\nabc\r\n0\r\n\r\n",
        b"3\r\nabcd\r\n0\r\n\r\n",
        b"3\nabc\n0\n\n" + b"x" * 9000,
        b"\r\nabc\r\n0\r\n\r\n",
        b"3;" + b"x" * 90_000 + b"\r\nabc\r\n0\r\n\r\n",
        b"3\r\nabc\r\n0\r\nContent-Length: 3\r\n\r\n",
        b"3\r\nabc\r\n0\r\nno colon\r\n\r\n",
        b"0x3\r\nabc\r\n0\r\n\r\n",
        b"ffffffffffffffffffffff\r\nabc",
    ],
)
def test_bad_chunks(server, chunks):
    with server.connect() as raw:
        raw.send(b"POST /body HTTP/1.1\r\n" + HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + chunks)
        raw.socket.shutdown(1)
        status, _, body = raw.answer()
        assert 400 <= status < 500, body
        assert b"failed to read the request body" in body
        assert raw.rest() == b""  # where a next request would begin is not known


def test_bodies_that_are_too_large(server):
    with server.connect() as raw:
        raw.send(b"POST /body HTTP/1.1\r\n" + HEAD + b"Content-Length: 100000000000000\r\n\r\n" + BIG)
        status, _, body = raw.answer()
        assert (status, b"request body too large" in body) == (413, True)
    with server.connect() as raw:
        raw.send(b"POST /body HTTP/1.1\r\n" + HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
        for _ in range(40):
            raw.send(b"%x\r\n%s\r\n" % (len(BIG), BIG))
        status, _, body = raw.answer()
        assert (status, b"request body too large" in body) == (413, True)


def test_a_body_that_is_cut_off(server):
    with server.connect() as raw:
        raw.send(b"POST /body HTTP/1.1\r\n" + HEAD + b"Content-Length: 10\r\n\r\nabc")
        raw.socket.shutdown(1)
        status, _, body = raw.answer()
        assert (status, b"3 of 10 bytes" in body) == (400, True)


def test_slow_heads(server):
    """A byte now and then does not keep a connection: `timeouts.read` counts for the whole request."""
    with server.connect() as raw:
        began = time.monotonic()
        raw.send(b"GET /hello/x HTTP/1.1\r\n")
        raw.socket.settimeout(0.5)
        received = b""
        while not received and time.monotonic() - began < 20:
            raw.send(b"X-Slow: y\r\n")
            try:
                received = raw.socket.recv(1000)
            except TimeoutError:
                continue
        assert received.startswith(b"HTTP/1.1 408 ")
        assert 2.5 < time.monotonic() - began < 8


def test_slow_bodies(server):
    with server.connect() as raw:
        began = time.monotonic()
        raw.send(b"POST /body HTTP/1.1\r\n" + HEAD + b"Content-Length: 100\r\n\r\n")
        raw.socket.settimeout(0.5)
        received = b""
        while not received and time.monotonic() - began < 20:
            raw.send(b"x")
            try:
                received = raw.socket.recv(1000)
            except TimeoutError:
                continue
        assert received.startswith(b"HTTP/1.1 408 ")
        assert 2.5 < time.monotonic() - began < 8


def test_many_slow_clients_hold_up_nobody(server):
    crowd = [server.connect() for _ in range(200)]
    for raw in crowd:
        raw.send(b"GET /hello/x HT")
    began = time.monotonic()
    assert server.json("/hello/you")["hello"] == "you"
    assert time.monotonic() - began < 2
    for raw in crowd:
        assert raw.answer()[0] == 408
        raw.socket.close()


def test_idle_connections_end(server):
    with server.connect() as raw:
        raw.send(b"GET /hello/x HTTP/1.1\r\n" + HEAD + b"\r\n").answer()
        began = time.monotonic()
        assert raw.rest() == b""
        assert 1 < time.monotonic() - began < 8


def test_clients_that_say_nothing_or_leave(server):
    with server.connect() as raw:
        raw.socket.shutdown(1)
        assert raw.rest() == b""
    for data in (b"G", b"GET / HTTP/1.1\r\nHost", b"POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc"):
        with server.connect() as raw:
            raw.send(data)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_wrong_methods(server, method):
    with server.connect() as raw:
        raw.send(f"{method} /hello/x HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n".encode())
        status, headers, _ = raw.answer()
        assert (status, headers["allow"]) == (405, "GET, HEAD, OPTIONS")


@pytest.mark.parametrize("method", ["BREW", "CONNECT", "TRACE", "A" * 20])
def test_unknown_methods(server, method):
    with server.connect() as raw:
        raw.send(f"{method} /hello/x HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert 400 <= raw.answer()[0] < 500


@pytest.mark.parametrize(
    "path",
    [
        "/files/../secret.txt",
        "/files/..%2fsecret.txt",
        "/files/%2e%2e/secret.txt",
        "/files/%2e%2e%2fsecret.txt",
        "/files/..%5csecret.txt",
        "/files/..\\secret.txt",
        "/files/%252e%252e%252fsecret.txt",
        "/files/....//secret.txt",
        "/files//../secret.txt",
        "/files/./../secret.txt",
        "/files/%00/../secret.txt",
        "/files/index.html%00.txt",
        "/files/..;/secret.txt",
        "/files/%c0%ae%c0%ae/secret.txt",
        "/files/%ff%fe",
        "/files//etc/passwd",
        "/files/" + "../" * 30 + "etc/passwd",
        "/files/" + "a" * 3000,
    ],
)
def test_paths_that_leave_the_files(server, path):
    with server.connect() as raw:
        status, _, body = raw.send(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode()).answer()
        assert status in (301, 400, 404), body
        assert b"secret outside" not in body
        assert b"root:" not in body


def test_text_that_is_no_utf_8(server):
    with server.connect() as raw:
        status, _, body = raw.send(b"GET /hello/%ff%fe HTTP/1.1\r\n" + HEAD + b"\r\n").answer()
        assert status in (200, 400, 500), body
        data = b'{"a": "\xff\xfe"}'
        raw.send(b"POST /json HTTP/1.1\r\n" + HEAD + b"Content-Length: %d\r\n\r\n" % len(data) + data)
        assert raw.answer()[0] in (200, 400)


@pytest.mark.parametrize("value", ["a%0d%0aX-Evil:%201", "a%0aX-Evil:%201", "a%0dX", "a%00b", "%0d%0a%0d%0a<html>"])
def test_lua_cannot_inject_headers(server, value):
    with server.connect() as raw:
        status, headers, body = raw.send(f"GET /inject?value={value} HTTP/1.1\r\nHost: x\r\n\r\n".encode()).answer()
        assert status == 200
        assert body.startswith(b"refused: invalid value of header")
        assert "x-evil" not in headers
        assert "x-injected" not in headers


@pytest.mark.parametrize(
    "bomb",
    [
        b"[" * 500_000,
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 100_000,
        b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
        b'"' + b"\\u0000" * 10,
        b"{" + b",".join(b'"%d":1' % n for n in range(1000)) + b",}",
        b"nul",
        b"\x00",
        b"",
    ],
    ids=["open", "nested", "open objects", "nested objects", "open text", "comma", "word", "zero", "empty"],
)
def test_json_bombs(server, bomb):
    with server.connect() as raw:
        raw.send(b"POST /json HTTP/1.1\r\n" + HEAD + b"Content-Length: %d\r\n\r\n" % len(bomb) + bomb)
        status, _, body = raw.answer()
        assert 400 <= status < 500, (status, body)


@pytest.mark.parametrize(
    "bomb",
    [
        b"1" * 1_000_000,
        b"-1e" + b"9" * 100_000,
        b"[" + b"1," * 300_000 + b"1]",
        b"{" + b",".join(b'"%d":1' % n for n in range(100_000)) + b"}",
        b'{"a":1' + b',"a":1' * 100_000 + b"}",
    ],
    ids=["digits", "exponent", "list", "keys", "same keys"],
)
def test_large_json_holds_up_nobody(server, bomb):
    with server.connect() as raw:
        began = time.monotonic()
        raw.send(b"POST /json HTTP/1.1\r\n" + HEAD + b"Content-Length: %d\r\n\r\n" % len(bomb) + bomb)
        status, _, body = raw.answer()
        assert status in (200, 400), body
        assert time.monotonic() - began < 5
        if status == 200:
            assert json.loads(body)["kind"] in ("table", "number")
