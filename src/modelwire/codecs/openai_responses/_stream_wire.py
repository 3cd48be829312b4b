"""
Writing the events of items: sequence numbers, places, ids, and the open text.

`EventWriter` is the lowest part of the stream encoder.  It knows which item and which
text are open, and what an item is made of; when they open and end is for those above.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from modelwire.codecs.openai_responses._stream_events import (
    delta_template,
    event,
    unknown_keys,
)
from modelwire.codecs.openai_responses._stream_output import (
    PARTS,
    Fold,
    OutItem,
    OutPart,
    Output,
    mode_of,
)
from modelwire.ir._chunks import (
    ReasoningDelta,
    RefusalDelta,
    TextDelta,
    ToolArgumentsDelta,
)
from modelwire.ir._loss_codes import LossCode

if TYPE_CHECKING:
    from modelwire.codecs._losses import LossLog
    from modelwire.ir._base import JSONObject
    from modelwire.ir._parts import Part

__all__ = ["STEMS", "EventWriter"]

STEMS: Final = {
    "output_text": "response.output_text",
    "refusal": "response.refusal",
    "reasoning_text": "response.reasoning_text",
    "summary_text": "response.reasoning_summary_text",
    "function_call": "response.function_call_arguments",
    "custom_tool_call": "response.custom_tool_call_input",
    "mcp_call": "response.mcp_call_arguments",
}
"""The events of each kind of text, without their last word."""
_LIVE: Final[dict[str, type]] = {
    "output_text": TextDelta,
    "refusal": RefusalDelta,
    "reasoning_text": ReasoningDelta,
    "summary_text": ReasoningDelta,
    "function_call": ToolArgumentsDelta,
    "custom_tool_call": ToolArgumentsDelta,
    "mcp_call": ToolArgumentsDelta,
}
"""The delta that goes into a text of that kind."""


class EventWriter:
    """
    Writes events of the items of one answer; see the module.

    Args:
        log: Where losses go.
        output: Makes the whole items.
        fold: The chunks so far, folded before they come here.
        ids: Gives ids for what has none.
    """

    def __init__(self, log: LossLog, output: Output, fold: Fold, ids: Any) -> None:
        self._log = log
        self._output = output
        self._fold = fold
        self._ids = ids
        self._buffer: list[bytes] = []
        self._sequence = 0
        self._last_raw: Any = None
        self._parts = 0
        self._wire_items = 0
        self._item: OutItem | None = None
        self._of: dict[int, OutItem] = {}
        # Items with citations that came after their end, and their paths.
        self._dirty: list[tuple[OutItem, str]] = []
        # The choice's log probabilities, which move to its first text.
        self._moved = False
        # The open text: its block, what the fold has of it, and the bytes around each
        # of its deltas.  The class of its deltas once one was written: from then on
        # there is nothing to do but to write the next.
        self._live_index = -1
        self._live_delta: type | None = None
        self._live_name = ""
        self._live_summary: int | None = None
        self._template = b""
        self._pieces: list[str] = []

    def _begin(self) -> None:
        """Write the start of the stream, once."""
        raise NotImplementedError  # pragma: no cover - `ResponseStream` has it

    def _put(self, name: str, fields: JSONObject, raw: Any = None) -> None:
        """Write an event, with what *raw* says beyond what is known."""
        data: JSONObject = {"type": name, "sequence_number": self._sequence, **fields}
        self._sequence += 1
        if raw is not None and raw is not self._last_raw:
            more = unknown_keys(raw, name)
            if more:
                self._last_raw = raw
                data.update(more)
        self._buffer.append(event(name, data))

    def _at(self, item: OutItem, part: OutPart | None = None) -> JSONObject:
        """Give the fields that say where an event belongs."""
        place: JSONObject = {"item_id": item.id, "output_index": item.wire}
        if part is None or part.kind in ("function_call", "custom_tool_call"):
            return place
        if part.kind == "mcp_call":
            return place
        key = "summary_index" if part.kind == "summary_text" else "content_index"
        place[key] = part.index
        return place

    def _add(self, item: OutItem, header: JSONObject, raw: Any) -> None:
        """Write output_item.added."""
        self._begin()
        item.header = header
        item.wire = self._wire_items
        self._wire_items += 1
        self._put(
            "response.output_item.added",
            {"output_index": item.wire, "item": header},
            raw,
        )

    def _done(self, item: OutItem, final: JSONObject, raw: Any) -> None:
        self._put(
            "response.output_item.done",
            {"output_index": item.wire, "item": final},
            raw,
        )

    def _open(self, item: OutItem, part: OutPart, summary: int | None = None) -> None:
        """Let deltas into a text; *summary* is the number of a summary."""
        item.current = part
        kind = part.kind
        name = f"{STEMS[kind]}.delta"
        after: JSONObject = {"logprobs": []} if kind == "output_text" else {}
        self._template = delta_template(name, self._at(item, part), after)
        self._live_name = name
        self._live_index = part.block
        self._live_delta = None
        self._live_summary = summary
        block = self._fold.block(part.block)
        if summary is None:
            self._pieces = block.main
        else:
            self._pieces = block.summaries.setdefault(summary, [])

    def _shut(self) -> None:
        """Let no delta in by template."""
        self._live_index = -1
        self._live_delta = None

    def _delta(self, item: OutItem, part: OutPart, text: str, raw: Any) -> None:
        part.sent = True
        if part.block == self._live_index and part is item.current:
            self._live_delta = _LIVE[part.kind]
        fields = {**self._at(item, part), "delta": text}
        if part.kind == "output_text":
            fields["logprobs"] = []
        self._put(f"{STEMS[part.kind]}.delta", fields, raw)

    def _parts_of(self, item: OutItem) -> list[Part]:
        """Give the parts of an item as they are now."""
        parts: list[Part] = []
        for number, (index, head) in enumerate(
            zip(item.blocks, item.heads, strict=True)
        ):
            part = self._fold.part(index)
            if item.mode != "whole" and mode_of(part) != item.mode:
                path = f"{PARTS}[{item.start + number}]"
                detail = "another kind of part at its end"
                self._log.approximate(LossCode.OUT_TEXT, path, detail)
                part = head
            parts.append(part)
        return parts

    def _draft(self, item: OutItem) -> JSONObject:
        draft = self._output.draft(item, self._parts_of(item))
        assert draft is not None  # noqa: S101 - these modes are always written
        return draft
