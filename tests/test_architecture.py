"""The rules of the architecture that a tool can check: who imports whom, and what files are called."""

from __future__ import annotations

import ast
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from compiler import abi
from runtime.lua import abi as provided
from runtime.lua.frames import ABI

ROOT = Path(__file__).parent.parent
PACKAGES = ("grammar", "compiler", "runtime", "stdlib")
COMPOSITION_ROOT = "runtime.node"


@dataclass(frozen=True)
class Import:
    """An import of `target`, a module or something in one; `lazy` when inside a function, where no circle can arise.

    Imports for type checkers alone are left out.
    """

    module: str
    line: int
    target: str
    lazy: bool

    def __str__(self) -> str:
        return f"{self.module}:{self.line} imports {self.target}"

    def reaches(self, *packages: str) -> bool:
        return any(self.target == package or self.target.startswith(package + ".") for package in packages)


class _Finder(ast.NodeVisitor):
    def __init__(self, module: str) -> None:
        self.module = module
        self.found: list[Import] = []
        self._depth = 0

    def visit_If(self, node: ast.If) -> None:
        if "TYPE_CHECKING" in ast.unparse(node.test):
            for part in node.orelse:
                self.visit(part)
        else:
            self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._depth += 1
        self.generic_visit(node)
        self._depth -= 1

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self._add(node.lineno, alias.name)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        assert not node.level, f"{self.module}:{node.lineno}: a relative import; write the full name of the module"
        for alias in node.names:
            self._add(node.lineno, f"{node.module}.{alias.name}")

    def _add(self, line: int, target: str) -> None:
        self.found.append(Import(self.module, line, target, self._depth > 0))


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def sources() -> dict[str, Path]:
    """Give the files of all packages by module name."""
    return {name_of(path): path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))}


@cache
def imports() -> tuple[Import, ...]:
    found: list[Import] = []
    for module, path in sources().items():
        finder = _Finder(module)
        finder.visit(ast.parse(path.read_text(), str(path)))
        found += finder.found
    return tuple(found)


def of(*packages: str) -> list[Import]:
    """List the imports in some packages."""
    return [
        found
        for found in imports()
        if any(found.module == package or found.module.startswith(package + ".") for package in packages)
    ]


def forbid(offences: list[Import], remedy: str) -> None:
    assert not offences, "\n".join([*map(str, offences), remedy])


def third_party(found: Import) -> bool:
    top = found.target.split(".")[0]
    return top not in sys.stdlib_module_names and top not in PACKAGES


# --- layers -----------------------------------------------------------------------------------------------------------


def test_the_grammar_stands_alone():
    forbid(
        [found for found in of("grammar") if found.reaches(*PACKAGES) or third_party(found)],
        "The grammar is data: move the code to the compiler.",
    )


def test_the_compiler_knows_the_grammar_and_itself():
    forbid(
        [found for found in of("compiler") if found.reaches("runtime", "stdlib")],
        "The compiler imports nothing of the others: pass what it needs as an argument, or name it in compiler/abi.py.",
    )
    forbid(
        [found for found in of("compiler") if third_party(found) and not found.reaches("lark")],
        "The compiler uses lark and the standard library: it must work without gevent, falcon and temporalio.",
    )


def test_the_value_model_stands_alone():
    forbid(
        [
            found
            for found in of("runtime.lua")
            if found.reaches(*PACKAGES) and not found.reaches("runtime.lua") and found.target != "runtime"
        ],
        "runtime.lua imports nothing else of the project: let the other side set a hook, as process.globals does.",
    )
    forbid(
        [
            found
            for found in of("runtime.lua")
            if third_party(found) and not found.reaches("greenlet", "cython", "Cython")
        ],
        "The value model uses the standard library and greenlet: waiting is for runtime.process.",
    )


def test_only_the_composition_root_knows_the_library():
    forbid(
        [found for found in of("runtime") if found.reaches("stdlib") and found.module != COMPOSITION_ROOT],
        f"Only {COMPOSITION_ROOT} imports stdlib: move what is needed into runtime and let stdlib declare it.",
    )


def test_only_the_command_line_knows_typer():
    forbid(
        [
            found
            for found in imports()
            if found.reaches("typer", "click") and not found.module.startswith("runtime.cli")
        ],
        "Only runtime/cli imports typer: raise an exception that runtime/cli turns into a message and an exit code.",
    )


def test_nobody_imports_the_command_line():
    forbid(
        [found for found in imports() if found.reaches("runtime.cli") and not found.module.startswith("runtime.cli")],
        "runtime/cli is on top of everything: move what others need to the capability that it belongs to.",
    )


def test_the_library_uses_public_faces_of_the_runtime():
    forbid(
        [found for found in of("stdlib") if found.reaches("compiler", "grammar")],
        "stdlib imports runtime only: the runtime compiles for it.",
    )
    forbid(
        [
            found
            for found in of("stdlib")
            if found.reaches("runtime") and any(part.startswith("_") for part in found.target.split("."))
        ],
        "stdlib uses public names only: if it needs a private one, extend the face of that runtime module.",
    )


def test_asyncio_is_at_the_bridge_only():
    forbid(
        [found for found in imports() if found.reaches("asyncio") and found.module != "runtime.temporal.bridge"],
        "asyncio runs behind one bridge module in a thread of its own; use gevent.",
    )


def test_temporal_is_behind_its_engine():
    forbid(
        [
            found
            for found in imports()
            if found.reaches("temporalio", "google.protobuf") and not found.module.startswith("runtime.temporal.")
        ],
        "Only runtime/temporal imports temporalio: ask through runtime.workflows.engine, which every engine has.",
    )


def test_no_module_imports_itself_by_a_detour():
    edges: dict[str, set[str]] = {module: set() for module in sources()}
    for found in imports():
        if not found.lazy:
            target = found.target if found.target in edges else found.target.rpartition(".")[0]
            if target in edges and target != found.module:
                edges[found.module].add(target)
    circle = find_circle(edges)
    assert not circle, (
        f"{' -> '.join(circle)}: move what both need to a third module, or import for the type checker only"
    )


def find_circle(edges: dict[str, set[str]]) -> list[str]:
    """Give a circle of modules, empty when there is none."""
    done: set[str] = set()
    path: list[str] = []

    def visit(module: str) -> list[str]:
        if module in path:
            return [*path[path.index(module) :], module]
        if module in done:
            return []
        path.append(module)
        for target in sorted(edges[module]):
            circle = visit(target)
            if circle:
                return circle
        path.pop()
        done.add(module)
        return []

    for module in sorted(edges):
        circle = visit(module)
        if circle:
            return circle
    return []


def test_circles_are_found():
    assert find_circle({"a": {"b"}, "b": {"c"}, "c": {"a"}}) == ["a", "b", "c", "a"]
    assert find_circle({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []


# --- the contract between compiled code and its helpers ---------------------------------------------------------------


def test_every_helper_that_compiled_code_names_is_provided_and_no_other():
    assert provided.ABI is ABI
    assert abi.HELPERS - ABI.keys() == set(), "runtime/lua/abi.py must provide these names of compiler.abi.HELPERS"
    assert ABI.keys() - abi.HELPERS == set(), "compiler.abi.HELPERS must name these, or runtime/lua/abi.py drop them"
    assert all(callable(helper) for helper in ABI.values())


# --- names ------------------------------------------------------------------------------------------------------------

WORN_OUT = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "misc"}


@pytest.mark.parametrize("module", sorted(sources()))
def test_a_module_is_called_after_its_subject(module):
    parts = set(module.split("."))
    assert not parts & WORN_OUT, f"{module}: name it after the one idea that it is about"


def test_the_compiler_and_the_value_model_run_without_the_rest():
    """What the parsed imports say holds when Python runs, too."""
    code = (
        "import sys, compiler.pipeline, runtime.lua.libraries\n"
        "loaded = {name.split('.')[0] for name in sys.modules}\n"
        "found = sorted(loaded & {'gevent', 'falcon', 'temporalio', 'typer', 'asyncio'})\n"
        "assert not found, found\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert run.returncode == 0, run.stderr
