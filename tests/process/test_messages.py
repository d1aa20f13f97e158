"""Mailboxes: routing by topic, order, what arrives (semantics 1.3 to 1.6)."""

from __future__ import annotations

import logging
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lua_node import LuaNode

from runtime.lua.table import Table


def test_messages_tell_topic_sender_and_payload(lua):
    sends = ['"tøpic", {n = 1}', '"none"', '"two", 1, "b"']
    lua.process("child", " ".join(f"process.send(..., {send})" for send in sends))
    body = """
    local pid = process.spawn("app:child", "app:host", process.pid())
    local first, none, two = process.inbox():receive(), process.inbox():receive(), process.inbox():receive()
    return {
        first:topic(), first:from() == pid, first:payload():data().n, first:payload():get_format(),
        none:payload() == nil, #two:payload(), two:payload()[2]:data(),
    }
    """
    assert lua.run(body) == ["tøpic", True, 1, "lua/any", True, 2, "b"]


def test_a_listener_takes_its_topic_and_the_inbox_the_rest(lua):
    body = """
    local me = process.pid()
    process.send(me, "a", 1)
    process.send(me, "b", 2)
    process.send(me, "a", 3)
    local a = process.listen("a")
    local b = process.inbox():receive()
    local seen = {a:receive(), b:topic(), a:receive()}
    seen[4] = process.listen("a") == a
    seen[5] = process.unlisten(a)
    seen[6] = select(2, a:receive())
    process.send(me, "a", 4)
    seen[7] = process.inbox():receive():payload():data()
    local ok, err = process.unlisten(a)
    seen[8], seen[9] = ok, err:kind()
    return seen
    """
    assert lua.run(body) == [1, "b", 3, True, True, False, 4, False, "Invalid"]


def test_raw_values_and_message_mode(lua):
    body = """
    local me = process.pid()
    local raw = process.listen("raw")
    process.send(me, "raw")
    process.send(me, "raw", 1, 2)
    process.send(me, "raw", payload.new({x = 5}))
    local none, ok = raw:receive()
    local two = raw:receive()
    local five = raw:receive()
    process.listen("raw", {message = true})
    process.send(me, "raw", 7)
    local message = raw:receive()
    return {none == nil, ok, #two, five.x, message:topic(), message:payload():data()}
    """
    assert lua.run(body) == [True, True, 2, 5, "raw", 7]


def test_a_channel_of_the_program_can_be_subscribed(lua):
    body = """
    local me = process.pid()
    local small = channel.new(1)
    assert(subscribe("t", small))
    local again = subscribe("t", small)
    local other, err = subscribe("t", channel.new())
    for n = 1, 5 do process.send(me, "t", n) end
    local seen = {again, other == nil, err:kind()}
    for _ = 1, 3 do seen[#seen + 1] = small:receive() end
    seen[#seen + 1] = unsubscribe(small)
    for _ = 1, 3 do seen[#seen + 1] = tostring((small:receive())) end
    seen[#seen + 1] = unsubscribe(small)
    return seen
    """
    assert lua.run(body) == [True, True, "AlreadyExists", 1, 2, 3, True, "4", "5", "nil", False]


def test_closing_the_channel_ends_the_subscription(lua):
    body = """
    local me = process.pid()
    local topic = process.listen("t")
    topic:close()
    process.send(me, "t", 1)
    local inbox = process.inbox()
    local first = inbox:receive():payload():data()
    inbox:close()
    process.send(me, "t", 2)
    return {first, process.inbox():receive():payload():data(), process.inbox() ~= inbox}
    """
    assert lua.run(body) == [1, 2, True]


def test_messages_are_copies(lua):
    body = """
    local sent = {list = {1}}
    process.send(process.pid(), "t", sent, sent)
    sent.list[1] = 2
    local payloads = process.inbox():receive():payload()
    local one, other = payloads[1]:data(), payloads[2]:data()
    one.list[1] = 3
    return {one.list[1], other.list[1], payloads[1]:data().list[1]}
    """
    assert lua.run(body) == [3, 1, 1]


def test_what_cannot_leave_its_process_is_nil_with_one_warning_a_line(lua, caplog):
    caplog.set_level(logging.WARNING, "wippy.process")
    body = """
    for _ = 1, 3 do
        process.send(process.pid(), "t", {inner = {f = print, n = 1}, ch = channel.new(), g = print})
    end
    local got = process.inbox():receive():payload():data()
    return {got.inner.n, got.inner.f == nil, got.ch == nil}
    """
    assert lua.run(body) == [1, True, True]
    texts = [record.getMessage() for record in caplog.records]
    assert len(texts) == 1
    assert texts[0].startswith("app:run1:4: a ")
    assert "cannot leave its process; field '" in texts[0]


def test_errors_times_and_payloads_survive(lua):
    lua.process("echo", "return (...)")
    body = """
    local time = require("time")
    local err = errors.new{message = "m", kind = errors.CONFLICT, details = {list = {1, 2}}}
    local got = process.exec("app:echo", "app:host", {err = err, at = time.unix(5, 0), p = payload.new({1})})
    return {got.err:kind(), #got.err:details().list, got.at:unix(), got.p:data()[1]}
    """
    assert lua.run(body) == ["Conflict", 2, 5, 1]


def test_many_messages_to_oneself(lua):
    body = """
    for n = 1, 100000 do process.send(process.pid(), "t", n) end
    local sum = 0
    for _ = 1, 100000 do sum = sum + process.inbox():receive():payload():data() end
    return sum
    """
    assert lua.run(body) == 5000050000


SENDER = """
local target, sender, count, pauses = ...
for n = 1, count do
    process.send(target, "t", {sender, n})
    if pauses[n] == 1 then coroutine.yield() elseif pauses[n] == 2 then require("time").sleep("1ms") end
end
"""
RECEIVER = """
local expected, pauses = ...
local got = {}
for n = 1, expected do
    got[n] = process.inbox():receive():payload():data()
    if pauses[n] == 1 then coroutine.yield() elseif pauses[n] == 2 then require("time").sleep("1ms") end
end
local r = channel.select{process.inbox():case_receive(), default = true}
return {got = got, empty = r.default == true}
"""


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(counts=st.lists(st.integers(0, 12), min_size=1, max_size=8), seed=st.integers(0, 2**32))
def test_nothing_is_lost_doubled_or_overtaken(shared, counts, seed):
    chance = random.Random(seed)

    def pauses(number):
        return Table.from_list([chance.choice([0, 0, 1, 2]) for _ in range(number)] + [0])

    total = sum(counts)
    receiver = shared.spawn("receiver", total, pauses(total))
    for sender, count in enumerate(counts):
        shared.spawn("sender", str(receiver.pid), sender, count, pauses(count))
    outcome = receiver.completion.wait()
    assert outcome.error is None, outcome.error
    assert outcome.value.get("empty") is True
    got = [(pair.get(1), pair.get(2)) for pair in outcome.value.get("got").array]
    for sender, count in enumerate(counts):
        assert [number for origin, number in got if origin == sender] == list(range(1, count + 1))
    assert len(got) == total


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    made = LuaNode(tmp_path_factory.mktemp("node"))
    made.process("sender", SENDER)
    made.process("receiver", RECEIVER)
    yield made
    made.close()
