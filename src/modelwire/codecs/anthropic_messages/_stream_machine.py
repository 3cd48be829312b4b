"""
What each event of a Messages stream means: the machine under `stream_decoder`.

    message_start (content_block_start delta* content_block_stop)* message_delta+
    message_stop, with ping anywhere and error at any time

What is well-formed but not known, or stands where it cannot be understood (a delta
for a block that was not started, a block after the finish), becomes an `UnknownEvent`
and is not lost.

Source: the event types of the `anthropic` package 2.11.0 and wire/observed.md
section 1, read 2026-11-21.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, ClassVar, Final

import attrs

from modelwire.codecs import _json
from modelwire.codecs._call_arguments import custom_text
from modelwire.codecs._limits import DEFAULT_LIMITS
from modelwire.codecs._stream_decoding import ChunkMachine
from modelwire.codecs.anthropic_messages._blocks import (
    decode_answer_block,
    decode_block,
)
from modelwire.codecs.anthropic_messages._citations import decode_citation
from modelwire.codecs.anthropic_messages._finish import decode_finish
from modelwire.codecs.anthropic_messages._stream_open import (
    TAKES,
    OpenBlock,
    is_key,
    join_halves,
)
from modelwire.codecs.anthropic_messages._usage import (
    decode_usage,
    merge_usage,
    usage_tier,
)
from modelwire.codecs.anthropic_messages._wire import CUSTOM_FIELD, DIALECT
from modelwire.errors import ErrorInfo, LimitExceededError, RemoteProtocolError
from modelwire.ir._chunks import (
    AnnotationDelta,
    BlockStart,
    BlockStop,
    ChoiceFinish,
    Keepalive,
    PartDelta,
    ResponseUpdate,
    SignatureDelta,
    StreamChunk,
    UnknownEvent,
    UsageUpdate,
)
from modelwire.ir._fast import (
    new_reasoning_delta,
    new_text_delta,
    new_tool_arguments_delta,
)
from modelwire.ir._outcome import Finish
from modelwire.ir._parts import (
    CompactionPart,
    Opaque,
    Part,
    ReasoningPart,
    ServerToolCallPart,
    ToolCallPart,
)

if TYPE_CHECKING:
    from modelwire.codecs._base import Aliases, Ids
    from modelwire.codecs._limits import Limits
    from modelwire.ir._base import JSONObject

__all__ = ["MessagesMachine"]

_MESSAGE_KEYS: Final = frozenset(
    {
        "id",
        "type",
        "role",
        "model",
        "content",
        "stop_reason",
        "stop_sequence",
        "stop_details",
        "usage",
    }
)
_DELTA_KEYS: Final = frozenset({"stop_reason", "stop_sequence", "stop_details"})
_MESSAGE_DELTA_KEYS: Final = frozenset({"type", "delta", "usage"})

_NO_BODY: Final = RemoteProtocolError("the body is no event stream", dialect=DIALECT)
_KEPT_TEXT: Final = 4096


class MessagesMachine(ChunkMachine):
    """
    What each event of a Messages stream means.

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
        self._aliases = aliases
        self._ids = ids
        self._max_blocks = limits.max_open_blocks
        self._max_held = limits.max_held_bytes
        self._held = 0
        self._depth = limits.max_json_depth
        self._blocks: dict[Any, OpenBlock] = {}
        self._usage: JSONObject = {}
        self._greeted = False
        # The stop reason of message_start; it counts when no message_delta has one.
        self._finish: Finish | None = None
        self._finished = False

    def event(self, name: str | None, data: JSONObject, out: list[StreamChunk]) -> None:
        """Take an event; the three deltas that make up a stream come first."""
        kind = data.get("type")
        if kind == "content_block_delta":
            try:
                block = self._blocks[data["index"]]
                delta = data["delta"]
                what = delta["type"]
                if what == "text_delta":
                    text = delta["text"]
                    make: Any = new_text_delta
                elif what == "input_json_delta":
                    text = delta["partial_json"]
                    make = new_tool_arguments_delta
                elif what == "thinking_delta":
                    text = delta["thinking"]
                    make = _new_thinking
                else:
                    self._delta(data, out)
                    return
            except (KeyError, TypeError):
                self._delta(data, out)
                return
            if block.takes != what or type(text) is not str:
                self._unknown(data, out, block.index)
                return
            if block.high or (not text.isascii() and "\ud800" <= text[-1] <= "\udbff"):
                text = join_halves(block, text)
            # An empty text is nothing (the first fragment of arguments always is
            # one), but what else the event says must travel with a chunk.
            if text:
                block.grown = True
                if block.custom:
                    self._hold(block, text, out)
                    return
            elif len(delta) == 2 and len(data) == 3:
                return
            out.append(make(block.index, text, data if self.keep_raw else None))
            return
        if type(kind) is not str:
            kind = name or ""
        handler = self._HANDLERS.get(kind)
        if handler is not None:
            handler(self, data, out)
        else:
            self._unknown(data, out)

    def sentinel(self, out: list[StreamChunk]) -> None:
        """
        Take `[DONE]`, which a gateway wrote.

        Recorded behind message_stop, where it comes too late to matter
        (rig__anthropic-streaming-gateway-message-delta-metadata); in its place it
        ends an answer that has its stop reason, and cuts one that has none.
        """
        if self._finished:
            self._close_blocks(out)
            self.complete(out, by_event=True)
        else:
            self.truncate(out)

    def eof(self, out: list[StreamChunk]) -> None:
        """Take the end of the bytes: without message_stop, the stream is cut."""
        self.truncate(out)

    def fail(self, error: ErrorInfo, out: list[StreamChunk], raw: Any = None) -> None:
        """End the stream with *error*, after what was held."""
        for block in self._blocks.values():
            self._give_high(block, out, None)
            if block.custom:
                rest = "".join(block.pieces[1:])
                out.append(new_tool_arguments_delta(block.index, rest, None))
        self._blocks.clear()
        super().fail(error, out, raw)

    def error_from_body(self, body: bytes) -> ErrorInfo:
        """Read an error body that stands where a stream was expected."""
        try:
            value = _json.loads(body, max_depth=self._depth)
        except RemoteProtocolError:
            value = None
        if type(value) is dict and value.get("error") is not None:
            return self._error_info(value)
        info = _NO_BODY.to_error_info()
        return ErrorInfo(
            kind=info.kind,
            message=info.message,
            raw=body.decode("utf-8", "replace")[:_KEPT_TEXT],
        )

    # --- events -------------------------------------------------------------------

    def _message_start(self, data: JSONObject, out: list[StreamChunk]) -> None:
        message = data.get("message")
        if self._greeted or type(message) is not dict:
            self._unknown(data, out)
            return
        self._greeted = True
        raw = data if self.keep_raw else None
        id_, model = _text(message.get("id")), _text(message.get("model"))
        if not self.started:
            self.start(out, id=id_, model=model, raw=raw)
        elif id_ is not None or model is not None:
            out.append(ResponseUpdate(id_, model, raw=raw))
        extra = _rest(message, _MESSAGE_KEYS)
        for key, value in (("id", id_), ("model", model)):
            if value is None and message.get(key) is not None:
                extra[key] = message[key]
        if extra:
            out.append(ResponseUpdate(extra={DIALECT: extra}, raw=raw))
        self._take_usage(message.get("usage"), out, raw)
        content = message.get("content")
        if type(content) is list:
            # A message that is complete from the start (programmatic tool calling).
            for block in content:
                if type(block) is dict:
                    index = self.new_index()
                    part = self._own_names(decode_answer_block(block))
                    if type(part) is ToolCallPart and part.kind == "custom":
                        text = custom_text(part.arguments, CUSTOM_FIELD)
                        part = (
                            _with(part, arguments=text)
                            if text is not None
                            else _with(part, kind="function")
                        )
                    out.append(BlockStart(index, 0, part, raw))
                    out.append(BlockStop(index, raw=raw))
        self._finish = decode_finish(
            message.get("stop_reason"),
            message.get("stop_sequence"),
            message.get("stop_details"),
        )

    def _block_start(self, data: JSONObject, out: list[StreamChunk]) -> None:
        key = data.get("index")
        block = data.get("content_block")
        if self._finished or type(block) is not dict or not is_key(key):
            self._unknown(data, out)
            return
        raw = data if self.keep_raw else None
        before = self._blocks.pop(key, None)
        if before is not None:
            # Only a spliced stream starts a block twice: the first one ends here.
            self._stop_block(before, out, raw, whole=False)
        if len(self._blocks) >= self._max_blocks:
            error = LimitExceededError(
                "max_open_blocks", self._max_blocks, dialect=DIALECT
            )
            self.fail(error.to_error_info(), out)
            return
        self.start(out, raw=raw)
        part = self._own_names(decode_answer_block(block, start=True))
        opened = OpenBlock(self.new_index(), part, TAKES.get(type(part)))
        if type(part) is ReasoningPart and part.redacted is not None:
            opened.takes = None
        if type(part) is ToolCallPart or type(part) is ServerToolCallPart:
            # T15, T16: input in the start is whole and no fragment; fragments that
            # follow replace it, and only without any it counts.
            opened.pieces.append(part.arguments)
            if part.arguments:
                part = _with(part, arguments="")
            if type(part) is ToolCallPart and part.kind == "custom":
                opened.custom = True
        elif type(part) is CompactionPart:
            opened.start = block
            if part.text:
                opened.pieces.append(part.text)
        self._blocks[key] = opened
        out.append(BlockStart(opened.index, 0, part, raw))

    def _block_stop(self, data: JSONObject, out: list[StreamChunk]) -> None:
        key = data.get("index")
        block = self._blocks.pop(key, None) if is_key(key) else None
        if block is None:
            self._unknown(data, out)
        else:
            self._stop_block(block, out, data if self.keep_raw else None, whole=True)

    def _message_delta(self, data: JSONObject, out: list[StreamChunk]) -> None:
        delta = data.get("delta")
        if delta is not None and type(delta) is not dict:
            self._unknown(data, out)
            delta = None
        raw = data if self.keep_raw else None
        delta = delta or {}
        finish = decode_finish(
            delta.get("stop_reason"),
            delta.get("stop_sequence"),
            delta.get("stop_details"),
        )
        self.start(out, raw=raw)
        # observed.md section 1: at max_tokens the last content_block_stop may be
        # missing (anthropic-python__…-incomplete-partial-json-response);
        # test_missing_block_stop_at_max_tokens.
        if finish is not None:
            self._close_blocks(out)
        extra = _rest(delta, _DELTA_KEYS)
        extra.update(_rest(data, _MESSAGE_DELTA_KEYS))
        if extra:
            out.append(ResponseUpdate(extra={DIALECT: extra}, raw=raw))
        self._take_usage(data.get("usage"), out, raw)
        if finish is None:
            return
        if self._finished:
            # A choice finishes once; recorded streams have one message_delta.
            self._unknown(data, out)
        else:
            self._finished = True
            out.append(ChoiceFinish(0, finish, raw))

    def _message_stop(self, data: JSONObject, out: list[StreamChunk]) -> None:
        raw = data if self.keep_raw else None
        if not self.started:
            # The end of nothing is no success.
            self.truncate(out)
            return
        self._close_blocks(out)
        if not self._finished:
            # The end without a reason is an end all the same, but no known success.
            self._finished = True
            finish = self._finish or Finish(kind="unknown")
            out.append(ChoiceFinish(0, finish, raw))
        self.complete(out, by_event=True, raw=raw)

    def _ping(self, data: JSONObject, out: list[StreamChunk]) -> None:
        if self.started:
            out.append(Keepalive(None, data if self.keep_raw else None))

    def _error(self, data: JSONObject, out: list[StreamChunk]) -> None:
        self.fail(self._error_info(data), out, data if self.keep_raw else None)

    def _delta(self, data: JSONObject, out: list[StreamChunk]) -> None:
        """Take a delta that is not one of the three, or not well formed."""
        key = data.get("index")
        block = self._blocks.get(key) if is_key(key) else None
        delta = data.get("delta")
        if block is None or type(delta) is not dict:
            self._unknown(data, out, block.index if block is not None else None)
            return
        raw = data if self.keep_raw else None
        what = delta.get("type")
        index = block.index
        if what == "signature_delta" and block.takes in _SIGNED:
            value = delta.get("signature")
            if value == "" and len(delta) == 2:
                return
            if type(value) is str and value:
                signature = Opaque(value=value, dialect=DIALECT)
                out.append(SignatureDelta(index, signature, raw))
                return
        elif what == "citations_delta" and block.takes == "text_delta":
            citation = delta.get("citation")
            if type(citation) is dict:
                out.append(AnnotationDelta(0, index, decode_citation(citation), raw))
                return
        elif what == "compaction_delta" and block.takes == what:
            text = delta.get("content")
            rest = _rest(delta, _COMPACTION_KEYS)
            if type(text) is str:
                block.pieces.append(text)
                out.append(PartDelta(index, "text", None, text, raw))
            elif text is not None:
                rest["content"] = text
            if rest:
                block.encrypted = {**(block.encrypted or {}), **rest}
            return
        self._unknown(data, out, index)

    # --- helpers --------------------------------------------------------------------

    def _unknown(
        self, data: JSONObject, out: list[StreamChunk], index: int | None = None
    ) -> None:
        self.start(out, raw=data if self.keep_raw else None)
        out.append(UnknownEvent(DIALECT, data, index, None if index is None else 0))

    def _take_usage(
        self, usage: Any, out: list[StreamChunk], raw: JSONObject | None
    ) -> None:
        """U04, U06: a later counter replaces, from wherever it comes."""
        if type(usage) is not dict or not usage:
            return
        self._usage = merge_usage(self._usage, usage)
        tier = usage_tier(usage)
        if tier is not None:
            out.append(ResponseUpdate(service_tier=tier, raw=raw))
        out.append(UsageUpdate(decode_usage(self._usage), raw))

    def _close_blocks(self, out: list[StreamChunk]) -> None:
        for block in self._blocks.values():
            self._stop_block(block, out, None, whole=False)
        self._blocks.clear()

    def _stop_block(
        self,
        block: OpenBlock,
        out: list[StreamChunk],
        raw: JSONObject | None,
        *,
        whole: bool,
    ) -> None:
        """Stop *block*; *whole* says that the wire did, and not we."""
        self._give_high(block, out, raw)
        part: Part | None = None
        if block.custom:
            part = self._unwrap(block, out, raw)
        elif block.takes == "input_json_delta" and not block.grown:
            # T12: a call whose fragments are all empty has the arguments {}.
            start = block.pieces[0]
            if start or whole:
                out.append(new_tool_arguments_delta(block.index, start or "{}", raw))
        elif block.encrypted is not None:
            part = decode_block(
                {
                    **block.start,
                    "content": "".join(block.pieces) if block.pieces else None,
                    **block.encrypted,
                }
            )
        out.append(BlockStop(block.index, part, raw))

    def _give_high(
        self, block: OpenBlock, out: list[StreamChunk], raw: JSONObject | None
    ) -> None:
        """Give out half a character whose other half never came."""
        if block.high:
            make: Any = _MAKERS[block.takes or ""]
            out.append(make(block.index, block.high, raw))
            block.high = ""
            block.grown = True

    def _hold(self, block: OpenBlock, text: str, out: list[StreamChunk]) -> None:
        """Keep what must be whole before it can be given out, within the limit."""
        block.pieces.append(text)
        self._held += len(text)
        if self._held > self._max_held:
            error = LimitExceededError(
                "max_held_bytes", self._max_held, dialect=DIALECT
            )
            self.fail(error.to_error_info(), out)

    def _unwrap(
        self, block: OpenBlock, out: list[StreamChunk], raw: JSONObject | None
    ) -> Part | None:
        """
        Give the free text of a tool that was declared as a function.

        Returns:
            `None`; or, for arguments that are not the wrapper, the call as it is.
        """
        start, *pieces = block.pieces
        self._held -= sum(map(len, pieces))
        arguments = "".join(pieces) or start or "{}"
        text = custom_text(arguments, CUSTOM_FIELD)
        if text is None:
            return _with(block.part, arguments=arguments, kind="function")
        if text:
            out.append(new_tool_arguments_delta(block.index, text, raw))
        return None

    def _own_names(self, part: Part) -> Part:
        """Give a call its own name and id back, and an id if it has none."""
        if type(part) is not ToolCallPart:
            return part
        id_, name, kind = part.id, part.name, part.kind
        if self._aliases is not None:
            if name in self._aliases.custom:
                kind = "custom"
            id_, name = self._aliases.call_id(id_), self._aliases.name(name)
        if not id_ and self._ids is not None:
            id_ = self._ids("call")
        if id_ == part.id and name == part.name and kind == part.kind:
            return part
        return _with(part, id=id_, name=name, kind=kind)

    def _error_info(self, data: JSONObject) -> ErrorInfo:
        # Errors are rare, and what reads them loads with the first.
        from modelwire.codecs.anthropic_messages._errors import (  # noqa: PLC0415
            error_from_object,
        )

        return error_from_object(data, headers=self._headers)

    _HANDLERS: ClassVar[dict[str, Callable[[Any, JSONObject, Any], None]]] = {
        "message_start": _message_start,
        "content_block_start": _block_start,
        "content_block_stop": _block_stop,
        "message_delta": _message_delta,
        "message_stop": _message_stop,
        "ping": _ping,
        "error": _error,
    }
    """The meaning of each event but the deltas."""


_SIGNED: Final = frozenset({"thinking_delta", "compaction_delta"})
_COMPACTION_KEYS: Final = frozenset({"type", "content"})


def _new_thinking(index: int, text: str, raw: JSONObject | None) -> Any:
    return new_reasoning_delta(index, text, None, raw)


_MAKERS: Final[dict[str, Any]] = {
    "text_delta": new_text_delta,
    "input_json_delta": new_tool_arguments_delta,
    "thinking_delta": _new_thinking,
}


def _text(value: Any) -> str | None:
    return value if type(value) is str else None


def _rest(obj: JSONObject, known: frozenset[str]) -> JSONObject:
    """Give the fields beside *known* that say something."""
    return {k: v for k, v in obj.items() if k not in known and v is not None}


def _with(part: Any, **changes: Any) -> Part:
    changed: Part = attrs.evolve(part, **changes)
    return changed
