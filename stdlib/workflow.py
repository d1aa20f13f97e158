"""The `workflow` module: what workflows know of themselves, their versions and children (page temporal/workflows)."""

from __future__ import annotations

from runtime.binding import Failure, Kind, LuaValue, Module, Table, Text, to_python
from runtime.process import current
from runtime.process.spawner import Target, execute
from runtime.workflows import commands, data
from runtime.workflows.run import Run

module = Module("workflow", deterministic=True, classes=("workflow",))


def _run() -> Run:
    process = current.process()
    run = process.run if process is not None else None
    if run is None:
        raise Failure(Kind.INVALID, "no workflow runs here; the module `workflow` is for workflow.lua entries")
    assert isinstance(run, Run), "workflows are the only durable runs"
    return run


@module.function
def info() -> Table:
    """Give what is known of the run."""
    run = _run()
    start = run.start
    return Table.from_dict(
        {
            "workflow_id": Text(start.workflow_id),
            "run_id": Text(start.run_id),
            "workflow_type": Text(start.type),
            "task_queue": Text(start.task_queue),
            "namespace": Text(start.namespace),
            "attempt": start.attempt,
            "history_length": run.history_length,
            "history_size": run.history_size,
        }
    )


@module.function
def history_length() -> int:
    """Give the number of events in the history."""
    return _run().history_length


@module.function
def history_size() -> int:
    """Give the size of the history in bytes."""
    return _run().history_size


@module.function
def version(change: Text, least: int, most: int) -> int:
    """Give the version of a change that this run goes by, for good: a new one has the highest."""
    if not change or "@" in change:
        raise Failure(Kind.INVALID, f"the change id '{change}' must be a name without '@'")
    if least > most:
        raise Failure(Kind.INVALID, f"the lowest supported version, {least}, is above the highest, {most}")
    return _run().mark(change, least, most)


@module.function
def attrs(values: Table) -> bool:
    """Set search attributes (`search`) and notes (`memo`)."""
    run = _run()
    for name, make in (("search", commands.SetSearchAttributes), ("memo", commands.SetMemo)):
        given = values.get(name)
        if isinstance(given, Table):
            run.ask(make({str(key): data.to_json(to_python(value)) for key, value in given.items()}))
        elif given is not None:
            raise Failure(Kind.INVALID, f"'{name}' must be a table of values by name")
    return True


@module.function(name="exec", blocks=True)
def exec_(entry: Text, *arguments: LuaValue) -> LuaValue:
    """Run a child workflow on the same host and give its result."""
    run = _run()
    return execute(Target.read(entry, str(run.host)), arguments)


@module.function
def set_state(name: Text, value: LuaValue = None) -> bool:
    """Set what the query of a name answers; nil takes it back."""
    run = _run()
    if value is None:
        run.state.pop(name, None)
    else:
        run.state[name] = data.encode(value)
    return True
