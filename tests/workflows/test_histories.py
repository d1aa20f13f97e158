"""Histories that were stored once and must be replayed for ever; one of them is of code that has changed since.

`python -m pytest tests/workflows/test_histories.py --co` lists them. A new one is written by `wippy workflow history`.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from runtime.registry.entry import EntryId
from runtime.workflows import wire
from runtime.workflows.embedded.replay import Task, replay
from runtime.workflows.errors import DivergenceError

FOLDER = Path(__file__).parent / "histories"
ORDER = """
local funcs, time, uuid, workflow = require("funcs"), require("time"), require("uuid"), require("workflow")
local order = ...
local receipt = uuid.v4()
local first, second = funcs.async("app:step", 1), funcs.async("app:step", 2)
local a, b = first:response():receive(), second:response():receive()
if workflow.version("wait", 1, 2) == 2 then time.sleep("1h") end
local approvals, late = process.listen("approve"), time.after("48h")
local chosen = channel.select({approvals:case_receive(), late:case_receive()})
local child = workflow.exec("app:child", order.id)
return {approved = chosen.channel == approvals, child = child, sum = a:data() + b:data(), receipt = receipt}
"""


def make(flows):
    flows.activity("step", "return 10 * ...")
    flows.workflow("child", "return 'child of ' .. ...")
    flows.workflow("order", ORDER)


def stored(name):
    history = json.loads((FOLDER / f"{name}.json").read_text())
    start, _ = wire.load(json.dumps(history["start"]))
    tasks = [
        Task(task["number"], task["time"], json.dumps(task["jobs"]), json.dumps(task["commands"]))
        for task in history["tasks"]
    ]
    return replace(start, run_id=history["run_id"]), tasks


def play(flows, name):
    start, tasks = stored(name)
    run = flows.node.workflows.open(EntryId.parse("app:worker"), start)
    try:
        return flows.carry_out(lambda: replay(run, tasks))
    finally:
        run.close()


@pytest.mark.parametrize("name", ["order-approved", "order-late", "order-before-version"])
def test_a_stored_history_is_replayed(flows, name):
    make(flows)
    assert play(flows, name) > 10


def test_a_history_of_code_that_has_changed_is_found_out(flows):
    make(flows)
    with pytest.raises(DivergenceError, match=r"expected ScheduleActivity \(seq 1, name app:charge\), met .*app:step"):
        play(flows, "order-diverges")
