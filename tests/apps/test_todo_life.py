"""Starts, restarts and ends of the example application."""

import re
from concurrent.futures import ThreadPoolExecutor

import yaml
from apps_servers import Server, free_port


def test_data_survives_a_restart(todo, serve):
    first = serve(todo)
    made = first.ask("POST", "/api/todos", {"title": "stay"}).json
    assert first.end() == 0
    assert "Traceback" not in first.log

    second = serve(todo)
    assert second.ask("GET", "/api/todos").json == {"todos": [made]}
    # What a process keeps in memory ends with it.
    assert second.ask("GET", "/api/stats").json["events"]["created"] == 0


def test_the_log_tells_what_lua_wrote(todo, serve):
    server = serve(todo)
    assert re.search(r"INFO +app\.events:counter:\d+ counting events ", server.log)
    assert server.end() == 0
    assert re.search(r"INFO +app\.events:counter:\d+ no longer counting .*created=0", server.log)


def test_several_workers_share_the_data(todo, serve):
    server = serve(todo, "--workers", "2")
    with ThreadPoolExecutor(8) as clients:
        answers = list(clients.map(lambda n: server.ask("POST", "/api/todos", {"title": f"{n}"}), range(40)))
    assert {answer.status for answer in answers} == {201}
    assert len(server.ask("GET", "/api/todos").json["todos"]) == 40
    assert server.end() == 0
    assert "Traceback" not in server.log


def test_a_failed_process_is_started_again(todo, serve):
    """An event of an unknown kind is a mistake that ends the counter; the supervisor starts another."""
    endpoint = todo / "src" / "api" / "broken.lua"
    endpoint.write_text(
        'return function()\n    return process.send("app.events.counter", "event", {kind = "odd"})\nend\n'
    )
    index = todo / "src" / "events" / "_index.yaml"
    entries = yaml.safe_load(index.read_text())
    service = next(entry for entry in entries["entries"] if entry["kind"] == "process.service")
    service["lifecycle"]["restart"]["initial_delay"] = "50ms"
    index.write_text(yaml.safe_dump(entries))

    server = serve(todo)
    assert server.ask("POST", "/api/todos", {"title": "one"}).status == 201
    assert server.ask("GET", "/api/stats").json["events"]["created"] == 1
    assert server.ask("GET", "/api/broken").status == 200
    states = set()
    for _ in range(200):
        answer = server.ask("GET", "/api/stats")
        states.add(answer.status)
        if answer.status == 200 and answer.json["events"]["created"] == 0:
            break
    else:
        raise AssertionError(f"the counter did not come back: {states}")
    assert states <= {200, 503, 504}
    assert re.search(r"app\.events:counter:\d+: .*arithmetic on a nil value", server.log)
    assert "Traceback" not in server.log


def test_wippy_run_serves_it_too(todo):
    port = free_port()
    server = Server(todo, port, "run", "--override", f"app:gateway:addr=127.0.0.1:{port}")
    try:
        assert server.ask("POST", "/api/todos", {"title": "run"}).status == 201
        assert server.ask("GET", "/api/stats").json["events"]["created"] == 1
        assert "<h1>Todos</h1>" in server.ask("GET", "/").text
        assert server.ask("GET", "/api/broken").status == 500
        assert server.end() == 0
        assert "in theme_of" in server.log
        assert "Traceback" not in server.log
    finally:
        server.kill()
