"""`wippy add`, `install`, `update`, `search` with a directory of packs as the registry."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import yaml

from runtime.components.wapp import Pack, digest_of, write_pack

if TYPE_CHECKING:
    from pathlib import Path


def publish(registry: Path, name: str, version: str, needs: str = "") -> Path:
    """Put a module with one entry, and perhaps a dependency, into the registry."""
    organization, module = name.split("/")
    namespace = {"ns": f"{organization}.{module}"}
    entries = [
        {"ID": {**namespace, "name": "page"}, "Kind": "registry.entry", "Meta": {}, "Data": {"version": version}}
    ]
    if needs:
        data = {"component": needs, "version": "*"}
        entries.append({"ID": {**namespace, "name": "needs"}, "Kind": "ns.dependency", "Meta": {}, "Data": data})
    path = registry / organization / f"{module}-{version}.wapp"
    write_pack(path, Pack({"name": name, "version": version}, entries))
    return path


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    (root / "src").mkdir(parents=True)
    (root / "wippy.lock").write_text("directories: {modules: .wippy, src: ./src}\n")
    (root / "src" / "_index.yaml").write_text("namespace: app\nentries: []\n")
    (tmp_path / "registry").mkdir()
    return root


def wippy(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "runtime.cli.main", *arguments]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=60, check=False)


def locked(root: Path) -> list[dict[str, str]]:
    return yaml.safe_load((root / "wippy.lock").read_text())["modules"]


def test_what_ships_is_added_without_a_registry(project):
    done = wippy(project, "add", "wippy/test")
    assert done.returncode == 0, done.stderr
    assert "ships with the runtime" in done.stdout
    assert locked(project) == [{"name": "wippy/test", "version": "0.4.0"}]
    assert wippy(project, "install").stdout == "1 module is there\n"


def test_a_module_is_added_installed_and_checked_against_the_lock(project, tmp_path):
    registry = tmp_path / "registry"
    for version in ("1.0.0", "1.3.0", "2.0.0-rc.1"):
        path = publish(registry, "acme/web", version)
    path = registry / "acme" / "web-1.3.0.wapp"
    where = ("--registry", registry.as_uri())
    assert wippy(project, "add", "acme/web", *where).returncode == 0
    assert locked(project) == [{"name": "acme/web", "version": "1.3.0"}]
    assert wippy(project, "install", *where).returncode == 0
    assert locked(project) == [{"name": "acme/web", "version": "1.3.0", "hash": digest_of(path)}]
    shown = wippy(project, "registry", "list", "--json").stdout
    assert [entry["id"] for entry in json.loads(shown)] == ["acme.web:page"]
    publish(registry, "acme/web", "1.3.0", needs="acme/db")
    done = wippy(project, "install", "--force", *where)
    assert done.returncode == 1
    assert "acme/web 1.3.0 has the hash" in done.stderr


def test_update_chooses_the_newest_versions_in_range(project, tmp_path):
    registry = tmp_path / "registry"
    for version in ("1.0.0", "1.3.0", "2.0.0"):
        publish(registry, "acme/web", version)
    entry = "  - {name: web, kind: ns.dependency, component: acme/web, version: ^1.0.0}\n"
    (project / "src" / "_index.yaml").write_text(f"namespace: app\nentries:\n{entry}")
    where = ("--registry", registry.as_uri())
    done = wippy(project, "update", *where)
    assert done.returncode == 0, done.stderr
    assert [(module["name"], module["version"]) for module in locked(project)] == [("acme/web", "1.3.0")]


def test_what_cannot_be_had_is_told(project, tmp_path):
    registry = tmp_path / "registry"
    publish(registry, "acme/web", "1.0.0")
    where = ("--registry", registry.as_uri())
    done = wippy(project, "add", "acme/web@^3.0.0", *where)
    assert (done.returncode, "no version of acme/web fits '^3.0.0'; there are 1.0.0" in done.stderr) == (1, True)
    done = wippy(project, "add", "acme/web")
    assert "the registry 'https://hub.wippy.ai' cannot be used" in done.stderr
    done = wippy(project, "add", "web", *where)
    assert "'web' is no module; write organization/module" in done.stderr
    done = wippy(project, "search", "web", "--json", *where)
    assert json.loads(done.stdout) == [{"name": "acme/web", "version": "1.0.0", "shipped": False}]
