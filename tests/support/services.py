"""Start PostgreSQL, MariaDB and RabbitMQ for tests, each in a folder of its own on free ports of this machine.

    .ci/services make test            runs a command with all of them, and stops them afterwards
    .ci/services                      starts a shell with them
    .ci/services --only postgres ...  starts some of them

The command finds the addresses in the environment: WIPPY_TEST_POSTGRES, WIPPY_TEST_MYSQL and WIPPY_TEST_AMQP; the tests
that stop and restart a server find it through WIPPY_TEST_SERVICES, the folder.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
import getpass
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from abc import ABC, abstractmethod
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

PASSWORD = "wippy"
FOLDER = "WIPPY_TEST_SERVICES"
# Kept, for a Popen that is dropped while its process runs gives a warning.
_STARTED: list[subprocess.Popen[bytes]] = []
_PATIENCE = 90.0  # seconds until a server that does not answer is given up


class Missing(Exception):
    """A program is not installed; the text says how to get it."""


class Server(ABC):
    """A server whose data and state are in a folder; `start` on a folder that has data starts it again on them."""

    name: str
    variable: str
    package: str

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._state = folder / "state.json"

    # A program of it, and where it is when it is not in the path.
    program: tuple[str, str]

    @classmethod
    def is_installed(cls) -> bool:
        """Tell whether the server can be started on this machine."""
        try:
            _program(*cls.program, cls.package)
        except Missing:
            return False
        return True

    @property
    def url(self) -> str:
        """The address, with the account of the tests."""
        return self.address(self._ports()[0])

    def start(self) -> None:
        """Start, and return when it answers."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if not self._state.exists():
            self._install()
            self._state.write_text(json.dumps({"ports": [free_port() for _ in range(3)]}))
        with (self.folder / "output.log").open("ab") as output:
            process = subprocess.Popen(
                self._command(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                env={**os.environ, **self._environment()},
                user=self._user(),
                cwd=self.folder,
            )
        _STARTED.append(process)
        self._note(pid=process.pid)
        limit = time.monotonic() + _PATIENCE
        while not self._answers():
            if process.poll() is not None or time.monotonic() > limit:
                text = (self.folder / "output.log").read_text(errors="replace")[-2000:]
                raise RuntimeError(f"{self.name} does not start:\n{text}")
            time.sleep(0.05)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Stop, and return when the process is gone."""
        pid = json.loads(self._state.read_text()).get("pid")
        if pid is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, how)
        limit = time.monotonic() + _PATIENCE
        while _alive(pid):
            if time.monotonic() > limit:
                os.kill(pid, signal.SIGKILL)
            time.sleep(0.02)
        self._note(pid=None)

    def _ports(self) -> list[int]:
        return list(json.loads(self._state.read_text())["ports"])

    def _note(self, **facts: object) -> None:
        self._state.write_text(json.dumps({**json.loads(self._state.read_text()), **facts}))

    def _user(self) -> str | None:
        return None

    def _environment(self) -> dict[str, str]:
        return {}

    def _answers(self) -> bool:
        return _accepts(self._ports()[0])

    @abstractmethod
    def _install(self) -> None:
        """Make the data of a new server."""

    @abstractmethod
    def _command(self) -> list[str]:
        """Give the command that runs the server in the foreground."""

    @staticmethod
    @abstractmethod
    def address(port: int) -> str:
        """Write the address at a port, with the account of the tests."""


class Postgres(Server):
    """PostgreSQL, with TLS; `certificate` is its own authority."""

    name = "postgres"
    variable = "WIPPY_TEST_POSTGRES"
    package = "postgresql"
    program = ("initdb", "/usr/lib/postgresql/*/bin")

    @property
    def certificate(self) -> Path:
        return self.folder / "server.crt"

    def _install(self) -> None:
        data = self.folder / "data"
        secret = self.folder / "secret"
        secret.write_text(PASSWORD)
        if self._user():
            shutil.chown(self.folder, self._user())
            shutil.chown(secret, self._user())
        command = [_program("initdb", "/usr/lib/postgresql/*/bin", self.package), "-D", str(data), "-U", "wippy"]
        command += ["-A", "scram-sha-256", f"--pwfile={secret}", "--no-sync", "-E", "UTF8", "--locale=C"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, user=self._user(), cwd=self.folder)
        key = self.folder / "server.key"
        _make_certificate(self.certificate, key)
        if self._user():
            shutil.chown(key, self._user())

    def _command(self) -> list[str]:
        settings = {
            "port": self._ports()[0],
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": self.folder,
            "fsync": "off",
            "max_connections": 120,
            "ssl": "on",
            "ssl_cert_file": self.certificate,
            "ssl_key_file": self.folder / "server.key",
        }
        command = [_program("postgres", "/usr/lib/postgresql/*/bin", self.package), "-D", str(self.folder / "data")]
        return command + [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop without waiting for clients (what PostgreSQL does on SIGINT)."""
        super().stop(how)

    def _answers(self) -> bool:
        ready = self.folder / "data" / "postmaster.pid"
        try:
            return ready.read_text().splitlines()[7].strip() == "ready"
        except (OSError, IndexError):
            return False

    def _user(self) -> str | None:
        return "postgres" if os.geteuid() == 0 else None  # it refuses to run as root

    @staticmethod
    def address(port: int) -> str:
        return f"postgres://wippy:{PASSWORD}@127.0.0.1:{port}/postgres"


class MariaDb(Server):
    """MariaDB."""

    name = "mysql"
    variable = "WIPPY_TEST_MYSQL"
    package = "mariadb-server-core"
    program = ("mariadbd", "/usr/sbin")

    def _install(self) -> None:
        script = self.folder / "accounts.sql"
        script.write_text(
            "CREATE DATABASE IF NOT EXISTS wippy CHARACTER SET utf8mb4;\n"
            f"CREATE USER IF NOT EXISTS wippy@'127.0.0.1' IDENTIFIED BY '{PASSWORD}';\n"
            "GRANT ALL ON *.* TO wippy@'127.0.0.1';\n"
        )
        command = [_program("mariadb-install-db", "/usr/bin", self.package), "--no-defaults"]
        command += [f"--datadir={self.folder / 'data'}", f"--user={getpass.getuser()}", "--skip-test-db"]
        command += ["--auth-root-authentication-method=normal", "--skip-name-resolve"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def _command(self) -> list[str]:
        return [
            _program("mariadbd", "/usr/sbin", self.package),
            "--no-defaults",
            f"--datadir={self.folder / 'data'}",
            f"--user={getpass.getuser()}",
            f"--port={self._ports()[0]}",
            "--bind-address=127.0.0.1",
            f"--socket={self.folder / 'mysql.sock'}",
            f"--pid-file={self.folder / 'mysql.pid'}",
            f"--init-file={self.folder / 'accounts.sql'}",
            "--skip-name-resolve",
            "--innodb-flush-log-at-trx-commit=0",
            "--innodb-buffer-pool-size=32M",
            "--innodb-log-file-size=8M",
            "--max-connections=200",
        ]

    @staticmethod
    def address(port: int) -> str:
        return f"mysql://wippy:{PASSWORD}@127.0.0.1:{port}/wippy"


class RabbitMq(Server):
    """RabbitMQ, with a name server of Erlang's of its own."""

    name = "amqp"
    variable = "WIPPY_TEST_AMQP"
    package = "rabbitmq-server"
    program = ("rabbitmq-server", "/usr/lib/rabbitmq/lib/*/sbin")

    def _install(self) -> None:
        self._script("rabbitmq-server")
        (self.folder / "plugins").write_text("[].\n")
        (self.folder / "rabbitmq.conf").write_text("loopback_users = none\n")

    def _command(self) -> list[str]:
        return [self._script("rabbitmq-server")]

    def control(self, *arguments: str) -> None:
        """Run `rabbitmqctl`."""
        subprocess.run(
            [self._script("rabbitmqctl"), *arguments],
            check=True,
            env={**os.environ, **self._environment()},
            stdout=subprocess.DEVNULL,
        )

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Stop the server and its name server."""
        super().stop(how)
        subprocess.run(
            ["epmd", "-kill"], env={**os.environ, **self._environment()}, stdout=subprocess.DEVNULL, check=False
        )

    def _script(self, name: str) -> str:
        # Not those in the path: as root they become the user of the package, who may not write here.
        return _program(name, "/usr/lib/rabbitmq/lib/*/sbin", self.package, first=True)

    def _environment(self) -> dict[str, str]:
        port, distribution, names = self._ports()
        return {
            "HOME": str(self.folder),
            "RABBITMQ_NODENAME": f"wippy{port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(port),
            "RABBITMQ_DIST_PORT": str(distribution),
            "RABBITMQ_CONFIG_FILE": str(self.folder / "rabbitmq.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "plugins"),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(self.folder / "log"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+sbwt none +S 1:1",
            "ERL_EPMD_PORT": str(names),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
        }

    def _answers(self) -> bool:
        """Tell whether it speaks AMQP: it opens its port a little earlier."""
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self._ports()[0]), 2.0) as link:
            link.settimeout(2.0)
            link.sendall(b"AMQP\x00\x00\x09\x01")
            return bool(link.recv(1))
        return False

    @staticmethod
    def address(port: int) -> str:
        return f"amqp://guest:guest@127.0.0.1:{port}/"


SERVERS: dict[str, type[Server]] = {server.name: server for server in (Postgres, MariaDb, RabbitMq)}


def server(name: str) -> Server:
    """Give a server that was started for this run of the tests."""
    return SERVERS[name](Path(os.environ[FOLDER]) / name)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _accepts(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1.0):
        return True
    return False


def _alive(pid: int) -> bool:
    """Tell whether a process runs; one that has ended stays a zombie until whoever started it asks."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _program(name: str, folders: str, package: str, *, first: bool = False) -> str:
    found = None if first else shutil.which(name)
    places = [found] if found else sorted(map(str, Path("/").glob(f"{folders[1:]}/{name}")))
    if not places:
        raise Missing(f"{name} is not there; on Debian: apt install {package}")
    return str(places[-1])


def _make_certificate(path: Path, key_path: Path) -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_path.touch(mode=0o600)
    plain = serialization.NoEncryption()
    key_path.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", action="append", choices=sorted(SERVERS), help="start this one; may be repeated")
    parser.add_argument("command", nargs=argparse.REMAINDER, help="what to run; a shell when there is none")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with tempfile.TemporaryDirectory(prefix="wippy-services-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)  # PostgreSQL runs as another user
        started = [SERVERS[name](Path(folder) / name) for name in options.only or SERVERS]
        try:
            began = time.monotonic()
            with ThreadPoolExecutor() as threads:
                list(threads.map(Server.start, started))
            print(
                f"services: {', '.join(each.name for each in started)} in {time.monotonic() - began:.1f} s", flush=True
            )
            environment = {**os.environ, FOLDER: folder, **{each.variable: each.url for each in started}}
            command = options.command or [os.environ.get("SHELL", "sh")]
            return subprocess.run(command, env=environment, check=False).returncode
        except Missing as missing:
            print(f"Error: {missing}", file=sys.stderr)
            return 1
        finally:
            for each in started:
                if (each.folder / "state.json").exists():
                    each.stop()


if __name__ == "__main__":
    sys.exit(main())
