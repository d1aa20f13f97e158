"""`wippy lua`: run a Lua file or a piece of code by itself, without a project, or talk with the language."""

from typing import Annotated

import typer

from runtime.cli.console import Settings, show_warnings
from runtime.cli.program import execute, request

_HELP = """Run a Lua file, or code given on the command line; without either, type code and see what it gives.

The program sees the language and its libraries, and those modules that need no project: `base64`, `channel`, `expr`,
`hash`, `json`, `payload`, `time` and `uuid`; `arg` and `...` hold the arguments, `print` writes to standard output.

\b
Example:  wippy lua hello.lua World
          wippy lua -e 'print(1 + 2)'
          wippy lua --dump python hello.lua
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    settings = {"ignore_unknown_options": True, "allow_interspersed_args": False}
    app.command("lua", help=_HELP, context_settings=settings)(lua)


def lua(
    ctx: typer.Context,
    file: Annotated[str | None, typer.Argument(metavar="FILE", help="The program; - is standard input.")] = None,
    arguments: Annotated[
        list[str] | None, typer.Argument(metavar="ARGS", help="What the program gets as `...`.")
    ] = None,
    code: Annotated[str | None, typer.Option("-e", metavar="CODE", help="Run this code instead of a file.")] = None,
    dump: Annotated[
        str | None,
        typer.Option("--dump", metavar="STAGE", help="Show what tree, resolved, python or code the program becomes."),
    ] = None,
) -> None:
    """Run a program."""
    show_warnings(ctx.obj if isinstance(ctx.obj, Settings) else Settings())
    raise typer.Exit(execute(request(file, arguments or [], code, dump)))
