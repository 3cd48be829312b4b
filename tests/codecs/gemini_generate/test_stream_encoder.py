"""Chunks into streamed generateContent answers: bytes, order, ends, losses."""

from __future__ import annotations

import json

import pytest
from tests.codecs.gemini_generate._stream_encoder_support import (
    BEGIN,
    END,
    STOP,
    legal,
    words,
)
from tests.codecs.gemini_generate._streams import (
    SIGNATURE,
    call,
    decode,
    encode,
    objects,
    parts,
    response,
    sse,
    text,
    told,
)

from modelwire.codecs._base import (
    EndSentinel,
    KeepaliveComment,
    NativeEvent,
)
from modelwire.codecs.gemini_generate._stream_encoder import (
    event_encoder,
    stream_encoder,
)
from modelwire.errors import (
    StateError,
)
from modelwire.ir import (
    Annotation,
    AnnotationDelta,
    AudioDelta,
    AudioPart,
    Base64Source,
    BlockStart,
    BlockStop,
    ChatResponse,
    Choice,
    ChoiceFinish,
    ChoiceUpdate,
    Finish,
    Keepalive,
    LossCode,
    Message,
    Opaque,
    PartDelta,
    ReasoningDelta,
    ReasoningPart,
    RefusalDelta,
    RefusalPart,
    SignatureDelta,
    TextDelta,
    TextPart,
    ToolArgumentsDelta,
    ToolCallPart,
    UnknownEvent,
    Usage,
    UsageUpdate,
    explode,
)

CALLS = (ChoiceFinish(0, Finish(kind="tool_calls")), END)
OWN = Opaque(value=SIGNATURE, dialect="gemini-generate")


def test_golden_bytes():
    data, losses = encode(
        [
            BEGIN,
            BlockStart(0, 0, ReasoningPart()),
            ReasoningDelta(0, "why"),
            ReasoningDelta(0, "?"),
            BlockStop(0),
            *words(1, 'sa"y', "é"),
            BlockStart(2, 0, ToolCallPart(id="c1", name="f")),
            ToolArgumentsDelta(2, '{"a"'),
            ToolArgumentsDelta(2, ":1}"),
            BlockStop(2),
            ChoiceFinish(0, Finish(kind="tool_calls", raw="STOP")),
            UsageUpdate(Usage(input_total=3, input_uncached=3, output_total=2)),
            END,
        ]
    )
    tail = b'"modelVersion":"m","responseId":"r1"}\n\n'

    def one(part):
        head = b'data: {"candidates":[{"content":{"role":"model","parts":['
        return head + part + b']},"index":0}],' + tail

    wanted = [
        one(b'{"text":"why","thought":true}'),
        one(b'{"text":"?","thought":true}'),
        one(b'{"text":"sa\\"y"}'),
        one('{"text":"é"}'.encode()),
        one(b'{"functionCall":{"id":"c1","name":"f","args":{"a":1}}}'),
        b'data: {"candidates":[{"content":{"role":"model","parts":[{"text":""}]},'
        b'"index":0,"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":3,'
        b'"candidatesTokenCount":2,"totalTokenCount":5},' + tail,
    ]
    assert data == b"".join(wanted)
    assert losses == ()
    legal(data)


def test_template_and_general_path_write_the_same():
    chunks = [BEGIN, *words(0, "a", "b\u2028", "\ud83d", "\x00"), *STOP]
    data, _ = encode(chunks)
    array, _ = encode(chunks, framing="json_array")
    assert objects(data) == json.loads(array)
    assert decode(data) == decode(array)


def test_json_array():
    encoder = stream_encoder(framing="json_array")
    assert encoder.content_type == "application/json; charset=UTF-8"
    assert stream_encoder().content_type == "text/event-stream"
    written = [encoder.encode(chunk) for chunk in [BEGIN, *words(0, "a"), *STOP]]
    assert written[2].startswith(b"[{")
    assert encoder.close() == b"]"
    assert encoder.close() == b""
    assert len(json.loads(b"".join(written) + b"]")) == 2


def test_array_of_a_stream_that_stops():
    encoder = stream_encoder(framing="json_array")
    data = encoder.encode(BEGIN) + encoder.close()
    assert json.loads(data)[-1]["error"]["status"] == "UNAVAILABLE"


def test_keepalive_writes_nothing():
    encoder = stream_encoder()
    encoder.encode(BEGIN)
    assert encoder.encode(Keepalive(" wait")) == b""


def test_interleaved_calls_are_written_once_and_in_order():
    data, losses = encode(
        [
            BEGIN,
            BlockStart(0, 0, ToolCallPart(id="c0", name="f")),
            ToolArgumentsDelta(0, '{"a":'),
            BlockStart(1, 0, ToolCallPart(id="c1", name="g")),
            ToolArgumentsDelta(1, '{"b":'),
            ToolArgumentsDelta(0, "1}"),
            ToolArgumentsDelta(1, "2}"),
            BlockStop(0),
            BlockStop(1),
            ChoiceFinish(0, Finish(kind="tool_calls", raw="STOP")),
            END,
        ]
    )
    events = objects(legal(data))
    found = [e["candidates"][0]["content"]["parts"][0] for e in events]
    assert found[:2] == [
        call("f", {"a": 1}, id="c0"),
        call("g", {"b": 2}, id="c1"),
    ]
    assert losses == ()


def test_text_behind_an_open_call_waits_for_it():
    data, _ = encode(
        [
            BEGIN,
            BlockStart(0, 0, ToolCallPart(id="c0", name="f")),
            *words(1, "after"),
            ToolArgumentsDelta(0, "{}"),
            BlockStop(0),
            *CALLS,
        ]
    )
    assert [type(part) for part in parts(decode(legal(data)))] == [
        ToolCallPart,
        TextPart,
    ]


def test_partial_arguments_are_not_written_twice():
    data, losses = encode(
        [
            BEGIN,
            BlockStart(0, 0, ToolCallPart(id="c0", name="f")),
            PartDelta(0, "arguments", "a", "x"),
            ToolArgumentsDelta(0, '{"a":"xy"}'),
            BlockStop(0),
            ChoiceFinish(0, Finish(kind="tool_calls", raw="STOP")),
            END,
        ]
    )
    assert parts(decode(data))[0].arguments == '{"a":"xy"}'
    assert losses == ()


def test_T22_minted_ids_are_left_out_and_others_kept():
    body = sse(
        response(call("f", {}), call("g", {}, id="abc"), call("f", {})),
        response(text(""), finish="STOP"),
    )
    chunks = decode(body)
    data, losses = encode(chunks)
    found = [
        event["candidates"][0]["content"]["parts"][0].get("functionCall", {}).get("id")
        for event in objects(data)
    ]
    assert found == [None, "abc", None, None]
    assert told(decode(data)).response == told(chunks).response
    assert losses == ()


def test_signed_parts_go_out_whole():
    body = sse(
        response(text("a")),
        response(text("b", thoughtSignature=SIGNATURE)),
        response(text("", thoughtSignature=SIGNATURE)),
        response({"thoughtSignature": SIGNATURE}, finish="STOP"),
    )
    data, losses = encode(decode(body))
    found = [e["candidates"][0]["content"]["parts"][0] for e in objects(data)]
    assert found[:4] == [
        {"text": "a"},
        {"text": "b", "thoughtSignature": SIGNATURE},
        {"text": "", "thoughtSignature": SIGNATURE},
        {"thoughtSignature": SIGNATURE},
    ]
    assert losses == ()


def test_a_late_signature_goes_behind_its_words():
    data, losses = encode(
        [
            BEGIN,
            BlockStart(0, 0, ReasoningPart()),
            ReasoningDelta(0, "why"),
            SignatureDelta(0, OWN),
            BlockStop(0),
            *STOP,
        ]
    )
    first, second = parts(decode(legal(data)))
    assert (first.text, second.text) == ("why", "")
    assert second.signature == OWN
    assert (LossCode.THINK_SIGNATURE, "moved") in [(x.code, x.action) for x in losses]


def test_foreign_signatures_are_losses():
    foreign = Opaque(value="x", dialect="anthropic-messages")
    data, losses = encode(
        [
            BEGIN,
            BlockStart(0, 0, ReasoningPart(text="")),
            ReasoningDelta(0, "why"),
            SignatureDelta(0, foreign),
            BlockStop(0),
            *words(1, "so", part=TextPart(text="", signature=foreign)),
            *STOP,
        ]
    )
    assert b"Signature" not in data
    assert {x.path for x in losses if x.code is LossCode.THINK_SIGNATURE} == {
        "$.choices[0].message.parts[0].signature",
        "$.choices[0].message.parts[1].signature",
    }


def test_texts_that_a_reader_joins_are_losses():
    data, losses = encode(
        [
            BEGIN,
            *words(0, "a"),
            *words(1, ""),
            *words(2, "b"),
            BlockStart(3, 0, RefusalPart(text="")),
            RefusalDelta(3, "no"),
            BlockStop(3),
            *STOP,
        ]
    )
    assert parts(decode(legal(data))) == (TextPart(text="abno"),)
    paths = [(x.action, x.path) for x in losses if x.code is LossCode.OUT_TEXT]
    place = "$.choices[0].message.parts"
    assert ("dropped", f"{place}[1]") in paths
    assert ("merged", f"{place}[2]") in paths
    assert ("merged", f"{place}[3]") in paths


def test_summaries_become_text():
    data, losses = encode(
        [
            BEGIN,
            BlockStart(0, 0, ReasoningPart()),
            ReasoningDelta(0, "one", 0),
            ReasoningDelta(0, "two", 1),
            BlockStop(0),
            *STOP,
        ]
    )
    assert parts(decode(data)) == (ReasoningPart(text="one\n\ntwo"),)
    assert [x.code for x in losses][:1] == [LossCode.THINK_SUMMARY]


def test_audio_is_one_part():
    source = Base64Source(data="", media_type="audio/L16;rate=24000")
    data, _ = encode(
        [
            BEGIN,
            BlockStart(0, 0, AudioPart(source=source)),
            AudioDelta(0, "AAAA"),
            AudioDelta(0, "BBBB"),
            BlockStop(0),
            *STOP,
        ]
    )
    (event, _) = objects(data)
    assert event["candidates"][0]["content"]["parts"] == [
        {"inlineData": {"mimeType": "audio/L16;rate=24000", "data": "AAAABBBB"}}
    ]


def test_annotations_become_grounding_on_the_last_event():
    note = Annotation(kind="url", url="https://e.example", title="E", start=1, end=3)
    data, _ = encode(
        [BEGIN, *words(0, "é日本", "!"), AnnotationDelta(0, 0, note), *STOP]
    )
    *_, last = objects(legal(data))
    (support,) = last["candidates"][0]["groundingMetadata"]["groundingSupports"]
    assert support["segment"] == {"startIndex": 2, "endIndex": 8, "text": "日本"}
    (again,) = parts(decode(data))[0].annotations
    assert (again.url, again.start, again.end) == (note.url, 1, 3)


def test_usage_and_finish_stand_on_the_last_event():
    data, _ = encode(
        [
            BEGIN,
            UsageUpdate(Usage(input_total=3, input_uncached=3)),
            *words(0, "a", "b"),
            ChoiceFinish(0, Finish(kind="stop", raw="STOP")),
            UsageUpdate(Usage(input_total=3, input_uncached=3, output_total=2)),
            END,
        ]
    )
    first, second, last = objects(legal(data))
    assert first["usageMetadata"]["promptTokenCount"] == 3
    assert "usageMetadata" not in second
    assert last["usageMetadata"]["candidatesTokenCount"] == 2
    assert [("finishReason" in e["candidates"][0]) for e in (first, second, last)] == [
        False,
        False,
        True,
    ]


def test_several_choices():
    data, _ = encode(
        [
            BEGIN,
            BlockStart(0, 0, TextPart(text="")),
            BlockStart(1, 1, TextPart(text="")),
            TextDelta(0, "a"),
            TextDelta(1, "b"),
            TextDelta(0, "c"),
            BlockStop(0),
            BlockStop(1),
            ChoiceFinish(0, Finish(kind="stop", raw="STOP")),
            ChoiceFinish(1, Finish(kind="length", raw="MAX_TOKENS")),
            END,
        ]
    )
    done = told(decode(legal(data))).response
    assert [c.message.parts[0].text for c in done.choices] == ["ac", "b"]
    assert [c.finish.kind for c in done.choices] == ["stop", "length"]


def test_losses_name_choices_by_their_place():
    _, losses = encode(
        [
            BEGIN,
            BlockStart(0, 3, TextPart(text="")),
            BlockStop(0),
            ChoiceFinish(3, Finish(kind="stop", raw="STOP")),
            END,
        ]
    )
    assert losses[0].path == "$.choices[0].message.parts[0]"


def test_blocked_prompt():
    finish = Finish(
        kind="prompt_blocked",
        raw="SAFETY",
        extra={"gemini-generate": {"blockReasonMessage": "no"}},
    )
    data, losses = encode([BEGIN, ChoiceFinish(0, finish), END])
    (event,) = objects(legal(data))
    assert event["promptFeedback"] == {
        "blockReason": "SAFETY",
        "blockReasonMessage": "no",
    }
    assert "candidates" not in event
    assert losses == ()


def test_F07_reasons_that_are_no_success():
    for kind in ("malformed_tool_call", "error", "unknown", "content_filter"):
        data, _ = encode([BEGIN, ChoiceFinish(0, Finish(kind=kind)), END])
        assert objects(data)[-1]["candidates"][0]["finishReason"] != "STOP"


# --- same dialect -------------------------------------------------------------------


def test_unknown_fields_are_written_once_and_again():
    body = sse(
        response(
            {"text": "a", "partMetadata": {"k": 1}},
            candidate={"new": 1},
            extraField=2,
        ),
        {"somethingNew": True},
        response({"newPart": {"x": 1}}, finish="STOP"),
    )
    chunks = decode(body)
    data, losses = encode(chunks)
    assert told(decode(data)).response == told(chunks).response
    assert UnknownEvent("gemini-generate", {"somethingNew": True}) in decode(data)
    assert data.count(b"extraField") == data.count(b'"new":1') == 1
    assert losses == ()


def test_known_fields_come_from_the_chunk():
    chunks = decode(sse(response(text("secret"), finish="STOP")))
    redacted = [
        TextDelta(c.index, "XXX", c.raw) if type(c) is TextDelta else c for c in chunks
    ]
    data, _ = encode(redacted)
    assert b"secret" not in data


def test_foreign_fields_are_losses():
    extra = {"openai-chat": {"logprobs": 1}}
    _, losses = encode([BEGIN, ChoiceUpdate(0, extra), *STOP])
    assert losses[0].path == "$.choices[0].extra['openai-chat'].logprobs"


def test_exploded_response():
    made = ChatResponse(
        id="r1",
        model="m",
        created=1_700_000_000,
        choices=(
            Choice(
                index=0,
                message=Message(
                    role="assistant",
                    parts=(
                        ReasoningPart(text="why"),
                        TextPart(text="so"),
                        ToolCallPart(
                            id="c", name="f", arguments='{"a":1}', signature=OWN
                        ),
                    ),
                ),
                finish=Finish(kind="tool_calls", raw="STOP"),
            ),
        ),
        usage=Usage(input_total=3, input_uncached=3, output_total=2),
    )
    data, losses = encode(explode(made))
    assert told(decode(legal(data))).response == made
    assert losses == ()


# --- native events ------------------------------------------------------------------


def test_event_encoder():
    event = NativeEvent("gemini-generate", "x", {"a": "é"})
    encoder = event_encoder()
    assert encoder.encode(event) == 'data: {"a":"é"}\n\n'.encode()
    assert encoder.encode(KeepaliveComment(" x")) == b""
    assert encoder.encode(EndSentinel()) == b""
    assert encoder.close() == b""
    encoder = event_encoder(framing="json_array")
    written = encoder.encode(event) + encoder.encode(event) + encoder.close()
    assert json.loads(written) == [event.data, event.data]
    with pytest.raises(StateError):
        event_encoder().encode("x")
    with pytest.raises(StateError):
        event_encoder(framing="ndjson")
