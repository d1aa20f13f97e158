"""The pool of connections, with connections that only count."""

import gevent
import pytest
from lua_node import settle

from runtime.binding import Failure, Kind
from runtime.data.pool import Limits, Pool


class Link:
    def __init__(self):
        self.broken = False
        self.alive = True
        self.closed = False

    def is_alive(self):
        return self.alive

    def close(self):
        self.closed = True


def refused(pool):
    with pytest.raises(Failure) as caught:
        pool.take()
    return caught.value


def make(**limits):
    return Pool(Link, Limits(**limits))


def test_connections_are_used_again():
    pool = make()
    first = pool.take()
    pool.give_back(first)
    assert pool.take() is first
    assert pool.stats().open_connections == 1


def test_dead_broken_and_surplus_ones_are_closed():
    pool = make(max_idle=1)
    dead, broken, surplus, kept = (pool.take() for _ in range(4))
    pool.give_back(kept)
    pool.give_back(surplus)
    broken.broken = True
    pool.give_back(broken)
    assert pool.take() is kept
    pool.give_back(dead)
    dead.alive = False
    assert pool.take() not in (dead, broken, surplus)
    settle()
    assert [link.closed for link in (dead, broken, surplus, kept)] == [True, True, True, False]
    assert (pool.stats().max_idle_closed, pool.stats().open_connections) == (1, 2)


def test_old_ones_are_replaced():
    pool = make(max_lifetime=0.01)
    first = pool.take()
    gevent.sleep(0.02)
    pool.give_back(first)
    assert pool.take() is not first
    assert pool.stats().max_lifetime_closed == 1


def test_who_waits_longest_gets_the_next_and_no_newcomer_overtakes():
    pool = make(max_open=1)
    link = pool.take()
    order = []

    def use(name):
        taken = pool.take()
        order.append(name)
        gevent.sleep(0.001)
        pool.give_back(taken)

    waiting = [gevent.spawn(use, name) for name in range(3)]
    settle()
    pool.give_back(link)
    waiting.append(gevent.spawn(use, "late"))
    gevent.joinall(waiting, timeout=5, raise_error=True)
    assert order == [0, 1, 2, "late"]
    assert pool.stats().wait_count == 4
    assert pool.stats().wait_duration > 0


def test_who_is_ended_while_waiting_is_forgotten_and_passes_on_what_came():
    pool = make(max_open=1)
    link = pool.take()

    def hold():
        taken = pool.take()
        try:
            gevent.sleep(60)
        finally:
            pool.give_back(taken)

    first, second, third = gevent.spawn(pool.take), gevent.spawn(hold), gevent.spawn(pool.take)
    settle()
    first.kill()
    pool.give_back(link)  # to the second, who is ended at once
    second.kill()
    assert third.get(timeout=5) is link
    link.broken = True
    fourth = gevent.spawn(pool.take)
    settle()
    pool.give_back(link)
    assert fourth.get(timeout=5) is not link
    assert pool.stats().open_connections == 1


def test_a_connection_that_cannot_be_opened_leaves_its_place_to_the_next():
    tries = []

    def connect():
        tries.append(1)
        if len(tries) == 1:
            gevent.sleep(0.01)
            raise Failure(Kind.UNAVAILABLE, "no")
        return Link()

    pool = Pool(connect, Limits(max_open=1))
    failing = gevent.spawn(refused, pool)
    gevent.sleep(0)
    assert isinstance(pool.take(), Link)
    failing.get(timeout=5)
    assert pool.stats().open_connections == 1


def test_closing_turns_away_who_waits_and_closes_what_comes_back():
    pool = make(max_open=1)
    link = pool.take()
    waiting = gevent.spawn(refused, pool)
    settle()
    pool.close()
    assert waiting.get(timeout=5).kind == Kind.UNAVAILABLE
    pool.give_back(link)
    settle()
    assert link.closed
    with pytest.raises(Failure):
        pool.take()
    assert pool.stats().open_connections == 0
