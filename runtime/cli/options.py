"""Options that several commands have."""

from pathlib import Path
from typing import Annotated

import typer

Directory = Annotated[Path | None, typer.Option("--dir", "-d", help="The project; by default the current one.")]
Overrides = Annotated[
    list[str] | None,
    typer.Option("--override", "-o", metavar="NS:NAME:PATH=VALUE", help="Override a value of an entry; repeatable."),
]
Sets = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="PATH=VALUE", help="Override a configuration value; repeatable."),
]
Frozen = Annotated[bool, typer.Option("--frozen", help="Refuse to compile: run what `wippy build` made.")]
Lock = Annotated[Path | None, typer.Option("--lock-file", "-l", help="The project's lock file.")]
