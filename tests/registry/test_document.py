from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from runtime.registry.document import DocumentError, parse_json, parse_yaml, read_document

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("on", "on"),
        ("yes", "yes"),
        ("true", True),
        ("False", False),
        ("~", None),
        ("null", None),
        ("1:30", "1:30"),
        ("2024-01-01", "2024-01-01"),
        ("12", 12),
        ("-3", -3),
        ("0600", 0o600),
        ("0o600", 0o600),
        ("0x1F", 31),
        ("08", 8),
        ("1_000", 1000),
        ("1e3", 1000.0),
        ("1.5", 1.5),
        (".inf", float("inf")),
        ("99999999999999999999", 1e20),
        ("1.2.3", "1.2.3"),
        ('"12"', "12"),
        ("!!str 12", "12"),
    ],
)
def test_scalars_follow_the_core_schema(text: str, value: object) -> None:
    read = parse_yaml(f"key: {text}\n").value["key"]
    assert read == value
    assert type(read) is type(value)


def test_every_value_knows_its_line() -> None:
    document = parse_yaml("a: 1\nb:\n  - x: 1\n  -\n    y: |\n      text\nc: {d: 2}\n")
    assert document.line(("a",)) == 1
    assert document.line(("b",)) == 2
    assert document.line(("b", "0", "x")) == 3
    assert document.line(("b", "1", "y")) == 5
    assert document.line(("c", "d")) == 7
    assert document.line(("c", "absent", "deeper")) == 7


def test_anchors_and_merges_are_followed() -> None:
    document = parse_yaml("base: &base {a: 1, b: 2}\nmade:\n  <<: *base\n  b: 3\n")
    assert document.value["made"] == {"a": 1, "b": 3}


@pytest.mark.parametrize(
    ("text", "line", "part"),
    [
        ("a: [1, 2", 2, "is not YAML"),
        ("a: 1\nb: 2\na: 3\n", 3, "gives the key 'a' twice"),
        ("a: &a [*a]\n", 1, "contains itself"),
        ("a: !thing 1\n", 1, "is not YAML"),
        ("a: !!int x\n", 1, "'x' is not of type int"),
        ("? [1]\n: 2\n", 1, "key that is not text"),
        ("a:\n\tb: 1\n", 2, "is not YAML"),
        ("a: \x01\n", 1, "YAML does not allow"),
        ("[" * 3000, 1, ""),
        ("[" * 3000 + "]" * 3000, 1, "is nested too deeply"),
    ],
)
def test_bad_yaml_is_told_with_its_line(text: str, line: int, part: str) -> None:
    with pytest.raises(DocumentError) as raised:
        parse_yaml(text)
    assert part in raised.value.message
    assert raised.value.line == line


def test_json_is_read_by_its_own_rules() -> None:
    document = parse_json('{"a": {"b": "\\ud83d\\ude00"},\n "c": 99999999999999999999}')
    assert document.value == {"a": {"b": "😀"}, "c": 1e20}
    assert document.line(("c",)) == 2


def test_bad_json_is_told_with_its_line() -> None:
    with pytest.raises(DocumentError, match="is not JSON") as raised:
        parse_json('{"a": 1,\n}')
    assert raised.value.line == 2


@pytest.mark.parametrize(("content", "value"), [("", None), ("# nothing\n", None), ("\ufeffa: 1", {"a": 1})])
def test_files_may_be_empty_or_begin_with_a_byte_order_mark(tmp_path: Path, content: str, value: Any) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(content, encoding="utf-8")
    assert read_document(path).value == value


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes(b"a: \xff\xfe")
    with pytest.raises(DocumentError, match="not UTF-8"):
        read_document(path)


LEVELS = [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
MERGES = [f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}], k{n}: 1}}" for n in range(1, 40)]


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (["a0: &a0 [x, x, x, x, x, x, x, x, x]", *LEVELS], "too large by its aliases"),
        (["a: &a [*a]"], "contains itself"),
        (["a: &a {<<: *a}"], "with itself"),
        (["a: {<<: 3}"], "no mapping"),
    ],
)
def test_aliases_cannot_explode(lines: list[str], told: str) -> None:
    with pytest.raises(DocumentError, match=told):
        parse_yaml("\n".join(lines))


def test_merges_cannot_explode() -> None:
    value = parse_yaml("\n".join(["a0: &a0 {k0: 0}", *MERGES])).value
    assert len(value["a39"]) == 40


def test_own_keys_win_over_merged_ones_and_those_merged_first_over_later_ones() -> None:
    text = """
        a: &a {x: 1, y: 1, z: 1}
        b: &b {x: 2, y: 2, w: 2}
        c: {z: 3, <<: [*b, *a]}
        d: {<<: *a, x: 4}
    """
    value = parse_yaml(text).value
    assert value["c"] == {"x": 2, "y": 2, "z": 3, "w": 2}
    assert value["d"] == {"x": 4, "y": 1, "z": 1}
