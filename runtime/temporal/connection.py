"""A connection to a Temporal server, and the workers on it."""

from __future__ import annotations

import os
import socket
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from temporalio.client import Client as Sdk
from temporalio.service import KeepAliveConfig, RPCError, RPCStatusCode, TLSConfig

from runtime.binding import Failure, Kind
from runtime.supervisor.service import ServiceError
from runtime.temporal import log
from runtime.temporal.certificates import Credentials, credentials
from runtime.temporal.client import Client
from runtime.temporal.requests import Requests
from runtime.temporal.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from temporalio.service import WorkflowService

    from runtime.registry.entry import EntryId
    from runtime.temporal.bridge import Bridge
    from runtime.temporal.config import ClientConfig
    from runtime.temporal.work import Work

T = TypeVar("T")
_HEALTH_TIMEOUT = timedelta(seconds=5)
_MILLISECONDS = 1000


class TemporalConnection:
    """A connection that is there; `entry_id` is the temporal.client that it belongs to."""

    def __init__(self, bridge: Bridge, sdk: Sdk, entry_id: EntryId, config: ClientConfig) -> None:
        self._bridge = bridge
        self._sdk = sdk
        self._entry = entry_id
        self._config = config
        name = f"{entry_id} at {config.address}"
        self.client = Client(bridge, sdk, Requests(config.namespace, sdk.identity, config.tq_prefix), name)

    @classmethod
    def connect(cls, bridge: Bridge, node: Any, entry_id: EntryId, config: ClientConfig) -> TemporalConnection:
        """Connect; raise ServiceError with what to do when it cannot."""
        proof = credentials(entry_id, config, node.project.root)
        log.install()
        bridge.hold()
        try:
            sdk = bridge.run(_connect(config, proof))
        except RuntimeError as error:  # what core raises whatever is wrong, with its reason in the text
            bridge.release()
            raise ServiceError(
                f"{entry_id}: no Temporal server answers at {config.address} within {config.connection_timeout:g} s: "
                f"{log.core_text(error)}; {_remedy(config, str(error))}"
            ) from None
        except BaseException:
            bridge.release()
            raise
        return cls(bridge, sdk, entry_id, config)

    @property
    def namespace(self) -> str:
        """Where its workflows are."""
        return self._config.namespace

    def queue(self, name: str) -> str:
        """Give the name of a task queue at the server."""
        return self._config.tq_prefix + name

    def ask(self, request: Callable[[WorkflowService], Coroutine[Any, Any, T]], absent: str = "") -> T:
        """Ask the service; raise Failure when it refuses, with the text `absent` for what is not there."""
        try:
            return self._bridge.run(request(self._sdk.workflow_service))
        except RPCError as error:
            if error.status == RPCStatusCode.NOT_FOUND and absent:
                raise Failure(Kind.NOT_FOUND, absent) from None
            raise Failure(Kind.UNAVAILABLE, f"{self._entry}: {error.message or error.status.name}") from None

    def serve(self, work: Work) -> Worker:
        """Start a worker."""
        return Worker.start(self._bridge, self._sdk, work, self._config.tq_prefix)

    def check(self) -> None:
        """Ask the server whether it is well."""
        try:
            self._bridge.run(self._sdk.service_client.check_health(timeout=_HEALTH_TIMEOUT))
        except RPCError as error:
            raise ServiceError(
                f"{self._entry}: the Temporal server at {self._config.address} does not answer: {error.message}"
            ) from None

    def close(self) -> None:
        """Let go of the connection; it ends with the last of its users."""
        self._bridge.release()


async def _connect(config: ClientConfig, proof: Credentials) -> Sdk:
    return await Sdk.connect(
        config.address,
        namespace=config.namespace,
        api_key=proof.api_key,
        tls=_tls(proof) if proof.encrypted else False,
        keep_alive_config=KeepAliveConfig(
            round(config.keep_alive_time * _MILLISECONDS), round(config.keep_alive_timeout * _MILLISECONDS)
        ),
        connect_timeout=timedelta(seconds=config.connection_timeout),
        identity=f"{os.getpid()}@{socket.gethostname()}",
    )


def _tls(proof: Credentials) -> TLSConfig:
    return TLSConfig(
        server_root_ca_cert=proof.ca,
        domain=proof.server_name,
        client_cert=proof.certificate,
        client_private_key=proof.private_key,
    )


def _remedy(config: ClientConfig, reason: str) -> str:
    if "certificate" in reason.lower():
        return "see whether tls.ca_file is the authority of the server's certificate, and tls.server_name a name in it"
    if config.auth.type == "mtls" or (config.tls is not None and config.tls.enabled):
        return "see whether the server speaks TLS there, and takes this certificate"
    return "start one there ('temporal server start-dev'), correct 'address', or see whether it wants 'tls'"
