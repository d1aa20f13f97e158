"""Replays histories with the code of a project, as `wippy workflow replay` does."""

from __future__ import annotations

import json
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import gevent

from runtime.cli.console import CommandError, err, out
from runtime.node import Node
from runtime.registry.entry import EntryId
from runtime.workflows import wire
from runtime.workflows.embedded.replay import Task
from runtime.workflows.embedded.replay import replay as carry_out
from runtime.workflows.errors import WorkflowError

if TYPE_CHECKING:
    from runtime.project import Project


def replay_histories(project: Project, histories: list[Any]) -> None:
    """Replay histories, tell how each fares, and raise CommandError when one has failed."""
    node = Node.boot(project.root, SimpleNamespace())
    try:
        wrong = sum(not gevent.spawn(_replay, node, history).get() for history in histories)
    finally:
        node.stop()
    if wrong:
        raise CommandError(f"{wrong} of {len(histories)} histories cannot be replayed")
    out(f"{len(histories)} {'history' if len(histories) == 1 else 'histories'} replayed, no difference")


def _replay(node: Node, history: Any) -> bool:
    if isinstance(history, dict) and "events" in history:
        return _replay_of_temporal(node, history)
    try:
        start, _ = wire.load(json.dumps(history["start"]))
        tasks = [
            Task(task["number"], task["time"], json.dumps(task["jobs"]), json.dumps(task["commands"]))
            for task in history["tasks"]
        ]
        host = EntryId.parse(history["host"])
    except (KeyError, TypeError, ValueError) as problem:
        raise CommandError(f"this is no history that `wippy workflow history` printed: {problem!r}") from None
    try:
        run = node.workflows.open(host, replace(start, run_id=history["run_id"]))
        carry_out(run, tasks)
        run.close()
    except WorkflowError as problem:
        err(str(problem))
        return False
    return True


def _replay_of_temporal(node: Node, history: Any) -> bool:
    from runtime.temporal.bridge import Bridge
    from runtime.temporal.replay import replay, workflow_type
    from runtime.temporal.services import WorkerService

    try:
        kind = workflow_type(history)
    except (KeyError, TypeError, IndexError) as problem:
        raise CommandError(f"this is no history of Temporal: {problem!r}") from None
    workers = [
        host
        for host in node.processes.hosts.values()
        if isinstance(host, WorkerService) and kind in node.workflows.types(host.id)
    ]
    named = [host for host in workers if str(host.id) == history.get("host")]
    if not workers:
        err(f"no temporal.worker has a workflow of type '{kind}'")
        return False
    try:
        replay(Bridge(), history, (named or workers)[0].deployment())
    except WorkflowError as problem:
        err(str(problem))
        return False
    return True
