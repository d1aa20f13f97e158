"""Many small tuples made, walked and dropped."""

from typing import Any

Tree = tuple[Any, Any]


def bottom_up(depth: int) -> Tree:
    if depth == 0:
        return None, None
    return bottom_up(depth - 1), bottom_up(depth - 1)


def check(tree: Tree) -> int:
    left, right = tree
    if left is None:
        return 1
    return 1 + check(left) + check(right)


def work() -> int:
    deepest = 11
    longest = bottom_up(deepest)
    total = 0
    for depth in range(4, deepest + 1, 2):
        for _ in range(1 << (deepest - depth + 2)):
            total += check(bottom_up(depth))
    return total + check(longest)
