"""Chunks to bytes: what the header of a block carries beside its words."""

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
    text,
)

from modelwire.codecs._limits import Limits
from modelwire.codecs.openai_chat._profiles import PROFILES
from modelwire.ir import (
    Accumulator,
    AudioDelta,
    AudioPart,
    Base64Source,
    BlockStart,
    BlockStop,
    CacheBreakpoint,
    ChatRequest,
    ChoiceFinish,
    DocumentPart,
    Finish,
    ItemRef,
    Logprobs,
    Opaque,
    PartDelta,
    ReasoningDelta,
    ReasoningPart,
    RefusalPart,
    SignatureDelta,
    TextPart,
    TokenLogprob,
    ToolArgumentsDelta,
    ToolCallPart,
    UnknownPart,
    UrlSource,
)
from modelwire.testing import assert_losses

PART = "$.choices[0].message.parts[0]"
CACHE = CacheBreakpoint()
ITEM = ItemRef(id="i_1")
OWN = Opaque(value="s", dialect=OC)
FOREIGN = Opaque(value="s", dialect="anthropic-messages")
REFUSED = ChoiceFinish(0, Finish(kind="refusal", raw="stop"))
LEGACY = ChoiceFinish(0, Finish(kind="tool_calls", raw="function_call"))
REPEATED = {"$spelling": {"reasoning": ["reasoning_content"]}}


def accounted(*chunks, **options):
    """Encode *chunks*, and assert that a reader misses nothing but the losses."""
    body, losses = encode(*chunks, **options)
    before = Accumulator()
    before.feed_all(chunks)
    assert_losses(before.response, folded(body).response, losses)
    return deltas(body), lost(losses)


def block(part, *grown, stop=None, finish=STOP, **options):
    options["profile"] = PROFILES[options.get("profile", "openai")]
    return accounted(
        START,
        BlockStart(0, 0, part),
        *grown,
        BlockStop(0, stop),
        finish,
        END,
        **options,
    )


@pytest.mark.parametrize(
    ("part", "profile", "expected"),
    [
        pytest.param(
            TextPart(text="a", cache=CACHE, item=ITEM),
            "openai",
            [("cache.breakpoint", ".cache"), ("think.item_id", ".item")],
            id="text",
        ),
        pytest.param(
            RefusalPart(text="a", cache=CACHE),
            "openai",
            [("cache.breakpoint", ".cache")],
            id="refusal",
        ),
        pytest.param(
            TextPart(text="a", extra={OC: {"x": 1, "$spelling": {"text": "part"}}}),
            "openai",
            [("out.text", f".extra['{OC}'].x")],
            id="own unknown fields of a text",
        ),
        pytest.param(
            AudioPart(
                id="au",
                source=Base64Source(data="AA==", media_type="audio"),
                cache=CACHE,
            ),
            "openai",
            [("cache.breakpoint", ".cache")],
            id="audio",
        ),
        pytest.param(
            ReasoningPart(text="a", cache=CACHE, item=ITEM, redacted=FOREIGN),
            "deepseek",
            [
                ("cache.breakpoint", ".cache"),
                ("think.item_id", ".item"),
                ("think.redacted", ".redacted"),
            ],
            id="reasoning",
        ),
        pytest.param(
            ReasoningPart(text="a", details_id="d", extra={OC: {"x": 1, **REPEATED}}),
            "openai",
            [
                ("think.item_id", ".details_id"),
                ("think.text", f".extra['{OC}'].x"),
            ],
            id="reasoning as a plain field",
        ),
        pytest.param(
            ReasoningPart(text="a", encrypted=FOREIGN),
            "openrouter",
            [("think.signature", ".encrypted")],
            id="foreign encrypted reasoning",
        ),
    ],
)
def test_what_a_header_carries_is_lost_by_its_field(part, profile, expected):
    finish = REFUSED if isinstance(part, RefusalPart) else STOP
    _, losses = block(part, profile=profile, finish=finish)
    assert [(code, path.removeprefix(PART)) for code, path, _ in losses] == expected


def test_a_call_loses_its_breakpoint_and_its_item():
    part = ToolCallPart(id="c", name="f", arguments="{}", cache=CACHE, item=ITEM)
    _, losses = block(part, finish=CALLED)
    assert losses == [
        ("cache.breakpoint", f"{PART}.cache", "dropped"),
        ("think.item_id", f"{PART}.item", "dropped"),
    ]


def test_a_legacy_call_has_no_id():
    request = ChatRequest(model="m", extra={OC: {"$spelling": {"tools": "functions"}}})
    wire, losses = accounted(START, *call(0, "{}"), LEGACY, END, request=request)
    assert wire[0]["function_call"] == {"name": "f", "arguments": ""}
    assert losses == [("tool_call.id", f"{PART}.id", "dropped")]


def test_a_text_with_its_log_probabilities():
    token = TokenLogprob(token="a", logprob=-1.0, top=())
    wire, losses = block(TextPart(text="a", logprobs=Logprobs(content=(token,))))
    assert wire == [{"role": "assistant", "content": "a"}, {}, {}]
    assert losses == [("resp.logprobs", f"{PART}.logprobs", "moved")]


def test_foreign_spelling_of_reasoning_falls_back_to_the_profile():
    part = ReasoningPart(text="a", extra={OC: {"$spelling": {"reasoning": ["new"]}}})
    wire, _ = block(part, profile="deepseek")
    assert wire[0]["reasoning_content"] == "a"


# --- growth -------------------------------------------------------------------------


def test_audio_whose_words_grow_as_a_part():
    part = AudioPart(id="au", source=Base64Source(data="AA==", media_type="audio"))
    wire, losses = block(part, PartDelta(0, "transcript", None, "hi"))
    assert [delta.get("audio") for delta in wire] == [
        {"id": "au", "data": "AA=="},
        {"transcript": "hi"},
        None,
    ]
    assert losses == []


def test_an_audio_delta_without_anything_is_no_event():
    part = AudioPart(id="au", source=Base64Source(data="AA==", media_type="audio"))
    wire, _ = block(part, AudioDelta(0, "", ""))
    assert len(wire) == 2


def test_details_keep_their_id():
    wire, losses = block(
        ReasoningPart(details_id="d"), ReasoningDelta(0, "a"), profile="openrouter"
    )
    assert wire[0]["reasoning_details"] == [
        {"type": "reasoning.text", "text": "a", "id": "d"}
    ]
    assert losses == []


def test_a_thinking_chunk_is_signed():
    part = ReasoningPart(text="")
    wire, losses = block(
        part, ReasoningDelta(0, "a"), SignatureDelta(0, OWN), profile="mistral"
    )
    assert wire[1]["content"] == [
        {"type": "thinking", "thinking": [], "signature": "s"}
    ]
    assert losses == []


def test_who_signed_is_not_said():
    signed = Opaque(value="s", dialect=OC, profile="openrouter", model="m")
    _, losses = block(
        ReasoningPart(),
        ReasoningDelta(0, "a"),
        SignatureDelta(0, signed),
        SignatureDelta(0, signed),
        profile="openrouter",
    )
    assert losses == [
        ("think.signature", f"{PART}.signature.profile", "dropped"),
        ("think.signature", f"{PART}.signature.model", "dropped"),
    ]


def test_a_detail_that_is_a_summary_and_a_text():
    # One detail has either: a text behind a summary begins a new one for a reader,
    # a summary behind a text has no place.
    wire, losses = block(
        ReasoningPart(),
        ReasoningDelta(0, "s", 0),
        ReasoningDelta(0, "a"),
        ReasoningDelta(0, "t", 1),
        ReasoningDelta(0, "u", 1),
        profile="openrouter",
    )
    assert [d["reasoning_details"][0] for d in wire[:2]] == [
        {"type": "reasoning.summary", "summary": "s"},
        {"type": "reasoning.text", "text": "a"},
    ]
    assert len(wire) == 3
    assert losses == [
        ("think.summary", f"{PART}.summaries", "moved"),
        ("think.summary", f"{PART}.summaries", "dropped"),
    ]


@pytest.mark.parametrize(
    ("room", "expected"), [(5, '{"city":"Paris"}'), (4, "{}"), (2, "{}")]
)
def test_arguments_that_came_by_their_keys_only(room, expected):
    # Gemini's `partialArgs` count only where no text of the arguments follows, and
    # only as a whole: half of them would look like a call of something else.
    body, losses = encode(
        START,
        BlockStart(0, 0, ToolCallPart(id="c", name="f")),
        PartDelta(0, "arguments", "city", "Par"),
        PartDelta(0, "arguments", "city", "is"),
        BlockStop(0),
        CALLED,
        END,
        limits=Limits(max_held_bytes=room),
    )
    assert folded(body).response.choices[0].message.parts[0].arguments == expected
    whole = expected != "{}"
    assert lost(losses) == (
        [] if whole else [("out.tool_call", f"{PART}.arguments", "dropped")]
    )


def test_a_final_part_of_another_name():
    wire, losses = block(
        ToolCallPart(id="c", name="f"),
        ToolArgumentsDelta(0, "{}"),
        stop=ToolCallPart(id="c2", name="g", arguments="{}"),
        finish=CALLED,
    )
    assert wire[0]["tool_calls"][0]["function"]["name"] == "f"
    assert losses == [
        ("out.tool_call", f"{PART}.id", "approximated"),
        ("out.tool_call", f"{PART}.name", "approximated"),
    ]


def test_a_second_stop_says_nothing():
    once, _ = encode(START, *text(0, "a"), STOP, END)
    twice, _ = encode(START, *text(0, "a"), BlockStop(0), STOP, END)
    assert twice == once


# --- parts of nobody ----------------------------------------------------------------


@pytest.mark.parametrize("group", ["reasoning_details", None])
def test_own_items_that_nobody_knows_are_written_back(group):
    item = None if group is None else ItemRef(group=group)
    wire, losses = block(UnknownPart(dialect=OC, raw={"type": "new"}, item=item))
    assert wire[0] == {"role": "assistant", group or "content": [{"type": "new"}]}
    assert losses == []


def test_a_call_of_an_unknown_kind_has_no_place_in_a_stream():
    raw = {"id": "call_1", "type": "new", "new": {"name": "f"}}
    item = ItemRef(group="tool_calls")
    _, losses = block(UnknownPart(dialect=OC, raw=raw, item=item), finish=CALLED)
    assert losses == [("out.tool_call", PART, "dropped")]


def test_a_document_of_an_assistant_is_lost():
    _, losses = block(DocumentPart(source=UrlSource(url="https://x.test/a.pdf")))
    assert losses == [("out.image", PART, "dropped")]


def test_plain_reasoning_has_no_place_for_a_signature():
    """`reasoning_content` is one text; only details and thinking blocks are signed."""
    thought = ReasoningPart(text="", extra={OC: REPEATED})
    _, losses = block(
        thought,
        ReasoningDelta(0, "t"),
        SignatureDelta(0, OWN),
        profile="deepseek",
    )
    assert losses == [("think.signature", f"{PART}.signature", "dropped")]
