"""The module `funcs`: call other functions (documentation page lua/core/funcs)."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from runtime.binding import Error, Failure, Kind, LuaValue, Module, Table, Text, Userdata, method
from runtime.node import current as node
from runtime.process import current
from runtime.process.channel import Channel
from runtime.process.completion import Outcome
from runtime.process.context import CallContext
from runtime.process.events import error_of
from runtime.process.message import Payload
from runtime.process.process import Process
from runtime.process.transfer import copy_value
from runtime.times.duration import MILLISECOND, SECOND, nanoseconds_of

module = Module("funcs", deterministic=True, classes=("workflow", "nondeterministic"))


@module.handle("funcs.Future")
class Future(Userdata):
    """A call under way: its channel gives the result once, as a payload or an error, and is then closed."""

    __slots__ = ("_canceled", "_outcome", "_process", "_response")

    def __init__(self, process: Process) -> None:
        self._process = process
        self._response = Channel(1)
        self._outcome: Outcome | None = None
        self._canceled = False
        process.completion.listen(self._done)

    def _done(self, outcome: Outcome) -> None:
        self._outcome = outcome
        error = error_of(outcome)
        self._response.send_nowait(error if error is not None else Payload(outcome.value))
        self._response.close()

    @method
    def response(self) -> LuaValue:
        """Give the channel of the result."""
        return self._response

    @method
    def channel(self) -> LuaValue:
        """Give the channel of the result."""
        return self._response

    @method
    def is_complete(self) -> bool:
        """Tell whether the result is there."""
        return self._outcome is not None

    @method
    def is_canceled(self) -> bool:
        """Tell whether the call was cancelled."""
        return self._canceled

    @method
    def result(self) -> LuaValue:
        """Give the result: nothing yet, a payload, or an error."""
        if self._canceled:
            return None, Error("the call was canceled", Kind.CANCELED, retryable=False)
        if self._outcome is None:
            return None, None
        error = error_of(self._outcome)
        return (None, error) if error is not None else (Payload(self._outcome.value), None)

    @method
    def error(self) -> LuaValue:
        """Give the error and whether there is one."""
        error = error_of(self._outcome) if self._outcome is not None else None
        return error, error is not None

    @method(blocks=True)
    def cancel(self) -> LuaValue:
        """Cancel the call."""
        if self._outcome is None:
            self._canceled = True
            self._response.close()
            self._process.terminate("the call was canceled", Kind.CANCELED)
        return True


def _timeout(options: Mapping[str, Any]) -> float | None:
    """Read the option `timeout`: milliseconds, or a duration; the result is in seconds, None for no limit."""
    given = options.get("timeout")
    if given is None or given is False:
        return None
    try:
        milliseconds = isinstance(given, (int, float)) and not isinstance(given, bool)
        seconds = nanoseconds_of(given * MILLISECOND if milliseconds else given) / SECOND
    except ValueError as error:
        raise Failure(
            Kind.INVALID, f"option 'timeout' is neither milliseconds nor a duration such as '5s': {error}"
        ) from None
    if seconds < 0:
        raise Failure(Kind.INVALID, "option 'timeout' is negative")
    return seconds or None


def _call(target: str, arguments: tuple[LuaValue, ...], context: CallContext, options: Mapping[str, Any]) -> LuaValue:
    return node().functions.call(target, arguments, context, timeout=_timeout(options))


def _async(target: str, arguments: tuple[LuaValue, ...], context: CallContext, options: Mapping[str, Any]) -> LuaValue:
    process = node().functions.begin(target, arguments, context, timeout=_timeout(options))
    untie = current.on_exit(lambda: process.terminate("the caller is gone", Kind.CANCELED))
    process.completion.listen(lambda _: untie())
    return Future(process)


@module.function(blocks=True)
def call(target: Text, *arguments: LuaValue) -> LuaValue:
    """Call a function and wait for its result."""
    return _call(target, arguments, current.context().inherited(), {})


@module.function(name="async", blocks=True)
def async_(target: Text, *arguments: LuaValue) -> LuaValue:
    """Start a call and give its Future."""
    return _async(target, arguments, current.context().inherited(), {})


@module.handle("funcs.Executor")
class Executor(Userdata):
    """Calls with a context and options of its own; immutable, every `with_` gives a new one."""

    __slots__ = ("_options", "_values")

    def __init__(self, values: Mapping[str, LuaValue], options: Mapping[str, Any]) -> None:
        self._values = values
        self._options = options

    def _context(self) -> CallContext:
        inherited = current.context().inherited()
        return replace(inherited, values={**inherited.values, **self._values}) if self._values else inherited

    @method
    def with_context(self, values: Table) -> LuaValue:
        """Add context values."""
        added = {str(key): copy_value(value) for key, value in values.items()}
        return Executor({**self._values, **added}, self._options)

    @method
    def with_options(self, options: Table) -> LuaValue:
        """Replace the options."""
        given = {str(key): value for key, value in options.items()}
        _timeout(given)
        return Executor(self._values, given)

    @method(blocks=True)
    def call(self, target: Text, *arguments: LuaValue) -> LuaValue:
        """Call a function and wait for its result."""
        return _call(target, arguments, self._context(), self._options)

    @method(name="async", blocks=True)
    def async_(self, target: Text, *arguments: LuaValue) -> LuaValue:
        """Start a call and give its Future."""
        return _async(target, arguments, self._context(), self._options)


@module.function
def new() -> LuaValue:
    """Make an executor."""
    return Executor({}, {})
