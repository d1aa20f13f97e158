"""Uses the bridge in a process that is patched as `wippy serve` and `wippy run` patch it; run by test_bridge."""

from runtime.http.patching import patch

patch()

import asyncio  # noqa: E402
import socket  # noqa: E402
import time  # noqa: E402

import gevent  # noqa: E402
from gevent.server import StreamServer  # noqa: E402

from runtime.temporal.bridge import Bridge  # noqa: E402

assert "gevent" in socket.socket.__module__
bridge = Bridge()
bridge.hold()


def echo(connection, _address):
    while data := connection.recv(100):
        connection.sendall(data)


green = StreamServer(("127.0.0.1", 0), echo)
green.start()


async def ask(number):
    """Be a client of asyncio for a server of gevent."""
    reader, writer = await asyncio.open_connection("127.0.0.1", green.server_port)
    for _ in range(10):
        writer.write(b"%d\n" % number)
        assert await reader.readline() == b"%d\n" % number
    writer.close()
    await writer.wait_closed()
    return number


async def serve():
    """Be a server of asyncio."""

    async def answer(reader, writer):
        while line := await reader.readline():
            writer.write(line)
        writer.close()

    return await asyncio.start_server(answer, "127.0.0.1", 0)


server = bridge.run(serve())


def greet(number):
    """Be a client of gevent for a server of asyncio."""
    with socket.create_connection(server.sockets[0].getsockname()) as client:
        for _ in range(10):
            client.sendall(b"%d\n" % number)
            time.sleep(0.001)
            assert client.recv(100) == b"%d\n" % number
    return number


with gevent.Timeout(20):
    jobs = [gevent.spawn(bridge.run, ask(number)) for number in range(30)]
    jobs += [gevent.spawn(greet, number) for number in range(30)]
    gevent.joinall(jobs, raise_error=True)
    assert [job.value for job in jobs] == [*range(30), *range(30)]

    used = time.process_time()
    gevent.sleep(0.5)
    assert time.process_time() - used < 0.1, "an idle bridge keeps the processor busy"

    server.close()
    green.stop()
    bridge.release()
print("done")
