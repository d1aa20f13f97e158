"""The live example: its registry changes by the API, under load, over a restart, and by its page in a real browser."""

from __future__ import annotations

import threading

import pytest
from apps_servers import LIVE, ask, copy_of
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select, WebDriverWait


@pytest.fixture
def server(tmp_path, serve):
    return serve(copy_of(LIVE, tmp_path))


def answering(text):
    """Give Lua source that answers with a text."""
    return f'return function() return {{text = "{text}"}} end'


def put(server, name, source, path=None, method="GET"):
    body = {"method": method, "path": path or f"/{name}", "source": source}
    return server.ask("PUT", f"/api/endpoints/{name}", body)


def test_endpoints_come_change_and_go(server):
    assert server.ask("GET", "/api/endpoints").json == {"version": 0, "endpoints": []}
    made = put(server, "greet", answering("one"), "/{who}/greet")
    assert (made.status, made.json) == (201, {"version": 1})
    assert server.ask("GET", "/made/ann/greet").json == {"text": "one"}
    changed = put(server, "greet", answering("two"), "/{who}/hail", "POST")
    assert (changed.status, changed.json) == (200, {"version": 2})
    assert server.ask("GET", "/made/ann/greet").status == 404
    assert server.ask("POST", "/made/ann/hail").json == {"text": "two"}
    listed = server.ask("GET", "/api/endpoints").json["endpoints"]
    assert listed == [{"name": "greet", "method": "POST", "path": "/{who}/hail", "source": answering("two")}]
    assert server.ask("DELETE", "/api/endpoints/greet").json == {"version": 3}
    assert server.ask("POST", "/made/ann/hail").status == 405  # of the page's static files
    assert server.ask("DELETE", "/api/endpoints/greet").status == 404


@pytest.mark.parametrize(
    ("name", "body", "said"),
    [
        ("Loud", {}, "a name has"),
        ("x" * 31, {}, "a name has"),
        ("none", "[1", "invalid JSON"),
        ("none", 5, "write an object"),
        ("none", {"method": "GET", "path": "/"}, "source must be a text"),
        ("none", {"method": "GET", "path": "/", "source": "return function( end"}, "app.made:none:1:18: unexpected"),
        ("none", {"method": "GET", "path": "none", "source": "return 1"}, "'path'"),
        (
            "none",
            {"method": "GET", "path": "/there", "source": "return function() end"},
            "conflicts with GET /made/there",
        ),
    ],
)
def test_what_cannot_be_is_refused(server, name, body, said):
    put(server, "there", answering("there"))
    answer = server.ask("PUT", f"/api/endpoints/{name}", body)
    assert answer.status == 400
    assert said in answer.json["error"]["message"]
    assert server.ask("GET", "/api/endpoints").json["version"] == 1
    assert server.ask("GET", "/made/there").json == {"text": "there"}


def test_versions_are_gone_back_to(server):
    put(server, "one", answering("1"))
    put(server, "two", answering("2"))
    server.ask("DELETE", "/api/endpoints/one")
    assert server.ask("GET", "/api/versions").json == {
        "current": 3,
        "versions": [
            {"id": 0, "endpoints": []},
            {"id": 1, "endpoints": ["one"]},
            {"id": 2, "endpoints": ["one", "two"]},
            {"id": 3, "endpoints": ["two"]},
        ],
    }
    assert server.ask("PUT", "/api/version", {"version": 1}).json == {"version": 1}
    assert server.ask("GET", "/made/one").json == {"text": "1"}
    assert server.ask("GET", "/made/two").status == 404
    assert put(server, "three", answering("3")).json == {"version": 4}
    assert server.ask("PUT", "/api/version", {"version": 3}).json == {"version": 3}
    assert server.ask("GET", "/made/three").status == 404
    for wrong, status in ((99, 404), (-1, 400), (1.5, 400), ("1", 400), (None, 400)):
        assert server.ask("PUT", "/api/version", {"version": wrong}).status == status
    assert server.ask("GET", "/api/versions").json["current"] == 3


def test_what_was_made_outlasts_a_restart(tmp_path, serve):
    project = copy_of(LIVE, tmp_path)
    first = serve(project)
    put(first, "kept", answering("kept"))
    assert first.end() == 0
    second = serve(project)
    assert second.ask("GET", "/made/kept").json == {"text": "kept"}
    assert second.ask("GET", "/api/versions").json["current"] == 1


def test_no_request_is_dropped_while_the_routes_change(server):
    put(server, "steady", answering("0"))
    changing, wrong, seen = threading.Event(), [], set()

    def client():
        connection = server.connect()
        while not changing.is_set():
            answer = ask(connection, "GET", "/made/steady")
            if answer.status != 200:
                wrong.append(answer)
                return
            seen.add(answer.json["text"])
        connection.close()

    clients = [threading.Thread(target=client) for _ in range(4)]
    for each in clients:
        each.start()
    for number in range(1, 31):
        assert put(server, "steady", answering(number)).status == 200
        assert put(server, f"other{number}", answering("x")).status == 201
        assert server.ask("GET", "/made/steady").json == {"text": str(number)}
    changing.set()
    for each in clients:
        each.join(20)
    assert wrong == []
    assert len(seen) > 5


class Page:
    """The page as a person uses it."""

    def __init__(self, driver, server):
        self.driver = driver
        driver.get(server.url)
        self.until(lambda: self.texts("#versions li"))

    def one(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def texts(self, selector):
        script = "return [...document.querySelectorAll(arguments[0])].map(each => each.innerText.replace(/\\s+/g, ' '))"
        return self.driver.execute_script(script, selector)

    def until(self, condition):
        WebDriverWait(self.driver, 10, 0.05).until(lambda _: condition())

    def write(self, source, **fields):
        for name, value in {**fields, "source": source}.items():
            field = self.one(f"[name={name}]")
            field.clear()
            field.send_keys(value)
        self.one("button[type=submit]").click()

    def state(self, text):
        self.until(lambda: self.one("#state").text == text)


@pytest.mark.browser
def test_the_page_in_a_browser(server, browser, tmp_path):
    page = Page(browser, server)
    assert page.one("#none").text == "No endpoints yet."
    page.write(answering("<i>one</i>"), name="greet", path="/greet")
    page.state("Saved as version 1.")
    assert page.texts("#endpoints li") == ["GET /made/greet"]
    page.one("#try").click()
    page.until(lambda: page.texts("#text") == ['{"text":"<i>one</i>"}'])
    assert page.one("#status").text == "200 OK"
    page.write("return function( end")
    page.until(lambda: "unexpected symbol near 'end'" in page.one("#problem").text)
    browser.save_screenshot(str(tmp_path / "refused.png"))
    page.write(answering("two"), path="/greet/again")
    page.state("Saved as version 2.")
    page.one("#try").click()
    page.until(lambda: page.texts("#text") == ['{"text":"two"}'])
    page.one("#new").click()
    Select(page.one("[name=method]")).select_by_visible_text("POST")
    page.write(answering("three"), name="third", path="/third")
    page.state("Saved as version 3.")
    assert page.texts("#endpoints li") == ["GET /made/greet/again", "POST /made/third"]
    browser.save_screenshot(str(tmp_path / "live.png"))
    page.one("#delete").click()
    page.state("Deleted; version 4.")
    assert page.texts("#versions li")[0] == "v4 greet now"
    page.one("#versions li:nth-child(4) button").click()
    page.state("The registry is at version 1.")
    assert server.ask("GET", "/made/greet").json == {"text": "<i>one</i>"}
    browser.refresh()
    page.until(lambda: page.texts("#endpoints li") == ["GET /made/greet"])
    assert page.one("[name=source]").get_attribute("value") == answering("<i>one</i>")
    browser.set_window_size(500, 900)
    browser.save_screenshot(str(tmp_path / "narrow.png"))
    assert browser.execute_script("return document.documentElement.scrollWidth <= innerWidth")
    severe = [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]
    assert [entry for entry in severe if "/api/endpoints/greet" not in entry["message"]] == []  # the refused source
