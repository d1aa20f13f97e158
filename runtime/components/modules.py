"""Where the modules of a project are: replaced by a directory, vendored, or shipped with the runtime.

A module is used when the lock names it, a replacement does, or an ns.dependency asks for it. What nothing on the disk
provides comes from the modules that ship with the runtime.
"""

from __future__ import annotations

import importlib.util
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from runtime.components.manifest import MANIFEST, Manifest
from runtime.components.packing import PackingError, entries_of, open_pack
from runtime.components.versions import Constraint, VersionError
from runtime.components.wapp import PackError
from runtime.registry.loader import EntryReader
from runtime.registry.problem import LoadError, Problem
from runtime.registry.requirements import DEPENDENCY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runtime.config import Config
    from runtime.project import Project
    from runtime.registry.entry import Entry

VENDOR = "vendor"
VOLUMES = "volumes"  # below the state of the project: files that packs embed
_NAME = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")


@dataclass(frozen=True)
class Module:
    """A module `organization/module`: the entries that others get, tagged with its name, and what is wrong with it."""

    name: str
    version: str
    entries: Sequence[Entry]
    problems: Sequence[Problem] = ()


def is_module_name(name: str) -> bool:
    """Tell whether a text is `organization/module`, of which paths are made."""
    return _NAME.fullmatch(name) is not None


@lru_cache(1)
def shipped_directory() -> Path:
    """Give the directory of the modules that ship with the runtime."""
    spec = importlib.util.find_spec("stdlib")
    assert spec is not None, "the package with the standard library is there"
    assert spec.submodule_search_locations, "and it is a package"
    return Path(spec.submodule_search_locations[0]) / "framework"


def shipped() -> list[str]:
    """List the modules that ship with the runtime."""
    return sorted(
        f"{path.parent.parent.name}/{path.parent.name}" for path in shipped_directory().glob(f"*/*/{MANIFEST}")
    )


def modules_of(project: Project, config: Config, entries: Sequence[Entry]) -> tuple[list[Module], list[Problem]]:
    """Read all modules that a project uses, and tell what is missing or wrong."""
    finder = _Finder(project, _replacements(project, config))
    for name in finder.replacements:
        finder.use(name, "the replacements")
    for module in project.lock.modules:
        finder.use(module.name, str(project.lock_file.name))
    finder.follow(entries)
    return list(finder.found.values()), finder.problems


def _replacements(project: Project, config: Config) -> dict[str, Path]:
    """Read the replacements of the lock, and those of the configuration, which win; null takes one back."""
    found = {name: project.root / target for name, target in project.lock.replacements.items()}
    for name, target in config.section("workspace.replacements").items():
        if target is None:
            found.pop(name, None)
        else:
            found[name] = config.directory / str(target)
    return found


class _Finder:
    def __init__(self, project: Project, replacements: dict[str, Path]) -> None:
        self.replacements = replacements
        self.found: dict[str, Module] = {}
        self.problems: list[Problem] = []
        self._project = project
        self._versions = {module.name: module.version for module in project.lock.modules}
        self._digests = {module.name: module.hash for module in project.lock.modules}
        self._missing: set[str] = set()

    def follow(self, entries: Sequence[Entry]) -> None:
        """Use what dependencies ask for, and what those ask for in turn."""
        pending = [*entries, *(entry for module in self.found.values() for entry in module.entries)]
        while pending:
            entry = pending.pop()
            component = entry.lookup("component")
            if entry.kind != DEPENDENCY or not isinstance(component, str):
                continue
            known = component in self.found
            found = self.use(component, str(entry.id))
            if found is not None:
                self._check_version(entry, found)
                pending += [] if known else found.entries

    def _check_version(self, entry: Entry, source: Module) -> None:
        wanted = entry.lookup("version")
        place, line = self._place(entry)
        try:
            if isinstance(wanted, str) and not Constraint.read(wanted).allows(source.version):
                self.problems.append(
                    Problem(
                        place,
                        line,
                        f"{entry.id} wants {source.name} {wanted}, and version {source.version} is there",
                        "widen `version:`, or provide another version of the module",
                    )
                )
        except VersionError as problem:
            self.problems.append(Problem(place, line, f"{entry.id}: {problem}", "write a range such as ^1.2.0"))

    def _place(self, entry: Entry) -> tuple[Path, int]:
        return (entry.origin.file, entry.origin.line) if entry.origin is not None else (self._project.lock_file, 0)

    def use(self, name: str, asked_by: str) -> Module | None:
        """Find a module; one that is nowhere is told once, with who asks for it."""
        if name in self.found or name in self._missing:
            return self.found.get(name)
        try:
            module = self._find(name)
            if module is None:
                raise LoadError([self._nowhere(name, asked_by)])
        except LoadError as error:
            self.problems += error.problems
            self._missing.add(name)
            return None
        self.problems += module.problems
        self.found[name] = module
        return module

    def _nowhere(self, name: str, asked_by: str) -> Problem:
        if not is_module_name(name):
            reason = f"{asked_by} asks for '{name}', which is no module"
            return Problem(self._project.lock_file, 0, reason, "write organization/module")
        return Problem(
            self._project.lock_file,
            0,
            f"the module {name}, which {asked_by} asks for, is nowhere",
            f"install it below {self._project.modules_dir / VENDOR}, or replace it by a directory: "
            f"`replacements: [{{from: {name}, to: ../path}}]`",
        )

    def _find(self, name: str) -> Module | None:
        version = self._versions.get(name, "").removeprefix("v")
        if name in self.replacements:
            home = self.replacements[name].resolve()
            if not home.is_dir():
                reason = f"the replacement of {name} is no directory: {home}"
                raise LoadError([Problem(self._project.lock_file, 0, reason, "correct the path")])
            return _read(name, version, home)
        if not is_module_name(name):
            return None
        organization, module = name.split("/")
        for home in self._vendored(organization, module, version):
            if home.is_dir():
                return _read(name, version, home)
            if home.suffix == ".wapp" and home.is_file():
                return self._packed(name, version, home)
        home = shipped_directory() / organization / module
        return _read(name, version, home) if (home / MANIFEST).is_file() else None

    def _vendored(self, organization: str, module: str, version: str) -> list[Path]:
        vendor = self._project.modules_dir
        vendor = vendor if vendor.name == VENDOR else vendor / VENDOR
        places = [vendor / organization / module]
        if version:
            places += [vendor / organization / f"{module}-{version}{suffix}" for suffix in (".wapp", "")]
        return places

    def _packed(self, name: str, version: str, path: Path) -> Module:
        try:
            pack = open_pack(path, self._digests.get(name, ""))
            entries = entries_of(pack, self._project.state_dir / VOLUMES)
        except (PackError, PackingError) as error:
            reason = f"the module {name} cannot be used: {error}"
            remedy = "install it anew: `wippy install --force`"
            raise LoadError([Problem(self._project.lock_file, 0, reason, remedy)]) from None
        reader = _reader(name, version or str(pack.metadata.get("version", "")), Manifest())
        reader.take(entries)
        return _module(name, reader)


def _read(name: str, version: str, home: Path) -> Module:
    """Read a directory: its entries are in `src` where there is one."""
    manifest = Manifest.read(home)
    reader = _reader(name, version or manifest.version.removeprefix("v"), manifest)
    reader.read_tree(home / "src" if (home / "src").is_dir() else home)
    return _module(name, reader)


def _reader(name: str, version: str, manifest: Manifest) -> EntryReader:
    return EntryReader(tags={"module": name, "module_version": version}, accepts=manifest.accepts)


def _module(name: str, reader: EntryReader) -> Module:
    return Module(name, reader.tags["module_version"], list(reader.entries.values()), reader.problems)
