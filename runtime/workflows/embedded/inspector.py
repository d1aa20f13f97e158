"""The histories of the embedded engine, seen and changed by another process than the one that runs it.

What is to be changed is written down as a request; the engine carries it out as soon as it runs.
"""

from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING, Any

from runtime.binding.failure import Failure
from runtime.lua.errors import Kind
from runtime.workflows import data, wire
from runtime.workflows.activation import Completed
from runtime.workflows.embedded.journal import FORMAT
from runtime.workflows.embedded.status import Status
from runtime.workflows.inspector import Event, Summary

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_COLUMNS = "workflow_id, run_id, type, status, host, started, ended, trouble, memo, search, result"
_HIDDEN = (wire.TAG, "headers", "options", "seed")


class EmbeddedInspector:
    """A file of histories, as `runtime.workflows.inspector.Inspector` has it."""

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise Failure(Kind.NOT_FOUND, f"no workflow has run here: there is no {path}")
        self._link = sqlite3.connect(path, timeout=10.0, isolation_level=None)
        try:
            known = self._link.execute("PRAGMA user_version").fetchone()[0]
        except sqlite3.Error as problem:
            raise Failure(Kind.INVALID, f"{path} is no file of workflow histories: {problem}") from None
        if known != FORMAT:
            raise Failure(
                Kind.INVALID, f"{path} holds no workflow histories of format {FORMAT}, the one that this wippy reads"
            )

    def runs(self, status: str = "", limit: int = 50) -> list[Summary]:
        """List runs, the latest first."""
        where = "WHERE status = ?" if status else "WHERE ? = ''"
        sql = f"SELECT {_COLUMNS} FROM runs {where} ORDER BY number DESC LIMIT ?"  # noqa: S608  (our own words)
        return [_summary(row) for row in self._link.execute(sql, (status, limit))]

    def describe(self, workflow_id: str, run_id: str = "") -> Summary:
        """Describe a run, by default the last one."""
        sql = f"SELECT {_COLUMNS} FROM runs WHERE workflow_id = ? AND ? IN ('', run_id) ORDER BY number DESC LIMIT 1"  # noqa: S608
        row = self._link.execute(sql, (workflow_id, run_id)).fetchone()
        if row is None:
            run = f" with a run '{run_id}'" if run_id else ""
            raise Failure(Kind.NOT_FOUND, f"there is no workflow '{workflow_id}'{run}; `wippy workflow list` shows all")
        return _summary(row)

    def _tasks(self, run_id: str) -> list[tuple[int, int, str, str]]:
        sql = "SELECT number, time, jobs, commands FROM tasks WHERE run_id = ? ORDER BY number"
        return self._link.execute(sql, (run_id,)).fetchall()

    def events(self, summary: Summary) -> list[Event]:
        """Read a history."""
        return [
            Event(number, time / 1e9, incoming, value[wire.TAG], _details(value))
            for number, time, jobs, commands in self._tasks(summary.run_id)
            for incoming, text in ((True, jobs), (False, commands))
            for value in json.loads(text)
        ]

    def export(self, summary: Summary) -> Any:
        """Give a history as plain data."""
        (start,) = self._link.execute("SELECT start FROM runs WHERE run_id = ?", (summary.run_id,)).fetchone()
        tasks = [
            {"number": number, "time": time, "jobs": json.loads(jobs), "commands": json.loads(commands)}
            for number, time, jobs, commands in self._tasks(summary.run_id)
        ]
        return {
            "workflow_id": summary.workflow_id,
            "run_id": summary.run_id,
            "host": summary.host,
            "start": json.loads(start),
            "tasks": tasks,
        }

    def signal(self, workflow_id: str, name: str, values: Sequence[Any]) -> None:
        """Send a message."""
        self._request(workflow_id, "signal", [name, list(values)])

    def cancel(self, workflow_id: str, reason: str) -> None:
        """Ask it to end."""
        self._request(workflow_id, "cancel", reason)

    def terminate(self, workflow_id: str, reason: str) -> None:
        """End it."""
        self._request(workflow_id, "terminate", reason)

    def _request(self, workflow_id: str, action: str, body: Any) -> None:
        if self.describe(workflow_id).status != Status.RUNNING:
            raise Failure(Kind.NOT_FOUND, f"workflow '{workflow_id}' has ended")
        sql = "INSERT INTO requests (workflow_id, action, body) VALUES (?, ?, ?)"
        self._link.execute(sql, (workflow_id, action, json.dumps(body)))

    def close(self) -> None:
        """Close the file."""
        self._link.close()


def _summary(row: tuple[Any, ...]) -> Summary:
    workflow_id, run_id, kind, status, host, started, ended, trouble, memo, search, result = row
    return Summary(
        workflow_id,
        run_id,
        kind,
        status,
        host,
        started / 1e9,
        None if ended is None else ended / 1e9,
        trouble,
        json.loads(memo),
        json.loads(search),
        _plain_result(result),
    )


def _plain_result(text: str | None) -> Any:
    if text is None:
        return None
    (result,) = wire.load(text)
    if isinstance(result, Completed):
        return None if result.value is None else data.from_json(result.value)
    return {"error": result.problem.message, "kind": result.problem.kind}


def _details(value: dict[str, Any]) -> dict[str, Any]:
    """Give what people want to know of a job or a command; values are told as they are, not as text of JSON."""
    return {name: _readable(name, item) for name, item in value.items() if name not in _HIDDEN}


def _readable(name: str, item: Any) -> Any:
    if name == "arguments":
        return [json.loads(text) for text in item]
    if name == "value" and isinstance(item, str):
        return json.loads(item)
    if isinstance(item, dict) and wire.TAG in item:
        return _details(item)
    return item
