"""The `http` module as Lua sees it."""

import pytest
from falcon.testing import TestClient
from http_fakes import endpoint, site

import stdlib.http as http_module
from runtime.binding import Error, Kind, Table, to_lua, to_python
from runtime.lua.errors import LuaError

http = http_module.module.table()
FORM = (
    b'--B\r\nContent-Disposition: form-data; name="title"\r\n\r\nh\xc3\xa9llo\r\n'
    b'--B\r\nContent-Disposition: form-data; name="tag"\r\n\r\na\r\n'
    b'--B\r\nContent-Disposition: form-data; name="tag"\r\n\r\nb\r\n'
    b'--B\r\nContent-Disposition: form-data; name="doc"; filename="a.txt"\r\nContent-Type: text/csv\r\n\r\n'
    b"one\ntwo\n\r\n"
    b'--B\r\nContent-Disposition: form-data; name="doc"; filename="b.bin"\r\n\r\n\x00\xff\r\n'
    b"--B--\r\n"
)


@pytest.fixture
def serve(monkeypatch):
    """Run a handler (request, response) that answers with its result; requests go to /users/{id}."""

    cleanups = []

    def run(handler, *, limits=None, **options):
        def call(exchange):
            monkeypatch.setattr(http_module, "_exchange", lambda: exchange)
            monkeypatch.setattr(http_module, "on_exit", cleanups.append)
            return handler(http.get("request")(limits), http.get("response")())

        node = site({"it": call}, endpoint("it", "POST", "/users/{id}"))
        return TestClient(node.application()).simulate_post("/users/7", **options)

    yield run
    for cleanup in cleanups:
        cleanup()


def do(target, name, *arguments):
    return target.lua_methods[name](target, *arguments)


def both(results):
    """Take `value, error` apart."""
    return results if isinstance(results, tuple) else (results, None)


def test_outside_of_a_call():
    for name in ("request", "response"):
        value, error = both(http.get(name)())
        assert value is None
        assert error.kind == Kind.INTERNAL


def test_constants():
    assert http.get("STATUS").get("UNPROCESSABLE") == 422
    assert len(to_python(http.get("STATUS"))) == 29
    assert http.get("STATUS").get("INTERNAL_ERROR") == http.get("STATUS").get("INTERNAL_SERVER_ERROR") == 500
    assert to_python(http.get("TRANSFER")) == {"CHUNKED": "chunked", "SSE": "sse"}
    assert to_python(http.get("METHOD"))["DELETE"] == "DELETE"
    assert http.get("CONTENT").get("FORM") == "application/x-www-form-urlencoded"
    assert http.get("ERROR").get("PARSE_FAILED") == "PARSE_FAILED"
    assert http.frozen


def test_request_methods(serve):
    def handler(req, _res):
        return to_lua(
            {
                "text": req.lua_tostring(),
                "query": do(req, "query", "q"),
                "none": do(req, "query", "zz") is None,
                "all": to_python(do(req, "query_params")),
                "param": do(req, "param", "id"),
                "other": do(req, "param", "zz") is None,
                "params": to_python(do(req, "params")),
                "has": do(req, "has_body"),
                "length": do(req, "content_length"),
                "type": do(req, "content_type"),
                "header": do(req, "header", "x-abc"),
                "json": to_python(do(req, "body_json")),
            }
        )

    result = serve(
        handler,
        query_string="q=1&q=2&e=",
        body='{"a": [1, {}]}',
        headers={"Content-Type": "application/json", "X-Abc": "v"},
    )
    assert result.json == {
        "text": "http.Request{POST /users/7}",
        "query": "1",
        "none": True,
        "all": {"q": "1,2", "e": ""},
        "param": "7",
        "other": True,
        "params": {"id": "7"},
        "has": True,
        "length": 14,
        "type": "application/json",
        "header": "v",
        "json": {"a": [1, {}]},
    }


def test_responses_chain(serve):
    def handler(_req, res):
        again = do(do(do(res, "set_status", 201), "set_header", "X-A", "b"), "write_json", Table.from_list([1]))
        assert again is res

    result = serve(handler)
    assert (result.status_code, result.headers["x-a"], result.json) == (201, "b", [1])


def test_a_failed_response_method_gives_the_error(serve):
    def handler(_req, res):
        error = do(res, "set_header", "X-A", "b\r\nc")
        assert isinstance(error, Error)
        do(res, "write", error.kind)

    assert serve(handler).text == Kind.INVALID


def test_json_that_cannot_be_written(serve):
    def handler(_req, res):
        loop = Table.from_list([])
        loop.set(1, loop)
        do(res, "write", do(res, "write_json", loop).kind)

    result = serve(handler)
    assert (result.text, result.headers["content-type"]) == (Kind.INVALID, "text/plain; charset=utf-8")


def test_bad_json(serve):
    def handler(req, _res):
        value, error = both(do(req, "body_json"))
        assert value is None
        return f"{error.kind}: {error.message}"

    assert serve(handler, body='{"a":').json.startswith("Invalid: invalid JSON at line 1")


def test_limits(serve):
    def handler(req, _res):
        value, error = both(do(req, "body"))
        assert value is None
        return to_lua([error.kind, error.message, to_python(error.details)])

    limits = Table.from_dict({"max_body": 3, "timeout": 10})
    assert serve(handler, body="four", limits=limits).json == ["Invalid", "request body too large", {"max_body": 3}]


@pytest.mark.parametrize("limits", [{"max_body": -1}, {"timeout": "soon"}, {"timeout": 1.5}])
def test_wrong_limits_raise(limits):
    with pytest.raises(LuaError, match="bad argument #1 to 'request'"):
        http_module._limits(Table.from_dict(limits))


@pytest.mark.parametrize("event", [{}, {"name": "x"}, {"data": 1}, {"name": "", "data": 1}, {"name": 1, "data": 1}])
def test_incomplete_events_raise(serve, event):
    def handler(_req, res):
        with pytest.raises(LuaError, match="bad argument #1 to 'write_event' \\(missing event"):
            do(res, "write_event", Table.from_dict(event))
        return True

    assert serve(handler).text == "true"


def test_events_and_transfer(serve):
    def handler(_req, res):
        with pytest.raises(LuaError, match="invalid transfer mode"):
            do(res, "set_transfer", "carrier pigeon")
        do(res, "set_transfer", "sse")
        do(res, "write_event", Table.from_dict({"name": "tick", "data": Table.from_dict({"n": 1})}))

    result = serve(handler)
    assert result.text == 'event: tick\ndata: {"n":1}\n\n'
    assert result.headers["cache-control"] == "no-cache"


def test_chunked_has_no_length(serve):
    def handler(_req, res):
        do(res, "set_transfer", "chunked")
        do(res, "write", "x")
        do(res, "flush")

    result = serve(handler)
    assert (result.text, result.headers.get("content-length")) == ("x", None)


def test_the_body_as_a_stream(serve):
    def handler(req, _res):
        stream = do(req, "stream")
        info = to_python(do(stream, "stat"))
        parts = [do(stream, "read", 4), do(stream, "read"), do(stream, "read")]
        _, seek = both(do(stream, "seek", "set", 0))
        _, write = both(do(stream, "write", "x"))
        do(stream, "close")
        do(stream, "close")
        _, closed = both(do(stream, "read"))
        return to_lua([info, *parts[:2], parts[2] is None, seek.message, write.message, closed.message])

    result = serve(handler, body="hello world").json
    assert result[0] == {"size": 11, "position": 0, "readable": True, "writable": False, "seekable": False}
    assert result[1:4] == ["hell", "o world", True]
    assert "not seekable" in result[4]
    assert "not writable" in result[5]
    assert result[6] == "the stream is closed"


@pytest.mark.parametrize(
    ("split", "wanted"),
    [("lines", ["a b", "", "é"]), ("words", ["a", "b", "é"]), ("bytes", None), ("runes", list("a b\r\n\né\n"))],
)
def test_scanners(serve, split, wanted):
    def handler(req, _res):
        scanner = do(do(req, "stream"), "scanner", split)
        tokens = []
        while do(scanner, "scan"):
            tokens.append(do(scanner, "text"))
        assert do(scanner, "err") is None
        return Table.from_list(tokens) if split != "bytes" else len(tokens)

    assert serve(handler, body="a b\r\n\né\n").json == (wanted or 9)


def test_a_form_with_files(serve):
    def handler(req, _res):
        form = do(req, "parse_multipart")
        values = form.get("values")
        files = form.get("files").get("doc")
        first, second = files.get(1), files.get(2)
        stream = do(first, "stream")
        content = do(stream, "read", 0)
        do(stream, "seek", "set", 1)
        again = do(stream, "read", 2)
        return to_lua(
            {
                "title": to_python(values.get("title")),
                "tags": to_python(values.get("tag")),
                "names": [do(first, "name"), do(second, "name")],
                "sizes": [do(first, "size"), do(second, "size")],
                "type": do(first, "header", "Content-Type"),
                "content": content,
                "again": again,
                "bytes": len(do(do(second, "stream"), "read")),
            }
        )

    assert serve(handler, body=FORM, headers={"Content-Type": "multipart/form-data; boundary=B"}).json == {
        "title": "héllo",
        "tags": ["a", "b"],
        "names": ["a.txt", "b.bin"],
        "sizes": [8, 2],
        "type": "text/csv",
        "content": "one\ntwo\n",
        "again": "ne",
        "bytes": 2,
    }


@pytest.mark.parametrize(
    ("content_type", "body", "told"),
    [
        ("text/plain", FORM, "Invalid: content type is not multipart/form-data"),
        ("multipart/form-data", FORM, "Internal: failed to parse multipart form: the boundary is missing"),
        ("multipart/form-data; boundary=B", FORM[:50], "Internal: failed to parse multipart form: "),
        ("multipart/form-data; boundary=C", FORM, "Internal: failed to parse multipart form: "),
        ("multipart/form-data; boundary=B", b"", "Internal: failed to parse multipart form: "),
    ],
)
def test_broken_forms(serve, content_type, body, told):
    def handler(req, _res):
        value, error = both(do(req, "parse_multipart"))
        assert value is None
        return f"{error.kind}: {error.message}"

    assert serve(handler, body=body, headers={"Content-Type": content_type}).json.startswith(told)
