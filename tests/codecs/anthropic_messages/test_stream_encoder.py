"""Chunks into a Messages stream."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
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
    Annotation,
    AnnotationDelta,
    AudioDelta,
    AudioPart,
    BlockStart,
    BlockStop,
    ChatRequest,
    ChoiceFinish,
    ChoiceUpdate,
    CompactionPart,
    Finish,
    ImagePart,
    Keepalive,
    Logprobs,
    LogprobsDelta,
    ModerationUpdate,
    Opaque,
    PartDelta,
    ReasoningDelta,
    ReasoningPart,
    RefusalDelta,
    RefusalPart,
    ResponseUpdate,
    ServerToolCallPart,
    SignatureDelta,
    StreamEnd,
    StreamError,
    StreamStart,
    TextDelta,
    TextPart,
    ToolArgumentsDelta,
    ToolCallPart,
    UnknownEvent,
    UnknownPart,
    UrlSource,
    Usage,
    UsageUpdate,
    fold,
)
from modelwire.testing import strategies as drawn

D = "anthropic-messages"
HEAD = StreamStart("msg_1", "claude")
DONE = StreamEnd(complete=True, terminator="event")


def reason(kind="stop", raw=None):
    return ChoiceFinish(0, Finish(kind=kind, raw=raw))


def call(index, id_="c", name="f", **fields):
    return BlockStart(index, 0, ToolCallPart(id=id_, name=name, **fields))


def blocks(data):
    """(block type, its delta payloads) of every block."""
    out = []
    for item in payloads(data):
        if item["type"] == "content_block_start":
            out.append((item["content_block"], []))
        elif item["type"] == "content_block_delta":
            out[-1][1].append(item["delta"])
    return out


def run(*middle, end=None, **options):
    end = (reason(), DONE) if end is None else end
    data, losses = encode([HEAD, *middle, *end], **options)
    assert check_stream(native(data)) == []
    return data, losses


def codes(losses):
    return [(loss.code.value, loss.path or loss.to) for loss in losses]


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
        '{"type":"tool_use","id":"toolu_1","name":"f","input":{}}}\n\n'
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
    ("template", "type_", "field"),
    [
        (_stream_events.text_delta, "text_delta", "text"),
        (_stream_events.json_delta, "input_json_delta", "partial_json"),
        (_stream_events.thinking_delta, "thinking_delta", "thinking"),
    ],
)
def test_templates_write_what_the_general_path_writes(template, type_, field, piece):
    data = {
        "type": "content_block_delta",
        "index": 12,
        "delta": {"type": type_, field: piece},
    }
    assert template(12, piece) == _stream_events.event("content_block_delta", data)


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


# --- blocks -------------------------------------------------------------------------


def test_L01_L25_L32_interleaved_calls():
    data, _ = run(
        *(call(0, "a"), call(1, "b"), ToolArgumentsDelta(0, '{"a"')),
        *(ToolArgumentsDelta(1, '{"b":2}'), ToolArgumentsDelta(0, ":1}")),
        *(BlockStop(0), BlockStop(1)),
    )
    assert [
        (block["id"], "".join(d["partial_json"] for d in deltas))
        for block, deltas in blocks(data)
    ] == [("a", '{"a":1}'), ("b", '{"b":2}')]


def test_T17_fragments_byte_for_byte_and_at_once():
    encoder = stream_encoder()
    pieces = ['{ "a"', " : 1e2", " }"]
    for chunk in (HEAD, call(0)):
        encoder.encode(chunk)
    out = [encoder.encode(ToolArgumentsDelta(0, piece)) for piece in pieces]
    assert all(out)
    got = [item.data["delta"]["partial_json"] for item in native(b"".join(out))]
    assert got == pieces


def test_first_fragment_is_empty():
    data, _ = run(call(0), BlockStop(0))
    assert blocks(data)[0][1] == [{"type": "input_json_delta", "partial_json": ""}]
    assert fold(decode(data)).choices[0].message.parts[0].arguments == "{}"


def test_T19_calls_without_id():
    middle = (call(0, ""), BlockStop(0), call(1, ""), BlockStop(1))
    data, losses = run(*middle)
    ids = [block["id"] for block, _ in blocks(data)]
    assert all(ids)
    assert len(set(ids)) == 2
    assert all(id_.startswith("msg_1") for id_ in ids)
    assert run(*middle)[0] == data
    path = "$.choices[0].message.parts[0].id"
    assert ("tool_call.id", path) in codes(losses)


def test_free_text_calls_are_wrapped():
    data, losses = run(
        call(0, kind="custom"),
        *(ToolArgumentsDelta(0, 'a"'), ToolArgumentsDelta(0, "b\n"), BlockStop(0)),
        *(call(1, kind="custom"), BlockStop(1)),
    )
    joined = ["".join(d["partial_json"] for d in deltas) for _, deltas in blocks(data)]
    assert joined == ['{"input":"a\\"b\\n"}', '{"input":""}']
    assert codes(losses)[0][0] == "tool_call.custom"


def test_R05_empty_text_is_not_written():
    data, losses = run(BlockStart(0, 0, TextPart(text="")), BlockStop(0))
    assert blocks(data) == []
    assert ("out.text", "$.choices[0].message.parts[0]") in codes(losses)


def test_foreign_reasoning_is_shown():
    data, losses = run(
        BlockStart(0, 0, ReasoningPart(text="")),
        ReasoningDelta(0, "hm"),
        SignatureDelta(0, Opaque(value="s", dialect="gemini-generate")),
        BlockStop(0),
    )
    assert blocks(data) == [
        (
            {"type": "thinking", "thinking": "", "signature": ""},
            [{"type": "thinking_delta", "thinking": "hm"}],
        )
    ]
    path = "$.choices[0].message.parts[0].signature"
    assert ("think.signature", path) in codes(losses)


def test_the_signature_comes_last():
    data, losses = run(
        BlockStart(0, 0, ReasoningPart(text="")),
        SignatureDelta(0, Opaque(value="s1", dialect=D)),
        *(ReasoningDelta(0, "hm"), SignatureDelta(0, Opaque(value="s2", dialect=D))),
        BlockStop(0),
    )
    assert [d["type"] for d in blocks(data)[0][1]] == [
        "thinking_delta",
        "signature_delta",
    ]
    assert fold(decode(data)).choices[0].message.parts[0].signature.value == "s2"
    assert not [c for c, _ in codes(losses) if c.startswith("think")]


def test_summaries_are_the_text():
    data, _ = run(
        BlockStart(0, 0, ReasoningPart()),
        *(ReasoningDelta(0, "a", 0), ReasoningDelta(0, "b", 0)),
        *(ReasoningDelta(0, "c", 1), BlockStop(0)),
    )
    assert "".join(d["thinking"] for d in blocks(data)[0][1]) == "ab\n\nc"


def test_L08_redacted_thinking():
    part = ReasoningPart(redacted=Opaque(value="zz", dialect=D))
    data, losses = run(BlockStart(0, 0, part), BlockStop(0))
    assert blocks(data) == [({"type": "redacted_thinking", "data": "zz"}, [])]
    foreign = ReasoningPart(redacted=Opaque(value="zz", dialect="openai-chat"))
    data, losses = run(BlockStart(0, 0, foreign), BlockStop(0))
    assert blocks(data) == []
    path = "$.choices[0].message.parts[0]"
    assert ("think.redacted", path) in codes(losses)


def test_compaction():
    data, _ = run(
        *(BlockStart(0, 0, CompactionPart()), PartDelta(0, "text", None, "s")),
        BlockStop(0, CompactionPart(text="s", encrypted=Opaque(value="e", dialect=D))),
    )
    assert blocks(data) == [
        (
            {"type": "compaction", "content": None},
            [{"type": "compaction_delta", "content": "s", "encrypted_content": "e"}],
        )
    ]


def test_D08_citations():
    note = Annotation(kind="url", type="url_citation", url="https://a.example/")
    data, losses = run(
        BlockStart(0, 0, TextPart(text="")),
        *(TextDelta(0, "a"), AnnotationDelta(0, 0, note), BlockStop(0)),
        AnnotationDelta(0, 0, note),
    )
    assert [d["type"] for d in blocks(data)[0][1]] == ["text_delta", "citations_delta"]
    path = "$.choices[0].message.parts[0].annotations[1]"
    assert ("out.annotations_citations", path) in codes(losses)


def test_citations_without_text_get_one():
    note = Annotation(kind="url", url="https://a.example/")
    data, _ = run(AnnotationDelta(0, None, note))
    assert [b["type"] for b, _ in blocks(data)] == ["text"]


def test_the_final_form_of_a_block():
    data, losses = run(
        *(BlockStart(0, 0, TextPart(text="")), BlockStop(0, TextPart(text="all"))),
        *(BlockStart(1, 0, TextPart(text="")), TextDelta(1, "some")),
        BlockStop(1, TextPart(text="other")),
    )
    assert [d[0]["text"] for _, d in blocks(data)] == ["all", "some"]
    paths = [path for code, path in codes(losses) if code == "out.text"]
    assert paths == ["$.choices[0].message.parts[1].text"]


def test_refusals_and_speech_are_text():
    data, losses = run(
        *(BlockStart(0, 0, RefusalPart(text="")), RefusalDelta(0, "no"), BlockStop(0)),
        *(BlockStart(1, 0, AudioPart()), AudioDelta(1, "AAAA", "yes"), BlockStop(1)),
        end=(reason("refusal"), DONE),
    )
    assert [d[0]["text"] for _, d in blocks(data)] == ["no", "yes"]
    assert payloads(data)[-2]["delta"]["stop_reason"] == "refusal"
    assert {"out.refusal", "out.audio"} <= {code for code, _ in codes(losses)}


def test_what_has_no_place_is_a_loss_once():
    image = ImagePart(source=UrlSource(url="https://a.example/i.png"))
    search = ServerToolCallPart(
        id="ws_1", kind="web_search", name="web_search", status="in_progress"
    )
    logprobs = LogprobsDelta(0, None, Logprobs())
    _, losses = run(
        *(BlockStart(0, 0, image), BlockStop(0)),
        *(BlockStart(1, 0, search), ToolArgumentsDelta(1, "{}"), BlockStop(1)),
        *(BlockStart(2, 0, UnknownPart(dialect="x", raw={"type": "y"})), BlockStop(2)),
        *(logprobs, logprobs, ModerationUpdate({"flagged": True})),
        ChoiceUpdate(0, {"gemini-generate": {"safetyRatings": []}}),
        ChoiceUpdate(0, {"gemini-generate": {"safetyRatings": [1]}}),
        *(BlockStart(3, 1, TextPart(text="second")), BlockStop(3)),
    )
    found = codes(losses)
    assert len(found) == len(set(found))
    part = "$.choices[0].message.parts"
    assert {
        ("out.image", f"{part}[0]"),
        ("bt.call_items", f"{part}[1]"),
        ("out.text", f"{part}[2]"),
        ("resp.logprobs", "$.choices[0].logprobs"),
        ("resp.safety", "$.moderation"),
        ("resp.safety", "$.choices[0].extra['gemini-generate'].safetyRatings"),
        ("resp.choices_n_1", "$.choices[1]"),
    } <= set(found)


# --- ends ---------------------------------------------------------------------------


def test_E07_an_error_before_anything():
    info = ErrorInfo(kind="overloaded", message="busy")
    for chunks in (
        [StreamError(info), StreamEnd(complete=False)],
        [HEAD, StreamError(info), StreamEnd(complete=False)],
    ):
        data, _ = encode(chunks)
        assert payloads(data) == [
            {"type": "error", "error": {"type": "overloaded_error", "message": "busy"}}
        ]
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
