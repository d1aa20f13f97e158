"""Input, output and raw mode of a console, on pipes and pseudo terminals."""

from __future__ import annotations

import os
import pty
import termios
from typing import TYPE_CHECKING

import gevent
import pytest
from gevent import socket

from runtime.binding import Failure
from runtime.lua.errors import Error, LuaError
from runtime.process.outcome import Outcome
from runtime.terminal.host import exit_of
from runtime.terminal.terminal import Input, Output, RawMode

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    yield ends
    for end in ends:
        try:
            os.close(end)
        except OSError:
            continue


def test_lines_and_bytes_share_what_was_read(pipe: tuple[int, int]) -> None:
    source = Input(pipe[0])
    os.write(pipe[1], b"one\r\ntwo\nthree four")
    assert source.readline() == b"one"
    assert source.read(2) == b"tw"
    assert source.readline() == b"o"
    os.close(pipe[1])
    assert source.readline() == b"three four"
    assert source.readline() is None
    assert source.read(10) == b""


def test_waiting_for_input_lets_others_run(pipe: tuple[int, int]) -> None:
    reading = gevent.spawn(Input(pipe[0]).readline)
    gevent.sleep(0.01)
    assert not reading.ready()
    os.write(pipe[1], b"part")
    gevent.sleep(0.01)
    assert not reading.ready()
    os.write(pipe[1], b" and rest\n")
    assert reading.get(timeout=5) == b"part and rest"


def test_of_two_who_read_each_gets_a_line(pipe: tuple[int, int]) -> None:
    source = Input(pipe[0])
    readers = [gevent.spawn(source.readline) for _ in range(2)]
    gevent.sleep(0.01)
    os.write(pipe[1], b"one\n")
    gevent.sleep(0.01)
    assert [reader.ready() for reader in readers] == [True, False]
    os.write(pipe[1], b"two\n")
    assert [reader.get(timeout=5) for reader in readers] == [b"one", b"two"]


def test_two_who_write_hold_nobody_up(pipe: tuple[int, int]) -> None:
    target = Output(pipe[1])
    writers = [gevent.spawn(target.write, mark * 200_000) for mark in (b"a", b"b")]
    read = b""
    while len(read) < 400_000:
        socket.wait_read(pipe[0], timeout=5)
        read += os.read(pipe[0], 1000)
    gevent.joinall(writers, timeout=5, raise_error=True)
    assert (read.count(b"a"), read.count(b"b")) == (200_000, 200_000)


def test_waiting_for_a_reader_lets_others_run(pipe: tuple[int, int]) -> None:
    data = os.urandom(300_000)
    writing = gevent.spawn(Output(pipe[1]).write, data)
    gevent.sleep(0.01)
    assert not writing.ready()
    read = b""
    while len(read) < len(data):
        socket.wait_read(pipe[0], timeout=5)
        read += os.read(pipe[0], 65536)
    writing.get(timeout=5)
    assert read == data


def test_a_reader_that_has_gone_is_an_error(pipe: tuple[int, int]) -> None:
    os.close(pipe[0])
    with pytest.raises(Failure, match="Broken pipe"):
        Output(pipe[1]).write(b"x")


def test_files_need_no_waiting(tmp_path: Path) -> None:
    file = tmp_path / "file"
    with file.open("wb") as written:
        Output(written.fileno()).write(b"a\nb")
    with file.open("rb") as opened:
        source = Input(opened.fileno())
        assert [source.readline() for _ in range(3)] == [b"a", b"b", None]
    with open(os.devnull, "rb") as nothing:  # noqa: PTH123
        assert Input(nothing.fileno()).read(1) == b""


def test_a_line_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runtime.terminal.terminal.MAX_STRING", 1_000_000)
    with open("/dev/zero", "rb") as endless, pytest.raises(Failure, match="no line ends"):  # noqa: PTH123
        Input(endless.fileno()).readline()


def test_raw_mode_lasts_until_the_last_who_asked_for_it() -> None:
    master, terminal = pty.openpty()
    try:
        before = termios.tcgetattr(terminal)
        mode = RawMode(terminal)
        mode.enable()
        mode.enable()
        assert not termios.tcgetattr(terminal)[3] & termios.ECHO
        mode.disable()
        assert not termios.tcgetattr(terminal)[3] & termios.ECHO
        mode.disable()
        assert termios.tcgetattr(terminal) == before
        mode.disable()
        mode.enable()
        mode.reset()
        assert termios.tcgetattr(terminal) == before
    finally:
        os.close(master)
        os.close(terminal)


def test_raw_mode_needs_a_terminal(pipe: tuple[int, int]) -> None:
    with pytest.raises(Failure, match="not a terminal"):
        RawMode(pipe[0]).enable()


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (None, 0),
        (True, 0),
        (False, 1),
        (7, 7),
        (3.9, 3),
        (float("nan"), 1),
        (float("inf"), 1),
    ],
)
def test_exit_codes(value: object, wanted: int) -> None:
    assert exit_of(Outcome(value))[:2] == (wanted, "")


def test_a_string_is_shown_and_an_error_too() -> None:
    assert exit_of(Outcome("done")) == (0, "done", "stdout")
    assert exit_of(Outcome(error=LuaError(Error("broken")))) == (1, "broken", "stderr")
