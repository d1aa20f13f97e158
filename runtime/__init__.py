"""The machine: Lua values, processes, the registry, functions, HTTP, data and the command line."""
