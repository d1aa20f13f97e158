"""The `store` module: values by key, with expiry, versions and conditions (page lua/storage/store)."""

from __future__ import annotations

from runtime.binding import Failure, Kind, LuaValue, Module, Table, Text, Userdata, method, to_lua, to_python
from runtime.binding.demand import flag_option, integer_option, number_option, text_option
from runtime.binding.text import encode
from runtime.process.access import permit
from runtime.registry.entry import EntryId
from runtime.stores.store import DEFAULT_PAGE, LOCAL, MAX_PAGE, MEMORY, SQL, Condition, Query, Record, Store

module = Module(
    "store",
    classes=("storage", "io", "nondeterministic"),
    permissions={
        "store.get": "the store",
        "store.info": "the store",
        "store.key.get": "the store",
        "store.key.set": "the store",
        "store.key.has": "the store",
        "store.key.delete": "the store",
        "store.key.list": "the store",
    },
)


@module.handle("store.Store")
class StoreHandle(Userdata):
    """A store in Lua's hands, until it is released."""

    __slots__ = ("_id", "_released", "_store")

    def __init__(self, store_id: str, store: Store) -> None:
        self._id = store_id
        self._store = store
        self._released = False

    def lua_tostring(self) -> str:
        """Tell whether it can be used."""
        return "store.Store{released}" if self._released else "store.Store{}"

    @method(blocks=True)
    def get(self, key: Text) -> LuaValue:
        """Give the value of a key; NotFound when there is none."""
        return to_lua(self._read(key).value)

    @method(blocks=True)
    def entry(self, key: Text) -> Table:
        """Give `{key, value, version}`; NotFound when there is none."""
        return entry_table(self._read(key))

    @method(blocks=True)
    def set(self, key: Text, value: LuaValue = None, ttl: float = 0.0) -> bool:
        """Write a value; `ttl` in seconds, 0 for ever."""
        self._permitted("set", key).write(key, plain(value), demand_ttl(ttl))
        return True

    @method(blocks=True)
    def put(self, key: Text, value: LuaValue = None, options: Table | None = None) -> Table:
        """Write a value on conditions: `only_if_absent`, `if_version`; give the new entry."""
        condition = Condition(flag_option(options, "only_if_absent"), text_option(options, "if_version"))
        if condition.only_if_absent and condition.if_version is not None:
            raise Failure(Kind.INVALID, "only_if_absent and if_version exclude each other")
        ttl = demand_ttl(number_option(options, "ttl", 0.0))
        return entry_table(self._permitted("set", key).write(key, plain(value), ttl, condition))

    @method(blocks=True)
    def has(self, key: Text) -> bool:
        """Tell whether a key has a value."""
        return self._permitted("has", key).read(key) is not None

    @method(blocks=True)
    def delete(self, key: Text) -> bool:
        """Remove a key; tell whether it had a value."""
        return self._permitted("delete", key).delete(key)

    @method(blocks=True)
    def list(self, options: Table | None = None) -> Table:
        """Give a page of entries by key: `{items, cursor, has_more}`."""
        limit = integer_option(options, "limit", DEFAULT_PAGE)
        query = Query(
            prefix=text_option(options, "prefix") or "",
            after=text_option(options, "after") or "",
            limit=min(limit, MAX_PAGE) if limit > 0 else DEFAULT_PAGE,
        )
        store = self._open()
        permit("store.key.list", self._id, {"prefix": query.prefix})
        records, more = store.page(query)
        cursor = encode(records[-1].key) if records else ""
        items = Table.from_list([entry_table(record) for record in records])
        return Table.from_dict({"items": items, "cursor": cursor, "has_more": more})

    @method
    def info(self) -> Table:
        """Tell what the store is and can do."""
        store = self._open()
        permit("store.info", self._id)
        return Table.from_dict(
            {
                "id": encode(self._id),
                "backend": store.backend,
                "consistency": store.consistency,
                "durable": store.durable,
                "list": True,
                "versioned": store.versioned,
                "conditional_put": store.conditional,
                "ttl": True,
            }
        )

    @method
    def release(self) -> bool:
        """Give the handle back; any use after that is Invalid, releasing again is not."""
        self._released = True
        return True

    def _read(self, key: str) -> Record:
        record = self._permitted("get", key).read(key)
        if record is None:
            raise Failure(Kind.NOT_FOUND, f"the store has no key '{key}'")
        return record

    def _permitted(self, action: str, key: str) -> Store:
        """Give the store for something to be done with a key."""
        store = self._open()
        demand_key(key)
        permit(f"store.key.{action}", self._id, {"key": key})
        return store

    def _open(self) -> Store:
        if self._released:
            raise Failure(Kind.INVALID, "the store is released: get it again with store.get()")
        return self._store


def demand_key(key: str) -> None:
    """Refuse an empty key."""
    if not key:
        raise Failure(Kind.INVALID, "a key is required")


def demand_ttl(ttl: float) -> float:
    """Refuse a time to live that is no time."""
    if not 0 <= ttl < float("inf"):
        raise Failure(Kind.INVALID, "ttl must be a number of seconds, 0 for no expiry")
    return ttl


def plain(value: LuaValue) -> object:
    """Give the data of a value, apart from the table that it came from; refuse nil."""
    if value is None:
        raise Failure(Kind.INVALID, "a value is required; delete() removes a key")
    return to_python(value)


def entry_table(record: Record) -> Table:
    """Make the table of an entry."""
    return Table.from_dict(
        {"key": encode(record.key), "value": to_lua(record.value), "version": encode(record.version)}
    )


@module.function
def get(id: Text) -> StoreHandle:
    """Give a handle of a store; NotFound when there is none of that id, Invalid for another resource."""
    from runtime import node

    if not id:
        raise Failure(Kind.INVALID, "a store id is required, such as 'app:cache'")
    permit("store.get", id)
    found = node.current().resources.get(EntryId.parse(id))
    if not isinstance(found, Store):
        raise Failure(Kind.INVALID, f"resource {id} is not a store")
    return StoreHandle(id, found)


module.constants(
    {
        "backend": {"MEMORY": MEMORY, "SQL": SQL, "KV_RAFT": "kv.raft", "KV_CRDT": "kv.crdt", "UNKNOWN": "unknown"},
        "consistency": {
            "LINEARIZABLE": "linearizable",
            "EVENTUAL": "eventual",
            "LOCAL": LOCAL,
            "UNKNOWN": "unknown",
        },
    }
)
