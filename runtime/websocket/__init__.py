"""WebSocket connections (RFC 6455): wsproto knows the protocol, gevent's sockets carry it."""
