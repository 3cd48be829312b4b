"""Chunks to bytes: every kind of block, and what is lost."""

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
    folded,
    lost,
    payloads,
    text,
)

from modelwire.codecs._base import EndSentinel, NativeEvent
from modelwire.codecs.openai_chat import (
    event_encoder,
)
from modelwire.codecs.openai_chat._profiles import PROFILES
from modelwire.ir import (
    Annotation,
    AnnotationDelta,
    AudioDelta,
    AudioPart,
    Base64Source,
    BlockStart,
    BlockStop,
    ChatRequest,
    ChoiceFinish,
    CompactionPart,
    Finish,
    ImagePart,
    Logprobs,
    LogprobsDelta,
    Opaque,
    PartDelta,
    ReasoningDelta,
    ReasoningPart,
    RefusalDelta,
    RefusalPart,
    ServerToolCallPart,
    ServerToolProgress,
    ServerToolResultPart,
    SignatureDelta,
    TextDelta,
    TextPart,
    TokenLogprob,
    ToolArgumentsDelta,
    ToolCallPart,
    UnknownEvent,
    UnknownPart,
)

AN_OPAQUE = Opaque(value="s", dialect="anthropic-messages")


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
        ("ctx.compaction", where.format(2), "approximated"),
        ("out.image", where.format(3), "dropped"),
        ("think.redacted", where.format(4), "dropped"),
        ("out.text", where.format(5), "dropped"),
        ("stream.builtin_progress", "$.extra", "dropped"),
        ("out.text", where.format(6), "merged"),
    ]
    # The summary of a compaction stands for turns that are gone, as in a whole answer.
    assert deltas(body) == [{"role": "assistant", "content": "z"}, {"content": "a"}, {}]


@pytest.mark.parametrize(
    ("header", "grown", "code"),
    [
        (ReasoningPart(text="a"), (), "think.text"),
        (ReasoningPart(), (ReasoningDelta(0, "a"),), "think.text"),
        (ReasoningPart(), (ReasoningDelta(0, "a", 0),), "think.summary"),
        (
            ReasoningPart(),
            (ReasoningDelta(0, "a", 0), ReasoningDelta(0, "b")),
            "think.text",
        ),
        (ReasoningPart(), (SignatureDelta(0, AN_OPAQUE),), "think.signature"),
        (ReasoningPart(text=""), (SignatureDelta(0, AN_OPAQUE),), "think.signature"),
        (ReasoningPart(encrypted=AN_OPAQUE), (), "think.signature"),
        (ReasoningPart(redacted=AN_OPAQUE), (), "think.redacted"),
        (ReasoningPart(), (), "think.text"),
    ],
)
def test_unwritten_reasoning_is_named_for_what_it_held(header, grown, code):
    # As in a whole answer, though the block's start does not know yet.
    _, losses = encode(START, BlockStart(0, 0, header), *grown, BlockStop(0), STOP, END)
    assert lost(losses) == [(code, "$.choices[0].message.parts[0]", "dropped")]


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


@pytest.mark.parametrize("spoken", [True, False])
def test_annotations_before_any_text(spoken):
    # The note belongs to the next text of its choice; without one nobody has it.
    note = Annotation(kind="url", type="url_citation", url="u", title="t")
    told = text(0, "a") if spoken else ()
    body, losses = encode(START, AnnotationDelta(0, None, note), *told, STOP, END)
    expected = [{"type": "url_citation", "url_citation": {"url": "u", "title": "t"}}]
    assert [d["annotations"] for d in deltas(body) if "annotations" in d] == [expected]
    assert losses == ()
    (choice,) = folded(body).response.choices
    assert [len(part.annotations) for part in choice.message.parts] == [1]


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
