"""
Hostile JSON against every decoder of every dialect: no foreign exception, no hang.

The texts stand where a body or an event is expected; the mutations put values of
wrong types into well-formed events, requests and responses.
"""

from __future__ import annotations

import base64
import contextlib
import copy
import functools
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests._paths import SHARED
from tests.judges._bodies import BODIES_OF

from modelwire import codecs, ir
from modelwire.errors import ProviderError, RemoteProtocolError

DIALECTS = list(codecs.DIALECTS)


@functools.cache
def vectors() -> tuple[dict[str, Any], ...]:
    path = SHARED / "conformance" / "json_limits.json"
    if not path.is_file():
        return ()
    return tuple(json.loads(path.read_text(encoding="utf-8"))["vectors"])


def of_kind(kind: str) -> list[Any]:
    return [pytest.param(v, id=v["id"]) for v in vectors() if v["kind"] == kind]


def text_of(vector: dict[str, Any]) -> bytes:
    if "input_b64" in vector:
        return base64.b64decode(vector["input_b64"])
    made = vector["generate"]
    text = made["prefix"] + made["unit"] * made["count"] + made["middle"]
    text += made["unit2"] * made["count2"] + made.get("suffix", "")
    return text.encode()


# --- every way in -------------------------------------------------------------------


def check_chunks(chunks: list[Any]) -> None:
    """What a stream decoder gives is a legal sequence of well-typed chunks."""
    assert isinstance(chunks[0], ir.StreamStart)
    assert isinstance(chunks[-1], ir.StreamEnd)
    for chunk in chunks:
        text = getattr(chunk, "text", "")
        assert text is None or isinstance(text, str), chunk
        if isinstance(chunk, ir.StreamError):
            assert isinstance(chunk.error.message, str)
            assert chunk.error.kind in ir.ERROR_KINDS
    ir.fold(chunks)


def feed_stream(dialect: str, data: bytes) -> None:
    decoder = codecs.get(dialect).stream_decoder()
    chunks = [*decoder.feed(data), *decoder.close()]
    assert decoder.close() == []
    check_chunks(chunks)


def feed_events(dialect: str, data: bytes) -> None:
    decoder = codecs.get(dialect).event_decoder()
    decoder.feed(data)
    decoder.close()


def feed_request(dialect: str, data: bytes) -> None:
    with contextlib.suppress(RemoteProtocolError):
        assert isinstance(codecs.get(dialect).decode_request(data), ir.ChatRequest)


def feed_response(dialect: str, data: bytes) -> None:
    with contextlib.suppress(ProviderError, RemoteProtocolError):
        assert isinstance(codecs.get(dialect).decode_response(data), ir.ChatResponse)


def feed_error(dialect: str, data: bytes) -> None:
    info = codecs.get(dialect).decode_error(data, status=500)
    assert isinstance(info.message, str)
    assert info.kind in ir.ERROR_KINDS


BODIES: dict[str, Callable[[str, bytes], None]] = {
    "request": feed_request,
    "response": feed_response,
    "error": feed_error,
}
STREAMS: dict[str, Callable[[str, bytes], None]] = {
    "stream": feed_stream,
    "events": feed_events,
}


def as_event(data: bytes, name: str | None = None) -> bytes:
    """Make an event of a JSON text; what splits lines splits the data lines."""
    lines = re.split(rb"\r\n|\n|\r", data)
    head = b""
    if name is not None:
        head = b"event: " + name.encode("utf-8", "surrogatepass") + b"\n"
    return head + b"".join(b"data: " + line + b"\n" for line in lines) + b"\n"


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("way", [*BODIES, *STREAMS])
@pytest.mark.parametrize("vector", of_kind("text"))
def test_hostile_text(vector, dialect, way):
    data = text_of(vector)
    if way in BODIES:
        BODIES[way](dialect, data)
    else:
        STREAMS[way](dialect, as_event(data))
        STREAMS[way](dialect, as_event(data, "message_start") + as_event(data))


# --- mutations ----------------------------------------------------------------------


def mutations(vector: dict[str, Any]) -> Iterator[Any]:
    """Replace every path's value by every substitute, and delete it."""
    substitutes = [json.loads(text) for text in vector["substitutes_json"]]
    for path in vector["paths"]:
        yield from changed_at(vector["template"], path, substitutes)


def changed_at(template: Any, way: list[str | int], values: list[Any]) -> Iterator[Any]:
    *towards, last = way
    for number in range(len(values) + 1):
        changed = copy.deepcopy(template)
        owner = changed
        for step in towards:
            owner = owner[step]
        if number < len(values):
            owner[last] = values[number]
        else:
            del owner[last]
        yield changed


def around(dialect: str) -> tuple[bytes, bytes]:
    """A good opening and a good closing of a stream."""
    if dialect == "openai-chat":
        chunk = {"id": "i", "object": "chat.completion.chunk", "model": "m"}
        text = {"index": 0, "delta": {"role": "assistant", "content": "a"}}
        end = {"index": 0, "delta": {}, "finish_reason": "stop"}
        opening = as_event(dumped({**chunk, "choices": [text]}))
        closing = as_event(dumped({**chunk, "choices": [end]}))
        return opening, closing + as_event(b"[DONE]")
    events = [
        as_event(dumped(event), event.get("type"))
        for event in BODIES_OF[dialect]["stream"]
    ]
    return b"".join(events[:2]), b"".join(events[2:])


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("vector", of_kind("mutation"))
def test_wrong_types(vector, dialect):
    opening, closing = around(dialect)
    for changed in mutations(vector):
        data = dumped(changed)
        event = as_event(data, vector["event"])
        for feed in STREAMS.values():
            feed(dialect, event)
            feed(dialect, opening + event + closing)
        for feed in BODIES.values():
            feed(dialect, data)


# --- our own bodies, with every leaf and container replaced -------------------------

SUBSTITUTES: list[Any] = [None, True, 0, -1, 2.5, "", "x", [], {}, [None], [[]], [{}]]
SUBSTITUTES += [{"a": 1}, 10**30, "\ud83d"]


def places(value: Any, way: tuple[str | int, ...] = ()) -> Iterator[list[str | int]]:
    """Every place inside *value*."""
    if way:
        yield list(way)
    if isinstance(value, dict):
        for key, item in value.items():
            yield from places(item, (*way, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from places(item, (*way, index))


def replaced(template: Any) -> Iterator[Any]:
    for way in places(template):
        yield from changed_at(template, way, SUBSTITUTES)


def dumped(value: Any) -> bytes:
    return json.dumps(value).encode()


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("way", BODIES)
def test_every_place_of_a_body_with_every_wrong_value(dialect, way):
    for changed in replaced(BODIES_OF[dialect][way]):
        BODIES[way](dialect, dumped(changed))


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_place_of_a_stream_with_every_wrong_value(dialect):
    for events in replaced(BODIES_OF[dialect]["stream"]):
        data = b"".join(
            as_event(
                dumped(event),
                event["type"]
                if isinstance(event, dict) and type(event.get("type")) is str
                else None,
            )
            for event in events
        )
        for feed in STREAMS.values():
            feed(dialect, data)
