"""`wippy serve`: what it finds out before it starts, and the server itself with real workers."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
from http_fakes import endpoint, entry, router, service, static

from runtime.binding import Failure
from runtime.http.address import Address
from runtime.http.boot import ListenError, service_at
from runtime.http.places import count_routes, places_of, probe
from runtime.registry.entry import EntryId

PROJECT = {
    "wippy.lock": "directories:\n  src: ./src\n  modules: .wippy\n",
    "src/_index.yaml": """
version: "1.0"
namespace: app
entries:
  - name: gateway
    kind: http.service
    addr: "127.0.0.1:0"
    lifecycle: {auto_start: true}
  - name: api
    kind: http.router
    meta: {server: gateway}
  - name: handlers
    kind: library.lua
    source: file://handlers.lua
    modules: [http, time]
  - {name: hello, kind: function.lua, source: "return require('handlers').hello", imports: {handlers: "app:handlers"}}
  - {name: slow, kind: function.lua, source: "return require('handlers').slow", imports: {handlers: "app:handlers"}}
  - {name: broken, kind: function.lua, source: "return require('handlers').broken", imports: {handlers: "app:handlers"}}
  - {name: spin, kind: function.lua, source: "return function() while true do end end"}
  - {name: get.hello, kind: http.endpoint, meta: {router: api}, method: GET, path: "/hello/{name}", func: hello}
  - {name: get.slow, kind: http.endpoint, meta: {router: api}, method: GET, path: /slow, func: slow}
  - {name: get.broken, kind: http.endpoint, meta: {router: api}, method: GET, path: /broken, func: broken}
  - {name: get.spin, kind: http.endpoint, meta: {router: api}, method: GET, path: /spin, func: spin}
""",
    "src/handlers.lua": """
local http = require("http")
local time = require("time")

local function hello()
    local req, res = http.request(), http.response()
    res:set_status(http.STATUS.ACCEPTED):write_json({ hello = req:param("name"), q = req:query("q") })
end

local function slow()
    time.sleep("1s")
    return "done"
end

local function inner(value)
    return value.missing.field
end

local function broken()
    local answer = inner({})
    return answer
end

return { hello = hello, slow = slow, broken = broken }
""",
}


def test_places():
    (one,) = places_of(None, [service(addr=":8080")])
    assert (one.name, one.url) == ("app:gateway", "http://localhost:8080")
    two, admin = places_of(None, [service(addr=":8080")], "127.0.0.1:9000", ":9001")
    assert (two.address, admin.address) == (Address("127.0.0.1", 9000), Address("0.0.0.0", 9001))


def test_addresses_may_come_from_variables(tmp_path, monkeypatch):
    monkeypatch.setenv("ITS_PORT", "8123")
    (tmp_path / "settings.env").write_text("ADMIN_ADDR=127.0.0.1:8124\n")
    variables = [
        entry("app:os", "env.storage.os"),
        entry("app:file", "env.storage.file", file_path="settings.env"),
        entry("app:port", "env.variable", storage="app:os", variable="ITS_PORT"),
        entry("app:admin_addr", "env.variable", storage="app:file", variable="ADMIN_ADDR"),
    ]
    services = [service(addr="127.0.0.1:${env:ITS_PORT}"), service("app:b", addr="${env:app:admin_addr}")]
    project = SimpleNamespace(root=tmp_path)
    assert [str(place.address) for place in places_of(project, [*variables, *services])] == [
        "127.0.0.1:8123",
        "127.0.0.1:8124",
    ]
    with pytest.raises(Failure, match=r"app:gateway: 'addr': the variable NOBODY is not set"):
        places_of(project, [service(addr=":${env:NOBODY}")])


@pytest.mark.parametrize(
    ("entries", "bind", "told"),
    [
        ([], "", "nothing to serve; add one"),
        (
            [service(), service("app:b", ":1")],
            ":9",
            "--bind needs exactly one http.service, but there are 2: app:gateway, app:b",
        ),
        ([service()], "9", "--bind '9' is no address"),
        ([service(addr="x")], "", "app:gateway: addr: 'x' is no address"),
        ([service(addr=":1"), service("app:b", ":1")], "", "app:gateway and app:b both listen on 0.0.0.0:1"),
    ],
)
def test_what_cannot_be_served_is_told(entries, bind, told):
    with pytest.raises(ListenError, match=told.replace("(", r"\(")):
        places_of(None, entries, bind)


def test_the_admin_address_must_be_its_own():
    with pytest.raises(ListenError, match=r"app:gateway and the admin address both listen on 0.0.0.0:1"):
        places_of(None, [service(addr=":1")], "", ":1")
    with pytest.raises(ListenError, match="--admin 'x' is no address"):
        places_of(None, [service(addr=":1")], "", "x")


def test_a_taken_port_is_told():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        (place,) = places_of(None, [service(addr=f"127.0.0.1:{taken.getsockname()[1]}")])
        with pytest.raises(ListenError, match=r"app:gateway cannot listen on .* in use; stop the program"):
            probe(place)


def test_counts():
    entries = [service(), router(), endpoint("a", "GET", "/a"), endpoint("b", "GET", "/b"), static("s", "/", "f")]
    assert count_routes(entries) == {"app:gateway": "2 endpoints, 1 static"}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (":80", Address("0.0.0.0", 80)),
        ("localhost:0", Address("localhost", 0)),
        ("[::1]:8080", Address("::1", 8080)),
    ],
)
def test_addresses(text, wanted):
    assert Address.parse(text) == wanted
    assert Address.parse(str(wanted)) == wanted


@pytest.mark.parametrize("text", ["", "80", "a:b", ":65536", "::1:80", ":-1", "http://x"])
def test_no_addresses(text):
    with pytest.raises(ValueError, match="no address to listen on"):
        Address.parse(text)


def test_sockets_find_their_service():
    known = {EntryId("app", "a"): Address.parse(":80"), EntryId("app", "b"): Address.parse("127.0.0.1:81")}
    assert str(service_at(("0.0.0.0", 80), known)) == "app:a"
    assert str(service_at(("127.0.0.1", 81), known)) == "app:b"
    assert str(service_at("/run/socket", {EntryId("app", "a"): Address.parse(":80")})) == "app:a"
    with pytest.raises(ListenError, match=r"no http.service belongs to .*9000.*app:a at 0.0.0.0:80, app:b"):
        service_at(("0.0.0.0", 9000), known)


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    root = tmp_path_factory.mktemp("served")
    for name, text in PROJECT.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text)
    return root


SERVE = [sys.executable, "-m", "runtime.cli.main", "serve"]


@contextmanager
def serving(*command, port):
    """Run a server until the block ends; it is then told to end gracefully, and must."""
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )
    server = SimpleNamespace(port=port, process=process, output="", ending=False)
    try:
        deadline = time.monotonic() + 30
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                ask(port, "GET", "/none")
                break
            except OSError:
                assert process.poll() is None, process.stdout.read()
                assert time.monotonic() < deadline, "the server did not start"
                time.sleep(0.05)
        yield server
        if not server.ending:  # a second signal would end it at once
            process.terminate()
        server.output = process.communicate(timeout=20)[0]
        assert process.returncode == 0, server.output
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()


def ask(port, method, path, timeout=10):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request(method, path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def test_lua_answers_under_gunicorn(project):
    with serving(*SERVE, "--dir", str(project), "--bind", "127.0.0.1:18250", port=18250) as server:
        status, body = ask(18250, "GET", "/hello/you?q=%C3%A9")
        assert (status, json.loads(body)) == (202, {"hello": "you", "q": "é"})
        status, body = ask(18250, "GET", "/broken")
        assert (status, "attempt to index a nil value (field 'missing')" in body) == (500, True)
        assert "Traceback" not in body
        assert ask(18250, "POST", "/slow")[0] == 405
    assert "app:gateway serves http://127.0.0.1:18250  (4 endpoints, 0 static)" in server.output
    assert "GET /hello/you?q=%C3%A9 202 service=app:gateway client=127.0.0.1" in server.output
    assert "app:handlers:16: in inner" in server.output
    assert "Traceback" not in server.output


def test_ending_lets_requests_finish(project):
    with serving(*SERVE, "-d", str(project), "-b", "127.0.0.1:18251", "-w", "2", port=18251) as server:
        slow = http.client.HTTPConnection("127.0.0.1", 18251, timeout=10)
        slow.request("GET", "/slow")
        time.sleep(0.3)
        server.process.terminate()
        server.ending = True
        answer = slow.getresponse()
        assert (answer.status, answer.read()) == (200, b'"done"')
        slow.close()


def test_an_endless_loop_delays_nobody_and_ends_with_its_client(project):
    with serving(*SERVE, "-d", str(project), "-b", "127.0.0.1:18252", port=18252):
        with pytest.raises(TimeoutError):
            ask(18252, "GET", "/spin", timeout=0.5)
        began = time.monotonic()
        for _ in range(5):
            assert ask(18252, "GET", "/hello/x")[0] == 202
        assert time.monotonic() - began < 2


def test_a_killed_worker_is_replaced(project):
    with serving(*SERVE, "-d", str(project), "-b", "127.0.0.1:18253", port=18253) as server:
        (worker,) = subprocess.run(
            ["pgrep", "-P", str(server.process.pid)], capture_output=True, text=True, check=True
        ).stdout.split()
        os.kill(int(worker), signal.SIGKILL)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                assert ask(18253, "GET", "/hello/x")[0] == 202
                break
            except OSError:
                time.sleep(0.05)


def test_gunicorn_itself_takes_the_worker(project):
    command = [sys.executable, "-m", "gunicorn", "-k", "runtime.http.worker.WippyWorker", "-b", "127.0.0.1:18254"]
    with serving(*command, "--no-control-socket", str(project), port=18254):
        assert ask(18254, "GET", "/hello/x")[0] == 202


def test_a_mistake_in_the_project_ends_the_server_with_its_message(project, tmp_path):
    (tmp_path / "src").mkdir()
    (tmp_path / "wippy.lock").write_text(PROJECT["wippy.lock"])
    (tmp_path / "src/_index.yaml").write_text(PROJECT["src/_index.yaml"])
    (tmp_path / "src/handlers.lua").write_text("local x = = 1")
    command = [*SERVE, "-d", str(tmp_path), "-b", "127.0.0.1:18255"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "handlers.lua:1:11:" in done.stderr
    assert "Traceback" not in done.stderr
    assert "gunicorn" not in done.stderr
    assert "exited with code" not in done.stderr
