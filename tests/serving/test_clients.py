"""Clients as they are: curl, websockets, and what they do that a simple request does not."""

import gzip
import os
import shutil
import signal
import subprocess
import sys
import time

import pytest
from serving_servers import free_port, until
from websockets.sync.client import connect

HOST = b"Host: x\r\n"


def curl(server, path, *arguments):
    """Run curl; give status, headers and body."""
    command = ["curl", "-sS", "-m", "20", "-D", "-", *arguments, f"http://127.0.0.1:{server.port}{path}"]
    out = subprocess.run(command, capture_output=True, check=True).stdout
    while out.startswith(b"HTTP/1.1 100"):
        out = out.partition(b"\r\n\r\n")[2]
    head, _, body = out.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    return int(lines[0].split()[1]), {k.lower(): v.strip() for k, _, v in (x.partition(":") for x in lines[1:])}, body


@pytest.fixture(autouse=True)
def curl_is_there():
    if shutil.which("curl") is None:
        if os.environ.get("WIPPY_REQUIRE_SERVICES"):
            pytest.fail("curl is missing")
        pytest.skip("curl is missing")


def test_curl_gets_and_posts(server):
    status, headers, body = curl(server, "/hello/you")
    assert (status, headers["content-type"]) == (200, "application/json")
    assert b'"hello":"you"' in body
    assert curl(server, "/body", "-d", "hello")[2] == b"5:hello"
    assert curl(server, "/hello/you", "-I")[0] == 200
    assert curl(server, "/hello/you", "-0")[0] == 200


def test_curl_uploads_in_chunks(server, tmp_path):
    (tmp_path / "big").write_bytes(b"y" * 900_000)
    chunked = ("-X", "POST", "-H", "Transfer-Encoding: chunked", "--data-binary", f"@{tmp_path / 'big'}")
    assert curl(server, "/body", *chunked)[2] == b"900000:" + b"y" * 20


def test_curl_waits_for_consent(server, tmp_path):
    (tmp_path / "big").write_bytes(b"y" * 900_000)
    waiting = ("-H", "Expect: 100-continue", "--expect100-timeout", "15", "--data-binary", f"@{tmp_path / 'big'}")
    began = time.monotonic()
    assert curl(server, "/body", *waiting)[2] == b"900000:" + b"y" * 20
    assert time.monotonic() - began < 8


def test_curl_takes_gzip(server):
    status, headers, body = curl(server, "/long", "-H", "Accept-Encoding: gzip")
    assert (status, headers["content-encoding"]) == (200, "gzip")
    assert gzip.decompress(body) == b"0123456789" * 20000
    assert curl(server, "/long", "--compressed")[2] == b"0123456789" * 20000


def test_curl_asks_for_ranges(server):
    whole = curl(server, "/files/index.html")
    assert whole[0] == 200
    status, headers, body = curl(server, "/files/index.html", "-r", "2-8")
    assert (status, body) == (206, whole[2][2:9])
    assert headers["content-range"] == f"bytes 2-8/{len(whole[2])}"
    assert curl(server, "/files/index.html", "-r", "5000-")[0] == 416
    unchanged = curl(server, "/files/index.html", "-H", f"If-None-Match: {whole[1]['etag']}")
    assert (unchanged[0], unchanged[2]) == (304, b"")


def test_head_says_what_get_would(server):
    with server.connect() as raw:
        raw.send(b"HEAD /files/index.html HTTP/1.1\r\n" + HOST + b"\r\n")
        status, head, _ = raw.answer(head=True)
        raw.send(b"GET /files/index.html HTTP/1.1\r\n" + HOST + b"\r\n")
        _, get, body = raw.answer()
    assert status == 200
    assert head["content-length"] == get["content-length"] == str(len(body))


def test_one_connection_many_requests(server):
    with server.connect() as raw:
        for number in range(50):
            status, headers, body = raw.send(b"GET /hello/%d HTTP/1.1\r\n%s\r\n" % (number, HOST)).answer()
            assert (status, headers["connection"]) == (200, "keep-alive")
            assert b'"hello":"%d"' % number in body


def test_requests_that_do_not_wait_for_answers(server):
    with server.connect() as raw:
        raw.send(b"".join(b"GET /hello/%d HTTP/1.1\r\n%s\r\n" % (number, HOST) for number in range(50)))
        for number in range(50):
            assert b'"hello":"%d"' % number in raw.answer()[2]
        raw.send(b"POST /body HTTP/1.1\r\n%sContent-Length: 3\r\n\r\nabcPOST /body HTTP/1.1\r\n" % HOST)
        raw.send(
            b"%sTransfer-Encoding: chunked\r\n\r\n3\r\nxyz\r\n0\r\n\r\nGET /hello/last HTTP/1.1\r\n%s\r\n"
            % (HOST, HOST)
        )
        assert raw.answer()[2] == b"3:abc"
        assert raw.answer()[2] == b"3:xyz"
        assert b"last" in raw.answer()[2]


def test_a_body_that_nobody_reads(server):
    with server.connect() as raw:
        raw.send(b"POST /hello/x HTTP/1.1\r\n%sContent-Length: 100000\r\n\r\n%s" % (HOST, b"z" * 100_000))
        assert raw.answer()[0] == 405
        assert raw.send(b"GET /hello/x HTTP/1.1\r\n%s\r\n" % HOST).answer()[0] == 200


def test_old_clients(server):
    with server.connect() as raw:
        status, headers, _ = raw.send(b"GET /hello/x HTTP/1.0\r\n\r\n").answer()
        assert (status, headers["connection"]) == (200, "close")
        assert raw.rest() == b""
    with server.connect() as raw:
        kept = b"GET /hello/x HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"
        assert raw.send(kept).answer()[1]["connection"] == "keep-alive"
        assert raw.send(kept).answer()[0] == 200


def test_websockets(server):
    with connect(f"ws://127.0.0.1:{server.port}/ws/echo", compression="deflate") as ws:
        for number in range(100):
            ws.send(f"message {number}")
        heard = [ws.recv(timeout=10) for _ in range(101)]
        assert [text for text in heard if "message" in text][-1] == '{"topic":"ws.message","data":"message 99"}'


def test_streams_and_sockets_do_not_take_the_places_of_requests(project, serve):
    """With few places (gunicorn's worker_connections), more streams of events than these are open."""
    config = project / "gunicorn.conf.py"
    port = free_port()
    config.write_text(
        "from runtime.http.deploy import settings\n"
        f"globals().update(settings({str(project)!r}, bind='127.0.0.1:{port}'))\n"
        "worker_connections = 4\n"
    )
    command = [sys.executable, "-m", "gunicorn", "-c", str(config)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    server = type("Server", (), {"port": port})
    try:
        until(lambda: curl_or_none(server, "/hello/x"), "it answers")
        from serving_servers import Raw

        streams = [Raw(port) for _ in range(12)]
        for stream in streams:
            stream.send(b"GET /sse/events HTTP/1.1\r\nHost: x\r\n\r\n").until(b"ready")
        sockets = [Raw(port) for _ in range(12)]
        for each in sockets:
            each.send(
                b"GET /ws/echo HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
            ).until(b"\r\n\r\n")
        assert curl(server, "/hello/x")[0] == 200
        for each in (*streams, *sockets):
            each.socket.close()
        process.send_signal(signal.SIGTERM)
        output = process.communicate(timeout=20)[0]
        assert process.returncode == 0, output
        assert "http.access GET /hello/x 200" in output
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()


def curl_or_none(server, path):
    try:
        return curl(server, path)
    except subprocess.CalledProcessError:
        return None
