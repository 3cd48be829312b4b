"""What the fuzz harnesses found, as small as can be: nothing raises, order is legal."""

from __future__ import annotations

import json

import pytest

from modelwire import codecs, ir
from modelwire.codecs import COLLECT
from modelwire.translate import StreamTap, StreamTranslator

RESPONSES, GEMINI = "openai-responses", "gemini-generate"


def sse(*events: dict) -> bytes:
    return b"".join(b"data: " + json.dumps(e).encode() + b"\n\n" for e in events)


def item(what: str, **fields) -> dict:
    return {"type": f"response.output_item.{what}", "output_index": 0, "item": fields}


MESSAGE = item("added", type="message", id="msg_1", role="assistant", content=[])
TEXT = {"type": "output_text", "text": "", "annotations": []}
DELTA = {"type": "response.output_text.delta", "output_index": 0, "delta": "a"}
AT_0 = {**DELTA, "content_index": 0}
THOUGHT = item("added", type="reasoning", id="rs_1", summary=[])

STREAMS = [
    pytest.param(
        RESPONSES,
        sse(
            MESSAGE,
            {**AT_0, "type": "response.content_part.added", "part": TEXT},
            DELTA,
            AT_0,
        ),
        id="a delta for a part that another one ended",
    ),
    pytest.param(
        RESPONSES,
        sse(item("done", type="message", content=[{"type": "output_text"}])),
        id="a text part without text",
    ),
    pytest.param(
        RESPONSES,
        sse(item("done", type="message", content=[{"type": "output_text", "text": 1}])),
        id="a text part with a number",
    ),
    pytest.param(
        RESPONSES, sse(item("done", type="message")), id="a message without content"
    ),
    pytest.param(
        RESPONSES,
        sse(THOUGHT, item("done", type=None, id="rs_1")),
        id="reasoning whose end is something else",
    ),
    pytest.param(
        GEMINI,
        sse({"candidates": [{"content": {"role": "model", "parts": [{"text": -1}]}}]}),
        id="a text that is a number",
    ),
]
BODIES = [
    pytest.param(
        "anthropic-messages",
        {"type": "message", "content": [{"text": "a"}], "usage": {}},
        id="a block without a type",
    ),
]


@pytest.mark.parametrize(("source", "data"), STREAMS)
def test_streams(source, data):
    decoder = codecs.get(source).stream_decoder()
    chunks = [*decoder.feed(data), *decoder.close()]
    ir.fold(chunks)  # refuses what is out of order
    for target in codecs.DIALECTS:
        translator = StreamTranslator(source, target)
        written = translator.feed(data) + translator.close()
        tap = StreamTap(target)
        tap.feed(written)
        tap.close()
        assert tap.complete == translator.complete
        # Within one dialect what is unknown is handed on, legal or not.
        if source != target:
            events = codecs.get(target).event_decoder()
            found = [*events.feed(written), *events.close()]
            assert not written or codecs.get(target).check_stream(found) == []


@pytest.mark.parametrize(("source", "body"), BODIES)
def test_answers(source, body):
    response = codecs.get(source).decode_response(json.dumps(body).encode())
    for target in codecs.DIALECTS:
        encoded = codecs.get(target).encode_response(response, on_loss=COLLECT)
        codecs.get(target).decode_response(encoded.body)
