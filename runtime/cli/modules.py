"""`wippy add`, `install`, `update` and `search`: the modules of a project."""

import json
import os
from typing import Annotated

import typer

from runtime.cli.console import CommandError, Settings, out
from runtime.cli.options import Lock
from runtime.components.hub import Hub, HubError, choose, open_hub
from runtime.components.lockfile import write_modules
from runtime.components.manifest import Manifest
from runtime.components.modules import VENDOR, is_module_name, shipped, shipped_directory
from runtime.components.wapp import digest_of
from runtime.project import LockedModule, Project
from runtime.registry.loader import EntryReader
from runtime.registry.requirements import DEPENDENCY

_ADD_HELP = """Add a module to wippy.lock. What ships with the runtime needs no download.

\b
Example:  wippy add wippy/test
          wippy add acme/web@^1.2.0 --registry file:///srv/modules
"""
_INSTALL_HELP = """Bring the packs that wippy.lock names, and check what is there against it.

\b
Example:  wippy install
          wippy install --force --registry file:///srv/modules
"""
_UPDATE_HELP = """Choose versions anew for what the sources ask for (ns.dependency), write the lock, and install.

\b
Example:  wippy update --registry file:///srv/modules
"""
_SEARCH_HELP = """List the modules that there are.

\b
Example:  wippy search web --registry file:///srv/modules
"""
Registry = Annotated[
    str, typer.Option("--registry", metavar="URL", help="Where modules are published: file:///path; or WIPPY_REGISTRY.")
]
HUB = "https://hub.wippy.ai"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("add", help=_ADD_HELP)(add)
    app.command("install", help=_INSTALL_HELP)(install)
    app.command("update", help=_UPDATE_HELP)(update)
    app.command("search", help=_SEARCH_HELP)(search)


def _hub(registry: str) -> Hub:
    try:
        return open_hub(registry or os.environ.get("WIPPY_REGISTRY") or HUB)
    except HubError as problem:
        raise CommandError(str(problem)) from None


def _shipped_version(name: str) -> str | None:
    """Give the version of a module that ships with the runtime."""
    return Manifest.read(shipped_directory() / name).version if name in shipped() else None


def add(
    ctx: typer.Context,
    module: Annotated[str, typer.Argument(metavar="MODULE[@VERSION]", help="organization/module.")],
    registry: Registry = "",
    lock_file: Lock = None,
) -> None:
    """Add a module."""
    settings: Settings = ctx.obj
    project = settings.project(lock_file=lock_file)
    name, _, wanted = module.partition("@")
    if not is_module_name(name):
        raise CommandError(f"'{name}' is no module; write organization/module")
    own = _shipped_version(name)
    version = own if own is not None and not wanted else _chosen(registry, name, wanted)
    others = [locked for locked in project.lock.modules if locked.name != name]
    write_modules(project.lock_file, [*others, LockedModule(name, version)])
    where = "ships with the runtime" if own is not None and not wanted else "`wippy install` brings it"
    out(f"{name} {version} is in {project.lock_file.name}; {where}")


def _chosen(registry: str, name: str, wanted: str) -> str:
    try:
        return choose(_hub(registry), name, wanted)
    except HubError as problem:
        raise CommandError(str(problem)) from None


def install(
    ctx: typer.Context,
    force: Annotated[bool, typer.Option("--force", "--refresh", "--repair", help="Bring all of them again.")] = False,
    registry: Registry = "",
    lock_file: Lock = None,
) -> None:
    """Install what the lock names."""
    settings: Settings = ctx.obj
    _install(settings.project(lock_file=lock_file), registry, force=force)


def _install(project: Project, registry: str, *, force: bool) -> None:
    modules = [_installed(project, module, registry, force=force) for module in project.lock.modules]
    if modules != list(project.lock.modules):
        write_modules(project.lock_file, modules)
    out(f"{len(modules)} {'module is' if len(modules) == 1 else 'modules are'} there")


def _installed(project: Project, module: LockedModule, registry: str, *, force: bool) -> LockedModule:
    """Make sure that a module is there, and that it is the one that the lock means."""
    version = module.version.removeprefix("v")
    vendor = project.modules_dir if project.modules_dir.name == VENDOR else project.modules_dir / VENDOR
    unpacked, pack = vendor / module.name, vendor / f"{module.name}-{version}.wapp"
    if module.name in project.lock.replacements or (unpacked.is_dir() and not force):
        return module
    if not pack.is_file() or force:
        if _shipped_version(module.name) is not None and not module.hash:
            return module
        try:
            _hub(registry).fetch(module.name, version, pack)
        except HubError as problem:
            raise CommandError(str(problem)) from None
        out(f"{module.name} {version} installed")
    digest = digest_of(pack)
    if module.hash and digest != module.hash:
        raise CommandError(
            f"{module.name} {version} has the hash {digest}, and {project.lock_file.name} wants {module.hash}; it was "
            "not what was published then: ask who publishes it, or remove the hash from the lock"
        )
    return LockedModule(module.name, module.version, digest)


def update(ctx: typer.Context, registry: Registry = "", lock_file: Lock = None) -> None:
    """Choose versions anew."""
    settings: Settings = ctx.obj
    project = settings.project(lock_file=lock_file)
    wanted = _dependencies(project)
    chosen = []
    for name, ranges in sorted(wanted.items()):
        own = _shipped_version(name)
        version = own if own is not None else _chosen(registry, name, " ".join(each for each in ranges if each != "*"))
        known = [locked for locked in project.lock.modules if (locked.name, locked.version) == (name, version)]
        chosen.append(known[0] if known else LockedModule(name, version))
    kept = [locked for locked in project.lock.modules if locked.name not in wanted and _shipped_version(locked.name)]
    write_modules(project.lock_file, [*chosen, *kept])
    _install(settings.project(lock_file=lock_file), registry, force=False)


def _dependencies(project: Project) -> dict[str, list[str]]:
    """Collect the ranges of versions that the sources ask for, by module."""
    reader = EntryReader([project.modules_dir.resolve(), project.state_dir.resolve()])
    for root in (*project.source_dirs, *(project.root / target for target in project.lock.replacements.values())):
        reader.read_tree(root)
    found: dict[str, list[str]] = {}
    for entry in reader.entries.values():
        component = entry.lookup("component")
        if entry.kind == DEPENDENCY and isinstance(component, str) and component not in project.lock.replacements:
            found.setdefault(component, []).append(str(entry.lookup("version", "*")))
    return found


def search(
    words: Annotated[str, typer.Argument(metavar="[WORD]", help="A part of the name.")] = "",
    registry: Registry = "",
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List modules."""
    own = [name for name in shipped() if words in name]
    where = registry or os.environ.get("WIPPY_REGISTRY")
    hub = _hub(where) if where else None
    others = [name for name in hub.names() if words in name and name not in own] if hub is not None else []
    listed = [(name, _shipped_version(name) or "", True) for name in own]
    listed += [(name, hub.versions(name)[0], False) for name in others if hub is not None]
    del listed[limit:]
    if as_json:
        out(json.dumps([dict(zip(("name", "version", "shipped"), each, strict=True)) for each in listed], indent=2))
        return
    for name, version, ships in listed:
        out(f"{name}  {version}{'  (ships with the runtime)' if ships else ''}")
    if not listed:
        out("no modules found")
