"""Short strings made, collected and joined."""


def work() -> int:
    parts: list[str] = []
    for i in range(1, 150001):
        parts.append("item " + str(i) + ";")  # noqa: PERF401
    text = "".join(parts)
    upper = 0
    for i in range(1, 1001):
        upper += len(text[i - 1 : i + 20].upper())
    return len(text) + upper
