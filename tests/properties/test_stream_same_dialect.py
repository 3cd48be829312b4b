"""
A stream that is written again in its own dialect says the same.

It folds to the same answer, and every leaf of it is written again, but for
`NOT_LEAVES`: padding, counters, what is repeated, and what is joined.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from tests._corpus import cases
from tests.properties._ways import examples, folded, read_stream, write_stream

from modelwire import codecs
from modelwire.codecs import NativeEvent
from modelwire.testing import assert_losses, canonical, strategies as st
from modelwire.testing._wire_gemini_stream import streams as gemini_streams
from modelwire.testing._wire_responses_stream import streams as responses_streams

STREAMS = cases("stream")

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
    chunks = read_stream(case.response_body, case.dialect, case.response_headers)
    body, losses = write_stream(chunks, case.dialect)
    before, after = folded(chunks), folded(read_stream(body, case.dialect))
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
        lambda chunks: write_stream(chunks, "openai-chat")[0]
    ),
    "openai-responses": responses_streams(),
    "anthropic-messages": st.chunk_sequences("anthropic-messages").map(
        lambda chunks: write_stream(chunks, "anthropic-messages")[0]
    ),
    "gemini-generate": gemini_streams(),
}
"""Streams as bytes: as a server would send them, or as our encoder wrote them."""


@pytest.mark.parametrize("dialect", codecs.DIALECTS)
def test_generated_streams_are_written_again(dialect):
    @examples(40)
    @given(WIRES[dialect])
    def check(wire):
        chunks = read_stream(wire, dialect)
        body, losses = write_stream(chunks, dialect)
        before, after = folded(chunks), folded(read_stream(body, dialect))
        assert (after.complete, after.error is None) == (
            before.complete,
            before.error is None,
        )
        assert_losses(before.response, after.response, losses)
        if before.complete and dialect != "openai-responses":
            # Responses cannot say items that interleave; what that loses is told.
            assert losses == ()
            assert missing_leaves(dialect, wire, body) == []

    check()


def named(*events: dict[str, Any]) -> bytes:
    return b"".join(
        b"event: %b\ndata: %b\n\n" % (e["type"].encode(), json.dumps(e).encode())
        for e in events
    )


def plain(*events: dict[str, Any]) -> bytes:
    return b"".join(b"data: %b\n\n" % json.dumps(e).encode() for e in events)


def told_by(**fields: Any) -> dict[str, Any]:
    return {"id": "r", "object": "response", "model": "m", "created_at": 1, **fields}


BEGUN = {"type": "response.created", "response": told_by(status="in_progress")}
TOKEN = {"token": "a", "logprob": -1, "bytes": [97], "top_logprobs": []}
SAID = {"type": "output_text", "text": "a", "annotations": [], "logprobs": [TOKEN]}
MESSAGE = {"type": "message", "id": "m", "role": "assistant", "status": "completed"}
AT = {"output_index": 0, "item_id": "m", "content_index": 0}
BOOM = {"code": "server_error", "message": "boom"}
WIRE_BUGS = {
    "a failed response has its usage": (
        "openai-responses",
        named(
            BEGUN,
            {
                "type": "response.failed",
                "response": told_by(
                    status="failed",
                    error=BOOM,
                    output=[],
                    usage={"input_tokens": 1, "output_tokens": 2, "total_tokens": 3},
                ),
            },
        ),
    ),
    "a response that breaks off has its moderation": (
        "openai-responses",
        named(
            {
                "type": "response.created",
                "response": told_by(
                    status="in_progress", moderation={"input": {"flagged": False}}
                ),
            },
            {"type": "error", **BOOM, "param": None},
        ),
    ),
    "log probabilities that only the part's end has": (
        "openai-responses",
        named(
            BEGUN,
            {
                "type": "response.output_item.added",
                "output_index": 0,
                "item": {**MESSAGE, "status": "in_progress", "content": []},
            },
            {
                "type": "response.content_part.added",
                **AT,
                "part": {**SAID, "text": "", "logprobs": []},
            },
            {"type": "response.output_text.delta", **AT, "delta": "a"},
            {"type": "response.output_text.done", **AT, "text": "a"},
            {"type": "response.content_part.done", **AT, "part": SAID},
            {
                "type": "response.output_item.done",
                "output_index": 0,
                "item": {**MESSAGE, "content": [SAID]},
            },
            {
                "type": "response.completed",
                "response": told_by(
                    status="completed", output=[{**MESSAGE, "content": [SAID]}]
                ),
            },
        ),
    ),
    "a message that begins with an error has its id": (
        "anthropic-messages",
        named(
            {
                "type": "message_start",
                "message": {
                    "id": "m",
                    "type": "message",
                    "role": "assistant",
                    "model": "m",
                    "content": [],
                    "stop_reason": None,
                    "stop_sequence": None,
                    "usage": {"input_tokens": 3, "output_tokens": 0},
                },
            },
            {"type": "error", "error": {"type": "api_error", "message": "boom"}},
        ),
    ),
    "an answer that begins with an error has its id": (
        "openai-chat",
        plain(
            {
                "id": "c",
                "object": "chat.completion.chunk",
                "created": 1,
                "model": "m",
                "choices": [],
            },
            {"error": {"message": "boom"}},
        ),
    ),
    "what only thought has no count of words": (
        "gemini-generate",
        plain(
            {
                "candidates": [
                    {
                        "content": {
                            "role": "model",
                            "parts": [{"text": "a", "thought": True}],
                        },
                        "finishReason": "STOP",
                        "index": 0,
                    }
                ],
                "usageMetadata": {
                    "promptTokenCount": 1,
                    "thoughtsTokenCount": 2,
                    "totalTokenCount": 3,
                },
            }
        ),
    ),
}
"""Streams that lost something when they were written again."""


@pytest.mark.parametrize("name", WIRE_BUGS)
def test_bugs_of_one_dialect(name):
    dialect, wire = WIRE_BUGS[name]
    chunks = read_stream(wire, dialect)
    body, losses = write_stream(chunks, dialect)
    before, after = folded(chunks), folded(read_stream(body, dialect))
    assert losses == ()
    assert after.response == before.response
    assert (after.complete, after.error is None) == (
        before.complete,
        before.error is None,
    )
    assert missing_leaves(dialect, wire, body) == []
