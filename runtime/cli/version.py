"""`wippy version`."""

import platform
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated

import typer

from runtime.cli.console import out


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("version", help=_HELP)(show_version)


_HELP = """Print the version of wippy and of what it runs on.

\b
Example:  wippy version --short
"""


def show_version(
    short: Annotated[bool, typer.Option("--short", help="Print the number alone.")] = False,
) -> None:
    """Print the version."""
    out(package_version() if short else version_text())


def package_version() -> str:
    """Give the version of the installed package."""
    try:
        return version("wippy")
    except PackageNotFoundError:
        return "0.0.0+source"


def version_text() -> str:
    """Give the version with that of Python and the system."""
    system = f"{platform.system()} {platform.machine()}"
    return f"wippy {package_version()} ({platform.python_implementation()} {platform.python_version()}, {system})"
