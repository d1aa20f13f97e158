"""The patterns that workeither are written for (pages temporal/workeither, temporal/activities)."""

from __future__ import annotations

import pytest
from temporal_node import TemporalNode

from runtime.binding import Failure


def test_a_workflow_calls_activities_and_gives_its_result(either):
    either.activity("double", "return 2 * ...")
    either.workflow("sum", "local a = require('funcs').call('app:double', ...) return a + 1")
    assert either.execute("sum", 20) == 41


def test_a_saga_makes_up_for_what_was_done(either):
    log: list[str] = []
    either.node.functions.intercept(0, lambda call, proceed: (log.append(call.target.name), proceed(call))[1])
    for name in ("reserve", "charge", "release", "refund"):
        either.activity(name, f"return '{name}'")
    either.activity(
        "ship", "return nil, errors.new({kind = errors.UNAVAILABLE, message = 'no lorry', retryable = false})"
    )
    body = """
    local funcs = require("funcs")
    local undo = {}
    local function step(name, back)
        local result, err = funcs.call("app:" .. name)
        if err then return nil, err end
        table.insert(undo, 1, back)
        return result
    end
    step("reserve", "release")
    step("charge", "refund")
    local shipped, err = step("ship")
    if err then
        for _, name in ipairs(undo) do funcs.call("app:" .. name) end
        return {status = "failed", why = err:message(), kind = err:kind(), retryable = err:retryable()}
    end
    return {status = "done"}
    """
    either.workflow("order", body)
    assert either.execute("order") == {
        "status": "failed",
        "why": "no lorry",
        "kind": "Unavailable",
        "retryable": False,
    }
    assert [name for name in log if not name.startswith("run")] == ["reserve", "charge", "ship", "refund", "release"]


def test_an_approval_waits_for_its_signal(either):
    body = """
    local inbox = process.inbox()
    while true do
        local message = inbox:receive()
        if message:topic() == "approve" then return {by = message:payload():data().by, from = message:from()} end
    end
    """
    either.workflow("approval", body)
    pid = either.start("approval", "invoice-7")
    assert pid == "{app:worker|invoice-7}"
    either.send(pid, "comment", {"text": "well"})
    either.restart()
    either.send(pid, "approve", {"by": "ann"})
    result = either.result(pid)
    assert result["by"] == "ann"
    assert result["from"].startswith("{")


@pytest.mark.skipped_clock
def test_timers_of_days_survive_a_restart(either):
    body = """
    local time = require("time")
    local began = time.now()
    for day = 1, 3 do time.sleep("24h") end
    local timer = time.after("1h")
    local _, ok = timer:receive()
    return time.now():sub(began):hours()
    """
    either.workflow("patient", body)
    pid = either.start("patient", "p")
    either.pass_time(30 * 3600)
    either.restart()
    assert either.result(pid) == pytest.approx(73.0, abs=0.01)


@pytest.mark.skipped_clock
def test_a_ticker_and_a_timer_that_is_stopped(either):
    body = """
    local time = require("time")
    local stopped = time.timer("5h")
    local ticker, count = time.ticker("1h"), 0
    for _ = 1, 3 do ticker:channel():receive() count = count + 1 end
    ticker:stop()
    return {count = count, stopped = stopped:stop()}
    """
    either.workflow("ticks", body)
    assert either.execute("ticks") == {"count": 3, "stopped": True}


def test_children_give_results_and_events(either):
    child = """
    local n = ...
    if n < 0 then return nil, errors.new({kind = errors.NOT_FOUND, message = "gone"}) end
    return n * n
    """
    either.workflow("child", child)
    body = """
    local workflow = require("workflow")
    local direct = workflow.exec("app:child", 3)
    local pid, err = process.spawn("app:child", "app:worker", 4)
    local event = process.events():receive()
    local failed, problem = process.exec("app:child", "app:worker", -1)
    return {direct = direct, spawned = event.result.value, same = event.from == pid, kind = event.kind,
        failed = failed, problem = problem:kind() .. ": " .. problem:message()}
    """
    either.workflow("parent", body)
    assert either.execute("parent") == {
        "direct": 9,
        "spawned": 16,
        "same": True,
        "kind": "pid.exit",
        "problem": "NotFound: gone",
    }


def test_activities_run_side_by_side(either):
    either.activity("nap", "require('time').sleep('1s') return ...")
    body = """
    local funcs, time = require("funcs"), require("time")
    local began, futures, sum = time.now(), {}, 0
    for n = 1, 10 do futures[n] = funcs.async("app:nap", n) end
    for n = 1, 10 do
        local payload = futures[n]:response():receive()
        sum = sum + payload:data()
    end
    return {sum = sum, seconds = time.now():sub(began):seconds()}
    """
    either.workflow("fan", body)
    result = either.execute("fan")
    assert result["sum"] == 55
    assert 1 <= result["seconds"] < 3


def test_coroutines_and_channels_divide_work(either):
    either.activity("double", "return 2 * ...")
    body = """
    local funcs = require("funcs")
    local work, done = channel.new(10), channel.new(10)
    for worker = 1, 3 do
        coroutine.spawn(function()
            while true do
                local job, ok = work:receive()
                if not ok then return end
                done:send(funcs.call("app:double", job))
            end
        end)
    end
    for job = 1, 6 do work:send(job) end
    work:close()
    local sum = 0
    for _ = 1, 6 do sum = sum + done:receive() end
    return sum
    """
    either.workflow("pool", body)
    assert either.execute("pool") == 42


def test_an_activity_is_tried_until_it_succeeds(either):
    either.add("counts", "store.memory", lifecycle={"auto_start": True})
    either.activity(
        "flaky",
        """
        local counts = require("store").get("app:counts")
        local count = (counts:get("n") or 0) + 1
        counts:set("n", count)
        if count < 5 then return nil, errors.new({kind = errors.UNAVAILABLE, message = "not yet", retryable = true}) end
        return count
        """,
    )
    body = """
    local quickly = {["activity.retry_policy"] = {initial_interval = 10, maximum_interval = 20}}
    return require("funcs").new():with_options(quickly):call("app:flaky")
    """
    either.workflow("persistent", body)
    assert either.execute("persistent") == 5


def test_attempts_and_time_of_activities_are_limited(either):
    either.activity("busy", "return nil, errors.new({kind = errors.UNAVAILABLE, message = 'busy', retryable = true})")
    either.activity("sleepy", "require('time').sleep('1h') return 1")
    body = """
    local funcs = require("funcs")
    local twice = funcs.new():with_options({["activity.retry_policy"] = {maximum_attempts = 2, initial_interval = 10}})
    local _, busy = twice:call("app:busy")
    local short = funcs.new():with_options({
        ["activity.start_to_close_timeout"] = "1s", ["activity.retry_policy"] = {maximum_attempts = 1}})
    local _, late = short:call("app:sleepy")
    local _, missing = funcs.call("app:nobody")
    return {busy = busy:kind(), late = late:kind(), late_again = late:retryable(), missing = missing:kind(),
        missing_again = missing:retryable()}
    """
    either.workflow("limits", body)
    assert either.execute("limits") == {
        "busy": "Unavailable",
        "late": "Timeout",
        "late_again": False,
        "missing": "NotFound",
        "missing_again": False,
    }


def test_errors_keep_kind_details_and_what_may_be_tried_again(either):
    strict = """
    return nil, errors.new({
        kind = errors.PERMISSION_DENIED, message = "no", retryable = false, details = {who = "bob"}})
    """
    either.activity("strict", strict)
    either.activity("broken", "local nothing return nothing.field")
    body = """
    local funcs = require("funcs")
    local _, strict = funcs.call("app:strict")
    local _, broken = funcs.call("app:broken")
    return {kind = strict:kind(), again = strict:retryable(), who = strict:details().who, broken = broken:kind(),
        broken_again = broken:retryable(), message = broken:message()}
    """
    either.workflow("errors", body)
    result = either.execute("errors")
    assert "attempt to index a nil value" in result.pop("message")
    assert result == {
        "kind": "PermissionDenied",
        "again": False,
        "who": "bob",
        "broken": "Internal",
        "broken_again": False,
    }


def test_a_cancelled_workflow_cleans_up(either):
    either.activity("tidy", "return 'tidy'")
    body = """
    local time, funcs = require("time"), require("funcs")
    local events = process.events()
    local done = time.after("1000h")
    local chosen = channel.select({events:case_receive(), done:case_receive()})
    if chosen.channel == events and chosen.value.kind == process.event.CANCEL then
        return {reason = chosen.value.reason, tidy = funcs.call("app:tidy")}
    end
    return "done"
    """
    either.workflow("long", body)
    pid = either.start("long", "l")
    either.run("process.cancel(...)", pid)
    either.run("local ok, err = process.cancel(..., 'enough') return ok", pid)
    assert either.result(pid)["tidy"] == "tidy"


def test_a_terminated_workflow_tells_its_watchers(either):
    either.workflow("long", "require('time').sleep('1000h')")
    pid = either.start("long", "l")
    body = """
    local pid = ...
    process.monitor(pid)
    process.terminate(pid)
    local event = process.events():receive()
    return {event.kind, event.result.error:kind()}
    """
    assert either.run(body, pid) == ["pid.exit", "Canceled"]
    with pytest.raises(Failure, match="no workflow 'l' is running"):
        either.send(pid, "hello")


def test_updates_are_validated_and_answered(either):
    body = """
    local total, adds = 0, process.listen("add", {message = true})
    while true do
        local message = adds:receive()
        local amount = message:payload():data()
        if amount <= 0 then
            process.send(message:from(), "nak", "the amount must be positive")
        else
            process.send(message:from(), "ack")
            total = total + amount
            process.send(message:from(), "ok", {total = total})
        end
    end
    """
    either.workflow("account", body)
    either.start("account", "a")
    client = either.node.processes.hosts[either.worker].client
    assert either.carry_out(lambda: client.update("a", "add", [b"5"])) == b'{"total":5}'
    with pytest.raises(Failure, match="the amount must be positive"):
        either.carry_out(lambda: client.update("a", "add", [b"-5"]))
    either.restart()
    assert either.carry_out(lambda: client_of(either).update("a", "add", [b"2"])) == b'{"total":7}'


def client_of(either):
    return either.node.processes.hosts[either.worker].client


def test_many_rounds_of_continuing_as_new(either):
    body = """
    local round, sum = ...
    if round == 0 then return sum end
    process.upgrade(nil, round - 1, sum + round)
    """
    either.workflow("rounds", body)
    # At 50 ms a round, nearly all of it the server's, a thousand rounds would take longer than all other tests.
    rounds = 100 if isinstance(either, TemporalNode) else 1000
    assert either.execute("rounds", rounds, 0) == rounds * (rounds + 1) // 2


def test_signals_that_nobody_took_go_on_with_the_new_run(either):
    body = """
    local round = ...
    local message = process.inbox():receive()
    if round == 3 then return message:payload():data() end
    process.upgrade(nil, round + 1)
    """
    either.workflow("careful", body)
    pid = either.start("careful", "c", 1)
    for word in ("one", "two", "three"):
        either.send(pid, "word", word)
    assert either.result(pid) == "three"


def test_the_same_identifiers_come_in_a_replay(either):
    body = """
    local uuid, crypto, time = require("uuid"), require("crypto"), require("time")
    local before = {uuid.v4(), uuid.v7(), uuid.v1(), crypto.random.uuid()}
    process.inbox():receive()
    return {before = before, after = uuid.v4()}
    """
    either.workflow("chance", body)
    pid = either.start("chance", "c")
    either.settle()
    either.restart()
    either.send(pid, "go")
    result = either.result(pid)
    assert len({*result["before"], result["after"]}) == 5


def test_context_reaches_workflow_and_activities(either):
    either.activity("who", "return require('ctx').all()")
    either.workflow(
        "contextual", "return {own = require('ctx').get('user'), activity = require('funcs').call('app:who')}"
    )
    body = """
    local spawner = process.with_context({user = "ann", n = 7})
    local result, err = spawner:exec("app:contextual", "app:worker")
    if err then error(err) end
    return result
    """
    assert either.run(body) == {"own": "ann", "activity": {"user": "ann", "n": 7}}
