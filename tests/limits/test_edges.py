"""Every limit of `Limits` lets its last legal byte through, and stops at the next."""

from __future__ import annotations

import json

import attrs
import pytest
from tests.limits._long import (
    AM,
    DIALECTS,
    GG,
    OC,
    OR,
    anthropic,
    chat,
    gemini,
    responses,
    text_stream,
)

from modelwire import codecs, ir
from modelwire.codecs import Limits
from modelwire.translate import StreamTap


def stream(dialect, extra=b""):
    head, delta, tail = text_stream(dialect)
    return head + delta + extra + delta + tail


def largest(data, sizes):
    return max(sizes(block) for block in data.split(b"\n\n"))


def event_size(block):
    """What counts: the lines without their ends."""
    return sum(len(line) for line in block.split(b"\n"))


def line_size(block):
    return max(len(line) for line in block.split(b"\n"))


def nested(dialect, levels):
    """An event that nests so deep, its own object counted."""
    value = "[" * (levels - 1) + "]" * (levels - 1)
    text = {
        OC: chat({}).decode(),
        AM: anthropic("ping").decode(),
        OR: responses("in_progress", response={}).decode(),
        GG: gemini({"text": "a"}).decode(),
    }[dialect]
    return text.replace("data: {", f'data: {{"x_deep": {value}, ').encode()


def ended(dialect, data, limits):
    """The name of the limit that ended the stream, `None` where it is whole."""
    tap = StreamTap(dialect, limits=limits)
    for at in range(0, len(data), 7):
        tap.feed(data[at : at + 7])
    tap.close()
    assert tap.complete == (tap.error is None)
    if tap.error is None:
        return None
    fields = [field.name for field in attrs.fields(Limits)]
    return next((name for name in fields if name in tap.error.message), tap.error)


SIZES = [
    ("max_event_bytes", lambda data: largest(data, event_size)),
    ("max_line_bytes", lambda data: largest(data, line_size)),
    ("max_total_bytes", len),
]


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(("name", "measure"), SIZES, ids=[row[0] for row in SIZES])
def test_bytes(dialect, name, measure):
    data = stream(dialect)
    size = measure(data)
    assert ended(dialect, data, Limits(**{name: size})) is None
    assert ended(dialect, data, Limits(**{name: size - 1})) == name


@pytest.mark.parametrize("dialect", DIALECTS)
def test_json_depth(dialect):
    limits = Limits(max_json_depth=20)
    assert ended(dialect, stream(dialect, nested(dialect, 20)), limits) is None
    # Text that nests too deep is an event that cannot be read.
    assert ended(dialect, stream(dialect, nested(dialect, 21)), limits) is not None


def open_calls(dialect, count):
    """So many calls that have begun and not ended."""
    if dialect == OC:
        calls = [
            {
                "index": n,
                "id": f"c{n}",
                "type": "function",
                "function": {"name": "f", "arguments": "{}"},
            }
            for n in range(count)
        ]
        return b"".join(chat({"tool_calls": [call]}) for call in calls)
    if dialect == AM:
        return b"".join(
            anthropic(
                "content_block_start",
                index=n + 1,
                content_block={
                    "type": "tool_use",
                    "id": f"c{n}",
                    "name": "f",
                    "input": {},
                },
            )
            for n in range(count)
        )
    return b"".join(
        responses(
            "output_item.added",
            output_index=n + 1,
            item={
                "type": "function_call",
                "id": f"fc{n}",
                "call_id": f"c{n}",
                "name": "f",
                "arguments": "",
            },
        )
        for n in range(count)
    )


@pytest.mark.parametrize("dialect", [OC, AM, OR])
def test_open_blocks(dialect):
    # The text of the stream is open, too: what comes of it goes on behind the calls.
    room = 5
    fits = stream(dialect, open_calls(dialect, room - 1))
    limits = Limits(max_open_blocks=room)
    assert ended(dialect, fits, limits) is None
    over = stream(dialect, open_calls(dialect, room))
    assert ended(dialect, over, limits) == "max_open_blocks"


def waiting(size):
    """Two calls of one answer: the second waits with so many bytes."""
    first, second = (
        ir.ToolCallPart(id=name, name="f", arguments="") for name in ("a", "b")
    )
    return [
        ir.StreamStart("r", "m", 1),
        ir.BlockStart(0, 0, first),
        ir.ToolArgumentsDelta(0, '{"a":'),
        ir.BlockStart(1, 0, second),
        ir.ToolArgumentsDelta(1, json.dumps("x" * size)),
        ir.ToolArgumentsDelta(0, "1}"),
        ir.BlockStop(0),
        ir.BlockStop(1),
        ir.ChoiceFinish(0, ir.Finish(kind="tool_calls")),
        ir.StreamEnd(complete=True, terminator="event"),
    ]


@pytest.mark.parametrize("dialect", [AM, OR, GG])
def test_held_bytes(dialect):
    def fails(limit):
        limits = Limits(max_held_bytes=limit)
        encoder = codecs.get(dialect).stream_encoder(limits=limits)
        for chunk in waiting(1000):
            encoder.encode(chunk)
        return encoder.error is not None

    # One byte decides, and what is counted is near what waits.
    few, many = 0, 4000
    assert fails(few)
    assert not fails(many)
    while many - few > 1:
        middle = (few + many) // 2
        few, many = (middle, many) if fails(middle) else (few, middle)
    assert 1000 <= many <= 2200


@pytest.mark.parametrize("dialect", [OC, AM, OR])
def test_ignored_bytes(dialect):
    """A page of HTML where a stream was expected: its beginning explains it."""
    page = b"<html>" + b"x" * 100 + b"\n" + b"y" * 100 + b"\n"
    kept = {}
    for size in (50, 107, 5000):
        tap = StreamTap(dialect, limits=Limits(max_ignored_bytes=size))
        tap.feed(page)
        tap.close()
        assert tap.error is not None
        kept[size] = len(str(tap.error.raw))
    assert kept[50] < kept[107] < kept[5000]
    assert kept[50] <= 60


def test_every_limit_is_tested_here():
    tested = {
        *(name for name, _ in SIZES),
        "max_json_depth",
        "max_open_blocks",
        "max_held_bytes",
        "max_ignored_bytes",
    }
    assert tested == {field.name for field in attrs.fields(Limits)}
