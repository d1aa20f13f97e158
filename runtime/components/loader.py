"""All entries of a project: its own and those of its modules, overridden, filtered and linked (guides/components)."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from runtime.components.modules import VOLUMES, modules_of
from runtime.components.packing import entries_of, open_pack
from runtime.components.wapp import PackError
from runtime.config import Config
from runtime.project import ProjectError
from runtime.registry.disable import without_disabled
from runtime.registry.loader import EntryReader
from runtime.registry.overrides import apply_overrides
from runtime.registry.problem import LoadError, Problem
from runtime.registry.requirements import link

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runtime.project import Project
    from runtime.registry.entry import Entry

log = logging.getLogger("wippy.registry")


def load_entries(project: Project, config: Config | None = None, overrides: Sequence[str] = ()) -> list[Entry]:
    """Read all entries of a project, in load order, and compose them; `overrides` are `-o` texts.

    Raise LoadError with everything that is wrong; where the configuration says `registry.bad_files: warn`, leave the
    files that have a problem out instead, with a warning for each.
    """
    config = config or Config(project.root)
    entries, problems = read_entries(project, config)
    if problems and config.choice("registry.bad_files", "error", ("error", "warn")) == "error":
        raise LoadError(problems)
    for problem in problems:
        log.warning("left out: %s", problem)
    return composed(entries, config, overrides)


def composed(entries: Sequence[Entry], config: Config, overrides: Sequence[str] = ()) -> list[Entry]:
    """Make of entries as they are written those that shall run: overridden, without the disabled ones, and linked.

    Overrides count twice, so that they reach requirements, and win over what requirements write.
    """
    entries = apply_overrides(entries, config, overrides)
    entries = link(without_disabled(entries, config))
    return apply_overrides(entries, config, overrides, lenient=True)


def read_entries(project: Project, config: Config | None = None) -> tuple[list[Entry], list[Problem]]:
    """Read what can be read of a project's entries and of its modules', and everything that is wrong with the rest."""
    reader = EntryReader([project.modules_dir.resolve(), project.state_dir.resolve()])
    for root in project.source_dirs:
        if root.is_dir():
            reader.read_tree(root)
        else:
            reader.problems.append(
                Problem(
                    project.lock_file,
                    0,
                    f"the source directory {root} does not exist",
                    "create it, or correct `directories.src`",
                )
            )
    if project.pack is not None:
        # It has the entries of all modules already, as they were when it was made.
        try:
            reader.take(entries_of(open_pack(project.pack), project.state_dir / VOLUMES))
        except PackError as error:
            raise ProjectError(str(error)) from None
        return list(reader.entries.values()), reader.problems
    modules, problems = modules_of(project, config or Config(project.root), list(reader.entries.values()))
    for module in modules:
        reader.take(module.entries)
    return list(reader.entries.values()), [*reader.problems, *problems]
