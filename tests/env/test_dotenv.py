"""Files of lines NAME=value."""

from __future__ import annotations

from typing import TYPE_CHECKING

import gevent
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.binding import Failure
from runtime.env.dotenv import FileOptions, FileStorage, parse_line, spell

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("A=1", ("A", "1")),
        ("  A = one two  ", ("A", "one two")),
        ("export A=1", ("A", "1")),
        ("A=", ("A", "")),
        ("A=x # a remark", ("A", "x")),
        ("A=x#y", ("A", "x#y")),
        ("A=# only a remark", ("A", "")),
        ('A="x # y"', ("A", "x # y")),
        ("A='$x \\n'", ("A", "$x \\n")),
        ('A="one\\ntwo\\\\\\""', ("A", 'one\ntwo\\"')),
        ("A=b=c", ("A", "b=c")),
        ("# A=1", None),
        ("", None),
        ("no assignment", None),
        ("=x", None),
    ],
)
def test_lines(line: str, wanted: tuple[str, str] | None) -> None:
    assert parse_line(line) == wanted


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_every_value_is_read_back_from_one_line(value: str) -> None:
    line = f"NAME={spell(value)}"
    assert "\n" not in line
    assert parse_line(line) == ("NAME", value)


def test_a_write_keeps_the_other_lines_and_the_permissions(tmp_path: Path) -> None:
    file = tmp_path / "app.env"
    file.write_text("# top\nA=1\nB=2\n\nA=3\n")
    file.chmod(0o600)
    storage = FileStorage(file, FileOptions())
    assert storage.get("A") == "3"
    storage.set("A", "a b")
    storage.set("C", "new")
    assert file.read_text() == "# top\nA=a b\nB=2\n\nC=new\n"
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["app.env"]


def test_a_missing_file_is_made_when_that_is_wanted(tmp_path: Path) -> None:
    file = tmp_path / "below" / "app.env"
    assert FileStorage(file, FileOptions()).get("A") is None
    with pytest.raises(Failure, match="auto_create"):
        FileStorage(file, FileOptions()).set("A", "1")
    FileStorage(file, FileOptions(auto_create=True, file_mode=0o640, dir_mode=0o700)).set("A", "1")
    assert file.read_text() == "A=1\n"
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o640, 0o700)


def test_writes_at_the_same_time_lose_nothing(tmp_path: Path) -> None:
    storage = FileStorage(tmp_path / "app.env", FileOptions(auto_create=True))
    gevent.joinall([gevent.spawn(storage.set, f"N{number}", str(number)) for number in range(20)], raise_error=True)
    assert [storage.get(f"N{number}") for number in range(20)] == [str(number) for number in range(20)]


def test_what_cannot_be_a_name_or_a_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="cannot be the name"):
        FileStorage(tmp_path / "app.env", FileOptions(auto_create=True)).set("A=B", "1")
    with pytest.raises(Failure, match="cannot use the storage"):
        FileStorage(tmp_path, FileOptions()).get("A")
