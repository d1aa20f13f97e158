"""How a response goes out: what, and in how many pieces."""

from __future__ import annotations

import socket

import pytest
from gunicorn.config import Config
from gunicorn.http.wsgi import FileWrapper

from runtime.http.reply import Reply


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

    def sendfile(self, file, offset, count):
        return self.socket.sendfile(file, offset, count)

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

    def should_close(self):
        return False


def replied(*pieces, length=None, status="200 OK", **request):
    """Give the head, the body and the sends of an answer, and the bytes that it says it has sent."""
    connection = Connection()
    reply = Reply(Request(**request), connection, Config())
    reply.start_response(status, [] if length is None else [("Content-Length", str(length))])
    for piece in pieces:
        reply.write(piece)
    reply.close()
    head, _, body = connection.received().partition(b"\r\n\r\n")
    return head.decode(), body, connection.sends, reply.sent


def test_head_and_body_leave_together():
    head, body, sends, sent = replied(b"hello", length=5)
    assert head.startswith("HTTP/1.1 200 OK\r\nServer: wippy\r\nDate: ")
    assert head.endswith("\r\nConnection: keep-alive\r\nContent-Length: 5")
    assert (body, len(sends), sent) == (b"hello", 1, 5)


def test_chunks_leave_one_by_one():
    head, body, sends, _ = replied(b"one", b"", b"three")
    assert "Transfer-Encoding: chunked" in head
    assert body == b"3\r\none\r\n5\r\nthree\r\n0\r\n\r\n"
    assert len(sends) == 3


@pytest.mark.parametrize(
    ("pieces", "options"),
    [
        ((), {}),
        ((), {"length": 0}),
        ((b"",), {"length": 0}),
        ((b"dropped",), {"length": 7, "method": "HEAD"}),
        ((b"dropped",), {"status": "204 No Content"}),
    ],
)
def test_answers_without_a_body(pieces, options):
    head, body, sends, sent = replied(*pieces, **options)
    assert head.startswith("HTTP/1.1 20")
    assert body in (b"", b"0\r\n\r\n")
    assert (len(sends) <= 2, sent) == (True, 0)


def test_a_large_first_piece_is_not_copied():
    piece = b"x" * 100_000
    head, body, sends, _ = replied(piece, length=len(piece))
    assert (body, sends[1:]) == (piece, [len(piece)])
    assert len(head) < 300


def test_a_file_counts_as_sent(tmp_path):
    (tmp_path / "file").write_bytes(b"hello")
    connection = Connection()
    reply = Reply(Request(), connection, Config())
    reply.start_response("200 OK", [("Content-Length", "5")])
    with (tmp_path / "file").open("rb") as file:
        reply.write_file(FileWrapper(file))
    assert reply.sent == 5
    assert connection.received().endswith(b"\r\n\r\nhello")


def test_what_the_socket_does_not_take_at_once_is_sent_all_the_same():
    connection = Connection(room=7)
    reply = Reply(Request(), connection, Config())
    reply.start_response("200 OK", [("Content-Length", "5")])
    reply.write(b"hello")
    assert connection.received().endswith(b"\r\n\r\nhello")
