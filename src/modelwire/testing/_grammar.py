"""
The grammar of a dialect's stream, checked from bytes or native events.

It takes a stream in any form that a user has at hand (the bytes that a proxy wrote, a
list of reads, events that were decoded already), runs the dialect's `StreamChecker`
over it, and says in words which event breaks which rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from modelwire import codecs
from modelwire.codecs._base import Framing, GrammarViolation, Headers

__all__ = ["check_stream", "stream_violations"]

_MOST_SHOWN: Final = 20
_KEPT_TEXT: Final = 160
_CONTENT_TYPES: Final = {
    "sse": "text/event-stream",
    "json_array": "application/json",
    "ndjson": "application/x-ndjson",
}


def stream_violations(
    dialect: str,
    stream: bytes | Iterable[bytes] | Iterable[Any],
    *,
    framing: Framing = None,
) -> list[GrammarViolation]:
    """
    Give what a stream violates of its dialect's grammar.

    Args:
        dialect: The dialect.
        stream: All of its bytes, pieces of them in order, or native events as
            `event_decoder` gives them.
        framing: The framing of the bytes, where a dialect has several; `None`: the
            usual one.

    Returns:
        Every violation in order, with the event's number from 0; none for a legal
        stream.

    Raises:
        LookupError: There is no such dialect.
    """
    return [violation for violation, _ in _violations(dialect, stream, framing)]


def check_stream(
    dialect: str,
    stream: bytes | Iterable[bytes] | Iterable[Any],
    *,
    framing: Framing = None,
) -> None:
    """
    Assert that a stream obeys its dialect's grammar.

    Args:
        dialect: The dialect.
        stream: All of its bytes, pieces of them in order, or native events as
            `event_decoder` gives them.
        framing: The framing of the bytes, where a dialect has several; `None`: the
            usual one.

    Raises:
        AssertionError: It does not; one line for each violation names the event, its
            type, the state that it came in and the rule that it breaks.
        LookupError: There is no such dialect.
    """
    found = _violations(dialect, stream, framing)
    if not found:
        return
    lines = [f"the stream breaks the grammar of {dialect}:"]
    lines += [_line(violation, item) for violation, item in found[:_MOST_SHOWN]]
    if len(found) > _MOST_SHOWN:
        lines.append(f"… and {len(found) - _MOST_SHOWN} more")
    raise AssertionError("\n".join(lines))


def _line(violation: GrammarViolation, item: Any) -> str:
    if item is None:
        where = f"at the end (after {violation.index} events)"
    else:
        where = f"event {violation.index} ({violation.event})"
    text = f"  {where} in state {violation.state}: {violation.rule}"
    if item is None:
        return text
    shown = repr(getattr(item, "data", item))
    if len(shown) > _KEPT_TEXT:
        shown = shown[:_KEPT_TEXT] + "…"
    return f"{text}\n    {shown}"


def _violations(
    dialect: str, stream: bytes | Iterable[Any], framing: Framing
) -> list[tuple[GrammarViolation, Any]]:
    """Give every violation with the event that it is about; `None`: the end."""
    codec = codecs.get(dialect)
    checker = codec.StreamChecker()
    found: list[tuple[GrammarViolation, Any]] = []
    for item in _items(codec, stream, framing):
        found += [(violation, item) for violation in checker.feed(item)]
    return found + [(violation, None) for violation in checker.close()]


def _items(
    codec: Any, stream: bytes | Iterable[Any], framing: Framing
) -> Iterator[Any]:
    """Decode what is bytes, and hand on what is decoded."""
    headers: Headers = ()
    if framing is not None:
        headers = (("content-type", _CONTENT_TYPES[framing]),)
    decoder = codec.event_decoder(headers=headers)
    # bytes and their kin give integers when they are iterated.
    whole = isinstance(stream, bytes | bytearray | memoryview)
    pieces: Iterable[Any] = (bytes(stream),) if whole else stream
    for piece in pieces:
        if isinstance(piece, bytes | bytearray | memoryview):
            yield from decoder.feed(bytes(piece))
        else:
            yield piece
    yield from decoder.close()
