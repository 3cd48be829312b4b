"""
Envelopes for openai-chat clients, which replay a text and calls.

Such a client sends an answer back as one text and a list of calls, and nothing that
OpenAI's types do not have.  What every client and framework does send back word for
word is a call's id, because the result must name it (BerriAI/litellm#16895).  So an
envelope stands behind a call's id and is a script: what came since the last envelope,
in order, with the texts by their length.  State behind the last call has no place.

A profile whose clients replay `reasoning_details` (OpenRouter's) gets one envelope in
an entry of it at the end of the answer instead, and ids stay as they are.
"""

from __future__ import annotations

from typing import Any, ClassVar, Final

import attrs

from modelwire.adapt._carrier_blocks import Block, ChoiceStow, Chunks, shown_text
from modelwire.adapt._carrier_envelope import join_id, split_id
from modelwire.adapt._carrier_payload import Sealer, pack
from modelwire.adapt._carrier_steps import (
    State,
    Step,
    as_hidden,
    bare,
    foreign_fields,
    foreign_state,
)
from modelwire.adapt._carrier_stream import Stower
from modelwire.codecs._base import LossPolicy
from modelwire.codecs._profile import Profile
from modelwire.codecs.openai_chat._reasoning import reasoning_form, unwritten_code
from modelwire.ir._chunks import BlockStart, BlockStop
from modelwire.ir._losses import LossCode
from modelwire.ir._parts import (
    CompactionPart,
    Opaque,
    Part,
    ReasoningPart,
    TextPart,
    ToolCallPart,
)

__all__ = ["CLIENT", "ScriptStower"]

CLIENT: Final = "openai-chat"
"""The client of this kind."""

_NO_ROOM: Final = "no room in an envelope"
_NO_CALL: Final = "no call behind it whose id could carry it"
_SMALL: Final = 32
"""About what a step that carries nothing takes."""


class _Item:
    """A step that is still to be written, and whose it is."""

    __slots__ = ("block", "done", "fields", "grown", "size", "step")

    def __init__(self, block: Block, step: Step, fields: tuple[str, ...] = ()) -> None:
        self.block = block
        self.step = step
        self.fields = fields
        """The paths of what it carries, below the block's; none: all of it."""
        self.size = len(pack([step])) if step.is_state else _SMALL
        self.grown = 0
        """Characters of a text that came since the step was made."""
        self.done = False
        """Whether it is written, or given up."""

    def whole(self) -> Step:
        """Give the step with all characters counted."""
        if not self.grown:
            return self.step
        return attrs.evolve(self.step, count=self.step.count + self.grown)

    def places(self) -> list[_Item]:
        """Give what it says of texts and calls, without what it carries."""
        step = self.whole()
        if step.back or step.part is not None:
            return []
        return [_Item(self.block, Step(kind=step.kind, count=step.count))]


class _Script:
    """What a choice has still to say."""

    __slots__ = ("items", "size")

    def __init__(self) -> None:
        self.items: list[_Item] = []
        self.size = 0

    @property
    def has_state(self) -> bool:
        return any(item.step.is_state for item in self.items)

    def put_back(self, items: list[_Item]) -> None:
        """Begin again with some items."""
        self.items = items
        self.size = sum(item.size for item in items)

    def take(self) -> list[_Item]:
        """Take all items out."""
        items, self.items, self.size = self.items, [], 0
        for item in items:
            item.done = True
        return items


class ScriptStower(Stower):
    """
    See `Stower`.

    Args:
        sealer: Seals envelopes, within the response's bound.
        profile: The client's variant.
        on_loss: Which losses stop the stream.
    """

    needs_words: ClassVar[bool] = True

    def __init__(self, sealer: Sealer, profile: Profile, on_loss: LossPolicy) -> None:
        super().__init__(CLIENT, sealer, on_loss)
        self._profile = profile
        self._in_details = profile.reasoning_details

    def shows(self, part: Part) -> bool:
        """Say whether the profile, or where the part came from, names a field."""
        some = ReasoningPart(text="", extra=part.extra)
        return reasoning_form(some, self._profile) is not None

    def take_thought(
        self, block: Block, final: Part, stop: BlockStop, out: Chunks
    ) -> None:
        """Take reasoning into the script."""
        held = block.held is not None
        shown = not held and bool(shown_text(final))
        step = Step(kind="part", part=final, shown=shown)
        fields = () if held else tuple(sorted(block.fields))
        if self._add(block, step, fields) is None:
            self.stop_lost(block, stop, _NO_ROOM, out)
        elif block.held is not None:
            block.held.append(stop)
        else:
            self.give(block, self.stripped(block, stop), out)

    def start_signed(
        self, block: Block, chunk: BlockStart, out: Chunks, *, grows: bool = False
    ) -> None:
        """Give a text, or a call with the script so far behind its id."""
        part = chunk.part
        if not grows and as_hidden(part) is not None and foreign_fields(part, self.kin):
            block.held = [chunk]
            return
        state = foreign_state(part, self.kin)
        if isinstance(part, TextPart):
            step = Step(kind="text", count=len(part.text), signature=state.signature)
        elif self._in_details:
            step = _call(state)
        else:
            self._start_call(block, chunk, state, out)
            return
        block.step = self._add(block, step, state.fields)
        if block.step is None and state:
            block.kept = True
            self.give_start(block, part, out, chunk.raw)
        else:
            self.give_start(block, bare(part, state), out, chunk.raw)

    def _start_call(
        self, block: Block, chunk: BlockStart, state: State, out: Chunks
    ) -> None:
        script = self._script(block.choice)
        part: Any = chunk.part
        # Of an id that looks as if it had an envelope nobody could say where it ends.
        odd = split_id(part.id) is not None
        if odd or not (state or script.has_state):
            block.kept = bool(state)
            self._add(block, _call(State(None, {})))
            self.give_start(block, part, out, chunk.raw)
            return
        own = [_Item(block, _call(state), state.fields)] if state else []
        items = [*script.take(), *own]
        envelope = self._seal(items)
        if envelope is None:
            before = items[: len(items) - len(own)]
            self._give_up(before, _NO_ROOM, out)
            before = [x for item in before for x in item.places()]
            items = [*before, *own]
            envelope = self._seal(items) if own else None
            if envelope is None:
                script.put_back([*before, _Item(block, _call(State(None, {})))])
                block.kept = True
                self.give_start(block, part, out, chunk.raw)
                return
        seen = bare(part, state)
        block.sealed = join_id(seen.id, envelope)
        seen = attrs.evolve(seen, id=block.sealed)
        self.give_start(block, seen, out, chunk.raw)
        self.changed_id(block)
        self._written(items, f"{block.choice.path(block.place)}.id")

    def take_late(self, block: Block, signature: Opaque, out: Chunks) -> None:
        """Take a signature that came after its text or call had begun."""
        del out
        item = block.step
        is_text = block.kind is TextPart
        if is_text and item is not None and not item.done:
            self._sign(item, signature)
            return
        step = Step(
            kind="text" if is_text else "call",
            count=0 if is_text else 1,
            signature=signature,
            back=True,
        )
        if self._add(block, step, ("signature",)) is None:
            self.lost(block, "signature", _NO_ROOM)

    def counted(self, block: Block, text: str) -> None:
        """Count the characters of a text."""
        item = block.step
        if item is None or block.kind is not TextPart:
            return
        if item.done:
            item = block.step = self._add(block, Step(kind="text"))
            if item is None:
                return
        item.grown += len(text)

    def final(self, block: Block, part: Part) -> Part:
        """Give the final form of a text or call as the client may see it."""
        seen = super().final(block, part)
        if block.sealed is None or not isinstance(seen, ToolCallPart):
            return seen
        called: Part = attrs.evolve(seen, id=block.sealed)
        return called

    def flush(self, choice: ChoiceStow, out: Chunks) -> None:
        """Give what is left of the script, or say that it is lost."""
        script = self._script(choice)
        if not script.has_state:
            script.take()
            return
        items = script.take()
        envelope = self._seal(items) if self._in_details else None
        if envelope is None:
            self._give_up(items, _NO_ROOM if self._in_details else _NO_CALL, out)
            return
        opaque = Opaque(value=envelope, dialect=self.client)
        last = [item for item in items if item.step.is_state][-1]
        to = self.give_part(last.block, ReasoningPart(encrypted=opaque), out)
        self._written(items, to)

    def _sign(self, item: _Item, signature: Opaque) -> None:
        """Sign a text that is still in the script."""
        signed = _Item(item.block, attrs.evolve(item.step, signature=signature))
        script = self._script(item.block.choice)
        if script.size - item.size + signed.size > self.sealer.most:
            self.lost(item.block, "signature", _NO_ROOM)
            return
        script.size += signed.size - item.size
        item.step, item.size = signed.step, signed.size
        item.fields = ("signature",)

    # --- the script -----------------------------------------------------------------

    def _script(self, choice: ChoiceStow) -> _Script:
        if choice.script is None:
            choice.script = _Script()
        script: _Script = choice.script
        return script

    def _add(
        self, block: Block, step: Step, fields: tuple[str, ...] = ()
    ) -> _Item | None:
        """Add a step; `None`: an envelope could not hold it as well."""
        script = self._script(block.choice)
        item = _Item(block, step, fields)
        if script.size + item.size > self.sealer.most:
            return None
        script.size += item.size
        script.items.append(item)
        return item

    def _seal(self, items: list[_Item]) -> str | None:
        return self.sealer.seal(_joined([item.whole() for item in items]), script=True)

    def _written(self, items: list[_Item], to: str) -> None:
        """Record where an envelope's state is now."""
        for item in items:
            if not item.step.is_state:
                continue
            item.block.held = None
            for field in item.fields or ("",):
                self.moved(f"{item.block.path}.{field}".removesuffix("."), to)

    def _give_up(self, items: list[_Item], why: str, out: Chunks) -> None:
        """Report what has no place; a summary of earlier turns goes on as text."""
        for item in items:
            block, part = item.block, item.step.part
            if (
                block.held is not None
                and isinstance(part, CompactionPart)
                and part.text
            ):
                self.release_late(block, why, out)
            elif block.held is not None and part is not None:
                block.held = None
                self.lost_whole(block, _hidden_code(part), why)
            else:
                for field in item.fields:
                    self.lost(block, field, why)


def _hidden_code(part: Part) -> LossCode:
    """Name what is lost with a part that this client never sees."""
    if isinstance(part, ReasoningPart):
        return unwritten_code(part)
    if isinstance(part, CompactionPart):
        return LossCode.CTX_COMPACTION
    return LossCode.THINK_SIGNATURE


def _call(state: State) -> Step:
    return Step(kind="call", count=1, signature=state.signature, extra=state.extra)


def _joined(steps: list[Step]) -> list[Step]:
    """Join steps that only count."""
    out: list[Step] = []
    for step in steps:
        if not step.is_state and step.count == 0:
            continue
        last = out[-1] if out else None
        if last and not (last.is_state or step.is_state) and last.kind == step.kind:
            out[-1] = attrs.evolve(last, count=last.count + step.count)
        else:
            out.append(step)
    return out
