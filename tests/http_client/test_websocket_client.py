"""The `websocket` module against an independent server (websockets) in a thread."""

import socket
import ssl
import subprocess
import threading
import time

import gevent
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import serve

from runtime.binding import Kind, to_python
from runtime.process.context import CallContext
from runtime.registry.entry import EntryId


def choose(_connection, offered):
    return "chat.v2" if "chat.v2" in offered else None


class Server:
    """Echoes; some words and paths do more. `ends` holds how connections ended."""

    def __init__(self, **options):
        self.ends = []
        self.requests = []
        options.setdefault("compression", None)
        self.server = serve(self.handle, "127.0.0.1", 0, select_subprotocol=choose, **options)
        self.port = self.server.socket.getsockname()[1]
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def handle(self, ws):
        self.requests.append(ws.request)
        try:
            for message in ws:
                if message == "flood":
                    for number in range(1000):
                        ws.send(str(number))
                elif message == "bye":
                    ws.close(4001, "enough")
                elif message == "big":
                    ws.send("x" * 100_000)
                elif message == "pieces":
                    ws.send(["one", "two"])
                elif message == "cut":
                    ws.socket.shutdown(socket.SHUT_RDWR)
                else:
                    ws.send(message)
            self.ends.append((ws.close_code, ws.close_reason))
        except ConnectionClosed as end:
            self.ends.append((end.rcvd and end.rcvd.code, end.rcvd and end.rcvd.reason))

    def stop(self):
        self.server.shutdown()
        self.thread.join(10)


@pytest.fixture(scope="module")
def server():
    made = Server()
    yield made
    made.stop()


def run_on(lua, url, body, context=None):
    """Run Lua code with `websocket`, `url`, `client` (connected with `options`) and `ch`."""
    name = lua.function(
        f"ws{time.monotonic_ns()}",
        f"""
        local websocket, time, json = require("websocket"), require("time"), require("json")
        local url = ...
        {body}
        """,
        modules=["websocket", "time", "json", "channel"],
    )
    call = lua.node.functions.begin(EntryId.parse(name), (url,), context or CallContext())
    with gevent.Timeout(20):
        outcome = call.completion.wait()
    if outcome.error is not None:
        raise AssertionError(str(outcome.error))
    return to_python(outcome.value)


@pytest.fixture
def run(lua, server):
    return lambda body, **options: run_on(lua, f"ws://127.0.0.1:{server.port}/path?q=1", body, **options)


def eventually(condition):
    with gevent.Timeout(10):
        while not condition():
            gevent.sleep(0.01)


def test_messages(run):
    made = run(
        r"""
        local client, err = websocket.connect(url)
        if err then error(err) end
        local ch, found = client:channel(), {}
        if ch ~= client:receive() then error("two channels") end
        for _, each in ipairs({{"h\u{e9}llo"}, {"\0\xff", websocket.BINARY}, {"text", websocket.TEXT}, {"pieces"}}) do
            local sent, err = client:send(each[1], each[2])
            if not sent then error(err) end
            local msg, ok = ch:receive()
            table.insert(found, {msg.type, #msg.data, ok})
        end
        table.insert(found, {client:ping()})
        return found
        """
    )
    assert made == [["text", 6, True], ["binary", 2, True], ["text", 4, True], ["text", 6, True], [True]]


def test_headers_and_protocols(run, server):
    made = run(
        """
        local client = websocket.connect(url, {headers = {["X-Token"] = "t"}, protocols = {"other", "chat.v2"}})
        client:close()
        return true
        """
    )
    assert made is True
    eventually(lambda: "X-Token" in server.requests[-1].headers)
    request = server.requests[-1]
    assert request.path == "/path?q=1"
    assert request.headers["X-Token"] == "t"
    assert request.headers["Sec-WebSocket-Protocol"] == "other, chat.v2"


@pytest.mark.parametrize(
    ("call", "end"),
    [
        ("client:close()", (1000, "")),
        ('client:close(websocket.CLOSE_CODES.INTERNAL_ERROR, "failed: \u00e9")', (1011, "failed: \u00e9")),
        ("client:close(4999)", (4999, "")),
        ("", (1001, "")),
    ],
)
def test_ends_from_here(run, server, call, end):
    before = len(server.ends)
    run(f"local client = websocket.connect(url)\n{call}\nreturn true")
    eventually(lambda: len(server.ends) > before)
    assert server.ends[-1] == end


@pytest.mark.parametrize("word", ["bye", "cut"])
def test_ends_from_there(run, word):
    made = run(
        f"""
        local client = websocket.connect(url)
        client:send("{word}")
        local msg, ok = client:channel():receive()
        local sent, err = client:send("x")
        return {{msg == nil, ok, sent == nil, err:kind(), err:message(), client:close() == nil}}
        """
    )
    assert made == [True, False, True, Kind.INTERNAL, "the connection is closed", True]


def test_a_slow_receiver_gets_everything_in_order(run):
    made = run(
        """
        local client = websocket.connect(url, {channel_capacity = 2})
        client:send("flood")
        time.sleep("100ms")
        for i = 0, 999 do
            local msg = client:channel():receive()
            if msg.data ~= tostring(i) then error("got " .. msg.data .. " for " .. i) end
        end
        return true
        """
    )
    assert made is True


def test_select(run):
    made = run(
        """
        local client = websocket.connect(url)
        local ch = client:channel()
        local late = channel.select({ch:case_receive(), time.after("50ms"):case_receive()})
        client:send("now")
        local soon = channel.select({ch:case_receive(), time.after("5s"):case_receive()})
        return {late.channel ~= ch, soon.channel == ch, soon.value.data}
        """
    )
    assert made == [True, True, "now"]


def test_limits(run):
    made = run(
        """
        local client = websocket.connect(url, {read_limit = 1000})
        client:send("big")
        local msg, ok = client:channel():receive()
        local patient = websocket.connect(url, {read_timeout = 100})
        local _, still = patient:channel():receive()
        return {ok, still}
        """
    )
    assert made == [False, False]


@pytest.mark.parametrize("mode", ["CONTEXT_TAKEOVER", "NO_CONTEXT"])
def test_compression(lua, mode):
    packing = Server(compression="deflate")
    made = run_on(
        lua,
        f"ws://127.0.0.1:{packing.port}",
        f"""
        local mode = websocket.COMPRESSION.{mode}
        local client = websocket.connect(url, {{compression = mode, compression_threshold = 100}})
        local ch, found = client:channel(), {{}}
        for _, text in ipairs({{("a"):rep(5000), "short", ("b"):rep(5000)}}) do
            client:send(text)
            table.insert(found, ch:receive().data == text)
        end
        client:close()
        return found
        """,
    )
    assert made == [True, True, True]
    eventually(lambda: packing.requests)
    assert "permessage-deflate" in packing.requests[-1].headers["Sec-WebSocket-Extensions"]
    packing.stop()


def failure(run, call):
    kind, message, retryable = run(
        f"""
        local client, err = {call}
        if client or not err then error("no failure") end
        return {{err:kind(), err:message(), err:retryable()}}
        """
    )
    return kind, message, retryable


def test_servers_that_refuse(lua, run):
    kind, message, retryable = failure(run, 'websocket.connect("ws://127.0.0.1:1/")')
    assert (kind, retryable) == (Kind.INTERNAL, True)
    assert message == "cannot connect to ws://127.0.0.1:1/: Connection refused"
    refusing = Server(process_request=lambda connection, _request: connection.respond(403, "no"))
    kind, message, retryable = failure(run, f'websocket.connect("ws://127.0.0.1:{refusing.port}/")')
    assert (kind, retryable) == (Kind.INTERNAL, True)
    assert message.endswith("the server answered with status 403")
    refusing.stop()


@pytest.mark.parametrize("answer", [b"", b"nonsense\r\n\r\n"])
def test_servers_that_speak_something_else(run, answer):
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def once():
            client, _ = listener.accept()
            with client:
                client.recv(4096)
                client.sendall(answer)

        thread = threading.Thread(target=once)
        thread.start()
        kind, _, retryable = failure(run, f'websocket.connect("ws://127.0.0.1:{listener.getsockname()[1]}/")')
        assert (kind, retryable) == (Kind.INTERNAL, True)
        thread.join(10)


@pytest.mark.parametrize("timeout", ["100", '"100ms"'])
def test_a_server_that_does_not_answer(run, timeout):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"ws://127.0.0.1:{listener.getsockname()[1]}/"
        began = time.monotonic()
        kind, message, retryable = failure(run, f'websocket.connect("{url}", {{dial_timeout = {timeout}}})')
        assert time.monotonic() - began < 5
    assert (kind, message, retryable) == (Kind.INTERNAL, f"cannot connect to {url}: timeout after 100ms", True)


@pytest.mark.parametrize(
    "arguments",
    [
        '"http://x/"',
        '"ws:///x"',
        'url, {headers = {["A B"] = "c"}}',
        'url, {headers = {A = "b\\r\\nC: d"}}',
        'url, {protocols = "chat"}',
        'url, {protocols = {"\u00e9"}}',
        "url, {compression = 3}",
        "url, {read_limit = -1}",
        "url, {channel_capacity = 0}",
        'url, {dial_timeout = "soon"}',
    ],
)
def test_wrong_options(run, arguments):
    kind, message, retryable = failure(run, f"websocket.connect({arguments})")
    assert (kind, retryable) == (Kind.INVALID, False)
    assert "Error" not in message


def test_text_must_be_text(run):
    made = run(
        r"""
        local client = websocket.connect(url)
        local sent, err = client:send("\xff")
        return {sent == nil, err:kind(), (pcall(client.send, client, "x", 3)), (pcall(client.close, client, 999))}
        """
    )
    assert made == [True, Kind.INVALID, False, False]


def test_constants(run):
    made = run(
        """
        return {
            websocket.TYPE_TEXT, websocket.TYPE_BINARY, websocket.TYPE_PING, websocket.TYPE_PONG, websocket.TYPE_CLOSE,
            websocket.TEXT, websocket.BINARY, websocket.COMPRESSION.NO_CONTEXT, websocket.CLOSE_CODES.TLS_HANDSHAKE,
        }
        """
    )
    assert made == ["text", "binary", "ping", "pong", "close", 1, 2, 2, 1015]


def test_the_end_of_a_process_ends_its_connections(lua, server):
    before = len(server.ends)
    lua.process(
        "listener",
        """
        local client = require("websocket").connect(...)
        client:channel():receive()
        """,
        modules=["websocket"],
    )
    seen = len(server.requests)
    process = lua.spawn("listener", f"ws://127.0.0.1:{server.port}/")
    eventually(lambda: len(server.requests) > seen)
    process.terminate()
    assert process.completion.wait_for(5)
    eventually(lambda: len(server.ends) > before)


class Scope:
    def __init__(self, *allowed):
        self.allowed = allowed

    def evaluate(self, actor, action, resource, meta):
        return "allow" if action in self.allowed else "undefined"


class Actor:
    id = "alice"


@pytest.mark.parametrize(
    ("allowed", "told"),
    [
        ((), "websocket connections not allowed"),
        (("websocket.connect",), "not allowed: ws://"),
        (("websocket.connect", "websocket.connect.url"), None),
    ],
)
def test_permissions(run, allowed, told):
    made = run(
        """
        local client, err = websocket.connect(url)
        return err and err:kind() .. " " .. err:message() or "connected"
        """,
        context=CallContext(actor=Actor(), scope=Scope(*allowed)),
    )
    assert made.startswith(f"{Kind.PERMISSION_DENIED} {told}") if told else made == "connected"


def test_tls(lua, tmp_path, monkeypatch):
    request = "req -x509 -newkey rsa:2048 -nodes -days 2 -keyout key -out cert -subj /CN=localhost"
    command = ["openssl", *request.split(), "-addext", "subjectAltName=DNS:localhost"]
    subprocess.run(command, check=True, capture_output=True, cwd=tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert", tmp_path / "key")
    secure = Server(ssl=context)
    body = """
        local client, err = websocket.connect(url)
        if err then return err:message() end
        client:send("secret")
        local data = client:channel():receive().data
        client:close()
        return data
    """
    url = f"wss://localhost:{secure.port}/"
    assert "certificate" in run_on(lua, url, body)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert"))
    assert run_on(lua, url, body) == "secret"
    secure.stop()
