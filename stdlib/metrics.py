"""The `metrics` module: counters, gauges and histograms for Prometheus (page lua/system/metrics)."""

from __future__ import annotations

from runtime.binding import Module, Table, Text
from runtime.binding.text import decode
from runtime.metrics.collector import Collector

module = Module("metrics", classes=("io", "nondeterministic"))


def _collector() -> Collector:
    from runtime import node

    return node.current().metrics.of_applications


def _labels(table: Table | None) -> dict[str, str]:
    """Read labels; what is no string is left out."""
    if table is None:
        return {}
    return {
        decode(key): decode(value)
        for key, value in table.items()
        if isinstance(key, str) and isinstance(value, str) and key
    }


@module.function
def counter_inc(name: Text, labels: Table | None = None) -> bool:
    """Add one to a counter."""
    _collector().count(name, 1.0, _labels(labels))
    return True


@module.function
def counter_add(name: Text, value: float, labels: Table | None = None) -> bool:
    """Add to a counter."""
    _collector().count(name, value, _labels(labels))
    return True


@module.function
def gauge_set(name: Text, value: float, labels: Table | None = None) -> bool:
    """Set a gauge."""
    _collector().set(name, value, _labels(labels))
    return True


@module.function
def gauge_inc(name: Text, labels: Table | None = None) -> bool:
    """Add one to a gauge."""
    _collector().change(name, 1.0, _labels(labels))
    return True


@module.function
def gauge_dec(name: Text, labels: Table | None = None) -> bool:
    """Take one from a gauge."""
    _collector().change(name, -1.0, _labels(labels))
    return True


@module.function
def histogram(name: Text, value: float, labels: Table | None = None) -> bool:
    """Add an observation to a histogram."""
    _collector().observe(name, value, _labels(labels))
    return True
