"""Compile the text of a Lua pattern (manual 6.4.1) to a chain of items.

A pattern has no alternation and no nesting of repetitions, so it is a plain chain. What is malformed becomes an item
that raises when it is reached, as in the reference Lua, which reads a pattern while it matches.

An item knows which characters may begin what follows it (`follow`). That settles most choices without trying: a greedy
item whose characters cannot begin what follows never backs off (`RUN`), others try only where the next character fits.
"""

from __future__ import annotations

from runtime.lua.errors import fault

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from runtime.lua.types import LuaValue

# What an item does. SINGLE takes one character; the three that follow take many, and are told apart by when they stop.
SINGLE = 0
RUN = 1  # greedy, never backs off
GREEDY = 2
LAZY = 3
OPEN = 4
CLOSE = 5
POSITION = 6
BACK_REFERENCE = 7
BALANCE = 8
FRONTIER = 9
END = 10
FAULT = 11

# What a capture gives.
TEXT = 0
PLACE = 1  # of `()`
UNFINISHED = 2  # an error

_MAX_CAPTURES = 32  # as LUA_MAXCAPTURES
_MAX_CHOICES = 200  # as MAXCCALLS: each item that may be tried in several ways takes a level of the C stack
_MAX_CACHED = 1000
_MAX_CACHED_TEXT = 1000
_MAX_TEXT = 1 << 17  # bytes; each takes an item of some hundred bytes
_SPECIAL = frozenset("^$*+?.([%-")  # a text without these is searched for as it is, even one with a stray `)`


def _members(codes: Iterable[int]) -> bytes:
    """Make a set of characters: 256 flags, by character code."""
    flags = bytearray(256)
    for code in codes:
        flags[code] = 1
    return bytes(flags)


def _complement(members: bytes) -> bytes:
    return bytes(1 - flag for flag in members)


_NOTHING = bytes(256)
_ANYTHING = _complement(_NOTHING)
_CONTROL = {*range(32), 127}
_LOWER = set(range(97, 123))
_UPPER = set(range(65, 91))
_DIGIT = set(range(48, 58))
_GRAPHIC = set(range(33, 127))
_ALPHANUMERIC = _LOWER | _UPPER | _DIGIT

# The classes of the C locale by their letters; a capital letter means the complement.
_CLASSES: dict[str, bytes] = {
    letter: _members(codes)
    for letter, codes in {
        "a": _LOWER | _UPPER,
        "c": _CONTROL,
        "d": _DIGIT,
        "g": _GRAPHIC,
        "l": _LOWER,
        "p": _GRAPHIC - _ALPHANUMERIC,
        "s": {32, *range(9, 14)},
        "u": _UPPER,
        "w": _ALPHANUMERIC,
        "x": _DIGIT | set(range(65, 71)) | set(range(97, 103)),
        "z": {0},
    }.items()
}
_CLASSES |= {letter.upper(): _complement(members) for letter, members in _CLASSES.items()}
_LITERALS: list[bytes] = [_members([code]) for code in range(256)]


class Item:
    """One item of a compiled pattern.

    `members` flags the characters that SINGLE, the repetitions and FRONTIER take; `code` is the one that SINGLE takes,
    or -1 when there are several. `low` is the least count of a repetition, `once` limits it to one, `any` says that
    `members` holds every character. `index` numbers the capture, 0-based. `first` and `last` belong to BALANCE,
    `message` to FAULT. `follow` flags the characters that may begin what comes after the item, `follow_end` says
    whether the subject may end there; `follow` is None where anything will do.
    """

    def __init__(self, op: int, members: bytes = _NOTHING, code: int = -1, index: int = 0) -> None:
        self.op = op
        self.members = members
        self.code = code
        self.low = 0
        self.once = False
        self.any = members is _ANYTHING
        self.index = index
        self.first = 0
        self.last = 0
        self.message = ""
        self.next: Item | None = None
        self.follow: bytes | None = None
        self.follow_end = False


class Pattern:
    """A compiled pattern.

    `kinds` tells what each capture gives. `literal` is the text that `find` looks for when the pattern is nothing but
    plain characters, else None; `head` is the plain text that every match begins with. `begin` and `begin_end` stand to
    the whole pattern as `follow` and `follow_end` to an item. `spare` is a matcher not in use (`patterns.borrow`).
    """

    def __init__(self, text: str, anchors: bool) -> None:
        self.spare: LuaValue = None
        self.anchored = anchors and text.startswith("^")
        parser = _Parser(text, 1 if self.anchored else 0)
        items = parser.items
        self.kinds = parser.kinds
        self.captures = len(parser.kinds)
        self.first = _link(items)
        self.begin, self.begin_end = _beginning(self.first)
        self.head = _plain_head(items)
        self.literal = self.head if len(self.head) == len(items) and not self.anchored else None
        if is_plain(text):
            self.literal = text


class _MalformedError(Exception):
    """What is wrong with a pattern."""


class _Parser:
    """Reads the text of a pattern from `position` to its end into `items`."""

    def __init__(self, text: str, position: int) -> None:
        self.text = text
        self.position = position
        self.items: list[Item] = []
        self.kinds: list[int] = []
        self.open: list[int] = []
        self.choices = 0
        try:
            while self.position < len(text):
                self.items.append(self.item())
        except _MalformedError as error:
            item = Item(FAULT)
            item.message = str(error)
            self.items.append(item)
        for index in self.open:
            self.kinds[index] = UNFINISHED

    def item(self) -> Item:
        """Read the next item."""
        text = self.text
        start = self.position
        char = text[start]
        if char == "(":
            return self.opening()
        if char == ")":
            return self.closing()
        if char == "$" and start + 1 == len(text):
            self.position += 1
            return Item(END)
        if char == "%" and start + 1 < len(text):
            kind = text[start + 1]
            if kind == "b":
                return self.balance()
            if kind == "f":
                return self.frontier()
            if "0" <= kind <= "9":
                return self.back_reference(ord(kind) - 49)
        return self.repetition()

    def opening(self) -> Item:
        """Read `(` or `()`."""
        index = len(self.kinds)
        if index >= _MAX_CAPTURES:
            raise _MalformedError("too many captures")
        self.position += 1
        if self.text.startswith(")", self.position):
            self.position += 1
            self.kinds.append(PLACE)
            return Item(POSITION, index=index)
        self.kinds.append(TEXT)
        self.open.append(index)
        return Item(OPEN, index=index)

    def closing(self) -> Item:
        """Read `)`."""
        if not self.open:
            raise _MalformedError("invalid pattern capture")
        self.position += 1
        return Item(CLOSE, index=self.open.pop())

    def balance(self) -> Item:
        """Read `%bxy`."""
        first_last = self.text[self.position + 2 : self.position + 4]
        if len(first_last) < 2:
            raise _MalformedError("malformed pattern (missing arguments to '%b')")
        self.position += 4
        item = Item(BALANCE)
        item.first = ord(first_last[0]) & 255
        item.last = ord(first_last[1]) & 255
        return item

    def frontier(self) -> Item:
        """Read `%f[set]`."""
        self.position += 2
        if not self.text.startswith("[", self.position):
            raise _MalformedError("missing '[' after '%f' in pattern")
        return Item(FRONTIER, self.bracket())

    def back_reference(self, index: int) -> Item:
        """Read `%1`."""
        if index < 0 or index >= len(self.kinds) or index in self.open:
            raise _MalformedError(f"invalid capture index %{index + 1}")
        self.position += 2
        return Item(BACK_REFERENCE, index=index)

    def repetition(self) -> Item:
        """Read a character class and the sign behind it that says how often."""
        item = self.single()
        sign = self.text[self.position : self.position + 1]
        if sign and sign in "*+-?":
            self.position += 1
            self.choices += 1
            if self.choices >= _MAX_CHOICES:
                raise _MalformedError("pattern too complex")
            item.op = LAZY if sign == "-" else GREEDY
            item.low = 1 if sign == "+" else 0
            item.once = sign == "?"
            item.code = -1
        return item

    def single(self) -> Item:
        """Read a character class: `.`, `%a`, `[set]` or a character that stands for itself."""
        char = self.text[self.position]
        if char == "[":
            return Item(SINGLE, self.bracket())
        self.position += 1
        if char == ".":
            return Item(SINGLE, _ANYTHING)
        if char == "%":
            if self.position == len(self.text):
                raise _MalformedError("malformed pattern (ends with '%')")
            char = self.text[self.position]
            self.position += 1
            if char in _CLASSES:
                return Item(SINGLE, _CLASSES[char])
        code = ord(char) & 255
        return Item(SINGLE, _LITERALS[code], code)

    def bracket(self) -> bytes:
        """Read `[set]`; a `]` that comes first stands for itself."""
        text = self.text
        start = self.position + 1
        negated = text.startswith("^", start)
        if negated:
            start += 1
        stop = self.bracket_end(start)
        flags = bytearray(256)
        i = start
        while i < stop:
            if text[i] == "%":
                i += 1
                members = _CLASSES.get(text[i])
                for code in range(256):
                    flags[code] |= members[code] if members else code == ord(text[i])
            elif text.startswith("-", i + 1) and i + 2 < stop:
                for code in range(ord(text[i]) & 255, (ord(text[i + 2]) & 255) + 1):
                    flags[code] = 1
                i += 2
            else:
                flags[ord(text[i]) & 255] = 1
            i += 1
        self.position = stop + 1
        return _complement(bytes(flags)) if negated else bytes(flags)

    def bracket_end(self, i: int) -> int:
        """Find the `]` that ends the set whose first character stands at i."""
        text = self.text
        first = True
        while i < len(text) and (first or text[i] != "]"):
            first = False
            i += 2 if text[i] == "%" else 1
        if i >= len(text):
            raise _MalformedError("malformed pattern (missing ']')")
        return i


def _link(items: list[Item]) -> Item | None:
    """Chain the items, from the last to the first, each told what may follow it; give the first."""
    following: Item | None = None
    for item in reversed(items):
        item.next = following
        item.follow, item.follow_end = _beginning(following)
        if item.op == GREEDY and (_always_matches(following) or _excludes(item.members, item.follow)):
            item.op = RUN
        following = item
    return following


def _always_matches(item: Item | None) -> bool:
    while item is not None and (item.op == OPEN or item.op == CLOSE or item.op == POSITION):
        item = item.next
    return item is None


def _excludes(members: bytes, follow: bytes | None) -> bool:
    return follow is not None and not any(a and b for a, b in zip(members, follow, strict=True))


def _beginning(item: Item | None) -> tuple[bytes | None, bool]:
    """Give the characters that a match of a chain may begin with (None: any), and whether it can match at the end."""
    while item is not None and (item.op == OPEN or item.op == CLOSE or item.op == POSITION):
        item = item.next
    if item is None or item.op == BACK_REFERENCE or item.op == FRONTIER or item.op == FAULT:
        return None, True
    if item.op == END:
        return _NOTHING, True
    if item.op == BALANCE:
        return _LITERALS[item.first], False
    if item.op == SINGLE or item.low:
        return item.members, False
    if item.follow is None:
        return None, True
    return bytes(a | b for a, b in zip(item.members, item.follow, strict=True)), item.follow_end


def _plain_head(items: list[Item]) -> str:
    codes: list[int] = []
    for item in items:
        if item.op != SINGLE or item.code < 0:
            break
        codes.append(item.code)
    return bytes(codes).decode("latin-1")


_cache: dict[str, Pattern] = {}
_unanchored: dict[str, Pattern] = {}


def is_plain(text: str) -> bool:
    """Tell whether a text has no character with a meaning of its own in patterns, but for a stray `)`."""
    return _SPECIAL.isdisjoint(text)


def compiled(text: str) -> Pattern:
    """Give the compiled form of a pattern."""
    pattern = _cache.get(text)
    return _compile(text, _cache, True) if pattern is None else pattern


def compiled_for_gmatch(text: str) -> Pattern:
    """Give the compiled form of a pattern for `gmatch`, where a leading `^` stands for itself."""
    if not text.startswith("^"):
        return compiled(text)
    pattern = _unanchored.get(text)
    return _compile(text, _unanchored, False) if pattern is None else pattern


def _compile(text: str, cache: dict[str, Pattern], anchors: bool) -> Pattern:
    if len(text) > _MAX_TEXT:
        raise fault(f"pattern too long ({len(text)} bytes, at most {_MAX_TEXT})")
    pattern = Pattern(text, anchors)
    if len(text) <= _MAX_CACHED_TEXT:
        if len(cache) >= _MAX_CACHED:
            cache.clear()
        cache[text] = pattern
    return pattern
