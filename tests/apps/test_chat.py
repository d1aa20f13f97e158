"""The chat example, by WebSocket clients and in a real browser."""

from __future__ import annotations

import json
import re
import time

import pytest
from apps_servers import CHAT, copy_of, start
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait
from websockets.sync.client import connect


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    made = start(copy_of(CHAT, tmp_path_factory.mktemp("apps")))
    yield made
    made.kill()


def enter(server, room, name):
    return connect(f"ws://127.0.0.1:{server.port}/chat/{room}?name={name}", open_timeout=20)


def receive(ws, topic):
    """Give the data of the next message of a topic."""
    while True:
        message = json.loads(ws.recv(timeout=20))
        if message["topic"] == topic:
            return message["data"]


def say(ws, text):
    ws.send(json.dumps({"text": text}))


def until(condition, seconds=20):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_people_in_a_room_hear_each_other(server):
    with enter(server, "den", "ann") as ann, enter(server, "den", "bob") as bob, enter(server, "attic", "eve") as eve:
        assert receive(ann, "people") == ["ann"]
        assert receive(ann, "people") == ["ann", "bob"]
        say(ann, "grüß dich")
        for ws in (ann, bob):
            said = receive(ws, "said")
            assert (said["from"], said["text"]) == ("ann", "grüß dich")
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", said["at"])
        say(eve, "alone")
        assert receive(eve, "said")["text"] == "alone"
        with enter(server, "den", "cid") as cid:
            assert [each["text"] for each in receive(cid, "history")["said"]] == ["grüß dich"]
            rooms = server.ask("GET", "/api/rooms").json["rooms"]
            assert {"name": "den", "people": 3} in rooms
            assert {"name": "attic", "people": 1} in rooms
        assert receive(bob, "people") == ["ann", "bob", "cid"]
        assert receive(bob, "people") == ["ann", "bob"]


@pytest.mark.parametrize("message", ["no json", "[]", "{}", '{"text": ""}', '{"text": 5}', '"x"'])
def test_what_is_no_message_is_refused(server, message):
    with enter(server, "den", "ann") as ann:
        ann.send(message)
        assert receive(ann, "refused").startswith("a message is")
        say(ann, "still here")
        assert receive(ann, "said")["text"] == "still here"


def test_the_history_is_limited(server):
    with enter(server, "long", "ann") as ann:
        for number in range(60):
            say(ann, str(number))
        for _ in range(60):
            receive(ann, "said")
        with enter(server, "long", "bob") as bob:
            said = receive(bob, "history")["said"]
    assert [each["text"] for each in said] == [str(number) for number in range(10, 60)]


class Page:
    """The page as a person uses it."""

    def __init__(self, driver, server):
        self.driver = driver
        driver.get(server.url)

    def one(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def until(self, condition):
        WebDriverWait(self.driver, 10, 0.05).until(lambda _: condition())

    def said(self):
        script = "return [...document.querySelectorAll('#said li')].map(each => "
        return self.driver.execute_script(script + "[each.children[0].innerText, each.children[2].innerText])")


@pytest.mark.browser
def test_the_page_in_a_browser(server, browser, tmp_path):
    page = Page(browser, server)
    page.one("[name=name]").send_keys("zoe")
    page.one("[name=room]").clear()
    page.one("[name=room]").send_keys("garden & co", Keys.ENTER)
    page.until(lambda: page.one("#state").text == "You are zoe.")
    page.one("#text").send_keys("<b>hello</b>", Keys.ENTER)
    page.until(lambda: page.said() == [["zoe", "<b>hello</b>"]])
    with enter(server, "garden%20%26%20co", "ann") as ann:
        page.until(lambda: page.one("#people").text == "Here: ann, zoe")
        say(ann, "hi zoe")
        page.until(lambda: page.said()[-1] == ["ann", "hi zoe"])
    page.until(lambda: page.one("#people").text == "Here: zoe")
    assert page.one("#text").get_attribute("value") == ""
    browser.save_screenshot(str(tmp_path / "chat.png"))
    assert not [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]
