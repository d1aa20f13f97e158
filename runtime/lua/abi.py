"""Provide the helpers of `compiler.abi` to compiled code, under the very names that it uses."""

from __future__ import annotations

from runtime.lua import calls, construct, iteration, operators, rooting
from runtime.lua import owner as owners
from runtime.lua.coroutines import ROOT
from runtime.lua.frames import ABI
from runtime.lua.table import Table
from runtime.lua.typevalue import TypeScope

_OPERATORS = """
    add sub mul div mod idiv pow_ unm band bor bxor bnot shl shr concat concat_all eq ne lt le gt ge length
    index setindex
"""

ABI.update({name: getattr(operators, name) for name in _OPERATORS.split()})
ABI.update({name: getattr(calls, name) for name in ("first", "many", "pack", "settle")})
ABI.update(
    {
        name: getattr(construct, name)
        for name in "join spread tail_call append new_table table_list table_fields table_mixed table_extend".split()
    }
)
ABI.update({name: getattr(iteration, name) for name in "adjust for_range for_in_1 for_in_2 for_second for_in".split()})
ABI.update({"owner": owners.owner})
ABI.update({"ROOT": ROOT, "may_call": rooting.may_call, "loop_may_call": rooting.loop_may_call})
ABI.update({"Table": Table, "range": range, "tuple": tuple, "type_scope": TypeScope})
