"""The volumes in packs: their files are laid out below the project's state, where fs.directory finds them."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from runtime.components.wapp import PackError

if TYPE_CHECKING:
    from runtime.components.wapp import Resource


def lay_out(resource: Resource, place: Path) -> Path:
    """Write the files of a volume, unless they are there, and give their directory, which is named after the content.

    Raise PackError for a path that leads out of the volume, and when the files cannot be written.
    """
    for path in resource.files:
        parts = PurePosixPath(path).parts
        if not parts or path.startswith("/") or ".." in parts or "\0" in path:
            raise PackError(f"the volume {resource.namespace}:{resource.name} has the path '{path}', outside of it")
    target = place / _digest(resource)
    if target.is_dir():
        return target
    try:
        place.mkdir(parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(dir=place))
        try:
            for path, content in resource.files.items():
                file = unfinished / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content)
            unfinished.chmod(0o755)
            unfinished.rename(target)
        except FileExistsError:
            pass  # another process has laid it out meanwhile
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
    except OSError as problem:
        raise PackError(f"the volume {resource.namespace}:{resource.name} cannot be laid out: {problem}") from None
    return target


def _digest(resource: Resource) -> str:
    digest = hashlib.sha256()
    for path, content in sorted(resource.files.items()):
        digest.update(f"{len(path)} {path} {len(content)} ".encode())
        digest.update(content)
    return digest.hexdigest()
