"""
The events of messages, reasoning and calls in a Responses stream.

`PartMachine` takes what happens inside of items that the model writes: content parts
with their texts and annotations, summaries, arguments.  The items are `_stream_items`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from modelwire.codecs.openai_responses._annotations import decode_annotation
from modelwire.codecs.openai_responses._items_decode import decode_content
from modelwire.codecs.openai_responses._logprobs import decode_logprobs
from modelwire.codecs.openai_responses._stream_items import ItemMachine, is_key
from modelwire.codecs.openai_responses._stream_open import (
    Grown,
    OpenBlock,
)
from modelwire.ir._chunks import AnnotationDelta, LogprobsDelta, StreamChunk
from modelwire.ir._fast import new_reasoning_delta
from modelwire.ir._parts import ReasoningPart, RefusalPart, TextPart

if TYPE_CHECKING:
    from modelwire.ir._base import JSONObject

__all__ = ["PartMachine"]


class PartMachine(ItemMachine):
    """What is said inside of items; see `ItemMachine` for arguments."""

    # --- the parts of a message -----------------------------------------------------

    def _part_added(self, data: JSONObject, out: list[StreamChunk]) -> None:
        item = self._find(data)
        part = data.get("part")
        key = data.get("content_index")
        if item is None or type(part) is not dict:
            self._unknown(data, out)
        elif item.kind == "reasoning":
            # Its texts are one block, which is open already.
            return
        elif item.kind != "message" or (is_key(key) and key in item.contents):
            self._unknown(data, out, item)
        else:
            self._open_part(item, key, part, data, out)

    def _content(
        self, data: JSONObject, out: list[StreamChunk], kind: str
    ) -> OpenBlock | None:
        """Give the block of a content part; open it where its start is missing."""
        item = self._find(data)
        key = data.get("content_index")
        if item is None:
            index = data.get("output_index")
            if not is_key(index) or index in self._items:
                return None
            # No server was recorded to leave the item's start out; a text is worth it.
            item = self._add_item(index, {"type": "message", "role": "assistant"},
                                  data, out)  # fmt: skip
            if item is None:
                return None
        if item.kind != "message" or not is_key(key):
            return None
        block = item.contents.get(key)
        if block is None:
            # agentgateway__crates-llm-response-responses-stream has no part.added;
            # test_part_without_a_start.
            field = "refusal" if kind == "refusal" else "text"
            block = self._open_part(item, key, {"type": kind, field: ""}, data, out)
        wanted = RefusalPart if kind == "refusal" else TextPart
        return block if type(block.part) is wanted else None

    def _text_delta(self, data: JSONObject, out: list[StreamChunk]) -> None:
        """Take a text that the quick path did not."""
        self._content_delta(data, out, "output_text")

    def _refusal_delta(self, data: JSONObject, out: list[StreamChunk]) -> None:
        self._content_delta(data, out, "refusal")

    def _content_delta(
        self, data: JSONObject, out: list[StreamChunk], kind: str
    ) -> None:
        text = data.get("delta")
        block = self._content(data, out, kind) if type(text) is str else None
        if self.ended:
            return
        if block is None or block.stopped or type(text) is not str:
            self._unknown(data, out, self._find(data))
            return
        raw = data if self.keep_raw else None
        if text:
            self._grow(block, block.main, text, out, raw)
        tokens = data.get("logprobs")
        if tokens and block.text:
            self._logprobs(block.index, tokens, data, out)

    def _logprobs(
        self, index: int, tokens: Any, data: JSONObject, out: list[StreamChunk]
    ) -> None:
        found = decode_logprobs(tokens)
        item = self._find(data)
        block = None if item is None else item.contents.get(data.get("content_index"))
        if found is not None and block is not None:
            block.tokens += found.content or ()
            raw = data if self.keep_raw else None
            out.append(LogprobsDelta(0, index, found, raw))

    def _text_done(self, data: JSONObject, out: list[StreamChunk]) -> None:
        text = data.get("text")
        block = self._content(data, out, "output_text") if type(text) is str else None
        if self._ended_text(block, text, data, out) and block is not None:
            tokens = data.get("logprobs")
            if tokens and not block.tokens:
                self._logprobs(block.index, tokens, data, out)

    def _refusal_done(self, data: JSONObject, out: list[StreamChunk]) -> None:
        text = data.get("refusal")
        block = self._content(data, out, "refusal") if type(text) is str else None
        self._ended_text(block, text, data, out)

    def _ended_text(
        self,
        block: OpenBlock | None,
        text: Any,
        data: JSONObject,
        out: list[StreamChunk],
    ) -> bool:
        """Take the end of a block's text."""
        if self.ended:
            return False
        if block is None or block.stopped:
            self._unknown(data, out, self._find(data))
            return False
        if not self._settle_text(block, text, out, data if self.keep_raw else None):
            block.main.final = text
        return True

    def _annotation(self, data: JSONObject, out: list[StreamChunk]) -> None:
        wire = data.get("annotation")
        if type(wire) is dict:
            block = self._content(data, out, "output_text")
            if self.ended:
                return
            if block is not None and not block.stopped:
                note = decode_annotation(wire)
                block.notes.append(note)
                block.annotations += 1
                raw = data if self.keep_raw else None
                out.append(AnnotationDelta(0, block.index, note, raw))
                return
        self._unknown(data, out, self._find(data))

    def _part_done(self, data: JSONObject, out: list[StreamChunk]) -> None:
        """Take the end of a content part: only what has no event of its own."""
        item = self._find(data)
        part = data.get("part")
        if item is None or type(part) is not dict:
            self._unknown(data, out)
            return
        key = data.get("content_index")
        block = item.contents.get(key) if is_key(key) else None
        if block is None or block.stopped:
            return
        final: Any = decode_content(part, block.part.item)
        raw = data if self.keep_raw else None
        if type(final) is type(block.part) and isinstance(
            final, TextPart | RefusalPart
        ):
            if not self._settle_text(block, final.text, out, raw):
                block.main.final = final.text
            if isinstance(final, TextPart):
                # D08: citations that only the end has, while the text is the last.
                for note in final.annotations[block.annotations :]:
                    block.notes.append(note)
                    out.append(AnnotationDelta(0, block.index, note, raw))
                block.annotations = max(block.annotations, len(final.annotations))
                tokens = part.get("logprobs")
                if tokens and not block.tokens:
                    self._logprobs(block.index, tokens, data, out)

    # --- reasoning and calls --------------------------------------------------------

    def _summary_delta(self, data: JSONObject, out: list[StreamChunk]) -> None:
        self._reasoning_text(data, data.get("delta"), out, "summary_index")

    def _summary_done(self, data: JSONObject, out: list[StreamChunk]) -> None:
        self._reasoning_text(data, data.get("text"), out, "summary_index", done=True)

    def _reasoning_delta(self, data: JSONObject, out: list[StreamChunk]) -> None:
        self._reasoning_text(data, data.get("delta"), out, "content_index")

    def _reasoning_done(self, data: JSONObject, out: list[StreamChunk]) -> None:
        self._reasoning_text(data, data.get("text"), out, "content_index", done=True)

    def _reasoning_text(
        self,
        data: JSONObject,
        text: Any,
        out: list[StreamChunk],
        name: str,
        *,
        done: bool = False,
    ) -> None:
        """Take more of a reasoning text or summary, or its end."""
        item = self._find(data)
        key = data.get(name)
        if key is None:
            key = 0
        block = item.blocks[0] if item is not None and item.blocks else None
        if (
            item is None
            or block is None
            or type(block.part) is not ReasoningPart
            or type(text) is not str
            or type(key) is not int
            or key < 0
        ):
            self._unknown(data, out, item)
            return
        if not text:
            return
        raw = data if self.keep_raw else None
        is_summary = name == "summary_index"
        texts: Any = block.summaries if is_summary else block.texts
        grown = texts.get(key)
        if grown is None:
            if texts and not is_summary:
                # Texts of one item are one text, with an empty line between them.
                out.append(new_reasoning_delta(block.index, "\n\n", None, raw))
            grown = texts[key] = Grown(block.index, key if is_summary else None)
            if is_summary:
                item.summaries[key] = grown
        if not done or grown.empty:
            self._grow(block, grown, text, out, raw)

    def _summary_part(self, data: JSONObject, out: list[StreamChunk]) -> None:
        """Take the start or end of a summary: its texts say it all."""
        if self._find(data) is None:
            self._unknown(data, out)

    def _arguments_delta(self, data: JSONObject, out: list[StreamChunk]) -> None:
        self._arguments(data, data.get("delta"), out)

    def _arguments(
        self, data: JSONObject, text: Any, out: list[StreamChunk], *, done: bool = False
    ) -> None:
        item = self._find(data)
        grown = None if item is None else item.arguments
        if item is None or grown is None or type(text) is not str:
            self._unknown(data, out, item)
        elif done:
            raw = data if self.keep_raw else None
            if not self._settle_text(item.blocks[0], text, out, raw):
                grown.final = text
        elif text:
            raw = data if self.keep_raw else None
            self._grow(item.blocks[0], grown, text, out, raw)

    def _arguments_done(self, data: JSONObject, out: list[StreamChunk]) -> None:
        self._arguments(data, data.get("arguments"), out, done=True)

    def _input_done(self, data: JSONObject, out: list[StreamChunk]) -> None:
        self._arguments(data, data.get("input"), out, done=True)

    HANDLERS: ClassVar[dict[str, Callable[[Any, JSONObject, Any], None]]] = {
        **ItemMachine.HANDLERS,
        "response.content_part.added": _part_added,
        "response.content_part.done": _part_done,
        # Bedrock mantle's names for the parts of reasoning (observed.md section 3).
        "response.reasoning_part.added": _part_added,
        "response.reasoning_part.done": _part_done,
        "response.output_text.delta": _text_delta,
        "response.output_text.done": _text_done,
        "response.output_text.annotation.added": _annotation,
        "response.refusal.delta": _refusal_delta,
        "response.refusal.done": _refusal_done,
        "response.reasoning_summary_part.added": _summary_part,
        "response.reasoning_summary_part.done": _summary_part,
        "response.reasoning_summary_text.delta": _summary_delta,
        "response.reasoning_summary_text.done": _summary_done,
        "response.reasoning_text.delta": _reasoning_delta,
        "response.reasoning_text.done": _reasoning_done,
        "response.function_call_arguments.delta": _arguments_delta,
        "response.function_call_arguments.done": _arguments_done,
        "response.custom_tool_call_input.delta": _arguments_delta,
        "response.custom_tool_call_input.done": _input_done,
        "response.mcp_call_arguments.delta": _arguments_delta,
        "response.mcp_call_arguments.done": _arguments_done,
    }
    """What each event means."""
