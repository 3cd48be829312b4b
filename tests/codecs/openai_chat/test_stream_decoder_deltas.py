"""Bytes to chunks: reasoning and every other delta, compatible servers' too."""

from __future__ import annotations

import pytest
from tests.codecs.openai_chat._stream_decoder_support import (
    CALLS,
    OC,
    STOP,
    USAGE,
    calls,
    decode,
    delta,
    event,
    folded,
    message,
    of,
    piece,
    run,
    say,
    stream,
    tools,
    words,
)

from modelwire.ir import (
    AnnotationDelta,
    AudioDelta,
    BlockStart,
    ChoiceUpdate,
    LogprobsDelta,
    ModerationUpdate,
    ReasoningDelta,
    RefusalDelta,
    ResponseUpdate,
    StreamEnd,
    StreamStart,
    UnknownEvent,
)

# --- reasoning ----------------------------------------------------------------------


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning"])
def test_reasoning_fields(field):
    chunks = decode(
        say({"role": "assistant", "content": None, field: ""}),
        say({"content": None, field: "a"}),
        say({"content": "", field: "b"}),
        say({field: None, "content": "text"}),
        STOP,
    )
    assert words(chunks) == [("ReasoningPart", "ab"), ("TextPart", "text")]
    part = of(BlockStart, chunks)[0].part
    assert part.extra == {OC: {"$spelling": {"reasoning": [field]}}}


def test_reasoning_counts_once():
    def both(text):
        entry = {"type": "reasoning.text", "text": text, "format": "x", "index": 0}
        return say({"content": "", "reasoning": text, "reasoning_details": [entry]})

    chunks = decode(both("a"), both("b"), say({"content": "c"}), STOP)
    assert words(chunks) == [("ReasoningPart", "ab"), ("TextPart", "c")]
    assert message(chunks).parts[0].extra[OC] == {
        "format": "x",
        "index": 0,
        "$spelling": {"reasoning": "reasoning_details", "repeated": "reasoning"},
    }


def test_reasoning_details_of_every_type():
    chunks = decode(
        say(
            {
                "reasoning_details": [
                    {"type": "reasoning.summary", "summary": "s", "index": 0}
                ]
            }
        ),
        say(
            {
                "reasoning_details": [
                    {"type": "reasoning.encrypted", "data": "e", "id": "rs", "index": 0}
                ]
            }
        ),
        say(
            {"reasoning_details": [{"type": "reasoning.text", "text": "t", "index": 1}]}
        ),
        say(
            {
                "reasoning_details": [
                    {"type": "reasoning.text", "signature": "sig", "index": 1}
                ]
            }
        ),
        say({"reasoning_details": [{"type": "reasoning.server_tool_call", "x": 1}]}),
        STOP,
    )
    summary, encrypted, text, other = message(chunks).parts
    assert summary.summaries == ("s",)
    assert (encrypted.encrypted.value, encrypted.details_id) == ("e", "rs")
    assert (text.text, text.signature.value) == ("t", "sig")
    assert other.raw == {"type": "reasoning.server_tool_call", "x": 1}


def test_reasoning_beside_details_of_other_words():
    # Neither is a copy of the other: both are kept, the plain field's words first.
    entry = {"type": "reasoning.text", "text": "b", "index": 0}
    nothing = {"type": "reasoning.text", "index": 1}
    chunks = decode(
        say({"reasoning": "a", "reasoning_details": [entry]}),
        say({"reasoning_details": [nothing]}),
        STOP,
    )
    assert words(chunks) == [("ReasoningPart", "a"), ("ReasoningPart", "b")]


def test_mistral_content_array():
    thinking = {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}
    chunks = decode(
        say({"role": "assistant", "content": [thinking]}),
        say({"content": [thinking, {"type": "text", "text": "4"}]}),
        say({"content": [{"type": "reference", "reference_ids": [1]}]}),
        say({"content": ""}, finish="stop"),
    )
    parts = message(chunks).parts
    assert [type(p).__name__ for p in parts] == [
        "ReasoningPart",
        "TextPart",
        "UnknownPart",
    ]
    assert (parts[0].text, parts[1].text) == ("hmhm", "4")


def test_mistral_thinking_as_text_and_its_signature():
    signed = {"type": "thinking", "thinking": "hm", "signature": "sig"}
    empty = {"type": "text", "text": ""}
    chunks = decode(say({"content": [signed, empty, "4"]}), STOP)
    thought, text = message(chunks).parts
    assert (thought.text, thought.signature.value) == ("hm", "sig")
    assert text.text == "4"


def test_content_object():
    chunks = decode(say({"content": {"a": 1}}), STOP)
    assert words(chunks) == [("TextPart", '{"a":1}')]


# --- other deltas -------------------------------------------------------------------


def test_L34_logprobs():
    token = {"token": "a", "logprob": -0.5, "bytes": [97], "top_logprobs": []}
    chunks = decode(
        say({"content": ""}, logprobs={"content": [], "refusal": None}),
        say({"content": "a"}, logprobs={"content": [token], "refusal": None}),
        say({"content": "a"}, logprobs={"content": [token], "refusal": None}),
        STOP,
    )
    assert len(of(LogprobsDelta, chunks)) == 2
    logprobs = folded(chunks).response.choices[0].logprobs
    assert [t.token for t in logprobs.content] == ["a", "a"]


def test_refusal():
    chunks = decode(say({"refusal": "I "}), say({"refusal": "can't"}), STOP)
    assert of(RefusalDelta, chunks) == [RefusalDelta(0, "I "), RefusalDelta(0, "can't")]
    assert chunks[-2].finish.kind == "refusal"


def test_audio():
    chunks = decode(
        say({"role": "assistant", "audio": {"id": "au", "transcript": ""}}),
        say({"audio": {"transcript": "hi"}}),
        say({"audio": {"data": "AAAA"}}),
        say({"audio": {"expires_at": 9}}),
        STOP,
    )
    assert of(AudioDelta, chunks) == [
        AudioDelta(0, transcript="hi"),
        AudioDelta(0, "AAAA"),
        AudioDelta(0, expires_at=9),
    ]
    (part,) = message(chunks).parts
    assert (part.id, part.transcript, part.source.data, part.expires_at) == (
        "au",
        "hi",
        "AAAA",
        9,
    )


def test_images_and_annotations():
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}
    note = {
        "type": "url_citation",
        "url_citation": {"url": "u", "title": "t", "start_index": 0, "end_index": 1},
    }
    chunks = decode(
        say({"content": "a"}),
        say({"images": [image]}),
        say({"annotations": [note]}),
        STOP,
    )
    text, picture = message(chunks).parts
    assert text.annotations[0].url == "u"
    assert picture.source.data == "AA=="
    assert of(AnnotationDelta, chunks)[0].index == 0


def test_moderation_chunk_after_usage():
    chunks = decode(
        say({"content": "a"}), STOP, event(usage=USAGE), event(moderation={"x": 1})
    )
    assert of(ModerationUpdate, chunks) == [ModerationUpdate({"x": 1})]


def test_service_tier_and_fingerprint_only_when_changed():
    fields = {
        "service_tier": "default",
        "system_fingerprint": "fp",
        "obfuscation": "abc",
    }
    more = {**fields, "service_tier": "flex", "obfuscation": "d", "p": "pad"}
    chunks = decode(
        event(delta({"content": "a"}), **fields),
        event(delta({"content": "b"}), **fields),
        event(delta({"content": "c"}), **more),
        STOP,
    )
    assert of(ResponseUpdate, chunks) == [
        ResponseUpdate(
            service_tier="default", extra={OC: {"system_fingerprint": "fp"}}
        ),
        ResponseUpdate(service_tier="flex"),
    ]


def test_L7_azure():
    first = {
        "choices": [],
        "created": 0,
        "id": "",
        "model": "",
        "object": "",
        "prompt_filter_results": [{"prompt_index": 0}],
    }
    late = {
        "choices": [
            {
                "content_filter_offsets": {"check_offset": 1},
                "finish_reason": None,
                "index": 0,
            }
        ],
        "created": 0,
        "id": "",
        "model": "",
        "object": "",
    }
    chunks = decode(
        first, say({"content": "a"}, content_filter_results={"hate": 1}), STOP, late
    )
    response = folded(chunks).response
    assert (response.id, response.model, response.created) == ("chatcmpl-1", "m", 7)
    assert response.extra == {OC: {"prompt_filter_results": [{"prompt_index": 0}]}}
    assert response.choices[0].extra == {
        OC: {
            "content_filter_results": {"hate": 1},
            "content_filter_offsets": {"check_offset": 1},
        }
    }
    assert [type(c).__name__ for c in chunks[:3]] == [
        "StreamStart",
        "ResponseUpdate",
        "ResponseUpdate",
    ]


def test_unknown_delta_fields_are_kept():
    chunks = decode(
        say({"reasoning": "a", "channel": "analysis"}),
        say({"reasoning": "b", "channel": "analysis"}),
        say({"provider_metadata": {"x": 1}}),
        STOP,
    )
    updates = of(ChoiceUpdate, chunks)
    assert [u.message for u in updates] == [
        {OC: {"channel": "analysis"}},
        {OC: {"provider_metadata": {"x": 1}}},
    ]
    assert len(of(ReasoningDelta, chunks)) == 2


def test_unknown_object_is_kept():
    chunks = decode({"type": "ping", "n": 1}, say({"content": "a"}), STOP)
    assert chunks[0] == StreamStart()
    assert chunks[1] == UnknownEvent(OC, {"type": "ping", "n": 1})


def test_id_changes():
    changed = {**say({"content": "b"}), "id": "other"}
    chunks = decode(say({"content": "a"}), changed, STOP)
    assert folded(chunks).response.id == "chatcmpl-1"
    assert message(chunks).parts[0].text == "ab"


def test_perplexity():
    def chunk(text, so_far, finish=None, name="chat.completion.chunk"):
        choice = delta({"role": "assistant", "content": text}, finish=finish)
        choice["message"] = {"role": "assistant", "content": so_far}
        return {**event(choice, usage=USAGE, citations=["u"]), "object": name}

    chunks = decode(
        chunk("a", "a"),
        chunk("b", "ab"),
        chunk("", "ab", "stop", "chat.completion.done"),
        done=False,
    )
    assert words(chunks) == [("TextPart", "ab")]
    assert chunks[-1] == StreamEnd(True, "eof")


def test_message_instead_of_deltas():
    whole = {
        "index": 0,
        "finish_reason": "tool_calls",
        "message": {
            "role": "assistant",
            "content": "a",
            "tool_calls": [piece(None, "c", "f", "{}")],
        },
    }
    chunks = decode(event(whole, usage=USAGE))
    assert words(chunks) == [("TextPart", "a")]
    assert calls(chunks) == [("c", "f", "{}")]


def test_U09_legacy_completion_text():
    chunks = decode(
        event({"index": 0, "text": "a", "finish_reason": None}),
        event({"index": 0, "text": "", "finish_reason": "stop"}),
        event(usage=USAGE),
    )
    assert words(chunks) == [("TextPart", "a")]


def test_surrogates_cut_between_deltas():
    body = stream(
        '{"choices":[{"index":0,"delta":{"content":"x\\ud83d"}}]}',
        '{"choices":[{"index":0,"delta":{"content":"\\ude00y"}}]}',
        '{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"c","function":{"name":"f","arguments":"\\ud83d"}}]}}]}',
        '{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"\\ude00"}}]}}]}',
        '{"choices":[{"index":0,"delta":{"content":"z\\ud83d"},"finish_reason":"stop"}]}',
    )
    chunks = run(body)
    assert chunks == run(body, cuts=3)
    assert [text for _, text in words(chunks)] == ["x😀y", "z\ud83d"]
    assert calls(chunks) == [("c", "f", "😀")]


# Two characters cut in their middles; the last one never gets its other half.
PIECES = ("a", "b", "\ud83d", "", "\ude00\ud83d")


@pytest.mark.parametrize(
    ("delta_of", "read"),
    [
        pytest.param(lambda text: {"refusal": text}, lambda p: p.text, id="refusal"),
        pytest.param(
            lambda text: {"role": "assistant", "content": text},
            lambda p: p.text,
            id="content with a role",
        ),
        pytest.param(
            lambda text: {
                "reasoning_details": [
                    {"type": "reasoning.summary", "summary": text, "index": 0}
                ]
            },
            lambda p: p.summaries[0],
            id="summary",
        ),
        pytest.param(
            lambda text: {"tool_calls": [piece(0, None, None, text)]},
            lambda p: p.arguments,
            id="arguments",
        ),
    ],
)
def test_surrogates_cut_in_every_kind_of_delta(delta_of, read):
    begin = () if "tool_calls" not in delta_of("") else (tools(piece(0, "c", "f", "")),)
    pieces = [say(delta_of(text)) for text in PIECES]
    finish = CALLS if begin else STOP
    (part,) = message(decode(*begin, *pieces, finish)).parts
    assert read(part) == "ab\U0001f600\ud83d"


def test_a_delta_of_the_same_shape_opens_a_block_anew():
    # The call in between has closed the block that such deltas grew.
    for field, kind in (("content", "TextPart"), ("reasoning", "ReasoningPart")):
        chunks = decode(
            say({"role": "assistant", field: "a"}),
            say({"role": "assistant", field: "b"}),
            say({"role": "assistant", field: ""}),
            tools(piece(0, "c", "f", "{}")),
            say({"role": "assistant", field: "d"}),
            CALLS,
        )
        assert "".join(text for _, text in words(chunks)) == "abd"
        assert {name for name, _ in words(chunks)} == {kind}
        assert calls(chunks) == [("c", "f", "{}")]
