"""Who goes on with a connection after its request."""

from http_fakes import Node, endpoint, router, service

from runtime.http.takeover import TAKEN, TAKEOVER, Takeover, prepare


class Body:
    closed = False

    def __iter__(self):
        return iter([b"body"])

    def close(self):
        self.closed = True


class Response:
    def __init__(self, status):
        self.status_code = status


def test_without_a_takeover_the_body_stands():
    body = Body()
    assert prepare({}, body) is body
    assert not body.closed


def test_an_error_is_answered():
    body = Body()
    environ = {TAKEOVER: Takeover(Response(500), None)}
    assert prepare(environ, body) is body
    assert not body.closed
    assert TAKEOVER not in environ


def test_a_takeover_is_left_to_the_server():
    body = Body()
    environ = {TAKEOVER: Takeover(Response(200), None)}
    assert prepare(environ, body) is TAKEN
    assert body.closed
    assert list(TAKEN) == []
    assert TAKEOVER in environ


def test_a_middleware_that_fails_after_the_relay_is_heard():
    """The client gets the error, not a WebSocket."""
    node = Node({"app:f_it": lambda exchange: exchange.response.set_header("X-WS-Relay", '{"target_pid": "{a|1}"}')})
    node.http.middleware.register("late", lambda _options, _node: fail_late)
    node.processes = type("Processes", (), {"pids": type("Pids", (), {"next": lambda _self, _host: "pid"})()})()
    node.load(
        [
            service(),
            router(middleware=["late"], post_middleware=["websocket_relay"]),
            endpoint("it", "GET", "/it"),
        ]
    )
    from falcon.testing import create_environ

    headers = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }
    environ = create_environ("/it", headers=headers)
    environ["gunicorn.socket"] = None
    answers = []
    body = node.application()(environ, lambda status, _headers: answers.append(status))
    assert answers == ["503 Service Unavailable"]
    assert b"503" in b"".join(body)


def fail_late(handler):
    import falcon

    def answer(request, response):
        handler(request, response)
        assert TAKEOVER in request.env
        raise falcon.HTTPServiceUnavailable

    return answer
