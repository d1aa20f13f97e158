"""The rules by which the outcome of a call becomes a response, and the streaming of bodies."""

import json

import gevent
import pytest
from falcon.testing import TestClient
from http_fakes import endpoint, site

from runtime.binding import Error, Failure, Kind, Table
from runtime.lua.errors import Frame


def client(handler, method="POST"):
    node = site({"it": handler}, endpoint("it", method, "/{id}"))
    return TestClient(node.application()), node


def answer(handler, **options):
    return client(handler)[0].simulate_post("/x", **options)


def test_a_value_becomes_json():
    result = answer(lambda _: Table.from_dict({"a": Table.from_list([1, 2.5, "\xc3\xa9"])}))
    assert result.status_code == 200
    assert result.headers["content-type"] == "application/json"
    assert result.content == b'{"a":[1,2.5,"\xc3\xa9"]}'


def test_false_is_a_value():
    assert answer(lambda _: False).text == "false"


def test_of_several_results_the_first_counts():
    assert answer(lambda _: (1, 2)).text == "1"


def test_nothing_is_an_error():
    result = answer(lambda _: None)
    assert (result.status_code, result.text) == (500, "no response sent\n")
    assert result.headers["content-type"].startswith("text/plain")
    assert answer(lambda _: ()).status_code == 500


def test_a_value_that_json_cannot_express_is_told():
    result = answer(lambda _: Table.from_dict({1: 1, 3: 3}))
    assert result.status_code == 500
    assert "sparse array" in result.text


def test_a_touched_response_stands():
    assert answer(lambda it: it.response.set_status(204)).status_code == 204

    def touched(it):
        it.response.set_header("X-A", "b")
        return 1

    result = answer(touched)
    assert (result.status_code, result.content, result.headers["x-a"]) == (200, b"", "b")


def test_content_type_alone_is_not_touching():
    result = answer(lambda it: it.response.set_content_type("application/vnd.x+json") or 7)
    assert (result.text, result.headers["content-type"]) == ("7", "application/vnd.x+json")


def fails(error):
    def handler(it):
        it.response.set_status(201)
        it.response.set_header("X-A", "b")
        raise Failure(error.kind, error.message, error=error)

    return handler


def test_a_failure_is_500_with_its_message_and_a_traceback_in_the_log(caplog):
    error = Error("app:f:3: boom \xc3\xa9", Kind.INTERNAL, frames=(Frame("app:f", 3, "handler"),))
    result = answer(fails(error))
    assert (result.status_code, result.content) == (500, b"app:f:3: boom \xc3\xa9\n")
    assert "x-a" not in result.headers
    (record,) = [record.getMessage() for record in caplog.records]
    assert "app:f:3: in handler" in record
    assert "app:it" in record


def test_an_unknown_function_is_told(caplog):
    node = site({}, endpoint("it", "GET", "/"))
    result = TestClient(node.application()).simulate_get("/")
    assert (result.status_code, result.text) == (500, "no handler registered for target: app:f_it\n")
    assert "app:it: app:f_it failed" in caplog.text


def test_what_was_written_stands_when_the_call_fails():
    def handler(it):
        it.response.set_status(202)
        it.response.write(b"half")
        raise Failure(Kind.INTERNAL, "late")

    result = answer(handler)
    assert (result.status_code, result.text) == (202, "half")


def test_headers_stand_after_the_first_byte():
    told = []

    def handler(it):
        it.response.set_status(201)
        it.response.write(b"x")
        for late in (
            lambda: it.response.set_status(200),
            lambda: it.response.set_header("a", "b"),
            lambda: it.response.set_content_type("a/b"),
            it.response.set_chunked,
            it.response.set_event_stream,
            lambda: it.response.write_event("a", "1"),
        ):
            with pytest.raises(Failure) as caught:
                late()
            told.append(caught.value.kind)

    assert answer(handler).status_code == 201
    assert told == [Kind.INVALID] * 6


@pytest.mark.parametrize(
    ("name", "value"),
    [("a\r\nb", "c"), ("a b", "c"), ("", "c"), ("a:", "c"), ("a", "c\r\nd: e"), ("a", "c\nd"), ("a", "c\0")],
)
def test_headers_cannot_be_injected(name, value):
    def handler(it):
        with pytest.raises(Failure, match="invalid"):
            it.response.set_header(name, value)
        return True

    assert answer(handler).text == "true"


@pytest.mark.parametrize("status", [0, 99, 101, 1000, -1])
def test_impossible_status(status):
    def handler(it):
        with pytest.raises(Failure, match="status code"):
            it.response.set_status(status)
        return True

    assert answer(handler).status_code == 200


def test_framing_is_the_servers_business():
    def handler(it):
        for name, value in {"Content-Length": "3", "Transfer-Encoding": "chunked", "Connection": "close"}.items():
            it.response.set_header(name, value)
        it.response.write(b"hello")

    result = answer(handler)
    assert (result.text, result.headers["content-length"]) == ("hello", "5")
    assert "transfer-encoding" not in result.headers
    assert "connection" not in result.headers


def test_cookies():
    result = answer(lambda it: it.response.set_header("Set-Cookie", "a=b; Path=/") or it.response.write(b"x"))
    assert result.cookies["a"].value == "b"


def test_a_page_is_known_by_its_beginning():
    assert answer(lambda it: it.response.write(b"\n<!DOCTYPE html><p>")).headers["content-type"].startswith("text/html")
    assert answer(lambda it: it.response.write(b"plain")).headers["content-type"].startswith("text/plain")


def test_events():
    def handler(it):
        it.response.write_event("a", '{"x":1}')
        gevent.sleep(0)
        it.response.write_event("b", "2")

    result = answer(handler)
    assert result.headers["content-type"] == "text/event-stream"
    assert "content-length" not in result.headers
    assert result.text == 'event: a\ndata: {"x":1}\n\nevent: b\ndata: 2\n\n'


def test_an_event_name_is_one_line():
    def handler(it):
        with pytest.raises(Failure, match="line break"):
            it.response.write_event("a\ndata: x", "1")
        it.response.write(b"refused")

    assert answer(handler).text == "refused"


def test_large_bodies_stream_by_themselves():
    def handler(it):
        for _ in range(300):
            it.response.write(b"x" * 1000)

    result = answer(handler)
    assert len(result.content) == 300_000
    assert "content-length" not in result.headers


@pytest.mark.parametrize("status", [204, 304])
def test_statuses_without_a_body(status):
    def handler(it):
        it.response.set_status(status)
        for _ in range(100):
            it.response.write(b"x" * 10_000)
        it.response.flush()

    result = answer(handler)
    assert (result.status_code, result.content) == (status, b"")


def test_head_counts_but_sends_nothing():
    def handler(it):
        it.response.write_json(json.dumps("x" * 200_000).encode())

    result = client(handler, "GET")[0].simulate_head("/x")
    assert (result.content, result.headers["content-length"]) == (b"", "200002")


def test_the_handler_waits_for_a_slow_client_and_ends_when_it_leaves():
    written = []

    def handler(it):
        for number in range(100):
            it.response.write(b"x" * 100)
            it.response.flush()
            written.append(number)

    _, node = client(handler)
    from falcon.testing import create_environ

    body = node.application()(create_environ("/x", method="POST"), lambda *_: None)
    assert next(iter(body))
    gevent.sleep(0.01)
    before = len(written)
    assert before < 20
    body.close()
    gevent.sleep(0.01)
    assert len(written) <= before + 1


def test_only_the_called_function_has_the_exchange():
    http, node = client(lambda it: it.request.path())
    assert http.simulate_post("/x").text == '"/x"'
    (context,) = node.functions.contexts
    assert context.inherited().attachments == {}


def test_request_as_sent():
    def handler(it):
        request = it.request
        return Table.from_list(
            [
                request.method(),
                request.path(),
                request.header("x-one"),
                request.header("X-ONE"),
                request.query["b"][0],
                ",".join(request.query["a"]),
                request.query["e"][0],
                request.remote_address(),
                request.host(),
                request.content_type_is("text/"),
                request.accepts("application/json"),
                request.accepts("text/html"),
                request.content_length(),
            ]
        )

    result = answer(
        handler,
        query_string="a=1&a=2&b=%C3%A9+x&e=",
        headers={"X-One": "1", "Content-Type": "TEXT/plain", "Accept": "text/*, application/json;q=0.5"},
        body="four",
        remote_addr="::1",
        host="h",
    )
    assert result.json[:-4] == ["POST", "/x", "1", "1", "é x", "1,2", "", result.json[7], "h"]
    assert result.json[7].startswith("[::1]:")
    assert result.json[-4:] == [True, True, False, 4]


def test_accept_everything_or_nothing():
    assert answer(lambda it: it.request.accepts("a/b"), headers={"Accept": "*/*"}).json is True
    assert answer(lambda it: it.request.accepts("a/b"), headers={"Accept": ""}).json is False


def test_the_body_is_read_once():
    def handler(it):
        return Table.from_list([it.request.body.read_all(10, 1).decode(), it.request.body.read_all(10, 1).decode()])

    assert answer(handler, body="hello").json == ["hello", ""]


def test_the_body_is_limited():
    def handler(it):
        return it.request.body.read_all(4, 1).decode()

    result = answer(handler, body="hello")
    assert (result.status_code, result.text) == (413, "request body too large\n")
    assert answer(handler, body="four").json == "four"


def test_a_body_that_is_cut_off_is_told():
    result = answer(lambda it: it.request.body.read_all(100, 1).decode(), body="hello", headers={"Content-Length": "9"})
    assert result.status_code == 400
    assert "the client sent 5 of 9 bytes" in result.text
