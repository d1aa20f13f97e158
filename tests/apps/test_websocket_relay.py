"""The WebSocket relay, under gunicorn and under `wippy run`, with an independent client (websockets)."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import time
from contextlib import ExitStack
from pathlib import Path

import pytest
from apps_servers import Server, copy_of, free_port, start
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

RELAYS = Path(__file__).parent / "relays"


def run(project: Path) -> Server:
    """Serve by `wippy run`."""
    port = free_port()
    override = f"app:gateway:addr=127.0.0.1:{port}"
    return Server(project, port, "run", "--dir", str(project), "--override", override)


@pytest.fixture(scope="module", params=[start, run])
def server(request, tmp_path_factory):
    made = request.param(copy_of(RELAYS, tmp_path_factory.mktemp("relays")))
    yield made
    made.kill()


def open_(server, path, **options):
    options.setdefault("open_timeout", 20)
    return connect(f"ws://127.0.0.1:{server.port}/ws/{path}", **options)


def receive(ws):
    return json.loads(ws.recv(timeout=20))


def closed(ws):
    """Receive until the end; give its code and reason."""
    try:
        while True:
            ws.recv(timeout=20)
    except ConnectionClosed as end:
        return (end.rcvd.code, end.rcvd.reason) if end.rcvd is not None else None


def ask(server, what="ask"):
    return server.ask("GET", f"/ask/{what}").json


def until(condition, seconds=20):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_messages_go_both_ways(server):
    with open_(server, "echo") as ws:
        joined = receive(ws)
        assert joined["topic"] == "ws.join"
        assert joined["data"]["metadata"] == {"user": "nobody"}
        assert joined["data"]["client_pid"].startswith("{app:gateway|0x")
        ws.send("häl\nlo")
        assert receive(ws) == {"topic": "ws.message", "data": "häl\nlo"}
        ws.send(b"\x00\xff")
        assert receive(ws) == {"topic": "ws.message", "data": "AP8="}
        ws.send(b"text")
        assert receive(ws) == {"topic": "ws.message", "data": "text"}
        ws.send("none")
        assert [receive(ws), receive(ws)] == [{"topic": "two", "data": 1}, {"topic": "two", "data": {"a": [1, 2]}}]
        ws.send(["frag", "men", "ted"])
        assert receive(ws)["data"] == "fragmented"
        assert ws.ping().wait(20)


def test_headers_of_the_handshake(server):
    with open_(server, "echo", additional_headers={"Origin": "https://app.example.com"}) as ws:
        assert ws.response.headers["X-Own"] == "kept"
        assert ws.response.headers["Access-Control-Allow-Origin"] == "https://app.example.com"
        assert "X-WS-Relay" not in ws.response.headers


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("https://app.example.com", True),
        ("http://app.example.com", False),
        ("https://x.example.org", True),
        ("https://example.org", False),
        ("https://evil.com", False),
        ("null", False),
        ("http://[", False),
    ],
)
def test_origins(server, origin, allowed):
    if allowed:
        with open_(server, "echo", additional_headers={"Origin": origin}) as ws:
            assert receive(ws)["topic"] == "ws.join"
    else:
        with pytest.raises(InvalidStatus) as refused, open_(server, "echo", additional_headers={"Origin": origin}):
            pass
        assert refused.value.response.status_code == 403


@pytest.mark.parametrize(
    ("path", "code"), [("bad", 400), ("broken", 400), ("missing", 400), ("denied", 403), ("none", 200)]
)
def test_what_is_not_upgraded(server, path, code):
    with pytest.raises(InvalidStatus) as refused, open_(server, path):
        pass
    assert refused.value.response.status_code == code


def test_a_request_that_is_no_handshake(server):
    answer = server.ask("GET", "/ws/echo")
    assert (answer.status, answer.headers["Upgrade"]) == (426, "websocket")
    assert server.ask("GET", "/ws/none").json == {"plain": True}


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ("Sec-WebSocket-Version: 12\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", 426),
        ("Sec-WebSocket-Version: 13\r\n", 400),
    ],
)
def test_bad_handshakes(server, headers, code):
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as raw:
        head = f"GET /ws/echo HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n{headers}\r\n"
        raw.sendall(head.encode())
        assert raw.recv(4096).startswith(f"HTTP/1.1 {code} ".encode())


@pytest.mark.parametrize(
    ("word", "end"),
    [
        ("die", (1000, "target process exited")),
        ("fail", (1000, "target process exited")),
        ("bye", (1000, "Session ended")),
        ("drop", (1000, "Connection closed by server")),
        ("cancel", (1001, "")),
        ("link", None),
    ],
)
def test_ends(server, word, end):
    with open_(server, "echo") as ws:
        ws.send(word)
        found = closed(ws)
        assert found == end or (end is None and found[0] in (1000, 1001))


def test_a_target_that_is_gone(server):
    with open_(server, "gone") as ws:
        assert closed(ws) == (1000, "target process exited")


def test_join_heartbeat_leave_and_exit(server):
    before = len(ask(server)["seen"])
    with open_(server, "fast?user=ann") as ws:
        ws.send("one")
        until(lambda: sum(each["topic"] == "ws.heartbeat" for each in ask(server)["seen"][before:]) >= 2)
    until(lambda: ask(server)["seen"][-1]["topic"] == "event")
    seen = ask(server)["seen"][before:]
    assert seen[0]["topic"] == "ws.join"
    assert seen[0]["same"]
    assert seen[0]["data"]["metadata"] == {"user": "ann"}
    assert {"topic": "fast.message", "data": "one", "same": False} in seen
    beat = [each["data"] for each in seen if each["topic"] == "ws.heartbeat"][-1]
    assert beat["message_count"] == 1
    assert beat["uptime"].endswith("ms")
    assert beat["client_pid"] == seen[0]["data"]["client_pid"]
    assert [each["topic"] for each in seen[-2:]] == ["ws.leave", "event"]
    assert seen[-2]["data"] == seen[0]["data"]
    assert (seen[-1]["kind"], seen[-1]["value"]) == ("pid.exit", "websocket connection closed")


def test_transfer(server):
    before = len(ask(server)["seen"])
    with open_(server, "echo") as ws:
        receive(ws)
        ws.send("wrong")
        assert receive(ws) == {"topic": "still", "data": "here"}
        ws.send("move")
        until(lambda: len(ask(server)["seen"]) > before)
        ws.send("after")
        until(lambda: len(ask(server)["seen"]) > before + 1)
        seen = ask(server)["seen"][before:]
        assert [each["topic"] for each in seen] == ["ws.join", "moved"]
        assert seen[0]["data"]["metadata"] == {"user": "mover"}
        ask(server, "broadcast")
        assert receive(ws) == {"topic": "broadcast", "data": "hello all"}


def test_a_broadcast_reaches_all(server):
    with ExitStack() as stack:
        sockets = [stack.enter_context(open_(server, "hub")) for _ in range(50)]
        until(lambda: ask(server)["count"] == 50)
        for _ in range(3):
            assert server.ask("GET", "/ask/broadcast").text == "50"
        for ws in sockets:
            assert [receive(ws)["data"] for _ in range(3)] == ["hello all"] * 3
    until(lambda: ask(server)["count"] == 0)


def test_messages_that_are_too_long_and_text_that_is_none(server):
    with open_(server, "echo") as ws:
        receive(ws)
        ws.send("x" * 1_000_000)
        assert len(receive(ws)["data"]) == 1_000_000
        ws.send("x" * 1_100_000)
        assert closed(ws)[0] == 1009
    with open_(server, "echo") as ws:
        receive(ws)
        ws.protocol.send_text(b"\xff\xfe")
        ws.socket.sendall(b"".join(ws.protocol.data_to_send()))
        assert closed(ws)[0] == 1007


def test_bytes_that_are_no_frames_close_the_connection(server):
    with open_(server, "echo") as ws:
        receive(ws)
        ws.socket.sendall(b"GET / HTTP/1.1\r\n\r\n" * 10)
        assert closed(ws)[0] == 1002


def test_a_client_that_vanishes_leaves(server):
    until(lambda: ask(server)["count"] == 0)
    with open_(server, "hub") as ws:
        until(lambda: ask(server)["count"] == 1)
        ws.socket.shutdown(socket.SHUT_RDWR)
        until(lambda: ask(server)["count"] == 0)


def test_the_end_of_the_server_closes_connections(tmp_path):
    for begin in (start, run):
        made = begin(copy_of(RELAYS, tmp_path / begin.__name__))
        try:
            with open_(made, "hub") as ws:
                began = time.monotonic()
                made.process.send_signal(signal.SIGTERM)
                assert closed(ws) == (1001, "the server shuts down")
            assert made.process.wait(20) == 0
            assert time.monotonic() - began < 8
            assert "Traceback" not in made.log
        finally:
            made.kill()


def test_the_log_has_a_line_and_no_traceback(server):
    with open_(server, "echo"):
        pass
    assert server.process.poll() is None
    assert "GET /ws/echo 101" in server.log
    assert "Traceback" not in server.log


def test_curl_is_told_to_upgrade(server):
    command = ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", f"{server.url}/ws/echo"]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "426"
