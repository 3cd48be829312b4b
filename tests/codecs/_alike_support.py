"""Streams whose events are alike, and decoders with and without what takes them."""

from __future__ import annotations

import itertools
import json

import pytest
from tests.codecs.openai_chat._stream_decoder_support import (
    piece,
    say,
)

from modelwire import codecs

__all__ = [
    "ANTHROPIC",
    "CHAT",
    "ODD_TEXTS",
    "STREAMS",
    "WORDS",
    "Counting",
    "anthropic",
    "block",
    "block_delta",
    "both",
    "chat",
    "chat_arguments",
    "cut",
    "decode",
    "filled",
    "sse",
    "sse_escaped",
    "to_machine",
]

CHAT, ANTHROPIC = "openai-chat", "anthropic-messages"

ODD_TEXTS = {
    "nothing": b'""',
    "escapes": rb'"\"\\\n\u00e9 \/"',
    "beyond ASCII": '"é\U0001d11e"'.encode(),
    "the first half": rb'"a\ud834"',
    "the second half": rb'"\udd1ea"',
    "half a character inside": rb'"a\ud834b"',
    "a quote at the end": rb'"a\""',
    "a backslash at the end": rb'"a\"',
    "blanks": b' "a" ',
    "no text": b"1",
    "two values": b'"a" "b"',
    "an object": b'{"a":"b"}',
    "no end": b'"a',
    "control characters": b'"a\tb"',
    "a line end": b'"a\nb"',
    "a carriage return behind": b'"a"\r',
    "a carriage return before": b'\r"a"',
    "a line end behind": b'"a"\n',
    "a tab behind": b'"a"\t',
    "invalid bytes": b'"\xff"',
    "a long text": b'"%b"' % (b"long " * 2000),
}
"""What may stand where an event has its text, and is no ordinary one."""


class Counting:
    """Counts the events that come to a machine."""

    def __init__(self, machine):
        self.machine = machine
        self.inner = machine.event
        self.count = 0

    def __call__(self, name, data, out):
        self.count += 1
        self.inner(name, data, out)


def decode(dialect, reads, *, alike=True, counting=None, **options):
    """Give what came of each read, with native events as text, and how it ended."""
    decoder = codecs.get(dialect).stream_decoder(**options)
    if not alike:
        decoder._alike = None
    if counting is not None:
        counting.append(Counting(decoder._machine))
        decoder._machine.event = counting[-1]
    given = [decoder.feed(read) for read in reads]
    given.append(decoder.close())
    shown = [
        [(chunk, json.dumps(getattr(chunk, "raw", None))) for chunk in chunks]
        for chunks in given
    ]
    return shown, decoder.failed, decoder.trailing_bytes


def cut(data, size):
    return [data[at : at + size] for at in range(0, len(data), size)]


def both(dialect, reads, **options):
    """Decode with and without: they must agree, and nothing comes later."""
    given, failed, trailing = decode(dialect, reads, **options)
    assert (given, failed, trailing) == decode(dialect, reads, alike=False, **options)
    return list(itertools.chain(*given)), failed, trailing


def to_machine(dialect, reads, **options):
    """Say how many events come to the machine."""
    counting = []
    decode(dialect, reads, counting=counting, **options)
    return counting[0].count


# --- streams that are alike ---------------------------------------------------------


def chat(*texts, field="content", **more):
    """A chat stream of deltas with these texts."""
    return [sse(say({field: text}, **more)) for text in texts]


def sse(data, name=None, separators=(",", ":")):
    text = json.dumps(data, ensure_ascii=False, separators=separators)
    line = "" if name is None else f"event: {name}\n"
    return f"{line}data: {text}\n\n".encode("utf-8", "surrogatepass")


def sse_escaped(data):
    """Write halves of characters as escapes, as a server may."""
    return f"data: {json.dumps(data)}\n\n".encode()


def chat_arguments(*texts):
    header = {"tool_calls": [piece(0, "c", "f", "")]}
    later = [{"tool_calls": [piece(0, arguments=text)]} for text in texts]
    return [sse(say(header)), *[sse(say(item)) for item in later]]


def filled(*texts, key="obfuscation", last=True):
    """OpenAI's stream with padding, at the end or (Azure) where its letter stands."""
    made = []
    for number, text in enumerate(texts):
        fields = {key: "aB3" * (number % 3 + 1)}
        if not last:
            fields["system_fingerprint"] = "fp"
        made.append(sse({**say({"content": text}), **fields}))
    return made


def block(index, header, *deltas):
    start = {"type": "content_block_start", "index": index, "content_block": header}
    return [
        sse(start, start["type"]),
        *[block_delta(index, item, number) for number, item in enumerate(deltas)],
    ]


def block_delta(index, item, blanks=0):
    data = {"type": "content_block_delta", "index": index, "delta": item}
    made = sse(data, data["type"])
    return made[:-3] + b" " * blanks + made[-3:]


def anthropic(*texts, kind="text_delta"):
    """A Messages stream of one block with these texts, padded as Anthropic pads."""
    header, field = {
        "text_delta": ({"type": "text", "text": ""}, "text"),
        "thinking_delta": ({"type": "thinking", "thinking": ""}, "thinking"),
        "input_json_delta": (
            {"type": "tool_use", "id": "t", "name": "f", "input": {}},
            "partial_json",
        ),
    }[kind]
    message = {"id": "m", "type": "message", "role": "assistant", "model": "x"}
    start = {"type": "message_start", "message": message}
    deltas = [{"type": kind, field: text} for text in texts]
    return [sse(start, start["type"]), *block(0, header, *deltas)]


WORDS = (" a", " b", "c\nd", "naïve 東京", 'say "x" \\', " end", "😀", "{}", " a")
STREAMS = [
    pytest.param(CHAT, chat(*WORDS), id="chat-text"),
    pytest.param(CHAT, chat(*WORDS, field="reasoning_content"), id="chat-reasoning"),
    pytest.param(CHAT, chat_arguments(*WORDS), id="chat-arguments"),
    pytest.param(CHAT, filled(*WORDS), id="chat-obfuscation"),
    pytest.param(CHAT, filled(*WORDS, last=False), id="azure-obfuscation"),
    pytest.param(CHAT, filled(*WORDS, key="p"), id="chat-p"),
    pytest.param(ANTHROPIC, anthropic(*WORDS), id="messages-text"),
    pytest.param(
        ANTHROPIC, anthropic(*WORDS, kind="thinking_delta"), id="messages-thinking"
    ),
    pytest.param(
        ANTHROPIC, anthropic(*WORDS, kind="input_json_delta"), id="messages-arguments"
    ),
]
