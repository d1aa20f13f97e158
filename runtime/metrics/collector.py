"""What was counted and measured, and its text for Prometheus (exposition format 0.0.4).

The text is written here and not by prometheus_client, which fixes the labels of a metric when it is made and renames
counters that do not end in `_total`; applications here do neither.
"""

from __future__ import annotations

import bisect
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from runtime.binding.failure import Failure
from runtime.lua.errors import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

COUNTER, GAUGE, HISTOGRAM = "counter", "gauge", "histogram"
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
# Sets of labels of one metric, and metrics: whoever puts ids of users into labels must not fill the memory.
MAX_SERIES = 10_000
MAX_METRICS = 10_000
_ODD = re.compile(r"[^a-zA-Z0-9_:]")
_ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})

Labels = tuple[tuple[str, str], ...]


@dataclass
class _Histogram:
    counts: list[int] = field(default_factory=lambda: [0] * (len(BUCKETS) + 1))
    total: float = 0.0


@dataclass
class _Metric:
    kind: str
    values: dict[Labels, float] = field(default_factory=dict)
    histograms: dict[Labels, _Histogram] = field(default_factory=dict)


class Collector:
    """The metrics of a node, by name."""

    def __init__(self) -> None:
        self._metrics: dict[str, _Metric] = {}

    def count(self, name: str, by: float = 1.0, labels: Mapping[str, str] | None = None) -> None:
        """Add to a counter; Invalid for less than nothing."""
        if not by >= 0:
            raise Failure(Kind.INVALID, f"a counter only grows: {by} cannot be added")
        metric, series = self._series(COUNTER, name, labels)
        metric.values[series] = metric.values.get(series, 0.0) + by

    def set(self, name: str, value: float, labels: Mapping[str, str] | None = None) -> None:
        """Set a gauge."""
        metric, series = self._series(GAUGE, name, labels)
        metric.values[series] = value

    def change(self, name: str, by: float, labels: Mapping[str, str] | None = None) -> None:
        """Add to a gauge."""
        metric, series = self._series(GAUGE, name, labels)
        metric.values[series] = metric.values.get(series, 0.0) + by

    def observe(self, name: str, value: float, labels: Mapping[str, str] | None = None) -> None:
        """Add an observation to a histogram."""
        metric, series = self._series(HISTOGRAM, name, labels)
        histogram = metric.histograms.setdefault(series, _Histogram())
        histogram.counts[bisect.bisect_left(BUCKETS, value)] += 1
        histogram.total += value

    def text(self) -> str:
        """Write all metrics for Prometheus."""
        lines: list[str] = []
        for name, metric in sorted(self._metrics.items()):
            lines.append(f"# TYPE {name} {metric.kind}")
            lines += [f"{name}{_labels(series)} {_number(value)}" for series, value in sorted(metric.values.items())]
            for series, histogram in sorted(metric.histograms.items(), key=lambda item: item[0]):
                lines += _histogram_lines(name, series, histogram)
        return "".join(f"{line}\n" for line in lines)

    def _series(self, kind: str, name: str, labels: Mapping[str, str] | None) -> tuple[_Metric, Labels]:
        clean = _name(name)
        metric = self._metrics.get(clean)
        if metric is None:
            if len(self._metrics) >= MAX_METRICS:
                raise Failure(Kind.INTERNAL, f"there are {MAX_METRICS} metrics already")
            metric = self._metrics[clean] = _Metric(kind)
        if metric.kind != kind:
            raise Failure(Kind.INVALID, f"the metric '{name}' is a {metric.kind} and no {kind}")
        series = tuple(sorted((_name(key).replace(":", "_"), value) for key, value in (labels or {}).items()))
        known = metric.histograms if kind == HISTOGRAM else metric.values
        if series not in known and len(known) >= MAX_SERIES:
            raise Failure(Kind.INTERNAL, f"the metric '{name}' has {MAX_SERIES} sets of labels already")
        return metric, series


def _name(name: str) -> str:
    """Replace what Prometheus does not allow in a name."""
    if not name:
        raise Failure(Kind.INVALID, "the name of a metric or label is required")
    clean = _ODD.sub("_", name)
    return f"_{clean}" if clean[0].isdigit() else clean


def _labels(series: Labels, *more: tuple[str, str]) -> str:
    pairs = [f'{name}="{value.translate(_ESCAPES)}"' for name, value in (*series, *more)]
    return "{" + ",".join(pairs) + "}" if pairs else ""


def _number(value: float) -> str:
    if value != value:
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "+Inf" if value > 0 else "-Inf"
    return str(int(value)) if value == int(value) and abs(value) < 1 << 53 else repr(value)


def _histogram_lines(name: str, series: Labels, histogram: _Histogram) -> list[str]:
    lines: list[str] = []
    below = 0
    for bound, count in zip([*map(_number, BUCKETS), "+Inf"], histogram.counts, strict=True):
        below += count
        lines.append(f"{name}_bucket{_labels(series, ('le', bound))} {below}")
    return [
        *lines,
        f"{name}_sum{_labels(series)} {_number(histogram.total)}",
        f"{name}_count{_labels(series)} {below}",
    ]
