"""`wippy docs`."""

import difflib
from pathlib import Path
from typing import Annotated

import typer

from runtime.cli.console import CommandError, out


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("docs", help=_HELP)(show_docs)


_HELP = """Show the reference of a module or an entry kind, or list both.

\b
Example:  wippy docs sql
          wippy docs http.service
"""


def show_docs(
    name: Annotated[str | None, typer.Argument(help="A module or a kind; without it all are listed.")] = None,
    write: Annotated[Path | None, typer.Option("--write", metavar="DIR", help="Write all pages into a folder.")] = None,
) -> None:
    """Print one page or the list, or write all."""
    from runtime.reference import reference

    if write is not None:
        written, removed = reference.write(write)
        out(f"{written} pages in {write}" + (f", {removed} removed" if removed else ""))
        return
    pages = {
        path.partition("/")[2].removesuffix(".md") or "README": text for path, text in reference.reference().items()
    }
    wanted = name or "README"
    if wanted not in pages:
        near = difflib.get_close_matches(wanted, pages, 1)
        meant = f"did you mean {near[0]}? " if near else ""
        raise CommandError(f"there is no module or kind '{wanted}'; {meant}`wippy docs` lists them")
    out(pages[wanted].partition("-->\n")[2].strip())
