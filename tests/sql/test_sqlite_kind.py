"""Entries of kind db.sql.sqlite: what they open, where, and what is refused."""

from pathlib import Path
from types import SimpleNamespace

import gevent
import pytest

from runtime.binding import Failure, Kind
from runtime.data.kinds import SqliteConfig, SqliteHandler
from runtime.registry.decode import decode
from runtime.registry.entry import Entry, EntryId
from runtime.registry.errors import EntryError


class Resources:
    def __init__(self):
        self.table = {}

    def put(self, key, value):
        self.table[key] = value

    def get(self, key):
        return self.table[key]

    def remove(self, key):
        del self.table[key]


@pytest.fixture
def node(tmp_path):
    return SimpleNamespace(project=SimpleNamespace(root=tmp_path), resources=Resources())


def entry(**data):
    return Entry(EntryId("app", "db"), "db.sql.sqlite", {}, data)


def create(node, made):
    handler = SqliteHandler(node)
    config = decode(made, SqliteConfig)
    handler.check(made, config)
    handler.create(made, config)
    return handler


def test_a_relative_file_lies_in_the_project_and_its_folder_is_made(node, tmp_path):
    made = entry(file="data/deep/app.db", pool={"max_lifetime": "30m", "max_open": 5}, options={"x": 1})
    create(node, made)
    node.resources.get(made.id).execute("CREATE TABLE t (x)", ())
    assert (tmp_path / "data/deep/app.db").exists()


def test_a_file_with_an_absolute_path_and_one_in_memory(node, tmp_path):
    create(node, entry(file=str(tmp_path / "elsewhere.db")))
    assert (tmp_path / "elsewhere.db").exists()
    create(node, entry(file=":memory:"))
    assert not Path(":memory:").exists()
    assert not (tmp_path / ":memory:").exists()


def test_an_update_opens_anew_and_a_removal_closes(node):
    first, second = entry(file="one.db"), entry(file="two.db")
    handler = create(node, first)
    before = node.resources.get(first.id)
    handler.update(first, first, decode(first, SqliteConfig))
    assert node.resources.get(first.id) is before
    handler.update(first, second, decode(second, SqliteConfig))
    after = node.resources.get(first.id)
    assert after is not before
    with pytest.raises(Failure) as caught:
        before.query("SELECT 1", ())
    assert caught.value.kind == Kind.UNAVAILABLE
    handler.delete(second)
    gevent.sleep(0.01)
    assert after.stats().open_connections == 0
    assert node.resources.table == {}


def test_refusals_name_the_field_and_the_remedy(node, tmp_path):
    with pytest.raises(EntryError) as missing:
        decode(entry(), SqliteConfig)
    assert missing.value.field == "file"
    (tmp_path / "folder").mkdir()
    (tmp_path / "plain").write_text("")
    for file, reason in (("", "empty"), ("folder", "is a directory"), ("plain/x.db", "cannot create the folder")):
        with pytest.raises(EntryError) as refused:
            create(node, entry(file=file))
        assert refused.value.field == "file"
        assert reason in refused.value.reason
        assert refused.value.remedy
