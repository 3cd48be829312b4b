"""
Usage in streams: a stream counts as a whole answer does.

Counts may come early, late, or again and again; a later one replaces an earlier one and
is never added to it.
"""

from __future__ import annotations

import json
from typing import Any

import attrs
import pytest
from hypothesis import given, strategies as st
from tests.properties._usages import (
    PAIRS,
    VENDOR,
    answer,
    decode,
    folded,
    response,
)
from tests.properties._ways import examples, write_stream

from modelwire import codecs
from modelwire.codecs import COLLECT, openai_chat
from modelwire.ir import (
    ChoiceFinish,
    Finish,
    LossCode,
    StreamEnd,
    StreamStart,
    Usage,
    UsageUpdate,
    explode,
)
from modelwire.testing import strategies

QUICK = examples(25)


def written_again(dialect: str, chunks: Any) -> tuple[Usage | None, set[Any]]:
    """Write a stream of *dialect*, and give the usage that it says, and its losses."""
    body, losses = write_stream(chunks, dialect)
    return folded(dialect, body).usage, usage_losses(losses)


def usage_losses(losses: Any) -> set[Any]:
    return {
        (loss.code, loss.path, loss.action, loss.to)
        for loss in losses
        if (loss.path or loss.to or "").startswith("$.usage")
    }


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_U05_a_stream_counts_as_a_whole_answer_does(source, target):
    @QUICK
    @given(VENDOR[source] | strategies.usages(source))
    def check(found):
        usage = found if isinstance(found, Usage) else decode(source, found)
        codec = codecs.get(target)
        plain = codec.encode_response(response(usage), on_loss=COLLECT)
        streamed, losses = written_again(target, explode(response(usage)))
        assert streamed == codec.decode_response(plain.body).usage
        assert losses == usage_losses(plain.losses)

    check()


@QUICK
@given(VENDOR["anthropic-messages"], st.data())
def test_U04_U06_a_message_may_count_in_either_event(wire, data):
    # What message_delta says replaces; what it does not say stands.
    early = {k: v for k, v in wire.items() if data.draw(st.booleans())}
    early = {k: 0 if data.draw(st.booleans()) and type(v) is int else v
             for k, v in early.items()}  # fmt: skip
    late = {k: v for k, v in wire.items() if early.get(k) != v}
    message = json.loads(answer("anthropic-messages", early))
    message |= {"content": [], "stop_reason": None}
    events = [
        {"type": "message_start", "message": message},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": late},
        {"type": "message_stop"},
    ]
    body = b"".join(b"data: %b\n\n" % json.dumps(event).encode() for event in events)
    assert folded("anthropic-messages", body).usage == decode(
        "anthropic-messages", wire
    )


def counted(dialect: str, counts: list[dict[str, Any]]) -> bytes:
    """Give a stream of *dialect* that counts again and again."""
    events: list[dict[str, Any]]
    if dialect == "openai-chat":
        about = {"id": "i", "created": 1, "model": "m"}
        delta = {"index": 0, "delta": {"content": "a"}}
        events = [about | {"choices": [delta], "usage": wire} for wire in counts]
        end = {"index": 0, "delta": {}, "finish_reason": "stop"}
        events[-1]["choices"] = [end]
    elif dialect == "openai-responses":
        about = {"id": "i", "object": "response", "created_at": 1, "model": "m"}
        kinds = ["created", "in_progress", "in_progress"][: len(counts) - 1]
        events = []
        for kind, wire in zip([*kinds, "completed"], counts, strict=True):
            status = "completed" if kind == "completed" else "in_progress"
            told = about | {"output": [], "status": status, "usage": wire}
            events.append({"type": f"response.{kind}", "response": told})
    elif dialect == "anthropic-messages":
        message = json.loads(answer(dialect, counts[0])) | {"stop_reason": None}
        events = [{"type": "message_start", "message": message}]
        for wire in counts[1:]:
            delta = {"stop_reason": "end_turn"}
            events.append({"type": "message_delta", "delta": delta, "usage": wire})
        events.append({"type": "message_stop"})
    else:
        events = [json.loads(answer(dialect, wire)) for wire in counts]
        for event in events[:-1]:
            del event["candidates"][0]["finishReason"]
    body = b"".join(b"data: %b\n\n" % json.dumps(event).encode() for event in events)
    return body + (b"data: [DONE]\n\n" if dialect == "openai-chat" else b"")


@pytest.mark.parametrize("dialect", codecs.DIALECTS)
def test_U04_a_later_count_replaces_an_earlier_one(dialect):
    @QUICK
    @given(st.lists(VENDOR[dialect], min_size=2, max_size=4))
    def check(found):
        body = counted(dialect, found)
        decoder = codecs.get(dialect).stream_decoder()
        chunks = [*decoder.feed(body), *decoder.close()]
        # Messages says only what has changed; the others say all of it again.
        last: dict[str, Any] = {}
        for wire in found:
            last = last | wire if dialect == "anthropic-messages" else wire
        updates = [chunk.usage for chunk in chunks if isinstance(chunk, UsageUpdate)]
        assert updates[-1] == decode(dialect, last)
        assert folded(dialect, body).usage == decode(dialect, last)

    check()


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_U04_only_the_last_count_is_written(source, target):
    @QUICK
    @given(VENDOR[source], st.lists(VENDOR[source], max_size=2), st.data())
    def check(wire, others, data):
        last = decode(source, wire)
        # A count that grows: the input is known from the start.
        words = data.draw(st.integers(0, last.output_total or 0))
        growing = attrs.evolve(last, output_total=words, reasoning=None)
        before = [growing] * data.draw(st.integers(1, 2))
        if target != "anthropic-messages":
            # There, what message_start said stands where message_delta is silent.
            before = [decode(source, other) for other in others] + before
        chunks = explode(response(last))
        written = [chunks[0], *map(UsageUpdate, before), *chunks[1:]]
        found, _ = written_again(target, written)
        assert found == written_again(target, chunks)[0]

    check()


def test_a_client_that_did_not_ask_gets_no_usage():
    usage = Usage(input_total=1, input_uncached=1, output_total=1)
    chunks = [StreamStart("i", "m"), UsageUpdate(usage)]
    chunks += [ChoiceFinish(0, Finish(kind="stop")), StreamEnd(True, "event")]
    request = openai_chat.decode_request(b'{"model":"m","messages":[],"stream":true}')
    encoder = openai_chat.stream_encoder(request=request)
    body = b"".join(map(encoder.encode, chunks))
    assert b"usage" not in body
    assert LossCode.SVC_INCLUDE_USAGE_OBFUSCATION in {x.code for x in encoder.losses}
