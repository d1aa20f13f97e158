"""What the compiler makes of type statements: constants for those that are used, errors for malformed ones."""

from __future__ import annotations

import pytest

from compiler.errors import SourceError
from compiler.pipeline import compile_chunk


def test_a_chunk_that_reads_no_type_pays_nothing() -> None:
    names = compile_chunk("type A = {x: number}\nlocal a: A = {x = 1}\nreturn a", "x").code.co_names
    assert "type_scope" not in names


def test_only_types_that_are_reached_exist() -> None:
    source = "type A = {b: B}\ntype B = string\ntype C = number\nreturn A"
    [definitions] = [
        constant
        for constant in compile_chunk(source, "x").code.co_consts
        if isinstance(constant, tuple) and constant and isinstance(constant[0], tuple)
    ]
    assert definitions == (
        ("A", (), ("record", (("b", False, ("name", "B")),))),
        ("B", (), ("primitive", "string")),
    )


def test_artifacts_of_types_are_reproducible() -> None:
    source = 'type A<T: B> = {x: T @min(-1), y?: "a" | 2 | true}[]\ntype B = mod.C & {[string]: A<B>}\nreturn A'
    assert compile_chunk(source, "x").to_bytes() == compile_chunk(source, "x").to_bytes()


@pytest.mark.parametrize(
    "written",
    ["{" * 5000 + "}" * 5000, "x" + "[]" * 5000, "x" + " | y & z" * 5000],
    ids=["arrays", "suffixes", "chain"],
)
def test_deep_types_are_refused(written: str) -> None:
    with pytest.raises(SourceError, match="too many syntax levels"):
        compile_chunk(f"type A = {written}\nreturn A", "x")


@pytest.mark.parametrize(("written", "column"), [("3x", 9), ("string | '\\q'", 19)])
def test_malformed_literals_have_a_place(written: str, column: int) -> None:
    with pytest.raises(SourceError) as raised:
        compile_chunk(f"type A = {written}\nreturn A", "x")
    assert (raised.value.line, raised.value.column) == (1, column)


def test_typeof_does_not_grow_without_end() -> None:
    chain = "".join(f"local a{i}: {{p: typeof(a{i - 1}), q: typeof(a{i - 1})}} = 1\n" for i in range(1, 60))
    compile_chunk(f"{chain}type A = typeof(a59)\nreturn A", "x")
