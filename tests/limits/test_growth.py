"""
Twice the input costs twice the work: counted in calls of functions, not in time.

What C code does inside one call is not seen here; that buffers are not copied at every
read is tested by memory, in test_large_events.py.
"""

from __future__ import annotations

import sys

import pytest
from tests.limits._long import AM, DIALECTS, GG, OC, OR, anthropic, chat, text_stream

from modelwire import codecs, ir
from modelwire.translate import StreamTranslator, translate_request

MOST = 2.3
"""How much more twice the input may cost (DESIGN.md, section 7)."""


def calls(use):
    """How many functions, ours and built-in ones, are called."""
    count = 0

    def seen(frame, event, argument):
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(seen)
    try:
        use()
    finally:
        sys.setprofile(None)
    return count


def assert_linear(work, size):
    """*work* gives a function for a size; its set-up is not counted."""
    calls(work(2))  # what is made once: tables, lazy imports
    few, many = calls(work(size)), calls(work(2 * size))
    assert few > size
    assert many <= MOST * few


def tiny_events(dialect, count):
    head, delta, tail = text_stream(dialect)
    return head + delta * count + tail


@pytest.mark.parametrize("dialect", DIALECTS)
def test_tiny_events(dialect):
    def work(count):
        decoder = codecs.get(dialect).stream_decoder()
        data = tiny_events(dialect, count)
        reads = [data[i : i + 100] for i in range(0, len(data), 100)]

        def use():
            for read in reads:
                decoder.feed(read)
            decoder.close()

        return use

    assert_linear(work, 500)


@pytest.mark.parametrize("target", DIALECTS)
@pytest.mark.parametrize("source", DIALECTS)
def test_translated_events(source, target):
    def work(count):
        translator = StreamTranslator(source, target)
        data = tiny_events(source, count)

        def use():
            translator.feed(data)
            translator.close()

        return use

    assert_linear(work, 300)


def blocks_of(dialect, count):
    """So many calls, one after the other, each with its arguments."""
    chunks = [ir.StreamStart("r", "m", 1)]
    for number in range(count):
        part = ir.ToolCallPart(id=f"c{number}", name="f", arguments="")
        chunks += [
            ir.BlockStart(number, 0, part),
            ir.ToolArgumentsDelta(number, '{"a":1}'),
            ir.BlockStop(number),
        ]
    chunks += [
        ir.ChoiceFinish(0, ir.Finish(kind="tool_calls")),
        ir.StreamEnd(complete=True, terminator="event"),
    ]
    encoder = codecs.get(dialect).stream_encoder()
    return b"".join(map(encoder.encode, chunks))


@pytest.mark.parametrize("dialect", DIALECTS)
def test_blocks(dialect):
    def work(count):
        data = blocks_of(dialect, count)
        decoder = codecs.get(dialect).stream_decoder()
        target = codecs.get(dialect).stream_encoder()

        def use():
            answer = ir.Accumulator()
            for chunk in [*decoder.feed(data), *decoder.close()]:
                answer.feed(chunk)
                target.encode(chunk)
            assert answer.complete

        return use

    assert_linear(work, 200)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_interleaved_calls(dialect):
    """Every delta belongs to another call than the one before it."""

    def work(count):
        width = 8
        chunks = [ir.StreamStart("r", "m", 1)]
        for number in range(width):
            part = ir.ToolCallPart(id=f"c{number}", name="f", arguments="")
            chunks.append(ir.BlockStart(number, 0, part))
        chunks += [ir.ToolArgumentsDelta(n, '{"a":"') for n in range(width)]
        chunks += [ir.ToolArgumentsDelta(n % width, "x") for n in range(count)]
        chunks += [ir.ToolArgumentsDelta(n, '"}') for n in range(width)]
        chunks += [ir.BlockStop(number) for number in range(width)]
        chunks += [
            ir.ChoiceFinish(0, ir.Finish(kind="tool_calls")),
            ir.StreamEnd(complete=True, terminator="event"),
        ]
        encoder = codecs.get(dialect).stream_encoder()

        def use():
            for chunk in chunks:
                encoder.encode(chunk)

        return use

    assert_linear(work, 400)


ARGUMENTS = [
    (
        OC,
        chat(
            {
                "tool_calls": [
                    {
                        "index": 0,
                        "id": "c",
                        "type": "function",
                        "function": {"name": "f", "arguments": '{"a":"'},
                    }
                ]
            }
        ),
        chat({"tool_calls": [{"index": 0, "function": {"arguments": "xxxxxxxxxx"}}]}),
    ),
    (
        AM,
        anthropic(
            "content_block_start",
            index=0,
            content_block={"type": "tool_use", "id": "c", "name": "f", "input": {}},
        )
        + anthropic(
            "content_block_delta",
            index=0,
            delta={"type": "input_json_delta", "partial_json": '{"a":"'},
        ),
        anthropic(
            "content_block_delta",
            index=0,
            delta={"type": "input_json_delta", "partial_json": "xxxxxxxxxx"},
        ),
    ),
]


@pytest.mark.parametrize("look", [False, True], ids=["folded", "looked at often"])
@pytest.mark.parametrize(
    ("dialect", "head", "delta"), ARGUMENTS, ids=[row[0] for row in ARGUMENTS]
)
def test_long_arguments(dialect, head, delta, look):
    def work(count):
        decoder = codecs.get(dialect).stream_decoder()

        def use():
            answer = ir.Accumulator()
            answer.feed_all(decoder.feed(head))
            for _ in range(count):
                answer.feed_all(decoder.feed(delta))
                if look:
                    answer.partial_arguments(0)

        return use

    assert_linear(work, 500)


@pytest.mark.parametrize("target", [OR, AM, GG])
def test_long_histories(target):
    def work(count):
        messages = ",".join(
            f'{{"role":"user","content":"a{n}"}},'
            f'{{"role":"assistant","tool_calls":[{{"id":"c{n}","type":"function",'
            f'"function":{{"name":"f","arguments":"{{}}"}}}}]}},'
            f'{{"role":"tool","tool_call_id":"c{n}","content":"b"}}'
            for n in range(count)
        )
        body = f'{{"model":"m","messages":[{messages}]}}'.encode()
        return lambda: translate_request(body, source=OC, target=target)

    assert_linear(work, 60)
