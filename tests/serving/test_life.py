"""Servers that begin, end, lose a worker and load changed sources."""

import os
import signal
import subprocess
import sys
import threading
import time

import pytest
from serving_servers import Raw, free_port, until
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect


def test_addresses_come_from_variables(serve):
    server = serve()
    assert server.json("/hello/you")["hello"] == "you"
    assert f"app:gateway serves http://127.0.0.1:{server.port}" in server.log


class Load(threading.Thread):
    """Asks again and again; counts right answers, and keeps wrong ones. A connection that breaks is no answer."""

    def __init__(self, port):
        super().__init__()
        self.port = port
        self.right = self.broken = 0
        self.wrong = []
        self.done = threading.Event()

    def run(self):
        number = 0
        while not self.done.is_set():
            try:
                with Raw(self.port) as raw:
                    for _ in range(20):
                        number += 1
                        self.ask(raw, f"{self.ident}-{number}")
            except (OSError, AssertionError):
                self.broken += 1

    def ask(self, raw, name):
        raw.send(f"GET /hello/{name} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        status, _, body = raw.answer()
        if status == 200 and f'"hello":"{name}"'.encode() in body:
            self.right += 1
        else:
            self.wrong.append((status, body))


def test_a_worker_is_killed_under_load(serve):
    server = serve("--workers", "2")
    until(lambda: len(server.workers()) == 2, "two workers")
    ((_, leader),) = until(server.beacons, "the service runs in a worker")
    loads = [Load(server.port) for _ in range(4)]
    for load in loads:
        load.start()
    until(lambda: sum(load.right for load in loads) > 50, "requests are answered")
    os.kill(leader, signal.SIGKILL)
    until(lambda: len(server.beacons()) == 2, "the service runs again")
    until(lambda: len(server.workers()) == 2, "the worker is replaced")
    before = sum(load.right for load in loads)
    until(lambda: sum(load.right for load in loads) > before + 50, "requests are answered again")
    for load in loads:
        load.done.set()
    for load in loads:
        load.join()
    assert not any(load.wrong for load in loads), [load.wrong for load in loads]
    assert sum(load.broken for load in loads) <= 3 * len(loads)
    (_, first), (word, second) = server.beacons()
    assert word == "up"
    assert second != first
    assert second in server.workers()
    assert server.end() == 0
    assert server.beacons()[2:] == [("cancelled", second)]


def test_changes_of_the_registry_reach_all_workers(serve):
    server = serve("--workers", "2")
    both = until(lambda: len(found := server.workers()) == 2 and found, "two workers")
    with server.connect() as raw:
        raw.send(b"POST /change/one HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
        status, _, body = raw.answer()
        assert status == 200, body
    time.sleep(0.5)  # as long as the help promises at most
    seen = set()
    for _ in range(60):
        assert server.get("/live/one") == (200, '{"live":"one"}')
        seen.add(server.json("/hello/x")["worker"])
    assert seen == both
    until(lambda: len(server.beacons()) == 2, "the new service runs")
    assert len({process for _, process in server.beacons()}) == 1
    # Each worker builds on what the other did.
    for number in range(6):
        with server.connect() as raw:
            raw.send(f"POST /change/n{number} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n".encode())
            status, _, body = raw.answer()
            assert status == 200, body
            assert f'"version":{number + 2}' in body.decode()
    # So does one that comes later.
    os.kill(next(iter(both)), signal.SIGKILL)
    until(lambda: len(server.workers() - both) == 1, "the worker is replaced")
    until(lambda: server.json("/hello/x")["worker"] not in both, "the new worker answers")
    for _ in range(20):
        assert server.get("/live/n5") == (200, '{"live":"n5"}')


@pytest.mark.parametrize("command", ["serve", "run"])
def test_the_end_is_graceful(serve, command):
    server = serve(command=command)
    (event,) = until(server.beacons, "the service runs")
    assert event[0] == "up"
    echo = connect(f"ws://127.0.0.1:{server.port}/ws/echo")
    with echo as ws, server.connect() as events, server.connect() as slow, server.connect() as idle:
        ws.send("hello")
        assert any("hello" in ws.recv(timeout=10) for _ in range(2))
        events.send(b"GET /sse/events HTTP/1.1\r\nHost: x\r\n\r\n").until(b"ready")
        slow.send(b"GET /slow/700 HTTP/1.1\r\nHost: x\r\n\r\n")
        idle.send(b"GET /hello/x HTTP/1.1\r\nHost: x\r\n\r\n").answer()
        time.sleep(0.2)  # the slow request is under way
        server.process.terminate()
        assert slow.answer()[2] == b"slow"
        assert slow.rest() == b""
        rest = events.rest()
        assert b"event: done" in rest
        assert rest.endswith(b"0\r\n\r\n")
        assert idle.rest() == b""
        with pytest.raises(ConnectionClosed) as closed:
            ws.recv(timeout=10)
        assert closed.value.rcvd.code == 1001
    assert server.process.wait(20) == 0
    assert [word for word, _ in server.beacons()] == ["up", "cancelled"]
    with pytest.raises(OSError):  # noqa: PT011  (refused, whatever the system calls it)
        server.connect()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("command", ["serve", "run"])
def test_the_second_signal_ends_at_once(serve, command, number):
    server = serve(command=command)
    with server.connect() as slow:
        slow.send(b"GET /slow/15000 HTTP/1.1\r\nHost: x\r\n\r\n")
        time.sleep(0.3)
        began = time.monotonic()
        server.process.send_signal(number)
        time.sleep(0.5)
        assert server.process.poll() is None
        server.process.send_signal(number)
        assert server.process.wait(5) == 1
        assert time.monotonic() - began < 4
    assert not server.workers()


def test_what_takes_too_long_is_cut_off(serve):
    server = serve("--timeout", "4")
    with server.connect() as slow:
        slow.send(b"GET /slow/15000 HTTP/1.1\r\nHost: x\r\n\r\n")
        time.sleep(0.3)
        began = time.monotonic()
        assert server.end() == 0
        assert time.monotonic() - began < 8
        assert slow.answer()[0] == 503
    assert "requests are cut off" in server.log


def test_the_admin_address(serve):
    admin = free_port()
    server = serve("--admin", f"127.0.0.1:{admin}")

    def ask(path):
        with Raw(admin) as raw:
            raw.send(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
            status, _, body = raw.answer()
            return status, body.decode().strip()

    assert ask("/healthz") == (200, '{"status": "ok"}')
    assert ask("/readyz") == (200, '{"status": "ready"}')
    assert ask("/hello/x")[0] == 404
    with server.connect() as slow:
        slow.send(b"GET /slow/1500 HTTP/1.1\r\nHost: x\r\n\r\n")
        time.sleep(0.3)
        server.process.terminate()
        until(lambda: ask("/readyz") == (503, '{"status": "draining"}'), "not ready while it drains")
        assert ask("/healthz")[0] == 200
        assert slow.answer()[2] == b"slow"
    assert server.process.wait(20) == 0
    assert f"/healthz and /readyz are at http://127.0.0.1:{admin}" in server.log


def test_changed_sources_are_loaded_anew(serve, project):
    admin = free_port()
    server = serve("--reload", "--admin", f"127.0.0.1:{admin}")
    source = project / "src" / "handlers.lua"
    text = source.read_text()
    with server.connect() as raw:
        raw.send(b"POST /change/one HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n").answer()
    assert server.get("/live/one")[0] == 200

    source.write_text(text.replace('hello = req:param("name")', 'hello = "changed"'))
    until(lambda: "changed" in server.get("/hello/x")[1], "the change is served")
    assert server.get("/live/one")[0] == 404  # what was changed at run time was in memory

    source.write_text(text + "\nlocal x = = 1\n")
    until(lambda: server.get("/hello/x")[0] == 500, "the mistake is shown")
    assert "handlers.lua:" in server.get("/hello/x")[1]
    with Raw(admin) as raw:
        raw.send(b"GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert raw.answer()[0] == 503

    source.write_text(text)
    until(lambda: server.get("/hello/x")[0] == 200, "it is mended")
    assert server.end() == 0
    assert "Traceback" not in server.log


def test_frozen_compiles_nothing(serve, project):
    refused = serve("--frozen", answers=False)
    assert refused.process.wait(20) == 1
    assert "wippy build" in refused.log
    assert "Traceback" not in refused.log
    build = [sys.executable, "-m", "runtime.cli.main", "build", "--dir", str(project)]
    subprocess.run(build, check=True, capture_output=True)
    assert serve("--frozen").get("/hello/x")[0] == 200
    assert serve("--frozen", command="run").get("/hello/x")[0] == 200


def test_frozen_and_reload_contradict_each_other(serve):
    refused = serve("--frozen", "--reload", answers=False)
    assert refused.process.wait(20) == 1
    assert "Error: --reload compiles what has changed, which --frozen refuses" in refused.log


def test_the_log_is_json_where_it_is_asked_for(serve):
    import json

    server = serve("--set", "logger.encoding=json")
    server.get("/hello/x?y=1")
    until(lambda: '"http.access"' in server.log, "the request is logged")
    assert server.end() == 0
    lines = [line for line in server.log.splitlines() if line.startswith("{")]
    (access,) = [line for line in map(json.loads, lines) if line["logger"] == "http.access"]
    assert (access["method"], access["target"], access["status"]) == ("GET", "/hello/x?y=1", 200)
    assert (access["service"], access["client"]) == ("app:gateway", "127.0.0.1")
