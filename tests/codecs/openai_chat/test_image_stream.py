"""Streams of images: any cut, golden bytes, bad ends, losses, hostile events."""

from __future__ import annotations

import json

import pytest
from tests.codecs.openai_chat._media_support import chunks_of, pieces, sse, written

from modelwire.codecs import openai_chat
from modelwire.errors import StateError
from modelwire.ir import (
    ImageCompleted,
    ImagePartial,
    StreamEnd,
    StreamError,
    UnknownEvent,
    Usage,
)

OWN = "openai-chat"
WORDS = {
    "size": "1x1",
    "quality": "low",
    "background": "opaque",
    "output_format": "png",
}
EVENTS = [
    {
        "type": "image_edit.partial_image",
        "b64_json": "AA",
        "created_at": 1,
        **WORDS,
        "partial_image_index": 0,
        "new": 1,
    },
    {"type": "image_edit.unheard_of", "x": 1},
    {
        "type": "image_edit.completed",
        "b64_json": "AAAA",
        "created_at": 2,
        **WORDS,
        "usage": {"input_tokens": 1, "output_tokens": 2, "total_tokens": 3},
        "safety_identifier": "s",
    },
]
CHUNKS = [
    ImagePartial(
        operation="edit",
        data="AA",
        index=0,
        created=1,
        **WORDS,
        extra={OWN: {"new": 1}},
    ),
    UnknownEvent(OWN, EVENTS[1]),
    ImageCompleted(
        operation="edit",
        data="AAAA",
        created=2,
        **WORDS,
        usage=Usage(input_total=1, output_total=2),
        safety_identifier="s",
    ),
]


@pytest.mark.parametrize("done", [True, False])
def test_stream_in_any_cut(done):
    body = sse(*EVENTS, done=done)
    for size in (1, 5, len(body)):
        chunks = chunks_of(openai_chat.image_stream_decoder(), pieces(body, size))
        end = StreamEnd(complete=True, terminator="event" if done else "eof")
        assert chunks == [*CHUNKS, end]


def test_stream_golden_bytes():
    encoder = openai_chat.image_stream_encoder()
    assert encoder.content_type == "text/event-stream"
    data = written(encoder, [CHUNKS[0], StreamEnd(complete=True, terminator="eof")])
    assert data == (
        b"event: image_edit.partial_image\n"
        b'data: {"type":"image_edit.partial_image","b64_json":"AA","created_at":1,'
        b'"size":"1x1","quality":"low","background":"opaque","output_format":"png",'
        b'"partial_image_index":0,"new":1}\n\n'
    )
    with pytest.raises(StateError):
        encoder.encode(CHUNKS[0])


def test_stream_round_trip():
    chunks = [*CHUNKS, StreamEnd(complete=True, terminator="event")]
    encoder = openai_chat.image_stream_encoder()
    data = written(encoder, chunks)
    assert encoder.losses == ()
    assert chunks_of(openai_chat.image_stream_decoder(), [data]) == chunks


ENDS = [
    ("nothing", b"", "stream_truncated"),
    ("no final event", sse(EVENTS[0], done=False), "stream_truncated"),
    ("done too early", sse(EVENTS[0]), "stream_truncated"),
    ("cut", sse(*EVENTS)[:-300], "stream_truncated"),
    ("no JSON", b"data: {x}\n\n", "decode_error"),
    ("a list", b"data: []\n\n", "decode_error"),
    (
        "an error",
        sse(EVENTS[0], {"error": {"message": "m", "type": "server_error"}}),
        "server_error",
    ),
    ("an error event", sse({"type": "error", "message": "m"}), "unknown"),
    (
        "an error body",
        b'{"error":{"message":"m","type":"server_error"}}',
        "server_error",
    ),
]


@pytest.mark.parametrize(
    ("body", "kind"), [e[1:] for e in ENDS], ids=[e[0] for e in ENDS]
)
def test_stream_ends_badly(body, kind):
    decoder = openai_chat.image_stream_decoder()
    chunks = chunks_of(decoder, [body])
    assert isinstance(chunks[-2], StreamError)
    assert chunks[-2].error.kind == kind
    assert chunks[-1] == StreamEnd(complete=False)
    assert decoder.failed
    assert chunks_of(openai_chat.image_stream_decoder(), pieces(body, 1)) == chunks
    # The client is told, once.
    data = written(openai_chat.image_stream_encoder(), chunks)
    assert data.count(b'{"error"') == 1
    assert b"[DONE]" not in data


def test_a_stream_that_is_left_ends_in_an_error():
    data = written(openai_chat.image_stream_encoder(), CHUNKS)
    assert b'"error"' in data


def test_stream_losses():
    encoder = openai_chat.image_stream_encoder()
    data = written(
        encoder,
        [
            UnknownEvent("other", {"type": "x", "secret": 1}),
            ImagePartial(operation="variation", data="A", extra={"other": {"a": 1}}),
        ],
    )
    assert b"secret" not in data
    assert {x.path for x in encoder.losses} == {
        "$.extra",
        "$.operation",
        "$.extra['other'].a",
    }


HOSTILE = [
    {"type": "image_edit.completed"},
    {"type": "image_edit.completed", "b64_json": 1},
    {"type": []},
    {
        "type": "image_edit.completed",
        "b64_json": "A",
        "usage": [],
        "size": {},
        "created_at": "x",
    },
]


@pytest.mark.parametrize("event", HOSTILE)
def test_hostile_events_are_kept(event):
    chunks = chunks_of(openai_chat.image_stream_decoder(), [sse(event, EVENTS[2])])
    data = written(openai_chat.image_stream_encoder(), chunks)
    first = json.loads(data.split(b"data: ")[1].split(b"\n")[0])
    assert first == event
