"""Responses streams that fail: what was known and is not said any more is a loss."""

from __future__ import annotations

import attrs
import pytest
from tests.codecs.openai_responses._stream_encoder_support import (
    BOOM,
    NOTE,
    OR,
    SEARCH,
    START,
    accounted,
    at,
    call,
    text,
)
from tests.codecs.openai_responses._streams import decode, encode, folded, payloads

from modelwire.ir import (
    ItemRef,
    ReasoningPart,
    ServerToolCallPart,
    TextPart,
    ToolCallPart,
)
from modelwire.ir._chunks import (
    AnnotationDelta,
    BlockStart,
    ModerationUpdate,
    ReasoningDelta,
    ResponseUpdate,
    ServerToolProgress,
    StreamEnd,
    StreamStart,
    TextDelta,
    ToolArgumentsDelta,
)
from modelwire.testing import assert_losses

CUT = BOOM, StreamEnd(complete=False)


def hosted(kind, wire, **fields):
    own = {"type": wire, **fields.pop("own", {})}
    return ServerToolCallPart(id="k", kind=kind, name=kind, extra={OR: own}, **fields)


CODE = hosted("code_execution", "code_interpreter_call", arguments='{"code":"1"}')
SHELL = hosted(
    "shell",
    "shell_call",
    item=ItemRef(id="sh_1"),
    status="in_progress",
    own={"environment": {"type": "container_auto"}},
)
TOOLS = hosted("mcp_list_tools", "mcp_list_tools", server_label="s")

UNFINISHED = [
    ("code that the start had", [BlockStart(0, 0, CODE)], []),
    (
        "arguments that came in deltas",
        [BlockStart(0, 0, SEARCH), ToolArgumentsDelta(0, '{"query":"x"}')],
        ["arguments"],
    ),
    (
        "a status that has no event",
        [BlockStart(0, 0, SHELL), ServerToolProgress(0, "completed")],
        ["arguments", "status"],
    ),
    (
        "a result",
        [BlockStart(0, 0, attrs.evolve(SEARCH, result=[{"url": "u"}]))],
        ["result"],
    ),
    ("a list that the vendor's type requires", [BlockStart(0, 0, TOOLS)], ["result"]),
]


@pytest.mark.parametrize(
    ("chunks", "fields"),
    [row[1:] for row in UNFINISHED],
    ids=[row[0] for row in UNFINISHED],
)
def test_a_hosted_call_that_was_cut_off(chunks, fields):
    kinds, losses, _ = accounted(*chunks, *CUT)
    assert kinds[2:] == ["output_item.added", "error", "failed"]
    assert losses == [("bt.call_items", at(field)) for field in fields]


def test_a_citation_that_came_too_late():
    late = AnnotationDelta(0, 0, NOTE)
    _, losses, _ = accounted(*text(0, "a"), *call(1, "{}"), late, *CUT)
    assert losses == [("out.annotations_citations", at("annotations[0]"))]


def test_what_was_known_of_a_response_that_never_begins():
    fields = {"$spelling": {"service_tier": "raw"}, "novel": 1}
    update = ResponseUpdate(service_tier="default", extra={OR: fields})
    kinds, losses, _ = accounted(update, *CUT, start=StreamStart(None, "gpt", 1))
    assert kinds == ["error"]
    assert losses == [
        ("resp.model", "$.model"),
        ("resp.created", "$.created"),
        ("resp.tier", "$.service_tier"),
        ("resp.fingerprint", f"$.extra[{OR!r}].novel"),
    ]


@pytest.mark.parametrize(
    ("chunk", "lost"),
    [
        (
            ResponseUpdate(extra={OR: {"novel": 1}}),
            ("resp.fingerprint", f"$.extra[{OR!r}].novel"),
        ),
        (ModerationUpdate({"flagged": True}), ("resp.safety", "$.moderation")),
    ],
)
def test_what_came_after_the_start_of_a_response_that_fails(chunk, lost):
    kinds, losses, _ = accounted(*text(0, "a"), chunk, *CUT)
    assert kinds[-2:] == ["error", "failed"]
    assert losses == [lost]


@pytest.mark.parametrize(
    ("part", "group", "delta"),
    [
        (TextPart(text=""), "i_1", TextDelta(0, "a")),
        (ReasoningPart(text=""), None, ReasoningDelta(0, "a")),
        (ToolCallPart(id="c", name="f"), None, ToolArgumentsDelta(0, "{")),
    ],
    ids=["text", "reasoning", "call"],
)
def test_the_status_of_an_item_that_was_cut_off(part, group, delta):
    """Readers take `in_progress` for what ends well; see `provisional`."""
    ref = ItemRef(id="i_1", status="in_progress", group=group)
    chunks = [START, BlockStart(0, 0, attrs.evolve(part, item=ref)), delta, *CUT]
    data, losses = encode(chunks)
    response = folded(decode(data)).response
    assert payloads(data)[2]["item"]["status"] == "in_progress"
    assert response.choices[0].message.parts[0].item.status == "completed"
    assert [(str(loss.code), loss.path) for loss in losses] == [
        ("think.item_id", at("item.status"))
    ]
    assert_losses(folded(chunks).response, response, losses)
