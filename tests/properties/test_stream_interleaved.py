"""
What a stream encoder writes is legal, in whatever order the chunks come.

Parallel calls whose arguments interleave, calls without arguments, usage that comes
late, errors and cuts at every place: the grammar of every target holds, what was said
arrives, and a stream that broke off never looks like an answer.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, strategies as hyp
from tests.properties._ways import examples, folded, read_stream, write_stream

from modelwire import codecs
from modelwire.errors import ErrorInfo
from modelwire.ir import (
    BlockStart,
    BlockStop,
    ChoiceFinish,
    Finish,
    PartDelta,
    ReasoningDelta,
    ReasoningPart,
    StreamEnd,
    StreamError,
    StreamStart,
    TextDelta,
    TextPart,
    ToolArgumentsDelta,
    ToolCallPart,
    Usage,
    UsageUpdate,
)
from modelwire.testing import assert_losses, check_chunks, strategies as st

TARGETS = [
    (dialect, framing)
    for dialect in codecs.DIALECTS
    for framing in ("sse", "json_array")
    if framing == "sse" or dialect == "gemini-generate"
]
START = StreamStart("r", "m", 1)
CALLED = ChoiceFinish(0, Finish(kind="tool_calls"))
END = StreamEnd(complete=True, terminator="event")
CUT = StreamEnd(complete=False)
BOOM = StreamError(ErrorInfo(kind="overloaded", message="Overloaded"))
USAGE = UsageUpdate(Usage(input_total=3, input_uncached=3, output_total=4))


def check(chunks: Any, target: str, framing: str = "sse") -> Any:
    """Write chunks; the stream is legal, and so is what a reader makes of it."""
    codec = codecs.get(target)
    body, losses = write_stream(chunks, target, framing)
    events = codec.event_decoder()
    assert codec.check_stream([*events.feed(body), *events.close()]) == []
    found = read_stream(body, target)
    assert check_chunks(found) == []
    told, read = folded(chunks), folded(found)
    assert read.complete is told.complete
    assert (read.error is None) is read.complete
    assert_losses(told.response, read.response, losses)
    return read.response


# --- calls side by side -------------------------------------------------------------


def call(index: int) -> BlockStart:
    return BlockStart(index, 0, ToolCallPart(id=f"call_{index}", name=f"f{index}"))


def more(index: int, text: str) -> ToolArgumentsDelta:
    return ToolArgumentsDelta(index, text)


def text(index: int, *pieces: str) -> list[Any]:
    start = BlockStart(index, 0, TextPart(text=""))
    return [start, *(TextDelta(index, p) for p in pieces), BlockStop(index)]


ORDERS: dict[str, list[Any]] = {
    "piece by piece": [
        call(0),
        call(1),
        more(0, '{"a"'),
        more(1, '{"b"'),
        more(0, ":1}"),
        more(1, ":2}"),
        BlockStop(0),
        BlockStop(1),
    ],
    "the second one first": [
        call(0),
        call(1),
        more(1, '{"b":2}'),
        BlockStop(1),
        more(0, '{"a":1}'),
        BlockStop(0),
    ],
    "three, the middle one without arguments": [
        call(0),
        call(1),
        call(2),
        more(2, '{"c":'),
        more(0, '{"a":1}'),
        more(2, "3}"),
        BlockStop(2),
        BlockStop(1),
        BlockStop(0),
    ],
    "all stopped at the end, as OpenAI Chat does": [
        call(0),
        more(0, '{"a":1}'),
        call(1),
        more(1, '{"b":2}'),
        BlockStop(0),
        BlockStop(1),
    ],
    "no arguments at all": [call(0), BlockStop(0), call(1), BlockStop(1)],
    "text between and behind": [
        *text(0, "a", "b"),
        call(1),
        more(1, '{"a"'),
        *text(2, "c"),
        more(1, ":1}"),
        BlockStop(1),
        *text(3, "d"),
    ],
    "thoughts while a call grows": [
        call(0),
        BlockStart(1, 0, ReasoningPart(text="")),
        more(0, '{"a":'),
        ReasoningDelta(1, "hm"),
        more(0, "1}"),
        BlockStop(1),
        BlockStop(0),
    ],
    "usage in the middle and behind the finish": [
        USAGE,
        call(0),
        USAGE,
        more(0, '{"a":1}'),
        BlockStop(0),
        CALLED,
        USAGE,
    ],
    "pieces by key for display, and the text at the end": [
        call(0),
        PartDelta(0, "arguments", "a", "x"),
        call(1),
        PartDelta(0, "arguments", "a", "y"),
        more(1, "{}"),
        more(0, '{"a":"xy"}'),
        BlockStop(0),
        BlockStop(1),
    ],
    "empty thoughts": [
        BlockStart(0, 0, ReasoningPart(text="")),
        BlockStop(0),
        BlockStart(1, 0, ReasoningPart(text="", summaries=("",))),
        BlockStop(1),
        call(2),
        BlockStop(2),
    ],
    "a brace inside a string": [
        call(0),
        call(1),
        more(0, '{"a":"}'),
        more(1, '{"b":"\\'),
        more(0, '{"}'),
        more(1, '""}'),
        BlockStop(1),
        BlockStop(0),
    ],
}
"""Chunks between the start of a stream and its end."""


def arguments(response: Any) -> dict[str, Any]:
    """Give the arguments of every call, by its name."""
    return {
        part.name: json.loads(part.arguments or "{}")
        for choice in response.choices
        for part in choice.message.parts
        if isinstance(part, ToolCallPart)
    }


def words(response: Any) -> str:
    return "".join(
        part.text
        for choice in response.choices
        for part in choice.message.parts
        if isinstance(part, TextPart)
    )


@pytest.mark.parametrize(("target", "framing"), TARGETS)
@pytest.mark.parametrize("order", ORDERS)
def test_calls_in_any_order(order, target, framing):
    middle = ORDERS[order]
    finish = [] if CALLED in middle else [CALLED]
    chunks = [START, *middle, *finish, END]
    told = folded(chunks).response
    read = check(chunks, target, framing)
    assert arguments(read) == arguments(told)
    assert words(read) == words(told)
    assert read.choices[0].finish.kind == "tool_calls"
    assert (read.usage is None) is (told.usage is None) or target.startswith("anthr")


@hyp.composite
def parallel_calls(draw: hyp.DrawFn) -> list[Any]:
    """Draw calls that start, grow and stop in any order, texts among them."""
    count = draw(hyp.integers(1, 4))
    rows: list[list[Any]] = []
    for index in range(count):
        value = draw(st.json_objects())
        data = json.dumps(value, ensure_ascii=draw(hyp.booleans()))
        places = draw(hyp.lists(hyp.integers(0, len(data)), max_size=3).map(sorted))
        cuts = [0, *places, len(data)]
        pieces = [data[a:b] for a, b in zip(cuts, cuts[1:], strict=False)]  # noqa: RUF007
        if not value and draw(hyp.booleans()):
            pieces = []
        rows.append([call(index), *(more(index, p) for p in pieces), BlockStop(index)])
    chunks: list[Any] = [START]
    begun = 0
    while any(rows):
        # Blocks start in order; what follows interleaves.
        ready = [row for n, row in enumerate(rows) if row and n <= begun]
        row = draw(hyp.sampled_from(ready))
        chunk = row.pop(0)
        begun += isinstance(chunk, BlockStart)
        chunks.append(chunk)
        if draw(hyp.integers(0, 5)) == 0:
            chunks.append(USAGE)
    return [*chunks, CALLED, END]


@pytest.mark.parametrize(("target", "framing"), TARGETS)
def test_parallel_calls_arrive_whole(target, framing):
    @examples(30)
    @given(parallel_calls())
    def run(chunks):
        read = check(chunks, target, framing)
        assert arguments(read) == arguments(folded(chunks).response)

    run()


# --- cut anywhere -------------------------------------------------------------------

ENDS = {"an error": [BOOM, CUT], "a cut": [CUT], "only close()": []}


@pytest.mark.parametrize("source", [None, *codecs.DIALECTS])
@pytest.mark.parametrize("target", codecs.DIALECTS)
def test_cut_anywhere_it_is_legal_and_no_answer(target, source):
    @examples(4, 100)
    @given(st.chunk_sequences(source, errors=False))
    def run(chunks):
        check(chunks, target)
        for place in range(len(chunks)):
            for tail in ENDS.values():
                check([*chunks[:place], *tail], target)

    run()


@pytest.mark.parametrize(("target", "framing"), TARGETS)
@pytest.mark.parametrize("order", ORDERS)
def test_calls_cut_anywhere(order, target, framing):
    chunks = [START, *ORDERS[order]]
    for place in range(len(chunks) + 1):
        for tail in ENDS.values():
            read = check([*chunks[:place], *tail], target, framing)
            for name, value in arguments_so_far(read).items():
                # Half of a call is never completed to a whole one.
                assert value in ("", "{}") or told(chunks, name).startswith(value)


def test_half_of_a_call_is_no_item():
    # The second call waits for the first; the error lets it out, and the first is cut.
    chunks = [START, call(0), call(1), more(0, '{"a":'), more(1, '{"b":2}'), BOOM, CUT]
    body, _ = write_stream(chunks, "openai-responses")
    assert b'"b\\":2}' in body
    assert body.count(b"event: response.output_item.added") == 2
    assert b"event: response.output_item.done" not in body
    body, _ = write_stream(chunks, "gemini-generate")
    assert b'"args":{"b":2}' in body
    assert b'{"a"' not in body


def arguments_so_far(response: Any) -> dict[str, str]:
    return {
        part.name: part.arguments
        for choice in response.choices
        for part in choice.message.parts
        if isinstance(part, ToolCallPart)
    }


def told(chunks: Any, name: str) -> str:
    """Give the text of a call's arguments, as it came."""
    index = int(name[1:])
    return "".join(
        chunk.text
        for chunk in chunks
        if isinstance(chunk, ToolArgumentsDelta) and chunk.index == index
    )
