"""
Blocks of a stream that is being written: chunks of one block to native deltas.

`BlockStream` handles BlockStart, the deltas and BlockStop.  A reader closes its open
block of words when anything else begins, so one block of words speaks at a time in
a choice: what begins while it is open waits until it stops.  Tool calls grow side by
side.  The template of the hot delta is made here, too.

Source:
    wire/openai_chat.md section 6 and wire/mapping.md section 12, read 2026-11-21.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeAlias, cast

from modelwire.codecs import _json
from modelwire.codecs._base import COLLECT
from modelwire.codecs._limits import DEFAULT_LIMITS
from modelwire.codecs._losses import LossLog
from modelwire.codecs.openai_chat._logprobs import encode_logprobs, logprobs_losses
from modelwire.codecs.openai_chat._profiles import DEFAULT_PROFILE
from modelwire.codecs.openai_chat._reasoning import DETAILS
from modelwire.codecs.openai_chat._stream_blocks import (
    BlockWriter,
    ChoiceWriter,
    open_block,
)
from modelwire.codecs.openai_chat._stream_events import EventWriter
from modelwire.codecs.openai_chat._wire import DIALECT, spelling_of
from modelwire.errors import InvalidIRError
from modelwire.ir._chunks import (
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
from modelwire.ir._loss_codes import LossCode
from modelwire.ir._parts import (
    AudioPart,
    CompactionPart,
    ReasoningPart,
    RefusalPart,
    TextPart,
    ToolCallPart,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelwire.codecs._base import Ids, LossPolicy
    from modelwire.codecs._limits import Limits
    from modelwire.codecs._profile import Profile
    from modelwire.ir._base import JSONObject
    from modelwire.ir._parts import Logprobs
    from modelwire.ir._request import ChatRequest

__all__ = ["BlockStream", "Handlers"]

Handlers: TypeAlias = "dict[type, Callable[[Any, Any, list[bytes]], None]]"
"""Chunk classes, and the method that writes each."""

_TAIL: Final = b'},"finish_reason":null}]}\n\n'
_CALL_TAIL: Final = b'}}]},"finish_reason":null}]}\n\n'
_MAIN: Final[dict[type, str]] = {
    TextPart: "text",
    ReasoningPart: "text",
    RefusalPart: "text",
    CompactionPart: "text",
    ToolCallPart: "arguments",
    AudioPart: "transcript",
}
"""The field that a `PartDelta` without a key may grow."""
_CODES: Final = {
    ToolCallPart: LossCode.OUT_TOOL_CALL,
    ReasoningPart: LossCode.THINK_TEXT,
    RefusalPart: LossCode.OUT_REFUSAL,
    CompactionPart: LossCode.CTX_COMPACTION,
    AudioPart: LossCode.OUT_AUDIO,
}
"""The concept of a part that was left empty, or changed at its end."""
_FAMILY_CODES: Final = {
    "content": LossCode.OUT_TEXT,
    "refusal": LossCode.OUT_REFUSAL,
    "audio": LossCode.OUT_AUDIO,
}
"""The concept of a part that was joined to the one before; else it was reasoning."""
_SPEAKERS: Final = (TextPart, ReasoningPart, RefusalPart, CompactionPart, AudioPart)
"""Parts of words: a reader has at most one of them open in a choice."""
_SAID: Final = ReasoningPart(text=".")
"""Reasoning that has words."""
_OVERFLOW: Final = "keyed"
"""That a call's arguments by key were more than may be held."""
_CHUNK_COST: Final = 128
"""What a held chunk costs beside its text, in bytes (measured: 96 to 152)."""


class BlockStream(EventWriter):
    """
    Writes blocks.

    Args:
        request: What the client asked; the legacy form of calls is written if it
            declared functions.
        ids: Makes ids for what has none; default: counting.
        created: Unix time for a source that names none.
        on_loss: Which losses raise.
        profile: The variant that the client takes us for.
        limits: *max_held_bytes* bounds what waits.
    """

    def __init__(
        self,
        *,
        request: ChatRequest | None = None,
        ids: Ids | None = None,
        created: int = 0,
        on_loss: LossPolicy = COLLECT,
        profile: Profile = DEFAULT_PROFILE,
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        super().__init__(
            request=request, ids=ids, created=created, on_loss=on_loss, profile=profile
        )
        self._legacy = (
            request is not None
            and spelling_of(request.extra).get("tools") == "functions"
        )
        self._room = limits.max_held_bytes
        self._blocks: dict[int, BlockWriter] = {}
        self._ready: list[ChoiceWriter] = []
        """Choices whose speaker stopped in this chunk."""
        # The block that the last delta grew, and what stands around its text.
        self._hot = -1
        self._hot_kind: type = TextDelta
        self._hot_block: BlockWriter | None = None
        self._before = b""
        self._after = _TAIL

    # --- log probabilities ----------------------------------------------------------

    def _logprobs_delta(self, chunk: LogprobsDelta, out: list[bytes]) -> None:
        if chunk.index is None:
            choice = self._choice(chunk.choice)
            self._logprobs_losses(choice, chunk.logprobs)
            self._delta(choice, {}, out, logprobs=encode_logprobs(chunk.logprobs))
        else:
            self._logprobs_of(self._block(chunk.index), chunk.logprobs, out)

    def _logprobs_of(
        self, block: BlockWriter, logprobs: Logprobs, out: list[bytes]
    ) -> None:
        """Write a text's own log probabilities: they belong to the choice here."""
        if block.once("logprobs"):
            to = f"{block.choice.path}.logprobs"
            path = f"{block.path}.logprobs"
            self._log.add(LossCode.RESP_LOGPROBS, path, "moved", to=to)
        self._delta(block.choice, {}, out, logprobs=encode_logprobs(logprobs))

    def _logprobs_losses(self, choice: ChoiceWriter, logprobs: Logprobs) -> None:
        """Record what is lost of the choice's own; a text's are moved as a whole."""
        path = f"{choice.path}.logprobs"
        found = LossLog(DIALECT)
        logprobs_losses(logprobs, found, path)
        for loss in found.losses:
            # One per action: a loss for every token would say no more.
            if self._once(f"{path} {loss.action}"):
                made = loss.action == "synthesised"
                self._log.add(
                    LossCode.RESP_LOGPROBS,
                    None if made else path,
                    loss.action,
                    to=path if made else None,
                    severity="cosmetic",
                    detail=loss.detail,
                )

    # --- blocks ---------------------------------------------------------------------

    def _block(self, index: int) -> BlockWriter:
        block = self._blocks.get(index)
        if block is None:
            msg = f"block {index} was not started"
            raise InvalidIRError(msg, dialect=DIALECT)
        return block

    def take(self, chunk: Any, out: list[bytes]) -> None:
        """Take a chunk, or let it wait with its block."""
        kind = type(chunk)
        block = self._blocks.get(chunk.index) if kind in _WAITING else None
        if block is None or block.queue is None:
            self.HANDLERS[kind](self, chunk, out)
        else:
            block.queue.append(chunk)
            self._room -= _CHUNK_COST + len(getattr(chunk, "text", ""))
            if self._room < 0:
                self._drain(block.choice, out)
        for choice in self._ready:
            while choice.waiting and choice.speaker is None:
                self._let_speak(choice, out)
        self._ready.clear()

    def _drain(self, choice: ChoiceWriter, out: list[bytes]) -> None:
        """Write whatever waits, in order, even if blocks are cut by it."""
        while choice.waiting:
            choice.speaker = None
            self._let_speak(choice, out)
        choice.speaker = None

    def _let_speak(self, choice: ChoiceWriter, out: list[bytes]) -> None:
        block = choice.waiting.pop(0)
        queue, block.queue = block.queue or [], None
        self._begin(block, out)
        for chunk in queue:
            self._room += _CHUNK_COST + len(getattr(chunk, "text", ""))
            self.HANDLERS[type(chunk)](self, chunk, out)

    def _block_start(self, chunk: BlockStart, out: list[bytes]) -> None:
        choice = self._choice(chunk.choice)
        part = chunk.part
        block = self._blocks[chunk.index] = BlockWriter(choice, part)
        if isinstance(part, TextPart):
            choice.last_text = block
            # Notes that came before any text belong to the next one.
            early = [note for owner, _, note in choice.annotations if owner is None]
            choice.annotations = [a for a in choice.annotations if a[0] is not None]
            for annotation in (*part.annotations, *early):
                path = f"{block.path}.annotations[{block.texts}]"
                choice.annotations.append((block, path, annotation))
                block.texts += 1
        if choice.speaker is None:
            self._begin(block, out)
        else:
            block.queue = []
            choice.waiting.append(block)

    def _begin(self, block: BlockWriter, out: list[bytes]) -> None:
        """Write a block's header."""
        choice = block.choice
        part = block.part
        deltas = open_block(
            block,
            self._profile,
            self._log,
            new_id=self._new_call_id,
            legacy=self._legacy,
        )
        if block.family and isinstance(part, _SPEAKERS):
            choice.speaker = block
        if isinstance(part, AudioPart):
            block.size = len(part.transcript or "")
            block.head = block.tail = part.transcript or ""
        for delta in deltas:
            self._place(block)
            self._delta(choice, delta, out)
        if isinstance(part, TextPart):
            self._grow(block, part.text, out)
            if part.logprobs is not None:
                self._logprobs_of(block, part.logprobs, out)
        elif isinstance(part, RefusalPart | CompactionPart):
            self._grow(block, part.text or "", out)
        elif isinstance(part, ReasoningPart):
            self._header_reasoning(block, part, out)
        elif isinstance(part, ToolCallPart):
            block.size = len(part.arguments)
            block.head = block.tail = part.arguments
        if part.signature is not None and not isinstance(part, TextPart | RefusalPart):
            self._sign(block, part.signature, out)

    def _header_reasoning(
        self, block: BlockWriter, part: ReasoningPart, out: list[bytes]
    ) -> None:
        if part.text:
            self._grow(block, part.text, out)
        for number, summary in enumerate(part.summaries):
            self._summary(block, number, summary, out)

    def _grow(self, block: BlockWriter, text: str, out: list[bytes]) -> None:
        """Append to a block."""
        if text and block.family:
            if block.call < 0:
                self._place(block)
            if not block.size:
                block.head = text
            block.tail = text
            block.size += len(text)
            self._delta(block.choice, block.grow(text), out)

    def _place(self, block: BlockWriter) -> None:
        """Say which part a reader adds the next delta to, and what that loses."""
        choice = block.choice
        last = choice.last
        if last is block and block.wrote:
            return
        choice.last = block
        wrote, block.wrote = block.wrote, True
        if not wrote and block.family == "content":
            before = choice.spoken
            block.offset = 0 if before is None else before.offset + before.size
            choice.spoken = block
            choice.first_text = choice.first_text or block
        elif block.family == "refusal":
            choice.has_refusal = True
        alike = (
            last is not None
            and last is not block
            and block.call < 0
            and block.family != ""
            and last.family == block.family
            and (block.family != DETAILS or _detail_key(last) == _detail_key(block))
        )
        if last is None or not alike:
            block.out = choice.out
            choice.out += 1
        else:
            block.out = last.out
        if wrote:
            # Only when more waited than may be held.
            to = f"{choice.path}.message.parts[{block.out}]"
            self._log.approximate(LossCode.OUT_INTERLEAVING, block.path, to=to)
        elif alike:
            code = _FAMILY_CODES.get(block.family, LossCode.THINK_TEXT)
            block.merged = True
            to = f"{choice.path}.message.parts[{block.out}]"
            self._log.add(code, block.path, "merged", to=to)

    def _text_delta(
        self,
        chunk: TextDelta | RefusalDelta | ToolArgumentsDelta,
        out: list[bytes],
    ) -> None:
        block = self._block(chunk.index)
        self._grow(block, chunk.text, out)
        self._heat(chunk.index, block, type(chunk))

    def _heat(self, index: int, block: BlockWriter, kind: type) -> None:
        """Prepare the template for more of the same."""
        choice = block.choice
        family = block.family
        if not block.wrote or choice.extra or choice.message:
            return
        if self._extra or (block.call < 0 and choice.last is not block):
            return
        if family in ("content", "refusal", "reasoning_content", "reasoning"):
            field = b'"' + family.encode() + b'":'
            self._after = _TAIL
        elif family == "tool_calls" and isinstance(block.part, ToolCallPart):
            key = b'"function":{"arguments":'
            if block.part.kind == "custom":
                key = b'"custom":{"input":'
            field = b'"tool_calls":[{"index":%d,%b' % (block.call, key)
            self._after = _CALL_TAIL
        else:
            return
        head = _json.dumps(self._envelope())[:-1]
        self._before = b'data: %b,"choices":[{"index":%d,"delta":{%b' % (
            head,
            choice.index,
            field,
        )
        self._hot, self._hot_kind, self._hot_block = index, kind, block

    def _reasoning_delta(self, chunk: ReasoningDelta, out: list[bytes]) -> None:
        block = self._block(chunk.index)
        if not block.family:
            if chunk.summary is not None:
                block.told.add("summaries")
            elif chunk.text:
                block.lose_reasoning(_SAID, self._log)
            return
        if chunk.summary is not None:
            self._summary(block, chunk.summary, chunk.text, out)
            return
        if chunk.text and block.summary is not None and block.family == DETAILS:
            # One detail has either; a reader begins a new one here, and what it knows
            # the part by, its text, stands there.
            parts = f"{block.choice.path}.message.parts"
            self._log.add(
                LossCode.THINK_SUMMARY,
                f"{block.path}.summaries",
                "moved",
                to=f"{parts}[{block.out}]",
            )
            block.summary = None
            block.out = block.choice.out
            block.choice.out += 1
        self._grow(block, chunk.text, out)
        if block.family != DETAILS:
            self._heat(chunk.index, block, ReasoningDelta)

    def _summary(
        self, block: BlockWriter, number: int, text: str, out: list[bytes]
    ) -> None:
        """Write some of a summary: details have one each, other fields none."""
        if not block.family or not text:
            return
        path = f"{block.path}.summaries"
        if block.summary is None:
            if block.size and block.once("summaries"):
                self._log.drop(LossCode.THINK_SUMMARY, path)
            if block.size:
                return
            if block.family != DETAILS and block.once("summaries"):
                number_out = block.out if block.wrote else block.choice.out
                to = f"{block.choice.path}.message.parts[{number_out}].text"
                self._log.approximate(LossCode.THINK_SUMMARY, path, to=to)
        elif number != block.summary:
            if block.family == DETAILS and block.once("merged"):
                self._log.add(LossCode.THINK_SUMMARY, path, "merged")
            text = f"\n\n{text}"
        block.summary = number
        self._grow(block, text, out)

    def _signature(self, chunk: SignatureDelta, out: list[bytes]) -> None:
        self._sign(self._block(chunk.index), chunk.signature, out)

    def _sign(self, block: BlockWriter, signature: Any, out: list[bytes]) -> None:
        delta = block.sign(signature, self._log)
        if delta is not None:
            choice = block.choice
            if block.call < 0:
                self._place(block)
            self._delta(choice, delta, out)

    def _audio(self, chunk: AudioDelta, out: list[bytes]) -> None:
        block = self._block(chunk.index)
        if block.family != "audio":
            return
        audio: JSONObject = {}
        if chunk.data:
            audio["data"] = chunk.data
        if chunk.transcript:
            audio["transcript"] = chunk.transcript
        if chunk.expires_at is not None:
            audio["expires_at"] = chunk.expires_at
        if audio:
            choice = block.choice
            self._place(block)
            if chunk.data:
                block.told.add("data")
            block.size += len(chunk.transcript)
            block.tail = chunk.transcript or block.tail
            self._delta(choice, {"audio": audio}, out)

    def _part_delta(self, chunk: PartDelta, out: list[bytes]) -> None:
        block = self._block(chunk.index)
        if chunk.key is None and _MAIN.get(type(block.part)) == chunk.field:
            self._grow(block, chunk.text, out)
        elif chunk.key is not None and block.call >= 0 and not block.size:
            if _OVERFLOW in block.told:
                return
            self._room -= len(chunk.text)
            block.keyed.setdefault(chunk.key, []).append(chunk.text)
            if self._room < 0:
                # Half of the arguments would look like all of them.
                self._room += _held(block)
                block.keyed = {}
                block.told.add(_OVERFLOW)

    def _image_delta(self, chunk: ImageDelta, out: list[bytes]) -> None:
        """Drop a preview; the image itself is recorded where its block starts."""
        del out
        self._log.drop(LossCode.STREAM_IMAGE_DELTA, self._block(chunk.index).path)

    def _nothing(self, chunk: ServerToolProgress, out: list[bytes]) -> None:
        """Take a chunk of a block whose loss is recorded at its start."""

    def _block_stop(self, chunk: BlockStop, out: list[bytes]) -> None:
        block = self._block(chunk.index)
        if block.stopped:
            return
        block.stopped = True
        part = block.part if chunk.part is None else chunk.part
        if chunk.part is not None and block.family:
            self._final(block, chunk.part, out)
        if block.keyed and not block.size:
            keyed = {key: "".join(pieces) for key, pieces in block.keyed.items()}
            self._room += _held(block)
            self._grow(block, _json.dumps_str(keyed), out)
        elif _OVERFLOW in block.told and not block.size:
            path = f"{block.path}.arguments"
            self._log.add(LossCode.OUT_TOOL_CALL, path, "dropped", severity="content")
        if (
            isinstance(part, ToolCallPart)
            and part.kind != "custom"
            and not block.size
            and spelling_of(part.extra).get("arguments") != "empty"
        ):
            # Empty text means no arguments, which is `{}` on the wire: strict readers
            # parse it (acceptance row T12).
            self._grow(block, "{}", out)
        if block.choice.speaker is block:
            block.choice.speaker = None
            self._ready.append(block.choice)
        self._account_end(block, part)

    def _account_end(self, block: BlockWriter, part: Any) -> None:
        """Record what is known of a block when nothing more comes."""
        if not block.family:
            if isinstance(block.part, ReasoningPart):
                # Its end may be of another kind: what was announced is what is lost.
                kept = part if isinstance(part, ReasoningPart) else block.part
                block.lose_reasoning(kept, self._log)
        elif not block.wrote:
            before = block.choice.spoken
            block.offset = 0 if before is None else before.offset + before.size
            code = _CODES.get(type(part), LossCode.OUT_TEXT)
            self._log.add(
                code, block.path, "dropped", severity="cosmetic", detail="empty"
            )
        elif isinstance(part, AudioPart):
            self._audio_losses(block, part)
        elif block.keyed and not block.size:
            # It breaks off, and the text of its arguments has not begun.
            path = f"{block.path}.arguments"
            self._log.add(LossCode.OUT_TOOL_CALL, path, "dropped", severity="content")
        elif isinstance(part, CompactionPart) and not block.merged:
            to = f"{block.choice.path}.message.parts[{block.out}]"
            code = LossCode.CTX_COMPACTION
            self._log.approximate(code, block.path, "became text", to=to)

    def _audio_losses(self, block: BlockWriter, part: AudioPart) -> None:
        """Record what a reader makes of audio whose start had no data."""
        if getattr(block.part, "source", None) is not None:
            return
        if part.source is not None or "data" in block.told:
            self._log.add(
                LossCode.OUT_AUDIO,
                f"{block.path}.source.media_type",
                "dropped",
                severity="cosmetic",
                detail="the stream does not name the format",
            )
        else:
            to = f"{block.choice.path}.message.parts[{block.out}].source"
            self._log.add(LossCode.OUT_AUDIO, None, "synthesised", to=to)

    def _final(self, block: BlockWriter, part: Any, out: list[bytes]) -> None:
        """Take the authoritative part: written if nothing was, else compared."""
        field = _MAIN.get(type(part))
        text = (getattr(part, field) or "") if field is not None else ""
        if not block.size and not isinstance(part, AudioPart):
            self._grow(block, text, out)
            return
        code = _CODES.get(type(part), LossCode.OUT_TEXT)
        changed = (
            len(text) != block.size
            or not text.startswith(block.head)
            or not text.endswith(block.tail)
        )
        if changed and block.wrote:
            to = f"{block.choice.path}.message.parts[{block.out}]"
            self._log.approximate(code, block.path, "changed at its end", to=to)
        for name in ("id", "name"):
            before = getattr(block.part, name, None)
            if isinstance(part, ToolCallPart) and getattr(part, name) != before:
                self._log.approximate(code, f"{block.path}.{name}")

    HANDLERS: ClassVar[Handlers] = {
        BlockStart: _block_start,
        TextDelta: _text_delta,
        ReasoningDelta: _reasoning_delta,
        SignatureDelta: _signature,
        ToolArgumentsDelta: _text_delta,
        RefusalDelta: _text_delta,
        PartDelta: _part_delta,
        AudioDelta: _audio,
        ImageDelta: _image_delta,
        ServerToolProgress: _nothing,
        LogprobsDelta: _logprobs_delta,
        BlockStop: _block_stop,
    }
    """How each chunk of a block is written."""


_WAITING: Final = frozenset(BlockStream.HANDLERS) - {BlockStart, LogprobsDelta}
"""Chunks that wait with their block."""


def _held(block: BlockWriter) -> int:
    """Count the characters of a call's arguments by key."""
    return sum(len(piece) for pieces in block.keyed.values() for piece in pieces)


def _detail_key(block: BlockWriter) -> Any:
    """Give what a reader tells reasoning details apart by."""
    part = cast("ReasoningPart", block.part)
    if part.encrypted is not None and part.encrypted.dialect == DIALECT:
        # It came whole: what follows is another one, whatever it says of itself.
        return block.path
    index = part.extra.get(DIALECT, {}).get("index")
    return (block.summary is None, index, part.details_id)
