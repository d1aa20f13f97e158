"""Entries that can be run by name: processes with `command` in their metadata, and the terminal host to run them on."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runtime.cli.console import CommandError
from runtime.registry.entry import EntryId

if TYPE_CHECKING:
    from collections.abc import Iterable

    from runtime.registry.entry import Entry


@dataclass(frozen=True, order=True)
class Command:
    """What `meta.command` of a process says."""

    name: str
    entry: EntryId
    short: str = ""


def commands_of(entries: Iterable[Entry]) -> list[Command]:
    """List the commands, sorted by name."""
    found = []
    for entry in entries:
        declared = entry.lookup("meta.command")
        if entry.kind.startswith("process.") and isinstance(declared, dict):
            name, short = declared.get("name"), declared.get("short")
            if isinstance(name, str) and name:
                found.append(Command(name, entry.id, short if isinstance(short, str) else ""))
    return sorted(found)


def use_case_entries(entries: Iterable[Entry], use_case: str) -> list[Command]:
    """List the commands of a use case, sorted by name; those that name none are for `run`."""
    entries = [entry for entry in entries if entry.lookup("meta.command.use_case", "run") == use_case]
    return commands_of(entries)


def find_command(entries: Iterable[Entry], name: str) -> EntryId:
    """Give the process that a command means."""
    commands = commands_of(entries)
    found = [command.entry for command in commands if command.name == name]
    if len(found) > 1:
        raise CommandError(f'command "{name}" is declared by {" and ".join(map(str, found))}; rename one of them')
    if not found:
        near = difflib.get_close_matches(name, [command.name for command in commands], 1)
        meant = f' Did you mean "{near[0]}"?' if near else ""
        raise CommandError(f'command "{name}" not found.{meant} See the commands there are with: wippy run list')
    return found[0]


def entry_of(text: str) -> EntryId:
    """Read the id given to `--exec` or `--host`."""
    found = EntryId.parse(text)
    if not found.ns or not found.name:
        raise CommandError(f"'{text}' is no entry id; write namespace:name")
    return found


def terminal_host(entries: Iterable[Entry], wanted: str | None) -> EntryId:
    """Give the terminal host to use: the one asked for, or the only one."""
    hosts = [entry.id for entry in entries if entry.kind == "terminal.host"]
    if wanted is not None:
        chosen = entry_of(wanted)
        if chosen not in hosts:
            known = ", ".join(map(str, hosts)) or "none"
            raise CommandError(f"{chosen} is no terminal.host; there are: {known}")
        return chosen
    if not hosts:
        raise CommandError(
            "no terminal.host found; add an entry such as\n"
            "  - {name: terminal, kind: terminal.host, lifecycle: {auto_start: true}}"
        )
    if len(hosts) > 1:
        raise CommandError(f"multiple terminal hosts found ({', '.join(map(str, hosts))}); choose one with --host")
    return hosts[0]
