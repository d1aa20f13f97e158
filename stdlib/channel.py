"""The global `channel`: queues between the coroutines of a process."""

from runtime.binding import LuaValue, Module, Table
from runtime.functions.response import hopeful
from runtime.lua.args import check_table, type_name
from runtime.lua.errors import fault
from runtime.process.channel import Case, Channel
from runtime.process.channel import select as select_case

module = Module("channel", deterministic=True, classes=("deterministic",))
module.handle("channel")(Channel)
module.handle("channel.case")(Case)


@module.function
def new(size: int | None = None) -> LuaValue:
    """Make a channel; without a size sender and receiver meet."""
    return Channel(max(0, size or 0))


@module.function
def select(cases: LuaValue = None, default: bool = False) -> LuaValue:
    """Wait for the first of several cases: {channel, value, ok}, or {default = true, ok = true}."""
    table = check_table(cases, 1, "select")
    listed = [_case(number, case) for number, case in _numbered(table)]
    given = table.get("default")
    chosen = select_case(hopeful(listed), default=default or (given is not None and given is not False))
    if chosen is None:
        return Table.from_dict({"default": True, "ok": True})
    case, value, ok = chosen
    return Table.from_dict({"channel": case.channel, "value": value, "ok": ok})


def _numbered(table: Table) -> list[tuple[int, LuaValue]]:
    """List the elements in order; a hole, where a program left out a case, does not count."""
    return sorted((key, value) for key, value in table.items() if type(key) is int)


def _case(number: int, value: LuaValue) -> Case:
    if not isinstance(value, Case):
        hint = "write ch:case_receive() or ch:case_send(value)"
        raise fault(f"invalid case in select: element {number} is a {type_name(value)}; {hint}")
    return value
