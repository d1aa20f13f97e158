from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from runtime.cli import main
from runtime.cli.program import MODULES, Request, modules, plain_request

if TYPE_CHECKING:
    from pathlib import Path

WIPPY = (sys.executable, "-m", "runtime.cli.main", "lua")
PROGRAM = """\
local n = 3
local function fact(k: integer): integer
  if k <= 1 then return 1 end
  return k * fact(k - 1)
end
for i = 1, n do
  local f = function() i = i + 1; return i end
  goto continue
  print("a" .. i, f(), {x = 1, [2] = 3, "é"})
  ::continue::
end
print(fact(n))
"""


class Ran:
    def __init__(self, done: subprocess.CompletedProcess[bytes]) -> None:
        self.code, self.out, self.err = done.returncode, done.stdout.decode(), done.stderr.decode()
        assert "Traceback" not in self.err


@pytest.fixture
def lua(tmp_path: Path):
    """Run `wippy lua` in a process of its own, without a terminal."""

    def call(*arguments: str, stdin: bytes = b"") -> Ran:
        return Ran(
            subprocess.run(
                [*WIPPY, *arguments], cwd=tmp_path, input=stdin, capture_output=True, timeout=60, check=False
            )
        )

    (tmp_path / "program.lua").write_text(PROGRAM)
    return call


def test_a_file_gets_its_arguments(lua, tmp_path: Path) -> None:
    (tmp_path / "a.lua").write_text("print(arg[0], arg[1], #arg, ...) return 5")
    ran = lua("a.lua", "é", "-e", "--dump")
    assert (ran.code, ran.out, ran.err) == (0, "a.lua\té\t3\té\t-e\t--dump\n", "")


def test_code_gets_its_arguments(lua) -> None:
    assert lua("-e", "print('é', arg[0], ...)", "x", "y").out == "é\t(command line)\tx\ty\n"
    assert lua("-v", "-e", "print(...)", "x").out == "x\n"  # the way through the full command
    assert lua("-e", "").out == ""


def test_standard_input_is_a_program(lua) -> None:
    for arguments in ((), ("-",)):
        assert lua(*arguments, stdin=b"print(1,\n...)").out == "1\n"
    assert lua("-", "x", stdin=b"print(...)").out == "x\n"


def test_what_a_program_sees(lua) -> None:
    ran = lua("-e", "print(json.encode({1}), require('time') == time, type(channel.new), type(payload.new))")
    assert (ran.out, ran.err) == ("[1]\ttrue\tfunction\tfunction\n", "")
    code = "local c = channel.new() coroutine.spawn(function() c:send(7) end) print((c:receive()))"
    assert lua("-e", code).out == "7\n"
    assert lua("-e", "print(subscribe ~= nil, process)").out == "true\tnil\n"


def test_modules_are_loaded_for_programs_that_may_name_them() -> None:
    assert modules("") == {}
    assert list(modules("print(json.encode(1))")) == ["json"]
    for source in (None, "for k in pairs(_G) do end", "local m = require(name)"):
        assert set(modules(source)) == set(MODULES)


def test_an_error_is_told_with_the_lua_stack(lua, tmp_path: Path) -> None:
    (tmp_path / "a.lua").write_text("local function f()\n  error({})\nend\nprint('x')\nf()")
    ran = lua("a.lua")
    assert (ran.code, ran.out) == (1, "x\n")
    assert ran.err == (
        "lua: (error object is a table value)\nstack traceback:\n\ta.lua:2: in f\n\ta.lua:5: in main chunk\n"
    )


def test_bad_source_is_shown_with_a_caret(lua, tmp_path: Path) -> None:
    (tmp_path / "a.lua").write_text("local x = = 1")
    assert lua("a.lua").err == "a.lua:1:11: unexpected symbol near '='\n    local x = = 1\n              ^\n"
    told = lua("-e", "x =").err
    assert told.startswith("(command line):1:")
    assert ": unexpected symbol near <eof>\n    x =\n" in told
    assert lua("a.lua").code == 1


def test_a_program_that_waits_for_nothing_ends(lua) -> None:
    ran = lua("-e", "print(1) channel.new():receive()")
    assert (ran.code, ran.out) == (1, "1\n")
    assert ran.err == "lua: deadlock: all coroutines wait for something that cannot come\n"


def test_a_file_that_is_not_there(lua) -> None:
    ran = lua("nope.lua")
    assert (ran.code, ran.err) == (1, "Error: cannot read nope.lua: No such file or directory\n")


def test_a_reader_that_goes_away_ends_the_program(tmp_path: Path) -> None:
    code = "while true do pcall(print, 1) end"
    command = f'{" ".join(WIPPY)} -e "{code}" | head -n 1'
    ran = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60, check=False)
    assert (ran.stdout, ran.stderr) == ("1\n", "")


# --- stages -----------------------------------------------------------------------------------------------------------


def test_dump_of_the_tree(lua) -> None:
    lines = lua("--dump", "tree", "program.lua").out.splitlines()
    assert lines[0] == "Function@1:1"
    assert "      Local@1:1(names=[TypedName@1:7(name='n')], values=[Number@1:11(value=3)])" in lines
    assert any("'integer'" in line for line in lines)


def test_dump_of_the_resolved_tree(lua) -> None:
    text = lua("--dump", "resolved", "program.lua").out
    assert "symbol=<fact: plain, captured" in text
    assert "uses fact>" in text
    assert "<i: box, captured, assigned>" in text
    assert "Goto@8:3(" in text
    assert "<continue>" in text


def test_dump_of_the_python(lua) -> None:
    text = lua("--dump", "python", "program.lua").out
    compile(text, "program", "exec")
    assert "    # 2: local function fact(k: integer): integer\n    def fact(k=None" in text
    assert '        # 9: print("a" .. i, f(), {x = 1, [2] = 3, "é"})\n' in text


def test_dump_of_the_code(lua) -> None:
    text = lua("--dump", "code", "program.lua").out
    assert "RESUME" in text
    assert 'file "program.lua", line 2>' in text


def test_mistakes_of_dump(lua, tmp_path: Path) -> None:
    assert lua("--dump", "x", "program.lua").err == (
        "Error: there is no stage 'x' to dump; choose one of tree, resolved, python, code\n"
    )
    (tmp_path / "a.lua").write_text("x = ")
    for stage in ("tree", "resolved", "python", "code"):
        ran = lua("--dump", stage, "a.lua")
        assert (ran.code, ran.out) == (1, "")
        assert ": unexpected symbol near <eof>\n" in ran.err
        deep = b"return " + b"(" * 5000 + b"1" + b")" * 5000
        assert "syntax levels" in lua("--dump", stage, "-", stdin=deep).err


# --- start-up ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        ([], Request()),
        (["a.lua", "-x"], Request("a.lua", ["-x"])),
        (["-"], Request("-")),
        (["-e", "x", "y"], Request(None, ["y"], "x")),
        (["--dump", "tree", "a.lua"], Request("a.lua", [], None, "tree")),
        (["-e"], None),
        (["--help"], None),
        (["-v", "a.lua"], None),
        (["--dump=tree", "a.lua"], None),
    ],
)
def test_the_short_way_takes_what_is_usual(arguments: list[str], wanted: Request | None) -> None:
    assert plain_request(arguments) == wanted


def test_a_small_program_loads_little() -> None:
    code = "import sys; from runtime.cli import main; main.run(['lua', '-e', '']); print(*sorted(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    loaded = {name.split(".")[0] for name in ran.stdout.split()}
    assert not loaded & {"typer", "click", "rich", "yaml", "jsonschema", "falcon", "gunicorn", "asyncio", "stdlib"}


def test_help_has_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["lua", "--help"]) == 0
    shown = capsys.readouterr().out
    assert "Example:  wippy lua hello.lua" in shown
    assert "--dump STAGE" in shown
