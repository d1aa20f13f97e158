"""Process ids: `{node@host|0x00001}`, or `{host|0x00001}` for the local node."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass

# The form with three parts is older; its middle part means nothing any more.
_TEXT = re.compile(r"\{(?:(?P<node>[^@|{}]*)@)?(?P<host>[^|{}]+)\|(?:[^|{}]*\|)?(?P<unique>[^|{}]+)\}\Z")
_SHORT = 5


@dataclass(frozen=True, slots=True)
class Pid:
    """The address of a process: `node` is empty for this one, `host` is the id of the host entry."""

    node: str
    host: str
    unique: str

    def __str__(self) -> str:
        return f"{{{self.node}@{self.host}|{self.unique}}}" if self.node else f"{{{self.host}|{self.unique}}}"

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
