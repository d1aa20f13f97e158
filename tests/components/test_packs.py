"""Packs: the container, what `wippy pack` writes, and running what is in one."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.components.loader import load_entries
from runtime.components.wapp import Pack, PackError, Resource, digest_of, read_pack, write_pack
from runtime.config import Config
from runtime.project import Project
from runtime.registry.problem import LoadError

if TYPE_CHECKING:
    from pathlib import Path

INDEX = """
namespace: app
entries:
  - {name: terminal, kind: terminal.host, lifecycle: {auto_start: true}}
  - name: hello
    kind: process.lua
    meta: {command: {name: hello}}
    source: file://hello.lua
    modules: [io]
"""
LABEL = {"title": "grün", "n": 1.5, "flags": [True, None]}

plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@pytest.fixture(scope="module")
def scratch(tmp_path_factory):
    return tmp_path_factory.mktemp("packs") / "a.wapp"


@given(
    plain,
    st.dictionaries(st.text("abc/", min_size=1, max_size=4).map(lambda t: "x" + t.replace("/", "_")), st.binary()),
)
def test_what_is_packed_comes_out_again(scratch, data, files):
    entry = {"ID": {"ns": "app", "name": "one"}, "Kind": "registry.entry", "Meta": {}, "Data": {"value": data}}
    pack = Pack({"description": "d"}, [entry], [Resource("app", "files", files)])
    write_pack(scratch, pack)
    found = read_pack(scratch)
    assert found.entries == [entry]
    assert found.resources[0].files == files


def test_large_files_are_cut_and_come_out_whole(tmp_path):
    content = os.urandom(23 * 1024 * 1024)
    write_pack(tmp_path / "a.wapp", Pack({}, [], [Resource("app", "v", {"a/big.bin": content, "a/b.png": b"png"})]))
    (resource,) = read_pack(tmp_path / "a.wapp").resources
    assert resource.files == {"a/big.bin": content, "a/b.png": b"png"}


def attempt(path):
    """Read a pack; None when it is refused."""
    with contextlib.suppress(PackError):
        return read_pack(path)
    return None


def test_every_damage_is_noticed(tmp_path):
    path = tmp_path / "a.wapp"
    write_pack(path, Pack(LABEL, [{"ID": {"ns": "a", "name": "b"}, "Kind": "k", "Meta": {}, "Data": LABEL}]))
    whole = path.read_bytes()
    for at in range(len(whole)):
        if 60 <= at < 268:
            continue  # reserved bytes of the header
        damaged = bytearray(whole)
        damaged[at] ^= 0x55
        path.write_bytes(damaged)
        found = attempt(path)
        assert found is None or found.metadata == LABEL  # flags, and bytes that say nothing
    for length in range(0, len(whole), 7):
        path.write_bytes(whole[:length])
        with pytest.raises(PackError):
            read_pack(path)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    (root / "src").mkdir(parents=True)
    (root / "wippy.lock").write_text("directories: {src: ./src}\n")
    (root / "src" / "_index.yaml").write_text(INDEX)
    (root / "src" / "hello.lua").write_text("return function(name) require('io').print('hello ' .. (name or '?')) end")
    return root


def wippy(where: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "runtime.cli.main", *arguments]
    return subprocess.run(command, cwd=where, capture_output=True, text=True, timeout=60, check=False)


def test_a_pack_is_the_same_each_time_and_runs_without_the_sources(project, tmp_path):
    one, two = tmp_path / "one.wapp", tmp_path / "two.wapp"
    assert wippy(project, "pack", str(one), "-d", "A test").returncode == 0
    assert wippy(project, "pack", str(two), "-d", "A test").returncode == 0
    assert one.read_bytes() == two.read_bytes()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    one.rename(elsewhere / "app.wapp")
    done = wippy(elsewhere, "run", "app.wapp", "hello", "you")
    assert (done.returncode, done.stdout) == (0, "hello you\n"), done.stderr
    (elsewhere / "app.wapp").write_bytes(b"WIPPYPACK" + b"x" * 500)
    done = wippy(elsewhere, "run", "app.wapp", "hello")
    assert done.returncode == 1
    assert "app.wapp is a pack of version 120; this runtime reads version 1" in done.stderr


def test_a_vendored_pack_is_checked_against_the_lock(project, tmp_path):
    vendored = project / ".wippy" / "vendor" / "acme" / "web-1.0.0.wapp"
    entry = {"ID": {"ns": "acme.web", "name": "page"}, "Kind": "registry.entry", "Meta": {}, "Data": {"a": 1}}
    write_pack(vendored, Pack({}, [entry]))

    def load(digest):
        lock = f"directories: {{src: ./src}}\nmodules: [{{name: acme/web, version: 1.0.0, hash: '{digest}'}}]\n"
        (project / "wippy.lock").write_text(lock)
        found = Project.find(project)
        return {str(entry.id): entry for entry in load_entries(found, Config.load(found.root))}

    assert load(digest_of(vendored))["acme.web:page"].meta["module"] == "acme/web"
    with pytest.raises(LoadError, match=r"the module acme/web cannot be used: .* and the lock wants 00"):
        load("00" * 32)


def test_a_pack_of_a_project_with_modules_and_volumes_runs_where_neither_is(project, tmp_path):
    write_pack(
        project / ".wippy" / "vendor" / "acme" / "web-1.0.0.wapp",
        Pack({}, [{"ID": {"ns": "acme.web", "name": "page"}, "Kind": "registry.entry", "Meta": {}, "Data": {"a": 1}}]),
    )
    (project / "wippy.lock").write_text("directories: {src: ./src}\nmodules: [{name: acme/web, version: 1.0.0}]\n")
    (project / "files" / "deep").mkdir(parents=True)
    (project / "files" / "deep" / "a.txt").write_text("embedded")
    more = """
  - {name: web, kind: ns.dependency, component: acme/web, version: "*"}
  - {name: files, kind: fs.directory, directory: ./files}
  - name: read
    kind: process.lua
    meta: {command: {name: read}}
    modules: [io, fs, registry]
    source: |
      return function()
        local files = require("fs").get("app:files")
        local _, err = files:writefile("b.txt", "x")
        require("io").print(files:readfile("deep/a.txt"), err:kind(), require("registry").get("acme.web:page").data.a)
      end
"""
    (project / "src" / "_index.yaml").write_text(INDEX.rstrip() + more)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    made = wippy(project, "pack", str(elsewhere / "app.wapp"), "--embed", "app:files")
    assert made.returncode == 0, made.stderr
    for _ in range(2):  # the second time the files are there
        done = wippy(elsewhere, "run", "app.wapp", "read")
        assert (done.returncode, done.stdout) == (0, "embedded\tPermissionDenied\t1\n"), done.stderr


@pytest.mark.parametrize("path", ["../a", "/a", "b/../../a"])
def test_files_of_a_pack_stay_in_their_volume(tmp_path, path):
    entry = {"ID": {"ns": "app", "name": "v"}, "Kind": "fs.embed", "Meta": {}, "Data": {}}
    write_pack(tmp_path / "a.wapp", Pack({}, [entry], [Resource("app", "v", {path: b"x"})]))
    done = wippy(tmp_path, "run", "a.wapp", "list")
    assert done.returncode == 1
    assert f"the volume app:v has the path '{path}', outside of it" in done.stderr
    assert not (tmp_path.parent / "a").exists()
