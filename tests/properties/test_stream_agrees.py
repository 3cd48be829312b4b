"""
A stream and a whole answer say the same, for every ordered pair of dialects.

Translating a stream and folding it equals folding it and translating the fold, and
both ways lose the same; `_forced.FORCED` is the table of what the wire forces apart.
"""

from __future__ import annotations

import json
import re
from typing import Any

import attrs
import pytest
from hypothesis import given
from tests._corpus import cases
from tests.properties._forced import FORCED, ended
from tests.properties._ways import (
    Read,
    disagreements,
    examples,
    folded,
    plain_way,
    read_stream,
    spelled,
    stream_way,
    write_stream,
)

from modelwire import codecs
from modelwire.ir import (
    Annotation,
    AnnotationDelta,
    AudioDelta,
    AudioPart,
    BlockStart,
    BlockStop,
    ChatRequest,
    ChoiceFinish,
    CompactionPart,
    Finish,
    ItemRef,
    Logprobs,
    LogprobsDelta,
    ModerationUpdate,
    Opaque,
    PartDelta,
    ReasoningDelta,
    ReasoningPart,
    RefusalDelta,
    RefusalPart,
    SignatureDelta,
    StreamEnd,
    StreamStart,
    TextDelta,
    TextPart,
    TokenLogprob,
    ToolArgumentsDelta,
    ToolCallPart,
    Usage,
    UsageUpdate,
)
from modelwire.testing import strategies as st
from modelwire.translate import StreamTranslator

PAIRS = [(a, b) for a in codecs.DIALECTS for b in codecs.DIALECTS]
STREAMS = cases("stream")
ONE_ANSWER = ("openai-responses", "anthropic-messages")
"""Dialects without several choices."""


# --- every pair ---------------------------------------------------------------------


@pytest.mark.parametrize("target", codecs.DIALECTS)
@pytest.mark.parametrize("case", STREAMS, ids=lambda case: case.id)
def test_recorded_streams_agree_with_plain_answers(case, target):
    headers = case.response_headers
    source = folded(read_stream(case.response_body, case.dialect, headers))
    translator = StreamTranslator(case.dialect, target, headers=headers)
    body = translator.feed(case.response_body) + translator.close()
    found = folded(read_stream(body, target))
    read = Read(found.response, translator.losses, found.error, found.complete)
    if source.complete:
        assert disagreements(read, plain_way(source.response, target), target) == []
        assert read.complete
        return
    check_broken(source, read if body else None, target)


def check_broken(source: Any, read: Read | None, target: str) -> None:
    """Both ways give the error, and no success is made up."""
    assert source.error is not None
    codec = codecs.get(target)
    plain = codec.encode_error(source.error)
    alone = codec.decode_error(plain.body, status=plain.status, headers=plain.headers)
    assert alone.message == source.error.message
    if read is None:
        return  # nothing was written: the caller answers with a status
    assert not read.complete
    assert read.error is not None
    assert (read.error.kind, read.error.message) == (alone.kind, alone.message)
    finished = {c.index for c in source.response.choices if c.finish is not None}
    assert {c.index for c in read.response.choices if c.finish} <= finished


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_generated_streams_agree_with_plain_answers(source, target):
    @examples(30)
    @given(st.chunk_sequences(source))
    def check(chunks):
        told = folded(chunks)
        read = stream_way(chunks, target)
        choices = told.response.choices
        if target in ONE_ANSWER and choices and choices[0].index:
            # A whole answer takes the first choice that there is; a stream cannot know
            # that choice 0 never comes.
            return
        if told.complete:
            plain = plain_way(told.response, target)
            assert disagreements(read, plain, target) == []
        else:
            check_broken(told, read, target)

    check()


@pytest.mark.parametrize("number", range(len(FORCED)))
def test_every_row_of_the_table_is_needed(number):
    row = FORCED[number]
    target = "openai-chat" if row.target == "*" else row.target
    ends = [] if isinstance(row.example[-1], ChoiceFinish) else [ended("stop")]
    chunks = [StreamStart("r", "m", 1), *row.example, *ends, StreamEnd(True, "event")]
    ways = stream_way(chunks, target), plain_way(folded(chunks).response, target)
    others = FORCED[:number] + FORCED[number + 1 :]
    assert disagreements(*ways, target, others) != []
    assert disagreements(*ways, target) == []


# --- bugs that the law found --------------------------------------------------------

AN_SIGN = Opaque(value="s", dialect="anthropic-messages")
TOKENS = Logprobs(content=(TokenLogprob(token="a", logprob=-1, bytes=(97,)),))
NOTE = Annotation(kind="url", type="web", url="https://a.example/")


def block(index: int, part: Any, *deltas: Any, final: Any = None) -> list[Any]:
    return [BlockStart(index, 0, part), *deltas, BlockStop(index, final)]


def text(index: int, words: str) -> list[Any]:
    return block(index, TextPart(text=""), TextDelta(index, words))


def cited(index: int, words: str) -> list[Any]:
    note = AnnotationDelta(0, index, NOTE)
    return block(index, TextPart(text=""), TextDelta(index, words), note)


def thought(*deltas: Any, **fields: Any) -> list[Any]:
    return block(0, ReasoningPart(**fields), *deltas)


CALL = ToolCallPart(id="c", name="f")
PART = "$.choices[0].message.parts"
GROUNDING = "$.choices[*].extra['gemini-generate'].groundingMetadata"
BUGS: list[tuple[str, str, list[Any], set[str]]] = [
    (
        "a compaction's summary is text for OpenAI Chat, streamed or not",
        "openai-chat",
        block(0, CompactionPart(), PartDelta(0, "text", None, "a")),
        {f"ctx.compaction approximated {PART}[0]"},
    ),
    (
        "reasoning without a field is lost for what it held",
        "openai-chat",
        [*thought(SignatureDelta(0, AN_SIGN)), *text(1, "a")],
        {f"think.signature dropped {PART}[0]"},
    ),
    (
        "empty arguments are a spelling, and no loss",
        "openai-chat",
        block(0, CALL),
        set(),
    ),
    (
        "a citation of a merged text is told by the merge",
        "openai-chat",
        [
            *text(0, "a"),
            *cited(1, "b"),
        ],
        {f"out.text merged {PART}[1]"},
    ),
    (
        "a citation of an empty text stays, where there is another",
        "openai-chat",
        [*text(0, "a"), *block(1, TextPart(text=""), AnnotationDelta(0, 1, NOTE))],
        {
            f"out.text dropped {PART}[1]",
            f"out.annotations_citations approximated {PART}[1].annotations[0]",
        },
    ),
    (
        "what stands before both texts is not between them",
        "openai-chat",
        [*block(0, CALL), *text(1, "a"), *text(2, "b")],
        {f"out.text merged {PART}[2]"},
    ),
    (
        "one audio",
        "openai-chat",
        [
            *block(0, AudioPart(id="a"), AudioDelta(0, "AAAA", "x")),
            *block(1, AudioPart(id="b"), AudioDelta(1, "AAAA", "y")),
        ],
        {
            f"out.audio dropped {PART}[0].source.media_type",
            f"out.audio dropped {PART}[1]",
        },
    ),
    (
        "log probabilities of a text move as a whole",
        "openai-chat",
        block(
            0,
            TextPart(text=""),
            TextDelta(0, "a"),
            LogprobsDelta(0, 0, TOKENS),
        ),
        {f"resp.logprobs moved {PART}[0].logprobs"},
    ),
    (
        "moderation of Chat has another shape",
        "openai-responses",
        [*text(0, "a"), ModerationUpdate({"results": [{"flagged": True}]})],
        {"resp.safety dropped $.moderation"},
    ),
    (
        "citations of texts that became one",
        "gemini-generate",
        [
            *text(0, "ü"),
            *cited(1, "b"),
        ],
        {
            f"out.text merged {PART}[0]",
            f"out.text merged {PART}[1]",
            f"resp.grounding synthesised ->{GROUNDING}",
        },
    ),
    (
        "a citation that ends beyond its text does not reach into the next one",
        "gemini-generate",
        [
            *text(0, "a"),
            AnnotationDelta(0, 0, attrs.evolve(NOTE, start=0, end=3)),
            *text(1, "bcd"),
        ],
        {
            f"out.text merged {PART}[0]",
            f"out.text merged {PART}[1]",
            f"resp.grounding synthesised ->{GROUNDING}",
        },
    ),
    (
        "a citation behind a refusal, which became text",
        "gemini-generate",
        [
            *block(0, RefusalPart(text=""), RefusalDelta(0, "no")),
            *block(
                1,
                TextPart(text=""),
                TextDelta(1, "abc"),
                AnnotationDelta(
                    0, 1, Annotation(kind="url", type="web", url="u", start=1, end=2)
                ),
            ),
        ],
        {
            f"out.refusal approximated {PART}[0]",
            f"out.text merged {PART}[0]",
            f"out.text merged {PART}[1]",
            f"resp.grounding synthesised ->{GROUNDING}",
        },
    ),
    (
        "summaries that only the end has",
        "gemini-generate",
        block(0, ReasoningPart(), final=ReasoningPart(summaries=("a", "b"))),
        {f"think.summary approximated {PART}[0].summaries"},
    ),
    (
        "a text wins over summaries that only the end has",
        "gemini-generate",
        block(
            0,
            ReasoningPart(),
            ReasoningDelta(0, "a"),
            final=ReasoningPart(text="a", summaries=("b",)),
        ),
        {f"think.summary dropped {PART}[0].summaries"},
    ),
    (
        "summaries are one loss",
        "gemini-generate",
        thought(ReasoningDelta(0, "a", 0), ReasoningDelta(0, "b", 1)),
        {f"think.summary approximated {PART}[0].summaries"},
    ),
    (
        "an empty summary leaves no blank line",
        "anthropic-messages",
        block(
            0,
            ReasoningPart(),
            ReasoningDelta(0, "a", 0),
            final=ReasoningPart(summaries=("a", "")),
        ),
        {f"think.summary approximated {PART}[0]"},
    ),
    (
        "encrypted reasoning is lost for what it held",
        "gemini-generate",
        block(0, ReasoningPart(), final=ReasoningPart(encrypted=AN_SIGN)),
        {f"think.signature dropped {PART}[0]"},
    ),
    (
        "a part of another kind is changed as a whole",
        "gemini-generate",
        block(
            0,
            ToolCallPart(id="c", name="f", kind="custom", item=ItemRef(id="i")),
            ToolArgumentsDelta(0, "x"),
        ),
        {
            f"tool_call.custom approximated {PART}[0]",
            f"think.item_id approximated {PART}[0]",
        },
    ),
    (
        "withheld reasoning of others may have words, too",
        "anthropic-messages",
        thought(ReasoningDelta(0, "a"), redacted=Opaque(value="s", dialect="x")),
        {f"think.redacted dropped {PART}[0].redacted"},
    ),
    (
        "withheld reasoning waits for what comes with it",
        "anthropic-messages",
        thought(ReasoningDelta(0, "a"), redacted=AN_SIGN),
        {f"think.redacted dropped {PART}[0].redacted"},
    ),
    (
        "an empty text with a citation that has no form",
        "anthropic-messages",
        [
            *text(0, "a"),
            *block(
                1,
                TextPart(text=""),
                AnnotationDelta(0, 1, Annotation(kind="file", type="file_path")),
            ),
        ],
        {
            f"out.text dropped {PART}[1]",
            f"out.annotations_citations dropped {PART}[1].annotations[0]",
        },
    ),
    (
        "a count is made up once",
        "anthropic-messages",
        [UsageUpdate(Usage(output_total=1)), *text(0, "a")],
        {
            "usage.input_total synthesised ->$.usage.input_total",
            "usage.input_uncached synthesised ->$.usage.input_uncached",
        },
    ),
]
"""Chunks between start and finish, and what their stream loses."""


def test_every_bug_has_its_name():
    assert len({row[0] for row in BUGS}) == len(BUGS)


@pytest.mark.parametrize(
    ("name", "target", "middle", "lost"), BUGS, ids=[row[0] for row in BUGS]
)
def test_bugs_that_the_law_found(name, target, middle, lost):
    chunks = [StreamStart("r", "m"), *middle]
    chunks += [ChoiceFinish(0, Finish(kind="stop")), StreamEnd(True, "event")]
    told = folded(chunks).response
    read = stream_way(chunks, target)
    assert disagreements(read, plain_way(told, target), target) == []
    aside = re.compile("finish|resp.created|usage.total|stream|think.item_id synth")
    said = {loss for loss in map(spelled, read.losses) if not aside.match(loss)}
    assert said == lost, name


@pytest.mark.parametrize("target", codecs.DIALECTS)
def test_what_is_made_up_is_the_same_in_both_ways(target):
    chunks = [StreamStart(), *block(0, ToolCallPart(id="", name="f"))]
    chunks += [ChoiceFinish(0, Finish(kind="tool_calls")), StreamEnd(True, "event")]
    read = stream_way(chunks, target)
    plain = plain_way(folded(chunks).response, target)
    assert disagreements(read, plain, target) == []
    assert read.response.id == plain.response.id
    ids = [way.response.choices[0].message.parts[0].id for way in (read, plain)]
    assert ids[0] == ids[1]


def test_sources_of_a_gemini_text_come_before_its_end():
    # What is said about a text that has ended has no place in a Messages stream.
    events = [
        {"candidates": [{"content": {"role": "model", "parts": [{"text": "ab"}]}}]},
        {
            "candidates": [
                {
                    "content": {"role": "model", "parts": [{"text": ""}]},
                    "finishReason": "STOP",
                    "groundingMetadata": {
                        "groundingChunks": [{"web": {"uri": "https://a.example/"}}],
                        "groundingSupports": [
                            {
                                "segment": {"endIndex": 2, "text": "ab"},
                                "groundingChunkIndices": [0],
                            }
                        ],
                    },
                }
            ]
        },
    ]
    wire = b"".join(b"data: %b\n\n" % json.dumps(e).encode() for e in events)
    found = stream_way(read_stream(wire, "gemini-generate"), "anthropic-messages")
    (said,) = found.response.choices[0].message.parts
    assert [note.url for note in said.annotations] == ["https://a.example/"]


def test_S05_a_late_signature_of_a_call_goes_back():
    google = {"google": {"thought_signature": "sig"}}
    start = {"index": 0, "id": "c", "function": {"name": "f", "arguments": "{}"}}
    events = [
        {"tool_calls": [{**start, "extra_content": {"google": {"other": 1}}}]},
        {"tool_calls": [{"index": 0, "extra_content": google}]},
    ]
    wire = b"".join(
        b"data: %b\n\n"
        % json.dumps(NAMED | {"choices": [{"index": 0, "delta": d}]}).encode()
        for d in events
    )
    chunks = read_stream(wire + END_OF_CALLS, "openai-chat")
    (choice,) = folded(chunks).response.choices
    request = ChatRequest(model="m", messages=(choice.message,))
    encoded = codecs.get("openai-chat").encode_request(request)
    (call,) = json.loads(encoded.body)["messages"][0]["tool_calls"]
    assert call["extra_content"]["google"] == {"other": 1, "thought_signature": "sig"}
    assert list(map(spelled, encoded.losses)) == [
        "tool_call.thought_signature moved $.messages[0].parts[0].signature"
    ]
    body, losses = write_stream(chunks, "openai-chat")
    assert b'"thought_signature":"sig"' in body
    assert losses == ()


NAMED = {"id": "r", "object": "chat.completion.chunk", "created": 1, "model": "m"}
END_OF_CALLS = (
    b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}\n\n'
    b"data: [DONE]\n\n"
)
