"""Text taken apart by regular expressions."""

import re

DATE = re.compile(r"^(\d+)-(\d+)-(\d+)")
PAIR = re.compile(r"([a-zA-Z0-9]+)=([a-zA-Z0-9/]+)")
NUMBER = re.compile(r"\d+")


def work() -> int:
    line = "2024-05-17 12:30:00 level=info user=ann id=12345 path=/items/42 took=17ms"
    total, words = 0, 0
    for _ in range(4000):
        match = DATE.match(line)
        assert match is not None
        year, month, day = match.groups()
        total += int(year) + int(month) + int(day)
        for pair in PAIR.finditer(line):
            key, value = pair.groups()
            if key == "id":
                total += int(value)
            words += 1
        masked, n = NUMBER.subn("#", line)
        total += n + len(masked)
    return total + words
