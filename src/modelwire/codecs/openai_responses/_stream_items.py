"""
The items of a Responses stream: from added over their deltas to done.

A `*.done` event repeats what was streamed.  Where it equals that, it gives nothing;
where nothing was streamed, it gives one delta; where it differs, its block's end has
the final part.  The end of the item decides over the ends of its parts, and an empty
text in it over nothing: servers were seen to leave it out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, ClassVar, Final

import attrs

from modelwire.codecs._base import NO_ALIASES, Aliases
from modelwire.codecs._limits import DEFAULT_LIMITS
from modelwire.codecs._stream_decoding import ChunkMachine
from modelwire.codecs.openai_responses._annotations import decode_annotation
from modelwire.codecs.openai_responses._finish import Ending
from modelwire.codecs.openai_responses._items_decode import decode_content, decode_item
from modelwire.codecs.openai_responses._stream_open import (
    KEPT_PIECES,
    Grown,
    OpenBlock,
    OpenItem,
    header,
    provisional,
)
from modelwire.codecs.openai_responses._wire import DIALECT
from modelwire.errors import LimitExceededError
from modelwire.ir._chunks import (
    AnnotationDelta,
    BlockStart,
    BlockStop,
    LogprobsDelta,
    RefusalDelta,
    ServerToolProgress,
    StreamChunk,
    UnknownEvent,
)
from modelwire.ir._fast import (
    new_reasoning_delta,
    new_text_delta,
    new_tool_arguments_delta,
)
from modelwire.ir._parts import (
    CompactionPart,
    ReasoningPart,
    RefusalPart,
    ServerToolCallPart,
    TextPart,
    ToolCallPart,
)

if TYPE_CHECKING:
    from modelwire.codecs._base import Ids
    from modelwire.codecs._limits import Limits
    from modelwire.ir._base import JSONObject
    from modelwire.ir._parts import Part

__all__ = ["ItemMachine", "is_key"]

_NO_CODE: Final = '{"code":""}'
"""
The arguments of a code interpreter's call when it is added: a placeholder.

The vendor's type requires the field there and not at the end
(test_accounting_cases).
"""
_CALLS: Final = (ToolCallPart, ServerToolCallPart)
_STREAMED: Final = frozenset({"function_call", "custom_tool_call", "mcp_call"})
"""Items whose arguments have deltas of their own."""
_DEFERRED: Final = frozenset({"compaction"})
"""Items of which nothing is known before their end."""


class ItemMachine(ChunkMachine):
    """
    The items of one stream.

    Args:
        headers: The response's headers.
        aliases: What was renamed for the request.
        ids: Gives ids to tool calls without one.
        limits: What may be held.
        keep_raw: Whether chunks carry the native event.
    """

    def __init__(
        self,
        *,
        headers: Iterable[tuple[str, str]] = (),
        aliases: Aliases | None = None,
        ids: Ids | None = None,
        limits: Limits = DEFAULT_LIMITS,
        keep_raw: bool = True,
    ) -> None:
        super().__init__(keep_raw=keep_raw)
        self._headers = tuple(headers)
        self._aliases = aliases or NO_ALIASES
        self._ids = ids
        self._depth = limits.max_json_depth
        self._max_open = limits.max_open_blocks
        self._open = 0
        self._items: dict[Any, OpenItem] = {}
        self._response: dict[str, Any] = {}
        self._ending = Ending()
        self._audio: int | None = None

    # --- items ----------------------------------------------------------------------

    def _item_added(self, data: JSONObject, out: list[StreamChunk]) -> None:
        wire = data.get("item")
        key = data.get("output_index")
        if type(wire) is not dict or not is_key(key) or key in self._items:
            self._unknown(data, out)
            return
        self._add_item(key, wire, data, out)

    def _add_item(
        self, key: Any, wire: JSONObject, data: JSONObject, out: list[StreamChunk]
    ) -> OpenItem | None:
        self._open += 1
        if self._open > self._max_open:
            error = LimitExceededError(
                "max_open_blocks", self._max_open, dialect=DIALECT
            )
            self.fail(error.to_error_info(), out)
            return None
        self.start(out, raw=data if self.keep_raw else None)
        item = OpenItem(wire, str(key))
        self._items[key] = item
        if item.kind == "message" or item.kind in _DEFERRED:
            # A message is its parts, and they have not come yet.
            item.deferred = True
            content = wire.get("content")
            if item.kind == "message" and type(content) is list:
                for index, part in enumerate(content):
                    if type(part) is dict:
                        self._open_part(item, index, part, data, out)
            return item
        (part,) = self._own(decode_item(wire, item.label, aliases=self._aliases))
        seed = part.arguments if isinstance(part, _CALLS) else ""
        if seed == _NO_CODE:
            seed = ""
        block = self._begin(item, provisional(part), data, out, seed=seed)
        if item.kind in _STREAMED:
            item.arguments = block.main
        return item

    def _begin(
        self,
        item: OpenItem,
        part: Part,
        data: JSONObject,
        out: list[StreamChunk],
        *,
        seed: str = "",
    ) -> OpenBlock:
        block = OpenBlock(self.new_index(), part, seed=seed)
        item.blocks.append(block)
        out.append(BlockStart(block.index, 0, part, data if self.keep_raw else None))
        return block

    def _open_part(
        self,
        item: OpenItem,
        key: Any,
        wire: JSONObject,
        data: JSONObject,
        out: list[StreamChunk],
    ) -> OpenBlock:
        """Open the block of a content part; what is open in its message ends."""
        raw = data if self.keep_raw else None
        for block in item.blocks:
            # The message's next part begins: this one is not waited for.
            self._stop(block, None, out, raw)
        item.texts.clear()
        if item.blocks:
            first = self._first_ref(item)
            part = decode_content(wire, first)
        else:
            (part,) = decode_item({**item.wire, "content": [wire]}, item.label)
        block = self._begin(item, provisional(part), data, out)
        if is_key(key):
            item.contents[key] = block
            if block.text:
                item.texts[key] = block.main
        text = getattr(part, "text", "")
        if text:
            self._grow(block, block.main, text, out, raw)
        return block

    def _first_ref(self, item: OpenItem) -> Any:
        (part,) = decode_item({**item.wire, "content": [{"type": ""}]}, item.label)
        return part.item

    def _find(self, data: JSONObject) -> OpenItem | None:
        key = data.get("output_index")
        item = self._items.get(key) if is_key(key) else None
        return None if item is None or item.closed else item

    def _item_done(self, data: JSONObject, out: list[StreamChunk]) -> None:
        wire = data.get("item")
        key = data.get("output_index")
        if type(wire) is not dict or not is_key(key):
            self._unknown(data, out)
            return
        item = self._items.get(key)
        if item is None:
            item = OpenItem(wire, str(key))
            item.deferred = True
            self._items[key] = item
            self._open += 1
            self.start(out, raw=data if self.keep_raw else None)
        elif item.closed:
            self._unknown(data, out)
            return
        self._finish_item(item, wire, out, data if self.keep_raw else None)

    def _finish_item(
        self, item: OpenItem, wire: JSONObject, out: list[StreamChunk], raw: Any
    ) -> None:
        """Take the final form of an item."""
        if type(wire.get("id")) is str:
            item.id = wire["id"]
        parts = self._own(decode_item(wire, item.label, aliases=self._aliases))
        blocks = item.blocks
        if blocks and item.kind == "message" and not wire.get("content"):
            # The end leaves the content out: what was streamed stands.
            parts = ()
        for number, part in enumerate(parts):
            if number < len(blocks):
                self._stop(blocks[number], part, out, raw)
            else:
                block = OpenBlock(self.new_index(), header(part))
                blocks.append(block)
                out.append(BlockStart(block.index, 0, block.part, raw))
                self._stop(block, part, out, raw)
        for block in blocks[len(parts) :]:
            self._stop(block, None, out, raw)
        self._shut(item)

    def _shut(self, item: OpenItem) -> None:
        item.close()
        self._open -= 1

    def _stop(
        self, block: OpenBlock, part: Part | None, out: list[StreamChunk], raw: Any
    ) -> None:
        """Stop *block*, whose final form is *part*; `None`: nothing says it."""
        if block.stopped:
            return
        if part is None:
            part = self._rest(block, out, raw)
            final = part
            part = block.part if part is None else part
        else:
            final = self._settle(block, part, out, raw)
        ending = self._ending
        kind = type(part)
        if kind is ToolCallPart:
            ending.calls = True
        elif kind is RefusalPart:
            ending.refused = True
        ending.compacted = kind is CompactionPart
        out.append(BlockStop(block.index, final, raw))
        block.close()

    def _rest(self, block: OpenBlock, out: list[StreamChunk], raw: Any) -> Part | None:
        """Give what is held of a block that ends without its final form."""
        self._give_high(block, out, raw)
        main = block.main
        if main.empty and block.seed:
            out.append(new_tool_arguments_delta(block.index, block.seed, raw))
        field = "arguments" if isinstance(block.part, _CALLS) else "text"
        if main.final is not None and not isinstance(block.part, ReasoningPart):
            part: Part = _with(block.part, **{field: main.final})
            return part
        return None

    def _settle(
        self, block: OpenBlock, part: Any, out: list[StreamChunk], raw: Any
    ) -> Any:
        """Give what is missing of *part* as deltas; give it whole where it differs."""
        self._give_high(block, out, raw)
        kind = type(part)
        if kind is not type(block.part):
            return part
        same = True
        if kind is TextPart:
            same = self._settle_text(block, part.text, out, raw)
            notes = part.annotations
            if notes[: block.annotations] != tuple(block.notes):
                same = False
            else:
                out += [
                    AnnotationDelta(0, block.index, note, raw)
                    for note in notes[block.annotations :]
                ]
                block.annotations = len(notes)
            tokens = part.logprobs
            if tokens is not None:
                if not block.tokens:
                    out.append(LogprobsDelta(0, block.index, tokens, raw))
                elif tuple(block.tokens) != tokens.content:
                    same = False
        elif kind is RefusalPart:
            same = self._settle_text(block, part.text, out, raw)
        elif kind in _CALLS:
            if block.main.empty and not part.arguments and block.seed:
                part = _with(part, arguments=block.seed)
            same = self._settle_text(block, part.arguments, out, raw)
            if kind is ServerToolCallPart and part.status not in (None, block.status):
                out.append(ServerToolProgress(block.index, part.status, raw))
        elif kind is ReasoningPart:
            same = self._settle_reasoning(block, part, out, raw)
        if same and block.keeps(part):
            return None
        return part

    def _settle_text(
        self, block: OpenBlock, text: str, out: list[StreamChunk], raw: Any
    ) -> bool:
        """Compare a block's text with its end; say whether they are the same."""
        main = block.main
        if main.empty:
            if text:
                self._grow(block, main, text, out, raw)
            return True
        # An end without the text says nothing about it.
        return not text or main.equals(text)

    def _settle_reasoning(
        self, block: OpenBlock, part: ReasoningPart, out: list[StreamChunk], raw: Any
    ) -> bool:
        summaries = block.summaries
        if part.summaries and not summaries:
            for number, text in enumerate(part.summaries):
                if text:
                    out.append(new_reasoning_delta(block.index, text, number, raw))
            same = all(part.summaries)
        else:
            streamed = [summaries[number] for number in sorted(summaries)]
            same = not part.summaries or (
                len(streamed) == len(part.summaries)
                and all(
                    grown.equals(text)
                    for grown, text in zip(streamed, part.summaries, strict=True)
                )
            )
        text_of_part = part.text
        if not block.texts:
            if text_of_part:
                out.append(new_reasoning_delta(block.index, text_of_part, None, raw))
            # A text that is there and empty has no delta.
            return same and text_of_part != ""
        if text_of_part is None:
            return same
        at = 0
        for number, grown in enumerate(block.texts.values()):
            if number:
                if text_of_part[at : at + 2] != "\n\n":
                    return False
                at += 2
            size = grown.length
            if not grown.equals(text_of_part[at : at + size]):
                return False
            at += size
        return same and at == len(text_of_part)

    def _give_high(self, block: OpenBlock, out: list[StreamChunk], raw: Any) -> None:
        """Give out half a character whose other half never came."""
        for grown in (block.main, *block.summaries.values(), *block.texts.values()):
            if grown.high:
                high, grown.high = grown.high, ""
                self._grow(block, grown, high, out, raw, whole=True)

    def _grow(
        self,
        block: OpenBlock,
        grown: Grown,
        text: str,
        out: list[StreamChunk],
        raw: Any,
        *,
        whole: bool = False,
    ) -> None:
        """Append to one of a block's texts."""
        if not whole and (grown.high or not text.isascii()):
            text = grown.join_halves(text)
            if not text:
                # Half a character: the other half brings it.
                return
        grown.pieces.append(text)
        if len(grown.pieces) > KEPT_PIECES:
            grown.settle()
        index = block.index
        kind = type(block.part)
        if kind is TextPart:
            out.append(new_text_delta(index, text, raw))
        elif kind is RefusalPart:
            out.append(RefusalDelta(index, text, raw))
        elif kind is ReasoningPart:
            out.append(new_reasoning_delta(index, text, grown.summary, raw))
        else:
            out.append(new_tool_arguments_delta(index, text, raw))

    # --- the end --------------------------------------------------------------------

    def _terminal_items(
        self, output: list[Any], out: list[StreamChunk], raw: Any
    ) -> None:
        """Take the items that the terminal event repeats; some only it has."""
        known = {
            item.id: item
            for item in self._items.values()
            if type(item.id) is str and item.id
        }
        free = [item for item in self._items.values() if item not in known.values()]
        wires = [wire for wire in output if type(wire) is dict]
        ids = {wire.get("id") for wire in wires if type(wire.get("id")) is str}
        # Copilot makes a new id for every event: what no id finds is the next of its
        # type that no other id finds either.
        free += [item for id_, item in known.items() if id_ not in ids]
        for number, wire in enumerate(output):
            if type(wire) is not dict:
                continue
            id_ = wire.get("id")
            item = known.get(id_) if type(id_) is str else None
            if item is None:
                kind = wire.get("type")
                item = next((one for one in free if one.kind == kind), None)
                if item is not None:
                    free.remove(item)
            if item is None:
                self._late_item(number, wire, out, raw)
            elif not item.closed:
                self._finish_item(item, wire, out, raw)
            else:
                self._late_notes(item, wire, out, raw)

    def _late_item(
        self, number: int, wire: JSONObject, out: list[StreamChunk], raw: Any
    ) -> None:
        key: Any = number
        if key in self._items:
            key = ("late", number)
        item = OpenItem(wire, str(number))
        self._items[key] = item
        self._open += 1
        self._finish_item(item, wire, out, raw)

    def _late_notes(
        self, item: OpenItem, wire: JSONObject, out: list[StreamChunk], raw: Any
    ) -> None:
        """Give citations that only the terminal event has (D08)."""
        content = wire.get("content")
        if item.kind != "message" or type(content) is not list:
            return
        for block, part in zip(item.blocks, content, strict=False):
            notes = part.get("annotations") if type(part) is dict else None
            if not block.text or type(notes) is not list:
                continue
            for note in notes[block.annotations :]:
                if type(note) is dict:
                    decoded = decode_annotation(note)
                    out.append(AnnotationDelta(0, block.index, decoded, raw))

    def _close_items(self, out: list[StreamChunk], raw: Any) -> None:
        for item in self._items.values():
            if not item.closed:
                for block in item.blocks:
                    self._stop(block, None, out, raw)
                self._shut(item)
        if self._audio is not None:
            out.append(BlockStop(self._audio, raw=raw))

    def _leave_items(self, out: list[StreamChunk]) -> None:
        """Give what is held of open items before an error."""
        for item in self._items.values():
            if not item.closed:
                for block in item.blocks:
                    if not block.stopped:
                        self._rest(block, out, None)

    # --- helpers --------------------------------------------------------------------

    def _unknown(
        self,
        data: JSONObject,
        out: list[StreamChunk],
        item: OpenItem | None = None,
    ) -> None:
        self.start(out, raw=data if self.keep_raw else None)
        index = None
        if item is None:
            item = self._find(data)
        if item is not None and item.blocks and not item.blocks[-1].stopped:
            index = item.blocks[-1].index
        out.append(UnknownEvent(DIALECT, data, index, None if index is None else 0))

    def _own(self, parts: tuple[Part, ...]) -> tuple[Part, ...]:
        """Give a call an id if it has none."""
        if self._ids is None or len(parts) != 1:
            return parts
        part = parts[0]
        if not isinstance(part, ToolCallPart) or part.id:
            return parts
        return (_with(part, id=self._ids("call")),)

    HANDLERS: ClassVar[dict[str, Callable[[Any, JSONObject, Any], None]]] = {
        "response.output_item.added": _item_added,
        "response.output_item.done": _item_done,
    }
    """What each event means."""


def is_key(key: Any) -> bool:
    """
    Say whether an item or a part can be found by a key.

    Args:
        key: An index off the wire; a missing one is a key, too.

    Returns:
        Whether it is a number, a text, or missing.
    """
    return key is None or type(key) is int or type(key) is str


def _with(part: Any, **changes: Any) -> Any:
    return attrs.evolve(part, **changes)
