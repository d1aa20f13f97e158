"""Sorting with a comparator."""

from functools import cmp_to_key

Item = dict[str, int]


def compare(a: Item, b: Item) -> int:
    if a["key"] != b["key"]:
        return -1 if a["key"] < b["key"] else 1
    return -1 if a["id"] < b["id"] else 1


def work() -> int:
    items: list[Item] = []
    seed = 42
    for i in range(1, 15001):
        seed = (seed * 1103515245 + 12345) % 2147483648
        items.append({"key": seed % 100000, "id": i})
    items.sort(key=cmp_to_key(compare))
    check = 0
    for i, item in enumerate(items, 1):
        check = (check * 31 + item["id"] * i) % 1000000007
    return check
