"""Messages as AMQP carries them: headers with a meaning become its properties, and properties headers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pika import BasicProperties

from runtime.binding.text import decode, encode
from runtime.queues import codec
from runtime.queues.message import Message

if TYPE_CHECKING:
    from runtime.lua.types import LuaValue

PERSISTENT = 2
MANDATORY = "amqp.mandatory"
_X_DELAY = "amqp.x_delay"
# Header: the property that holds its text.
_TEXTS = {
    "correlation_id": "correlation_id",
    "reply_to": "reply_to",
    "message_type": "type",
    "content_type": "content_type",
    "encoding": "content_encoding",
    "amqp.content_encoding": "content_encoding",
    "amqp.expiration": "expiration",
}
_NUMBERS = {"timestamp": "timestamp", "amqp.priority": "priority", "amqp.delivery_mode": "delivery_mode"}
_READ = {**{name: text for name, text in _TEXTS.items() if name != "amqp.content_encoding"}, **_NUMBERS}


def properties(message: Message, codec_name: str, ttl: float) -> BasicProperties:
    """Make the properties of a message; `ttl` in seconds, 0 for none, unless a header says otherwise."""
    made: dict[str, Any] = {"content_type": codec.CONTENT_TYPES[codec_name], "delivery_mode": PERSISTENT}
    if ttl > 0:
        made["expiration"] = str(round(ttl * 1000))
    table: dict[str, Any] = {}
    for name, value in message.headers.items():
        plain = decode(value) if isinstance(value, str) else value
        if name in _TEXTS:
            made[_TEXTS[name]] = str(plain)
        elif name in _NUMBERS and isinstance(plain, (int, float)):
            made[_NUMBERS[name]] = int(plain)
        elif name == _X_DELAY and isinstance(plain, (int, float)):
            table["x-delay"] = int(plain)
        elif name != MANDATORY:
            table[decode(name)] = plain
    return BasicProperties(message_id=message.id, headers=table or None, **made)


def is_mandatory(message: Message) -> bool:
    """Tell whether the publisher wants to know that there was no queue."""
    return message.headers.get(MANDATORY) in (True, "true", "1", 1)


def message_of(given: Any, body: bytes, codec_name: str) -> Message:
    """Make the message of what the broker delivers."""
    headers: dict[str, LuaValue] = {}
    for name, attribute in _READ.items():
        value = getattr(given, attribute)
        if value is not None:
            headers[name] = encode(value) if isinstance(value, str) else value
    for name, value in (given.headers or {}).items():
        if isinstance(value, (str, bool, int, float)):
            headers[encode(name)] = encode(value) if isinstance(value, str) else value
    decoded = codec.decode(body, codec_name)
    return Message(decoded, headers, given.message_id) if given.message_id else Message(decoded, headers)
