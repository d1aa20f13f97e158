# cython: boundscheck=False, wraparound=False
"""Match compiled patterns by backtracking.

A call from Lua spends from a budget that grows with its subject, so a pattern of high polynomial cost ends in an error
instead of holding the thread.
"""

from __future__ import annotations

from runtime.lua.errors import fault
from runtime.lua.patterntext import (
    BALANCE,
    CLOSE,
    END,
    FAULT,
    FRONTIER,
    GREEDY,
    LAZY,
    OPEN,
    PLACE,
    POSITION,
    RUN,
    SINGLE,
    TEXT,
    UNFINISHED,
    Item,
    Pattern,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from runtime.lua.types import LuaValue, Results

# What a call may spend: this, which is some tenths of a second, compiled or interpreted, and more for each character of
# the subject. Passing a character in a loop costs 1, starting on an item costs more, as it does in time.
_BUDGET = 10_000_000 if __file__.endswith(".py") else 100_000_000
_BUDGET_PER_CHARACTER = 50
_ITEM_COST = 10
_NO_CAPTURES: list[int] = []


class Matcher:
    """Matches one pattern against one subject; positions are 0-based.

    After a match `start` is where it begins. `starts` and `ends` hold the bounds of the captures. A chain is run
    through in order, so what the last attempt wrote is what the match has captured: nothing needs to be undone.
    """

    def __init__(self, pattern: Pattern, subject: str) -> None:
        self.pattern = pattern
        self.subject = subject
        self.size = len(subject)
        self.start = 0
        self.budget = 0
        self.starts = [0] * pattern.captures if pattern.captures else _NO_CAPTURES
        self.ends = [0] * pattern.captures if pattern.captures else _NO_CAPTURES
        self.refill()

    def refill(self) -> None:
        """Set the budget for the next call from Lua."""
        self.budget = _BUDGET + _BUDGET_PER_CHARACTER * self.size

    def search(self, position: int) -> int:
        """Find the first match that begins at a position or later; gives its end, -1 when there is none."""
        pattern = self.pattern
        subject = self.subject
        size = self.size
        i = position
        if pattern.anchored:
            self.start = i
            return self.run(pattern.first, i)
        begin = pattern.begin
        while i <= size:
            if pattern.head:
                i = subject.find(pattern.head, i)
                if i < 0:
                    return -1
            elif begin is not None:
                while i < size and not begin[ord(subject[i]) & 255]:
                    i += 1
                if i == size and not pattern.begin_end:
                    return -1
            end = self.run(pattern.first, i)
            if end >= 0:
                self.start = i
                return end
            i += 1
        return -1

    def run(self, item: Item | None, position: int) -> int:
        """Match a chain of items at a position; gives the end of the match, -1 when there is none."""
        subject = self.subject
        size = self.size
        i = position
        current = item
        while current is not None:
            op = current.op
            self.budget -= _ITEM_COST
            if self.budget < 0:
                raise fault("pattern too complex")
            if op == SINGLE:
                # The mask keeps the look-up inside the 256 flags whatever a host function let into a string.
                if i >= size or not current.members[ord(subject[i]) & 255]:
                    return -1
                i += 1
            elif op == RUN:
                end = self.span(current, i)
                if end < i + current.low:
                    return -1
                i = end
            elif op == GREEDY:
                return self.greedy(current, i)
            elif op == LAZY:
                return self.lazy(current, i)
            elif op == OPEN or op == POSITION:
                self.starts[current.index] = i
            elif op == CLOSE:
                self.ends[current.index] = i
            else:
                i = self.rare(current, i)
                if i < 0:
                    return -1
            current = current.next
        return i

    def span(self, item: Item, position: int) -> int:
        """Give the end of the longest run of an item's characters."""
        subject = self.subject
        members = item.members
        i = position
        stop = self.size
        if item.once and i < stop:
            stop = i + 1
        if item.any:
            i = stop
        else:
            while i < stop and members[ord(subject[i]) & 255]:
                i += 1
            self.budget -= i - position
        return i

    def greedy(self, item: Item, position: int) -> int:
        """Match an item as often as can be, then the rest of the chain."""
        subject = self.subject
        follow = item.follow
        low = position + item.low
        size = self.size
        i = self.span(item, position)
        while i >= low:
            if follow is None or (i < size and follow[ord(subject[i]) & 255]) or (i == size and item.follow_end):
                end = self.run(item.next, i)
                if end >= 0:
                    return end
            i -= 1
        return -1

    def lazy(self, item: Item, position: int) -> int:
        """Match an item as seldom as can be, then the rest of the chain."""
        subject = self.subject
        size = self.size
        members = item.members
        follow = item.follow
        i = position
        while True:
            self.budget -= 1
            if follow is None or (i < size and follow[ord(subject[i]) & 255]) or (i == size and item.follow_end):
                end = self.run(item.next, i)
                if end >= 0:
                    return end
            if i >= size or not members[ord(subject[i]) & 255]:
                return -1
            i += 1

    def rare(self, item: Item, position: int) -> int:
        """Match one of the items that are seldom used; gives the position behind it or -1."""
        op = item.op
        if op == END:
            return position if position == self.size else -1
        if op == BALANCE:
            return self.balance(item, position)
        if op == FRONTIER:
            before = ord(self.subject[position - 1]) & 255 if position > 0 else 0
            after = ord(self.subject[position]) & 255 if position < self.size else 0
            return position if item.members[after] and not item.members[before] else -1
        if op == FAULT:
            raise fault(item.message)
        return self.back_reference(item.index, position)

    def balance(self, item: Item, position: int) -> int:
        """Match `%bxy`."""
        subject = self.subject
        size = self.size
        i = position
        if i >= size or ord(subject[i]) != item.first:
            return -1
        depth = 1
        i += 1
        while i < size:
            code = ord(subject[i])
            i += 1
            if code == item.last:
                depth -= 1
                if depth == 0:
                    self.budget -= i - position
                    return i
            elif code == item.first:
                depth += 1
        self.budget -= i - position
        return -1

    def back_reference(self, index: int, position: int) -> int:
        """Match the text of a capture again; a position capture has none, which never matches."""
        if self.pattern.kinds[index] != TEXT:
            return -1
        start = self.starts[index]
        length = self.ends[index] - start
        if length > self.size - position:
            return -1
        self.budget -= length
        if self.subject[start : start + length] != self.subject[position : position + length]:
            return -1
        return position + length

    def capture(self, index: int) -> LuaValue:
        """Give the value of a capture, 0-based."""
        start = self.starts[index]
        kind = self.pattern.kinds[index]
        if kind == PLACE:
            return start + 1
        if kind == UNFINISHED:
            raise fault("unfinished capture")
        return self.subject[start : self.ends[index]]

    def captures(self, end: int) -> Results:
        """Give the captures of the match that ends there, in the form of a call's results.

        A pattern without captures gives the whole match.
        """
        count = self.pattern.captures
        if count == 0:
            return self.subject[self.start : end]
        if count == 1:
            return self.capture(0)
        return tuple([self.capture(index) for index in range(count)])


def borrow(pattern: Pattern, subject: str) -> Matcher:
    """Give a matcher for one call from Lua: the pattern's spare one, or a new one while that is in use.

    PERF: saves a third of the time of a short `find`.
    """
    matcher: Matcher | None = pattern.spare
    if matcher is None:
        return Matcher(pattern, subject)
    pattern.spare = None
    matcher.subject = subject
    matcher.size = len(subject)
    matcher.refill()
    return matcher


def give_back(matcher: Matcher) -> None:
    """Make a borrowed matcher the spare one of its pattern again; it must not be used after."""
    matcher.subject = ""
    matcher.pattern.spare = matcher
