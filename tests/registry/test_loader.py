from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

from runtime.components.loader import load_entries
from runtime.config import Config, ConfigError
from runtime.project import Project
from runtime.registry.entry import EntryId
from runtime.registry.location import locate
from runtime.registry.problem import LoadError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from runtime.registry.entry import Entry


class Tree:
    """A project made of texts."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.write("wippy.lock", "directories: {modules: .wippy, src: ./src}\n")
        (root / "src").mkdir()

    def write(self, name: str, text: str | bytes) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    def load(self, *overrides: str) -> dict[str, Entry]:
        project = Project.find(self.root)
        entries = load_entries(project, Config.load(project.root), overrides)
        return {str(entry.id): entry for entry in entries}

    def problems(self) -> list[str]:
        with pytest.raises(LoadError) as raised:
            self.load()
        return [str(problem).removeprefix(str(self.root) + "/") for problem in raised.value.problems]


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path)


def test_both_file_forms_and_metadata(tree: Tree) -> None:
    tree.write(
        "src/_index.yaml",
        "version: '1.0'\nnamespace: app\nmeta: {team: a, level: 1}\nentries:\n"
        "  - name: one\n    kind: registry.entry\n    meta: {level: 2}\n    x: 1\n    y: {z: [1]}\n"
        "  - {name: two, kind: registry.entry, data: [1, 2], ignored: true}\n",
    )
    tree.write(
        "src/deep/er/one.yml", "namespace: app.deep\nname: solo\nkind: k\nmeta: {a: 1}\nversion: '1'\nvalue: 5\n"
    )
    tree.write("src/x.json", '{"namespace": "app.json", "entries": [{"name": "j", "kind": "k", "n": 1}]}')
    entries = tree.load()
    assert entries["app:one"].meta == {"team": "a", "level": 2}
    assert entries["app:one"].data == {"x": 1, "y": {"z": [1]}}
    assert entries["app:two"].data == [1, 2]
    assert entries["app.deep:solo"].data == {"value": 5}
    assert entries["app.deep:solo"].meta == {"a": 1}
    assert entries["app.json:j"].data == {"n": 1}
    assert entries["app:two"].origin is not None
    assert entries["app:two"].origin.line == 10


def test_what_is_no_entry_file_is_passed_over(tree: Tree) -> None:
    tree.write("src/compose.yaml", "services: {db: {image: x}}\n")
    tree.write("src/list.yaml", "- 1\n")
    tree.write("src/empty.yaml", "")
    tree.write("src/blank.yaml", "namespace: ''\nentries: 5\n")
    tree.write("src/notes.txt", "namespace: app")
    tree.write("src/node_modules/p/x.yaml", "namespace: app\nname: a\nkind: k\n")
    tree.write("src/nothing.yaml", "namespace: app\n")
    assert tree.load() == {}


def test_the_modules_directory_is_passed_over(tree: Tree) -> None:
    tree.write("wippy.lock", "directories: {modules: ./vendor, src: .}\n")
    for directory in ("vendor/a", ".wippy/b", "src"):
        tree.write(f"{directory}/x.yaml", "namespace: app\nname: a\nkind: k\n")
    assert tree.load()["app:a"].origin.file == tree.root / "src/x.yaml"  # type: ignore[union-attr]


def test_files_are_included(tree: Tree) -> None:
    tree.write("src/app/main.lua", b"return '\xc3\xa9\xff'\r\n")
    tree.write("src/shared/readme.md", "# hello\n")
    tree.write(
        "src/app/_index.yaml",
        "namespace: app\nmeta: {about: 'file:///shared/readme.md'}\nentries:\n"
        "  - {name: main, kind: function.lua, meta: {doc: 'file://../shared/readme.md'}, source: file://main.lua}\n"
        "  - {name: data, kind: k, data: {pages: [{text: file://../shared/readme.md}]}, unused: see file://x}\n",
    )
    entries = tree.load()
    main = entries["app:main"]
    assert main.data["source"] == "return 'é\udcff'\r\n"
    assert main.meta == {"about": "# hello\n", "doc": "# hello\n"}
    assert main.origin is not None
    assert main.origin.files["source"] == tree.root / "src/app/main.lua"
    assert main.origin.files["meta.doc"] == tree.root / "src/shared/readme.md"
    assert main.origin.files["meta.about"] == tree.root / "src/shared/readme.md"
    data = entries["app:data"]
    assert data.origin is not None
    assert data.origin.files["pages.0.text"] == tree.root / "src/shared/readme.md"


def test_inclusion_keeps_inside_the_source_directory(tree: Tree) -> None:
    tree.write("secret.txt", "secret")
    tree.write("src/dir/x.txt", "x")
    (tree.root / "src" / "link.txt").symlink_to(tree.root / "secret.txt")
    lines = [
        f"  v{index}: file://{name}" for index, name in enumerate(["../secret.txt", "link.txt", "none.txt", "dir"])
    ]
    tree.write("src/x.yaml", "\n".join(["namespace: app", "name: a", "kind: k", "data:", *lines, ""]))
    problems = tree.problems()
    assert [problem.partition(" '")[0] for problem in problems] == [f"src/x.yaml:{line}:" for line in (5, 6, 7, 8)]
    assert "leaves the source directory" in problems[0]
    assert "leaves the source directory" in problems[1]
    assert "does not exist; create" in problems[2]
    assert "is a directory" in problems[3]


def test_every_problem_of_every_file_is_told(tree: Tree) -> None:
    tree.write(
        "src/a.yaml", "namespace: app\nentries:\n  - kind: k\n  - name: 5\n    kind: k\n  - {name: x}\n  - text\n"
    )
    tree.write("src/b.yaml", "namespace: app\nentries: [\n")
    tree.write("src/c.json", '{"namespace": 1,}')
    tree.write("src/d.yaml", "namespace: 7\nentries: []\n")
    tree.write("src/e.yaml", "namespace: app\nmeta: 5\nentries: {a: 1}\n")
    problems = tree.problems()
    assert [problem.split(": ", 1)[0] for problem in problems] == [
        "src/a.yaml:3",
        "src/a.yaml:4",
        "src/a.yaml:6",
        "src/a.yaml:7",
        "src/b.yaml:3:1",
        "src/c.json:1:17",
        "src/d.yaml:1",
        "src/e.yaml:2",
        "src/e.yaml:3",
    ]
    assert "the entry has no 'name'; add `name:`" in problems[0]
    assert "'name' must be text, not 5; write it in quotes" in problems[1]


def test_bad_files_can_be_left_out(tree: Tree, caplog: pytest.LogCaptureFixture) -> None:
    tree.write(".wippy.yaml", 'version: "1.0"\nregistry: {bad_files: warn}\n')
    tree.write("src/a.yaml", "namespace: app\nname: good\nkind: k\n")
    tree.write("src/b.yaml", "namespace: app\nentries: [\n")
    assert list(tree.load()) == ["app:good"]
    assert "left out: " in caplog.text


def test_a_directory_that_cannot_be_read_is_told(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    tree.write("src/closed/a.yaml", "namespace: app\nname: x\nkind: k\n")

    def iterdir(path: Path) -> Iterator[Path]:
        if path.name == "closed":
            raise PermissionError(13, "Permission denied")
        return whole(path)

    whole = type(tree.root).iterdir
    monkeypatch.setattr(type(tree.root), "iterdir", iterdir)
    assert tree.problems() == ["src/closed: cannot be read: Permission denied; check its permissions"]


def test_a_missing_source_directory_is_told(tree: Tree) -> None:
    (tree.root / "src").rmdir()
    assert "create it, or correct `directories.src`" in tree.problems()[0]


def test_the_last_definition_wins(tree: Tree, caplog: pytest.LogCaptureFixture) -> None:
    tree.write("src/a.yaml", "namespace: app\nname: x\nkind: one\n")
    tree.write("src/b.yaml", "namespace: app\nname: x\nkind: two\n")
    with caplog.at_level(logging.WARNING):
        assert tree.load()["app:x"].kind == "two"
    assert "app:x is defined twice" in caplog.text


def test_overrides(tree: Tree) -> None:
    tree.write(".wippy.yaml", 'version: "1.0"\noverride:\n  app:x:host: a\n  app:x:meta.level: 3\n')
    tree.write("src/m.lua", "return 1")
    tree.write("src/a.yaml", "namespace: app\nname: x\nkind: k\nsource: file://m.lua\nmeta: {a: 1}\n")
    entry = tree.load(
        "app:x:host=b", "app:x:pool.max=5", "app:x:data.flag=TRUE", "app:x:kind=other", "app:x:source=return 2"
    )["app:x"]
    assert entry.kind == "other"
    assert entry.meta == {"a": 1, "level": 3}
    assert entry.data == {"source": "return 2", "host": "b", "pool": {"max": 5}, "flag": True}
    assert entry.origin is not None
    assert entry.origin.files == {}


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("app:y:a=1", "there is no entry app:y"),
        ("app:x=1", "does not name a value"),
        ("app:x:a", "the value is missing"),
        ("app:x:kind=", "a kind must be a non-empty text"),
    ],
)
def test_bad_overrides_are_refused(tree: Tree, text: str, part: str) -> None:
    tree.write("src/a.yaml", "namespace: app\nname: x\nkind: k\n")
    with pytest.raises(ConfigError, match=part):
        tree.load(text)


def test_values_are_located(tree: Tree) -> None:
    tree.write(
        "src/a.yaml",
        "namespace: app\nentries:\n"
        "  - name: x\n    kind: k\n    a:\n      b: 1\n"
        "  - name: y\n    kind: k\n    data:\n      c: 1\n",
    )
    entries = tree.load()
    place = str(tree.root / "src/a.yaml")
    assert locate(entries["app:x"]) == f"{place}:3"
    assert locate(entries["app:x"], "a.b") == f"{place}:6"
    assert locate(entries["app:x"], "a.missing") == f"{place}:5"
    assert locate(entries["app:y"], "c") == f"{place}:10"


@pytest.mark.parametrize(
    ("text", "default", "ns", "name"),
    [
        ("a.b:c", None, "a.b", "c"),
        ("a:b:c", None, "a", "b:c"),
        ("x", None, "", "x"),
        ("x", "app", "app", "x"),
        (":x", "app", "", "x"),
    ],
)
def test_ids_split_at_the_first_colon(text: str, default: str | None, ns: str, name: str) -> None:
    assert EntryId.parse(text, default) == EntryId(ns, name)
