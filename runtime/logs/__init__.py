"""Structured logging on Python's `logging`: all records of the runtime and of Lua code go through the logger `wippy`.

A record may carry, as `extra`: `fields` (plain data by name), `pid` and `location` of the Lua code that wrote it, and
`topic` (the name of a named Lua logger), and `said`, the names of fields that the message says already, for people.
"""
