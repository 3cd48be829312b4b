"""Streamed generateContent answers into chunks: every rule, in both framings."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, strategies as st
from tests.codecs.gemini_generate._stream_decoder_support import STOP, kinds
from tests.codecs.gemini_generate._streams import (
    SIGNATURE,
    array,
    call,
    decode,
    parts,
    response,
    sse,
    text,
    thought,
    told,
)

from modelwire.codecs._base import Aliases
from modelwire.codecs._time import decode_time, encode_time
from modelwire.ir import (
    AnnotationDelta,
    BlockStart,
    BlockStop,
    ChoiceFinish,
    LogprobsDelta,
    ReasoningPart,
    ServerToolCallPart,
    ServerToolResultPart,
    StreamEnd,
    StreamStart,
    TextDelta,
    TextPart,
    ToolArgumentsDelta,
    UnknownEvent,
    UsageUpdate,
)

USAGE = {"promptTokenCount": 3, "candidatesTokenCount": 2, "totalTokenCount": 5}


def test_text_in_deltas():
    events = [response(text("Hel")), response(text("lo"), finish="STOP")]
    events = [{**event, "usageMetadata": USAGE} for event in events]
    for body in (sse(*events), array(*events)):
        chunks = decode(body)
        assert kinds(chunks) == [
            "StreamStart",
            "UsageUpdate",
            "BlockStart",
            "TextDelta",
            "TextDelta",
            "BlockStop",
            "ChoiceFinish",
            "StreamEnd",
        ]
        assert chunks[0] == StreamStart("r1", "m")
        assert chunks[-1] == StreamEnd(complete=True, terminator="eof")
        assert chunks[-2].finish.kind == "stop"


def test_blocks_close_at_the_first_delta_of_another_kind():
    body = sse(
        response(thought("a")),
        response(thought("b"), text("c")),
        response(text("d")),
        response(thought("e"), finish="STOP"),
    )
    assert parts(decode(body)) == (
        ReasoningPart(text="ab"),
        TextPart(text="cd"),
        ReasoningPart(text="e"),
    )


def test_S06_signature_stays_on_the_part_that_carried_it():
    body = sse(
        response(thought("why")),
        response(text("answer")),
        response(text("", thoughtSignature=SIGNATURE), finish="STOP"),
    )
    reasoning, words, last = parts(decode(body))
    assert reasoning == ReasoningPart(text="why")
    assert words == TextPart(text="answer")
    assert last.text == ""
    assert last.signature.value == SIGNATURE


def test_S05_signed_text_is_a_block_alone():
    body = sse(
        response(text("a")),
        response(text("b", thoughtSignature=SIGNATURE)),
        response(text("c"), finish="STOP"),
    )
    chunks = decode(body)
    assert [part.text for part in parts(chunks)] == ["a", "b", "c"]
    assert [part.signature is not None for part in parts(chunks)] == [
        False,
        True,
        False,
    ]
    assert TextDelta(1, "b") in chunks


def test_S11_thoughts_never_become_text():
    body = sse(response(thought("{"), text("{}"), finish="STOP"))
    assert [type(part) for part in parts(decode(body))] == [ReasoningPart, TextPart]


def test_T20_T21_calls_without_ids_get_unique_ones():
    body = sse(
        response(call("f", {"a": 1}), call("f", {"a": 2}, id="")),
        response(call("g"), finish="STOP"),
    )
    found = parts(decode(body))
    assert [part.id for part in found] == ["r1_call_0", "r1_call_1", "r1_call_2"]
    assert [part.arguments for part in found] == ['{"a":1}', '{"a":2}', ""]
    assert decode(body) == decode(body, 1)
    numbers = iter("xyz")
    named = parts(decode(body, ids=lambda kind: f"{kind}-{next(numbers)}"))
    assert [part.id for part in named] == ["call-x", "call-y", "call-z"]


def test_T22_ids_of_the_wire_are_kept():
    found = parts(decode(sse(response(call("f", {}, id="abc"), finish="STOP"))))
    assert found[0].id == "abc"


def test_L02_L03_two_calls_are_two_blocks_and_end_in_tool_calls():
    body = sse(
        response(text("so")),
        response({**call("f", {"a": 1}), "thoughtSignature": SIGNATURE}),
        response(call("f", {"a": 2})),
        STOP,
    )
    chunks = decode(body)
    assert [c.index for c in chunks if type(c) is BlockStart] == [0, 1, 2]
    assert [c.index for c in chunks if type(c) is BlockStop] == [0, 1, 2]
    assert [c.text for c in chunks if type(c) is ToolArgumentsDelta] == [
        '{"a":1}',
        '{"a":2}',
    ]
    (finish,) = [c for c in chunks if type(c) is ChoiceFinish]
    assert (finish.finish.kind, finish.finish.raw) == ("tool_calls", "STOP")


def test_L12_signature_of_a_call_is_carried():
    body = sse(response({**call("f", {}), "thoughtSignature": SIGNATURE}), STOP)
    assert parts(decode(body))[0].signature.value == SIGNATURE


def test_F07_F08_malformed_call_without_content():
    body = sse(
        {"candidates": [{"finishReason": "MALFORMED_FUNCTION_CALL", "index": 0}]}
    )
    done = told(decode(body))
    assert done.complete
    finish = done.response.choices[0].finish
    assert (finish.kind, finish.raw) == (
        "malformed_tool_call",
        "MALFORMED_FUNCTION_CALL",
    )


def test_names_find_home():
    body = sse(
        response(call("f_x", {"input": "free"}), call("g_x", {}, id="i_x")), STOP
    )
    aliases = Aliases(
        names={"f_x": "f x", "g_x": "g x"},
        call_ids={"i_x": "i x"},
        custom=frozenset({"f_x"}),
    )
    free, plain = parts(decode(body, aliases=aliases))
    assert (free.name, free.kind, free.arguments) == ("f x", "custom", "free")
    assert (plain.name, plain.id, plain.kind) == ("g x", "i x", "function")


# --- what else the provider says ----------------------------------------------------


def test_usage_first_and_last():
    usages = [{**USAGE, "candidatesTokenCount": n} for n in (1, 2, 3)]
    body = sse(
        response(text("a"), usageMetadata=usages[0]),
        response(text("b"), usageMetadata=usages[1]),
        response(text("c"), finish="STOP", usageMetadata=usages[2]),
    )
    found = [c.usage.output_total for c in decode(body) if type(c) is UsageUpdate]
    assert found == [1, 3]
    cut = sse(
        response(text("a"), usageMetadata=usages[0]),
        response(text("b"), usageMetadata=usages[1]),
    )
    found = [c.usage.output_total for c in decode(cut) if type(c) is UsageUpdate]
    assert found == [1, 2]


def test_service_tier_stands_in_the_usage():
    body = sse(
        response(text("a"), finish="STOP", usageMetadata={"serviceTier": "flex"})
    )
    assert told(decode(body)).response.service_tier == "flex"


def test_time_of_vertex():
    body = sse(response(text("a"), finish="STOP", createTime="2026-04-07T16:49:58.3Z"))
    response_ = told(decode(body)).response
    assert response_.created == 1775580598
    note = {"$spelling": {"createTime": "2026-04-07T16:49:58.3Z"}}
    assert response_.extra == {"gemini-generate": note}


@pytest.mark.parametrize(
    "text",
    ["2026-13-07T16:49:58Z", "2026-04-32T16:49:58Z", "2026-04-07T24:00:00Z", "x", 5],
)
def test_what_is_no_time(text):
    assert decode_time(text) is None


@given(st.integers(0, 253402300799))
def test_times_agree_with_datetime(seconds):
    wanted = dt.datetime.fromtimestamp(seconds, dt.UTC)
    written = encode_time(seconds)
    assert written == f"{wanted.replace(tzinfo=None).isoformat()}Z"
    assert decode_time(written) == seconds


def test_several_candidates():
    body = sse(
        response(text("a"), index=0),
        response(text("b"), index=1),
        response(text("c"), index=0, finish="STOP"),
        response(text("d"), index=1, finish="MAX_TOKENS"),
    )
    done = told(decode(body))
    assert done.complete
    assert [c.message.parts[0].text for c in done.response.choices] == ["ac", "bd"]
    assert [c.finish.kind for c in done.response.choices] == ["stop", "length"]
    half = told(decode(body[: body.rindex(b"data:")]))
    assert not half.complete
    assert half.error.kind == "stream_truncated"


def test_finish_on_every_event():
    events = [response(text(word), finish="STOP") for word in "abc"]
    chunks = decode(sse(*events))
    assert parts(chunks) == (TextPart(text="abc"),)
    assert sum(type(c) is ChoiceFinish for c in chunks) == 1


def test_blocked_prompt():
    feedback = {"blockReason": "PROHIBITED_CONTENT", "safetyRatings": [{"x": 1}]}
    for body in (
        sse({"promptFeedback": feedback}),
        array({"promptFeedback": feedback}),
    ):
        done = told(decode(body))
        assert done.complete
        (choice,) = done.response.choices
        assert (choice.finish.kind, choice.finish.raw) == (
            "prompt_blocked",
            "PROHIBITED_CONTENT",
        )
        kept = {"gemini-generate": {"safetyRatings": [{"x": 1}]}}
        assert choice.finish.extra == kept


def test_feedback_beside_candidates():
    body = sse(
        response(text("a"), finish="STOP", promptFeedback={"blockReason": "OTHER"})
    )
    done = told(decode(body)).response
    assert done.choices[0].finish.kind == "stop"
    assert done.extra == {
        "gemini-generate": {"promptFeedback": {"blockReason": "OTHER"}}
    }


GROUNDING = {
    "groundingChunks": [{"web": {"uri": "https://e.example", "title": "E"}}],
    "groundingSupports": [
        {
            "segment": {"startIndex": 3, "endIndex": 8, "text": "日x."},
            "groundingChunkIndices": [0],
        }
    ],
    "webSearchQueries": ["q"],
}


def test_grounding_counts_bytes_and_annotations_characters():
    body = sse(
        response(text("é ")),
        response(text("日x.")),
        response(text(""), finish="STOP", candidate={"groundingMetadata": GROUNDING}),
    )
    chunks = decode(body)
    (note,) = [c for c in chunks if type(c) is AnnotationDelta]
    assert (note.index, note.annotation.start, note.annotation.end) == (0, 2, 5)
    assert note.annotation.url == "https://e.example"
    (choice,) = told(chunks).response.choices
    assert choice.extra == {"gemini-generate": {"groundingMetadata": GROUNDING}}
    assert choice.message.parts[0].annotations == (note.annotation,)


def test_grounding_of_a_text_longer_than_what_is_kept():
    words = "x" * 60_000
    support = {"segment": {"startIndex": 60_003, "endIndex": 60_006}}
    grounding = {
        **GROUNDING,
        "groundingSupports": [{**support, "groundingChunkIndices": [0]}],
    }
    body = sse(
        *[response(text(words[i : i + 100])) for i in range(0, len(words), 100)],
        response(text("日本abc")),
        response(text(""), finish="STOP", candidate={"groundingMetadata": grounding}),
    )
    (note,) = [c for c in decode(body) if type(c) is AnnotationDelta]
    assert (note.annotation.start, note.annotation.end) == (60_001, 60_002)


def test_citations_of_several_events_add_up():
    rows = [{"startIndex": 0, "endIndex": 1, "uri": f"https://{n}"} for n in "ab"]
    body = sse(
        response(text("x"), candidate={"citationMetadata": {"citations": rows[:1]}}),
        response(
            text("y"),
            finish="STOP",
            candidate={"citationMetadata": {"citations": rows[1:]}},
        ),
    )
    notes = [c.annotation.url for c in decode(body) if type(c) is AnnotationDelta]
    assert notes == ["https://a", "https://b"]


def test_safety_ratings_and_logprobs():
    result = {"chosenCandidates": [{"token": "a", "logProbability": -0.5}]}
    candidate = {"safetyRatings": [{"c": 1}], "logprobsResult": result}
    chunks = decode(sse(response(text("a"), finish="STOP", candidate=candidate)))
    (logprobs,) = [c for c in chunks if type(c) is LogprobsDelta]
    assert logprobs.logprobs.content[0].logprob == -0.5
    (choice,) = told(chunks).response.choices
    assert choice.extra == {"gemini-generate": {"safetyRatings": [{"c": 1}]}}


def test_code_execution():
    body = sse(
        response({"executableCode": {"language": "PYTHON", "code": "1"}}),
        response({"codeExecutionResult": {"outcome": "OUTCOME_OK", "output": "1"}}),
        STOP,
    )
    ran, result = parts(decode(body))
    assert type(ran) is ServerToolCallPart
    assert type(result) is ServerToolResultPart
    assert ran.id == result.call_id == "r1_call_0"


def test_snake_case_and_numbers():
    body = array(
        {
            "candidates": [
                {
                    "content": {"parts": {"text": "a"}, "role": "model"},
                    "finish_reason": 2,
                }
            ],
            "usage_metadata": {"prompt_token_count": 3},
            "model_version": "m",
            "response_id": "r",
        }
    )
    done = told(decode(body))
    assert done.complete
    assert (done.response.id, done.response.model) == ("r", "m")
    assert done.response.usage.input_total == 3
    assert done.response.choices[0].finish.kind == "length"


def test_unknown_is_kept():
    body = sse(
        response(
            {"text": "a", "partMetadata": {"k": 1}},
            {"newPart": {"x": 1}},
            candidate={"new": 1},
            extraField=2,
        ),
        {"somethingNew": True},
        STOP,
    )
    chunks = decode(body)
    assert UnknownEvent("gemini-generate", {"somethingNew": True}) in chunks
    done = told(chunks).response
    assert done.extra == {"gemini-generate": {"extraField": 2}}
    (choice,) = done.choices
    assert choice.extra == {"gemini-generate": {"new": 1}}
    first, second = choice.message.parts
    assert first.extra["gemini-generate"]["partMetadata"] == {"k": 1}
    assert second.raw == {"newPart": {"x": 1}}


def test_half_characters():
    # `json.dumps` writes the two halves as two escapes.
    body = sse(response(text("a\ud83d")), response(text("\ude00b")), STOP)
    assert b"\\ud83d" in body
    assert parts(decode(body)) == (TextPart(text="a😀b"),)
