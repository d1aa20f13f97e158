"""One entry with Lua code, compiled."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003  (decoding evaluates the annotations)
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from runtime.registry.entry import EntryId  # noqa: TC001  (decoding evaluates the annotations)
from runtime.supervisor.lifecycle import Lifecycle

if TYPE_CHECKING:
    from compiler.assemble import Chunk


@dataclass(frozen=True)
class PoolConfig:
    """How many instances of a function run side by side (documentation page lua/entries)."""

    type: Literal["", "inline", "lazy", "static", "adaptive"] = ""
    workers: int = 0
    size: int = 0
    buffer: int = 0
    max_size: int = 0


@dataclass(frozen=True)
class LuaConfig:
    """The data of an entry with Lua code; `source` is the text, with `file://` already followed."""

    source: str = field(metadata={"raw": True})
    method: str = "main"
    modules: tuple[str, ...] = ()
    imports: Mapping[str, EntryId] = field(default_factory=dict)
    pool: PoolConfig = PoolConfig()
    lifecycle: Lifecycle = field(default_factory=Lifecycle)


@dataclass(frozen=True)
class Unit:
    """An entry's code, ready to be loaded into an environment."""

    id: EntryId
    config: LuaConfig
    chunk: Chunk
