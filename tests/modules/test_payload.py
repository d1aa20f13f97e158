"""The global `payload`: formats and ways between them."""

import pytest

from runtime.binding import Failure
from runtime.process import formats


def test_formats(lua):
    assert lua.run(
        """
        local p = payload.new({1, 2})
        return {p:get_format(), payload.new(errors.new("x")):get_format(), tostring(p), p:data()[2], p:unmarshal()[1]}
        """
    ) == ["lua/any", "golang/error", "payload{format=lua/any}", 2, 1]


@pytest.mark.parametrize("name", ["JSON", "YAML", "MSGPACK", "LUA", "GOLANG"])
@pytest.mark.parametrize("value", ["{a = 1, b = {true, 'gr\u00fcn', 2.5}}", "{1, 2, 3}", "'text'", "42", "true", "nil"])
def test_values_survive_there_and_back(lua, name, value):
    assert (
        lua.run(
            f"""
        local value = {value}
        local there, err = payload.new(value):transcode(payload.format.{name})
        assert(not err, tostring(err))
        assert(there:get_format() == payload.format.{name})
        local back = there:data()
        assert(math.type(back) == math.type(value))
        return {{value, back, there:transcode(payload.format.LUA):data()}}
        """
        )
        == [lua.run(f"return {value}")] * 3
        or value == "nil"
    )


def test_what_a_format_looks_like_elsewhere(lua):
    lua.function("show", "return (...):transcode((select(2, ...))):transcode(payload.format.JSON):data()")
    assert lua.run(
        """
        local text = payload.new({name = "x"}):transcode(payload.format.STRING)
        local yaml = payload.new({name = "x"}):transcode(payload.format.YAML)
        return {text:data(), text:get_format(), yaml:transcode(payload.format.STRING):data(),
                payload.new(nil):transcode(payload.format.BYTES):data(), payload.new(2):transcode("text/plain"):data()}
        """
    ) == ['{"name":"x"}', "text/plain", '{"name":"x"}', "", "2"]


def test_bytes_survive_message_pack(lua):
    assert lua.run(r"return payload.new('\x00\xff\x80'):transcode(payload.format.MSGPACK):data() == '\x00\xff\x80'")


def test_a_payload_crosses_borders_in_its_format(lua):
    lua.function("echo", "return ...")
    assert lua.run(
        """
        local sent = payload.new({x = 1}):transcode(payload.format.JSON)
        local got = require("funcs").call("app:echo", sent)
        return {got:get_format(), got:data().x}
        """
    ) == ["json/plain", 1]


@pytest.mark.parametrize(
    "call",
    [
        "payload.new(1):transcode('no/such')",
        "payload.new({1, nil, 3, x = 4}):transcode(payload.format.JSON)",
        "(function() local t = {}; t.t = t; return payload.new(t):transcode(payload.format.MSGPACK) end)()",
        "(function() local t = {}; t.t = t; return payload.new(t):transcode(payload.format.YAML) end)()",
    ],
)
def test_what_cannot_be_expressed_is_internal(lua, call):
    assert lua.run(f"local p, err = {call}; return {{p == nil, err:kind(), err:retryable()}}") == [
        True,
        "Internal",
        False,
    ]


def test_yaml_cannot_explode():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    with pytest.raises(Failure, match="too large by its aliases"):
        formats.read("\n".join(lines), formats.YAML)
