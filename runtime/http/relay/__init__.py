"""Relays: connections of clients that are processes (documentation pages http/websocket-relay and http/sse)."""
