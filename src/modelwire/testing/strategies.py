"""
Hypothesis strategies: IR values, chunks, wire bytes whole, in pieces and in ruins.

    @given(strategies.chat_requests("openai-chat"))
    def test_same_dialect_is_lossless(request): ...

With a *dialect* the values are what that dialect's decoder gives, so that encoding
them there needs no loss; without one they are anything that the IR allows.  Values
are small: one example takes a few milliseconds.

`wire_requests`, `wire_responses` and `wire_streams` begin on the other side: they are
bytes as a dialect's clients and servers send them, rare forms and unknown fields
included, for whoever tests a parser, a proxy or a codec of their own.

This is the only module of the package that needs Hypothesis (extra `testing`).
"""

from __future__ import annotations

from typing import Final

from hypothesis import strategies as st

from modelwire.testing._strategy_chunks import chunk_sequences
from modelwire.testing._strategy_parts import (
    conversations,
    messages,
    parts,
    tool_choices,
    tools,
)
from modelwire.testing._strategy_requests import chat_requests
from modelwire.testing._strategy_responses import chat_responses, finishes, usages
from modelwire.testing._strategy_values import (
    json_objects,
    json_schemas,
    json_values,
    texts,
)
from modelwire.testing._wire_dialects import (
    WireRequest,
    wire_requests,
    wire_responses,
    wire_streams,
)

__all__ = [
    "WireRequest",
    "chat_requests",
    "chat_responses",
    "chunk_sequences",
    "chunkings",
    "conversations",
    "finishes",
    "json_objects",
    "json_schemas",
    "json_values",
    "messages",
    "mutations",
    "parts",
    "texts",
    "tool_choices",
    "tools",
    "truncations",
    "usages",
    "wire_requests",
    "wire_responses",
    "wire_streams",
]

_MOST_CUTS: Final = 12
_HOSTILE: Final = (
    b"\n", b"\r\n\r\n", b"data: ", b"\x00", b"\xff", b"{", b"}", b'"', b"\\", b"null",
    b"[", b"1e999", b"\xef\xbb\xbf", b"[DONE]", b"NaN",
)  # fmt: skip
"""Bytes that hurt parsers of streams and JSON."""


@st.composite
def chunkings(draw: st.DrawFn, data: bytes) -> list[bytes]:
    """
    Draw ways to cut bytes.

    Args:
        draw: Hypothesis's draw; leave it out when calling.
        data: The bytes.

    Returns:
        Pieces that join to *data*, empty ones among them.
    """
    places = st.lists(st.integers(0, len(data)), max_size=_MOST_CUTS).map(sorted)
    edges = [0, *draw(places), len(data)]
    return [data[a:b] for a, b in zip(edges, edges[1:], strict=False)]  # noqa: RUF007


def truncations(data: bytes) -> st.SearchStrategy[bytes]:
    """
    Give the beginnings of some bytes.

    Args:
        data: The bytes.

    Returns:
        Prefixes, the whole and the empty one included.
    """
    return st.integers(0, len(data)).map(lambda place: data[:place])


@st.composite
def mutations(draw: st.DrawFn, data: bytes) -> bytes:
    """
    Draw damaged copies of some bytes.

    Args:
        draw: Hypothesis's draw; leave it out when calling.
        data: The bytes.

    Returns:
        *data* with one to three things changed: bytes replaced, inserted, deleted,
        doubled or swapped.
    """
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.integers(0, len(data)))
        size = draw(st.integers(0, 16))
        piece = data[place : place + size]
        kind = draw(st.sampled_from(("insert", "delete", "double", "flip", "swap")))
        new = piece
        if kind == "insert":
            new = draw(st.sampled_from(_HOSTILE) | st.binary(max_size=4)) + piece
        elif kind == "delete":
            new = b""
        elif kind == "double":
            new = piece + piece
        elif kind == "flip" and piece:
            new = bytes([piece[0] ^ (1 << draw(st.integers(0, 7)))]) + piece[1:]
        elif kind == "swap":
            new = piece[::-1]
        data = data[:place] + new + data[place + size :]
    return data
