"""The names that compiled code uses of the runtime; `runtime.lua.abi` provides each, and a test holds the two together.

A change of a name, of its arguments or of what it gives is a change of VERSION, so that no artifact meets a runtime it
was not made for.
"""

from __future__ import annotations

from typing import Final

VERSION: Final = 7

ENVIRONMENT: Final = "E"  # the table of globals, in the globals of every chunk
OPERAND_NAMES: Final = "D"  # names of operands by position, in the globals of every chunk

BINARY: Final = {
    "+": "add",
    "-": "sub",
    "*": "mul",
    "/": "div",
    "%": "mod",
    "//": "idiv",
    "^": "pow_",
    "&": "band",
    "|": "bor",
    "~": "bxor",
    "<<": "shl",
    ">>": "shr",
    "..": "concat",
    "==": "eq",
    "~=": "ne",
    "<": "lt",
    "<=": "le",
    ">": "gt",
    ">=": "ge",
}
UNARY: Final = {"-": "unm", "#": "length", "~": "bnot"}

INDEX: Final = "index"  # (owner, key) -> value
SET_INDEX: Final = "setindex"  # (owner, key, value)
OWNER: Final = "owner"  # (value that is no table) -> what reads and writes its elements by Python's subscripts
APPEND: Final = "append"  # (table, value): table[#table + 1] = value
CONCAT_ALL: Final = "concat_all"  # (value, value, ...) -> value
FIRST: Final = "first"  # (results) -> value
MANY: Final = "many"  # (results) -> tuple
PACK: Final = "pack"  # (tuple) -> results
JOIN: Final = "join"  # (tuple, results) -> results
ADJUST: Final = "adjust"  # (results, n) -> tuple of n values
SPREAD: Final = "spread"  # (function, tuple, results) -> results
TABLE: Final = "Table"  # the class, to tell a table from another value
NEW_TABLE: Final = "new_table"  # () -> table
TABLE_LIST: Final = "table_list"  # (list) -> table
TABLE_FIELDS: Final = "table_fields"  # (dict of string keys) -> table
TABLE_MIXED: Final = (
    "table_mixed"  # (key or Ellipsis, value, key or Ellipsis, value, ...) -> table; positional values have key Ellipsis
)
TABLE_EXTEND: Final = "table_extend"  # (table, n, results) -> table: results become n + 1, n + 2, ...
FOR_RANGE: Final = "for_range"  # (start, stop, step) -> iterable of numbers
FOR_IN_1: Final = "for_in_1"  # (results) -> iterable of values
FOR_IN_2: Final = "for_in_2"  # (results) -> iterable of pairs
FOR_SECOND: Final = "for_second"  # (results) -> iterable of the second values
RANGE: Final = "range"  # Python's own, for loops over integers
FOR_IN: Final = "for_in"  # (results, n) -> iterable of tuples of n
TAIL_CALL: Final = (
    "tail_call"  # (function, tuple) -> results that stand for a call, which whoever consumes them carries out
)
ROOT: Final = "ROOT"  # what a coroutine's body that is a generator yields to get a stack of its own; answered by True
MAY_CALL: Final = "may_call"  # (value, ...) -> whether an operator on them could run Lua code
LOOP_MAY_CALL: Final = "loop_may_call"  # (iterable) -> whether a loop over it could
TYPE_SCOPE: Final = "type_scope"  # (definitions) -> scope; scope(name) -> type; scope(name, value) for others
SETTLE: Final = "settle"  # (results) -> results, with calls carried out
TUPLE: Final = "tuple"  # the class, to tell a list of results from a value

HELPERS: Final = frozenset(
    {
        *BINARY.values(),
        *UNARY.values(),
        INDEX,
        SET_INDEX,
        OWNER,
        APPEND,
        CONCAT_ALL,
        FIRST,
        MANY,
        PACK,
        JOIN,
        ADJUST,
        SPREAD,
        TABLE,
        NEW_TABLE,
        TABLE_LIST,
        TABLE_FIELDS,
        TABLE_MIXED,
        TABLE_EXTEND,
        FOR_RANGE,
        FOR_IN_1,
        FOR_IN_2,
        FOR_SECOND,
        RANGE,
        FOR_IN,
        TAIL_CALL,
        ROOT,
        MAY_CALL,
        LOOP_MAY_CALL,
        TYPE_SCOPE,
        SETTLE,
        TUPLE,
    }
)
