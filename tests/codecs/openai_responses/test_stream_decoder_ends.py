"""Responses streams into chunks: late items, ends, errors and odd events."""

from __future__ import annotations

import copy
import json

import pytest
from hypothesis import given, settings, strategies as st
from tests.codecs.openai_responses._stream_decoder_support import (
    FLAT,
    KNOWN_ITEMS,
    NESTED,
    NOTE,
    json_values,
    names,
    of,
    parts,
    reasoning,
    summary,
    thought,
    whole,
)
from tests.codecs.openai_responses._streams import (
    HEAD,
    added,
    args,
    begin,
    call,
    decode,
    done,
    end,
    event,
    folded,
    message,
    output_text,
    part,
    piece,
    text_item,
)

from modelwire.codecs._limits import Limits
from modelwire.codecs.anthropic_messages._stream_encoder import (
    stream_encoder as anthropic_encoder,
)
from modelwire.codecs.openai_responses._stream_decoder import stream_decoder
from modelwire.codecs.openai_responses._stream_open import KEPT_PIECES
from modelwire.ir import (
    AudioPart,
    CompactionPart,
    ToolCallPart,
)
from modelwire.ir._chunks import (
    AudioDelta,
    BlockStart,
    BlockStop,
    ChoiceFinish,
    ImageDelta,
    Keepalive,
    PartDelta,
    ResponseUpdate,
    StreamEnd,
    StreamError,
    TextDelta,
    ToolArgumentsDelta,
    UnknownEvent,
    UsageUpdate,
)


def test_partial_images():
    item = {"type": "image_generation_call", "id": "ig", "status": "in_progress"}
    final = {**item, "status": "completed", "result": "AAAA"}
    image = event(
        "image_generation_call.partial_image",
        item_id="ig",
        output_index=0,
        partial_image_index=1,
        partial_image_b64="QQ==",
        output_format="webp",
    )
    chunks = decode(begin() + added(0, item) + image + done(0, final) + end(final))
    assert of(ImageDelta, chunks) == [ImageDelta(0, "QQ==", "image/webp", 1)]
    assert folded(chunks).response == whole(final)


def test_mcp_call():
    item = {"type": "mcp_call", "id": "m", "status": "in_progress", "name": "n",
            "server_label": "s", "arguments": "", "output": None}  # fmt: skip
    final = {**item, "status": "completed", "arguments": "{}", "output": "o"}
    stream = (
        added(0, item)
        + args("{}", name="mcp_call_arguments.delta")
        + event("mcp_call_arguments.done", output_index=0, arguments="{}")
        + event("mcp_call.completed", output_index=0, item_id="m")
        + done(0, final)
    )
    chunks = decode(begin() + stream + end(final))
    assert of(ToolArgumentsDelta, chunks) == [ToolArgumentsDelta(0, "{}")]
    assert folded(chunks).response == whole(final)


def test_patch_diff():
    item = {"type": "apply_patch_call", "id": "p", "call_id": "k",
            "status": "in_progress",
            "operation": {"type": "create_file", "diff": ""}}  # fmt: skip
    final = {**item, "status": "completed",
             "operation": {"type": "create_file", "diff": "+a"}}  # fmt: skip
    diff = "apply_patch_call_operation_diff"
    stream = (
        added(0, item)
        + event(f"{diff}.delta", output_index=0, delta="+a")
        + event(f"{diff}.done", output_index=0, diff="+a")
        + done(0, final)
    )
    chunks = decode(begin() + stream + end(final))
    assert of(PartDelta, chunks) == [PartDelta(0, "arguments", "diff", "+a")]
    assert folded(chunks).response == whole(final)
    assert isinstance(parts(chunks)[0], ToolCallPart)


def test_compaction_is_known_at_its_end():
    item = {"type": "compaction", "id": "cmp_1"}
    final = {**item, "encrypted_content": "x"}
    stream = (
        added(0, item)
        + event("compaction.compacting", output_index=0, item_id="cmp_1")
        + done(0, final)
    )
    chunks = decode(begin() + stream + end(final))
    assert isinstance(of(BlockStart, chunks)[0].part, CompactionPart)
    assert folded(chunks).response == whole(final)


def test_audio():
    stream = (
        event("audio.delta", delta="AAAA")
        + event("audio.transcript.delta", delta="hey")
        + event("audio.transcript.done")
        + event("audio.done")
    )
    chunks = decode(begin() + stream + end())
    assert of(AudioDelta, chunks) == [AudioDelta(0, "AAAA"), AudioDelta(0, "", "hey")]
    assert isinstance(parts(chunks)[0], AudioPart)


def test_interleaved_items():
    a = {"type": "mcp_list_tools", "id": "a", "server_label": "a", "tools": []}
    b = {**a, "id": "b", "server_label": "b"}
    chunks = decode(
        begin() + added(0, a) + added(1, b) + done(1, b) + done(0, a) + end()
    )
    assert [found.server_label for found in parts(chunks)] == ["a", "b"]


def test_u02_cached_tokens():
    chunks = decode(begin() + text_item("a") + end())
    usage = of(UsageUpdate, chunks)[0].usage
    assert (usage.input_total, usage.cache_read, usage.reasoning) == (10, 4, 2)
    encoder = anthropic_encoder()
    data = b"".join(encoder.encode(chunk) for chunk in chunks)
    assert b'"cache_read_input_tokens":4' in data


def test_response_fields_are_told_once():
    fields = {"temperature": 0.5, "tools": [{"type": "web_search"}]}
    running = {**HEAD, "status": "in_progress", "output": [], **fields}
    stream = begin(**fields) + event("in_progress", response=running)
    chunks = decode(stream + text_item("a") + end(service_tier="default", **fields))
    updates = of(ResponseUpdate, chunks)
    assert [update.extra for update in updates] == [{"openai-responses": fields}, None]
    assert updates[1].service_tier == "default"
    response = folded(chunks).response
    assert response == whole(
        message(output_text("a")), service_tier="default", **fields
    )


@pytest.mark.parametrize(
    ("name", "fields", "kind"),
    [
        ("completed", {}, "stop"),
        ("incomplete", {"incomplete_details": {"reason": "max_output_tokens"}},
         "length"),
        ("incomplete", {"incomplete_details": {"reason": "content_filter"}},
         "content_filter"),
        ("incomplete", {"incomplete_details": {"reason": "steered"}}, "unknown"),
        ("cancelled", {}, "cancelled"),
        ("completed", {"status": None}, "stop"),
    ],
)  # fmt: skip
def test_finish(name, fields, kind):
    chunks = decode(begin() + end(name=name, **fields))
    assert of(ChoiceFinish, chunks)[0].finish.kind == kind
    assert chunks[-1].complete


@pytest.mark.parametrize(
    ("stream", "kind"),
    [
        (event("error", **FLAT), "server_error"),
        (event("error", error=NESTED), "billing"),
        (end(name="failed", error=FLAT), "server_error"),
        (end(error=FLAT, name="completed", status="failed"), "server_error"),
        (end(name="failed"), "unknown"),
        (b"event: error\ndata: overloaded\n\n", "unknown"),
    ],
)
def test_errors(stream, kind):
    for prefix in (b"", begin(), begin() + added(0, message()) + piece("a")):
        chunks = decode(prefix + stream)
        assert [type(chunk) for chunk in chunks[-2:]] == [StreamError, StreamEnd]
        assert chunks[-2].error.kind == kind
        assert not chunks[-1].complete
        assert of(ChoiceFinish, chunks) == []


def test_error_and_failed_are_one():
    stream = event("error", error=NESTED) + end(name="failed", error=NESTED)
    chunks = decode(begin() + stream)
    assert len(of(StreamError, chunks)) == 1
    assert chunks[-1] == StreamEnd(complete=False, terminator="none")


def test_request_id_of_an_error():
    chunks = decode(event("error", **FLAT), headers=[("X-Request-Id", "req_1")])
    assert chunks[-2].error.request_id == "req_1"
    # The error's own comes first.
    own = {**FLAT, "request_id": "req_2"}
    chunks = decode(event("error", **own), headers=[("X-Request-Id", "req_1")])
    assert chunks[-2].error.request_id == "req_2"


def test_truncation():
    whole_stream = begin() + text_item("a")
    assert decode(whole_stream)[-2].error.kind == "stream_truncated"
    assert decode(whole_stream + b"data: [DONE]\n\n")[-1].complete is False
    assert decode(whole_stream[:-20])[-1].complete is False
    assert decode(b"")[-1].complete is False


def test_a_held_seed_is_given_before_an_error():
    chunks = decode(begin() + added(0, call('{"a":1}', "in_progress")))
    assert parts(chunks)[0].arguments == '{"a":1}'


def test_a_body_that_is_no_stream():
    body = json.dumps({"error": NESTED}).encode()
    assert decode(body)[-2].error.kind == "billing"
    assert decode(b"<html>")[-2].error.kind != "stream_truncated"


def test_data_only_framing_and_done():
    data = begin() + text_item("a") + end() + b"data: [DONE]\n\n"
    lines = [line for line in data.split(b"\n") if not line.startswith(b"event:")]
    decoder = stream_decoder()
    chunks = decoder.feed(b"\n".join(lines)) + decoder.close()
    assert chunks == decode(begin() + text_item("a") + end())
    assert decoder.trailing_bytes == len(b"data: [DONE]\n\n")


def test_keepalives():
    stream = begin() + event("keepalive", sequence_number=1) + b": ping\n\n" + end()
    assert len(of(Keepalive, decode(stream))) == 2
    # Nothing comes before the start of the stream.
    early = event("keepalive", sequence_number=0) + begin() + end()
    assert of(Keepalive, decode(early)) == []


def test_the_end_of_a_preview_of_no_item():
    stray = event("code_interpreter_call_code.done", output_index=3, code="1")
    (unknown,) = of(UnknownEvent, decode(begin() + stray + end()))
    assert unknown.raw["code"] == "1"


def test_unknown_events_are_kept():
    stream = (
        begin()
        + event("novelty", x=1)
        + added(0, message(status="in_progress"))
        + piece("a")
        + event("novelty", output_index=0)
        + added(1, {"type": "quantum_call", "id": "q"})
        + event("quantum_call.spinning", output_index=1)
        + done(1, {"type": "quantum_call", "id": "q", "result": 1})
        + done(0, message(output_text("a")))
        + end()
    )
    chunks = decode(stream)
    found = of(UnknownEvent, chunks)
    assert [(e.raw["type"].split(".", 1)[1], e.index) for e in found] == [
        ("novelty", None),
        ("novelty", 0),
        ("quantum_call.spinning", 1),
    ]
    assert parts(chunks)[1].raw["result"] == 1


@pytest.mark.parametrize(
    "odd",
    [
        event("output_item.added", output_index=[1], item={}),
        event("output_item.added", output_index=0, item="x"),
        event("output_item.done", output_index=0),
        event("output_item.done", output_index={}, item={}),
        event("created"),
        event("content_part.added", output_index=0, content_index=0, part=1),
        event("output_text.delta", output_index=[], delta="a"),
        event("output_text.delta", output_index=0, content_index={}, delta="a"),
        event("output_text.delta", output_index=0, content_index=0, delta=3),
        event("output_text.done", output_index=0, content_index=0, text=None),
        event("output_text.annotation.added", output_index=0, annotation=3),
        event("function_call_arguments.delta", output_index=0, delta="x"),
        event("function_call_arguments.done", output_index=9, arguments="x"),
        event("reasoning_summary_text.delta", output_index=0, summary_index="x"),
        event("reasoning_text.delta", output_index=0, content_index=-1, delta="x"),
        event("image_generation_call.partial_image", output_index=0),
        event("shell_call_output_content.delta", output_index=0, delta="x"),
        event("code_interpreter_call_code.delta", output_index=0, delta="x"),
        event("audio.delta"),
        event("audio.done"),
        event("reasoning_summary_part.added"),
    ],
)
def test_what_stands_wrongly_is_unknown(odd):
    for stream in (
        begin() + odd + end(),
        begin() + added(0, message(status="in_progress")) + odd + end(),
        begin() + added(0, reasoning()) + odd + end(),
    ):
        chunks = decode(stream)
        assert chunks[-1].complete
        folded(chunks)


def test_a_second_item_with_the_index_of_another():
    stream = begin() + text_item("a") + added(0, message()) + end()
    assert len(of(UnknownEvent, decode(stream))) == 1
    stream = begin() + text_item("a") + done(0, message(output_text("b"))) + end()
    assert len(of(UnknownEvent, decode(stream))) == 1


def test_halves_of_a_character():
    stream = text_item("\ud83d", "\ude00 a", final="\U0001f600 a")
    chunks = decode(begin() + stream + end())
    assert "".join(chunk.text for chunk in of(TextDelta, chunks)) == "\U0001f600 a"
    assert of(BlockStop, chunks)[0].part is None
    alone = decode(begin() + text_item("a\ud83d") + end())
    assert "".join(chunk.text for chunk in of(TextDelta, alone)) == "a\ud83d"


CUT = ("a", "\ud83d", "\ude00")
"""A text with a character that is cut in two."""
HALVES = [
    (added(0, reasoning()), [summary("delta", 0, text) for text in CUT]),
    (added(0, reasoning()), [thought("delta", 0, text) for text in CUT]),
    (added(0, call()), [args(text) for text in CUT]),
    (added(0, message()), [part("refusal.delta", delta=text) for text in CUT]),
]


@pytest.mark.parametrize(("start", "halves"), HALVES)
def test_halves_of_a_character_are_one_delta(start, halves):
    chunks = decode(begin() + start + b"".join(halves))
    texts = [chunk.text for chunk in chunks if hasattr(chunk, "text")]
    assert texts == ["a", "\U0001f600"]


def test_a_long_text_is_compared_by_checksum():
    pieces = [f"word {n} é" for n in range(3 * KEPT_PIECES)]
    chunks = decode(begin() + text_item(*pieces) + end())
    assert of(BlockStop, chunks)[0].part is None
    whole_text = "".join(pieces)
    for other in ("x" + whole_text[1:], whole_text + "x", whole_text[:-1]):
        chunks = decode(begin() + text_item(*pieces, final=other) + end())
        assert of(BlockStop, chunks)[0].part.text == other


def test_long_arguments_are_compared_by_checksum():
    pieces = ["[", *[f"{n}," for n in range(3 * KEPT_PIECES)], "0]"]
    deltas = b"".join(args(piece) for piece in pieces)
    start = begin() + added(0, call(status="in_progress")) + deltas
    text = "".join(pieces)
    (stop,) = of(BlockStop, decode(start + done(0, call(text)) + end()))
    assert stop.part is None
    other = text.replace("7", "8", 1)
    (stop,) = of(BlockStop, decode(start + done(0, call(other)) + end()))
    assert stop.part.arguments == other


def first_part(kind, delta, ending, field):
    """A message whose first part says another thing at its end, and has no done."""
    return (
        added(0, message(status="in_progress"))
        + part("content_part.added", part={"type": kind, field: ""})
        + part(f"{kind}.delta", delta=delta)
        + part(f"{kind}.done", **{field: ending})
    )


FIRST = first_part("output_text", "a", "z", "text")
FUNCTION = (
    added(0, call(status="in_progress"))
    + args('{"x"')
    + event("function_call_arguments.done", output_index=0, arguments='{"y":1}')
)
SECOND = part("content_part.added", 0, 1, part=output_text("")) + piece("b", 0, 1)


@pytest.mark.parametrize(
    ("stream", "said"),
    [
        (FIRST + SECOND + end(), ["z", "b"]),
        (first_part("refusal", "a", "no", "refusal") + SECOND + end(), ["no", "b"]),
        (FIRST + done(0, message()) + end(), ["z"]),
        (FUNCTION + end(), ['{"y":1}']),
    ],
    ids=["the next part begins", "refusal", "the end leaves it out", "arguments"],
)
def test_the_end_of_a_text_stands_where_its_part_has_none(stream, said):
    chunks = decode(begin() + stream)
    found = [getattr(p, "text", None) or p.arguments for p in parts(chunks)]
    assert found == said
    first, *others = of(BlockStop, chunks)
    assert first.part == parts(chunks)[0]
    assert [stop.part for stop in others] == [None] * len(said[1:])


def test_limits():
    items = b"".join(added(n, call()) for n in range(4))
    chunks = decode(begin() + items, limits=Limits(max_open_blocks=3))
    assert chunks[-2].error.kind == "decode_error"
    assert len(of(BlockStart, chunks)) == 3


@pytest.mark.parametrize(
    "stray",
    [
        piece("a", index=1),
        part("output_text.done", index=1, text="a"),
        part("output_text.annotation.added", index=1, annotation=NOTE),
    ],
)
def test_an_item_without_a_start_counts(stray):
    stream = begin() + added(0, call()) + stray + piece("b", index=1)
    chunks = decode(stream, limits=Limits(max_open_blocks=1))
    assert [type(chunk) for chunk in chunks[-2:]] == [StreamError, StreamEnd]
    assert "max_open_blocks" in chunks[-2].error.message
    assert len(of(BlockStart, chunks)) == 1


def test_ids_for_calls_without_one():
    item = call("{}", call_id="")
    chunks = decode(begin() + done(0, item) + end(), ids=lambda kind: f"{kind}_9")
    assert parts(chunks)[0].id == "call_9"
    # What is no call needs none.
    thoughts = begin() + done(0, reasoning(["a"])) + end()
    assert decode(thoughts, ids=lambda kind: f"{kind}_9") == decode(thoughts)


def test_without_raw():
    chunks = decode(begin() + text_item("a") + end(), keep_raw=False)
    assert [chunk.raw for chunk in chunks] == [None] * len(chunks)
    assert chunks == decode(begin() + text_item("a") + end())


def test_a_decoder_can_be_copied_in_the_middle():
    data = begin() + text_item("a", "b", "c") + end()
    decoder = stream_decoder()
    first = decoder.feed(data[:700])
    twin = copy.deepcopy(decoder)
    rest = decoder.feed(data[700:]) + decoder.close()
    assert twin.feed(data[700:]) + twin.close() == rest
    assert first + rest == decode(data)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.tuples(
            names,
            st.fixed_dictionaries(
                {"output_index": st.integers(0, 2) | json_values},
                optional={
                    "content_index": st.integers(0, 1) | json_values,
                    "summary_index": st.integers(0, 1) | json_values,
                    "item": st.sampled_from(KNOWN_ITEMS) | json_values,
                    "part": st.just(output_text("a")) | json_values,
                    "delta": st.text(max_size=2) | json_values,
                    "text": st.text(max_size=2) | json_values,
                    "response": json_values,
                    "annotation": json_values,
                    "logprobs": json_values,
                    "arguments": json_values,
                },
            ),
        ),
        max_size=8,
    )
)
def test_nothing_that_a_peer_sends_raises(events):
    data = b"".join(event(name, **fields) for name, fields in events)
    chunks = decode(data)
    folded(chunks)
    assert decode(data, size=1) == chunks
    assert type(chunks[-1]) is StreamEnd
