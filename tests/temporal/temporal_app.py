"""An application with workflows on a Temporal server, run by the command line in processes of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from temporal_server import free_port

WIPPY = Path(sys.executable).with_name("wippy")
LOCK = "directories:\n  src: ./src\n  modules: .wippy\n"
ENTRIES = """
version: "1.0"
namespace: app
entries:
  - name: temporal
    kind: temporal.client
    address: "{address}"
    lifecycle: {{auto_start: true}}
  - name: worker
    kind: temporal.worker
    client: temporal
    task_queue: {queue}
    worker_options: {{sticky_schedule_to_start_timeout: 1s}}
    lifecycle: {{auto_start: true}}
  - name: processes
    kind: process.host
    lifecycle: {{auto_start: true}}
  - name: terminal
    kind: terminal.host
    lifecycle: {{auto_start: true}}
  - name: gateway
    kind: http.service
    addr: "127.0.0.1:{port}"
    lifecycle: {{auto_start: true}}
  - name: api
    kind: http.router
    meta: {{server: gateway}}
  - name: get.order
    kind: http.endpoint
    meta: {{router: api}}
    method: GET
    path: "/order/{{number}}"
    func: handler
  - name: handler
    kind: function.lua
    source: file://handler.lua
    modules: [http]
  - name: order
    kind: workflow.lua
    source: file://order.lua
    method: main
    modules: [funcs, time]
    meta: {{temporal: {{workflow: {{worker: worker}}}}}}
  - name: step
    kind: function.lua
    source: "return function(number) return number + 1 end"
    meta: {{temporal: {{activity: {{worker: worker}}}}}}
  - name: once
    kind: process.lua
    source: file://once.lua
    method: main
    modules: [io]
    meta: {{command: {{name: once}}}}
"""
FILES = {
    "src/order.lua": """
local funcs, time = require("funcs"), require("time")
-- Nobody learns that a worker was killed but by the time that it takes.
local soon = funcs.new():with_options({
    ["activity.start_to_close_timeout"] = "2s",
    ["activity.retry_policy"] = {initial_interval = 50, maximum_interval = 200},
})
local function main(number)
    local value = number
    for _ = 1, 3 do
        local next, err = soon:call("app:step", value)
        if err then return nil, err end
        value = next
        time.sleep("50ms")
    end
    return {number = number, value = value}
end
return {main = main}
""",
    "src/handler.lua": """
local http = require("http")
return function()
    local req, res = http.request(), http.response()
    local result, err = process.exec("app:order", "app:worker", tonumber(req:param("number")))
    if err then res:set_status(500) return res:write_json({error = tostring(err)}) end
    res:write_json(result)
end
""",
    "src/once.lua": """
local io = require("io")
local function main()
    local result, err = process.exec("app:order", "app:worker", 39)
    io.print(err and tostring(err) or tostring(math.tointeger(result.value) or result.value))
    return 0
end
return {main = main}
""",
}


class App:
    """A folder with the application."""

    def __init__(self, directory: Path, address: str, queue: str) -> None:
        self.directory = directory
        self.port = free_port()
        self.queue = queue
        (directory / "src").mkdir()
        (directory / "wippy.lock").write_text(LOCK)
        (directory / "src/_index.yaml").write_text(ENTRIES.format(address=address, queue=queue, port=self.port))
        for name, text in FILES.items():
            (directory / name).write_text(text)

    def begin(self, *command: str) -> subprocess.Popen[str]:
        """Start a command of wippy."""
        return subprocess.Popen(
            [str(WIPPY), *command],
            cwd=self.directory,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def await_port(self, process: subprocess.Popen[str], seconds: float = 30.0) -> None:
        """Wait until the application listens."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if process.poll() is not None:
                raise AssertionError(process.communicate()[0])
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
            except ConnectionRefusedError:
                time.sleep(0.05)  # nothing tells when it listens but asking
            else:
                return
        raise AssertionError("the application does not listen")


def end(process: subprocess.Popen[str], number: int = signal.SIGTERM) -> str:
    """End a process with its children and give what it has written."""
    if process.poll() is None:
        if number == signal.SIGKILL:
            os.killpg(process.pid, number)
        else:
            process.send_signal(number)
    return process.communicate(timeout=40)[0]
