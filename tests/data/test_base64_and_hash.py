"""The modules base64 and hash against what everybody knows, small and large."""

import base64
import hashlib
import os

import pytest

from runtime.offload import SMALL


@pytest.mark.parametrize("size", [0, 1, 2, 3, 1000, SMALL, 3 * SMALL + 1])
def test_base64_gives_back_any_bytes(run, size):
    data = os.urandom(size).decode("latin-1")
    encoded, same = run(
        "base64", "local data = ... local e = base64.encode(data) return e, base64.decode(e) == data", data
    )
    assert encoded == base64.b64encode(data.encode("latin-1")).decode()
    assert same


@pytest.mark.parametrize("bad", ["!!!", "YQ", "YQ=", "Y===", "YQ==YQ==", "YWI_", "YQ==\0"])
def test_what_is_no_base64_is_refused(run, bad):
    assert run("base64", "return base64.decode(...)", bad) == ["nil", "Invalid"]


def test_base64_ignores_line_breaks_and_refuses_what_is_no_string(run):
    assert run("base64", r'return base64.decode("aGVs\r\nbG8=\n")') == ["hello"]
    assert run("base64", "local _, a = base64.encode(12) local _, b = base64.decode({}) return a, b") == ["Invalid"] * 2


@pytest.mark.parametrize("algorithm", ["md5", "sha1", "sha256", "sha512"])
@pytest.mark.parametrize("size", [0, 5, 2 * SMALL])
def test_digests_are_those_of_hashlib(run, algorithm, size):
    data = b"x" * size
    body = f"local h = hash.{algorithm}(...) return h, #hash.{algorithm}(..., true)"
    wanted = hashlib.new(algorithm, data)
    assert run("hash", body, data.decode()) == [wanted.hexdigest(), wanted.digest_size]


def test_hmac_is_that_of_rfc_4231(run):
    expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    assert run("hash", 'return hash.hmac_sha256("what do ya want for nothing?", "Jefe")') == [expected]
    assert run("hash", 'local _, a = hash.hmac_md5("x") local _, b = hash.md5() return a, b') == ["Invalid", "Invalid"]


def test_fnv_is_that_of_its_authors(run):
    assert run("hash", 'return hash.fnv32("foobar"), hash.fnv64("foobar"), hash.fnv32("")') == [
        0x31F0B262,
        0x340D8765A4DDA9C2,
        0x811C9DC5,
    ]
