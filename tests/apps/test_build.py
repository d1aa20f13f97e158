"""`wippy build` on the example application."""

import re
import subprocess
import sys


def build(project, *arguments):
    command = [sys.executable, "-m", "runtime.cli.main", "build", "--dir", str(project), *arguments]
    return subprocess.run(command, cwd=project, capture_output=True, text=True, timeout=60)


def counts(text):
    found = re.search(r"compiled (\d+), reused (\d+), failed (\d+)", text)
    assert found, text
    return tuple(map(int, found.groups()))


def test_the_second_build_compiles_nothing(todo):
    first = build(todo)
    assert first.returncode == 0, first.stderr
    compiled, reused, failed = counts(first.stdout)
    assert compiled > 10
    assert (reused, failed) == (0, 0)
    again = build(todo)
    assert again.returncode == 0
    assert counts(again.stdout) == (0, compiled, 0)


def test_a_changed_file_is_compiled_again(todo):
    build(todo)
    file = todo / "src" / "events" / "counter.lua"
    file.write_text(file.read_text() + "\n-- changed\n")
    assert counts(build(todo).stdout)[0] == 1


def test_a_frozen_server_takes_what_was_built(todo, serve):
    refused = subprocess.run(
        [sys.executable, "-m", "runtime.cli.main", "serve", "--frozen", "--bind", "127.0.0.1:18399"],
        cwd=todo,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert refused.returncode == 1
    assert "wippy build" in refused.stderr
    assert "Traceback" not in refused.stderr
    build(todo)
    assert serve(todo, "--frozen").ask("GET", "/api/todos").status == 200


def test_all_errors_of_a_build_are_shown(todo):
    """Each with file, line and column, the line itself and a caret below the place."""
    source = todo / "src"
    (source / "api" / "stats.lua").write_text("return function()\n    local x = = 1\nend\n")
    (source / "lib" / "list.lua").write_text("local function map(items\n    return items\nend\n")
    (source / "events" / "bus.lua").write_text('local text = "no end\nreturn text\n')
    ran = build(todo)
    assert ran.returncode == 1
    assert counts(ran.stdout)[2] == 3
    assert "Traceback" not in ran.stderr
    lines = ran.stderr.split("\n")
    for file, line, column, text in (
        ("src/api/stats.lua", 2, 15, "    local x = = 1"),
        ("src/lib/list.lua", 2, 5, "    return items"),
        ("src/events/bus.lua", 1, 14, 'local text = "no end'),
    ):
        head = next(index for index, shown in enumerate(lines) if re.search(rf"{file}:{line}:{column}\b", shown))
        below = lines[head + 1 : head + 4]
        at = next(index for index, shown in enumerate(below) if text in shown)
        caret = below[at].index(text) + column - 1
        assert below[at + 1][caret] == "^", ran.stderr
