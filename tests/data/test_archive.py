"""The module archive: written and read back, read from others, and what must not come out."""

import io
import tarfile
import zipfile

import pytest
import zstandard


@pytest.fixture
def archive(lua, run, tmp_path):
    for name in ("files", "out"):
        (tmp_path / name).mkdir()
        lua.add(name, "fs.directory", directory=name)
    prelude = 'local vol, out = fs.get("app:files"), fs.get("app:out")'
    return lambda body, *arguments: run("archive fs", f"{prelude} {body}", *arguments)


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_archives_come_back(archive, tmp_path, kind):
    body = """
        local kind = ...
        vol:writefile("source.txt", "from a file")
        local w = archive.create(vol, "a." .. kind)
        w:add("notes.txt", "hello", {mode = 420, modified = 1700000000})
        w:add_dir("empty/")
        w:add("deep/streamed", vol:open("source.txt", "r"))
        w:add_file("deep/file", vol, "source.txt", {method = "store"})
        assert(w:close() and w:close())
        local r = assert(archive.open(vol, "a." .. kind))
        local names = {}
        for e in r:entries() do names[#names + 1] = e.name .. ":" .. e.type .. ":" .. e.size end
        table.sort(names)
        local info = r:stat("notes.txt")
        local stream = r:stream("deep/file")
        local first, rest = stream:read(4), stream:read()
        local count = r:extract_all(out, {prefix = "job/", filter = function(e) return e.name ~= "notes.txt" end})
        r:extract("notes.txt", out, "renamed")
        assert(r:close() and r:close())
        return names, info.modified, info.mode, first .. rest, count, out:readfile("job/deep/streamed"),
            out:readfile("renamed"), out:exists("job/notes.txt"), out:isdir("job/empty")
    """
    names, *rest = archive(body, kind)
    assert names == ["deep/file:file:11", "deep/streamed:file:11", "empty/:directory:0", "notes.txt:file:5"]
    assert rest == [1700000000, 420, "from a file", 3, "from a file", "hello", False, True]


@pytest.mark.parametrize("kind", ["tar", "tar.gz", "tar.zst"])
def test_streams_are_walked_in_order(archive, kind):
    body = """
        local kind = ...
        local w = archive.create(vol, "a." .. kind)
        w:add_dir("d")
        w:add("d/one", string.rep("1", 100000))
        w:add("two", "2")
        w:close()
        local seen, held = {}, nil
        local s = assert(archive.scan(vol:open("a." .. kind, "r")))
        for e, entry in s:walk() do
            seen[#seen + 1] = e.name
            if e.name == "d/one" then held = entry end
            if e.name == "two" then out:writefile("two", entry) end
        end
        local _, stale = held:read(1)
        s:close()
        local _, random = archive.open(vol, "a." .. kind)
        return seen, stale, out:readfile("two"), random
    """
    random = "nil" if kind == "tar" else "Unavailable"
    assert archive(body, kind) == [["d/", "d/one", "two"], "Internal", "2", random]


def zip_of(**parts):
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return written.getvalue().decode("latin-1")


def tar_of(*members):
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w") as tar:
        for member, content in members:
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return written.getvalue().decode("latin-1")


@pytest.mark.parametrize("name", ["../out", "/etc/x", "a/../../x", "C:/x", "..\\x", "\\\\host\\x"])
def test_no_name_leads_out(archive, tmp_path, name):
    body = """
        local r = archive.open(...)
        local _, all = r:extract_all(out)
        return all
    """
    assert archive(body, zip_of(**{"fine": "x", name: "x"})) == ["Invalid"]
    assert list((tmp_path / "out").iterdir()) == []


def test_links_are_not_followed(archive, tmp_path):
    link = tarfile.TarInfo("link")
    link.type, link.linkname = tarfile.SYMTYPE, "../../secret"
    below = tarfile.TarInfo("link/x")
    body = """
        local r = archive.open(...)
        local types = {}
        for e in r:entries() do types[#types + 1] = e.type end
        local _, read = r:read("link")
        return types, read, r:extract_all(out)
    """
    assert archive(body, tar_of((link, b""), (below, b"inside"))) == [["symlink", "file"], "Invalid", 1]
    assert (tmp_path / "out" / "link" / "x").read_bytes() == b"inside"


def test_bombs_do_not_go_off(archive):
    bomb = zip_of(**{f"b{n}": b"\0" * 200_000 for n in range(10)})
    body = """
        local bomb = ...
        local _, entries = archive.open(bomb, {max_entries = 5})
        local _, inline = archive.open(bomb, {max_inline_bytes = 1000}):read("b0")
        local _, file = archive.open(bomb, {max_file_bytes = 1000}):extract_all(out)
        local _, total = archive.open(bomb, {max_total_bytes = 500000}):extract_all(out)
        return entries, inline, file, total
    """
    assert archive(body, bomb) == ["Invalid"] * 4


def test_a_stream_that_explodes_is_stopped(archive, tmp_path):
    member = tarfile.TarInfo("zeros")
    packed = zstandard.compress(tar_of((member, b"\0" * 3_000_000)).encode("latin-1"))
    (tmp_path / "files" / "x").write_bytes(packed)
    body = """
        local s = archive.scan(vol:open("x", "r"), {max_total_bytes = 100000})
        for e, entry in s:walk() do
            local ok, err = out:writefile("zeros", entry)
            return ok, err
        end
    """
    assert archive(body) == [False, "Invalid"]


def test_damaged_and_unknown_archives(archive):
    whole = zip_of(a="hello " * 1000)
    body = """
        local whole, tar = ...
        local kinds = {}
        local function failing(_, err) kinds[#kinds + 1] = err:kind() end
        failing(archive.open("no archive at all")) failing(archive.open("")) failing(archive.open(whole:sub(1, -30)))
        failing(archive.open(whole, {format = "rar"})) failing(archive.open(tar, {format = "zip"}))
        failing(archive.open(12)) failing(archive.open(vol, "missing.zip")) failing(archive.open(whole):read("b"))
        failing(archive.create("x")) failing(archive.create(vol, "x.zip"):add("../x", "y"))
        local r = archive.open(whole)
        r:close()
        failing(r:read("a")) failing(r:entries())
        return kinds
    """
    denied, missing = "PermissionDenied", "NotFound"
    assert archive(body, whole, tar_of((tarfile.TarInfo("x"), b"y"))) == [
        ["Invalid"] * 5 + [denied, missing, missing, denied] + ["Invalid"] * 3
    ]


def test_the_formats_are_named(archive):
    assert archive("return archive.formats()") == [["zip", "tar", "tar.gz", "tar.zst"]]
