"""
A stream and a whole answer say the same, for every ordered pair of dialects.

Translating a stream and folding it equals folding it and translating the fold, and
both ways lose the same; `_ways.FORCED` is the table of what the wire forces apart.
And within one dialect: a stream that is written again folds to the same, and every
leaf of it is written again, but for `NOT_LEAVES`.
"""

from __future__ import annotations

import json
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from tests._corpus import cases
from tests.properties._ways import (
    FORCED,
    Read,
    disagreements,
    folded,
    plain_way,
    stream_way,
)

from modelwire import codecs
from modelwire.codecs import COLLECT, NativeEvent
from modelwire.ir import (
    Annotation,
    AnnotationDelta,
    AudioDelta,
    AudioPart,
    Base64Source,
    BlockStart,
    BlockStop,
    CacheBreakpoint,
    ChoiceFinish,
    CompactionPart,
    Finish,
    ItemRef,
    Logprobs,
    ModerationUpdate,
    Opaque,
    PartDelta,
    ReasoningDelta,
    ReasoningPart,
    RefusalDelta,
    RefusalPart,
    SignatureDelta,
    StreamEnd,
    StreamError,
    StreamStart,
    TextDelta,
    TextPart,
    TokenLogprob,
    ToolArgumentsDelta,
    ToolCallPart,
    Usage,
    UsageUpdate,
)
from modelwire.testing import assert_accounted, canonical, strategies as st
from modelwire.testing._wire_gemini_stream import streams as gemini_streams
from modelwire.testing._wire_responses_stream import streams as responses_streams
from modelwire.translate import StreamTranslator, translate_error

PAIRS = [(a, b) for a in codecs.DIALECTS for b in codecs.DIALECTS]
QUICK = settings(max_examples=100)
STREAMS = cases("stream")


def decode(case: Any) -> list[Any]:
    decoder = codecs.get(case.dialect).stream_decoder(headers=case.response_headers)
    return [*decoder.feed(case.response_body), *decoder.close()]


# --- every pair ---------------------------------------------------------------------


@pytest.mark.parametrize("target", codecs.DIALECTS)
@pytest.mark.parametrize("case", STREAMS, ids=lambda case: case.id)
def test_recorded_streams_agree_with_plain_answers(case, target):
    source = folded(decode(case))
    translator = StreamTranslator(case.dialect, target, headers=case.response_headers)
    body = translator.feed(case.response_body) + translator.close()
    decoder = codecs.get(target).stream_decoder()
    found = folded([*decoder.feed(body), *decoder.close()])
    read = Read(found.response, translator.losses, found.error, found.complete)
    if source.complete:
        assert disagreements(read, plain_way(source.response, target), target) == []
        assert read.complete
        return
    check_broken(source, read if body else None, target)


def check_broken(source: Any, read: Read | None, target: str) -> None:
    """Both ways give the error, and no success is made up."""
    assert source.error is not None
    codec = codecs.get(target)
    plain = codec.encode_error(source.error)
    alone = codec.decode_error(plain.body, status=plain.status, headers=plain.headers)
    assert alone.message == source.error.message
    if read is None:
        return  # nothing was written: the caller answers with a status
    assert not read.complete
    assert read.error is not None
    assert (read.error.kind, read.error.message) == (alone.kind, alone.message)
    for choice in read.response.choices:
        assert choice.finish is None or target == "anthropic-messages"


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_generated_streams_agree_with_plain_answers(source, target):
    @QUICK
    @given(st.chunk_sequences(source))
    def check(chunks):
        told = folded(chunks)
        read = stream_way(chunks, target)
        if told.complete:
            plain = plain_way(told.response, target)
            assert disagreements(read, plain, target) == []
        else:
            check_broken(told, read, target)

    check()


# --- one dialect --------------------------------------------------------------------

NOT_THE_SAME = {
    "magentic__chat-model-test-openai-chat-model-gemini-acomplete-return-true-output-"
    "types1-bool": "no ids at all: they are made up, because the type requires them",
    "pydantic-ai__test-snowflake-test-snowflake-model-streaming": "no id, no time and "
    "no finish reason: made up, for the same reason",
    "pydantic-ai__test-openrouter-test-openrouter-stream-error": "a finish that came "
    "before an error is not written (E01)",
}
"""Recordings that are not equal when they are written again; losses say so."""

NOT_LEAVES: dict[str, dict[str, str]] = {
    "openai-chat": {
        "obfuscation": "padding",
        "p": "padding",
        "id": "repeated on every event; the first one counts",
        "object": "repeated",
        "created": "repeated; the first one counts",
        "model": "repeated; the last one counts",
        "role": "repeated",
        "message": "Perplexity repeats the whole answer on every event",
        "usage": "a snapshot that a later one replaces",
        "finish_reason": "repeated, or empty, or in front of an error (E01)",
    },
    "openai-responses": {
        "sequence_number": "the encoder's own counter",
        "obfuscation": "padding",
        "delta": "joined: a preview of what the item's end has whole",
        "diff": "the same",
        "command": "the same",
        "encrypted_content": "that of the item's end is the one that counts",
        "created_at": "Bedrock's 1787150055.0 is 1787150055",
        "content_index": "the encoder's own counter",
        "logprob": "rounded otherwise in deltas than in their text's end",
    },
    "anthropic-messages": {
        "index": "the encoder's own counter",
    },
    "gemini-generate": {
        "usageMetadata": "a snapshot that a later one replaces",
        "partialArgs": "a call in pieces is written whole",
        "willContinue": "the same",
        "thought": "false says nothing, and true makes it reasoning, as the fold sees",
    },
}
"""What a stream that is written again may leave out, and why; null says nothing."""

NOT_EVENTS = {
    "keepalive": "becomes a comment",
    "response.cancelled": "in no table of the vendor's; becomes response.incomplete",
    "response.reasoning_part.": "Bedrock's own; becomes content_part",
    "response.apply_patch_call_operation_diff.": "the call comes whole, with its diff",
    "response.shell_call_output_content.": "the result comes whole",
}
"""Events of Responses that are written in another form."""

JOINED = ("two answers in one body", "a second message_start")
CUT_OFF = {
    "vercel-ai__anthropic-anthropic-programmatic-tool-calling-1-chunks": JOINED[0],
    "vercel-ai__anthropic-anthropic-tool-search-deferred-regex-chunks": JOINED[0],
    "vercel-ai__anthropic-spliced-message-start-chunks": JOINED[1],
}
"""Recordings that go on behind the end of their answer; the rest is dropped."""
LATE_IDS = {
    "pydantic-ai__test-openai-responses-test-openai-responses-raw-cot-stream-openrouter"
}
"""A recording whose terminal event gives its item another id; the first one counts."""


def write(dialect: str, chunks: Any) -> tuple[bytes, Any]:
    encoder = codecs.get(dialect).stream_encoder(on_loss=COLLECT)
    return b"".join([*map(encoder.encode, chunks), encoder.close()]), encoder.losses


def read(dialect: str, body: bytes) -> list[Any]:
    decoder = codecs.get(dialect).stream_decoder()
    return [*decoder.feed(body), *decoder.close()]


def leaves(dialect: str, body: bytes) -> list[tuple[str, Any]]:
    """Give what a stream says, each with the name of its field."""
    decoder = codecs.get(dialect).event_decoder()
    found: list[tuple[str, Any]] = []

    def look(key: str, value: Any) -> None:
        if isinstance(value, dict):
            for name, item in value.items():
                if name not in NOT_LEAVES[dialect]:
                    look(name, item)
        elif isinstance(value, list):
            for item in value:
                look(key, item)
        elif value is not None and value != "":
            found.append((key, value))

    for event in [*decoder.feed(body), *decoder.close()]:
        if isinstance(event, NativeEvent) and not event.type.startswith(_PREVIEWS):
            look("", event.data)
    return found


_PREVIEWS = tuple(NOT_EVENTS)


def missing_leaves(dialect: str, before: bytes, after: bytes) -> list[Any]:
    """Give the leaves of *before* that *after* does not have, alone or joined."""
    have = leaves(dialect, after)
    written = {json.dumps(leaf) for leaf in have}
    joined = "".join(value for _, value in have if isinstance(value, str))
    return [
        (key, value)
        for key, value in leaves(dialect, before)
        if json.dumps((key, value)) not in written
        and not (isinstance(value, str) and value in joined)
    ]


@pytest.mark.parametrize("case", STREAMS, ids=lambda case: case.id)
def test_recorded_streams_are_written_again(case):
    chunks = decode(case)
    body, losses = write(case.dialect, chunks)
    before, after = folded(chunks), folded(read(case.dialect, body))
    assert (before.complete, before.error is None) == (
        after.complete,
        after.error is None,
    )
    if case.id in NOT_THE_SAME:
        assert losses
        return
    assert losses == ()
    assert canonical(after.response) == canonical(before.response)
    if before.error is not None and after.error is not None:
        assert (after.error.kind, after.error.message) == (
            before.error.kind,
            before.error.message,
        )
    if case.id not in CUT_OFF.keys() | LATE_IDS:
        assert missing_leaves(case.dialect, case.response_body, body) == []


WIRES = {
    "openai-chat": st.chunk_sequences("openai-chat").map(
        lambda chunks: write("openai-chat", chunks)[0]
    ),
    "openai-responses": responses_streams(),
    "anthropic-messages": st.chunk_sequences("anthropic-messages").map(
        lambda chunks: write("anthropic-messages", chunks)[0]
    ),
    "gemini-generate": gemini_streams(),
}
"""Streams as bytes: as a server would send them, or as our encoder wrote them."""


@pytest.mark.parametrize("dialect", codecs.DIALECTS)
def test_generated_streams_are_written_again(dialect):
    @QUICK
    @given(WIRES[dialect])
    def check(wire):
        before = folded(read(dialect, wire))
        body, losses = write(dialect, read(dialect, wire))
        after = folded(read(dialect, body))
        assert (after.complete, after.error is None) == (
            before.complete,
            before.error is None,
        )
        assert_accounted(before.response, after.response, losses)
        if before.complete and dialect != "openai-responses":
            # Responses cannot say items that interleave; what that loses is told.
            assert losses == ()
            assert missing_leaves(dialect, wire, body) == []

    check()
