"""`wippy registry list` and `wippy registry show`: the entries as they are loaded, nothing being run."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml

from runtime.cli.console import CommandError, Settings, out, show_warnings, style
from runtime.cli.options import Lock, Overrides, Sets
from runtime.components.loader import load_entries
from runtime.config import coerce
from runtime.registry import finder
from runtime.registry.entry import Entry
from runtime.registry.problem import shown

_GROUP_HELP = """Look at the entries of a project.

\b
Example:  wippy registry list --kind 'http.*'
          wippy registry show app:hello
"""
_LIST_HELP = """List entries, sorted by id.

Patterns are globs in which * stands for anything. A --meta filter is field=value, field~regex, field*part,
field^prefix or field$suffix.

\b
Example:  wippy registry list --kind 'http.*' --meta type=api
          wippy registry list --ns 'app.*' --json
"""
_SHOW_HELP = """Show one entry, by its id, or by its name if only one entry has that name.

\b
Example:  wippy registry show app:hello
          wippy registry show app:hello --field source --raw
"""
_OPERATORS = "~*^$="

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
AsYaml = Annotated[bool, typer.Option("--yaml", help="Print YAML.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(rich_markup_mode=None)
    group.callback(invoke_without_command=True, help=_GROUP_HELP)(_help)
    group.command("list", help=_LIST_HELP)(list_entries)
    group.command("show", help=_SHOW_HELP)(show_entry)
    app.add_typer(group, name="registry")


def _help(ctx: typer.Context) -> None:
    """Show help when there is no command."""
    if ctx.invoked_subcommand is None:
        out(ctx.get_help())


def list_entries(
    ctx: typer.Context,
    kind: Annotated[str, typer.Option("--kind", "-k", help="Kinds like this.")] = "",
    ns: Annotated[str, typer.Option("--ns", "-n", help="Namespaces like this.")] = "",
    name: Annotated[str, typer.Option("--name", help="Names like this.")] = "",
    meta: Annotated[list[str] | None, typer.Option("--meta", help="Metadata like this; may be repeated.")] = None,
    as_json: AsJson = False,
    as_yaml: AsYaml = False,
    lock_file: Lock = None,
    sets: Sets = None,
    overrides: Overrides = None,
) -> None:
    """List entries."""
    entries = _load(ctx.obj, lock_file, sets or (), overrides or ())
    query = {key: value for key, value in ((".kind", kind), (".ns", ns), (".name", name)) if value}
    entries = finder.find(entries, query)
    for text in meta or ():
        entries = _with_meta(entries, text)
    if as_json or as_yaml:
        _dump([{"id": str(entry.id), "kind": entry.kind, "meta": entry.meta} for entry in entries], as_json=as_json)
    else:
        _table(entries)


def show_entry(
    ctx: typer.Context,
    entry_id: Annotated[str, typer.Argument(metavar="ID", help="namespace:name, or a name.")],
    field: Annotated[
        str, typer.Option("--field", "-f", help="Only a field of the data, meta.FIELD, or kind, meta or data.")
    ] = "",
    as_json: AsJson = False,
    as_yaml: AsYaml = False,
    raw: Annotated[bool, typer.Option("--raw", help="Print a text as it is.")] = False,
    lock_file: Lock = None,
    sets: Sets = None,
    overrides: Overrides = None,
) -> None:
    """Show one entry."""
    entry = _choose(_load(ctx.obj, lock_file, sets or (), overrides or ()), entry_id)
    if not field:
        if not (as_json or as_yaml or raw) and entry.origin is not None:
            out(style(f"# {shown(entry.origin.file)}:{entry.origin.line}", "dim"))
        _dump(entry.plain(), as_json=as_json)
        return
    value = entry.lookup(field)
    if value is None:
        value = entry.plain().get(field)
    if value is None:
        known = ", ".join(sorted(entry.data)) if isinstance(entry.data, dict) else "none"
        raise CommandError(f"{entry.id} has no field '{field}'; its data has: {known}")
    if isinstance(value, str) and not (as_json or as_yaml):
        out(value if raw else value.rstrip("\n"))
    else:
        _dump(value, as_json=as_json)


def _load(settings: Settings, lock_file: Path | None, sets: Sequence[str], overrides: Sequence[str]) -> list[Entry]:
    show_warnings(settings)
    project = settings.project(lock_file=lock_file)
    return load_entries(project, settings.configuration(project, sets), overrides)


def _with_meta(entries: list[Entry], text: str) -> list[Entry]:
    """Filter by a `--meta` text. A value that looks like a number or boolean matches as such, and as text."""
    at = next((index for index, char in enumerate(text) if char in _OPERATORS and index), 0)
    if not at:
        raise CommandError(f"--meta {text}: write field=value, field~regex, field*part, field^prefix or field$suffix")
    field, operator, value = text[:at], text[at].replace("=", ""), text[at + 1 :]
    found = finder.find(entries, {f"{operator}meta.{field}": value})
    if not operator and coerce(value) != value:
        found = sorted([*found, *finder.find(entries, {f"meta.{field}": coerce(value)})], key=lambda entry: entry.id)
    return found


def _choose(entries: list[Entry], text: str) -> Entry:
    found = [entry for entry in entries if str(entry.id) == text]
    found = found or [entry for entry in entries if entry.id.name == text]
    if not found:
        raise CommandError(f"there is no entry {text}; `wippy registry list` shows all")
    if len(found) > 1:
        raise CommandError(f"{text} is the name of several entries: {', '.join(str(entry.id) for entry in found)}")
    return found[0]


def _dump(value: Any, *, as_json: bool) -> None:
    if as_json or not isinstance(value, (dict, list)):
        out(json.dumps(value, indent=2, ensure_ascii=False, default=str))
    else:
        sys.stdout.write(yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100))


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as blocks, so that source code can be read."""

    def ignore_aliases(self, _data: Any) -> bool:
        return True


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _represent_text)


def _table(entries: list[Entry]) -> None:
    if not entries:
        out("no entries found")
        return
    width = max(len(str(entry.id)) for entry in entries)
    out(style(f"{'ID':<{width}}  KIND", "bold"))
    for entry in entries:
        out(f"{entry.id!s:<{width}}  {style(entry.kind, 'dim')}")
    out(f"\n{len(entries)} {'entry' if len(entries) == 1 else 'entries'}")
