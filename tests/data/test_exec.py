"""Programs of the operating system: what is given to them, what comes from them, and that none is left behind."""

import os
import signal
from pathlib import Path

import gevent
import pytest
from lua_node import eventually, settle


@pytest.fixture
def shell(lua, run, tmp_path):
    (tmp_path / "work").mkdir()
    lua.add("shell", "exec.native", default_work_dir="work", default_env={"LANG": "C", "GREETING": "hello"})
    return lambda body, *arguments: run("exec time", f'local shell = exec.get("app:shell") {body}', *arguments)


READ = """
    local function output(command, options)
        local process = assert(shell:exec(command, options))
        local stream = process:stdout_stream()
        assert(process:start())
        local pieces = {}
        while true do
            local piece = stream:read()
            if not piece then break end
            pieces[#pieces + 1] = piece
        end
        return table.concat(pieces), process:wait()
    end
"""


def test_output_and_exit_code(shell):
    body = (
        READ
        + """
        local text, code = output("sh -c 'echo one; echo two; exit 3'")
        local unread = shell:exec("sh -c 'head -c 300000 /dev/zero; head -c 300000 /dev/zero >&2'")
        unread:start()
        return text, code, unread:wait(), unread:wait()
    """
    )
    assert shell(body) == ["one\ntwo\n", 3, 0, 0]


def test_the_environment_is_clean(shell, monkeypatch):
    monkeypatch.setenv("SECRET", "of the host")
    body = READ + "return output('env', {env = {MINE = 'a=b', LANG = 'de'}})"
    text, code = shell(body)
    found = dict(line.split("=", 1) for line in text.splitlines())
    assert {key: found.get(key) for key in ("MINE", "LANG", "GREETING", "SECRET")} == {
        "MINE": "a=b", "LANG": "de", "GREETING": "hello", "SECRET": None,
    }  # fmt: skip
    assert code == 0


def test_the_directory(shell, tmp_path):
    body = READ + "return output('pwd'), output('pwd', {work_dir = '/'})"
    assert shell(body)[:1] == [f"{tmp_path}/work\n"]
    assert shell(READ + "return output('pwd', {work_dir = '/'})") == ["/\n", 0]
    assert shell("return shell:exec('pwd', {work_dir = '/nowhere'}):start()") == ["nil", "NotFound"]


def test_no_shell_expands_anything(shell, tmp_path):
    body = READ + """return output([[echo $HOME "a  b" '*' ; touch x && rm -rf `pwd` > y]])"""
    assert shell(body) == ["$HOME a  b * ; touch x && rm -rf `pwd` > y\n", 0]
    assert list((tmp_path / "work").iterdir()) == []


def test_standard_input_and_error(shell):
    body = """
        local sort = shell:exec("sort")
        local out = sort:stdout_stream()
        sort:start()
        assert(sort:write_stdin("banana\\napple\\n") and sort:write_stdin(""))
        local sorted = out:read()
        sort:wait()
        local _, late = sort:write_stdin("x")
        local failing = shell:exec("sh -c 'echo wrong >&2'")
        local err = failing:stderr_stream()
        failing:start()
        return sorted, late, err:read(), err:read(), failing:wait()
    """
    assert shell(body) == ["apple\nbanana\n", "Invalid", "wrong\n", "nil", 0]


def test_megabytes_go_through_both_ways(shell):
    body = """
        local cat = shell:exec("cat")
        local out, size = cat:stdout_stream(), 0
        cat:start()
        local done = channel.new(1)
        coroutine.spawn(function()
            for i = 1, 20 do cat:write_stdin(string.rep("x", 100000)) end
            cat:write_stdin("")
            done:send(true)
        end)
        while true do
            local piece = out:read()
            if not piece then break end
            size = size + #piece
        end
        done:receive()
        return size, cat:wait()
    """
    assert shell(body) == [2_000_000, 0]


def test_signals(shell):
    body = """
        local function ended(act)
            local process = shell:exec("sleep 30")
            process:start()
            act(process)
            return process:wait()
        end
        local term = ended(function(p) p:signal(15) end)
        local kill = ended(function(p) p:signal(9) end)
        local process = shell:exec("sleep 30")
        process:start()
        local _, none = process:signal(99)
        assert(process:close(true) and process:close())
        local _, closed = process:wait()
        local _, stream = process:stdout_stream()
        local _, again = process:start()
        return term, kill, none, closed, stream, again
    """
    assert shell(body) == [128 + signal.SIGTERM, 128 + signal.SIGKILL, "Invalid", "Invalid", "Invalid", "Invalid"]


def test_what_is_asked_too_early_or_wrongly(shell):
    body = """
        local kinds = {}
        local function failing(_, err) kinds[#kinds + 1] = err:kind() end
        local process = shell:exec("true")
        failing(process:wait()) failing(process:signal(15)) failing(process:write_stdin("x"))
        failing(process:stdout_stream():read())
        process:start()
        failing(process:start())
        process:wait()
        failing(process:signal(15))
        failing(shell:exec("")) failing(shell:exec("  ")) failing(shell:exec("echo 'x"))
        failing(shell:exec("a\\0b")) failing(shell:exec("x", {env = {["a=b"] = "c"}}))
        failing(shell:exec("x", {env = 1}))
        failing(shell:exec("no-such-program"):start()) failing(shell:exec("/etc/passwd"):start())
        assert(shell:release() and shell:release())
        failing(shell:exec("true")) failing(exec.get("")) failing(exec.get("app:none")) failing(exec.get("app:host"))
        return kinds
    """
    invalid = "Invalid"
    assert shell(body) == [
        [invalid] * 5 + ["Internal"] + [invalid] * 6 + ["NotFound", "PermissionDenied", invalid, invalid]
        + ["NotFound", "NotFound"]
    ]  # fmt: skip


def test_only_what_the_whitelist_holds_may_run(lua, run):
    lua.add("strict", "exec.native", command_whitelist=["echo one", "ls -la"])
    body = """
        local strict = exec.get("app:strict")
        local kinds = {}
        for _, command in ipairs({"echo two", "echo one two", "echo  one", " echo one", "ls", "echo one; ls -la"}) do
            local _, err = strict:exec(command)
            kinds[#kinds + 1] = err:kind()
        end
        local process = strict:exec("echo one")
        process:start()
        return kinds, process:wait()
    """
    assert run("exec", body) == [["PermissionDenied"] * 6, 0]


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().split(") ")[1][0] != "Z"
    except OSError:
        return False


def test_programs_end_with_the_call_that_started_them(shell, lua):
    descriptors = len(list(Path("/proc/self/fd").iterdir()))
    body = (
        READ
        + """
        local process = shell:exec("sh -c 'sleep 30 & echo $$ $!; wait'")
        local out = process:stdout_stream()
        process:start()
        return out:read()
    """
    )
    pids = [int(pid) for pid in shell(body)[0].split()]
    assert len(pids) == 2
    eventually(lambda: not any(alive(pid) for pid in pids))
    eventually(lambda: len(list(Path("/proc/self/fd").iterdir())) <= descriptors + 4)  # the event loop keeps some


def test_a_killed_process_ends_what_it_reads_from(lua, run, shell):
    lua.process("reader", """
        local program = require("exec").get("app:shell"):exec("sleep 30")
        local out = program:stdout_stream()
        program:start()
        out:read()
    """, modules=["exec"])  # fmt: skip
    before = set(os.listdir("/proc"))  # noqa: PTH208
    made = lua.spawn("reader")
    settle()
    gevent.sleep(0.1)
    sleeping = [p for p in set(os.listdir("/proc")) - before if p.isdigit() and "sleep" in name_of(p)]  # noqa: PTH208
    assert len(sleeping) == 1
    made.terminate()
    eventually(lambda: not alive(sleeping[0]))


def name_of(pid):
    try:
        return Path(f"/proc/{pid}/comm").read_text()
    except OSError:
        return ""
