"""Items of a Responses stream that are known at their end only: a life at once."""

from __future__ import annotations

import pytest
from tests.codecs.openai_responses._stream_encoder_support import (
    CALLS,
    END,
    OR,
    START,
    STOP,
    accounted,
)
from tests.codecs.openai_responses._streams import encode, payloads

from modelwire.ir import ItemRef, Opaque, ReasoningPart, ToolCallPart, UnknownPart
from modelwire.ir._chunks import BlockStart, BlockStop, ToolArgumentsDelta

THOUGHT = BlockStart(0, 0, ReasoningPart())


def between(kinds):
    """Give the events between those of the response."""
    return kinds[2:-1]


def test_reasoning():
    final = ReasoningPart(
        text="t",
        summaries=("a", ""),
        encrypted=Opaque(value="x", dialect=OR),
        item=ItemRef(id="rs_1", status="completed"),
    )
    kinds, losses, response = accounted(THOUGHT, BlockStop(0, final), STOP, END)
    assert between(kinds) == [
        "output_item.added",
        "reasoning_summary_part.added",
        "reasoning_summary_text.delta",
        "reasoning_summary_text.done",
        "reasoning_summary_part.done",
        "reasoning_summary_part.added",
        "reasoning_summary_text.done",
        "reasoning_summary_part.done",
        "content_part.added",
        "reasoning_text.delta",
        "reasoning_text.done",
        "content_part.done",
        "output_item.done",
    ]
    assert response.choices[0].message.parts == (final,)
    assert losses == []


@pytest.mark.parametrize(
    "own",
    [
        {"content": [{"type": "novel"}], "summary": ["x"]},
        {"content": "none", "summary": [{"type": "summary_text", "text": 5}]},
    ],
)
def test_reasoning_of_another_shape_has_no_events_but_its_own(own):
    final = ReasoningPart(extra={OR: own})
    kinds, losses, response = accounted(THOUGHT, BlockStop(0, final), STOP, END)
    assert between(kinds) == ["output_item.added", "output_item.done"]
    assert response.choices[0].message.parts[0].extra[OR] == own
    assert losses == []


ARGUMENTS = ["function_call_arguments.delta", "function_call_arguments.done"]


@pytest.mark.parametrize(
    ("text", "notes"),
    [("nonsense", {}), ("", {}), ('{"a":1}', {"$spelling": {"arguments": "object"}})],
)
def test_a_call_that_fits_no_item_of_a_tool(text, notes):
    extra = {OR: notes} if notes else {}
    part = ToolCallPart(id="c", name="computer", kind="computer", extra=extra)
    deltas = [ToolArgumentsDelta(0, text)] if text else []
    kinds, losses, response = accounted(
        BlockStart(0, 0, part), *deltas, BlockStop(0), CALLS, END
    )
    assert between(kinds) == ["output_item.added", *ARGUMENTS, "output_item.done"]
    assert response.choices[0].message.parts[0].arguments == (text or "{}")
    assert losses == [("bt.computer", "$.choices[0].message.parts[0].kind")]


def test_a_call_of_unknown_arguments_has_their_end():
    extra = {OR: {"$spelling": {"arguments": "empty"}}}
    part = ToolCallPart(id="c", name="computer", kind="computer", extra=extra)
    kinds, _, _ = accounted(BlockStart(0, 0, part), BlockStop(0), CALLS, END)
    assert between(kinds) == ["output_item.added", ARGUMENTS[1], "output_item.done"]


RAW = [
    (
        "message",
        {
            "type": "message",
            "id": "msg_1",
            "role": "assistant",
            "content": [
                {
                    "type": "output_text",
                    "text": "a",
                    "annotations": [{"type": "url_citation", "url": "https://a.b"}],
                    "logprobs": [],
                },
                {"type": "refusal", "refusal": "no"},
                {"type": "output_text", "text": "", "annotations": []},
                {"type": "output_text", "text": 5},
                {"type": "novel"},
                5,
            ],
        },
        [
            "content_part.added",
            "output_text.delta",
            "output_text.annotation.added",
            "output_text.done",
            "content_part.done",
            "content_part.added",
            "refusal.delta",
            "refusal.done",
            "content_part.done",
            "content_part.added",
            "output_text.done",
            "content_part.done",
            "content_part.added",
            "content_part.done",
            "content_part.added",
            "content_part.done",
        ],
    ),
    ("mcp", {"type": "mcp_call", "id": "m", "arguments": "{}", "status": "done"}, []),
    (
        "custom",
        {"type": "custom_tool_call", "id": "c", "input": 5},
        ["custom_tool_call_input.done"],
    ),
    ("novel", {"type": "novel", "id": "n", "result": "r"}, []),
]


@pytest.mark.parametrize(
    ("raw", "inner"), [row[1:] for row in RAW], ids=[row[0] for row in RAW]
)
def test_an_item_that_is_handed_on_has_a_legal_life(raw, inner):
    part = UnknownPart(dialect=OR, raw=raw)
    data, _ = encode([START, BlockStart(0, 0, part), BlockStop(0), STOP, END])
    found = payloads(data)
    kinds = [event["type"].removeprefix("response.") for event in found]
    assert between(kinds) == ["output_item.added", *inner, "output_item.done"]
    assert found[-2]["item"] == raw
    assert "result" not in found[2]["item"]
