"""The examples of the reference: one application whose entries show every kind, and a piece of Lua for each module.

`expression) --> text` in Lua says what is printed; the tests run all of it.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent / "examples"
_ENTRY = re.compile(r"^(?:  #.*\n)*  - name: (?P<name>\S+)\n(?:(?:    .*)?\n)*", re.MULTILINE)
_KIND = re.compile(r"^    kind: (\S+)$", re.MULTILINE)
_NAMED = re.compile(r"app:([\w.]+)")


@cache
def entries() -> dict[str, str]:
    """Give the text of each entry of the example application by its name."""
    text = (ROOT / "application.yaml").read_text(encoding="utf-8")
    return {match["name"]: match[0].rstrip() + "\n" for match in _ENTRY.finditer(text)}


def of_kind(kind: str) -> list[str]:
    """Give the entries that show a kind."""
    return [text for text in entries().values() if (found := _KIND.search(text)) is not None and found[1] == kind]


def of_module(name: str) -> str:
    """Give the Lua code that shows a module, an empty text where there is none."""
    path = ROOT / "modules" / f"{name}.lua"
    return path.read_text(encoding="utf-8") if path.exists() else ""


def entries_named_in(code: str) -> list[str]:
    """Give the entries of the example application that a piece of code names."""
    names = dict.fromkeys(_NAMED.findall(code))
    return [entries()[name] for name in names if name in entries()]
