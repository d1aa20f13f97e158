from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runtime.project import LockedModule, Project, ProjectError

if TYPE_CHECKING:
    from pathlib import Path


def _project(root: Path, text: str = "directories: {modules: .wippy, src: ./src}\n") -> Path:
    (root / "wippy.lock").write_text(text)
    return root


def test_a_project_is_found_from_below(tmp_path: Path) -> None:
    _project(tmp_path)
    below = tmp_path / "src" / "api"
    below.mkdir(parents=True)
    project = Project.find(below)
    assert project.root == tmp_path
    assert [path.resolve() for path in project.source_dirs] == [tmp_path / "src"]
    assert project.modules_dir == tmp_path / ".wippy"
    assert project.state_dir == tmp_path / ".wippy"


def test_without_a_lock_file_the_remedy_is_told(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="wippy init"):
        Project.find(tmp_path)
    with pytest.raises(ProjectError, match=r"there is no file .*other\.lock"):
        Project.open(tmp_path / "other.lock")


def test_the_lock_file_is_kept_as_data(tmp_path: Path) -> None:
    text = (
        "directories: {src: app, modules: vendor}\n"
        "modules:\n  - {name: acme/http, version: v1.2.3, hash: abc}\n"
        "replacements:\n  - {from: acme/sql, to: ../sql}\n"
        "options: {unpack_modules: true}\n"
    )
    lock = Project.find(_project(tmp_path, text)).lock
    assert (lock.src, lock.modules_dir) == ("app", "vendor")
    assert lock.modules == (LockedModule("acme/http", "v1.2.3", "abc"),)
    assert lock.replacements == {"acme/sql": "../sql"}
    assert lock.options == {"unpack_modules": True}


def test_an_empty_lock_file_means_the_defaults(tmp_path: Path) -> None:
    assert Project.find(_project(tmp_path, "")).lock.src == "./src"


@pytest.mark.parametrize(
    ("text", "line", "part"),
    [
        ("directories: [a]\n", 1, "'directories' must be a mapping"),
        ("\ndirectories:\n  src: 5\n", 3, "'directories.src' must be a path"),
        ("modules:\n  - {name: acme, version: '1'}\n", 2, "'acme' is not a module name"),
        ("modules:\n  - {name: a/b}\n", 2, "needs `name:` and `version:`"),
        ("replacements:\n  - {from: a/b/c, to: x}\n", 2, "'a/b/c' is not a module name"),
        ("- 1\n", 1, "must be a mapping"),
        ("a: [\n", 2, "is not YAML"),
    ],
)
def test_a_bad_lock_file_is_told_with_its_line(tmp_path: Path, text: str, line: int, part: str) -> None:
    with pytest.raises(ProjectError) as raised:
        Project.find(_project(tmp_path, text))
    assert f"wippy.lock:{line}: " in str(raised.value)
    assert part in str(raised.value)
