"""Results of tests as JUnit's XML, which CI systems read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as Xml

from runtime.cli.console import CommandError

if TYPE_CHECKING:
    from pathlib import Path


def write_junit(path: Path, results: Any) -> None:
    """Write results as the runner tells them: suites with cases, durations in milliseconds."""
    root = Xml.Element("testsuites")
    for suite in results.get("suites") or ():
        cases = suite.get("cases") or ()
        counts = {status: sum(case["status"] == status for case in cases) for status in ("failed", "skipped")}
        element = Xml.SubElement(
            root,
            "testsuite",
            name=suite["name"],
            tests=str(len(cases)),
            failures=str(counts["failed"]),
            skipped=str(counts["skipped"]),
            time=_seconds(sum(case.get("duration", 0) for case in cases)),
        )
        for case in cases:
            _case(element, case)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        Xml.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)
    except OSError as problem:
        raise CommandError(f"cannot write {path}: {problem.strerror}") from None


def _case(suite: Xml.Element, case: Any) -> None:
    element = Xml.SubElement(
        suite, "testcase", name=case["name"], classname=case["entry"], time=_seconds(case.get("duration", 0))
    )
    if case["status"] == "failed":
        text = _printable(str(case.get("error") or ""))
        Xml.SubElement(element, "failure", message=text.splitlines()[0] if text else "").text = text
    elif case["status"] == "skipped":
        Xml.SubElement(element, "skipped")


def _seconds(milliseconds: float) -> str:
    return f"{milliseconds / 1000:.3f}"


def _printable(text: str) -> str:
    """Leave out what XML cannot hold."""
    return "".join(char for char in text if char in "\n\t" or char.isprintable())
