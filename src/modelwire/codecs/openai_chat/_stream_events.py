"""
Events of a stream that is being written: the envelope, unknown fields, losses.

`EventWriter` is what the stream encoder is built on.  It knows how a delta becomes an
event, and what every event repeats; it knows no chunk.

Source:
    wire/openai_chat.md section 6, read 2026-11-21.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelwire.codecs import _json
from modelwire.codecs._base import COLLECT
from modelwire.codecs._ids import counting_ids, turn_seed
from modelwire.codecs._losses import LossLog, by_position
from modelwire.codecs.openai_chat._profiles import DEFAULT_PROFILE
from modelwire.codecs.openai_chat._stream_blocks import (
    ChoiceWriter,
)
from modelwire.codecs.openai_chat._wire import DIALECT, OBJECT_CHUNK
from modelwire.errors import UnsupportedFeatureError
from modelwire.ir._loss_codes import LossCode

if TYPE_CHECKING:
    from modelwire.codecs._base import Ids, LossPolicy
    from modelwire.codecs._profile import Profile
    from modelwire.ir._base import Extra, JSONObject
    from modelwire.ir._losses import Loss
    from modelwire.ir._request import ChatRequest

__all__ = ["EventWriter"]


class _StreamLog(LossLog):
    """A loss log that says whether something new stands in it."""

    __slots__ = ("fresh",)

    def __init__(self) -> None:
        super().__init__(DIALECT)
        self.fresh = False

    def add(self, *args: Any, **kwargs: Any) -> None:
        super().add(*args, **kwargs)
        self.fresh = True


class EventWriter:
    """
    Writes events.

    Args:
        request: What the client asked; its model fills in for a missing one.
        ids: Makes ids for what has none; default: counting.
        created: Unix time for a source that names none.
        on_loss: Which losses raise.
        profile: The variant that the client takes us for.

    Invariants:
        Every event of one stream has the same id.
    """

    def __init__(
        self,
        *,
        request: ChatRequest | None = None,
        ids: Ids | None = None,
        created: int = 0,
        on_loss: LossPolicy = COLLECT,
        profile: Profile = DEFAULT_PROFILE,
    ) -> None:
        self._request_model = request.model if request is not None else ""
        self._turn = turn_seed(request)
        self._ids = ids
        self._default_created = created
        self._policy = on_loss
        self._profile = profile
        self._log = _StreamLog()
        self._settled = 0
        self._id: str | None = None
        self._model: str | None = None
        self._created: int | None = None
        self._head: JSONObject | None = None
        """The envelope as it is written; `None`: to be made anew."""
        self._began = False
        """Whether an event was written."""
        self._extra: JSONObject = {}
        """Unknown fields of the response that wait for the next event."""
        self._reported: set[str] = set()
        self._choices: dict[int, ChoiceWriter] = {}

    @property
    def losses(self) -> tuple[Loss, ...]:
        """What could not be carried over so far."""
        written = (n for n, c in self._choices.items() if c.out or c.role)
        return by_position(self._log.losses, self._choices, written)

    def _settle(self) -> None:
        """Refuse what the policy refuses among the new losses."""
        self._log.fresh = False
        losses = self._log.losses
        new = losses[self._settled :]
        self._settled = len(losses)
        refused = tuple(loss for loss in new if self._policy.refuses(loss))
        if refused:
            raise UnsupportedFeatureError(losses, refused=refused, dialect=DIALECT)

    # --- events ---------------------------------------------------------------------

    def _envelope(self) -> JSONObject:
        """Give the fields that every event begins with."""
        head = self._head
        if head is None:
            log = self._log
            if not self._id:
                made = self._new_id("response")
                self._id = made if made.startswith("chatcmpl") else f"chatcmpl-{made}"
                log.add(LossCode.RESP_ID, None, "synthesised", to="$.id")
            if self._model is None and self._request_model:
                self._model = self._request_model
                log.add(LossCode.RESP_MODEL, None, "synthesised", to="$.model")
            elif self._model == "":
                log.add(LossCode.RESP_MODEL, "$.model", "dropped", severity="cosmetic")
            if self._created is None:
                self._created = self._default_created
                log.add(LossCode.RESP_CREATED, None, "synthesised", to="$.created")
            head = self._head = {
                "id": self._id,
                "object": OBJECT_CHUNK,
                "created": self._created,
                "model": self._model or "",
            }
        return head

    def _new_id(self, kind: str) -> str:
        if self._ids is None:
            self._ids = counting_ids(self._id or self._turn)
        return self._ids(kind)

    def _new_call_id(self) -> str:
        self._envelope()  # the response's own id comes first
        return self._new_id("call")

    def _event(
        self,
        choices: list[JSONObject],
        out: list[bytes],
        more: JSONObject | None = None,
    ) -> None:
        """Write one event, with the unknown fields that wait."""
        event = {**self._envelope(), "choices": choices}
        if more:
            event.update(more)
        if self._extra:
            for key, value in self._extra.items():
                event.setdefault(key, value)
            self._extra = {}
        self._began = True
        out.append(b"data: " + _json.dumps(event) + b"\n\n")

    def _delta(
        self,
        choice: ChoiceWriter,
        delta: JSONObject,
        out: list[bytes],
        *,
        finish: str | None = None,
        logprobs: JSONObject | None = None,
    ) -> None:
        """Write one delta of a choice."""
        if not choice.role:
            choice.role = True
            delta = {"role": "assistant", **delta}
        if choice.message:
            delta = {**delta}
            for key, value in choice.message.items():
                delta.setdefault(key, value)
            choice.message = {}
        wire: JSONObject = {"index": choice.index, "delta": delta}
        if logprobs is not None:
            wire["logprobs"] = logprobs
        wire["finish_reason"] = finish
        if choice.extra:
            for key, value in choice.extra.items():
                wire.setdefault(key, value)
            choice.extra = {}
        self._event([wire], out)

    def _choice(self, index: int) -> ChoiceWriter:
        choice = self._choices.get(index)
        if choice is None:
            choice = self._choices[index] = ChoiceWriter(index)
        return choice

    def _identify(
        self, id_: str | None, model: str | None, created: int | None
    ) -> None:
        log = self._log
        if id_:
            if not self._id:
                self._id = id_
                self._head = None
            elif id_ != self._id and self._minted("$.id"):
                log.approximate(LossCode.RESP_ID, "$.id", "came after the first event")
        if model is not None and model != self._model:
            self._model = model
            self._head = None
        if created is not None and created != self._created:
            if self._created is None or not self._began:
                self._created = created
                self._head = None
            elif self._once("$.created"):
                log.approximate(LossCode.RESP_CREATED, "$.created")

    def _minted(self, to: str) -> bool:
        """Say whether *to* was made up here, so that what comes late is lost."""
        made = any(loss.to == to for loss in self._log.losses)
        return made and self._once(to)

    def _once(self, key: str) -> bool:
        if key in self._reported:
            return False
        self._reported.add(key)
        return True

    def _own(self, extra: Extra, path: str, code: LossCode) -> JSONObject:
        """Give our own fields of *extra*; those of others are losses, once each."""
        for dialect, fields in extra.items():
            if dialect != DIALECT:
                for name in fields:
                    where = f"{path}.extra[{dialect!r}].{name}"
                    if not name.startswith("$") and self._once(where):
                        self._log.drop_field(code, path, dialect, name)
        own = extra.get(DIALECT, {})
        return {k: v for k, v in own.items() if not k.startswith("$")}
