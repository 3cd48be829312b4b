"""
Response headers of the OpenAI API, which its dialects share.

Source:
    wire/errors.md and wire/auth_and_urls.md, read 2026-11-21.
"""

from __future__ import annotations

from typing import Final

__all__ = ["RESPONSE_HEADERS"]

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
