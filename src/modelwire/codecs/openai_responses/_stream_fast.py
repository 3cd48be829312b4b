"""
The ordinary events of a Responses stream: one more delta of a text that is known.

`OrdinaryEvents.event` takes the three deltas that make up a stream; it looks up the
text they add to and makes their chunk.  Everything else, and what is odd about these
three, goes to `_any_event`, the general path, which would give the same chunk
(test_stream_fast.py runs both).  Measured on CPython 3.11, a delta: 0.4 us here, 0.8 us
there.

Where events repeat each other's bytes, they do not come here: see `_stream_alike`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from modelwire.codecs.openai_responses._stream_open import KEPT_PIECES
from modelwire.codecs.openai_responses._stream_tools import ToolMachine
from modelwire.ir._chunks import ReasoningDelta, TextDelta, ToolArgumentsDelta
from modelwire.ir._fast import (
    new_reasoning_delta,
    new_text_delta,
    new_tool_arguments_delta,
)

if TYPE_CHECKING:
    from modelwire.codecs.openai_responses._stream_open import Grown
    from modelwire.ir._base import JSONObject
    from modelwire.ir._chunks import StreamChunk

__all__ = ["MAKERS", "OrdinaryEvents"]

_TEXT: Final = "response.output_text.delta"
_THOUGHT: Final = "response.reasoning_text.delta"
_SUMMARY: Final = "response.reasoning_summary_text.delta"
_ARGUMENTS: Final = "response.function_call_arguments.delta"
_INPUTS: Final = frozenset(
    {
        _ARGUMENTS,
        "response.custom_tool_call_input.delta",
        "response.mcp_call_arguments.delta",
    }
)

MAKERS: Final[dict[type, Any]] = {
    TextDelta: new_text_delta,
    ToolArgumentsDelta: new_tool_arguments_delta,
    ReasoningDelta: None,
}
"""The chunks of ordinary events; those of reasoning have a field more."""


class OrdinaryEvents(ToolMachine):
    """A machine that takes ordinary events itself; see `ItemMachine` for arguments."""

    def event(self, name: str | None, data: JSONObject, out: list[StreamChunk]) -> None:
        """Take an event whose data is a JSON object; append its chunks to *out*."""
        kind = data.get("type")
        grown: Grown | None = None
        text: Any = None
        # What is missing, or has another type, is found nowhere.
        try:
            if kind == _TEXT:
                grown = self._items[data["output_index"]].texts[data["content_index"]]
                text = data["delta"]
            elif kind == _ARGUMENTS:
                grown = self._items[data["output_index"]].arguments
                text = data["delta"]
            elif kind == _SUMMARY:
                summaries = self._items[data["output_index"]].summaries
                grown = summaries[data["summary_index"]]
                text = data["delta"]
        except (KeyError, TypeError):
            pass
        if grown is None or type(text) is not str or not text:
            self._any_event(name, data, out)
            return
        if grown.high or not text.isascii():
            text = grown.join_halves(text)
            if not text:
                return
        pieces = grown.pieces
        pieces.append(text)
        if len(pieces) > KEPT_PIECES:
            grown.settle()
        raw = data if self.keep_raw else None
        if kind == _TEXT:
            out.append(new_text_delta(grown.index, text, raw))
            tokens = data.get("logprobs")
            if tokens:
                self._logprobs(grown.index, tokens, data, out)
        elif kind == _ARGUMENTS:
            out.append(new_tool_arguments_delta(grown.index, text, raw))
        else:
            out.append(new_reasoning_delta(grown.index, text, grown.summary, raw))

    def growing(self, data: JSONObject) -> Grown | None:
        """
        Say which text a delta adds to.

        Args:
            data: An event that gave one delta.

        Returns:
            The text; `None`: what the event does is not only to add to one.
        """
        item = self._find(data)
        kind = data.get("type")
        if item is None:
            return None
        if kind == _TEXT:
            return item.texts.get(data.get("content_index"))
        if kind == _SUMMARY:
            return item.summaries.get(data.get("summary_index"))
        if kind == _THOUGHT:
            return item.blocks[0].texts.get(data.get("content_index"))
        return item.arguments if kind in _INPUTS else None

    def _any_event(
        self, name: str | None, data: JSONObject, out: list[StreamChunk]
    ) -> None:
        """Take any event."""
        raise NotImplementedError  # pragma: no cover - the machine has it
