"""Permutations of a small array: the most flips of pancakes, and a checksum."""


def fannkuch(n: int) -> int:
    p = list(range(n))
    s = list(range(n))
    sign, max_flips, total = 1, 0, 0
    while True:
        first = p[0]
        if first != 0:
            q = p[:]
            flips = 1
            while True:
                next_first = q[first]
                if next_first == 0:
                    total += sign * flips
                    max_flips = max(max_flips, flips)
                    break
                q[first] = first
                if first >= 3:
                    i, j = 1, first - 1
                    while i < j:
                        q[i], q[j] = q[j], q[i]
                        i, j = i + 1, j - 1
                first = next_first
                flips += 1
        if sign == 1:
            p[0], p[1] = p[1], p[0]
            sign = -1
        else:
            p[1], p[2] = p[2], p[1]
            sign = 1
            for i in range(2, n):
                if s[i] != 0:
                    s[i] -= 1
                    break
                if i == n - 1:
                    return total * 100 + max_flips
                s[i] = i
                p.insert(i + 1, p.pop(0))


def work() -> int:
    return fannkuch(8)
