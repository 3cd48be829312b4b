"""Chunks into a Messages stream."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from tests.codecs.anthropic_messages._stream_encoder_support import (
    DONE,
    HEAD,
    D,
    blocks,
    call,
    codes,
    reason,
    run,
)
from tests.codecs.anthropic_messages._streams import (
    END,
    TOOL,
    args,
    begin,
    decode,
    delta,
    encode,
    event,
    finish,
    native,
    payloads,
    start,
    stop,
    text,
)

from modelwire.codecs import _json
from modelwire.codecs._base import LossPolicy, NativeEvent
from modelwire.codecs._limits import Limits
from modelwire.codecs.anthropic_messages import _stream_events
from modelwire.codecs.anthropic_messages._grammar import check_stream
from modelwire.codecs.anthropic_messages._stream_encoder import (
    event_encoder,
    stream_encoder,
)
from modelwire.errors import ErrorInfo, StateError, UnsupportedFeatureError
from modelwire.ir import (
    BlockStart,
    BlockStop,
    ChatRequest,
    CompactionPart,
    ImagePart,
    Keepalive,
    PartDelta,
    ResponseUpdate,
    StreamEnd,
    StreamError,
    StreamStart,
    TextDelta,
    TextPart,
    ToolArgumentsDelta,
    UnknownEvent,
    UrlSource,
    Usage,
    UsageUpdate,
    fold,
)
from modelwire.testing import strategies as drawn

# --- golden bytes -------------------------------------------------------------------


def test_golden():
    data, _ = run(
        UsageUpdate(Usage(input_uncached=3, output_total=1)),
        *(BlockStart(0, 0, TextPart(text="")), TextDelta(0, 'a"é\n'), BlockStop(0)),
        *(call(1, "toolu_1"), ToolArgumentsDelta(1, '{"a":1}'), BlockStop(1)),
        UsageUpdate(Usage(input_uncached=3, output_total=9)),
        end=(reason("tool_calls", "tool_use"), DONE),
    )
    assert data.decode() == (
        "event: message_start\n"
        'data: {"type":"message_start","message":{"id":"msg_1","type":"message",'
        '"role":"assistant","model":"claude","content":[],"stop_reason":null,'
        '"stop_sequence":null,"usage":{"input_tokens":3,"output_tokens":1}}}\n\n'
        "event: content_block_start\n"
        'data: {"type":"content_block_start","index":0,'
        '"content_block":{"type":"text","text":""}}\n\n'
        "event: content_block_delta\n"
        'data: {"type":"content_block_delta","index":0,'
        '"delta":{"type":"text_delta","text":"a\\"é\\n"}}\n\n'
        "event: content_block_stop\n"
        'data: {"type":"content_block_stop","index":0}\n\n'
        "event: content_block_start\n"
        'data: {"type":"content_block_start","index":1,"content_block":'
        '{"type":"tool_use","id":"toolu_1","name":"f","input":{},'
        '"caller":{"type":"direct"}}}\n\n'
        "event: content_block_delta\n"
        'data: {"type":"content_block_delta","index":1,'
        '"delta":{"type":"input_json_delta","partial_json":""}}\n\n'
        "event: content_block_delta\n"
        'data: {"type":"content_block_delta","index":1,'
        '"delta":{"type":"input_json_delta","partial_json":"{\\"a\\":1}"}}\n\n'
        "event: content_block_stop\n"
        'data: {"type":"content_block_stop","index":1}\n\n'
        "event: message_delta\n"
        'data: {"type":"message_delta","delta":{"stop_reason":"tool_use",'
        '"stop_sequence":null},"usage":{"input_tokens":3,"output_tokens":9}}\n\n'
        "event: message_stop\n"
        'data: {"type":"message_stop"}\n\n'
    )


@pytest.mark.parametrize(
    "piece", ["", "a", 'q"\\\n\x00\x7f\u2028é😀', "\ud83d", "</x>"]
)
@pytest.mark.parametrize(
    ("mode", "type_", "field"),
    [
        ("text", "text_delta", "text"),
        ("tool", "input_json_delta", "partial_json"),
        ("thinking", "thinking_delta", "thinking"),
    ],
)
def test_templates_write_what_the_general_path_writes(mode, type_, field, piece):
    data = {
        "type": "content_block_delta",
        "index": 12,
        "delta": {"type": type_, field: piece},
    }
    head, end = _stream_events.delta_head(mode, 12), _stream_events.DELTA_END
    whole = _stream_events.event("content_block_delta", data)
    assert head + _json.escape(piece) + end == whole


# --- the message --------------------------------------------------------------------


def test_U01_usage_after_the_finish():
    usage = Usage(input_total=9888, cache_read=6752, output_total=40)
    data, _ = run(end=(reason(), UsageUpdate(usage), DONE))
    first, *_, last, _ = payloads(data)
    assert first["message"]["usage"] == {"input_tokens": 0, "output_tokens": 0}
    assert last["usage"] == {
        "input_tokens": 3136,
        "cache_read_input_tokens": 6752,
        "output_tokens": 40,
    }


def test_L06_no_usage_at_all():
    data, losses = run(BlockStart(0, 0, TextPart(text="a")), BlockStop(0))
    assert [item["type"] for item in payloads(data)][-2:] == [
        "message_delta",
        "message_stop",
    ]
    assert any(code == "usage.total" for code, _ in codes(losses))


def test_a_counter_that_is_taken_back_is_zero():
    data, _ = run(
        UsageUpdate(Usage(input_total=5, input_uncached=3, cache_read=2)),
        Keepalive(),
        UsageUpdate(Usage(input_total=3, input_uncached=3)),
    )
    assert payloads(data)[-2]["usage"]["cache_read_input_tokens"] == 0
    assert fold(decode(data)).usage.input_total == 3


def test_F01_L27_calls_end_the_turn():
    data, losses = run(call(0), ToolArgumentsDelta(0, "{}"), BlockStop(0))
    assert payloads(data)[-2]["delta"]["stop_reason"] == "tool_use"
    assert any(code.startswith("finish.") for code, _ in codes(losses))


def test_the_message_waits_for_what_is_known_of_it():
    data, losses = encode(
        [
            StreamStart(),
            ResponseUpdate(id="msg_2", model="m"),
            BlockStart(0, 0, TextPart(text="a")),
            *(BlockStop(0), reason(), DONE),
        ]
    )
    message = payloads(data)[0]["message"]
    assert (message["id"], message["model"]) == ("msg_2", "m")
    assert ("resp.id", "$.id") not in codes(losses)


def test_missing_id_and_model():
    request = ChatRequest(model="asked")
    data, losses = encode([StreamStart(), reason(), DONE], request=request)
    message = payloads(data)[0]["message"]
    assert message["id"]
    assert message["model"] == "asked"
    assert {("resp.id", "$.id"), ("resp.model", "$.model")} <= set(codes(losses))


def test_what_is_known_too_late_is_a_loss():
    _, losses = run(Keepalive(), ResponseUpdate(model="other"))
    assert ("resp.model", "$.model") in codes(losses)


def test_extra_of_this_dialect_goes_where_it_belongs():
    data, losses = run(
        ResponseUpdate(extra={D: {"container": {"id": "a"}}}),
        Keepalive(),
        ResponseUpdate(extra={D: {"container": {"id": "b"}}}),
        ResponseUpdate(extra={D: {"context_management": {"x": 1}}}),
        ResponseUpdate(extra={"openai-chat": {"system_fingerprint": "fp"}}),
    )
    first, *_, last, _ = payloads(data)
    assert first["message"]["container"] == {"id": "a"}
    assert last["delta"]["container"] == {"id": "b"}
    assert last["context_management"] == {"x": 1}
    path = "$.extra['openai-chat'].system_fingerprint"
    assert ("resp.fingerprint", path) in codes(losses)


# --- ends ---------------------------------------------------------------------------


def test_E07_an_error_before_anything():
    info = ErrorInfo(kind="overloaded", message="busy")
    said = {"type": "error", "error": {"type": "overloaded_error", "message": "busy"}}
    for head in ([], [StreamStart(None, None)], [HEAD]):
        data, losses = encode([*head, StreamError(info), StreamEnd(complete=False)])
        *before, last = payloads(data)
        assert last == said
        # A message that has begun begins here, too: its id is not lost.
        assert [event["type"] for event in before] == ["message_start"] * (
            head == [HEAD]
        )
        assert "$.id" not in {loss.path for loss in losses}
        assert check_stream(native(data)) == []


def test_E01_E02_L04_L28_an_error_in_the_middle():
    data, _ = encode(
        [
            *(HEAD, BlockStart(0, 0, TextPart(text="")), TextDelta(0, "a")),
            StreamError(ErrorInfo(kind="overloaded", message="busy")),
            StreamEnd(complete=False),
        ]
    )
    assert [item["type"] for item in payloads(data)][-2:] == [
        "content_block_delta",
        "error",
    ]
    assert check_stream(native(data)) == []


@pytest.mark.parametrize("closed", [True, False])
def test_E03_no_success_is_made_up(closed):
    chunks = [HEAD, BlockStart(0, 0, TextPart(text="a")), BlockStop(0), reason()]
    if not closed:
        chunks.append(StreamEnd(complete=False))
    data, _ = encode(chunks)
    kinds = [item["type"] for item in payloads(data)]
    assert kinds[-1] == "error"
    assert "message_stop" not in kinds
    # What is known of the end is told all the same.
    assert kinds[-2] == "message_delta"


def test_close_without_anything():
    encoder = stream_encoder()
    assert b"event: error" in encoder.close()
    assert encoder.close() == b""


def test_after_the_end():
    encoder = stream_encoder()
    for chunk in (HEAD, reason(), DONE):
        encoder.encode(chunk)
    assert encoder.close() == b""
    with pytest.raises(StateError):
        encoder.encode(Keepalive())
    assert encoder.content_type == "text/event-stream"


def test_too_much_to_hold():
    chunks = [HEAD, BlockStart(0, 0, TextPart(text="a")), call(1)]
    chunks += [ToolArgumentsDelta(1, "x" * 5000), BlockStop(0), BlockStop(1)]
    data, _ = encode([*chunks, reason(), DONE], limits=Limits(max_held_bytes=1000))
    assert payloads(data)[-1]["type"] == "error"
    assert "max_held_bytes" in payloads(data)[-1]["error"]["message"]
    assert check_stream(native(data)) == []


def test_a_compaction_that_is_too_much_to_hold():
    chunks = [HEAD, BlockStart(0, 0, CompactionPart())]
    chunks += [PartDelta(0, "text", None, "x" * 600)] * 3
    data, _ = encode([*chunks, BlockStop(0), DONE], limits=Limits(max_held_bytes=1000))
    assert payloads(data)[-1]["type"] == "error"


def test_policy_refuses_before_the_bytes():
    policy = LossPolicy(severities=frozenset({"content"}))
    encoder = stream_encoder(on_loss=policy)
    encoder.encode(HEAD)
    image = ImagePart(source=UrlSource(url="https://a.example/i.png"))
    with pytest.raises(UnsupportedFeatureError):
        encoder.encode(BlockStart(0, 0, image))


# --- the same dialect ---------------------------------------------------------------


def test_unknown_keys_are_said_again_once():
    data = event("message_start", message={"id": "m", "model": "c", "new": 1}, top=1)
    data += event(
        "content_block_start",
        index=0,
        content_block={"type": "thinking", "thinking": "", "block": 2},
        top=2,
    )
    data += delta(0, "thinking_delta", thinking="", estimated_tokens=3)
    data += delta(0, "thinking_delta", thinking="hm", estimated_tokens=4)
    data += delta(0, "signature_delta", signature="s", more=5)
    data += event("content_block_stop", index=0, top=6)
    data += event("ping", top=7)
    data += finish() + event("message_stop", metrics={"ms": 8})
    again = payloads(encode(decode(data))[0])
    first, begun, empty, full, signed, stopped, ping, _, last = again
    assert (first["message"]["new"], first["top"]) == (1, 1)
    assert (begun["content_block"]["block"], begun["top"]) == (2, 2)
    assert empty["delta"]["estimated_tokens"] == 3
    assert full["delta"] == {
        "type": "thinking_delta",
        "thinking": "hm",
        "estimated_tokens": 4,
    }
    assert signed["delta"]["more"] == 5
    assert (stopped["top"], ping["top"], last["metrics"]) == (6, 7, {"ms": 8})


def test_known_fields_come_from_the_chunk():
    data = begin() + start(0, "text", text="") + delta(0, "text_delta", text="x", k=1)
    chunks = decode(data + stop(0) + finish() + END)
    hidden = [
        TextDelta(c.index, "***", c.raw) if isinstance(c, TextDelta) else c
        for c in chunks
    ]
    out, _ = encode(hidden)
    assert blocks(out)[0][1] == [{"type": "text_delta", "text": "***", "k": 1}]


def test_foreign_raw_is_not_read():
    raw = {"id": "x", "choices": [], "object": "chat.completion.chunk"}
    data, _ = run(
        *(BlockStart(0, 0, TextPart(text=""), raw), TextDelta(0, "a", raw)),
        BlockStop(0, raw=raw),
    )
    assert b"choices" not in data


def test_unknown_events_and_deltas_go_on():
    data = begin() + event("news", x=1) + start(0, "hologram", a=1)
    data += delta(0, "text_delta", text="t") + delta(0, "glow", b=2) + stop(0)
    data += start(1, "text", text="") + delta(1, "glow", c=3) + text(1, "a") + stop(1)
    again, losses = encode(decode(data + finish() + END))
    assert [item["type"] for item in payloads(again)][1] == "news"
    assert blocks(again) == [
        (
            {"type": "hologram", "a": 1},
            [{"type": "text_delta", "text": "t"}, {"type": "glow", "b": 2}],
        ),
        (
            {"type": "text", "text": ""},
            [{"type": "glow", "c": 3}, {"type": "text_delta", "text": "a"}],
        ),
    ]
    assert losses == ()


def test_T06_what_stood_wrongly_is_not_repeated():
    data = begin() + text(5, "a") + stop(5) + start(0, "text", text="") + args(0, "{")
    again, _ = encode(decode(data + text(0, "b") + stop(0) + finish() + END))
    assert check_stream(native(again)) == []
    assert [d["type"] for d in blocks(again)[0][1]] == ["text_delta"]


def test_L31_foreign_unknown_events_write_nothing():
    data, _ = run(UnknownEvent("openai-responses", {"type": "news"}))
    assert b"news" not in data


def test_server_tool_pair_survives():
    data = begin()
    data += start(0, "server_tool_use", id="srvtoolu_1", name="web_fetch", input={})
    data += args(0, '{"url":"u"}') + stop(0)
    data += start(
        1, "web_fetch_tool_result", tool_use_id="srvtoolu_1", content={"a": 1}
    )
    data += stop(1) + start(2, "tool_use", **TOOL) + stop(2) + finish("tool_use") + END
    chunks = decode(data)
    again, losses = encode(chunks)
    assert losses == ()
    assert fold(decode(again)) == fold(chunks)


# --- laws ---------------------------------------------------------------------------


@settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
@given(drawn.chunk_sequences())
def test_any_legal_sequence_gives_a_legal_stream(chunks):
    data, _ = encode(chunks)
    assert check_stream(native(data)) == []
    again = decode(data)
    assert again[-1].complete is chunks[-1].complete
    # Same input, same bytes.
    assert encode(chunks)[0] == data


@settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
@given(drawn.chunk_sequences("anthropic-messages"))
def test_decode_encode_decode(chunks):
    data, _ = encode(chunks)
    once = decode(data)
    again, losses = encode(once)
    assert fold(decode(again)) == fold(once)
    assert decode(data, 3) == once
    assert not [loss for loss in losses if loss.severity == "content"]


def test_native_encoder_is_named():
    encoder = event_encoder()
    item = NativeEvent(D, "ping", {"type": "ping"})
    assert encoder.encode(item) == b'event: ping\ndata: {"type":"ping"}\n\n'
    assert encoder.close() == b""
