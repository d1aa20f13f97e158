"""The `cloudstorage` module: objects in buckets of S3 and the like (page lua/storage/cloud)."""

from __future__ import annotations

import tempfile
from typing import IO, Any

from runtime.binding import Failure, Kind, LuaValue, Module, Table, Text, Userdata, method, to_lua
from runtime.binding.demand import flag_option, integer_option, text_option
from runtime.binding.text import decode, to_bytes
from runtime.cloudstorage.s3 import Bucket
from runtime.lua.args import type_name
from runtime.offload import offload
from runtime.process.access import permit
from runtime.registry.entry import EntryId
from stdlib.fs import File
from stdlib.stream import Stream

module = Module(
    "cloudstorage",
    classes=("storage", "network", "io", "nondeterministic"),
    permissions={"cloudstorage.get": "the storage"},
)

_HOUR = 3600
_WEEK = 7 * 24 * _HOUR  # a signature lasts no longer
_PAGE = 1000
_SPOOLED = 1 << 20
_UPLOAD = {
    "content_type": "ContentType",
    "cache_control": "CacheControl",
    "content_disposition": "ContentDisposition",
    "content_encoding": "ContentEncoding",
    "if_match": "IfMatch",
    "if_none_match": "IfNoneMatch",
}
_DOWNLOAD = {"range": "Range", "if_match": "IfMatch", "if_none_match": "IfNoneMatch"}


@module.handle("cloudstorage.Storage")
class Storage(Userdata):
    """A bucket in Lua's hands, until it is released."""

    __slots__ = ("_bucket", "_released")

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket
        self._released = False

    @method(blocks=True)
    def upload_object(self, key: Text, content: LuaValue = None, options: Table | None = None) -> bool:
        """Write an object: a string, an open file or a stream. Conflict when a condition of the options does not hold.

        Options: `content_type`, `cache_control`, `content_disposition`, `content_encoding`, `metadata`, `headers`,
        `if_match`, `if_none_match`, `only_if_absent`.
        """
        bucket = self._open(key)
        asked: dict[str, Any] = _named(options, _UPLOAD)
        if flag_option(options, "only_if_absent"):
            asked["IfNoneMatch"] = "*"
        asked["Metadata"] = _strings(options, "metadata")
        headers = _strings(options, "headers")
        if isinstance(content, str):
            bucket.upload(key, to_bytes(content), asked, headers)
            return True
        with _opened(content) as body:
            bucket.upload(key, body, asked, headers)
        return True

    @method(blocks=True)
    def download_object(self, key: Text, writer: LuaValue = None, options: Table | None = None) -> bool:
        """Read an object into a file that is open for writing; options `range`, `if_match`, `if_none_match`."""
        bucket = self._open(key)
        if not isinstance(writer, File):
            raise Failure(Kind.INVALID, f"the writer must be a file that is open for writing, got {type_name(writer)}")
        writer.demand_open()
        for piece in bucket.download(key, _named(options, _DOWNLOAD)):
            writer.put(piece)
        return True

    @method(blocks=True)
    def head_object(self, key: Text) -> Table:
        """Tell what is known of an object; NotFound for a missing one.

        Fields: `size`, `etag`, `content_type`, `cache_control`, `content_disposition`, `content_encoding`,
        `storage_class`, `version_id`, `last_modified`, `metadata`, `headers`.
        """
        table: Table = to_lua(self._open(key).head(key))
        return table

    @method(blocks=True)
    def list_objects(self, options: Table | None = None) -> Table:
        """List objects by key: `{objects, is_truncated, next_continuation_token}`.

        Options: `prefix`, `max_keys`, `continuation_token`, `include_owner`, `include_versions`.
        """
        bucket = self._open()
        asked: dict[str, Any] = {"Prefix": text_option(options, "prefix") or ""}
        wanted = integer_option(options, "max_keys", _PAGE)
        asked["MaxKeys"] = wanted if 0 < wanted <= _PAGE else _PAGE
        versions = flag_option(options, "include_versions")
        listed = bucket.list_versions if versions else bucket.list
        token = text_option(options, "continuation_token") or ""
        table: Table = to_lua(listed(asked, token, owners=flag_option(options, "include_owner")))
        return table

    @method(blocks=True)
    def delete_objects(self, keys: Table) -> bool:
        """Delete objects by key; those that are not there do not count."""
        bucket = self._open()
        names = [decode(key) if isinstance(key, str) else "" for key in keys.array]
        if not all(names):
            raise Failure(Kind.INVALID, "every key must be a string that is not empty")
        bucket.delete(names)
        return True

    @method(blocks=True)
    def presigned_get_url(self, key: Text, options: Table | None = None) -> Text:
        """Make a URL that anybody may read the object with, for `expiration` seconds, an hour if not said."""
        return Text(self._open(key).sign("get_object", key, {}, _lifetime(options)))

    @method(blocks=True)
    def presigned_put_url(self, key: Text, options: Table | None = None) -> Text:
        """Make a URL that anybody may write the object with; options `expiration`, `content_type`, `content_length`."""
        bucket = self._open(key)
        asked: dict[str, Any] = _named(options, {"content_type": "ContentType"})
        length = integer_option(options, "content_length", 0)
        if length > 0:
            asked["ContentLength"] = length
        return Text(bucket.sign("put_object", key, asked, _lifetime(options)))

    @method
    def release(self) -> bool:
        """Give the handle back; any use after that is Invalid, releasing again is not."""
        self._released = True
        return True

    def _open(self, key: str = "any") -> Bucket:
        if self._released:
            raise Failure(Kind.INVALID, "the storage is released: get it again with cloudstorage.get()")
        if not key:
            raise Failure(Kind.INVALID, "a key is required")
        return self._bucket


def _named(options: Table | None, names: dict[str, str]) -> dict[str, str]:
    given = {theirs: text_option(options, ours) for ours, theirs in names.items()}
    return {name: value for name, value in given.items() if value}


def _strings(options: Table | None, name: str) -> dict[str, str]:
    given = None if options is None else options.get(name)
    if given is None:
        return {}
    if not isinstance(given, Table):
        raise Failure(Kind.INVALID, f"{name} must be a table, got {type_name(given)}")
    pairs = list(given.items())
    if not all(isinstance(key, str) and isinstance(value, str) for key, value in pairs):
        raise Failure(Kind.INVALID, f"{name} must hold strings by name")
    if any(character in key + value for key, value in pairs for character in "\r\n\0"):
        raise Failure(Kind.INVALID, f"{name} must hold no line breaks")
    return {decode(key): decode(value) for key, value in pairs}


def _lifetime(options: Table | None) -> int:
    wanted = integer_option(options, "expiration", _HOUR)
    if not 0 < wanted <= _WEEK:
        raise Failure(Kind.INVALID, f"expiration must be from 1 to {_WEEK} seconds")
    return wanted


def _opened(content: LuaValue) -> IO[bytes]:
    """Give a file with the content; that of a stream, whose size is unknown, goes through a temporary one."""
    if isinstance(content, File):
        return content.duplicate()
    if not isinstance(content, Stream):
        raise Failure(Kind.INVALID, f"the content must be a string, a file or a stream, got {type_name(content)}")
    spool = tempfile.SpooledTemporaryFile(max_size=_SPOOLED)  # noqa: SIM115  (whoever uploads it closes it)
    while piece := content.take(_SPOOLED):
        offload(spool.write, piece)
    spool.seek(0)
    return spool


@module.function
def get(id: Text) -> Storage:
    """Give a handle of a storage; NotFound when there is none of that id, Invalid for another resource."""
    from runtime import node

    if not id:
        raise Failure(Kind.INVALID, "a storage id is required, such as 'app:files'")
    permit("cloudstorage.get", id)
    found = node.current().resources.get(EntryId.parse(id))
    if not isinstance(found, Bucket):
        raise Failure(Kind.INVALID, f"resource {id} is not a cloud storage")
    return Storage(found)
