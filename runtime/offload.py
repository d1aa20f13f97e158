"""Work that would hold up other processes: on the hub's thread pool, while the caller waits.

A function of a module that uses it is declared with `blocks=True`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import gevent

from runtime.process.current import process

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
# Bytes below which the way to a thread and back takes longer than the work of most codecs and digests.
SMALL = 64 * 1024


def offload(work: Callable[..., T], *arguments: object) -> T:
    """Do work on a thread and give its result, or raise what it raised. The work must not touch Lua values.

    A workflow does it itself: which of its coroutines goes on first must not depend on how long threads take.
    """
    running = process()
    if running is not None and running.run is not None:
        return work(*arguments)
    caught: Any = gevent.get_hub().threadpool.spawn(_caught, work, arguments).get()
    result, error = caught
    if error is not None:
        raise error
    return result  # type: ignore[no-any-return]


def offload_large(size: int, work: Callable[..., T], *arguments: object) -> T:
    """Do work here when it is about few bytes, on a thread otherwise."""
    return work(*arguments) if size < SMALL else offload(work, *arguments)


def _caught(work: Callable[..., object], arguments: tuple[object, ...]) -> tuple[object, Exception | None]:
    """Give an error as a value, for gevent reports what a thread raises on standard error."""
    try:
        return work(*arguments), None
    except Exception as error:  # noqa: BLE001  (raised again by the waiting greenlet)
        return None, error
