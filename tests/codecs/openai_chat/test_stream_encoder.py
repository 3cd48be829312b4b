"""Chunks to bytes: golden streams, the grammar, and what is lost on the way."""

from __future__ import annotations

import json

import pytest

from modelwire.codecs import _json
from modelwire.codecs._base import COLLECT, EndSentinel, LossPolicy, NativeEvent
from modelwire.codecs._limits import Limits
from modelwire.codecs.openai_chat import (
    check_stream,
    event_decoder,
    event_encoder,
    stream_decoder,
    stream_encoder,
)
from modelwire.codecs.openai_chat._profiles import PROFILES
from modelwire.errors import (
    ErrorInfo,
    InvalidIRError,
    StateError,
    UnsupportedFeatureError,
)
from modelwire.ir import (
    Accumulator,
    Annotation,
    AnnotationDelta,
    AudioDelta,
    AudioPart,
    Base64Source,
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
    LossCode,
    ModerationUpdate,
    Opaque,
    PartDelta,
    ReasoningDelta,
    ReasoningPart,
    RefusalDelta,
    RefusalPart,
    ResponseUpdate,
    ServerToolCallPart,
    ServerToolProgress,
    ServerToolResultPart,
    SignatureDelta,
    StreamEnd,
    StreamError,
    StreamStart,
    TextDelta,
    TextPart,
    TokenLogprob,
    ToolArgumentsDelta,
    ToolCallPart,
    UnknownEvent,
    UnknownPart,
    Usage,
    UsageUpdate,
)

OC = "openai-chat"
START = StreamStart("chatcmpl-1", "m", 7)
END = StreamEnd(True, "event")
CUT = StreamEnd(False)
STOP = ChoiceFinish(0, Finish(kind="stop", raw="stop"))
CALLED = ChoiceFinish(0, Finish(kind="tool_calls", raw="tool_calls"))
HEAD = '"id":"chatcmpl-1","object":"chat.completion.chunk","created":7,"model":"m"'


def encode(*chunks, close=True, **options):
    options.setdefault("on_loss", COLLECT)
    encoder = stream_encoder(**options)
    out = b"".join(encoder.encode(chunk) for chunk in chunks)
    if close:
        out += encoder.close()
    return out, encoder.losses


def legal(body):
    decoder = event_decoder()
    assert check_stream(decoder.feed(body) + decoder.close()) == []
    return body


def payloads(body):
    lines = legal(body).decode().split("\n")
    return [json.loads(line[6:]) for line in lines if line.startswith("data: {")]


def deltas(body, choice=0):
    return [
        wire["delta"]
        for event in payloads(body)
        for wire in event.get("choices", ())
        if wire["index"] == choice
    ]


def lost(losses):
    return [(loss.code.value, loss.path or loss.to, loss.action) for loss in losses]


def folded(body):
    decoder = stream_decoder()
    accumulator = Accumulator()
    accumulator.feed_all(decoder.feed(body) + decoder.close())
    return accumulator


def text(index, *words, choice=0):
    yield BlockStart(index, choice, TextPart(text=""))
    for word in words:
        yield TextDelta(index, word)
    yield BlockStop(index)


def call(index, *pieces, id="c", name="f", choice=0, **fields):
    yield BlockStart(index, choice, ToolCallPart(id=id, name=name, **fields))
    for piece in pieces:
        yield ToolArgumentsDelta(index, piece)
    yield BlockStop(index)


# --- golden -------------------------------------------------------------------------


def test_golden_text():
    body, losses = encode(
        START,
        *text(0, "Hel", 'l"o\n', "ü\u2028"),
        STOP,
        UsageUpdate(Usage(input_total=3, input_uncached=3, output_total=2)),
        END,
    )
    wire = f"data: {{{HEAD},"
    assert body.decode() == (
        f'{wire}"choices":[{{"index":0,"delta":{{"role":"assistant","content":"Hel"}},"finish_reason":null}}]}}\n\n'
        f'{wire}"choices":[{{"index":0,"delta":{{"content":"l\\"o\\n"}},"finish_reason":null}}]}}\n\n'
        f'{wire}"choices":[{{"index":0,"delta":{{"content":"ü\u2028"}},"finish_reason":null}}]}}\n\n'
        f'{wire}"choices":[{{"index":0,"delta":{{}},"finish_reason":"stop"}}]}}\n\n'
        f'{wire}"choices":[],"usage":{{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}}}\n\n'
        "data: [DONE]\n\n"
    )
    assert losses == ()
    legal(body)


def test_golden_calls():
    body, losses = encode(START, *call(0, '{"x":', "1}"), CALLED, END)
    wire = f"data: {{{HEAD},"
    assert body.decode() == (
        f'{wire}"choices":[{{"index":0,"delta":{{"role":"assistant","tool_calls":[{{"index":0,"id":"c","type":"function","function":{{"name":"f","arguments":""}}}}]}},"finish_reason":null}}]}}\n\n'
        f'{wire}"choices":[{{"index":0,"delta":{{"tool_calls":[{{"index":0,"function":{{"arguments":"{{\\"x\\":"}}}}]}},"finish_reason":null}}]}}\n\n'
        f'{wire}"choices":[{{"index":0,"delta":{{"tool_calls":[{{"index":0,"function":{{"arguments":"1}}"}}}}]}},"finish_reason":null}}]}}\n\n'
        f'{wire}"choices":[{{"index":0,"delta":{{}},"finish_reason":"tool_calls"}}]}}\n\n'
        "data: [DONE]\n\n"
    )
    assert losses == ()
    legal(body)


HOT = [
    (lambda n: BlockStart(n, 0, TextPart(text="")), TextDelta),
    (lambda n: BlockStart(n, 0, RefusalPart(text="")), RefusalDelta),
    (lambda n: BlockStart(n, 0, ToolCallPart(id="c", name="f")), ToolArgumentsDelta),
    (
        lambda n: BlockStart(n, 0, ToolCallPart(id="c", name="f", kind="custom")),
        ToolArgumentsDelta,
    ),
    (
        lambda n: BlockStart(
            n, 0, ReasoningPart(extra={OC: {"$spelling": {"reasoning": ["reasoning"]}}})
        ),
        ReasoningDelta,
    ),
]


@pytest.mark.parametrize("words", ["a", 'q"\\\n\x00\x7f', "ü\u2028😀", "\ud83d", ""])
@pytest.mark.parametrize(("start", "delta"), HOT, ids=range(len(HOT)))
def test_templates_equal_the_general_path(start, delta, words):
    hot = stream_encoder()
    hot.encode(START)
    hot.encode(start(0))
    hot.encode(delta(0, "first"))
    assert hot._hot == 0
    fast = hot.encode(delta(0, words))
    general = stream_encoder()
    general.encode(START)
    general.encode(start(0))
    general.encode(delta(0, "first"))
    general._hot = -1
    slow = general.encode(delta(0, words))
    # The general path leaves an empty delta out; the template writes what it is given.
    assert fast == slow or not words
    if words and "\ud83d" not in words:
        payload = json.loads(fast[6:])
        assert fast == b"data: " + _json.dumps(payload) + b"\n\n"


# --- order --------------------------------------------------------------------------


def test_T03_parallel_calls_keep_apart():
    body, losses = encode(
        START,
        BlockStart(0, 0, ToolCallPart(id="a", name="f")),
        BlockStart(1, 0, ToolCallPart(id="b", name="g")),
        ToolArgumentsDelta(1, "["),
        ToolArgumentsDelta(0, "{"),
        ToolArgumentsDelta(1, "]"),
        ToolArgumentsDelta(0, "}"),
        BlockStop(0),
        BlockStop(1),
        CALLED,
        END,
    )
    pieces = [d["tool_calls"][0] for d in deltas(body) if "tool_calls" in d]
    assert [p["index"] for p in pieces] == [0, 1, 1, 0, 1, 0]
    parts = folded(body).response.choices[0].message.parts
    assert [(p.id, p.arguments) for p in parts] == [("a", "{}"), ("b", "[]")]
    assert losses == ()


def test_T11_id_type_and_name_once_and_no_summary():
    body, _ = encode(START, *call(0, "{", "}"), CALLED, END)
    pieces = [d["tool_calls"][0] for d in deltas(body) if "tool_calls" in d]
    assert [set(p) for p in pieces] == [
        {"index", "id", "type", "function"},
        {"index", "function"},
        {"index", "function"},
    ]
    assert len(deltas(body)) == 4


def test_T12_call_without_arguments():
    body, losses = encode(START, *call(0), CALLED, END)
    (part,) = folded(body).response.choices[0].message.parts
    assert part.arguments == "{}"
    assert lost(losses) == [
        ("out.tool_call", "$.choices[0].message.parts[0].arguments", "approximated")
    ]
    noted = ToolCallPart(
        id="c", name="f", extra={OC: {"$spelling": {"arguments": "empty"}}}
    )
    body, losses = encode(
        START,
        BlockStart(0, 0, ToolCallPart(id="c", name="f")),
        BlockStop(0, noted),
        CALLED,
        END,
    )
    assert (folded(body).response.choices[0].message.parts[0].arguments, losses) == (
        "",
        (),
    )


def test_words_of_two_blocks_are_not_mixed():
    body, losses = encode(
        START,
        BlockStart(0, 0, TextPart(text="")),
        TextDelta(0, "a"),
        BlockStart(1, 0, TextPart(text="")),
        TextDelta(1, "x"),
        *call(2, "{}"),
        TextDelta(0, "b"),
        TextDelta(1, "y"),
        BlockStop(1),
        BlockStop(0),
        CALLED,
        END,
    )
    parts = folded(body).response.choices[0].message.parts
    assert (parts[0].text, parts[1].arguments) == ("abxy", "{}")
    assert lost(losses) == [("out.text", "$.choices[0].message.parts[1]", "merged")]


def test_held_blocks_are_bounded():
    body, losses = encode(
        START,
        BlockStart(0, 0, TextPart(text="")),
        TextDelta(0, "a"),
        BlockStart(1, 0, RefusalPart(text="")),
        RefusalDelta(1, "x" * 400),
        TextDelta(0, "b"),
        BlockStop(0),
        BlockStop(1),
        STOP,
        END,
        limits=Limits(max_held_bytes=200),
    )
    legal(body)
    assert (
        "out.interleaving",
        "$.choices[0].message.parts[0]",
        "approximated",
    ) in lost(losses)


def test_many_waiting_blocks_need_no_stack():
    starts = [BlockStart(n, 0, TextPart(text="x")) for n in range(3000)]
    stops = [BlockStop(n) for n in reversed(range(3000))]
    body, _ = encode(START, *starts, *stops, STOP, END)
    assert folded(body).response.choices[0].message.parts[0].text == "x" * 3000


def test_choices_have_their_own_roles_and_numbers():
    body, _ = encode(
        START,
        *call(0, "{}", id="a"),
        *call(1, "[]", id="b", choice=1),
        CALLED,
        ChoiceFinish(1, Finish(kind="tool_calls")),
        END,
    )
    for choice in (0, 1):
        found = deltas(body, choice)
        assert [d.get("role") for d in found] == ["assistant", None, None]
        assert found[0]["tool_calls"][0]["index"] == 0


def test_late_usage_and_early_finish():
    body, _ = encode(
        START,
        UsageUpdate(Usage(input_total=1)),
        STOP,
        *text(0, "late"),
        UsageUpdate(Usage(input_total=2, input_uncached=2, output_total=0)),
        END,
    )
    events = payloads(body)
    assert events[-1]["usage"]["prompt_tokens"] == 2
    assert [e["choices"][0]["finish_reason"] for e in events[:-1]] == [None, "stop"]


# --- usage, moderation, envelope ----------------------------------------------------


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


# --- errors and ends ----------------------------------------------------------------

BOOM = ErrorInfo(kind="overloaded", message="boom")


def test_E01_error_in_the_middle():
    body, losses = encode(START, *text(0, "a"), STOP, StreamError(BOOM), CUT)
    events = payloads(body)
    assert events[-1]["error"]["message"] == "boom"
    assert b"[DONE]" not in body
    assert all(c["finish_reason"] is None for e in events[:-1] for c in e["choices"])
    assert ("stream.error", "$.choices[0].finish", "dropped") in lost(losses)
    assert folded(body).error.kind == "overloaded"


def test_E07_error_only_stream():
    body, _ = encode(StreamError(BOOM), CUT)
    assert list(payloads(body)[0]) == ["error"]
    started, _ = encode(START, StreamError(BOOM), CUT)
    assert started == body


@pytest.mark.parametrize("ends", [(CUT,), ()])
def test_incomplete_end_is_an_error(ends):
    body, _ = encode(START, *text(0, "a"), *ends)
    assert payloads(body)[-1]["error"]["code"] == "stream_truncated"
    assert b"[DONE]" not in body


def test_close_after_the_end_gives_nothing():
    encoder = stream_encoder()
    for chunk in (START, STOP, END):
        encoder.encode(chunk)
    assert encoder.close() == b""
    with pytest.raises(StateError):
        encoder.encode(END)


def test_stream_without_content():
    body, _ = encode(START, END)
    assert payloads(body)[0]["choices"] == []
    assert folded(body).complete


def test_misuse():
    encoder = stream_encoder()
    with pytest.raises(InvalidIRError):
        encoder.encode(TextDelta(5, "x"))
    with pytest.raises(InvalidIRError):
        encoder.encode("x")
    with pytest.raises(StateError):
        stream_encoder(framing="ndjson")
    with pytest.raises(StateError):
        event_encoder(framing="ndjson")
    assert encoder.content_type.startswith("text/event-stream")


def test_loss_policy_refuses():
    policy = LossPolicy(codes=frozenset({LossCode.THINK_TEXT}))
    encoder = stream_encoder(on_loss=policy)
    encoder.encode(START)
    with pytest.raises(UnsupportedFeatureError) as caught:
        encoder.encode(BlockStart(0, 0, ReasoningPart(text="")))
    assert [loss.code for loss in caught.value.refused] == [LossCode.THINK_TEXT]


# --- kinds of blocks ----------------------------------------------------------------


def test_reasoning_is_lost_without_a_field():
    body, losses = encode(
        START,
        BlockStart(0, 0, ReasoningPart(text="")),
        ReasoningDelta(0, "a"),
        ReasoningDelta(0, "b"),
        SignatureDelta(0, Opaque(value="s", dialect="anthropic-messages")),
        BlockStop(0),
        *text(1, "t"),
        STOP,
        END,
    )
    assert lost(losses) == [("think.text", "$.choices[0].message.parts[0]", "dropped")]
    assert deltas(body)[0] == {"role": "assistant", "content": "t"}


def test_reasoning_with_a_profile():
    chunks = [
        START,
        BlockStart(0, 0, ReasoningPart(text="")),
        ReasoningDelta(0, "a"),
        SignatureDelta(0, Opaque(value="s", dialect="anthropic-messages")),
        BlockStop(0),
        STOP,
        END,
    ]
    body, losses = encode(*chunks, profile=PROFILES["deepseek"])
    assert deltas(body)[0] == {"role": "assistant", "reasoning_content": "a"}
    assert lost(losses) == [
        ("think.signature", "$.choices[0].message.parts[0].signature", "dropped")
    ]
    body, _ = encode(*chunks, profile=PROFILES["mistral"])
    assert deltas(body)[0]["content"] == [
        {"type": "thinking", "thinking": [{"type": "text", "text": "a"}]}
    ]
    body, _ = encode(*chunks, profile=PROFILES["openrouter"])
    assert deltas(body)[0]["reasoning_details"] == [
        {"type": "reasoning.text", "text": "a"}
    ]


def test_S05_own_signature_is_written():
    own = Opaque(value="s", dialect=OC)
    header = ReasoningPart(
        extra={
            OC: {
                "index": 0,
                "$spelling": {
                    "reasoning": "reasoning_details",
                    "repeated": "reasoning",
                },
            }
        }
    )
    body, losses = encode(
        START,
        BlockStart(0, 0, header),
        ReasoningDelta(0, "a"),
        SignatureDelta(0, own),
        BlockStop(0),
        BlockStart(1, 0, ToolCallPart(id="c", name="f", arguments="{}")),
        SignatureDelta(1, own),
        BlockStop(1),
        CALLED,
        END,
    )
    assert deltas(body)[:2] == [
        {
            "role": "assistant",
            "reasoning": "a",
            "reasoning_details": [{"type": "reasoning.text", "text": "a", "index": 0}],
        },
        {
            "reasoning_details": [
                {"type": "reasoning.text", "signature": "s", "index": 0}
            ]
        },
    ]
    assert deltas(body)[3] == {
        "tool_calls": [
            {"index": 0, "extra_content": {"google": {"thought_signature": "s"}}}
        ]
    }
    assert losses == ()


def test_custom_refusal_audio_and_image():
    image = ImagePart(
        source=Base64Source(data="AA==", media_type="image/png"),
        extra={OC: {"$spelling": {"image": "images"}}},
    )
    audio = AudioPart(id="au", source=Base64Source(data="", media_type="audio"))
    body, losses = encode(
        START,
        *call(0, "SEL", "ECT", kind="custom"),
        BlockStart(1, 0, RefusalPart(text="")),
        RefusalDelta(1, "no"),
        BlockStop(1),
        BlockStart(2, 0, audio),
        AudioDelta(2, "AAAA", "hi", 9),
        BlockStop(2),
        BlockStart(3, 0, image),
        BlockStop(3),
        CALLED,
        END,
    )
    assert deltas(body)[:-1] == [
        {
            "role": "assistant",
            "tool_calls": [
                {
                    "index": 0,
                    "id": "c",
                    "type": "custom",
                    "custom": {"name": "f", "input": ""},
                }
            ],
        },
        {"tool_calls": [{"index": 0, "custom": {"input": "SEL"}}]},
        {"tool_calls": [{"index": 0, "custom": {"input": "ECT"}}]},
        {"refusal": "no"},
        {"audio": {"id": "au"}},
        {"audio": {"data": "AAAA", "transcript": "hi", "expires_at": 9}},
        {
            "images": [
                {
                    "type": "image_url",
                    "image_url": {"url": "data:image/png;base64,AA=="},
                }
            ]
        },
    ]
    assert losses == ()


def test_what_the_stream_cannot_say_is_lost_once():
    opaque = Opaque(value="x", dialect="anthropic-messages")
    body, losses = encode(
        START,
        BlockStart(0, 0, ServerToolCallPart(id="s", kind="web_search")),
        ToolArgumentsDelta(0, "{"),
        ToolArgumentsDelta(0, "}"),
        ServerToolProgress(0, "completed"),
        PartDelta(0, "result", "x", "y"),
        BlockStop(0),
        BlockStart(1, 0, ServerToolResultPart(call_id="s", kind="web_search")),
        BlockStop(1),
        BlockStart(2, 0, CompactionPart(text="")),
        PartDelta(2, "text", None, "z"),
        BlockStop(2),
        BlockStart(
            3, 0, ImagePart(source=Base64Source(data="", media_type="image/png"))
        ),
        BlockStop(3),
        BlockStart(4, 0, ReasoningPart(redacted=opaque)),
        BlockStop(4),
        BlockStart(5, 0, UnknownPart(dialect="x", raw={})),
        BlockStop(5),
        UnknownEvent("anthropic-messages", {"type": "new"}),
        UnknownEvent("anthropic-messages", {"type": "new"}),
        *text(6, "a"),
        STOP,
        END,
    )
    where = "$.choices[0].message.parts[{}]"
    assert lost(losses) == [
        ("bt.call_items", where.format(0), "dropped"),
        ("bt.call_items", where.format(1), "dropped"),
        ("ctx.compaction", where.format(2), "dropped"),
        ("out.image", where.format(3), "dropped"),
        ("think.redacted", where.format(4), "dropped"),
        ("out.text", where.format(5), "dropped"),
        ("stream.builtin_progress", "$.extra", "dropped"),
    ]
    assert deltas(body) == [{"role": "assistant", "content": "a"}, {}]


def test_own_unknown_event_is_written_as_it_came():
    body, losses = encode(START, UnknownEvent(OC, {"type": "ping", "n": 1}), STOP, END)
    assert body.startswith(b'data: {"type":"ping","n":1}\n\n')
    assert losses == ()


def test_annotations_at_the_end():
    note = Annotation(
        kind="url", type="url_citation", url="u", title="t", start=0, end=1
    )
    late = Annotation(kind="url", type="web", url="v", cited_text="c")
    body, losses = encode(
        START,
        BlockStart(0, 0, TextPart(text="")),
        AnnotationDelta(0, 0, late),
        TextDelta(0, "ab"),
        TextDelta(0, "c"),
        BlockStop(0),
        AnnotationDelta(0, None, note),
        STOP,
        END,
    )
    assert [c["url_citation"] for c in deltas(body)[2]["annotations"]] == [
        {"start_index": 0, "end_index": 3, "url": "v", "title": ""},
        {"start_index": 0, "end_index": 1, "url": "u", "title": "t"},
    ]
    assert lost(losses) == [
        (
            "out.annotations_citations",
            "$.choices[0].message.parts[0].annotations[0]",
            "approximated",
        )
    ]


def test_L34_logprobs():
    token = TokenLogprob(token="a", logprob=-1.0, bytes=(97,), top=())
    body, losses = encode(
        START,
        BlockStart(0, 0, TextPart(text="")),
        TextDelta(0, "a"),
        LogprobsDelta(0, None, Logprobs(content=(token,))),
        TextDelta(0, "b"),
        LogprobsDelta(0, None, Logprobs(content=(token,))),
        BlockStop(0),
        STOP,
        END,
    )
    assert losses == ()
    tokens = folded(body).response.choices[0].logprobs.content
    assert tokens == (token, token)


def test_logprobs_of_a_text_move_to_the_choice():
    token = TokenLogprob(token="a", logprob=-1.0, top=())
    _, losses = encode(
        START,
        BlockStart(0, 0, TextPart(text="")),
        TextDelta(0, "a"),
        LogprobsDelta(0, 0, Logprobs(content=(token,))),
        LogprobsDelta(0, 0, Logprobs(content=(token,))),
        BlockStop(0),
        STOP,
        END,
    )
    assert lost(losses) == [
        ("resp.logprobs", "$.choices[0].message.parts[0].logprobs", "moved")
    ]


def test_legacy_function_call():
    request = ChatRequest(model="m", extra={OC: {"$spelling": {"tools": "functions"}}})
    body, _ = encode(START, *call(0, "{", "}", id=""), CALLED, END, request=request)
    assert deltas(body) == [
        {"role": "assistant", "function_call": {"name": "f", "arguments": ""}},
        {"function_call": {"arguments": "{"}},
        {"function_call": {"arguments": "}"}},
        {},
    ]
    assert payloads(body)[-1]["choices"][0]["finish_reason"] == "function_call"


def test_final_part_that_differs():
    body, losses = encode(
        START,
        BlockStart(0, 0, TextPart(text="")),
        TextDelta(0, "abc"),
        BlockStop(0, TextPart(text="abcd")),
        BlockStart(1, 0, RefusalPart(text="")),
        BlockStop(1, RefusalPart(text="whole")),
        STOP,
        END,
    )
    assert [d.get("refusal") for d in deltas(body)] == [None, "whole", None]
    assert ("out.text", "$.choices[0].message.parts[0]", "approximated") in lost(losses)


@pytest.mark.parametrize(
    ("finish", "word"),
    [
        (Finish(kind="length"), "length"),
        (Finish(kind="pause"), "stop"),
        (Finish(kind="unknown", raw="odd"), "odd"),
        (Finish(kind="unknown", raw=""), "unknown"),
        (Finish(kind="malformed_tool_call"), "error"),
        (Finish(kind="stop_sequence"), "stop"),
    ],
)
def test_finish_words(finish, word):
    body, _ = encode(START, *text(0, "a"), ChoiceFinish(0, finish), END)
    assert payloads(body)[-1]["choices"][0]["finish_reason"] == word


def test_event_encoder():
    encoder = event_encoder()
    assert encoder.encode(NativeEvent(OC, "x", {"a": 1})) == b'data: {"a":1}\n\n'
    assert encoder.encode(EndSentinel()) == b"data: [DONE]\n\n"
    assert encoder.close() == b""
