"""
Headers of the OpenAI API, which its dialects share.

Which headers of a request are the protocol's own, both ways, and the names of the
response headers that other vendors have too.

Source:
    wire/errors.md and wire/auth_and_urls.md, read 2026-11-21.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from modelwire.codecs._base import Headers

__all__ = [
    "JSON_HEADERS",
    "REQUEST_HEADERS",
    "RESPONSE_HEADERS",
    "keep_headers",
]

JSON_HEADERS: Final[tuple[tuple[str, str], ...]] = (
    ("content-type", "application/json"),
)
"""The headers of every JSON body."""
REQUEST_HEADERS: Final = frozenset({"openai-beta"})
"""Protocol headers of a request that are kept; none of them is a credential."""
RESPONSE_HEADERS: Final = {
    "request-id": "x-request-id",
    **{
        f"{what}-{window}{form}": f"x-ratelimit-{what}-{window}"
        for window in ("requests", "tokens")
        for what, form in (("limit", ""), ("remaining", ""), ("reset", ":duration"))
    },
}
"""
Response headers with a meaning that other vendors have too: meaning to name.

A reset is a duration here (`6m0s`) and a moment elsewhere; without a clock neither
becomes the other, so the form is part of the meaning.
"""


def keep_headers(headers: Headers) -> tuple[tuple[str, str], ...]:
    """
    Take the protocol headers of a request that came in.

    Args:
        headers: All of its headers.

    Returns:
        Those of `REQUEST_HEADERS`, names in lower case.
    """
    lowered = ((name.lower(), value) for name, value in headers)
    return tuple(pair for pair in lowered if pair[0] in REQUEST_HEADERS)
