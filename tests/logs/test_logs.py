"""Log records as lines, and where they go."""

import io
import json
import logging
import sys

import pytest

from runtime.config import Config
from runtime.logs.formatters import ConsoleFormatter, JsonFormatter
from runtime.logs.setup import LogSettings, install

LUA = {
    "fields": {"user": "Ann Lee", "n": 1.5, "list": [1]},
    "pid": "{app:f|0x1}",
    "location": "app:f:12",
    "topic": "auth",
}


def record(message="hello", level=logging.INFO, name="wippy.app", exc_info=None, **extra):
    made = logging.LogRecord(name, level, "x.py", 1, "%s", (message,), exc_info)
    for key, value in extra.items():
        setattr(made, key, value)
    return made


def console(made):
    return ConsoleFormatter(colour=False).format(made).partition(" ")[2]


def test_a_line_for_people():
    assert console(record(**LUA)) == (
        'INFO  app:f:12 hello logger=app.auth user="Ann Lee" n=1.5 list=[1] pid={app:f|0x1}'
    )
    assert console(record("plain", logging.WARNING, "wippy.http")) == "WARN  http plain"


def test_a_record_cannot_pass_for_another_or_steer_the_terminal():
    forged = record("a\n12:00:00.000 ERROR x\x1b[31m\r", fields={"k=1 pid": "v\nw", "s": "a=b", "e": ""})
    assert console(forged) == 'INFO  app a\n    12:00:00.000 ERROR x\\x1b[31m\\x0d "k=1 pid"="v\\nw" s="a=b" e=""'


def test_colours_on_a_terminal():
    line = ConsoleFormatter(colour=True).format(record())
    assert "\x1b[34mINFO \x1b[0m" in line


def caught():
    try:
        raise KeyError("gone")
    except KeyError:
        return sys.exc_info()


def test_tracebacks_are_indented():
    lines = console(record(level=logging.ERROR, exc_info=caught())).splitlines()
    assert lines[1] == "    Traceback (most recent call last):"
    assert all(line.startswith("    ") for line in lines[1:])


def test_a_json_line():
    line = json.loads(JsonFormatter().format(record("hi\n", **LUA)))
    assert line.pop("ts").startswith("20")
    assert line == {
        "level": "info",
        "logger": "app.auth",
        "msg": "hi\n",
        "pid": "{app:f|0x1}",
        "location": "app:f:12",
        "user": "Ann Lee",
        "n": 1.5,
        "list": [1],
    }


def test_a_json_line_stays_one_and_keeps_its_own_names():
    text = JsonFormatter().format(record(fields={"level": "mine", "x": float("inf"), 7: b"?"}, exc_info=caught()))
    line = json.loads(text)
    assert "\n" not in text
    assert (line["level"], line["level_"], line["x"]) == ("info", "mine", "inf")
    assert "KeyError" in line["stacktrace"]


@pytest.fixture
def restored():
    logger = logging.getLogger("wippy")
    before = (logger.handlers, logger.level, logger.propagate)
    yield
    logger.handlers, logger.propagate = before[0], before[2]
    logger.setLevel(before[1])


@pytest.mark.usefixtures("restored")
def test_installing():
    stream = io.StringIO()
    install(LogSettings(), stream)
    logging.getLogger("wippy.app").info("seen")
    logging.getLogger("wippy.app").debug("not seen")
    install(LogSettings(level=logging.DEBUG, encoding="json"), stream)
    logging.getLogger("wippy.app").debug("as json")
    install(LogSettings(silent=True), stream)
    logging.getLogger("wippy.app").error("nothing")
    first, second = stream.getvalue().splitlines()
    assert first.endswith("INFO  app seen")
    assert json.loads(second)["msg"] == "as json"


@pytest.mark.parametrize(
    ("sets", "flags", "expected"),
    [
        ((), {}, LogSettings()),
        ((), {"verbose": True}, LogSettings(level=logging.DEBUG)),
        (("logmanager.min_level=1",), {"verbose": True}, LogSettings(logging.WARNING, logging.WARNING)),
        (("logger.encoding=json",), {}, LogSettings(encoding="json")),
        (("logger.encoding=json",), {"console": True}, LogSettings()),
        ((), {"silent": True}, LogSettings(silent=True)),
        (("logmanager.propagate_downstream=false",), {}, LogSettings(silent=True)),
    ],
)
def test_settings_from_flags_and_configuration(tmp_path, sets, flags, expected):
    assert LogSettings.of(Config.load(tmp_path, (), sets), **flags) == expected
