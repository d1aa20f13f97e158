"""`wippy workflow` for the workflows of a Temporal server."""

import json
import os
import subprocess

import pytest
from temporal_app import WIPPY, App
from temporal_world import until


@pytest.fixture
def app(server, tmp_path):
    return App(tmp_path, server.address, f"cli-{os.getpid()}-{tmp_path.name}")


def wippy(app, *arguments, code=0):
    done = subprocess.run(
        [str(WIPPY), "workflow", *arguments], cwd=app.directory, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout if code == 0 else done.stderr


def test_the_commands_look_at_workflows_and_reach_them(app, server):
    made = app.begin("run", "once")
    assert made.communicate(timeout=60)[0] == "42\n"
    listed(app, server, 1)
    (found,) = json.loads(wippy(app, "list", "--json"))
    name = found["workflow_id"]
    assert (found["type"], found["status"], found["host"]) == ("app:order", "completed", "app:worker")
    shown = wippy(app, "show", name)
    assert 'result: {"number": 39, "value": 42}' in shown
    assert "<- WorkflowExecutionStarted workflow_type=app:order input=[39]" in shown
    assert "-> ActivityTaskScheduled" in shown
    assert "activity_type=app:step" in shown
    assert "<- ActivityTaskCompleted result=[40]" in shown
    assert "-> TimerStarted" in shown
    assert "start_to_fire_timeout=0.05 s" in shown

    history = app.directory / "order.json"
    history.write_text(wippy(app, "history", name))
    assert "1 history replayed, no difference" in wippy(app, "replay", "--file", str(history))
    theirs = app.directory / "theirs.json"
    theirs.write_text(server.cli("workflow", "show", "-w", name, "--output", "json"))
    assert "1 history replayed, no difference" in wippy(app, "replay", "--file", str(theirs))
    code = app.directory / "src/order.lua"
    code.write_text(code.read_text().replace('time.sleep("50ms")\n', 'time.sleep("50ms")\n        time.sleep("1s")\n'))
    told = wippy(app, "replay", name, code=1)
    assert "does not do what its history says" in told
    assert "the code asked for" in told
    assert "app:order:15" in told


def listed(app, server, count, more=""):
    """Wait until the server lists so many workflows, which it does some time after they are there."""
    query = f"TaskQueue = '{app.queue}'{more}"
    until(lambda: server.cli("workflow", "count", "--query", query).split()[-1] == str(count))


def test_signals_and_ends_by_hand(app, server):
    """Nobody runs: the server keeps what is sent."""
    for name in ("one", "two"):
        server.cli(
            "workflow", "start", "--type", "app:order", "-w", f"{app.directory.name}-{name}", "-t", app.queue, "-i", "1"
        )
    one, two = (f"{app.directory.name}-{name}" for name in ("one", "two"))
    wippy(app, "signal", one, "approve", '{"by": "ann"}')
    wippy(app, "cancel", one, "--reason", "enough")
    shown = wippy(app, "show", one)
    assert '<- WorkflowExecutionSignaled signal_name=approve input=[{"by": "ann"}]' in shown
    assert "<- WorkflowExecutionCancelRequested" in shown
    assert "cause=enough" in shown
    wippy(app, "terminate", two, "--reason", "by hand")
    listed(app, server, 1, " AND ExecutionStatus = 'Terminated'")
    assert [run["workflow_id"] for run in json.loads(wippy(app, "list", "-s", "terminated", "--json"))] == [two]
    assert "there is no workflow 'three'" in wippy(app, "show", "three", code=1)


def test_a_server_that_does_not_answer_is_told(app):
    index = app.directory / "src/_index.yaml"
    text = index.read_text()
    address = next(line for line in text.splitlines() if "address:" in line)
    index.write_text(text.replace(address, '    address: "127.0.0.1:9"\n    connection_timeout: 300ms'))
    told = wippy(app, "list", code=1)
    assert told.startswith("Error: app:temporal: no Temporal server answers at 127.0.0.1:9")
