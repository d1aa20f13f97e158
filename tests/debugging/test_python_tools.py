"""Python's own tools attribute lines and time to Lua files: tracebacks, pdb, cProfile and coverage."""

from __future__ import annotations

import json
import linecache
import pstats
import subprocess
import sys
import traceback
from typing import TYPE_CHECKING

import pytest

from compiler.pipeline import compile_chunk
from runtime.binding.text import encode
from runtime.code import sources
from runtime.lua.errors import LuaError
from runtime.lua.libraries import environment
from runtime.lua.load import load

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = """\
-- says hello
local function greet(name)
  if name == "nobody" then
    return nil
  end
  return "hello " .. name
end

local function unused()
  return 1
end

for _, name in ipairs({"a", "b"}) do
  print(greet(name))
end
local wrapped = coroutine.wrap(function()
  local x = 1
  coroutine.yield(x)
end)
wrapped()
coroutine.spawn(function()
  print("spawned")
end)
"""
INDEX = """
version: "1.0"
namespace: app
entries:
  - {name: greet, kind: function.lua, source: file://greet.lua, method: greet}
"""
ENTRY = """\
local function greet(name)
  local text = "hello " .. name
  return text
end
return { greet = greet }
"""
CALLS_ENTRY = """\
from pathlib import Path
from runtime.node import Node
node = Node.boot(Path("."))
print(node.functions.call("app:greet", ["you"]))
node.stop()
"""


def python(directory: Path, *arguments: str, stdin: str = "") -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=directory,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def program(tmp_path: Path) -> Path:
    (tmp_path / "hello.lua").write_text(PROGRAM)
    (tmp_path / ".coveragerc").write_text(
        "[run]\nplugins = runtime.code.coverage\nconcurrency = gevent\ninclude = *.lua\n"
    )
    return tmp_path


@pytest.fixture
def project(program: Path) -> Path:
    (program / "wippy.lock").write_text("directories: {modules: .wippy, src: ./src}\n")
    (program / "src").mkdir()
    (program / "src" / "_index.yaml").write_text(INDEX)
    (program / "src" / "greet.lua").write_text(ENTRY)
    (program / "calls.py").write_text(CALLS_ENTRY)
    return program


# --- tracebacks -------------------------------------------------------------------------------------------------------


def test_a_python_traceback_shows_lua_lines() -> None:
    source = "local user\n\nlocal function show()\n  return user.name -- é\nend\nprint(show())\n"
    sources.remember("app:show", lambda: source)
    main = load(compile_chunk(encode(source), "app:show"), environment({}))
    with pytest.raises(LuaError) as caught:
        main()
    text = "".join(traceback.format_exception(caught.value))
    assert 'File "app:show", line 6, in main chunk\n    print(show())' in text
    assert 'File "app:show", line 4, in show\n    return user.name -- é' in text
    sources.forget("app:show")


def test_the_traceback_of_a_program_lists_lua_alone(program: Path) -> None:
    (program / "fails.lua").write_text("local function inner()\n  error('no')\nend\n\ninner()\n")
    command = [sys.executable, "-m", "runtime.cli.main", "lua", "fails.lua"]
    done = subprocess.run(command, cwd=program, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert done.stderr == (
        "lua: fails.lua:2: no\nstack traceback:\n\tfails.lua:2: in inner\n\tfails.lua:5: in main chunk\n"
    )


def test_the_text_of_a_chunk_is_asked_for_when_it_is_shown() -> None:
    asked = []

    def source() -> str:
        asked.append(1)
        return "one\ntwo\n"

    sources.remember("app:lazy", source)
    linecache.checkcache()
    assert not asked
    assert linecache.getline("app:lazy", 2) == "two\n"
    linecache.checkcache()
    assert linecache.getline("app:lazy", 1) == "one\n"
    assert len(asked) == 1
    sources.forget("app:lazy")
    assert linecache.getline("app:lazy", 2) == ""


def test_new_source_replaces_the_old() -> None:
    sources.remember("app:changed", lambda: "old\n")
    assert linecache.getline("app:changed", 1) == "old\n"
    sources.remember("app:changed", lambda: "new\n")
    assert linecache.getline("app:changed", 1) == "new\n"
    sources.forget("app:changed")


# --- pdb --------------------------------------------------------------------------------------------------------------


def test_pdb_stops_in_a_program(program: Path) -> None:
    commands = "b hello.lua:6\nc\np name\nw\nc\np name\ncl 1\nc\nq\n"
    seen = python(program, "-m", "pdb", "-m", "runtime.cli.main", "lua", "hello.lua", stdin=commands)
    assert '-> return "hello " .. name' in seen
    assert "(Pdb) 'a'" in seen
    assert "(Pdb) 'b'" in seen
    assert "hello.lua(14)main chunk()\n-> print(greet(name))" in seen


def test_pdb_stops_in_an_entry(project: Path) -> None:
    script = (
        "import pdb\nfrom pathlib import Path\nfrom runtime.code.sources import remember\n"
        "remember('app:greet', Path('src/greet.lua').read_text)\n"
        "debugger = pdb.Pdb()\ndebugger.set_break('app:greet', 3)\n"
        "debugger.run(Path('calls.py').read_text())\n"
    )
    (project / "debug.py").write_text(script)
    seen = python(project, "debug.py", stdin="c\np text\nc\n")
    assert "app:greet(3)greet()\n-> return text" in seen
    assert "(Pdb) 'hello you'" in seen


# --- profiles ---------------------------------------------------------------------------------------------------------


def test_a_profile_lists_lua_functions(program: Path) -> None:
    python(program, "-m", "cProfile", "-o", "profile", "-m", "runtime.cli.main", "lua", "hello.lua")
    stats = pstats.Stats(str(program / "profile")).stats  # type: ignore[attr-defined]
    calls = {function: values[1] for function, values in stats.items() if function[0] == "hello.lua"}
    assert calls == {
        ("hello.lua", 1, "main chunk"): 1,
        ("hello.lua", 2, "greet"): 2,
        ("hello.lua", 16, "anonymous"): 2,  # a generator, whose end counts too
        ("hello.lua", 21, "anonymous"): 1,
    }


def test_a_profile_lists_functions_of_entries(project: Path) -> None:
    python(project, "-m", "cProfile", "-o", "profile", "calls.py")
    stats = pstats.Stats(str(project / "profile")).stats  # type: ignore[attr-defined]
    assert ("app:greet", 1, "greet") in stats


# --- coverage ---------------------------------------------------------------------------------------------------------


def coverage_of(directory: Path, *arguments: str) -> dict[str, tuple[list[int], list[int]]]:
    """Run something under coverage and give the lines that ran, and those that did not, of each Lua file."""
    python(directory, "-m", "coverage", "run", *arguments)
    python(directory, "-m", "coverage", "json", "-q", "-o", "coverage.json")
    files = json.loads((directory / "coverage.json").read_text())["files"]
    return {name: (found["executed_lines"], found["missing_lines"]) for name, found in files.items()}


def test_coverage_of_a_program(program: Path) -> None:
    pytest.importorskip("coverage")
    found = coverage_of(program, "-m", "runtime.cli.main", "lua", "hello.lua")
    assert found == {"hello.lua": ([2, 3, 6, 9, 13, 14, 16, 17, 18, 20, 21, 22], [4, 10])}


def test_coverage_of_an_entry(project: Path) -> None:
    pytest.importorskip("coverage")
    assert coverage_of(project, "calls.py") == {"src/greet.lua": ([1, 2, 3, 5], [])}
    # From artifacts, it is the same.
    python(project, "-m", "runtime.cli.main", "build")
    assert coverage_of(project, "calls.py") == {"src/greet.lua": ([1, 2, 3, 5], [])}


def test_code_carries_the_name_of_the_chunk_and_lua_lines() -> None:
    code = compile_chunk(ENTRY, "app:greet").code
    assert (code.co_filename, code.co_name) == ("app:greet", "main chunk")
    inner = next(constant for constant in code.co_consts if hasattr(constant, "co_lines"))
    assert (inner.co_filename, inner.co_name, inner.co_firstlineno) == ("app:greet", "greet", 1)
