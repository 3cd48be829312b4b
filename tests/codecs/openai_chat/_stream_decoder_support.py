"""What the tests of the `openai-chat` stream decoder share."""

from __future__ import annotations

import json

from modelwire.codecs.openai_chat import stream_decoder
from modelwire.ir import (
    Accumulator,
    ToolCallPart,
)
from modelwire.testing import check_chunks

OC = "openai-chat"
HEAD = {
    "id": "chatcmpl-1",
    "object": "chat.completion.chunk",
    "created": 7,
    "model": "m",
}


def event(*choices, **fields):
    return {**HEAD, "choices": list(choices), **fields}


def delta(body=None, index=0, finish=None, **fields):
    return {"index": index, "delta": body or {}, "finish_reason": finish, **fields}


def say(body=None, **fields):
    return event(delta(body, **fields))


def stream(*events, done=True):
    out = b""
    for item in events:
        payload = item if isinstance(item, str) else json.dumps(item)
        out += b"data: " + payload.encode() + b"\n\n"
    return out + (b"data: [DONE]\n\n" if done else b"")


def run(body, cuts=None, **options):
    decoder = stream_decoder(**options)
    out = []
    if cuts is None:
        out += decoder.feed(body)
    else:
        for start in range(0, len(body), cuts):
            out += decoder.feed(body[start : start + cuts])
    return out + decoder.close()


def decode(*events, done=True, **options):
    body = stream(*events, done=done)
    whole = run(body, **options)
    # Chunking never matters, whatever the case is about.
    assert run(body, cuts=1, **options) == whole
    assert run(body, cuts=7, **options) == whole
    assert not check_chunks(whole)
    return whole


def folded(chunks):
    accumulator = Accumulator()
    accumulator.feed_all(chunks)
    return accumulator


def message(chunks, choice=0):
    return folded(chunks).response.choices[choice].message


def calls(chunks, choice=0):
    return [
        (part.id, part.name, part.arguments)
        for part in message(chunks, choice).parts
        if isinstance(part, ToolCallPart)
    ]


def of(kind, chunks):
    return [chunk for chunk in chunks if type(chunk) is kind]


def words(chunks):
    return [
        (type(part).__name__, part.text)
        for part in message(chunks).parts
        if not isinstance(part, ToolCallPart)
    ]


def piece(index=0, id=None, name=None, arguments=None, **fields):
    entry = dict(fields)
    if index is not None:
        entry["index"] = index
    if id is not None:
        entry["id"] = id
        entry.setdefault("type", "function")
    function = {}
    if name is not None:
        function["name"] = name
    if arguments is not None:
        function["arguments"] = arguments
    entry["function"] = function
    return entry


def tools(*pieces, **fields):
    return say({"tool_calls": list(pieces)}, **fields)


STOP = say(finish="stop")
CALLS = say(finish="tool_calls")
USAGE = {"prompt_tokens": 10, "completion_tokens": 2, "total_tokens": 12}
