"""A node that is killed: its workflows go on where they were; and the commands that look at them from outside."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from runtime.binding import Failure
from runtime.workflows.embedded.inspector import EmbeddedInspector

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COUNT = 200
INDEX = """
namespace: app
entries:
  - {name: host, kind: process.host, lifecycle: {auto_start: true}}
  - {name: worker, kind: workflow.host, lifecycle: {auto_start: true}}
  - name: step
    kind: function.lua
    modules: [time]
    meta: {temporal: {activity: {worker: app:worker}}}
    source: |
      return function(n, step)
        require("time").sleep((n * 7 + step * 13) % 50 * 1000000)
        return n * 10 + step
      end
  - name: journey
    kind: workflow.lua
    modules: [funcs, time, uuid]
    meta: {temporal: {workflow: {worker: app:worker}}}
    source: |
      return function(n)
        local funcs, seen = require("funcs"), {}
        local id = require("uuid").v4()
        for step = 1, 3 do
          table.insert(seen, (funcs.call("app:step", n, step)))
          require("time").sleep("100ms")
        end
        return {n = n, seen = seen, id = id}
      end
  - name: waiting
    kind: workflow.lua
    meta: {temporal: {workflow: {worker: app:worker}}}
    source: |
      return function()
        local events, inbox = process.events(), process.inbox()
        local chosen = channel.select({events:case_receive(), inbox:case_receive()})
        return chosen.channel == events and "cancelled" or chosen.value:payload():data()
      end
  - name: starter
    kind: process.lua
    source: |
      return function(count)
        for n = 1, count do
          local spawner = process.with_options({
            ["temporal.workflow.id"] = "journey-" .. n, ["temporal.workflow.id_reuse_policy"] = "reject_duplicate"})
          spawner:spawn("app:journey", "app:worker", n)
        end
        for n = 1, 3 do
          local spawner = process.with_options({
            ["temporal.workflow.id"] = "waiting-" .. n, ["temporal.workflow.id_reuse_policy"] = "reject_duplicate"})
          spawner:spawn("app:waiting", "app:worker")
        end
        process.events():receive()
      end
  - name: starting
    kind: process.service
    process: app:starter
    host: app:host
    input: [COUNT]
    lifecycle: {auto_start: true, depends_on: [app:worker]}
"""


class Project:
    """A project whose node runs in a process of its own."""

    def __init__(self, directory: Path, count: int) -> None:
        self.directory = directory
        (directory / "wippy.lock").write_text("directories: {src: ./src}\n")
        (directory / "src").mkdir()
        (directory / "src" / "_index.yaml").write_text(INDEX.replace("COUNT", str(count)))
        self.node: subprocess.Popen[bytes] | None = None

    def wippy(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "runtime.cli.main", *arguments]
        return subprocess.run(command, cwd=self.directory, capture_output=True, text=True, timeout=60, check=False)

    def start(self) -> None:
        with (self.directory / "log").open("ab") as log:
            command = [sys.executable, "-m", "runtime.cli.main", "run"]
            self.node = subprocess.Popen(command, cwd=self.directory, stdout=log, stderr=log)

    def kill(self, number: int = signal.SIGKILL) -> None:
        if self.node is not None:
            self.node.send_signal(number)
            self.node.wait(30)
            self.node = None

    def runs(self) -> list[Any]:
        path = self.directory / ".wippy" / "workflows.db"
        if not path.exists():
            return []
        try:
            inspector = EmbeddedInspector(path)
        except Failure:  # the node has just begun to make it
            return []
        try:
            return inspector.runs("", 10_000)
        finally:
            inspector.close()

    def await_runs(self, status: str, count: int) -> list[Any]:
        limit = time.monotonic() + 60
        while True:
            found = [run for run in self.runs() if run.status == status]
            if len(found) >= count:
                return found
            assert time.monotonic() < limit, (len(found), (self.directory / "log").read_text()[-2000:])
            time.sleep(0.1)


@pytest.fixture
def project(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Project]:
    made = Project(tmp_path, getattr(request, "param", 0))
    yield made
    made.kill()


@pytest.mark.parametrize("project", [COUNT], indirect=True)
def test_every_workflow_ends_once_with_the_right_result_though_the_node_is_killed(project):
    chance = random.Random(7)
    for _ in range(5):
        project.start()
        time.sleep(1.0 + chance.random())
        project.kill()
    project.start()
    done = project.await_runs("completed", COUNT)
    results = {run.workflow_id: run.result for run in done}
    assert len(done) == len(results) == COUNT
    for n in range(1, COUNT + 1):
        result = results[f"journey-{n}"]
        assert (result["n"], result["seen"]) == (n, [n * 10 + 1, n * 10 + 2, n * 10 + 3])
    assert len({result["id"] for result in results.values()}) == COUNT
    assert {run.status for run in project.runs()} == {"completed", "running"}


def test_the_commands_look_at_workflows_and_reach_them(project):
    project.start()
    project.await_runs("running", 3)
    listed = json.loads(project.wippy("workflow", "list", "--json").stdout)
    assert sorted(run["workflow_id"] for run in listed) == ["waiting-1", "waiting-2", "waiting-3"]
    assert project.wippy("workflow", "signal", "waiting-1", "go", '{"by": "ann"}').returncode == 0
    assert project.wippy("workflow", "cancel", "waiting-2").returncode == 0
    project.await_runs("completed", 2)
    shown = project.wippy("workflow", "show", "waiting-1").stdout
    assert "<- Signaled name=go" in shown
    assert '-> Complete value={"by": "ann"}' in shown
    assert json.loads(project.wippy("workflow", "show", "waiting-2", "--json").stdout)["result"] == "cancelled"
    project.kill(signal.SIGINT)
    assert project.wippy("workflow", "terminate", "waiting-3").returncode == 0
    project.start()
    (ended,) = project.await_runs("terminated", 1)
    assert ended.workflow_id == "waiting-3"
    refused = project.wippy("workflow", "signal", "waiting-3", "go")
    assert (refused.returncode, refused.stderr) == (1, "Error: workflow 'waiting-3' has ended\n")


def test_replay_tells_where_changed_code_departs_from_a_history(project):
    project.start()
    project.await_runs("running", 3)
    project.wippy("workflow", "signal", "waiting-1", "go", "1")
    project.await_runs("completed", 1)
    project.kill(signal.SIGINT)
    history = project.directory / "history.json"
    history.write_text(project.wippy("workflow", "history", "waiting-1").stdout)
    fine = project.wippy("workflow", "replay", "--file", str(history))
    assert (fine.returncode, fine.stdout) == (0, "1 history replayed, no difference\n")
    index = project.directory / "src" / "_index.yaml"
    index.write_text(index.read_text().replace("local events, inbox", "if true then return 1 end local events, inbox"))
    refused = project.wippy("workflow", "replay", "--file", str(history))
    assert refused.returncode == 1
    assert "in task 1 what the history of waiting-1 says: expected nothing, met Complete" in refused.stderr
