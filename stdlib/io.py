"""The `io` module: the terminal of a process that runs on a terminal host (documentation page lua/system/io)."""

from runtime.binding import Bytes, Failure, Kind, LuaString, LuaValue, Module, Table
from runtime.binding.text import to_bytes
from runtime.lua.operators import tostring
from runtime.process import current
from runtime.terminal.terminal import ATTACHMENT, Console, Output, Terminal

module = Module("io", classes=("io", "nondeterministic"))
_SIZE = 1024


def _terminal() -> Terminal | None:
    found = current.context().attachments.get(ATTACHMENT)
    return found if isinstance(found, Terminal) else None


def _console() -> Console:
    terminal = _terminal()
    if terminal is None:
        raise Failure(Kind.UNAVAILABLE, "no terminal context: only processes on a terminal.host have a terminal")
    return terminal.console


@module.function(blocks=True)
def write(*values: LuaValue) -> LuaValue:
    """Write values to standard output, one behind the other."""
    _console().stdout.write(to_bytes("".join([tostring(value) for value in values])))
    return True


def _line(output: Output, values: tuple[LuaValue, ...]) -> LuaValue:
    try:
        output.write(to_bytes("\t".join([tostring(value) for value in values]) + "\n"))
    except Failure:
        return True  # `write` is for those who want to know
    return True


@module.function(name="print", blocks=True)
def print_(*values: LuaValue) -> LuaValue:
    """Write values to standard output with tabs between them and a newline behind; errors are ignored."""
    return _line(_console().stdout, values)


@module.function(blocks=True)
def eprint(*values: LuaValue) -> LuaValue:
    """Write values to standard error, as `print` does to standard output."""
    return _line(_console().stderr, values)


@module.function(blocks=True)
def read(size: int = _SIZE) -> Bytes:
    """Read at most so many bytes, as soon as there are any; an empty string at the end."""
    return Bytes(_console().stdin.read(size if size > 0 else _SIZE))


@module.function(blocks=True)
def readline() -> LuaValue:
    """Read a line, without its end; Internal at the end of the input."""
    line = _console().stdin.readline()
    if line is None:
        raise Failure(Kind.INTERNAL, "readline: EOF")
    return line.decode("latin-1")


@module.function
def raw(enable: LuaValue = None) -> LuaValue:
    """Turn the terminal's raw mode on, or off with false; as often off as on."""
    mode = _console().raw
    if enable is False:
        mode.disable()
    else:
        mode.enable()
    return True


@module.function
def flush() -> LuaValue:
    """Wait until all is written, which `write` has done already."""
    _console()
    return True


@module.function
def args() -> LuaValue:
    """List the arguments on the command line; none without a terminal."""
    terminal = _terminal()
    arguments: list[LuaString] = [LuaString(each) for each in terminal.arguments] if terminal is not None else []
    return Table.from_list(arguments)
