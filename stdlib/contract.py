"""The `contract` module: call functions through interfaces that entries bind to them (page lua/core/contract)."""

import re
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

from runtime.binding import Failure, Kind, LuaValue, Module, Table, Text, Userdata, method, to_lua
from runtime.binding.text import decode, encode
from runtime.contracts.contracts import Binding, Contracts, Definition, MethodDefinition, Schema
from runtime.lua.types import LuaFunction
from runtime.node import current as node
from runtime.process import current
from runtime.process.access import permit
from runtime.process.context import Actor, Scope
from runtime.registry.entry import EntryId
from stdlib.funcs import CallSettings, start

module = Module(
    "contract",
    deterministic=True,
    classes=("workflow", "nondeterministic"),
    permissions={
        "contract.get": "the contract",
        "contract.open": "the binding",
        "contract.implementations": "the contract",
        "contract.call": "the name of the method",
        "contract.context": "`context`",
        "contract.security": "`security`",
    },
)
_ASYNC = "_async"
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_DIGITS = 20  # of an integer with its sign
_INTEGER = re.compile(r"[+-]?[0-9]+")
_FLOAT = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")


@module.handle("contract.Instance")
class Instance(Userdata):
    """An open binding: each method of its contracts is one of the object's, and once more with `_async` behind it."""

    __slots__ = ("_calls", "binding", "settings")

    def __init__(self, binding: Binding, settings: CallSettings) -> None:
        self.binding = binding
        self.settings = settings
        self._calls: dict[str, LuaFunction] = {}

    def lua_index(self, key: LuaValue) -> LuaValue:
        """Give the function of a method; nil for what no contract has."""
        if not isinstance(key, str):
            return None
        found = self._calls.get(key)
        if found is None:
            found = self._method(key)
            if found is not None:
                self._calls[key] = found
        return found

    def _method(self, key: str) -> LuaFunction | None:
        name = decode(key)
        if self.binding.find(name) is not None:
            return _bound(_call, name)
        plain = name.removesuffix(_ASYNC)
        if plain != name and self.binding.find(plain) is not None:
            return _bound(_call_async, plain)
        return None


def _bound(call: LuaFunction, name: str) -> LuaFunction:
    return lambda instance=None, *arguments: call(instance, name, *arguments)


def _prepare(instance: Instance, name: str) -> tuple[EntryId, Any]:
    """Give the function behind a method and the context of a call; refuse one that lacks what the binding requires."""
    permit("contract.call", name)
    bound = instance.binding.find(name)
    if bound is None:
        raise Failure(Kind.NOT_FOUND, f"method '{name}' is not bound")
    context = instance.settings.context(current.context().inherited())
    missing = [key for key in bound.context_required if context.values.get(encode(key)) is None]
    if missing:
        remedy = "give them to open(), or as context of the caller"
        raise Failure(Kind.INVALID, f"{bound.contract} needs the context values {', '.join(missing)}: {remedy}")
    return bound.methods[name], context


def _call_method(instance: Instance, name: Any, *arguments: LuaValue) -> LuaValue:
    target, context = _prepare(instance, name)
    result: LuaValue = current.node().functions.call(target, arguments, context, options=instance.settings.options)
    return result


def _call_method_async(instance: Instance, name: Any, *arguments: LuaValue) -> LuaValue:
    target, context = _prepare(instance, name)
    return start(target, arguments, context, instance.settings.options)


_call = module.bound(_call_method, "method", blocks=True)
_call_async = module.bound(_call_method_async, "method", blocks=True)


@module.handle("contract.Contract")
class Contract(Userdata):
    """A contract, with what is decided about the instances that it opens; every `with_` gives a new one."""

    __slots__ = ("_definition", "_id", "_settings")

    def __init__(self, contract: EntryId, definition: Definition, settings: CallSettings) -> None:
        self._id = contract
        self._definition = definition
        self._settings = settings

    def _with(self, settings: CallSettings) -> LuaValue:
        return Contract(self._id, self._definition, settings)

    @method(name="id")
    def lua_id(self) -> Text:
        """Give the id of the entry."""
        return Text(str(self._id))

    @method
    def methods(self) -> LuaValue:
        """List the methods: `{name, description, input_schemas, output_schemas}`."""
        return Table.from_list([_method_table(each) for each in self._definition.methods])

    @method(name="method")
    def method_(self, name: Text) -> Table:
        """Give one method, as `methods` lists it; NotFound when there is none, Invalid for an empty name."""
        if not name:
            raise Failure(Kind.INVALID, "the name of the method is empty")
        found = self._definition.find(name)
        if found is None:
            raise Failure(Kind.NOT_FOUND, f"contract {self._id} has no method '{name}'")
        return _method_table(found)

    @method
    def implementations(self) -> LuaValue:
        """List the ids of the bindings that carry the contract out."""
        return _implementations(self._id)

    @method
    def open(self, binding: Text | None = None, scope: Table | None = None) -> Instance:
        """Open a binding, or the default one; NotFound when there is none. `scope` adds context values."""
        if binding is None:
            return _open(_contracts().default(self._id), self._settings, scope)
        name, values = _parsed(binding)
        # What the name says is the weakest, what the call says the strongest.
        settings = replace(self._settings, values={**values, **self._settings.values})
        return _open(_entry_id(name, "binding"), settings, scope)

    @method
    def with_context(self, values: Table) -> LuaValue:
        """Add context values for the functions behind the instances."""
        permit("contract.context", "context")
        return self._with(self._settings.with_values(values))

    @method
    def with_actor(self, actor: Actor) -> LuaValue:
        """Let the functions act as somebody else."""
        permit("contract.security", "security")
        return self._with(replace(self._settings, actor=actor))

    @method
    def with_scope(self, scope: Scope) -> LuaValue:
        """Give the functions other rights."""
        permit("contract.security", "security")
        return self._with(replace(self._settings, scope=scope))

    @method
    def with_options(self, options: Table) -> LuaValue:
        """Set the options of all calls, as `with_options` of `funcs` does: `retry`, `timeout`."""
        return self._with(self._settings.with_options(options))


@module.function
def get(id: Text) -> Contract:
    """Give a contract to look at or to open; NotFound when there is none."""
    contract = _entry_id(id, "contract")
    permit("contract.get", str(contract))
    return Contract(contract, _contracts().definition(contract), CallSettings())


@module.function
def open(binding: Text, scope: Table | None = None, options: Table | None = None) -> Instance:
    """Open a binding; NotFound when there is none.

    `scope` are context values for the functions behind it; they may stand behind the id, too: `?debug=true`.
    """
    name, values = _parsed(binding)
    settings = CallSettings(values=values)
    return _open(_entry_id(name, "binding"), settings if options is None else settings.with_options(options), scope)


@module.function
def find_implementations(id: Text) -> LuaValue:
    """List the ids of the bindings that carry a contract out."""
    return _implementations(_entry_id(id, "contract"))


@module.function(name="is")
def is_(instance: Userdata, contract: Text) -> bool:
    """Tell whether an instance carries out a contract."""
    wanted = EntryId.parse(contract)
    return isinstance(instance, Instance) and any(bound.contract == wanted for bound in instance.binding.contracts)


def _contracts() -> Contracts:
    contracts: Contracts = node().contracts
    return contracts


def _open(binding: EntryId, settings: CallSettings, scope: Table | None) -> Instance:
    permit("contract.open", str(binding))
    found = _contracts().binding(binding)
    return Instance(found, settings if scope is None else settings.with_values(scope))


def _implementations(contract: EntryId) -> LuaValue:
    permit("contract.implementations", str(contract))
    return Table.from_list([encode(str(binding)) for binding in _contracts().implementations(contract)])


def _entry_id(given: str, what: str) -> EntryId:
    namespace, separator, name = given.partition(":")
    if not separator or not namespace or not name:
        raise Failure(Kind.INVALID, f"'{given}' is no id of a {what}; write 'namespace:name'")
    return EntryId(namespace, name)


def _parsed(binding: str) -> tuple[str, dict[str, LuaValue]]:
    """Split what stands behind a question mark off the id of a binding, and give it as context values."""
    name, _, query = binding.partition("?")
    if _BAD_ESCAPE.search(query) or ";" in query:
        raise Failure(Kind.INVALID, f"what follows the '?' of '{binding}' is no query such as ?debug=true&limit=5")
    values: dict[str, LuaValue] = {}
    for key, value in parse_qsl(query, keep_blank_values=True, errors="surrogateescape"):
        values.setdefault(encode(key), _typed(value))
    return name, values


def _typed(value: str) -> LuaValue:
    """Give the boolean or number that a value spells, or its text."""
    if value in ("true", "false"):
        return value == "true"
    if _INTEGER.fullmatch(value) and len(value) <= _DIGITS and -(2**63) <= int(value) < 2**63:
        return int(value)
    return float(value) if _FLOAT.fullmatch(value) else encode(value)


def _method_table(described: MethodDefinition) -> Table:
    table = Table.from_dict({"name": encode(described.name), "description": encode(described.description)})
    for field, schemas in (("input_schemas", described.input_schemas), ("output_schemas", described.output_schemas)):
        if schemas:
            table.set(field, Table.from_list([_schema_table(schema) for schema in schemas]))
    return table


def _schema_table(schema: Schema) -> Table:
    return Table.from_dict({"format": encode(schema.format), "definition": to_lua(schema.definition)})
