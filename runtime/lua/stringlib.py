# cython: boundscheck=False, wraparound=False
"""The library `string` (manual 6.4). Strings are bytes; only the case of letters looks at UTF-8.

A public function here takes what Lua passes, checks it and hands it to the function that does the work on typed values.
"""

from __future__ import annotations

from runtime.lua.args import bad_argument, check_function, check_integer, check_string, opt_integer, type_name
from runtime.lua.calls import first, invoke, many
from runtime.lua.errors import Error, fault
from runtime.lua.numbers import number_text
from runtime.lua.patterns import Matcher, borrow, give_back
from runtime.lua.patterntext import compiled, compiled_for_gmatch, is_plain
from runtime.lua.strformat import string_format
from runtime.lua.stringlimit import MAX_STRING, too_large
from runtime.lua.strpack import pack, packsize, unpack
from runtime.lua.table import Table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from runtime.lua.patterntext import Pattern
    from runtime.lua.types import LuaFunction, LuaValue, Results

_MAX_RESULTS = 1_000_000  # values that one call may give, as LUAI_MAXSTACK
_MAX_SIZE = MAX_STRING
_MAX_PIECES = 1 << 20  # of a string under construction; more are joined, for a piece may be a single byte
_LONG = 256  # bytes; a longer text to find is not compiled to a pattern before it is looked at


def _start(position: int, size: int) -> int:
    """Turn the 1-based first position of a range, negative from the end, into a 0-based one of at least 0."""
    if position > 0:
        return position - 1
    if position == 0 or position < -size:
        return 0
    return size + position


def _stop(position: int, size: int) -> int:
    """Turn the 1-based last position of a range, negative from the end, into the 0-based position behind it."""
    if position > size:
        return size
    if position >= 0:
        return position
    return size + position + 1 if position >= -size else 0


# --- parts and forms ------------------------------------------------------------------------------


def length(s: LuaValue = None, *_: LuaValue) -> int:
    """Give the number of bytes (string.len)."""
    return len(s if type(s) is str else check_string(s, 1, "len"))


def sub(s: LuaValue = None, i: LuaValue = None, j: LuaValue = -1, *_: LuaValue) -> str:
    """Give the bytes i to j."""
    if type(s) is not str:
        s = check_string(s, 1, "sub")
    if type(i) is not int:
        i = check_integer(i, 2, "sub")
    if type(j) is not int:
        j = opt_integer(j, 3, "sub", -1)
    return _sub(s, i, j)


def _sub(s: str, i: int, j: int) -> str:
    size = len(s)
    start = _start(i, size)
    stop = _stop(j, size)
    return s[start:stop] if start < stop else ""


def byte(s: LuaValue = None, i: LuaValue = 1, j: LuaValue = None, *_: LuaValue) -> Results:
    """Give the codes of the bytes i to j, of one when j is absent."""
    if type(s) is not str:
        s = check_string(s, 1, "byte")
    if type(i) is not int:
        i = opt_integer(i, 2, "byte", 1)
    return _byte(s, i, i if j is None else check_integer(j, 3, "byte"))


def _byte(s: str, i: int, j: int) -> Results:
    size = len(s)
    start = _start(i, size)
    stop = _stop(j, size)
    if stop - start == 1:
        return ord(s[start])
    if stop <= start:
        return ()
    if stop - start > _MAX_RESULTS:
        raise fault("string slice too long")
    return tuple(s[start:stop].encode("latin-1"))


def char(*codes: LuaValue) -> str:
    """Make a string of byte codes."""
    data = bytearray()
    for position, value in enumerate(codes, 1):
        code = value if type(value) is int else check_integer(value, position, "char")
        if not 0 <= code <= 255:
            raise bad_argument(position, "char", "value out of range")
        data.append(code)
    return data.decode("latin-1")


def rep(s: LuaValue = None, n: LuaValue = None, separator: LuaValue = None, *_: LuaValue) -> str:
    """Repeat a string n times, a separator between."""
    s = check_string(s, 1, "rep")
    n = check_integer(n, 2, "rep")
    between = "" if separator is None else check_string(separator, 3, "rep")
    if n <= 0:
        return ""
    if (len(s) + len(between)) * n - len(between) > MAX_STRING:
        raise too_large()
    return (s + between) * (n - 1) + s if between else str(s * n)


def reverse(s: LuaValue = None, *_: LuaValue) -> str:
    """Give the bytes in reverse order."""
    return check_string(s, 1, "reverse")[::-1]


def lower(s: LuaValue = None, *_: LuaValue) -> str:
    """Turn capital letters into small ones."""
    text = s if type(s) is str else check_string(s, 1, "lower")
    return text.lower() if text.isascii() else _other_case(text, str.lower, bytes.lower)


def upper(s: LuaValue = None, *_: LuaValue) -> str:
    """Turn small letters into capital ones."""
    text = s if type(s) is str else check_string(s, 1, "upper")
    return text.upper() if text.isascii() else _other_case(text, str.upper, bytes.upper)


def _other_case(s: str, convert: LuaFunction, convert_ascii: LuaFunction) -> str:
    """Change the case of UTF-8 text, where one letter gives one; of other bytes only that of ASCII letters."""
    data = s.encode("latin-1")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return str(convert_ascii(data).decode("latin-1"))
    other = {letter: convert(letter) for letter in set(text)}
    table = {ord(letter): new for letter, new in other.items() if len(new) == 1}
    return text.translate(table).encode("utf-8").decode("latin-1")


def dump(f: LuaValue = None, *_: LuaValue) -> str:
    """Refuse: functions have no binary form here."""
    check_function(f, 1, "dump")
    raise fault("unable to dump given function")


# --- search ---------------------------------------------------------------------------------------


def find(
    s: LuaValue = None, pattern: LuaValue = None, init: LuaValue = 1, plain: LuaValue = None, *_: LuaValue
) -> Results:
    """Give the first and last position of the first match, and its captures; nil when there is none."""
    if type(s) is not str:
        s = check_string(s, 1, "find")
    if type(pattern) is not str:
        pattern = check_string(pattern, 2, "find")
    if type(init) is not int:
        init = opt_integer(init, 3, "find", 1)
    return _find(s, pattern, init, plain is not None and plain is not False)


def _find(s: str, text: str, init: int, plain: bool) -> Results:
    size = len(s)
    start = _start(init, size)
    if start > size:
        return None
    if plain or (len(text) > _LONG and is_plain(text)):
        return _find_plain(s, text, start)
    pattern = compiled(text)
    if pattern.literal is not None:
        return _find_plain(s, pattern.literal, start)
    matcher = borrow(pattern, s)
    end = matcher.search(start)
    found: Results = None
    if end >= 0:
        found = (matcher.start + 1, end)
        if pattern.captures:
            found += many(matcher.captures(end))
    give_back(matcher)
    return found


def _find_plain(s: str, text: str, start: int) -> Results:
    start = s.find(text, start)
    return (start + 1, start + len(text)) if start >= 0 else None


def match(s: LuaValue = None, pattern: LuaValue = None, init: LuaValue = 1, *_: LuaValue) -> Results:
    """Give the captures of the first match, all of it when there are no captures; nil when there is no match."""
    if type(s) is not str:
        s = check_string(s, 1, "match")
    if type(pattern) is not str:
        pattern = check_string(pattern, 2, "match")
    if type(init) is not int:
        init = opt_integer(init, 3, "match", 1)
    return _match(s, pattern, init)


def _match(s: str, text: str, init: int) -> Results:
    size = len(s)
    start = _start(init, size)
    if start > size:
        return None
    matcher = borrow(compiled(text), s)
    end = matcher.search(start)
    found = matcher.captures(end) if end >= 0 else None
    give_back(matcher)
    return found


class MatchIterator:
    """What `gmatch` returns: each call gives the captures of the next match, nil after the last.

    An empty match right behind the match before it does not count.
    """

    def __init__(self, matcher: Matcher) -> None:
        self.matcher = matcher
        self.position = 0
        self.last = -1

    def __call__(self, *_: LuaValue) -> Results:
        return self.step()

    def step(self) -> Results:
        """Give the captures of the next match, None at the end."""
        matcher = self.matcher
        matcher.refill()
        while self.position <= matcher.size:
            end = matcher.search(self.position)
            if end < 0:
                break
            if end != self.last:
                self.position = end
                self.last = end
                return matcher.captures(end)
            self.position = end + 1
        self.position = matcher.size + 1
        return None


def gmatch(s: LuaValue = None, pattern: LuaValue = None, *_: LuaValue) -> Results:
    """Give an iterator over the captures of all matches."""
    s = check_string(s, 1, "gmatch")
    return MatchIterator(Matcher(compiled_for_gmatch(check_string(pattern, 2, "gmatch")), s))


# --- replacement ----------------------------------------------------------------------------------


def gsub(
    s: LuaValue = None, pattern: LuaValue = None, replacement: LuaValue = None, limit: LuaValue = None, *_: LuaValue
) -> Results:
    """Replace matches, at most so many; give the new string and the number of matches."""
    if type(s) is not str:
        s = check_string(s, 1, "gsub")
    if type(pattern) is not str:
        pattern = check_string(pattern, 2, "gsub")
    if type(replacement) is not str:
        replacement = _replacement(replacement)
    most = len(s) + 1 if limit is None else check_integer(limit, 4, "gsub")
    return _gsub(s, compiled(pattern), replacement, most)


def _replacement(value: LuaValue) -> LuaValue:
    """Check what is no string; a number or an error object gives its text."""
    if type(value) is int or type(value) is float or isinstance(value, Error):
        return check_string(value, 3, "gsub")
    if type_name(value) not in ("table", "function"):
        raise bad_argument(3, "gsub", "string/function/table expected")
    return value


def _gsub(s: str, pattern: Pattern, replacement: LuaValue, most: int) -> Results:
    matcher = borrow(pattern, s)
    template: list[LuaValue] | None = None
    fixed = type(replacement) is str and "%" not in replacement
    blocks: list[str] = []
    pieces: list[str] = []
    position = copied = count = total = 0
    last = -1
    while count < most and position <= matcher.size:
        end = matcher.search(position)
        if end < 0:
            break
        if end == last:  # an empty match right behind the match before it does not count
            position = end + 1
            continue
        count += 1
        if fixed:
            new = replacement
        elif type(replacement) is str:
            if template is None:
                template = _template(replacement, pattern.captures)
            new = _expand(template, matcher, end)
        else:
            new = _replaced(replacement, matcher, end)
        if new is not None:
            pieces.append(s[copied : matcher.start])
            pieces.append(new)
            total += matcher.start - copied + len(new)
            if total > _MAX_SIZE:
                raise too_large()
            copied = end
            if len(pieces) > _MAX_PIECES:
                blocks.append("".join(pieces))
                pieces.clear()
        if pattern.anchored:
            break
        position = last = end
    give_back(matcher)
    if not pieces and not blocks:
        return (s, count)
    if total + len(s) - copied > _MAX_SIZE:
        raise too_large()
    blocks.extend(pieces)
    blocks.append(s[copied:])
    return ("".join(blocks), count)


def _template(text: str, captures: int) -> list[LuaValue]:
    """Split a replacement string into texts and numbers of captures, 0 for the whole match."""
    if text.count("%") > _MAX_PIECES:
        raise too_large()
    chunks = iter(text.split("%"))
    parts: list[LuaValue] = [next(chunks)]
    for chunk in chunks:
        digit = chunk[:1]
        if "0" <= digit <= "9":
            index = int(digit)
            if index > max(captures, 1):
                raise fault(f"invalid capture index %{index}")
            parts.append(0 if captures == 0 else index)
            parts.append(chunk[1:])
        else:  # only a second percent sign may follow, which splits off an empty chunk
            rest = next(chunks, None) if not digit else None
            if rest is None:
                raise fault("invalid use of '%' in replacement string")
            parts.append("%" + rest)
    return parts


def _expand(template: list[LuaValue], matcher: Matcher, end: int) -> str:
    """Fill the captures of a match into a template."""
    pieces: list[str] = []
    total = 0
    for part in template:
        if type(part) is str:
            piece = part
        elif part == 0:
            piece = matcher.subject[matcher.start : end]
        else:
            capture = matcher.capture(part - 1)
            piece = capture if type(capture) is str else str(capture)
        total += len(piece)
        if total > _MAX_SIZE:
            raise too_large()
        pieces.append(piece)
    return "".join(pieces)


def _replaced(replacement: LuaValue, matcher: Matcher, end: int) -> str | None:
    """Ask a table or function for the replacement of a match; None keeps the original."""
    captures = matcher.captures(end)
    if type(replacement) is Table:
        value = replacement[first(captures)]
    else:
        value = first(invoke(replacement, many(captures)))
    if type(value) is str or value is None:
        return value
    if value is False:
        return None
    if type(value) is int or type(value) is float:
        return str(number_text(value))
    if isinstance(value, Error):
        return value.message
    raise fault(f"invalid replacement value (a {type_name(value)})")


STRING_METHODS: dict[str, LuaFunction] = {
    "byte": byte,
    "char": char,
    "dump": dump,
    "find": find,
    "format": string_format,
    "gfind": gmatch,
    "gmatch": gmatch,
    "gsub": gsub,
    "len": length,
    "lower": lower,
    "match": match,
    "pack": pack,
    "packsize": packsize,
    "rep": rep,
    "reverse": reverse,
    "sub": sub,
    "unpack": unpack,
    "upper": upper,
}


def library() -> Table:
    """Make the frozen table `string`."""
    table = Table.from_dict(STRING_METHODS)
    table.frozen = True
    return table
