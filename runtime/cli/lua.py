"""`wippy lua`: run a Lua file or a piece of code by itself, without a project."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from runtime.cli.console import CommandError, err

_HELP = """Run a Lua file, or code given on the command line.

The program sees the language and its libraries; `arg` holds the arguments, `print` writes to standard output.

\b
Example:  wippy lua hello.lua World
          wippy lua -e 'print(1 + 2)'
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    settings = {"ignore_unknown_options": True, "allow_interspersed_args": False}
    app.command("lua", help=_HELP, context_settings=settings)(lua)


def lua(
    file: Annotated[str | None, typer.Argument(metavar="[FILE]", help="The program; - is standard input.")] = None,
    arguments: Annotated[
        list[str] | None, typer.Argument(metavar="[ARGS]...", help="What the program gets as `...`.")
    ] = None,
    code: Annotated[str | None, typer.Option("-e", metavar="CODE", help="Run this code instead of a file.")] = None,
) -> None:
    """Run a program; an error is told on standard error with the Lua stack, exit code 1."""
    from compiler.errors import SourceError
    from runtime.code.standalone import run
    from runtime.lua.caught import traceback_text
    from runtime.lua.errors import LuaError

    source, name, given = _program(file, arguments or [], code)
    try:
        run(source, name, [_bytes(argument) for argument in given], _write)
    except SourceError as error:
        sys.stdout.flush()
        err(error.render(name))
        raise typer.Exit(1) from None
    except LuaError as error:
        sys.stdout.flush()
        err(_text("lua: " + traceback_text(error)))
        raise typer.Exit(1) from None
    finally:
        sys.stdout.flush()


def _program(file: str | None, arguments: list[str], code: str | None) -> tuple[str, str, list[str]]:
    """Give source, chunk name and arguments."""
    if code is not None:
        return _bytes(code), "(command line)", [*([file] if file is not None else []), *arguments]
    if file is None:
        raise CommandError("nothing to run; give a file, or code with -e, as in: wippy lua -e 'print(1 + 2)'")
    if file == "-":
        return sys.stdin.buffer.read().decode("latin-1"), "stdin", arguments
    try:
        return Path(file).read_bytes().decode("latin-1"), Path(file).name, arguments
    except OSError as error:
        raise CommandError(f"cannot read {file}: {error.strerror or error}") from None


def _bytes(text: str) -> str:
    return text.encode("utf-8", "surrogateescape").decode("latin-1")


def _text(string: str) -> str:
    return string.encode("latin-1", "replace").decode("utf-8", "replace")


def _write(string: str) -> None:
    sys.stdout.flush()
    sys.stdout.buffer.write(string.encode("latin-1"))
