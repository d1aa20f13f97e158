"""`wippy init`."""

import os
from pathlib import Path
from typing import Annotated

import typer
import yaml

from runtime.cli.console import CommandError, out
from runtime.project import LOCK_FILE

_HELP = """Start a project: write wippy.lock and make the source directory.

\b
Example:  wippy init
          wippy init --src-dir ./app
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("init", help=_HELP)(init)


def init(
    src_dir: Annotated[str, typer.Option("--src-dir", "-d", help="Where the entries are.")] = "./src",
    modules_dir: Annotated[str, typer.Option("--modules-dir", help="Where installed modules go.")] = ".wippy",
    lock_file: Annotated[Path, typer.Option("--lock-file", "-l", help="The file to write.")] = Path(LOCK_FILE),
) -> None:
    """Write a lock file and make the source directory."""
    text = yaml.safe_dump({"directories": {"modules": modules_dir, "src": src_dir}}, sort_keys=True)
    try:
        descriptor = os.open(lock_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    except FileExistsError:
        raise CommandError(f"{lock_file} exists already; edit it, or remove it to start anew") from None
    except OSError as error:
        raise CommandError(f"{lock_file} cannot be written: {error.strerror}") from None
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    source = lock_file.parent / src_dir
    try:
        source.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CommandError(f"{source} cannot be made: {error.strerror}") from None
    out(f"wrote {lock_file}; entries go into {src_dir}, for example {src_dir}/_index.yaml")
