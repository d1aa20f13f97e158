"""The value model of Lua in Python; imports nothing of the rest of `runtime`.

A nil is None, booleans and numbers are Python's, a string is a `str` of bytes (latin-1), a table is a `Table`, a
function is any callable that is neither a table nor a userdata. A call gives one value as itself and none or several as
a tuple.
"""
