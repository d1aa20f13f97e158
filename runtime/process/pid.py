"""Process ids: `{node@host|0x00001}`, or `{host|0x00001}` for the local node."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Self

# The form with three parts is older; its middle part means nothing any more.
_TEXT = re.compile(r"\{(?:(?P<node>[^@|{}]*)@)?(?P<host>[^|{}]+)\|(?:[^|{}]*\|)?(?P<unique>[^|{}]+)\}\Z")
_SHORT = 5


class Pid(str):
    """The address of a process, in its text form: a text that Lua hands over finds the process without being read."""

    __slots__ = ()

    def __new__(cls, node: str, host: str, unique: str) -> Self:
        """Make the pid of a node, empty for this one, and the id of a host entry."""
        return super().__new__(cls, f"{{{node}@{host}|{unique}}}" if node else f"{{{host}|{unique}}}")

    @property
    def node(self) -> str:
        """The node; empty for this one."""
        before, found, _ = self[1:-1].partition("@")
        return before if found else ""

    @property
    def host(self) -> str:
        """The id of the host entry."""
        return self[1:-1].rpartition("|")[0].rpartition("@")[2]

    @property
    def unique(self) -> str:
        """What tells it from the others of its host: for a workflow its id."""
        return self[1:-1].rpartition("|")[2]

    @staticmethod
    def parse(text: str) -> Pid | None:
        """Read the text form; None when it is something else, such as a registered name."""
        match = _TEXT.match(text)
        return Pid(match["node"] or "", match["host"], match["unique"]) if match else None


class PidSource:
    """Gives out unique parts: a counter of the node, in hexadecimal of at least five digits."""

    def __init__(self, node: str = "") -> None:
        self.node = node
        self._counter = itertools.count(1)

    def next(self, host: str) -> Pid:
        """Give a new pid on a host."""
        return Pid(self.node, host, f"0x{next(self._counter):0{_SHORT}x}")
