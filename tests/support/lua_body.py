"""Bodies of Lua functions that may use any module, run on a node of their own."""

from __future__ import annotations

import pytest
from lua_node import LIMIT

from runtime.binding import to_python


@pytest.fixture
def run(lua):
    """Give a function that runs the body of a Lua function with modules required by name, and gives its results."""

    def run(modules, body, *arguments):
        names = modules.split()
        required = "\n".join(f'local {name} = require("{name}")' for name in names)
        # A single result comes out of a call: several are put into a list, errors as their kind.
        text = f"""
            {required}
            local function kinds(...)
                local shown = {{}}
                for i = 1, select("#", ...) do
                    local value = select(i, ...)
                    if type(value) == "userdata" and value.kind then value = value:kind() end
                    if value == nil then value = "nil" end
                    shown[i] = value
                end
                return shown
            end
            local function body(...)
                {body}
            end
            return kinds(body(...))
        """
        return lua.run(text, *arguments) if not names else _call(lua, names, text, arguments)

    return run


def _call(lua, names, text, arguments):
    number = lua.node.registry.version
    name = lua.function(f"body{number}", text, modules=names)
    return to_python(lua.node.functions.call(name, arguments, timeout=LIMIT))
