"""The kind queue.driver.amqp (documentation page system/queue)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Literal
from urllib.parse import urlsplit

from runtime.binding.failure import Failure
from runtime.registry.decode import Duration
from runtime.registry.errors import EntryError
from runtime.registry.kinds import KindHandler
from runtime.supervisor.lifecycle import Lifecycle
from runtime.supervisor.service import Service, ServiceError

if TYPE_CHECKING:
    from pika import Parameters

    from runtime.queues.amqp import AmqpDriver
    from runtime.registry.entry import Entry, EntryId

_NONE, _DELAY, _MAX_DELAY = Duration(0.0), Duration(1.0), Duration(30.0)


@dataclass(frozen=True)
class TlsConfig:
    """Certificates and the key are PEM text."""

    enabled: bool = False
    server_name: str = ""
    cert: str = ""
    key: str = ""
    ca: str = ""
    insecure_skip_verify: bool = False


@dataclass(frozen=True)
class AmqpConfig:
    """The data of queue.driver.amqp; seconds, 0 for what the broker or the client thinks fit."""

    url: str = "amqp://guest:guest@localhost:5672/"
    vhost: str = ""
    connection_name: str = ""
    auth_mechanism: Literal["PLAIN", "EXTERNAL", "AMQPLAIN"] = "PLAIN"
    heartbeat: Duration = _NONE
    connection_timeout: Duration = _NONE
    reconnect_delay: Duration = _DELAY
    reconnect_max_delay: Duration = _MAX_DELAY
    default_message_ttl: Duration = _NONE
    default_queue_ttl: Duration = _NONE
    default_queue_expiry: Duration = _NONE
    prefetch_count: int = 0
    frame_size: int = 0
    channel_max: int = 0
    tls: TlsConfig | None = None
    lifecycle: Lifecycle = field(default_factory=Lifecycle)


class Connected(Service):
    """Runs while the driver has a connection, or is busy getting it back."""

    def __init__(self, entry_id: EntryId, lifecycle: Lifecycle, driver: AmqpDriver) -> None:
        self.id = entry_id
        self.lifecycle = lifecycle
        self.driver = driver

    def start(self) -> None:
        """Connect."""
        try:
            self.driver.link.start()
        except Failure as failure:
            raise ServiceError(failure.message) from None

    def stop(self, timeout: float) -> None:  # noqa: ARG002  (a broker that does not answer is left after 5 s)
        """Close the connection."""
        self.driver.link.stop()


class AmqpDriverKind(KindHandler):
    """Runs queue.driver.amqp."""

    kinds: ClassVar[tuple[str, ...]] = ("queue.driver.amqp",)
    config: ClassVar[type] = AmqpConfig

    def check(self, entry: Entry, config: AmqpConfig) -> None:
        """Refuse an address that is none."""
        parts = urlsplit(config.url)
        if parts.scheme not in ("amqp", "amqps") or not parts.hostname:
            raise EntryError(entry, "url", "it is no address of a broker", "write amqp://user:password@host:5672/vhost")

    def create(self, entry: Entry, config: AmqpConfig) -> None:
        """Offer the driver; its service connects."""
        from runtime.queues.amqp import AmqpDriver, Defaults  # loads pika, which few applications need

        defaults = Defaults(
            config.default_message_ttl,
            config.default_queue_ttl,
            config.default_queue_expiry,
            config.prefetch_count,
            (max(config.reconnect_delay, 0.01), max(config.reconnect_max_delay, config.reconnect_delay)),
        )
        parts = urlsplit(config.url)
        where = f"{parts.hostname}:{parts.port or (5671 if parts.scheme == 'amqps' else 5672)}"
        driver = AmqpDriver(_parameters(entry, config), defaults, where)
        self.node.resources.put(entry.id, driver)
        self.node.supervisor.add(Connected(entry.id, config.lifecycle, driver))

    def update(self, old: Entry, new: Entry, _config: AmqpConfig) -> None:
        """Refuse another broker: the queues hold on to the driver."""
        if old.data != new.data:
            raise EntryError(
                new, "kind", "the driver of queues cannot change while it runs", "restart, or make another driver"
            )

    def delete(self, entry: Entry) -> None:
        """Close the connection; the queues stay at the broker."""
        self.node.supervisor.remove(entry.id)
        self.node.resources.get(entry.id).close()
        self.node.resources.remove(entry.id)


def _parameters(entry: Entry, config: AmqpConfig) -> Parameters:
    import pika

    try:
        made = pika.URLParameters(config.url)
        if config.vhost:
            made.virtual_host = config.vhost
        if config.heartbeat > 0:
            made.heartbeat = max(1, round(config.heartbeat))
        if config.connection_timeout > 0:
            made.socket_timeout = config.connection_timeout
            made.stack_timeout = config.connection_timeout
        if config.frame_size > 0:
            made.frame_max = config.frame_size
        if config.channel_max > 0:
            made.channel_max = config.channel_max
    except (ValueError, TypeError) as problem:
        raise EntryError(entry, "url", str(problem), "compare it with the documentation of pika") from None
    if config.connection_name:
        made.client_properties = {"connection_name": config.connection_name}
    if config.auth_mechanism == "EXTERNAL":
        made.credentials = pika.credentials.ExternalCredentials()
    if config.tls is not None and config.tls.enabled:
        made.ssl_options = pika.SSLOptions(_tls(entry, config.tls), config.tls.server_name or made.host)
    made.connection_attempts = 1
    return made


def _tls(entry: Entry, config: TlsConfig) -> object:
    import ssl
    import tempfile

    context = ssl.create_default_context(cadata=config.ca or None)
    if config.insecure_skip_verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if config.cert:
        with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:  # Python reads keys from files only
            file.write(f"{config.cert}\n{config.key}\n")
            file.flush()
            try:
                context.load_cert_chain(file.name)
            except ssl.SSLError as problem:
                raise EntryError(entry, "tls.cert", f"it does not fit the key: {problem}", "write PEM text") from None
    return context
