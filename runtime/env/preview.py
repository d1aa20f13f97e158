"""The variables of a project before there is a node: for whoever must know an address before it forks."""

from __future__ import annotations

import os
import pickle
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, TypeVar, cast

from gevent import reinit

from runtime.binding import Failure, Kind
from runtime.env.kinds import KINDS
from runtime.env.variables import Environment
from runtime.registry.kinds import KindTable
from runtime.registry.registry import Registry

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from runtime.project import Project
    from runtime.registry.entry import Entry
    from runtime.registry.placeholders import Lookup

T = TypeVar("T")


def with_variables(project: Project, entries: Sequence[Entry], work: Callable[[Lookup], T]) -> T:
    """Do work that needs the values of variables, and give its result, which must be picklable.

    It is done in a process of its own, for reading a storage may start threads, which a process that forks later must
    not have. Raise Failure with the text of what the work, or a variable that cannot be, raised.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            reinit()
            os.close(reading)
            with os.fdopen(writing, "wb") as pipe:
                pipe.write(pickle.dumps(_outcome(project, entries, work)))
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        told = pipe.read()
    os.waitpid(child, 0)
    result, error = pickle.loads(told) if told else (None, "the process that reads the variables has died")  # noqa: S301
    if error is not None:
        raise Failure(Kind.INVALID, error)
    return cast("T", result)


def _outcome(project: Project, entries: Sequence[Entry], work: Callable[[Lookup], T]) -> tuple[Any, str | None]:
    try:
        return work(_environment(project, entries).lookup), None
    except Exception as error:  # noqa: BLE001  (raised again by the parent)
        return None, str(error)


def _environment(project: Project, entries: Sequence[Entry]) -> Environment:
    node: Any = SimpleNamespace(env=Environment(), project=project)
    kinds = KindTable()
    for handler in KINDS:
        kinds.register(handler(node))
    Registry(kinds).load([entry for entry in entries if kinds.find(entry.kind) is not None])
    environment: Environment = node.env
    return environment
