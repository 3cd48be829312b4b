"""Bytes of a Messages stream into chunks."""

from __future__ import annotations

import copy
import json
import pickle

import pytest
from tests._paths import SHARED, needs_shared
from tests.codecs.anthropic_messages._streams import (
    END,
    TOOL,
    args,
    begin,
    decode,
    delta,
    event,
    finish,
    start,
    stop,
    text,
)

from modelwire.codecs._limits import Limits
from modelwire.codecs.anthropic_messages._stream_decoder import (
    event_decoder,
    stream_decoder,
)
from modelwire.errors import Transient
from modelwire.ir import (
    AnnotationDelta,
    BlockStart,
    BlockStop,
    ChoiceFinish,
    CompactionPart,
    Finish,
    Keepalive,
    Opaque,
    PartDelta,
    ReasoningDelta,
    ReasoningPart,
    ResponseUpdate,
    ServerToolCallPart,
    ServerToolResultPart,
    SignatureDelta,
    StreamEnd,
    StreamError,
    StreamStart,
    TextDelta,
    TextPart,
    ToolArgumentsDelta,
    ToolCallPart,
    UnknownEvent,
    UnknownPart,
    Usage,
    UsageUpdate,
    fold,
)

D = "anthropic-messages"
OPEN = [
    StreamStart("msg_1", "claude"),
    UsageUpdate(Usage(input_total=10, input_uncached=10, output_total=1)),
]
USED = UsageUpdate(Usage(input_total=10, input_uncached=10, output_total=5))
WHOLE = StreamEnd(complete=True, terminator="event")


def close(reason="end_turn", kind="stop"):
    return [USED, ChoiceFinish(0, Finish(kind=kind, raw=reason)), WHOLE]


def call(index, name="f", id_="toolu_1"):
    return BlockStart(index, 0, ToolCallPart(id=id_, name=name))


TABLE = [
    (
        "text",
        [start(0, "text", text=""), text(0, "a"), text(0, ""), text(0, "b"), stop(0)],
        [
            BlockStart(0, 0, TextPart(text="")),
            *(TextDelta(0, "a"), TextDelta(0, "b"), BlockStop(0)),
        ],
    ),
    (
        "T12 all fragments empty",
        [start(0, "tool_use", **TOOL), args(0, ""), stop(0)],
        [call(0), ToolArgumentsDelta(0, "{}"), BlockStop(0)],
    ),
    (
        "T12 no fragments",
        [start(0, "tool_use", **TOOL), stop(0)],
        [call(0), ToolArgumentsDelta(0, "{}"), BlockStop(0)],
    ),
    (
        "T15 the start's input is no fragment",
        [start(0, "tool_use", **TOOL), args(0, ""), args(0, '{"a":'), args(0, "1}"),
         stop(0)],
        [call(0), ToolArgumentsDelta(0, '{"a":'), ToolArgumentsDelta(0, "1}"),
         BlockStop(0)],
    ),
    (
        "T16 fragments replace the start's input",
        [start(0, "tool_use", **{**TOOL, "input": {"x": 1}}), args(0, '{"a":1}'),
         stop(0)],
        [call(0), ToolArgumentsDelta(0, '{"a":1}'), BlockStop(0)],
    ),
    (
        "the start's input counts where nothing follows",
        [start(0, "tool_use", **{**TOOL, "input": {"x": 1}}), stop(0)],
        [call(0), ToolArgumentsDelta(0, '{"x":1}'), BlockStop(0)],
    ),
    (
        "T03 two calls",
        [
            *(start(0, "tool_use", **TOOL), args(0, "{}"), stop(0)),
            start(1, "tool_use", id="toolu_2", name="f", input={}),
            *(args(1, "[]"), stop(1)),
        ],
        [
            *(call(0), ToolArgumentsDelta(0, "{}"), BlockStop(0)),
            *(call(1, id_="toolu_2"), ToolArgumentsDelta(1, "[]"), BlockStop(1)),
        ],
    ),
    (
        "S03 thinking, its signature, and withheld thinking",
        [
            start(0, "thinking", thinking="", signature=""),
            delta(0, "thinking_delta", thinking="hm"),
            delta(0, "signature_delta", signature="s1"),
            delta(0, "signature_delta", signature="s2"),
            stop(0),
            *(start(1, "redacted_thinking", data="zz"), stop(1)),
        ],
        [
            *(BlockStart(0, 0, ReasoningPart(text="")), ReasoningDelta(0, "hm")),
            SignatureDelta(0, Opaque(value="s1", dialect=D)),
            SignatureDelta(0, Opaque(value="s2", dialect=D)),
            BlockStop(0),
            BlockStart(1, 0, ReasoningPart(redacted=Opaque(value="zz", dialect=D))),
            BlockStop(1),
        ],
    ),
    (
        "S02 a signature without text",
        [start(0, "thinking", thinking=""), delta(0, "signature_delta", signature="s"),
         stop(0)],
        [BlockStart(0, 0, ReasoningPart(text="")),
         SignatureDelta(0, Opaque(value="s", dialect=D)), BlockStop(0)],
    ),
    (
        "L10 a server tool and its result",
        [
            start(0, "server_tool_use", id="srvtoolu_1", name="web_search", input={}),
            *(args(0, '{"q":1}'), stop(0)),
            start(1, "web_search_tool_result", tool_use_id="srvtoolu_1", content=[]),
            stop(1),
        ],
        [
            BlockStart(
                0,
                0,
                ServerToolCallPart(
                    id="srvtoolu_1", kind="web_search", name="web_search"
                ),
            ),
            *(ToolArgumentsDelta(0, '{"q":1}'), BlockStop(0)),
            BlockStart(
                1,
                0,
                ServerToolResultPart(
                    call_id="srvtoolu_1",
                    kind="web_search",
                    content=[],
                    dialect=D,
                    type="web_search_tool_result",
                ),
            ),
            BlockStop(1),
        ],
    ),
    (
        "compaction",
        [start(0, "compaction", content=None),
         delta(0, "compaction_delta", content="sum"), stop(0)],
        [BlockStart(0, 0, CompactionPart()), PartDelta(0, "text", None, "sum"),
         BlockStop(0)],
    ),
    (
        "encrypted compaction",
        [start(0, "compaction", content=None),
         delta(0, "compaction_delta", content="sum", encrypted_content="e"), stop(0)],
        [
            *(BlockStart(0, 0, CompactionPart()), PartDelta(0, "text", None, "sum")),
            BlockStop(
                0, CompactionPart(text="sum", encrypted=Opaque(value="e", dialect=D))
            ),
        ],
    ),
    (
        "ping",
        [event("ping"), start(0, "text", text=""), event("ping"), stop(0)],
        [Keepalive(), BlockStart(0, 0, TextPart(text="")), Keepalive(), BlockStop(0)],
    ),
    (
        "half a character in each of two deltas",
        [start(0, "text", text=""), text(0, "a\ud83d"), text(0, "\ude00b"),
         text(0, "\ud83d"), stop(0)],
        [
            *(BlockStart(0, 0, TextPart(text="")), TextDelta(0, "a")),
            *(TextDelta(0, "\U0001f600b"), TextDelta(0, "\ud83d"), BlockStop(0)),
        ],
    ),
    (
        "an empty delta between the halves of a character",
        [start(0, "text", text=""), text(0, "\ud83d"), text(0, ""), text(0, "\ude00"),
         stop(0)],
        [BlockStart(0, 0, TextPart(text="")), TextDelta(0, "\U0001f600"), BlockStop(0)],
    ),
    (
        "encrypted compaction whose text stands in its start",
        [start(0, "compaction", content="pre"),
         delta(0, "compaction_delta", content=None, encrypted_content="e"), stop(0)],
        [
            BlockStart(0, 0, CompactionPart(text="pre")),
            BlockStop(
                0, CompactionPart(text="pre", encrypted=Opaque(value="e", dialect=D))
            ),
        ],
    ),
    (
        "a compaction that is no text",
        [start(0, "compaction", content=None),
         delta(0, "compaction_delta", content=5), stop(0)],
        [
            BlockStart(0, 0, CompactionPart()),
            BlockStop(0, CompactionPart(extra={D: {"content": 5}})),
        ],
    ),
    (
        "a block that only the caller sends",
        [start(0, "tool_result", tool_use_id="a"), stop(0)],
        [
            BlockStart(
                0,
                0,
                UnknownPart(
                    dialect=D, raw={"type": "tool_result", "tool_use_id": "a"}
                ),
            ),
            BlockStop(0),
        ],
    ),
    (
        "an unknown block with deltas of its own",
        [start(0, "hologram", x=1), delta(0, "hologram_delta", y=2), stop(0)],
        [
            BlockStart(0, 0, UnknownPart(dialect=D, raw={"type": "hologram", "x": 1})),
            UnknownEvent(
                D,
                {"type": "content_block_delta", "index": 0,
                 "delta": {"type": "hologram_delta", "y": 2}},
                0,
                0,
            ),
            BlockStop(0),
        ],
    ),
    (
        "an unknown event",
        [event("news", x=1)],
        [UnknownEvent(D, {"type": "news", "x": 1})],
    ),
    (
        "T06 a delta and a stop for a block that was not started",
        [text(3, "a"), stop(3)],
        [
            UnknownEvent(
                D,
                {"type": "content_block_delta", "index": 3,
                 "delta": {"type": "text_delta", "text": "a"}},
            ),
            UnknownEvent(D, {"type": "content_block_stop", "index": 3}),
        ],
    ),
    (
        "a delta of the wrong kind",
        [start(0, "text", text=""), args(0, "{"), stop(0)],
        [
            BlockStart(0, 0, TextPart(text="")),
            UnknownEvent(
                D,
                {"type": "content_block_delta", "index": 0,
                 "delta": {"type": "input_json_delta", "partial_json": "{"}},
                0,
                0,
            ),
            BlockStop(0),
        ],
    ),
    (
        "a block that starts twice",
        [start(0, "text", text=""), start(0, "text", text=""), text(0, "b"), stop(0)],
        [
            *(BlockStart(0, 0, TextPart(text="")), BlockStop(0)),
            *(BlockStart(1, 0, TextPart(text="")), TextDelta(1, "b"), BlockStop(1)),
        ],
    ),
    (
        "wire indexes are not ours",
        [start(7, "text", text=""), text(7, "a"), stop(7)],
        [BlockStart(0, 0, TextPart(text="")), TextDelta(0, "a"), BlockStop(0)],
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("events", "expected"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
@pytest.mark.parametrize("size", [None, 1, 13])
def test_table(events, expected, size):
    data = begin() + b"".join(events) + finish() + END
    assert decode(data, size) == [*OPEN, *expected, *close()]


ODD_DELTAS = [
    ("thinking", {"type": "signature_delta", "signature": 5}),
    ("thinking", {"type": "signature_delta", "signature": "", "more": 1}),
    ("text", {"type": "citations_delta", "citation": "page 4"}),
]


@pytest.mark.parametrize(("block", "odd"), ODD_DELTAS)
def test_odd_deltas_are_kept(block, odd):
    data = begin() + start(0, block, **{block: ""})
    data += event("content_block_delta", index=0, delta=odd)
    (event_,) = [c for c in decode(data + stop(0)) if isinstance(c, UnknownEvent)]
    assert (event_.index, event_.raw["delta"]) == (0, odd)


def test_a_message_start_that_comes_late():
    chunks = decode(event("ping") + event("news") + begin() + finish() + END)
    assert [type(c) for c in chunks[:3]] == [StreamStart, UnknownEvent, ResponseUpdate]
    # The first ping stood before the beginning, and there is nothing to keep alive.
    assert not [c for c in chunks if isinstance(c, Keepalive)]
    assert (fold(chunks).id, fold(chunks).model) == ("msg_1", "claude")


def test_a_message_start_that_comes_late_and_says_nothing():
    late = event("message_start", message={})
    data = start(0, "text", text="") + late + text(0, "a") + stop(0) + finish() + END
    chunks = decode(data)
    assert not [chunk for chunk in chunks if isinstance(chunk, ResponseUpdate)]
    assert chunks[-1] == WHOLE


def test_missing_block_stop_at_max_tokens():
    data = (
        begin() + start(0, "tool_use", **TOOL) + args(0, '{"a') + finish("max_tokens")
    )
    assert decode(data + END) == [
        *OPEN,
        call(0),
        ToolArgumentsDelta(0, '{"a'),
        BlockStop(0),
        *close("max_tokens", "length"),
    ]


def test_a_cut_call_without_fragments_has_no_arguments():
    data = begin() + start(0, "tool_use", **TOOL) + finish("max_tokens") + END
    assert fold(decode(data)).choices[0].message.parts[0].arguments == ""


def test_citations():
    citation = {
        "type": "char_location",
        "cited_text": "x",
        "document_index": 0,
        "document_title": None,
        "start_char_index": 1,
        "end_char_index": 2,
    }
    data = begin() + start(0, "text", text="", citations=[])
    data += delta(0, "citations_delta", citation=citation)
    data += text(0, "a") + stop(0) + finish() + END
    chunk = decode(data)[3]
    assert isinstance(chunk, AnnotationDelta)
    assert (chunk.choice, chunk.index, chunk.annotation.cited_text) == (0, 0, "x")


def test_U04_U06_later_usage_replaces():
    first = {"input_tokens": 1, "cache_creation_input_tokens": 9, "output_tokens": 1}
    last = {"cache_creation_input_tokens": 0, "cache_read_input_tokens": 4,
            "output_tokens": 7, "input_tokens": None}  # fmt: skip
    chunks = decode(begin(usage=first) + finish(usage=last) + END)
    usage = [c.usage for c in chunks if isinstance(c, UsageUpdate)][-1]
    assert (usage.input_uncached, usage.cache_write, usage.cache_read) == (1, 0, 4)
    assert (usage.input_total, usage.output_total) == (5, 7)


def test_F11_the_reason_of_message_delta():
    chunks = decode(begin() + finish("stop_sequence", stop_sequence="END") + END)
    assert chunks[-2].finish == Finish(
        kind="stop_sequence", raw="stop_sequence", stop_sequence="END"
    )


def test_what_the_message_says_beside():
    data = begin(container={"id": "c"}, usage={"service_tier": "batch"})
    data += event(
        "message_delta",
        delta={"stop_reason": "end_turn", "container": {"id": "d"}},
        usage={"output_tokens": 5},
        context_management={"applied_edits": []},
    )
    response = fold(decode(data + END))
    assert response.service_tier == "batch"
    assert response.extra == {
        D: {"container": {"id": "d"}, "context_management": {"applied_edits": []}}
    }


def test_a_message_that_is_whole_at_its_start():
    block = {"type": "tool_use", **TOOL, "input": {"a": 1}}
    data = begin(content=[block], stop_reason="tool_use") + END
    response = fold(decode(data))
    assert response.choices[0].message.parts[0].arguments == '{"a":1}'
    assert response.choices[0].finish.kind == "tool_calls"


# --- ends -----------------------------------------------------------------------------

BODY = begin() + start(0, "text", text="") + text(0, "a") + stop(0)


def test_E04_overloaded():
    error = {"type": "overloaded_error", "message": "Overloaded"}
    chunks = decode(BODY + event("error", error=error) + END)
    assert [type(c) for c in chunks[-2:]] == [StreamError, StreamEnd]
    assert chunks[-2].error.kind == "overloaded"
    assert isinstance(chunks[-2].error.retry_classification(), Transient)
    assert not chunks[-1].complete


def test_E01_eof_is_no_success():
    for data in (b"", begin(), BODY, BODY + finish()):
        chunks = decode(data)
        assert chunks[0] == StreamStart(*(("msg_1", "claude") if data else ()))
        assert chunks[-2].error.kind == "stream_truncated"
        assert chunks[-1] == StreamEnd(complete=False)
    # Unterminated, but the answer was whole: it has its finish.
    assert isinstance(chunks[-3], ChoiceFinish)


def test_end_without_start_is_no_success():
    assert not decode(END)[-1].complete


def test_done_of_a_gateway():
    done = b"data: [DONE]\n\n"
    assert decode(BODY + finish() + END + done)[-1] == WHOLE
    assert decode(BODY + finish() + done)[-1] == WHOLE
    assert not decode(BODY + done)[-1].complete


def test_error_body_instead_of_a_stream():
    body = b'{"type":"error","error":{"type":"rate_limit_error","message":"slow"}}'
    decoder = stream_decoder(headers=[("request-id", "req_1")])
    chunks = decoder.feed(body) + decoder.close()
    assert chunks[1].error.kind == "rate_limit"
    assert chunks[1].error.request_id == "req_1"
    assert decoder.failed


def test_a_whole_stream_has_not_failed():
    decoder = stream_decoder()
    decoder.feed(BODY + finish() + END + b"xyz")
    assert not decoder.failed
    assert decoder.trailing_bytes == 3


def test_open_blocks_are_limited():
    data = begin() + b"".join(start(i, "text", text="") for i in range(5))
    chunks = decode(data, limits=Limits(max_open_blocks=3))
    assert "max_open_blocks" in chunks[-2].error.message


def test_cut_at_every_byte():
    data = begin() + start(0, "text", text="") + text(0, "é\U0001f600") + stop(0)
    data += start(1, "tool_use", **TOOL) + args(1, "{}") + stop(1) + finish() + END
    whole = decode(data)
    for at in range(len(data)):
        chunks = decode(data[:at])
        if chunks[-1].complete:  # the last blank line alone is missing (L1)
            assert chunks == whole
        else:
            assert chunks[-2].error.kind == "stream_truncated"
            assert chunks[:-2] == whole[: len(chunks) - 2] or at < len(begin())


# --- copies ---------------------------------------------------------------------------


def test_raw_is_the_event_and_can_be_left_out():
    data = BODY + event("news") + finish() + END
    for chunk in decode(data):
        assert chunk.raw is not None
    for chunk in decode(data, keep_raw=False):
        assert (chunk.raw is None) is not isinstance(chunk, UnknownEvent)


@pytest.mark.parametrize(
    "again", [copy.deepcopy, lambda d: pickle.loads(pickle.dumps(d))]
)
def test_copies_mid_stream(again):
    data = BODY + start(1, "tool_use", **TOOL) + args(1, "{}") + finish() + END
    whole = decode(data)
    for at in range(0, len(data), 5):
        decoder = stream_decoder()
        head = decoder.feed(data[:at])
        twin = again(decoder)
        assert head + twin.feed(data[at:]) + twin.close() == whole
        assert head + decoder.feed(data[at:]) + decoder.close() == whole


def test_native_events_are_named_by_their_type():
    decoder = event_decoder()
    (item,) = decoder.feed(b'data: {"type":"ping"}\n\n')
    assert (item.dialect, item.type) == (D, "ping")


# --- wrong types ----------------------------------------------------------------------


@needs_shared
def test_wrong_types_never_raise():
    """The mutations of the conformance vectors, alone and inside a good stream."""
    file = SHARED / "conformance" / "json_limits.json"
    vectors = json.loads(file.read_text(encoding="utf-8"))["vectors"]
    count = 0
    for vector in vectors:
        if vector.get("provider") != "anthropic" or vector["kind"] != "mutation":
            continue
        substitutes = [json.loads(s) for s in vector["substitutes_json"]]
        for path in vector["paths"]:
            for op in [*substitutes, None]:
                mutant = copy.deepcopy(vector["template"])
                target = mutant
                for key in path[:-1]:
                    target = target[key]
                if op is None:
                    del target[path[-1]]
                else:
                    target[path[-1]] = op
                payload = json.dumps(mutant)
                one = f"event: {vector['event']}\ndata: {payload}\n\n".encode()
                opened = (
                    begin()
                    + start(0, "text", text="")
                    + start(1, "thinking", thinking="")
                )
                for data in (one, opened + one + finish() + END):
                    chunks = decode(data)
                    fold(chunks)
                    assert isinstance(chunks[-1], StreamEnd)
                    for chunk in chunks:
                        assert type(getattr(chunk, "text", "")) in (str, type(None))
                    assert chunks == decode(data, 7)
                    count += 1
    assert count > 500
