"""Functions that templates may call. Each gets the values of its arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

from runtime.templates.errors import TemplateError
from runtime.templates.values import Safe, as_json, escaped, number, shown, size

if TYPE_CHECKING:
    from collections.abc import Callable

_MAX_REPEATED = 1 << 20
_JS = str.maketrans(
    {
        "\\": "\\\\", "'": "\\'", '"': '\\"', "<": "\\u003C", ">": "\\u003E", "&": "\\u0026", "=": "\\u003D",
        "\n": "\\n", "\r": "\\r", "\u2028": "\\u2028", "\u2029": "\\u2029",
    }
)  # fmt: skip


def _repeat(text: Any, count: Any) -> str:
    times = int(number(count))
    if times < 0 or len(shown(text)) * times > _MAX_REPEATED:
        raise TemplateError(f"repeat makes at most {_MAX_REPEATED} characters")
    return shown(text) * times


def _integers(first: Any, end: Any) -> list[int]:
    start, stop = int(number(first)), int(number(end))
    if stop - start > _MAX_REPEATED:
        raise TemplateError(f"ints makes at most {_MAX_REPEATED} numbers")
    return list(range(start, stop))


def _replace(text: Any, old: Any, new: Any, count: Any = -1) -> str:
    return shown(text).replace(shown(old), shown(new), int(number(count)))


def _split(text: Any, separator: Any) -> list[str]:
    return shown(text).split(shown(separator)) if shown(separator) else list(shown(text))


def _map(*pairs: Any) -> dict[str, Any]:
    if len(pairs) % 2:
        raise TemplateError("map takes keys and values in turn")
    return {shown(key): value for key, value in zip(pairs[::2], pairs[1::2], strict=True)}


def _join(items: Any, separator: Any = "") -> str:
    if not isinstance(items, list):
        raise TemplateError("join takes a list")
    return shown(separator).join(shown(item) for item in items)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "lower": lambda text: shown(text).lower(),
    "upper": lambda text: shown(text).upper(),
    "title": lambda text: shown(text).title(),
    "trimSpace": lambda text: shown(text).strip(),
    "hasPrefix": lambda text, prefix: shown(text).startswith(shown(prefix)),
    "hasSuffix": lambda text, suffix: shown(text).endswith(shown(suffix)),
    "contains": lambda text, part: shown(part) in shown(text),
    "repeat": _repeat,
    "replace": _replace,
    "split": _split,
    "join": _join,
    "len": size,
    "ints": _integers,
    "map": _map,
    "slice": lambda *items: list(items),
    "array": lambda *items: list(items),
    "html": lambda text: Safe(escaped(shown(text))),
    "safeHtml": lambda text: Safe(escaped(shown(text))),
    "url": lambda text: quote_plus(shown(text)),
    "safeJs": lambda text: Safe(shown(text).translate(_JS)),
    "json": as_json,
    "writeJson": lambda value: Safe(as_json(value).replace("<", "\\u003c").replace(">", "\\u003e")),
    "raw": lambda text: Safe(shown(text)),
    "unsafe": lambda text: Safe(shown(text)),
}
