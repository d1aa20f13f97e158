from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import yaml

from runtime.cli import main
from runtime.cli.console import Progress, Settings, style
from runtime.process.hunger import default_limit
from runtime.sizes import parse_size

if TYPE_CHECKING:
    from pathlib import Path

INDEX = """
version: "1.0"
namespace: app
entries:
  - {name: hello, kind: function.lua, meta: {type: api, level: 2, on: true}, source: file://hello.lua}
  - name: inline
    kind: library.lua
    source: |
      local t = {}
      return t
  - {name: config, kind: registry.entry, port: 80}
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "wippy.lock").write_text("directories: {modules: .wippy, src: ./src}\n")
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "_index.yaml").write_text(INDEX)
    (tmp_path / "src" / "hello.lua").write_text("return function() return 'héllo' end\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


class Ran:
    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


@pytest.fixture
def wippy(capsys: pytest.CaptureFixture[str]):
    def call(*arguments: str) -> Ran:
        code = main.run(arguments)
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return Ran(code, captured.out, captured.err)

    return call


def test_help_lists_the_commands(wippy) -> None:
    for arguments in ((), ("--help",), ("-v",)):
        ran = wippy(*arguments)
        assert ran.code == 0
        assert all(command in ran.out for command in ("init", "build", "registry", "version"))


@pytest.mark.parametrize("command", ["init", "build", "registry", "version", "registry list", "registry show"])
def test_every_command_has_help_with_an_example(wippy, command: str) -> None:
    ran = wippy(*command.split(), "--help")
    assert ran.code == 0
    assert f"Example:  wippy {command}" in ran.out


def test_a_group_without_a_command_shows_help(wippy) -> None:
    ran = wippy("registry")
    assert (ran.code, ran.err) == (0, "")
    assert "list" in ran.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("nope", "Error: No such command 'nope'.\nSee `wippy --help`.\n"),
        ("build --nope", "Error: No such option: --nope\nSee `wippy build --help`.\n"),
        ("registry show", "Error: Missing argument 'ID'.\nSee `wippy registry show --help`.\n"),
    ],
)
def test_mistakes_of_usage(wippy, arguments: str, message: str) -> None:
    ran = wippy(*arguments.split())
    assert (ran.code, ran.err) == (1, message)


def test_without_a_project_the_remedy_is_told(wippy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for command in (["build"], ["registry", "list"]):
        ran = wippy(*command)
        assert ran.code == 1
        assert ran.err.startswith("Error: no wippy.lock in ")
        assert "wippy init" in ran.err


def test_a_broken_invariant_shows_no_traceback_unless_asked(wippy, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    def broken() -> str:
        raise ZeroDivisionError("oops")

    monkeypatch.setattr("runtime.cli.version.version_text", broken)
    ran = wippy("version")
    assert ran.code == 1
    assert ran.err.startswith("Error: internal error: ZeroDivisionError: oops\n")
    assert main.run(["version", "-v"]) == 1
    assert "Traceback" in capsys.readouterr().err


def test_version(wippy) -> None:
    short = wippy("version", "--short").out.strip()
    assert short[0].isdigit()
    assert wippy("version").out.startswith(f"wippy {short} (CPython 3")
    assert wippy("--version").out == wippy("version").out


def test_init_starts_a_project(wippy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "other").write_text("")
    assert wippy("init", "--src-dir", "./app").code == 0
    lock = tmp_path / "wippy.lock"
    assert yaml.safe_load(lock.read_text()) == {"directories": {"modules": ".wippy", "src": "./app"}}
    assert lock.stat().st_mode == (tmp_path / "other").stat().st_mode  # readable as other sources are
    assert (tmp_path / "app").is_dir()
    assert wippy("registry", "list").out == "no entries found\n"
    again = wippy("init")
    assert again.code == 1
    assert "exists already" in again.err


def test_registry_list(wippy, project: Path) -> None:
    ran = wippy("registry", "list")
    assert ran.out.splitlines()[1:4] == [
        "app:config  registry.entry",
        "app:hello   function.lua",
        "app:inline  library.lua",
    ]
    listed = json.loads(wippy("registry", "list", "--kind", "*.lua", "--json").out)
    assert listed[0] == {"id": "app:hello", "kind": "function.lua", "meta": {"type": "api", "level": 2, "on": True}}
    assert yaml.safe_load(wippy("registry", "list", "--name", "conf*", "--yaml").out) == [
        {"id": "app:config", "kind": "registry.entry", "meta": {}}
    ]


@pytest.mark.parametrize("text", ["type=api", "level=2", "on=true", "type~^a", "type*p", "type^ap", "type$pi"])
def test_registry_list_by_metadata(wippy, project: Path, text: str) -> None:
    assert [entry["id"] for entry in json.loads(wippy("registry", "list", "--json", "--meta", text).out)] == [
        "app:hello"
    ]


def test_registry_list_by_bad_metadata(wippy, project: Path) -> None:
    assert "write field=value" in wippy("registry", "list", "--meta", "type").err


def test_registry_show(wippy, project: Path) -> None:
    ran = wippy("registry", "show", "hello")
    assert ran.out.startswith("# src/_index.yaml:5\nid: app:hello\n")
    assert "return function() return 'héllo' end" in ran.out
    assert wippy("registry", "show", "app:config", "-f", "port").out.strip() == "80"
    assert wippy("registry", "show", "app:config", "-f", "port", "-o", "app:config:port=90").out.strip() == "90"
    assert wippy("registry", "show", "hello", "-f", "meta.type").out == "api\n"
    assert wippy("registry", "show", "hello", "-f", "kind").out == "function.lua\n"
    assert yaml.safe_load(wippy("registry", "show", "hello", "-f", "meta").out)["level"] == 2
    assert json.loads(wippy("registry", "show", "config", "--json").out)["data"] == {"port": 80}
    assert "there is no entry nope" in wippy("registry", "show", "nope").err
    assert "has no field 'x'; its data has: port" in wippy("registry", "show", "config", "-f", "x").err


def test_an_ambiguous_name_is_refused(wippy, project: Path) -> None:
    (project / "src" / "b.yaml").write_text("namespace: lib\nname: hello\nkind: registry.entry\n")
    assert "app:hello, lib:hello" in wippy("registry", "show", "hello").err


def test_load_problems_are_all_shown(wippy, project: Path) -> None:
    (project / "src" / "b.yaml").write_text("namespace: lib\nentries:\n  - {name: a}\n  - {kind: b}\n")
    ran = wippy("registry", "list")
    assert ran.code == 1
    assert ran.err.startswith("Error: src/b.yaml:3: the entry has no 'kind'")
    assert "\nsrc/b.yaml:4: the entry has no 'name'" in ran.err


def test_global_flags_stand_anywhere(wippy, project: Path) -> None:
    (project / "other.yaml").write_text('version: "1.0"\noverride: {"app:config:port": 99}\n')
    for arguments in (
        ["--config", "other.yaml", "registry", "show", "config"],
        ["registry", "show", "config", "--config", "other.yaml"],
    ):
        assert "port: 99" in wippy(*arguments).out


def test_build_compiles_once(wippy, project: Path) -> None:
    assert wippy("build", "--check").out.startswith("compiled 2, reused 0, failed 0 in ")
    assert not (project / ".wippy").exists()
    assert wippy("build").out.startswith("compiled 2, reused 0, failed 0 in ")
    assert wippy("build").out.startswith("compiled 0, reused 2, failed 0 in ")
    (project / "src" / "hello.lua").write_text("return 1")
    assert wippy("build").out.startswith("compiled 1, reused 1, failed 0 in ")
    for artifact in (project / ".wippy" / "artifacts").rglob("*.luac"):
        artifact.write_bytes(artifact.read_bytes()[:-3])
    assert wippy("build", "--dir", "src").out.startswith("compiled 2, reused 0, failed 0 in ")


def test_build_shows_every_error_where_it_stands(wippy, project: Path) -> None:
    (project / "src" / "hello.lua").write_text("-- é\nlocal x = = 1\n")
    (project / "src" / "b.yaml").write_text(
        "namespace: lib\nentries:\n"
        "  - name: block\n    kind: library.lua\n    source: |\n      local a = 1\n      if a thn end\n"
        "  - {name: short, kind: library.lua, source: 'x ='}\n"
        "  - {name: none, kind: process.lua}\n"
    )
    (project / "src" / "c.yaml").write_text("namespace: bad\nentries: 5\n")
    ran = wippy("build")
    assert ran.code == 1
    assert "src/c.yaml:2: 'entries' must be a list" in ran.err
    assert "src/hello.lua:2:11: " in ran.err
    assert "    local x = = 1\n              ^\n" in ran.err
    assert "src/b.yaml:7:12: " in ran.err
    assert "      if a thn end\n               ^\n" in ran.err
    assert "src/b.yaml:8 (lib:short):1:" in ran.err
    assert "src/b.yaml:9: lib:none: 'source': the entry has no Lua code" in ran.err
    assert ran.out.startswith("compiled 1, reused 0, failed 5 in ")


def test_build_in_several_processes_gives_the_same(wippy, project: Path) -> None:
    names = [f"f{number}" for number in range(90)]
    lines = [f"  - {{name: {name}, kind: library.lua, source: 'return \"{name}\"'}}" for name in names]
    (project / "src" / "many.yaml").write_text("\n".join(["namespace: many", "entries:", *lines, ""]))
    (project / "src" / "bad.yaml").write_text("namespace: many\nname: bad\nkind: library.lua\nsource: 'x ='\n")
    command = [sys.executable, "-m", "runtime.cli.main", "build", "--jobs", "2"]
    ran = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False, timeout=60)
    assert ran.stdout.startswith("compiled 92, reused 0, failed 1 in ")
    assert ran.stderr.startswith("src/bad.yaml:4 (many:bad):1:")
    assert ran.returncode == 1
    parallel = {path.name: path.read_bytes() for path in (project / ".wippy").rglob("*.luac")}
    (project / "src" / "bad.yaml").unlink()
    assert wippy("build", "--check").out.startswith("compiled 0, reused 92")
    for path in (project / ".wippy").rglob("*.luac"):
        path.unlink()
    assert wippy("build", "--jobs", "1").code == 0
    assert {path.name: path.read_bytes() for path in (project / ".wippy").rglob("*.luac")} == parallel


def test_build_prints_the_key_of_the_compiler(wippy) -> None:
    assert len(wippy("build", "--print-key").out.strip()) == 32


def test_a_reader_that_goes_away_hears_no_complaint(project: Path) -> None:
    command = f"{sys.executable} -m runtime.cli.main registry list | true"
    ran = subprocess.run(["bash", "-c", command], cwd=project, capture_output=True, text=True, check=False, timeout=60)
    assert (ran.returncode, ran.stderr) == (0, "")


def test_only_the_command_that_is_called_is_imported() -> None:
    code = "import sys; from runtime.cli import main; main.run(['version']); print(*sorted(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    imported = [name for name in ran.stdout.split() if name.startswith(("runtime.cli.", "gevent", "lark"))]
    assert imported == ["runtime.cli.console", "runtime.cli.main", "runtime.cli.version"]


def test_colours_and_bars_are_for_terminals_only(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert style("x", "red") == "x"
    primary, secondary = os.openpty()
    with os.fdopen(secondary, "w") as terminal:
        monkeypatch.delenv("NO_COLOR", raising=False)
        monkeypatch.setenv("TERM", "xterm")
        assert style("x", "bold", "red", stream=terminal) == "\x1b[1;31mx\x1b[0m"
        monkeypatch.setenv("NO_COLOR", "1")
        assert style("x", "red", stream=terminal) == "x"
        monkeypatch.setattr(sys, "stderr", terminal)
        bar = Progress("compiling", 2)
        bar.step()
        bar.clear()
    assert b"compiling [###############...............] 1/2" in os.read(primary, 200)
    os.close(primary)


def test_flags_that_mean_values_of_the_configuration(project: Path) -> None:
    settings = Settings(event_streams=True, memory_limit="1048576")
    config = settings.configuration(settings.project(project), ["process.memory_limit=3M"])
    assert config.flag("logmanager.stream_to_events", default=False)
    assert config.size("process.memory_limit", 0) == 3 << 20  # --set goes before
    assert settings.configuration(settings.project(project)).size("process.memory_limit", 0) == 1 << 20


def test_flags_of_the_reference_are_taken(wippy) -> None:
    assert wippy("-e", "--very-verbose", "-m", "512M", "version", "--short").code == 0
    assert "use py-spy" in wippy("version", "-p").err
    ran = wippy("--memory-limit", "2x", "version")
    assert (ran.code, "'2x' is no size" in ran.err) == (1, True)


@pytest.mark.parametrize(
    ("text", "size"),
    [("0", 0), ("1024", 1024), ("2k", 2048), ("512M", 512 << 20), ("1GiB", 1 << 30), ("1 TB", 1 << 40)],
)
def test_sizes(text: str, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "M", "-1", "1.5G", "2x", "1GG"])
def test_what_is_no_size(text: str) -> None:
    with pytest.raises(ValueError, match="is no size"):
        parse_size(text)


def test_a_limit_of_the_environment_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOMEMLIMIT", "3GiB")
    assert default_limit() == 3 << 30
    monkeypatch.setenv("GOMEMLIMIT", "off")
    assert default_limit() > 0
