"""The `registry` module: entries found, read and changed by Lua code (page lua/core/registry)."""

from typing import TYPE_CHECKING, Any

from runtime.binding import Failure, Kind, LuaValue, Module, Table, Text, Userdata, method, to_lua, to_python
from runtime.process.access import demand, is_allowed
from runtime.registry import finder
from runtime.registry.change import Change, difference
from runtime.registry.entry import Entry, EntryId
from runtime.registry.kinds import lifecycle_references
from runtime.registry.order import in_order
from runtime.registry.view import View

if TYPE_CHECKING:
    from runtime.registry.registry import Registry

module = Module(
    "registry",
    classes=("storage", "nondeterministic"),
    permissions={
        "registry.get": "the entry",
        "registry.apply": "empty",
        "registry.apply_version": "empty",
    },
)


def _registry() -> "Registry":
    from runtime.node import current

    registry: Registry = current().registry
    return registry


def _entry(entry: Entry) -> LuaValue:
    return to_lua(entry.plain())


def _entries(entries: list[Entry]) -> LuaValue:
    return Table.from_list([_entry(entry) for entry in entries if is_allowed("registry.get", str(entry.id))])


def _allowed(entry_id: EntryId) -> EntryId:
    demand("registry.get", str(entry_id), f"not allowed to access entry {entry_id}")
    return entry_id


def _id(value: LuaValue, what: str) -> EntryId:
    """Take `namespace:name` or a table with `ns` and `name`."""
    plain = to_python(value)
    if isinstance(plain, dict) and isinstance(plain.get("name"), str):
        found = EntryId(str(plain.get("ns") or ""), plain["name"])
    elif isinstance(plain, str):
        found = EntryId.parse(plain)
    else:
        raise Failure(Kind.INVALID, f"{what} must be an id: 'namespace:name', or a table with ns and name")
    if not found.name:
        raise Failure(Kind.INVALID, f"{what} has no name: '{found}'; write 'namespace:name'")
    return found


def _query(value: LuaValue) -> dict[str, Any]:
    query = to_python(value) if isinstance(value, Table) else None
    if not isinstance(query, dict):
        raise Failure(Kind.INVALID, "the filter must be a table with keys such as '.kind' or 'meta.type'")
    inner = query.pop("meta", None)  # keys may also stand in a table of their own, with or without `meta.` before them
    return {**query, **{_in_meta(key): found for key, found in inner.items()}} if isinstance(inner, dict) else query


def _in_meta(key: str) -> str:
    operator = key[:1] if key[:1] in finder.OPERATORS else ""
    bare = key.removeprefix(operator)
    return key if bare.startswith(("meta.", ".")) else f"{operator}meta.{bare}"


@module.function
def get(entry_id: LuaValue) -> LuaValue:
    """Give an entry as a table {id, kind, meta, data}, a copy; NotFound when there is none."""
    return _entry(_registry().get(_allowed(_id(entry_id, "the argument of registry.get"))))


@module.function
def find(query: LuaValue = None) -> LuaValue:
    """List the entries that match a filter, sorted by id."""
    return _entries(_registry().find(_query(query)))


@module.function
def parse_id(text: Text) -> LuaValue:
    """Split an id into a table {ns, name}."""
    found = EntryId.parse(text)
    return to_lua({"ns": found.ns, "name": found.name})


@module.function
def snapshot() -> LuaValue:
    """Give the state of the registry as it is now; later changes do not show in it."""
    return Snapshot(_registry().view)


@module.function
def current_version() -> LuaValue:
    """Give the version of the registry; 0 is the state after boot."""
    return Version(_registry().version)


@module.function
def snapshot_at(version: int) -> LuaValue:
    """Give the state of a version by its number, which is above 0."""
    if version <= 0:
        raise Failure(Kind.INVALID, f"invalid version id {version}: numbers of versions begin with 1")
    return Snapshot(_registry().at(version))


@module.function
def versions() -> LuaValue:
    """List all versions, the oldest first."""
    return Table.from_list([Version(number) for number in _registry().history.parents])


@module.function
def history() -> LuaValue:
    """Give the history."""
    _ = _registry().history  # tells when there is none
    return History()


@module.function(blocks=True)
def apply_version(version: LuaValue) -> LuaValue:
    """Go back, or forward again, to a version: true, or false and the reason."""
    demand("registry.apply_version", "", "not allowed to change the version of the registry")
    number = _number(version)
    try:
        _registry().apply_version(number)
    except Failure as failure:
        return False, failure.to_error()
    return True


@module.function
def build_delta(before: Table, after: Table) -> LuaValue:
    """List what leads from one list of entries to another: dependants are deleted first, dependencies made first."""
    states = [
        {wish.id: wish for wish in (_wish(entry, "registry.build_delta") for entry in given.array)}
        for given in (before, after)
    ]
    return _ops(in_order(difference(*states), lambda change: lifecycle_references(change.entry)))


def _number(version: LuaValue) -> int:
    if not isinstance(version, Version):
        raise Failure(Kind.INVALID, "a version object is expected, such as registry.current_version() gives")
    return version.number


@module.handle("registry.Version")
class Version(Userdata):
    """One version of the registry."""

    __slots__ = ("number",)

    def __init__(self, number: int) -> None:
        self.number = number

    @method
    def id(self) -> int:
        """Give the number."""
        return self.number

    @method
    def string(self) -> Text:
        """Give the number as people write it."""
        return Text(f"v{self.number}")

    @method
    def previous(self) -> LuaValue:
        """Give the version that it was made from; nil for the first."""
        return _version(_registry().history.parents.get(self.number))

    @method
    def next(self) -> LuaValue:
        """Give the newest version made from it; nil when there is none."""
        return _version(_registry().history.child(self.number))

    def lua_tostring(self) -> str:
        """Show the number."""
        return f"registry.Version{{v{self.number}}}"


def _version(number: int | None) -> LuaValue:
    return Version(number) if number is not None else None


@module.handle("registry.History")
class History(Userdata):
    """All versions of the registry."""

    __slots__ = ()

    @method
    def versions(self) -> LuaValue:
        """List all versions, the oldest first."""
        return versions()

    @method
    def get_version(self, number: int) -> LuaValue:
        """Give a version by its number."""
        if number < 0:
            raise Failure(Kind.INVALID, f"invalid version id {number}: numbers of versions begin with 0")
        _registry().history.check(number)
        return Version(number)

    @method
    def snapshot_at(self, version: LuaValue) -> LuaValue:
        """Give the state of a version."""
        return Snapshot(_registry().at(_number(version)))

    def lua_tostring(self) -> str:
        """Show what it is."""
        return "registry.History{}"


@module.handle("registry.Snapshot")
class Snapshot(Userdata):
    """The entries as they were at a version."""

    __slots__ = ("view",)

    def __init__(self, view: View) -> None:
        self.view = view

    @method
    def entries(self) -> LuaValue:
        """List all entries, sorted by id."""
        return _entries(self.view.all())

    @method
    def get(self, entry_id: LuaValue) -> LuaValue:
        """Give one entry; NotFound when there is none."""
        return _entry(self.view.get(_allowed(_id(entry_id, "the argument of snapshot:get"))))

    @method
    def find(self, query: LuaValue = None) -> LuaValue:
        """List the entries that match a filter, sorted by id."""
        return _entries(self.view.find(_query(query)))

    @method
    def namespace(self, ns: Text) -> LuaValue:
        """List the entries of a namespace, sorted by id."""
        return _entries(self.view.namespace(ns))

    @method
    def version(self) -> LuaValue:
        """Give the version of which this is the state."""
        return Version(self.view.version)

    @method
    def changes(self) -> LuaValue:
        """Begin a list of changes, to be applied to the state at that time."""
        return Changes()

    def lua_tostring(self) -> str:
        """Show the version."""
        return f"registry.Snapshot{{version=v{self.view.version}}}"


@module.handle("registry.Changes")
class Changes(Userdata):
    """A list of changes; nothing of it is checked or done before `apply`."""

    __slots__ = ("pending",)

    def __init__(self) -> None:
        self.pending: list[Change] = []

    @method
    def create(self, entry: LuaValue) -> LuaValue:
        """Add the creation of an entry."""
        return self._add(Change.create(_wish(entry, "changes:create")))

    @method
    def update(self, entry: LuaValue) -> LuaValue:
        """Add the replacement of an entry."""
        return self._add(Change.update(_wish(entry, "changes:update")))

    @method
    def delete(self, entry_id: LuaValue) -> LuaValue:
        """Add the end of an entry."""
        return self._add(Change.delete(_id(entry_id, "the argument of changes:delete")))

    def _add(self, change: Change) -> LuaValue:
        self.pending.append(change)
        return self

    @method
    def ops(self) -> LuaValue:
        """List what was added, in order: {kind = "entry.create", entry = {...}}."""
        return _ops(self.pending)

    @method(blocks=True)
    def apply(self) -> LuaValue:
        """Make all changes or none, and give the new version."""
        if self.pending:
            demand("registry.apply", "", "not allowed to change the registry")
        return Version(_registry().apply(self.pending))

    def lua_tostring(self) -> str:
        """Show how much there is."""
        return f"registry.Changes{{ops={len(self.pending)}}}"


def _ops(changes: list[Change]) -> LuaValue:
    return to_lua([{"kind": f"entry.{change.action}", "entry": _subject(change)} for change in changes])


def _subject(change: Change) -> dict[str, Any]:
    """Describe the entry of a change; a wish to delete knows only its id."""
    entry = change.new or change.old
    return entry.plain() if entry is not None else {"id": str(change.id)}


def _wish(value: LuaValue, function: str) -> Entry:
    """Read the entry that a change asks for."""
    if not isinstance(value, Table):
        raise Failure(Kind.INVALID, f"the argument of {function} must be a table with id, kind, meta and data")
    entry_id = _id(value.get("id"), f"the entry's id in {function}")
    kind, meta = to_python(value.get("kind")), to_python(value.get("meta"))
    if not isinstance(kind, str) or not kind:
        raise Failure(Kind.INVALID, f"the entry {entry_id} in {function} has no kind; give it one as a string")
    return Entry(entry_id, kind, meta if isinstance(meta, dict) else {}, to_python(value.get("data")))
