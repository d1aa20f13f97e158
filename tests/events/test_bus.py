"""The bus by itself."""

from __future__ import annotations

import pytest

from runtime.events.bus import Bus, Event, matches


@pytest.mark.parametrize(
    ("pattern", "name", "fits"),
    [
        ("", "anything.at.all", True),
        ("*", "anything.at.all", True),
        ("a.b", "a.b", True),
        ("a.b", "a.b.c", False),
        ("a.*", "a.b.c", True),
        ("a.*", "a", False),
        ("a*", "ab", True),
        ("*.b", "a.b", False),
        ("a**", "a*b", True),
    ],
)
def test_patterns(pattern: str, name: str, fits: bool) -> None:
    assert matches(pattern, name) is fits


def test_events_reach_those_who_want_them_in_order() -> None:
    bus, heard = Bus(), []
    bus.subscribe("a", "", lambda event: heard.append(("all", event.kind)))
    some = bus.subscribe("a", "x", lambda event: heard.append(("x", event.kind)))
    for kind in ("x", "y"):
        bus.publish("a", kind, "/")
    bus.publish("b", "x", "/")
    bus.unsubscribe(some)
    bus.unsubscribe(some)
    bus.publish("a", "x", "/")
    assert heard == [("all", "x"), ("x", "x"), ("all", "y"), ("all", "x")]
    assert bus.count() == 1


def test_an_event_that_an_event_causes_comes_after_it_for_everybody() -> None:
    bus, heard = Bus(), []

    def answer(event: Event) -> None:
        if event.kind == "question":
            bus.publish("a", "answer", "/")

    bus.subscribe("a", "", answer)
    bus.subscribe("a", "", lambda event: heard.append(event.kind))
    bus.publish("a", "question", "/")
    assert heard == ["question", "answer"]


def test_who_leaves_while_an_event_is_delivered_does_not_get_it() -> None:
    bus, heard = Bus(), []
    bus.subscribe("a", "", lambda event: bus.unsubscribe(second))
    second = bus.subscribe("a", "", lambda event: heard.append(event.kind))
    bus.publish("a", "x", "/")
    assert heard == []


def test_a_failing_subscriber_harms_nobody(caplog: pytest.LogCaptureFixture) -> None:
    bus, heard = Bus(), []

    def fail(event: Event) -> None:
        raise ZeroDivisionError

    bus.subscribe("a", "", fail)
    bus.subscribe("a", "", lambda event: heard.append(event.data))
    bus.publish("a", "x", "/", "données")
    assert heard == ["donn\xc3\xa9es"]
    assert "a subscriber failed at event x of a" in caplog.text


def test_data_is_only_converted_when_somebody_wants_it() -> None:
    class Precious:
        def __str__(self) -> str:
            raise AssertionError("nobody asked")

    Bus().publish("a", "x", "/", {"value": Precious()})
