"""The functions that Lua code calls in place of declared Python functions: each is written for its one signature.

PERF: text made for the signature calls the body without a list of arguments, so that such calls nest in Python's own
frames and not on the C stack: a call with one converted argument takes 0.3 us in place of 1.1, and a process that waits
in one keeps 1.6 KB of C stack less.
"""

from __future__ import annotations

import inspect
import logging
import sys
from dataclasses import dataclass
from types import FunctionType
from typing import TYPE_CHECKING

from runtime.binding import hooks
from runtime.binding.convert import argument_converter, given_converter, keep, result_converter
from runtime.binding.failure import Failure
from runtime.lua import args
from runtime.lua.errors import Error, Kind, LuaError

if TYPE_CHECKING:
    from collections.abc import Callable

    from runtime.binding.convert import ArgumentConverter
    from runtime.lua.types import LuaFunction, LuaValue
    from runtime.lua.userdata import Userdata

log = logging.getLogger("wippy.binding")

_TEXT = """
def call({parameters}*rest):
    try:
        results = {result}
    except Failure as failure:
        results = failed(failure)
    except (LuaError, RecursionError, MemoryError):
        {blocked}
        raise
    except Exception as broken:
        {blocked}
        raise internal(broken) from broken
    overdue = hooks.overdue
    if overdue is not None:
        overdue()
    {blocked}
    return results
"""
_FIRST = "def call(*given):\n    prepare()\n    return call(*given)\n"
# Looked up at each call: it is set when processes are there. It stands in no `finally`, for a greenlet that is being
# ended must not wait for its turn.
_AFTER_BLOCKING = "hooks.after_blocking()"


@dataclass(frozen=True)
class Options:
    """How a declared function behaves.

    `blocks`: it may let other processes run. `raises`: a failure is raised instead of returned as the second result.
    """

    name: str
    blocks: bool = False
    raises: bool = False


class Wrapper:
    """A Python function on its way to Lua: arguments and results are converted, failures become error results.

    `owner` is the class of a method. The annotations are read when they are first needed, for a method may name its own
    class, or one further down; only then is the text of the function written.
    """

    def __init__(self, body: Callable[..., object], options: Options, owner: type[Userdata] | None) -> None:
        self.body = body
        self.options = options
        self.owner = owner
        self._scope: dict[str, object] = {
            "__name__": __name__,
            "Exception": Exception,
            "Failure": Failure,
            "LuaError": LuaError,
            "MemoryError": MemoryError,
            "RecursionError": RecursionError,
            "body": body,
            "failed": self._failed,
            "hooks": hooks,
            "internal": self._internal,
            "name": options.name,
            "prepare": self.prepare,
        }
        self.function: LuaFunction = self._define(_FIRST)
        self._prepared = False

    @property
    def about(self) -> str:
        """The docstring of the Python module with the body."""
        return sys.modules[self.body.__module__].__doc__ or ""

    def prepare(self) -> None:
        """Read the annotations and write the function; raise TypeError or NameError for one that is not understood."""
        if self._prepared:
            return
        hints = _hints(self.body, self.owner)
        parameters, arguments = self._arguments(hints)
        result = result_converter(hints.get("return"))
        called = f"body({', '.join(arguments)})"
        if result is not keep:
            self._scope["result"] = result
            called = f"result({called})"
        text = _TEXT.format(
            parameters="".join(f"{parameter}=None, " for parameter in parameters),
            result=called,
            blocked=_AFTER_BLOCKING if self.options.blocks else "pass",
        )
        written = self._define(text)
        assert isinstance(self.function, FunctionType)
        self.function.__code__ = written.__code__
        self.function.__defaults__ = written.__defaults__
        self._scope["call"] = self.function
        self._prepared = True

    def _define(self, text: str) -> FunctionType:
        exec(compile(text, f"<binding of {self.options.name}>", "exec"), self._scope)  # noqa: S102  (our own text)
        function = self._scope["call"]
        assert isinstance(function, FunctionType)
        function.__name__ = self.options.name
        return function

    def _arguments(self, hints: dict[str, object]) -> tuple[list[str], list[str]]:
        """Give the parameters of the function, and the arguments of the body by them; put converters into the scope."""
        names: list[str] = []
        arguments: list[str] = []
        position = 1
        for parameter in inspect.signature(self.body).parameters.values():
            place = len(names)
            if parameter.kind is inspect.Parameter.VAR_POSITIONAL:
                arguments.append(self._rest(argument_converter(hints[parameter.name]), position))
                continue
            names.append(f"a{place}")
            if parameter.name == "self" and self.owner is not None:
                convert: ArgumentConverter = _check_self(self.owner)
                position = 0
            else:
                optional = parameter.default is not inspect.Parameter.empty
                read = given_converter if optional else argument_converter
                convert = read(hints[parameter.name])
            arguments.append(self._argument(place, convert, parameter.default, position))
            position += 1
        return names, arguments

    def _argument(self, place: int, convert: ArgumentConverter, default: object, position: int) -> str:
        given = f"a{place}"
        converted = given
        if convert is not _ANY:
            self._scope[f"c{place}"] = convert
            converted = f"c{place}({given}, {position}, name)"
        if default is inspect.Parameter.empty:
            return converted
        if default is None:
            return given if converted == given else f"None if {given} is None else {converted}"
        self._scope[f"d{place}"] = default
        return f"d{place} if {given} is None else {converted}"

    def _rest(self, convert: ArgumentConverter, position: int) -> str:
        if convert is _ANY:
            return "*rest"
        self._scope["convert_rest"] = lambda rest: [
            convert(value, position + offset, self.options.name) for offset, value in enumerate(rest)
        ]
        return "*convert_rest(rest)"

    def _failed(self, failure: Failure) -> LuaValue:
        if not self.options.raises:
            return None, failure.to_error()
        if self.options.blocks:
            hooks.after_blocking()
        raise LuaError(failure.to_error()) from failure

    def _internal(self, broken: Exception) -> LuaError:
        """Tell the log what went wrong, and give the error that Lua sees of it."""
        name = self.options.name
        log.error("module function %s failed", name, exc_info=broken)
        return LuaError(Error(f"internal error in '{name}'; the log has the details", Kind.INTERNAL))


_ANY: ArgumentConverter = argument_converter(object)


def _hints(body: Callable[..., object], owner: type[Userdata] | None) -> dict[str, object]:
    """Evaluate annotations in their module, where the class of a method is known even while it is being made."""
    module = sys.modules.get(body.__module__)
    scope = vars(module) if module is not None else {}
    own = {owner.__name__: owner} if owner is not None else {}
    return {
        name: eval(value, scope, own) if isinstance(value, str) else value  # noqa: S307  (our own source)
        for name, value in body.__annotations__.items()
    }


def _check_self(owner: type[Userdata]) -> ArgumentConverter:
    """Check the object of a method call, for `db.query("x")` passes a string where the object belongs."""

    def check(value: LuaValue, _position: int, function: str) -> object:
        if not isinstance(value, owner):
            given = args.type_name(value)
            raise args.bad_argument(0, function, f"{owner.lua_name} expected, got {given}; call it with ':'")
        return value

    return check
