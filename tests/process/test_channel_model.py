"""Channels against a model: random operations of many tasks give what a simple simulation of them gives."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

import gevent
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.lua.errors import LuaError
from runtime.process.channel import Case, Channel, select
from runtime.process.context import EMPTY
from runtime.process.pid import PidSource
from runtime.process.process import Process
from runtime.process.scheduler import Scheduler


class Alone:
    """As much of a node as one process needs."""

    def __init__(self):
        self.scheduler = Scheduler()
        self.processes = self

    def ended(self, process):
        pass


@dataclass
class Line:
    """A channel as the documentation describes it: values, and numbers of those who wait, oldest first."""

    capacity: int
    values: deque = field(default_factory=deque)
    receivers: list = field(default_factory=list)
    senders: list = field(default_factory=list)
    closed: bool = False


class Model:
    """What should come of operations; `results` maps the number of an operation to its result."""

    def __init__(self, capacities):
        self.lines = [Line(capacity) for capacity in capacities]
        self.results = {}

    def leave(self, number):
        for line in self.lines:
            line.receivers = [waiting for waiting in line.receivers if waiting[0] != number]
            line.senders = [waiting for waiting in line.senders if waiting[0] != number]

    def finish(self, number, result):
        self.leave(number)
        self.results[number] = result

    def try_send(self, at, value):
        line = self.lines[at]
        if line.receivers:
            number, arm = line.receivers[0]
            self.finish(number, (arm, value, True))
            return True
        if len(line.values) < line.capacity:
            line.values.append(value)
            return True
        return False

    def try_receive(self, at):
        line = self.lines[at]
        if line.values:
            value = line.values.popleft()
            if line.senders:
                number, arm, waiting = line.senders[0]
                line.values.append(waiting)
                self.finish(number, (arm, waiting, True))
            return value, True
        if line.senders:
            number, arm, value = line.senders[0]
            self.finish(number, (arm, value, True))
            return value, True
        return (None, False) if line.closed else None

    def close(self, at):
        line = self.lines[at]
        if not line.closed:
            line.closed = True
            for number, arm in list(line.receivers):
                if number not in self.results:
                    self.finish(number, (arm, None, False))
            for number, arm, value in list(line.senders):
                if number not in self.results:
                    self.finish(number, (arm, value, False))

    def select(self, number, arms, default):
        """Carry out arms (channel, value or None for a receive)."""
        for arm, (at, value) in enumerate(arms):
            if value is None:
                taken = self.try_receive(at)
                if taken is not None:
                    self.results[number] = (arm, *taken)
                    return
            elif self.lines[at].closed:
                self.results[number] = "closed"
                return
            elif self.try_send(at, value):
                self.results[number] = (arm, value, True)
                return
        if default:
            self.results[number] = "default"
            return
        for arm, (at, value) in enumerate(arms):
            line = self.lines[at]
            if value is None:
                line.receivers.append((number, arm))
            else:
                line.senders.append((number, arm, value))


OPERATIONS = st.one_of(
    st.tuples(st.just("send"), st.integers(0, 2), st.integers(1, 99)),
    st.tuples(st.just("receive"), st.integers(0, 2)),
    st.tuples(st.just("close"), st.integers(0, 2)),
    st.tuples(
        st.just("select"),
        st.lists(st.tuples(st.integers(0, 2), st.one_of(st.none(), st.integers(1, 99))), min_size=1, max_size=4),
        st.booleans(),
    ),
)


def turn(node):
    """Let all run that can."""
    while node.scheduler.queue:
        gevent.sleep(0)


def perform(channels, operation):
    """Carry out an operation on real channels, in a task; give the result as the model has it."""
    kind, *rest = operation
    try:
        if kind == "send":
            sent = channels[rest[0]].send(rest[1])
            return (0, rest[1], sent is True)
        if kind == "receive":
            return (0, *channels[rest[0]].receive())
        if kind == "close":
            channels[rest[0]].close()
            return "done"
        cases = [Case(channels[at], sends=value is not None, value=value) for at, value in rest[0]]
        chosen = select(cases, default=rest[1])
        if chosen is None:
            return "default"
        return (cases.index(chosen[0]), *chosen[1:])
    except LuaError as error:
        return "closed" if "send on closed channel" in str(error) else str(error)


def expect(model, number, operation):
    kind, *rest = operation
    if kind == "close":
        model.close(rest[0])
        model.results[number] = "done"
    elif kind == "select":
        model.select(number, *rest)
    else:
        model.select(number, [(rest[0], rest[1] if kind == "send" else None)], False)


def as_raised(operation, result):
    """Give a blocked select whose channel was closed under its send the form of the error that it raises."""
    if operation[0] == "select" and isinstance(result, tuple) and not result[2]:
        arm, value, _ = result
        if operation[1][arm][1] is not None:
            return "closed"
        return (arm, value, False)
    return result


@settings(deadline=None, max_examples=300)
@given(st.lists(st.integers(0, 2), min_size=3, max_size=3), st.lists(OPERATIONS, max_size=30))
def test_channels_behave_as_the_model(capacities, operations):
    node = Alone()
    process = Process(node, PidSource().next("test"), "test", EMPTY)
    channels = [Channel(capacity) for capacity in capacities]
    model, results = Model(capacities), {}

    def task(number, operation):
        def body():
            results[number] = perform(channels, operation)
            return ()

        return body

    for number, operation in enumerate(operations):
        process.add_task(task(number, operation))
        turn(node)
        expect(model, number, operation)
        wanted = {key: as_raised(operations[key], result) for key, result in model.results.items()}
        assert results == wanted
    process.terminate()
    turn(node)
    node.scheduler.close()
    assert process.finished
    assert not process.tasks
