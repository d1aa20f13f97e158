"""The `text` module: regular expressions, differences, splitting (page lua/text/text)."""

from __future__ import annotations

from runtime.binding import Bytes, Failure, Kind, LuaValue, Module, Table, Text, Userdata, method
from runtime.binding.demand import flag_option, integer_option, number_option
from runtime.binding.text import decode, encode, from_bytes
from runtime.lua.args import type_name
from runtime.offload import offload_large
from runtime.text.differences import Differ, Step, as_html, as_terminal_text
from runtime.text.expression import Expression, ExpressionError, Span
from runtime.text.markdown import MarkdownSplitter
from runtime.text.splitter import SEPARATORS, Splitter

module = Module("text", deterministic=True, classes=("deterministic",))
_regexp = Module("text.regexp")
_diff = Module("text.diff")
_splitter = Module("text.splitter")

_OPERATIONS = {-1: "delete", 0: "equal", 1: "insert"}
_STEPS = {name: step for step, name in _OPERATIONS.items()}
# PERF: comparing two texts of 1 KB takes about as long as the way to a thread and back, hence the weight.
_COMPARING = 32


@module.handle("text.Regexp")
class Regexp(Userdata):
    """A compiled regular expression."""

    __slots__ = ("_expression",)

    def __init__(self, expression: Expression) -> None:
        self._expression = expression

    @method(blocks=True)
    def match_string(self, text: Bytes) -> bool:
        """Tell whether it matches anywhere."""
        return self._find(text) is not None

    @method(blocks=True)
    def find_string(self, text: Bytes) -> Bytes | None:
        """Give the leftmost match."""
        spans = self._find(text)
        return None if spans is None else Bytes(text[slice(*spans[0])])

    @method(blocks=True)
    def find_string_submatch(self, text: Bytes) -> Table | None:
        """Give the leftmost match and its groups; "" for one that took no part."""
        spans = self._find(text)
        return None if spans is None else _parts(text, spans)

    @method(blocks=True)
    def find_string_index(self, text: Bytes) -> Table | None:
        """Tell where the leftmost match begins and ends, as `string.sub` counts."""
        spans = self._find(text)
        return None if spans is None else _place(spans[0])

    @method(blocks=True)
    def find_all_string(self, text: Bytes) -> Table:
        """Give all matches."""
        return Table.from_list([from_bytes(text[slice(*spans[0])]) for spans in self._all(text)])

    @method(blocks=True)
    def find_all_string_submatch(self, text: Bytes) -> Table:
        """Give all matches, each with its groups."""
        return Table.from_list([_parts(text, spans) for spans in self._all(text)])

    @method(blocks=True)
    def find_all_string_index(self, text: Bytes) -> Table | None:
        """Tell where all matches begin and end; nil when there is none."""
        found = self._all(text)
        return Table.from_list([_place(spans[0]) for spans in found]) if found else None

    @method(blocks=True)
    def replace_all_string(self, text: Bytes, template: Bytes) -> Bytes:
        """Replace all matches; `$1` and `${name}` stand for groups."""
        return Bytes(offload_large(len(text), self._expression.replace, text, template))

    @method(blocks=True)
    def split(self, text: Bytes, limit: int = -1) -> Table:
        """Give what lies between the matches."""
        pieces = offload_large(len(text), self._expression.split, text, limit)
        return Table.from_list([from_bytes(piece) for piece in pieces])

    @method
    def num_subexp(self) -> int:
        """Count the groups."""
        return self._expression.groups

    @method
    def subexp_names(self) -> Table:
        """Name the groups, the whole match first."""
        return Table.from_list([from_bytes(name) for name in self._expression.names])

    @method
    def string(self) -> Bytes:
        """Give the expression as it was written."""
        return Bytes(self._expression.source)

    def _find(self, text: bytes) -> list[Span] | None:
        return offload_large(len(text), self._expression.find, text)

    def _all(self, text: bytes) -> list[list[Span]]:
        return offload_large(len(text), self._expression.find_all, text)


def _parts(text: bytes, spans: list[Span]) -> Table:
    return Table.from_list([from_bytes(text[begin:end]) if begin >= 0 else "" for begin, end in spans])


def _place(span: Span) -> Table:
    return Table.from_list([span[0] + 1, span[1]])


@_regexp.function
def compile(pattern: Bytes) -> Regexp:
    """Compile an expression of RE2; Invalid for any other."""
    try:
        return Regexp(Expression(pattern))
    except ExpressionError as error:
        raise Failure(Kind.INVALID, f"regex compile error: {error}") from None


@module.handle("text.Differ")
class LuaDiffer(Userdata):
    """Compares texts and makes patches."""

    __slots__ = ("_differ",)

    def __init__(self, differ: Differ) -> None:
        self._differ = differ

    @method(blocks=True)
    def compare(self, before: Text, after: Text) -> Table:
        """Give the steps from one text to the other: a list of `{operation, text}`."""
        size = _demand_utf8(before, after)
        return Table.from_list(
            [
                Table.from_dict({"operation": _OPERATIONS[step], "text": encode(text)})
                for step, text in offload_large(size, self._differ.compare, before, after)
            ]
        )

    @method
    def summarize(self, steps: Table) -> Table:
        """Count the characters that were kept, removed and added."""
        counts = dict.fromkeys(_STEPS, 0)
        for step, text in _steps(steps):
            counts[_OPERATIONS[step]] += len(text)
        return Table.from_dict(
            {"equals": counts["equal"], "deletions": counts["delete"], "insertions": counts["insert"]}
        )

    @method
    def pretty_text(self, steps: Table) -> Text:
        """Show steps in colours of a terminal."""
        return Text(as_terminal_text(_steps(steps)))

    @method
    def pretty_html(self, steps: Table) -> Text:
        """Show steps as HTML with `del` and `ins`."""
        return Text(as_html(_steps(steps)))

    @method(blocks=True)
    def patch_make(self, before: Text, after: Text) -> Table:
        """Make patches: a list of `{text}`."""
        size = _demand_utf8(before, after)
        patches = offload_large(size, self._differ.patches, before, after)
        return Table.from_list([Table.from_dict({"text": encode(patch)}) for patch in patches])

    @method(blocks=True)
    def patch_apply(self, patches: Table, text: Text) -> tuple[Text, bool]:
        """Apply patches; give the text and whether all of them fitted."""
        size = _demand_utf8(text)
        texts = [patch.get("text") for patch in patches.array if isinstance(patch, Table)]
        written = [decode(each) for each in texts if isinstance(each, str)]
        result, fitted = offload_large(size, self._differ.applied, written, text)
        return Text(result), fitted


def _demand_utf8(*texts: str) -> int:
    """Refuse bytes that are no text; give how much work the texts are."""
    for text in texts:
        try:
            text.encode("utf-8")
        except UnicodeEncodeError:
            raise Failure(Kind.INVALID, "text must be UTF-8") from None
    return _COMPARING * sum(map(len, texts))


def _steps(table: Table) -> list[Step]:
    steps: list[Step] = []
    for item in table.array:
        operation = item.get("operation") if isinstance(item, Table) else None
        text = item.get("text") if isinstance(item, Table) else None
        if operation not in _STEPS or not isinstance(text, str):
            raise Failure(Kind.INVALID, "each difference must be {operation, text}, as compare() gives them")
        steps.append((_STEPS[operation], decode(text)))
    return steps


@_diff.function
def new(options: Table | None = None) -> LuaDiffer:
    """Make a differ; what is not given has the default of diff-match-patch."""
    known = Differ()
    return LuaDiffer(
        Differ(
            timeout=max(number_option(options, "diff_timeout", known.timeout), 0.0),
            edit_cost=integer_option(options, "diff_edit_cost", known.edit_cost),
            match_threshold=number_option(options, "match_threshold", known.match_threshold),
            match_distance=integer_option(options, "match_distance", known.match_distance),
            delete_threshold=number_option(options, "patch_delete_threshold", known.delete_threshold),
            margin=integer_option(options, "patch_margin", known.margin),
        )
    )


@module.handle("text.Splitter")
class LuaSplitter(Userdata):
    """Splits texts into chunks."""

    __slots__ = ("_splitter",)

    def __init__(self, splitter: Splitter | MarkdownSplitter) -> None:
        self._splitter = splitter

    @method(blocks=True)
    def split_text(self, text: Text) -> Table:
        """Give the chunks of a text."""
        return Table.from_list([encode(chunk) for chunk in self._split(text)])

    @method(blocks=True)
    def split_batch(self, pages: Table) -> Table:
        """Give the chunks of `{content, metadata}` pages, each with the metadata of its page."""
        chunks: list[LuaValue] = []
        for page in pages.array:
            content = page.get("content") if isinstance(page, Table) else None
            if not isinstance(content, str):
                raise Failure(Kind.INVALID, f"each page must be {{content, metadata}}, got {type_name(page)}")
            metadata = page.get("metadata")
            for chunk in self._split(decode(content)):
                about = metadata if isinstance(metadata, Table) else Table()
                chunks.append(Table.from_dict({"content": encode(chunk), "metadata": about}))
        return Table.from_list(chunks)

    def _split(self, text: str) -> list[str]:
        return offload_large(len(text), self._splitter.split, text)


@_splitter.function
def recursive(options: Table | None = None) -> LuaSplitter:
    """Make a splitter at paragraphs, lines and words, or at separators of one's own."""
    size, overlap = _sizes(options)
    keep = flag_option(options, "keep_separator")
    return LuaSplitter(Splitter(size, overlap, _separators(options), keep))


@_splitter.function
def markdown(options: Table | None = None) -> LuaSplitter:
    """Make a splitter of Markdown."""
    size, overlap = _sizes(options)
    return LuaSplitter(
        MarkdownSplitter(
            size,
            overlap,
            _separators(options),
            code_blocks=flag_option(options, "code_blocks"),
            reference_links=flag_option(options, "reference_links"),
            heading_hierarchy=flag_option(options, "heading_hierarchy"),
            join_table_rows=flag_option(options, "join_table_rows"),
        )
    )


def _sizes(options: Table | None) -> tuple[int, int]:
    size = integer_option(options, "chunk_size", 512)
    if size < 1:
        raise Failure(Kind.INVALID, f"chunk_size must be at least 1, got {size}")
    # The default may be too much for small chunks; an overlap that was asked for may not.
    overlap = integer_option(options, "chunk_overlap", min(100, size // 5))
    if not 0 <= overlap < size:
        raise Failure(Kind.INVALID, f"chunk_overlap must be from 0 to below chunk_size, got {overlap}")
    return size, overlap


def _separators(options: Table | None) -> tuple[str, ...]:
    given = None if options is None else options.get("separators")
    listed = [decode(item) for item in given.array if isinstance(item, str)] if isinstance(given, Table) else []
    return tuple(listed) or SEPARATORS


for _part in (_regexp, _diff, _splitter):
    module.nest(_part.name.partition(".")[2], _part)
