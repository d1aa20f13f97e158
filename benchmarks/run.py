"""Measure the programs under our runtime, under lua5.3 and as Python, all in one run, and print the ratios.

    python benchmarks/run.py                    all programs
    python benchmarks/run.py fib sort           some of them
    python benchmarks/run.py --repeat 9 --json  more repetitions, for a machine to read

A time is the CPU time of the best repetition, without compilation and start-up. The three must give the same result, or
the run fails. Where lua5.3 is not installed its columns stay empty.
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

from measure import wrapped

HERE = Path(__file__).parent
PROGRAMS = HERE / "programs"
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

    @property
    def to_lua(self) -> float | None:
        """How many times as long as lua5.3 ours takes."""
        return None if self.lua is None else self.ours / self.lua

    @property
    def to_python(self) -> float:
        """How many times as long as plain Python ours takes."""
        return self.ours / self.python


def best_of_child(program: Path, repeat: int) -> tuple[float, str]:
    """Measure a program in a fresh Python process."""
    command = [sys.executable, str(HERE / "measure.py"), str(program), str(repeat)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
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


def measure(name: str, repeat: int, interpreter: str | None) -> Row:
    """Measure one program everywhere and check that the results agree."""
    program = PROGRAMS / f"{name}.lua"
    ours, result = best_of_child(program, repeat)
    python, python_result = best_of_child(program.with_suffix(".py"), repeat)
    results = {"ours": result, "python": python_result}
    lua = None
    if interpreter is not None:
        lua, results["lua5.3"] = best_of_lua53(interpreter, program, repeat)
    if len(set(results.values())) > 1:
        raise SystemExit(f"{name}: the results differ: {results}")
    return Row(name, ours, lua, python)


def geometric_mean(ratios: list[float | None]) -> float | None:
    """Give the geometric mean, None where a ratio is missing."""
    known = [ratio for ratio in ratios if ratio is not None]
    return math.exp(sum(map(math.log, known)) / len(known)) if known and len(known) == len(ratios) else None


def show(value: float | None, width: int, digits: int, factor: float = 1) -> str:
    """Write a number right-aligned, a dash for none."""
    return ("-" if value is None else f"{value * factor:.{digits}f}").rjust(width)


def print_row(row: Row) -> None:
    times = [show(seconds, 9, 1, 1000) for seconds in (row.ours, row.lua, row.python)]
    print(f"{row.program:<12}{''.join(times)}{show(row.to_lua, 10, 2)}{show(row.to_python, 12, 2)}", flush=True)


def as_json(rows: list[Row]) -> str:
    """Give all there is to know about a run."""
    programs = [{**asdict(row), "to_lua": row.to_lua, "to_python": row.to_python} for row in rows]
    means = {
        "to_lua": geometric_mean([row.to_lua for row in rows]),
        "to_python": geometric_mean([row.to_python for row in rows]),
    }
    machine = {"python": platform.python_version(), "machine": platform.machine()}
    return json.dumps({"programs": programs, "geometric_mean": means, **machine}, indent=2)


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
    interpreter = shutil.which("lua5.3")
    if not options.json:
        print(f"{'ms':<12}{'ours':>9}{'lua5.3':>9}{'python':>9}{'ours/lua':>10}{'ours/python':>12}")
    rows = []
    for name in options.program or names:
        rows.append(measure(name, options.repeat, interpreter))
        if not options.json:
            print_row(rows[-1])
    if options.json:
        print(as_json(rows))
        return
    to_lua = geometric_mean([row.to_lua for row in rows])
    print(f"{'geometric mean':<39}{show(to_lua, 10, 2)}{show(geometric_mean([row.to_python for row in rows]), 12, 2)}")


if __name__ == "__main__":
    main()
