"""
What every dialect's wire may say, as bytes: requests, responses and streams.

The tables of each dialect are in modules of their own (`_wire_chat`, …).  Here they
stand side by side, with the paths that requests are sent to.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from types import ModuleType
from typing import Any, Final, NamedTuple

from hypothesis import strategies as st

from modelwire.codecs._json import dumps
from modelwire.testing import (
    _wire_anthropic,
    _wire_anthropic_stream,
    _wire_chat,
    _wire_chat_stream,
    _wire_gemini,
    _wire_gemini_stream,
    _wire_responses,
    _wire_responses_stream,
)

__all__ = ["TABLES", "WireRequest", "wire_requests", "wire_responses", "wire_streams"]

TABLES: Final[Mapping[str, ModuleType]] = {
    "openai-chat": _wire_chat,
    "openai-responses": _wire_responses,
    "anthropic-messages": _wire_anthropic,
    "gemini-generate": _wire_gemini,
}
"""Each dialect's module of requests and responses."""

_STREAMS: Final[Mapping[str, ModuleType]] = {
    "openai-chat": _wire_chat_stream,
    "openai-responses": _wire_responses_stream,
    "anthropic-messages": _wire_anthropic_stream,
    "gemini-generate": _wire_gemini_stream,
}

_ACTIONS: Final = (
    "generateContent",
    "streamGenerateContent?alt=sse",
    "streamGenerateContent",
)
_PATHS: Final[Mapping[str, tuple[str, ...]]] = {
    "openai-chat": ("/v1/chat/completions",),
    "openai-responses": ("/v1/responses",),
    "anthropic-messages": ("/v1/messages",),
    # Paths say something of the request: the model, and whether it streams.
    "gemini-generate": tuple(
        f"/v1beta/models/{model}:{action}"
        for model in ("m", "gemini-2.5-pro")
        for action in _ACTIONS
    ),
}


class WireRequest(NamedTuple):
    """A request as a client sends it; the arguments of `decode_request`."""

    body: bytes
    """The body."""
    path: str
    """The path, without its query."""
    query: str = ""
    """The query string."""


@functools.cache
def wire_requests(dialect: str) -> st.SearchStrategy[WireRequest]:
    """
    Give requests as clients of a dialect send them.

    Args:
        dialect: The dialect.

    Returns:
        Requests that its decoder takes, unknown fields and rare forms among them.

    Raises:
        KeyError: There is no such dialect.
    """

    def sent(body: Any, target: str) -> WireRequest:
        path, _, query = target.partition("?")
        return WireRequest(dumps(body), path, query)

    targets = st.sampled_from(_PATHS[dialect])
    return st.builds(sent, TABLES[dialect].requests(), targets)


@functools.cache
def wire_responses(dialect: str) -> st.SearchStrategy[bytes]:
    """
    Give bodies of responses as servers of a dialect send them.

    Args:
        dialect: The dialect.

    Returns:
        Bodies that are no errors.

    Raises:
        KeyError: There is no such dialect.
    """
    bodies: st.SearchStrategy[Any] = TABLES[dialect].responses()
    return bodies.map(dumps)


@functools.cache
def wire_streams(dialect: str, *, errors: bool = True) -> st.SearchStrategy[bytes]:
    """
    Give whole streams as servers of a dialect send them.

    Args:
        dialect: The dialect.
        errors: Whether some of them break off, or end in an error; without, they obey
            the dialect's grammar (`check_stream`).

    Returns:
        Bytes in the dialect's framing.

    Raises:
        KeyError: There is no such dialect.
    """
    drawn: st.SearchStrategy[bytes] = _STREAMS[dialect].streams(errors=errors)
    return drawn
