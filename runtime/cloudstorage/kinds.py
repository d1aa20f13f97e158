"""The entry kinds config.aws and cloudstorage.s3 (page system/cloudstorage)."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import urlsplit

from runtime.binding.failure import Failure
from runtime.cloudstorage.s3 import Bucket
from runtime.lua.errors import Kind
from runtime.registry.entry import EntryId  # noqa: TC001  (decoding evaluates the annotations)
from runtime.registry.errors import EntryError
from runtime.registry.kinds import KindHandler

if TYPE_CHECKING:
    from runtime.registry.entry import Entry


@dataclass(frozen=True)
class AwsConfig:
    """The data of a config.aws entry; without both keys they are looked for as every AWS tool does."""

    region: str
    access_key_id: str = ""
    secret_access_key: str = ""


@dataclass(frozen=True)
class S3Config:
    """The data of a cloudstorage.s3 entry; with an endpoint of its own the bucket is named in the path."""

    bucket: str
    config: EntryId
    endpoint: str = ""


class AwsKind(KindHandler):
    """Keeps what several services of AWS share."""

    kinds: ClassVar[tuple[str, ...]] = ("config.aws",)
    config: ClassVar[type] = AwsConfig

    def create(self, entry: Entry, config: AwsConfig) -> None:
        """Make the configuration known."""
        self.node.resources.put(entry.id, config)

    def update(self, _old: Entry, new: Entry, config: AwsConfig) -> None:
        """Put the new form in the place of the old; clients that are made keep theirs."""
        self.create(new, config)

    def delete(self, entry: Entry) -> None:
        """Forget the configuration."""
        self.node.resources.remove(entry.id)


class S3Kind(KindHandler):
    """Runs cloudstorage.s3 entries."""

    kinds: ClassVar[tuple[str, ...]] = ("cloudstorage.s3",)
    config: ClassVar[type] = S3Config

    def check(self, entry: Entry, config: S3Config) -> None:
        """Refuse what could not work: no boto3, no bucket, an endpoint that is no URL."""
        if importlib.util.find_spec("boto3") is None:
            raise EntryError(entry, "kind", "cloudstorage.s3 needs boto3", "pip install 'wippy[s3]'")
        if not config.bucket:
            raise EntryError(entry, "bucket", "it is empty", "name the bucket")
        if config.endpoint and urlsplit(config.endpoint).scheme not in ("http", "https"):
            example = "write one such as http://localhost:9000"
            raise EntryError(entry, "endpoint", f"'{config.endpoint}' is no URL of HTTP", example)

    def create(self, entry: Entry, config: S3Config) -> None:
        """Offer the bucket; nothing is asked of it before it is used."""

        def find_config() -> AwsConfig:
            found = self.node.resources.get(config.config)
            if not isinstance(found, AwsConfig):
                raise Failure(Kind.INTERNAL, f"{config.config}, the config of {entry.id}, is no config.aws")
            return found

        self.node.resources.put(entry.id, Bucket(config.bucket, find_config, config.endpoint))

    def update(self, _old: Entry, new: Entry, config: S3Config) -> None:
        """Put another bucket in the place of the old one."""
        self.create(new, config)

    def delete(self, entry: Entry) -> None:
        """Withdraw the bucket; its objects stay."""
        self.node.resources.remove(entry.id)
