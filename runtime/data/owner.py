"""What becomes of a statement when the call or process that runs it is over."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from runtime.process.current import on_exit
from runtime.process.tasks import ProcessExit, current_task

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def leave_if_ended() -> None:
    """Go no further for a process that was ended while it waited: its statement must not run, nor its locks stay."""
    task = current_task()
    if task is not None and task.process.ending:
        raise ProcessExit


@contextmanager
def cancelled_with_owner(cancel: Callable[[], None]) -> Iterator[None]:
    """Call a function, which must not wait, when the running process is ended, or the greenlet killed, meanwhile."""
    forget = on_exit(cancel)
    try:
        yield
    except Exception:
        raise
    except BaseException:
        cancel()
        raise
    finally:
        forget()
