"""Building Responses streams for tests, and running them through the codec."""

from __future__ import annotations

import json

from modelwire.codecs.openai_responses._grammar import check_stream
from modelwire.codecs.openai_responses._stream_decoder import (
    event_decoder,
    stream_decoder,
)
from modelwire.codecs.openai_responses._stream_encoder import stream_encoder
from modelwire.ir import Accumulator

HEAD = {"id": "resp_1", "object": "response", "created_at": 1, "model": "gpt"}
USAGE = {
    "input_tokens": 10,
    "input_tokens_details": {"cached_tokens": 4, "cache_write_tokens": 0},
    "output_tokens": 5,
    "output_tokens_details": {"reasoning_tokens": 2},
    "total_tokens": 15,
}


def event(name, *, named=True, **fields):
    """One event; *name* is its type and its SSE name."""
    kind = name if name in ("error", "keepalive") else f"response.{name}"
    data = json.dumps({"type": kind, **fields}, separators=(",", ":"))
    head = f"event: {kind}\n" if named else ""
    return f"{head}data: {data}\n\n".encode()


def begin(**fields):
    response = {**HEAD, "status": "in_progress", "output": [], "usage": None}
    return event("created", response={**response, **fields})


def end(*items, name="completed", **fields):
    response = {**HEAD, "status": name, "output": list(items), "usage": USAGE}
    return event(name, response={**response, **fields})


def added(index, item):
    return event("output_item.added", output_index=index, item=item)


def done(index, item):
    return event("output_item.done", output_index=index, item=item)


def message(*content, status="completed", id_="msg_1", **fields):
    return {
        "type": "message",
        "id": id_,
        "role": "assistant",
        "status": status,
        "content": list(content),
        **fields,
    }


def output_text(text, *annotations, **fields):
    return {
        "type": "output_text",
        "text": text,
        "annotations": list(annotations),
        "logprobs": [],
        **fields,
    }


def call(arguments="", status="completed", **fields):
    return {
        "type": "function_call",
        "id": "fc_1",
        "call_id": "call_1",
        "name": "f",
        "arguments": arguments,
        "status": status,
        **fields,
    }


def part(name, index=0, content=0, **fields):
    """One event inside of a message."""
    return event(
        name, item_id="msg_1", output_index=index, content_index=content, **fields
    )


def piece(text, index=0, content=0, **fields):
    return part("output_text.delta", index, content, delta=text, **fields)


def args(text, index=0, name="function_call_arguments.delta"):
    return event(name, item_id="fc_1", output_index=index, delta=text)


def text_item(*pieces, final=None, annotations=(), index=0):
    """A whole message with one text."""
    whole = "".join(pieces) if final is None else final
    content = output_text(whole, *annotations)
    return (
        added(index, message(status="in_progress"))
        + part("content_part.added", index, part=output_text(""))
        + b"".join(piece(text, index) for text in pieces)
        + part("output_text.done", index, text=whole, logprobs=[])
        + part("content_part.done", index, part=content)
        + done(index, message(content))
    )


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


def folded(chunks):
    accumulator = Accumulator()
    accumulator.feed_all(chunks)
    return accumulator


def native(data):
    decoder = event_decoder()
    return decoder.feed(data) + decoder.close()


def payloads(data):
    """The JSON of every event, and that the stream is legal."""
    events = native(data)
    assert check_stream(events) == []
    return [item.data for item in events]


def kinds(data):
    return [payload["type"].removeprefix("response.") for payload in payloads(data)]
