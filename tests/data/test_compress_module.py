"""The module compress: every codec gives back any bytes, refuses damaged ones, and cannot be made to explode."""

import gzip
import os
import zlib

import brotli
import pytest
import zstandard

FORMATS = ["gzip", "deflate", "zlib", "brotli", "zstd"]
ROUND = """
    local codec, data, level = ...
    local packed = assert(compress[codec].encode(data, {level = level}))
    return compress[codec].decode(packed) == data
"""


def lua_string(data):
    return data.decode("latin-1")


@pytest.mark.parametrize("codec", FORMATS)
def test_any_bytes_come_back(run, codec):
    for data in (b"x", os.urandom(100_000), b"ab" * 200_000):
        assert run("compress", ROUND, codec, lua_string(data), 1) == [True]
    assert run("compress", ROUND, codec, "x" * 1000, 9) == [True]


def test_what_others_compressed_can_be_read(run):
    body = """
        local g, d, z, b, s = ...
        return compress.gzip.decode(g), compress.deflate.decode(d), compress.zlib.decode(z),
            compress.brotli.decode(b), compress.zstd.decode(s)
    """
    raw = zlib.compressobj(6, zlib.DEFLATED, -15)
    given = [
        gzip.compress(b"one ") + gzip.compress(b"two"),
        raw.compress(b"one two") + raw.flush(),
        zlib.compress(b"one two"),
        brotli.compress(b"one two"),
        zstandard.compress(b"one ") + zstandard.compress(b"two"),
    ]
    assert run("compress", body, *map(lua_string, given)) == ["one two"] * 5


@pytest.mark.parametrize("codec", FORMATS)
def test_damaged_and_cut_data_are_refused(run, codec):
    body = f"""
        local packed = compress.{codec}.encode(string.rep("hello world ", 50))
        local _, cut = compress.{codec}.decode(packed:sub(1, -3))
        local _, empty = compress.{codec}.decode("")
        local _, other = compress.{codec}.decode("this was never compressed, by anything")
        return cut, other, empty
    """
    kind = "Internal" if codec == "zstd" else "Invalid"
    assert run("compress", body) == [kind, kind, "Invalid"]


@pytest.mark.parametrize("codec", FORMATS)
def test_a_bomb_does_not_go_off(run, codec):
    body = f"""
        local bomb = compress.{codec}.encode(string.rep("\\0", 50000000))
        local _, err = compress.{codec}.decode(bomb, {{max_size = 1000}})
        return err, #compress.{codec}.decode(compress.{codec}.encode("12345"), {{max_size = 5}})
    """
    assert run("compress", body) == ["Internal", 5]


@pytest.mark.parametrize(
    ("codec", "levels"), [("gzip", (0, 10)), ("brotli", (-1, 12)), ("zstd", (0, 23)), ("zlib", (1.5, 10))]
)
def test_levels_have_bounds(run, codec, levels):
    for level in levels:
        assert run("compress", f"return compress.{codec}.encode('x', {{level = {level}}})") == ["nil", "Invalid"]


DICTIONARY = """
    local samples = {}
    for i = 1, 80 do samples[i] = ('{"event":"click","user_id":%d,"session":"s-%04d"}'):format(i, i) end
    local dict = assert(compress.zstd.train_dict(samples, {size = 4096, id = 77}))
    local info = compress.zstd.inspect_dict(dict)
    local text = '{"event":"click","user_id":4242,"session":"s-4242"}'
    local packed = compress.zstd.encode(text, {dict = dict})
    local _, without = compress.zstd.decode(packed)
    return info.id, #packed < #compress.zstd.encode(text), compress.zstd.decode(packed, {dict = dict}) == text, without
"""


def test_dictionaries_help_with_small_texts(run):
    assert run("compress", DICTIONARY) == [77, True, True, "Internal"]


def test_wrong_samples_and_dictionaries_are_refused(run):
    body = """
        local _, none = compress.zstd.train_dict({})
        local _, short = compress.zstd.train_dict({"ab", "cd"})
        local _, few = compress.zstd.train_dict({"a sample that is long enough"})
        local _, size = compress.zstd.train_dict({"a sample that is long enough"}, {size = 100})
        local _, other = compress.zstd.inspect_dict("not a dictionary")
        local _, empty = compress.zstd.encode("x", {dict = ""})
        return none, short, few, size, other, empty
    """
    assert run("compress", body) == ["Invalid", "Invalid", "Internal", "Invalid", "Invalid", "Invalid"]
