"""The `crypto` module: random values, HMAC, authenticated encryption, JWT, key derivation (page lua/security/crypto).

What is random grows from the history in a workflow. The libraries are imported when they are needed.
"""

from __future__ import annotations

import hashlib
import hmac as digests
import json
import string as alphabets
import uuid as uuids
import warnings
from base64 import urlsafe_b64decode
from typing import TYPE_CHECKING

from runtime.binding import Bytes, Failure, Kind, LuaString, LuaValue, Module, Table, Text
from runtime.binding.text import decode as to_text
from runtime.binding.text import from_bytes
from runtime.lua import jsontext
from runtime.offload import offload, offload_large
from runtime.process import chance

if TYPE_CHECKING:
    from collections.abc import Callable

    from cryptography.hazmat.primitives.asymmetric import rsa

module = Module("crypto", classes=("security", "nondeterministic", "workflow"))
_random, _hmac, _encrypt, _decrypt, _jwt = (
    Module(f"crypto.{part}") for part in ("random", "hmac", "encrypt", "decrypt", "jwt")
)

_MAX_RANDOM = 1 << 20
_ALPHANUMERIC = LuaString(alphabets.ascii_letters + alphabets.digits)
_NONCE = 12  # bytes, of both ciphers
_AES_KEYS = (16, 24, 32)
_CHACHA_KEYS = (32,)
_ALGORITHMS = ("HS256", "HS384", "HS512", "RS256")
_HS256 = LuaString("HS256")
_SHA256 = LuaString("sha256")
_MAX_ITERATIONS = 10_000_000
_MAX_KEY = 1 << 20
_QUICK = 1000  # iterations of PBKDF2 that need no thread


@_random.function(name="bytes")
def random_bytes(length: int) -> Bytes:
    """Give random bytes."""
    return Bytes(chance.random_bytes(_demand_length(length)))


@_random.function(name="string")
def random_string(length: int, charset: LuaString = _ALPHANUMERIC) -> LuaString:
    """Give random characters, each character of the set being as likely as any other."""
    _demand_length(length)
    if not charset:
        raise Failure(Kind.INVALID, "charset must not be empty")
    return LuaString("".join(chance.generator().choices(charset, k=length)))


@_random.function(name="uuid")
def random_uuid() -> Text:
    """Give a random UUID, of version 4."""
    return Text(str(uuids.UUID(bytes=chance.random_bytes(16), version=4)))


def _demand_length(length: int) -> int:
    if not 1 <= length <= _MAX_RANDOM:
        raise Failure(Kind.INVALID, f"length must be from 1 to {_MAX_RANDOM}, got {length}")
    return length


@_hmac.function(blocks=True)
def sha256(key: Bytes, data: Bytes) -> Text:
    """Give the HMAC in hexadecimal digits."""
    return Text(_authenticated(key, data, "sha256"))


@_hmac.function(blocks=True)
def sha512(key: Bytes, data: Bytes) -> Text:
    """Give the HMAC in hexadecimal digits."""
    return Text(_authenticated(key, data, "sha512"))


def _authenticated(key: bytes, data: bytes, algorithm: str) -> str:
    if not key:
        raise Failure(Kind.INVALID, "key must not be empty")
    return offload_large(len(data), digests.digest, key, data, algorithm).hex()


@_encrypt.function(name="aes", blocks=True)
def encrypt_aes(data: Bytes, key: Bytes, aad: Bytes | None = None) -> Bytes:
    """Encrypt with AES-GCM under a nonce of its own, which comes first."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return _encrypted(AESGCM(_demand_key(key, _AES_KEYS)).encrypt, data, aad)


@_encrypt.function(name="chacha20", blocks=True)
def encrypt_chacha20(data: Bytes, key: Bytes, aad: Bytes | None = None) -> Bytes:
    """Encrypt with ChaCha20-Poly1305 under a nonce of its own, which comes first."""
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

    return _encrypted(ChaCha20Poly1305(_demand_key(key, _CHACHA_KEYS)).encrypt, data, aad)


@_decrypt.function(name="aes", blocks=True)
def decrypt_aes(data: Bytes, key: Bytes, aad: Bytes | None = None) -> Bytes:
    """Decrypt what `encrypt.aes` made; Internal when it was made with another key or was tampered with."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return _decrypted(AESGCM(_demand_key(key, _AES_KEYS)).decrypt, data, aad)


@_decrypt.function(name="chacha20", blocks=True)
def decrypt_chacha20(data: Bytes, key: Bytes, aad: Bytes | None = None) -> Bytes:
    """Decrypt what `encrypt.chacha20` made; Internal when it was made with another key or was tampered with."""
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

    return _decrypted(ChaCha20Poly1305(_demand_key(key, _CHACHA_KEYS)).decrypt, data, aad)


def _demand_key(key: bytes, sizes: tuple[int, ...]) -> bytes:
    if len(key) not in sizes:
        wanted = " or ".join(map(str, sizes))
        raise Failure(Kind.INVALID, f"key must be {wanted} bytes, got {len(key)}")
    return key


def _encrypted(seal: Callable[[bytes, bytes, bytes | None], bytes], data: bytes, aad: bytes | None) -> Bytes:
    nonce = chance.random_bytes(_NONCE)
    return Bytes(nonce + offload_large(len(data), seal, nonce, data, aad))


def _decrypted(unseal: Callable[[bytes, bytes, bytes | None], bytes], data: bytes, aad: bytes | None) -> Bytes:
    from cryptography.exceptions import InvalidTag

    if len(data) < _NONCE:
        raise Failure(Kind.INVALID, f"encrypted data is too short: it begins with {_NONCE} bytes of nonce")
    try:
        return Bytes(offload_large(len(data), unseal, data[:_NONCE], data[_NONCE:], aad))
    except InvalidTag:
        raise Failure(Kind.INTERNAL, "decryption failed: wrong key, or the data was changed") from None


@_jwt.function(name="encode", blocks=True)
def encode_token(payload: Table, key: LuaString, algorithm: LuaString = _HS256) -> Text:
    """Sign claims; the field `_header` adds to the header."""
    import jwt as tokens

    claims = Table()
    for name, value in payload.items():
        if name != "_header":
            claims.set(name, value)
    claims.keyed = True
    signing = _signing_key(key, _demand_algorithm(algorithm))
    try:
        body, header = jsontext.encode(claims), payload.get("_header")
        headers = json.loads(to_text(jsontext.encode(header))) if isinstance(header, Table) else {}
    except jsontext.JsonError as problem:
        raise Failure(Kind.INVALID, f"payload cannot be written as JSON: {problem}") from None
    if not body.startswith("{") or not isinstance(headers, dict):
        raise Failure(Kind.INVALID, "payload and _header must be tables with string keys")
    try:
        return Text(_quietly(tokens.PyJWS().encode, body.encode("latin-1"), signing, algorithm, headers))
    except (tokens.PyJWTError, TypeError, ValueError) as problem:
        raise Failure(Kind.INTERNAL, f"sign token: {problem}") from None


@_jwt.function(name="verify", blocks=True)
def verify_token(token: LuaString, key: LuaString, algorithm: LuaString = _HS256, require_exp: bool = True) -> LuaValue:
    """Give the claims of a token whose signature and times hold; Internal otherwise."""
    import jwt as tokens

    try:
        verifying = _verifying_key(key, _demand_algorithm(algorithm))
        options = {f"verify_{claim}": False for claim in ("aud", "iss", "sub", "jti", "iat")}
        required = {"require": ["exp"] if require_exp else []}
        _quietly(tokens.decode, token, verifying, algorithms=[algorithm], options={**options, **required})
        # The same claims, by the rules that json.decode has for numbers and null.
        segment = token.split(".")[1]
        return jsontext.decode(from_bytes(urlsafe_b64decode(segment + "=" * (-len(segment) % 4))))
    except (tokens.PyJWTError, ValueError, UnicodeError) as problem:
        raise Failure(Kind.INTERNAL, f"verify token: {problem}") from None


def _quietly(work: Callable[..., str | dict[str, object]], *arguments: object, **named: object) -> str:
    """Call without warnings of keys shorter than the library would like, which the contract allows."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return work(*arguments, **named)  # type: ignore[return-value]


def _demand_algorithm(algorithm: str) -> str:
    if algorithm not in _ALGORITHMS:
        raise Failure(Kind.INVALID, f"unknown algorithm '{to_text(algorithm)}': use one of {', '.join(_ALGORITHMS)}")
    return algorithm


def _signing_key(key: str, algorithm: str) -> bytes | rsa.RSAPrivateKey:
    if algorithm != "RS256":
        return _secret(key)
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        private = load_pem_private_key(key.encode("latin-1"), password=None)
    except (ValueError, TypeError) as problem:
        raise Failure(Kind.INVALID, f"invalid RSA private key: {problem}") from None
    if not isinstance(private, rsa.RSAPrivateKey):
        raise Failure(Kind.INVALID, "invalid RSA private key: it is of another kind")
    return private


def _verifying_key(key: str, algorithm: str) -> bytes | rsa.RSAPublicKey:
    if algorithm != "RS256":
        return _secret(key)
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import load_pem_public_key
    from cryptography.x509 import load_pem_x509_certificate
    from jwt import InvalidKeyError

    data = key.encode("latin-1")
    certified = b"CERTIFICATE" in data
    public = load_pem_x509_certificate(data).public_key() if certified else load_pem_public_key(data)
    if not isinstance(public, rsa.RSAPublicKey):
        raise InvalidKeyError("the key is no RSA public key")
    return public


def _secret(key: str) -> bytes:
    if not key:
        raise Failure(Kind.INVALID, "key must not be empty")
    return key.encode("latin-1")


@module.function(blocks=True)
def pbkdf2(password: Bytes, salt: Bytes, iterations: int, key_length: int, hash: LuaString = _SHA256) -> Bytes:
    """Derive a key from a password; `hash` is sha256 or sha512."""
    if not password or not salt:
        raise Failure(Kind.INVALID, f"{'salt' if password else 'password'} must not be empty")
    if not 1 <= iterations <= _MAX_ITERATIONS:
        raise Failure(Kind.INVALID, f"iterations must be from 1 to {_MAX_ITERATIONS}, got {iterations}")
    if not 1 <= key_length <= _MAX_KEY:
        raise Failure(Kind.INVALID, f"key length must be from 1 to {_MAX_KEY}, got {key_length}")
    if hash not in ("sha256", "sha512"):
        raise Failure(Kind.INVALID, f"unsupported hash '{to_text(hash)}': use sha256 or sha512")
    blocks = -(-key_length // (32 if hash == "sha256" else 64))
    if iterations * blocks > _MAX_ITERATIONS:
        raise Failure(Kind.INVALID, f"so long a key takes more than {_MAX_ITERATIONS} iterations in all")
    arguments = (hash, password, salt, iterations, key_length)
    if iterations * blocks <= _QUICK:
        return Bytes(hashlib.pbkdf2_hmac(*arguments))
    return Bytes(offload(hashlib.pbkdf2_hmac, *arguments))


@module.function
def constant_time_compare(a: Bytes, b: Bytes) -> bool:
    """Tell whether two strings are equal, in a time that does not depend on where they differ."""
    return digests.compare_digest(a, b)


module.constants(
    {
        "random": _random.members,
        "hmac": _hmac.members,
        "encrypt": _encrypt.members,
        "decrypt": _decrypt.members,
        "jwt": _jwt.members,
    }
)
