"""Random changes of code against a model: what is accepted, and what every function then gives."""

from __future__ import annotations

import random
from dataclasses import dataclass

import pytest

from runtime.binding import Failure, Kind
from runtime.registry.change import Change
from runtime.registry.entry import Entry, EntryId

NAMES = [f"l{number}" for number in range(4)] + [f"f{number}" for number in range(4)]
LIBRARIES = NAMES[:4]


@dataclass(frozen=True)
class Code:
    """What one entry is: a number of its own, what it imports, and whether it compiles."""

    name: str
    number: int
    imports: tuple[str, ...]
    compiles: bool

    def entry(self) -> Entry:
        parts = " .. ".join([f'"{self.name}={self.number}"', *(f'"(" .. {lib} .. ")"' for lib in self.imports)])
        function = self.name.startswith("f")
        source = f"return function() return {parts} end" if function else f"return {parts}"
        data = {
            "source": source if self.compiles else source + " return return",
            "imports": {lib: f"app:{lib}" for lib in self.imports},
        }
        return Entry(EntryId("app", self.name), "function.lua" if function else "library.lua", {}, data)


class Model:
    """The state of every version; `outcome` and `value` say what should be."""

    def __init__(self) -> None:
        self.versions: dict[int, dict[str, Code]] = {}
        self.state: dict[str, Code] = {}

    def outcome(self, wishes: list[tuple[str, Code]]) -> dict[str, Code] | None:
        state = dict(self.state)
        for action, code in wishes:
            if (action == "create") == (code.name in state):
                return None
            if action == "delete":
                del state[code.name]
            else:
                state[code.name] = code
        touched = {code.name for _, code in wishes if code.name in state}
        if any(not state[name].compiles for name in touched):
            return None
        if any(lib not in state for code in state.values() for lib in code.imports):
            return None
        return None if any(self.circular(state, name, ()) for name in state) else state

    def circular(self, state: dict[str, Code], name: str, path: tuple[str, ...]) -> bool:
        return name in path or any(self.circular(state, lib, (*path, name)) for lib in state[name].imports)

    def value(self, name: str) -> str:
        code = self.state[name]
        return f"{name}={code.number}" + "".join(f"({self.value(lib)})" for lib in code.imports)


def wish(chance: random.Random, state: dict[str, Code]) -> tuple[str, Code]:
    """Make up a change, most often one that can be."""
    name = chance.choice(NAMES)
    libraries = [lib for lib in LIBRARIES if lib in state or chance.random() < 0.1]
    imports = tuple(chance.sample(libraries, min(len(libraries), chance.choice((0, 0, 1, 1, 2)))))
    code = Code(name, chance.randrange(1000), imports, chance.random() > 0.05)
    if chance.random() < 0.1:
        return chance.choice(("create", "update", "delete")), code
    return chance.choice(("update", "update", "delete")) if name in state else "create", code


def change_of(action: str, code: Code) -> Change:
    if action == "delete":
        return Change.delete(EntryId("app", code.name))
    return Change(action, EntryId("app", code.name), code.entry())  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", range(4))
def test_random_changes_of_code_follow_the_model(lua, seed):
    chance, model, registry = random.Random(seed), Model(), lua.node.registry
    model.versions[registry.version] = {}
    accepted = 0
    for _ in range(150):
        if chance.random() < 0.15:
            version = chance.choice(list(model.versions))
            registry.apply_version(version)
            model.state = model.versions[version]
        else:
            wishes = [wish(chance, model.state) for _ in range(chance.choice((1, 1, 2, 3, 5)))]
            expected = model.outcome(wishes)
            version = apply(registry, wishes)
            assert (version is None) == (expected is None), wishes
            if version is not None:
                accepted += 1
                model.versions[version] = model.state = expected
        check(lua, model)
    assert accepted > 30


def apply(registry, wishes) -> int | None:
    """Apply changes and give the version, None when they are refused as Invalid."""
    try:
        return registry.apply([change_of(*one) for one in wishes])
    except Failure as failure:
        if failure.kind != Kind.INVALID:
            raise
        return None


def check(lua, model: Model) -> None:
    for name in NAMES:
        if not name.startswith("f"):
            continue
        if name in model.state:
            assert lua.node.functions.call(f"app:{name}", timeout=5) == model.value(name)
        else:
            with pytest.raises(Failure) as caught:
                lua.node.functions.call(f"app:{name}")
            assert caught.value.kind == Kind.NOT_FOUND
