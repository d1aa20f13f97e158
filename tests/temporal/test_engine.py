"""The engine on a real Temporal server, with workflows in Python: what a workflow asks for, and what becomes of it."""

import json
import logging

import gevent
import pytest
from temporal_script import Ended, dump, value
from temporal_world import LIMIT, Refusal, until

from runtime.binding import Failure, Kind, to_python
from runtime.workflows.activation import Completed, Failed, Problem, Signaled
from runtime.workflows.commands import (
    AcceptUpdate,
    CompleteUpdate,
    ContinueAsNew,
    Deliver,
    RejectUpdate,
    RetryPolicy,
    SetMemo,
    SetSearchAttributes,
)
from runtime.workflows.errors import DivergenceError

ONCE = RetryPolicy(maximum_attempts=1)
QUICK = RetryPolicy(initial_interval=0.01, maximum_interval=0.02)


def call(flow, *arguments, **options):
    """Call one activity and give what it gives."""
    return value((yield flow.activity("app:work", *arguments, **options)))


# --- activities -------------------------------------------------------------------------------------------------------


def test_values_go_in_and_out_as_they_are(world):
    world.serve({"call": call}, {"app:work": lambda *given: list(given)})
    given = [None, True, 7, 1.5, "grün \x00", [1, [2]], {"a": {"b": [3]}}]
    assert world.run("call", *given) == given


def test_a_result_of_nothing_is_nil(world):
    world.serve({"call": call}, {"app:work": lambda: None})
    assert world.run("call") is None


def test_other_sdks_can_read_what_is_recorded(world, server):
    world.serve({"call": call}, {"app:work": lambda name: {"hello": name}})
    name = world.start("call", "world")
    world.outcome(name)
    events = json.loads(server.cli("workflow", "show", "-w", name, "--output", "json"))["events"]
    payloads = [
        event["activityTaskCompletedEventAttributes"]["result"]["payloads"]
        for event in events
        if "activityTaskCompletedEventAttributes" in event
    ]
    assert payloads == [[{"metadata": {"encoding": "anNvbi9wbGFpbg=="}, "data": "eyJoZWxsbyI6ICJ3b3JsZCJ9"}]]


def test_the_kind_of_an_error_survives_both_borders(world):
    cause = Problem("disk full", Kind.UNAVAILABLE, retryable=True)
    details = dump({"limit": 3, "list": [1, 2]})

    def refuse():
        raise Refusal("no", Kind.INVALID, retryable=False, details=details, stack="app:x:3: in main", cause=cause)

    world.serve({"call": call}, {"app:work": refuse})
    error = world.failure("call")
    assert (error.message, error.kind, error.retryable) == ("no", Kind.INVALID, False)
    assert to_python(error.details) == {"limit": 3, "list": [1, 2]}
    assert [str(frame) for frame in error.frames] == ["app:x:3: in main"]
    assert (error.cause.message, error.cause.kind, error.cause.retryable) == ("disk full", Kind.UNAVAILABLE, True)


def test_an_activity_is_tried_until_it_succeeds(world):
    attempts = []

    def flaky():
        attempts.append(1)
        if len(attempts) < 4:
            raise Refusal("not yet", Kind.UNAVAILABLE)
        return len(attempts)

    world.serve({"call": lambda flow: call(flow, retry=QUICK)}, {"app:work": flaky})
    assert world.run("call") == 4


def test_what_may_not_be_tried_again_is_not(world):
    attempts = []

    def refuse():
        attempts.append(1)
        raise Refusal("no", Kind.INVALID, retryable=False)

    world.serve({"call": lambda flow: call(flow, retry=QUICK)}, {"app:work": refuse})
    assert world.failure("call").kind == Kind.INVALID
    assert len(attempts) == 1


def test_kinds_that_the_policy_names_are_not_tried_again(world):
    attempts = []

    def refuse():
        attempts.append(1)
        raise Refusal("no", Kind.CONFLICT)

    policy = RetryPolicy(initial_interval=0.01, non_retryable=(Kind.CONFLICT,))
    world.serve({"call": lambda flow: call(flow, retry=policy)}, {"app:work": refuse})
    assert world.failure("call").kind == Kind.CONFLICT
    assert len(attempts) == 1


def test_an_activity_that_takes_too_long_is_a_timeout(world):
    world.serve(
        {"call": lambda flow: call(flow, start_to_close=0.3, retry=ONCE)}, {"app:work": lambda: gevent.sleep(60)}
    )
    error = world.failure("call")
    assert (error.kind, error.retryable) == (Kind.TIMEOUT, False)
    assert to_python(error.details) == {"timeout_type": "start_to_close"}


def test_an_activity_that_lives_sends_signs_of_life(world):
    def long():
        gevent.sleep(1.5)
        return "alive"

    world.serve({"call": lambda flow: call(flow, heartbeat=0.6, retry=ONCE)}, {"app:work": long})
    assert world.run("call") == "alive"


def test_an_unknown_activity_is_not_found_at_once(world):
    world.serve({"call": call})
    error = world.failure("call")
    assert (error.kind, error.retryable) == (Kind.NOT_FOUND, False)
    assert "app:work" in error.message
    assert "app:worker" in error.message


def test_headers_reach_the_activity(world):
    def headers(*, headers):
        return {name: json.loads(value) for name, value in headers.items()}

    def main(flow):
        return value((yield flow.activity("app:work", headers=flow.start.headers)))

    world.serve({"main": main}, {"app:work": headers})
    given = {"wippy-context": dump({"user": "u1"}), "wippy-security": dump({"actor": {"id": "a"}})}
    assert world.run("main", headers=given) == {
        "wippy-context": {"user": "u1"},
        "wippy-security": {"actor": {"id": "a"}},
    }


def test_activities_run_side_by_side(world):
    waiting = []

    def meet(_number):
        waiting.append(1)
        until(lambda: len(waiting) == 5)
        return 1

    def main(flow):
        started = [flow.activity("app:work", number) for number in range(5)]
        total = 0
        for one in started:
            total += value((yield one))
        return total

    world.serve({"main": main}, {"app:work": meet})
    assert world.run("main") == 5


def test_an_activity_ends_when_its_workflow_asks(world):
    began, ended = [], []

    def long():
        began.append(1)
        try:
            gevent.sleep(60)
        finally:
            ended.append(1)

    def main(flow):
        waiting = flow.activity("app:work", heartbeat=0.6, wait_for_cancellation=True)
        yield flow.first(waiting, flow.signal())
        flow.cancel_activity(1)
        result = yield waiting
        return {"canceled": result.canceled, "kind": result.problem.kind}

    world.serve({"main": main}, {"app:work": long})
    name = world.start("main")
    until(lambda: began)
    world.signal(name, "enough")
    assert to_python(world.outcome(name).value) == {"canceled": True, "kind": Kind.CANCELED}
    assert ended == [1]


# --- time, messages, questions ----------------------------------------------------------------------------------------


def test_a_timer_fires_and_a_canceled_one_does_not(world):
    def main(flow):
        before = flow.now
        which, _ = yield flow.first(flow.timer(60), flow.timer(0.05))
        return {"which": which, "late": flow.now - before >= 50_000_000}

    world.serve({"main": main})
    assert world.run("main") == {"which": 1, "late": True}


def test_a_timer_of_nothing_fires(world):
    def main(flow):
        yield flow.timer(0)
        return "done"

    world.serve({"main": main})
    assert world.run("main") == "done"


def collect(flow):
    got = []
    while True:
        signal = yield flow.signal()
        if signal.name == "end":
            return got
        got.append([signal.name, *(json.loads(part) for part in signal.arguments), signal.sender])


def test_signals_arrive_in_order_with_their_sender(world):
    world.serve({"collect": collect})
    name = world.start("collect")
    world.signal(name, "one", {"a": 1}, sender="{local@app:host|0x1}")
    world.signal(name, "two", 1, 2)
    world.signal(name, "end")
    assert to_python(world.outcome(name).value) == [["one", {"a": 1}, "{local@app:host|0x1}"], ["two", 1, 2, ""]]


def test_signals_with_the_start_come_first(world):
    world.serve({"collect": collect})
    first = [Signaled("a", (dump(1),), {}, "{x@y|1}"), Signaled("b", (dump(2),))]
    name = world.start("collect", signals=first)
    world.signal(name, "end")
    assert to_python(world.outcome(name).value) == [["a", 1, "{x@y|1}"], ["b", 2, ""]]


def test_signals_with_a_second_start_reach_the_workflow_that_runs(world):
    world.serve({"collect": collect})
    name = world.start("collect", name="c", signals=[Signaled("a", (dump(1),))])
    assert world.start("collect", name="c", signals=[Signaled("b", (dump(2),))]) == name
    world.signal(name, "end")
    assert [entry[0] for entry in to_python(world.outcome(name).value)] == ["a", "b"]


def test_a_query_is_answered_also_after_the_end(world):
    def main(flow):
        flow.state = {"step": 1}
        yield flow.signal()
        flow.state = {"step": 2}
        return "done"

    world.serve({"main": main})
    name = world.start("main")
    assert json.loads(world.client.query(name, "state", ())) == {"step": 1}
    world.signal(name, "go")
    world.outcome(name)
    assert json.loads(world.client.query(name, "state", ())) == {"step": 2}
    with pytest.raises(Failure) as caught:
        world.client.query(name, "weather", ())
    assert caught.value.kind in (Kind.INVALID, Kind.NOT_FOUND)  # old servers do not tell the kind
    assert "weather" in caught.value.message


def counter(flow):
    total = 0
    while True:
        which, job = yield flow.first(flow.update(), flow.signal())
        if which == 1:
            return total
        amount = json.loads(job.arguments[0])
        if amount < 0:
            flow.commands.append(RejectUpdate(job.id, Problem("must not be negative", Kind.INVALID, retryable=False)))
            continue
        flow.commands.append(AcceptUpdate(job.id))
        if amount == 13:
            flow.commands.append(CompleteUpdate(job.id, problem=Problem("bad luck", Kind.CONFLICT)))
            continue
        total += value((yield flow.activity("app:same", amount)))
        flow.commands.append(CompleteUpdate(job.id, dump(total)))


def test_updates_are_answered_rejected_or_fail(world):
    world.serve({"counter": counter}, {"app:same": lambda number: number})
    name = world.start("counter")
    assert world.client.update(name, "add", (dump(2),)) == b"2"
    with pytest.raises(Failure) as caught:
        world.client.update(name, "add", (dump(-1),))
    assert (caught.value.kind, caught.value.message) == (Kind.INVALID, "must not be negative")
    with pytest.raises(Failure) as caught:
        world.client.update(name, "add", (dump(13),))
    assert (caught.value.kind, caught.value.message) == (Kind.CONFLICT, "bad luck")
    assert world.client.update(name, "add", (dump(5),)) == b"7"
    world.signal(name, "end")
    assert world.outcome(name).value == 7


def test_an_update_may_wait_until_the_workflow_looks_at_it(world):
    release = []

    def busy(flow):
        value((yield flow.activity("app:wait")))
        job = yield flow.update()
        flow.commands.append(AcceptUpdate(job.id))
        flow.commands.append(CompleteUpdate(job.id, dump("late")))
        yield flow.signal()

    world.serve({"busy": busy}, {"app:wait": lambda: until(lambda: release) and None})
    name = world.start("busy")
    asking = gevent.spawn(world.client.update, name, "anything", ())
    gevent.sleep(0.2)  # time for it to arrive while the workflow waits for something else; less only tests less
    release.append(1)
    assert asking.get(timeout=LIMIT) == b'"late"'
    world.signal(name, "end")
    world.outcome(name)


# --- ends -------------------------------------------------------------------------------------------------------------


def patient(flow):
    which, reason = yield flow.first(flow.signal(), flow.cancellation())
    if which == 0:
        return "went on"
    value((yield flow.activity("app:clean")))
    raise Ended(Problem(f"canceled: {reason}", Kind.CANCELED, retryable=False))


def test_a_canceled_workflow_cleans_up_and_is_canceled(world, server):
    cleaned = []
    world.serve({"patient": patient}, {"app:clean": lambda: cleaned.append(1)})
    name = world.start("patient")
    world.client.cancel(name, "by the operator")
    error = world.outcome(name).error.value
    assert (error.kind, error.message) == (Kind.CANCELED, "workflow canceled")
    assert cleaned == [1]
    assert json.loads(server.cli("workflow", "describe", "-w", name, "--output", "json"))["workflowExecutionInfo"][
        "status"
    ].endswith("CANCELED")


def test_a_workflow_may_answer_a_cancellation_with_a_result(world):
    def main(flow):
        reason = yield flow.cancellation()
        return f"well: {reason}"

    world.serve({"main": main})
    name = world.start("main")
    world.client.cancel(name, "why not")
    assert world.outcome(name).value == "well: why not"


def test_a_terminated_workflow_is_over_at_once(world):
    world.serve({"patient": patient})
    name = world.start("patient")
    world.client.terminate(name, "process.terminate")
    error = world.outcome(name).error.value
    assert (error.kind, error.message) == (Kind.CANCELED, "workflow terminated: process.terminate")


def test_a_workflow_without_a_worker_times_out(world):
    error = world.failure("nobody", execution_timeout=1.0)
    assert (error.kind, error.message) == (Kind.TIMEOUT, "workflow timed out")


def test_continue_as_new_keeps_the_id_and_gives_the_last_result(world):
    def count(flow, number):
        yield lambda: (None,)
        if number == 30:
            return {"number": number, "id": flow.start.workflow_id, "context": len(flow.start.headers)}
        return ContinueAsNew("count", (dump(number + 1),), flow.start.headers)

    world.serve({"count": count})
    name = world.start("count", 1, headers={"wippy-context": dump({"a": 1})})
    assert to_python(world.outcome(name).value) == {"number": 30, "id": name, "context": 1}


# --- other workflows --------------------------------------------------------------------------------------------------


def test_a_child_gives_its_result_or_its_error(world):
    def child(flow, number):
        yield lambda: (None,)
        if number < 0:
            raise Ended(Problem("negative", Kind.INVALID, retryable=False))
        return number * 2

    def parent(flow):
        started, ended = flow.child("child", f"{flow.start.workflow_id}-good", 21)
        run_id = (yield started).run_id
        good = yield ended
        _, ended = flow.child("child", f"{flow.start.workflow_id}-bad", -1)
        bad = yield ended
        return {"run": bool(run_id), "good": json.loads(good.value), "bad": [bad.problem.kind, bad.problem.message]}

    world.serve({"parent": parent, "child": child})
    assert world.run("parent") == {"run": True, "good": 42, "bad": [Kind.INVALID, "negative"]}


def test_a_child_knows_its_parent(world):
    def child(flow):
        yield lambda: (None,)
        return flow.start.parent

    def parent(flow):
        _, ended = flow.child("child", f"{flow.start.workflow_id}-child")
        return value((yield ended))

    world.serve({"parent": parent, "child": child})
    name = world.start("parent")
    assert world.outcome(name).value == name


def test_a_child_whose_id_is_taken_does_not_start(world):
    def parent(flow):
        started, _ = flow.child("patient", f"{flow.start.workflow_id}-child")
        yield started
        started, _ = flow.child("patient", f"{flow.start.workflow_id}-child")
        problem = (yield started).problem
        return [problem.kind, problem.message]

    world.serve({"parent": parent, "patient": patient})
    name = world.start("parent")
    assert to_python(world.outcome(name).value) == [
        Kind.ALREADY_EXISTS,
        f"a workflow with the id '{name}-child' runs already",
    ]


@pytest.mark.parametrize(("policy", "ends"), [("terminate", Kind.CANCELED), ("request_cancel", Kind.CANCELED)])
def test_a_child_ends_with_its_parent(world, policy, ends):
    def parent(flow):
        started, _ = flow.child("patient", f"{flow.start.workflow_id}-child", parent_close_policy=policy)
        yield started

    world.serve({"parent": parent, "patient": patient}, {"app:clean": lambda: None})
    name = world.start("parent")
    world.outcome(name)
    assert world.outcome(f"{name}-child").error.value.kind == ends


def test_an_abandoned_child_goes_on(world):
    def parent(flow):
        started, _ = flow.child("patient", f"{flow.start.workflow_id}-child", parent_close_policy="abandon")
        yield started

    world.serve({"parent": parent, "patient": patient})
    name = world.start("parent")
    world.outcome(name)
    world.signal(f"{name}-child", "go")
    assert world.outcome(f"{name}-child").value == "went on"


def test_workflows_signal_and_cancel_one_another(world):
    def main(flow, target, unknown):
        sent = yield flow.tell(target, "go")
        missing = yield flow.tell(unknown, "go")
        ended = yield flow.stop(unknown, "enough")
        return [sent.problem, missing.problem.kind, ended.problem.kind]

    world.serve({"main": main, "patient": patient})
    target = world.start("patient")
    assert world.run("main", target, f"{target}-unknown") == [None, Kind.NOT_FOUND, Kind.NOT_FOUND]
    assert world.outcome(target).value == "went on"


def test_a_message_to_a_process_is_sent_once_though_the_workflow_is_replayed(world):
    def main(flow):
        flow.commands.append(Deliver("{local@app:host|0x9}", "progress", (dump(1),)))
        value((yield flow.activity("app:work")))
        yield flow.signal()
        flow.commands.append(Deliver("{local@app:host|0x9}", "progress", (dump(2),)))

    worker = world.serve({"main": main}, {"app:work": lambda: None})
    name = world.start("main")
    until(lambda: b'"done"' if world.made and world.made[-1].flow.results else None)
    world.stop(worker)
    world.serve()
    world.signal(name, "go")
    world.outcome(name)
    assert len(world.made) == 2
    assert [message.arguments for message in world.delivered] == [(b"1",), (b"2",)]


# --- what can be found ------------------------------------------------------------------------------------------------


def test_search_attributes_and_memo_are_set(world, server):
    def main(flow):
        flow.commands.append(SetSearchAttributes({"stage": dump("processing"), "total": dump(7)}))
        flow.commands.append(SetMemo({"notes": dump("priority")}))
        yield flow.signal()

    world.serve({"main": main})
    name = world.start("main", search={"customer": dump("c1")}, memo={"source": dump("web")})
    world.signal(name, "go")
    world.outcome(name)
    shown = json.loads(server.cli("workflow", "describe", "-w", name, "--output", "json"))["workflowExecutionInfo"]
    assert shown["memo"] == {"fields": {"notes": "priority", "source": "web"}} or {"notes", "source"} <= set(
        shown["memo"]["fields"]
    )
    assert {"stage", "total", "customer"} <= set(shown["searchAttributes"]["indexedFields"])


# --- ids --------------------------------------------------------------------------------------------------------------


def test_the_conflict_policies(world):
    world.serve({"patient": patient})
    name = world.start("patient", name="p")
    assert world.start("patient", name="p") == name
    with pytest.raises(Failure) as caught:
        world.start("patient", name="p", id_conflict_policy="fail")
    assert caught.value.kind == Kind.ALREADY_EXISTS
    with pytest.raises(Failure) as caught:
        world.start("patient", name="p", id_conflict_policy="fail", signals=[Signaled("go")])
    assert caught.value.kind == Kind.ALREADY_EXISTS
    first = world.client.outcome(name)
    world.start("patient", name="p", id_conflict_policy="terminate_existing")
    assert first.wait_for(LIMIT)
    assert first.outcome.error.value.kind == Kind.CANCELED
    world.signal(name, "go")
    assert world.outcome(name).value == "went on"


def test_the_reuse_policies(world):
    world.serve({"collect": collect})
    name = world.start("collect", name="r", signals=[Signaled("end")])
    world.outcome(name)
    with pytest.raises(Failure) as caught:
        world.start("collect", name="r", id_reuse_policy="reject_duplicate")
    assert caught.value.kind == Kind.ALREADY_EXISTS
    with pytest.raises(Failure) as caught:
        world.start("collect", name="r", id_reuse_policy="allow_duplicate_failed_only")
    assert caught.value.kind == Kind.ALREADY_EXISTS
    world.start("collect", name="r", signals=[Signaled("end")])
    world.outcome(name)


def test_an_unknown_policy_is_told(world):
    with pytest.raises(Failure) as caught:
        world.start("collect", id_conflict_policy="maybe")
    assert caught.value.kind == Kind.INVALID
    assert "use one of fail, terminate_existing, use_existing" in caught.value.message


def test_a_workflow_is_tried_again_as_its_policy_says(world):
    attempts = []

    def main(flow):
        yield lambda: (None,)
        attempts.append(flow.start.attempt)
        if flow.start.attempt < 3:
            raise Ended(Problem("not yet", Kind.UNAVAILABLE))
        return "done"

    world.serve({"main": main})
    assert world.run("main", retry=RetryPolicy(initial_interval=0.01, maximum_attempts=5)) == "done"
    assert attempts == [1, 2, 3]


def test_a_start_may_be_delayed(world):
    world.serve({"collect": collect})
    name = world.start("collect", start_delay=0.5)
    assert world.made == []
    world.signal(name, "end")
    assert world.outcome(name).error is None


@pytest.mark.parametrize("ask", ["signal", "cancel", "terminate", "outcome", "query", "update"])
def test_what_is_asked_of_an_unknown_workflow_is_not_found(world, ask):
    arguments = {
        "signal": (Signaled("go"),),
        "cancel": ("",),
        "terminate": ("",),
        "outcome": (),
        "query": ("state", ()),
        "update": ("add", ()),
    }
    with pytest.raises(Failure) as caught:
        getattr(world.client, ask)("no-such-workflow", *arguments[ask])
    assert caught.value.kind == Kind.NOT_FOUND
    assert "no-such-workflow" in caught.value.message


# --- replay and change ------------------------------------------------------------------------------------------------


def steps(flow):
    first = value((yield flow.activity("app:step", 1)))
    yield flow.signal()
    second = value((yield flow.activity("app:step", 2)))
    return [first, second, flow.start.seed]


def test_a_workflow_goes_on_at_another_worker_and_records_are_not_made_again(world):
    done = []

    def step(number):
        done.append(number)
        return number

    worker = world.serve({"steps": steps}, {"app:step": step})
    name = world.start("steps")
    until(lambda: done and world.made[0].flow.results)
    world.stop(worker)
    assert world.made[0].closed
    world.serve()
    world.signal(name, "go")
    result = to_python(world.outcome(name).value)
    assert result[:2] == [1, 2]
    assert done == [1, 2]
    assert len(world.made) == 2
    assert world.made[0].flow.start.seed == world.made[1].flow.start.seed != 0


def test_a_mark_keeps_old_runs_on_the_old_way(world):
    def old(flow):
        value((yield flow.activity("app:old")))
        yield flow.signal()
        return "old"

    def new(flow):
        fresh = flow.mark("payment-v2")
        value((yield flow.activity("app:new" if fresh else "app:old")))
        yield flow.signal()
        return "new" if fresh else "old"

    functions = {"app:old": lambda: None, "app:new": lambda: None}
    worker = world.serve({"main": old}, functions)
    before = world.start("main")
    until(lambda: world.made and world.made[0].flow.results)
    world.stop(worker)
    worker = world.serve({"main": new})
    after = world.start("main")
    until(lambda: len(world.made) == 2 and world.made[1].flow.results)
    world.stop(worker)
    world.serve()
    for name, way in ((before, "old"), (after, "new")):
        world.signal(name, "go")
        assert world.outcome(name).value == way


def test_code_that_diverges_stops_until_it_is_right_again(world, caplog, server):
    def wrong(flow):
        yield flow.timer(0.01)
        yield flow.signal()
        return "wrong"

    worker = world.serve({"main": steps}, {"app:step": lambda number: number})
    name = world.start("main", task_timeout=1.0)
    until(lambda: world.made and world.made[0].flow.results)
    world.stop(worker)
    with caplog.at_level(logging.ERROR, "wippy.temporal"):
        worker = world.serve({"main": wrong})
        world.signal(name, "go")
        text = until(
            lambda: next((r.getMessage() for r in caplog.records if "its history says" in r.getMessage()), None)
        )
    assert name in text
    assert "workflow.version" in text
    world.stop(worker)
    world.serve({"main": steps})
    assert to_python(world.outcome(name).value)[:2] == [1, 2]
    assert "WORKFLOW_TASK_FAILED_CAUSE_NON_DETERMINISTIC_ERROR" in server.cli(
        "workflow", "show", "-w", name, "--output", "json"
    )


def test_an_error_of_the_code_fails_the_task_and_not_the_workflow(world, server, caplog):
    broken = [True]

    def main(flow):
        if broken:
            raise DivergenceError("app:main:7 called app:b, its history says app:a")
        yield lambda: (None,)
        return "mended"

    world.serve({"main": main})
    with caplog.at_level(logging.ERROR, "wippy.temporal"):
        name = world.start("main", task_timeout=1.0)
        until(lambda: "its history says app:a" in caplog.text)
    broken.clear()
    assert world.outcome(name).value == "mended"
    shown = server.cli("workflow", "show", "-w", name, "--output", "json")
    assert "app:main:7 called app:b" in shown
    assert "WORKFLOW_TASK_FAILED_CAUSE_NON_DETERMINISTIC_ERROR" in shown


def test_a_type_that_is_not_there_yet_waits_for_it(world, caplog):
    world.serve()
    with caplog.at_level(logging.ERROR, "wippy.temporal"):
        name = world.start("later", task_timeout=1.0)
        until(lambda: "there is no workflow later" in caplog.text)
    world.scripts["later"] = lambda flow: (yield lambda: (None,))
    assert world.outcome(name).error is None


def test_results_are_told_apart():
    assert value(Completed(b"1")) == 1
    with pytest.raises(Ended):
        value(Failed(Problem("no")))
