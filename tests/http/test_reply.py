"""How the worker answers on a connection: what goes out, in how many pieces, and what its log says."""

from __future__ import annotations

import io
import logging
import socket
from datetime import timedelta
from types import SimpleNamespace

import pytest
from gunicorn.config import Config

from runtime.http.access import AccessLogger
from runtime.http.reply import Reply, answer


class Connection:
    """One end of a socket pair that counts the sends; the other end reads."""

    def __init__(self, room=1 << 20):
        self.socket, self.peer = socket.socketpair()
        self.sends = []
        self.room = room

    def send(self, data):
        self.sends.append(len(data))
        return self.socket.send(data[: self.room])

    def sendall(self, data):
        self.sends.append(len(data))
        self.socket.sendall(data)

    def shutdown(self, how):
        self.socket.shutdown(how)

    def close(self):
        self.socket.close()

    def received(self):
        self.socket.close()
        pieces = []
        while piece := self.peer.recv(1 << 20):
            pieces.append(piece)
        self.peer.close()
        return b"".join(pieces)


class Request:
    """A parsed request without a body."""

    def __init__(self, method="GET", version=(1, 1)):
        self.method, self.version = method, version
        self.uri, self.path, self.query, self.scheme = "/x", "/x", "", "http"
        self.headers, self.body, self.proxy_protocol_info = [], io.BytesIO(), {}
        self._expected_100_continue = False

    def should_close(self):
        return False


class Worker:
    """What `answer` needs of the worker."""

    def __init__(self, application):
        self.cfg = Config()
        self.wsgi = application
        self.alive, self.nr, self.max_requests = True, 0, 1 << 30
        self.lines = []
        self.log = SimpleNamespace(
            access=lambda resp, _req, _environ, _took: self.lines.append((resp.status, resp.sent)),
            debug=lambda *_: None,
            exception=self.lines.append,
        )

    def is_already_handled(self, _body):
        return False


def replied(application, **request):
    """Give the head, the body and the sends of an answer."""
    connection, worker = Connection(), Worker(application)
    answer(worker, ("127.0.0.1", 80), Request(**request), connection, ("127.0.0.1", 9))
    head, _, body = connection.received().partition(b"\r\n\r\n")
    return head.decode(), body, connection.sends, worker.lines


def application(*pieces, length=None, status="200 OK"):
    headers = [] if length is None else [("Content-Length", str(length))]

    def run(_environ, start_response):
        start_response(status, headers)
        return iter(pieces)

    return run


def test_head_and_body_leave_together():
    head, body, sends, lines = replied(application(b"hello", length=5))
    assert head.startswith("HTTP/1.1 200 OK\r\nServer: gunicorn\r\nDate: ")
    assert head.endswith("\r\nConnection: keep-alive\r\nContent-Length: 5")
    assert (body, len(sends), lines) == (b"hello", 1, [("200 OK", 5)])


def test_chunks_leave_one_by_one():
    head, body, sends, _ = replied(application(b"one", b"", b"three"))
    assert "Transfer-Encoding: chunked" in head
    assert body == b"3\r\none\r\n5\r\nthree\r\n0\r\n\r\n"
    assert len(sends) == 3


@pytest.mark.parametrize(
    ("given", "request_"),
    [
        (application(), {}),
        (application(length=0), {}),
        (application(b"", length=0), {}),
        (application(b"dropped", length=7), {"method": "HEAD"}),
        (application(b"dropped", status="204 No Content"), {}),
    ],
)
def test_answers_without_a_body(given, request_):
    head, body, sends, _ = replied(given, **request_)
    assert head.startswith("HTTP/1.1 20")
    assert body in (b"", b"0\r\n\r\n")
    assert len(sends) <= 2


def test_a_large_first_piece_is_not_copied():
    piece = b"x" * 100_000
    head, body, sends, _ = replied(application(piece, length=len(piece)))
    assert (body, sends[1:]) == (piece, [len(piece)])
    assert len(head) < 300


def test_what_the_socket_does_not_take_at_once_is_sent_all_the_same():
    connection = Connection(room=7)
    reply = Reply(Request(), connection, Config())
    reply.start_response("200 OK", [("Content-Length", "5")])
    reply.write(b"hello")
    assert connection.received().endswith(b"\r\n\r\nhello")


def test_an_error_before_the_first_byte_is_for_the_worker_to_answer():
    def broken(_environ, _start_response):
        raise RuntimeError("broken")

    connection = Connection()
    with pytest.raises(RuntimeError):
        answer(Worker(broken), ("127.0.0.1", 80), Request(), connection, ("127.0.0.1", 9))
    assert connection.received() == b""


def test_an_error_after_the_first_byte_cuts_the_connection():
    def pieces():
        yield b"one"
        raise RuntimeError("broken")

    def broken(_environ, start_response):
        start_response("200 OK", [])
        return pieces()

    connection, worker = Connection(), Worker(broken)
    with pytest.raises(StopIteration):
        answer(worker, ("127.0.0.1", 80), Request(), connection, ("127.0.0.1", 9))
    assert connection.received().endswith(b"3\r\none\r\n")
    assert worker.lines == [("200 OK", 3), "Error handling request"]


def test_a_worker_that_ends_says_that_the_connection_does():
    worker, connection = Worker(application(b"x", length=1)), Connection()
    worker.max_requests = 1
    worker.log.info = worker.lines.append
    with pytest.raises(StopIteration):
        answer(worker, ("127.0.0.1", 80), Request(), connection, ("127.0.0.1", 9))
    assert b"Connection: close" in connection.received()
    assert not worker.alive


# --- access lines -----------------------------------------------------------------------------------------------------


@pytest.fixture
def access(tmp_path):
    """Give a function that logs a request in a format, and gives the line."""

    def line(layout, environ=(), handler=None):
        config = Config()
        config.set("accesslog", str(tmp_path / "access.log"))
        config.set("access_log_format", layout)
        logger = AccessLogger(config)
        if handler is not None:
            logger.access_log.addHandler(handler)
        reply = SimpleNamespace(status="404 Not Found", sent=0, headers=[("X-Kind", "dog")])
        request = SimpleNamespace(headers=[("USER-AGENT", "curl")])
        known = {"REQUEST_METHOD": "GET", "RAW_URI": '/a?b="c"', "SERVER_PROTOCOL": "HTTP/1.1", **dict(environ)}
        try:
            logger.access(reply, request, known, timedelta(seconds=1.2345))
        finally:
            for each in list(logger.access_log.handlers):
                logger.access_log.removeHandler(each)
                each.close()
        return (tmp_path / "access.log").read_text()

    return line


def test_the_usual_line(access):
    line = access('%(h)s "%(r)s" %(s)s %(b)s %(M)s ms', {"REMOTE_ADDR": "10.0.0.1"})
    assert line == '10.0.0.1 "GET /a?b=\\"c\\" HTTP/1.1" 404 0 1234 ms\n'


def test_what_gunicorn_knows_beyond_it(access):
    assert access("%(h)s %(m)s %({user-agent}i)s %({X-Kind}o)s %({none}i)s %(L)s") == "- GET curl dog - 1.234500\n"


def test_other_handlers_get_records(access):
    records = []
    handler = logging.Handler()
    handler.emit = lambda record: records.append(record.getMessage())
    assert access("%(s)s 100%%", handler=handler) == "404 100%\n"
    assert records == ["404 100%"]
