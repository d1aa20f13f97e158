from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import gevent
import pytest
from gevent.event import AsyncResult, Event

from runtime.registry.decode import decode
from runtime.registry.entry import Entry, EntryId
from runtime.supervisor.dependencies import find_cycle, stop_levels
from runtime.supervisor.lifecycle import Lifecycle, Restart
from runtime.supervisor.service import Outcome, Service, ServiceError, State
from runtime.supervisor.supervisor import Supervisor, SupervisorError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Clock:
    """Time that passes only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 6))
        self.now += seconds
        gevent.sleep(0)


class Fake(Service):
    """Notes what happens to it; `ends` are the outcomes of its runs, after which it runs until it is stopped."""

    def __init__(self, name: str, log: list[str], *ends: Outcome, **lifecycle: Any) -> None:
        self.id = EntryId("app", name)
        lifecycle.setdefault("auto_start", True)
        self.lifecycle = Lifecycle(**lifecycle)
        self.log = log
        self.ends = list(ends)
        self.starts: list[Exception | None] = []
        self.run_time: Callable[[], None] = lambda: None
        self.stopping: Callable[[], None] = lambda: None
        self.end: AsyncResult[Outcome] = AsyncResult()

    def start(self) -> None:
        error = self.starts.pop(0) if self.starts else None
        self.log.append(f"start {self.id.name}")
        if error is not None:
            raise error

    def wait(self) -> Outcome | None:
        self.run_time()
        return self.ends.pop(0) if self.ends else self.end.get()

    def stop(self, timeout: float) -> None:
        self.stopping()
        self.log.append(f"stop {self.id.name}")


def ids(*names: str) -> tuple[EntryId, ...]:
    return tuple(EntryId("app", name) for name in names)


@pytest.fixture(autouse=True)
def _limit() -> Iterator[None]:
    with gevent.Timeout(10):
        yield


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def log() -> list[str]:
    return []


def make(clock: Clock, *services: Service, references: dict[EntryId, tuple[EntryId, ...]] | None = None) -> Supervisor:
    known = references or {}
    supervisor = Supervisor(known.get, clock=clock, sleep=clock.sleep, chance=random.Random(1))
    for service in services:
        supervisor.add(service)
    return supervisor


def test_start_and_stop_follow_the_dependencies(clock: Clock, log: list[str]) -> None:
    web = Fake("web", log, requires=ids("cache", "db"))
    supervisor = make(
        clock,
        web,
        Fake("cache", log, depends_on=ids("db")),
        Fake("db", log, auto_start=False),
        Fake("x", log, auto_start=False),
    )
    supervisor.start_all()
    assert log == ["start db", "start cache", "start web"]
    assert supervisor.state(ids("web")[0]) is State.RUNNING
    assert supervisor.state(ids("x")[0]) is State.UNKNOWN
    log.clear()
    assert supervisor.stop_all() == {}
    assert log == ["stop web", "stop cache", "stop db"]
    assert set(supervisor.states().values()) == {State.STOPPED, State.UNKNOWN}


def test_references_count_over_plain_entries(clock: Clock, log: list[str]) -> None:
    references = {
        ids("web")[0]: ids("router"),
        ids("router")[0]: ids("handler", "web"),
        ids("handler")[0]: ids("db", "nothing"),
    }
    make(clock, Fake("web", log), Fake("db", log, auto_start=False), references=references).start_all()
    assert log == ["start db", "start web"]


def test_a_required_entry_that_is_no_service_is_fine(clock: Clock, log: list[str]) -> None:
    make(clock, Fake("web", log, requires=ids("plain")), references={ids("plain")[0]: ()}).start_all()
    assert log == ["start web"]


def test_what_does_not_depend_starts_at_the_same_time(clock: Clock, log: list[str]) -> None:
    gate = Event()

    class Waiting(Fake):
        def start(self) -> None:
            super().start()
            if len(log) == 2:
                gate.set()
            assert gate.wait(5)

    make(clock, Waiting("a", log), Waiting("b", log)).start_all()
    assert sorted(log) == ["start a", "start b"]


def test_a_failing_service_blocks_only_its_dependants(clock: Clock, log: list[str]) -> None:
    broken = Fake("db", log)
    broken.starts = [ServiceError("no such file", final=True)]
    supervisor = make(clock, broken, Fake("web", log, requires=ids("db")), Fake("other", log))
    with pytest.raises(SupervisorError) as raised:
        supervisor.start_all()
    assert str(raised.value).splitlines() == [
        "service app:db did not start: no such file",
        "service app:web did not start: it needs app:db, which did not start",
    ]
    assert sorted(log) == ["start db", "start other"]
    assert supervisor.state(ids("db")[0]) is State.EXITED
    assert supervisor.error(ids("db")[0]) == "no such file"


def test_a_missing_requirement_is_named(clock: Clock, log: list[str]) -> None:
    with pytest.raises(
        SupervisorError, match=r"it requires app:nope, which does not exist; correct lifecycle.requires"
    ):
        make(clock, Fake("web", log, requires=ids("nope"))).start_all()
    assert log == []


def test_a_ring_is_named(clock: Clock, log: list[str]) -> None:
    supervisor = make(clock, Fake("a", log, requires=ids("b")), Fake("b", log, requires=ids("a")))
    with pytest.raises(SupervisorError, match=r"app:a -> app:b -> app:a"):
        supervisor.start_all()
    assert log == []
    assert supervisor.stop_all() == {}


def test_failures_are_retried_ever_later(clock: Clock, log: list[str]) -> None:
    service = Fake("a", log, restart=Restart(jitter=0, max_delay=5))
    service.starts = [RuntimeError("one"), ServiceError("two"), ServiceError("three"), ServiceError("four"), None]
    supervisor = make(clock, service)
    supervisor.start_all()
    assert clock.slept == [1, 2, 4, 5]
    assert supervisor.state(service.id) is State.RUNNING
    assert supervisor.error(service.id) == ""


def test_jitter_stays_in_its_bounds() -> None:
    chance = random.Random(3)
    delays = [Restart().delay(3, chance) for _ in range(200)]
    assert 3.6 <= min(delays) < 3.7
    assert 4.3 < max(delays) <= 4.4
    assert max(Restart().delay(50_000, chance) for _ in range(50)) <= 99


@pytest.mark.parametrize("run", [4.9, 5.0])
def test_a_stable_run_begins_the_count_anew(clock: Clock, log: list[str], run: float) -> None:
    service = Fake("a", log, *[Outcome("crash")] * 4, restart=Restart(jitter=0))
    service.run_time = lambda: setattr(clock, "now", clock.now + run)
    make(clock, service).start_all()
    while service.ends:
        gevent.sleep(0)
    gevent.sleep(0)
    assert clock.slept == ([1, 1, 1, 1] if run == 5.0 else [1, 2, 4, 8])


def test_max_attempts_counts_the_first_start(clock: Clock, log: list[str]) -> None:
    service = Fake("a", log, *[Outcome("crash")] * 9, restart=Restart(jitter=0, max_attempts=3))
    supervisor = make(clock, service)
    supervisor.start_all()
    gevent.sleep(0.01)
    assert log == ["start a"] * 3
    assert supervisor.state(service.id) is State.FAILED
    assert supervisor.error(service.id) == "crash"


@pytest.mark.parametrize("outcome", [Outcome(), Outcome("denied", final=True)])
def test_what_ends_for_good_is_not_restarted(clock: Clock, log: list[str], outcome: Outcome) -> None:
    service = Fake("a", log, outcome)
    supervisor = make(clock, service, Fake("b", log, requires=ids("a")))
    supervisor.start_all()
    gevent.sleep(0.01)
    assert log == ["start a", "start b"]
    assert supervisor.state(service.id) is State.EXITED
    supervisor.stop_all()
    assert log[2:] == ["stop b"]


def test_a_start_that_takes_too_long_fails(clock: Clock, log: list[str]) -> None:
    service = Fake("a", log, start_timeout=0.01, restart=Restart(max_attempts=1))
    service.start = lambda: gevent.sleep(5)  # type: ignore[method-assign]
    with pytest.raises(SupervisorError, match=r"it did not start within 10ms: lifecycle\.start_timeout"):
        make(clock, service).start_all()


def test_an_optional_service_does_not_hold_up_the_start(clock: Clock, log: list[str]) -> None:
    service = Fake("a", log, startup="optional")
    ready = Event()
    service.start = lambda: ready.wait() and None  # type: ignore[func-returns-value, method-assign]
    supervisor = make(clock, service, Fake("b", log))
    supervisor.start_all()
    assert supervisor.state(service.id) is State.STARTING
    ready.set()
    gevent.sleep(0.01)
    assert supervisor.state(service.id) is State.RUNNING


def test_stop_errors_are_collected_and_the_rest_goes_on(clock: Clock, log: list[str]) -> None:
    slow, rude, good = Fake("slow", log, stop_timeout=-0.99), Fake("rude", log), Fake("good", log)
    slow.stopping = lambda: gevent.sleep(5)

    def raise_error() -> None:
        raise ZeroDivisionError("oops")

    rude.stopping = raise_error
    supervisor = make(clock, slow, rude, good)
    supervisor.start_all()
    errors = supervisor.stop_all()
    assert set(errors) == {slow.id, rude.id}
    assert errors[rude.id] == "oops"
    assert "lifecycle.stop_timeout" in errors[slow.id]
    assert supervisor.state(rude.id) is State.FAILED
    assert supervisor.state(good.id) is State.STOPPED


def test_stop_ends_the_wait_for_the_next_attempt(log: list[str]) -> None:
    service = Fake("a", log, Outcome("crash"), restart=Restart(initial_delay=60))
    supervisor = Supervisor()
    supervisor.add(service)
    supervisor.start_all()
    gevent.sleep(0)
    assert supervisor.state(service.id) is State.FAILED
    assert supervisor.stop_all() == {}
    assert supervisor.state(service.id) is State.STOPPED
    assert log == ["start a"]


def test_stop_while_starting_waits_for_the_start(log: list[str]) -> None:
    service = Fake("a", log)
    gate = Event()
    service.start = lambda: (gate.wait(), log.append("start a"))[1]  # type: ignore[func-returns-value, method-assign]
    supervisor = Supervisor()
    supervisor.add(service)
    starting = gevent.spawn(supervisor.start_all)
    while supervisor.state(service.id) is not State.STARTING:
        gevent.sleep(0)
    gevent.spawn_later(0.01, gate.set)
    assert supervisor.stop_all() == {}
    assert log == ["start a", "stop a"]
    starting.get()
    assert supervisor.state(service.id) is State.STOPPED


def test_stop_before_the_start_prevents_it(clock: Clock, log: list[str]) -> None:
    supervisor = make(clock, Fake("a", log), Fake("b", log, requires=ids("a")))

    def start() -> str:
        with pytest.raises(SupervisorError) as raised:
            supervisor.start_all()
        return str(raised.value)

    starting = gevent.spawn(start)
    gevent.sleep(0)
    supervisor.stop_all()
    assert "service app:b did not start: it was stopped while it started" in starting.get()
    assert "start b" not in log
    assert supervisor.state(ids("a")[0]) is not State.RUNNING


def test_services_come_and_go(clock: Clock, log: list[str]) -> None:
    supervisor = make(clock, Fake("a", log))
    heard: list[str] = []
    supervisor.subscribe(lambda service_id, state: heard.append(f"{service_id.name} {state}"))
    supervisor.start_all()
    late = Fake("b", log, requires=ids("a"))
    supervisor.add(late)
    supervisor.start_all()
    assert log == ["start a", "start b"]
    supervisor.remove(late.id)
    supervisor.remove(late.id)
    assert supervisor.state(late.id) is State.UNKNOWN
    assert log[2:] == ["stop b"]
    assert heard == ["a starting", "a running", "b starting", "b running", "b stopping", "b stopped"]


def test_a_new_form_is_used_at_the_next_start(clock: Clock, log: list[str]) -> None:
    old, new = Fake("a", log), Fake("a", [])
    supervisor = make(clock, old)
    supervisor.start_all()
    supervisor.add(new)
    assert new.log == []
    supervisor.stop(old.id)
    assert log == ["start a", "stop a"]
    supervisor.start(old.id)
    assert new.log == ["start a"]


def test_a_dependency_that_was_stopped_starts_again(clock: Clock, log: list[str]) -> None:
    supervisor = make(clock, Fake("a", log), Fake("b", log, requires=ids("a")))
    supervisor.start_all()
    supervisor.stop_all()
    log.clear()
    supervisor.start(ids("b")[0])
    assert log == ["start a", "start b"]


def test_a_dependency_that_did_its_work_is_not_done_again(clock: Clock, log: list[str]) -> None:
    supervisor = make(clock, Fake("migrate", log, Outcome()))
    supervisor.start_all()
    gevent.sleep(0)
    supervisor.add(Fake("web", log, requires=ids("migrate")))
    supervisor.start_all()
    assert log == ["start migrate", "start web"]


def test_rings_are_found_and_levels_end() -> None:
    a, b, c, d = ids("a", "b", "c", "d")
    assert find_cycle({a: [b], b: [c], c: []}) == []
    assert find_cycle({a: [b], b: [c], c: [b], d: [a]}) == [b, c, b]
    assert stop_levels({a: [b], b: [c], c: [], d: []}) == [[a, d], [b], [c]]
    assert stop_levels({a: [b], b: [a], c: []}) == [[c], [a, b]]


def test_the_lifecycle_of_an_entry() -> None:
    data = {
        "auto_start": True,
        "stop_timeout": "1m",
        "requires": ["db"],
        "depends_on": ["db", "lib:x"],
        "restart": {"initial_delay": "2s", "max_attempts": 5},
        "security": {"actor": {"id": "svc", "meta": {"role": "admin"}}, "policies": ["p"]},
    }
    lifecycle = decode(Entry(EntryId("app", "w"), "k", {}, data), Lifecycle)
    assert lifecycle.stop_timeout == 60
    assert lifecycle.dependencies == (EntryId("app", "db"), EntryId("lib", "x"))
    assert lifecycle.restart == Restart(initial_delay=2.0, max_attempts=5)
    assert lifecycle.security is not None
    assert lifecycle.security.actor is not None
    assert lifecycle.security.actor.meta == {"role": "admin"}
    assert lifecycle.security.policies == ("p",)


def test_what_one_node_runs_for_all_waits_until_this_one_leads(clock: Clock, log: list[str]) -> None:
    alone = Fake("alone", log)
    alone.singular = True  # type: ignore[misc]
    supervisor = make(clock, alone, Fake("web", log, requires=ids("alone")), Fake("host", log))
    supervisor.leads = False
    supervisor.start_all()
    assert log == ["start web", "start host"]
    assert supervisor.state(ids("alone")[0]) is State.UNKNOWN
    supervisor.leads = True
    supervisor.start_all()
    assert log == ["start web", "start host", "start alone"]
    supervisor.stop_all()
    assert supervisor.state(ids("alone")[0]) is State.STOPPED
