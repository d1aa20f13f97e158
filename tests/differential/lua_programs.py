"""Hypothesis strategies for whole programs: loops, jumps, closures, functions with many results.

Every loop has a small constant bound, so each program ends. What happens is printed as it happens.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import strategies as st

NAMES = ["a", "b", "c", "d"]
MAX_DEPTH = 3


@dataclass
class Writer:
    """Draws one program; `loops` counts the loops around the point of writing within the function."""

    draw: st.DrawFn
    lines: list[str] = field(default_factory=list)
    labels: int = 0
    budget: int = 40

    def choose(self, *options: str) -> str:
        """Pick one of some texts."""
        return self.draw(st.sampled_from(options))

    def name(self) -> str:
        """Pick a variable; all of them are visible everywhere."""
        return self.choose(*NAMES)

    def expression(self) -> str:
        """Write an expression of integers."""
        shape = self.choose("name", "number", "sum", "call", "if")
        if shape == "name":
            return self.name()
        if shape == "number":
            return str(self.draw(st.integers(-3, 9)))
        if shape == "sum":
            return f"({self.name()} {self.choose('+', '-', '*', '&', '|')} {self.draw(st.integers(1, 7))})"
        if shape == "call":
            return f"twice({self.name()})"
        return f"({self.condition()} and {self.name()} or {self.draw(st.integers(0, 9))})"

    def condition(self) -> str:
        """Write a condition."""
        test = f"{self.name()} {self.choose('<', '>', '==', '~=', '<=')} {self.draw(st.integers(-2, 9))}"
        return self.choose(test, f"not ({test})", f"{test} and {self.name()} > 0", f"{test} or {self.name()} % 2 == 0")

    def block(self, depth: int, *, in_loop: bool) -> None:
        """Write some statements."""
        for _ in range(self.draw(st.integers(1, 4))):
            if self.budget <= 0:
                break
            self.budget -= 1
            self.statement(depth, in_loop=in_loop)

    def statement(self, depth: int, *, in_loop: bool) -> None:
        """Write one statement, simple ones only below the last depth."""
        simple = [self._assign, self._local, self._print, self._swap, self._capture, self._call_captured]
        compound = [self._if, self._for, self._for_in, self._while, self._repeat, self._do, self._function, self._goto]
        pick = self.draw(st.sampled_from(simple + (compound if depth < MAX_DEPTH else [])))
        if in_loop and self.draw(st.integers(0, 7)) == 0:
            self.lines.append(f"if {self.condition()} then break end")
        pick(depth, in_loop)

    def _assign(self, _depth: int, _in_loop: bool) -> None:
        self.lines.append(f"{self.name()} = {self.expression()}")

    def _local(self, _depth: int, _in_loop: bool) -> None:
        self.lines.append(f"local {self.name()} = {self.expression()}")

    def _print(self, _depth: int, _in_loop: bool) -> None:
        self.lines.append(f"print({', '.join(NAMES)})")

    def _swap(self, _depth: int, _in_loop: bool) -> None:
        left, right = self.name(), self.name()
        self.lines.append(f"local {left}, {right} = {right}, {left}" if left != right else f"{left} = {right}")

    def _capture(self, _depth: int, _in_loop: bool) -> None:
        name = self.name()
        body = self.choose(f"return {name}", f"{name} = {name} + 1 return {name}", f"local x = {name} return x, x + 1")
        self.lines.append(f"kept[#kept + 1] = function() {body} end")

    def _call_captured(self, _depth: int, _in_loop: bool) -> None:
        self.lines.append("if #kept > 0 then print('kept', kept[#kept]()) end")

    def _if(self, depth: int, in_loop: bool) -> None:
        self.lines.append(f"if {self.condition()} then")
        self.block(depth + 1, in_loop=in_loop)
        if self.draw(st.booleans()):
            self.lines.append(f"elseif {self.condition()} then")
            self.block(depth + 1, in_loop=in_loop)
        if self.draw(st.booleans()):
            self.lines.append("else")
            self.block(depth + 1, in_loop=in_loop)
        self.lines.append("end")

    def _for(self, depth: int, _in_loop: bool) -> None:
        bounds = self.choose("1, 3", "3, 1, -1", "0, 4, 2", "1, 0", "2, 2")
        self.lines.append(f"for {self.name()} = {bounds} do")
        self._loop_body(depth)
        self.lines.append("end")

    def _for_in(self, depth: int, _in_loop: bool) -> None:
        source = self.choose("ipairs({ 5, 6, 7 })", "ipairs({})", "count, 2, 0", "pairs({ 4 })")
        first, second = self.choose("a b", "c d", "b d").split()
        self.lines.append(f"for {first}, {second} in {source} do")
        self._loop_body(depth)
        self.lines.append("end")

    def _while(self, depth: int, _in_loop: bool) -> None:
        self.labels += 1
        counter = f"n{self.labels}"
        self.lines.append(f"local {counter} = 0")
        self.lines.append(f"while {counter} < 3 do {counter} = {counter} + 1")
        self._loop_body(depth)
        self.lines.append("end")

    def _repeat(self, depth: int, _in_loop: bool) -> None:
        self.labels += 1
        counter = f"n{self.labels}"
        self.lines.append(f"local {counter} = 0")
        self.lines.append(f"repeat {counter} = {counter} + 1")
        self.block(depth + 1, in_loop=True)
        self.lines.append(f"until {counter} >= 2 or ({self.condition()})")

    def _loop_body(self, depth: int) -> None:
        with_continue = self.draw(st.booleans())
        self.labels += 1
        label = f"continue{self.labels}"
        if with_continue:
            self.lines.append(f"do if {self.condition()} then goto {label} end end")
        self.lines.append("do")
        self.block(depth + 1, in_loop=True)
        self.lines.append("end")
        if with_continue:
            self.lines.append(f"::{label}::")

    def _do(self, depth: int, in_loop: bool) -> None:
        self.lines.append("do")
        self.block(depth + 1, in_loop=in_loop)
        self.lines.append("end")

    def _function(self, depth: int, _in_loop: bool) -> None:
        self.labels += 1
        function = f"f{self.labels}"
        parameters = self.choose("", "a", "b, c", "...", "a, ...")
        self.lines.append(f"do local function {function}({parameters})")
        self.block(depth + 1, in_loop=False)
        results = [self.name(), self.expression(), "..." if "..." in parameters else "many(1, 2)", ""]
        self.lines.append(f"do return {', '.join(results[self.draw(st.integers(0, 3)) : 3])} end")
        self.lines.append("end")
        arguments = self.choose("1, 2, 3", "4", "many(5, 6)", "0, many(7, 8)")
        self.lines.append(f"try('{function}', {function}, {arguments}) end")

    def _goto(self, depth: int, in_loop: bool) -> None:
        self.labels += 1
        if self.draw(st.booleans()):
            self._goto_backward(depth, f"again{self.labels}", f"n{self.labels}")
        else:
            self._goto_forward(depth, f"skip{self.labels}", in_loop)

    def _goto_backward(self, depth: int, label: str, counter: str) -> None:
        self.lines.append(f"do local {counter} = 0 ::{label}:: {counter} = {counter} + 1")
        self.lines.append("do")
        self.block(depth + 1, in_loop=False)
        self.lines.append("end")
        self.lines.append(f"if {counter} < 3 then goto {label} end end")

    def _goto_forward(self, depth: int, label: str, in_loop: bool) -> None:
        self.lines.append(f"do do if {self.condition()} then goto {label} end")
        self.block(depth + 1, in_loop=in_loop)
        self.lines.append(f"end ::{label}:: print('{label}') end")


_HEAD = """
local kept = {}
local function twice(x) return x * 2 end
local function many(...) return ... end
local function count(limit, i) if i < limit then return i + 1, i * 10 end end
local a, b, c, d = 1, 2, 3, 4
"""
_TAIL = """
for i = 1, #kept do try(i, kept[i]) end
for i = #kept, 1, -1 do try(i, kept[i]) end
print(a, b, c, d)
"""


@st.composite
def control_flow(draw: st.DrawFn) -> str:
    """Draw a program of nested statements around a few integer variables and closures."""
    writer = Writer(draw)
    writer.block(0, in_loop=False)
    body = "\n".join(writer.lines)
    return f"{_HEAD}try('program', function()\n{body}\nend)\n{_TAIL}"
