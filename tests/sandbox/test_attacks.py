"""A program tries to get at Python by every way that it has; it checks itself, and prints where it has passed."""

from __future__ import annotations

from pathlib import Path

from runtime.code.standalone import run
from stdlib import channel, json
from stdlib import time as time_module

PROGRAM = Path(__file__).with_name("attacks.lua")
PARTS = ["attributes", "names", "definitions", "globals", "libraries", "self", "texts", "results"]


def test_attacks_fail() -> None:
    printed: list[str] = []
    modules = {module.module.name: module.module.table() for module in (channel, json, time_module)}
    run(PROGRAM.read_text(encoding="utf-8"), "attacks", [], printed.append, modules=modules)
    assert "".join(printed).split() == PARTS
