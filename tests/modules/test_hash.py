"""The modules `hash` and `base64`."""

import base64
import hashlib
import hmac

import pytest


@pytest.mark.parametrize("name", ["md5", "sha1", "sha256", "sha512"])
def test_digests(lua, name):
    data, key = b"gr\xc3\xbcn\x00", b"key"
    plain, keyed = hashlib.new(name, data), hmac.new(key, data, name)
    assert lua.run(
        f"""
        local hash, data = require("hash"), "gr\\xc3\\xbcn\\0"
        local raw, keyed = hash.{name}(data, true), hash.hmac_{name}(data, "key", true)
        return {{hash.{name}(data), hash.hmac_{name}(data, "key"), #raw, #keyed}}
        """
    ) == [plain.hexdigest(), keyed.hexdigest(), plain.digest_size, keyed.digest_size]


def test_fast_hashes_are_fnv_1(lua):
    assert lua.run(
        "local h = require('hash'); return {h.fnv32(''), h.fnv32('a'), h.fnv64('a'), h.fnv32('foobar')}"
    ) == [
        0x811C9DC5,
        0x050C5D7E,
        0xAF63BD4C8601B7BE - 2**64,
        0x31F0B262,
    ]


def test_a_large_input_is_hashed_beside_others(lua):
    lua.process("ticker", "local t, n = require('time'), 0; while true do t.sleep('1ms'); n = n + 1 end")
    lua.spawn("ticker")
    assert (
        lua.run("return require('hash').sha256(string.rep('x', 3000000))")
        == hashlib.sha256(b"x" * 3_000_000).hexdigest()
    )


def test_base64_there_and_back(lua):
    assert lua.run(
        r"""
        local b = require("base64")
        return {b.encode("\0\xff"), b.encode(""), b.decode(""), b.decode("AP8=") == "\0\xff", b.decode("aGk\r\ngbw==")}
        """
    ) == [base64.b64encode(b"\x00\xff").decode(), "", "", True, "hi \x6f"]


@pytest.mark.parametrize(
    "call",
    ["hash.md5(1)", "hash.sha1()", "hash.hmac_sha1('x', 2)", "hash.fnv32({})", "base64.encode(nil)", "base64.decode(1)",
     "base64.decode('a!')", "base64.decode('YQ')", "base64.decode('=')"],
)  # fmt: skip
def test_failures(lua, call):
    assert (
        lua.run(f"local hash, base64 = require('hash'), require('base64'); return select(2, {call}):kind()")
        == "Invalid"
    )
