"""The `queue` module: publish messages, and look at the one that is being handled (page lua/storage/queue)."""

from runtime.binding import Failure, Kind, LuaString, LuaValue, Module, Table, Userdata, method, to_lua
from runtime.binding.demand import demand_text
from runtime.binding.text import encode
from runtime.lua.args import type_name
from runtime.node import current as node
from runtime.process import current
from runtime.process.access import demand
from runtime.process.transfer import copy_value
from runtime.queues.consumer import DELIVERY
from runtime.queues.message import Delivery, Message
from runtime.queues.queue import Queue
from runtime.registry.entry import EntryId

module = Module(
    "queue",
    classes=("io", "nondeterministic"),
    permissions={
        "queue.publish": "empty",
        "queue.publish.queue": "the queue",
    },
)


@module.handle("queue.Message")
class MessageHandle(Userdata):
    """The message that a handler works on; of no use when the handler is done."""

    __slots__ = ("_delivery",)

    def __init__(self, delivery: Delivery) -> None:
        self._delivery = delivery

    def lua_tostring(self) -> str:
        """Show the id."""
        if self._delivery.released:
            return "queue.Message{released}"
        return f"queue.Message{{id={self._delivery.message.id}}}"

    @method
    def id(self) -> LuaString:
        """Give the id, unique to the message and kept when it is delivered again."""
        return LuaString(self._live().message.id)

    @method
    def header(self, key: LuaString) -> LuaValue:
        """Give a header, nil when there is none."""
        return self._live().message.headers.get(key)

    @method
    def headers(self) -> Table:
        """Give all headers by name."""
        return Table.from_dict(dict(self._live().message.headers))

    @method(blocks=True)
    def ack(self) -> bool:
        """Take the message as done, before the handler is; Invalid when it is settled."""
        return _settled_now(done=self._live().ack())

    @method(blocks=True)
    def nack(self) -> bool:
        """Give the message back to the queue, before the handler is done; Invalid when it is settled."""
        return _settled_now(done=self._live().nack())

    def _live(self) -> Delivery:
        if self._delivery.released:
            raise Failure(Kind.INVALID, "the message is released: its handler is done")
        return self._delivery


def _settled_now(*, done: bool) -> bool:
    if not done:
        raise Failure(Kind.INVALID, "the message is already settled")
    return True


@module.function(blocks=True)
def publish(queue_id: LuaValue = None, data: LuaValue = None, headers: LuaValue = None) -> bool:
    """Send a message, and wait while the queue is full."""
    demand("queue.publish", "", "not allowed to publish to queues", Kind.INVALID)
    name = demand_text(queue_id, "the id of a queue")
    demand("queue.publish.queue", name, f"not allowed to publish to queue {name}", Kind.INVALID)
    body, sent = _body(data), _headers(headers)
    tracing = node().tracing
    if tracing is not None and tracing.settings.queue:
        tracing.inject(current.context(), sent)
    _queue(name).publish(Message(body, sent))
    return True


@module.function
def message() -> LuaValue:
    """Give the message that is being handled; Invalid outside the handler of a consumer and what it calls."""
    delivery = current.context().carried.get(DELIVERY)
    if not isinstance(delivery, Delivery):
        raise Failure(Kind.INVALID, "no message is being handled: this works in the handler of a consumer only")
    return MessageHandle(delivery)


@module.function(blocks=True)
def info(queue_id: LuaValue = None) -> LuaValue:
    """Tell how many messages wait in a queue, and how many consumers it has."""
    return to_lua(_queue(demand_text(queue_id, "the id of a queue")).info())


def _queue(name: str) -> Queue:
    """Find a queue; what is none is Internal, as any failure of a publication."""
    found = node().resources.find(EntryId.parse(name))
    if not isinstance(found, Queue):
        raise Failure(Kind.INTERNAL, f"there is no queue {name}")
    return found


def _body(data: LuaValue) -> LuaValue:
    body = copy_value(data)
    if body is None or (isinstance(body, Table) and next(iter(body.items()), None) is None):
        raise Failure(Kind.INVALID, "the data of a message are required: a table that is not empty, or a plain value")
    return body


def _headers(headers: LuaValue) -> dict[str, LuaValue]:
    if headers is None:
        return {}
    if not isinstance(headers, Table):
        raise Failure(Kind.INVALID, f"headers must be a table, got {type_name(headers)}")
    found: dict[str, LuaValue] = {}
    for key, value in headers.items():
        if not isinstance(key, str) or not isinstance(value, (str, bool, int, float)):
            raise Failure(Kind.INVALID, f"header {encode(str(key))} must be a string, a number or a boolean by name")
        found[key] = value
    return found
