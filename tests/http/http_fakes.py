"""A node in the small: real registry, kinds and HTTP; functions are Python callables that take the exchange."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gevent

from runtime.binding import Error, Failure, Kind
from runtime.files.kinds import DirectoryKind
from runtime.http.kinds import EndpointKind, RouterKind, ServiceKind, StaticKind
from runtime.http.services import HttpServices
from runtime.lua.calls import first
from runtime.lua.errors import LuaError
from runtime.metrics.metrics import Metrics
from runtime.process.completion import Completion, Outcome
from runtime.registry.entry import Entry, EntryId
from runtime.registry.kinds import KindTable
from runtime.registry.registry import Registry
from runtime.supervisor.supervisor import Supervisor


class Resources:
    def __init__(self):
        self.known = {}

    def put(self, id_, resource):
        self.known[id_] = resource

    def get(self, id_):
        if id_ not in self.known:
            raise Failure(Kind.NOT_FOUND, f"resource not found: {id_}")
        return self.known[id_]

    def remove(self, id_):
        self.known.pop(id_, None)


class Functions:
    """Handlers by entry id; each takes the exchange and gives the result of the call."""

    def __init__(self, handlers):
        self.handlers = handlers
        self.contexts = []

    def begin(self, target, args, context):
        self.contexts.append(context)
        if str(target) not in self.handlers:
            raise Failure(Kind.NOT_FOUND, f"no handler registered for target: {target}")
        return Call(self.handlers[str(target)], context.attachments["http"])


class Call:
    """Stands for the process of a call."""

    def __init__(self, handler, exchange):
        self.completion = Completion()
        self.greenlet = gevent.spawn(self.run, handler, exchange)

    def run(self, handler, exchange):
        try:
            results = handler(exchange)
        except Failure as failure:
            self.completion.set(Outcome(error=LuaError(failure.to_error())))
        except gevent.GreenletExit:
            raise
        except BaseException as broken:  # noqa: BLE001
            self.completion.set(Outcome(error=LuaError(Error(f"broken test: {broken!r}"))))
        else:
            self.completion.set(Outcome(first(results)))

    def terminate(self, message, kind):
        self.completion.set(Outcome(error=LuaError(Error(message, kind))))
        self.greenlet.kill(block=False)


class Node:
    def __init__(self, handlers: dict[str, Any] | None = None, root: Path = Path()):
        self.project = SimpleNamespace(root=root)
        self.functions = Functions(handlers or {})
        self.processes = SimpleNamespace(on_host=lambda _host: [])
        self.resources = Resources()
        self.supervisor = Supervisor()
        self.processes = SimpleNamespace(on_host=lambda _host: [])
        self.metrics = Metrics()
        self.tracing = None
        self.http = HttpServices(self)
        self.kinds = KindTable()
        for kind in (ServiceKind, RouterKind, EndpointKind, StaticKind, DirectoryKind):
            self.kinds.register(kind(self))
        self.registry = Registry(self.kinds)
        self.stopped = False

    def load(self, entries):
        self.registry.load(entries)
        return self

    def start(self):
        self.supervisor.start_all()

    def stop(self):
        self.stopped = True
        self.supervisor.stop_all()

    def application(self, service="app:gateway"):
        return self.http.application(EntryId.parse(service))


def entry(id_, kind, meta=None, **data):
    return Entry(EntryId.parse(id_), kind, meta or {}, data)


def service(id_="app:gateway", addr="127.0.0.1:0", **data):
    return entry(id_, "http.service", addr=addr, lifecycle={"auto_start": True}, **data)


def router(id_="app:api", prefix="", server="gateway", **data):
    return entry(id_, "http.router", {"server": server}, prefix=prefix, **data)


def endpoint(name, method, path, func=None, router_="api"):
    return entry(
        f"app:{name}", "http.endpoint", {"router": router_}, method=method, path=path, func=func or f"f_{name}"
    )


def static(name, path, fs, server="gateway", **options):
    return entry(f"app:{name}", "http.static", {"server": server}, path=path, fs=fs, static_options=options)


def site(handlers, *entries, root=Path()):
    """A node with one service and one router at the root; handlers are named as their entries are."""
    named = {f"app:f_{name}": handler for name, handler in handlers.items()}
    return Node(named, root).load([service(), router(), *entries])
