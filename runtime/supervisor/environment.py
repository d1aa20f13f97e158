"""What supervision needs of the world: time and chance, which tests replace, and who hears of changes."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import gevent

if TYPE_CHECKING:
    from collections.abc import Callable

    from runtime.registry.entry import EntryId
    from runtime.supervisor.service import State


def _ignore(_service: EntryId, _state: State) -> None:
    """Tell nobody."""


@dataclass
class Environment:
    """`clock` gives seconds that never go back; `sleep` blocks the greenlet; `changed` hears of every new state."""

    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], object] = gevent.sleep
    chance: random.Random = field(default_factory=random.Random)
    changed: Callable[[EntryId, State], None] = _ignore
