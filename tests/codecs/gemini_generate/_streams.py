"""Building generateContent streams for tests, and running them through the codec."""

from __future__ import annotations

import json

from modelwire.codecs.gemini_generate._stream_decoder import (
    event_decoder,
    stream_decoder,
)
from modelwire.codecs.gemini_generate._stream_encoder import stream_encoder
from modelwire.ir import Accumulator

SIGNATURE = "c2lnbmF0dXJl"


def response(*parts, finish=None, index=None, candidate=None, **fields):
    """One event with one candidate."""
    wire = {"content": {"role": "model", "parts": list(parts)}}
    if finish is not None:
        wire["finishReason"] = finish
    if index is not None:
        wire["index"] = index
    wire.update(candidate or {})
    return {"candidates": [wire], "responseId": "r1", "modelVersion": "m", **fields}


def text(words, **fields):
    return {"text": words, **fields}


def thought(words, **fields):
    return {"text": words, "thought": True, **fields}


def call(name, args=None, **fields):
    inner = {"name": name} if args is None else {"name": name, "args": args}
    return {"functionCall": {**inner, **fields}}


def piece(path, **fields):
    return {
        "functionCall": {
            "partialArgs": [{"jsonPath": path, **fields}],
            "willContinue": True,
        }
    }


def sse(*events):
    return b"".join(b"data: " + json.dumps(e).encode() + b"\r\n\r\n" for e in events)


def array(*events):
    return ("[" + "\n,\r\n".join(json.dumps(e, indent=2) for e in events)).encode() + (
        b"\n]\n"
    )


def decode(data, size=0, **options):
    decoder = stream_decoder(**options)
    pieces = [data[i : i + size] for i in range(0, len(data), size)] if size else [data]
    chunks = []
    for part in pieces:
        chunks += decoder.feed(part)
    return chunks + decoder.close()


def native(data):
    decoder = event_decoder()
    return decoder.feed(data) + decoder.close()


def encode(chunks, **options):
    encoder = stream_encoder(**options)
    data = b"".join(encoder.encode(chunk) for chunk in chunks)
    return data + encoder.close(), encoder.losses


def told(chunks):
    """The accumulator of *chunks*."""
    accumulator = Accumulator()
    accumulator.feed_all(chunks)
    return accumulator


def parts(chunks, choice=0):
    return told(chunks).response.choices[choice].message.parts


def objects(data):
    """The JSON of every event of an SSE body."""
    return [
        json.loads(line[6:])
        for line in data.decode().split("\n")
        if line.startswith("data: ")
    ]
