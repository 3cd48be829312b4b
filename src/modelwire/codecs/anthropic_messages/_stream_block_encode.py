"""
The blocks of a Messages stream: deltas of one block after another into events.

`BlockStream` is the lower half of the stream encoder.  It takes chunks whose blocks
are sequential (`_sequential` made them so) and writes `content_block_*` events; the
message around them is `_stream_encoder`.  A block starts with its first content; what
its end depends on (signature, compaction, losses of the whole part) waits for it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, Final

import attrs

from modelwire.codecs._ids import counting_ids
from modelwire.codecs._json import dumps_str, escape
from modelwire.codecs.anthropic_messages._block_encode import BlockWriter
from modelwire.codecs.anthropic_messages._citations import encode_citation
from modelwire.codecs.anthropic_messages._stream_blocks import (
    AS_TEXT,
    MAIN_FIELD,
    OutBlock,
    folded,
)
from modelwire.codecs.anthropic_messages._stream_events import (
    DELTA_END,
    delta_head,
    event,
    has_unknown_keys,
    unknown_keys,
)
from modelwire.codecs.anthropic_messages._stream_log import StreamLog
from modelwire.codecs.anthropic_messages._wire import CUSTOM_FIELD, own_event
from modelwire.ir._chunks import (
    AnnotationDelta,
    AudioDelta,
    BlockStart,
    BlockStop,
    ImageDelta,
    LogprobsDelta,
    PartDelta,
    ReasoningDelta,
    RefusalDelta,
    ServerToolProgress,
    SignatureDelta,
    TextDelta,
    ToolArgumentsDelta,
)
from modelwire.ir._losses import LossCode, Severity
from modelwire.ir._parts import (
    AudioPart,
    ReasoningPart,
    RefusalPart,
    ServerToolCallPart,
    TextPart,
    ToolCallPart,
    UnknownPart,
)

if TYPE_CHECKING:
    from modelwire.codecs._base import Ids
    from modelwire.codecs._limits import Limits
    from modelwire.ir._base import JSONObject
    from modelwire.ir._parts import Annotation

__all__ = ["MESSAGE", "BlockStream"]

MESSAGE: Final = "$.choices[0].message"
"""Where the message of the folded response stands."""

_HOT: Final[dict[type, type]] = {
    TextPart: TextDelta,
    ReasoningPart: ReasoningDelta,
    ToolCallPart: ToolArgumentsDelta,
}
"""The delta that goes by template into a block of that part."""

_GONE: Final = UnknownPart(dialect="", raw={})


class BlockStream:
    """
    Writes the blocks of one answer; see the module.

    Args:
        ids: Makes ids for calls without one.
        limits: What may be held.
        turn: What stands in front of ids where the answer has no id of its own.
    """

    def __init__(
        self, *, ids: Ids | None, limits: Limits, turn: str | None = None
    ) -> None:
        self._ids = ids
        self._turn = turn
        self._id: str | None = None
        self._log = StreamLog()
        self._writer = BlockWriter(self._log, response=True, ids=self._new_id)
        self._max_held = limits.max_held_bytes
        self._held = 0
        self._buffer: list[bytes] = []
        self._last_raw: Any = None
        # The blocks by their index in the chunks, and the one that is open.
        self._blocks: dict[int, OutBlock] = {}
        self._parts = 0
        self._wire_blocks = 0
        self._open: OutBlock | None = None
        # The open block's index, and the delta that goes into it by template.
        self._live_index = -1
        self._live_delta: type | None = None
        self._last_text: OutBlock | None = None
        self._orphans: list[AnnotationDelta] = []
        self._has_calls = False

    def _begin(self) -> None:
        """Write message_start, once."""
        raise NotImplementedError  # pragma: no cover - the stream encoder's

    def _overflow(self) -> None:
        """End the stream because too much would be held."""
        raise NotImplementedError  # pragma: no cover - the stream encoder's

    def _new_id(self, kind: str) -> str:
        if self._ids is None:
            self._ids = counting_ids(self._id or self._turn)
        return self._ids(kind)

    def _put(self, name: str, data: JSONObject, raw: Any, delta: Any = None) -> None:
        """Write an event, with what *raw* says beyond what is known."""
        if raw is not None and raw is not self._last_raw:
            outer, inner = unknown_keys(raw, name, delta)
            if outer or inner:
                self._last_raw = raw
                data.update(outer)
                if inner:
                    data["delta"].update(inner)
        self._buffer.append(event(name, data))

    def _put_delta(self, block: OutBlock, delta: JSONObject, raw: Any) -> None:
        data: JSONObject = {
            "type": "content_block_delta",
            "index": block.wire,
            "delta": delta,
        }
        self._put("content_block_delta", data, raw, delta["type"])

    def _block_start(self, chunk: BlockStart) -> None:
        part = chunk.part
        block = OutBlock(part, f"{MESSAGE}.parts[{self._parts}]")
        self._parts += 1
        self._blocks[chunk.index] = block
        self._open = block
        self._live_index = chunk.index
        self._begin()
        sealed = type(part) is ReasoningPart and part.redacted is not None
        if sealed:
            # Only its end says that nothing readable comes with it.
            block.start_raw = chunk.raw
        if block.mode == "whole":
            self._write_whole(block, part, chunk.raw)
            return
        # A call is something by itself.  A block of this dialect's own stream is
        # started as it was, even if nothing comes in it.
        if block.mode == "tool" or (
            block.mode != "compaction" and not sealed and own_event(chunk.raw)
        ):
            self._start_block(block, chunk.raw)
        if type(part) is TextPart:
            self._last_text = block
            for orphan in self._orphans:
                self._annotate(block, orphan.annotation, orphan.raw)
            self._orphans.clear()
            for annotation in part.annotations:
                self._annotate(block, annotation, None)
        if block.dropped:
            return
        self._live_delta = _HOT.get(type(part)) if not block.custom else None
        self._write_header_text(block, part)

    def _write_header_text(self, block: OutBlock, part: Any) -> None:
        """Write the content that stands in the header of a growing block."""
        if type(part) is ReasoningPart:
            block.text = part.text is not None
            self._grow(block, part.text or "", None)
            if part.text is None and part.summaries:
                block.summary = len(part.summaries) - 1
                self._grow(block, "\n\n".join(filter(None, part.summaries)), None)
        elif block.mode == "tool":
            self._grow(block, part.arguments, None)
        elif type(part) is AudioPart:
            self._grow(block, part.transcript or "", None)
        elif block.mode == "text":
            self._grow(block, part.text, None)

    def _write_whole(self, block: OutBlock, part: Any, raw: Any) -> None:
        written = self._writer.block(part, block.path, "assistant")
        if written is None:
            block.dropped = True
            return
        self._write_start(block, written, raw)

    def _write_start(self, block: OutBlock, written: JSONObject, raw: Any) -> None:
        wire = self._wire_blocks
        block.wire = wire
        block.head = delta_head(block.mode, wire)
        self._wire_blocks = wire + 1
        data: JSONObject = {
            "type": "content_block_start",
            "index": wire,
            "content_block": written,
        }
        self._put("content_block_start", data, block.start_raw or raw)
        block.start_raw = None

    def _start_block(self, block: OutBlock, raw: Any = None) -> bool:
        """Start a growing block if it is not; say whether it can be written."""
        if block.wire is not None or block.dropped:
            return not block.dropped
        part: Any = block.part
        kind = type(part)
        written: JSONObject | None
        if kind is TextPart:
            bare = attrs.evolve(part, text="x", annotations=(), signature=None)
            written = self._writer.block(bare, block.path, "assistant")
        elif kind is RefusalPart:
            bare = attrs.evolve(part, text="x")
            written = self._writer.block(bare, block.path, "assistant")
        elif kind is AudioPart:
            written = {"type": "text", "text": ""}
        elif kind is ReasoningPart:
            written = {"type": "thinking", "thinking": "", "signature": ""}
            self._writer.finish(
                written, part, block.path, LossCode.THINK_TEXT, cacheable=False
            )
        else:
            bare = attrs.evolve(part, arguments="", signature=None)
            written = self._writer.block(bare, block.path, "assistant")
            if written is not None:
                written["input"] = {}
                self._has_calls = self._has_calls or kind is ToolCallPart
        if written is None:
            block.dropped = True
            return False
        if block.mode == "text":
            written["text"] = ""
        self._write_start(block, written, raw)
        if block.mode == "tool":
            # Recorded: the first fragment of arguments is empty (39 of 41 calls in
            # wire/observed.md section 1); test_first_fragment_is_empty.
            self._buffer.append(block.head + b'""' + DELTA_END)
        return True

    def _block(self, chunk: Any) -> OutBlock | None:
        """Give the block that a delta speaks of, if it can still be written."""
        block = self._blocks.get(chunk.index)
        if block is None or block.dropped or block.stopped:
            return None
        return block

    def _grow(self, block: OutBlock, text: str, raw: Any) -> None:
        """Append to the content of the open block."""
        if not text and not has_unknown_keys(raw):
            return
        self._start_block(block)
        if block.mode == "text":
            self._put_delta(block, {"type": "text_delta", "text": text}, raw)
        elif block.mode == "thinking":
            self._put_delta(block, {"type": "thinking_delta", "thinking": text}, raw)
        else:
            fragment = text
            if block.custom:
                fragment = escape(text)[1:-1].decode()
                if not block.length:
                    fragment = f'{{"{CUSTOM_FIELD}":"{fragment}'
            delta: JSONObject = {"type": "input_json_delta", "partial_json": fragment}
            self._put_delta(block, delta, raw)
        block.note(text)

    def _text_delta(self, chunk: TextDelta | RefusalDelta | ToolArgumentsDelta) -> None:
        block = self._block(chunk)
        if block is not None:
            self._grow(block, chunk.text, chunk.raw)

    def _reasoning_delta(self, chunk: ReasoningDelta) -> None:
        block = self._block(chunk)
        if block is None:
            return
        if chunk.summary is None:
            block.text = True
            if block.summary is not None and block.length:
                # Text behind summaries: one text here, and so another one.
                code = LossCode.THINK_TEXT
                self._log.approximate(code, f"{block.path}.text", "behind summaries")
            self._grow(block, chunk.text, chunk.raw)
            return
        block.summaries.add(chunk.summary)
        if block.text:
            return
        text = chunk.text
        if block.summary is not None and block.summary != chunk.summary and text:
            text = f"\n\n{text}"
        block.summary = chunk.summary
        self._grow(block, text, chunk.raw)

    def _signature(self, chunk: SignatureDelta) -> None:
        block = self._blocks.get(chunk.index)
        if block is None or block.dropped:
            return
        block.signature = chunk.signature
        block.signature_raw = chunk.raw
        if block.stopped:
            self._proof(block)

    def _proof(self, block: OutBlock) -> None:
        """Record a signature that the block has no place for."""
        if type(block.part) in AS_TEXT:
            # The loss of the whole part stands for all that is on it.
            return
        if block.signature is not None:
            part = attrs.evolve(block.part, signature=block.signature)
            self._writer.proof(part, block.path)

    def _part_delta(self, chunk: PartDelta) -> None:
        block = self._blocks.get(chunk.index)
        if block is None or block.dropped:
            return
        grows = block.mode != "whole" and chunk.field in ("text", "arguments")
        if not grows:
            # Output of a server tool: its block has no place for it.
            self._drop_field(block, chunk.field)
        elif block.stopped:
            return
        elif block.mode == "compaction" or chunk.key is not None:
            self._held += len(chunk.text)
            if self._held > self._max_held:
                self._overflow()
            elif chunk.key is None:
                block.pieces.append(chunk.text)
            else:
                block.keyed.setdefault(chunk.key, []).append(chunk.text)
        else:
            block.text = True
            self._grow(block, chunk.text, chunk.raw)

    def _drop_field(self, block: OutBlock, field: str) -> None:
        path = f"{block.path}.{field}"
        severity: Severity = "cosmetic" if field == "status" else "content"
        self._log.add(LossCode.BT_CALL_ITEMS, path, "dropped", severity=severity)

    def _audio_delta(self, chunk: AudioDelta) -> None:
        block = self._block(chunk)
        if block is not None and type(block.part) is AudioPart:
            block.hear(chunk)
            self._grow(block, chunk.transcript, None)

    def _image_delta(self, chunk: ImageDelta) -> None:
        """Drop a preview; the image itself is recorded where its block starts."""
        block = self._blocks.get(chunk.index)
        if block is not None:
            self._log.drop(LossCode.STREAM_IMAGE_DELTA, block.path)

    def _progress(self, chunk: ServerToolProgress) -> None:
        block = self._blocks.get(chunk.index)
        if block is not None and not block.dropped:
            self._drop_field(block, "status")

    def _annotation(self, chunk: AnnotationDelta) -> None:
        block = (
            self._blocks.get(chunk.index)
            if chunk.index is not None
            else self._last_text
        )
        if block is None:
            if chunk.index is None:
                self._orphans.append(chunk)
        elif not block.dropped or type(block.part) is TextPart:
            self._annotate(block, chunk.annotation, chunk.raw)

    def _annotate(self, block: OutBlock, annotation: Annotation, raw: Any) -> None:
        path = f"{block.path}.annotations[{len(block.annotations)}]"
        mark = hash(repr(annotation))
        if block.stopped or block is not self._open:
            # Its block is over, and a citation has no other place.
            self._log.drop(LossCode.OUT_ANNOTATIONS_CITATIONS, path)
            block.annotations.append((mark, False))
            return
        citation = encode_citation(annotation, path, self._log, response=True)
        written = citation is not None and self._start_block(block)
        block.annotations.append((mark, written))
        if written:
            delta: JSONObject = {"type": "citations_delta", "citation": citation}
            self._put_delta(block, delta, raw)

    def _settle_annotations(self, block: OutBlock, part: TextPart) -> None:
        """Compare what was written with the final annotations, and add the rest."""
        code = LossCode.OUT_ANNOTATIONS_CITATIONS
        for i, (mark, written) in enumerate(block.annotations):
            path = f"{block.path}.annotations[{i}]"
            if i >= len(part.annotations):
                self._log.forget(path)
                if written:
                    self._log.add(code, None, "synthesised", to=path)
            elif mark != hash(repr(part.annotations[i])):
                self._log.forget(path)
                self._log.approximate(code, path)
        for annotation in part.annotations[len(block.annotations) :]:
            self._annotate(block, annotation, None)

    def _give_orphans(self) -> None:
        """Give citations without any text a text of their own."""
        if self._orphans:
            self._block_start(BlockStart(-1, 0, TextPart(text="")))
            self._block_stop(BlockStop(-1))

    def _logprobs(self, chunk: LogprobsDelta) -> None:
        path = "$.choices[0]"
        if chunk.index is not None:
            block = self._blocks.get(chunk.index)
            if block is None or block.dropped:
                return
            path = block.path
        self._log.drop(LossCode.RESP_LOGPROBS, f"{path}.logprobs")

    def _block_stop(self, chunk: BlockStop) -> None:
        block = self._blocks.get(chunk.index)
        if block is None or block.stopped:
            return
        if not block.dropped:
            self._settle(block, chunk.part)
        self._close_block(block, chunk.raw)

    def _settle(self, block: OutBlock, part: Any) -> None:
        """Take the authoritative final form of a block."""
        if part is None:
            return
        if type(part) is not type(block.part):
            code = LossCode.OUT_TEXT
            self._log.approximate(code, block.path, "another kind of part at its end")
            return
        before = block.part
        block.part = part
        block.signature = part.signature
        if block.mode == "compaction":
            block.pieces.clear()
            return
        if block.mode == "whole":
            if part != before:
                code = LossCode.BT_CALL_ITEMS
                self._log.approximate(code, block.path, "changed after it was written")
            return
        field, code = MAIN_FIELD[type(part)]
        text = getattr(part, field)
        if type(part) is ReasoningPart:
            block.text = text is not None
            block.summaries = set(range(len(part.summaries)))
            if text is None:
                # One loss for the part says that its text is made of summaries.
                field, text = "", "\n\n".join(filter(None, part.summaries))
        if not block.said(text or ""):
            if block.length == 0 and not block.stopped:
                self._grow(block, text, None)
            elif field:
                # What was written cannot be taken back, and nothing is appended.
                self._log.approximate(code, f"{block.path}.{field}")
        if type(part) is TextPart and not block.stopped:
            self._settle_annotations(block, part)
        if type(part) is ToolCallPart:
            for name in ("id", "name"):
                if getattr(before, name) != getattr(part, name):
                    self._log.approximate(code, f"{block.path}.{name}")
        if type(part) is ServerToolCallPart:
            for name in ("status", "result"):
                if getattr(part, name) is not None:
                    self._drop_field(block, name)
        if type(part) not in AS_TEXT:
            self._writer.finish({}, part, block.path, code)

    def _close_block(self, block: OutBlock, raw: Any) -> None:
        """Write what was held for the end of a block, and its stop."""
        block.stopped = True
        self._open = self._live_delta = None
        # Only the open block holds anything.
        self._held = 0
        if block.dropped:
            return
        if block.mode == "compaction":
            self._write_compaction(block)
        elif block.mode == "tool":
            if not block.length and block.keyed:
                keyed = {key: "".join(v) for key, v in block.keyed.items()}
                self._grow(block, dumps_str(keyed), None)
            elif block.custom:
                end = '"}' if block.length else f'{{"{CUSTOM_FIELD}":""}}'
                delta: JSONObject = {"type": "input_json_delta", "partial_json": end}
                self._put_delta(block, delta, None)
        elif block.mode == "thinking":
            self._write_signature(block)
        self._part_losses(block)
        if block.wire is None and block.mode != "compaction":
            # Nothing came.  Whether that makes a block is decided as in a response.
            self._write_whole(block, folded(block, attrs.evolve), None)
        if block.wire is not None:
            data: JSONObject = {"type": "content_block_stop", "index": block.wire}
            self._put("content_block_stop", data, raw)
        if block.mode != "tool":
            # A whole part may be large, and nothing that comes now needs it.
            block.part = _GONE
        block.pieces.clear()
        block.keyed.clear()

    def _leave_block(self) -> None:
        """Take an error inside a block: what has not been written never will be."""
        block = self._open
        if block is None or block.dropped or block.stopped:
            return
        if block.wire is None or block.signature is not None:
            self._close_block(block, None)
            return
        self._drop_keyed(block)
        self._part_losses(block)

    def _drop_keyed(self, block: OutBlock) -> None:
        """Record arguments of which only keys are known where their call breaks off."""
        if block.keyed and not block.length:
            block.keyed.clear()
            code = LossCode.OUT_TOOL_CALL
            path = f"{block.path}.arguments"
            self._log.add(code, path, "dropped", severity="content")

    def _write_signature(self, block: OutBlock) -> None:
        proof = self._writer.opaque(block.signature, f"{block.path}.signature")
        if proof is not None and self._start_block(block):
            delta: JSONObject = {"type": "signature_delta", "signature": proof}
            self._put_delta(block, delta, block.signature_raw)

    def _write_compaction(self, block: OutBlock) -> None:
        part = folded(block, attrs.evolve)
        written = self._writer.block(part, block.path, "assistant")
        if written is None:
            block.dropped = True
            return
        delta: JSONObject = {"type": "compaction_delta", "content": written["content"]}
        written["content"] = None
        if "encrypted_content" in written:
            delta["encrypted_content"] = written.pop("encrypted_content")
        self._write_start(block, written, None)
        self._put_delta(block, delta, None)

    def _part_losses(self, block: OutBlock) -> None:
        """Record what depends on the whole block, once it is whole."""
        if block.wire is None:
            return
        part: Any = folded(block, attrs.evolve)
        path = block.path
        if block.mode == "thinking":
            # The losses of the block that a response would have; no bytes.
            bare = attrs.evolve(part, extra={}, item=None, cache=None)
            self._writer.block(bare, path, "assistant")
        elif type(part) is AudioPart:
            self._writer.block(part, path, "assistant")
        elif block.mode in ("text", "tool"):
            self._proof(block)

    BLOCK_HANDLERS: ClassVar[dict[type, Callable[[Any, Any], None]]] = {
        BlockStart: _block_start,
        TextDelta: _text_delta,
        ReasoningDelta: _reasoning_delta,
        SignatureDelta: _signature,
        ToolArgumentsDelta: _text_delta,
        RefusalDelta: _text_delta,
        PartDelta: _part_delta,
        AnnotationDelta: _annotation,
        AudioDelta: _audio_delta,
        ImageDelta: _image_delta,
        ServerToolProgress: _progress,
        LogprobsDelta: _logprobs,
        BlockStop: _block_stop,
    }
    """What becomes of each chunk that speaks of a block."""
