"""The `wippy` command: global flags, errors, and the commands, whose modules are imported only when they are called."""

import copy
import importlib
import importlib.util
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from runtime.cli.console import CommandError, Settings, err, out, report_error, show_warnings

if TYPE_CHECKING:
    from collections.abc import Callable

# In the order of the help page. Each module has `register(app: typer.Typer) -> None`.
COMMANDS = {
    "init": "runtime.cli.init",
    "build": "runtime.cli.build",
    "run": "runtime.cli.run",
    "serve": "runtime.cli.serve",
    "test": "runtime.cli.test",
    "lua": "runtime.cli.lua",
    "pack": "runtime.cli.pack",
    "add": "runtime.cli.modules",
    "install": "runtime.cli.modules",
    "update": "runtime.cli.modules",
    "search": "runtime.cli.modules",
    "registry": "runtime.cli.registry",
    "workflow": "runtime.cli.workflow",
    "version": "runtime.cli.version",
}
_HELP = """Run applications written in typed Lua.

\b
Start a project:     wippy init
Compile it:          wippy build
Run it:              wippy run
Run one Lua file:    wippy lua hello.lua
"""
_TAKES_VALUE = ("--config", "--profile")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and end the process with its exit code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    code = run(arguments)
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader has gone; keep Python from trying again while it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(code)


def run(arguments: Sequence[str]) -> int:
    """Run the command line and give its exit code; every error is told on standard error."""
    settings = Settings()
    try:
        if arguments and arguments[0] == "lua":
            # Small programs are run often: they start without typer, which takes longer than all the rest.
            from runtime.cli.program import execute, plain_request

            wanted = plain_request(arguments[1:])
            if wanted is not None:
                show_warnings(settings)
                return execute(wanted)
        command = _command(arguments)
        result = command.main(list(arguments), prog_name="wippy", standalone_mode=False, obj=settings)
    except KeyboardInterrupt:
        return 130
    except SystemExit as exiting:  # typer's own way out when the reader of our output has gone
        return exiting.code if isinstance(exiting.code, int) else int(exiting.code is not None)
    except Exception as error:  # noqa: BLE001  (the last border: nothing gets past it as a traceback)
        return _report(error, settings)
    return result if isinstance(result, int) else 0


def _report(error: Exception, settings: Settings) -> int:
    usage = getattr(error, "format_message", None)
    if usage is not None:
        context = getattr(error, "ctx", None)
        path = context.command_path if context is not None else "wippy"
        report_error(f"{usage()}\nSee `{path} --help`.")
    elif isinstance(error, _expected()):
        report_error(str(error))
    else:
        report_error(f"internal error: {type(error).__name__}: {error}")
        if settings.verbose:
            err("".join(traceback.format_exception(error)))
        else:
            err("This is a mistake in wippy, not in your project. Run again with -v to see where it happened.")
    return 1


def _expected() -> tuple[type[Exception], ...]:
    """List the errors whose text is meant for users. Only modules that are loaded can have raised theirs."""
    names = {
        "runtime.project": ["ProjectError"],
        "runtime.config": ["ConfigError"],
        "runtime.http.boot": ["ListenError"],
        "runtime.registry.problem": ["LoadError"],
        "runtime.registry.errors": ["EntryError", "RegistryError"],
        "runtime.supervisor.supervisor": ["SupervisorError"],
        "runtime.binding.failure": ["Failure"],
        "runtime.lua.errors": ["LuaError"],
        "compiler.errors": ["SourceError"],
    }
    found = [
        getattr(sys.modules[module], name)
        for module, listed in names.items()
        if module in sys.modules
        for name in listed
    ]
    return (CommandError, *found)


def _command(arguments: Sequence[str]) -> Any:
    """Build the command tree: with one command if the arguments name one, else with all, for the help page."""
    import typer

    app = typer.Typer(
        name="wippy",
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(invoke_without_command=True, help=_HELP)(_globals())
    name = _named(arguments)
    for module in [COMMANDS[name]] if name in COMMANDS else dict.fromkeys(COMMANDS.values()):
        if importlib.util.find_spec(module) is not None:
            importlib.import_module(module).register(app)
    command: Any = typer.main.get_command(app)
    for below in command.commands.values():
        _accept_globals(below, command.params)
    return command


def _named(arguments: Sequence[str]) -> str | None:
    """Give the first argument that is neither a flag nor the value of one."""
    waiting = iter(arguments)
    for argument in waiting:
        if argument in _TAKES_VALUE:
            next(waiting, None)
        elif not argument.startswith("-"):
            return argument
    return None


def _globals() -> "Callable[..., None]":
    """Give what takes the global flags."""
    import typer

    def take(
        ctx: typer.Context,
        verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log in detail.")] = False,
        console: Annotated[
            bool, typer.Option("--console", "-c", help="Log for people, in colour on a terminal.")
        ] = False,
        silent: Annotated[bool, typer.Option("--silent", "-s", help="Log nothing to the console.")] = False,
        config: Annotated[
            list[Path] | None,
            typer.Option("--config", metavar="FILE", help="Configuration file; may be repeated, later ones win."),
        ] = None,
        profile: Annotated[
            list[str] | None,
            typer.Option("--profile", metavar="NAME", help="Apply a profile of the configuration; may be repeated."),
        ] = None,
        version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
    ) -> None:
        """Take the global flags; show help when there is no command."""
        settings: Settings = ctx.obj
        flags = {"verbose": verbose, "console": console, "silent": silent, "config": config, "profile": profile}
        for name, value in flags.items():
            _note(settings, name, value)
        if version:
            from runtime.cli.version import version_text

            out(version_text())
        elif ctx.invoked_subcommand is None:
            out(ctx.get_help())

    return take


def _note(settings: Settings, name: str, value: Any) -> None:
    if name in ("config", "profile"):
        getattr(settings, name).extend(value or ())
    elif value:
        setattr(settings, name, True)


def _accept_globals(command: Any, options: Sequence[Any]) -> None:
    """Let a command take the global flags too, so that they may stand behind its name; its own flags win."""
    for below in getattr(command, "commands", {}).values():
        _accept_globals(below, options)
    taken = {flag for option in command.params for flag in (*option.opts, *option.secondary_opts)}
    for option in options:
        if option.name != "version" and not taken.intersection(option.opts):
            flag = copy.copy(option)
            flag.expose_value, flag.hidden = False, True
            flag.callback = lambda ctx, given, value: _note(ctx.obj, given.name, value)
            command.params.append(flag)


if __name__ == "__main__":
    main()
