"""Chunks to bytes: usage, moderation, and the envelope."""

from __future__ import annotations

import pytest
from tests.codecs.openai_chat._stream_encoder_support import (
    CALLED,
    END,
    OC,
    START,
    STOP,
    call,
    deltas,
    encode,
    lost,
    payloads,
    text,
)

from modelwire.ir import (
    ChatRequest,
    ChoiceUpdate,
    Keepalive,
    ModerationUpdate,
    ResponseUpdate,
    StreamStart,
    TextDelta,
    Usage,
    UsageUpdate,
)


@pytest.mark.parametrize(
    ("asked", "written"), [(None, True), (True, True), (False, False)]
)
def test_U08_usage_chunk_with_empty_choices(asked, written):
    request = None if asked is None else ChatRequest(model="m", include_usage=asked)
    usage = UsageUpdate(Usage(input_total=1, input_uncached=1, output_total=1))
    body, losses = encode(START, *text(0, "a"), STOP, usage, END, request=request)
    found = [event for event in payloads(body) if "usage" in event]
    assert [event["choices"] for event in found] == ([[]] if written else [])
    assert bool(losses) is not written


def test_moderation_after_usage():
    body, _ = encode(
        START,
        *text(0, "a"),
        ModerationUpdate({"x": 1}),
        STOP,
        UsageUpdate(Usage(input_total=1, input_uncached=1, output_total=1)),
        END,
    )
    assert list(payloads(body)[-1])[-1] == "moderation"
    assert "usage" in payloads(body)[-2]


def test_a_tier_that_changes_before_any_output_is_no_event():
    body, losses = encode(
        START,
        ResponseUpdate(service_tier="auto"),
        ResponseUpdate(service_tier="default"),
        *text(0, "a"),
        STOP,
        END,
    )
    assert not losses
    assert [e["service_tier"] for e in payloads(body) if "service_tier" in e] == [
        "default"
    ]
    assert all(event["choices"] for event in payloads(body))


def test_missing_id_model_and_time():
    request = ChatRequest(model="asked")
    body, losses = encode(
        StreamStart(),
        *text(0, "a"),
        *call(1, "{}", id=""),
        CALLED,
        END,
        request=request,
        created=99,
        ids=lambda kind: f"{kind}-x",
    )
    first = payloads(body)[0]
    assert (first["id"], first["model"], first["created"]) == (
        "chatcmpl-response-x",
        "asked",
        99,
    )
    assert deltas(body)[1]["tool_calls"][0]["id"] == "call-x"
    assert lost(losses) == [
        ("resp.id", "$.id", "synthesised"),
        ("resp.model", "$.model", "synthesised"),
        ("resp.created", "$.created", "synthesised"),
        ("tool_call.id", "$.choices[0].message.parts[1].id", "synthesised"),
    ]


def test_what_comes_late_of_the_envelope():
    body, losses = encode(
        StreamStart(),
        ResponseUpdate(id="chatcmpl-9", model="m2", created=5),
        *text(0, "a"),
        ResponseUpdate(model="m3", created=6),
        STOP,
        END,
    )
    events = payloads(body)
    assert {event["id"] for event in events} == {"chatcmpl-9"}
    assert [event["model"] for event in events] == ["m2", "m3"]
    assert lost(losses) == [("resp.created", "$.created", "approximated")]


def test_unknown_fields_wait_for_the_next_event():
    body, _ = encode(
        START,
        ResponseUpdate(service_tier="flex", extra={OC: {"provider": "x"}}),
        ChoiceUpdate(0, {OC: {"native": 1}}, message={OC: {"channel": "c"}}),
        *text(0, "a", "b"),
        ResponseUpdate(extra={OC: {"provider": "y"}}),
        ResponseUpdate(extra={OC: {"provider": "z"}}),
        ChoiceUpdate(0, {OC: {"native": 2}}),
        ChoiceUpdate(0, {OC: {"native": 3}}),
        STOP,
        END,
    )
    first = payloads(body)[0]
    assert (first["provider"], first["service_tier"]) == ("x", "flex")
    assert (first["choices"][0]["native"], first["choices"][0]["delta"]["channel"]) == (
        1,
        "c",
    )
    assert [e.get("provider") for e in payloads(body) if "provider" in e] == [
        "x",
        "y",
        "z",
    ]
    natives = [
        c["native"] for e in payloads(body) for c in e["choices"] if "native" in c
    ]
    assert natives == [1, 2, 3]


def test_unknown_fields_wait_through_an_empty_delta():
    begin, one, two = text(0, "a", "b"), TextDelta(0, ""), TextDelta(0, "c")
    *opened, stopped = begin
    update = ResponseUpdate(extra={OC: {"provider": "x"}})
    body, _ = encode(START, *opened, update, one, two, stopped, STOP, END)
    assert [event.get("provider") for event in payloads(body)] == [
        None,
        None,
        "x",
        None,
    ]


def test_foreign_unknown_fields_are_losses_once():
    other = {"anthropic-messages": {"container": 1, "$spelling": {}}}
    body, losses = encode(
        START,
        ResponseUpdate(extra=other),
        ResponseUpdate(extra=other),
        ChoiceUpdate(0, other, message=other),
        *text(0, "a"),
        STOP,
        END,
    )
    assert b"container" not in body
    assert [path for _, path, _ in lost(losses)] == [
        "$.extra['anthropic-messages'].container",
        "$.choices[0].extra['anthropic-messages'].container",
        "$.choices[0].message.extra['anthropic-messages'].container",
    ]


def test_keepalive_is_a_comment():
    body, _ = encode(
        START, Keepalive(" ping"), Keepalive(None), Keepalive("a\nb"), STOP, END
    )
    assert body.startswith(b": ping\n\n: \n\n: a\n: b\n\ndata: ")


def test_an_empty_model_is_as_good_as_none():
    body, losses = encode(StreamStart("chatcmpl-1", "", 7), *text(0, "a"), STOP, END)
    assert payloads(body)[0]["model"] == ""
    assert lost(losses) == [("resp.model", "$.model", "dropped")]


def test_what_comes_twice_of_the_envelope():
    body, losses = encode(
        START,
        *text(0, "a"),
        ResponseUpdate(id="chatcmpl-2", created=8),
        ResponseUpdate(id="chatcmpl-3", created=9),
        STOP,
        END,
    )
    # The first id and the first time count; a time that differs is told once.
    assert {(e["id"], e["created"]) for e in payloads(body)} == {("chatcmpl-1", 7)}
    assert lost(losses) == [("resp.created", "$.created", "approximated")]
