"""Queues of messages, and the consumers that have functions work on them (documentation page system/queue)."""
