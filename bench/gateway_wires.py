"""
What the load asks and what the upstream streams, as bytes made beforehand.

A request's text says how its answer is to come: `bench EVENTS INTERVAL`.  Each event
carries one mark; paced ones hold the time at which they were sent, so that whoever
reads them, behind whatever gateway, knows how long they took.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator

import attrs

__all__ = [
    "ASKED",
    "DIALECTS",
    "MARK",
    "Dialect",
    "body_of",
    "dechunked",
    "marks",
]

ASKED = re.compile(rb"bench (\d+) ([\d.]+)")
"""Finds in a request how its answer is to come: events, and seconds between two."""
MARK = re.compile(rb"@(\d+(?:\.\d+)?);")
"""Finds the marks in an answer."""


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _chunked(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


@attrs.frozen
class Dialect:
    """One dialect as far as the measurement speaks it."""

    path: str
    """Where its streams are asked for."""
    events: Callable[[bytes], bytes]
    """Gives the event of a mark."""
    opening: tuple[bytes, ...]
    """The events before the first mark."""
    closing: tuple[bytes, ...]
    """The events behind the last."""
    end: bytes
    """What every whole answer ends with."""
    more: dict[str, object]
    """What its requests say besides."""


def _chat(delta: object, finish: str | None = None, **more: object) -> bytes:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
    chunk = {
        "id": "chatcmpl-CKMLwFEI8dlPn5G0sMCmClHeinBLl",
        "object": "chat.completion.chunk",
        "created": 1758968520,
        "model": "gpt-4o-2024-08-06",
        "system_fingerprint": "fp_cbf1785567",
        "choices": [choice],
        "usage": None,
        **more,
    }
    return b"data: " + _json(chunk) + b"\n\n"


def _named(name: str, **fields: object) -> bytes:
    return b"event: %b\ndata: %b\n\n" % (name.encode(), _json({"type": name, **fields}))


def _filled(template: bytes) -> Callable[[bytes], bytes]:
    before, after = template.split(b"MARK")
    return lambda mark: before + mark + after


_COUNTED = {"prompt_tokens": 9, "completion_tokens": 200, "total_tokens": 209}
_MESSAGE = {
    "id": "msg_01XFDUDYJgAACzvnptvVoYEL",
    "type": "message",
    "role": "assistant",
    "model": "claude-sonnet-4-5",
    "content": [],
    "stop_reason": None,
    "stop_sequence": None,
    "usage": {"input_tokens": 9, "output_tokens": 1},
}

DIALECTS = {
    "chat": Dialect(
        "/v1/chat/completions",
        _filled(_chat({"content": " word @MARK;"})),
        (_chat({"role": "assistant", "content": ""}),),
        (
            _chat({}, "stop"),
            _chat({}, choices=[], usage=_COUNTED),
            b"data: [DONE]\n\n",
        ),
        b"data: [DONE]",
        {},
    ),
    "anthropic": Dialect(
        "/v1/messages",
        _filled(
            _named(
                "content_block_delta",
                index=0,
                delta={"type": "text_delta", "text": " word @MARK;"},
            )
        ),
        (
            _named("message_start", message=_MESSAGE),
            _named(
                "content_block_start",
                index=0,
                content_block={"type": "text", "text": ""},
            ),
        ),
        (
            _named("content_block_stop", index=0),
            _named(
                "message_delta",
                delta={"stop_reason": "end_turn", "stop_sequence": None},
                usage={"output_tokens": 200},
            ),
            _named("message_stop"),
        ),
        b'"message_stop"',
        {"max_tokens": 4096},
    ),
}


def body_of(dialect: str, model: str, events: int, interval: float) -> bytes:
    """Give the body of a request."""
    return _json(
        {
            "model": model,
            "messages": [{"role": "user", "content": f"bench {events} {interval}"}],
            "stream": True,
            **DIALECTS[dialect].more,
        }
    )


def pieces(dialect: str, events: int) -> Iterator[bytes | None]:
    """Give what the upstream writes, framed; `None` where a mark's event belongs."""
    row = DIALECTS[dialect]
    yield _chunked(b"".join(row.opening))
    for _ in range(events):
        yield None
    yield from map(_chunked, row.closing)
    yield b"0\r\n\r\n"


def event(dialect: str, mark: bytes) -> bytes:
    """Give the framed event of a mark."""
    return _chunked(DIALECTS[dialect].events(mark))


def stream(dialect: str, events: int) -> bytes:
    """Give the whole body that the upstream streams, unframed, marks being numbers."""
    row = DIALECTS[dialect]
    texts = [row.events(b"%d" % number) for number in range(events)]
    return b"".join((*row.opening, *texts, *row.closing))


def dechunked(data: bytes) -> bytes:
    """
    Give the body of an answer.

    Raises:
        ValueError: It is not whole.
    """
    head, _, rest = data.partition(b"\r\n\r\n")
    if b"transfer-encoding: chunked" not in head.lower():
        return rest
    found: list[bytes] = []
    place = 0
    while True:
        end = rest.index(b"\r\n", place)
        size = int(rest[place:end], 16)
        if size == 0:
            return b"".join(found)
        found.append(rest[end + 2 : end + 2 + size])
        place = end + 2 + size + 2


def marks(body: bytes) -> list[bytes]:
    """Give the marks of a body in order."""
    return MARK.findall(body)
