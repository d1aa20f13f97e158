"""The commands in the READMEs of the examples give the answers that they show."""

import re
import shlex
import shutil
import subprocess

import pytest
from apps_servers import CHAT, HELLO, LIVE, TODO, copy_of

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def shown_commands(example):
    """Give each command of the console blocks with the output below it."""
    text = (example / "README.md").read_text(encoding="utf-8")
    for block in re.findall(r"```console\n(.*?)```", text, re.DOTALL):
        for part in block.strip().split("\n\n"):
            command, _, output = part.partition("\n")
            yield command.removeprefix("$ "), output


@pytest.mark.parametrize(
    ("example", "count"), [(HELLO, 2), (TODO, 9), (CHAT, 4), (LIVE, 10)], ids=["hello", "todo", "chat", "live"]
)
def test_the_commands_in_the_readme(example, count, tmp_path, serve):
    curl = shutil.which("curl")
    if curl is None:
        pytest.skip("install curl")
    server = serve(copy_of(example, tmp_path))
    commands = list(shown_commands(example))
    assert len(commands) == count
    for command, output in commands:
        words = shlex.split(command.replace("localhost:8080", f"127.0.0.1:{server.port}"))
        ran = subprocess.run([curl, *words[1:]], capture_output=True, encoding="utf-8", timeout=30)
        assert TIME.sub("", ran.stdout.strip()) == TIME.sub("", output), command
