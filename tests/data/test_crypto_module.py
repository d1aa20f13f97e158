"""The module crypto: against vectors of the standards, and against those who tamper."""

import hashlib
import itertools
import time

import gevent
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

SECRET = "a secret that is long enough for the library, of all sixty-four bytes"


def pem(key):
    if hasattr(key, "private_bytes"):
        private = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        return key.private_bytes(serialization.Encoding.PEM, *private).decode()
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()


@pytest.mark.parametrize("cipher", ["aes", "chacha20"])
def test_only_the_right_key_and_data_decrypt(run, cipher):
    body = f"""
        local key, aad = string.rep("k", 32), "about"
        local sealed = crypto.encrypt.{cipher}("secret\\0\\xff", key, aad)
        local again = crypto.encrypt.{cipher}("secret\\0\\xff", key, aad)
        local _, wrong_key = crypto.decrypt.{cipher}(sealed, string.rep("x", 32), aad)
        local _, no_aad = crypto.decrypt.{cipher}(sealed, key)
        local flipped = sealed:sub(1, -2) .. string.char(sealed:byte(-1) ~ 1)
        local _, changed = crypto.decrypt.{cipher}(flipped, key, aad)
        local _, short = crypto.decrypt.{cipher}("short", key)
        local _, bad_key = crypto.encrypt.{cipher}("x", "short")
        return crypto.decrypt.{cipher}(sealed, key, aad) == "secret\\0\\xff", sealed ~= again, #sealed,
            wrong_key, no_aad, changed, short, bad_key
    """
    assert run("crypto", body) == [True, True, 12 + 8 + 16, "Internal", "Internal", "Internal", "Invalid", "Invalid"]


def test_hmac_and_pbkdf2_are_those_of_the_standards(run):
    body = """
        return crypto.hmac.sha256("Jefe", "what do ya want for nothing?"), #crypto.hmac.sha512("k", ""),
            crypto.pbkdf2("passwd", "salt", 1, 64), crypto.pbkdf2("p", "s", 5000, 20, "sha512")
    """
    digest, size, first, second = run("crypto", body)
    assert digest == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    assert size == 128
    encoded = [text.encode("utf-8", "surrogateescape") for text in (first, second)]
    assert encoded[0].hex().startswith("55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc")
    assert encoded[1] == hashlib.pbkdf2_hmac("sha512", b"p", b"s", 5000, 20)


def test_deriving_a_key_lets_others_run(run, lua):
    beats = []

    def beat():
        while True:
            beats.append(time.perf_counter())
            gevent.sleep(0.005)

    heart = gevent.spawn(beat)
    try:
        run("crypto", "return #crypto.pbkdf2('p', 's', 300000, 32)")
    finally:
        heart.kill()
    assert len(beats) > 5
    assert max(after - before for before, after in itertools.pairwise(beats)) < 0.5


def test_random_values_have_their_sizes(run):
    body = """
        local set = crypto.random.string(2000, "ab")
        local _, zero = crypto.random.bytes(0)
        local _, large = crypto.random.string(1048577)
        local _, empty = crypto.random.string(1, "")
        return #crypto.random.bytes(1000), set:find("[^ab]"), #crypto.random.uuid(), crypto.random.uuid():sub(15, 15),
            zero, large, empty
    """
    assert run("crypto", body) == [1000, "nil", 36, "4", "Invalid", "Invalid", "Invalid"]


def test_tokens_are_understood_by_others_and_theirs_by_us(run):
    made = run("crypto", "return crypto.jwt.encode({sub = 'u', n = 3, _header = {kid = 'k1'}}, ...)", SECRET)[0]
    assert jwt.decode(made, SECRET, algorithms=["HS256"]) == {"sub": "u", "n": 3}
    assert jwt.get_unverified_header(made)["kid"] == "k1"
    theirs = jwt.encode({"aud": "x", "sub": 7, "list": [1, None], "exp": time.time() + 60}, SECRET, "HS512")
    body = "local t, k = ... local c = crypto.jwt.verify(t, k, 'HS512') return c.aud, c.sub, c.list[1]"
    assert run("crypto", body, theirs, SECRET) == ["x", 7, 1]


def forged(**claims):
    return jwt.encode({"exp": time.time() + 60, **claims}, SECRET, "HS256")


@pytest.mark.parametrize(
    "token",
    [
        forged(exp=time.time() - 5),
        forged(nbf=time.time() + 60),
        jwt.encode({"sub": "x"}, SECRET, "HS256"),  # without an expiry
        jwt.encode({"exp": time.time() + 60}, "another secret, which is also long enough", "HS256"),
        jwt.encode({"exp": time.time() + 60}, SECRET, "HS384"),
        jwt.encode({"exp": time.time() + 60}, None, "none"),
        forged()[:-4],
        forged().rpartition(".")[0] + ".",
        "not.a.token",
        "\xff",
        "",
    ],
    ids=lambda token: token[-12:],
)
def test_no_other_token_passes(run, token):
    assert run("crypto", "return crypto.jwt.verify(...)", token, SECRET) == ["nil", "Internal"]


def test_an_expiry_is_checked_even_when_not_required(run):
    body = "local t, k = ... return crypto.jwt.verify(t, k, 'HS256', false)"
    assert run("crypto", body, jwt.encode({"sub": "x"}, SECRET, "HS256"), SECRET) == [{"sub": "x"}]
    assert run("crypto", body, forged(exp=1), SECRET) == ["nil", "Internal"]


def test_rsa_signs_and_a_public_key_is_no_secret(run):
    private = rsa.generate_private_key(65537, 2048)
    public = pem(private.public_key())
    body = """
        local private, public = ...
        local token = crypto.jwt.encode({exp = os.time() + 60, sub = "x"}, private, "RS256")
        local _, none = crypto.jwt.encode({}, "no key", "RS256")
        local _, unknown = crypto.jwt.encode({}, "k", "none")
        local _, bad = crypto.jwt.verify(token, "no key", "RS256")
        return crypto.jwt.verify(token, public, "RS256").sub, none, unknown, bad
    """
    assert run("crypto", body, pem(private), public) == ["x", "Invalid", "Invalid", "Internal"]
    confused = "local t, k = ... local _, e = crypto.jwt.verify(t, k) return e"
    token = jwt.encode({"exp": time.time() + 60}, private, "RS256")
    assert run("crypto", confused, token, public) == ["Internal"]
    elliptic = pem(ec.generate_private_key(ec.SECP256R1()))
    assert run("crypto", "return crypto.jwt.encode({}, (...), 'RS256')", elliptic) == ["nil", "Invalid"]


def test_strings_are_compared_as_a_whole(run):
    body = "return crypto.constant_time_compare('a', 'a'), crypto.constant_time_compare('a', 'ab')"
    assert run("crypto", body) == [True, False]


@pytest.mark.parametrize(
    "arguments",
    ["'', 's', 1, 1", "'p', '', 1, 1", "'p', 's', 0, 1", "'p', 's', 1, 0", "'p', 's', 10000001, 1",
     "'p', 's', 1, 1, 'md5'", "'p', 's', 10000000, 64", "'p', 's', 1, 1 << 40"],
)  # fmt: skip
def test_derivation_has_bounds(run, arguments):
    assert run("crypto", f"return crypto.pbkdf2({arguments})") == ["nil", "Invalid"]
