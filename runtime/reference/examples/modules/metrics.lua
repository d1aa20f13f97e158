local metrics = require("metrics")

-- Shown on /metrics where `prometheus.address` is set.
print(metrics.counter_inc("orders_total", {status = "paid"})) --> true
print(metrics.gauge_set("queue_length", 12)) --> true
print(metrics.histogram("order_amount", 12.5, {currency = "EUR"})) --> true
