"""Every middleware with its options (documentation page http/middleware)."""

import gzip
import importlib.metadata
import zlib
from dataclasses import dataclass, field
from types import SimpleNamespace

import falcon
import pytest
from falcon.testing import TestClient
from http_fakes import Node, endpoint, entry, router, service, static

from runtime.binding import Failure, Kind
from runtime.http.middleware.headers import accepts_gzip
from runtime.http.middleware.ratelimit import Buckets, Limits
from runtime.registry.change import Change
from runtime.registry.entry import EntryId
from runtime.registry.errors import RegistryError

TEXT = "All work and no play makes Jack a dull boy. " * 100


def make(handler, *middleware, post=(), post_options=None, method="GET", root=None, more=(), **options):
    """A node whose router has the middleware; options are written with two underscores for a dot."""
    node = Node({"app:f_it": handler}, *([root] if root else []))
    dotted = {name.replace("__", "."): value for name, value in options.items()}
    api = router(
        middleware=list(middleware), options=dotted, post_middleware=list(post), post_options=post_options or {}
    )
    return node.load([service(), api, endpoint("it", method, "/it"), *more])


def client(*arguments, **options):
    return TestClient(make(*arguments, **options).application())


def text(exchange):
    exchange.response.set_content_type("text/plain")
    exchange.response.write(TEXT.encode())


def address(exchange):
    exchange.response.write(exchange.request.remote_address().encode())


# --- cors -------------------------------------------------------------------------------------------------------------


def preflight(http, origin, method="POST"):
    headers = {"Origin": origin, "Access-Control-Request-Method": method}
    return http.simulate_options("/it", headers=headers)


def test_cors_answers_preflight_by_itself():
    answer = preflight(client(text, "cors"), "https://a.example")
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == "https://a.example"
    assert answer.headers["access-control-allow-methods"] == "GET,POST,PUT,DELETE,OPTIONS,PATCH"
    wanted = "Origin,Content-Type,Accept,Authorization,X-Requested-With"
    assert answer.headers["access-control-allow-headers"] == wanted
    assert answer.headers["access-control-max-age"] == "86400"
    assert answer.headers["vary"] == "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"
    assert "access-control-allow-credentials" not in answer.headers


def test_cors_options():
    http = client(
        text,
        "cors",
        cors__allow__origins="https://app.example.com, *.example.org,localhost",
        cors__allow__methods="GET",
        cors__allow__headers="X-A",
        cors__expose__headers="X-B",
        cors__allow__credentials="true",
        cors__max__age="5",
        cors__allow__private__network=True,
    )
    answer = preflight(http, "https://x.example.org")
    assert answer.headers["access-control-allow-methods"] == "GET"
    assert answer.headers["access-control-allow-headers"] == "X-A"
    assert answer.headers["access-control-max-age"] == "5"
    assert answer.headers["access-control-allow-credentials"] == "true"
    assert answer.headers["access-control-allow-private-network"] == "true"
    answer = http.simulate_get("/it", headers={"Origin": "http://localhost:3000"})
    assert answer.text == TEXT
    assert answer.headers["access-control-allow-origin"] == "http://localhost:3000"
    assert answer.headers["access-control-expose-headers"] == "X-B"
    assert answer.headers["access-control-allow-credentials"] == "true"
    assert answer.headers["vary"] == "Origin"


@pytest.mark.parametrize(
    "origin", ["https://example.org", "https://evilexample.org", "http://localhost.evil", "https://app.example.com:1"]
)
def test_cors_gives_other_origins_no_headers(origin):
    http = client(text, "cors", cors__allow__origins="https://app.example.com,*.example.org,localhost")
    for answer in (http.simulate_get("/it", headers={"Origin": origin}), preflight(http, origin)):
        assert answer.status_code in (200, 204)
        assert "access-control-allow-origin" not in answer.headers


def test_cors_legacy_names_and_handlers_own_vary():
    def handler(exchange):
        exchange.response.set_header("Vary", "Cookie")

    http = client(handler, "cors", allow_origins="https://a.example")
    answer = http.simulate_get("/it", headers={"Origin": "https://a.example"})
    assert answer.headers["access-control-allow-origin"] == "https://a.example"
    assert answer.headers["vary"] == "Cookie, Origin"


# --- ratelimit --------------------------------------------------------------------------------------------------------


def test_buckets():
    now = 0.0
    buckets = Buckets(Limits(rate=2, burst=3, ttl=10, cleanup=5, max_entries=2), lambda: now)
    assert [buckets.take("a") for _ in range(4)] == [0, 0, 0, 0.5]
    now = 0.5
    assert [buckets.take("a"), buckets.take("a")] == [0, 0.5]
    now = 100.0
    assert [buckets.take("a") for _ in range(4)] == [0, 0, 0, 0.5]  # no more than the burst is saved up
    buckets.take("b")
    buckets.take("c")
    assert len(buckets) == 2
    assert buckets.take("a") == 0  # it had to go, being the oldest
    now = 111.0
    buckets.take("d")
    assert len(buckets) == 1


def test_ratelimit_refuses_when_the_burst_is_used_up():
    http = client(text, "ratelimit", ratelimit__burst="2", ratelimit__requests="60", ratelimit__window="1m")
    assert [http.simulate_get("/it").status_code for _ in range(3)] == [200, 200, 429]
    answer = http.simulate_get("/it")
    assert answer.headers["x-ratelimit-limit"] == "60"
    assert answer.headers["x-ratelimit-window"] == "1m"
    assert answer.headers["retry-after"] == "1"
    assert answer.text == "Rate limit exceeded\n"


@pytest.mark.parametrize(("key", "where"), [("header:X-API-Key", "headers"), ("query:api_key", "params")])
def test_ratelimit_keys(key, where):
    http = client(text, "ratelimit", ratelimit__key=key, ratelimit__burst=1)

    def ask(value):
        return http.simulate_get("/it", **{where: {key.partition(":")[2]: value}}).status_code

    assert [ask("a"), ask("a"), ask("b")] == [200, 429, 200]
    assert http.simulate_get("/it").status_code == 400


def test_ratelimit_is_one_for_a_router_and_outlasts_changes():
    node = make(text, "ratelimit", ratelimit__burst=1)
    http = TestClient(node.application())
    assert http.simulate_get("/it").status_code == 200
    node.registry.apply([Change.create(endpoint("other", "GET", "/other", "f_it"))])
    assert http.simulate_get("/other").status_code == 429
    node.registry.apply([Change.update(router(middleware=["ratelimit"], options={"ratelimit.burst": 2}))])
    assert http.simulate_get("/other").status_code == 200


# --- real_ip ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "seen"),
    [
        ({}, "127.0.0.1:9"),
        ({"X-Forwarded-For": "1.2.3.4"}, "1.2.3.4"),
        ({"X-Forwarded-For": "6.6.6.6, 1.2.3.4, 10.0.0.9"}, "1.2.3.4"),
        ({"X-Forwarded-For": "10.0.0.8, 10.0.0.9"}, "10.0.0.8"),
        ({"X-Forwarded-For": "1.2.3.4", "X-Real-IP": "2001:db8::1"}, "2001:db8::1"),
        ({"X-Real-IP": "5.5.5.5", "True-Client-IP": "7.7.7.7"}, "7.7.7.7"),
        ({"X-Real-IP": "nobody"}, "127.0.0.1:9"),
    ],
)
def test_real_ip(headers, seen):
    http = client(address, "real_ip")
    assert http.simulate_get("/it", headers=headers, remote_addr="127.0.0.1", extras={"REMOTE_PORT": "9"}).text == seen


def test_real_ip_trusts_only_whom_it_is_told_to():
    def ask(peer, header="X-Real-IP", value="1.2.3.4", **options):
        http = client(address, "real_ip", **options)
        return http.simulate_get("/it", headers={header: value}, remote_addr=peer, extras={"REMOTE_PORT": "9"}).text

    assert ask("8.8.8.8") == "8.8.8.8:9"
    assert ask("8.8.8.8", real_ip__trusted__subnets="8.8.0.0/16, 9.9.9.9") == "1.2.3.4"
    assert ask("127.0.0.1", real_ip__trusted__subnets="8.8.0.0/16, 9.9.9.9") == "127.0.0.1:9"
    assert ask("8.8.8.8", "X-Forwarded-For", "6.6.6.6, 1.2.3.4", real_ip__trust_all="true") == "6.6.6.6"


def test_the_limit_counts_the_real_address():
    http = client(text, "real_ip", "ratelimit", ratelimit__burst=1)
    codes = [http.simulate_get("/it", headers={"X-Real-IP": f"1.1.1.{n}"}).status_code for n in (1, 1, 2)]
    assert codes == [200, 429, 200]


# --- compress ---------------------------------------------------------------------------------------------------------

GZIP = {"Accept-Encoding": "br, gzip"}


def test_compress():
    answer = client(text, "compress").simulate_get("/it", headers=GZIP)
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.headers["content-length"] == str(len(answer.content))
    assert gzip.decompress(answer.content).decode() == TEXT


def test_compress_levels():
    sizes = [
        len(client(text, "compress", compress__level=level).simulate_get("/it", headers=GZIP).content)
        for level in ("fastest", "best")
    ]
    assert sizes[0] > sizes[1]


@pytest.mark.parametrize(
    ("encodings", "taken"),
    [
        ("gzip", True),
        ("*", True),
        ("GZIP;q=0.5", True),
        ("gzip;q=1.0", True),
        ("", False),
        ("br", False),
        ("gzip;q=0", False),
        ("gzip; q=0.000, *", False),
        ("*;q=0", False),
    ],
)
def test_accept_encoding(encodings, taken):
    assert accepts_gzip(encodings) is taken


def test_compress_leaves_alone_what_is_small_or_compressed_already():
    def handler(exchange):
        kind = exchange.request.query["kind"][0]
        exchange.response.set_content_type(kind)
        if kind == "application/json":
            exchange.response.set_header("Content-Encoding", "br")
        exchange.response.write(b"x" * (1023 if kind == "text/plain" else 5000))

    http = client(handler, "compress")
    for kind in ("text/plain", "image/png", "application/zip", "application/json"):
        answer = http.simulate_get("/it", params={"kind": kind}, headers=GZIP)
        assert answer.headers.get("content-encoding") in (None, "br")
        assert answer.content.strip(b"x") == b""
    small = client(text, "compress", compress__min__length="100000").simulate_get("/it", headers=GZIP)
    assert "content-encoding" not in small.headers


def test_compress_streams_piece_by_piece():
    def handler(exchange):
        exchange.response.set_content_type("text/plain")
        for _ in range(3):
            exchange.response.write(b"piece ")
            exchange.response.flush()

    node = make(handler, "compress")
    environ = falcon.testing.create_environ("/it", headers=GZIP)
    body = node.application()(environ, lambda *_: None)
    unpack = zlib.decompressobj(16 + zlib.MAX_WBITS)
    pieces = [unpack.decompress(piece) for piece in body]
    assert pieces[:3] == [b"piece ", b"piece ", b"piece "]
    assert unpack.eof


def test_compress_of_static_files(tmp_path):
    (tmp_path / "www").mkdir()
    (tmp_path / "www/page.html").write_text(TEXT)
    pages = static("pages", "/s", "www")
    pages.data["middleware"] = ["compress"]
    node = Node({}, tmp_path).load([service(), entry("app:www", "fs.directory", directory="www"), pages])
    http = TestClient(node.application())
    answer = http.simulate_get("/s/page.html", headers=GZIP)
    assert gzip.decompress(answer.content).decode() == TEXT
    assert answer.headers["etag"].startswith('W/"')
    assert "content-length" not in answer.headers
    part = http.simulate_get("/s/page.html", headers={**GZIP, "Range": "bytes=0-2"})
    assert (part.status_code, part.text) == (206, "All")


# --- metrics ----------------------------------------------------------------------------------------------------------


def sample(node, name, **labels):
    return node.metrics.registry.get_sample_value(name, labels)


def test_metrics():
    def handler(exchange):
        assert sample(node, "wippy_http_requests_in_flight", method="GET", route="/it") == 1
        exchange.response.set_status(201)
        if exchange.request.query:
            exchange.response.write(b"1")
            exchange.response.flush()

    node = make(handler, "metrics")
    http = TestClient(node.application())
    assert http.simulate_get("/it").status_code == 201
    assert http.simulate_get("/it", params={"stream": "1"}).text == "1"
    labels = {"method": "GET", "route": "/it", "status": "201"}
    assert sample(node, "wippy_http_requests_total", **labels) == 2
    assert sample(node, "wippy_http_request_duration_seconds_count", **labels) == 2
    assert sample(node, "wippy_http_requests_in_flight", method="GET", route="/it") == 0


def test_metrics_are_served(caplog):
    node = make(text, "metrics")
    TestClient(node.application()).simulate_get("/it")
    node.metrics.serve("127.0.0.1:0")
    try:
        port = node.metrics.port
        import gevent
        from gevent import socket

        with gevent.Timeout(10), socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(b"GET /metrics HTTP/1.0\r\n\r\n")
            answer = b"".join(iter(lambda: connection.recv(4096), b""))
        assert b'wippy_http_requests_total{method="GET",route="/it",status="200"} 1.0' in answer
        make(text, "metrics").metrics.serve(f"127.0.0.1:{port}")
        assert "metrics are not served: cannot listen on" in caplog.text
    finally:
        node.metrics.close()


# --- sendfile ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def files(tmp_path):
    (tmp_path / "files/sub").mkdir(parents=True)
    (tmp_path / "files/sub/it's a report.pdf").write_bytes(b"0123456789")
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "files/link").symlink_to(tmp_path / "secret")
    return tmp_path


def sender(path, name="", header="X-Sendfile"):
    def handler(exchange):
        exchange.response.set_header(header, path)
        if name:
            exchange.response.set_header("X-File-Name", name)
        exchange.response.write(b"not this")

    return handler


def send(files, handler, **options):
    volume = entry("app:files", "fs.directory", directory="files")
    http = client(handler, "sendfile", sendfile__fs="files", root=files, more=[volume])
    return http.simulate_get("/it", **options)


@pytest.mark.parametrize("header", ["X-Sendfile", "X-File-Path"])
def test_sendfile(files, header):
    answer = send(files, sender("/sub/it's a report.pdf", "r\xc3\xa9port.pdf", header))
    assert (answer.status_code, answer.text) == (200, "0123456789")
    assert answer.headers["content-type"] == "application/pdf"
    assert "filename*=UTF-8''r%C3%A9port.pdf" in answer.headers["content-disposition"]
    assert not {"x-sendfile", "x-file-path", "x-file-name"} & answer.headers.keys()


def test_sendfile_ranges(files):
    answer = send(files, sender("sub/it's a report.pdf"), headers={"Range": "bytes=2-4"})
    assert (answer.status_code, answer.text) == (206, "234")
    assert answer.headers["content-range"] == "bytes 2-4/10"


@pytest.mark.parametrize("path", ["none", "../secret", "link", ".", "sub", "/etc/passwd"])
def test_sendfile_sends_nothing_else(files, path):
    answer = send(files, sender(path))
    assert answer.status_code == 404
    assert "secret" not in answer.text.replace("the file was not found", "")
    assert "not this" not in answer.text


def test_without_the_header_the_answer_stands(files):
    assert send(files, text).text == TEXT


def test_sendfile_without_its_filesystem():
    assert client(sender("a"), "sendfile", sendfile__fs="x:y").simulate_get("/it").status_code == 500


# --- security ---------------------------------------------------------------------------------------------------------


@dataclass
class Scope:
    allowed: dict = field(default_factory=dict)
    asked: list = field(default_factory=list)

    def evaluate(self, actor, action, resource, meta):
        self.asked.append((actor.id, action, resource))
        return self.allowed.get(action, "undefined")


class Tokens:
    def __init__(self, scope):
        self.scope = scope

    def validate(self, token):
        if token != "good":
            raise Failure(Kind.INVALID, "unknown token")
        return SimpleNamespace(id="alice"), self.scope


def protected(scope, *post, handler=text, options=None, **post_options):
    dotted = {name.replace("__", "."): value for name, value in post_options.items()}
    node = make(handler, "token_auth", post=post, post_options=dotted, token_auth__store="tokens", **(options or {}))
    node.resources.put(EntryId("app", "tokens"), Tokens(scope))
    return node


BEARER = {"Authorization": "Bearer good"}


def test_token_auth_never_blocks():
    http = TestClient(protected(Scope()).application())
    for headers in ({}, BEARER, {"Authorization": "Bearer bad"}, {"Authorization": "good"}):
        assert http.simulate_get("/it", headers=headers).status_code == 200


@pytest.mark.parametrize(
    "request_",
    [
        {"headers": BEARER},
        {"params": {"x-auth-token": "good"}},
        {"headers": {"Cookie": "a=b; x-auth-token=good"}},
        {"headers": {"Authorization": "good"}, "params": {"x-auth-token": "good"}},
    ],
)
def test_token_auth_sets_actor_and_scope(request_):
    scope = Scope()
    node = protected(scope)
    TestClient(node.application()).simulate_get("/it", **request_)
    (frame,) = node.functions.contexts
    assert (frame.actor.id, frame.scope) == ("alice", scope)


def test_token_auth_options():
    node = make(
        text,
        "token_auth",
        token_auth__store="app:tokens",
        token_auth__header__name="X-Key",
        token_auth__header__prefix="Key ",
        token_auth__query__param="k",
        token_auth__cookie__name="c",
    )
    node.resources.put(EntryId("app", "tokens"), Tokens(Scope()))
    http = TestClient(node.application())
    http.simulate_get("/it", headers={"X-Key": "Key good"})
    http.simulate_get("/it", params={"k": "good"})
    http.simulate_get("/it", headers={"Cookie": "c=good"})
    assert [frame.actor.id for frame in node.functions.contexts] == ["alice"] * 3


@pytest.mark.parametrize(
    ("decision", "headers", "code", "error"),
    [
        ("allow", BEARER, 200, None),
        ("deny", BEARER, 403, "Access denied"),
        ("undefined", BEARER, 403, "Access denied"),
        ("allow", {}, 401, "Authentication required"),
    ],
)
@pytest.mark.parametrize(
    ("name", "options", "asked"),
    [
        ("endpoint_firewall", {}, ("alice", "access", "app:it")),
        ("endpoint_firewall", {"endpoint_firewall__action": "use"}, ("alice", "use", "app:it")),
        ("resource_firewall", {"resource_firewall__target": "panel"}, ("alice", "access", "app:panel")),
    ],
)
def test_firewalls(decision, headers, code, error, name, options, asked):
    scope = Scope({asked[1]: decision})
    answer = TestClient(protected(scope, name, **options).application()).simulate_get("/it", headers=headers)
    assert answer.status_code == code
    if error is None:
        assert answer.text == TEXT
    else:
        assert (answer.json["success"], answer.json["error"]) == (False, error)
    assert scope.asked == ([asked] if headers else [])


def test_a_firewall_without_scope_or_in_the_wrong_place():
    assert TestClient(protected(None, "endpoint_firewall").application()).simulate_get(
        "/it", headers=BEARER
    ).json["details"] == "No authorization scope available"  # fmt: skip
    node = make(text, "token_auth", "endpoint_firewall", token_auth__store="tokens")
    node.resources.put(EntryId("app", "tokens"), Tokens(Scope()))
    assert TestClient(node.application()).simulate_get("/it", headers=BEARER).status_code == 500


def test_a_missing_token_store_protects():
    http = client(text, "token_auth", post=["endpoint_firewall"], token_auth__store="none")
    assert http.simulate_get("/it", headers=BEARER).status_code == 401


# --- all of it --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "options", "told"),
    [
        ("ratelimit", {"ratelimit__window": "1x"}, r"options.ratelimit.window': '1x': unknown unit 'x'"),
        ("ratelimit", {"ratelimit__requests": "-1"}, r"'-1' is not a whole number above 0"),
        ("ratelimit", {"ratelimit__key": "cookie:a"}, r"'cookie:a' is no key; use ip, header:NAME"),
        ("compress", {"compress__level": "9"}, r"options.compress.level': '9' is unknown; use fastest or default or"),
        ("cors", {"cors__allow__credentials": "yes"}, r"'yes' is neither true nor false"),
        ("real_ip", {"real_ip__trusted__subnets": "10/33"}, r"'10/33' is no network"),
        ("token_auth", {}, r"options.token_auth.store': it is missing"),
        ("sendfile", {}, r"options.sendfile.fs': it is missing"),
    ],
)
def test_wrong_options_are_refused_with_their_name(name, options, told):
    with pytest.raises(RegistryError, match=told):
        make(text, name, **options)


def test_a_refused_change_leaves_what_was_served():
    node = make(text, "cors")
    with pytest.raises(Failure, match=r"post_options.resource_firewall.target': it is missing"):
        node.registry.apply([Change.update(router(post_middleware=["resource_firewall"]))])
    answer = TestClient(node.application()).simulate_get("/it", headers={"Origin": "http://a"})
    assert answer.headers["access-control-allow-origin"] == "http://a"


def test_other_packages_add_middleware(monkeypatch):
    def maker(options, _node):
        stamp = options.text("stamp.text", "none")

        def wrap(handler):
            def answer(request, response):
                handler(request, response)
                response.set_header("X-Stamp", stamp)

            return answer

        return wrap

    point = SimpleNamespace(name="stamp", load=lambda: maker)
    found = importlib.metadata.entry_points
    monkeypatch.setattr(
        "runtime.http.middleware.table.entry_points",
        lambda group: [point] if group == "wippy.middleware" else found(group=group),
    )
    http = client(text, "stamp", stamp__text="seen")
    assert http.simulate_get("/it").headers["x-stamp"] == "seen"


def test_post_middleware_runs_inside():
    seen = []

    def maker(name):
        def wrap(handler):
            def answer(request, response):
                seen.append((name, getattr(request.context, "endpoint", None)))
                handler(request, response)

            return answer

        return lambda _options, _node: wrap

    node = Node({"app:f_it": text})
    for name in ("before", "after"):
        node.http.middleware.register(name, maker(name))
    node.load([service(), router(middleware=["before"], post_middleware=["after"]), endpoint("it", "GET", "/it")])
    http = TestClient(node.application())
    http.simulate_get("/it")
    assert seen == [("before", None), ("after", "app:it")]
    seen.clear()
    assert http.simulate_options("/it").status_code == 204
    assert seen == [("before", None)]
    http.simulate_get("/none")
    assert seen == [("before", None)]
