"""
What is measured: streams, requests and responses with the fields that vendors send.

Field sets and sizes follow recorded traffic: a chat completion chunk has about 300
bytes, a content block delta about 140, a Responses delta about 260, a Gemini chunk
about 340.  Everything is made here and always the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import traffic_anthropic
import traffic_chat
import traffic_gemini
import traffic_responses
from traffic import Size

__all__ = [
    "ANTHROPIC",
    "CHAT",
    "GEMINI",
    "READ",
    "REQUESTS",
    "RESPONSES",
    "RESPONSES_API",
    "STREAMS",
    "LongStream",
    "payloads",
    "reads",
]

READ = 16 * 1024
"""Bytes of one read."""

CHAT, RESPONSES_API = "openai-chat", "openai-responses"
ANTHROPIC, GEMINI = "anthropic-messages", "gemini-generate"

STREAMS: dict[str, Callable[[int], list[bytes]]] = {
    CHAT: traffic_chat.stream,
    RESPONSES_API: traffic_responses.stream,
    ANTHROPIC: traffic_anthropic.stream,
    GEMINI: traffic_gemini.stream,
}
"""By dialect: makes the events of a stream of so many events."""
RESPONSES: dict[str, Callable[..., bytes]] = {
    CHAT: traffic_chat.response,
    RESPONSES_API: traffic_responses.response,
    ANTHROPIC: traffic_anthropic.response,
    GEMINI: traffic_gemini.response,
}
"""By dialect: makes a whole answer of so many words and calls."""


def _asking(make: Callable[[Size], bytes]) -> Callable[..., bytes]:
    return lambda *size, **more: make(Size(*size, **more))


REQUESTS: dict[str, Callable[..., bytes]] = {
    CHAT: _asking(traffic_chat.request),
    RESPONSES_API: _asking(traffic_responses.request),
    ANTHROPIC: _asking(traffic_anthropic.request),
    GEMINI: _asking(traffic_gemini.request),
}
"""By dialect: makes a request; its arguments are those of `traffic.Size`."""


def reads(data: bytes, size: int = READ) -> list[bytes]:
    """Cut *data* into reads."""
    return [data[at : at + size] for at in range(0, len(data), size)]


def payloads(events: Iterable[bytes]) -> list[bytes]:
    """Give the JSON of each event."""
    found = []
    for event in events:
        _, _, data = event.partition(b"data: ")
        if data.startswith(b"{"):
            found.append(data.rstrip(b"\n"))
    return found


class LongStream:
    """
    A stream of about *size* bytes that is never held as a whole.

    It is *events* with one from the middle on repeated; each pass over it gives its
    reads anew.  *plain* says whether that one is to be ASCII alone: what offsets mean
    depends on the rest, and a decoder may have to remember it.
    """

    def __init__(self, events: list[bytes], size: int, *, plain: bool = True) -> None:
        half = len(events) // 2
        middle = next(
            at for at in range(half, len(events)) if events[at].isascii() is plain
        )
        self._opening = reads(b"".join(events[: middle + 1]))
        self._block = events[middle] * max(1, READ // len(events[middle]))
        self._closing = reads(b"".join(events[middle + 1 :]))
        self._count = size // len(self._block)

    def __iter__(self) -> Iterator[bytes]:
        yield from self._opening
        for _ in range(self._count):
            yield self._block
        yield from self._closing
