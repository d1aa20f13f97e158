"""Requests of every shape against applications under `wippy serve`: whatever comes is answered, and nothing breaks.

WIPPY_FUZZ_EXAMPLES says how many conversations each application gets.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from apps_servers import CHAT, HELLO, LIVE, TODO, copy_of, start
from apps_shapes import Client, requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

SHAPES = Path(__file__).parent / "shapes"
EXAMPLES = int(os.environ.get("WIPPY_FUZZ_EXAMPLES", "40"))
PATIENCE = 10.0  # seconds for an answer
BROKEN = ("Traceback", "internal error", "Exception", ".py:", "Error handling request", "0x7f")
KNOWN = {
    HELLO: ("GET /hello/you",),
    TODO: (
        *("GET /", "GET /index.html", "GET /api/todos", "POST /api/todos", "DELETE /api/todos", "GET /api/stats"),
        *("PUT /api/todos/1", "PUT /api/todos/2", "DELETE /api/todos/2", "GET /api/broken"),
    ),
    CHAT: ("GET /", "GET /api/rooms", "GET /chat/den", "GET /chat/den?name=ann"),
    LIVE: (
        *(
            "GET /",
            "GET /api/endpoints",
            "PUT /api/endpoints/one",
            "PUT /api/endpoints/two",
            "DELETE /api/endpoints/one",
        ),
        *("GET /api/versions", "PUT /api/version", "GET /made/a", "GET /made/"),
    ),
    SHAPES: (
        *(
            "GET /",
            "GET /files/",
            "GET /files/text.txt",
            "GET /files/below/a%20b.txt",
            "GET /relay/ws",
            "GET /relay/sse",
        ),
        *("GET /api/echo/a/b", "POST /api/echo/a", "DELETE /api/tail", "GET /api/tail/a/b", "POST /api/form"),
        *(
            "PUT /api/pieces",
            "GET /api/answer?status=204&body=x",
            "GET /api/answer?status=499&body=x",
            "GET /api/answer",
        ),
        *(
            "GET /api/answer?name=x-sendfile&value=text.txt",
            "GET /api/answer?name=%0a&value=%0d",
            "GET /api/answer?body=%ff",
        ),
    ),
}


@pytest.fixture(scope="module", params=KNOWN, ids=lambda path: path.name)
def served(request, tmp_path_factory):
    server = start(copy_of(request.param, tmp_path_factory.mktemp("shapes")))
    yield server, requests(*KNOWN[request.param])
    server.kill()


def test_whatever_comes_is_answered(served):
    server, shapes = served

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(conversation=st.lists(shapes, min_size=1, max_size=4))
    def converse(conversation):
        client = Client(server.port, PATIENCE)
        try:
            for request in conversation:
                seen = client.ask(request)
                assert 200 <= seen.status <= 999 or seen.status == 101
                assert not any(word in seen.text for word in BROKEN), seen.text
                if seen.status >= 500:
                    assert seen.text.strip() in server.log or seen.status == 501, (seen, server.log[-1000:])
        finally:
            client.close()

    converse()
    assert server.ask("GET", "/").status in (200, 404)
    assert not any(word in server.log for word in BROKEN), server.log[-3000:]
    assert server.end() == 0
