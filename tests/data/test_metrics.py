"""The module metrics, and what Prometheus reads."""

from runtime.metrics import collector as limits
from runtime.metrics.metrics import Metrics


def test_what_lua_counts_is_what_prometheus_reads(run, lua):
    body = r"""
        metrics.counter_inc("requests_total", {method = "GET", number = 1})
        metrics.counter_add("requests_total", 2.5, {method = "GET"})
        metrics.counter_inc("test.counter-x")
        metrics.gauge_set("depth", 42, {queue = 'a"b\\c' .. "\n"})
        metrics.gauge_inc("open") metrics.gauge_inc("open") metrics.gauge_dec("open")
        metrics.histogram("seconds", 0.05) metrics.histogram("seconds", 99)
        local _, negative = metrics.counter_add("requests_total", -1)
        local _, other = metrics.gauge_set("requests_total", 1)
        local _, empty = metrics.counter_inc("")
        return negative, other, empty, metrics.counter_inc("2x", {["odd label"] = "ü"})
    """
    assert run("metrics", body) == ["Invalid", "Invalid", "Invalid", True]
    lines = lua.node.metrics.of_applications.text().splitlines()
    for line in (
        "# TYPE requests_total counter",
        'requests_total{method="GET"} 3.5',
        "test_counter_x 1",
        r'depth{queue="a\"b\\c\n"} 42',
        "open 1",
        'seconds_bucket{le="0.025"} 0',
        'seconds_bucket{le="0.05"} 1',
        'seconds_bucket{le="+Inf"} 2',
        "seconds_sum 99.05",
        "seconds_count 2",
        '_2x{odd_label="ü"} 1',
    ):
        assert line in lines


def test_labels_cannot_fill_the_memory(run, lua, monkeypatch):
    monkeypatch.setattr(limits, "MAX_SERIES", 3)
    body = """
        local err
        for i = 1, 4 do _, err = metrics.counter_inc("x", {user = tostring(i)}) end
        return err, metrics.counter_inc("x", {user = "1"})
    """
    assert run("metrics", body) == ["Internal", True]


def test_what_applications_count_is_served_beside_what_the_node_counts():
    metrics = Metrics()
    metrics.of_applications.count("hits")
    metrics.counter("served", "what was served").inc()
    assert "hits 1\n" in metrics.text()
    assert "served_total 1.0\n" in metrics.text()
