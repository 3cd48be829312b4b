"""Building Messages streams for tests, and running them through the codec."""

from __future__ import annotations

import json

from modelwire.codecs.anthropic_messages._stream_decoder import (
    event_decoder,
    stream_decoder,
)
from modelwire.codecs.anthropic_messages._stream_encoder import stream_encoder

USAGE = {"input_tokens": 10, "output_tokens": 1}
MESSAGE = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "claude",
    "content": [],
    "stop_reason": None,
    "stop_sequence": None,
    "usage": USAGE,
}


def event(name, **fields):
    """One event; *name* is its type and its SSE name."""
    data = json.dumps({"type": name, **fields}, separators=(",", ":"))
    return f"event: {name}\ndata: {data}\n\n".encode()


def begin(**fields):
    return event("message_start", message={**MESSAGE, **fields})


def start(index, type_, **fields):
    return event(
        "content_block_start", index=index, content_block={"type": type_, **fields}
    )


def delta(index, type_, **fields):
    return event("content_block_delta", index=index, delta={"type": type_, **fields})


def text(index, piece):
    return delta(index, "text_delta", text=piece)


def args(index, piece):
    return delta(index, "input_json_delta", partial_json=piece)


def stop(index):
    return event("content_block_stop", index=index)


def finish(reason="end_turn", usage=None, **fields):
    return event(
        "message_delta",
        delta={"stop_reason": reason, "stop_sequence": None, **fields},
        usage=usage or {"output_tokens": 5},
    )


END = event("message_stop")
TOOL = {"id": "toolu_1", "name": "f", "input": {}}


def decode(data, size=None, **options):
    decoder = stream_decoder(**options)
    out = []
    for at in range(0, len(data), size or max(len(data), 1)):
        out += decoder.feed(data[at : at + (size or len(data))])
    return out + decoder.close()


def encode(chunks, **options):
    encoder = stream_encoder(**options)
    data = b"".join(encoder.encode(chunk) for chunk in chunks) + encoder.close()
    return data, encoder.losses


def native(data):
    decoder = event_decoder()
    return decoder.feed(data) + decoder.close()


def payloads(data):
    """The JSON of every event, without the names."""
    return [item.data for item in native(data)]
