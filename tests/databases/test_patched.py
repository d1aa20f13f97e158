"""Databases and brokers in a process whose standard library is cooperative, as that of `wippy run` and `serve` is."""

import subprocess
import sys
import textwrap
from pathlib import Path

from needs import account, need

SCRIPT = """
    import json, sys
    from runtime.http.patching import patch

    patch()
    from pathlib import Path
    import gevent

    sys.path[:0] = [sys.argv[1]]
    from lua_node import LuaNode
    from runtime.queues.message import Message
    from runtime.queues.queue import Wanted
    from runtime.registry.entry import EntryId

    fields = json.loads(sys.argv[3])
    node = LuaNode(Path(sys.argv[2]))
    started = {"lifecycle": {"auto_start": True}}
    for engine in ("postgres", "mysql"):
        node.add(engine, f"db.sql.{engine}", **fields[engine], **started)
    node.add("broker", "queue.driver.amqp", url=fields["amqp"], **started)
    node.add("q", "queue.queue", driver="app:broker", driver_options={"amqp": {"auto_delete": True}},
             queue_name=sys.argv[4])
    sleeps = {"postgres": "SELECT pg_sleep(0.3) AS x, 7 AS n", "mysql": "SELECT SLEEP(0.3) AS x, 7 AS n"}
    resources = node.node.resources
    queries = [gevent.spawn(resources.get(EntryId("app", engine)).query, text, ())
               for engine, text in sleeps.items() for _ in range(5)]
    with gevent.Timeout(2.0):
        gevent.joinall(queries, raise_error=True)
    queue = resources.get(EntryId("app", "q"))
    subscription = queue.subscribe(Wanted(5))
    queue.publish(Message("hello"))
    receipt = subscription.take()
    receipt.done()
    print([query.get()[0]["n"] for query in queries], receipt.message.body)
    subscription.close()
    node.close()
"""


def test_cooperative_sockets(tmp_path):
    import json
    import uuid

    fields = {"postgres": account(need("postgres")), "mysql": account(need("mysql")), "amqp": need("amqp")}
    script = tmp_path / "patched.py"
    script.write_text(textwrap.dedent(SCRIPT))
    (tmp_path / "node").mkdir()
    support = Path(__file__).parents[1] / "support"
    command = [sys.executable, "-W", "error::DeprecationWarning", script, support, tmp_path / "node"]
    ran = subprocess.run(
        [*command, json.dumps(fields), uuid.uuid4().hex], capture_output=True, text=True, timeout=60, check=False
    )
    assert ran.stdout == "[7, 7, 7, 7, 7, 7, 7, 7, 7, 7] hello\n", ran.stderr
