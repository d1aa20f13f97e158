"""Activities of a host: calls of functions of this node, in the context that the workflow passes on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from runtime.binding import Error, Failure, Kind
from runtime.process.events import error_of
from runtime.registry.entry import EntryId
from runtime.workflows import data, headers
from runtime.workflows.activation import Completed, Failed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from runtime.functions.call import Running
    from runtime.process.completion import Outcome
    from runtime.workflows.activation import Data, Headers, Result


class NodeActivities:
    """The activities of one host, as `runtime.workflows.engine.Activities` has them."""

    def __init__(self, node: Any, host: EntryId) -> None:
        self._node = node
        self._host = host

    def knows(self, name: str) -> bool:
        """Tell whether a function is registered with this host."""
        return bool(self._node.workflows.is_activity(self._host, name))

    def begin(self, name: str, arguments: Sequence[Data], headers_: Headers) -> NodeActivityRun:
        """Start one attempt without waiting; NOT_FOUND for a function that is no activity of the host."""
        if not self.knows(name):
            raise Failure(
                Kind.NOT_FOUND,
                f"{name} is no activity of {self._host}; declare it with `meta.temporal.activity.worker: {self._host}`",
            )
        context = headers.context_of(headers_, self._node.policies)
        return NodeActivityRun(
            self._node.functions.begin(EntryId.parse(name), data.decode_all(arguments), context), name
        )


class NodeActivityRun:
    """One attempt."""

    def __init__(self, running: Running, name: str) -> None:
        self._running = running
        self._name = name

    def listen(self, done: Callable[[Result], object]) -> None:
        """Call a function on the hub with the result, once."""
        self._running.completion.listen(lambda outcome: done(_result_of(outcome)))

    def cancel(self) -> None:
        """End it."""
        self._running.terminate(f"the activity {self._name} was canceled", Kind.CANCELED)


def _result_of(outcome: Outcome) -> Result:
    error = error_of(outcome)
    if error is None:
        try:
            return Completed(data.encode(outcome.value))
        except Failure as failure:
            return Failed(data.problem_from(failure))
    problem = data.problem_of(error)
    crashed = outcome.error is None or not isinstance(outcome.error.value, Error)
    return Failed(replace(problem, retryable=False) if crashed else problem)
