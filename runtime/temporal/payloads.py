"""JSON as Temporal's payloads, in the encoding of its standard converters, so that other SDKs read it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, TypeVar

from google.protobuf.duration_pb2 import Duration
from temporalio.api.common.v1 import Payload, Payloads

from runtime.workflows.errors import WorkflowError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from google.protobuf.timestamp_pb2 import Timestamp

    from runtime.workflows.activation import Data, Headers

ENCODING = "encoding"
_JSON, _NULL, _BINARY, _PROTOBUF = b"json/plain", b"binary/null", b"binary/plain", b"json/protobuf"
_SECOND = 1_000_000_000
T = TypeVar("T")


def to_payload(data: Data | None) -> Payload:
    """Wrap JSON; None is the null of Temporal's converters."""
    if data is None:
        return Payload(metadata={ENCODING: _NULL})
    return Payload(metadata={ENCODING: _JSON}, data=data)


def to_payloads(values: Iterable[Data]) -> Payloads:
    """Wrap several values."""
    return Payloads(payloads=[to_payload(value) for value in values])


def to_fields(values: Mapping[str, Data]) -> dict[str, Payload]:
    """Wrap values by name: headers, memo, search attributes."""
    return {name: to_payload(value) for name, value in values.items()}


def of_payload(payload: Payload) -> Data | None:
    """Give the JSON of a payload, None of Temporal's null; bytes that another SDK sent become a JSON string.

    Raise WorkflowError for other encodings: those of codecs, which encrypt or compress.
    """
    encoding = payload.metadata.get(ENCODING, b"")
    if encoding in (_JSON, _PROTOBUF):
        return payload.data
    if encoding == _NULL:
        return None
    if encoding == _BINARY:
        return json.dumps(payload.data.decode("utf-8", "surrogateescape"), ensure_ascii=False).encode(
            "utf-8", "surrogateescape"
        )
    raise WorkflowError(
        f"a payload has the encoding '{encoding.decode(errors='replace')}', which only its sender can read; "
        "send json/plain, as Temporal's standard converters do"
    )


def of_payloads(payloads: Iterable[Payload]) -> tuple[Data, ...]:
    """Give the JSON of several payloads, `null` for Temporal's null."""
    return tuple(of_payload(payload) or b"null" for payload in payloads)


def of_fields(fields: Mapping[str, Payload]) -> Headers:
    """Give the JSON of payloads by name; those in other encodings belong to others, and are left out."""
    return {
        name: of_payload(payload) or b"null"
        for name, payload in fields.items()
        if payload.metadata.get(ENCODING) in (_JSON, _NULL)
    }


def nanoseconds(stamp: Timestamp) -> int:
    """Give a time in nanoseconds since 1970."""
    return stamp.seconds * _SECOND + stamp.nanos


def duration(seconds: float | None) -> Duration | None:
    """Write seconds; None stays None."""
    return None if seconds is None else precise_duration(round(seconds * _SECOND))


def precise_duration(count: int) -> Duration:
    """Write nanoseconds."""
    return Duration(seconds=count // _SECOND, nanos=count % _SECOND)


def chosen(names: Mapping[str, T], name: str, what: str) -> T:
    """Give what a name stands for; raise ValueError for an unknown one, listing the others."""
    if name not in names:
        raise ValueError(f"there is no {what} '{name}'; use one of {', '.join(sorted(filter(None, names)))}")
    return names[name]
