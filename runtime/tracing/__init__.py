"""Traces for OpenTelemetry, which is installed with `wippy[otel]` (page guides/observability)."""
