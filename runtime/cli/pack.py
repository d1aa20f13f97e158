"""`wippy pack`: a project with all its modules in one file."""

from pathlib import Path
from typing import Annotated

import typer

from runtime.cli.console import CommandError, Settings, out, show_warnings
from runtime.cli.options import Lock
from runtime.components.loader import load_entries
from runtime.components.manifest import Manifest
from runtime.components.packing import DIRECTORY, Label, PackingError, Selection, make_pack
from runtime.components.wapp import digest_of, write_pack

_HELP = """Put a project with its modules into one file, which runs without the sources.

The same sources give the same bytes; SOURCE_DATE_EPOCH sets the time that is written.

\b
Example:  wippy pack app.wapp
          wippy pack app.wapp --embed app:assets --exclude-ns 'test.**'
          wippy pack --list
"""

Patterns = Annotated[list[str] | None, typer.Option(metavar="PATTERN", help="Patterns namespace:name; repeatable.")]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("pack", help=_HELP)(pack)


def pack(
    ctx: typer.Context,
    file: Annotated[Path | None, typer.Argument(metavar="[FILE]", help="The pack to write, such as app.wapp.")] = None,
    lock_file: Lock = None,
    description: Annotated[str, typer.Option("--description", "-d", help="What the pack says of itself.")] = "",
    tags: Annotated[str, typer.Option("--tags", "-t", help="Words, separated by commas.")] = "",
    meta: Annotated[list[str] | None, typer.Option("--meta", metavar="KEY=VALUE", help="More metadata.")] = None,
    embed: Patterns = None,
    embed_all: Annotated[bool, typer.Option("--embed-all", help="Embed all volumes of kind fs.directory.")] = False,
    list_only: Annotated[bool, typer.Option("--list", help="List the volumes that could be embedded.")] = False,
    exclude: Patterns = None,
    exclude_ns: Patterns = None,
    bytecode: Annotated[list[str] | None, typer.Option("--bytecode", help="Not available here.")] = None,
) -> None:
    """Make a pack."""
    settings: Settings = ctx.obj
    show_warnings(settings)
    project = settings.project(lock_file=lock_file)
    entries = load_entries(project, settings.configuration(project))
    if list_only:
        for entry in entries:
            if entry.kind == DIRECTORY:
                out(f"{entry.id}  {entry.lookup('directory')}")
        return
    if file is None:
        raise CommandError("name the file to write: wippy pack app.wapp")
    if bytecode:
        raise CommandError("--bytecode is for the reference's virtual machine; here sources are compiled at the start")
    if embed and embed_all:
        raise CommandError("--embed and --embed-all cannot stand together")
    chosen = ["**"] if embed_all else embed or _embedded_by(Manifest.read(project.root))
    selection = Selection(chosen, tuple(exclude or ()), tuple(exclude_ns or ()))
    label = Label(description, [word for word in tags.split(",") if word], dict(_pair(text) for text in meta or ()))
    try:
        made = make_pack(project.root, entries, selection, label)
        write_pack(file, made)
    except (PackingError, OSError) as problem:
        raise CommandError(str(problem)) from None
    out(f"{file}: {len(made.entries)} entries, {len(made.resources)} volumes, sha256 {digest_of(file)}")


def _embedded_by(manifest: Manifest) -> list[str]:
    given = manifest.fields.get("embed") or []
    return [str(pattern) for pattern in given] if isinstance(given, list) else []


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise CommandError(f"--meta {text}: write it as key=value")
    return name, value
