"""
The parts of a streamed answer into blocks.

`PartMachine` is the lower half of the stream decoder: it takes one part after another
and gives `BlockStart`, deltas and `BlockStop`.  Text continues the open text; a call
in pieces stays open until its last piece; everything else is a block alone.  What
stands around the parts is `_stream_decoder`.

Source: wire/gemini_generate.md section 5, read 2026-11-21.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

import attrs

from modelwire.codecs import _json
from modelwire.codecs._base import NO_ALIASES
from modelwire.codecs._limits import DEFAULT_LIMITS
from modelwire.codecs._stream_decoding import ChunkMachine
from modelwire.codecs.gemini_generate._call_ids import CallIds
from modelwire.codecs.gemini_generate._parts import decode_part
from modelwire.codecs.gemini_generate._stream_choice import (
    CALL,
    NONE,
    REASONING,
    TEXT,
    ChoiceState,
    OpenCall,
)
from modelwire.codecs.gemini_generate._wire import DIALECT, camel
from modelwire.errors import LimitExceededError
from modelwire.ir._chunks import (
    BlockStart,
    BlockStop,
    PartDelta,
    StreamChunk,
    UnknownEvent,
)
from modelwire.ir._fast import (
    new_reasoning_delta,
    new_text_delta,
    new_tool_arguments_delta,
)
from modelwire.ir._fast_values import new_tool_call_part
from modelwire.ir._messages import LEGAL_PARTS
from modelwire.ir._parts import (
    Part,
    ReasoningPart,
    TextPart,
    ToolCallPart,
    UnknownPart,
)

if TYPE_CHECKING:
    from modelwire.codecs._base import Aliases, Ids
    from modelwire.codecs._limits import Limits
    from modelwire.ir._base import JSONObject

__all__ = ["GROWS", "PartMachine"]

_PIECES: Final = frozenset(
    {"partialArgs", "willContinue", "partial_args", "will_continue"}
)
_HEADERS: Final[dict[int, Part]] = {TEXT: TextPart(text=""), REASONING: ReasoningPart()}


def _new_reasoning(index: int, text: str, raw: JSONObject | None = None) -> Any:
    return new_reasoning_delta(index, text, None, raw)


GROWS: Final[dict[int, Any]] = {TEXT: new_text_delta, REASONING: _new_reasoning}
"""What a block of each kind grows by."""


class PartMachine(ChunkMachine):
    """
    The parts of every candidate of one stream.

    Args:
        aliases: Renamed tool names and call ids, for bringing them home.
        ids: Makes ids of calls that have none.
        seed: What stands in front of ids where the response has no id.
        limits: Bounds of what is held, of open blocks and of candidates.
        keep_raw: Whether chunks carry the event that they came from.
    """

    def __init__(
        self,
        *,
        aliases: Aliases = NO_ALIASES,
        ids: Ids | None = None,
        seed: str | None = None,
        limits: Limits = DEFAULT_LIMITS,
        keep_raw: bool = True,
    ) -> None:
        super().__init__(keep_raw=keep_raw)
        self._aliases = aliases
        self._ids = ids
        self._limits = limits
        self._max_depth = limits.max_json_depth
        self._seed = seed
        self._minted = 0
        self._call_ids = CallIds(self._new_id)
        self._id: str | None = None
        self._choices: dict[int, ChoiceState] = {}
        # The event that is being read; `UnknownEvent` always carries it.
        self._data: JSONObject = {}

    def _part(
        self,
        choice: ChoiceState,
        part: JSONObject,
        raw: JSONObject | None,
        out: list[StreamChunk],
    ) -> None:
        """Take one part of a candidate's content."""
        text = part.get("text")
        thought = part.get("thought")
        if type(text) is str and len(part) == (1 if thought is None else 2):
            if thought is True:
                self._grow(choice, REASONING, text, raw, out)
                return
            if thought is None or thought is False:
                self._grow(choice, TEXT, text, raw, out)
                return
        if None in part.values():
            # Null is absent: beside it a text may be one like any other.
            kept = {key: value for key, value in part.items() if value is not None}
            self._part(choice, kept, raw, out)
            return
        fields = camel(part)
        if type(fields.get("functionCall")) is dict:
            self._call(choice, fields, raw, out)
            return
        self._close_block(choice, raw, out)
        self._alone(choice, part, raw, out)

    def _grow(
        self,
        choice: ChoiceState,
        kind: int,
        text: str,
        raw: JSONObject | None,
        out: list[StreamChunk],
    ) -> None:
        """Continue the block of *kind*, or begin one."""
        if not text:
            # The last event often has one, to carry the finish.
            return
        if choice.kind != kind:
            self._close_block(choice, raw, out)
            self._open(choice, kind, _HEADERS[kind], raw, out)
        if choice.high or not text.isascii():
            text = choice.paired(text)
            if not text:
                return
        if kind == TEXT:
            choice.texts.add(text)
            out.append(new_text_delta(choice.block, text, raw))
        else:
            out.append(new_reasoning_delta(choice.block, text, None, raw))

    def _alone(
        self,
        choice: ChoiceState,
        part: JSONObject,
        raw: JSONObject | None,
        out: list[StreamChunk],
    ) -> None:
        """Give a part that is a block by itself; its text comes as a delta."""
        read = decode_part(part)
        if type(read).__name__ not in LEGAL_PARTS["assistant"]:
            # A result, which only the caller sends: kept whole, as in a whole answer.
            read = UnknownPart(dialect=DIALECT, raw=part)
        made = self._call_ids.settle(read)
        text = ""
        if type(made) is TextPart or type(made) is ReasoningPart:
            text = made.text or ""
            if text:
                made = attrs.evolve(made, text="")
        index = self._open(choice, NONE, made, raw, out)
        if type(made) is TextPart:
            if text:
                choice.texts.add(text)
                out.append(new_text_delta(index, text, raw))
        elif text:
            out.append(new_reasoning_delta(index, text, None, raw))
        out.append(BlockStop(index, raw=raw))

    def _open(
        self,
        choice: ChoiceState,
        kind: int,
        part: Part,
        raw: JSONObject | None,
        out: list[StreamChunk],
    ) -> int:
        index = self.new_index()
        choice.kind = kind
        choice.block = index
        if type(part) is TextPart:
            choice.texts.begin(index, choice.parts)
        choice.parts += 1
        out.append(BlockStart(index, choice.index, part, raw))
        return index

    def _close_block(
        self, choice: ChoiceState, raw: JSONObject | None, out: list[StreamChunk]
    ) -> None:
        """Close the open block, if there is one."""
        if choice.kind == NONE:
            return
        if choice.call is not None:
            self._end_call(choice, choice.call, raw, out)
            return
        self._give_high(choice, out)
        out.append(BlockStop(choice.block, raw=raw))
        choice.kind = NONE

    def _give_high(self, choice: ChoiceState, out: list[StreamChunk]) -> None:
        """Give out half a character whose other half never came."""
        if choice.high:
            make: Any = GROWS[choice.kind]
            out.append(make(choice.block, choice.high))
            if choice.kind == TEXT:
                choice.texts.add(choice.high)
            choice.high = ""

    # --- calls ----------------------------------------------------------------------

    def _call(
        self,
        choice: ChoiceState,
        part: JSONObject,
        raw: JSONObject | None,
        out: list[StreamChunk],
    ) -> None:
        """Take a function call, or a piece of one."""
        call = camel(part["functionCall"])
        pieces = call.get("partialArgs")
        more = call.get("willContinue") is True
        pending = choice.call
        if pending is None and not call:
            # The end of a call that has ended.
            return
        if pending is not None and (call.get("name") or part.get("thoughtSignature")):
            # Only the first piece has a name; another one begins another call.
            self._end_call(choice, pending, raw, out)
            pending = None
        if pending is None:
            self._close_block(choice, raw, out)
            whole = not more and type(pieces) is not list
            if not whole and self._is_wrapped(call.get("name")):
                # How a wrapped call begins depends on what its wrapper holds.
                pending = choice.call = OpenCall(self._max_depth, part)
                self._pieces(choice, pending, call, raw, out)
                return
            if whole:
                self._whole_call(choice, part, raw, out)
                return
            header = self._call_header(part)
            choice.called = True
            pending = choice.call = OpenCall(self._max_depth)
            self._open(choice, CALL, _bare(header), raw, out)
        self._pieces(choice, pending, call, raw, out)

    def _is_wrapped(self, name: Any) -> bool:
        """Say whether a function of this name stands for a custom tool."""
        return type(name) is str and name in self._aliases.custom

    def _whole_call(
        self,
        choice: ChoiceState,
        part: JSONObject,
        raw: JSONObject | None,
        out: list[StreamChunk],
    ) -> None:
        """Give a call that is complete."""
        header = self._call_header(part)
        choice.called = True
        index = self._open(choice, NONE, _bare(header), raw, out)
        if header.arguments:
            out.append(new_tool_arguments_delta(index, header.arguments, raw))
        out.append(BlockStop(index, raw=raw))

    def _pieces(
        self,
        choice: ChoiceState,
        pending: OpenCall,
        call: JSONObject,
        raw: JSONObject | None,
        out: list[StreamChunk],
    ) -> None:
        """Take the pieces of arguments that one event brings."""
        choice.kind = CALL
        pieces = call.get("partialArgs")
        whole = call.get("args")
        if type(whole) is dict and whole:
            pending.whole = whole
        if type(pieces) is list:
            for piece in pieces:
                grown = pending.args.add(piece)
                block = choice.block if pending.part is None else None
                if grown is None:
                    out.append(UnknownEvent(DIALECT, self._data, block, choice.index))
                elif grown[1] and block is not None:
                    key, text = grown
                    out.append(PartDelta(block, "arguments", key, text, raw))
            if pending.args.size > self._limits.max_held_bytes:
                self._overflow("max_held_bytes", out)
                return
        if call.get("willContinue") is not True:
            self._end_call(choice, pending, raw, out)

    def _call_header(self, part: JSONObject) -> ToolCallPart:
        """Read a call, or the first piece of one."""
        call = part["functionCall"]
        if not _PIECES.isdisjoint(call):
            bare = {key: value for key, value in call.items() if key not in _PIECES}
            part = {**part, "functionCall": bare}
        # A part with a call is one, whatever else stands in it.
        made: Any = self._call_ids.settle(decode_part(part))
        if self._aliases is not NO_ALIASES:
            # Not at the top: most streams answer requests that renamed nothing.
            from modelwire.codecs.gemini_generate._response import (  # noqa: PLC0415
                bring_home,
            )

            made = bring_home(made, self._aliases)
        return cast("ToolCallPart", made)

    def _new_id(self) -> str:
        """Make the id of a call that has none."""
        if self._ids is not None:
            return self._ids("call")
        number = self._minted
        self._minted = number + 1
        seed = self._id or self._seed
        return f"{seed}_call_{number}" if seed else f"call_{number}"

    def _end_call(
        self,
        choice: ChoiceState,
        pending: OpenCall,
        raw: JSONObject | None,
        out: list[StreamChunk],
    ) -> None:
        """Give the arguments of a call that came in pieces, and close its block."""
        choice.call = None
        choice.kind = NONE
        whole = pending.args.build() if pending.whole is None else pending.whole
        if pending.part is not None:
            call = {**pending.part["functionCall"], "args": whole}
            part = {**pending.part, "functionCall": call}
            self._whole_call(choice, part, raw, out)
            return
        text = _json.dumps_str(whole)
        out.append(new_tool_arguments_delta(choice.block, text, raw))
        out.append(BlockStop(choice.block, raw=raw))

    def _overflow(self, limit: str, out: list[StreamChunk]) -> None:
        maximum = getattr(self._limits, limit)
        error = LimitExceededError(limit, maximum, dialect=DIALECT)
        for choice in self._choices.values():
            choice.finish = None
        self.fail(error.to_error_info(), out)


def _bare(part: ToolCallPart) -> Part:
    """Give a call's header: its arguments come as a delta."""
    return new_tool_call_part(
        part.id,
        part.name,
        "",
        part.kind,
        part.cache,
        part.signature,
        part.item,
        part.extra,
    )
