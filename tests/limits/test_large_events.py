"""
One event that comes in many small reads: it is held once, not copied at each read.

A buffer that is joined anew at every read costs the square of its size, and shows as
memory: while it is joined, the old and the new one are there at once.
"""

from __future__ import annotations

import tracemalloc

import pytest
from tests.limits._long import AM, GG, OC, OR, anthropic, chat, gemini, responses

from modelwire import codecs, framing, sse

READ = 1400
"""Bytes of a read: one packet."""
SIZE = 2 * 1024 * 1024
WORD = "x" * SIZE
ONCE = 1.3
"""What a growing buffer may take of what is in it: it grows by an eighth."""

PLACE = {"item_id": "m", "output_index": 0, "content_index": 0}
BOUNDARY = "b"
AWS = framing.encode_message((framing.AWSHeader(":event-type", "x"),), WORD.encode())
MULTIPART = framing.encode_multipart(
    (framing.FormPart(name="a", data=WORD.encode()),), boundary=BOUNDARY
)

EVENTS = [
    ("sse", sse.SSEDecoder, b"data: " + WORD.encode() + b"\n\n"),
    ("ndjson", framing.NDJSONDecoder, b'"' + WORD.encode() + b'"\n'),
    ("json_array", framing.JSONArrayDecoder, b'[{"a":"' + WORD.encode() + b'"}'),
    ("aws_eventstream", framing.AWSEventStreamDecoder, AWS),
    ("multipart", lambda: framing.MultipartDecoder(BOUNDARY), MULTIPART),
    (OC, codecs.get(OC).stream_decoder, chat({"content": WORD})),
    (
        AM,
        codecs.get(AM).stream_decoder,
        anthropic(
            "content_block_delta", index=0, delta={"type": "text_delta", "text": WORD}
        ),
    ),
    (
        OR,
        codecs.get(OR).stream_decoder,
        responses("output_text.delta", **PLACE, delta=WORD),
    ),
    (GG, codecs.get(GG).stream_decoder, gemini({"text": WORD})),
]


@pytest.mark.parametrize(
    ("make", "data"), [row[1:] for row in EVENTS], ids=[row[0] for row in EVENTS]
)
def test_an_event_in_small_reads_is_held_once(make, data):
    decoder = make()
    almost = len(data) - 4 * READ
    tracemalloc.start()
    try:
        for start in range(0, almost, READ):
            assert decoder.feed(data[start : start + READ]) == []
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak <= ONCE * len(data)
    items = decoder.feed(data[-(-almost // READ) * READ :])
    assert items
    assert not decoder.failed
