"""Chunks into streamed generateContent answers: final forms, and where citations go."""

from __future__ import annotations

import pytest
from tests.codecs.gemini_generate._stream_encoder_support import (
    BEGIN,
    END,
    STOP,
    legal,
    words,
)
from tests.codecs.gemini_generate._streams import decode, encode, objects, parts

from modelwire.ir import (
    Annotation,
    AnnotationDelta,
    BlockStart,
    BlockStop,
    ChatRequest,
    ChoiceFinish,
    Finish,
    Logprobs,
    LogprobsDelta,
    ModerationUpdate,
    PartDelta,
    ReasoningDelta,
    ReasoningPart,
    ResponseUpdate,
    StreamStart,
    TextDelta,
    TextPart,
    ToolArgumentsDelta,
    ToolCallPart,
    UnknownEvent,
    fold,
)
from modelwire.testing import assert_losses

CHOICE = "$.choices[0]"
PART = f"{CHOICE}.message.parts[0]"
NOTE = Annotation(kind="url", url="https://a.example", start=0, end=1)
GROUNDING = f"{CHOICE}.extra['gemini-generate'].groundingMetadata"
TEXT = BlockStart(0, 0, TextPart(text=""))


def called(index, id_):
    part = ToolCallPart(id=id_, name="f")
    return [BlockStart(index, 0, part), ToolArgumentsDelta(index, "{}")]


def thoughts(index, *deltas):
    return [BlockStart(index, 0, ReasoningPart()), *deltas, BlockStop(index)]


def final(**fields):
    part = ToolCallPart(**{"id": "a", "name": "f", "arguments": "{}", **fields})
    return [*called(0, "a"), *called(1, "b"), BlockStop(0, part), BlockStop(1)]


FORMS = [
    ("text as the delta of a part",
     [TEXT, PartDelta(0, "text", None, "abc"), BlockStop(0)], []),
    ("an empty delta of a part says nothing",
     [TEXT, PartDelta(0, "text", None, ""), TextDelta(0, "abc"), BlockStop(0)], []),
    ("a citation of the last text",
     [TEXT, TextDelta(0, "ab"), AnnotationDelta(0, None, NOTE), BlockStop(0)],
     [GROUNDING, f"{PART}.annotations[0].type"]),
    ("a citation before its text",
     [AnnotationDelta(0, None, NOTE), TEXT, TextDelta(0, "ab"), BlockStop(0)],
     [GROUNDING, f"{PART}.annotations[0].type"]),
    ("a citation without any text", [AnnotationDelta(0, None, NOTE)], [PART]),
    ("a citation behind thoughts alone",
     [AnnotationDelta(0, None, NOTE), BlockStart(0, 0, ReasoningPart(text="")),
      ReasoningDelta(0, "hm"), BlockStop(0)],
     [f"{CHOICE}.message.parts[1]"]),
    ("thoughts of which nothing came",
     [BlockStart(0, 0, ReasoningPart()), BlockStop(0)], [PART]),
    ("another name at the end of a call that was whole", final(name="g"), [PART]),
    ("other arguments at the end of a call that was whole",
     final(arguments='{"x":1}'), [f"{PART}.arguments"]),
    ("more words behind a text that ended as another",
     [TEXT, TextDelta(0, "a"), BlockStop(0, TextPart(text="z")), *words(1, "b")],
     [PART, f"{CHOICE}.message.parts[1]"]),
    ("more thoughts behind a summary",
     [*thoughts(0, ReasoningDelta(0, "a", 0)), *thoughts(1, ReasoningDelta(1, "b"))],
     [f"{PART}.summaries", f"{CHOICE}.message.parts[1]"]),
    ("a time that cannot be written", [ResponseUpdate(created=-5), *words(0, "a")],
     ["$.created"]),
    ("no moderation", [ModerationUpdate(None), *words(0, "a")], []),
]  # fmt: skip


@pytest.mark.parametrize(
    ("chunks", "lost"), [row[1:] for row in FORMS], ids=[row[0] for row in FORMS]
)
def test_final_forms(chunks, lost):
    stream = [BEGIN, *chunks, *STOP]
    data, losses = encode(stream)
    legal(data)
    found = [loss.path or loss.to for loss in losses]
    assert [path for path in found if "finish" not in path] == lost
    assert_losses(fold(stream), fold(decode(data)), losses)


def test_a_blocked_prompt_has_no_candidate_to_hold():
    finish = Finish(kind="prompt_blocked", raw="SAFETY")
    stream = [BEGIN, LogprobsDelta(1, None, Logprobs()), ChoiceFinish(1, finish), END]
    data, losses = encode(stream)
    assert "candidates" not in objects(legal(data))[0]
    assert [loss.path for loss in losses] == [f"{CHOICE}.index", f"{CHOICE}.logprobs"]
    assert_losses(fold(stream), fold(decode(data)), losses)


def test_what_the_stream_does_not_name_is_filled_in():
    request = ChatRequest(model="gemini-3-pro")
    data, losses = encode(
        [StreamStart(), *words(0, "a"), *STOP],
        request=request,
        ids=lambda kind: f"new_{kind}",
    )
    for event in objects(legal(data)):
        assert event["modelVersion"] == "gemini-3-pro"
        assert event["responseId"] == "new_response"
    assert [loss.to for loss in losses][:2] == ["$.model", "$.id"]


def test_an_event_of_one_block_is_not_repeated():
    event = UnknownEvent("gemini-generate", {"odd": 1}, 0, 0)
    usual = [BEGIN, TEXT, TextDelta(0, "a"), BlockStop(0), *STOP]
    assert encode([*usual[:3], event, *usual[3:]]) == encode(usual)


def test_citations_of_a_very_long_text_quote_no_words():
    """The words are not kept, so they cannot be quoted; the offsets are right."""
    note = Annotation(kind="url", url="https://a.example", start=10, end=20)
    far = Annotation(kind="url", url="https://b.example", start=30_000, end=30_001)
    stream = [BEGIN, *words(0, *["w" * 1000] * 30, "日本")]
    stream += [AnnotationDelta(0, 0, note), AnnotationDelta(0, 0, far), *STOP]
    data, _ = encode(stream)
    *_, last = objects(legal(data))
    supports = last["candidates"][0]["groundingMetadata"]["groundingSupports"]
    assert [support["segment"] for support in supports] == [
        {"startIndex": 10, "endIndex": 20},
        {"startIndex": 30_000, "endIndex": 30_003, "text": "日"},
    ]
    found = [(n.start, n.end) for n in parts(decode(data))[0].annotations]
    assert found == [(10, 20), (30_000, 30_001)]
