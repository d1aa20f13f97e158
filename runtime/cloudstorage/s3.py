"""A bucket of S3 or of what speaks like it.

boto3 keeps its state under native locks while it waits for the network, so it works on threads, of which each bucket
has its own: whatever is slow there holds up nobody but those who use the bucket.
"""

from __future__ import annotations

import json
import logging
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, TypeVar

from gevent.threadpool import ThreadPool

from runtime.binding.failure import Failure
from runtime.lua.errors import Kind
from runtime.offload import offload_to

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import IO

    from runtime.cloudstorage.kinds import AwsConfig

T = TypeVar("T")
_THREADS = 10
_IDLE = 30  # seconds after which a thread that has nothing to do ends
_PIECE = 256 << 10
_BATCH = 1000  # keys that one request deletes
_PRECONDITION = frozenset({304, 409, 412})
# Headers of the request that the running thread makes, beyond those that boto3 knows.
_headers: ContextVar[Mapping[str, str] | None] = ContextVar("headers", default=None)


class Bucket:
    """A bucket. What its methods raise for what fails is a Failure; they may wait."""

    def __init__(self, name: str, find_config: Callable[[], AwsConfig], endpoint: str) -> None:
        self.name = name
        self._find_config = find_config
        self._endpoint = endpoint
        self._threads = ThreadPool(_THREADS, idle_task_timeout=_IDLE)
        self._client: Any = None

    # --- objects ------------------------------------------------------------------------------------------------------

    def upload(self, key: str, body: bytes | IO[bytes], options: Mapping[str, Any], headers: Mapping[str, str]) -> None:
        """Write an object; `options` are parameters of PutObject, `headers` further ones of the request."""

        def put(client: Any) -> None:
            token = _headers.set(headers)
            try:
                client.put_object(Bucket=self.name, Key=key, Body=body, **options)
            finally:
                _headers.reset(token)

        self._run(f"upload {key}", put)

    def download(self, key: str, options: Mapping[str, str]) -> Iterator[bytes]:
        """Give an object in pieces; `options` are parameters of GetObject."""
        what = f"download {key}"
        body = self._run(what, lambda client: client.get_object(Bucket=self.name, Key=key, **options)["Body"])
        try:
            while piece := self._run(what, lambda _: body.read(_PIECE)):
                yield piece
        finally:
            body.close()

    def head(self, key: str) -> dict[str, Any]:
        """Tell what is known of an object, by the names of the module `cloudstorage`."""
        found = self._run(f"look at {key}", lambda client: client.head_object(Bucket=self.name, Key=key))
        told = {
            "size": found.get("ContentLength", 0),
            "etag": found.get("ETag", ""),
            "content_type": found.get("ContentType", ""),
            "cache_control": found.get("CacheControl", ""),
            "content_disposition": found.get("ContentDisposition", ""),
            "content_encoding": found.get("ContentEncoding", ""),
            "storage_class": found.get("StorageClass", ""),
            "metadata": found.get("Metadata", {}),
            "headers": {name.lower(): value for name, value in found["ResponseMetadata"]["HTTPHeaders"].items()},
        }
        return told | _optional(found)

    def delete(self, keys: Sequence[str]) -> None:
        """Delete objects; those that are not there do not count."""

        def delete(client: Any) -> None:
            for start in range(0, len(keys), _BATCH):
                objects = [{"Key": key} for key in keys[start : start + _BATCH]]
                answer = client.delete_objects(Bucket=self.name, Delete={"Objects": objects, "Quiet": True})
                for error in answer.get("Errors", ()):
                    raise Failure(Kind.INTERNAL, f"cannot delete {error.get('Key')}: {error.get('Message')}")

        self._run("delete objects", delete)

    # --- lists --------------------------------------------------------------------------------------------------------

    def list(self, options: Mapping[str, Any], token: str, *, owners: bool) -> dict[str, Any]:
        """List objects by key; `options` are parameters of ListObjectsV2."""
        asked = {**options, "FetchOwner": owners}
        if token:
            asked["ContinuationToken"] = token
        found = self._run("list objects", lambda client: client.list_objects_v2(Bucket=self.name, **asked))
        return _page(found.get("Contents", ()), found, found.get("NextContinuationToken", ""), owners=owners)

    def list_versions(self, options: Mapping[str, Any], token: str, *, owners: bool) -> dict[str, Any]:
        """List the versions of objects, newest first; a token holds the key and the version that it goes on at."""
        asked = {**options, **_markers(token)}
        found = self._run("list versions", lambda client: client.list_object_versions(Bucket=self.name, **asked))
        following = [found.get("NextKeyMarker", ""), found.get("NextVersionIdMarker", "")]
        token = json.dumps(following) if found.get("IsTruncated") else ""
        return _page(found.get("Versions", ()), found, token, owners=owners)

    # --- URLs ---------------------------------------------------------------------------------------------------------

    def sign(self, method: str, key: str, options: Mapping[str, Any], lifetime: int) -> str:
        """Make a URL that lets whoever has it do one thing, such as `get_object`, for some seconds."""

        def sign(client: Any) -> str:
            asked = {"Bucket": self.name, "Key": key, **options}
            url: str = client.generate_presigned_url(method, Params=asked, ExpiresIn=lifetime)
            return url

        return self._run(f"sign a URL for {key}", sign)

    # --- the way to the service ---------------------------------------------------------------------------------------

    def _run(self, what: str, work: Callable[[Any], T]) -> T:
        return offload_to(self._threads, lambda: self._guarded(what, work))

    def _guarded(self, what: str, work: Callable[[Any], T]) -> T:
        """Work on a thread, with a client; the first makes it."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            if self._client is None:
                self._client = make_client(self._find_config(), self._endpoint)
            result: T = work(self._client)
        except ClientError as error:
            raise _refused(what, error) from None
        except (BotoCoreError, OSError, ValueError) as error:
            raise Failure(Kind.INTERNAL, f"cannot {what}: {error}") from None
        return result


def make_client(config: AwsConfig, endpoint: str) -> Any:
    """Make a client of boto3; where no keys are given it looks for them as every AWS tool does."""
    import boto3
    from botocore.config import Config

    for chatty in ("boto3", "botocore", "urllib3"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    both = bool(config.access_key_id and config.secret_access_key)
    client = boto3.session.Session().client(
        "s3",
        region_name=config.region,
        endpoint_url=endpoint or None,
        aws_access_key_id=config.access_key_id if both else None,
        aws_secret_access_key=config.secret_access_key if both else None,
        config=Config(
            signature_version="s3v4",
            max_pool_connections=_THREADS,
            s3={"addressing_style": "path" if endpoint else "auto"},
            # What speaks like S3 often does not know the checksums that S3 itself has learnt since.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        ),
    )
    client.meta.events.register("before-call.s3.PutObject", _add_headers)
    return client


def _add_headers(params: dict[str, Any], **_: Any) -> None:
    params["headers"].update(_headers.get() or {})


def _refused(what: str, error: Any) -> Failure:
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    told = error.response.get("Error", {})
    code, message = told.get("Code", ""), told.get("Message") or str(error)
    if status == 404:
        return Failure(Kind.NOT_FOUND, f"cannot {what}: not found ({code})")
    if status in _PRECONDITION:
        return Failure(Kind.CONFLICT, f"cannot {what}: precondition failed ({code})")
    kind = Kind.PERMISSION_DENIED if status in (401, 403) else Kind.INTERNAL
    return Failure(kind, f"cannot {what}: {message} ({code})")


def _page(items: Any, found: Mapping[str, Any], token: str, *, owners: bool) -> dict[str, Any]:
    return {
        "objects": [_listed(item, owners=owners) for item in items],
        "is_truncated": bool(found.get("IsTruncated")),
        "next_continuation_token": token,
    }


def _listed(item: Mapping[str, Any], *, owners: bool) -> dict[str, Any]:
    told = {
        "key": item["Key"],
        "size": item.get("Size", 0),
        "content_type": "",  # lists do not tell it
        "etag": item.get("ETag", ""),
        "storage_class": item.get("StorageClass", ""),
    }
    owner = item.get("Owner")
    if owners and owner:
        told["owner"] = {"id": owner.get("ID", ""), "display_name": owner.get("DisplayName", "")}
    return told | _optional(item)


def _optional(found: Mapping[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {}
    if found.get("LastModified"):
        told["last_modified"] = int(found["LastModified"].timestamp())
    if found.get("VersionId"):
        told["version_id"] = found["VersionId"]
    return told


def _markers(token: str) -> dict[str, str]:
    if not token:
        return {}
    try:
        key, version = json.loads(token)
    except (ValueError, TypeError):
        raise Failure(Kind.INVALID, "continuation_token is not one that a list of versions gave") from None
    return {"KeyMarker": str(key)} | ({"VersionIdMarker": str(version)} if version else {})
