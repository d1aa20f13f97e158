"""Code that changes under workflows that run: versions, and what happens without them."""

from __future__ import annotations

import logging

import pytest

from runtime.binding import Failure
from runtime.workflows.embedded.inspector import EmbeddedInspector

OLD = "require('funcs').call('app:old') process.inbox():receive() return require('funcs').call('app:old')"


def versions(least: int, most: int) -> str:
    return f"""
    local funcs, workflow = require("funcs"), require("workflow")
    funcs.call("app:old")
    local version = workflow.version("way", {least}, {most})
    process.inbox():receive()
    return {{version = version, again = workflow.version("way", {least}, {most})}}
    """


def test_runs_keep_the_version_they_began_with(flows):
    flows.activity("old", "return 'old'")
    flows.workflow("way", OLD)
    first = flows.start("way", "first")
    flows.settle()
    flows.workflow("way", versions(1, 2))
    flows.restart()
    second = flows.start("way", "second")
    flows.settle()
    flows.workflow("way", versions(1, 3))
    flows.restart()
    third = flows.start("way", "third")
    for pid in (first, second, third):
        flows.send(pid, "go")
    assert [flows.result(pid) for pid in (first, second, third)] == [
        {"version": 1, "again": 1},
        {"version": 2, "again": 2},
        {"version": 3, "again": 3},
    ]


def test_a_run_whose_version_is_no_longer_supported_waits_for_code_that_does(flows, caplog):
    flows.activity("old", "return 'old'")
    flows.workflow("way", versions(1, 2))
    pid = flows.start("way", "w")
    flows.settle()
    flows.workflow("way", versions(3, 4))
    flows.restart()
    flows.send(pid, "go")
    flows.settle()
    assert "this run goes by version 2 of 'way', and the code supports 3 to 4 only" in caplog.text
    flows.workflow("way", versions(1, 4))
    assert flows.result(pid) == {"version": 2, "again": 2}


def test_code_that_departs_from_the_history_stands_still_and_goes_on_when_mended(flows, caplog):
    flows.activity("old", "return 'old'")
    flows.activity("new", "return 'new'")
    flows.workflow("way", OLD)
    pid = flows.start("way", "w")
    flows.settle()
    flows.workflow("way", "\nlocal funcs = require('funcs')\nfuncs.call('app:new')\nreturn process.inbox():receive()")
    flows.restart()
    with caplog.at_level(logging.ERROR):
        flows.send(pid, "go")
        flows.settle()
    assert "workflow w (app:way) stands still" in caplog.text
    assert "expected ScheduleActivity (seq 1, name app:old), met ScheduleActivity (seq 1, name app:new)" in caplog.text
    assert "at app:way:4" in caplog.text
    flows.workflow("way", OLD)
    assert flows.result(pid) == "old"


def test_code_that_asks_for_less_than_the_history_stands_still_too(flows, caplog):
    flows.activity("old", "return 'old'")
    flows.workflow("way", OLD)
    pid = flows.start("way", "w")
    flows.settle()
    flows.workflow("way", "process.inbox():receive()")
    flows.restart()
    flows.send(pid, "go")
    flows.settle()
    assert "expected ScheduleActivity (seq 1, name app:old), met nothing" in caplog.text


def test_a_workflow_whose_code_is_gone_waits_for_it(flows, caplog):
    flows.workflow("way", "process.inbox():receive() return 1")
    pid = flows.start("way", "w")
    flows.settle()
    flows.delete("way")
    flows.restart()
    flows.send(pid, "go")
    flows.settle()
    assert "app:worker has no workflow of type 'app:way'" in caplog.text
    flows.workflow("way", "process.inbox():receive() return 2")
    assert flows.result(pid) == 2


def test_an_endless_loop_holds_nobody_up_and_is_told(flows, caplog, monkeypatch):
    monkeypatch.setattr("runtime.workflows.run._PATIENCE", 0.2)
    flows.node.preemption.start()
    flows.workflow("loop", "while true do end")
    flows.workflow("short", "return 1")
    flows.start("loop", "l")
    assert flows.execute("short") == 1
    flows.waits(lambda: "without waiting for anything" in caplog.text)
    flows.node.preemption.stop()


def test_modules_whose_work_is_not_recorded_are_refused(flows):
    with pytest.raises(Exception, match="a workflow may not load 'http_client'"):
        flows.add("bad", "workflow.lua", source="return function() end", modules=["http_client"])


def test_a_workflow_that_fails_is_started_again_by_its_policy(flows):
    flows.workflow(
        "again",
        """
        local info = require("workflow").info()
        if info.attempt < 3 then
            return nil, errors.new({kind = errors.UNAVAILABLE, message = "not yet", retryable = true})
        end
        return info.attempt
        """,
    )
    body = """
    local spawner = process.with_options({["temporal.workflow.retry_policy"] = {maximum_attempts = 5}})
    local result, err = spawner:exec("app:again", "app:worker")
    if err then error(err) end
    return result
    """
    assert flows.run(body) == 3


def test_time_of_a_run_is_limited(flows):
    flows.workflow("long", "require('time').sleep('1000h')")
    body = """
    local spawner = process.with_options({["temporal.workflow.run_timeout"] = "2h"})
    local _, err = spawner:exec("app:long", "app:worker")
    return err:kind()
    """
    assert flows.run(body) == "Timeout"


def test_the_policies_for_ids_that_are_taken(flows):
    flows.workflow("open", "return process.inbox():receive():payload():data()")
    body = """
    local function start(policy, reuse)
        local spawner = process.with_options({
            ["temporal.workflow.id"] = "one", ["temporal.workflow.id_conflict_policy"] = policy,
            ["temporal.workflow.id_reuse_policy"] = reuse})
        local pid, err = spawner:with_message("word", "hello"):spawn("app:open", "app:worker")
        return pid or err:kind()
    end
    local seen = {start("fail", nil)}
    process.monitor(seen[1])
    seen[2] = process.events():receive().result.value
    seen[3] = start("fail", "reject_duplicate")
    seen[4] = start("fail", "allow_duplicate_failed_only")
    return seen
    """
    assert flows.run(body) == ["{app:worker|one}", "hello", "AlreadyExists", "AlreadyExists"]
    flows.workflow("wait", "require('time').sleep('9h') return 'slept'")
    body = """
    local function start(policy)
        local spawner = process.with_options({
            ["temporal.workflow.id"] = "two", ["temporal.workflow.id_conflict_policy"] = policy})
        local pid, err = spawner:spawn("app:wait", "app:worker")
        return pid or err:kind()
    end
    return {start("fail"), start("fail"), start("use_existing"), start("terminate_existing")}
    """
    assert flows.run(body) == ["{app:worker|two}", "AlreadyExists", "{app:worker|two}", "{app:worker|two}"]
    assert flows.result("{app:worker|two}") == "slept"


def test_queries_are_answered_between_tasks_and_change_nothing(flows):
    flows.workflow("count", "local w = require('workflow') w.set_state('n', 7) process.inbox():receive() return 1")
    pid = flows.start("count", "c")
    flows.settle()
    flows.restart()
    client = flows.node.processes.hosts[flows.worker].client
    assert flows.carry_out(lambda: client.query("c", "n", [])) == b"7"
    assert flows.carry_out(lambda: client.query("c", "pid", [])) == b'"c"'
    with pytest.raises(Failure, match="unknown query type 'm'; known are n, pid, state"):
        flows.carry_out(lambda: client.query("c", "m", []))
    flows.send(pid, "go")
    assert flows.result(pid) == 1


def described(flows, workflow_id):
    inspector = EmbeddedInspector(flows.node.project.root / ".wippy" / "workflows.db")
    try:
        return inspector.describe(workflow_id)
    finally:
        inspector.close()


def test_trouble_is_told_as_long_as_it_lasts_and_no_longer(flows):
    flows.workflow("way", "process.inbox():receive() process.inbox():receive() return 1")
    pid = flows.start("way", "w")
    flows.settle()
    flows.delete("way")
    flows.restart()
    flows.send(pid, "go")
    flows.settle()
    assert "has no workflow of type 'app:way'" in described(flows, "w").trouble
    flows.restart()
    flows.workflow("way", "process.inbox():receive() process.inbox():receive() return 1")
    flows.settle()
    assert described(flows, "w").trouble == ""
    flows.send(pid, "go")
    assert flows.result(pid) == 1


def test_a_workflow_that_is_ended_while_a_task_is_carried_out_stays_ended(flows, monkeypatch):
    flows.activity("never", "error('called after the end')")
    flows.workflow("late", "process.inbox():receive() return require('funcs').call('app:never')")
    pid = flows.start("late", "l")
    flows.settle()
    (engine,) = flows.node.engines.running()
    run, client = engine.current["l"].run, flows.node.processes.hosts[flows.worker].client
    activate = run.activate

    def interrupted(activation):
        asked = activate(activation)
        client.terminate("l", "in the middle of it")
        return asked

    monkeypatch.setattr(run, "activate", interrupted)
    flows.send(pid, "go")
    flows.settle()
    summary = described(flows, "l")
    assert (summary.status, summary.result["kind"]) == ("terminated", "Canceled")
    assert engine.journal.read("SELECT * FROM activities") == []


def test_the_time_of_an_activity_goes_on_while_nobody_runs_it(flows):
    flows.activity("busy", "return nil, errors.new({kind = errors.UNAVAILABLE, message = 'busy', retryable = true})")
    body = """
    local patient = require("funcs").new():with_options({
        ["activity.schedule_to_close_timeout"] = "10h", ["activity.retry_policy"] = {initial_interval = 3600000}})
    local began = require("time").now()
    local _, err = patient:call("app:busy")
    return {kind = err:kind(), hours = require("time").now():sub(began):hours()}
    """
    flows.workflow("patient", body)
    pid = flows.start("patient", "p")
    flows.pass_time(6 * 3600)
    flows.restart()
    result = flows.result(pid)
    assert result["hours"] <= 10.1, "the restart has not given it another ten hours"
