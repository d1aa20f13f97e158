"""Random programs under random schedules, on virtual time: what the contract promises of messages, monitors and links.

Every process carries out a script of its own while a coroutine of it reads its inbox. What succeeds is told to a
journal, in the very turn in which it happens, so that the journal has the true order of things.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lua_node import HOST
from virtual_node import VirtualNode

from runtime.binding import LuaValue, Module, Table, Text
from runtime.process.context import EMPTY
from runtime.process.processes import SpawnRequest
from runtime.registry.entry import EntryId

ACTOR = """
local time = require("time")
local me, script, traps = ...
if traps then process.set_options{trap_links = true} end
local inbox, events = process.inbox(), process.events()
local count = 0

coroutine.spawn(function()
    while true do
        local message = inbox:receive()
        journal.received(process.pid(), message:from(), message:payload():data())
    end
end)
coroutine.spawn(function()
    while true do
        local event = events:receive()
        journal.heard(process.pid(), event.kind, event.from)
    end
end)

local op = {}
function op.send(to)
    count = count + 1
    if process.send(to, "number", count) then journal.sent(process.pid(), to, count) end
end
function op.burst(to) for _ = 1, 5 do op.send(to) end end
function op.give_way() coroutine.yield() end
function op.sleep() time.sleep(me .. "ms") end
function op.monitor(to) if process.monitor(to) then journal.tie("monitor", process.pid(), to) end end
function op.unmonitor(to) if process.unmonitor(to) then journal.tie("unmonitor", process.pid(), to) end end
function op.link(to) if process.link(to) then journal.tie("link", process.pid(), to) end end
function op.unlink(to) if process.unlink(to) then journal.tie("unlink", process.pid(), to) end end
function op.terminate(to) process.terminate(to) end
function op.spawn()
    count = count + 1
    process.spawn_linked_monitored("app:child", "app:host", count % 2 == 0)
end
function op.fail() error("as the script says") end
function op.finish() return true end

process.listen("begin"):receive()
for _, step in ipairs(script) do
    if op[step[1]](journal.pid(step[2])) then return end
end
process.listen("end"):receive()
"""
CHILD = """
for n = 1, 3 do coroutine.yield() end
if ... then error("no") end
"""


@dataclass
class Journal:
    """What happened, in order."""

    entries: list[tuple] = field(default_factory=list)
    pids: list[str] = field(default_factory=list)

    def module(self) -> Table:
        made = Module("journal")

        @made.function
        def sent(sender: Text, receiver: Text, number: int) -> None:
            self.entries.append(("sent", sender, receiver, number))

        @made.function
        def received(receiver: Text, sender: Text, number: int) -> None:
            self.entries.append(("received", sender, receiver, number))

        @made.function
        def heard(listener: Text, kind: Text, origin: Text) -> None:
            self.entries.append(("heard", listener, kind, origin))

        @made.function
        def tie(kind: Text, one: Text, other: Text) -> None:
            self.entries.append((kind, one, other))

        @made.function
        def pid(index: LuaValue) -> Text:
            return Text(self.pids[index % len(self.pids)] if isinstance(index, int) else "")

        return made.table()

    def of(self, kind: str) -> list[tuple]:
        return [entry[1:] for entry in self.entries if entry[0] == kind]


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    made = VirtualNode(tmp_path_factory.mktemp("node"))
    made.process("actor", ACTOR)
    made.process("child", CHILD)
    yield made
    made.close()


def play(node: VirtualNode, scripts, traps, seed: int) -> tuple[Journal, list]:
    """Let actors carry out their scripts; give the journal, and the processes that they were."""
    journal = Journal()
    node.node.code.always["journal"] = journal.module()
    processes = []
    for number, (script, trap) in enumerate(zip(scripts, traps, strict=True), 1):
        steps = Table.from_list([Table.from_list(list(step)) for step in script])
        request = SpawnRequest(EntryId("app", "actor"), EntryId.parse(HOST), (number, steps, trap), EMPTY)
        process = node.carry_out(lambda request=request: node.node.processes.spawn(request))
        process.completion.listen(
            lambda outcome, process=process: journal.entries.append(("ended", str(process.pid), outcome.error))
        )
        processes.append(process)
    node.settle()
    journal.pids = [str(process.pid) for process in processes]
    node.shuffle(seed)
    for word in ("begin", "end"):
        for process in random.Random(seed).sample(processes, len(processes)):
            if not process.finished:
                tell(node, process, word)
        node.pass_time(1.0)
        journal.entries.append((word,))
    assert all(process.finished for process in processes)
    assert node.node.processes.topology.is_empty()
    return journal, processes


def tell(node: VirtualNode, process, topic: str) -> None:
    from runtime.process.message import Envelope

    process.deliver(Envelope(None, topic, (1,)))


def steps(*names: str):
    """Make scripts of some operations, each with the number of a process to do it to."""
    return st.lists(st.tuples(st.sampled_from(names), st.integers(0, 5)), max_size=10)


def casts(script):
    """Make as many scripts as there are actors, and whether each traps links."""
    return st.integers(2, 6).flatmap(
        lambda size: st.tuples(
            st.lists(script, min_size=size, max_size=size),
            st.lists(st.booleans(), min_size=size, max_size=size),
        )
    )


def examples(count: int):
    return settings(max_examples=count, deadline=None, suppress_health_check=list(HealthCheck))


PEACEFUL = steps("send", "burst", "give_way", "sleep")
ROUGH = steps(
    "send",
    "burst",
    "give_way",
    "sleep",
    "monitor",
    "unmonitor",
    "link",
    "unlink",
    "terminate",
    "spawn",
    "fail",
    "finish",
)


def by_pair(messages):
    """Group the numbers of messages by sender and receiver, in their order."""
    found = defaultdict(list)
    for sender, receiver, number in messages:
        found[sender, receiver].append(number)
    return found


@examples(60)
@given(cast=casts(PEACEFUL), seed=st.integers(0, 2**32))
def test_messages_arrive_once_and_in_order(node, cast, seed):
    journal, _ = play(node, *cast, seed)
    assert by_pair(journal.of("received")) == by_pair(journal.of("sent"))


@examples(150)
@given(cast=casts(ROUGH), seed=st.integers(0, 2**32))
def test_nothing_is_lost_doubled_or_overtaken_whoever_ends(node, cast, seed):
    journal, _ = play(node, *cast, seed)
    sent, received = by_pair(journal.of("sent")), by_pair(journal.of("received"))
    # Those who lived when all scripts were over had time to read everything.
    calm = journal.entries.index(("begin",))
    ended = {entry[1] for entry in journal.entries[:calm] if entry[0] == "ended"}
    for pair, numbers in received.items():
        assert numbers == sent[pair][: len(numbers)]
    for (sender, receiver), numbers in sent.items():
        if receiver not in ended:
            assert received[sender, receiver] == numbers


@dataclass
class Ties:
    """Monitors and links as the contract describes them, replayed from a journal."""

    traps: dict[str, bool]
    monitors: set[tuple[str, str]] = field(default_factory=set)
    links: set[frozenset[str]] = field(default_factory=set)
    expected: Counter = field(default_factory=Counter)
    doomed: set[str] = field(default_factory=set)

    def replay(self, entries) -> None:
        for entry in entries:
            match entry:
                case ("monitor", one, other):
                    self.monitors.add((one, other))
                case ("unmonitor", one, other):
                    self.monitors.discard((one, other))
                case ("link", one, other) if one != other:
                    self.links.add(frozenset((one, other)))
                case ("unlink", one, other):
                    self.links.discard(frozenset((one, other)))
                case ("ended", pid, error):
                    self._end(pid, failed=error is not None)

    def _end(self, pid: str, *, failed: bool) -> None:
        for watcher, _ in [tie for tie in self.monitors if tie[1] == pid]:
            self.expected[watcher, "pid.exit", pid] += 1
        linked = [next(iter(link - {pid})) for link in self.links if pid in link]
        for other in linked if failed else ():
            if self.traps[other]:
                self.expected[other, "pid.link.down", pid] += 1
            else:
                self.doomed.add(other)
        self.monitors = {tie for tie in self.monitors if pid not in tie}
        self.links = {link for link in self.links if pid not in link}


@examples(150)
@given(cast=casts(ROUGH), seed=st.integers(0, 2**32))
def test_monitors_fire_once_and_links_carry_failures(node, cast, seed):
    journal, processes = play(node, *cast, seed)
    known = [str(process.pid) for process in processes]
    parents = {pid for pid, script in zip(known, cast[0], strict=True) if any(step[0] == "spawn" for step in script)}
    ties = Ties(dict(zip(known, cast[1], strict=True)))
    ties.replay(journal.entries)
    fates = {str(process.pid): process.outcome.error for process in processes}
    for pid in ties.doomed:
        assert fates[pid] is not None
    for pid, error in fates.items():
        if pid not in parents and "linked process failed" in str(error):
            assert pid in ties.doomed
    # Who ended may have had no turn to read what was delivered; who lived through the scripts heard everything of them.
    heard = Counter(entry for entry in journal.of("heard") if entry[2] in known and entry[1] != "pid.cancel")
    assert heard <= ties.expected
    calm = journal.entries.index(("begin",))
    before = Ties(ties.traps)
    before.replay(journal.entries[:calm])
    ended = {entry[1] for entry in journal.entries[:calm] if entry[0] == "ended"}
    for event, count in before.expected.items():
        if event[0] not in ended:
            assert heard[event] == count == 1


@examples(60)
@given(ready=st.lists(st.sampled_from(["empty", "full", "closed"]), min_size=1, max_size=6), rounds=st.integers(1, 8))
def test_select_takes_the_first_ready_case_in_the_order_of_the_program(node, ready, rounds):
    body = """
    local states, rounds = ...
    local channels, cases = {}, {}
    for n, state in ipairs(states) do
        channels[n] = channel.new(rounds)
        if state == "full" then for k = 1, rounds do channels[n]:send(k) end end
        if state == "closed" then channels[n]:close() end
        cases[n] = channels[n]:case_receive()
    end
    cases.default = true
    local taken = {}
    for _ = 1, rounds do
        local r = channel.select(cases)
        for n, ch in ipairs(channels) do if r.channel == ch then taken[#taken + 1] = n end end
        if r.default then taken[#taken + 1] = 0 end
    end
    return taken
    """
    first = next((number for number, state in enumerate(ready, 1) if state != "empty"), 0)
    assert node.run(body, Table.from_list(ready), rounds) == [first] * rounds


@examples(40)
@given(count=st.integers(1, 6), values=st.integers(1, 30), seed=st.integers(0, 2**32))
def test_receivers_of_one_channel_take_turns(node, count, values, seed):
    """Whoever has waited longest is served next, so that all get their share."""
    node.shuffle(seed)
    body = """
    local count, values = ...
    local ch, shares = channel.new(), {}
    for n = 1, count do
        shares[n] = 0
        coroutine.spawn(function()
            while true do
                local _, ok = ch:receive()
                if not ok then return end
                shares[n] = shares[n] + 1
            end
        end)
    end
    for v = 1, values do ch:send(v) coroutine.yield() end
    ch:close()
    return shares
    """
    shares = node.run(body, count, values)
    assert sum(shares) == values
    assert max(shares) - min(shares) <= 1
