"""The module text: regular expressions as in Go, differences, chunks."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.text.expression import Expression
from runtime.text.markdown import MarkdownSplitter
from runtime.text.splitter import Splitter


@pytest.mark.parametrize(
    ("pattern", "text", "places"),
    [
        ("a*", "baac", [[1, 0], [2, 3], [5, 4]]),
        ("", "aé", [[1, 0], [2, 1], [4, 3]]),
        (r"\pL+", "Grüße an", [[1, 7], [9, 10]]),
        ("x|", "ax", [[1, 0], [2, 2]]),
        ("^", "ab", [[1, 0]]),
    ],
)
def test_places_are_those_of_go(run, pattern, text, places):
    body = "local p, s = ... return text.regexp.compile(p):find_all_string_index(s)"
    assert run("text", body, pattern, text.encode().decode("latin-1")) == [places]


def test_groups_and_names(run):
    body = r"""
        local re = text.regexp.compile([[(?P<key>\w+)=(?P<value>\d+)?]])
        return re:find_string_submatch("a= b=2"), re:find_all_string_submatch("a= b=2"), re:subexp_names(),
            re:num_subexp(), re:replace_all_string("a=1", "${value}=$key $2x $$ $9"), re:string()
    """
    assert run("text", body) == [
        ["a=", "a", ""],
        [["a=", "a", ""], ["b=2", "b", "2"]],
        ["", "key", "value"],
        2,
        "1=a  $ ",
        r"(?P<key>\w+)=(?P<value>\d+)?",
    ]


def test_nothing_found_is_nil_or_an_empty_list(run):
    body = """
        local re = text.regexp.compile("z+")
        return re:match_string("a"), re:find_string("a"), re:find_string_submatch("a"), re:find_string_index("a"),
            re:find_all_string_index("a"), #re:find_all_string("a"), #re:find_all_string_submatch("a")
    """
    assert run("text", body) == [False, "nil", "nil", "nil", "nil", 0, 0]


@pytest.mark.parametrize(
    ("pattern", "text", "limit", "pieces"),
    [
        (",", "a,b,c", -1, ["a", "b", "c"]),
        (",", "a,b,c", 2, ["a", "b,c"]),
        (",", "a,b,c", 0, []),
        (",", "", -1, [""]),
        (",", ",a,", -1, ["", "a", ""]),
        ("", "abc", -1, ["a", "b", "c"]),
        ("a*", "abaabaccadaaae", 5, ["", "b", "b", "c", "cadaaae"]),
    ],
)
def test_splitting_is_that_of_go(pattern, text, limit, pieces):
    found = Expression(pattern.encode()).split(text.encode(), limit)
    assert [piece.decode() for piece in found] == pieces


@pytest.mark.parametrize("pattern", ["[", "(?P<>)", "*", r"(a)\1", "(?=a)", "a{1001}"])
def test_what_re2_refuses_is_invalid(run, pattern):
    assert run("text", "return text.regexp.compile(...)", pattern) == ["nil", "Invalid"]


def test_no_expression_takes_longer_than_its_text():
    started = time.perf_counter()
    assert Expression(b"(a*)*b|(a|a)*c").find(b"a" * 100_000) is None
    assert time.perf_counter() - started < 2


@given(st.binary(max_size=30), st.sampled_from([b"", b"a*", b".", b"\\b", b"[^a]"]))
def test_any_bytes_can_be_searched(text, pattern):
    spans = [found[0] for found in Expression(pattern).find_all(text)]
    assert spans == sorted(set(spans))
    assert Expression(pattern).replace(text, b"$0") == text


def test_differences_are_those_of_words(run):
    body = """
        local differ = text.diff.new()
        local steps = differ:compare("hello world", "hello there")
        local shown = {}
        for i, step in ipairs(steps) do shown[i] = step.operation .. ":" .. step.text end
        local sums = differ:summarize(steps)
        return shown, {sums.equals, sums.deletions, sums.insertions}, differ:pretty_html(steps),
            differ:pretty_text(steps)
    """
    assert run("text", body) == [
        ["equal:hello ", "delete:world", "insert:there"],
        [6, 5, 5],
        "hello <del>world</del><ins>there</ins>",
        "hello \x1b[31mworld\x1b[0m\x1b[32mthere\x1b[0m",
    ]


def test_patches_apply_where_they_fit(run):
    body = """
        local differ = text.diff.new({match_threshold = 0.3})
        local patches = differ:patch_make("The quick brown fox ß jumps", "The quick red fox ß jumped")
        local result, fitted = differ:patch_apply(patches, "The quick brown fox ß jumps")
        local _, misfit = differ:patch_apply(patches, "something else entirely")
        local _, garbage = differ:patch_apply({{text = "@@ nonsense"}}, "x")
        return result, fitted, misfit, garbage
    """
    assert run("text", body) == ["The quick red fox ß jumped", True, False, False]


def test_html_of_differences_is_escaped(run):
    body = "local d = text.diff.new() return d:pretty_html({{operation = 'insert', text = '<b>'}})"
    assert run("text", body) == ["<ins>&lt;b&gt;</ins>"]


def test_bytes_that_are_no_text_and_unknown_operations_are_invalid(run):
    body = """
        local d = text.diff.new()
        local _, a = d:compare("\\xff", "x")
        local _, b = d:summarize({{operation = "?", text = "x"}})
        local _, c = text.splitter.recursive({chunk_size = 10, chunk_overlap = 10})
        local _, d = text.splitter.markdown({chunk_size = 0})
        return a, b, c, d
    """
    assert run("text", body) == ["Invalid"] * 4


@given(st.text(alphabet="ab \n", max_size=200), st.integers(2, 20), st.integers(0, 1))
def test_chunks_are_small_and_lose_no_word(text, size, overlap):
    chunks = Splitter(size, overlap).split(text)
    assert all(0 < len(chunk) <= size for chunk in chunks)
    letters = "".join(chunks).replace(" ", "").replace("\n", "")
    assert len(letters) >= len(text.replace(" ", "").replace("\n", ""))


def test_paragraphs_stay_together_and_neighbours_overlap():
    assert Splitter(30, 0).split("First paragraph.\n\nSecond one.\n\nA third, longer one.") == [
        "First paragraph.\n\nSecond one.",
        "A third, longer one.",
    ]
    assert Splitter(12, 5).split("one two three four") == ["one two", "two three", "three four"]
    assert Splitter(8, 0, (";", ""), keep_separator=True).split("aaaa;bbbb;cc") == ["aaaa", ";bbbb;cc"]


DOCUMENT = """# Guide

Intro.

## Use

Text with [a link][home].

```lua
local x = 1
local y = 2
```

| a | b |
|---|---|
| 1 | 2 |
| 3 | 4 |

# Empty

[home]: https://example.com
"""


def test_markdown_keeps_its_structure():
    chunks = MarkdownSplitter(60, 0, code_blocks=True, heading_hierarchy=True, reference_links=True).split(DOCUMENT)
    assert chunks[0] == "# Guide\nIntro."
    assert chunks[1] == "# Guide\n## Use\nText with [a link][home].\n[home]: https://example.com"
    assert chunks[2].endswith("```lua\nlocal x = 1\nlocal y = 2\n```")
    assert chunks[3].endswith("| a | b |\n|---|---|\n| 1 | 2 |") or "| 3 | 4 |" in chunks[4]
    assert chunks[-1] == "# Empty"


def test_rows_of_a_table_are_joined_on_request():
    [chunk] = MarkdownSplitter(200, join_table_rows=True).split("| a |\n|---|\n| 1 |\n| 2 |")
    assert chunk == "| a |\n|---|\n| 1 |\n| 2 |"
    assert MarkdownSplitter(20, 0).split("| a |\n|---|\n| 1 |\n| 2 |") == ["| a |\n|---|\n| 1 |", "| a |\n|---|\n| 2 |"]


def test_batches_keep_their_metadata(run):
    body = """
        local splitter = text.splitter.recursive({chunk_size = 10, chunk_overlap = 0})
        local chunks = splitter:split_batch({{content = "one two three", metadata = {page = 7}}, {content = "four"}})
        local shown = {}
        for i, chunk in ipairs(chunks) do shown[i] = chunk.content .. ":" .. tostring(chunk.metadata.page) end
        return shown
    """
    assert run("text", body) == [["one two:7", "three:7", "four:nil"]]
