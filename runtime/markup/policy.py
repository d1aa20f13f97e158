"""What of an HTML text may stay. nh3 parses, filters and writes it; here is only what is asked of it.

Where no policy on URLs was given, those with the schemes that ammonia holds harmless stay, and relative ones: a policy
that allows `href` and says nothing else must not let scripts through.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import nh3

if TYPE_CHECKING:
    from collections.abc import Iterable

    from runtime.text.expression import Expression

# Never allowed, whatever a policy says, and what stands in them goes with them.
_FORBIDDEN = frozenset({"script", "style"})
_URLS = frozenset({"href", "src", "cite", "action", "formaction", "poster", "background", "data", "longdesc", "ping"})
_LINKS = re.compile(r'<(a|area)((?: [^\s=<>"]+="[^"]*")*)>')
_ATTRIBUTE = re.compile(r' ([^\s=<>"]+)="([^"]*)"')
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_INVISIBLE = re.compile(r"[\x00-\x20]+")
_IMAGE = re.compile(r"data:image/(?:gif|jpeg|png|webp);base64,[A-Za-z0-9+/]+={0,2}\Z")
EVERYWHERE = "*"


@dataclass
class Policy:
    """What may stay.

    `attributes` has the expressions of which one must be found in the value, None for any value, by element and
    attribute; the element `*` stands for all. `schemes` and `relative` are None until somebody decides.
    """

    elements: set[str] = field(default_factory=set)
    attributes: dict[str, dict[str, list[Expression | None]]] = field(default_factory=dict)
    schemes: set[str] | None = None
    relative: bool | None = None
    parseable: bool = False
    images_in_urls: bool = False
    nofollow: bool = False
    noreferrer: bool = False
    target_blank: bool = False

    def allow(self, elements: Iterable[str]) -> None:
        """Let elements stay."""
        self.elements.update(name.lower() for name in elements)

    def allow_attributes(self, names: Iterable[str], elements: Iterable[str], pattern: Expression | None) -> None:
        """Let attributes stay on elements that stay."""
        for element in elements:
            allowed = self.attributes.setdefault(element.lower(), {})
            for name in names:
                allowed.setdefault(name.lower(), []).append(pattern)

    def restrict_urls(self, schemes: Iterable[str] = (), *, relative: bool | None = None) -> None:
        """Let only URLs stay that were allowed one by one."""
        self.schemes = (self.schemes or set()) | {scheme.lower() for scheme in schemes}
        self.relative = relative if relative is not None else bool(self.relative)

    def sanitized(self, text: str) -> str:
        """Give what of a text may stay, as well-formed HTML."""
        elements = self.elements - _FORBIDDEN
        schemes = set(nh3.ALLOWED_URL_SCHEMES) if self.schemes is None else set(self.schemes)
        clean = nh3.clean(
            text,
            tags=elements,
            clean_content_tags=set(_FORBIDDEN),
            attributes={element: set(names) for element, names in self.attributes.items()},
            attribute_filter=self._filtered,
            strip_comments=True,
            link_rel=None,
            url_schemes=schemes | {"data"} if self.images_in_urls else schemes,
        )
        return _LINKS.sub(self._linked, clean) if self.nofollow or self.noreferrer or self.target_blank else clean

    def _filtered(self, element: str, name: str, value: str) -> str | None:
        patterns = [
            pattern for place in (element, EVERYWHERE) for pattern in self.attributes.get(place, {}).get(name, ())
        ]
        content = value.encode("utf-8", "replace")
        if not any(pattern is None or pattern.find(content) is not None for pattern in patterns):
            return None
        return value if name not in _URLS or self._allows_url(element, name, value) else None

    def _allows_url(self, element: str, name: str, value: str) -> bool:
        url = _INVISIBLE.sub("", value)
        if self.parseable and not _parses(value):
            return False
        found = _SCHEME.match(url)
        if found is None:
            return self.relative is None or self.relative
        scheme = found[1].lower()
        if scheme == "data":
            return self.images_in_urls and (element, name) == ("img", "src") and _IMAGE.match(url) is not None
        return self.schemes is None or scheme in self.schemes

    def _linked(self, link: re.Match[str]) -> str:
        """Add to a link, as nh3 wrote it, what policies require of links."""
        attributes = dict(_ATTRIBUTE.findall(link[2]))
        url = attributes.get("href")
        if url is None:
            return link[0]
        wanted = ["nofollow"] * self.nofollow + ["noreferrer"] * self.noreferrer
        relations = attributes.get("rel", "").split()
        if wanted:
            attributes["rel"] = " ".join(dict.fromkeys([*relations, *wanted]))
        if self.target_blank and _is_qualified(url):
            attributes["target"] = "_blank"
        written = "".join(f' {name}="{value}"' for name, value in attributes.items())
        return f"<{link[1]}{written}>"


def _parses(url: str) -> bool:
    try:
        urlsplit(url.strip())
    except ValueError:
        return False
    return re.search(r"[\x00-\x1f\x7f ]", url.strip()) is None


def _is_qualified(url: str) -> bool:
    """Tell whether a URL names a host."""
    try:
        return bool(urlsplit(url).netloc)
    except ValueError:
        return False
