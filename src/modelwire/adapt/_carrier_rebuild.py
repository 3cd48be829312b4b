"""
Putting a message together again: what envelopes say, and the parts that they say it of.

`InPlace` is for envelopes that stand where their state does, `Script` for those that
say the order of a whole message.  Both take parts with the numbers that they had and
give parts with the numbers of those that they are from.  `_carrier_recover` finds and
opens the envelopes.
"""

from __future__ import annotations

import re
from typing import Any, Final, TypeAlias

import attrs

from modelwire.adapt._carrier_blocks import shown_text
from modelwire.adapt._carrier_steps import (
    OPAQUE_FIELDS,
    Step,
    more_extra,
)
from modelwire.codecs._losses import LossLog
from modelwire.ir._base import Extra
from modelwire.ir._loss_codes import LossCode
from modelwire.ir._parts import (
    CompactionPart,
    Part,
    ReasoningPart,
    TextPart,
    ToolCallPart,
)

__all__ = ["Found", "InPlace", "Placed", "Script", "Waiting", "loss_code"]

Placed: TypeAlias = tuple[Part, int]
"""A part, and the number of the part of the message that it is from."""
Waiting: TypeAlias = tuple[Step, int]
"""A step whose text or call is still to come, and the number of its part."""

_CODES: Final = {
    "signature": LossCode.THINK_SIGNATURE,
    "encrypted": LossCode.THINK_SIGNATURE,
    "redacted": LossCode.THINK_REDACTED,
    "id": LossCode.THINK_SIGNATURE,
}
_LEGAL_ID: Final = re.compile(r"[a-zA-Z0-9_-]+")
_CLASSES: Final[dict[str, type]] = {"text": TextPart, "call": ToolCallPart}


@attrs.frozen
class Found:
    """One envelope."""

    part: int
    """The number of the part that it stands on."""
    field: str
    """The field: an opaque one, or `id`."""
    steps: tuple[Step, ...] | None
    """What it says; `None`: it is damaged, foreign or too large."""
    script: bool = False
    """The placement."""
    why: str = ""
    """What is wrong with it."""
    stem: str = ""
    """With `id`: the id without it."""


# --- in place -----------------------------------------------------------------------


class InPlace:
    """
    Puts back what stands where its envelope does.

    Args:
        found: The envelopes of one message.
        path: The message's path.
        log: Where losses go.
        before: The parts of the messages before it in the same turn; words that an
            envelope says again are taken out of them.
    """

    def __init__(
        self,
        found: list[Found],
        path: str,
        log: LossLog,
        before: list[list[Placed]],
    ) -> None:
        self._before = before
        self._path = path
        self._log = log
        self._on: dict[int, list[Found]] = {}
        for item in found:
            self._on.setdefault(item.part, []).append(item)
        self._out: list[Placed] = []
        self._waiting: list[Waiting] = []
        self.lost: list[Waiting] = []
        """Steps whose text or call is not there."""
        self.extra: Extra = {}
        """State of the message itself."""

    def run(self, parts: tuple[Part, ...]) -> list[Placed]:
        """Give the message's parts."""
        for number, part in enumerate(parts):
            found = self._on.get(number)
            if found is not None:
                self._open(part, number, found)
                continue
            signed = part
            if self._waiting:
                # It stands directly before what it signs, or the client has changed
                # that.
                signed = _claim(part, self._waiting)
                self._give_up()
            self._out.append((signed, number))
        self._give_up()
        return self._out

    def _give_up(self) -> None:
        self.lost += self._waiting
        self._waiting.clear()

    def _open(self, part: Part, number: int, found: list[Found]) -> None:
        """Put back what the envelopes on a part hold."""
        bare = _bare(part, found)
        keep = _says(bare)
        for item in found:
            if item.steps is None:
                where = f"{self._path}.parts[{number}]"
                where += f".{item.field}" if keep else ""
                self._log.drop(_CODES[item.field], where, item.why)
                continue
            for step in () if item.script else item.steps:
                if step.part is not None:
                    _supersede([*self._before, self._out], bare, step)
                    self._out.append((step.part, number))
                    keep = keep and not isinstance(bare, ReasoningPart | CompactionPart)
                elif step.kind == "message":
                    self.extra = more_extra(self.extra, step.extra)
                elif step.back:
                    if not _sign_last(self._out, step):
                        self.lost.append((step, number))
                elif isinstance(bare, _CLASSES[step.kind]):
                    bare = _signed(bare, step)
                else:
                    self._waiting.append((step, number))
        if keep:
            self._out.append((bare, number))


def _bare(part: Any, found: list[Found]) -> Part:
    """Give a part without its envelopes."""
    changes: dict[str, Any] = {}
    for item in found:
        changes[item.field] = item.stem if item.field == "id" else None
    made: Part = attrs.evolve(part, **changes)
    return made


def _says(part: Part) -> bool:
    """Say whether a part is more than the place of an envelope."""
    if isinstance(part, ReasoningPart | CompactionPart):
        return bool(
            shown_text(part) or any(getattr(part, f, None) for f in OPAQUE_FIELDS)
        )
    return True


def _signed(part: Any, step: Step) -> Part:
    """Give a text or call its state back."""
    changes: dict[str, Any] = {}
    if step.signature is not None:
        changes["signature"] = step.signature
    if step.extra:
        changes["extra"] = more_extra(part.extra, step.extra)
    made: Part = attrs.evolve(part, **changes)
    return made


def _claim(part: Part, waiting: list[Waiting]) -> Part:
    """Give a part the state that waits for it."""
    for item in list(waiting):
        step = item[0]
        if isinstance(part, _CLASSES[step.kind]) and (
            not isinstance(part, ToolCallPart) or _is_id(part.id, step.id)
        ):
            waiting.remove(item)
            part = _signed(part, step)
    return part


def _is_id(id_: str, wanted: str | None) -> bool:
    """Say whether a call is the one; an id that is not legal may have been renamed."""
    return not wanted or id_ == wanted or not _LEGAL_ID.fullmatch(wanted)


def _sign_last(out: list[Placed], step: Step) -> bool:
    """Give the last text or call its state back; say whether there is one."""
    for place in range(len(out) - 1, -1, -1):
        part, origin = out[place]
        if isinstance(part, _CLASSES[step.kind]):
            out[place] = _signed(part, step), origin
            return True
    return False


def loss_code(step: Step) -> LossCode:
    """Name the concept of a text's or call's state."""
    if step.kind == "call":
        return LossCode.TOOL_CALL_THOUGHT_SIGNATURE
    return LossCode.THINK_SIGNATURE


def _supersede(lists: list[list[Placed]], bare: Part, step: Step) -> None:
    """
    Take away the words before an envelope that its part says again.

    Args:
        lists: The parts so far, of this message and of those before it in its turn: a
            client that folds nothing replays each event as a message of its own.
        bare: The part that the envelope stands on, without it.
        step: What the envelope puts back.
    """
    if not step.shown or step.part is None:
        return
    words, own = shown_text(step.part), shown_text(bare)
    if own == words:
        return
    places: list[tuple[list[Placed], int]] = []
    for parts in reversed(lists):
        size = len(places)
        places += [
            (parts, place)
            for place in range(len(parts) - 1, _after_last_other(parts) - 1, -1)
        ]
        if len(places) - size != len(parts):
            break
    before = "".join(shown_text(p[n][0]) for p, n in reversed(places)) + own
    # Where the client has changed the words, what the model said stands.
    left = len(words) if before.endswith(words) else len(before)
    left -= len(own)
    for parts, place in places:
        if left <= 0:
            return
        part, number = parts[place]
        text = shown_text(part)
        if len(text) <= left:
            del parts[place]
        else:
            kept = ReasoningPart(text=text[: len(text) - left], extra=part.extra)
            parts[place] = kept, number
        left -= len(text)


def _after_last_other(parts: list[Placed]) -> int:
    """Give where the reasoning at the end begins that is only words."""
    first = len(parts)
    while first and _is_plain(parts[first - 1][0]):
        first -= 1
    return first


def _is_plain(part: Part) -> bool:
    """Say whether a part is reasoning that is only words."""
    return isinstance(part, ReasoningPart) and not any(
        getattr(part, field) for field in OPAQUE_FIELDS
    )


# --- scripts ------------------------------------------------------------------------


class Script:
    """Puts a message together again as its scripts say."""

    def __init__(self, parts: list[Placed], scripts: list[Found]) -> None:
        self._rest = [x for x in parts if not isinstance(x[0], ToolCallPart)]
        """What is not a call, in order; its texts are one."""
        self._calls = [x for x in parts if isinstance(x[0], ToolCallPart)]
        self._scripts = scripts
        self._out: list[Placed] = []
        self.lost: list[Waiting] = []
        """Steps whose text or call is not there."""

    def run(self) -> list[Placed]:
        """Give the message's parts."""
        self._drop_shown()
        for script in self._scripts:
            on_call = script.field == "id"
            own: Step | None = None
            for step in script.steps or ():
                if on_call and step.kind == "call" and not step.back and step.is_state:
                    own = step
                else:
                    self._step(step, script.part)
            if on_call:
                self._call_of(script.part, own)
        return [*self._out, *self._rest, *self._calls]

    def _step(self, step: Step, number: int) -> None:
        if step.part is not None:
            self._out.append((step.part, number))
        elif step.back:
            if not _sign_last(self._out, step):
                self.lost.append((step, number))
        elif step.kind == "call":
            self._next_calls(step, number)
        elif step.count:
            self._text(step, number)
        elif step.is_state:
            self._out.append((_signed(TextPart(text=""), step), number))

    def _next_calls(self, step: Step, number: int) -> None:
        """Give so many calls, as far as there are so many before the script's own."""
        for done in range(step.count):
            if not self._calls or self._calls[0][1] == number:
                if step.is_state and not done:
                    self.lost.append((step, number))
                return
            part, at = self._calls.pop(0)
            self._out.append((_signed(part, step) if step.is_state else part, at))

    def _call_of(self, number: int, own: Step | None) -> None:
        """Give the calls up to the one that a script stands on."""
        while self._calls:
            part, at = self._calls.pop(0)
            if at == number:
                signed = part if own is None else _signed(part, own)
                self._out.append((signed, at))
                return
            self._out.append((part, at))
        if own is not None:
            # Another script has given the call already.
            self.lost.append((own, number))

    def _text(self, step: Step, at: int) -> None:
        """Give so many characters of the text; what is no text comes along."""
        left, signs = step.count, step.is_state
        while left > 0 and self._rest:
            part, number = self._rest.pop(0)
            if isinstance(part, TextPart):
                if len(part.text) > left:
                    after = attrs.evolve(part, text=part.text[left:], annotations=())
                    self._rest.insert(0, (after, number))
                    part = attrs.evolve(part, text=part.text[:left])
                left -= len(part.text)
                if step.is_state:
                    part, signs = _signed(part, step), False
            self._out.append((part, number))
        if signs:
            self.lost.append((step, at))

    def _drop_shown(self) -> None:
        """Take away the reasoning that the client read, where it is restored."""
        shown = [
            shown_text(step.part)
            for script in self._scripts
            for step in script.steps or ()
            if step.part is not None and step.shown
        ]
        if not shown:
            return
        kept: list[Placed] = []
        for part, number in self._rest:
            words = _minus(shown_text(part), shown) if _is_plain(part) else ""
            if not _is_plain(part) or words == shown_text(part):
                kept.append((part, number))
            elif words:
                kept.append((ReasoningPart(text=words, extra=part.extra), number))
        if shown:
            # The client has changed the words: what the model said stands.
            kept = [item for item in kept if not _is_plain(item[0])]
        self._rest = kept


def _minus(words: str, shown: list[str]) -> str:
    """Take texts out of *words*, into which they were joined with blank lines."""
    for text in list(shown):
        if text and text in words:
            before, _, after = words.partition(text)
            words = "\n\n".join(x for x in (before.strip("\n"), after.strip("\n")) if x)
            shown.remove(text)
    return words
