"""The entry kind exec.native: what may be run on the host, where, and in which environment (page system/exec)."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003  (decoding evaluates the annotations)
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from runtime.binding.failure import Failure
from runtime.executors.program import Command, Program
from runtime.lua.errors import Kind
from runtime.registry.kinds import KindHandler

if TYPE_CHECKING:
    from runtime.registry.entry import Entry


@dataclass(frozen=True)
class NativeConfig:
    """The data of an exec.native entry. Without a whitelist every command may run."""

    default_work_dir: str = ""
    default_env: Mapping[str, str] = field(default_factory=dict)
    command_whitelist: tuple[str, ...] = ()


class NativeExecutor:
    """Starts programs by the rules of an entry; `root` is where relative directories begin."""

    def __init__(self, root: Path, config: NativeConfig) -> None:
        self._root = root
        self._config = config

    def program(self, line: str, work_dir: str | None, environment: Mapping[str, str]) -> Program:
        """Make a program that is not started yet; PermissionDenied for a command that the whitelist lacks."""
        allowed = self._config.command_whitelist
        if allowed and line not in allowed:
            raise Failure(Kind.PERMISSION_DENIED, f"the command is not in the whitelist: {line}")
        chosen = work_dir or self._config.default_work_dir
        directory = str(self._root / chosen) if chosen else None
        return Program(Command(line, directory, {**self._config.default_env, **environment}))


class NativeKind(KindHandler):
    """Runs exec.native entries."""

    kinds: ClassVar[tuple[str, ...]] = ("exec.native",)
    config: ClassVar[type] = NativeConfig

    def create(self, entry: Entry, config: NativeConfig) -> None:
        """Make the executor."""
        self.node.resources.put(entry.id, NativeExecutor(Path(self.node.project.root), config))

    def update(self, _old: Entry, new: Entry, config: NativeConfig) -> None:
        """Put another executor in the place of the old one; programs run on."""
        self.create(new, config)

    def delete(self, entry: Entry) -> None:
        """Take the executor away; programs run on."""
        self.node.resources.remove(entry.id)
