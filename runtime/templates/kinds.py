"""The entry kinds template.set and template.jet (page system/template)."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003  (decoding evaluates the annotations)
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from runtime.registry.entry import EntryId
from runtime.registry.errors import EntryError
from runtime.registry.kinds import KindHandler
from runtime.templates.errors import TemplateError
from runtime.templates.library import EXTENSIONS, Engine, Library
from runtime.templates.source import Delimiters

if TYPE_CHECKING:
    from runtime.registry.entry import Entry


@dataclass(frozen=True)
class DelimiterConfig:
    """What encloses actions and comments; an empty one has its default."""

    left: str = ""
    right: str = ""
    comment_left: str = ""
    comment_right: str = ""


@dataclass(frozen=True)
class EngineConfig:
    """How a set reads templates. Templates are read when they change, so `development_mode` means nothing."""

    development_mode: bool = False
    delimiters: DelimiterConfig = field(default_factory=DelimiterConfig)
    extensions: tuple[str, ...] = EXTENSIONS
    globals: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class SetConfig:
    """The data of a template.set entry."""

    engine: EngineConfig = field(default_factory=EngineConfig)


@dataclass(frozen=True)
class JetConfig:
    """The data of a template.jet entry; the template is called after the entry, or as `meta.name` says."""

    set: EntryId
    source: str
    name: str = field(default="", metadata={"path": "meta.name"})


class SetKind(KindHandler):
    """Runs template.set entries."""

    kinds: ClassVar[tuple[str, ...]] = ("template.set",)
    config: ClassVar[type] = SetConfig

    def create(self, entry: Entry, config: SetConfig) -> None:
        """Make an empty set."""
        self.node.resources.put(entry.id, Library(_engine(config.engine)))

    def update(self, _old: Entry, new: Entry, config: SetConfig) -> None:
        """Have the templates read in another way."""
        try:
            self.node.resources.get(new.id).configure(_engine(config.engine))
        except TemplateError as error:
            raise EntryError(new, "engine", str(error), "correct the template or the delimiters") from None

    def delete(self, entry: Entry) -> None:
        """Throw the set away."""
        self.node.resources.remove(entry.id)


class JetKind(KindHandler):
    """Runs template.jet entries."""

    kinds: ClassVar[tuple[str, ...]] = ("template.jet",)
    config: ClassVar[type] = JetConfig

    def create(self, entry: Entry, config: JetConfig) -> None:
        """Read the template into its set."""
        self._put(entry, config, None)

    def update(self, old: Entry, new: Entry, config: JetConfig) -> None:
        """Read the template anew."""
        before = _place(old)
        if before != self._put(new, config, before):
            self.delete(old)

    def delete(self, entry: Entry) -> None:
        """Take the template out of its set."""
        library, name = _place(entry)
        self.node.resources.get(library).remove(name)

    def _put(self, entry: Entry, config: JetConfig, before: tuple[EntryId, str] | None) -> tuple[EntryId, str]:
        """Put the template where its entry says, which may be where it was; give that place."""
        library, place = self._set(entry, config), _place(entry)
        if place != before and library.holds(place[1]):
            reason = f"{config.set} has a template '{place[1]}' already"
            raise EntryError(entry, "meta.name", reason, "give one of them another meta.name")
        try:
            library.put(place[1], config.source)
        except TemplateError as error:
            reason = f"line {error.line}: {error.message}"
            raise EntryError(entry, "source", reason, "see the syntax on the page lua/text/template") from None
        return place

    def _set(self, entry: Entry, config: JetConfig) -> Library:
        found = self.node.resources.get(config.set)
        if not isinstance(found, Library):
            raise EntryError(entry, "set", f"{config.set} is no set of templates", "name a template.set")
        return found


def _place(entry: Entry) -> tuple[EntryId, str]:
    """Give the set of a template and its name in it."""
    return EntryId.parse(str(entry.data["set"]), entry.id.ns), str(entry.meta.get("name") or entry.id.name)


def _engine(config: EngineConfig) -> Engine:
    given = {name: value for name, value in vars(config.delimiters).items() if value}
    return Engine(Delimiters(**given), tuple(config.extensions), dict(config.globals))
