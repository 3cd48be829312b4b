"""
Recovering: a request with envelopes in, the history as the model said it out.

It takes a decoded request and gives it with every envelope removed: what was intact is
put back where it stood, what was not is reported and gone.  Nothing of an envelope
reaches the encoder of the upstream.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import attrs

from modelwire.adapt._adapted import Adapted
from modelwire.adapt._carrier_envelope import is_envelope, split_id, unseal
from modelwire.adapt._carrier_payload import unpack
from modelwire.adapt._carrier_rebuild import (
    Found,
    InPlace,
    Placed,
    Script,
    loss_code,
)
from modelwire.adapt._carrier_steps import OPAQUE_FIELDS, more_extra
from modelwire.codecs._losses import LossLog
from modelwire.ir._base import Extra
from modelwire.ir._losses import Loss, LossCode
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
    history = _History(request.messages, log)
    for number in range(len(request.messages)):
        history.put_back(number, found[number])
    if not log.losses:
        return Adapted(request=request)
    return history.adapted(request)


class _History:
    """
    The messages of a request while they are put together again.

    Args:
        messages: The messages.
        log: Where losses go.
    """

    def __init__(self, messages: tuple[Message, ...], log: LossLog) -> None:
        self._messages = messages
        self._log = log
        self._parts: list[list[Placed]] = []
        self._extra: dict[int, Extra] = {}
        self._turn = 0
        """Where the assistant's turn began that goes on."""

    def put_back(self, number: int, found: list[Found]) -> None:
        """Put the next message together."""
        message = self._messages[number]
        if message.role != "assistant":
            self._turn = number + 1
        parts = [(part, place) for place, part in enumerate(message.parts)]
        if found:
            parts = self._rebuilt(number, found)
        self._parts.append(_clean_results(parts, _path(number), self._log))

    def _rebuilt(self, number: int, found: list[Found]) -> list[Placed]:
        log, path = self._log, _path(number)
        turn = self._parts[self._turn :]
        before = [[id(part) for part, _ in parts] for parts in turn]
        place = InPlace(found, path, log, turn)
        parts = place.run(self._messages[number].parts)
        lost = place.lost
        script = [x for x in found if x.script and x.steps is not None]
        if script:
            put = Script(parts, script)
            parts = put.run()
            lost += put.lost
        for step, origin in lost:
            where = f"{path}.parts[{origin}]"
            log.drop(loss_code(step), where, "what it signs is not there")
        if any(item.steps is not None for item in found):
            _note(log, path, "moved")
        for place_of, (ids, after) in enumerate(zip(before, turn, strict=True)):
            if ids != [id(part) for part, _ in after]:
                _note(log, _path(self._turn + place_of), "merged")
        if place.extra:
            self._put_extra(number, place.extra, has_parts=bool(parts))
        return parts

    def _put_extra(self, number: int, extra: Extra, *, has_parts: bool) -> None:
        """Give a message its own state back, or the last one of the turn before it."""
        owner = number
        if not has_parts:
            owner = next(
                (n for n in range(number - 1, self._turn - 1, -1) if self._parts[n]), -1
            )
        if owner < 0:
            where = f"{_path(number)}.parts[0]"
            self._log.drop(LossCode.THINK_SIGNATURE, where, "no message is left of it")
            return
        self._extra[owner] = extra
        _note(self._log, _path(owner), "moved")

    def adapted(self, request: ChatRequest) -> Adapted:
        """Give the request, without messages of which nothing is left."""
        messages: list[Message] = []
        origins: dict[str, str] = {}
        places: dict[str, str | None] = {}
        for number, (message, parts) in enumerate(
            zip(self._messages, self._parts, strict=True)
        ):
            old, new = _path(number), _path(len(messages))
            if message.parts and not parts:
                places[old] = None
                continue
            places[old] = new
            if old != new:
                origins[new] = old
            for place, (_, origin) in enumerate(parts):
                if place != origin:
                    origins[f"{new}.parts[{place}]"] = f"{old}.parts[{origin}]"
            messages.append(_with(message, parts, self._extra.get(number)))
        return Adapted(
            request=attrs.evolve(request, messages=tuple(messages)),
            losses=tuple(_placed(loss, places) for loss in self._log.losses),
            origins=origins,
        )


def _path(number: int) -> str:
    return f"$.messages[{number}]"


def _placed(loss: Loss, places: dict[str, str | None]) -> Loss:
    """Let `to` name the message's place in what is given."""
    if loss.to is None:
        return loss
    head, bracket, rest = loss.to.partition("]")
    new = places[head + bracket]
    return attrs.evolve(loss, to=None if new is None else new + rest)


def _with(message: Message, parts: list[Placed], extra: Extra | None) -> Message:
    """Give a message other parts, and its own state back."""
    changes: dict[str, Any] = {}
    if extra:
        changes["extra"] = more_extra(message.extra, extra)
    now = tuple(part for part, _ in parts)
    if len(now) != len(message.parts) or any(
        new is not old for new, old in zip(now, message.parts, strict=True)
    ):
        changes["parts"] = now
    made: Message = attrs.evolve(message, **changes) if changes else message
    return made


def _clean_results(parts: list[Placed], path: str, log: LossLog) -> list[Placed]:
    """Give results the ids that the upstream knows."""
    out: list[Placed] = []
    for number, (part, origin) in enumerate(parts):
        split = split_id(part.call_id) if isinstance(part, ToolResultPart) else None
        if split is None or not isinstance(part, ToolResultPart):
            out.append((part, origin))
            continue
        out.append((attrs.evolve(part, call_id=split[0]), origin))
        log.add(
            LossCode.TOOL_CALL_ID,
            f"{path}.parts[{origin}].call_id",
            "approximated",
            to=f"{path}.parts[{number}].call_id",
            severity="cosmetic",
            detail="without the envelope",
        )
    return out


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
