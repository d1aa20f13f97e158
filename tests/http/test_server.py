"""The foreground server, over real sockets."""

import gevent
import pytest
from gevent import socket
from gevent.event import Event
from http_fakes import Node, endpoint, router, service, static

from runtime.node import Node as WholeNode
from runtime.registry.entry import EntryId
from runtime.security.identity import Identity, PolicyScope
from runtime.supervisor.supervisor import SupervisorError

GATEWAY = EntryId("app", "gateway")


class Client:
    """One connection, read as raw bytes."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=5)
        self.received = b""

    def send(self, text):
        self.socket.sendall(text.replace("\n", "\r\n").encode("latin-1"))
        return self

    def until(self, end):
        while end not in self.received:
            piece = self.socket.recv(65536)
            assert piece, f"closed after {self.received!r}"
            self.received += piece
        found, _, self.received = self.received.partition(end)
        return (found + end).decode("latin-1")

    def rest(self):
        while piece := self.socket.recv(65536):
            self.received += piece
        return self.received.decode("latin-1")


@pytest.fixture
def run():
    """Start a node with these handlers at "/{name}"; give it and what opens connections."""
    nodes = []
    clients = []

    def start(handlers, *entries, **data):
        node = Node({f"app:f_{name}": handler for name, handler in handlers.items()})
        ends = [endpoint(name, "GET", f"/{name}/") for name in handlers]
        ends += [endpoint(f"{name}_post", "POST", f"/{name}/", f"f_{name}") for name in handlers]
        node.load([service(**data), router(), *ends, *entries])
        node.start()
        nodes.append(node)

        def connect():
            clients.append(Client(port_of(node)))
            return clients[-1]

        return node, connect

    yield start
    for client in clients:
        client.socket.close()
    for node in nodes:
        node.stop()


def server_of(node):
    return node.supervisor._controllers[GATEWAY].service


def port_of(node):
    return server_of(node).port


def path(exchange):
    return exchange.request.path()


def test_one_connection_many_requests(run):
    _, connect = run({"a": path})
    client = connect().send("GET /a HTTP/1.1\nHost: x\n\nGET /a/b HTTP/1.1\nHost: x\n\n")
    assert client.until(b'"/a"').startswith("HTTP/1.1 200 OK\r\n")
    assert '"/a/b"' in client.until(b'"/a/b"')


def test_parameters_are_any_bytes(run):
    _, connect = run({"a": lambda exchange: exchange.response.write(path(exchange).encode("latin-1"))})
    assert connect().send("GET /a/%FF%00 HTTP/1.1\nHost: x\nConnection: close\n\n").rest().endswith("\n/a/\xff\0")


def test_head_has_no_body(run):
    _, connect = run({"a": path})
    answer = connect().send("HEAD /a HTTP/1.1\nHost: x\nConnection: close\n\n").rest()
    assert answer.endswith("\r\n\r\n")
    assert "content-length: 4\r\n" in answer.lower()


def body(exchange):
    return exchange.request.body.read_all(100, 2).decode("latin-1")


def test_chunked_uploads(run):
    _, connect = run({"a": body})
    client = connect().send("POST /a HTTP/1.1\nHost: x\nTransfer-Encoding: chunked\n\n3\nabc\n2\nde\n0\n\n")
    assert client.until(b'"abcde"')
    assert client.send("GET /a HTTP/1.1\nHost: x\n\n").until(b'""')


def test_continue(run):
    _, connect = run({"a": body})
    client = connect().send("POST /a HTTP/1.1\nHost: x\nContent-Length: 2\nExpect: 100-continue\n\n")
    assert client.until(b"\r\n\r\n").startswith("HTTP/1.1 100")
    assert client.send("hi").until(b'"hi"')


def test_a_slow_body_times_out(run):
    _, connect = run({"a": lambda exchange: exchange.request.body.read_all(100, 0.05).decode()})
    client = connect().send("POST /a HTTP/1.1\nHost: x\nContent-Length: 9\n\nabc")
    assert "timeout after 50 ms" in client.until(b"ms\n")


def test_an_unread_body_does_not_disturb_the_next_request(run):
    _, connect = run({"a": path})
    client = connect().send("POST /a HTTP/1.1\nHost: x\nContent-Length: 5\n\nhello")
    assert client.until(b'"/a"')
    assert client.send("GET /a HTTP/1.1\nHost: x\n\n").until(b'"/a"')


@pytest.mark.parametrize("line", ["nonsense", "GET / HTTP/9.9", "GET"])
def test_malformed_requests(run, line):
    _, connect = run({"a": path})
    assert connect().send(f"{line}\n\n").rest().startswith("HTTP/1.1 400")
    assert connect().send("GET /a HTTP/1.1\nHost: x\n\n").until(b'"/a"')


def test_pieces_arrive_as_they_are_flushed(run):
    go_on = Event()

    def handler(exchange):
        exchange.response.write(b"one")
        exchange.response.flush()
        go_on.wait()
        exchange.response.write(b"two")

    _, connect = run({"a": handler})
    client = connect().send("GET /a HTTP/1.1\nHost: x\n\n")
    assert "Transfer-Encoding: chunked" in client.until(b"one\r\n")
    go_on.set()
    assert client.until(b"0\r\n\r\n") == "3\r\ntwo\r\n0\r\n\r\n"


def test_a_call_ends_when_its_client_leaves(run, monkeypatch):
    monkeypatch.setattr("runtime.http.departures.LOOK", 0.02)
    begun, ended = Event(), Event()

    def handler(_exchange):
        begun.set()
        try:
            gevent.sleep(5)
        finally:
            ended.set()

    _, connect = run({"a": handler})
    client = connect().send("GET /a HTTP/1.1\nHost: x\n\n")
    assert begun.wait(2)
    client.socket.close()
    assert ended.wait(2)


def test_a_streaming_call_ends_when_its_client_leaves(run):
    ended = Event()

    def handler(exchange):
        try:
            while True:
                exchange.response.write(b"x" * 100_000)
        finally:
            ended.set()

    _, connect = run({"a": handler})
    client = connect().send("GET /a HTTP/1.1\nHost: x\n\n")
    client.socket.recv(10)
    client.socket.close()
    assert ended.wait(2)


def test_stopping_lets_requests_finish(run):
    begun = Event()

    def handler(_exchange):
        begun.set()
        gevent.sleep(0.4)
        return "done"

    node, connect = run({"a": handler})
    port = port_of(node)
    client, idle = connect().send("GET /a HTTP/1.1\nHost: x\n\n"), connect()
    begun.wait(2)
    stopping = gevent.spawn(node.supervisor.stop_all)
    assert client.until(b'"done"')
    stopping.join(2)
    assert idle.rest() == ""
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))


def test_stopping_cuts_off_what_takes_too_long(run, caplog):
    node, connect = run({"a": lambda _exchange: gevent.sleep(10)})
    client = connect().send("GET /a HTTP/1.1\nHost: x\n\n")
    gevent.sleep(0.05)
    with gevent.Timeout(2):
        server_of(node).stop(0.3)
    assert client.rest().startswith("HTTP/1.1 503")
    assert "requests are cut off" in caplog.text


def test_idle_connections_are_closed(run):
    _, connect = run({"a": path}, timeouts={"idle": "50ms"})
    client = connect().send("GET /a HTTP/1.1\nHost: x\n\n")
    assert client.until(b'"/a"')
    assert client.rest() == ""


def test_a_taken_port_is_told(run):
    node, _ = run({"a": path})
    with pytest.raises(
        SupervisorError, match=r"service app:gateway did not start: cannot listen on .* in use; stop the"
    ):
        run({"a": path}, addr=f"127.0.0.1:{port_of(node)}")


def test_each_request_is_logged(run, caplog):
    caplog.set_level("INFO", "wippy.http.access")
    _, connect = run({"a": path})
    connect().send("GET /a?b=c HTTP/1.1\nHost: x\nConnection: close\n\n").rest()
    (record,) = [record for record in caplog.records if record.name == "wippy.http.access"]
    assert record.getMessage() == "GET /a?b=c 200"
    assert record.fields.pop("ms") >= 0
    assert record.fields == {
        "service": "app:gateway",
        "client": "127.0.0.1",
        "method": "GET",
        "target": "/a?b=c",
        "status": 200,
        "bytes": 4,
    }


def test_large_files(run, tmp_path):
    from http_fakes import entry

    (tmp_path / "big").write_bytes(b"x" * 3_000_000)
    volume = entry("app:files", "fs.directory", directory=str(tmp_path))
    _, connect = run({"a": path}, volume, static("site", "/", "files"))
    answer = connect().send("GET /big HTTP/1.1\nHost: x\nConnection: close\n\n").rest()
    assert answer.endswith("\r\n\r\n" + "x" * 3_000_000)


def test_a_server_around_the_node_listens_instead(run):
    node = Node()
    node.http.bound = frozenset([GATEWAY])
    node.load([service()])
    node.start()
    assert port_of(node) == 0
    node.stop()


def test_requests_begin_with_the_identity_of_the_server(tmp_path, caplog):
    """A token puts another in its place (documentation page http/server, section Security)."""
    (tmp_path / "wippy.lock").write_text("directories: {src: ./src}\n")
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "_index.yaml").write_text(
        """
        namespace: app
        entries:
          - name: gateway
            kind: http.service
            addr: "127.0.0.1:0"
            lifecycle: {auto_start: true, security: {actor: {id: visitor}, policies: [reads]}}
          - {name: reads, kind: security.policy, policy: {actions: read, resources: "*", effect: allow}}
          - {name: kept, kind: store.memory}
          - {name: tokens, kind: security.token_store, store: kept}
          - name: api
            kind: http.router
            meta: {server: gateway}
            middleware: [token_auth]
            options: {token_auth.store: tokens}
          - name: who
            kind: function.lua
            modules: [security]
            source: |
              local security = require("security")
              return function()
                  return {security.actor():id(), security.can("read", "x"), security.can("write", "x")}
              end
          - {name: who.get, kind: http.endpoint, meta: {router: api}, method: GET, path: /who, func: who}
        """
    )
    node = WholeNode.boot(tmp_path)
    caplog.set_level("INFO", "wippy.http.access")
    node.start()
    try:
        token = node.resources.get(EntryId("app", "tokens")).create(Identity("user:1", {}), PolicyScope(), 0.0, {})
        found = []
        for path_ in ("/who", f"/who?x-auth-token={token}", "/who"):
            client = Client(port_of(node)).send(f"GET {path_} HTTP/1.1\nHost: x\nConnection: close\n\n")
            found.append(client.rest().rpartition("\r\n")[2])
            client.socket.close()
        assert found == ['["visitor",true,false]', '["user:1",false,false]', '["visitor",true,false]']
        assert [access for access in caplog.messages if "token" in access] == ["GET /who?x-auth-token=*** 200"]
    finally:
        node.stop()
