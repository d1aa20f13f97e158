"""Complex arithmetic on locals only: which points of a grid stay bounded."""


def work() -> int:
    size, inside = 96, 0
    for row in range(size):
        for column in range(size):
            c = complex(2.0 * column / size - 1.5, 2.0 * row / size - 1.0)
            z, steps = 0j, 0
            while steps < 50 and abs(z) <= 2.0:
                z = z * z + c
                steps += 1
            if steps == 50:
                inside += 1
    return inside
