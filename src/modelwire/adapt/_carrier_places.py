"""
Envelopes for clients that replay the parts of an answer in their order.

    client               reasoning that it can read   anything else
    anthropic-messages   `thinking.signature`         a `redacted_thinking` block
    gemini-generate      `thoughtSignature`           `thoughtSignature`, on an empty
                                                      thought where there is no part
    openai-responses     `encrypted_content`          a reasoning item with nothing
                                                      but `encrypted_content`

An envelope in reasoning holds the whole part.  The signature of a text or call stands
on the same part where the client has a field for it (Gemini), else in a reasoning part
of its own: before the text or call when the signature is known by then, else behind.
"""

from __future__ import annotations

from typing import Any, Final

import attrs

from modelwire.adapt._carrier_blocks import (
    Block,
    ChoiceStow,
    Chunks,
    shown_text,
)
from modelwire.adapt._carrier_payload import Sealer
from modelwire.adapt._carrier_steps import (
    State,
    Step,
    as_hidden,
    bare,
    extra_fields,
    foreign_state,
    without,
)
from modelwire.adapt._carrier_stream import Stower
from modelwire.codecs._base import LossPolicy
from modelwire.ir._chunks import BlockStart, BlockStop, SignatureDelta
from modelwire.ir._parts import Opaque, Part, ReasoningPart, TextPart, ToolCallPart

__all__ = ["PLACES", "Place", "PlaceStower"]

NO_ROOM: Final = "no room in an envelope"


@attrs.frozen
class Place:
    """Where a client's dialect takes envelopes."""

    read: str
    """The field of reasoning that the client can read."""
    hidden: str
    """The field of reasoning that says nothing to the client."""
    same_part: bool = False
    """Whether texts and calls have a signature of their own."""
    standard: bool = False
    """Whether the field is of type bytes, written in the standard base64 alphabet."""


PLACES: Final[dict[str, Place]] = {
    "anthropic-messages": Place("signature", "redacted"),
    "gemini-generate": Place("signature", "signature", same_part=True, standard=True),
    "openai-responses": Place("encrypted", "encrypted"),
}
"""The clients of this kind."""


class PlaceStower(Stower):
    """
    See `Stower`.

    Args:
        client: The client's dialect, one of `PLACES`.
        sealer: Seals envelopes, within the response's bound.
        on_loss: Which losses stop the stream.
    """

    def __init__(self, client: str, sealer: Sealer, on_loss: LossPolicy) -> None:
        super().__init__(client, sealer, on_loss)
        self._place = PLACES[client]

    def shows(self, part: Part) -> bool:
        """Say yes: all of them have a field for the words of reasoning."""
        del part
        return True

    def take_thought(
        self, block: Block, final: Part, stop: BlockStop, out: Chunks
    ) -> None:
        """Put reasoning into an envelope in its own place."""
        shown = block.held is None and bool(shown_text(final))
        envelope = self._seal(Step(kind="part", part=final, shown=shown))
        if envelope is None:
            self.stop_lost(block, stop, NO_ROOM, out)
        elif block.held is not None:
            block.held = None
            self.moved(block.path, self._give_hidden(block, envelope, out))
        else:
            field = self._place.read
            if field == "signature":
                self.give(block, SignatureDelta(stop.index, envelope, stop.raw), out)
                stop = self.stripped(block, stop)
                if stop.part is not None:
                    stop = _final(stop, signature=envelope)
            else:
                part = without(final, block.fields)
                stop = _final(attrs.evolve(stop, part=part), encrypted=envelope)
            self.give(block, stop, out)
            to = f"{block.choice.path(block.place)}.{field}"
            for name in sorted(block.fields):
                self.moved(f"{block.path}.{name}", to)

    def start_signed(
        self, block: Block, chunk: BlockStart, out: Chunks, *, grows: bool = False
    ) -> None:
        """Give a text or call, with its envelope on it or before it."""
        part = chunk.part
        state = foreign_state(part, self.kin)
        if not state:
            self.give_start(block, part, out, chunk.raw)
            return
        if not grows and as_hidden(part) is not None and not self._place.same_part:
            block.held = [chunk]
            return
        envelope = self._seal(self._step(part, state))
        if envelope is None:
            block.kept = True
            self.give_start(block, part, out, chunk.raw)
            return
        seen = bare(part, state)
        if self._place.same_part:
            block.sealed = envelope
            seen = _signed(seen, envelope)
            self.give_start(block, seen, out, chunk.raw)
            to = f"{block.choice.path(block.place)}.signature"
        else:
            to = self._give_hidden(block, envelope, out)
            self.give_start(block, seen, out, chunk.raw)
        for field in state.fields:
            self.moved(f"{block.path}.{field}", to)

    def take_late(self, block: Block, signature: Opaque, out: Chunks) -> None:
        """Put a signature that came late on its part; others get it at the end."""
        if not self._place.same_part:
            return
        assert block.part is not None  # noqa: S101 - texts and calls have one
        step = self._step(block.part, State(signature, {}))
        envelope = self._seal(step)
        if envelope is None:
            self.lost(block, "signature", NO_ROOM)
            return
        block.sealed = envelope
        assert block.out is not None  # noqa: S101 - it is given by now
        out.append(SignatureDelta(block.out, envelope))
        self.moved(
            f"{block.path}.signature",
            f"{block.choice.path(block.place)}.signature",
        )

    def final(self, block: Block, part: Part) -> Part:
        """Give the final form of a text or call as the client may see it."""
        seen: Any = super().final(block, part)
        # A final part replaces the one that has the envelope.
        return seen if block.sealed is None else _signed(seen, block.sealed)

    def stopped(self, block: Block, out: Chunks) -> None:
        """Give the envelope of a signature that came late, behind its part."""
        if block.late is None or self._place.same_part:
            return
        assert block.part is not None  # noqa: S101 - texts and calls have one
        kind = _kind(block.part)
        step = Step(kind=kind, count=1, signature=block.late, back=True)
        envelope = self._seal(step)
        if envelope is None:
            self.lost(block, "signature", NO_ROOM)
        else:
            self.moved(
                f"{block.path}.signature", self._give_hidden(block, envelope, out)
            )

    def flush(self, choice: ChoiceStow, out: Chunks) -> None:
        """Give the envelope of the message's own state."""
        extra, choice.extra = choice.extra, {}
        if not extra:
            return
        block = Block(choice, ReasoningPart, None)
        envelope = self._seal(Step(kind="message", count=1, extra=extra))
        to = "" if envelope is None else self._give_hidden(block, envelope, out)
        for field in extra_fields(extra):
            if envelope is None:
                self.lost(block, field, NO_ROOM)
            else:
                self.moved(f"{block.path}.{field}", to)

    def _seal(self, step: Step) -> Opaque | None:
        text = self.sealer.seal([step], script=False)
        return None if text is None else Opaque(value=text, dialect=self.client)

    def _give_hidden(self, block: Block, envelope: Opaque, out: Chunks) -> str:
        """Give a reasoning part that is nothing but an envelope; give its path."""
        fields: dict[str, Any] = {self._place.hidden: envelope}
        return self.give_part(block, ReasoningPart(**fields), out)

    def _step(self, part: Part, state: State) -> Step:
        """Give the step of a signed text or call."""
        apart = isinstance(part, ToolCallPart) and not self._place.same_part
        return Step(
            kind=_kind(part),
            count=1,
            signature=state.signature,
            extra=state.extra,
            id=part.id if apart and isinstance(part, ToolCallPart) else None,
        )


def _kind(part: Part) -> Any:
    return "text" if isinstance(part, TextPart) else "call"


def _signed(part: Any, envelope: Opaque) -> Part:
    signed: Part = attrs.evolve(part, signature=envelope)
    return signed


def _final(stop: BlockStop, **fields: Opaque) -> BlockStop:
    part: Any = stop.part
    return attrs.evolve(stop, part=attrs.evolve(part, **fields))
