"""Encryption by the server itself: certificates of an http.service (documentation page http/server)."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gevent import socket, ssl

if TYPE_CHECKING:
    from runtime.http.config import Tls

_VERIFY = {
    "": ssl.CERT_NONE,
    "verify_if_given": ssl.CERT_OPTIONAL,
    "require_and_verify": ssl.CERT_REQUIRED,
}
_ANSWER = (
    b"HTTP/1.0 400 Bad Request\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
    b"400 Bad Request: this port speaks HTTPS; write https:// in front of the address\n"
)


class TlsError(ValueError):
    """The `tls` block of a service cannot be used: a field of it, why, and the remedy."""

    def __init__(self, field: str, reason: str, remedy: str) -> None:
        super().__init__(f"{field}: {reason}; {remedy}")
        self.field = field
        self.reason = reason
        self.remedy = remedy


@lru_cache(16)
def context_of(tls: Tls) -> ssl.SSLContext | None:
    """Make what connections are encrypted with; None for a service that speaks plain HTTP. Raise TlsError."""
    if not tls.mode:
        return None
    if tls.mode == "auto":
        raise TlsError("mode", "only overlay networks provide certificates, and there are none", "use mode: manual")
    for field in ("cert", "key"):
        if not getattr(tls, field).strip():
            raise TlsError(field, "it is empty", "give it PEM text, file://... or ${env:NAME}")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    _load_certificate(context, tls)
    _ask_for_client(context, tls)
    return context


def _load_certificate(context: ssl.SSLContext, tls: Tls) -> None:
    """Load certificate and key; Python takes them from a file only, so there is one for a moment, for our eyes only."""
    handle, path = tempfile.mkstemp(prefix="wippy-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="surrogateescape") as file:
            file.write(f"{tls.key.strip()}\n{tls.cert.strip()}\n")
        context.load_cert_chain(path, password=_no_password)
    except _EncryptedError:
        raise TlsError("key", "it is encrypted", "decrypt it: openssl pkey -in KEY -out PLAIN") from None
    except (ssl.SSLError, ValueError) as error:
        mismatch = "KEY_VALUES_MISMATCH" in str(error)
        reason = "it does not belong to the certificate" if mismatch else f"no certificate with its key: {error}"
        raise TlsError("key" if mismatch else "cert", reason, "give both as PEM text") from None
    finally:
        Path(path).unlink()


def _ask_for_client(context: ssl.SSLContext, tls: Tls) -> None:
    """Have clients show a certificate, as `client_auth` says."""
    if tls.client_auth == "require_any":
        raise TlsError(
            "client_auth",
            "Python's TLS does not take certificates unseen",
            "use require_and_verify with client_ca, or leave it out",
        )
    # Nobody would look at a certificate that need neither be there nor be valid: it is not asked for.
    context.verify_mode = _VERIFY[tls.client_auth if tls.client_auth != "request" else ""]
    if context.verify_mode is ssl.CERT_NONE:
        return
    if not tls.client_ca.strip():
        raise TlsError("client_ca", f"client_auth: {tls.client_auth} needs it", "give the CAs of the clients as PEM")
    try:
        context.load_verify_locations(cadata=tls.client_ca)
    except (ssl.SSLError, ValueError) as error:
        raise TlsError("client_ca", f"no certificates: {error}", "give the CAs of the clients as PEM text") from None


class _EncryptedError(Exception):
    """The key has a password."""


def _no_password() -> str:
    raise _EncryptedError


def plain_http_answer(sock: Any) -> None:
    """Tell a client that speaks HTTP without TLS; the socket of the failed handshake is used below its encryption."""
    with suppress(OSError), socket.socket(fileno=os.dup(sock.fileno())) as below:
        below.sendall(_ANSWER)
        below.shutdown(socket.SHUT_WR)
