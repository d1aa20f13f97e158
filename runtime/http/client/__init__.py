"""Requests to other servers, over urllib3 on cooperative sockets."""
