"""`wippy test`: runs the tests of a project, with reports for people, programs and CI."""

import importlib.util
import json
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer

from runtime.cli.commands import use_case_entries
from runtime.cli.console import CommandError, Settings, err, is_terminal, out
from runtime.cli.options import Directory, Overrides, Sets
from runtime.cli.run import Errand, Launch, run_errand
from runtime.project import PACK

_HELP = """Run the tests of a project.

Tests are functions with `meta: {type: test}`; the module wippy/test has what they are written with. Words are parts of
ids: only tests that have one of them run. Exit code 0 when all have passed, else 1.

\b
Example:  wippy test
          wippy test users orders
          wippy test --coverage --junit report.xml
"""
SYSTEM = "wippy.test"


@dataclass(frozen=True)
class TestErrand(Errand):
    """A run of the test runner; `results` collects what its events tell."""

    results: dict[str, Any] = field(default_factory=dict)

    def start(self, node: Any) -> None:
        """Listen to the runner and start it."""
        from runtime.binding import to_python

        def note(event: Any) -> None:
            self.results.update(to_python(event.data))

        node.events.subscribe(SYSTEM, "results", note)
        super().start(node)

    def target(self, node: Any) -> Any:
        """Find the runner: the command whose use case is `test`; a first word may be its name."""
        found = use_case_entries(node.registry.all(), "test")
        if not found:
            raise CommandError("the project has no tests to run; add the module wippy/test: `wippy add wippy/test`")
        named = [each for each in found if self.words and each.name == self.words[0]]
        if len(found) > 1 and not named:
            raise CommandError(f"several commands run tests: {', '.join(each.name for each in found)}; name one first")
        return (named or found)[0].entry


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("test", help=_HELP)(run_tests)


def run_tests(
    ctx: typer.Context,
    words: Annotated[list[str] | None, typer.Argument(metavar="[FILTER]...", help="Parts of ids of tests.")] = None,
    directory: Directory = None,
    overrides: Overrides = None,
    sets: Sets = None,
    host: Annotated[str | None, typer.Option("--host", metavar="NS:NAME", help="The terminal host.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the results as JSON.")] = False,
    junit: Annotated[Path | None, typer.Option("--junit", metavar="FILE", help="Write JUnit's XML to a file.")] = None,
    coverage: Annotated[bool, typer.Option("--coverage", help="Report which lines of Lua have run.")] = False,
    coverage_html: Annotated[
        Path | None, typer.Option("--coverage-html", metavar="DIR", help="Write pages about them; implies --coverage.")
    ] = None,
) -> None:
    """Run the tests."""
    settings: Settings = ctx.obj
    launch = Launch(
        tuple(settings.config), settings.sets(sets), tuple(overrides or ()), profiles=tuple(settings.profile)
    )
    words = words or []
    if words and words[0].endswith(PACK):
        directory, words = Path(words[0]), words[1:]
    flags = ["--json"] if as_json else [] if is_terminal(sys.stdout) else ["--plain"]
    errand = TestErrand((*flags, *words), host=host)
    with _measuring(settings, directory, wanted=coverage or coverage_html is not None, pages=coverage_html):
        code = run_errand(settings, directory, launch, errand)
    if as_json:
        out(json.dumps(errand.results, indent=2, ensure_ascii=False))
    if junit is not None:
        from runtime.cli.junit import write_junit

        write_junit(junit, errand.results)
    raise typer.Exit(code)


def _measuring(
    settings: Settings, directory: Path | None, *, wanted: bool, pages: Path | None
) -> AbstractContextManager[None]:
    if not wanted:
        return nullcontext()
    if importlib.util.find_spec("coverage") is None:
        raise CommandError("--coverage needs the package coverage: pip install coverage")

    @contextmanager
    def measure() -> Iterator[None]:
        import coverage

        from runtime.code.coverage import coverage_init

        root = settings.project(directory).root
        measured = coverage.Coverage(
            data_file=None,
            config_file=False,
            concurrency="gevent",
            plugins=[lambda registry: coverage_init(registry, {})],
            include=[f"{root}/**/*.lua", f"{root}/*.lua"],
        )
        measured.start()
        try:
            yield
        finally:
            measured.stop()
        _report(measured, pages)

    return measure()


def _report(measured: Any, pages: Path | None) -> None:
    import coverage

    try:
        measured.report(show_missing=True, file=sys.stderr)
        if pages is not None:
            measured.html_report(directory=str(pages))
            err(f"pages about coverage are in {pages}/index.html")
    except coverage.exceptions.NoDataError:
        err("no line of a Lua file has run; code that stands in YAML has no file to report on")
