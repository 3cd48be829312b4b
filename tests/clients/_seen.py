"""
What a real client saw, in one small value, whichever way it read the answer.

`CLIENTS` has a row per client and a reader per way of reading: the plain call, the
raw stream, and the package's own accumulating helper.  All of one client must see the
same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import attrs
from tests._wires import AM, GG, OC, OR
from tests.clients import _seen_anthropic, _seen_gemini, _seen_openai, _seen_responses
from tests.clients._seen_value import MODEL, Seen

__all__ = ["CLIENTS", "MODEL", "STREAMED", "Client", "Seen"]

Reader = Callable[..., Seen]

STREAMED = ("raw", "helper")
"""The readers that ask for a stream."""


@attrs.frozen
class Client:
    """A client package, and how it says what all of them say."""

    dialect: str
    readers: Mapping[str, Reader]
    """They take the package's client object, and what else the request says."""
    until_error: Callable[[Any], tuple[str, Exception]]
    """Reads a stream that breaks; gives the text before that, and what was raised."""
    finishes: Mapping[str, str]
    """The words for how an answer ended, by our own."""


CLIENTS = {
    "openai": Client(
        OC,
        _seen_openai.READERS,
        _seen_openai.until_error,
        {
            "stop": "stop",
            "length": "length",
            "stop_sequence": "stop",
            "tool_calls": "tool_calls",
            "content_filter": "content_filter",
        },
    ),
    "responses": Client(
        OR,
        _seen_responses.READERS,
        _seen_responses.until_error,
        {
            "stop": "completed",
            "length": "max_output_tokens",
            "stop_sequence": "completed",
            "tool_calls": "completed",
            "content_filter": "content_filter",
        },
    ),
    "anthropic": Client(
        AM,
        _seen_anthropic.READERS,
        _seen_anthropic.until_error,
        {
            "stop": "end_turn",
            "length": "max_tokens",
            "stop_sequence": "stop_sequence",
            "tool_calls": "tool_use",
            "content_filter": "refusal",
        },
    ),
    "gemini": Client(
        GG,
        _seen_gemini.READERS,
        _seen_gemini.until_error,
        {
            "stop": "STOP",
            "length": "MAX_TOKENS",
            "stop_sequence": "STOP",
            "tool_calls": "STOP",
            "content_filter": "SAFETY",
        },
    ),
}
