"""The data of temporal.client and temporal.worker (documentation page temporal/overview)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from runtime.registry.decode import Duration  # noqa: TC001  (decoding evaluates the annotations)
from runtime.registry.entry import EntryId  # noqa: TC001
from runtime.supervisor.lifecycle import Lifecycle

# A duration of 0 s leaves a choice to the engine.
_SIZE = 1000
_POLLERS = 20


@dataclass(frozen=True)
class Auth:
    """Who we are: nobody in particular, the bearer of a key, or of a certificate."""

    type: Literal["none", "api_key", "mtls"] = "none"
    api_key: str = ""
    api_key_file: str = ""
    cert_file: str = ""
    cert_pem: str = ""
    key_file: str = ""
    key_pem: str = ""

    def mistakes(self) -> list[tuple[str, str, str]]:
        """List what does not fit together: the field, the reason and the remedy."""
        found = []
        if self.type == "api_key":
            found += _one_of("auth.api_key", "key", {"api_key": self.api_key, "api_key_file": self.api_key_file})
        if self.type == "mtls":
            found += _one_of("auth.cert_file", "certificate", {"cert_file": self.cert_file, "cert_pem": self.cert_pem})
            found += _one_of("auth.key_file", "private key", {"key_file": self.key_file, "key_pem": self.key_pem})
        return found


def _one_of(path: str, what: str, sources: dict[str, str]) -> list[tuple[str, str, str]]:
    given = [name for name, value in sources.items() if value]
    names = " or ".join(sources)
    if not given:
        return [(path, f"the {what} is missing", f"give auth.{names}")]
    if len(given) > 1:
        return [(path, f"the {what} is given twice, as {' and '.join(given)}", f"give one, auth.{names}")]
    return []


@dataclass(frozen=True)
class Tls:
    """How the connection is encrypted; files are relative to the project."""

    enabled: bool = False
    ca_file: str = ""
    server_name: str = ""
    insecure_skip_verify: bool = False


@dataclass(frozen=True)
class HealthCheck:
    """Whether the server is asked now and then whether it is well."""

    enabled: bool = False
    interval: Duration = 30.0


@dataclass(frozen=True)
class ClientConfig:
    """The data of temporal.client; `tls` is None where nothing is said about it."""

    address: str
    namespace: str = "default"
    tq_prefix: str = ""
    connection_timeout: Duration = 10.0
    keep_alive_time: Duration = 30.0
    keep_alive_timeout: Duration = 10.0
    auth: Auth = field(default_factory=Auth)
    tls: Tls | None = None
    health_check: HealthCheck = field(default_factory=HealthCheck)
    lifecycle: Lifecycle = field(default_factory=Lifecycle)


@dataclass(frozen=True)
class WorkerOptions:
    """How a worker works; a 0 is no limit, or the engine's choice."""

    identity: str = ""
    max_concurrent_activity_execution_size: int = _SIZE
    max_concurrent_workflow_task_execution_size: int = _SIZE
    max_concurrent_local_activity_execution_size: int = _SIZE
    max_concurrent_session_execution_size: int = _SIZE
    max_concurrent_eager_activity_execution_size: int = 0
    max_concurrent_activity_task_pollers: int = _POLLERS
    max_concurrent_workflow_task_pollers: int = _POLLERS
    worker_activities_per_second: float = 0.0
    worker_local_activities_per_second: float = 0.0
    task_queue_activities_per_second: float = 0.0
    sticky_schedule_to_start_timeout: Duration = 5.0
    worker_stop_timeout: Duration = 0.0
    deadlock_detection_timeout: Duration = 0.0
    max_heartbeat_throttle_interval: Duration = 0.0
    default_heartbeat_throttle_interval: Duration = 0.0
    enable_logging_in_replay: bool = False
    enable_session_worker: bool = False
    disable_workflow_worker: bool = False
    local_activity_worker_only: bool = False
    disable_eager_activities: bool = False
    disable_registration_aliasing: bool = False
    deployment_name: str = ""
    build_id: str = ""
    use_versioning: bool = False
    default_versioning_behavior: Literal["", "pinned", "auto_upgrade"] = ""

    def mistakes(self) -> list[tuple[str, str, str]]:
        """List what cannot be: the field, the reason and the remedy."""
        found = [
            (name, "it is negative", "give a rate a second, or 0 for no limit")
            for name in _RATES
            if getattr(self, name) < 0
        ]
        found += [
            (name, "one is too few: a worker polls two queues for workflows", "give 2 or more")
            for name in _TASKS
            if getattr(self, name) == 1
        ]
        if self.disable_workflow_worker and self.local_activity_worker_only:
            found.append(
                ("local_activity_worker_only", "with disable_workflow_worker nothing is left to do", "set one of both")
            )
        if self.use_versioning and not (self.deployment_name and self.build_id):
            missing = "build_id" if self.deployment_name else "deployment_name"
            found.append((missing, "use_versioning needs it", "give deployment_name and build_id"))
        return [(f"worker_options.{name}", reason, remedy) for name, reason, remedy in found]


_RATES = ("worker_activities_per_second", "worker_local_activities_per_second", "task_queue_activities_per_second")
_TASKS = ("max_concurrent_workflow_task_pollers", "max_concurrent_workflow_task_execution_size")


@dataclass(frozen=True)
class WorkerConfig:
    """The data of temporal.worker."""

    client: EntryId
    task_queue: str
    worker_options: WorkerOptions = field(default_factory=WorkerOptions)
    lifecycle: Lifecycle = field(default_factory=Lifecycle)
