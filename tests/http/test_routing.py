import pytest
from falcon.testing import TestClient
from http_fakes import Node, endpoint, entry, router, service, site, static

from runtime.binding import Failure
from runtime.registry.entry import EntryId
from runtime.registry.errors import RegistryError
from runtime.registry.registry import Change


def says(text):
    def handler(exchange):
        exchange.response.write(f"{text} {dict(exchange.request.params)}".encode("latin-1"))

    return handler


def client(*routes):
    """One endpoint a route "GET /path", which answers with its route and what it captured."""
    entries = [endpoint(f"e{index}", *route.split(" "), f"f_{route}") for index, route in enumerate(routes)]
    return TestClient(site({route: says(route) for route in routes}, *entries).application())


def test_literal_beats_parameter():
    http = client("GET /users/{id}", "GET /users/me")
    assert http.simulate_get("/users/me").text == "GET /users/me {}"
    assert http.simulate_get("/users/7").text == "GET /users/{id} {'id': '7'}"


def test_a_literal_of_another_method_does_not_hide_a_parameter():
    http = client("GET /users/{id}", "POST /users/new")
    assert http.simulate_get("/users/new").text == "GET /users/{id} {'id': 'new'}"
    assert http.simulate_post("/users/new").text == "POST /users/new {}"


def test_parameters_may_differ_in_name_on_one_path():
    http = client("GET /users/{id}", "DELETE /users/{user}", "GET /users/{who}/posts/{post}")
    assert http.simulate_delete("/users/7").text == "DELETE /users/{user} {'user': '7'}"
    assert http.simulate_get("/users/7/posts/8").text == "GET /users/{who}/posts/{post} {'who': '7', 'post': '8'}"


def test_a_parameter_is_never_empty():
    assert client("GET /users/{id}").simulate_get("/users/").status_code == 404


def test_parameters_are_bytes():
    http = client("GET /users/{id}")
    assert http.simulate_get("/users/a%20%C3%A9").content == b"GET /users/{id} {'id': 'a \xc3\xa9'}"


def test_tails_match_below_and_the_path_itself():
    http = client("GET /files/{rest...}", "GET /files/a/{x}")
    assert http.simulate_get("/files/b/c/d").text == "GET /files/{rest...} {}"
    assert http.simulate_get("/files").text == "GET /files/{rest...} {}"
    assert http.simulate_get("/files/a/b").text == "GET /files/a/{x} {'x': 'b'}"
    assert http.simulate_get("/files/a/b/c").text == "GET /files/{rest...} {}"


def test_longer_tail_wins():
    http = client("GET /", "GET /a/", "GET /a/{x}/")
    assert http.simulate_get("/b").text.startswith("GET / ")
    assert http.simulate_get("/a").text.startswith("GET /a/ ")
    assert http.simulate_get("/a/b").text == "GET /a/{x}/ {'x': 'b'}"


def test_exact_end():
    http = client("GET /{$}")
    assert http.simulate_get("/").status_code == 200
    assert http.simulate_get("/x").status_code == 404


def test_unknown_path_is_404_in_plain_text():
    answer = client("GET /a").simulate_get("/b")
    assert (answer.status_code, answer.text) == (404, "404 Not Found\n")
    assert answer.headers["content-type"].startswith("text/plain")


def test_wrong_method_is_405_with_allow():
    answer = client("GET /a/{x}", "PUT /a/b").simulate_post("/a/b")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD, PUT, OPTIONS"


@pytest.mark.filterwarnings("ignore:Unknown REQUEST_METHOD")
@pytest.mark.parametrize("method", ["BREW", "CONNECT"])
def test_unknown_method_is_refused(method):
    assert client("GET /a").simulate_request(method, "/a").status_code == 405


def test_options_is_automatic():
    http = client("GET /a", "POST /a")
    answer = http.simulate_options("/a")
    assert (answer.status_code, answer.headers["allow"]) == (204, "GET, HEAD, POST, OPTIONS")
    assert client("OPTIONS /a").simulate_options("/a").text == "OPTIONS /a {}"
    assert http.simulate_options("/b").status_code == 404


def test_head_is_served_by_get():
    http = client("GET /a")
    answer = http.simulate_head("/a")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == str(len(http.simulate_get("/a").content))


def test_unclean_paths_redirect():
    http = client("GET /a/{x}")
    answer = http.simulate_get("/a//b", query_string="q=1")
    assert (answer.status_code, answer.headers["location"]) == (301, "/a/b?q=1")
    assert http.simulate_get("/x/../a/b").headers["location"] == "/a/b"
    assert http.simulate_get("//evil.example/..//").status_code == 404


def test_prefix_and_slashes():
    routes = [
        router("app:api", "/api/v1/"),
        endpoint("list", "get", "/users/"),
        endpoint("one", "GET", "/users/:id"),
    ]
    node = Node({"app:f_list": says("list"), "app:f_one": says("one")}).load([service(), *routes])
    http = TestClient(node.application())
    assert http.simulate_get("/api/v1/users").text == "list {}"
    assert http.simulate_get("/api/v1/users/").text == "list {}"
    assert http.simulate_get("/api/v1/users/7").text == "one {'id': '7'}"


def refusals(*entries):
    with pytest.raises(RegistryError) as caught:
        Node().load([service(), router(), *entries])
    return str(caught.value)


def test_conflicts_name_both_entries():
    text = refusals(endpoint("a", "GET", "/x/{id}"), endpoint("b", "GET", "/x/{name}"))
    assert "GET /x/{name} of app:b conflicts with GET /x/{id} of app:a" in text


def test_every_contradiction_is_told():
    text = refusals(
        router("app:other", "/"),
        endpoint("a", "GET", "/x", router_="nowhere"),
        endpoint("b", "GET", "/x"),
        endpoint("c", "GET", "/x"),
        static("s", "/s", "missing"),
    )
    for part in (
        "app:api and app:other both have the prefix '/'",
        "there is no http.router app:nowhere",
        "app:c conflicts",
    ):
        assert part in text


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        (endpoint("a", "BREW", "/x"), "unknown HTTP method 'BREW'; use one of GET"),
        (endpoint("a", "GET", "x"), "must start with '/'"),
        (router("app:r", "api"), "must start with '/'"),
        (static("s", "/{x}", "f"), "cannot have parameters"),
        (static("s", "/s", "f", spa=True), "add `index: index.html`"),
        (static("s", "/s", "f"), "there is no filesystem app:f"),
        (service("app:b", "8080"), "no address to listen on"),
        (service("app:b", ":99999"), "no address to listen on"),
        (service("app:b", ":1", tls={"mode": "manual"}), "'tls.cert': it is empty; give it PEM text"),
        (router("app:r", "/r", server="nobody"), "there is no http.service app:nobody"),
        (entry("app:e", "http.endpoint", {}, method="GET", path="/", func="f"), "add `meta.router:` to the entry"),
    ],
)
def test_refused_entries(broken, told):
    assert told in refusals(broken)


def test_routes_follow_the_registry():
    node = site({"a": says("a"), "b": says("b")}, endpoint("a", "GET", "/a"))
    http = TestClient(node.application())
    node.registry.apply([Change.create(endpoint("b", "GET", "/b"))])
    assert http.simulate_get("/b").text == "b {}"
    node.registry.apply([Change.update(endpoint("b", "GET", "/c", "f_b"))])
    assert http.simulate_get("/b").status_code == 404
    assert http.simulate_get("/c").text == "b {}"
    node.registry.apply([Change.delete(EntryId("app", "b"))])
    assert http.simulate_get("/c").status_code == 404
    assert http.simulate_get("/a").text == "a {}"


def test_two_routes_may_swap_in_one_transaction():
    node = site({"a": says("a"), "b": says("b")}, endpoint("a", "GET", "/a"), endpoint("b", "GET", "/b"))
    node.registry.apply([Change.update(endpoint("a", "GET", "/b")), Change.update(endpoint("b", "GET", "/a"))])
    http = TestClient(node.application())
    assert (http.simulate_get("/a").text, http.simulate_get("/b").text) == ("b {}", "a {}")


def test_a_refused_transaction_changes_nothing():
    node = site({"a": says("a")}, endpoint("a", "GET", "/a"))
    http = TestClient(node.application())
    with pytest.raises(Failure, match="app:b"):
        node.registry.apply([Change.create(endpoint("c", "GET", "/c")), Change.create(endpoint("b", "GET", "/a"))])
    assert http.simulate_get("/a").text == "a {}"
    assert http.simulate_get("/c").status_code == 404
    node.registry.apply([Change.create(endpoint("d", "GET", "/d", "f_a"))])
    assert http.simulate_get("/d").text == "a {}"


def test_unknown_middleware_is_refused():
    node = Node({"app:f_a": says("a")})
    with pytest.raises(RegistryError, match=r"app:api.*there is no middleware 'corse'; did you mean cors"):
        node.load([service(), router(middleware=["corse"]), endpoint("a", "GET", "/a")])


def test_middleware_wraps_in_the_listed_order():
    node = Node({"app:f_a": says("a")})

    def maker(name):
        def wrap(handler):
            def wrapped(request, response):
                handler(request, response)
                response.append_header("x-passed", name)

            return wrapped

        return wrap

    node.http.middleware.register("outer", lambda _options, _node: maker("outer"))
    node.http.middleware.register("inner", lambda _options, _node: maker("inner"))
    node.load([service(), router(middleware=["outer", "inner"]), endpoint("a", "GET", "/a")])
    http = TestClient(node.application())
    assert http.simulate_get("/a").headers["x-passed"] == "inner, outer"
    assert http.simulate_options("/a").headers["x-passed"] == "inner, outer"
    assert "x-passed" not in http.simulate_get("/b").headers
