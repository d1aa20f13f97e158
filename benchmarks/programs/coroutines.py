"""Values passed out of generators."""

from collections.abc import Iterator


def numbers(n: int) -> Iterator[int]:
    yield from range(1, n + 1)


def work() -> int:
    total = 0
    for i in numbers(60000):
        total = total + i
    for _ in range(1000):
        total = total + next(numbers(1))
    return total
