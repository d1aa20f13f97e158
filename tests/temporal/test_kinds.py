"""The kinds temporal.client and temporal.worker: what is refused, and what is said when a server cannot be used."""

import logging
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from lua_node import lua  # noqa: F401
from temporal_node import TemporalNode
from temporal_server import development_server, free_port
from temporal_world import until

from runtime.binding import Failure
from runtime.registry.entry import EntryId
from runtime.supervisor.service import State
from runtime.temporal.config import WorkerOptions

CLIENT, WORKER = EntryId("app", "temporal"), EntryId("app", "worker")
ADDRESS = "127.0.0.1:7233"


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ({}, "'address': the field is missing"),
        ({"address": "localhost"}, "'address': 'localhost' is no address; write host:port, or 'embedded'"),
        ({"address": "http://localhost:7233"}, "'address': 'http://localhost:7233' is no address"),
        ({"address": ADDRESS, "auth": {"type": "magic"}}, "'auth.type'"),
        ({"address": ADDRESS, "auth": {"type": "api_key"}}, "'auth.api_key': the key is missing; give auth.api_key or"),
        (
            {"address": ADDRESS, "auth": {"type": "api_key", "api_key": "k", "api_key_file": "f"}},
            "the key is given twice, as api_key and api_key_file",
        ),
        (
            {"address": ADDRESS, "auth": {"type": "mtls", "key_pem": "k"}},
            "'auth.cert_file': the certificate is missing",
        ),
        (
            {"address": ADDRESS, "auth": {"type": "mtls", "cert_file": "c", "cert_pem": "c", "key_file": "k"}},
            "the certificate is given twice",
        ),
        (
            {"address": ADDRESS, "tls": {"enabled": True, "insecure_skip_verify": True}},
            "'tls.insecure_skip_verify': certificates are always verified; name the authority",
        ),
        ({"address": ADDRESS, "namespace": "a/b"}, "'namespace': 'a/b' is no namespace"),
        ({"address": ADDRESS, "connection_timeout": "soon"}, "'connection_timeout'"),
    ],
)
def test_a_client_that_cannot_be_is_refused(lua, data, told):  # noqa: F811
    with pytest.raises(Failure, match="app:temporal") as caught:
        lua.add("temporal", "temporal.client", **data)
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"worker_activities_per_second": -1}, "'worker_options.worker_activities_per_second': it is negative"),
        ({"max_concurrent_workflow_task_pollers": 1}, "one is too few"),
        ({"disable_workflow_worker": True, "local_activity_worker_only": True}, "nothing is left to do"),
        ({"use_versioning": True, "deployment_name": "d"}, "'worker_options.build_id': use_versioning needs it"),
        ({"default_versioning_behavior": "floating"}, "default_versioning_behavior"),
    ],
)
def test_a_worker_that_cannot_be_is_refused(lua, options, told):  # noqa: F811
    lua.add("temporal", "temporal.client", address=ADDRESS)
    with pytest.raises(Failure) as caught:
        lua.add("worker", "temporal.worker", client="app:temporal", task_queue="q", worker_options=options)
    assert told in str(caught.value)


def test_a_worker_needs_a_client(lua):  # noqa: F811
    with pytest.raises(Failure, match=r"app:host is no temporal\.client; name one"):
        lua.add("worker", "temporal.worker", client="app:host", task_queue="q")


class Client:
    """A client that is started by hand, once."""

    def __init__(self, lua, **data):  # noqa: F811
        lua.add("temporal", "temporal.client", **{"connection_timeout": "500ms", **data})
        self.service = lua.node.resources.get(CLIENT)

    def refusal(self):
        from runtime.supervisor.service import ServiceError

        with pytest.raises(ServiceError) as caught:
            self.service.start()
        return str(caught.value)


def test_a_server_that_does_not_answer_is_named_with_the_remedy(lua):  # noqa: F811
    address = f"127.0.0.1:{free_port()}"
    told = Client(lua, address=address).refusal()
    assert told.startswith(f"app:temporal: no Temporal server answers at {address} within 0.5 s: ")
    assert "temporal server start-dev" in told
    assert "\n" not in told


def test_files_that_cannot_be_read_are_named(lua):  # noqa: F811
    auth = {"type": "api_key", "api_key_file": "secret.txt"}
    told = Client(lua, address=ADDRESS, auth=auth).refusal()
    assert told.startswith("app:temporal: auth.api_key_file cannot be read: ")
    assert told.endswith("secret.txt: No such file or directory")


def test_a_certificate_that_is_none_is_named(lua):  # noqa: F811
    (lua.node.project.root / "client.pem").write_text("no certificate")
    auth = {"type": "mtls", "cert_file": "client.pem", "key_pem": "no key"}
    told = Client(lua, address=ADDRESS, auth=auth).refusal()
    assert told.startswith("app:temporal: auth.cert_file (client.pem) cannot be used: ")
    assert "PEM" in told


def test_a_key_that_is_none_is_named(lua):  # noqa: F811
    certificate, _ = make_certificate("client")
    auth = {"type": "mtls", "cert_pem": certificate, "key_pem": "no key"}
    assert "app:temporal: auth.key_pem cannot be used: " in Client(lua, address=ADDRESS, auth=auth).refusal()


def test_a_server_without_tls_is_told_apart(lua, server):  # noqa: F811
    told = Client(lua, address=server.address, tls={"enabled": True}).refusal()
    assert "see whether the server speaks TLS there" in told


def test_a_server_with_another_certificate_is_not_trusted(lua, tmp_path):  # noqa: F811
    import ssl

    certificate, key = make_certificate("elsewhere")
    other, _ = make_certificate("authority")
    (tmp_path / "server.pem").write_text(certificate + key)
    (tmp_path / "ca.pem").write_text(other)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "server.pem")
    context.set_alpn_protocols(["h2"])
    with answering(context) as port:
        address, tls = f"127.0.0.1:{port}", {"enabled": True, "ca_file": str(tmp_path / "ca.pem")}
        told = Client(lua, address=address, tls=tls, connection_timeout="3s").refusal()
    assert "tls.ca_file" in told


class answering:
    """A server that shakes hands and says nothing, in a thread of its own."""

    def __init__(self, context):
        import socket
        import threading

        self._listener = socket.create_server(("127.0.0.1", 0))
        self._context = context
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def _serve(self):
        import ssl

        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            try:
                self._context.wrap_socket(connection, server_side=True).recv(1)
            except (ssl.SSLError, OSError):
                connection.close()

    def __enter__(self):
        self._thread.start()
        return self._listener.getsockname()[1]

    def __exit__(self, *_):
        import socket

        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)


def make_certificate(name):
    """Give a certificate that vouches for itself, and its key, as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    plain = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return made.public_bytes(serialization.Encoding.PEM).decode(), plain.decode()


# --- workers on a server ----------------------------------------------------------------------------------------------


@pytest.fixture
def flows(server, tmp_path):
    made = TemporalNode(tmp_path, server.address)
    yield made
    made.close()


def test_two_workers_of_a_client_cannot_share_a_queue(flows):
    flows.add(
        "second", "temporal.worker", client="app:temporal", task_queue=flows.queue, lifecycle={"auto_start": True}
    )
    reason = until(lambda: flows.node.supervisor.error(EntryId("app", "second")))
    assert f"another worker of the client serves the task queue '{flows.queue}' already" in reason


def test_all_options_of_a_worker_are_taken(flows, caplog):
    options = {
        "identity": "me",
        "max_concurrent_activity_execution_size": 10,
        "max_concurrent_workflow_task_execution_size": 10,
        "max_concurrent_local_activity_execution_size": 10,
        "max_concurrent_session_execution_size": 10,
        "max_concurrent_eager_activity_execution_size": 2,
        "max_concurrent_activity_task_pollers": 2,
        "max_concurrent_workflow_task_pollers": 2,
        "worker_activities_per_second": 100,
        "task_queue_activities_per_second": 100,
        "sticky_schedule_to_start_timeout": "1s",
        "worker_stop_timeout": "1s",
        "deadlock_detection_timeout": "5s",
        "max_heartbeat_throttle_interval": "10s",
        "default_heartbeat_throttle_interval": "5s",
        "enable_logging_in_replay": True,
        "enable_session_worker": True,
        "disable_eager_activities": True,
        "disable_registration_aliasing": True,
        "default_versioning_behavior": "auto_upgrade",
    }
    with caplog.at_level(logging.WARNING, "wippy.temporal"):
        flows.update(
            "worker",
            "temporal.worker",
            client="app:temporal",
            task_queue=flows.queue,
            worker_options=options,
            lifecycle={"auto_start": True},
        )
        flows.node.supervisor.start(WORKER)
    assert "worker_options.enable_session_worker has no effect here" in caplog.text
    flows.workflow("hello", "return 'hello ' .. ...")
    assert flows.execute("hello", "you") == "hello you"


def test_how_long_a_task_may_take_reaches_the_sdk():
    """The SDK has no public way to say it: this fails when the private one is gone."""
    from temporalio.worker import _workflow

    import runtime.temporal.worker as ours

    class Sdk:
        _workflow_worker = object.__new__(_workflow._WorkflowWorker)

    ours._set_deadlock(Sdk, 12.0)
    source = Path(_workflow.__file__).read_text()
    assert "await asyncio.wait_for(\n                        activate_task, self._deadlock_timeout_seconds" in source
    assert Sdk._workflow_worker._deadlock_timeout_seconds == 12.0


def test_versions_of_a_deployment_are_told_to_the_server(flows, server):
    flows.update(
        "worker",
        "temporal.worker",
        client="app:temporal",
        task_queue=flows.queue,
        worker_options={"use_versioning": True, "deployment_name": f"d-{flows.queue}", "build_id": "v1"},
        lifecycle={"auto_start": True},
    )
    flows.node.supervisor.start(WORKER)
    until(lambda: f"d-{flows.queue}" in server.cli("worker", "deployment", "list"))


def test_a_worker_that_is_changed_starts_anew(flows):
    flows.workflow("hello", "return 'hello'")
    flows.update(
        "worker",
        "temporal.worker",
        client="app:temporal",
        task_queue=f"{flows.queue}-other",
        lifecycle={"auto_start": True},
    )
    flows.node.supervisor.start(WORKER)
    assert flows.execute("hello") == "hello"


def test_a_server_that_goes_away_is_noticed_and_found_again(lua, server):  # noqa: F811
    """With a health check the client fails while the server is away, and runs again when it is back."""
    port = free_port()
    lifecycle = {"auto_start": True, "restart": {"initial_delay": "50ms", "max_delay": "100ms"}}
    health = {"enabled": True, "interval": "100ms"}
    with development_server(server.command, port):
        lua.add(
            "temporal",
            "temporal.client",
            address=f"127.0.0.1:{port}",
            health_check=health,
            connection_timeout="300ms",
            lifecycle=lifecycle,
        )
        until(lambda: lua.node.supervisor.state(CLIENT) == State.RUNNING)
    until(lambda: lua.node.supervisor.error(CLIENT))
    with development_server(server.command, port):
        until(lambda: lua.node.supervisor.state(CLIENT) == State.RUNNING)


def test_a_namespace_that_is_not_there_is_named(lua, server):  # noqa: F811
    auto = {"auto_start": True, "restart": {"max_attempts": 1}}
    lua.add("temporal", "temporal.client", address=server.address, namespace="nowhere", lifecycle=auto)
    lua.add("worker", "temporal.worker", client="app:temporal", task_queue="q", lifecycle=auto)
    told = until(lambda: lua.node.supervisor.error(WORKER))
    assert told == (
        "app:worker: the namespace 'nowhere' cannot be used: Namespace nowhere is not found.; "
        "create it ('temporal operator namespace create nowhere') or correct the client"
    )


def test_the_embedded_engine_takes_the_place_of_a_server(lua):  # noqa: F811
    auto = {"auto_start": True}
    lua.add("temporal", "temporal.client", address="embedded", namespace="test", lifecycle=auto)
    lua.add("worker", "temporal.worker", client="app:temporal", task_queue="q", lifecycle=auto)
    lua.add(
        "hello",
        "workflow.lua",
        source="return function(name) return 'hello ' .. name end",
        meta={"temporal": {"workflow": {"worker": "app:worker"}}},
    )
    assert lua.run("return process.exec('app:hello', 'app:worker', 'you')") == "hello you"
    assert (lua.node.project.root / ".wippy/workflows-test.db").exists()


def test_a_node_without_temporal_does_not_pay_for_it():
    code = (
        "import sys, runtime.node, runtime.cli.main\n"
        "loaded = {name.split('.')[0] for name in sys.modules}\n"
        "found = sorted(loaded & {'temporalio', 'google', 'nexusrpc'})\n"
        "assert not found, found\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr


def test_the_defaults_are_those_of_the_documentation():
    options = WorkerOptions()
    assert options.max_concurrent_activity_execution_size == 1000
    assert options.max_concurrent_workflow_task_pollers == 20
    assert options.sticky_schedule_to_start_timeout == 5.0
