"""The module `funcs`: call other functions (documentation page lua/core/funcs)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from runtime.binding import Error, Kind, LuaValue, Module, Table, Text, Userdata, method, to_python
from runtime.functions.call import Running
from runtime.functions.options import check_options
from runtime.process import current
from runtime.process.access import permit
from runtime.process.channel import Channel
from runtime.process.completion import Outcome
from runtime.process.context import Actor, CallContext, Scope
from runtime.process.events import error_of
from runtime.process.message import Payload
from runtime.process.transfer import copy_value

module = Module("funcs", deterministic=True, classes=("workflow", "nondeterministic"))


@module.handle("funcs.Future")
class Future(Userdata):
    """A call under way: its channel gives the result once, as a payload or an error, and is then closed."""

    __slots__ = ("_call", "_canceled", "_outcome", "_response")

    def __init__(self, call: Running) -> None:
        self._call = call
        self._response = Channel(1)
        self._outcome: Outcome | None = None
        self._canceled = False
        call.completion.listen(self._done)

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
            self._call.terminate("the call was canceled", Kind.CANCELED)
        return True


def _call(target: str, arguments: tuple[LuaValue, ...], context: CallContext, options: Mapping[str, Any]) -> LuaValue:
    permit("funcs.call", target)
    return current.node().functions.call(target, arguments, context, options=options)


def _async(target: str, arguments: tuple[LuaValue, ...], context: CallContext, options: Mapping[str, Any]) -> LuaValue:
    permit("funcs.call", target)
    running = current.node().functions.begin(target, arguments, context, options=options)
    untie = current.on_exit(lambda: running.terminate("the caller is gone", Kind.CANCELED))
    running.completion.listen(lambda _: untie())
    return Future(running)


@module.function(blocks=True)
def call(target: Text, *arguments: LuaValue) -> LuaValue:
    """Call a function and wait for its result."""
    return _call(target, arguments, current.context().inherited(), {})


@module.function(name="async", blocks=True)
def async_(target: Text, *arguments: LuaValue) -> LuaValue:
    """Start a call and give its Future."""
    return _async(target, arguments, current.context().inherited(), {})


@dataclass(frozen=True)
class Settings:
    """How the calls of an executor differ from plain ones."""

    values: Mapping[str, LuaValue] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    actor: Actor | None = None
    scope: Scope | None = None

    def context(self) -> CallContext:
        """Give the context of a call from the running process."""
        inherited = current.context().inherited()
        if not (self.values or self.actor or self.scope):
            return inherited
        return replace(
            inherited,
            values={**inherited.values, **self.values},
            actor=self.actor or inherited.actor,
            scope=self.scope or inherited.scope,
        )


@module.handle("funcs.Executor")
class Executor(Userdata):
    """Calls with a context and options of its own; immutable, every `with_` gives a new one."""

    __slots__ = ("_settings",)

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @method
    def with_context(self, values: Table) -> LuaValue:
        """Add context values."""
        permit("funcs.context", "context")
        added = {str(key): copy_value(value) for key, value in values.items()}
        return Executor(replace(self._settings, values={**self._settings.values, **added}))

    @method
    def with_actor(self, actor: Actor) -> LuaValue:
        """Let the functions act as somebody else."""
        permit("funcs.security", "security")
        return Executor(replace(self._settings, actor=actor))

    @method
    def with_scope(self, scope: Scope) -> LuaValue:
        """Give the functions other rights."""
        permit("funcs.security", "security")
        return Executor(replace(self._settings, scope=scope))

    @method
    def with_options(self, options: Table) -> LuaValue:
        """Replace the options."""
        given = {str(key): to_python(value) if isinstance(value, Table) else value for key, value in options.items()}
        check_options(given)
        return Executor(replace(self._settings, options=given))

    @method(blocks=True)
    def call(self, target: Text, *arguments: LuaValue) -> LuaValue:
        """Call a function and wait for its result."""
        return _call(target, arguments, self._settings.context(), self._settings.options)

    @method(name="async", blocks=True)
    def async_(self, target: Text, *arguments: LuaValue) -> LuaValue:
        """Start a call and give its Future."""
        return _async(target, arguments, self._settings.context(), self._settings.options)


@module.function
def new() -> LuaValue:
    """Make an executor."""
    return Executor(Settings())
