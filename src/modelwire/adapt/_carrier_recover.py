"""
Recovering: a request with envelopes in, the history as the model said it out.

It takes a decoded request and gives it with every envelope removed: what was intact is
put back where it stood, what was not is reported and gone.  Nothing of an envelope
reaches the encoder of the upstream.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import attrs

from modelwire.adapt._adapted import Adapted, relocated
from modelwire.adapt._carrier_envelope import is_envelope, split_id, unseal
from modelwire.adapt._carrier_payload import unpack
from modelwire.adapt._carrier_rebuild import (
    Found,
    InPlace,
    Placed,
    Script,
    loss_code,
)
from modelwire.adapt._carrier_steps import (
    OPAQUE_FIELDS,
)
from modelwire.codecs._losses import LossLog
from modelwire.ir._loss_codes import LossCode
from modelwire.ir._messages import Message
from modelwire.ir._parts import Opaque, Part, ToolCallPart, ToolResultPart
from modelwire.ir._request import ChatRequest

__all__ = ["recover"]


def recover(
    request: ChatRequest, *, client: str, max_bytes: int, max_total: int, key: bytes
) -> Adapted:
    """
    Take every envelope out of a request.

    Args:
        request: The request as the client sent it.
        client: The client's dialect.
        max_bytes: Most characters of one envelope.
        max_total: Most characters of all envelopes, the newest first.
        key: The key that they were sealed with.

    Returns:
        The request for the upstream; itself when there was no envelope.
    """
    opener = _Opener(max_bytes, max_total, key)
    # What the model needs most is the turn that goes on, so the newest come first.
    found = {
        number: opener.message(message)
        for number, message in reversed(list(enumerate(request.messages)))
    }
    log = LossLog(client)
    rebuilt = _rebuilt(request.messages, found, log)
    messages: list[Message] = []
    origins: dict[str, str] = {}
    places: dict[str, str] = {}
    for number, (message, parts) in enumerate(
        zip(request.messages, rebuilt, strict=True)
    ):
        if message.parts and not parts:
            continue
        old, new = f"$.messages[{number}]", f"$.messages[{len(messages)}]"
        if old != new:
            origins[new], places[old] = old, new
        for place, (_, origin) in enumerate(parts):
            if place != origin:
                origins[f"{new}.parts[{place}]"] = f"{old}.parts[{origin}]"
        messages.append(_with_parts(message, parts, old, log))
    if not log.losses:
        return Adapted(request=request)
    return Adapted(
        request=attrs.evolve(request, messages=tuple(messages)),
        losses=tuple(
            loss
            if loss.to is None
            else attrs.evolve(loss, to=relocated(loss.to, places))
            for loss in log.losses
        ),
        origins=origins,
    )


def _rebuilt(
    messages: tuple[Message, ...], found: dict[int, list[Found]], log: LossLog
) -> list[list[Placed]]:
    """Give the parts of each message without envelopes, what they held put back."""
    out: list[list[Placed]] = []
    first = 0
    for number, message in enumerate(messages):
        parts = [(part, place) for place, part in enumerate(message.parts)]
        if message.role != "assistant":
            first = number + 1
        if found[number]:
            path = f"$.messages[{number}]"
            turn = out[first:]
            sizes = [[id(part) for part, _ in before] for before in turn]
            parts = _put_back(message.parts, found[number], path, log, turn)
            for place, (size, before) in enumerate(zip(sizes, turn, strict=True)):
                if size != [id(part) for part, _ in before]:
                    _note(log, f"$.messages[{first + place}]", "merged")
        out.append(parts)
    return out


def _put_back(
    parts: tuple[Part, ...],
    found: list[Found],
    path: str,
    log: LossLog,
    turn: list[list[Placed]],
) -> list[Placed]:
    """Give a message's parts without envelopes, what they held put back."""
    place = InPlace(found, path, log, turn)
    rebuilt = place.run(parts)
    lost = place.lost
    script = [x for x in found if x.script and x.steps is not None]
    if script:
        put = Script(rebuilt, script)
        rebuilt = put.run()
        lost += put.lost
    for step, number in lost:
        where = f"{path}.parts[{number}]"
        log.drop(loss_code(step), where, "what it signs is not there")
    if any(item.steps is not None for item in found):
        _note(log, path, "moved")
    return rebuilt


def _note(log: LossLog, path: str, action: Literal["moved", "merged"]) -> None:
    """Record that a message is as the model said it again."""
    log.add(
        LossCode.THINK_REPLAY_RULE,
        path,
        action,
        to=path if action == "moved" else None,
        severity="cosmetic",
        detail="out of a carrier",
    )


def _with_parts(
    message: Message,
    parts: list[Placed],
    path: str,
    log: LossLog,
) -> Message:
    """Give a message other parts, and results the ids that the upstream knows."""
    out: list[Part] = []
    for number, (part, _) in enumerate(parts):
        if not isinstance(part, ToolResultPart) or not (
            split := split_id(part.call_id)
        ):
            out.append(part)
            continue
        out.append(attrs.evolve(part, call_id=split[0]))
        where = f"{path}.parts[{number}].call_id"
        log.add(
            LossCode.TOOL_CALL_ID,
            where,
            "approximated",
            to=where,
            severity="cosmetic",
            detail="without the envelope",
        )
    if len(out) == len(message.parts) and all(
        new is old for new, old in zip(out, message.parts, strict=True)
    ):
        return message
    return attrs.evolve(message, parts=tuple(out))


class _Opener:
    """Finds envelopes and opens them, within the request's bound."""

    def __init__(self, max_bytes: int, max_total: int, key: bytes) -> None:
        self._most = max_bytes
        self._left = max_total
        self._key = key

    def message(self, message: Message) -> list[Found]:
        """Open the envelopes of a message."""
        return [
            self._id(number, text) if field == "id" else self._open(number, field, text)
            for number, part in enumerate(message.parts)
            for field, text in _texts(part)
        ]

    def _id(self, number: int, text: str) -> Found:
        split = split_id(text)
        assert split is not None  # noqa: S101 - `_texts` has looked
        stem, envelope = split
        return attrs.evolve(self._open(number, "id", envelope), stem=stem)

    def _open(self, number: int, field: str, text: str) -> Found:
        if len(text) > min(self._most, self._left):
            return Found(number, field, None, why="a carrier that is too large")
        opened = unseal(text, key=self._key)
        steps = None if opened is None else unpack(opened[1])
        if opened is None or steps is None:
            return Found(number, field, None, why="a carrier that is damaged")
        self._left -= len(text)
        return Found(number, field, steps, opened[0])


def _texts(part: Part) -> Iterator[tuple[str, str]]:
    """Give the fields of a part that hold an envelope, or what is left of one."""
    for field in OPAQUE_FIELDS:
        value: Opaque | None = getattr(part, field, None)
        if value is not None and is_envelope(value.value):
            yield field, value.value
    if isinstance(part, ToolCallPart) and split_id(part.id):
        yield "id", part.id
