"""Projects that are composed of modules: where these come from, how they are linked, what is said of a missing one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runtime.components.loader import load_entries
from runtime.components.modules import shipped
from runtime.components.versions import Constraint, VersionError
from runtime.config import Config
from runtime.project import Project
from runtime.registry.problem import LoadError

if TYPE_CHECKING:
    from pathlib import Path

    from runtime.registry.entry import Entry

MODULE = """
namespace: {ns}
entries:
  - {{name: definition, kind: ns.definition}}
  - {{name: title, kind: ns.requirement, default: none, targets: [{{entry: page, path: .title}}]}}
  - {{name: page, kind: registry.entry, title: "", words: [a]}}
  - {{name: page_test, kind: registry.entry, meta: {{type: test}}}}
"""


def write(root: Path, name: str, text: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def module(root: Path, where: str, ns: str, extra: str = "", version: str = "1.2.0") -> None:
    write(root, f"{where}/wippy.yaml", f"version: {version}\nexclude_meta: {{type: [test]}}\n")
    write(root, f"{where}/src/_index.yaml", MODULE.format(ns=ns) + extra)


def load(root: Path, lock: str = "", index: str = "namespace: app\nentries: []\n") -> dict[str, Entry]:
    write(root, "wippy.lock", "directories: {src: ./src, modules: .wippy}\n" + lock)
    write(root, "src/_index.yaml", index)
    project = Project.find(root)
    return {str(entry.id): entry for entry in load_entries(project, Config.load(project.root))}


def refusal(root: Path, lock: str = "", index: str = "namespace: app\nentries: []\n") -> str:
    with pytest.raises(LoadError) as caught:
        load(root, lock, index)
    return str(caught.value)


DEPENDENCY = """
namespace: app
entries:
  - name: dependency
    kind: ns.dependency
    component: {component}
    version: "{version}"
    parameters: [{{name: title, value: hello}}]
"""


def test_a_replacement_gives_its_entries_tagged_and_without_what_its_manifest_leaves_out(tmp_path):
    module(tmp_path, "elsewhere", "acme.web")
    lock = "replacements: [{from: acme/web, to: ./elsewhere}]\n"
    found = load(tmp_path, lock, DEPENDENCY.format(component="acme/web", version="^1.0.0"))
    assert "acme.web:page_test" not in found
    page = found["acme.web:page"]
    assert page.data["title"] == "hello"
    assert (page.meta["module"], page.meta["module_version"]) == ("acme/web", "1.2.0")


def test_modules_are_found_in_the_vendor_directory_with_and_without_a_version(tmp_path):
    module(tmp_path, ".wippy/vendor/acme/web", "acme.web")
    module(tmp_path, ".wippy/vendor/acme/db-2.0.0", "acme.db")
    lock = "modules: [{name: acme/web, version: 1.2.0}, {name: acme/db, version: v2.0.0}]\n"
    found = load(tmp_path, lock)
    assert found["acme.db:page"].meta["module_version"] == "2.0.0"
    assert found["acme.web:page"].data["title"] == "none"


def test_the_configuration_can_replace_modules_and_take_replacements_back(tmp_path):
    module(tmp_path, "one", "acme.web")
    write(tmp_path, ".wippy.yaml", 'version: "1.0"\n' + "workspace: {replacements: {acme/web: ./one}}\n")
    assert "acme.web:page" in load(tmp_path)
    write(tmp_path, ".wippy.yaml", 'version: "1.0"\n' + "workspace: {replacements: {acme/web: null}}\n")
    assert "acme.web:page" not in load(tmp_path, "replacements: [{from: acme/web, to: ./one}]\n")


def test_a_module_that_a_module_asks_for_is_found_too(tmp_path):
    parameters = "parameters: [{name: title, value: deep}]"
    asks = f"  - {{name: needs, kind: ns.dependency, component: acme/db, version: '*', {parameters}}}\n"
    module(tmp_path, ".wippy/vendor/acme/web", "acme.web", asks)
    module(tmp_path, ".wippy/vendor/acme/db", "acme.db")
    found = load(tmp_path, "", DEPENDENCY.format(component="acme/web", version="*"))
    assert found["acme.db:page"].data["title"] == "deep"
    assert found["acme.web:page"].data["title"] == "hello"


def test_what_ships_with_the_runtime_needs_no_download(tmp_path):
    assert {"wippy/test", "wippy/terminal"} <= set(shipped())
    found = load(tmp_path, "modules: [{name: wippy/test, version: 0.4.0}]\n")
    assert found["wippy.test:runner"].meta["module"] == "wippy/test"


def test_a_missing_module_is_told_with_who_asks_for_it(tmp_path):
    told = refusal(tmp_path, "", DEPENDENCY.format(component="acme/web", version="*"))
    assert "the module acme/web, which app:dependency asks for, is nowhere" in told
    assert "replacements: [{from: acme/web, to: ../path}]" in told
    told = refusal(tmp_path, "modules: [{name: acme/web, version: 1.0.0}]\n")
    assert "the module acme/web, which wippy.lock asks for, is nowhere" in told


def test_a_replacement_that_is_no_directory_is_told(tmp_path):
    told = refusal(tmp_path, "replacements: [{from: acme/web, to: ./gone}]\n")
    assert "the replacement of acme/web is no directory" in told


@pytest.mark.parametrize("name", ["web", "../web", "a/b/c", "/web", "acme/.."])
def test_a_name_that_is_no_module_is_told_and_leads_nowhere(tmp_path, name):
    told = refusal(tmp_path, "", DEPENDENCY.format(component=f'"{name}"', version="*"))
    assert f"app:dependency asks for '{name}', which is no module; write organization/module" in told


def test_a_file_of_a_module_that_is_wrong_is_told_once(tmp_path):
    module(tmp_path, ".wippy/vendor/acme/web", "acme.web")
    write(tmp_path, ".wippy/vendor/acme/web/src/bad.yaml", "namespace: [acme\n")
    told = refusal(tmp_path, "", DEPENDENCY.format(component="acme/web", version="*"))
    assert told.count("bad.yaml") == 1


def test_a_version_out_of_range_is_told_with_the_entry(tmp_path):
    module(tmp_path, ".wippy/vendor/acme/web", "acme.web")
    told = refusal(tmp_path, "", DEPENDENCY.format(component="acme/web", version="^2.0.0"))
    assert "src/_index.yaml:4: app:dependency wants acme/web ^2.0.0, and version 1.2.0 is there" in told


def test_a_range_that_is_none_is_told(tmp_path):
    module(tmp_path, ".wippy/vendor/acme/web", "acme.web")
    told = refusal(tmp_path, "", DEPENDENCY.format(component="acme/web", version="new"))
    assert "app:dependency: 'new' is no version; write it as 1.2.3" in told


def test_a_manifest_that_cannot_be_read_is_told(tmp_path):
    module(tmp_path, ".wippy/vendor/acme/web", "acme.web")
    write(tmp_path, ".wippy/vendor/acme/web/wippy.yaml", "exclude: all\n")
    told = refusal(tmp_path, "modules: [{name: acme/web, version: 1.2.0}]\n")
    assert "wippy.yaml:1: 'exclude' must be a list" in told


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("1.2.3", "1.2.3", "1.2.4"),
        ("=1.2.3", "v1.2.3", "1.2.4"),
        ("^1.2.0", "1.9.9", "2.0.0"),
        ("^0.2.3", "0.2.9", "0.3.0"),
        ("^0.0.3", "0.0.3", "0.0.4"),
        ("~1.2.0", "1.2.9", "1.3.0"),
        ("~1", "1.9.0", "2.0.0"),
        (">=1.0.0 <2.0.0", "1.5.0", "2.0.0"),
        (">=1.0.0, !=1.5.0", "1.4.0", "1.5.0"),
        ("1.x", "1.7.0", "2.0.0"),
        ("1.2.*", "1.2.7", "1.3.0"),
        (">1.0.0-rc.1", "1.0.0", "1.0.0-rc.1"),
        (">=1.0.0-rc.2", "1.0.0-rc.10", "1.0.0-rc.1"),
    ],
)
def test_ranges_of_versions(text, inside, outside):
    constraint = Constraint.read(text)
    assert constraint.allows(inside)
    assert not constraint.allows(outside)


def test_every_version_is_in_a_star_and_none_in_nonsense():
    assert Constraint.read("*").allows("0.0.1")
    for text in ("^", "1.2.3.4", ">=", "a" * 300, " ".join([">1.0.0"] * 11)):
        with pytest.raises(VersionError):
            Constraint.read(text)
