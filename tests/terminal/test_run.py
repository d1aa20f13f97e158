"""`wippy run NAME`, `-x`, `--host`, `list`: commands of a project in a process of their own."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

INDEX = """
namespace: app
entries:
  - {name: terminal, kind: terminal.host, hide_logs: false, lifecycle: {auto_start: true}}
  - {name: host, kind: process.host, lifecycle: {auto_start: true}}
  - name: main
    kind: process.lua
    meta: {command: {name: go, short: Go somewhere}}
    source: file://main.lua
    modules: &modules [io, system, time, logger, funcs]
  - {name: plain, kind: process.lua, meta: {command: {name: alias}}, source: file://main.lua, modules: *modules}
  - name: limited
    kind: process.lua
    meta: {command: {name: ruled, security: {actor: {id: "command:limited"}, policies: [little]}}}
    modules: [io, security, funcs]
    source: |
      local io, security, funcs = require("io"), require("security"), require("funcs")
      return function()
          local _, err = funcs.call("app:outside")
          io.print(security.actor():id(), security.can("read", "x"), err:kind())
      end
  - {name: little, kind: security.policy, policy: {actions: read, resources: "*", effect: allow}}
  - name: lost
    kind: process.lua
    meta: {command: {name: lost, security: {policies: [nowhere]}}}
    source: file://main.lua
    modules: *modules
  - {name: outside, kind: function.lua, source: file://outside.lua, modules: [io]}
"""
MAIN = """
local io = require("io")
local actions = {
    args = function(...) io.print(select("#", ...), ...); io.print(table.concat(io.args(), "|")) end,
    number = function(_, code) return tonumber(code) end,
    yes = function() return true end,
    no = function() return false end,
    text = function() return "gr\\u{fc}n" end,
    fail = function() error("it broke") end,
    refuse = function() return nil, "refused" end,
    exit = function() require("system").exit(5); return 6 end,
    late = function() require("system").exit(5); require("time").sleep("1h") end,
    streams = function() io.write("a", 1, nil, true); io.flush(); io.eprint("to", "stderr"); return 0 end,
    copy = function()
        local count = 0
        while true do
            local line, err = io.readline()
            if not line then io.print(count, err:kind()); return end
            count = count + 1
            io.print(line:upper())
        end
    end,
    ask = function() io.write("name? "); io.print("hello " .. io.readline()) end,
    raw = function() return io.raw() end,
    wait = function() io.print("ready"); process.events():receive(); io.print("asked to end"); return 9 end,
    log = function() print("a record"); require("logger"):info("another") end,
    outside = function() io.print(require("funcs").call("app:outside")) end,
}
return function(action, ...) return actions[action](action, ...) end
"""
OUTSIDE = """
return function()
    local io = require("io")
    local ok, err = io.print("x")
    return tostring(ok) .. " " .. err:kind() .. " " .. #io.args()
end
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "wippy.lock").write_text("directories: {src: ./src}\n")
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "_index.yaml").write_text(INDEX)
    (tmp_path / "src" / "main.lua").write_text(MAIN)
    (tmp_path / "src" / "outside.lua").write_text(OUTSIDE)
    return tmp_path


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "runtime.cli.main", "run", *arguments]


def run(project: Path, *arguments: str, given: bytes = b"") -> tuple[int, str, str]:
    ran = subprocess.run(command(*arguments), cwd=project, input=given, capture_output=True, timeout=60, check=False)
    assert b"Traceback" not in ran.stderr, ran.stderr.decode()
    return ran.returncode, ran.stdout.decode(), ran.stderr.decode()


@pytest.fixture(autouse=True)
def _sources(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(path for path in sys.path if path))


def test_arguments(project: Path) -> None:
    expected = "4\targs\tone\t--two\t\ngr\u00fcn three\nargs|one|--two|\ngr\u00fcn three\n"
    given = ("args", "one", "--two", "\ngr\u00fcn three")
    assert run(project, "go", *given) == (0, expected, "")
    assert run(project, "-x", "app:plain", "--host", "app:terminal", *given) == (0, expected, "")


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (("number", "7"), (7, "", "")),
        (("number", "3.9"), (3, "", "")),
        (("yes",), (0, "", "")),
        (("no",), (1, "", "")),
        (("text",), (0, "gr\u00fcn\n", "")),
        (("refuse",), (1, "", "refused\n")),
        (("exit",), (6, "", "")),
        (("late",), (5, "", "")),
        (("streams",), (0, "a1niltrue", "to\tstderr\n")),
        (("log",), (0, "", "")),
        (("outside",), (0, "nil Unavailable 0\n", "")),
        (("raw",), (1, "", "raw terminal: standard input is not a terminal\n")),
    ],
)
def test_how_it_ends(project: Path, words: tuple[str, ...], wanted: tuple[int, str, str]) -> None:
    assert run(project, "go", *words) == wanted


def test_a_command_acts_as_its_metadata_say(project: Path) -> None:
    assert run(project, "ruled") == (0, "command:limited\ttrue\tPermissionDenied\n", "")
    code, out, err = run(project, "lost", "yes")
    assert (code, out) == (1, "")
    assert "there is no policy app:nowhere" in err


def test_an_error_is_told_without_a_word_of_python(project: Path) -> None:
    code, out, err = run(project, "go", "fail")
    assert (code, out) == (1, "")
    assert err.strip().endswith("it broke")
    assert len(err.splitlines()) == 1


def test_input(project: Path) -> None:
    assert run(project, "go", "copy", given=b"one\r\ntwo\nlast") == (0, "ONE\nTWO\nLAST\n3\tInternal\n", "")


def test_the_log_is_shown_when_asked_for(project: Path) -> None:
    code, _, err = run(project, "-c", "go", "log")
    assert code == 0
    assert "app:main:" in err
    assert "a record" in err
    assert "another" in err
    index = (project / "src" / "_index.yaml").read_text()
    (project / "src" / "_index.yaml").write_text(index.replace("hide_logs: false", "hide_logs: true"))
    _, _, err = run(project, "-c", "go", "log")
    assert "a record" not in err


def test_list(project: Path) -> None:
    code, out, err = run(project, "list")
    assert (code, err) == (0, "")
    assert out.splitlines()[1:3] == ["  alias                (app:plain)", "  go     Go somewhere  (app:main)"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("goo",), 'command "goo" not found. Did you mean "go"?'),
        (("nothing",), 'command "nothing" not found.'),
        (("-x", "main"), "'main' is no entry id"),
        (("-x", "app:none"), "app:none"),
        (("-x", "app:main", "--host", "app:host"), "app:host is no terminal.host; there are: app:terminal"),
    ],
)
def test_mistakes(project: Path, arguments: tuple[str, ...], message: str) -> None:
    code, out, err = run(project, *arguments)
    assert (code, out) == (1, "")
    assert err.startswith("Error: ")
    assert message in err


def test_the_host_must_be_clear(project: Path) -> None:
    index = project / "src" / "_index.yaml"
    without = index.read_text().replace("kind: terminal.host, hide_logs: false", "kind: process.host")
    index.write_text(without)
    assert "no terminal.host found" in run(project, "go", "yes")[2]
    more = "\n  - {name: one, kind: terminal.host}\n  - {name: two, kind: terminal.host}\n"
    index.write_text(without + more)
    assert "multiple terminal hosts found (app:one, app:two)" in run(project, "go", "yes")[2]
    assert run(project, "--host", "app:two", "go", "number", "4") == (4, "", "")  # started though it is not auto_start


def test_two_entries_with_one_name(project: Path) -> None:
    index = project / "src" / "_index.yaml"
    index.write_text(index.read_text().replace("name: alias", "name: go"))
    assert "declared by app:main and app:plain" in run(project, "go")[2]


def test_no_commands(project: Path) -> None:
    (project / "src" / "_index.yaml").write_text("namespace: app\nentries: []\n")
    assert run(project, "list")[1].startswith("No commands found.")


def test_a_signal_lets_the_process_end_in_order(project: Path) -> None:
    with subprocess.Popen(
        command("go", "wait"), cwd=project, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == b"ready\n"
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=30)
    assert (out, err, running.returncode) == (b"asked to end\n", b"", 9)


def test_a_conversation_on_a_terminal(project: Path) -> None:
    master, terminal = pty.openpty()
    with subprocess.Popen(
        command("go", "ask"), cwd=project, stdin=terminal, stdout=terminal, stderr=terminal
    ) as running:
        os.close(terminal)
        shown = b""
        deadline = time.monotonic() + 30
        while b"name? " not in shown and time.monotonic() < deadline:
            shown += os.read(master, 1000)
        os.write(master, b"ann\n")
        assert running.wait(timeout=30) == 0
    shown += os.read(master, 1000)
    os.close(master)
    assert shown.replace(b"\r", b"").endswith(b"hello ann\n")


def test_a_service_that_cannot_start_is_told_without_a_word_of_python(project: Path) -> None:
    index = """
        namespace: app
        entries:
          - {name: host, kind: process.host, lifecycle: {auto_start: true}}
          - {name: worker, kind: process.lua, source: "local x = nil .. 1"}
          - {name: service, kind: process.service, process: worker, host: host, lifecycle: {auto_start: true}}
    """
    (project / "src" / "_index.yaml").write_text(index)
    code, _, err = run(project)
    assert (code, "gevent" in err) == (1, False)
    assert err.splitlines()[-1].startswith("Error: service app:service did not start: app:worker:1: ")


def test_an_empty_project_is_told_what_to_do(project: Path) -> None:
    (project / "src" / "_index.yaml").write_text("")
    with subprocess.Popen(command(), cwd=project, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as running:
        assert running.stdout is not None
        first = running.stdout.readline()
        running.send_signal(signal.SIGINT)
        running.communicate(timeout=30)
    assert b"there is nothing to run: declare entries" in first
    assert running.returncode == 0
