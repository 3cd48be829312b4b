"""
The items of a Responses stream: chunks of one block after another into events.

`ItemStream` is the lower half of the stream encoder.  It takes chunks whose blocks are
sequential (`_sequential` made them so) and writes the events of their items; the
response around them is `_stream_encoder`.  Every chunk has been folded before it comes
here, so that the whole of an item is always at hand.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, Final

from modelwire.codecs.openai_responses._item_types import SERVER_CALLS
from modelwire.codecs.openai_responses._stream_output import (
    PARTS,
    OutItem,
    OutPart,
    mode_of,
)
from modelwire.codecs.openai_responses._stream_text_encode import TextStream
from modelwire.codecs.openai_responses._stream_whole import whole_events
from modelwire.codecs.openai_responses._stream_wire import STEMS
from modelwire.ir._blocks import MAIN_FIELD
from modelwire.ir._chunks import (
    AudioDelta,
    BlockStart,
    BlockStop,
    ImageDelta,
    PartDelta,
    RefusalDelta,
    ServerToolProgress,
    SignatureDelta,
    TextDelta,
    ToolArgumentsDelta,
)
from modelwire.ir._loss_codes import LossCode

if TYPE_CHECKING:
    from modelwire.ir._base import JSONObject

__all__ = ["PROGRESS", "ItemStream"]

_STATUS: Final = re.compile(r"[a-z][a-z_]{0,39}")
PROGRESS: Final = frozenset(
    {
        "web_search_call",
        "file_search_call",
        "code_interpreter_call",
        "image_generation_call",
        "mcp_call",
        "mcp_list_tools",
    }
)
"""Items that have events for their progress."""
_NO_STATUS: Final = frozenset({"partial_image", "delta", "done", "added"})
"""Words that make another event of an item's type."""
_ADDED: Final[dict[str, JSONObject]] = {
    "code_interpreter_call": {"code": ""},
    "file_search_call": {"queries": []},
    "mcp_call": {"arguments": ""},
    "mcp_list_tools": {"tools": []},
    "shell_call": {"action": {"commands": []}},
    "tool_search_call": {"arguments": {}},
}
"""What the vendor's types require of an item that has only been added."""
_PLACEHOLDERS: Final = {"shell_call": "action", "file_search_call": "queries"}
"""Those that a reader keeps as arguments where the end of the item has none."""


class ItemStream(TextStream):
    """Writes the items of one answer; see `EventWriter` for arguments."""

    def _block_start(self, chunk: BlockStart) -> None:
        part = chunk.part
        item = self._item
        number = self._parts
        self._parts += 1
        if item is not None and item.takes(part):
            self._close_content(item)
            item.heads.append(part)
        else:
            self._close_item(None)
            item = OutItem(mode_of(part), part, number, self._ids)
            self._item = item
        item.blocks.append(chunk.index)
        self._of[chunk.index] = item
        _STARTS[item.mode](self, item, chunk)

    def _start_call(self, item: OutItem, chunk: BlockStart) -> None:
        draft = self._draft(item)
        kind = draft["type"]
        header = {**draft, "input" if kind == "custom_tool_call" else "arguments": ""}
        if "status" in header:
            header["status"] = "in_progress"
        self._add(item, header, chunk.raw)
        part = OutPart(chunk.index, 0, kind)
        self._open(item, part)
        text = getattr(chunk.part, "arguments", "")
        if text:
            self._delta(item, part, text, None)

    def _start_server(self, item: OutItem, chunk: BlockStart) -> None:
        draft = self._draft(item)
        kind = draft["type"]
        row = SERVER_CALLS[kind]
        header = {k: v for k, v in draft.items() if k != row.result}
        if row.text:
            header[row.text] = ""
        if "status" in header:
            header["status"] = "in_progress"
        for name, value in _ADDED.get(kind, {}).items():
            header.setdefault(name, value)
        self._add(item, header, chunk.raw)
        if kind == "mcp_call":
            part = OutPart(chunk.index, 0, kind)
            self._open(item, part)
            text = getattr(chunk.part, "arguments", "")
            if text:
                self._delta(item, part, text, None)

    def _start_whole(self, item: OutItem, chunk: BlockStart) -> None:
        """Wait for the end: what the item is depends on its arguments."""

    def _text_delta(self, chunk: TextDelta | RefusalDelta | ToolArgumentsDelta) -> None:
        item = self._find(chunk)
        if item is not None and chunk.text:
            self._main(item, chunk.index, chunk.text, chunk.raw)

    def _main(self, item: OutItem, index: int, text: str, raw: Any) -> None:
        part = item.current
        if part is None or part.block != index or part.stopped:
            return
        if part.kind in STEMS:
            self._delta(item, part, text, raw)

    def _part_delta(self, chunk: PartDelta) -> None:
        item = self._find(chunk)
        if item is None or not chunk.text:
            return
        main = MAIN_FIELD.get(type(self._fold.block(chunk.index).part))
        if chunk.key is None and chunk.field == main:
            if item.mode == "reasoning":
                self._open_reasoning(item, None)
                self._think(item, None, chunk.text, chunk.raw)
            else:
                self._main(item, chunk.index, chunk.text, chunk.raw)
        elif item.mode == "server" and chunk.key is not None:
            self._preview(item, chunk)

    def _preview(self, item: OutItem, chunk: PartDelta) -> None:
        """Write a piece of the code or of a command of a server's call."""
        key = chunk.key or ""
        kind = item.header.get("type")
        if key == "code" and kind == "code_interpreter_call":
            part = item.seen.setdefault(key, OutPart(chunk.index, 0, key))
            part.sent = True
            self._put(
                "response.code_interpreter_call_code.delta",
                {**self._at(item), "delta": chunk.text},
                chunk.raw,
            )
        elif kind == "shell_call" and (found := _COMMAND.fullmatch(key)):
            number = int(found[1])
            place = {"output_index": item.wire, "command_index": number}
            if key not in item.seen:
                self._end_command(item)
                item.seen[key] = item.current = OutPart(chunk.index, number, key)
                added = {**place, "command": ""}
                self._put("response.shell_call_command.added", added)
            if item.seen[key] is item.current:
                fields = {**place, "delta": chunk.text}
                self._put("response.shell_call_command.delta", fields, chunk.raw)

    def _end_command(self, item: OutItem, final: JSONObject | None = None) -> None:
        """Write the end of the command that grows; *final* is the item, at its end."""
        part = item.current
        if part is None:
            return
        item.current = None
        keyed = self._fold.block(part.block).keyed
        text = "".join(keyed.get(("arguments", part.kind), ()))
        action = None if final is None else final.get("action")
        commands = action.get("commands") if isinstance(action, dict) else None
        if isinstance(commands, list) and part.index < len(commands):
            # The final form of the call has taken the place of its pieces.
            text = commands[part.index]
        place = {"output_index": item.wire, "command_index": part.index}
        self._put("response.shell_call_command.done", {**place, "command": text})

    def _image_delta(self, chunk: ImageDelta) -> None:
        item = self._find(chunk)
        if item is None or item.mode != "server":
            return
        if item.header.get("type") != "image_generation_call":
            return
        fields = {
            **self._at(item),
            "partial_image_index": chunk.sequence or 0,
            "partial_image_b64": chunk.data,
        }
        form = (chunk.media_type or "").partition("/")[2]
        if form:
            fields["output_format"] = form
        name = "response.image_generation_call.partial_image"
        self._put(name, fields, chunk.raw)

    def _progress(self, chunk: ServerToolProgress) -> None:
        item = self._find(chunk)
        if item is None or item.mode != "server":
            return
        status = chunk.status
        if item.header["type"] not in PROGRESS:
            return
        if _STATUS.fullmatch(status) and status not in _NO_STATUS:
            name = f"response.{item.header['type']}.{status}"
            self._put(name, self._at(item), chunk.raw)

    def _nothing(self, chunk: AudioDelta | SignatureDelta) -> None:
        """Take what has no event: it is in the fold, and counts at the end."""

    def _block_stop(self, chunk: BlockStop) -> None:
        item = self._of[chunk.index]
        if item.mode == "message":
            assert item.current is not None  # noqa: S101 - its last content part
            item.current.stopped = True
            self._shut()
        else:
            self._close_item(chunk.raw)

    def _close_item(self, raw: Any) -> None:
        """Write the end of the item that is open, and record its losses."""
        item = self._item
        if item is None:
            return
        self._item = None
        if item.mode == "message":
            self._close_content(item)
        elif item.mode == "reasoning":
            self._close_thought(item)
        self._shut()
        item.closed = True
        parts = self._parts_of(item)
        final = self._output.finish(item, parts)
        if final is None:
            if item.wire is not None:
                self._done(item, item.header, raw)
                self._output.keep(item.header)
            return
        if item.wire is None:
            self._begin()
            item.wire = self._wire_items
            self._wire_items += 1
            for name, fields in whole_events(final, item.wire):
                self._put(name, fields)
            item.header = final
            return
        _ENDS[item.mode](self, item, final)
        self._done(item, final, raw)

    def _end_call(self, item: OutItem, final: JSONObject) -> None:
        part = item.current
        assert part is not None  # noqa: S101 - opened with the item
        field = "input" if part.kind == "custom_tool_call" else "arguments"
        text = final.get(field)
        if not isinstance(text, str):
            text = getattr(self._fold.part(part.block), "arguments", "")
        if text and not part.sent:
            self._delta(item, part, text, None)
        code = LossCode.OUT_TOOL_CALL
        if item.mode == "server":
            code = LossCode.BT_CALL_ITEMS
        self._taken_back(item, part, text, code, "arguments")
        name = f"{STEMS[part.kind]}.done"
        self._put(name, {**self._at(item, part), field: text})

    def _end_server(self, item: OutItem, final: JSONObject) -> None:
        kind = item.header["type"]
        if kind == "mcp_call":
            self._end_call(item, final)
        elif kind == "code_interpreter_call":
            code = final.get("code")
            if isinstance(code, str) and code:
                name = "response.code_interpreter_call_code"
                if "code" not in item.seen:
                    self._put(f"{name}.delta", {**self._at(item), "delta": code})
                self._put(f"{name}.done", {**self._at(item), "code": code})
            elif "code" in item.seen:
                name = "response.code_interpreter_call_code.done"
                self._put(name, {**self._at(item), "code": code or ""})
                part = item.seen["code"]
                self._taken_back(item, part, "", LossCode.BT_CALL_ITEMS, "arguments")
        else:
            self._end_command(item, final)
        if _PLACEHOLDERS.get(kind, "type") not in final:
            path = f"{PARTS}[{item.start}].arguments"
            self._log.approximate(LossCode.BT_CALL_ITEMS, path, "its placeholder stays")

    def _rewrite(self) -> None:
        """Write the messages again that citations came for after their end."""
        for item, _ in self._dirty:
            final = self._output.again(item, self._parts_of(item))
            self._end_content(item, final)
        self._dirty.clear()

    BLOCK_HANDLERS: ClassVar[dict[type, Callable[[Any, Any], None]]] = {
        **TextStream.TEXT_HANDLERS,
        BlockStart: _block_start,
        TextDelta: _text_delta,
        SignatureDelta: _nothing,
        ToolArgumentsDelta: _text_delta,
        RefusalDelta: _text_delta,
        PartDelta: _part_delta,
        AudioDelta: _nothing,
        ImageDelta: _image_delta,
        ServerToolProgress: _progress,
        BlockStop: _block_stop,
    }
    """What becomes of each chunk that speaks of a block."""


_COMMAND: Final = re.compile(r"commands\[([0-9]{1,6})\]")

_STARTS: Final[dict[str, Callable[[ItemStream, OutItem, BlockStart], None]]] = {
    "message": TextStream._start_content,  # noqa: SLF001 - the table of the class
    "reasoning": TextStream._start_reasoning,  # noqa: SLF001
    "call": ItemStream._start_call,  # noqa: SLF001
    "server": ItemStream._start_server,  # noqa: SLF001
    "whole": ItemStream._start_whole,  # noqa: SLF001
}
_ENDS: Final[dict[str, Callable[[ItemStream, OutItem, JSONObject], None]]] = {
    "message": TextStream._end_content,  # noqa: SLF001
    "reasoning": TextStream._end_reasoning,  # noqa: SLF001
    "call": ItemStream._end_call,  # noqa: SLF001
    "server": ItemStream._end_server,  # noqa: SLF001
}
