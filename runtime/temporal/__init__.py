"""Workflows on a Temporal server: the engine of `temporal.client` entries whose address is one.

`temporalio` is imported by the modules that use it, and these by the first service that starts.
"""
