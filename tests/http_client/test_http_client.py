"""The `http_client` module against real servers in this process (documentation page lua/http/client)."""

import gzip
import json
import ssl
import subprocess
import time

import gevent
import pytest
from gevent import socket
from gevent.pywsgi import WSGIServer

from runtime.binding import Kind
from runtime.http.client.client import _redirected, check_address
from runtime.http.client.request import Request
from runtime.permissions import Permissions
from runtime.process.context import CallContext


def application(environ, start_response):
    """Answer with what was asked, as JSON; some paths do other things."""
    path = environ["PATH_INFO"]
    body = environ["wsgi.input"].read()
    seen = {
        "method": environ["REQUEST_METHOD"],
        "query": environ["QUERY_STRING"],
        "path": path,
        "body": body.decode("latin-1"),
        "type": environ.get("CONTENT_TYPE", ""),
        "headers": {name[5:]: value for name, value in environ.items() if name.startswith("HTTP_")},
    }
    if path.startswith("/status/"):
        start_response(f"{path[8:]} Some", [("x-custom-header", "a"), ("Content-Type", "text/plain")])
        return [b"text"]
    if path.startswith("/redirect/"):
        code, _, target = path[10:].partition("/")
        start_response(f"{code} Moved", [("Location", target or "/last")])
        return [b"look there"]
    if path == "/loop":
        start_response("302 Found", [("Location", "/loop")])
        return [b""]
    if path == "/slow":
        gevent.sleep(5)
    if path == "/cookies":
        cookies = [("Set-Cookie", "a=1; Path=/; HttpOnly"), ("Set-Cookie", 'b="two"')]
        start_response("200 OK", cookies)
        return [b""]
    if path == "/gzip":
        start_response("200 OK", [("Content-Encoding", "gzip")])
        return [gzip.compress(b"packed")]
    if path == "/pieces":
        start_response("200 OK", [("Content-Type", "text/plain")])
        return pieces()
    if path == "/large":
        start_response("200 OK", [])
        return (b"x" * 1000 for _ in range(1000))
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(seen).encode()]


def pieces():
    for number in range(3):
        yield f"line {number}\n".encode()
        gevent.sleep(0.05)


@pytest.fixture(scope="module")
def server():
    made = WSGIServer(("127.0.0.1", 0), application, log=None, error_log=None)
    made.start()
    yield made
    made.stop(timeout=0)


@pytest.fixture
def run(lua, server):
    """Run Lua code with `http`, `url` (of the server) and further arguments; 'json' gives what the server saw."""

    def begin(body, *arguments, **options):
        url = f"http://127.0.0.1:{server.server_port}"
        modules = ["http_client", "json", "time", "stream", "channel", "funcs"]
        name = lua.function(
            f"f{len(body)}_{time.monotonic_ns()}",
            f"""
            local http, json, time = require("http_client"), require("json"), require("time")
            local url = ...
            local function seen(resp, err)
                if err then error(err) end
                return json.decode(resp.body)
            end
            {body}
            """,
            modules=modules,
        )
        from runtime.binding import to_python

        return to_python(lua.node.functions.call(name, (url, *arguments), timeout=options.pop("timeout", 20)))

    return begin


def failure(run, body, *arguments):
    kind, message, retryable = run(
        f"""
        local function try(...)
            {body}
        end
        local value, err = try()
        if value ~= nil or not err then error("no failure") end
        return {{err:kind(), err:message(), err:retryable()}}
        """,
        *arguments,
    )
    return kind, message, retryable


def test_methods(run):
    made = run(
        """
        local found = {}
        for _, name in ipairs({"get", "post", "put", "patch", "delete"}) do
            table.insert(found, seen(http[name](url .. "/x")).method)
        end
        table.insert(found, seen(http.request("propfind", url .. "/x")).method)
        local head = http.head(url .. "/x")
        table.insert(found, head.status_code .. ":" .. head.body .. ":" .. head.headers["Content-Type"])
        return found
        """
    )
    assert made == ["GET", "POST", "PUT", "PATCH", "DELETE", "PROPFIND", "200::application/json"]


def test_the_answer(run):
    made = run(
        """
        local r = http.get(url .. "/status/404")
        local same = r.url == url .. "/status/404"
        return {r.status_code, r.body, r.body_size, r.headers["X-Custom-Header"], same, type(r.cookies)}
        """
    )
    assert made == [404, "text", 4, "a", True, "table"]


def test_query_is_merged(run):
    made = run('return seen(http.get(url .. "/p?a=0&b=1", {query = {a = "x y&", n = 5, list = {"1", "2"}}})).query')
    assert made == "a=x+y%26&b=1&list=1&list=2&n=5"


def test_bytes_in_urls_and_bodies_arrive(run):
    made = run(r'return seen(http.post(url .. "/é?q=ü", {body = "\0\xff"}))')
    assert (made["path"], made["query"], made["body"]) == ("/Ã©", "q=%C3%BC", "\0\xff")


def test_headers_cookies_and_auth(run):
    made = run(
        """
        return seen(http.get(url, {
            headers = {["X-One"] = "1", ["user-agent"] = "me"},
            cookies = {c = "v"},
            auth = {user = "admin", pass = "secret"},
        })).headers
        """
    )
    assert made["X_ONE"] == "1"
    assert made["USER_AGENT"] == "me"
    assert made["COOKIE"] == "c=v"
    assert made["AUTHORIZATION"] == "Basic YWRtaW46c2VjcmV0"


def test_cookies_of_the_answer(run):
    assert run('return http.get(url .. "/cookies").cookies') == {"a": "1", "b": "two"}


def test_form(run):
    made = run('return seen(http.post(url, {form = {a = "1 2", b = "ü"}}))')
    assert (made["type"], made["body"]) == ("application/x-www-form-urlencoded", "a=1+2&b=%C3%BC")


def test_files(run):
    made = run(
        r"""
        return seen(http.post(url, {
            form = {title = "My Document"},
            files = {{name = "doc", filename = "ré.pdf", content = "\0pdf", content_type = "application/pdf"}},
        }))
        """
    )
    assert made["type"].startswith("multipart/form-data; boundary=")
    boundary = made["type"].partition("=")[2]
    body = made["body"].encode("latin-1").decode()
    assert body == (
        f'--{boundary}\r\nContent-Disposition: form-data; name="title"\r\n\r\nMy Document\r\n'
        f'--{boundary}\r\nContent-Disposition: form-data; name="doc"; filename="ré.pdf"\r\n'
        f"Content-Type: application/octet-stream\r\n\r\n\0pdf\r\n--{boundary}--\r\n"
    )


def test_a_file_from_a_stream(run):
    made = run(
        """
        local resp = http.get(url .. "/pieces", {stream = true})
        return seen(http.post(url, {files = {{name = "f", reader = resp.stream}}})).body
        """
    )
    assert "line 0\nline 1\nline 2\n" in made


def test_streaming(run):
    made = run(
        """
        local resp = http.get(url .. "/pieces", {stream = true})
        local found = {resp.body_size, resp.body == nil}
        while true do
            local chunk, err = resp.stream:read(4096)
            if err then error(err) end
            if not chunk then break end
            table.insert(found, chunk)
        end
        table.insert(found, (resp.stream:close()))
        return found
        """
    )
    assert made == [-1, True, "line 0\n", "line 1\n", "line 2\n", True]


def test_scanning_a_stream(run):
    made = run(
        """
        local lines, scanner = {}, http.get(url .. "/pieces", {stream = true}).stream:scanner("lines")
        while scanner:scan() do table.insert(lines, scanner:text()) end
        return lines
        """
    )
    assert made == ["line 0", "line 1", "line 2"]


def test_compressed_answers_are_unpacked_unless_asked_for(run):
    made = run(
        """
        local plain = http.get(url .. "/gzip")
        local own = http.get(url .. "/gzip", {headers = {["Accept-Encoding"] = "gzip"}})
        local stream = http.get(url .. "/gzip", {stream = true}).stream:read()
        local told = plain.headers["Content-Encoding"] == nil
        return {plain.body, told, own.headers["Content-Encoding"], own.body:byte(1), stream}
        """
    )
    assert made == ["packed", True, "gzip", 0x1F, "packed"]


def test_redirects(run):
    made = run(
        """
        local found = {}
        for _, code in ipairs({301, 302, 303, 307, 308}) do
            local resp = http.post(url .. "/redirect/" .. code, {body = "b", headers = {["Content-Type"] = "t/t"}})
            local s = seen(resp)
            table.insert(found, code .. s.method .. s.body .. s.type .. resp.url:sub(#url + 1))
        end
        return found
        """
    )
    assert made == ["301GET/last", "302GET/last", "303GET/last", "307POSTbt/t/last", "308POSTbt/t/last"]
    kind, message, retryable = failure(run, 'return http.get(url .. "/loop")')
    assert (kind, message, retryable) == (Kind.INTERNAL, "stopped after 10 redirects", True)


def test_secrets_do_not_follow_to_another_host():
    request = Request("GET", "http://a/", {"Authorization": "x", "Cookie": "y", "X": "z"})
    assert _redirected(request, 302, "/b").headers == request.headers
    assert _redirected(request, 302, "https://a/").headers == {"X": "z"}
    assert _redirected(request, 302, "//b/").headers == {"X": "z"}


def test_limits(run):
    kind, message, _ = failure(run, 'return http.get(url .. "/large", {max_response_body = 5000})')
    assert (kind, message) == (Kind.INTERNAL, "response body too large (max 5000 bytes)")
    assert run('return #http.get(url .. "/large").body') == 1_000_000


@pytest.mark.parametrize("timeout", ["0.2", '"200ms"'])
def test_timeouts(run, timeout):
    began = time.monotonic()
    kind, message, retryable = failure(run, f'return http.get(url .. "/slow", {{timeout = {timeout}}})')
    assert time.monotonic() - began < 2
    assert (kind, retryable) == (Kind.INTERNAL, True)
    assert message.endswith("/slow: timeout after 200ms")


def test_a_server_that_is_not_there(run):
    kind, message, retryable = failure(run, 'return http.get("http://127.0.0.1:1/x")')
    assert (kind, retryable) == (Kind.INTERNAL, True)
    assert message == "GET http://127.0.0.1:1/x: Connection refused"
    kind, message, retryable = failure(run, 'return http.get("http://no.such.host.invalid/")')
    assert (kind, retryable) == (Kind.INTERNAL, True)
    assert "Traceback" not in message


@pytest.mark.parametrize(
    "call",
    [
        'http.get("ftp://x/")',
        'http.get("/path")',
        'http.get("http://:80/")',
        'http.get("http://a:99999/")',
        'http.get(url, {headers = {["A\\r\\nB"] = "c"}})',
        'http.get(url, {headers = {A = "b\\r\\nC: d"}})',
        'http.get(url, {headers = "x"})',
        'http.get(url, {timeout = "soon"})',
        "http.get(url, {max_response_body = -1})",
        'http.get(url, {tls = {cert = "x"}})',
        'http.get(url, {tls = {ca = "no pem"}})',
        'http.post(url, {files = {{content = "x"}}})',
        'http.post(url, {files = {{name = "x"}}})',
        'http.get(url, {overlay_network = "app:tor"})',
        'http.request("BAD METHOD", url)',
        'http.request_batch({{"GET"}})',
        'http.decode_uri("%zz")',
    ],
)
def test_wrong_requests(run, call):
    kind, message, retryable = failure(run, f"return {call}")
    assert (kind, retryable) == (Kind.INVALID, False)
    assert "Error" not in message


def test_wrong_arguments_raise(run):
    made = run(
        """
        local found = {}
        for _, call in ipairs({
            function() http.get("") end, function() http.get(5 == 5) end, function() http.request("", url) end,
            function() http.request_batch({}) end,
        }) do
            local _, err = pcall(call)
            table.insert(found, (tostring(err):gsub("^.-: ", "")))
        end
        return found
        """
    )
    assert made == [
        "bad argument #1 to 'get' (URL required)",
        "bad argument #1 to 'get' (string expected, got boolean)",
        "bad argument #1 to 'request' (method required)",
        "bad argument #1 to 'request_batch' (requests table cannot be empty)",
    ]


def test_batch_runs_at_the_same_time(run):
    made = run(
        """
        local responses, errors = http.request_batch({
            {"GET", url .. "/one"},
            {"post", url .. "/two", {body = "event"}},
            {"GET", url .. "/pieces", {stream = true}},
        })
        return {seen(responses[1]).path, seen(responses[2]).body, responses[3].body, errors == nil}
        """
    )
    assert made == ["/one", "event", "line 0\nline 1\nline 2\n", True]
    began = time.monotonic()
    run(
        """
        local requests = {}
        for i = 1, 20 do requests[i] = {"GET", url .. "/pieces"} end
        local responses, errors = http.request_batch(requests)
        if errors or #responses ~= 20 then error("failed") end
        """
    )
    assert time.monotonic() - began < 1.5  # one after the other they would take 3 s


def test_batch_tells_which_failed(run):
    made = run(
        """
        local responses, errors = http.request_batch({{"GET", "http://127.0.0.1:1/"}, {"GET", url}})
        local err = errors[1]
        return {responses[1] == nil, responses[2].status_code, err:kind(), err:retryable(), errors[2] == nil}
        """
    )
    assert made == [True, 200, Kind.INTERNAL, True, True]


def test_uri_encoding(run):
    made = run('return {http.encode_uri("hello wörld/~?"), http.decode_uri("hello+w%C3%B6rld%2F")}')
    assert made == ["hello+w%C3%B6rld%2F~%3F", "hello wörld/"]


def test_others_run_meanwhile(run):
    made = run(
        """
        local ticks, done = 0, false
        coroutine.spawn(function() while not done do time.sleep("10ms"); ticks = ticks + 1 end end)
        http.get(url .. "/pieces")
        done = true
        return ticks
        """
    )
    assert made >= 5


def test_the_end_of_a_process_ends_its_request(lua, server):
    lua.process(
        "asker",
        'require("http_client").get(...)',
        modules=["http_client"],
    )
    process = lua.spawn("asker", f"http://127.0.0.1:{server.server_port}/slow")
    gevent.sleep(0.2)
    began = time.monotonic()
    process.terminate()
    assert process.completion.wait_for(2)
    gevent.sleep(0.05)
    assert time.monotonic() - began < 2
    assert not process.tasks


def test_connections_are_kept(lua, run):
    peers = set()

    def count(environ, start_response):
        peers.add(environ["REMOTE_PORT"])
        start_response("200 OK", [])
        return [b"ok"]

    counting = WSGIServer(("127.0.0.1", 0), count, log=None, error_log=None)
    counting.start()
    run(f'for _ = 1, 5 do http.get("http://127.0.0.1:{counting.server_port}/") end')
    assert len(peers) == 1
    counting.stop(timeout=0)


def test_a_connection_that_the_server_closed_is_made_anew(run):
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    served = []

    def serve():
        while True:
            client, _ = listener.accept()
            with client:
                while b"\r\n\r\n" not in client.recv(4096):
                    pass
                client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
                served.append(1)
                client.recv(1)  # the next request comes, and is dropped

    server = gevent.spawn(serve)
    port = listener.getsockname()[1]
    assert (
        run(f'return http.get("http://127.0.0.1:{port}/").body .. http.get("http://127.0.0.1:{port}/").body') == "okok"
    )
    assert len(served) == 2
    server.kill()
    listener.close()


def test_unix_socket(run, tmp_path):
    path = str(tmp_path / "socket")
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen()
    local = WSGIServer(listener, application, log=None, error_log=None)
    local.start()
    made = run('local _, path = ...\nreturn seen(http.get("http://anything/over", {unix_socket = path})).path', path)
    assert made == "/over"
    local.stop(timeout=0)


# --- TLS --------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    """A certificate authority, and certificates of it for a server and a client."""
    place = tmp_path_factory.mktemp("tls")

    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], check=True, capture_output=True, cwd=place)

    new = ("-newkey", "rsa:2048", "-nodes", "-days", "2")
    openssl("req", "-x509", *new, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=test authority")
    for name, subject in (("server", "/CN=service.test"), ("client", "/CN=client")):
        openssl("req", *new[:3], "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", subject)
        (place / "ext").write_text("subjectAltName=DNS:service.test\n")
        openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
                "-days", "2", "-out", f"{name}.pem", "-extfile", "ext")  # fmt: skip
    return place


@pytest.fixture
def tls(certificates):
    from gevent.ssl import SSLContext

    context = SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates / "server.pem", certificates / "server.key")
    context.load_verify_locations(certificates / "ca.pem")
    context.verify_mode = ssl.CERT_OPTIONAL

    def answer(environ, start_response):
        start_response("200 OK", [])
        peer = environ["test.socket"].getpeercert() if environ.get("test.socket") else None
        return [b"client" if peer else b"nobody"]

    from gevent.pywsgi import WSGIHandler

    class Handler(WSGIHandler):
        def get_environ(self):
            return {**super().get_environ(), "test.socket": self.socket}

        def log_error(self, *_):
            pass

    made = WSGIServer(("127.0.0.1", 0), answer, log=None, error_log=None, handler_class=Handler, ssl_context=context)
    made.start()
    yield f"https://127.0.0.1:{made.server_port}/"
    made.stop(timeout=0)


def test_tls(run, tls, certificates):
    texts = [(certificates / name).read_text() for name in ("ca.pem", "client.pem", "client.key")]
    made = run(
        """
        local _, url, ca, cert, key = ...
        local named = {ca = ca, server_name = "service.test"}
        return {
            http.get(url, {tls = named}).body,
            http.get(url, {tls = {ca = ca, server_name = "service.test", cert = cert, key = key}}).body,
            http.get(url, {tls = {insecure_skip_verify = true}}).body,
        }
        """,
        tls,
        *texts,
    )
    assert made == ["nobody", "client", "nobody"]


@pytest.mark.parametrize("options", ["{}", "{tls = {ca = ca}}", '{tls = {ca = ca, server_name = "other.test"}}'])
def test_tls_is_verified(run, tls, certificates, options):
    kind, message, retryable = failure(
        run, f"return http.get(tls, {options})".join(["local _, tls, ca = URL, TLS, CA\n", ""])
        .replace("URL, TLS, CA", f'nil, "{tls}", [==[{(certificates / "ca.pem").read_text()}]==]'),
    )  # fmt: skip
    assert (kind, retryable) == (Kind.INTERNAL, True)
    assert "certificate" in message


# --- permissions ------------------------------------------------------------------------------------------------------


class Scope:
    """Allows what is listed, as "action resource"."""

    def __init__(self, *allowed):
        self.allowed = allowed

    def evaluate(self, actor, action, resource, meta):
        return "allow" if action in self.allowed or f"{action} {resource}" in self.allowed else "undefined"


class Actor:
    id = "alice"


def limited(*allowed):
    return CallContext(actor=Actor(), scope=Scope(*allowed))


@pytest.mark.parametrize(
    ("allowed", "options", "told"),
    [
        ((), "{}", "not allowed: http://127.0.0.1:"),
        (("http_client.request",), "{}", "not allowed: private IP 127.0.0.1"),
        (("http_client.request",), '{unix_socket = "/x"}', "not allowed: unix socket /x"),
        (("http_client.request",), "{tls = {insecure_skip_verify = true}}", "not allowed: insecure TLS for http"),
        (("http_client.request", "http_client.private_ip 127.0.0.1"), "{}", None),
    ],
)
def test_permissions(lua, server, allowed, options, told):
    name = lua.function(
        "limited",
        f"""
        local resp, err = require("http_client").get(..., {options})
        if err then return err:kind() .. " " .. err:message() end
        return resp.status_code
        """,
        modules=["http_client"],
    )
    from runtime.registry.entry import EntryId

    call = lua.node.functions.begin(
        EntryId.parse(name), (f"http://127.0.0.1:{server.server_port}/",), limited(*allowed)
    )
    value = call.completion.wait().value
    if told is None:
        assert value == 200
    else:
        assert value.startswith(f"{Kind.PERMISSION_DENIED} {told}")


def test_redirects_are_asked_about_too(lua, server):
    url = f"http://127.0.0.1:{server.server_port}"
    name = lua.function(
        "go", 'local _, err = require("http_client").get(...)\nreturn err:message()', modules=["http_client"]
    )
    from runtime.registry.entry import EntryId

    context = limited("http_client.private_ip", f"http_client.request {url}/redirect/302")
    call = lua.node.functions.begin(EntryId.parse(name), (f"{url}/redirect/302",), context)
    assert call.completion.wait().value == f"not allowed: {url}/last"


@pytest.mark.parametrize(
    "host", ["10.0.0.1", "192.168.1.1", "172.16.5.5", "localhost", "[::1]", "169.254.1.1", "0.0.0.0"]
)
def test_private_addresses(host):
    from runtime.binding import Failure

    with pytest.raises(Failure, match="not allowed: private IP"):
        check_address(Request("GET", f"http://{host}/"), Permissions(limited()))
    check_address(Request("GET", f"http://{host}/"), Permissions(CallContext()))
