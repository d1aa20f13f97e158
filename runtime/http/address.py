"""Listen addresses: ":8080", "127.0.0.1:8080", "[::1]:8080"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

_MAX_PORT = 65535
_EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104


@dataclass(frozen=True)
class Address:
    """Where a server listens; an IPv6 host is without brackets, port 0 means any free one."""

    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> Address:
        """Read "host:port"; an empty host means every interface. Raise ValueError with the remedy."""
        host, colon, port = text.rpartition(":")
        if not colon or not port.isdigit() or int(port) > _MAX_PORT or (":" in host and not host.startswith("[")):
            raise ValueError(f'{text!r} is no address to listen on; write ":8080", "127.0.0.1:8080" or "[::1]:8080"')
        return cls(host.strip("[]") or _EVERYWHERE[0], int(port))

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def is_at(self, name: Any) -> bool:
        """Tell whether a socket with this name (`getsockname`) listens here."""
        return isinstance(name, tuple) and name[1] == self.port and (name[0] == self.host or self.host == "localhost")

    def url(self, scheme: str = "http") -> str:
        """Give the address as a browser on this machine would open it."""
        return f"{scheme}://{Address('localhost', self.port) if self.host in _EVERYWHERE else self}"
