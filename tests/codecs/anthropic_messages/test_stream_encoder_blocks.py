"""Chunks into a Messages stream: what becomes of each kind of block."""

from __future__ import annotations

from tests.codecs.anthropic_messages._stream_encoder_support import (
    DONE,
    HEAD,
    D,
    blocks,
    call,
    codes,
    reason,
    run,
)
from tests.codecs.anthropic_messages._streams import (
    decode,
    native,
    payloads,
)

from modelwire.codecs.anthropic_messages._stream_encoder import (
    stream_encoder,
)
from modelwire.ir import (
    Annotation,
    AnnotationDelta,
    AudioDelta,
    AudioPart,
    BlockStart,
    BlockStop,
    ChoiceUpdate,
    CompactionPart,
    ImagePart,
    Logprobs,
    LogprobsDelta,
    ModerationUpdate,
    Opaque,
    PartDelta,
    ReasoningDelta,
    ReasoningPart,
    RefusalDelta,
    RefusalPart,
    ServerToolCallPart,
    SignatureDelta,
    TextDelta,
    TextPart,
    ToolArgumentsDelta,
    UnknownPart,
    UrlSource,
    fold,
)


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
