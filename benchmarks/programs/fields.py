"""Fields of a record read and written, the record being a dict."""


def work() -> int:
    p = {"x": 0, "y": 1, "steps": 0}
    for _ in range(500000):
        p["x"] = p["x"] + p["y"]
        p["steps"] = p["steps"] + 1
    return p["x"] + p["steps"]
