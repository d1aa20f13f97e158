"""Middleware of routers and of static files: what stands around their handlers (documentation page http/middleware)."""
