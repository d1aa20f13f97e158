"""The supervisor: all services of a node, started and stopped in the order of what they need."""

from __future__ import annotations

import logging
import random
import time
from typing import TYPE_CHECKING, TypeAlias

import gevent

from runtime.supervisor.controller import Controller
from runtime.supervisor.dependencies import Dependencies, find_cycle, stop_levels
from runtime.supervisor.environment import Environment
from runtime.supervisor.service import Service, State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from runtime.registry.entry import EntryId

log = logging.getLogger("wippy.supervisor")

Listener: TypeAlias = "Callable[[EntryId, State], None]"


class SupervisorError(Exception):
    """Services could not start; `errors` has the reason for each, and the text a line for each."""

    def __init__(self, errors: dict[EntryId, str]) -> None:
        super().__init__("\n".join(f"service {service_id} {reason}" for service_id, reason in errors.items()))
        self.errors = errors


def _no_entries(_entry: EntryId) -> None:
    """Know no entry."""


class Supervisor:
    """Keeps services running.

    `references` gives what an entry refers to, None for an id that no entry has: the registry's knowledge. `clock`,
    `sleep` and `chance` are for tests. Without `leads`, services of which one node in several runs each are left to
    another node: `start_all` passes them over, and what needs them takes them as running.
    """

    def __init__(
        self,
        references: Callable[[EntryId], Iterable[EntryId] | None] = _no_entries,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = gevent.sleep,
        chance: random.Random | None = None,
    ) -> None:
        self._references = references
        self._environment = Environment(clock, sleep, chance or random.Random(), self._tell)  # noqa: S311  (jitter)
        self._controllers: dict[EntryId, Controller] = {}
        self._listeners: list[Listener] = []
        self.leads = True

    def add(self, service: Service) -> None:
        """Take a service into care without starting it; a known id gets a new form, effective at its next start."""
        known = self._controllers.get(service.id)
        if known is None:
            self._controllers[service.id] = Controller(service, self._environment)
        else:
            known.service = service

    def remove(self, service_id: EntryId) -> None:
        """Stop a service and forget it; an unknown id is no error. Blocks until it stopped."""
        controller = self._controllers.get(service_id)
        if controller is not None:
            self._log_failed_stop(service_id, controller.end())
            self._controllers.pop(service_id, None)

    def state(self, service_id: EntryId) -> State:
        """Give where a service stands; UNKNOWN for one that was never added."""
        controller = self._controllers.get(service_id)
        return controller.state if controller else State.UNKNOWN

    def states(self) -> dict[EntryId, State]:
        """Give where every service stands."""
        return {service_id: controller.state for service_id, controller in self._controllers.items()}

    def report(self, service_id: EntryId) -> dict[str, str | int] | None:
        """Tell how a service stands in words and numbers; None for an unknown one."""
        controller = self._controllers.get(service_id)
        return controller.report() if controller else None

    def error(self, service_id: EntryId) -> str:
        """Give why a service failed, empty when it did not."""
        controller = self._controllers.get(service_id)
        return controller.error if controller else ""

    def attempts(self, service_id: EntryId) -> int:
        """Count the starts of a service since its last stable run."""
        controller = self._controllers.get(service_id)
        return controller.attempts if controller else 0

    def subscribe(self, listener: Listener) -> None:
        """Have a function called with id and state at each change; it must not block."""
        self._listeners.append(listener)

    def start_all(self) -> None:
        """Start every `auto_start` service not started yet and what it needs; return when all required ones run.

        Each starts as soon as what it needs runs. Raise SupervisorError naming those that cannot start, and why; the
        others keep running. Optional services go on trying behind the scenes.
        """
        self._start(
            [
                service_id
                for service_id, controller in self._controllers.items()
                if controller.service.lifecycle.auto_start
                and controller.state is State.UNKNOWN
                and not self._is_elsewhere(service_id)
            ]
        )

    def start(self, service_id: EntryId) -> None:
        """Start one service and what it needs, as `start_all` does."""
        self._start([service_id])

    def _start(self, wanted: list[EntryId]) -> None:
        dependencies = self._dependencies()
        needs = {
            service_id: [name for name in names if not self._is_elsewhere(name)]
            for service_id, names in dependencies.closure(wanted).items()
            if service_id in wanted or not self._is_elsewhere(service_id)
        }
        cycle = find_cycle(needs)
        if cycle:
            ring = " -> ".join(str(name) for name in cycle)
            raise SupervisorError({cycle[0]: f"needs itself: {ring}; remove one of these dependencies"})
        for service_id in needs:
            # What did its work and exited has not to do it again for the sake of a newcomer.
            if service_id in wanted or self.state(service_id) is not State.EXITED:
                self._controllers[service_id].reset()
        starts = {
            service_id: gevent.spawn(self._start_one, service_id, needs[service_id], dependencies)
            for service_id in needs
        }
        gevent.joinall([start for service_id, start in starts.items() if not self._is_optional(service_id)])
        self._report([service_id for service_id, start in starts.items() if start.dead])

    def _report(self, settled: list[EntryId]) -> None:
        """Raise SupervisorError for the required services that did not start; log the optional ones."""
        errors = {}
        # Causes first: what was tried and failed, then what was not even tried for lack of it.
        for service_id in sorted(settled, key=lambda name: not self._controllers[name].attempts):
            controller = self._controllers[service_id]
            if controller.ran.is_set():
                continue
            reason = controller.error or "it was stopped while it started"
            if self._is_optional(service_id):
                log.warning("optional service %s did not start: %s", service_id, reason)
            else:
                errors[service_id] = f"did not start: {reason}"
        if errors:
            raise SupervisorError(errors)

    def _start_one(self, service_id: EntryId, needs: list[EntryId], dependencies: Dependencies) -> None:
        controller = self._controllers[service_id]
        missing = dependencies.of(controller.service)[1]
        if missing:
            controller.refuse(f"it requires {missing[0]}, which does not exist; correct lifecycle.requires")
            return
        for name in needs:
            needed = self._controllers[name]
            needed.settled.wait()
            if not needed.ran.is_set():
                controller.refuse(f"it needs {name}, which did not start")
                return
        if not controller.ran.is_set():
            controller.begin()
        controller.settled.wait()

    def _is_elsewhere(self, service_id: EntryId) -> bool:
        return not self.leads and self._controllers[service_id].service.singular

    def _is_optional(self, service_id: EntryId) -> bool:
        return self._controllers[service_id].service.lifecycle.startup == "optional"

    def stop(self, service_id: EntryId) -> None:
        """Stop one service; those that need it keep running."""
        self._log_failed_stop(service_id, self._controllers[service_id].end())

    def stop_all(self) -> dict[EntryId, str]:
        """Stop every service, those first that no other needs; give what went wrong, by service."""
        errors: dict[EntryId, str] = {}

        def stop(service_id: EntryId) -> None:
            error = self._controllers[service_id].end()
            self._log_failed_stop(service_id, error)
            if error:
                errors[service_id] = error

        for level in stop_levels(self._dependencies().closure(self._controllers)):
            gevent.joinall([gevent.spawn(stop, service_id) for service_id in level])
        return errors

    def _dependencies(self) -> Dependencies:
        services = {service_id: controller.service for service_id, controller in self._controllers.items()}
        return Dependencies(services, self._references)

    @staticmethod
    def _log_failed_stop(service_id: EntryId, error: str | None) -> None:
        if error:
            log.error("service %s did not stop as it should: %s", service_id, error)

    def _tell(self, service_id: EntryId, state: State) -> None:
        for listener in list(self._listeners):
            try:
                listener(service_id, state)
            except Exception:
                log.exception("a listener of the supervisor failed")
