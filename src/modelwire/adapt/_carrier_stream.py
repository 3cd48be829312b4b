"""
Stowing: chunks in, chunks with envelopes out, while they flow.

`Stower` is what both kinds of client share: it knows which chunks concern state,
keeps the numbers of blocks right where blocks come and go, and keeps the account.
Where an envelope goes is the business of the two below it: `_carrier_places` for
clients that replay parts in order, `_carrier_script` for those that replay a text and
calls.

Text is never held up.  Held are blocks that say nothing to this client (redacted
reasoning, reasoning that its dialect has no field for, an empty text with a
signature), and a copy of reasoning whose signature is still to come; both within
*max_bytes*.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar, Final

import attrs

from modelwire.adapt._adapted import relocated
from modelwire.adapt._carrier_blocks import Block, ChoiceStow, Chunks, shown_text
from modelwire.adapt._carrier_payload import Sealer
from modelwire.adapt._carrier_steps import (
    as_hidden,
    bare,
    foreign_extra,
    foreign_fields,
    foreign_state,
    kin_of,
    less_extra,
    more_extra,
    without,
)
from modelwire.codecs._base import LossPolicy
from modelwire.codecs._losses import LossLog, by_position
from modelwire.ir._accumulate import Accumulator
from modelwire.ir._chunks import (
    AnnotationDelta,
    AudioDelta,
    BlockStart,
    BlockStop,
    ChoiceFinish,
    ChoiceUpdate,
    ImageDelta,
    LogprobsDelta,
    PartDelta,
    ReasoningDelta,
    RefusalDelta,
    ServerToolProgress,
    SignatureDelta,
    StreamChunk,
    StreamEnd,
    StreamError,
    TextDelta,
    ToolArgumentsDelta,
    UnknownEvent,
)
from modelwire.ir._losses import Loss, LossCode
from modelwire.ir._parts import (
    CompactionPart,
    Opaque,
    Part,
    ReasoningPart,
    TextPart,
    ToolCallPart,
)

__all__ = ["Stower"]

_TEXTS: Final = (TextPart, ToolCallPart)
"""Parts that may be signed."""
_THOUGHTS: Final = (ReasoningPart, CompactionPart)
"""Parts that are state as a whole, once something in them is opaque."""

_CODES: Final[Mapping[str, LossCode]] = {
    "signature": LossCode.THINK_SIGNATURE,
    "encrypted": LossCode.THINK_SIGNATURE,
    "redacted": LossCode.THINK_REDACTED,
}


def _without_state(chunk: StreamChunk, fields: Iterable[str]) -> StreamChunk:
    """Give a chunk without some opaque values of its part."""
    if isinstance(chunk, BlockStart):
        return attrs.evolve(chunk, part=without(chunk.part, fields))
    return chunk


class Stower(ABC):
    """
    Puts opaque state where a client replays it, chunk by chunk.

    Args:
        client: The client's dialect.
        sealer: Seals envelopes, within the response's bound.
        on_loss: Which losses stop the stream.
    """

    def __init__(self, client: str, sealer: Sealer, on_loss: LossPolicy) -> None:
        self.client = client
        self.kin = kin_of(client)
        self.sealer = sealer
        self._on_loss = on_loss
        self._log = LossLog(client)
        self._news = False
        self._blocks: dict[int, Block] = {}
        self._choices: dict[int, ChoiceStow] = {}
        self._next = 0

    # --- what users see -------------------------------------------------------------

    @property
    def losses(self) -> tuple[Loss, ...]:
        """
        What was moved into envelopes, and what found no place.

        `path` lies in the folded source, `to` in what the given chunks fold to.
        """
        return by_position(self._log.losses, self._choices)

    @property
    def origins(self) -> Mapping[str, str]:
        """Where a part of what is given stood in the source, for those that moved."""
        return {
            f"$.choices[{place}].message.parts[{new}]": (
                f"$.choices[{place}].message"
                + ("" if old is None else f".parts[{old}]")
            )
            for place, index in enumerate(sorted(self._choices))
            for new, old in enumerate(self._choices[index].origins)
            if new != old
        }

    @property
    def blocks(self) -> int:
        """How many blocks the source has so far."""
        return len(self._blocks)

    def account(self, encoded: tuple[Loss, ...]) -> tuple[Loss, ...]:
        """
        Give one account of stowing and encoding.

        Args:
            encoded: The losses of the encoder that took the given chunks.

        Returns:
            All losses; every `path` lies in the folded source.
        """
        origins = self.origins
        return self.losses + tuple(
            loss
            if loss.path is None
            else attrs.evolve(loss, path=relocated(loss.path, origins))
            for loss in encoded
        )

    def feed(self, chunk: StreamChunk) -> Chunks:
        """
        Take the next chunk.

        Args:
            chunk: Any chunk, in the order in which the decoder gave them.

        Returns:
            The chunks to encode instead.

        Raises:
            UnsupportedFeatureError: *on_loss* refuses a loss.
        """
        handler = self._HANDLERS.get(type(chunk))
        if handler is None:
            return [chunk]
        out: Chunks = []
        handler(self, chunk, out)
        self.settle()
        return out

    def settle(self) -> None:
        """Refuse new losses if the policy says so."""
        if self._news:
            self._news = False
            self._log.settle(self._on_loss)

    # --- what the two kinds of client do --------------------------------------------

    needs_words: ClassVar[bool] = False
    """Whether the client's dialect cannot write reasoning without words."""

    @abstractmethod
    def shows(self, part: Part) -> bool:
        """Say whether the client's dialect has a field for the words of reasoning."""

    @abstractmethod
    def take_thought(
        self, block: Block, final: Part, stop: BlockStop, out: Chunks
    ) -> None:
        """Take reasoning with foreign state, whole; give the block's end."""

    @abstractmethod
    def start_signed(
        self, block: Block, chunk: BlockStart, out: Chunks, *, grows: bool = False
    ) -> None:
        """Take the start of a text or call; *grows*: more of it is known to come."""

    @abstractmethod
    def take_late(self, block: Block, signature: Opaque, out: Chunks) -> None:
        """Take a signature of a text or call that is given already."""

    def counted(self, block: Block, text: str) -> None:  # noqa: B027 - optional
        """Take note of more text."""

    def stopped(self, block: Block, out: Chunks) -> None:  # noqa: B027 - optional
        """Take note that a text or call has been given whole."""

    def flush(self, choice: ChoiceStow, out: Chunks) -> None:  # noqa: B027 - optional
        """Give what can wait no longer: the choice ends."""

    # --- giving ---------------------------------------------------------------------

    def give_start(self, block: Block, part: Part, out: Chunks, raw: Any) -> None:
        """Give the start of a block."""
        block.out = self._next
        self._next += 1
        choice = block.choice
        block.place = len(choice.origins)
        choice.origins.append(block.number)
        out.append(BlockStart(block.out, choice.index, part, raw))

    def give_part(self, of: Block, part: Part, out: Chunks) -> str:
        """Give a part that the source has not, on behalf of a block; give its path."""
        block = Block(of.choice, type(part), of.number)
        self.give_start(block, part, out, None)
        assert block.out is not None  # noqa: S101 - give_start sets it
        out.append(BlockStop(block.out))
        return block.choice.path(block.place)

    def give(self, block: Block, chunk: Any, out: Chunks) -> None:
        """Give a chunk of a block under the block's new number."""
        if chunk.index == block.out:
            out.append(chunk)
        else:
            out.append(attrs.evolve(chunk, index=block.out))

    def release(self, block: Block, out: Chunks) -> None:
        """Give what was held back of a block, as it came."""
        held, block.held = block.held or [], None
        for chunk in held:
            if isinstance(chunk, BlockStart):
                self.give_start(block, chunk.part, out, chunk.raw)
            else:
                self.give(block, chunk, out)

    def moved(self, path: str, to: str) -> None:
        """Record that state is in an envelope now."""
        self._news = True
        self._log.add(
            LossCode.THINK_REPLAY_RULE,
            path,
            "moved",
            to=to,
            severity="cosmetic",
            detail="into a carrier",
        )

    def lost(self, block: Block, field: str, why: str) -> None:
        """Record that a field's state found no place."""
        self._news = True
        code = _CODES.get(field, LossCode.THINK_SIGNATURE)
        if block.kind is ToolCallPart:
            code = LossCode.TOOL_CALL_THOUGHT_SIGNATURE
        elif block.kind is CompactionPart:
            code = LossCode.CTX_COMPACTION
        self._log.drop(code, f"{block.path}.{field}", why)

    def lost_whole(self, block: Block, code: LossCode, why: str) -> None:
        """Record that a whole part found no place."""
        self._news = True
        self._log.add(code, block.path, "dropped", severity="content", detail=why)

    def release_late(self, block: Block, why: str, out: Chunks) -> None:
        """Give the words that were held back, behind what has been given since."""
        given = block.choice.origins
        self._release_bare(block, out)
        for field in sorted(block.fields):
            self.lost(block, field, why)
        if block.number != max(n for n in given if n is not None):
            self._news = True
            self._log.add(
                LossCode.OUT_INTERLEAVING,
                block.path,
                "moved",
                to=block.choice.path(block.place),
                detail="held back for an envelope",
            )

    def changed_id(self, block: Block) -> None:
        """Record that a call has another id for the client."""
        self._news = True
        self._log.add(
            LossCode.TOOL_CALL_ID,
            f"{block.path}.id",
            "approximated",
            to=f"{block.choice.path(block.place)}.id",
            severity="cosmetic",
            detail="an envelope stands behind it",
        )

    # --- chunks ---------------------------------------------------------------------

    def _start(self, chunk: BlockStart, out: Chunks) -> None:
        choice = self._choice(chunk.choice)
        part = chunk.part
        block = Block(choice, type(part), choice.parts)
        choice.parts += 1
        self._blocks[chunk.index] = block
        if block.kind in _THOUGHTS:
            self._start_thought(block, chunk, out)
        elif block.kind in _TEXTS:
            block.part = part
            self.start_signed(block, chunk, out)
        else:
            self.give_start(block, part, out, chunk.raw)

    def _start_thought(self, block: Block, chunk: BlockStart, out: Chunks) -> None:
        part = chunk.part
        block.copy = Accumulator()
        block.copy.feed(chunk)
        fields = foreign_fields(part, self.kin)
        block.fields.update(fields)
        block.shown = block.kind is ReasoningPart and self.shows(part)
        # What has no words may turn out to be nothing but state.
        wordless = not shown_text(part) and (bool(fields) or self.needs_words)
        if wordless or not block.shown:
            block.held = [chunk]
        else:
            self.give_start(block, without(part, fields), out, chunk.raw)

    def _delta(self, chunk: Any, out: Chunks) -> None:
        block = self._blocks[chunk.index]
        if block.copy is not None:
            self._copy(block, chunk, out)
        if block.held is None:
            self.give(block, chunk, out)
        elif block.kind in _THOUGHTS:
            block.held.append(chunk)
            if block.shown and type(chunk) is ReasoningDelta and chunk.text:
                self._release_bare(block, out)
        else:
            # A text that says something after all.
            self._unhold(block, out)
            self.give(block, chunk, out)

    def _text(self, chunk: TextDelta, out: Chunks) -> None:
        self._delta(chunk, out)
        self.counted(self._blocks[chunk.index], chunk.text)

    def _copy(self, block: Block, chunk: Any, out: Chunks) -> None:
        """Keep a copy of reasoning, while an envelope could hold it."""
        # A delta without words is not free either.
        block.size += len(getattr(chunk, "text", "")) + 1
        if block.copy is None:
            return
        if block.size <= self.sealer.most:
            block.copy.feed(chunk)
            return
        block.copy = None
        if block.held is not None:
            self._release_bare(block, out)

    def _release_bare(self, block: Block, out: Chunks) -> None:
        """Give what was held back of reasoning, without its state."""
        block.held = [
            _without_state(held, block.fields)
            for held in block.held or ()
            if type(held) is not SignatureDelta or held.signature.dialect in self.kin
        ]
        self.release(block, out)

    def _unhold(self, block: Block, out: Chunks) -> None:
        held, block.held = block.held or [], None
        for chunk in held:
            if isinstance(chunk, BlockStart):
                self.start_signed(block, chunk, out, grows=True)
            else:
                self.give(block, chunk, out)

    def _maybe(self, chunk: AnnotationDelta | LogprobsDelta, out: Chunks) -> None:
        self._choice(chunk.choice)
        if chunk.index is None or chunk.index not in self._blocks:
            out.append(chunk)
        else:
            self._delta(chunk, out)

    def _unknown(self, chunk: UnknownEvent, out: Chunks) -> None:
        block = None if chunk.index is None else self._blocks.get(chunk.index)
        if block is None:
            out.append(chunk)
        elif block.held is not None:
            block.held.append(chunk)
        else:
            # About a block that the client never sees, it goes on without its number.
            self.give(block, chunk, out)

    def _signature(self, chunk: SignatureDelta, out: Chunks) -> None:
        block = self._blocks[chunk.index]
        if chunk.signature.dialect in self.kin or not (
            block.kind in _THOUGHTS or block.kind in _TEXTS
        ):
            self._delta(chunk, out)
        elif block.kind in _THOUGHTS:
            block.fields.add("signature")
            self._copy(block, chunk, out)
            if block.held is not None:
                block.held.append(chunk)
        elif block.held is not None:
            first = block.held[0]
            assert isinstance(first, BlockStart)  # noqa: S101 - how it is held
            block.part = attrs.evolve(first.part, signature=chunk.signature)
            block.held[0] = attrs.evolve(first, part=block.part)
        else:
            block.late = chunk.signature
            self.take_late(block, chunk.signature, out)

    def _stop(self, chunk: BlockStop, out: Chunks) -> None:
        block = self._blocks[chunk.index]
        if block.kind in _THOUGHTS:
            self._stop_thought(block, chunk, out)
        elif block.kind in _TEXTS:
            self._stop_signed(block, chunk, out)
        else:
            self.give(block, chunk, out)

    def _stop_thought(self, block: Block, chunk: BlockStop, out: Chunks) -> None:
        if chunk.part is not None:
            block.fields.update(foreign_fields(chunk.part, self.kin))
        copy, block.copy = block.copy, None
        if not block.fields:
            if block.held is not None:
                block.held.append(chunk)
                self.release(block, out)
            else:
                self.give(block, chunk, out)
        elif copy is None:
            self.stop_lost(block, chunk, "longer than an envelope may be", out)
        else:
            copy.feed(chunk)
            (choice,) = copy.response.choices
            (final,) = choice.message.parts
            self.take_thought(block, final, chunk, out)

    def stop_lost(self, block: Block, chunk: BlockStop, why: str, out: Chunks) -> None:
        """End a block of reasoning whose state finds no place."""
        if block.held is not None:
            # As without a carrier: the encoder says what it cannot write.
            block.held.append(chunk)
            self.release(block, out)
            return
        self.give(block, self.stripped(block, chunk), out)
        for field in sorted(block.fields):
            self.lost(block, field, why)

    def stripped(self, block: Block, chunk: BlockStop) -> BlockStop:
        """Give the end of a block without the foreign values of its final part."""
        if chunk.part is None:
            return chunk
        return attrs.evolve(chunk, part=without(chunk.part, block.fields))

    def _stop_signed(self, block: Block, chunk: BlockStop, out: Chunks) -> None:
        part = chunk.part
        if block.held is not None:
            hidden = as_hidden(part or block.part)
            if hidden is not None:
                self.take_thought(block, hidden, chunk, out)
                return
            self._unhold(block, out)
        if part is not None:
            state = foreign_state(part, self.kin)
            known = foreign_state(block.part, self.kin).signature
            if state.signature is not None and state.signature not in (
                block.late,
                known,
            ):
                block.late = state.signature
                self.take_late(block, state.signature, out)
            chunk = attrs.evolve(chunk, part=self.final(block, part))
        self.give(block, chunk, out)
        self.stopped(block, out)

    def final(self, block: Block, part: Part) -> Part:
        """Give the final form of a text or call as the client may see it."""
        if block.kept:
            return part
        seen: Part = bare(part, foreign_state(part, self.kin))
        return seen

    def _update(self, chunk: ChoiceUpdate, out: Chunks) -> None:
        choice = self._choice(chunk.choice)
        found = foreign_extra(chunk.message, self.kin)
        if found and chunk.message is not None:
            choice.extra = more_extra(choice.extra, found)
            rest = less_extra(chunk.message, found)
            chunk = attrs.evolve(chunk, message=rest or None)
        out.append(chunk)

    def _finish(self, chunk: ChoiceFinish, out: Chunks) -> None:
        self.flush(self._choice(chunk.choice), out)
        out.append(chunk)

    def _end(self, chunk: StreamChunk, out: Chunks) -> None:
        for choice in self._choices.values():
            self.flush(choice, out)
        out.append(chunk)

    def _choice(self, index: int) -> ChoiceStow:
        choice = self._choices.get(index)
        if choice is None:
            choice = self._choices[index] = ChoiceStow(index)
        return choice

    _HANDLERS: ClassVar[dict[type, Callable[[Any, Any, Chunks], None]]] = {
        BlockStart: _start,
        TextDelta: _text,
        ReasoningDelta: _delta,
        SignatureDelta: _signature,
        ToolArgumentsDelta: _delta,
        RefusalDelta: _delta,
        PartDelta: _delta,
        AnnotationDelta: _maybe,
        AudioDelta: _delta,
        ImageDelta: _delta,
        ServerToolProgress: _delta,
        LogprobsDelta: _maybe,
        UnknownEvent: _unknown,
        BlockStop: _stop,
        ChoiceUpdate: _update,
        ChoiceFinish: _finish,
        StreamError: _end,
        StreamEnd: _end,
    }
