"""The kinds queue.driver.memory, queue.queue and queue.consumer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from runtime.queues.consumer import Consumer, Work
from runtime.queues.memory import MemoryDriver
from runtime.queues.queue import Driver
from runtime.registry.entry import Entry, EntryId  # noqa: TC001  (decoding evaluates the annotations)
from runtime.registry.errors import EntryError
from runtime.registry.kinds import Config, KindHandler
from runtime.supervisor.lifecycle import Lifecycle

# Short names as the guide writes them. Bodies in memory are not encoded: the codec is for drivers with a broker.
_CODECS = ("json/plain", "application/msgpack", "json", "msgpack")
_MAX_CONCURRENCY = 1000
_PREFETCH = 10
_MAX_PREFETCH = 10_000


@dataclass(frozen=True)
class DriverConfig:
    """The data of queue.driver.memory: none."""


@dataclass(frozen=True)
class DeadLetter:
    """Where failed messages shall go; accepted, and followed by no driver."""

    queue: EntryId
    max_attempts: int = 0


@dataclass(frozen=True)
class QueueConfig:
    """The data of queue.queue; `driver_options` has a part for each driver, by its name."""

    driver: EntryId
    codec: str = "json/plain"
    queue_name: str = ""
    driver_options: dict[str, Any] = field(default_factory=dict)
    dead_letter: DeadLetter | None = None


@dataclass(frozen=True)
class ConsumerConfig:
    """The data of queue.consumer; `prefetch` is for drivers with a broker, for workers take from memory directly."""

    queue: EntryId
    func: EntryId
    concurrency: int = 1
    prefetch: int = _PREFETCH
    auto_ack: bool = False
    lifecycle: Lifecycle = field(default_factory=Lifecycle)


class MemoryDriverKind(KindHandler):
    """Runs queue.driver.memory."""

    kinds: ClassVar[tuple[str, ...]] = ("queue.driver.memory",)
    config: ClassVar[type] = DriverConfig

    def create(self, entry: Entry, _config: Config) -> None:
        """Offer the driver."""
        self.node.resources.put(entry.id, MemoryDriver())

    def update(self, _old: Entry, _new: Entry, _config: Config) -> None:
        """Have nothing to change."""

    def delete(self, entry: Entry) -> None:
        """Withdraw the driver."""
        self.node.resources.remove(entry.id)


class QueueKind(KindHandler):
    """Runs queue.queue."""

    kinds: ClassVar[tuple[str, ...]] = ("queue.queue",)
    config: ClassVar[type] = QueueConfig

    def check(self, entry: Entry, config: QueueConfig) -> None:
        """Refuse an unknown codec."""
        if config.codec not in _CODECS:
            raise EntryError(entry, "codec", f"there is no codec '{config.codec}'", f"use {' or '.join(_CODECS[:2])}")

    def create(self, entry: Entry, config: QueueConfig) -> None:
        """Have the driver make the queue."""
        driver = self._driver(entry, config)
        options = self._options(entry, config, driver)
        try:
            queue = driver.declare(config.queue_name or str(entry.id), options)
        except ValueError as error:
            raise EntryError(entry, f"driver_options.{driver.name}", str(error)) from None
        self.node.resources.put(entry.id, queue)

    def update(self, old: Entry, new: Entry, config: QueueConfig) -> None:
        """Follow new options; the messages stay."""
        driver = self._driver(new, config)
        if old.lookup("driver") != new.lookup("driver"):
            raise EntryError(
                new, "driver", "the driver of a queue cannot change", "delete the entry and create it anew"
            )
        try:
            self.node.resources.get(new.id).configure(self._options(new, config, driver))
        except ValueError as error:
            raise EntryError(new, f"driver_options.{driver.name}", str(error)) from None

    def delete(self, entry: Entry) -> None:
        """Drop the queue with its messages."""
        self.node.resources.get(entry.id).close()
        self.node.resources.remove(entry.id)

    def _driver(self, entry: Entry, config: QueueConfig) -> Driver:
        driver = self.node.resources.find(config.driver)
        if not isinstance(driver, Driver):
            raise EntryError(entry, "driver", f"{config.driver} is no driver of queues", "name a queue.driver.memory")
        return driver

    def _options(self, entry: Entry, config: QueueConfig, driver: Driver) -> dict[str, Any]:
        options = config.driver_options.get(driver.name) or {}
        if not isinstance(options, dict):
            raise EntryError(entry, f"driver_options.{driver.name}", "it is no mapping", "write options below it")
        return options


class ConsumerKind(KindHandler):
    """Runs queue.consumer."""

    kinds: ClassVar[tuple[str, ...]] = ("queue.consumer",)
    config: ClassVar[type] = ConsumerConfig

    def check(self, entry: Entry, config: ConsumerConfig) -> None:
        """Refuse what is too much."""
        for name, most in (("concurrency", _MAX_CONCURRENCY), ("prefetch", _MAX_PREFETCH)):
            if getattr(config, name) > most:
                raise EntryError(entry, name, f"it is more than {most}", "choose a smaller number")

    def create(self, entry: Entry, config: ConsumerConfig) -> None:
        """Hand the consumer to the supervisor."""
        work = Work(config.queue, config.func, max(1, config.concurrency), config.auto_ack)
        self.node.supervisor.add(Consumer(self.node, entry.id, config.lifecycle, work))

    def update(self, _old: Entry, new: Entry, config: ConsumerConfig) -> None:
        """Put another consumer in the place of the old one, when its calls under way are done."""
        self.delete(new)
        self.create(new, config)

    def delete(self, entry: Entry) -> None:
        """Stop the consumer."""
        self.node.supervisor.remove(entry.id)
