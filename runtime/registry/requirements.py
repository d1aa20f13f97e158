"""Requirements: values that a namespace leaves open (ns.requirement), filled in by whoever uses it (ns.dependency).

A requirement names the places in entries where its value belongs; the value is the parameter of a dependency, else the
requirement's default (documentation page guides/components).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from runtime.registry.decode import decode
from runtime.registry.entry import Entry, EntryId  # noqa: TC001  (decoding evaluates the annotations)
from runtime.registry.errors import EntryError, RegistryError
from runtime.registry.overrides import write

if TYPE_CHECKING:
    from collections.abc import Sequence

log = logging.getLogger("wippy.registry")
REQUIREMENT = "ns.requirement"
DEPENDENCY = "ns.dependency"
APPEND = "+="


@dataclass(frozen=True)
class Target:
    """A place for a value: an entry, and the dotted path in it; `+=` behind the path adds to a list."""

    entry: EntryId
    path: str


@dataclass(frozen=True)
class RequirementConfig:
    """The data of ns.requirement; without a default somebody must give a value."""

    targets: tuple[Target, ...] = ()
    default: Any = None


@dataclass(frozen=True)
class Parameter:
    """A value for a requirement, by its name or its id."""

    name: str
    value: Any = None


@dataclass(frozen=True)
class DependencyConfig:
    """The data of ns.dependency, as far as it concerns requirements; `component` is organization/module."""

    component: str = ""
    parameters: tuple[Parameter, ...] = ()


@dataclass(frozen=True)
class _Dependency:
    entry: Entry
    config: DependencyConfig

    def fills(self, parameter: Parameter, requirement: Entry) -> bool:
        """Tell whether a parameter is meant for a requirement: by full id, or by name within the component's own."""
        namespace, colon, name = parameter.name.rpartition(":")
        if parameter.name == str(requirement.id):
            return True
        own = self.config.component.replace("/", ".")
        if name != requirement.id.name or (colon and namespace != own):
            return False
        return requirement.id.ns == own or requirement.meta.get("module") == self.config.component


def link(entries: Sequence[Entry]) -> list[Entry]:
    """Write the values of all requirements to where they belong; raise RegistryError for what contradicts itself.

    A requirement without a value, or with a place that does not exist, is warned of.
    """
    linker = _Linker(entries)
    for entry in entries:
        if entry.kind == REQUIREMENT:
            linker.fill(linker.by_id[entry.id])
    if linker.errors:
        raise RegistryError(linker.errors)
    return list(linker.by_id.values())


class _Linker:
    def __init__(self, entries: Sequence[Entry]) -> None:
        self.by_id = {entry.id: entry for entry in entries}
        self.errors: list[EntryError] = []
        self.dependencies: list[_Dependency] = []
        for entry in entries:
            if entry.kind == DEPENDENCY:
                config = self._decode(entry, DependencyConfig)
                if config is not None:
                    self.dependencies.append(_Dependency(entry, config))

    def _decode(self, entry: Entry, config: type[Any]) -> Any:
        try:
            return decode(entry, config)
        except EntryError as error:
            self.errors.append(error)
            return None

    def fill(self, requirement: Entry) -> None:
        config: RequirementConfig | None = self._decode(requirement, RequirementConfig)
        if config is None:
            return
        if not config.targets:
            remedy = "list `entry:` and `path:` of each place where the value belongs"
            self.errors.append(EntryError(requirement, "targets", "the requirement has no targets", remedy))
            return
        value = self._value(requirement, config.default)
        if value is None:
            log.warning("%s has no value: give the parameter '%s' in an ns.dependency", requirement.id, requirement.id)
            return
        for target in config.targets:
            self._write(requirement, target, value)

    def _value(self, requirement: Entry, default: Any) -> Any:
        """Give the value of a requirement; parameters of the application itself win over those of modules."""
        given = [
            (dependency.entry, parameter.value)
            for dependency in self.dependencies
            for parameter in dependency.config.parameters
            if dependency.fills(parameter, requirement)
        ]
        given = [(entry, value) for entry, value in given if not entry.meta.get("module")] or given
        if any(value != given[0][1] for _, value in given):
            told = ", ".join(f"{value!r} by {entry.id}" for entry, value in given)
            reason = f"different values are given for the requirement: {told}"
            self.errors.append(EntryError(requirement, "", reason, "give it one value"))
        return given[0][1] if given else default

    def _write(self, requirement: Entry, target: Target, value: Any) -> None:
        entry = self.by_id.get(target.entry)
        if entry is None:
            log.warning("%s cannot be filled in: there is no entry %s", requirement.id, target.entry)
            return
        path = target.path.strip()
        appends = path.endswith(APPEND)
        path = path.removesuffix(APPEND).strip().lstrip(".")
        if path in ("", "data", "meta"):
            reason = f"'{target.path}' is no path to a value of {target.entry}"
            self.errors.append(EntryError(requirement, "targets", reason, "write it as .host or .meta.router"))
            return
        if appends:
            known = entry.lookup(path)
            if known is not None and not isinstance(known, list):
                reason = f"{target.entry} has no list at '{path}' to add to"
                self.errors.append(EntryError(requirement, "targets", reason, f"remove {APPEND} to replace the value"))
                return
            value = [*(known or []), *([] if _listed(value, known) else [value])]
        self.by_id[entry.id] = write(entry, path, value)


def _listed(value: Any, known: list[Any] | None) -> bool:
    return any(str(item) == str(value) for item in known or ())
