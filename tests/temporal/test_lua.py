"""Workflows in Lua on a Temporal server: what the patterns of both engines do not show (tests/workflows)."""

import json
import logging

import pytest
from temporal_node import TemporalNode
from temporal_world import until

from runtime.binding import Failure, Kind


@pytest.fixture
def flows(server, tmp_path):
    made = TemporalNode(tmp_path, server.address)
    yield made
    made.close()


def asks(flows, pid, name="state"):
    """Ask a workflow a question, which it answers when it has come so far that it waits."""
    workflow_id = pid[1:-1].rpartition("|")[2]
    return json.loads(flows.node.processes.hosts[flows.worker].client.query(workflow_id, name, ()))


def old_and_new(least, most):
    return f"""
    local funcs, workflow = require("funcs"), require("workflow")
    funcs.call("app:old")
    local version = workflow.version("way", {least}, {most})
    process.inbox():receive()
    return {{version = version, again = workflow.version("way", {least}, {most})}}
    """


OLD = "require('funcs').call('app:old') process.inbox():receive() return require('funcs').call('app:old')"


def test_runs_keep_the_version_they_began_with(flows):
    flows.activity("old", "return 'old'")
    pids = []
    for name, body in (("v1", OLD), ("v2", old_and_new(1, 2)), ("v3", old_and_new(1, 3))):
        flows.workflow("way", body)
        flows.restart()
        pids.append(flows.start("way", f"{flows.queue}-{name}"))
        history_has(flows, pids[-1], "ActivityTaskCompleted")
        asks(flows, pids[-1], "pid")
    flows.restart()
    for pid in pids:
        flows.send(pid, "go")
    assert [flows.result(pid) for pid in pids] == [
        {"version": 1, "again": 1},
        {"version": 2, "again": 2},
        {"version": 3, "again": 3},
    ]


def history_has(flows, pid, event):
    workflow_id = pid[1:-1].rpartition("|")[2]
    until(lambda: event in flows.server.cli("workflow", "show", "-w", workflow_id))


@pytest.fixture(autouse=True)
def _server(request, server):
    if "flows" in request.fixturenames:
        request.getfixturevalue("flows").server = server


def test_code_that_departs_from_the_history_stands_still_and_goes_on_when_mended(flows, caplog):
    flows.activity("old", "return 'old'")
    flows.activity("other", "return 'other'")
    flows.workflow("way", OLD)
    pid = flows.start("way", f"{flows.queue}-d")
    history_has(flows, pid, "ActivityTaskCompleted")
    asks(flows, pid, "pid")
    flows.workflow("way", OLD.replace("app:old", "app:other", 1))
    with caplog.at_level(logging.ERROR, "wippy.temporal"):
        flows.restart()
        flows.send(pid, "go")
        until(lambda: "does not do what its history says" in caplog.text)
    assert f"{flows.queue}-d" in caplog.text
    assert "the code asked for ScheduleActivity app:other at app:way:2" in caplog.text
    flows.workflow("way", OLD)
    flows.restart()
    assert flows.result(pid) == "old"


def test_an_error_in_lua_fails_the_workflow(flows):
    flows.workflow("broken", "local nothing return nothing.field")
    with pytest.raises(Failure, match="attempt to index a nil value") as caught:
        flows.execute("broken")
    assert caught.value.kind == Kind.INTERNAL


def test_a_workflow_answers_a_process_once(flows):
    body = """
    local message = process.inbox():receive()
    process.send(message:from(), "answer", {status = "processing"})
    process.inbox():receive()
    return "done"
    """
    flows.workflow("polite", body)
    pid = flows.start("polite", f"{flows.queue}-p")
    ask = """
    local pid = ...
    local answers = process.listen("answer")
    process.send(pid, "status", {})
    local answer = answers:receive()
    return answer.status
    """
    assert flows.run(ask, pid) == "processing"
    flows.restart()
    flows.send(pid, "go")
    assert flows.result(pid) == "done"


def test_a_terminated_workflow_takes_its_link_down(flows):
    flows.workflow("long", "require('time').sleep('1000h')")
    pid = flows.start("long", f"{flows.queue}-l")
    body = """
    local pid = ...
    process.set_options({trap_links = true})
    local ok, err = process.link(pid)
    if err then error(err) end
    process.terminate(pid)
    local event = process.events():receive()
    return {event.kind == process.event.LINK_DOWN, event.from == pid}
    """
    assert flows.run(body, pid) == [True, True]


def test_an_id_that_is_taken_is_an_error_where_the_policy_says_so(flows):
    flows.workflow("long", "process.inbox():receive()")
    name = f"{flows.queue}-t"
    flows.start("long", name)
    body = """
    local spawner = process.with_options({
        ["temporal.workflow.id"] = ..., ["temporal.workflow.id_conflict_policy"] = "fail"})
    local pid, err = spawner:spawn("app:long", "app:worker")
    return {pid = pid, kind = err:kind()}
    """
    assert flows.run(body, name) == {"kind": Kind.ALREADY_EXISTS}


def test_a_named_spawn_finds_the_workflow_and_delivers_its_messages(flows):
    body = """
    local total = (...).initial
    local increments, finish = process.listen("increment"), process.listen("finish")
    while true do
        local chosen = channel.select({increments:case_receive(), finish:case_receive()})
        if chosen.channel == finish then return total end
        total = total + chosen.value.amount
    end
    """
    flows.workflow("counter", body)
    spawn = """
    local name = ...
    local function spawn(initial, amount)
        return process.with_options({}):with_name(name):with_message("increment", {amount = amount})
            :spawn("app:counter", "app:worker", {initial = initial})
    end
    local first, second = spawn(0, 3), spawn(999, 2)
    return {first == second, first}
    """
    same, pid = flows.run(spawn, f"{flows.queue}-c")
    assert same
    flows.send(pid, "finish")
    assert flows.result(pid) == 5


def test_actor_and_scope_reach_the_activity(flows):
    policy = {"actions": "*", "resources": "*", "effect": "allow"}
    flows.add("all", "security.policy", policy=policy)
    who = """
    local security = require("security")
    local actor, scope = security.actor(), security.scope()
    return {actor = actor:id(), level = actor:meta().level, policies = #scope:policies()}
    """
    source = f"return function(...)\n{who}\nend"
    temporal = {"temporal": {"activity": {"worker": "app:worker"}}}
    flows.add("who", "function.lua", source=source, modules=["security"], meta=temporal)
    flows.workflow("asking", "return require('funcs').call('app:who')")
    body = """
    local security = require("security")
    local actor = security.new_actor("ann", {level = 3})
    local scope = security.new_scope({security.policy("app:all")})
    local spawner = process.with_context({}):with_actor(actor):with_scope(scope)
    local result, err = spawner:exec("app:asking", "app:worker")
    if err then error(err) end
    return result
    """
    name = flows.add("go", "function.lua", source=f"return function(...)\n{body}\nend", modules=["security"])
    from runtime.binding import to_python

    assert to_python(flows.node.functions.call(name, (), timeout=30.0)) == {"actor": "ann", "level": 3, "policies": 1}


def test_info_knows_the_server_side(flows):
    body = """
    local info = require("workflow").info()
    return {id = info.workflow_id, kind = info.workflow_type, queue = info.task_queue, namespace = info.namespace,
        attempt = info.attempt, run = #info.run_id > 0, length = info.history_length > 0}
    """
    flows.workflow("told", body, name="a-type-of-its-own")
    pid = flows.start("told", f"{flows.queue}-i")
    assert flows.result(pid) == {
        "id": f"{flows.queue}-i",
        "kind": "a-type-of-its-own",
        "queue": flows.queue,
        "namespace": "default",
        "attempt": 1,
        "run": True,
        "length": True,
    }
