"""The bridge between greenlets and asyncio, by itself."""

import asyncio
import subprocess
import sys
import threading
from pathlib import Path

import gevent
import pytest
from temporal_world import until

from runtime.temporal.bridge import Bridge


@pytest.fixture
def bridge():
    made = Bridge()
    made.hold()
    yield made
    made.release()
    assert not made.running


async def add(a, b):
    await asyncio.sleep(0.001)
    return a + b


def test_a_greenlet_waits_for_a_coroutine_while_others_run(bridge):
    ticks = []
    ticker = gevent.spawn(lambda: [(gevent.sleep(0.001), ticks.append(1)) for _ in range(5)])

    async def slow():
        await asyncio.sleep(0.05)
        return threading.get_ident()

    assert bridge.run(slow()) != threading.get_ident()
    assert len(ticks) == 5
    ticker.join()


def test_many_greenlets_wait_at_once(bridge):
    jobs = [gevent.spawn(bridge.run, add(number, 1)) for number in range(200)]
    gevent.joinall(jobs)
    assert [job.value for job in jobs] == list(range(1, 201))


def test_an_error_is_raised_where_somebody_waits(bridge):
    async def fail():
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        bridge.run(fail())


def test_a_wait_has_a_limit_and_ends_the_coroutine(bridge):
    ended = []

    async def endless():
        try:
            await asyncio.sleep(60)
        finally:
            ended.append(1)

    with pytest.raises(TimeoutError):
        bridge.run(endless(), timeout=0.02)
    until(lambda: ended)


def test_who_is_ended_while_waiting_ends_the_coroutine(bridge):
    began, ended = [], []

    async def endless():
        try:
            began.append(1)
            await asyncio.sleep(60)
        finally:
            ended.append(1)

    waiting = gevent.spawn(bridge.run, endless())
    until(lambda: began)
    waiting.kill()
    until(lambda: ended)


def test_coroutines_call_functions_on_the_thread_of_the_hub(bridge):
    def work(number):
        gevent.sleep(0.001)  # it may wait
        return number, threading.get_ident()

    async def ask():
        return await asyncio.gather(*(bridge.call(work, number) for number in range(20)))

    assert bridge.run(ask()) == [(number, threading.get_ident()) for number in range(20)]


def test_an_error_of_a_called_function_reaches_the_coroutine(bridge):
    def fail():
        raise KeyError("k")

    async def ask():
        try:
            await bridge.call(fail)
        except KeyError:
            return "caught"

    assert bridge.run(ask()) == "caught"


def test_a_called_function_whose_greenlet_is_ended_is_cancelled(bridge):
    def end_yourself():
        raise gevent.GreenletExit

    async def ask():
        with pytest.raises(asyncio.CancelledError):
            await bridge.call(end_yourself)
        return "gone"

    assert bridge.run(ask()) == "gone"


def test_what_still_runs_is_cancelled_with_the_last_holder():
    bridge = Bridge()
    bridge.hold()
    bridge.hold()
    ended, told = [], []

    async def endless():
        try:
            await asyncio.sleep(60)
        finally:
            ended.append(1)

    bridge.begin(endless(), lambda: told.append(1))
    bridge.release()
    assert bridge.running
    assert bridge.run(add(1, 2)) == 3
    bridge.release()
    assert ended == [1]
    assert not bridge.running
    assert not [thread for thread in threading.enumerate() if thread.name == "asyncio"]


def test_a_bridge_can_be_held_again(bridge):
    bridge.release()
    with pytest.raises(RuntimeError, match="hold the bridge first"):
        bridge.run(add(1, 2))
    bridge.hold()
    assert bridge.run(add(1, 2)) == 3


def test_it_works_with_what_a_node_patches_and_stays_idle():
    """In a process of its own: both loops serve sockets, nobody burns the processor, and everything ends."""
    program = Path(__file__).parent / "patched_bridge.py"
    done = subprocess.run([sys.executable, str(program)], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "done\n"
