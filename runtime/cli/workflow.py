"""`wippy workflow`: what workflows have done and wait for, and a hand on those that run."""

import json
import sys
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from runtime.cli.console import CommandError, out, style
from runtime.cli.options import Directory
from runtime.project import Project
from runtime.workflows.embedded.status import Status
from runtime.workflows.inspector import Event, Inspector, Summary

_GROUP_HELP = """Look at workflows, and send them signals.

\b
Example:  wippy workflow list --status running
          wippy workflow show order-123
"""
_LIST_HELP = """List runs, the latest first.

\b
Example:  wippy workflow list
          wippy workflow list --status failed --json
"""
_SHOW_HELP = """Show a workflow: how it stands, and its history as a timeline.

\b
Example:  wippy workflow show order-123
"""
_HISTORY_HELP = """Print the history of a workflow as JSON, to be kept and replayed.

\b
Example:  wippy workflow history order-123 > order.json
          wippy workflow replay --file order.json
"""
_SIGNAL_HELP = """Send a message to a workflow. Values are JSON; what is no JSON is text.

\b
Example:  wippy workflow signal order-123 approve '{"by": "ann"}'
"""
_CANCEL_HELP = """Ask a workflow to end: it gets the event CANCEL, and may clean up.

\b
Example:  wippy workflow cancel order-123 --reason "the customer has called"
"""
_TERMINATE_HELP = """End a workflow at once; its code does nothing any more.

\b
Example:  wippy workflow terminate order-123
"""
_REPLAY_HELP = """Check the code of a project against stored histories, and report where it departs from them.

Nothing is called and nothing changes. Without an id every workflow that runs is checked.

\b
Example:  wippy workflow replay order-123
          wippy workflow replay
          wippy workflow replay --file order.json
"""

Id = Annotated[str, typer.Argument(metavar="ID", help="The id of the workflow.")]
Run = Annotated[str, typer.Option("--run", help="One of its runs, by default the last.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; the workflow can read it.")]
Host = Annotated[str, typer.Option("--host", help="The host whose workflows are meant, where there are several.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(rich_markup_mode=None)
    group.callback(invoke_without_command=True, help=_GROUP_HELP)(_help)
    group.command("list", help=_LIST_HELP)(list_runs)
    group.command("show", help=_SHOW_HELP)(show)
    group.command("history", help=_HISTORY_HELP)(history)
    group.command("signal", help=_SIGNAL_HELP)(signal)
    group.command("cancel", help=_CANCEL_HELP)(cancel)
    group.command("terminate", help=_TERMINATE_HELP)(terminate)
    group.command("replay", help=_REPLAY_HELP)(replay)
    app.add_typer(group, name="workflow")


def _help(ctx: typer.Context) -> None:
    """Show help when there is no command."""
    if ctx.invoked_subcommand is None:
        out(ctx.get_help())


def list_runs(
    status: Annotated[str, typer.Option("--status", "-s", help="Only runs of this status.")] = "",
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="At most so many.")] = 50,
    as_json: AsJson = False,
    host: Host = "",
    directory: Directory = None,
) -> None:
    """List runs."""
    if status and status not in list(Status):
        raise CommandError(f"there is no status '{status}'; there are {', '.join(Status)}")
    with closing(_open(directory, host)) as inspector:
        found = inspector.runs(status, limit)
    if as_json:
        out(json.dumps([vars(summary) for summary in found], indent=2, ensure_ascii=False))
    elif found:
        _table(found)
    else:
        out("no workflows found")


def _table(found: list[Summary]) -> None:
    widths = [max(len(text) for text in column) for column in zip(_HEAD, *map(_cells, found), strict=True)]
    head = zip(_HEAD, widths, strict=True)
    out(style("  ".join(f"{name:<{width}}" for name, width in head).rstrip(), "bold"))
    for summary in found:
        cells = [f"{cell:<{width}}" for cell, width in zip(_cells(summary), widths, strict=True)]
        cells[2] = style(cells[2], _COLOURS.get(summary.status, "dim"))
        out("  ".join(cells).rstrip())
        if summary.trouble:
            out(style(f"    stands still: {summary.trouble}", "yellow"))


_HEAD = ("WORKFLOW", "TYPE", "STATUS", "STARTED", "TOOK")
_COLOURS = {"completed": "green", "failed": "red", "terminated": "red", "timed_out": "red", "running": "cyan"}


def _cells(summary: Summary) -> tuple[str, str, str, str, str]:
    ended = summary.ended if summary.ended is not None else time.time()
    return (
        summary.workflow_id,
        summary.type,
        summary.status,
        _moment(summary.started),
        _span(ended - summary.started),
    )


def show(workflow_id: Id, run: Run = "", as_json: AsJson = False, host: Host = "", directory: Directory = None) -> None:
    """Show a workflow."""
    with closing(_open(directory, host)) as inspector:
        summary = inspector.describe(workflow_id, run)
        events = inspector.events(summary)
    if as_json:
        made = {**vars(summary), "events": [vars(event) for event in events]}
        out(json.dumps(made, indent=2, ensure_ascii=False))
        return
    _table([summary])
    for name in ("memo", "search", "result"):
        value = getattr(summary, name)
        if value not in (None, {}):
            out(f"{name}: {json.dumps(value, ensure_ascii=False)}")
    _timeline(events, summary.started)


def _timeline(events: list[Event], began: float) -> None:
    task = 0
    for event in events:
        if event.task != task:
            task = event.task
            out(style(f"\n{_moment(event.time)}  task {task}, {_span(event.time - began)} after the start", "bold"))
        arrow = style("<-", "green") if event.incoming else style("->", "cyan")
        out(f"  {arrow} {event.name} {style(_told(event.details), 'dim')}".rstrip())


def _told(details: dict[str, Any]) -> str:
    parts = []
    for name, value in details.items():
        if name == "nanoseconds":
            parts.append(_span(value / 1e9))
        else:
            text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            parts.append(f"{name}={text if len(text) <= _SHOWN else text[:_SHOWN] + '...'}")
    return " ".join(parts)


_SHOWN = 160


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def _span(seconds: float) -> str:
    if seconds < 1:
        return f"{seconds * 1000:.3g} ms"
    if seconds < 60:
        return f"{seconds:.3g} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


def history(workflow_id: Id, run: Run = "", host: Host = "", directory: Directory = None) -> None:
    """Print a history."""
    with closing(_open(directory, host)) as inspector:
        exported = inspector.export(inspector.describe(workflow_id, run))
    out(json.dumps(exported, indent=2, ensure_ascii=False))


def signal(
    workflow_id: Id,
    name: Annotated[str, typer.Argument(metavar="TOPIC", help="What the workflow listens to.")],
    values: Annotated[list[str] | None, typer.Argument(metavar="[VALUE]...", help="JSON, or text.")] = None,
    host: Host = "",
    directory: Directory = None,
) -> None:
    """Send a message."""
    with closing(_open(directory, host)) as inspector:
        inspector.signal(workflow_id, name, [_value(text) for text in values or ()])


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def cancel(workflow_id: Id, reason: Reason = "", host: Host = "", directory: Directory = None) -> None:
    """Ask a workflow to end."""
    with closing(_open(directory, host)) as inspector:
        inspector.cancel(workflow_id, reason)


def terminate(workflow_id: Id, reason: Reason = "by hand", host: Host = "", directory: Directory = None) -> None:
    """End a workflow."""
    with closing(_open(directory, host)) as inspector:
        inspector.terminate(workflow_id, reason)


def replay(
    workflow_id: Annotated[str, typer.Argument(metavar="[ID]", help="The id of a workflow.")] = "",
    file: Annotated[Path | None, typer.Option("--file", "-f", help="A history in a file.")] = None,
    run: Run = "",
    host: Host = "",
    directory: Directory = None,
) -> None:
    """Check code against histories."""
    from runtime.cli.workflow_replay import replay_histories

    if file is not None:
        try:
            histories = [json.loads(file.read_text())]
        except (OSError, ValueError) as problem:
            raise CommandError(f"{file} is no history that `wippy workflow history` printed: {problem}") from None
    else:
        with closing(_open(directory, host)) as inspector:
            running = [] if workflow_id else inspector.runs(Status.RUNNING, sys.maxsize)
            found = [inspector.describe(workflow_id, run)] if workflow_id else running
            histories = [inspector.export(summary) for summary in found]
    replay_histories(_project(directory), histories)


def _project(directory: Path | None) -> Project:
    return Project.find(directory or Path.cwd())


def _open(directory: Path | None, wanted: str) -> Inspector:
    from runtime.cli.workflow_engines import open_inspector

    return open_inspector(_project(directory), wanted)
