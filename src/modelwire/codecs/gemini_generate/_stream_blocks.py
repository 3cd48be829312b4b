"""
Blocks of a stream into the parts of its candidates.

`BlockStream` is the lower half of the stream encoder.  It takes chunks whose blocks
are sequential (`_sequential` made them so).  Words of text and thoughts are written as
they come; every other part is folded and written at the end of its block.  What stands
around the parts is `_stream_encoder`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

import attrs

from modelwire.codecs import _json
from modelwire.codecs._losses import LossLog
from modelwire.codecs._sequential import Sequencer
from modelwire.codecs.gemini_generate._part_encode import PartWriter
from modelwire.codecs.gemini_generate._profiles import CLIENT
from modelwire.codecs.gemini_generate._stream_state import (
    OutBlock,
    OutChoice,
)
from modelwire.codecs.gemini_generate._wire import DIALECT
from modelwire.errors import InvalidIRError, RemoteProtocolError
from modelwire.ir._accumulate import Accumulator
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
    StreamChunk,
    TextDelta,
    ToolArgumentsDelta,
)
from modelwire.ir._losses import LossCode
from modelwire.ir._parts import (
    ReasoningPart,
    ServerToolCallPart,
    TextPart,
    ToolCallPart,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelwire.codecs._limits import Limits
    from modelwire.ir._base import JSONObject

__all__ = ["BlockStream"]


class BlockStream:
    """
    Writes the blocks of one stream; see the module.

    Args:
        limits: What may be held.
    """

    def __init__(self, *, limits: Limits) -> None:
        self._log = LossLog(DIALECT)
        self._writer = PartWriter(
            self._log, response=True, profile=CLIENT, predict=self._predicted_id
        )
        self._predicted = 0
        self._sequencer = Sequencer(limits=limits)
        self._limits = limits
        self._held = 0
        self._choices: dict[int, OutChoice] = {}
        self._blocks: dict[int, OutBlock] = {}
        self._id: str | None = None
        self._extra: JSONObject = {}
        """Unknown fields of the response that wait for the next event."""
        self._usage_waits = False

    def _event(self, candidates: list[JSONObject]) -> None:
        """Write one event."""
        raise NotImplementedError  # pragma: no cover - the stream encoder's

    def _head(self) -> JSONObject:
        """Give the fields that every event has."""
        raise NotImplementedError  # pragma: no cover - the stream encoder's

    def _candidate(self, choice: OutChoice, parts: list[JSONObject]) -> JSONObject:
        """Give a candidate with *parts* and with what waits for it."""
        raise NotImplementedError  # pragma: no cover - the stream encoder's

    def _heat(self, index: int, block: OutBlock, kind: type) -> None:
        """Prepare for more deltas of *kind* for the block, which is open."""
        raise NotImplementedError  # pragma: no cover - the quick path's

    def _overflow(self) -> None:
        """End the stream because too much would be held."""
        raise NotImplementedError  # pragma: no cover - the stream encoder's

    def _part(self, block: OutBlock, part: JSONObject) -> None:
        """Write one part of a candidate."""
        block.wrote = True
        self._event([self._candidate(block.choice, [part])])

    def _choice_of(self, index: int) -> OutChoice:
        choice = self._choices.get(index)
        if choice is None:
            choice = OutChoice(index, self._limits.max_held_bytes)
            self._choices[index] = choice
        return choice

    def _block_start(self, chunk: BlockStart) -> None:
        choice = self._choice_of(chunk.choice)
        part: Any = chunk.part
        block = OutBlock(choice, part, f"{choice.path}.message.parts[{choice.parts}]")
        choice.parts += 1
        self._blocks[chunk.index] = block
        if type(part) is TextPart:
            block.texts = choice.texts
            choice.text = block
            block.notes = [*choice.orphans, *part.annotations]
            choice.orphans = []
        elif type(part) is ToolCallPart:
            choice.calls = True
        if _is_live(part):
            self._check(block, part)
            words = getattr(part, "text", None)
            if words:
                self._grow(block, words)
            for number, text in enumerate(getattr(part, "summaries", ())):
                self._summary(block, number, text)
        else:
            if block.texts is not None:
                part = attrs.evolve(part, annotations=())
            block.fold = Accumulator()
            self._hold(block, BlockStart(0, 0, part))

    def _write(self, part: Any, path: str) -> JSONObject | None:
        """Write a part; what it cannot say goes to the log."""
        return self._writer.part(part, path, "assistant")

    def _predicted_id(self) -> str:
        """Give the id that our decoder will fill in next."""
        number = self._predicted
        self._predicted = number + 1
        return f"{self._id}_call_{number}" if self._id else f"call_{number}"

    def _check(self, block: OutBlock, part: Any) -> None:
        """Record what cannot be written of a part whose words are written live."""
        changes: JSONObject = {"text": "."}
        if type(part) is TextPart:
            changes["annotations"] = ()
        else:
            changes["summaries"] = ()
        self._write(attrs.evolve(part, **changes), block.path)

    def _block(self, chunk: Any) -> OutBlock:
        block = self._blocks.get(chunk.index)
        if block is None:
            msg = f"{type(chunk).__name__} for block {chunk.index}, which did not start"
            raise InvalidIRError(msg, dialect=DIALECT)
        return block

    def _text_delta(self, chunk: TextDelta | RefusalDelta | ToolArgumentsDelta) -> None:
        block = self._block(chunk)
        if block.fold is not None:
            block.keyed = False
            self._held_delta(block, chunk, len(chunk.text))
            if type(chunk) is ToolArgumentsDelta and self._held_fits():
                self._heat(chunk.index, block, ToolArgumentsDelta)
        elif chunk.text:
            self._grow(block, chunk.text)
            self._heat(chunk.index, block, type(chunk))

    def _reasoning_delta(self, chunk: ReasoningDelta) -> None:
        block = self._block(chunk)
        if block.fold is not None:
            self._held_delta(block, chunk, len(chunk.text))
        elif chunk.summary is not None:
            self._summary(block, chunk.summary, chunk.text)
            if chunk.text:
                self._heat(chunk.index, block, ReasoningDelta)
        elif chunk.text:
            if block.summary is not None:
                block.summary = None
                chunk_text = f"\n\n{chunk.text}"
                self._grow(block, chunk_text)
                return
            self._grow(block, chunk.text)
            self._heat(chunk.index, block, ReasoningDelta)

    def _summary(self, block: OutBlock, number: int, text: str) -> None:
        """Write some of a summary: thoughts have no summaries apart."""
        path = f"{block.path}.summaries"
        if not text:
            self._log.approximate(LossCode.THINK_SUMMARY, path)
            return
        if block.size and number != block.summary:
            text = f"\n\n{text}"
        block.summary = number
        self._grow(block, text)
        # What it was joined to has changed because of that, as "merged" says.
        to = None if block.joined else f"{block.seen}.text"
        self._log.approximate(LossCode.THINK_SUMMARY, path, to=to)

    def _grow(self, block: OutBlock, text: str) -> None:
        """Write more words of a live block."""
        if not block.wrote:
            self._appear(block, live=True)
        block.size += len(text)
        if block.texts is not None:
            block.texts.add(text)
        part: JSONObject = {"text": text}
        if block.thought:
            part["thought"] = True
        self._part(block, part)

    def _appear(self, block: OutBlock, *, live: bool) -> None:
        """Take note that a block is written: what a reader makes of it."""
        choice = block.choice
        last = choice.last
        if live and last is not None and last.thought == block.thought:
            # Nothing on the wire stands between the two texts.
            code = LossCode.THINK_TEXT if block.thought else LossCode.OUT_TEXT
            block.seen = last.seen
            block.joined = True
            # That its summaries became a text, or its end another one, is said.
            if not last.changed and last.summary is None:
                self._log.add(code, last.path, "merged", to=block.seen)
            self._log.add(code, block.path, "merged", to=block.seen)
            if block.texts is not None:
                block.row = last.row
                block.offset = last.offset + last.size
                choice.rows.append(block)
        else:
            if block.texts is not None:
                block.row = len(choice.texts.places)
                block.texts.begin(block.row, choice.wired)
                choice.rows.append(block)
            block.seen = f"{choice.path}.message.parts[{choice.wired}]"
            choice.wired += 1
        choice.last = block if live else None

    def _held_delta(self, block: OutBlock, chunk: Any, size: int) -> None:
        self._hold(block, attrs.evolve(chunk, index=0, raw=None), size)

    def _hold(self, block: OutBlock, chunk: StreamChunk, size: int = 0) -> None:
        """Fold a chunk of a part that is written at its end."""
        self._held += size
        block.size += size
        if not self._held_fits():
            self._overflow()
            return
        block.feed(chunk)

    def _held_fits(self) -> bool:
        return self._held <= self._limits.max_held_bytes

    def _other_delta(
        self, chunk: PartDelta | AudioDelta | ImageDelta | ServerToolProgress
    ) -> None:
        block = self._block(chunk)
        if type(chunk) is ImageDelta:
            self._log.drop(LossCode.STREAM_IMAGE_DELTA, block.path)
        if block.fold is not None:
            size = 0
            if type(chunk) is PartDelta and chunk.field == "arguments":
                block.keyed = chunk.key is not None
            for field in ("text", "data", "transcript"):
                size += len(getattr(chunk, field, ""))
            self._held_delta(block, chunk, size)
        elif type(chunk) is PartDelta and chunk.text:
            self._grow(block, chunk.text)

    def _signature(self, chunk: SignatureDelta) -> None:
        block = self._block(chunk)
        if block.fold is not None:
            self._held_delta(block, chunk, 0)
        else:
            block.signature = chunk.signature

    def _annotation(self, chunk: AnnotationDelta) -> None:
        choice = self._choice_of(chunk.choice)
        if chunk.index is not None:
            self._block(chunk).notes.append(chunk.annotation)
        elif choice.text is not None:
            choice.text.notes.append(chunk.annotation)
        else:
            choice.orphans.append(chunk.annotation)

    def _logprobs(self, chunk: LogprobsDelta) -> None:
        if chunk.index is not None:
            self._log.drop(
                LossCode.RESP_LOGPROBS, f"{self._block(chunk).path}.logprobs"
            )
        else:
            self._choice_of(chunk.choice).logprobs.append(chunk.logprobs)

    def _block_stop(self, chunk: BlockStop) -> None:
        block = self._block(chunk)
        if chunk.index in self._sequencer.broken:
            self._break_off(block)
            return
        block.stopped = True
        if block.fold is not None:
            block.feed(BlockStop(0, chunk.part))
            self._whole(block, self._folded(block))
            return
        if chunk.part is not None:
            self._final(block, chunk.part)
        if block.signature is not None:
            self._sign(block)
        if not block.wrote:
            same = type(chunk.part) is type(block.part)
            self._drop_empty(block, chunk.part if same else block.part)

    def _folded(self, block: OutBlock) -> Any:
        """Give a held part, and hold it no longer."""
        part = block.folded()
        self._held -= block.size
        # What is written of it counts anew, for the offsets of what follows.
        block.size = 0
        block.fold = None
        return part

    def _break_off(self, block: OutBlock) -> None:
        """Write what there is of a block that was open when the stream failed."""
        block.stopped = True
        if block.fold is None:
            if block.signature is not None:
                self._sign(block)
            if not block.wrote:
                self._drop_empty(block, block.part)
            return
        part = self._folded(block)
        code = _CALLS.get(type(part))
        if code is not None and (block.keyed or not _is_object(part.arguments)):
            # Half of a call must not look like a call.
            self._log.add(
                code, block.path, "dropped", severity="content", detail="broken off"
            )
        else:
            self._whole(block, part)

    def _drop_empty(self, block: OutBlock, part: Any) -> None:
        """Record a block without words: a reader makes nothing of empty text."""
        if type(part) is ReasoningPart and part.text is None and not part.summaries:
            # It may have held something else; the writer knows what is lost then.
            signature = block.signature or part.signature
            self._write(attrs.evolve(part, signature=signature), block.path)
            return
        code = LossCode.THINK_TEXT if block.thought else LossCode.OUT_TEXT
        self._log.add(code, block.path, "dropped", severity="cosmetic", detail="empty")

    def _whole(self, block: OutBlock, part: Any) -> None:
        """Write a part that came to its end."""
        block.part = part
        if type(part) is TextPart:
            block.notes = [*part.annotations, *block.notes]
            part = attrs.evolve(part, annotations=())
        log = self._writer.log = LossLog(DIALECT)
        wire = self._write(part, block.path)
        self._writer.log = self._log
        if wire is not None and wire.keys() <= _WORDS and wire.get("text") == "":
            # What the writer says of it would speak of a part that is not there.
            block.thought = type(part) is ReasoningPart
            self._drop_empty(block, part)
            return
        if wire is None:
            self._log.extend(log.losses)
            return
        if type(wire.get("text")) is not str or not wire.keys() <= _WORDS:
            self._appear(block, live=False)
            if block.texts is not None:
                block.texts.add(part.text)
            self._part(block, wire)
            self._writer.place(log.losses, block.path, block.seen)
            return
        # Words without anything else, of a refusal for example: a reader joins them
        # to the words before.
        block.thought = wire.get("thought") is True
        block.texts = None if block.thought else block.choice.texts
        self._grow(block, wire["text"])
        self._writer.place(log.losses, block.path, block.seen)

    def _final(self, block: OutBlock, part: Any) -> None:
        """Take the authoritative part of a live block."""
        if type(part) is not type(block.part):
            code = LossCode.THINK_TEXT if block.thought else LossCode.OUT_TEXT
            block.changed = True
            self._log.approximate(code, block.path, "became another part at its end")
            return
        text = part.text or ""
        summaries = getattr(part, "summaries", ())
        if text or block.size:
            self._check(block, part)
        if summaries and block.summary is None and part.text is not None:
            # As in a whole answer, the text wins.
            self._log.drop(LossCode.THINK_SUMMARY, f"{block.path}.summaries")
        if not block.size:
            if part.text is None:
                for number, summary in enumerate(summaries):
                    self._summary(block, number, summary)
            elif text:
                self._grow(block, text)
        elif self._differs(block, text) and not summaries:
            code = LossCode.THINK_TEXT if block.thought else LossCode.OUT_TEXT
            block.changed = True
            self._log.approximate(code, block.path, "changed at its end")
        if type(part) is TextPart:
            block.notes = list(part.annotations)
        if part.signature is not None:
            block.signature = part.signature

    def _differs(self, block: OutBlock, text: str) -> bool:
        """Say whether *text* is not what was written of a live block."""
        texts = block.texts
        if len(text) != block.size or texts is None or not texts.whole:
            return len(text) != block.size
        return texts.texts()[block.row][block.offset :] != text

    def _sign(self, block: OutBlock) -> None:
        """
        Write a signature that came after its words: on an empty part behind them.

        The vendor does the same (wire/observed.md section 4, 13 events).
        """
        empty = attrs.evolve(_empty(block.thought), signature=block.signature)
        wire = self._write(empty, block.path)
        if wire is not None and wire.get("thoughtSignature"):
            self._log.add(
                LossCode.THINK_SIGNATURE,
                f"{block.path}.signature",
                "moved",
                to=f"{block.choice.path}.message.parts[{block.choice.wired}]",
            )
            block.choice.last = None
            block.choice.wired += 1
            self._part(block, wire)

    def _take_late(self) -> None:
        """Record what came for a call after its arguments were whole."""
        for chunk in self._sequencer.late:
            block = self._block(chunk)
            path = f"{block.path}.arguments"
            lost = False
            if type(chunk) is not BlockStop:
                lost = bool(getattr(chunk, "text", ""))
            else:
                made: Any = chunk.part
                was, now = _writable(block.part), _writable(made)
                lost = was != now
                if attrs.evolve(was, arguments="") != attrs.evolve(now, arguments=""):
                    path = block.path
                if not lost:
                    # What it says now has no place here, as before.
                    self._writer.finish({}, made, block.path, _CALL)
            if lost:
                self._log.approximate(_CALL, path, "said after the arguments' value")
        self._sequencer.late.clear()

    BLOCK_HANDLERS: ClassVar[dict[type, Callable[[Any, Any], None]]] = {
        BlockStart: _block_start,
        TextDelta: _text_delta,
        ReasoningDelta: _reasoning_delta,
        SignatureDelta: _signature,
        ToolArgumentsDelta: _text_delta,
        RefusalDelta: _text_delta,
        PartDelta: _other_delta,
        AnnotationDelta: _annotation,
        AudioDelta: _other_delta,
        ImageDelta: _other_delta,
        ServerToolProgress: _other_delta,
        LogprobsDelta: _logprobs,
        BlockStop: _block_stop,
    }
    """What becomes of each chunk of a block."""


def _empty(thought: bool) -> Any:  # noqa: FBT001 - private
    """Give a part without words."""
    return ReasoningPart(text="") if thought else TextPart(text="")


_WORDS: Final = frozenset({"text", "thought"})
"""The fields of a part that a reader joins to the one before."""

_CALL: Final = LossCode.OUT_TOOL_CALL
_CALLS: Final[dict[type, LossCode]] = {
    ToolCallPart: LossCode.OUT_TOOL_CALL,
    ServerToolCallPart: LossCode.BT_CALL_ITEMS,
}


def _writable(part: Any) -> Any:
    """Give a call without what no part of this dialect carries."""
    own = part.signature is not None and part.signature.dialect == DIALECT
    mine = part.extra.get(DIALECT)
    return attrs.evolve(
        part,
        item=None,
        cache=None,
        signature=part.signature if own else None,
        extra={DIALECT: mine} if mine else {},
    )


def _is_object(text: str) -> bool:
    """Say whether arguments are a whole JSON object."""
    try:
        return type(_json.loads(text)) is dict
    except RemoteProtocolError:
        return False


def _is_live(part: Any) -> bool:
    """Say whether a part's words can be written as they come."""
    if type(part) is ReasoningPart:
        if part.encrypted is not None or part.redacted is not None:
            return False
    elif type(part) is not TextPart:
        return False
    if part.signature is not None and part.signature.dialect == DIALECT:
        return False
    own = part.extra.get(DIALECT) or ()
    return all(key.startswith("$") for key in own)
