"""The module fs on a real directory: what works, and what must not."""

import errno
import os
from pathlib import Path

import gevent
import pytest
from lua_node import eventually

from runtime.binding import Failure


@pytest.fixture
def root(lua, tmp_path):
    (tmp_path / "files").mkdir()
    lua.add("files", "fs.directory", directory="files")
    return tmp_path / "files"


@pytest.fixture
def fs(run, root):
    return lambda body, *arguments: run("fs", f'local vol = fs.get("app:files") {body}', *arguments)


def test_files_are_written_read_and_appended(fs, root):
    body = """
        assert(vol:writefile("/a.bin", "\\0\\xffone"))
        assert(vol:writefile("a.bin", "two", "a"))
        local ok, err = vol:writefile("a.bin", "x", "wx")
        return vol:readfile("/a.bin") == "\\0\\xffonetwo", ok, err, vol:read_file("a.bin"):sub(3)
    """
    assert fs(body) == [True, False, "AlreadyExists", "onetwo"]
    assert (root / "a.bin").read_bytes() == b"\0\xffonetwo"


def test_handles_read_seek_and_write(fs):
    body = """
        local file = vol:open("f", "w")
        file:write("0123456789")
        file:seek("set", 2)
        file:write("ab")
        local size = file:stat().size
        assert(file:sync() and file:close() and file:close())
        local _, closed = file:write("x")
        file = vol:open("f", "r")
        local start = file:read(4)
        local last = file:seek("end", -1)
        local nine = file:read()
        local none, eof = file:read()
        local _, unwritable = file:write("x")
        local _, size_err = file:read(0)
        local _, whence = file:seek("top", 0)
        return size, closed, start, last, nine, none, tostring(eof), eof, unwritable, size_err, whence, tostring(file)
    """
    assert fs(body) == [
        10, "Invalid", "01ab", 9, "9", "nil", "EOF", "NotFound", "Invalid", "Invalid", "Invalid", "fs.File{}",
    ]  # fmt: skip


def test_directories(fs):
    body = """
        assert(vol:mkdir("d") and vol:mkdir("/d/e") and vol:writefile("d/f.txt", "x"))
        local names = {}
        for entry in vol:readdir("d") do names[#names + 1] = entry.name .. ":" .. entry.type end
        local _, full = vol:remove("d")
        local _, again = vol:mkdir("d")
        local _, orphan = vol:mkdir("no/where")
        assert(vol:chdir("d/e") and vol:pwd() == "/d/e" and vol:exists("../f.txt"))
        assert(vol:chdir("/") and vol:remove("d/f.txt") and vol:remove("d/e") and vol:remove("d"))
        local _, gone = vol:remove("d")
        local isdir, missing = vol:isdir("d")
        return names, full, again, orphan, gone, isdir, missing, vol:exists("d"), vol:isdir("/"), vol:stat("/").type
    """
    assert fs(body) == [
        ["e:directory", "f.txt:file"],
        "Invalid", "AlreadyExists", "NotFound", "NotFound", False, "NotFound", False, True, "directory",
    ]  # fmt: skip


@pytest.mark.parametrize("path", ["..", "../x", "/../x", "a/../../x", "", "a\0b", "//../../etc/passwd"])
@pytest.mark.parametrize(
    "call",
    ["readfile(p)", "stat(p)", "open(p, 'w')", "writefile(p, 'x')", "remove(p)", "mkdir(p)", "readdir(p)", "chdir(p)"],
)
def test_no_path_leaves_its_volume(fs, root, path, call):
    assert fs(f"local p = ... local _, err = vol:{call} return err", path) == ["Invalid"]
    assert sorted(file.name for file in root.parent.iterdir()) == [".wippy", "files", "wippy.lock"]


def test_links_that_lead_out_are_no_way_out(fs, root):
    (root.parent / "secret").write_text("secret")
    (root.parent / "outer").mkdir()
    (root / "out").symlink_to(root.parent / "outer")
    (root / "file").symlink_to("../secret")
    (root / "dangling").symlink_to("../new")
    (root / "in").symlink_to("inner")
    (root / "inner").mkdir()
    body = """
        local kinds = {}
        for i, path in ipairs({"file", "out/x", "dangling"}) do
            local _, read = vol:readfile(path)
            local _, write = vol:writefile(path, "x")
            local _, stat = vol:stat(path)
            kinds[#kinds + 1] = read:kind() .. write:kind() .. stat:kind() .. tostring(vol:exists(path))
        end
        local _, made = vol:mkdir("out/d")
        local _, listed = vol:readdir("out")
        assert(vol:writefile("in/x", "inside") and vol:remove("file") and vol:remove("dangling"))
        return kinds, made, listed, vol:readfile("inner/x")
    """
    denied = "PermissionDenied"
    assert fs(body) == [[denied * 3 + "false"] * 3, denied, denied, "inside"]
    assert (root.parent / "secret").read_text() == "secret"
    assert not (root.parent / "new").exists()
    assert list((root.parent / "outer").iterdir()) == []


def test_the_root_stays_and_pipes_are_refused(fs, root):
    os.mkfifo(root / "pipe")
    body = """
        local _, root = vol:remove("/")
        local _, reading = vol:open("pipe", "r")
        local _, writing = vol:open("pipe", "w")
        local _, directory = vol:readfile("/")
        return root, reading, writing, directory
    """
    assert fs(body) == ["Invalid"] * 4


def test_wrong_modes_are_invalid(fs):
    body = """
        local _, a = vol:open("x", "rw")
        local _, b = vol:writefile("x", "y", "r")
        local _, c = vol:writefile("x")
        local _, d = vol:writefile("x", 12)
        return a, b, c, d, vol:exists("x")
    """
    assert fs(body) == ["Invalid", "Invalid", "Invalid", "Invalid", False]


def test_files_can_be_copied_and_scanned(fs):
    body = """
        vol:writefile("a", "one two\\r\\nthree\\n\\nlast")
        local source = vol:open("a", "r")
        assert(vol:writefile("b", source))
        local lines, words = {}, {}
        local scanner = vol:open("b", "r"):scanner()
        while scanner:scan() do lines[#lines + 1] = scanner:text() end
        scanner = vol:open("b", "r"):scanner("words")
        while scanner:scan() do words[#words + 1] = scanner:text() end
        local _, bad = source:scanner("pages")
        source:close()
        local _, closed = source:scanner()
        return lines, words, scanner:err(), bad, closed
    """
    assert fs(body) == [["one two", "three", "", "last"], ["one", "two", "three", "last"], "nil", "Invalid", "Invalid"]


def test_files_left_open_are_closed_at_the_end(fs, root):
    (root / "a").write_text("x")
    before = len(list(Path("/proc/self/fd").iterdir()))
    fs("for i = 1, 20 do vol:open('a', 'r') end return 1")
    eventually(lambda: len(list(Path("/proc/self/fd").iterdir())) <= before + 1)


def test_the_mode_of_a_volume_bounds_what_may_be_done(lua, run, tmp_path):
    (tmp_path / "r").mkdir()
    (tmp_path / "r" / "a").write_text("x")
    lua.add("readonly", "fs.directory", directory="r", mode="0555")
    lua.add("private", "fs.directory", directory="p", mode="0700", auto_init=True)
    body = """
        local vol = fs.get("app:readonly")
        local _, write = vol:writefile("b", "x")
        local _, remove = vol:remove("a")
        local _, mkdir = vol:mkdir("d")
        local private = fs.get("app:private")
        private:writefile("f", "x")
        private:mkdir("d")
        return vol:readfile("a"), write, remove, mkdir, private:stat("f").mode, private:stat("d").mode
    """
    assert run("fs", body) == ["x", *["PermissionDenied"] * 3, 0o600, 0o700]


def test_ids_of_nothing_and_of_other_things(run, root):
    body = """
        local _, missing = fs.get("app:nothing")
        local _, empty = fs.get("")
        return missing, empty, fs.type.DIR, fs.seek.CUR
    """
    assert run("fs", body) == ["NotFound", "Invalid", "directory", "cur"]


def test_a_full_disk_is_unavailable_and_shows_no_path_of_the_host(fs, root, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left", str(root))

    monkeypatch.setattr("stdlib.fs.write_all", full)
    body = "local ok, err = vol:writefile('x', 'y') return ok, err, tostring(err)"
    assert fs(body) == [False, "Unavailable", "cannot write /x: no space left on device"]


def test_others_run_while_the_disk_is_slow(lua, fs, root, monkeypatch):
    import time as clock

    monkeypatch.setattr("stdlib.fs.read_all", lambda *_: clock.sleep(0.3) or b"slow")
    reading = gevent.spawn(fs, "return vol:readfile('x')")
    gevent.sleep(0.05)
    started = clock.perf_counter()
    assert lua.run("return 1") == 1
    assert clock.perf_counter() - started < 0.2
    assert reading.get() == ["slow"]


def test_what_is_asked_of_no_volume_fails(lua):
    with pytest.raises(Failure):
        lua.add("bad", "fs.directory", directory="missing")
