"""Chunks into Responses streams: tools, usage, ends, and what is lost."""

from __future__ import annotations

import attrs
import pytest
from tests.codecs.openai_responses._stream_encoder_support import (
    BOOM,
    CALLS,
    END,
    OR,
    START,
    STOP,
    again,
    text,
    written,
)
from tests.codecs.openai_responses._streams import (
    decode,
    encode,
    folded,
    kinds,
    native,
    payloads,
)

from modelwire.codecs._base import LossPolicy, NativeEvent
from modelwire.codecs._limits import Limits
from modelwire.codecs.openai_responses._stream_encoder import (
    event_encoder,
    stream_encoder,
)
from modelwire.codecs.openai_responses._usage import decode_usage
from modelwire.errors import (
    InvalidIRError,
    StateError,
    UnsupportedFeatureError,
)
from modelwire.ir import (
    AudioPart,
    Finish,
    ItemRef,
    Opaque,
    ServerToolCallPart,
    TextPart,
    ToolCallPart,
    ToolResultPart,
    Usage,
)
from modelwire.ir._chunks import (
    AudioDelta,
    BlockStart,
    BlockStop,
    ChoiceFinish,
    ChoiceUpdate,
    Keepalive,
    ModerationUpdate,
    PartDelta,
    ResponseUpdate,
    SignatureDelta,
    StreamEnd,
    StreamError,
    StreamStart,
    TextDelta,
    ToolArgumentsDelta,
    UnknownEvent,
    UsageUpdate,
)


def test_code_and_commands():
    code = ServerToolCallPart(
        id="ci_1", kind="code_execution", name="code_execution",
        extra={OR: {"type": "code_interpreter_call"}},
    )  # fmt: skip
    found = written(
        BlockStart(0, 0, code), PartDelta(0, "arguments", "code", "1+1"),
        BlockStop(0), STOP, END,
    )  # fmt: skip
    assert [e["type"].rsplit(".", 1)[1] for e in found[3:5]] == ["delta", "done"]
    assert found[4]["code"] == found[5]["item"]["code"] == "1+1"
    shell = ServerToolCallPart(
        id="k", kind="shell", name="shell", item=ItemRef(id="sh_1"),
        extra={OR: {"type": "shell_call", "environment": {"type": "container_auto"}}},
    )  # fmt: skip
    found = written(
        BlockStart(0, 0, shell), PartDelta(0, "arguments", "commands[0]", "l"),
        PartDelta(0, "arguments", "commands[0]", "s"),
        PartDelta(0, "arguments", "commands[1]", "w"),
        BlockStop(0, attrs.evolve(shell, arguments='{"commands":["ls","w"]}')),
        STOP, END,
    )  # fmt: skip
    assert [e["command"] for e in found if e["type"].endswith("command.done")] == [
        "ls",
        "w",
    ]


def test_tools_that_the_caller_runs_come_whole():
    part = ToolCallPart(id="k", name="shell", kind="shell")
    found = written(
        BlockStart(0, 0, part), ToolArgumentsDelta(0, '{"commands":["ls"]}'),
        BlockStop(0), CALLS, END,
    )  # fmt: skip
    assert [e["type"] for e in found[2:4]] == [
        "response.output_item.added",
        "response.output_item.done",
    ]
    assert found[3]["item"]["action"] == {"commands": ["ls"]}


def test_audio_becomes_text():
    found = written(
        BlockStart(0, 0, AudioPart()), AudioDelta(0, "AAAA", "hey"), BlockStop(0),
        STOP, END,
    )  # fmt: skip
    assert found[-1]["response"]["output"][0]["content"][0]["text"] == "hey"


def test_usage_and_moderation():
    usage = Usage(input_total=10, input_uncached=6, cache_read=4, cache_write=0,
                  output_total=5, reasoning=2)  # fmt: skip
    response, losses = again(
        *text(0, "a"), STOP, ModerationUpdate({"x": 1}), UsageUpdate(usage), END
    )
    assert response.usage == usage
    assert response.moderation == {"x": 1}
    assert not any(loss.code.startswith("usage") for loss in losses)


def test_usage_of_an_own_stream():
    # What a server of this dialect leaves out is not made up (observed.md section 3).
    bare = Usage(input_total=1, input_uncached=1, output_total=1)
    own = decode_usage({"input_tokens": 1, "output_tokens": 1, "total_tokens": 2})
    assert own == attrs.evolve(bare, extra=own.extra)
    for usage, missing in ((own, True), (bare, False)):
        data, losses = encode([START, *text(0, "a"), UsageUpdate(usage), STOP, END])
        found = payloads(data)[-1]["response"]["usage"]
        assert ("input_tokens_details" not in found) is missing
        made = [loss for loss in losses if loss.to == "$.usage.cache_write"]
        assert (not made) is missing


@pytest.mark.parametrize(
    ("kind", "name", "status", "reason"),
    [
        ("stop", "completed", "completed", None),
        ("tool_calls", "completed", "completed", None),
        ("length", "incomplete", "incomplete", "max_output_tokens"),
        ("content_filter", "incomplete", "incomplete", "content_filter"),
        ("pause", "incomplete", "incomplete", None),
        ("cancelled", "incomplete", "cancelled", None),
        # Its event would be an error, and the stream had none (F07: no success).
        ("malformed_tool_call", "incomplete", "incomplete", None),
        ("error", "incomplete", "incomplete", None),
        ("unknown", "incomplete", "incomplete", None),
    ],
)
def test_finish(kind, name, status, reason):
    finish = ChoiceFinish(0, Finish(kind=kind))
    last = written(*text(0, "a"), finish, END)[-1]
    assert last["type"] == f"response.{name}"
    response = last["response"]
    assert response["status"] == status
    assert (response["incomplete_details"] or {}).get("reason") == reason


def test_an_end_without_a_finish_is_no_success():
    assert written(*text(0, "a"), END)[-1]["type"] == "response.incomplete"
    data, losses = encode([START, END])
    assert payloads(data)[-1]["response"]["status"] == "incomplete"
    assert [loss.to for loss in losses if loss.to] == ["$.choices[0]"]


def test_e01_an_error_in_the_middle():
    data, losses = encode(
        [START, *text(0, "a"), BlockStart(1, 0, ToolCallPart(id="k", name="f")),
         ToolArgumentsDelta(1, '{"a'), UsageUpdate(Usage(input_total=1)), BOOM,
         StreamEnd(complete=False)]
    )  # fmt: skip
    assert kinds(data)[-2:] == ["error", "failed"]
    last = payloads(data)[-1]["response"]
    assert (last["status"], last["error"]["message"]) == ("failed", "busy")
    assert last["usage"]["input_tokens"] == 1
    chunks = decode(data)
    assert [chunk.error.kind for chunk in chunks if type(chunk) is StreamError] == [
        "overloaded"
    ]
    parts = folded(chunks).response.choices[0].message.parts
    assert [type(part) for part in parts] == [TextPart, ToolCallPart]
    assert "$.usage" in [loss.path for loss in losses]


def test_e07_an_error_before_everything():
    data, _ = encode([StreamStart(), BOOM, StreamEnd(complete=False)])
    assert kinds(data) == ["error"]
    (event,) = payloads(data)
    assert (event["message"], event["sequence_number"]) == ("busy", 0)
    assert decode(data)[-2].error.kind == "overloaded"


def test_an_end_that_is_not_complete():
    encoder = stream_encoder()
    data = b"".join(encoder.encode(chunk) for chunk in [START, *text(0, "a")])
    data += encoder.close()
    assert kinds(data)[-2:] == ["error", "failed"]
    assert encoder.close() == b""
    assert decode(data)[-2].error.kind == "stream_truncated"


def test_nothing_follows_an_error():
    encoder = stream_encoder()
    encoder.encode(START)
    encoder.encode(BOOM)
    assert encoder.encode(TextDelta(0, "a")) == b""
    assert encoder.encode(StreamEnd(complete=False)) == b""
    with pytest.raises(StateError):
        encoder.encode(END)


def test_held_bytes_are_bounded():
    chunks = [START, BlockStart(0, 0, TextPart(text="")), *[TextDelta(0, "x" * 50)] * 9]
    data, _ = encode(
        [*chunks, BlockStop(0), STOP, END], limits=Limits(max_held_bytes=400)
    )
    assert kinds(data)[-2:] == ["error", "failed"]
    assert "max_held_bytes" in payloads(data)[-2]["message"]
    waiting = [BlockStart(1, 0, TextPart(text="y" * 500))]
    data, _ = encode([*chunks[:2], *waiting], limits=Limits(max_held_bytes=400))
    assert kinds(data)[-1] == "failed"


def test_identity_that_comes_late():
    data, losses = encode(
        [StreamStart(), *text(0, "a"), ResponseUpdate("resp_9", "gpt", 5), STOP, END]
    )
    found = payloads(data)
    assert found[0]["response"]["id"] == found[-1]["response"]["id"]
    assert found[-1]["response"]["model"] == "gpt"
    assert "$.id" in [loss.path for loss in losses]


def test_other_choices_are_a_loss():
    other = BlockStart(1, 1, TextPart(text="b"))
    data, losses = encode([START, *text(0, "a"), other, BlockStop(1), STOP,
                           ChoiceFinish(1, Finish(kind="stop")), END])  # fmt: skip
    assert b'"b"' not in data
    assert "$.choices[1]" in [loss.path for loss in losses]


def test_unknown_fields_of_the_choice():
    update = ChoiceUpdate(
        0, {"gemini-generate": {"x": 1}}, None, {"openai-chat": {"y": 2}}
    )
    _, losses = encode([START, *text(0, "a"), update, STOP, END])
    paths = [loss.path for loss in losses]
    assert "$.choices[0].extra['gemini-generate'].x" in paths
    assert "$.choices[0].message.extra['openai-chat'].y" in paths


def test_redacted_chunks_do_not_leak():
    raw = {"type": "response.output_text.delta", "delta": "secret", "text": "secret"}
    chunks = [START, BlockStart(0, 0, TextPart(text="")), TextDelta(0, "***", raw),
              BlockStop(0), STOP, END]  # fmt: skip
    data, _ = encode(chunks)
    assert b"secret" not in data


def test_unknown_keys_are_said_once():
    raw = {"type": "response.output_text.delta", "delta": "a", "novel": 1}
    chunks = [START, BlockStart(0, 0, TextPart(text="")), TextDelta(0, "a", raw),
              TextDelta(0, "b", raw), BlockStop(0), STOP, END]  # fmt: skip
    data, _ = encode(chunks)
    assert data.count(b'"novel":1') == 1


def test_unknown_events():
    raw = {"type": "response.novelty", "sequence_number": 99, "x": 1}
    known = {"type": "response.output_text.delta", "delta": "a"}
    progress = {"type": "response.web_search_call.searching"}
    found = written(
        UnknownEvent(OR, raw), UnknownEvent(OR, known), UnknownEvent(OR, progress),
        UnknownEvent("openai-chat", raw), UnknownEvent(OR, {"type": "a\nb"}),
        *text(0, "a"), STOP, END,
    )  # fmt: skip
    assert [e for e in found if e["type"] == "response.novelty"] == [
        {"type": "response.novelty", "sequence_number": 2, "x": 1}
    ]
    assert len(found) == 10


def test_keepalives_are_comments():
    data, _ = encode([START, Keepalive("a\nb"), *text(0, "a"), STOP, END])
    assert b"\n\n: a b\n\n" in data


def test_policies():
    chunks = [START, SignatureDelta(0, Opaque(value="x", dialect="anthropic-messages"))]
    part = BlockStart(0, 0, TextPart(text=""))
    policy = LossPolicy(severities=frozenset({"content"}))
    with pytest.raises(UnsupportedFeatureError):
        encode([chunks[0], part, chunks[1], BlockStop(0), STOP, END], on_loss=policy)
    encode([chunks[0], part, chunks[1], BlockStop(0), STOP, END])


def test_misuse():
    with pytest.raises(InvalidIRError):
        encode([START, BlockStart(0, 0, ToolResultPart(call_id="x"))])
    with pytest.raises(InvalidIRError):
        encode([START, TextDelta(4, "a")])
    encoder = stream_encoder()
    encoder.encode(START)
    encoder.encode(END)
    with pytest.raises(StateError):
        encoder.encode(STOP)


def test_own_ids():
    counts = iter(range(9))
    found = written(*text(0, "a"), STOP, END, ids=lambda kind: f"{kind}-{next(counts)}")
    assert found[2]["item"]["id"] == "msg_message-0"


def test_native_events():
    data, _ = encode([START, *text(0, "a"), STOP, END])
    encoder = event_encoder()
    items = native(data)
    assert b"".join(encoder.encode(item) for item in items) == data
    assert all(type(item) is NativeEvent for item in items)
