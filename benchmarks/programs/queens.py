"""Backtracking over small arrays: boards of ten queens."""


def place(row: int, n: int, columns: list[bool], rising: list[bool], falling: list[bool]) -> int:
    if row > n:
        return 1
    found = 0
    for column in range(1, n + 1):
        up, down = row + column, row - column + n
        if not (columns[column] or rising[up] or falling[down]):
            columns[column] = rising[up] = falling[down] = True
            found = found + place(row + 1, n, columns, rising, falling)
            columns[column] = rising[up] = falling[down] = False
    return found


def work() -> int:
    return place(1, 10, [False] * 21, [False] * 21, [False] * 21)
