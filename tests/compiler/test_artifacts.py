"""The store of compiled chunks: never wrong for what stands in its files, and the same bytes from every process."""

from __future__ import annotations

import hashlib
import marshal
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from compiler.artifact import ArtifactStore
from compiler.pipeline import compile_chunk

SOURCE = "local t = {a = 1, 2.5}\nlocal function f(n) return n + t.a end\nfor k, v in pairs(t) do f(1) end\nreturn f(2)"
ROOT = Path(__file__).parent.parent.parent
MAGIC = b"WLUA1\n"


@pytest.fixture
def store(tmp_path: Path) -> ArtifactStore:
    return ArtifactStore(tmp_path / "artifacts")


def saved(store: ArtifactStore, name: str = "app:one") -> Path:
    key = store.key(SOURCE, name)
    store.save(key, compile_chunk(SOURCE, name))
    return store.path(key)


def test_a_chunk_comes_back_as_it_was(store: ArtifactStore) -> None:
    key = store.key(SOURCE, "app:one")
    chunk = compile_chunk(SOURCE, "app:one")
    store.save(key, chunk)
    assert store.load(key) == chunk


def test_an_absent_chunk_is_none(store: ArtifactStore) -> None:
    assert store.load(store.key(SOURCE, "app:one")) is None


def test_the_key_depends_on_source_and_name() -> None:
    keys = {
        ArtifactStore.key(*pair) for pair in (("a", "b"), ("b", "a"), ("a", "c"), ("", "ab"), ("ab", ""), ("a|", "b"))
    }
    assert len(keys) == 6


def test_a_file_cut_short_anywhere_is_absent(store: ArtifactStore) -> None:
    path = saved(store)
    whole = path.read_bytes()
    for length in [*range(60), *range(60, len(whole), 37)]:
        path.write_bytes(whole[:length])
        assert store.load(store.key(SOURCE, "app:one")) is None, length


def test_a_changed_byte_anywhere_makes_it_absent(store: ArtifactStore) -> None:
    path = saved(store)
    whole = path.read_bytes()
    for place in range(0, len(whole), 11):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x10]) + whole[place + 1 :])
        assert store.load(store.key(SOURCE, "app:one")) is None, place


@pytest.mark.parametrize(
    "body", [b"", b"\0" * 100, b"\xff" * 100, marshal.dumps(None), marshal.dumps((1, 2)), marshal.dumps((1, 2, 3))]
)
def test_a_foreign_body_with_a_true_digest_is_absent(store: ArtifactStore, body: bytes) -> None:
    path = saved(store)
    path.write_bytes(MAGIC + hashlib.sha256(body).digest() + body)
    assert store.load(store.key(SOURCE, "app:one")) is None


def test_a_directory_in_the_place_of_a_file_is_absent(store: ArtifactStore) -> None:
    path = saved(store)
    path.unlink()
    path.mkdir()
    assert store.load(store.key(SOURCE, "app:one")) is None


def test_writers_and_readers_at_once_never_see_half_a_chunk(store: ArtifactStore) -> None:
    key = store.key(SOURCE, "app:one")
    chunk = compile_chunk(SOURCE, "app:one")
    store.save(key, chunk)

    def work(number: int) -> bool:
        if number % 2:
            store.save(key, chunk)
        return store.load(key) == chunk

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(400)))
    assert [path.name for path in store.path(key).parent.iterdir()] == [store.path(key).name], "no temporary file stays"


def test_a_failed_write_leaves_no_file(store: ArtifactStore, monkeypatch: pytest.MonkeyPatch) -> None:
    path = saved(store)
    monkeypatch.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        saved(store)
    assert [file.name for file in path.parent.iterdir()] == [path.name]


BYTES = """
import hashlib, sys
from pathlib import Path
from compiler.pipeline import compile_chunk
digest = hashlib.sha256()
for path in sorted((Path(sys.argv[1]) / "tests" / "lua").glob("*/*.lua"))[:: int(sys.argv[2])]:
    try:
        digest.update(compile_chunk(path.read_bytes().decode("latin-1"), path.name).to_bytes())
    except Exception as error:
        digest.update(str(error).encode())
print(digest.hexdigest())
"""


def test_every_process_makes_the_same_bytes() -> None:
    digests = set()
    for seed in ("0", "1", "4711"):
        done = subprocess.run(
            [sys.executable, "-c", BYTES, str(ROOT), "4"],
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
            env={**os.environ, "PYTHONHASHSEED": seed},
        )
        digests.add(done.stdout)
    assert len(digests) == 1


def test_a_chunk_does_not_depend_on_what_was_compiled_before() -> None:
    first = compile_chunk(SOURCE, "app:one").to_bytes()
    compile_chunk("local function f(n) return n end " * 20, "app:two")
    keep = compile_chunk(SOURCE, "app:one")
    assert compile_chunk(SOURCE, "app:one").to_bytes() == first == keep.to_bytes()
