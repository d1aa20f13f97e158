"""Encryption by the server itself, with and without certificates of clients."""

import http.client
import os
import shutil
import ssl
import subprocess

import pytest
from serving_servers import until
from websockets.sync.client import connect

from runtime.http.config import Tls
from runtime.http.tls import TlsError, context_of

SERVICE = """
      tls: {{mode: manual, cert: file://certs/server.pem, key: "${{env:TLS_KEY}}"{more}}}
      lifecycle: {{auto_start: true}}
"""
CLIENTS = ", client_ca: file://certs/clients.pem, client_auth: {auth}"


def openssl(*arguments, cwd):
    subprocess.run(["openssl", *arguments], cwd=cwd, check=True, capture_output=True)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    """Make a CA for servers, one for clients, and one that nobody trusts, each with a certificate that it signed."""
    if shutil.which("openssl") is None:
        if os.environ.get("WIPPY_REQUIRE_SERVICES"):
            pytest.fail("openssl is missing")
        pytest.skip("openssl is missing")
    place = tmp_path_factory.mktemp("certificates")
    for ca, name in (("servers", "server"), ("clients", "client"), ("strangers", "stranger")):
        key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        openssl("req", "-x509", *key, "-keyout", f"{ca}.key", "-out", f"{ca}.pem", "-subj", f"/CN={ca}", cwd=place)
        openssl("req", *key, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}", cwd=place)
        (place / "names").write_text("subjectAltName=DNS:localhost\n")
        signed = ["-CA", f"{ca}.pem", "-CAkey", f"{ca}.key", "-CAcreateserial", "-extfile", "names"]
        openssl("x509", "-req", "-in", f"{name}.csr", *signed, "-out", f"{name}.pem", cwd=place)
    return place


@pytest.fixture
def secured(serve, project, certificates):
    """Start the application with TLS."""

    def start(more="", **how):
        (project / "src" / "certs").mkdir()
        for name in ("server.pem", "clients.pem"):
            (project / "src" / "certs" / name).write_text((certificates / name).read_text())
        key = (certificates / "server.key").read_text().replace("\n", "\\n")
        index = project / "src" / "_index.yaml"
        text = index.read_text().replace("    lifecycle: {auto_start: true}\n", SERVICE.format(more=more)[1:], 1)
        keys = f"""
  - {{name: keys, kind: env.storage.static, values: {{TLS_KEY: "{key}"}}}}
  - {{name: tls_key, kind: env.variable, storage: keys, variable: TLS_KEY}}
"""
        index.write_text(text.replace("      tls:", "    tls:").replace("      lifecycle:", "    lifecycle:") + keys)
        return serve(tls=True, **how)

    return start


def client(certificates, name=None):
    context = ssl.create_default_context(cafile=str(certificates / "servers.pem"))
    if name is not None:
        context.load_cert_chain(certificates / f"{name}.pem", certificates / f"{name}.key")
    return context


@pytest.mark.parametrize("command", ["serve", "run"])
def test_a_certificate_of_the_server(secured, certificates, command):
    server = secured(command=command)
    assert server.get("/hello/x", client(certificates))[0] == 200
    assert f"https://127.0.0.1:{server.port}" in server.log
    # Nobody else's, and not below TLS 1.2.
    with pytest.raises(ssl.SSLCertVerificationError):
        server.connect(ssl.create_default_context(cafile=str(certificates / "strangers.pem")))
    # Who speaks plain HTTP is told.
    with server.connect() as raw:
        raw.send(b"GET /hello/x HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b"this port speaks HTTPS" in raw.rest()
    # Who says nothing, or nonsense, or leaves, disturbs nobody.
    with server.connect() as silent, server.connect() as mad, server.connect():
        mad.send(b"\x16\x03\x01" + b"\xff" * 500)
        with server.connect(client(certificates)) as raw:
            for _ in range(3):
                raw.send(b"POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello")
                assert raw.answer()[2] == b"5:hello"
            raw.send(b"GET /files/index.html HTTP/1.1\r\nHost: x\r\n\r\n")
            assert b"static" in raw.answer()[2]
            raw.send(b"GET /long HTTP/1.1\r\nHost: x\r\n\r\n")
            assert raw.answer()[2] == b"0123456789" * 20000
        silent.send(b"\x16")
    with connect(f"wss://localhost:{server.port}/ws/echo", ssl=client(certificates)) as ws:
        ws.send("over TLS")
        assert any("over TLS" in ws.recv(timeout=10) for _ in range(2))
    with server.connect(client(certificates)) as events:
        events.send(b"GET /sse/events HTTP/1.1\r\nHost: x\r\n\r\n").until(b"ready")
        server.process.terminate()
        assert b"event: done" in events.rest()
    assert server.process.wait(20) == 0
    assert "Traceback" not in server.log


@pytest.mark.parametrize("command", ["serve", "run"])
def test_certificates_of_clients_are_required(secured, certificates, command):
    server = secured(CLIENTS.format(auth="require_and_verify"), command=command)
    assert server.get("/hello/x", client(certificates, "client"))[0] == 200
    for name in (None, "stranger"):
        with pytest.raises((ssl.SSLError, ConnectionError)):
            server.get("/hello/x", client(certificates, name))
    until(lambda: "peer did not return a certificate" in server.log, "the refusal is logged")
    until(lambda: "certificate verify failed" in server.log, "the refusal is logged")
    assert server.get("/hello/x", client(certificates, "client"))[0] == 200


def test_certificates_of_clients_may_be_given(secured, certificates):
    server = secured(CLIENTS.format(auth="verify_if_given"))
    assert server.get("/hello/x", client(certificates, "client"))[0] == 200
    assert server.get("/hello/x", client(certificates))[0] == 200
    with pytest.raises((ssl.SSLError, ConnectionError)):
        server.get("/hello/x", client(certificates, "stranger"))
    connection = http.client.HTTPSConnection("localhost", server.port, context=client(certificates))
    connection.request("GET", "/hello/x")
    assert connection.getresponse().status == 200
    connection.close()


def pem(certificates, name):
    return (certificates / name).read_text()


@pytest.mark.parametrize(
    ("fields", "field", "told"),
    [
        ({"mode": "auto"}, "mode", "only overlay networks provide certificates"),
        ({"cert": ""}, "cert", "it is empty"),
        ({"key": " "}, "key", "it is empty"),
        ({"cert": "x"}, "cert", "no certificate with its key"),
        ({"key": "x"}, "cert", "no certificate with its key"),
        ({"key": "client.key"}, "key", "it does not belong to the certificate"),
        ({"key": "encrypted.key"}, "key", "it is encrypted"),
        ({"client_auth": "require_and_verify"}, "client_ca", "client_auth: require_and_verify needs it"),
        ({"client_auth": "verify_if_given", "client_ca": "x"}, "client_ca", "no certificates"),
        ({"client_auth": "require_any"}, "client_auth", "does not take certificates unseen"),
    ],
)
def test_what_cannot_be_used_is_told(certificates, fields, field, told):
    openssl(
        *("pkey", "-in", "server.key", "-aes256", "-passout", "pass:secret", "-out", "encrypted.key"), cwd=certificates
    )
    given = {"mode": "manual", "cert": "server.pem", "key": "server.key", **fields}
    for name in ("cert", "key", "client_ca"):
        if given.get(name, "").endswith((".pem", ".key")):
            given[name] = pem(certificates, given[name])
    with pytest.raises(TlsError, match=told) as error:
        context_of(Tls(**given))
    assert error.value.field == field


def test_without_a_mode_there_is_none():
    assert context_of(Tls(cert="x", key="y")) is None
