"""Responses of `gemini-generate`: candidates, ends, usage, grounding, errors."""

from __future__ import annotations

import json

import pytest
from tests.codecs.gemini_generate._response_support import (
    answer,
    candidate,
    decode,
    encode,
)

import modelwire.codecs.gemini_generate as gg
from modelwire.codecs import COLLECT
from modelwire.codecs._losses import LossLog
from modelwire.codecs.gemini_generate._finish import (
    FINISH_REASONS,
    decode_finish,
    encode_finish,
)
from modelwire.codecs.gemini_generate._grounding import annotations_of
from modelwire.codecs.gemini_generate._usage import decode_usage, encode_usage
from modelwire.errors import ProviderError, RemoteProtocolError
from modelwire.ir import (
    Annotation,
    ChatResponse,
    Choice,
    Finish,
    Message,
    ReasoningPart,
    TextPart,
    ToolCallPart,
    Usage,
)

# --- candidates ---------------------------------------------------------------------


def test_F08_candidate_without_content():
    response = decode({"candidates": [{"finishReason": "MAX_TOKENS", "index": 0}]})
    choice = response.choices[0]
    assert choice.message.parts == ()
    assert choice.finish.kind == "length"


@pytest.mark.parametrize(
    "obj",
    [
        {},
        {"candidates": None},
        {"candidates": "x"},
        {"candidates": [1]},
        {"candidates": [{"content": 1, "finishReason": [], "index": "a"}]},
        {"candidates": [{"content": {"parts": [1], "role": 2}}]},
        {"candidates": [{"content": {"parts": [{"text": 1}, {"functionCall": 1}]}}]},
        {"usageMetadata": 1, "promptFeedback": [], "modelVersion": {}, "responseId": 3},
        {"candidates": [{"groundingMetadata": {"groundingSupports": [1, {"segment": 2}],
                                               "groundingChunks": [None, 3]},
                         "content": {"parts": [{"text": "x"}]}}]},
        {"usageMetadata": {"promptTokenCount": "x", "promptTokensDetails": [1, {}]}},
    ],
)  # fmt: skip
def test_nothing_of_a_peer_raises(obj):
    response = decode(obj)
    _, out = encode(response)
    kept = json.dumps(out)
    for leaf in ("groundingSupports", '"functionCall": 1'):
        assert (leaf in json.dumps(obj)) == (leaf in kept)


def test_several_candidates():
    obj = {"candidates": [candidate({"text": "a"}), candidate({"text": "b"}, index=1)]}
    response = decode(obj)
    assert [c.index for c in response.choices] == [0, 1]
    _, out = encode(response)
    assert out["candidates"] == obj["candidates"]
    for item in obj["candidates"]:
        del item["index"]
    assert [c.index for c in decode(obj).choices] == [0, 1]


def test_S06_signature_on_an_empty_text():
    obj = answer(
        {"text": "think", "thought": True},
        {"text": "Hi"},
        {"text": "", "thoughtSignature": "QQ=="},
    )
    thought, text, last = decode(obj).choices[0].message.parts
    assert (thought.signature, text.signature) == (None, None)
    assert (last.text, last.signature.value) == ("", "QQ==")
    _, out = encode(decode(obj))
    assert out["candidates"] == obj["candidates"]


def test_S11_thoughts_are_no_text():
    obj = answer({"text": "I think", "thought": True}, {"text": '{"a":1}'})
    parts = decode(obj).choices[0].message.parts
    assert parts == (ReasoningPart(text="I think"), TextPart(text='{"a":1}'))


def test_T20_L02_calls_without_ids_get_ids_of_the_answer():
    call = {"functionCall": {"name": "f", "args": {"x": 1}}}
    obj = answer(call, call)
    response = decode(obj)
    assert [p.id for p in response.choices[0].message.parts] == ["r_call_0", "r_call_1"]
    encoded, out = encode(response)
    assert encoded.losses == ()
    assert out["candidates"] == obj["candidates"]
    del obj["responseId"]
    request = gg.decode_request(b'{"contents":[{"parts":[{"text":"a"}]}]}')
    ids = [p.id for p in decode(obj, request=request).choices[0].message.parts]
    assert ids == ["turn_1_call_0", "turn_1_call_1"]


def test_array_of_events():
    events = [
        {"candidates": [{"content": {"parts": [{"text": "a"}], "role": "model"}}]},
        answer({"text": "b"}),
    ]
    response = decode(events)
    assert "".join(p.text for p in response.choices[0].message.parts) == "ab"
    assert response.choices[0].finish.kind == "stop"
    with pytest.raises(RemoteProtocolError):
        decode(events[:1])
    with pytest.raises(ProviderError):
        decode([{"error": {"code": 429, "status": "RESOURCE_EXHAUSTED"}}])


# --- ends ---------------------------------------------------------------------------


@pytest.mark.parametrize(("reason", "kind"), FINISH_REASONS.items())
def test_finish_reasons_round_trip(reason, kind):
    finish = decode_finish(reason)
    assert (finish.kind, finish.raw) == (kind, reason)
    log = LossLog(gg.DIALECT)
    assert encode_finish(finish, log) == {"finishReason": reason}
    assert log.losses == ()


def test_F07_malformed_call_is_no_stop():
    obj = answer(finishReason="MALFORMED_FUNCTION_CALL", finishMessage="bad call")
    finish = decode(obj).choices[0].finish
    assert (finish.kind, finish.raw) == (
        "malformed_tool_call",
        "MALFORMED_FUNCTION_CALL",
    )
    _, out = encode(decode(obj))
    assert out["candidates"] == obj["candidates"]


def test_L03_calls_end_with_tool_calls():
    response = decode(answer({"functionCall": {"name": "f", "args": {}}}))
    assert response.choices[0].finish == Finish(kind="tool_calls", raw="STOP")


def test_an_unknown_reason_is_kept():
    finish = decode_finish("NEW_REASON")
    assert (finish.kind, finish.raw) == ("unknown", "NEW_REASON")
    assert encode_finish(finish, LossLog(gg.DIALECT)) == {"finishReason": "NEW_REASON"}
    foreign = Finish(kind="unknown", raw="weird-word")
    written = encode_finish(foreign, LossLog(gg.DIALECT))
    assert written == {"finishReason": "FINISH_REASON_UNSPECIFIED"}


def test_finish_reason_as_a_number():
    finish = decode_finish(2)
    assert (finish.kind, finish.raw) == ("length", "MAX_TOKENS")
    assert encode_finish(finish, LossLog(gg.DIALECT)) == {"finishReason": 2}
    assert decode_finish(99).raw == "99"


@pytest.mark.parametrize(
    "kind", ["error", "cancelled", "malformed_tool_call", "unknown"]
)
def test_no_success_is_made_up(kind):
    written = encode_finish(Finish(kind=kind, raw="x"), LossLog(gg.DIALECT))
    assert written["finishReason"] != "STOP"


def test_a_blocked_prompt():
    obj = {
        "promptFeedback": {"blockReason": "PROHIBITED_CONTENT", "safetyRatings": []},
        "usageMetadata": {"promptTokenCount": 5, "totalTokenCount": 5},
        "responseId": "r",
    }
    response = decode(obj)
    assert response.choices[0].finish.kind == "prompt_blocked"
    encoded, out = encode(response)
    assert encoded.losses == ()
    assert out == obj
    both = {**answer({"text": "x"}), "promptFeedback": {"blockReason": "SAFETY"}}
    _, out = encode(decode(both))
    assert out == both


def test_feedback_that_blocks_nothing():
    feedback = {"promptFeedback": {"safetyRatings": []}}
    response = decode({**feedback, "responseId": "r"})
    assert response.choices == ()
    assert response.extra == {gg.DIALECT: feedback}


# --- usage --------------------------------------------------------------------------


def test_usage_arithmetic():
    obj = {
        "promptTokenCount": 100,
        "cachedContentTokenCount": 40,
        "candidatesTokenCount": 10,
        "thoughtsTokenCount": 5,
        "toolUsePromptTokenCount": 7,
        "totalTokenCount": 122,
        "promptTokensDetails": [
            {"modality": "TEXT", "tokenCount": 80},
            {"modality": "IMAGE", "tokenCount": 20},
        ],
        "candidatesTokensDetails": [{"modality": "AUDIO", "tokenCount": 10}],
    }
    usage = decode_usage(obj)
    assert (usage.input_total, usage.input_uncached, usage.cache_read) == (107, 67, 40)
    assert (usage.output_total, usage.reasoning, usage.tool_prompt) == (15, 5, 7)
    assert (usage.input_image, usage.output_audio) == (20, 10)
    log = LossLog(gg.DIALECT)
    out = encode_usage(usage, log)
    assert log.losses == ()
    # Only the order of the rows may differ.
    out["promptTokensDetails"].sort(key=lambda row: -row["tokenCount"])
    assert out == obj


@pytest.mark.parametrize(
    ("usage", "total"),
    [
        (Usage(input_total=10, input_uncached=6, cache_read=4, output_total=5), 15),
        (Usage(input_total=3, input_uncached=3, output_total=9, reasoning=4), 12),
        (Usage(input_uncached=3, cache_read=2), 5),
    ],
)
def test_totals_are_sums(usage, total):
    out = encode_usage(usage, LossLog(gg.DIALECT))
    assert out["totalTokenCount"] == total
    back = decode_usage(out)
    assert back.reasoning == usage.reasoning
    assert back.output_total == usage.output_total


def test_a_total_that_is_no_sum_is_kept():
    obj = {"promptTokenCount": 1, "candidatesTokenCount": 1, "totalTokenCount": 9}
    assert encode_usage(decode_usage(obj), LossLog(gg.DIALECT)) == obj


@pytest.mark.parametrize(
    "field", [{"serviceTier": "standard"}, {"trafficType": "ON_DEMAND"}]
)
def test_service_tier(field):
    obj = {**answer({"text": "x"}), "usageMetadata": {"totalTokenCount": 0, **field}}
    response = decode(obj)
    assert response.service_tier == next(iter(field.values()))
    _, out = encode(response)
    assert out == obj


# --- the envelope -------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "2025-12-19T23:45:33.943266Z",
        "2025-12-19T23:45:33Z",
        "2025-12-19T23:45:33+02:00",
        "2025-12-19T23:45:33-02:00",
    ],
)
def test_create_time(text):
    obj = {**answer({"text": "x"}), "createTime": text}
    response = decode(obj)
    assert isinstance(response.created, int)
    _, out = encode(response)
    assert out["createTime"] == text


def test_golden_response():
    response = ChatResponse(
        id="chatcmpl-1",
        model="gpt-x",
        created=1700000000,
        choices=(
            Choice(
                index=0,
                message=Message(
                    role="assistant",
                    parts=(
                        TextPart(text="Hi"),
                        ToolCallPart(id="call_1", name="f", arguments='{"a": 1}'),
                    ),
                ),
                finish=Finish(kind="tool_calls", raw="tool_calls"),
            ),
        ),
        usage=Usage(input_total=3, input_uncached=3, output_total=2),
    )
    encoded, _ = encode(response)
    assert encoded.body.decode() == (
        '{"candidates":[{"content":{"parts":[{"text":"Hi"},'
        '{"functionCall":{"id":"call_1","name":"f","args":{"a":1}}}],"role":"model"},'
        '"finishReason":"STOP","index":0}],'
        '"usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":2,'
        '"totalTokenCount":5},"modelVersion":"gpt-x",'
        '"createTime":"2023-11-14T22:13:20Z","responseId":"chatcmpl-1"}'
    )


def test_logprobs():
    obj = answer(
        {"text": "2+"},
        avgLogprobs=-0.1,
        logprobsResult={
            "chosenCandidates": [
                {"token": "2", "tokenId": 7, "logProbability": -0.5},
                {"token": "+", "tokenId": 8, "logProbability": -0.25},
            ],
            "topCandidates": [
                {"candidates": [{"token": "2", "tokenId": 7, "logProbability": -0.5}]},
                {"candidates": []},
            ],
        },
    )
    response = decode(obj)
    tokens = response.choices[0].logprobs.content
    assert [t.token for t in tokens] == ["2", "+"]
    assert tokens[0].top[0].logprob == -0.5
    assert tokens[1].top == ()
    encoded, out = encode(response)
    assert encoded.losses == ()
    assert out["candidates"] == obj["candidates"]


# --- grounding ----------------------------------------------------------------------


def grounded(text, start, end, words, **segment):
    return {
        "groundingChunks": [
            {"web": {"uri": "https://a", "title": "A", "domain": "a"}},
            {"retrievedContext": {"title": "D", "text": "quoted"}},
        ],
        "groundingSupports": [
            {
                "segment": {
                    "startIndex": start,
                    "endIndex": end,
                    "text": words,
                    **segment,
                },
                "groundingChunkIndices": [0, 1],
                "confidenceScores": [0.5, 0.5],
            }
        ],
        "searchEntryPoint": {"renderedContent": "<b>"},
        "webSearchQueries": ["q"],
    }


def test_offsets_are_bytes_on_the_wire_and_characters_in_the_ir():
    text = "Größe: 10 €. Ende"
    words = "10 €."
    start = len(text[:7].encode())
    obj = answer(
        {"text": text},
        groundingMetadata=grounded(text, start, start + len(words.encode()), words),
    )
    response = decode(obj)
    first, second = response.choices[0].message.parts[0].annotations
    assert text[first.start : first.end] == words
    assert (first.kind, first.url, first.title) == ("url", "https://a", "A")
    assert (second.kind, second.cited_text) == ("document", "quoted")
    encoded, out = encode(response)
    assert encoded.losses == ()
    assert out["candidates"] == obj["candidates"]


def test_part_index_counts_all_parts():
    meta = grounded("", 0, 1, "b", partIndex=2)
    obj = answer(
        {"text": "t", "thought": True},
        {"text": "a"},
        {"text": "b"},
        groundingMetadata=meta,
    )
    parts = decode(obj).choices[0].message.parts
    assert [len(getattr(p, "annotations", ())) for p in parts] == [0, 0, 2]


def test_offsets_of_all_texts_find_their_text():
    meta = grounded("", 3, 6, "def")
    found = annotations_of({"groundingMetadata": meta}, ["abc", "def"])
    assert [(n, a.start, a.end) for n, a in found] == [(1, 0, 3), (1, 0, 3)]


def test_annotations_of_others_become_metadata():
    notes = (
        Annotation(
            kind="url", type="url_citation", url="https://x", title="X", start=2, end=4
        ),
        Annotation(kind="url", type="web_search_result_location", url="https://x"),
        Annotation(kind="file", type="file_citation", file_id="f"),
    )
    text = "é € ok"
    response = ChatResponse(
        id="r",
        choices=(
            Choice(
                index=0,
                message=Message(
                    role="assistant", parts=(TextPart(text=text, annotations=notes),)
                ),
                finish=Finish(kind="stop", raw="STOP"),
            ),
        ),
    )
    _, out = encode(response)
    meta = out["candidates"][0]["groundingMetadata"]
    assert meta["groundingChunks"] == [
        {"web": {"uri": "https://x", "title": "X"}},
        {"web": {"uri": "https://x"}},
    ]
    first = meta["groundingSupports"][0]["segment"]
    assert first == {"startIndex": 3, "endIndex": 7, "text": "€ "}


def test_a_removed_annotation_does_not_come_back():
    obj = answer({"text": "abc"}, groundingMetadata=grounded("", 0, 3, "abc"))
    response = decode(obj)
    choice = response.choices[0]
    bare = ChatResponse(
        id="r",
        choices=(
            Choice(
                index=0,
                message=Message(role="assistant", parts=(TextPart(text="abc"),)),
                finish=choice.finish,
                extra=choice.extra,
            ),
        ),
    )
    _, out = encode(bare)
    assert "https://a" not in json.dumps(out)
    assert out["candidates"][0]["groundingMetadata"]["webSearchQueries"] == ["q"]


@pytest.mark.parametrize("key", ["citations", "citationSources"])
def test_citations(key):
    meta = {
        key: [
            {"startIndex": 0, "endIndex": 2, "uri": "https://c", "license": "MIT"},
            {},
        ]
    }
    obj = answer({"text": "é b"}, citationMetadata=meta)
    response = decode(obj)
    (note,) = response.choices[0].message.parts[0].annotations
    assert (note.url, note.start, note.end) == ("https://c", 0, 1)
    encoded, out = encode(response)
    assert encoded.losses == ()
    assert out["candidates"] == obj["candidates"]


# --- towards other dialects ---------------------------------------------------------


def test_L03_L12_an_answer_for_other_clients():
    from modelwire import codecs

    call = {"functionCall": {"name": "f", "args": {"x": 1}}}
    obj = answer(
        {"text": "hm", "thought": True}, {**call, "thoughtSignature": "U0lH"}, call
    )
    response = decode(obj)
    ends = {"anthropic-messages": '"tool_use"', "openai-chat": '"tool_calls"'}
    for dialect, word in ends.items():
        encoded = codecs.get(dialect).encode_response(response, on_loss=COLLECT)
        text = encoded.body.decode()
        assert word in text
        assert "metadata" not in text
        # Two calls of one tool stay two.
        assert '"r_call_0"' in text
        assert '"r_call_1"' in text
        signed = "$.choices[0].message.parts[1].signature"
        assert "U0lH" in text or signed in {loss.path for loss in encoded.losses}
