"""`wippy test` and the module wippy/test, whose own tests are an application that it runs."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING
from xml.etree import ElementTree as Xml

import pytest

if TYPE_CHECKING:
    from pathlib import Path

LOCK = """
directories: {src: ./src}
modules: [{name: wippy/test, version: 0.4.0}, {name: wippy/terminal, version: 0.4.0}]
"""
INDEX = """
namespace: app
entries:
  - {name: calc, kind: library.lua, source: file://calc.lua}
  - name: own
    kind: function.lua
    meta: {name: Own Test, type: test, suite: own, order: 2}
    source: file://own_test.lua
    method: run
    imports: {test: wippy.test:test, calc: app:calc}
  - name: first
    kind: function.lua
    meta: {type: test, suite: own, order: 1}
    source: return function() return true end
  - {name: nameless, kind: function.lua, meta: {type: test}, source: "return function() return FALSE end"}
"""
CALC = "return {add = function(a, b) return a + b end, send = function() return process.send('x', 'y') end}"
OWN = """
local test = require("test")
local calc = require("calc")
local order = {}

local function note(word) return function() table.insert(order, word) end end

return {run = test.run_cases(function()
    describe("outer", function()
        before_all(note("all"))
        before_each(note("each"))
        after_each(note("after 1"))
        after_each(note("after 2"))
        it("adds", function() test.eq(calc.add(2, 3), 5) end)
        it("nothing", function() end)
        test.context("inner", function()
            before_each(note("inner each"))
            after_each(note("inner after"))
            it("comes after its parent's hooks", function()
                test.eq(table.concat(order, ","), "all,each,after 1,after 2,each,after 1,after 2,each,inner each")
            end)
            it_skip("is not done", function() test.fail() end)
        end)
    end)
    describe("assertions", function()
        local function refused(body, text)
            local err = test.throws(body)
            test.contains(tostring(err), text)
            test.contains(tostring(err), "app:own:")
        end
        it("say what was expected", function()
            refused(function() test.eq(1, 2) end, "assertion failed: expected 2, got 1")
            refused(function() test.eq("a", {1, b = {"c"}}, "why") end, 'why: expected {1, b = {"c"}}, got "a"')
            refused(function() test.neq(1, 1) end, "expected something other than 1")
            refused(function() test.ok(nil) end, "got nil")
            refused(function() test.is_string(1) end, "expected a string, got number 1")
            refused(function() test.contains("abc", "x") end, 'contains "x"')
            refused(function() test.matches("abc", "%d") end, 'matches "%d"')
            refused(function() test.has_key({a = 1}, "b") end, 'the key "b"')
            refused(function() test.len({1}, 2) end, "a length of 2")
            refused(function() test.gt(1, 2) end, "1 > 2")
            refused(function() test.throws(function() end) end, "expected an error")
            refused(function() test.has_error(1, nil) end, "expected an error")
            refused(function() test.no_error(nil, "bad") end, 'got "bad"')
            refused(function() test.is_nil(1) end, "expected nil")
            refused(function() test.is_true(1) end, "expected true")
        end)
        it("give back what they look at", function()
            test.eq(test.ok(7), 7)
            test.eq(test.not_nil("x"), "x")
            test.eq(test.has_key({a = 1}, "a"), 1)
            test.eq(test.is_table({1})[1], 1)
            test.eq(test.no_error(3, nil), 3)
            test.gte(2, 2) test.lt(1, 2) test.lte(2, 2) test.is_false(false) test.is_boolean(true)
            test.is_function(print) test.is_number(1) test.len("ab", 2)
        end)
        it("can be written as expectations", function()
            test.expect({1, {2}}).to_equal({1, {2}})
            test.expect("abc").to_contain("b")
            test.expect({1, 2}).to_contain(2)
            test.expect(nil).to_be_nil()
            test.expect(3).to_be_greater_than(2)
            test.expect("x").not_to_equal("y")
            refused(function() test.expect(1).to_equal(2) end, "expected 2, got 1")
            refused(function() test.expect(1).not_to_be_nil() test.expect(nil).not_to_be_nil() end, "expected not nil")
        end)
    end)
    describe("mocks", function()
        it("reach imported code, and let messages of tests through", function()
            local sent
            mock("process.send", function(target, topic) sent = target .. topic end)
            calc.send()
            test.eq(sent, "xy")
        end)
        it("are gone in the next case", function()
            test.neq(select(2, calc.send()), nil)
        end)
        it("can be taken back", function()
            mock("string.upper", function() return "mocked" end)
            test.eq(string.upper("a"), "mocked")
            restore_mock("string.upper")
            test.eq(string.upper("a"), "A")
            local err = test.throws(function() mock("nothing.here", print) end)
            test.contains(tostring(err), "no global table 'nothing'")
        end)
    end)
    describe("failing", function()
        it("fails", FAILURE)
    end)
end)}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "src").mkdir()
    (tmp_path / "wippy.lock").write_text(LOCK)
    write(tmp_path)
    return tmp_path


def write(root: Path, *, failure: str = "function() end", returns: str = "true") -> None:
    (root / "src" / "_index.yaml").write_text(INDEX.replace("FALSE", returns))
    (root / "src" / "calc.lua").write_text(CALC)
    (root / "src" / "own_test.lua").write_text(OWN.replace("FAILURE", failure))


def wippy(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "runtime.cli.main", *arguments]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=60, check=False)


def test_all_tests_of_a_project_pass_and_are_told(project):
    done = wippy(project, "test")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 tests in 2 suites" in done.stdout
    assert "  o own (12)  11/12  1 skipped" in done.stdout
    assert "    - is not done (skipped)" in done.stdout
    assert "  PASSED   12 tests  1 skipped" in done.stdout
    assert "\x1b" not in done.stdout
    assert done.stdout.index("o app:first") < done.stdout.index("o adds")


def test_failures_are_told_in_every_form_and_end_with_1(project):
    write(project, failure="function() error({not_a = 'text'}) end", returns="false")
    done = wippy(project, "test", "--junit", "out/report.xml")
    assert done.returncode == 1
    assert "  failing > fails" in done.stdout
    assert "test returned false" in done.stdout
    assert "  FAILED   10 passed  2 failed  1 skipped" in done.stdout
    suites = {suite.get("name"): suite for suite in Xml.parse(project / "out" / "report.xml").getroot()}
    assert (suites["own"].get("tests"), suites["own"].get("failures"), suites["own"].get("skipped")) == ("12", "1", "1")
    told = json.loads(wippy(project, "test", "--json").stdout)
    assert (told["passed"], told["failed"], told["skipped"]) == (10, 2, 1)


def test_words_are_parts_of_ids(project):
    done = wippy(project, "test", "first", "nameless", "--json")
    assert json.loads(done.stdout)["passed"] == 2
    done = wippy(project, "test", "nobody")
    assert (done.returncode, done.stdout) == (0, "No tests match: nobody\n")
    done = wippy(project, "test", "nobody", "--json", "--junit", "none.xml")
    assert json.loads(done.stdout)["passed"] == 0
    assert len(Xml.parse(project / "none.xml").getroot()) == 0


def test_run_test_works_too(project):
    done = wippy(project, "run", "test", "first")
    assert done.returncode == 0
    assert "PASSED" in done.stdout


def test_coverage_tells_which_lines_have_run(project):
    done = wippy(project, "test", "--coverage-html", "pages")
    assert done.returncode == 0
    assert "src/calc.lua" in done.stderr
    assert (project / "pages" / "index.html").is_file()


def test_a_project_without_the_module_is_told_what_to_do(project):
    (project / "wippy.lock").write_text("directories: {src: ./src}\n")
    (project / "src" / "_index.yaml").write_text("namespace: app\nentries: []\n")
    done = wippy(project, "test")
    assert done.returncode == 1
    assert "the project has no tests to run; add the module wippy/test: `wippy add wippy/test`" in done.stderr


def test_a_hook_that_fails_is_told(project):
    text = OWN.replace("FAILURE", "function() end").replace(
        'before_all(note("all"))', 'before_all(function() error("no") end)'
    )
    (project / "src" / "own_test.lua").write_text(text)
    done = wippy(project, "test", "own")
    assert done.returncode == 1
    assert "app:own:10: no" in done.stdout
