"""Chunks into a Messages stream: final forms of blocks, and what comes too late."""

from __future__ import annotations

import pytest
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
from tests.codecs.anthropic_messages._streams import decode, encode, payloads

from modelwire.codecs._limits import Limits
from modelwire.codecs.anthropic_messages._stream_encoder import stream_encoder
from modelwire.errors import ErrorInfo, StateError
from modelwire.ir import (
    Annotation,
    AnnotationDelta,
    AudioDelta,
    BlockStart,
    BlockStop,
    ChoiceFinish,
    CompactionPart,
    Finish,
    ImageDelta,
    Logprobs,
    LogprobsDelta,
    ModerationUpdate,
    Opaque,
    PartDelta,
    ReasoningDelta,
    ReasoningPart,
    ResponseUpdate,
    ServerToolCallPart,
    SignatureDelta,
    StreamEnd,
    StreamError,
    TextDelta,
    TextPart,
    ToolArgumentsDelta,
    ToolCallPart,
    UnknownEvent,
    UnknownPart,
    fold,
)
from modelwire.testing import assert_losses

PART = "$.choices[0].message.parts[0]"
NOTE = Annotation(kind="url", type="url_citation", url="https://a.example/")
OTHER = Annotation(kind="url", type="url_citation", url="https://b.example/")
STRANGE = Annotation(kind="unknown", type="x")
PROOF = Opaque(value="s", dialect=D)
TEXT = BlockStart(0, 0, TextPart(text=""))
ODD = BlockStart(0, 0, UnknownPart(dialect=D, raw={"type": "y"}))


def search(**fields):
    return ServerToolCallPart(
        id="srvtoolu_1", kind="web_search", name="web_search", **fields
    )


def grown(data):
    """The text of every delta of every block, citations by their address."""
    return [
        next(
            value["url"] if isinstance(value, dict) else value
            for key, value in delta.items()
            if key != "type"
        )
        for _, deltas in blocks(data)
        for delta in deltas
    ]


def of_parts(losses):
    return [(code, path) for code, path in codes(losses) if ".parts[" in path]


FORMS = [
    (
        "reasoning that begins with summaries",
        [BlockStart(0, 0, ReasoningPart(summaries=("a", "b"))),
         ReasoningDelta(0, "c", 1), BlockStop(0)],
        ["a\n\nb", "c"],
        [("think.summary", PART)],
    ),
    (
        "text as the delta of a part",
        [TEXT, PartDelta(0, "text", None, "abc"), BlockStop(0)],
        ["abc"],
        [],
    ),
    (
        "arguments of which only the keys came",
        [call(0), PartDelta(0, "arguments", "a", "x"),
         PartDelta(0, "arguments", "a", "y"), PartDelta(0, "arguments", "b", "z"),
         BlockStop(0)],
        ["", '{"a":"xy","b":"z"}'],
        [],
    ),
    (
        "a result that grows in a call",
        [BlockStart(0, 0, search()), ToolArgumentsDelta(0, "{}"),
         PartDelta(0, "result", None, "abc"), BlockStop(0)],
        ["", "{}"],
        [("bt.call_items", f"{PART}.result")],
    ),
    (
        "a result that is known at the end of its call",
        [BlockStart(0, 0, search()), ToolArgumentsDelta(0, "{}"),
         BlockStop(0, search(arguments="{}", status="completed", result=[1]))],
        ["", "{}"],
        [("bt.call_items", f"{PART}.status"), ("bt.call_items", f"{PART}.result")],
    ),
    (
        "a status alone at the end of its call",
        [BlockStart(0, 0, search()), ToolArgumentsDelta(0, "{}"),
         BlockStop(0, search(arguments="{}", status="completed"))],
        ["", "{}"],
        [("bt.call_items", f"{PART}.status")],
    ),
    (
        "a result alone at the end of its call",
        [BlockStart(0, 0, search()), ToolArgumentsDelta(0, "{}"),
         BlockStop(0, search(arguments="{}", result=[1]))],
        ["", "{}"],
        [("bt.call_items", f"{PART}.result")],
    ),
    (
        "citations that are taken back",
        [TEXT, TextDelta(0, "a"), AnnotationDelta(0, 0, NOTE),
         AnnotationDelta(0, 0, STRANGE), BlockStop(0, TextPart(text="a"))],
        ["a", "https://a.example/"],
        [("out.annotations_citations", f"{PART}.annotations[0]")],
    ),
    (
        "another citation at the end",
        [TEXT, TextDelta(0, "a"), AnnotationDelta(0, 0, NOTE),
         BlockStop(0, TextPart(text="a", annotations=(OTHER,)))],
        ["a", "https://a.example/"],
        [("out.annotations_citations", f"{PART}.annotations[0]")],
    ),
    (
        "one more citation at the end",
        [TEXT, TextDelta(0, "a"), AnnotationDelta(0, 0, NOTE),
         BlockStop(0, TextPart(text="a", annotations=(NOTE, OTHER)))],
        ["a", "https://a.example/", "https://b.example/"],
        [("out.annotations_citations", f"{PART}.annotations[0].type"),
         ("out.annotations_citations", f"{PART}.annotations[1].type")],
    ),
    (
        "a whole block that stays as it is",
        [ODD, BlockStop(0, UnknownPart(dialect=D, raw={"type": "y"}))],
        [],
        [],
    ),
    (
        "a whole block that changes after it was written",
        [ODD, BlockStop(0, UnknownPart(dialect=D, raw={"type": "z"}))],
        [],
        [("bt.call_items", PART)],
    ),
    (
        "other summaries at the end",
        [BlockStart(0, 0, ReasoningPart()), ReasoningDelta(0, "a", 0),
         BlockStop(0, ReasoningPart(summaries=("b",)))],
        ["a"],
        [("think.summary", PART)],
    ),
    (
        "another id and name at the end",
        [call(0, "a", "f"), ToolArgumentsDelta(0, "{}"),
         BlockStop(0, ToolCallPart(id="b", name="g", arguments="{}"))],
        ["", "{}"],
        [("out.tool_call", f"{PART}.id"), ("out.tool_call", f"{PART}.name")],
    ),
    (
        "a proof for a call that is whole",
        [call(0, "a"), ToolArgumentsDelta(0, "{}"), call(1, "b"),
         SignatureDelta(0, PROOF), ToolArgumentsDelta(1, "{}"), BlockStop(0),
         BlockStop(1)],
        ["", "{}", "", "{}"],
        [("tool_call.thought_signature", f"{PART}.signature")],
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("chunks", "deltas", "lost"), [row[1:] for row in FORMS], ids=[r[0] for r in FORMS]
)
def test_final_forms(chunks, deltas, lost):
    data, losses = run(*chunks)
    assert grown(data) == deltas
    assert of_parts(losses) == lost
    assert_losses(fold([HEAD, *chunks, reason(), DONE]), fold(decode(data)), losses)


LATE = [
    TextDelta(0, "b"),
    ReasoningDelta(0, "b"),
    PartDelta(0, "text", None, "b"),
    AudioDelta(0, "AAAA", "b"),
    BlockStop(0, TextPart(text="b")),
    UnknownEvent(D, {"type": "content_block_delta", "delta": {"type": "z"}}, 0, 0),
    BlockStop(9),
    SignatureDelta(9, PROOF),
    PartDelta(9, "text", None, "b"),
    ImageDelta(9, "AAAA"),
    AnnotationDelta(0, 9, NOTE),
    LogprobsDelta(0, 9, Logprobs()),
]


@pytest.mark.parametrize("chunk", LATE, ids=lambda chunk: type(chunk).__name__)
def test_what_is_said_of_no_open_block_is_not_written(chunk):
    usual = [TEXT, TextDelta(0, "a"), BlockStop(0)]
    assert run(*usual, chunk) == run(*usual)


def test_what_a_text_cannot_hold_is_not_written():
    usual = [TEXT, TextDelta(0, "a"), BlockStop(0)]
    assert run(*usual[:-1], AudioDelta(0, "AAAA", "b"), usual[-1]) == run(*usual)


def test_deltas_of_a_compaction_that_are_not_known_are_not_written():
    start, stop = BlockStart(0, 0, CompactionPart()), BlockStop(0)
    text = PartDelta(0, "text", None, "s")
    odd = UnknownEvent(D, {"type": "content_block_delta", "delta": {"type": "z"}}, 0, 0)
    assert run(start, text, odd, stop) == run(start, text, stop)


def test_what_is_no_chunk_is_refused():
    with pytest.raises(StateError, match="dict is no chunk"):
        stream_encoder().encode({})


def test_after_the_sources_error_nothing_is_written():
    error = StreamError(ErrorInfo(kind="overloaded", message="m"))
    encoder = stream_encoder()
    first = encoder.encode(HEAD) + encoder.encode(error)
    assert payloads(first)[-1]["type"] == "error"
    assert encoder.encode(error) == b""
    assert encoder.encode(StreamEnd(complete=False)) == b""


def keyed(index, size):
    return PartDelta(index, "arguments", "k", "x" * size)


def test_only_the_open_call_holds_arguments_by_key():
    chunks = [call(0), keyed(0, 900), call(1, "d"), keyed(1, 300)]
    few = Limits(max_held_bytes=1000)
    data, _ = run(*chunks, BlockStop(1), BlockStop(0), limits=few)
    assert [len(text) for text in grown(data)] == [0, 908, 0, 308]


def test_too_much_by_key_ends_the_stream():
    few = Limits(max_held_bytes=1000)
    data, _ = run(call(0), keyed(0, 900), keyed(0, 300), BlockStop(0), limits=few)
    assert payloads(data)[-1]["type"] == "error"


def test_an_unknown_end_has_no_place_for_what_stopped_it():
    finish = Finish(kind="unknown", stop_sequence="X")
    data, losses = run(TEXT, TextDelta(0, "a"), end=(ChoiceFinish(0, finish), DONE))
    assert payloads(data)[-2]["delta"]["stop_reason"] is None
    path = "$.choices[0].finish.stop_sequence"
    assert ("finish.stop_sequence", path) in codes(losses)


@pytest.mark.parametrize(
    ("field", "said", "lost"),
    [
        ("stop_details", {"stop_details": {"a": 1}}, []),
        ("novel", {}, [("finish.unknown", f"$.choices[0].finish.extra[{D!r}].novel")]),
    ],
)
def test_an_unknown_end_with_fields_of_this_dialect_gets_a_word(field, said, lost):
    finish = Finish(kind="unknown", extra={D: {field: {"a": 1}}})
    end = (ChoiceFinish(0, finish), DONE)
    data, losses = run(TEXT, TextDelta(0, "a"), BlockStop(0), end=end)
    delta = payloads(data)[-2]["delta"]
    assert delta == {"stop_reason": "unknown", "stop_sequence": None, **said}
    made = ("finish.unknown", "$.choices[0].finish.raw")
    assert [loss for loss in codes(losses) if "finish" in loss[0]] == [*lost, made]
    stream = [HEAD, TEXT, TextDelta(0, "a"), BlockStop(0), *end]
    assert_losses(fold(stream), fold(decode(data)), losses)


def test_no_moderation_is_no_loss():
    assert run(TEXT, TextDelta(0, "a"), ModerationUpdate(None)) == run(
        TEXT, TextDelta(0, "a")
    )


def test_fields_that_the_end_of_the_message_has_itself_are_reported():
    extra = {D: {"stop_reason": "x", "$spelling": {}, "container": {"id": "c"}}}
    data, losses = run(TEXT, TextDelta(0, "a"), ResponseUpdate(extra=extra))
    delta = payloads(data)[-2]["delta"]
    assert delta["container"] == {"id": "c"}
    assert (delta["stop_reason"], "$spelling" in delta) == ("end_turn", False)
    assert ("resp.fingerprint", f"$.extra['{D}'].stop_reason") in codes(losses)


def test_fields_of_a_message_that_never_begins_are_reported():
    extra = {D: {"container": {"id": "c"}, "$spelling": {}}}
    error = StreamError(ErrorInfo(kind="overloaded", message="m"))
    data, losses = encode([ResponseUpdate(extra=extra), error])
    assert [item["type"] for item in payloads(data)] == ["error"]
    path = f"$.extra['{D}'].container"
    assert [place for _, place in codes(losses) if "extra" in place] == [path]


@pytest.mark.parametrize("name", ["", "a\nb", "a\rb", "\ud800"])
def test_an_event_whose_name_is_no_line_is_not_written(name):
    assert run(UnknownEvent(D, {"type": name}))[0] == run()[0]
