"""The access log: one record for each request that was answered, and for each that was refused."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from typing import Any

log = logging.getLogger("wippy.http.access")
_SAID = ("method", "target", "status")
# The key of a WSGI environment under which middleware names the parameter of the query whose value nobody may read.
HIDDEN = "wippy.hidden"


@dataclass(slots=True)
class Access:
    """What is told of a request: `target` as the client wrote it, `size` in bytes of body, `seconds` it took."""

    method: str
    target: str
    status: int
    client: str
    size: int = 0
    seconds: float = 0.0
    agent: str = ""

    @classmethod
    def to(cls, environ: dict[str, Any], status: int, size: int = 0, seconds: float = 0.0) -> Access:
        """Tell of a request by its WSGI environment, which knows the client that a trusted proxy named."""
        target = environ.get("RAW_URI") or environ.get("PATH_INFO", "")
        if HIDDEN in environ:
            target = re.sub(rf"([?&]{re.escape(environ[HIDDEN])}=)[^&#]*", r"\1***", target)
        agent = environ.get("HTTP_USER_AGENT", "")
        return cls(environ["REQUEST_METHOD"], target, status, environ.get("REMOTE_ADDR", ""), size, seconds, agent)

    def write(self, service: str) -> None:
        """Write the record: a message for people, and its parts as fields."""
        if not log.isEnabledFor(logging.INFO):
            return
        fields = {
            "service": service,
            "client": self.client,
            "method": self.method,
            "target": self.target,
            "status": self.status,
            "bytes": self.size,
            "ms": round(self.seconds * 1000, 1),
        }
        if self.agent:
            fields["agent"] = self.agent
        message = f"{self.method} {self.target} {self.status}"
        # PERF: `log.info` looks for the line that calls it, and copies what is extra: 3 of 13 us.
        record = logging.LogRecord(log.name, logging.INFO, __file__, 0, message, None, None)
        record.__dict__.update(fields=fields, said=_SAID)
        log.handle(record)
