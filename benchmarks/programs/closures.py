"""Closures made and called, variables shared by capture."""

from collections.abc import Callable


def counter(step: int) -> Callable[[], int]:
    n = 0

    def next_value() -> int:
        nonlocal n
        n = n + step
        return n

    return next_value


def work() -> int:
    total = 0
    for i in range(1, 40001):
        next_value = counter(i)
        next_value()
        next_value()
        total = total + next_value()
    return total
