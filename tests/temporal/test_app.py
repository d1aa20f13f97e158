"""Whole applications with a Temporal server: served, run, and killed."""

import json
import os
import random
import signal
import urllib.request

import gevent
import pytest
from temporal_app import App, end
from temporal_world import until

IN_FLIGHT = 200


@pytest.fixture
def app(server, tmp_path):
    return App(tmp_path, server.address, f"app-{os.getpid()}-{tmp_path.name}")


def test_an_http_request_of_a_served_application_waits_for_a_workflow(app):
    """Under gunicorn, with what its worker makes cooperative."""
    process = app.begin("serve", "--bind", f"127.0.0.1:{app.port}", "--workers", "1")
    try:
        app.await_port(process)
        with urllib.request.urlopen(f"http://127.0.0.1:{app.port}/order/7", timeout=30) as answer:
            assert json.load(answer) == {"number": 7, "value": 10}
    finally:
        written = end(process)
    assert process.returncode == 0, written
    assert "Traceback" not in written, written
    assert "Error" not in written, written


def test_a_command_waits_for_a_workflow(app):
    process = app.begin("run", "once")
    written = end_of(process)
    assert (process.returncode, written) == (0, "42\n")


def end_of(process):
    return process.communicate(timeout=60)[0]


def test_nothing_is_lost_when_the_worker_is_killed_again_and_again(app, world):
    """200 workflows of three activities and three timers each, the worker ended with SIGKILL about every second."""
    chance = random.Random(7)
    queue = f"app-{os.getpid()}-{app.directory.name}"
    ids = [start(world, queue, number) for number in range(IN_FLIGHT)]
    completions = [world.client.outcome(one) for one in ids]
    kills, process = 0, app.begin("run")
    try:
        while not all(completion.outcome for completion in completions):
            assert kills < 40, f"{sum(one.outcome is None for one in completions)} workflows do not end"
            if kills < 6:
                app.await_port(process)
                gevent.sleep(chance.uniform(0.1, 0.6))  # the time of the kill is what the test is about
                end(process, signal.SIGKILL)
                kills += 1
                process = app.begin("run")
            else:
                until(lambda: all(completion.outcome for completion in completions), 120)
    finally:
        end(process)
    results = [completion.outcome for completion in completions]
    assert [result.error for result in results] == [None] * IN_FLIGHT
    assert [result.value["value"] for result in results] == [number + 3 for number in range(IN_FLIGHT)]
    assert kills >= 3, "they ended too soon to be disturbed"


def start(world, queue, number):
    from runtime.workflows.activation import Start
    from runtime.workflows.commands import StartOptions

    workflow_id = f"{queue}-{number}"
    begun = Start(workflow_id, "", "app:order", (str(number).encode(),), task_queue=queue)
    # The client of the test has a prefix for task queues, and the application none.
    world.plain_client().start(begun, StartOptions(task_timeout=2.0), ())
    return workflow_id
