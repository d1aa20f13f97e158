"""The keys and certificates of a temporal.client: read from its entry and files, and looked at before they are used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from runtime.supervisor.service import ServiceError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from runtime.registry.entry import EntryId
    from runtime.temporal.config import ClientConfig


@dataclass(frozen=True)
class Credentials:
    """What a connection needs beyond its address; None where it is not needed."""

    api_key: str | None
    encrypted: bool
    ca: bytes | None
    certificate: bytes | None
    private_key: bytes | None
    server_name: str | None


def credentials(entry_id: EntryId, config: ClientConfig, directory: Path) -> Credentials:
    """Read what a client names; raise ServiceError that says which field is wrong and why."""
    reader = _Reader(entry_id, directory)
    auth, tls = config.auth, config.tls
    api_key = auth.api_key or reader.text("auth.api_key_file", auth.api_key_file) if auth.type == "api_key" else None
    certificate = private_key = None
    if auth.type == "mtls":
        certificate = reader.pem("auth.cert", auth.cert_file, auth.cert_pem, _see_certificates)
        private_key = reader.pem("auth.key", auth.key_file, auth.key_pem, _see_key)
    # A key must not travel in the clear unless the entry says so; a certificate cannot.
    encrypted = tls.enabled if tls is not None else api_key is not None
    ca = tls.ca_file if tls is not None and tls.enabled else ""
    return Credentials(
        api_key,
        encrypted or certificate is not None,
        reader.pem("tls.ca", ca, "", _see_certificates) if ca else None,
        certificate,
        private_key,
        (tls.server_name or None) if tls is not None else None,
    )


def _see_certificates(pem: bytes) -> None:
    from cryptography.x509 import load_pem_x509_certificates  # a fifth of a second, which most need not wait

    load_pem_x509_certificates(pem)


def _see_key(pem: bytes) -> None:
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    load_pem_private_key(pem, None)


class _Reader:
    def __init__(self, entry_id: EntryId, directory: Path) -> None:
        self._entry = entry_id
        self._directory = directory

    def text(self, field: str, name: str) -> str:
        return self._read(field, name).decode("utf-8", "replace").strip()

    def pem(self, field: str, name: str, text: str, parse: Callable[[bytes], object]) -> bytes:
        """Read what a file or the entry holds, and see that it can be used."""
        source = f"{field}_file" if name else f"{field}_pem"
        found = self._read(source, name) if name else text.encode()
        try:
            parse(found)
        except (ValueError, TypeError) as error:
            where = f"{source} ({name})" if name else source
            raise ServiceError(
                f"{self._entry}: {where} cannot be used: {error}; give it as PEM, a key without a password", final=True
            ) from None
        return found

    def _read(self, field: str, name: str) -> bytes:
        path = self._directory / name
        try:
            return path.read_bytes()
        except OSError as error:
            raise ServiceError(f"{self._entry}: {field} cannot be read: {path}: {error.strerror}") from None
