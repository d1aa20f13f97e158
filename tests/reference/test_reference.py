"""The reference: its examples do what they say, and its pages are those that the declarations make."""

from __future__ import annotations

import logging
import re
import subprocess
import sys
from pathlib import Path

import pytest

from runtime.node import ALWAYS, Node, load_modules
from runtime.reference import examples, fields, pages
from runtime.reference.reference import kinds, reference, write
from runtime.registry.change import Change
from runtime.registry.entry import Entry, EntryId
from runtime.supervisor.lifecycle import Lifecycle

PAGES = Path(__file__).parents[2] / "docs" / "reference"
SAID = re.compile(r"--> ?(.*)$", re.MULTILINE)
REQUIRED = re.compile(r'require\("([\w.]+)"\)')


class Printed(logging.Handler):
    """Keeps what Lua code prints."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines += record.getMessage().split("\n")


@pytest.fixture(scope="module")
def storage():
    """Give the URL of a server that speaks S3."""
    moto = pytest.importorskip("moto.server", reason="needs the S3 server of moto: pip install 'moto[s3,server]'")
    import boto3

    running = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    url = "http://{}:{}".format(*running.get_host_and_port())
    keys = {"aws_access_key_id": "key", "aws_secret_access_key": "secret"}
    boto3.client("s3", region_name="us-east-1", endpoint_url=url, **keys).create_bucket(Bucket="uploads")
    yield url
    running.stop()


def lay_out(root: Path, storage: str) -> None:
    """Make a project of the example application."""
    (root / "src").mkdir()
    (root / "data").mkdir()
    (root / "wippy.lock").write_text("directories: {src: ./src}\n")
    text = (examples.ROOT / "application.yaml").read_text()
    text = text.replace("127.0.0.1:8080", "127.0.0.1:0").replace("http://localhost:9000", storage)
    (root / "src" / "_index.yaml").write_text(text)


@pytest.fixture(scope="module")
def application(tmp_path_factory, storage):
    """Run the example application, on a port and with a storage of the test's own."""
    root = tmp_path_factory.mktemp("application")
    lay_out(root, storage)
    node = Node.boot(root)
    node.start()
    yield node
    node.stop()


def call(node: Node, name: str, code: str) -> list[str]:
    """Run a piece of code in the application and give what it prints."""
    port = node.supervisor._controllers[EntryId("app", "gateway")].service.port
    modules = [module for module in REQUIRED.findall(code) if module not in ALWAYS]
    source = f"return function()\n{code.replace('127.0.0.1:8080', f'127.0.0.1:{port}')}\nend"
    entry = Entry(EntryId("app", f"example.{name}"), "function.lua", {}, {"source": source, "modules": modules})
    node.registry.apply([Change.create(entry)])
    printed = Printed()
    logging.getLogger("wippy.app").addHandler(printed)
    logging.getLogger("wippy.app").setLevel(logging.INFO)
    try:
        node.functions.call(entry.id, (), timeout=20.0)
    finally:
        logging.getLogger("wippy.app").removeHandler(printed)
    return printed.lines


@pytest.mark.parametrize("name", sorted(load_modules()))
def test_the_example_of_a_module_prints_what_it_says(application, name):
    code = examples.of_module(name)
    said = SAID.findall(code)
    assert said, f"write runtime/reference/examples/modules/{name}.lua, with --> behind what it prints"
    assert call(application, name, code) == said


def test_the_example_of_a_terminal_answers_there(tmp_path):
    lay_out(tmp_path, "http://localhost:9000")
    command = [sys.executable, "-m", "runtime.cli.main", "run", "--exec", "app:ask"]
    ran = subprocess.run(command, input="Ada\n", capture_output=True, text=True, cwd=tmp_path, timeout=60, check=False)
    assert (ran.returncode, ran.stdout) == (0, "Who are you? Hello Ada\n"), ran.stderr


@pytest.mark.parametrize("kind", sorted(kinds()))
def test_the_example_application_shows_every_kind(application, kind):
    assert examples.of_kind(kind), f"add an entry of kind {kind} to runtime/reference/examples/application.yaml"
    assert application.registry.find({".kind": kind})


def test_every_page_in_the_repository_is_the_one_that_the_declarations_make():
    made = reference()
    kept = {path.relative_to(PAGES).as_posix(): path.read_text() for path in PAGES.rglob("*.md")}
    remedy = "run `wippy docs --write docs/reference`"
    assert sorted(kept) == sorted(made), remedy
    assert [name for name, text in made.items() if kept[name] != text] == [], remedy


def test_pages_of_what_is_gone_are_removed(tmp_path):
    (tmp_path / "kinds").mkdir()
    (tmp_path / "kinds" / "old.kind.md").write_text("old")
    assert write(tmp_path) == (len(reference()), 1)


def test_everything_that_lua_can_call_is_described():
    for module in load_modules().values():
        wrappers = [*module.functions, *(each for part in module.parts.values() for each in part.functions)]
        wrappers += [each for handle in module.handles for each in module.methods(handle)]
        assert wrappers
        assert [wrapper.options.name for wrapper in wrappers if not wrapper.body.__doc__] == [], module.name


def test_every_meaning_belongs_to_a_field():
    configs = {kind: handler.config for kind, handler in kinds().items()}
    configs |= {"lifecycle": Lifecycle, "code": configs["function.lua"]}
    meanings = dict(fields.known_meanings())
    about = meanings.pop("kinds")
    assert about.keys() >= kinds().keys(), "say in runtime/reference/meanings.yaml what the kind is"
    for kind, known in meanings.items():
        assert known.keys() <= {field.path for field in fields.fields_of(configs[kind])}, kind


def test_signatures_and_types_are_those_of_lua():
    page = reference()["modules/store.md"]
    assert "### `:set(key: string, value?: any, ttl?: number = 0) -> boolean`" in page
    assert "### `store.get(id: string) -> store.Store`" in page
    assert "| `store.key.get` | the store |" in page
    kind = reference()["kinds/store.memory.md"]
    assert "| `cleanup_interval` | duration | `5m` |" in kind
    policy = pages.kind_page("security.policy", kinds()["security.policy"])
    assert "| `policy.actions` | text or list of text | required |" in policy
