"""The example application over HTTP."""

import re
from concurrent.futures import ThreadPoolExecutor

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def create(server, title="buy milk"):
    answer = server.ask("POST", "/api/todos", {"title": title})
    assert answer.status == 201
    return answer.json


def listed(server, state="all"):
    return {todo["id"]: todo for todo in server.ask("GET", f"/api/todos?filter={state}").json["todos"]}


def test_a_todo_from_its_creation_to_its_end(todo_server):
    answer = todo_server.ask("POST", "/api/todos", {"title": "  Grüße, 世界 "})
    todo = answer.json
    assert answer.status == 201
    assert answer.headers["location"] == f"/api/todos/{todo['id']}"
    assert TIME.fullmatch(todo.pop("created_at"))
    assert todo == {"id": todo["id"], "title": "Grüße, 世界", "completed": False}
    path = f"/api/todos/{todo['id']}"

    completed = todo_server.ask("PUT", path, {"completed": True})
    assert completed.status == 200
    assert completed.json["completed"] is True
    assert TIME.fullmatch(completed.json["completed_at"])

    renamed = todo_server.ask("PUT", path, {"title": "hello"}).json
    assert (renamed["title"], renamed["completed"]) == ("hello", True)
    assert renamed["completed_at"] == completed.json["completed_at"]

    reopened = todo_server.ask("PUT", path, {"completed": False}).json
    assert "completed_at" not in reopened
    assert listed(todo_server)[todo["id"]] == reopened

    deleted = todo_server.ask("DELETE", path)
    assert (deleted.status, deleted.text) == (204, "")
    assert todo["id"] not in listed(todo_server)


def test_the_list_by_state(todo_server):
    done, open_ = create(todo_server, "done"), create(todo_server, "open")
    todo_server.ask("PUT", f"/api/todos/{done['id']}", {"completed": True})
    assert {done["id"], open_["id"]} <= set(listed(todo_server))
    assert done["id"] in listed(todo_server, "done")
    assert done["id"] not in listed(todo_server, "open")
    assert open_["id"] in listed(todo_server, "open")
    assert open_["id"] not in listed(todo_server, "done")


def test_what_is_done_can_be_cleared(todo_server):
    done, open_ = create(todo_server), create(todo_server)
    todo_server.ask("PUT", f"/api/todos/{done['id']}", {"completed": True})
    answer = todo_server.ask("DELETE", "/api/todos")
    assert answer.status == 200
    assert answer.json["deleted"] >= 1
    assert listed(todo_server, "done") == {}
    assert open_["id"] in listed(todo_server)


def test_a_missing_todo(todo_server):
    body = {"error": {"kind": "NotFound", "message": "there is no todo 4711", "details": {"id": 4711}}}
    for answer in (
        todo_server.ask("PUT", "/api/todos/4711", {"completed": True}),
        todo_server.ask("DELETE", "/api/todos/4711"),
    ):
        assert (answer.status, answer.json) == (404, body)


def test_json_that_is_none(todo_server):
    for method, path, body in (("POST", "/api/todos", '{"title": '), ("PUT", "/api/todos/1", "title=x")):
        answer = todo_server.ask(method, path, body)
        error = answer.json["error"]
        assert (answer.status, error["kind"]) == (400, "Invalid")
        assert "invalid JSON at line 1" in error["message"]


def test_values_that_are_refused(todo_server):
    def problems(method, path, body):
        answer = todo_server.ask(method, path, body)
        assert (answer.status, answer.json["error"]["kind"]) == (400, "Invalid")
        return answer.json["error"].get("details", {}).get("errors") or answer.json["error"]["message"]

    title = [{"field": "title", "message": "is required"}]
    assert problems("POST", "/api/todos", {}) == title
    assert problems("POST", "/api/todos", "[]") == title
    assert problems("POST", "/api/todos", '"text"') == "a JSON object is expected"
    assert problems("POST", "/api/todos", {"title": " "})[0]["message"] == "must not be empty"
    assert (
        problems("POST", "/api/todos", {"title": "ä" * 201})[0]["message"] == "must not be longer than 200 characters"
    )
    assert problems("PUT", "/api/todos/1", {}) == "give title or completed, or both"
    assert problems("PUT", "/api/todos/1", {"title": 5, "completed": "yes"}) == [
        {"field": "completed", "message": "must be true or false"},
        {"field": "title", "message": "must be text"},
    ]
    for id_ in ("0", "-1", "1.5", "x", "99999999999999999999", "1%20or%201"):
        assert problems("PUT", f"/api/todos/{id_}", {"completed": True}) == [
            {"field": "id", "message": "must be a positive whole number"}
        ]
    assert "must be one of all, open, done" in problems("GET", "/api/todos?filter=late", None)[0]["message"]
    assert create(todo_server, "ä" * 200)["title"] == "ä" * 200


def test_text_for_sql_stays_text(todo_server):
    title = "'); DROP TABLE todos; --"
    made = create(todo_server, title)
    assert listed(todo_server)[made["id"]]["title"] == title


def test_the_process_counts_what_happens(todo_server):
    before = todo_server.ask("GET", "/api/stats").json
    kept, dropped = create(todo_server), create(todo_server)
    for completed in (True, True, False, True):  # the second changes nothing
        todo_server.ask("PUT", f"/api/todos/{kept['id']}", {"completed": completed})
    todo_server.ask("DELETE", f"/api/todos/{dropped['id']}")
    todo_server.ask("DELETE", f"/api/todos/{dropped['id']}")
    after = todo_server.ask("GET", "/api/stats").json
    grown = {name: after["events"][name] - before["events"][name] for name in before["events"] if name != "since"}
    assert grown == {"created": 2, "completed": 2, "reopened": 1, "deleted": 1}
    assert after["events"]["since"] == before["events"]["since"]
    assert after["todos"]["total"] == before["todos"]["total"] + 1
    assert after["todos"]["total"] == after["todos"]["open"] + after["todos"]["done"]


def test_clients_at_the_same_time(todo_server):
    before = todo_server.ask("GET", "/api/stats").json["events"]["created"]
    with ThreadPoolExecutor(16) as clients:
        made = list(clients.map(lambda number: create(todo_server, f"number {number}"), range(100)))
    assert len({todo["id"] for todo in made}) == 100
    assert {todo["title"] for todo in made} == {f"number {number}" for number in range(100)}
    assert todo_server.ask("GET", "/api/stats").json["events"]["created"] == before + 100


def test_a_mistake_in_lua(todo_server):
    written = len(todo_server.log)
    answer = todo_server.ask("GET", "/api/broken")
    log = todo_server.log[written:]
    source = (todo_server.project / "src" / "api" / "broken.lua").read_text().split("\n")
    line = next(number for number, text in enumerate(source, 1) if "settings.theme.name" in text)
    call = next(number for number, text in enumerate(source, 1) if "= theme_of(" in text)

    assert answer.status == 500
    assert answer.text == f"app.api:broken:{line}: attempt to index a nil value (field 'theme')\n"
    assert f"app.api:broken:{line}: attempt to index a nil value (field 'theme')" in log
    assert f"app.api:broken:{line}: in theme_of" in log
    assert f"app.api:broken:{call}: in " in log
    for text in (answer.text, log):
        assert "Traceback" not in text
        assert ".py" not in text
    assert todo_server.ask("GET", "/api/stats").status == 200


def test_paths_and_methods_that_are_not_there(todo_server):
    assert todo_server.ask("GET", "/api/nothing").status == 404
    for path in ("/wippy.lock", "/%2e%2e/wippy.lock", "/../wippy.lock", "/..%2fdata/todo.db"):
        answer = todo_server.ask("GET", path)
        assert answer.status in (301, 400, 404)
        assert "directories" not in answer.text
    answer = todo_server.ask("PATCH", "/api/todos")
    assert answer.status == 405
    assert {"GET", "POST", "DELETE"} <= set(answer.headers["allow"].split(", "))


def test_the_page_and_its_files(todo_server):
    page = todo_server.ask("GET", "/")
    assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    # Nothing comes from elsewhere.
    assert "//" not in page.text.replace("http://www.w3.org/2000/svg", "")
    for name in re.findall(r'(?:href|src)="([^"]+)"', page.text):
        assert todo_server.ask("GET", f"/{name}").status == 200
