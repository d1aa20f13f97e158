"""Measure the programs under our runtime, under lua5.3 and as Python, all in one run, and print the ratios.

    python benchmarks/run.py                    all programs, then the other figures
    python benchmarks/run.py fib sort           some of the programs only
    python benchmarks/run.py --repeat 9 --json  more repetitions, for a machine to read

A time is the CPU time of the best repetition, without compilation and start-up. All must give the same result, or
the run fails. Where lua5.3 is not installed its columns stay empty. The column `uncompiled` is our runtime as it is
without a C compiler, in one repetition: no bar applies to it. The other figures are those of the scripts in FIGURES.
"""

from __future__ import annotations

import argparse
import json
import math
import platform
import shutil
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from figures import Figure
from interpreted import interpreted
from measure import wrapped

HERE = Path(__file__).parent
PROGRAMS = HERE / "programs"
FIGURES = ("compile_speed.py", "artifacts.py", "startup.py")
# Of the geometric means.
TO_LUA_BAR, TO_PYTHON_BAR = 3.0, 1.5
LUA_DRIVER = """
for _ = 1, {repeat} do
  local start = os.clock()
  local result = work()
  print(os.clock() - start, result)
end
"""


@dataclass(frozen=True)
class Row:
    """One program's best times in seconds."""

    program: str
    ours: float
    lua: float | None
    python: float
    uncompiled: float

    @property
    def to_lua(self) -> float | None:
        """How many times as long as lua5.3 ours takes."""
        return None if self.lua is None else self.ours / self.lua

    @property
    def to_python(self) -> float:
        """How many times as long as plain Python ours takes."""
        return self.ours / self.python

    def ratios(self) -> dict[str, float | None]:
        """Give all ratios by name."""
        uncompiled = self.uncompiled / self.python
        return {"to_lua": self.to_lua, "to_python": self.to_python, "uncompiled_to_python": uncompiled}


def best_of_child(program: Path, repeat: int, environment: dict[str, str] | None = None) -> tuple[float, str]:
    """Measure a program in a fresh Python process."""
    command = [sys.executable, str(HERE / "measure.py"), str(program), str(repeat)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode != 0:
        raise SystemExit(f"{program.name} failed:\n{done.stdout}{done.stderr}")
    measured = json.loads(done.stdout)
    return min(measured["seconds"]), measured["result"]


def best_of_lua53(interpreter: str, program: Path, repeat: int) -> tuple[float, str]:
    """Measure a program under the reference interpreter."""
    source = wrapped(program) + LUA_DRIVER.replace("{repeat}", str(repeat))
    done = subprocess.run([interpreter, "-"], input=source, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{program.name} failed under {interpreter}:\n{done.stderr}")
    lines = [line.split("\t") for line in done.stdout.splitlines()]
    return min(float(seconds) for seconds, _ in lines), lines[-1][1]


def measure(name: str, repeat: int, interpreter: str | None, uncompiled_environment: dict[str, str]) -> Row:
    """Measure one program everywhere and check that the results agree."""
    program = PROGRAMS / f"{name}.lua"
    ours, result = best_of_child(program, repeat)
    python, python_result = best_of_child(program.with_suffix(".py"), repeat)
    uncompiled, uncompiled_result = best_of_child(program, 1, uncompiled_environment)
    results = {"ours": result, "python": python_result, "uncompiled": uncompiled_result}
    lua = None
    if interpreter is not None:
        lua, results["lua5.3"] = best_of_lua53(interpreter, program, repeat)
    if len(set(results.values())) > 1:
        raise SystemExit(f"{name}: the results differ: {results}")
    return Row(name, ours, lua, python, uncompiled)


def geometric_mean(ratios: list[float | None]) -> float | None:
    """Give the geometric mean, None where a ratio is missing."""
    known = [ratio for ratio in ratios if ratio is not None]
    return math.exp(sum(map(math.log, known)) / len(known)) if known and len(known) == len(ratios) else None


def show(value: float | None, width: int, digits: int, factor: float = 1) -> str:
    """Write a number right-aligned, a dash for none."""
    return ("-" if value is None else f"{value * factor:.{digits}f}").rjust(width)


def print_row(row: Row) -> None:
    times = [show(seconds, 9, 1, 1000) for seconds in (row.ours, row.lua, row.python)]
    ratios = f"{show(row.to_lua, 10, 2)}{show(row.to_python, 13, 2)}"
    uncompiled = f"{show(row.uncompiled, 12, 1, 1000)}{show(row.ratios()['uncompiled_to_python'], 19, 2)}"
    print(f"{row.program:<14}{''.join(times)}{ratios}{uncompiled}", flush=True)


def print_means(rows: list[Row]) -> None:
    mean = means(rows)
    ratios = f"{show(mean['to_lua'], 10, 2)}{show(mean['to_python'], 13, 2)}"
    print(f"{'geometric mean':<41}{ratios}{show(mean['uncompiled_to_python'], 31, 2)}")
    print(f"{'bar: at most':<41}{show(TO_LUA_BAR, 10, 2)}{show(TO_PYTHON_BAR, 13, 2)}")


def means(rows: list[Row]) -> dict[str, float | None]:
    """Give the geometric mean of each ratio."""
    return {name: geometric_mean([row.ratios()[name] for row in rows]) for name in rows[0].ratios()}


def figure(script: str) -> Figure:
    """Let a script measure its figure, in a process of its own."""
    command = [sys.executable, str(HERE / script), "--json"]
    measured = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
    del measured["holds"]
    return Figure(**measured)


def as_json(rows: list[Row], figures: list[Figure]) -> str:
    """Give all there is to know about a run."""
    report = {
        "programs": [{**asdict(row), **row.ratios()} for row in rows],
        "geometric_mean": means(rows),
        "bars": {"to_lua": TO_LUA_BAR, "to_python": TO_PYTHON_BAR},
        "figures": [seen.as_dict() for seen in figures],
        "python": platform.python_version(),
        "machine": platform.machine(),
    }
    return json.dumps(report, indent=2)


def main() -> None:
    names = sorted(path.stem for path in PROGRAMS.glob("*.lua"))
    parser = argparse.ArgumentParser(description="Measure the programs under our runtime, lua5.3 and Python.")
    parser.add_argument("program", nargs="*", help=f"which ones (all): {', '.join(names)}")
    parser.add_argument("--repeat", type=int, default=5, help="repetitions, of which the best counts (default: 5)")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    options = parser.parse_args()
    unknown = sorted(set(options.program) - set(names))
    if unknown:
        parser.error(f"no such program: {', '.join(unknown)}; there are: {', '.join(names)}")
    rows = measure_programs(options.program or names, options.repeat, quiet=options.json)
    figures = []
    for script in () if options.program else FIGURES:
        figures.append(figure(script))
        if not options.json:
            print(figures[-1].line(), flush=True)
    if options.json:
        print(as_json(rows, figures))


def measure_programs(names: list[str], repeat: int, *, quiet: bool) -> list[Row]:
    """Measure programs, and print each as it is done unless `quiet`."""
    interpreter = shutil.which("lua5.3")
    rows: list[Row] = []
    if not quiet:
        ratios = f"{'ours/lua':>10}{'ours/python':>13}{'uncompiled':>12}{'uncompiled/python':>19}"
        print(f"{'ms':<14}{'ours':>9}{'lua5.3':>9}{'python':>9}{ratios}")
    with interpreted() as environment:
        for name in names:
            rows.append(measure(name, repeat, interpreter, environment))
            if not quiet:
                print_row(rows[-1])
    if not quiet:
        print_means(rows)
    return rows


if __name__ == "__main__":
    main()
