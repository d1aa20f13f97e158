"""Temporal's log records under our own names: those of its Python library, and those of its core."""

from __future__ import annotations

import logging

from temporalio.exceptions import FailureError
from temporalio.runtime import LogForwardingConfig, LoggingConfig, Runtime, TelemetryConfig, TelemetryFilter

_OURS = "wippy.temporal.sdk"


class _Handover(logging.Handler):
    """Hands records on to our own logger, without the Python tracebacks of errors that belong to users."""

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, FailureError):
            record.msg, record.args = f"{record.getMessage()}: {error}", ()
            record.exc_info = record.exc_text = None
        record.name = _OURS
        logging.getLogger(_OURS).handle(record)


def core_text(error: Exception) -> str:
    """Give what an error of core says in one line, without the frames of its own code that it lists."""
    return " ".join(str(error).partition("Stack backtrace")[0].split())


def install() -> None:
    """Take over the records of Temporal; from the second time on it changes nothing."""
    library = logging.getLogger("temporalio")
    if any(isinstance(handler, _Handover) for handler in library.handlers):
        return
    library.addHandler(_Handover())
    library.setLevel(logging.WARNING)
    library.propagate = False
    forwarding = LogForwardingConfig(
        logging.getLogger(f"{_OURS}.core"), append_target_to_name=False, prepend_target_on_message=False
    )
    core = LoggingConfig(TelemetryFilter(core_level="WARN", other_level="ERROR"), forwarding)
    Runtime.set_default(Runtime(telemetry=TelemetryConfig(logging=core)), error_if_already_set=False)
