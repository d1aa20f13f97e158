"""Float arithmetic in nested loops with a small function called in each: the spectral norm of an infinite matrix."""

import math


def a(i: int, j: int) -> float:
    ij = i + j
    return 1.0 / (ij * (ij + 1) * 0.5 + i + 1)


def times(x: list[float]) -> list[float]:
    y = []
    for i in range(len(x)):
        total = 0.0
        for j, value in enumerate(x):
            total += value * a(i, j)
        y.append(total)
    return y


def transposed_times(x: list[float]) -> list[float]:
    y = []
    for i in range(len(x)):
        total = 0.0
        for j, value in enumerate(x):
            total += value * a(j, i)
        y.append(total)
    return y


def work() -> int:
    u = [1.0] * 80
    for _ in range(10):
        v = transposed_times(times(u))
        u = transposed_times(times(v))
    uv = vv = 0.0
    for left, right in zip(u, v, strict=True):
        uv += left * right
        vv += right * right
    return math.floor((uv / vv) ** 0.5 * 1e9)
