"""Which parts of Python's standard library become cooperative in a process that runs a node.

Sockets, name resolution, TLS, sleeping and child processes do. Threads, locks, queues and selectors stay native:
libraries built on asyncio run their event loop in a native thread, and both kinds of loop live in one process only as
long as neither sees the other's threads and selectors.
"""

from __future__ import annotations

from gevent import monkey


def patch() -> None:
    """Make the standard library cooperative; call it once, after fork, before anything opens a socket."""
    monkey.patch_socket(dns=True)
    monkey.patch_ssl()
    monkey.patch_time()
    monkey.patch_os()
    monkey.patch_subprocess()
