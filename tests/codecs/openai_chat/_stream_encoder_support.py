"""What the tests of the `openai-chat` stream encoder share."""

from __future__ import annotations

import json

from modelwire.codecs._base import COLLECT
from modelwire.codecs.openai_chat import (
    check_stream,
    event_decoder,
    stream_decoder,
    stream_encoder,
)
from modelwire.ir import (
    Accumulator,
    BlockStart,
    BlockStop,
    ChoiceFinish,
    Finish,
    StreamEnd,
    StreamStart,
    TextDelta,
    TextPart,
    ToolArgumentsDelta,
    ToolCallPart,
)

OC = "openai-chat"
START = StreamStart("chatcmpl-1", "m", 7)
END = StreamEnd(True, "event")
CUT = StreamEnd(False)
STOP = ChoiceFinish(0, Finish(kind="stop", raw="stop"))
CALLED = ChoiceFinish(0, Finish(kind="tool_calls", raw="tool_calls"))
HEAD = '"id":"chatcmpl-1","object":"chat.completion.chunk","created":7,"model":"m"'


def encode(*chunks, close=True, **options):
    options.setdefault("on_loss", COLLECT)
    encoder = stream_encoder(**options)
    out = b"".join(encoder.encode(chunk) for chunk in chunks)
    if close:
        out += encoder.close()
    return out, encoder.losses


def legal(body):
    decoder = event_decoder()
    assert check_stream(decoder.feed(body) + decoder.close()) == []
    return body


def payloads(body):
    lines = legal(body).decode().split("\n")
    return [json.loads(line[6:]) for line in lines if line.startswith("data: {")]


def deltas(body, choice=0):
    return [
        wire["delta"]
        for event in payloads(body)
        for wire in event.get("choices", ())
        if wire["index"] == choice
    ]


def lost(losses):
    return [(loss.code.value, loss.path or loss.to, loss.action) for loss in losses]


def folded(body):
    decoder = stream_decoder()
    accumulator = Accumulator()
    accumulator.feed_all(decoder.feed(body) + decoder.close())
    return accumulator


def text(index, *words, choice=0):
    yield BlockStart(index, choice, TextPart(text=""))
    for word in words:
        yield TextDelta(index, word)
    yield BlockStop(index)


def call(index, *pieces, id="c", name="f", choice=0, **fields):
    yield BlockStart(index, choice, ToolCallPart(id=id, name=name, **fields))
    for piece in pieces:
        yield ToolArgumentsDelta(index, piece)
    yield BlockStop(index)
