"""Deltas by template are the bytes that the general path writes."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from tests.codecs.openai_responses._streams import decode, encode
from tests.codecs.openai_responses.test_stream_corpus import STREAMS, id_of

from modelwire.codecs import Limits
from modelwire.codecs.openai_responses import _stream_fast_encode as fast
from modelwire.codecs.openai_responses._stream_encoder import ResponsesStreamEncoder
from modelwire.errors import ErrorInfo, StateError
from modelwire.ir import (
    BlockStart,
    BlockStop,
    ChoiceFinish,
    Finish,
    ReasoningDelta,
    ReasoningPart,
    RefusalDelta,
    RefusalPart,
    ServerToolCallPart,
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
from modelwire.testing import strategies as st


class General(ResponsesStreamEncoder):
    """The encoder without its templates."""

    def encode(self, chunk):
        return self._encode(chunk)


def run(encoder, chunks):
    pieces = [encoder.encode(chunk) for chunk in chunks]
    return [*pieces, encoder.close()], encoder.losses, encoder.error


def check(chunks, **options):
    quick = run(ResponsesStreamEncoder(**options), chunks)
    assert quick == run(General(**options), chunks)
    return quick


@pytest.mark.parametrize("case", STREAMS, ids=id_of)
@pytest.mark.parametrize("keep_raw", [True, False])
def test_a_recorded_stream_is_the_same(case, keep_raw):
    check(decode(case.response_body, keep_raw=keep_raw))


@pytest.mark.parametrize("source", [None, "openai-chat", "openai-responses"])
def test_any_stream_is_the_same(source):
    @settings(
        max_examples=40,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )
    @given(st.chunk_sequences(source))
    def law(chunks):
        check(chunks)
        # The native events of this dialect, too.
        check(decode(encode(chunks)[0]))

    law()


def stream(*chunks):
    kind = (
        "tool_calls" if any(type(c) is ToolArgumentsDelta for c in chunks) else "stop"
    )
    return [
        StreamStart("resp_1", "gpt", 1),
        *chunks,
        ChoiceFinish(0, Finish(kind=kind)),
        StreamEnd(complete=True),
    ]


def call(index):
    return BlockStart(index, 0, ToolCallPart(id=f"call_{index}", name="f"))


def several(make, index, text, times):
    return [make(index, text) for _ in range(times)]


MANY = 2 * fast._PIECES + 3
TEXTS = [
    ("text", BlockStart(0, 0, TextPart(text="")), TextDelta),
    ("text with a header", BlockStart(0, 0, TextPart(text="Hi ")), TextDelta),
    ("a refusal", BlockStart(0, 0, RefusalPart(text="")), RefusalDelta),
    ("thoughts", BlockStart(0, 0, ReasoningPart()), ReasoningDelta),
    ("arguments", call(0), ToolArgumentsDelta),
    (
        "free text",
        BlockStart(0, 0, ToolCallPart(id="c", name="f", kind="custom")),
        ToolArgumentsDelta,
    ),
    (
        "a server's call",
        BlockStart(
            0,
            0,
            ServerToolCallPart(
                kind="mcp",
                id="m",
                name="f",
                server_label="s",
                extra={"openai-responses": {"type": "mcp_call"}},
            ),
        ),
        ToolArgumentsDelta,
    ),
]


@pytest.mark.parametrize(
    ("start", "make"), [row[1:] for row in TEXTS], ids=[row[0] for row in TEXTS]
)
@pytest.mark.parametrize("text", ["a", 'é"\\\n\x00%d%b', "\ud834", "\U0001d11e"])
def test_a_text_is_the_same(start, make, text):
    written, _, error = check(
        stream(start, *several(make, 0, text, 3), make(0, ""), BlockStop(0))
    )
    assert error is None
    assert sum(b".delta\n" in piece for piece in written) >= 3


@pytest.mark.parametrize(
    ("start", "make"), [row[1:] for row in TEXTS], ids=[row[0] for row in TEXTS]
)
def test_many_deltas_are_joined_and_lose_nothing(start, make):
    chunks = stream(start, *several(make, 0, '{"a"', MANY), BlockStop(0))
    written, _, _ = check(chunks)
    assert (b'{\\"a\\"' * MANY) in b"".join(written)

    encoder = ResponsesStreamEncoder()
    for chunk in chunks[: 2 + MANY]:
        encoder.encode(chunk)
    assert len(encoder._pieces) < fast._PIECES + 10


def test_summaries_are_the_same():
    deltas = [
        ReasoningDelta(0, text, number)
        for number in (0, 1, 0, None, 1, None)
        for text in ("a", "", "b")
    ]
    check(stream(BlockStart(0, 0, ReasoningPart(summaries=("x",))), *deltas))


def test_counts_are_the_same():
    counts = [UsageUpdate(Usage(output_total=number)) for number in range(4)]
    text = TextDelta(0, "a")
    chunks = stream(BlockStart(0, 0, TextPart(text="")), text, *counts, text)
    check([counts[0], *chunks])
    # Behind an error nothing counts, and behind the end nothing comes.
    error = StreamError(ErrorInfo(kind="server_error", message="no"))
    check([*chunks[:3], error, counts[0], StreamEnd(complete=False)])
    encoder = ResponsesStreamEncoder()
    run(encoder, chunks)
    with pytest.raises(StateError):
        encoder.encode(counts[0])


CALLS = [
    ("one after the other", '{"a":', "1}", True),
    ("whose end is not there when the next begins", '{"a":', "1", False),
    ("text behind the value", '{"a":1}', "{}", True),
    ("no JSON", "abc", "def", False),
]


@pytest.mark.parametrize(
    ("head", "tail", "whole"), [row[1:] for row in CALLS], ids=[row[0] for row in CALLS]
)
@pytest.mark.parametrize("times", [1, MANY])
def test_whether_a_call_is_whole_is_seen(head, tail, whole, times):
    first = [
        *several(ToolArgumentsDelta, 0, head, 1),
        *several(ToolArgumentsDelta, 0, " ", times),
        ToolArgumentsDelta(0, tail),
    ]
    second = [ToolArgumentsDelta(1, "{"), ToolArgumentsDelta(1, "}")]
    written, _, _ = check(
        stream(call(0), *first, call(1), *second, BlockStop(0), BlockStop(1))
    )
    # The second streams at once only where the first cannot grow any more.
    began = len(first) + 2
    assert bool(written[began]) is whole
    # It may also be found whole while it is open beside the other.
    check(stream(call(0), call(1), *second, *first, BlockStop(1), BlockStop(0)))
    check(
        stream(
            call(0),
            *first[:-1],
            BlockStart(2, 0, TextPart(text="")),
            BlockStop(2),
            first[-1],
            call(1),
            *second,
        )
    )


@pytest.mark.parametrize("held", range(0, 40, 3))
def test_the_limit_of_what_is_held_is_the_same(held):
    check(
        stream(
            BlockStart(0, 0, TextPart(text="")),
            *several(TextDelta, 0, "abcd", 8),
            BlockStop(0),
        ),
        limits=Limits(max_held_bytes=150 + held),
    )
