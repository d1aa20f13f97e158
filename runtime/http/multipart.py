"""Forms with files (multipart/form-data): Falcon parses them, large parts go to temporary files."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any

import falcon
from falcon.media.multipart import MultipartForm, MultipartParseOptions

from runtime.binding import Failure, Kind

if TYPE_CHECKING:
    from falcon.media.multipart import BodyPart

_PIECE = 64 * 1024
_MAX_PARTS = 1000
_MAX_TEXT = 10 * 1024 * 1024  # bytes of one text field


@dataclass
class Upload:
    """An uploaded file: its name as the client gave it, its size in bytes, and the content, which may lie on disk."""

    name: str
    size: int
    headers: dict[str, str]
    content: IO[bytes]


@dataclass
class Form:
    """The fields of a form, each with its values in order."""

    values: dict[str, list[str]] = field(default_factory=dict)
    files: dict[str, list[Upload]] = field(default_factory=dict)

    def close(self) -> None:
        """Let go of the files."""
        for uploads in self.files.values():
            for upload in uploads:
                upload.content.close()


def parse_form(stream: Any, content_type: str, max_memory: int) -> Form:
    """Read a form from a stream of bytes; `max_memory` bytes of all files stay in memory. Strings are Lua strings.

    Raise Failure INVALID when the content type is another one, INTERNAL when the form is broken.
    """
    media_type, options = falcon.parse_header(content_type)
    if media_type != "multipart/form-data":
        raise Failure(Kind.INVALID, "content type is not multipart/form-data")
    boundary = options.get("boundary", "")
    if not boundary or len(boundary) > 70:  # RFC 2046, section 5.1.1
        raise _broken("the boundary is missing or too long")
    limits = MultipartParseOptions()
    limits.max_body_part_count = _MAX_PARTS
    limits.max_body_part_buffer_size = _MAX_TEXT
    form = Form()
    reader = falcon.BufferedReader(stream.read, _EVERYTHING)
    try:
        for part in MultipartForm(reader, boundary.encode("latin-1"), None, limits):
            _take(part, form, max_memory)
    except falcon.HTTPError as error:
        form.close()
        raise _broken(error.description or error.title or "it is not well-formed") from error
    return form


_EVERYTHING = 1 << 62


def _take(part: BodyPart, form: Form, max_memory: int) -> None:
    name = _lua(part.name or "")
    if part.filename is None:
        form.values.setdefault(name, []).append(part.get_data().decode("latin-1"))
        return
    in_memory = sum(upload.size for uploads in form.files.values() for upload in uploads)
    content: Any = tempfile.SpooledTemporaryFile(max_size=max(1, max_memory - in_memory))  # noqa: SIM115  (lives with the upload)
    size = 0
    while piece := part.stream.read(_PIECE):
        size += content.write(piece)
    content.seek(0)
    headers = {"content-type": part.content_type, "content-disposition": ""}
    headers |= {key.decode("latin-1"): value.decode("latin-1") for key, value in part._headers.items()}  # noqa: SLF001  (the only way)
    form.files.setdefault(name, []).append(Upload(_lua(part.filename), size, headers, content))


def _lua(text: str) -> str:
    return text.encode("utf-8", "surrogateescape").decode("latin-1")


def _broken(reason: str) -> Failure:
    return Failure(Kind.INTERNAL, f"failed to parse multipart form: {reason}", details={"type": "PARSE_FAILED"})
