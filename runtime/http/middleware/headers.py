"""Header fields that are lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import falcon


def vary(response: falcon.Response, *names: str) -> None:
    """Say that the answer depends on these request headers too."""
    if response.get_header("Vary") is None:
        response.set_header("Vary", ", ".join(names))
        return
    present = {name.strip().lower() for name in (response.get_header("Vary") or "").split(",")}
    for name in names:
        if name.lower() not in present and "*" not in present:
            response.append_header("Vary", name)


def accepts_gzip(accept_encoding: str) -> bool:
    """Tell whether a client takes gzip: it is listed, or everything is, and not with a weight of zero (RFC 9110)."""
    weights: dict[str, str] = {}
    for item in accept_encoding.lower().split(","):
        coding, _, parameter = item.partition(";")
        weights[coding.strip()] = parameter.replace(" ", "")
    weight = weights.get("gzip", weights.get("*"))
    return weight is not None and (not weight.startswith("q=0") or weight.strip("q=0.") != "")
