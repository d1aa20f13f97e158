"""A set of templates that know one another by name."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from runtime.templates.errors import MissingTemplateError
from runtime.templates.scope import Output, Scope
from runtime.templates.source import Delimiters
from runtime.templates.template import Template, read_template

if TYPE_CHECKING:
    from collections.abc import Mapping

EXTENSIONS = (".jet", ".html.jet", ".jet.html")


@dataclass(frozen=True)
class Engine:
    """How a set reads its templates, and the variables that all of them see."""

    delimiters: Delimiters = field(default_factory=Delimiters)
    extensions: tuple[str, ...] = EXTENSIONS
    globals: Mapping[str, Any] = field(default_factory=dict)
    development_mode: bool = False


class Library:
    """Templates by name; each is read once, when it is added."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._sources: dict[str, str] = {}
        self._read: dict[str, Template] = {}

    def configure(self, engine: Engine) -> None:
        """Read all templates anew in another way; raise TemplateError and change nothing when one cannot be read."""
        read = {name: read_template(name, source, engine.delimiters) for name, source in self._sources.items()}
        self._engine, self._read = engine, read

    def holds(self, name: str) -> bool:
        """Tell whether a name is taken."""
        return name in self._sources

    def put(self, name: str, source: str) -> None:
        """Add a template, or give it another text; raise TemplateError when it cannot be read."""
        self._read[name] = read_template(name, source, self._engine.delimiters)
        self._sources[name] = source

    def remove(self, name: str) -> None:
        """Take a template away."""
        self._sources.pop(name, None)
        self._read.pop(name, None)

    def find(self, name: str, asking: str = "") -> Template:
        """Give a template by its name, also with an extension, or relative to the one that asks for it."""
        for base in (name.lstrip("/"), posixpath.normpath(posixpath.join(posixpath.dirname(asking), name))):
            for candidate in (base, *(base + extension for extension in self._engine.extensions)):
                found = self._read.get(candidate)
                if found is not None:
                    return found
        raise MissingTemplateError(f"there is no template '{name}'")

    def render(self, name: str, data: Mapping[str, Any]) -> str:
        """Render a template; raise TemplateError."""
        template = self.find(name)
        output = Output()
        outermost = Scope(output, None, {}, self.find, dict(self._engine.globals))
        template.render(outermost.inner(variables=dict(data)))
        return "".join(output.pieces)
