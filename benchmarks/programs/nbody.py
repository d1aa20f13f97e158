"""Float arithmetic on fields: a few planets attract one another."""

import math

Body = dict[str, float]


def bodies() -> list[Body]:
    return [
        {"x": 0.0, "y": 0.0, "z": 0.0, "vx": 0.0, "vy": 0.0, "vz": 0.0, "mass": 39.5},
        {"x": 4.84, "y": -1.16, "z": -0.10, "vx": 0.60, "vy": 2.81, "vz": -0.02, "mass": 0.037},
        {"x": 8.34, "y": 4.12, "z": -0.40, "vx": -1.01, "vy": 1.82, "vz": 0.008, "mass": 0.011},
        {"x": 12.89, "y": -15.11, "z": -0.22, "vx": 1.08, "vy": 0.86, "vz": -0.01, "mass": 0.0017},
    ]


def advance(bodies: list[Body], dt: float) -> None:
    for i in range(len(bodies)):
        a = bodies[i]
        for j in range(i + 1, len(bodies)):
            b = bodies[j]
            dx, dy, dz = a["x"] - b["x"], a["y"] - b["y"], a["z"] - b["z"]
            distance = dx * dx + dy * dy + dz * dz
            pull = dt / (distance * distance**0.5)
            a["vx"] = a["vx"] - dx * b["mass"] * pull
            a["vy"] = a["vy"] - dy * b["mass"] * pull
            a["vz"] = a["vz"] - dz * b["mass"] * pull
            b["vx"] = b["vx"] + dx * a["mass"] * pull
            b["vy"] = b["vy"] + dy * a["mass"] * pull
            b["vz"] = b["vz"] + dz * a["mass"] * pull
    for body in bodies:
        body["x"] = body["x"] + dt * body["vx"]
        body["y"] = body["y"] + dt * body["vy"]
        body["z"] = body["z"] + dt * body["vz"]


def work() -> int:
    moving = bodies()
    for _ in range(4000):
        advance(moving, 0.01)
    return math.floor(moving[0]["x"] * 1e9)
