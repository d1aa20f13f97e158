"""Policies that are made already, and groups of elements and attributes that go together."""

from __future__ import annotations

from runtime.markup.policy import EVERYWHERE, Policy
from runtime.text.expression import Expression

_NUMBER = Expression(rb"^[0-9]+$")
_NUMBER_OR_PERCENT = Expression(rb"^[0-9]+%?$")
_ALIGN = Expression(rb"(?i)^(?:left|right|top|texttop|middle|absmiddle|baseline|bottom|absbottom|center|justify|char)$")
_DIRECTION = Expression(rb"(?i)^(?:rtl|ltr|auto)$")
_LANGUAGE = Expression(rb"^[a-zA-Z]{2,20}(?:-[a-zA-Z0-9]{1,20})*$")
_NAME = Expression(rb"^[a-zA-Z0-9:\-_.]+$")
_NAMES = Expression(rb"^[a-zA-Z0-9:\-_.\s]+$")
_PROSE = Expression(rb"^[\pL\pN\pP\pM\pZ\pS\s]*$")
_TIME = Expression(rb"^[0-9TtZzPp:.+\-\sdhmsDHMSWwYy]+$")
_LIST_TYPE = Expression(rb"^(?:circle|disc|square|a|A|i|I|1)$")
_SCOPE = Expression(rb"(?i)^(?:row|col)(?:group)?$")

LISTS = ("ul", "ol", "li", "dl", "dt", "dd")
TABLES = ("table", "thead", "tbody", "tfoot", "tr", "td", "th", "caption", "colgroup", "col")
_FORMATTING = (
    "a", "abbr", "acronym", "article", "aside", "b", "bdi", "bdo", "blockquote", "br", "cite", "code", "del",
    "details", "dfn", "div", "em", "figcaption", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hgroup", "hr", "i",
    "ins", "mark", "p", "pre", "q", "rp", "rt", "ruby", "s", "samp", "section", "small", "span", "strike", "strong",
    "sub", "summary", "sup", "time", "tt", "u", "var", "wbr",
)  # fmt: skip


def allow_standard_urls(policy: Policy) -> None:
    """Allow web and mail addresses and relative ones, and ask search engines not to follow links."""
    policy.restrict_urls(("http", "https", "mailto"), relative=True)
    policy.parseable = True
    policy.nofollow = True


def allow_standard_attributes(policy: Policy, *, classes: bool = True) -> None:
    """Allow what says nothing of behaviour: direction, language, title, names."""
    policy.allow_attributes(["dir"], [EVERYWHERE], _DIRECTION)
    policy.allow_attributes(["lang"], [EVERYWHERE], _LANGUAGE)
    policy.allow_attributes(["id"], [EVERYWHERE], _NAME)
    policy.allow_attributes(["title"], [EVERYWHERE], _PROSE)
    if classes:
        policy.allow_attributes(["class"], [EVERYWHERE], _NAMES)


def allow_images(policy: Policy) -> None:
    """Allow images with their sizes and texts."""
    policy.allow(["img"])
    policy.allow_attributes(["src"], ["img"], None)
    policy.allow_attributes(["alt"], ["img"], _PROSE)
    policy.allow_attributes(["align"], ["img"], _ALIGN)
    policy.allow_attributes(["height", "width"], ["img"], _NUMBER_OR_PERCENT)


def allow_lists(policy: Policy) -> None:
    """Allow lists."""
    policy.allow(LISTS)
    policy.allow_attributes(["type"], ["ol", "ul", "li"], _LIST_TYPE)
    policy.allow_attributes(["value"], ["li"], _NUMBER)


def allow_tables(policy: Policy) -> None:
    """Allow tables."""
    policy.allow(TABLES)
    policy.allow_attributes(["colspan", "rowspan", "span"], ["td", "th", "col", "colgroup"], _NUMBER)
    policy.allow_attributes(["height", "width"], ["table", "td", "th", "col", "colgroup"], _NUMBER_OR_PERCENT)
    policy.allow_attributes(["align", "valign"], ["table", "thead", "tbody", "tfoot", "tr", "td", "th"], _ALIGN)
    policy.allow_attributes(["scope"], ["td", "th"], _SCOPE)
    policy.allow_attributes(["summary"], ["table"], _PROSE)


def user_content() -> Policy:
    """Make the policy for what users write: formatting, links, lists, tables, images."""
    policy = Policy()
    policy.allow(_FORMATTING)
    allow_standard_attributes(policy, classes=False)
    allow_standard_urls(policy)
    policy.allow_attributes(["href"], ["a"], None)
    policy.allow_attributes(["cite"], ["blockquote", "q", "del", "ins"], None)
    policy.allow_attributes(["datetime"], ["time", "del", "ins"], _TIME)
    policy.allow_attributes(["open"], ["details"], None)
    allow_lists(policy)
    allow_tables(policy)
    allow_images(policy)
    return policy
