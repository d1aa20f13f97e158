"""Trees of services that crash at random, on virtual time: when they run and what becomes of them (semantics 2.8)."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lua_node import HOST, code, entry
from virtual_node import VirtualNode

from runtime.binding import Module, Table
from runtime.registry.change import Change
from runtime.registry.entry import EntryId
from runtime.supervisor.service import State

STABLE = 5.0
DELAYS = {"initial_delay": "1s", "max_delay": "10s", "backoff_factor": 3, "jitter": 0}
WORKER = """
local number = ...
local time = require("time")
local events = process.events()
local fate = journal.begin(number)
if fate.after > 0 then
    time.sleep(fate.after)
    if fate.ending == "error" then error("as it is written") end
    if fate.ending == "retryable" then return nil, errors.new{message = "no", retryable = true} end
    if fate.ending == "final" then return nil, errors.new{message = "no", retryable = false} end
    if fate.ending == "text" then return nil, "no" end
    if fate.ending == "terminated" then process.terminate(process.pid()) end
    return fate.ending
end
assert(events:receive().kind == process.event.CANCEL)
journal.asked(number)
if fate.ending == "stubborn" then events:receive() end
time.sleep(fate.parting)
journal.left(number)
"""
AGAIN = ("error", "retryable")
FOR_GOOD = ("final", "text", "terminated", "return")


@dataclass(frozen=True)
class Plan:
    """What a service does: how each of its runs ends and after how many seconds, and then how it takes its leave."""

    needs: frozenset[int]
    runs: tuple[tuple[int, str], ...]
    max_attempts: int
    leave: str
    parting: int


@dataclass
class Journal:
    """When services began, in virtual seconds, and in which order they came and went."""

    node: VirtualNode
    plans: list[Plan]
    begun: list[list[float]] = field(default_factory=list)
    order: list[tuple[str, int]] = field(default_factory=list)

    def module(self) -> Table:
        made = Module("journal")
        zero = self.node.clock.time
        self.begun = [[] for _ in self.plans]

        @made.function
        def begin(number: int) -> Table:
            plan, runs = self.plans[number], self.begun[number]
            after, ending = plan.runs[len(runs)] if len(runs) < len(plan.runs) else (0, plan.leave)
            runs.append(self.node.clock.time - zero)
            seconds = 1_000_000_000
            return Table.from_dict({"after": after * seconds, "ending": ending, "parting": plan.parting * seconds + 1})

        @made.function
        def asked(number: int) -> None:
            self.order.append(("asked", number))

        @made.function
        def left(number: int) -> None:
            self.order.append(("left", number))

        return made.table()

    def at(self, what: str, number: int) -> int:
        return self.order.index((what, number))


def expected(plan: Plan) -> tuple[list[float], State]:
    """Give when a service begins and where it stands in the end, by the rules of the contract."""
    begun, now, attempts = [], 0.0, 0
    for after, ending in plan.runs:
        begun.append(now)
        now += after
        attempts = 0 if after >= STABLE else attempts + 1
        if ending in FOR_GOOD:
            return begun, State.EXITED
        if plan.max_attempts and attempts >= plan.max_attempts:
            return begun, State.FAILED
        now += min(3.0 ** (max(attempts, 1) - 1), 10.0)
    return [*begun, now], State.RUNNING


@st.composite
def trees(draw):
    """Make services that need some of those before them."""
    plans: list[Plan] = []
    for number in range(draw(st.integers(1, 6))):
        ending = st.sampled_from(AGAIN * 4 + FOR_GOOD)
        runs = draw(st.lists(st.tuples(st.integers(1, 8), ending), max_size=6))
        needs = draw(st.frozensets(st.integers(0, number - 1), max_size=3)) if number else frozenset()
        leave = draw(st.sampled_from(["polite", "polite", "stubborn"]))
        plans.append(Plan(needs, tuple(runs), draw(st.integers(0, 4)), leave, draw(st.integers(0, 9))))
    return plans


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    made = VirtualNode(tmp_path_factory.mktemp("node"))
    made.add("worker", "process.lua", **code(WORKER, {}))
    yield made
    made.close()


@pytest.fixture(scope="module")
def states(node):
    """Give a list: the journal put into it hears of the states of the services."""
    listening: list[Journal] = []

    def tell(service: EntryId, state: State) -> None:
        if listening and service.name[1:].isdigit():
            listening[0].order.append((str(state), int(service.name[1:])))

    node.node.supervisor.subscribe(tell)
    return listening


def services(plans: list[Plan]) -> list:
    return [
        entry(
            f"s{number}",
            "process.service",
            process="app:worker",
            host=HOST,
            input=[number],
            lifecycle={
                "auto_start": True,
                "stop_timeout": "20s",
                "stable_threshold": f"{STABLE:g}s",
                "requires": [f"app:s{need}" for need in plan.needs],
                "restart": {**DELAYS, "max_attempts": plan.max_attempts},
            },
        )
        for number, plan in enumerate(plans)
    ]


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(plans=trees(), seed=st.integers(0, 2**32))
def test_a_tree_that_crashes_at_random_ends_as_specified(node, states, plans, seed):
    supervisor = node.node.supervisor
    journal = Journal(node, plans)
    node.node.code.always["journal"] = journal.module()
    states.clear()
    states.append(journal)
    entries = services(plans)
    node.shuffle(seed)
    node.carry_out(lambda: node.node.registry.apply([Change.create(one) for one in entries]))
    try:
        node.pass_time(200)
        for number, plan in enumerate(plans):
            begun, state = expected(plan)
            assert journal.begun[number] == pytest.approx(begun)
            assert supervisor.state(EntryId("app", f"s{number}")) is state
            for need in plan.needs:
                # Not when the methods begin: a process that is spawned runs, whoever has the first turn.
                assert journal.at("running", need) < journal.at("starting", number)
        stop(node, journal)
    finally:
        node.carry_out(lambda: node.node.registry.apply([Change.delete(one.id) for one in entries]))
        node.carry_out(lambda: supervisor.start(EntryId.parse(HOST)))
    assert node.node.processes.count() == 0


def stop(node: VirtualNode, journal: Journal) -> None:
    """Stop all services: each after those that need it, each asked, only the stubborn ones with an error."""
    supervisor = node.node.supervisor
    running = [number for number, plan in enumerate(journal.plans) if expected(plan)[1] is State.RUNNING]
    errors = node.carry_out(supervisor.stop_all)
    stubborn = {number for number in running if journal.plans[number].leave == "stubborn"}
    assert set(errors) == {EntryId("app", f"s{number}") for number in stubborn}
    for number in running:
        state = supervisor.state(EntryId("app", f"s{number}"))
        assert state is (State.FAILED if number in stubborn else State.STOPPED)
        for need in journal.plans[number].needs & set(running):
            gone = "asked" if number in stubborn else "left"
            assert journal.at(gone, number) < journal.at("asked", need)


def test_services_of_one_level_stop_side_by_side(node):
    plans = [Plan(frozenset(), (), 0, "polite", 9) for _ in range(5)]
    journal = Journal(node, plans)
    node.node.code.always["journal"] = journal.module()
    entries = services(plans)
    node.carry_out(lambda: node.node.registry.apply([Change.create(one) for one in entries]))
    node.pass_time(1)
    began = node.clock.time
    stop(node, journal)
    assert node.clock.time - began == pytest.approx(9, abs=0.01)
    node.carry_out(lambda: node.node.registry.apply([Change.delete(one.id) for one in entries]))
    node.carry_out(lambda: node.node.supervisor.start(EntryId.parse(HOST)))
