"""Chunks for a Messages stream, and reading what was written of them."""

from __future__ import annotations

from tests.codecs.anthropic_messages._streams import (
    encode,
    native,
    payloads,
)

from modelwire.codecs.anthropic_messages._grammar import check_stream
from modelwire.ir import (
    BlockStart,
    ChoiceFinish,
    Finish,
    StreamEnd,
    StreamStart,
    ToolCallPart,
)

D = "anthropic-messages"
HEAD = StreamStart("msg_1", "claude")
DONE = StreamEnd(complete=True, terminator="event")


def reason(kind="stop", raw=None):
    return ChoiceFinish(0, Finish(kind=kind, raw=raw))


def call(index, id_="c", name="f", **fields):
    return BlockStart(index, 0, ToolCallPart(id=id_, name=name, **fields))


def blocks(data):
    """(block type, its delta payloads) of every block."""
    out = []
    for item in payloads(data):
        if item["type"] == "content_block_start":
            out.append((item["content_block"], []))
        elif item["type"] == "content_block_delta":
            out[-1][1].append(item["delta"])
    return out


def run(*middle, end=None, **options):
    end = (reason(), DONE) if end is None else end
    data, losses = encode([HEAD, *middle, *end], **options)
    assert check_stream(native(data)) == []
    return data, losses


def codes(losses):
    return [(loss.code.value, loss.path or loss.to) for loss in losses]
