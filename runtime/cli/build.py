"""`wippy build`: compile the Lua code of all entries into the store of artifacts."""

import os
import re
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated

import typer

from compiler.artifact import ArtifactStore, cache_key
from compiler.errors import SourceError
from runtime.binding.text import encode
from runtime.cli.console import CommandError, Progress, Settings, err, out, show_warnings, style
from runtime.components.loader import composed, read_entries
from runtime.project import Project
from runtime.registry.entry import Entry
from runtime.registry.errors import EntryError
from runtime.registry.location import locate
from runtime.registry.problem import shown

LUA_KINDS = ("function.lua", "process.lua", "library.lua", "workflow.lua", "module.lua")
# Starting a worker process takes as long as compiling a few dozen files.
_WORTH_A_PROCESS = 40
_BLOCK = re.compile(r"\|[-+0-9]*\s*(#.*)?$")
_HELP = """Compile the Lua code of a project.

Files that did not change since the last build are not compiled again. Every error of every file is shown; the exit code
is 1 if there is one.

\b
Example:  wippy build
          wippy build --dir ./shop --jobs 4
          wippy build --check
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("build", help=_HELP)(build)


def build(
    ctx: typer.Context,
    directory: Annotated[Path | None, typer.Option("--dir", help="The project, if not the current one.")] = None,
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=0, help="Processes to use; 0 is one a core.")] = 0,
    check: Annotated[bool, typer.Option("--check", help="Compile, but write nothing.")] = False,
    print_key: Annotated[bool, typer.Option("--print-key", help="Print what a CI cache depends on, and exit.")] = False,
) -> None:
    """Compile a project."""
    if print_key:
        out(cache_key())
        return
    settings: Settings = ctx.obj
    show_warnings(settings)
    if directory is not None and not directory.is_dir():
        raise CommandError(f"there is no directory {directory}; check --dir")
    project = settings.project(directory)
    began = time.monotonic()
    result = build_project(project, settings, jobs=jobs or len(os.sched_getaffinity(0)), write=not check)
    for text in result.errors:
        err(text)
    failed = f"failed {len(result.errors)}"
    failed = style(failed, "red") if result.errors else failed
    out(f"compiled {result.compiled}, reused {result.reused}, {failed} in {time.monotonic() - began:.1f} s")
    if result.errors:
        raise typer.Exit(1)


@dataclass
class Result:
    """What a build did; `errors` are ready to be shown."""

    compiled: int = 0
    reused: int = 0
    errors: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Job:
    """One chunk to compile: `source` is a string of bytes; without a `store` nothing is written."""

    name: str
    source: str
    key: str
    store: Path | None


def build_project(project: Project, settings: Settings, *, jobs: int, write: bool) -> Result:
    """Compile every Lua entry of a project."""
    result = Result()
    entries, problems = read_entries(project)
    result.errors.extend(str(problem) for problem in problems)
    store = ArtifactStore(artifact_dir(project))
    waiting: dict[str, tuple[Job, Entry]] = {}
    # An override may name an entry of a file that could not be read; that file's own error matters more.
    lua = entries if problems else composed(entries, settings.configuration(project))
    for entry in [entry for entry in lua if entry.kind in LUA_KINDS]:
        source = entry.lookup("source")
        if not isinstance(source, str):
            remedy = "add `source: file://name.lua`, or the code itself"
            result.errors.append(str(EntryError(entry, "source", "the entry has no Lua code", remedy)))
            continue
        name, code = str(entry.id), encode(source)
        key = store.key(code, name)
        if store.load(key) is not None:
            result.reused += 1
        else:
            waiting[name] = (Job(name, code, key, store.directory if write else None), entry)
    for name, error in _compile([job for job, _ in waiting.values()], jobs):
        if error is None:
            result.compiled += 1
        else:
            result.errors.append(render(error, waiting[name][1]))
    return result


def artifact_dir(project: Project) -> Path:
    """Give where the compiled chunks of a project are kept."""
    return project.state_dir / "artifacts"


def _compile(jobs: Sequence[Job], processes: int) -> Iterator[tuple[str, SourceError | None]]:
    """Compile chunks, in processes if there are many, and give each name with what is wrong with it, in order."""
    progress = Progress("compiling", len(jobs))
    processes = min(processes, len(jobs) // _WORTH_A_PROCESS)
    try:
        if processes > 1:
            with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
                for done in pool.map(compile_job, jobs, chunksize=8):
                    progress.step()
                    yield done
        else:
            for job in jobs:
                done = compile_job(job)
                progress.step()
                yield done
    except BrokenProcessPool:
        raise CommandError("a process of the build was ended from outside, perhaps for lack of memory") from None
    finally:
        progress.clear()


def compile_job(job: Job) -> tuple[str, SourceError | None]:
    """Compile one chunk and store it."""
    from compiler.pipeline import compile_chunk

    try:
        chunk = compile_chunk(job.source, job.name)
    except SourceError as error:
        return job.name, error
    if job.store is not None:
        try:
            ArtifactStore(job.store).save(job.key, chunk)
        except OSError as error:
            raise CommandError(f"{error.filename or job.store} cannot be written: {error.strerror}") from None
    return job.name, None


def render(error: SourceError, entry: Entry) -> str:
    """Show a compile error with the file and line where the code stands, be it a file of its own or a block in YAML."""
    origin = entry.origin
    if origin is None:
        return error.render(str(entry.id))
    if "source" in origin.files:
        return error.render(shown(origin.files["source"]))
    place = locate(entry, "source")
    path, _, line = place.rpartition(":")
    try:
        lines = origin.file.read_text(encoding="utf-8").split("\n")
        if _BLOCK.search(lines[int(line) - 1]):
            raw = encode(lines[int(line) + error.line - 1])
            indent = max(0, raw.find(error.source_line))
            moved = SourceError(error.message, error.name, int(line) + error.line, error.column + indent, raw)
            return moved.render(path)
    except (OSError, ValueError, IndexError):
        pass  # the file changed meanwhile, or is of another form: name the entry instead
    return error.render(f"{place} ({entry.id})")
