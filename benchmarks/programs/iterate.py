"""Traversal of sequences and of maps."""


def work() -> int:
    values = [i for i in range(1, 1001)]  # noqa: C416
    named = {"key" + str(i): i for i in range(1, 1001)}
    total = 0
    for _ in range(150):
        for i, v in enumerate(values, 1):
            total = total + i * v
        for v in named.values():
            total = total + v
    return total
