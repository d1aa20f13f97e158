"""One service under supervision: its state, its restarts, its end."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import gevent
from gevent.event import Event

from runtime.durations import format_duration
from runtime.supervisor.service import Outcome, Service, ServiceError, State

if TYPE_CHECKING:
    from runtime.supervisor.environment import Environment

log = logging.getLogger("wippy.supervisor")


@dataclass
class Controller:
    """Runs one service in a greenlet of its own.

    `current` is the form that runs; `service` the one to use at the next start, which an update replaces.
    """

    service: Service
    environment: Environment
    state: State = State.UNKNOWN
    error: str = ""  # why the last attempt failed; empty once it runs
    attempts: int = 0  # starts since the last stable run
    current: Service | None = None
    changed_at: int = field(default_factory=time.time_ns)  # when it entered its state, in nanoseconds since 1970
    started_at: int = 0  # when it last began to run; 0 before that
    # Set when the first start has succeeded, or has failed for good.
    settled: Event = field(default_factory=Event)
    # Set when the service has run at least once.
    ran: Event = field(default_factory=Event)
    _leaving: Event = field(default_factory=Event)  # somebody asked for the end
    _greenlet: gevent.Greenlet[..., None] | None = None
    _started: Event = field(default_factory=Event)  # no start is under way

    @property
    def alive(self) -> bool:
        """Whether the service runs or is on its way, even if only to its next attempt."""
        return self._greenlet is not None and not self._greenlet.dead

    def report(self) -> dict[str, str | int]:
        """Tell how it stands (page lua/system/system)."""
        told: dict[str, str | int] = {
            "id": str(self.service.id),
            "status": str(self.state),
            "desired": str(State.RUNNING if self.alive and not self._leaving.is_set() else State.STOPPED),
            "retry_count": max(0, self.attempts - 1),
            "last_update": self.changed_at,
            "started_at": self.started_at,
        }
        return {**told, "details": self.error} if self.error else told

    def reset(self) -> None:
        """Forget how the last run ended, so that others can wait for the next; nothing for a service that is alive."""
        if not self.alive:
            self.attempts, self.error = 0, ""
            self.settled.clear()
            self.ran.clear()
            self._leaving.clear()

    def begin(self) -> None:
        """Start the service, unless it is alive already, or its end was asked for since `reset`."""
        if not self.alive and not self._leaving.is_set():
            self._greenlet = gevent.spawn(self._supervise)

    def refuse(self, reason: str) -> None:
        """Give up before the start."""
        self.error = reason
        self.settled.set()

    def _supervise(self) -> None:
        while True:
            outcome = self._attempt()
            if self._leaving.is_set():
                return
            if outcome.error is None or outcome.final:
                self._exited(outcome)
                return
            if not self._again(outcome.error):
                return

    def _attempt(self) -> Outcome:
        """Start the service once and wait for its end."""
        self.current = service = self.service
        self.attempts += 1
        self._enter(State.STARTING)
        self._started.clear()
        try:
            failure = self._start(service)
        finally:
            self._started.set()
        if failure is not None:
            return failure
        begun = self.environment.clock()
        self.error = ""
        self._enter(State.RUNNING)
        self.ran.set()
        self.settled.set()
        outcome = self._wait(service)
        if self.environment.clock() - begun >= service.lifecycle.stable_threshold:
            self.attempts = 0
        return outcome

    def _start(self, service: Service) -> Outcome | None:
        limit = service.lifecycle.start_timeout
        timeout = gevent.Timeout(limit if limit > 0 else None)
        try:
            with timeout:
                service.start()
        except gevent.Timeout as expired:
            if expired is not timeout:
                raise
            return Outcome(f"it did not start within {format_duration(limit)}: lifecycle.start_timeout")
        except ServiceError as error:
            return Outcome(str(error), final=error.final)
        except Exception as broken:
            log.exception("service %s failed to start", service.id)
            return Outcome(str(broken) or type(broken).__name__)
        return None

    def _wait(self, service: Service) -> Outcome:
        try:
            outcome = service.wait()
        except Exception as broken:
            log.exception("service %s cannot be watched", service.id)
            return Outcome(str(broken) or type(broken).__name__)
        if outcome is None:
            Event().wait()  # it never ends by itself: until `end` kills this greenlet
            raise AssertionError
        return outcome

    def _exited(self, outcome: Outcome) -> None:
        self.error = outcome.error or ""
        if outcome.error is not None:
            log.error("service %s ended for good: %s", self.service.id, outcome.error)
        self._enter(State.EXITED)
        self.settled.set()

    def _again(self, error: str) -> bool:
        """Wait for the next attempt; False when there shall be none."""
        self.error = error
        self._enter(State.FAILED)
        restart = self.service.lifecycle.restart
        if not restart.allows(self.attempts):
            log.error("service %s failed, after %d attempts for good: %s", self.service.id, self.attempts, error)
            self.settled.set()
            return False
        delay = restart.delay(max(1, self.attempts), self.environment.chance)
        log.warning("service %s failed; next attempt in %s: %s", self.service.id, format_duration(delay), error)
        self.environment.sleep(delay)
        return not self._leaving.is_set()

    def end(self) -> str | None:
        """Stop the service and give what went wrong in that, None when all was well."""
        self._leaving.set()
        greenlet = self._greenlet
        if greenlet is None or greenlet.dead:
            self.settled.set()
            return None
        limit = (self.current or self.service).lifecycle.stop_timeout
        if self.state is State.STARTING:
            self._started.wait(limit)
        error = None
        if self.state is State.RUNNING and self.current is not None:
            self._enter(State.STOPPING)
            error = self._stop(self.current, limit)
        greenlet.kill()
        self.error = error or ""
        self._enter(State.FAILED if error else State.STOPPED)
        self.settled.set()
        return error

    def _stop(self, service: Service, limit: float) -> str | None:
        # The service knows the limit; the second on top is for its own orderly failure.
        timeout = gevent.Timeout(limit + 1)
        try:
            with timeout:
                service.stop(limit)
        except gevent.Timeout as expired:
            if expired is not timeout:
                raise
            return f"it did not stop within {format_duration(limit)}: lifecycle.stop_timeout"
        except ServiceError as error:
            return str(error)
        except Exception as broken:
            log.exception("service %s failed to stop", service.id)
            return str(broken) or type(broken).__name__
        return None

    def _enter(self, state: State) -> None:
        if state is not self.state:
            self.state = state
            self.changed_at = time.time_ns()
            if state is State.RUNNING:
                self.started_at = self.changed_at
            log.debug("service %s is %s", self.service.id, state)
            self.environment.changed(self.service.id, state)
