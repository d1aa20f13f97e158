"""The node as the code of a workflow sees it: calls become activities, starts children, messages signals.

Each name is that of what stands in the same place of a real node, for the modules of Lua do not know where they run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from runtime.binding import Failure, Kind
from runtime.functions.service import result_of, target_id
from runtime.lua.errors import Error, LuaError
from runtime.process import events
from runtime.process.completion import Completion, Outcome
from runtime.process.pid import Pid
from runtime.process.tasks import ProcessExit
from runtime.workflows import commands, data, headers, options
from runtime.workflows.activation import ActivityResolved, CancelSent, ChildResolved, ChildStarted, Failed, SignalSent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from runtime.lua.types import LuaValue
    from runtime.process.context import CallContext
    from runtime.process.message import Envelope
    from runtime.process.process import Process
    from runtime.process.processes import SpawnRequest
    from runtime.registry.entry import EntryId
    from runtime.workflows.activation import Problem, Result
    from runtime.workflows.run import Run

UPDATE_HOST = "update"  # of the pid that stands for whoever made an update request


class Surroundings:
    """What a process asks of its node, answered from a history."""

    def __init__(self, node: Any, run: Run) -> None:
        self.scheduler = node.scheduler
        self.code = node.code
        self.decide = node.decide
        self.policies = node.policies
        self.functions = Activities(run)
        self.processes = Others(node, run)


class Activities:
    """Functions, which run outside of the workflow."""

    def __init__(self, run: Run) -> None:
        self._run = run

    def call(
        self, target: EntryId | str, args: Sequence[LuaValue], context: CallContext, *, options: Mapping[str, Any]
    ) -> LuaValue:
        """Call a function and wait for its result; raise Failure when it fails."""
        return result_of(self.begin(target, args, context, options=options).completion.wait())

    def begin(
        self, target: EntryId | str, args: Sequence[LuaValue], context: CallContext, *, options: Mapping[str, Any]
    ) -> Activity:
        """Start a call, without waiting."""
        return Activity(self._run, str(target_id(target)), data.encode_all(args), context, options)


class Activity:
    """An activity under way."""

    def __init__(
        self, run: Run, name: str, arguments: tuple[bytes, ...], context: CallContext, given: Mapping[str, Any]
    ) -> None:
        self._run = run
        self.completion = Completion()
        self._seq = run.number("activity")
        wanted = options.activity_options(given)
        run.expect("activity", self._seq, self._resolve)
        run.ask(commands.ScheduleActivity(self._seq, name, arguments, headers.headers_of(context), wanted))

    def _resolve(self, job: ActivityResolved) -> None:
        self.completion.set(outcome_of(job.result))

    def terminate(self, message: str, kind: str) -> None:
        """Ask it to end, and wait no longer."""
        if self.completion.outcome is None and not self._run.process.ending:
            self._run.ask(commands.CancelActivity(self._seq))
            self.completion.set(Outcome(error=LuaError(Failure(kind, message).to_error())))


class Child:
    """A child workflow."""

    def __init__(self, run: Run, request: SpawnRequest, workflow_type: str) -> None:
        self._run = run
        self._request = request
        self._seq = run.number("child")
        self.completion = Completion()
        self._started = Completion()
        unique = options.workflow_id(request) or f"{run.start.run_id}_{self._seq}"
        # Children run with their parent, whatever host is named: programs write the task queue there, too.
        self.pid = Pid("", str(run.host), unique)
        run.expect("start", self._seq, self._start)
        run.expect("child", self._seq, self._resolve)
        run.ask(
            commands.StartChild(
                self._seq,
                workflow_type,
                unique,
                data.encode_all(request.arguments),
                headers.headers_of(request.context),
                options.start_options(request.options),
            )
        )
        for envelope in request.messages:
            send(run, self.pid, envelope)

    def await_start(self) -> None:
        """Wait until it runs; raise Failure when it cannot be started."""
        result_of(self._started.wait())

    def _start(self, job: ChildStarted) -> None:
        if job.problem is None:
            self._started.set(Outcome())
            return
        self._run.forget("child", self._seq)
        self._started.set(_failed(job.problem))

    def _resolve(self, job: ChildResolved) -> None:
        outcome = outcome_of(job.result)
        self.completion.set(outcome)
        if not self._request.awaited:
            self._run.process.deliver(events.exit_event(events.EXIT, self.pid, outcome))


class Others:
    """The processes and workflows that a workflow knows by their pid."""

    def __init__(self, node: Any, run: Run) -> None:
        self._node = node
        self._run = run
        self.topology = self.names = Refusal()

    def spawn(self, request: SpawnRequest) -> Child:
        """Start a child workflow and wait until it runs."""
        child = Child(self._run, request, self._node.workflows.type_of(request.entry))
        child.await_start()
        return child

    def upgrade(self, process: Process, entry: EntryId, arguments: Sequence[LuaValue]) -> NoReturn:
        """Go on as a new run, of the same workflow type or another one, with an empty history."""
        run = self._run
        workflow_type = run.start.type if entry == run.entry else self._node.workflows.type_of(entry)
        process.mailbox.begin_anew()
        passed = headers.with_messages(headers.headers_of(process.context), process.mailbox.waiting)
        run.go_on_as(commands.ContinueAsNew(workflow_type, data.encode_all(arguments), passed))
        raise ProcessExit

    def ended(self, process: Process) -> None:
        """Take note that the code has ended."""
        self._run.ended(process.outcome)

    def resolve(self, destination: str) -> Pid:
        """Read a pid; names are known to their node only, and not to a history."""
        pid = Pid.parse(destination)
        if pid is None:
            raise Failure(Kind.NOT_FOUND, f"'{destination}' is no pid, and a workflow cannot look names up")
        return pid

    def receiver(self, destination: str) -> Other:
        """Give what a pid stands for."""
        return self.find(self.resolve(destination))

    def find(self, pid: Pid) -> Other:
        """Give what a pid stands for; whether it lives shows when something is sent."""
        return Other(self._node, self._run, pid)

    def cancel(self, target: Pid, _sender: Pid | None, reason: str) -> None:
        """Ask a process or workflow to end."""
        self.find(target).cancel(reason)

    def monitor(self, _watcher: Pid, _target: Other) -> NoReturn:
        """Refuse, for nothing but children can be watched, and they are."""
        raise Failure(
            Kind.INVALID,
            "not supported in workflow context: a workflow watches its children, by itself, and nobody else",
        )

    link = monitor


class Other:
    """A process or workflow outside of this one."""

    def __init__(self, node: Any, run: Run, pid: Pid) -> None:
        self.pid = pid
        self._node = node
        self._run = run

    def deliver(self, envelope: Envelope) -> None:
        """Send a message; wait until it has arrived where that is recorded."""
        if self.pid == self._run.process.pid:
            self._run.process.deliver(envelope)
        elif self.pid.host == UPDATE_HOST:
            self._answer(self.pid.unique, envelope)
        elif self._node.workflows.hosts_workflows(self.pid):
            signal = send(self._run, self.pid, envelope)
            result_of(signal.wait())
        else:
            self._run.ask(commands.Deliver(str(self.pid), envelope.topic, data.encode_all(envelope.values)))

    def _answer(self, update: str, envelope: Envelope) -> None:
        """Answer an update request (semantics section 8): taken, refused, done or failed."""
        value = envelope.raw()
        run = self._run
        if envelope.topic == "ack":
            run.ask(commands.AcceptUpdate(update))
        elif envelope.topic == "nak":
            run.ask(commands.RejectUpdate(update, data.problem_of(_as_error(value, "the update was rejected"))))
        elif envelope.topic == "ok":
            run.ask(commands.CompleteUpdate(update, data.encode(value)))
        elif envelope.topic == "error":
            problem = data.problem_of(_as_error(value, "the update failed"))
            run.ask(commands.CompleteUpdate(update, problem=problem))
        else:
            raise Failure(
                Kind.INVALID, f"an update is answered with ack, nak, ok or error, and not with '{envelope.topic}'"
            )

    def cancel(self, reason: str) -> None:
        """Ask it to end."""
        if not self._node.workflows.hosts_workflows(self.pid):
            raise Failure(Kind.INVALID, f"a workflow can cancel workflows only, and {self.pid} is a process")
        run = self._run
        seq, answer = run.number("cancel"), Completion()
        run.expect("cancel", seq, lambda job: answer.set(_sent(job)))
        run.ask(commands.CancelWorkflow(seq, self.pid.unique, reason))
        result_of(answer.wait())

    def terminate(self) -> None:
        """Ask it to end, as the reference does: a workflow ends no other one by force."""
        self.cancel("terminated by a workflow")


class Refusal:
    """Stands for what there is not inside a workflow."""

    def __getattr__(self, name: str) -> Any:
        def refuse(*_: object) -> NoReturn:
            raise Failure(Kind.INVALID, f"'{name}' is not there in a workflow")

        return refuse


def send(run: Run, pid: Pid, envelope: Envelope) -> Completion:
    """Send a signal; the completion tells whether it has arrived."""
    seq, answer = run.number("signal"), Completion()
    run.expect("signal", seq, lambda job: answer.set(_sent(job)))
    run.ask(
        commands.SignalWorkflow(
            seq,
            pid.unique,
            envelope.topic,
            data.encode_all(envelope.values),
            headers.headers_of(run.process.context, str(run.process.pid)),
        )
    )
    return answer


def outcome_of(result: Result) -> Outcome:
    """Read a result."""
    return _failed(result.problem) if isinstance(result, Failed) else Outcome(data.decode(result.value))


def _failed(problem: Problem) -> Outcome:
    return Outcome(error=LuaError(data.error_of(problem)))


def _sent(job: SignalSent | CancelSent) -> Outcome:
    return Outcome() if job.problem is None else _failed(job.problem)


def _as_error(value: LuaValue, otherwise: str) -> Error:
    if isinstance(value, Error):
        return value
    return Error(value if isinstance(value, str) else otherwise, Kind.INVALID, retryable=False)
