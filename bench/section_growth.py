"""Growth: twice the input, at most 2.3 times the time."""

from __future__ import annotations

from collections.abc import Callable

import measure
import workloads
from doing import Work, decode_stream, tap_stream, translate_body, translate_stream
from section_streams import PAIRS
from workloads import ANTHROPIC, CHAT, GEMINI, REQUESTS, RESPONSES_API, STREAMS

from modelwire import codecs

__all__ = ["doubling"]

Row = measure.Ratio


def _stream(dialect: str, size: int, read: int = workloads.READ) -> Work:
    pieces = workloads.reads(b"".join(STREAMS[dialect](size)), read)
    return lambda: decode_stream(dialect, pieces)


def _one_event(size: int) -> Work:
    events = STREAMS[CHAT](10)
    events[2] = events[2].replace(b'"content":" ', b'"content":"' + b"x" * size)
    pieces = workloads.reads(b"".join(events), 1024)
    return lambda: decode_stream(CHAT, pieces)


def _tapped(dialect: str, size: int) -> Work:
    pieces = workloads.reads(b"".join(STREAMS[dialect](size)))
    return lambda: tap_stream(dialect, pieces)


def _translated(source: str, target: str, size: int) -> Work:
    pieces = workloads.reads(b"".join(STREAMS[source](size)))
    return lambda: translate_stream(source, target, pieces)


def _request(source: str, target: str, **size: int) -> Work:
    body = REQUESTS[source](**size)
    return lambda: translate_body(source, target, body)


def _response(dialect: str, **size: int) -> Work:
    body = workloads.RESPONSES[dialect](**size)
    decode = codecs.get(dialect).decode_response
    return lambda: decode(body)


def _cases() -> dict[str, tuple[Callable[[int], Work], int]]:
    """By name: makes the work of a size, and the size to begin with."""
    cases: dict[str, tuple[Callable[[int], Work], int]] = {
        "one event in reads of 1 KiB": (_one_event, 500_000)
    }
    for dialect in STREAMS:
        cases[f"{dialect} stream"] = (lambda n, d=dialect: _stream(d, n), 2000)
        cases[f"{dialect} stream in 7-byte reads"] = (
            lambda n, d=dialect: _stream(d, n, 7),
            500,
        )
        cases[f"{dialect} stream with a tap"] = (
            lambda n, d=dialect: _tapped(d, n),
            2000,
        )
    for source, target, _ in PAIRS:
        cases[f"{source} -> {target} stream"] = (
            lambda n, s=source, t=target: _translated(s, t, n),
            2000,
        )
    for source, target in (
        (CHAT, ANTHROPIC),
        (RESPONSES_API, CHAT),
        (ANTHROPIC, GEMINI),
        (GEMINI, CHAT),
    ):
        ends = f"{source} -> {target} request"
        # What grows is most of what there is, or nothing would be seen of it.
        for what, begin, rest in (
            ("messages", 200, {}),
            ("tools", 100, {"messages": 4}),
            ("words", 10_000, {"messages": 8, "tools": 1, "args": 1}),
            ("args", 20_000, {"messages": 8, "tools": 1, "words": 1}),
            ("fields", 500, {"messages": 4, "tools": 1}),
        ):
            cases[f"{ends}, {_NAMES[what]}"] = (
                lambda n, s=source, t=target, w=what, r=rest: _request(
                    s, t, **{**r, w: n}
                ),
                begin,
            )
    for dialect in STREAMS:
        for what, begin, rest in (
            ("words", 20_000, {"calls": 0}),
            ("calls", 100, {"words": 1}),
        ):
            cases[f"{dialect} response, {_NAMES[what]}"] = (
                lambda n, d=dialect, w=what, r=rest: _response(d, **{**r, w: n}),
                begin,
            )
    return cases


_NAMES = {
    "messages": "messages",
    "tools": "tools",
    "words": "words of a text",
    "args": "words of a call's arguments",
    "fields": "fields of a schema",
    "calls": "calls",
}


def doubling(count: int) -> list[Row]:
    """Every case, doubled."""
    return [
        measure.rounds(
            f"doubling: {name}",
            make(2 * size),
            make(size),
            goal=2.3,
            count=count,
            unit="x half",
        )
        for name, (make, size) in _cases().items()
    ]
