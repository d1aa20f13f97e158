"""Measure one benchmark program in this process: `measure.py PROGRAM REPEAT`, with PROGRAM a `.lua` or a `.py`.

Prints one JSON object: `seconds`, the CPU time of each repetition, and `result`, what the work gave (as text). Run by
`run.py`, one process a program, so that no program warms or fragments the memory of another.
"""

from __future__ import annotations

import json
import runpy
import sys
import time
from pathlib import Path

# `work` is what the program returns; each repetition prints once before and once behind it.
DRIVER = """
for _ = 1, {repeat} do
  print("start")
  print(work())
end
"""


def measure_lua(program: Path, repeat: int) -> tuple[list[float], str]:
    """Run a Lua program under our runtime; its prints mark the times."""
    from runtime.code.standalone import run

    marks: list[tuple[float, str]] = []

    def mark(text: str) -> None:
        marks.append((time.process_time(), text.strip()))

    run(wrapped(program) + DRIVER.replace("{repeat}", str(repeat)), program.name, [], mark)
    times = [time_ for time_, _ in marks]
    return [end - start for start, end in zip(times[::2], times[1::2], strict=True)], marks[-1][1]


def wrapped(program: Path) -> str:
    """Give Lua source that runs a program and leaves what it returns in the local `work`."""
    return f"local work = (function()\n{program.read_bytes().decode('latin-1')}\nend)()\n"


def measure_python(program: Path, repeat: int) -> tuple[list[float], str]:
    """Run the Python twin of a program."""
    work = runpy.run_path(str(program))["work"]
    seconds = []
    result = None
    for _ in range(repeat):
        start = time.process_time()
        result = work()
        seconds.append(time.process_time() - start)
    return seconds, str(result)


def main(arguments: list[str]) -> None:
    program, repeat = Path(arguments[0]), int(arguments[1])
    measure = measure_lua if program.suffix == ".lua" else measure_python
    seconds, result = measure(program, repeat)
    print(json.dumps({"seconds": seconds, "result": result}))


if __name__ == "__main__":
    main(sys.argv[1:])
