"""The kinds queue.queue and queue.consumer."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar

from runtime.queues.consumer import Consumer, Work
from runtime.queues.queue import JSON, MSGPACK, Declaration, Driver, Queue, Wanted
from runtime.queues.retry import ATTEMPTS, DeadLetters, Retry
from runtime.registry.entry import Entry, EntryId  # noqa: TC001  (decoding evaluates the annotations)
from runtime.registry.errors import EntryError
from runtime.registry.kinds import KindHandler
from runtime.supervisor.lifecycle import Lifecycle

# With the short names that the guide writes. Bodies in memory are not encoded: the codec is for the other drivers.
_CODECS = {JSON: JSON, MSGPACK: MSGPACK, "json": JSON, "msgpack": MSGPACK}
_MAX_CONCURRENCY = 1000
_PREFETCH = 10
_MAX_PREFETCH = 10_000


@dataclass(frozen=True)
class DeadLetter:
    """Where messages go that have failed so often; 0 for the default."""

    queue: EntryId
    max_attempts: int = ATTEMPTS


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
    """The data of queue.consumer; `prefetch` is for drivers that fetch, for workers take from memory directly."""

    queue: EntryId
    func: EntryId
    concurrency: int = 1
    prefetch: int = _PREFETCH
    auto_ack: bool = False
    driver_options: dict[str, Any] = field(default_factory=dict)
    lifecycle: Lifecycle = field(default_factory=Lifecycle)


class QueueKind(KindHandler):
    """Runs queue.queue."""

    kinds: ClassVar[tuple[str, ...]] = ("queue.queue",)
    config: ClassVar[type] = QueueConfig

    def check(self, entry: Entry, config: QueueConfig) -> None:
        """Refuse an unknown codec."""
        if config.codec not in _CODECS:
            raise EntryError(entry, "codec", f"there is no codec '{config.codec}'", f"use {JSON} or {MSGPACK}")
        if config.dead_letter is not None and config.dead_letter.queue == entry.id:
            raise EntryError(entry, "dead_letter.queue", "it is the queue itself", "name another queue")

    def create(self, entry: Entry, config: QueueConfig) -> None:
        """Have the driver make the queue."""
        driver = self._driver(entry, config)
        try:
            queue = driver.declare(self._declaration(entry, config, driver))
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
            self.node.resources.get(new.id).configure(self._declaration(new, config, driver))
        except ValueError as error:
            raise EntryError(new, f"driver_options.{driver.name}", str(error)) from None

    def delete(self, entry: Entry) -> None:
        """Drop the queue, with the messages that are in memory only."""
        self.node.resources.get(entry.id).close()
        self.node.resources.remove(entry.id)

    def _driver(self, entry: Entry, config: QueueConfig) -> Driver:
        driver = self.node.resources.find(config.driver)
        if not isinstance(driver, Driver):
            raise EntryError(entry, "driver", f"{config.driver} is no driver of queues", "name a queue.driver.*")
        return driver

    def _declaration(self, entry: Entry, config: QueueConfig, driver: Driver) -> Declaration:
        options = self._options(entry, config, driver)
        dead = None
        if config.dead_letter is not None:
            target = config.dead_letter.queue
            dead = DeadLetters(str(target), partial(self._find, target), config.dead_letter.max_attempts or ATTEMPTS)
        name = config.queue_name or (entry.id.name if driver.short_names else str(entry.id))
        retry = Retry.of(str(entry.id), options, dead)
        return Declaration(str(entry.id), name, _CODECS[config.codec], options, retry)

    def _find(self, queue: EntryId) -> Queue | None:
        found = self.node.resources.find(queue)
        return found if isinstance(found, Queue) else None

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
        # Who fetches has at least one message for each worker.
        workers = max(1, config.concurrency)
        wanted = Wanted(max(config.prefetch, workers), config.driver_options)
        work = Work(config.queue, config.func, workers, config.auto_ack, wanted)
        self.node.supervisor.add(Consumer(self.node, entry.id, config.lifecycle, work))

    def update(self, _old: Entry, new: Entry, config: ConsumerConfig) -> None:
        """Put another consumer in the place of the old one, when its calls under way are done."""
        self.delete(new)
        self.create(new, config)

    def delete(self, entry: Entry) -> None:
        """Stop the consumer."""
        self.node.supervisor.remove(entry.id)
