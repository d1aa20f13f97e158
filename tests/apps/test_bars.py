"""What the runtime promises of a busy server: many processes, endless loops, requests under way at the end."""

import signal
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from apps_servers import ask

ADDED = 0.050  # seconds by which a loop may delay other requests
ROUNDS = 3  # the machine itself may stop everything for a moment, though not thrice


def test_a_thousand_processes_in_one_request(bars):
    began = time.monotonic()
    answer = bars.ask("POST", "/crowd/1000")
    took = time.monotonic() - began
    print(f"1,000 processes spawned, asked and heard in {took * 1000:.0f} ms")
    assert answer.status == 200, answer.text
    assert (answer.json["spawned"], answer.json["right"]) == (1000, 1000)
    assert took < 10


def test_crowds_side_by_side(bars):
    with ThreadPoolExecutor(4) as clients:
        answers = list(clients.map(lambda _: bars.ask("POST", "/crowd/200").json, range(4)))
    assert [answer["right"] for answer in answers] == [200] * 4


@pytest.mark.parametrize("form", ["empty", "errors", "modules"])
def test_an_endless_loop_delays_nobody_by_much(bars, form):
    usual = statistics.median(latencies(bars))
    assert bars.ask("POST", f"/loops/{form}").json == {"spinning": True}
    try:
        used = cpu_seconds(bars)
        began = time.monotonic()
        added = min(worst_delay(bars, form, usual) for _ in range(ROUNDS))
        busy = (cpu_seconds(bars) - used) / (time.monotonic() - began)
    finally:
        ended = bars.ask("DELETE", f"/loops/{form}").json
    assert ended == {"ended": True}
    assert busy > 0.3, f"the loop did not spin: {busy:.0%} of a core"
    assert added <= ADDED


def worst_delay(server, form, usual):
    during = latencies(server)
    added = max(during) - usual
    middle = (statistics.median(during) - usual) * 1000
    print(f"{form} loop: usual {usual * 1000:.1f} ms; added {middle:.1f} ms (median), {added * 1000:.1f} ms (worst)")
    return added


def latencies(server, requests=100):
    connection = server.connect()
    try:
        times = []
        for _ in range(requests):
            began = time.monotonic()
            assert ask(connection, "GET", "/ping").json == {"pong": True}
            times.append(time.monotonic() - began)
        return times
    finally:
        connection.close()


def cpu_seconds(server):
    """Add up what the server's worker processes have used."""
    pid = server.process.pid
    total = 0
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        fields = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / 100


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_request_under_way_finishes(bars_project, serve, number):
    server = serve(bars_project)
    with ThreadPoolExecutor(1) as client:
        duration = "1s" if number == signal.SIGTERM else "500ms"
        answer = client.submit(server.ask, "GET", f"/sleep/{duration}")
        time.sleep(0.3)
        began = time.monotonic()
        assert server.end(number) == 0
        took = time.monotonic() - began
        assert answer.result().json == {"slept": duration}
    assert took < 3
    with pytest.raises(ConnectionError):
        server.ask("GET", "/ping")
    assert "Traceback" not in server.log


def test_an_endless_loop_does_not_keep_the_server_from_ending(bars_project, serve):
    server = serve(bars_project)
    assert server.ask("POST", "/loops/empty").status == 200
    assert server.end() == 0
    assert "Traceback" not in server.log
