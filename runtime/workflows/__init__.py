"""Durable workflows: Lua code that is replayed from what has been recorded of it, for two engines."""
