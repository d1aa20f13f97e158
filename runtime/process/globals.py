"""Globals that need a process: `print`, `subscribe`, `unsubscribe`, `coroutine.spawn`."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from runtime.binding import hooks
from runtime.binding.text import decode
from runtime.lua import coroutines
from runtime.lua.args import check_function, check_string, wrong_type
from runtime.lua.errors import Error, Kind, fault
from runtime.lua.frames import running_lua_frame
from runtime.lua.operators import tostring
from runtime.process import traps
from runtime.process.channel import Channel
from runtime.process.tasks import Thread, current_task

if TYPE_CHECKING:
    from runtime.lua.types import LuaValue, Results

log = logging.getLogger("wippy.app")


def print_(*values: LuaValue) -> Results:
    """Write one log record at info level, the arguments joined by a space (dialect)."""
    text = decode(" ".join([tostring(value) for value in values]))
    task = current_task()
    if task is not None and task.process.run is not None and task.process.run.replaying:
        return ()
    frame = running_lua_frame()
    location = f"{frame.f_code.co_filename}:{frame.f_lineno}" if frame is not None else ""
    log.info("%s", text, extra={"pid": str(task.process.pid) if task else "", "location": location})
    return ()


def spawn(body: LuaValue = None, *_: LuaValue) -> Results:
    """Run a function as a coroutine of its own; it starts before this returns (dialect 4.8)."""
    function = check_function(body, 1, "spawn")
    task = current_task()
    if task is None:
        raise fault("coroutine.spawn needs a process")
    spawned = task.process.add_task(function)
    thread = Thread(spawned)
    spawned.show_as(thread)
    traps.give_way()
    return thread


def subscribe(topic: LuaValue = None, channel: LuaValue = None, *_: LuaValue) -> Results:
    """Attach a channel to a topic."""
    name = decode(check_string(topic, 1, "subscribe"))
    if not isinstance(channel, Channel):
        raise wrong_type(2, "subscribe", "channel", channel)
    task = current_task()
    if task is None:
        raise fault("subscribe needs a process")
    known = task.process.mailbox.channel_of(name)
    if known is not None:
        if known is channel:
            return True
        return None, Error(f"topic '{name}' has another channel already", Kind.ALREADY_EXISTS, retryable=False)
    task.process.mailbox.bind(name, channel, messages=False)
    return True


def unsubscribe(channel: LuaValue = None, *_: LuaValue) -> Results:
    """Detach a channel from its topic and close it."""
    if not isinstance(channel, Channel):
        raise wrong_type(1, "unsubscribe", "channel", channel)
    task = current_task()
    return task is not None and task.process.mailbox.unsubscribe(channel)


def install() -> dict[str, LuaValue]:
    """Connect the language's coroutines and the binding layer with the scheduler; give the globals."""
    coroutines.EXTRA["spawn"] = spawn
    coroutines.task_yield = traps.give_way
    hooks.after_blocking = traps.rejoin
    return {"print": print_, "subscribe": subscribe, "unsubscribe": unsubscribe}
