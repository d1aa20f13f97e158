"""Hypothesis strategies for programs of coroutines that yield and fail wherever Lua code can stand.

A body makes coroutines only of bodies written after it, so that no program nests without end.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import strategies as st

BODIES = 4
MAX_DEPTH = 3
ROUNDS = 12

_PRELUDE = r"""
local function got(name, ok, ...)
  if ok then print(name, "got", shown(...)) else print(name, "failed", plain((...))) end
  return ok, ...
end
local yielding = setmetatable({}, {
  __add = function(a, b) return coroutine.yield("add") or 1 end,
  __index = function(t, k) return coroutine.yield("index", k) end,
  __newindex = function(t, k, v) coroutine.yield("newindex", k, v) end,
  __call = function(self, ...) return coroutine.yield("call", ...) end,
  __concat = function() return coroutine.yield("concat") end,
  __eq = function() return coroutine.yield("eq") end,
  __lt = function() return coroutine.yield("lt") end,
  __le = function() return coroutine.yield("le") end,
  __len = function() return coroutine.yield("len") end,
  __unm = function() return coroutine.yield("unm"), 2 end,
})
local other = setmetatable({}, getmetatable(yielding))
local function values(n)
  return function(_, i)
    if i < n then
      coroutine.yield("step", i)
      return i + 1
    end
  end, nil, 0
end
local function deep(n, ...)
  if n == 0 then return coroutine.yield(...) end
  return (deep(n - 1, ...))
end
local function tail(...) return coroutine.yield(...) end
local cos, wraps, bodies = {}, {}, {}
"""

_USES = [
    "yielding + 1",
    "2 + yielding",
    "yielding.x",
    "yielding.x.y",
    "yielding(1, nil)",
    'yielding .. "s"',
    '"a" .. "b" .. yielding',
    "yielding == other",
    "yielding ~= other",
    "yielding < other",
    "yielding <= 1",
    "yielding > other",
    "not (yielding >= other)",
    "#yielding",
    "-yielding",
    "(yielding + 1) == nil",
    "yielding < other and 1 or 2",
]


@dataclass
class Writer:
    """Draws the bodies; `number` is that of the body being written."""

    draw: st.DrawFn
    lines: list[str] = field(default_factory=list)
    number: int = 0
    budget: int = 0
    counter: int = 0

    def choose(self, *options: str) -> str:
        """Pick one of some texts."""
        return self.draw(st.sampled_from(options))

    def values(self) -> str:
        """Write a list of expressions, mostly of the variables that hold what was received."""
        return self.choose(
            "", "x", "x, y", "1", "nil", "nil, 2", '"s", x', "...", "x, ...", "{}", "1, nil, nil", "(...)"
        )

    def body(self, number: int) -> None:
        """Write a body as a vararg function."""
        self.number, self.budget = number, 10
        self.lines.append(f"bodies[{number}] = function(...) local x, y = ...")
        self.block(0)
        end = self.choose(
            "", f"return {self.values()}", f"return coroutine.yield({self.values()})", "return tail(x, y)"
        )
        self.lines.append(f"{end} end")

    def block(self, depth: int) -> None:
        """Write some statements."""
        for _ in range(self.draw(st.integers(1, 4))):
            if self.budget <= 0:
                break
            self.budget -= 1
            self.statement(depth)

    def statement(self, depth: int) -> None:
        """Write one statement, compound ones only above the last depth."""
        simple = [self._yield, self._yield, self._print, self._use, self._resume, self._state, self._fail]
        compound = [self._loop, self._for_in, self._pcall, self._if, self._inner]
        pick = self.draw(st.sampled_from(simple + (compound if depth < MAX_DEPTH else [])))
        pick(depth)

    def _yield(self, _depth: int) -> None:
        call = self.choose(
            f"coroutine.yield({self.values()})", f"deep(3, {self.values() or 'nil'})", f"tail({self.values()})"
        )
        self.lines.append(
            self.choose(
                f"x, y = {call}",
                f"x = {call}",
                f"y = ({call})",
                f"local x, y = {call}",
                f"print('received', shown({call}))",
                f"do local t = {{ 1, {call} }} x, y = t[2], #t end",
                f"{call}",
                f"x = {{ {call} }} x = #x",
                f"if {call} then y = 1 end",
            )
        )

    def _print(self, _depth: int) -> None:
        self.lines.append(f"print({self.number}, shown(x, y, select('#', ...)))")

    def _use(self, _depth: int) -> None:
        use = self.choose(*_USES)
        self.lines.append(
            self.choose(f"x = {use}", f"print('use', shown({use}))", f"if {use} then x = 3 end", "yielding.z = x")
        )

    def _resume(self, _depth: int) -> None:
        which = self.draw(st.integers(1, BODIES))
        self.lines.append(
            self.choose(
                f"got('{self.number}>{which}', coroutine.resume(cos[{which}], {self.values() or 'nil'}))",
                f"x = select('#', coroutine.resume(cos[{which}]))",
                f"try('wrap', wraps[{which}], {self.values() or 'nil'})",
                f"x = wraps[{which}](x)",
            )
        )

    def _state(self, _depth: int) -> None:
        which = self.draw(st.integers(1, BODIES))
        self.lines.append(
            self.choose(
                f"print('status', coroutine.status(cos[{which}]), coroutine.status(coroutine.running()))",
                "print('main', select(2, coroutine.running()), coroutine.isyieldable())",
                "got('self', coroutine.resume(coroutine.running()))",
                f"print('same', coroutine.running() == cos[{which}])",
            )
        )

    def _fail(self, depth: int) -> None:
        if depth > 0 or self.draw(st.integers(0, 3)) == 0:
            failure = self.choose(
                "error('failed')", "error({})", "error('plain', 0)", "error()", "local z = x.y.z", "x = nil + 1", "x()"
            )
            self.lines.append(f"if {self.choose('true', 'x', 'not x', 'y == 1')} then {failure} end")

    def _if(self, depth: int) -> None:
        self.lines.append(f"if {self.choose('x', 'not y', 'x == 1', 'coroutine.yield(x)')} then")
        self.block(depth + 1)
        if self.draw(st.booleans()):
            self.lines.append("else")
            self.block(depth + 1)
        self.lines.append("end")

    def _loop(self, depth: int) -> None:
        self.counter += 1
        name = f"i{self.counter}"
        kind = self.choose("for", "while", "repeat")
        if kind == "for":
            self.lines.append(f"for {name} = 1, {self.choose('2', '3', '#{1, tail(5)}')} do")
            self.block(depth + 1)
            self.lines.append("end")
        elif kind == "while":
            self.lines.append(f"local {name} = 0 while {name} < 2 do {name} = {name} + 1")
            self.block(depth + 1)
            self.lines.append("end")
        else:
            self.lines.append(f"local {name} = 0 repeat {name} = {name} + 1")
            self.block(depth + 1)
            self.lines.append(f"until {name} > 1 or coroutine.yield('until')")

    def _for_in(self, depth: int) -> None:
        source = self.choose(
            "values(2)", "coroutine.wrap(function() tail(1) tail(2) end)", "pairs({ 7 })", "ipairs({ 7, 8 })"
        )
        later = range(self.number + 1, BODIES + 1)
        if later and self.draw(st.booleans()):
            source = f"coroutine.wrap(bodies[{self.draw(st.sampled_from(later))}])"
        self.counter += 1
        self.lines.append(f"local n{self.counter} = 0 for v, w in {source} do n{self.counter} = n{self.counter} + 1")
        self.lines.append(f"if n{self.counter} > 3 then break end print('item', shown(v, w))")
        self.block(depth + 1)
        self.lines.append("end")

    def _pcall(self, depth: int) -> None:
        if self.draw(st.booleans()):
            self.lines.append("got('pcall', pcall(function(...)")
            self.block(depth + 1)
            self.lines.append(f"return {self.values()} end, x, y))")
        else:
            self.lines.append("got('xpcall', xpcall(function(...)")
            self.block(depth + 1)
            self.lines.append(f"return {self.values()} end, function(e) return plain(e), 2 end, x, y))")

    def _inner(self, depth: int) -> None:
        """Make a coroutine on the spot and drive it."""
        self.counter += 1
        name = f"co{self.counter}"
        self.lines.append(f"do local {name} = coroutine.create(function(...)")
        self.block(depth + 1)
        self.lines.append(f"return {self.values()} end)")
        for _ in range(self.draw(st.integers(1, 3))):
            self.lines.append(f"got('{name}', coroutine.resume({name}, {self.values() or 'nil'}))")
        self.lines.append(f"print('{name}', coroutine.status({name})) end")

    def drive(self) -> None:
        """Write what the main program does with the coroutines."""
        for step in range(self.draw(st.integers(3, 14))):
            which = self.draw(st.integers(1, BODIES))
            values = self.choose("1", "nil", "1, 2", "'s', nil, 3", "false", "1, true")
            self.lines.append(
                self.choose(
                    f"got({step}, coroutine.resume(cos[{which}], {values}))",
                    f"got({step}, coroutine.resume(cos[{which}], {values}))",
                    f"try({step}, wraps[{which}], {values})",
                    f"print({step}, coroutine.status(cos[{which}]))",
                    f"try({step}, function() local n = 0 for a, b in wraps[{which}] do n = n + 1 print(shown(a, b)) "
                    "if n > 3 then break end end end)",
                )
            )


@st.composite
def coroutine_program(draw: st.DrawFn) -> str:
    """Draw bodies, a coroutine and a wrapped function of each, and what is done with them."""
    writer = Writer(draw)
    for number in range(1, BODIES + 1):
        writer.body(number)
    made = [f"cos[{n}], wraps[{n}] = coroutine.create(bodies[{n}]), coroutine.wrap(bodies[{n}])" for n in range(1, 5)]
    writer.lines += made
    writer.drive()
    for number in range(1, BODIES + 1):
        writer.lines.append(f"print('end', {number}, coroutine.status(cos[{number}]))")
    return f"do {_PRELUDE}" + "\n".join(writer.lines) + "\nend"


class SelfYielding(Writer):
    """Draws bodies that do their yields themselves, on values of which only those that resume them know the kind."""

    def statement(self, depth: int) -> None:
        """Write one statement, compound ones only above the last depth."""
        simple = [self._own_yield, self._own_yield, self._compute, self._compute, self._rare]
        compound = [self._round, self._walk, self._branch]
        self.draw(st.sampled_from(simple + (compound if depth < MAX_DEPTH else [])))(depth)

    def _operand(self) -> str:
        return self.choose("x", "y", "1", "2.5", "'s'", "n", "kept")

    def _own_yield(self, _depth: int) -> None:
        call = f"coroutine.yield({self.values()})"
        self.lines.append(
            self.choose(
                f"x, y = {call}",
                f"x = {call}",
                f"local x, y = {call}",
                f"kept = {call}",
                f"{call}",
                f"x = {{ {call} }} x = #x",
                f"if {call} then y = {self._operand()} end",
                f"x = x == {call}",
                f"coroutine.yield({self._operand()}, {call})",
                "coroutine.yield(x + y)",
                "coroutine.yield(t.a, t[x] == nil, #t)",
            )
        )

    def _compute(self, _depth: int) -> None:
        a, b = self._operand(), self._operand()
        self.lines.append(
            self.choose(
                f"x = {a} + {b}",
                f"y = 's' .. {a} .. {b}",
                f"x = {a} * 2 - {b}",
                f"y = {a} == {b}",
                f"if {a} < {b} then n = n + 1 end",
                f"t.a = {a}",
                "x = t.a",
                "x = t.a + 1",
                f"t = {{ a = {a}, {b} }}",
                f"x = tostring({a}) == 'nil'",
                "x = math.max(n, tonumber(x or 0) or 3)",
                f"x.a = {a}",
                "y = x.a",
                "y = -x",
                "y = #x",
            )
        )

    def _rare(self, depth: int) -> None:
        if self.draw(st.integers(0, 5)) == 0:
            self.draw(st.sampled_from([self._use, self._resume, self._state, self._fail, self._pcall]))(depth)

    def _round(self, depth: int) -> None:
        self.counter += 1
        name = f"i{self.counter}"
        kind = self.choose("for", "while", "repeat", "goto")
        head, end = {
            "for": (f"for {name} = 1, 3 do", "end"),
            "while": (f"local {name} = 0 while {name} < 2 and x ~= {name} do {name} = {name} + 1", "end"),
            "repeat": (f"local {name} = 0 repeat {name} = {name} + 1", f"until {name} > 2 or x == {name}"),
            "goto": (f"do local {name} = 0 ::top:: {name} = {name} + 1 do", f"end if {name} < 3 then goto top end end"),
        }[kind]
        self.lines.append(head)
        self.block(depth + 1)
        self.lines.append(end)

    def _walk(self, depth: int) -> None:
        source = self.choose("ipairs(t)", "pairs({ 7 })", "string.gmatch('ab', '.')", "values(2)")
        self.lines.append(f"for v, w in {source} do x = {self.choose('v', 'w', 'x')}")
        self.block(depth + 1)
        self.lines.append("end")

    def _branch(self, depth: int) -> None:
        self.lines.append(f"if {self.choose('x', 'not y', 'x == 1', 'x < n', 'coroutine.yield(x)')} then")
        self.block(depth + 1)
        self.lines.append("end")


@st.composite
def self_yielding_program(draw: st.DrawFn) -> str:
    """Draw bodies that are handed over where they are written, and values to resume them with."""
    writer = SelfYielding(draw)
    for number in range(1, BODIES + 1):
        writer.number, writer.budget = number, 10
        writer.lines.append(f"cos[{number}] = coroutine.create(function(x, y, ...) local n, t = 0, {{ 5, a = 1 }}")
        writer.block(0)
        writer.lines.append(f"{writer.choose('', 'return x, y', 'return coroutine.yield(x)')} end)")
        writer.lines.append(
            f"wraps[{number}] = function(...) return select(2, coroutine.resume(cos[{number}], ...)) end"
        )
    for step in range(draw(st.integers(3, ROUNDS))):
        values = writer.choose("1, 2", "nil", "'s', 4", "yielding, 1", "2, yielding", "other, yielding", "{}, {}", "")
        which = draw(st.integers(1, BODIES))
        writer.lines.append(f"got({step}, coroutine.resume(cos[{which}]{', ' if values else ''}{values}))")
    return f"do {_PRELUDE} local kept = 0\n" + "\n".join(writer.lines) + "\nend"
