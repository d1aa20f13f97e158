"""Greenlets and an asyncio loop in a native thread live in one process."""

import subprocess
import sys

PROGRAM = """
import asyncio, queue, select, socket, threading, time
native = (threading.Thread, threading.Lock, queue.SimpleQueue, select.select, getattr(select, "epoll", None))
from runtime.http.patching import patch
patch()
import gevent
assert native == (threading.Thread, threading.Lock, queue.SimpleQueue, select.select, getattr(select, "epoll", None))
assert "gevent" in socket.socket.__module__

async def echo(reader, writer):
    writer.write(await reader.readline())
    await writer.drain()
    writer.close()

async def main():
    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async def one(number):
        reader, writer = await asyncio.open_connection("localhost", port)
        writer.write(b"%d\\n" % number)
        answer = await reader.readline()
        writer.close()
        await asyncio.sleep(0.001)
        return int(answer)
    numbers = await asyncio.gather(*(one(number) for number in range(50)))
    worked = await asyncio.get_running_loop().run_in_executor(None, sum, numbers)
    server.close()
    return worked

results = []
thread = threading.Thread(target=lambda: results.append(asyncio.run(main())))

def serve(connection, _address):
    connection.sendall(connection.recv(10))

from gevent.server import StreamServer
server = StreamServer(("127.0.0.1", 0), serve)
server.start()
ticks = []

def ask():
    with socket.create_connection(("127.0.0.1", server.server_port)) as client:
        client.sendall(b"hello")
        time.sleep(0.01)
        ticks.append(client.recv(10))

thread.start()
jobs = [gevent.spawn(ask) for _ in range(50)]
began = time.monotonic()
gevent.joinall(jobs)
assert time.monotonic() - began < 5
while thread.is_alive():
    gevent.sleep(0.01)
assert results == [sum(range(50))], results
assert ticks == [b"hello"] * 50
print("both live")
"""


def test_asyncio_in_a_thread_beside_greenlets():
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROGRAM], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.stdout, done.stderr) == ("both live\n", "")
