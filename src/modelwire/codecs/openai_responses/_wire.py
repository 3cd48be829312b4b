"""
Wire strings of `openai-responses`, and how unknown fields and spellings are kept.

It takes parsed JSON and gives back the parts of it that the IR has no name for, as an
`extra` mapping, and the other way round.  Nothing here knows an item.

Source:
    wire/openai_responses.md sections 1 to 7 and the types of openai-python 3.52, read
    2026-11-21.
"""

from __future__ import annotations

from typing import Final

from modelwire.codecs._openai_headers import (
    JSON_HEADERS,
    REQUEST_HEADERS,
    RESPONSE_HEADERS,
)
from modelwire.codecs._own_extra import OwnExtra

__all__ = [
    "DIALECT",
    "JSON_HEADERS",
    "OBJECT",
    "OWN",
    "PATH",
    "REQUEST_HEADERS",
    "RESPONSE_HEADERS",
    "STREAM_HAS_USAGE",
    "extra_with",
    "merge_own",
    "own_fields",
    "spelling_of",
]

DIALECT: Final = "openai-responses"
"""The dialect's id."""
PATH: Final = "/v1/responses"
"""The vendor's default path."""
OBJECT: Final = "response"
"""The `object` of a response."""
STREAM_HAS_USAGE: Final = True
"""The terminal event repeats the response, usage included."""

OWN: Final = OwnExtra(DIALECT)
"""Reads and writes this dialect's unknown fields."""
own_fields = OWN.fields
spelling_of = OWN.spelling
extra_with = OWN.keep
merge_own = OWN.merge
