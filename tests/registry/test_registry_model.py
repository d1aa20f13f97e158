"""Random changes, versions and refusals against a model: every step happens as a whole, or not at all."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from runtime.binding import Failure, Kind
from runtime.events.bus import Bus, Event
from runtime.registry.change import Change
from runtime.registry.entry import Entry, EntryId
from runtime.registry.errors import EntryError
from runtime.registry.history import MemoryHistory
from runtime.registry.kinds import KindHandler, KindTable
from runtime.registry.narrator import Narrator
from runtime.registry.registry import Registry, Surroundings
from runtime.registry.sqlite_history import SqliteHistory

NAMES = [f"n{number}" for number in range(6)]
KINDS = ["left", "right", "registry.entry"]


@dataclass(frozen=True)
class LinkedConfig:
    value: int = 0
    needs: list[EntryId] = field(default_factory=list)


class Moody(KindHandler):
    """Refuses the calls whose numbers `bad_calls` lists, in one of three ways, and checks the order of all calls."""

    config = LinkedConfig

    def __init__(self, world: Any) -> None:
        super().__init__(world)
        self.alive: dict[str, tuple[int, tuple[str, ...]]] = {}

    def _call(self, entry: Entry | None) -> None:
        world = self.node
        world.calls += 1
        if world.calls in world.bad_calls:
            world.refused = True
            how = world.calls % 3
            if how == 0:
                raise ZeroDivisionError
            raise (
                Failure(Kind.NOT_FOUND if how == 1 else Kind.UNAVAILABLE, "moody")
                if entry is None
                else EntryError(entry, "value", "moody")
            )

    def check(self, entry: Entry, config: LinkedConfig) -> None:
        self._call(entry)

    def create(self, entry: Entry, config: LinkedConfig) -> None:
        self._call(entry)
        assert entry.id.name not in self.alive
        self.alive[entry.id.name] = config.value, tuple(need.name for need in config.needs)

    def update(self, old: Entry, new: Entry, config: LinkedConfig) -> None:
        self._call(new)
        assert new.id.name in self.alive
        self.alive[new.id.name] = config.value, tuple(need.name for need in config.needs)

    def delete(self, entry: Entry) -> None:
        self._call(entry)
        del self.alive[entry.id.name]

    def commit(self) -> None:
        self._call(None)


class Left(Moody):
    kinds: ClassVar[tuple[str, ...]] = ("left",)


class Right(Moody):
    kinds: ClassVar[tuple[str, ...]] = ("right",)


def entries() -> st.SearchStrategy[Entry]:
    return st.builds(
        lambda name, kind, value, needs: Entry(EntryId("app", name), kind, {}, {"value": value, "needs": needs}),
        st.sampled_from(NAMES),
        st.sampled_from(KINDS),
        st.integers(0, 3),
        st.lists(st.sampled_from(NAMES), max_size=2),
    )


CHANGES = st.lists(
    st.one_of(
        st.builds(Change.create, entries()),
        st.builds(Change.update, entries()),
        st.builds(lambda name: Change.delete(EntryId("app", name)), st.sampled_from(NAMES)),
    ),
    min_size=1,
    max_size=5,
)
REFUSALS = st.one_of(st.just(set()), st.sets(st.integers(1, 14), max_size=2))


class RegistryModel(RuleBasedStateMachine):
    """The model: a state for every version, the number of the one in force, and what an observer of events knows."""

    def __init__(self) -> None:
        super().__init__()
        self.calls, self.refused = 0, False
        self.bad_calls: set[int] = set()
        self.left, self.right = Left(self), Right(self)
        self.observed: dict[str, Entry] = {}
        self.pending: list[Event] = []

    @initialize(baseline=st.lists(entries(), max_size=4), in_file=st.booleans())
    def boot(self, baseline: list[Entry], in_file: bool) -> None:
        self.directory = tempfile.TemporaryDirectory()
        path = Path(self.directory.name) / "registry.db"
        table = KindTable()
        table.register(self.left)
        table.register(self.right)
        bus = Bus()
        bus.subscribe("registry", "", self.hear)
        history = SqliteHistory(path) if in_file else MemoryHistory()
        self.registry = Registry(table, Surroundings(history=history, narrator=Narrator(bus)))
        distinct = {entry.id: entry for entry in baseline}
        self.registry.load(list(distinct.values()))
        self.versions: dict[int, dict[EntryId, Entry]] = {0: distinct}
        self.current = 0
        self.observed = {entry.id.name: entry for entry in distinct.values() if entry.kind != "registry.entry"}

    def teardown(self) -> None:
        if hasattr(self, "registry"):
            self.registry.close()
            self.directory.cleanup()

    def hear(self, event: Event) -> None:
        """Follow the events as a program would that mirrors the entries which have handlers."""
        if event.kind == "registry.begin":
            self.pending = []
        elif event.kind == "registry.commit":
            for told in self.pending:
                if told.kind == "entry.delete":
                    self.observed.pop(told.path.partition(":")[2])
                elif told.kind in ("entry.create", "entry.update"):
                    name = told.path.partition(":")[2]
                    self.observed[name] = self.registry.get(EntryId("app", name))
        else:
            self.pending.append(event)

    @rule(changes=CHANGES, refusals=REFUSALS)
    def apply(self, changes: list[Change], refusals: set[int]) -> None:
        possible = self.outcome(changes)
        self.begin(refusals)
        try:
            version = self.registry.apply(changes)
        except Failure:
            assert possible is None or self.refused
            return
        finally:
            self.bad_calls = set()
        assert possible is not None
        assert version == max(self.versions) + 1
        self.versions[version] = possible
        self.current = version

    @rule(choice=st.integers(0, 1000), refusals=REFUSALS)
    def apply_version(self, choice: int, refusals: set[int]) -> None:
        version = sorted(self.versions)[choice % len(self.versions)]
        self.begin(refusals)
        try:
            self.registry.apply_version(version)
        except Failure:
            assert self.refused
            return
        finally:
            self.bad_calls = set()
        self.current = version

    def begin(self, refusals: set[int]) -> None:
        # What undoes a transaction may not fail: nothing could be promised then. So only the first refusal counts.
        self.calls, self.refused = 0, False
        self.bad_calls = {min(refusals)} if refusals else set()

    def outcome(self, changes: list[Change]) -> dict[EntryId, Entry] | None:
        """Give the state that changes lead to; None when one of them is impossible."""
        state = dict(self.versions[self.current])
        for change in changes:
            known = state.get(change.id)
            if (change.action == "create") != (known is None):
                return None
            if change.action == "update" and known and change.new and known.kind != change.new.kind:
                return None
            if change.new is None:
                del state[change.id]
            else:
                state[change.id] = change.new
        return state

    @invariant()
    def all_agree(self) -> None:
        if not hasattr(self, "registry"):
            return
        wanted = self.versions[self.current]
        assert self.registry.version == self.current == self.registry.history.head
        assert dict(self.registry.view.entries) == wanted
        for handler in (self.left, self.right):
            assert handler.alive == {
                entry.id.name: (entry.data["value"], tuple(entry.data["needs"]))
                for entry in wanted.values()
                if entry.kind in handler.kinds
            }
        assert self.observed == {entry.id.name: entry for entry in wanted.values() if entry.kind != "registry.entry"}

    @invariant()
    def every_version_is_kept(self) -> None:
        if hasattr(self, "registry"):
            for version, state in self.versions.items():
                assert dict(self.registry.at(version).entries) == state


RegistryModel.TestCase.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
test_random_changes_follow_the_model = RegistryModel.TestCase
