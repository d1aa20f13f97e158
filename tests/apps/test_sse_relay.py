"""The relay of server-sent events, under gunicorn and under `wippy run`, by plain HTTP, curl and a browser."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import time
from contextlib import contextmanager

import pytest
from apps_servers import start
from selenium.webdriver.support.ui import WebDriverWait
from test_websocket_relay import RELAYS, ask, copy_of, run, until


@pytest.fixture(scope="module", params=[start, run])
def server(request, tmp_path_factory):
    made = request.param(copy_of(RELAYS, tmp_path_factory.mktemp("relays")))
    yield made
    made.kill()


@contextmanager
def stream(server, how, **headers):
    """Open a stream; give its response, whose lines are the events."""
    connection = server.connect(20)
    try:
        connection.request(
            "GET", f"/sse/{how}", headers={name.replace("_", "-"): value for name, value in headers.items()}
        )
        yield connection.getresponse()
    finally:
        connection.close()


def block(response):
    """Read one event or comment; None at the end."""
    lines = []
    while line := response.readline().decode():
        if line == "\n":
            return "".join(lines)
        lines.append(line)
    return None


def event(response):
    """Read the next event: its name and data; None at the end."""
    while (found := block(response)) is not None:
        if not found.startswith(":"):
            name, data = found.splitlines()
            return name.removeprefix("event: "), json.loads(data.removeprefix("data: "))
    return None


def send(server, to, topic, data=None):
    return server.ask("POST", "/send", {"to": to, "topic": topic, "data": data}).json


def test_events_of_a_process(server):
    with stream(server, "producer", Accept_Encoding="gzip") as response:
        assert response.status == 200
        assert response.headers["Content-Type"] == "text/event-stream"
        assert response.headers["Cache-Control"] == "no-cache"
        assert response.headers["Content-Encoding"] is None
        assert response.headers["X-SSE-Relay"] is None
        assert block(response) == ": connected\n"
        found = [event(response) for _ in range(6)]
    assert found == [
        ("sse.message", {"n": 1, "user": "ann"}),
        ("sse.message", {"n": 2, "user": "ann"}),
        ("sse.message", {"n": 3, "user": "ann"}),
        ("sse.message", "t\u00ebxt\nline"),
        ("done", {"reason": "target process exited"}),
        None,
    ]


def test_detached(server):
    with stream(server, "detached") as response:
        name, ready = event(response)
        pid = ready.pop("stream_pid")
        assert (name, ready) == ("ready", {"message_topic": "sse.message", "metadata": {"user": "ann"}})
        assert pid.startswith("{app:gateway|0x")
        assert send(server, pid, "sse.message", {"a": 1}) == {"sent": True}
        assert event(response) == ("sse.message", {"a": 1})
        send(server, pid, "sse.control", {"message_topic": "news"})
        send(server, pid, "sse.message", "no longer")
        send(server, pid, "news", [1])
        assert event(response) == ("news", [1])
        send(server, pid, "sse.control", {"heartbeat_interval": "x"})
        send(server, pid, "sse.close", "session expired")
        assert event(response) == ("done", {"reason": "session expired"})
        assert event(response) is None
    assert "not alive" in send(server, pid, "news")["error"]


def test_attaching_and_letting_go(server):
    before = len(ask(server)["seen"])
    with stream(server, "detached") as response:
        pid = event(response)[1]["stream_pid"]
        send(server, pid, "sse.control", {"target_pid": "nobody"})
        send(server, "hub", "attach", pid)
        until(lambda: any(each["topic"] == "sse.join" for each in ask(server)["seen"][before:]))
        send(server, pid, "sse.control", {"target_pid": ""})
        until(lambda: any(each["topic"] == "sse.leave" for each in ask(server)["seen"][before:]))
        send(server, pid, "sse.message", "on")
        assert event(response) == ("sse.message", "on")


def test_join_heartbeat_and_leave_of_a_client_that_goes(server):
    before = len(ask(server)["seen"])
    with stream(server, "hub") as response:
        until(lambda: sum(each["topic"] == "sse.heartbeat" for each in ask(server)["seen"][before:]) >= 2)
        assert block(response) == ": connected\n"
        assert block(response) == ": ping\n"
        response.fp.raw._sock.shutdown(2)
        until(lambda: any(each["topic"] == "event" for each in ask(server)["seen"][before:]))
    seen = [each for each in ask(server)["seen"][before:] if each["topic"] != "sse.heartbeat"]
    assert [each["topic"] for each in seen] == ["sse.join", "sse.leave", "event"]
    assert seen[0]["data"]["metadata"] == {"user": "ann"}
    assert (seen[2]["kind"], seen[2]["value"]) == ("pid.exit", "sse relay closed")


@pytest.mark.parametrize("how", ["idle", "hard"])
def test_timeouts(server, how):
    began = time.monotonic()
    with stream(server, how) as response:
        pid = event(response)[1]["stream_pid"]
        time.sleep(0.15)
        send(server, pid, "sse.message", 1)
        assert event(response) == ("sse.message", 1)
        assert event(response) == ("done", {"reason": f"{how} timeout"})
        assert event(response) is None
    assert (0.3 if how == "idle" else 0.15) < time.monotonic() - began < 10


@pytest.mark.parametrize(("how", "code"), [("gone", 404), ("bad", 400), ("body", 200), ("none", 200)])
def test_what_is_not_relayed(server, how, code):
    with stream(server, how) as response:
        assert response.status == code
        assert response.headers["Content-Type"] != "text/event-stream"
        text = response.read().decode()
    assert {"body": "by myself", "none": '{"plain":true}'}.get(how, text) == text


@pytest.mark.parametrize(
    ("origin", "code"), [("https://a.example.org", 200), ("https://example.org", 403), ("http://a.example.org", 403)]
)
def test_origins(server, origin, code):
    with stream(server, "detached", Origin=origin) as response:
        assert response.status == code


def test_head_opens_no_stream(server):
    answer = server.ask("HEAD", "/sse/detached")
    assert (answer.status, answer.headers["Content-Type"], answer.text) == (200, "text/event-stream", "")


def test_curl(server):
    curl = shutil.which("curl")
    if curl is None:
        pytest.skip("install curl")
    done = subprocess.run([curl, "-sN", f"{server.url}/sse/producer"], capture_output=True, text=True, timeout=30)
    assert done.stdout.endswith('event: done\ndata: {"reason": "target process exited"}\n\n')


@pytest.mark.browser
def test_a_browsers_event_source(server, browser):
    browser.get(server.url + "/sse/none")
    browser.execute_script(
        """
        window.found = [];
        const source = new EventSource("/sse/producer");
        for (const name of ["sse.message", "done"]) {
            source.addEventListener(name, event => window.found.push([name, JSON.parse(event.data)]));
        }
        source.addEventListener("done", () => source.close());
        """
    )
    WebDriverWait(browser, 20, 0.05).until(lambda _: browser.execute_script("return window.found.length == 5"))
    found = browser.execute_script("return window.found")
    assert found[0] == ["sse.message", {"n": 1, "user": "ann"}]
    assert found[3] == ["sse.message", "t\u00ebxt\nline"]
    assert found[4] == ["done", {"reason": "target process exited"}]


def test_the_end_of_the_server_ends_streams(tmp_path):
    for begin in (start, run):
        made = begin(copy_of(RELAYS, tmp_path / begin.__name__))
        try:
            with stream(made, "hub") as response:
                assert block(response) == ": connected\n"
                began = time.monotonic()
                made.process.send_signal(signal.SIGTERM)
                assert event(response) == ("done", {"reason": "the server shuts down"})
                assert made.process.wait(20) == 0
                assert time.monotonic() - began < 8
            assert "Traceback" not in made.log
        finally:
            made.kill()


def test_the_log_has_no_traceback(server):
    assert server.process.poll() is None
    assert "Traceback" not in server.log
