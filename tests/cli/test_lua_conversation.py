"""`wippy lua` on a terminal."""

from __future__ import annotations

import os
import pty
import re
import select
import sys
import time
from typing import TYPE_CHECKING

import pytest

from runtime.cli.repl import as_expression, is_unfinished

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LIMIT = 20.0  # seconds
PROMPT, MORE = r"(^|\n)> ", r"(^|\n)>> "


class Conversation:
    """A `wippy lua` whose terminal the test holds."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.pid, self.terminal = pty.fork()
        if not self.pid:
            os.environ.update(XDG_STATE_HOME=str(home), TERM="dumb", NO_COLOR="1")
            os.execv(sys.executable, [sys.executable, "-m", "runtime.cli.main", "lua"])
        self.raw = b""
        self.greeting = self.until(PROMPT)

    def until(self, pattern: str) -> str:
        """Read up to the first match of a pattern; what stands behind it is for the next time."""
        end = time.monotonic() + LIMIT
        while (found := re.search(pattern.encode(), self.raw)) is None:
            ready, _, _ = select.select([self.terminal], [], [], max(0.0, end - time.monotonic()))
            assert ready, f"waited in vain for {pattern!r} behind {self.raw!r}"
            self.raw = (self.raw + os.read(self.terminal, 4096)).replace(b"\r\n", b"\n")
        before, self.raw = self.raw[: found.start()], self.raw[found.end() :]
        return before.decode()

    def say(self, line: str, prompt: str = PROMPT) -> str:
        """Type a line and give what is shown up to the next prompt, without the line itself."""
        os.write(self.terminal, line.encode() + b"\n")
        self.until(re.escape(line) + "\n")
        return self.until(prompt)

    def press(self, key: bytes, pattern: str = PROMPT) -> str:
        """Press a key and give what is shown up to a pattern."""
        os.write(self.terminal, key)
        return self.until(pattern)

    def end(self) -> int:
        """Press Ctrl-D and give the exit code."""
        os.write(self.terminal, b"\x04")
        _, status = os.waitpid(self.pid, 0)
        self.pid = 0
        return os.waitstatus_to_exitcode(status)

    def close(self) -> None:
        if self.pid:
            os.kill(self.pid, 9)
            os.waitpid(self.pid, 0)
        os.close(self.terminal)


@pytest.fixture
def talk(tmp_path: Path) -> Iterator[Conversation]:
    made = Conversation(tmp_path)
    yield made
    made.close()


def test_expressions_are_shown(talk: Conversation) -> None:
    assert "Ctrl-D ends" in talk.greeting
    assert talk.say("1 + 1, 'é', nil") == "2\té\tnil"
    assert talk.say("setmetatable({}, {__tostring = function() return 'shown' end})") == "shown"
    assert talk.say("(function() end)()") == ""
    assert talk.say("") == ""
    assert talk.say("json.encode({1})") == "[1]"
    assert talk.end() == 0


def test_globals_stay_and_locals_do_not(talk: Conversation) -> None:
    talk.say("x = 1")
    talk.say("local y = 2; z = y")
    assert talk.say("x, y, z") == "1\tnil\t2"


def test_input_goes_on_until_it_is_complete(talk: Conversation) -> None:
    assert talk.say("for i = 1, 2 do", MORE) == ""
    assert talk.say("print(i)", MORE) == ""
    assert talk.say("end") == "1\n2"
    talk.say("s = [[a", MORE)
    talk.say("b]]")
    assert talk.say("s") == "a\nb"
    assert talk.say("1 +", MORE) == ""
    assert talk.say("2") == "3"


def test_errors_leave_the_conversation_going(talk: Conversation) -> None:
    assert talk.say("x = = 1") == "stdin:1:5: unexpected symbol near '='\n    x = = 1\n        ^"
    talk.say("function f() error('no') end")
    assert talk.say("f()") == "stdin:1: no\nstack traceback:\n\tstdin:1: in f\n\tstdin:1: in main chunk"
    assert talk.say("channel.new():receive()").startswith("deadlock: ")
    assert talk.say("setmetatable({}, {__tostring = function() error('shy', 0) end})").startswith("shy\n")
    assert talk.say("type(f)") == "function"
    assert talk.end() == 0


def test_coroutines_go_on_in_the_next_input(talk: Conversation) -> None:
    talk.say("c = channel.new()")
    assert talk.say("coroutine.spawn(function() got = c:receive() end)").startswith("thread")
    assert talk.say("c:send(5)") == "true"
    assert talk.say("got") == "5"
    talk.say("coroutine.spawn(function() c:receive() error('later') end)")
    assert "later" in talk.say("c:send(1)")
    assert talk.say("got") == "5"


def test_control_c_interrupts(talk: Conversation) -> None:
    os.write(talk.terminal, b"print('be' .. 'gin') while true do pcall(error) end\n")
    talk.until("begin\n")
    assert "interrupted" in talk.press(b"\x03")
    os.write(talk.terminal, b"print('be' .. 'gin') time.sleep('60s')\n")
    talk.until("begin\n")
    assert "interrupted" in talk.press(b"\x03")
    talk.say("do", MORE)
    time.sleep(0.5)  # Python's readline misses a signal between its prompt and its waiting
    assert "interrupted" not in talk.press(b"\x03")
    assert talk.say("1") == "1"
    assert talk.end() == 0


def test_history_is_kept(talk: Conversation, tmp_path: Path) -> None:
    talk.say("first = 1")
    talk.end()
    file = tmp_path / "wippy" / "lua_history"
    assert file.read_text() == "first = 1\n"
    assert file.stat().st_mode & 0o777 == 0o600
    again = Conversation(tmp_path)
    again.press(b"\x1b[A", "first = 1")
    again.close()


@pytest.mark.parametrize(
    "source", ["f(", "do", "x =", "x = {", "[[", "--[[", "1 +", "if a then", "function f(", "return"]
)
def test_what_is_unfinished(source: str) -> None:
    assert is_unfinished(source) == (source != "return")


@pytest.mark.parametrize("source", ["", "1", "x = 1", "x = = 1", "end", "f()", "'a", "-- a", "do end", "a.b", "}"])
def test_what_is_finished(source: str) -> None:
    assert not is_unfinished(source)


def test_what_is_an_expression() -> None:
    assert as_expression("1, 2") == "return 1, 2"
    assert as_expression("f()") == "return f()"
    assert as_expression("x = 1") is None
    assert as_expression("-- nothing") is not None
    assert as_expression(" ") is None
