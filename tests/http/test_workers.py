"""What workers have in common, between real processes."""

import multiprocessing
import os
import signal
import time

import pytest

from runtime.http.watch import Watch
from runtime.http.workers import SharedRegistry, Workers
from runtime.registry.change import Change
from runtime.registry.kinds import KindTable
from runtime.registry.registry import Registry, Surroundings
from runtime.registry.sqlite_history import SqliteHistory

FORK = multiprocessing.get_context("fork")


@pytest.fixture
def workers():
    made = Workers()
    yield made
    made.close()
    assert not made._directory.exists()


def elsewhere(work):
    """Do work in a fork that lives on until it is killed; give what it found and the process."""
    here, there = FORK.Pipe()

    def run():
        there.send(work())
        signal.pause()

    process = FORK.Process(target=run)
    process.start()
    return here.recv(), process


def kill(process):
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    process.close()


def test_one_leads_and_another_takes_over_when_it_is_killed(workers):
    leads, leader = elsewhere(workers.lead)
    assert leads
    assert not workers.lead()
    kill(leader)
    assert workers.lead()
    assert workers.lead()
    leads, other = elsewhere(workers.lead)
    assert not leads
    kill(other)


def test_the_server_is_ready_as_long_as_a_worker_is(workers):
    assert not workers.any_ready
    _, first = elsewhere(lambda: workers.set_ready(True))
    _, second = elsewhere(lambda: workers.set_ready(True))
    assert workers.any_ready
    kill(first)
    assert workers.any_ready
    kill(second)
    assert not workers.any_ready
    workers.set_ready(True)
    assert workers.any_ready
    workers.set_ready(False)
    assert not workers.any_ready


def test_a_new_configuration_has_a_new_history(workers):
    one, other = object(), object()
    assert workers.history(one) == workers.history(one) != workers.history(other)


def test_the_exit_code_is_told(workers):
    assert workers.exit_code == 0
    _, process = elsewhere(lambda: setattr(workers, "exit_code", 7))
    kill(process)
    assert workers.exit_code == 7


def test_only_one_changes_the_registry(workers):
    _, other = elsewhere(workers.begin_turn)
    shared = SharedRegistry(workers, workers.history(None))
    assert not workers._lock(2, 2)
    kill(other)
    with shared.turn:
        pass
    with shared.turn:
        pass


def registry(path, **how):
    return Registry(KindTable(), Surroundings(history=SqliteHistory(path), **how))


def plain(name, value):
    from http_fakes import entry

    return entry(f"app:{name}", "registry.entry", value=value)


def test_registries_follow_one_another(tmp_path):
    ours, theirs = (registry(tmp_path / "history.db", follows=True) for _ in range(2))
    for each in (ours, theirs):
        each.load([plain("file", 1)])
    heard = []
    theirs.subscribe(heard.append)
    assert ours.apply([Change.create(plain("a", 1))]) == 1
    theirs.catch_up()
    assert theirs.version == 1
    assert [str(change.id) for change in heard[0].changes] == ["app:a"]
    theirs.catch_up()
    assert len(heard) == 1
    # A change builds on what others did, also on what was not yet taken over.
    assert theirs.apply([Change.update(plain("a", 2))]) == 2
    assert ours.apply([Change.create(plain("b", 1))]) == 3
    theirs.catch_up()
    assert [entry.data["value"] for entry in theirs.all()] == [2, 1, 1]
    ours.apply_version(1)
    theirs.catch_up()
    assert [str(entry.id) for entry in theirs.all()] == ["app:a", "app:file"]
    late = registry(tmp_path / "history.db", follows=True)
    late.load([plain("file", 1)])
    assert late.version == 1
    for each in (ours, theirs, late):
        each.close()


def test_changed_files_are_noticed(tmp_path):
    (tmp_path / "src" / ".hidden").mkdir(parents=True)
    source, config = tmp_path / "src" / "a.lua", tmp_path / "wippy.lock"
    source.write_text("1")
    watch = Watch.of(tmp_path, (tmp_path / "src",))
    assert watch.changed() == ""
    time.sleep(0.01)  # for file systems whose clocks are coarse
    source.write_text("2 ")
    assert watch.changed() == str(source)
    assert watch.changed() == ""
    config.write_text("x")
    assert watch.changed() == str(config)
    (tmp_path / "src" / ".hidden" / "x").write_text("x")
    assert watch.changed() == ""
    source.unlink()
    assert watch.changed() == str(source)
