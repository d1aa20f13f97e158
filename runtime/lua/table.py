# cython: boundscheck=False, wraparound=False
"""The table: an array part, a hash part and a metatable.

The hash part is a Python dict. Lua allows a field to be cleared while a traversal is under way, so clearing leaves the
key with the value None in place; such keys are dropped when an insertion finds that they are the majority. Booleans
stand in the dict as two sentinels, for Python takes True and 1 as one key.
"""

from __future__ import annotations

from runtime.lua.calls import invoke
from runtime.lua.errors import fault

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from runtime.lua.types import LuaValue


class _BooleanKey:
    __slots__ = ("value",)

    def __init__(self, value: bool) -> None:
        self.value = value


_TRUE = _BooleanKey(True)
_FALSE = _BooleanKey(False)
# The count of cleared fields that says: the hash part belongs to somebody else, who must not see it change. It is above
# any real one, so that whoever writes in a hurry finds that it has to look closer.
_BORROWED = 1 << 30
_FEW = 8  # cleared fields that may stay before it is asked whether they are the majority

# The parts of tables that have none: shared by all, so never written to. A list has no dict then and an object no list.
# PERF: an empty table takes half the time to make, and 120 bytes less.
_NO_ARRAY: list[LuaValue] = []
_NO_FIELDS: dict[LuaValue, LuaValue] = {}


class NotCallableError(TypeError):
    """Says that a table was called which its metatable does not make callable; `runtime.lua.faults` gives it words."""

    def __init__(self, table: Table) -> None:
        super().__init__("'Table' object is not callable")
        self.table = table


class Table:
    """A Lua table.

    `array[i]` holds key i + 1 and its last element is never None; `hash` holds the rest. `keyed` says that the table is
    known to be an object rather than a list (it had a string key, or was decoded from `{}`), which JSON asks for when
    it is empty. `lacks_newindex` says that the hash part has no field "__newindex"; false means that nobody has looked.
    `index_table` is what the field "__index" holds, if that is a table; None means that nobody has looked, or else.
    Whoever fills a part other than by methods gives the table a new list or dict, before the table is anybody's.
    """

    def __init__(self) -> None:
        self.array = _NO_ARRAY
        self.hash = _NO_FIELDS
        self.meta: Table | None = None
        self.frozen = False
        self.keyed = False
        self.lacks_newindex = False
        self.index_table: Table | None = None
        self.dead = 0
        self.cursor: PairsIterator | None = None

    def get(self, key):  # type: ignore[no-untyped-def]
        """Read without metamethods."""
        if type(key) is str:
            return self.hash.get(key)
        if type(key) is int:
            index = key
            array = self.array
            if 0 < index <= len(array):
                return array[index - 1]
            return self.hash.get(key)
        return self._get_odd(key)

    def _get_odd(self, key):  # type: ignore[no-untyped-def]
        if type(key) is float:
            if key == key // 1 and -9223372036854775808.0 <= key < 9223372036854775808.0:
                return self.get(int(key))
            return self.hash.get(key)
        if key is None:
            return None
        if key is True:
            return self.hash.get(_TRUE)
        if key is False:
            return self.hash.get(_FALSE)
        return self.hash.get(key)

    def borrow(self, fields):  # type: ignore[no-untyped-def]
        """Have fields that others have too; the first write makes a copy."""
        self.hash = fields
        self.dead = _BORROWED

    def own_hash(self):  # type: ignore[no-untyped-def]
        """Give back what was borrowed, and keep a copy."""
        if self.dead == _BORROWED:
            self.hash = self.hash.copy()
            self.dead = 0

    def set(self, key, value):  # type: ignore[no-untyped-def]
        """Write without metamethods; raise a Lua error for a frozen table and for the keys nil and NaN."""
        if self.frozen:
            raise fault("attempt to modify Immutable table")
        self.own_hash()
        if type(key) is str:
            self.keyed = True
            self._set_hash(key, value)
        elif type(key) is int:
            index = key
            array = self.array
            size = len(array)
            if 0 < index <= size:
                if value is None and index == size:
                    self._shrink()
                else:
                    array[index - 1] = value
            elif index == size + 1:
                if value is not None:
                    if array is _NO_ARRAY:
                        self.array = [value]
                    else:
                        array.append(value)
                    if self.hash:
                        self.hash.pop(key, None)
                        self._migrate()
                elif self.hash:
                    self._set_hash(key, None)
            else:
                self._set_hash(key, value)
        else:
            self._set_odd(key, value)

    def _set_odd(self, key, value):  # type: ignore[no-untyped-def]
        if key is None:
            raise fault("table index is nil")
        if type(key) is float:
            if key != key:
                raise fault("table index is NaN")
            if key == key // 1 and -9223372036854775808.0 <= key < 9223372036854775808.0:
                self.set(int(key), value)
                return
        elif key is True:
            key = _TRUE
        elif key is False:
            key = _FALSE
        self._set_hash(key, value)

    def _set_hash(self, key, value):  # type: ignore[no-untyped-def]
        fields = self.hash
        if self.index_table is not None:
            self.index_table = None
        if value is None:
            if key in fields:
                fields[key] = None
                self.dead += 1
            return
        self.lacks_newindex = False
        if fields is _NO_FIELDS:
            self.hash = {key: value}
            return
        if self.dead <= _FEW:
            fields[key] = value
            return
        before = len(fields)
        fields[key] = value
        if len(fields) > before and self.dead * 2 > before:
            self.hash = {k: v for k, v in fields.items() if v is not None}
            self.dead = 0

    def _shrink(self):  # type: ignore[no-untyped-def]
        array = self.array
        array.pop()
        while array and array[-1 + len(array)] is None:
            array.pop()

    def own_array(self):  # type: ignore[no-untyped-def]
        """Give the array part to somebody who will write to it, and then call `settle_array`."""
        if self.array is _NO_ARRAY:
            self.array = []
        return self.array

    def _migrate(self):  # type: ignore[no-untyped-def]
        """Move the keys that now continue the array part, which is not empty, out of the hash part."""
        array = self.array
        fields = self.hash
        while True:
            value = fields.get(len(array) + 1)
            if value is None:
                return
            fields.pop(len(array) + 1)
            array.append(value)

    def settle_array(self):  # type: ignore[no-untyped-def]
        """Bring the parts in order after the array part was written to directly."""
        self.own_hash()
        array = self.array
        while array and array[len(array) - 1] is None:
            array.pop()
        if self.hash:
            for key in [key for key in self.hash if type(key) is int and 0 < key <= len(array)]:
                self.hash.pop(key)
            if array:
                self._migrate()

    def length(self):  # type: ignore[no-untyped-def]
        """Give a border, without metamethods."""
        return len(self.array)

    def items(self) -> Iterator[tuple[LuaValue, LuaValue]]:
        """Iterate over key and value of all fields, without metamethods."""
        return PairsIterator(self)

    def next(self, key):  # type: ignore[no-untyped-def]
        """Give the (key, value) pair after a key, the first for None; None at the end; KeyError for an unknown key."""
        cursor = self.cursor
        if key is None:
            cursor = PairsIterator(self)
        elif (
            cursor is None
            or (cursor.last_key is not key and cursor.last_key != key)
            or cursor.table_hash is not self.hash
        ):
            cursor = PairsIterator(self)
            cursor.seek(key)
        pair = cursor.step()
        self.cursor = None if pair is None else cursor
        return pair

    def has_newindex(self):  # type: ignore[no-untyped-def]
        """Tell whether this metatable handles assignments, and note when it does not."""
        self.lacks_newindex = self.hash.get("__newindex") is None
        return not self.lacks_newindex

    def __getitem__(self, key):  # type: ignore[no-untyped-def]
        value = self.hash.get(key) if type(key) is str else self.get(key)
        if value is None and self.meta is not None:
            return index_metatable(self, key)
        return value

    def __setitem__(self, key, value):  # type: ignore[no-untyped-def]
        meta = self.meta
        if meta is not None and not meta.lacks_newindex and meta.has_newindex():
            assign_metatable(self, key, value)
        else:
            self.put(key, value)

    def put(self, key, value):  # type: ignore[no-untyped-def]
        """Write without metamethods, as `set` does, and in less time what is written most."""
        if value is not None and not self.frozen:
            if type(key) is int:
                index = key
                array = self.array
                size = len(array)
                if 0 < index <= size:
                    array[index - 1] = value
                    return
                if index == size + 1 and size > 0 and not self.hash:
                    array.append(value)
                    return
            elif type(key) is str and self.dead <= _FEW and self.hash is not _NO_FIELDS:
                self.keyed = True
                self.lacks_newindex = False
                if self.index_table is not None:
                    self.index_table = None
                self.hash[key] = value
                return
        self.set(key, value)

    def __call__(self, *args):  # type: ignore[no-untyped-def]
        handler = self.meta.get("__call") if self.meta is not None else None
        if type(handler) is Table or not callable(handler):  # it must be a function itself, as in 5.3
            raise NotCallableError(self)
        return invoke(handler, (self, *args))

    def __bool__(self) -> bool:
        return True

    def __repr__(self) -> str:
        return f"table: 0x{id(self):012x}"

    @staticmethod
    def from_list(values: Iterable[LuaValue]) -> Table:
        """Make a list of values 1..n; None at the end is dropped."""
        table = Table()
        array = list(values)
        while array and array[-1 + len(array)] is None:
            array.pop()
        table.array = array
        return table

    @staticmethod
    def from_dict(fields: dict[str, LuaValue]) -> Table:
        """Make a table of string keys; fields that are None are left out."""
        table = Table()
        table.hash = {key: value for key, value in fields.items() if value is not None}
        table.keyed = True
        return table


def empty_parts(table):  # type: ignore[no-untyped-def]
    """Give a new table its parts, which are empty."""
    table.array = _NO_ARRAY
    table.hash = _NO_FIELDS


class PairsIterator:
    """Walks a table's fields, array part first; survives that fields are assigned or cleared on the way."""

    def __init__(self, table):  # type: ignore[no-untyped-def]
        table.own_hash()  # what is cleared on the way must show
        self.table: Table = table
        self.position = 0
        self.fields: Iterator[tuple[LuaValue, LuaValue]] | None = None
        self.table_hash: dict[LuaValue, LuaValue] | None = None
        self.last_key: LuaValue = None

    def __iter__(self):  # type: ignore[no-untyped-def]
        return self

    def __next__(self):  # type: ignore[no-untyped-def]
        pair = self.step()
        if pair is None:
            raise StopIteration
        return pair

    def step(self):  # type: ignore[no-untyped-def]
        """Give the next (key, value) pair, None at the end."""
        if self.fields is None:
            array = self.table.array
            position = self.position
            while position < len(array):
                value = array[position]
                position += 1
                if value is not None:
                    self.position = position
                    self.last_key = position
                    return (position, value)
            self.position = position
            self.table_hash = self.table.hash
            if not self.table_hash:
                return None
            self.fields = iter(self.table_hash.items())
        while True:
            try:
                pair = next(self.fields, None)
            except RuntimeError:  # the dict grew: undefined in Lua, but it must end and must not crash
                self._resume_after(self.last_key)
                pair = next(self.fields, None)
            if pair is None:
                return None
            key, value = pair
            if value is not None:
                if type(key) is _BooleanKey:
                    key = key.value
                    pair = (key, value)
                self.last_key = key
                return pair

    def seek(self, key: LuaValue) -> None:
        """Stand behind a key; KeyError when the table has no such key."""
        table = self.table
        self.table_hash = table.hash
        if type(key) is float and key == key // 1:
            key = int(key)
        if type(key) is int and 0 < key <= len(table.array):
            self.position = key
            return
        self._resume_after(key)
        if self.fields is None:
            raise KeyError(key)

    def _resume_after(self, key: LuaValue) -> None:
        fields = list(self.table.hash.items())
        wanted = _TRUE if key is True else _FALSE if key is False else key
        for position, (candidate, _) in enumerate(fields):
            if candidate is wanted or candidate == wanted:
                self.fields = iter(fields[position + 1 :])
                return
        # A key that an array part has swallowed since: go on with the hash part.
        if type(key) is int:
            self.fields = iter(fields)
            return
        self.fields = None if key is not None else iter(fields)


def index_metatable(table, key):  # type: ignore[no-untyped-def]
    """Read a missing key through __index; the caller has looked at the raw table."""
    chain = 0
    while chain < 2000:  # as LUAI_MAXTAGLOOP: a longer chain is taken for a cycle
        meta = table.meta
        if meta is None:
            return None
        if meta.index_table is not None:  # PERF: a method takes 39 ns to find in place of 46
            table = meta.index_table
        else:
            handler = meta.hash.get("__index")
            if handler is None:
                return None
            if type(handler) is not Table:
                return call_index(handler, table, key)
            table = handler
            meta.index_table = table
        value = table.hash.get(key) if type(key) is str else table.get(key)
        if value is not None:
            return value
        chain += 1
    raise fault("'__index' chain too long; possible loop")


def assign_metatable(table, key, value):  # type: ignore[no-untyped-def]
    """Write with regard to __newindex."""
    chain = 0
    while chain < 2000:
        handler = None if table.meta is None or table.meta.lacks_newindex else table.meta.hash.get("__newindex")
        if handler is None or table.get(key) is not None:
            table.set(key, value)
            return
        if type(handler) is not Table:
            call_newindex(handler, table, key, value)
            return
        table = handler
        chain += 1
    raise fault("'__newindex' chain too long; possible loop")


def call_index(handler, owner, key):  # type: ignore[no-untyped-def]
    """Call an __index function; `runtime.lua.operators` counts the C stack, which this module cannot know."""
    return _index_caller(handler, owner, key)


def call_newindex(handler, owner, key, value):  # type: ignore[no-untyped-def]
    """Call a __newindex function."""
    _newindex_caller(handler, owner, key, value)


_index_caller: LuaValue = None
_newindex_caller: LuaValue = None


def connect(index_caller: LuaValue, newindex_caller: LuaValue) -> None:
    """Set the two calls out of a table: `runtime.lua.operators` does at import, so that no import runs in a circle."""
    global _index_caller, _newindex_caller
    _index_caller = index_caller
    _newindex_caller = newindex_caller
