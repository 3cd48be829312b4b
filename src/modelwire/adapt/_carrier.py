"""
The signature carrier: opaque reasoning state through clients that have no field for it.

Anthropic's signatures and redacted thinking, Gemini's thought signatures and OpenAI's
encrypted reasoning are state: the model goes on thinking where it stopped only if the
client sends them back.  A client of another dialect has no field for them.  `Carrier`
puts them into envelopes in fields that such a client sends back unread, and takes them
out of its next request.

    carrier = Carrier()
    stowed = carrier.stow(response, client="openai-chat")      # before encode_response
    adapted = carrier.recover(request, client="openai-chat")   # after decode_request

`modelwire.translate` does both when it is given a carrier.  Which fields, which bytes
and which clients: docs/carrier.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

import attrs

from modelwire.adapt._adapted import Adapted
from modelwire.adapt._carrier_payload import Sealer
from modelwire.adapt._carrier_places import PLACES, PlaceStower
from modelwire.adapt._carrier_recover import recover
from modelwire.adapt._carrier_script import CLIENT as SCRIPT_CLIENT, ScriptStower
from modelwire.adapt._carrier_steps import (
    foreign_extra,
    foreign_fields,
    foreign_state,
    kin_of,
)
from modelwire.adapt._carrier_stowed import Stowed
from modelwire.adapt._carrier_stream import Stower
from modelwire.codecs import openai_chat
from modelwire.codecs._base import COLLECT, LossPolicy
from modelwire.errors import LocalError
from modelwire.ir._accumulate import Accumulator
from modelwire.ir._base import Node
from modelwire.ir._chunks import (
    BlockStart,
    BlockStop,
    ChoiceFinish,
    ChoiceUpdate,
    StreamChunk,
)
from modelwire.ir._losses import Loss
from modelwire.ir._response import Choice, Finish

if TYPE_CHECKING:
    from modelwire.codecs._profile import Profile
    from modelwire.ir._request import ChatRequest
    from modelwire.ir._response import ChatResponse

__all__ = ["Carrier", "StowStream"]

_KIB = 1024
_KEY_LIMIT = 64


class StowStream(Protocol):
    """Puts state where a client replays it, chunk by chunk."""

    @property
    def losses(self) -> tuple[Loss, ...]:
        """What was moved, and what found no place; *path* in the folded source."""
        ...

    @property
    def origins(self) -> Mapping[str, str]:
        """Where a part stood in the source, for those that moved."""
        ...

    def feed(self, chunk: StreamChunk) -> list[StreamChunk]:
        """Take a chunk and give those to encode instead."""
        ...

    def account(self, encoded: tuple[Loss, ...]) -> tuple[Loss, ...]:
        """Give the losses, and those of the encoder with their place in the source."""
        ...


def _positive(_carrier: Any, attribute: attrs.Attribute[Any], value: Any) -> None:
    if type(value) is not int or value < 1:
        msg = "a limit is an int of 1 or more"
        raise LocalError(msg, path=attribute.name)


def _is_key(_carrier: Any, attribute: attrs.Attribute[Any], value: Any) -> None:
    if type(value) is not bytes or len(value) > _KEY_LIMIT:
        msg = f"a key is at most {_KEY_LIMIT} bytes"
        raise LocalError(msg, path=attribute.name)


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class Carrier(Node):
    """
    Carries opaque state through clients; it keeps nothing itself.

    Two carriers with equal settings understand each other, in any process.
    """

    max_bytes: int = attrs.field(default=256 * _KIB, validator=_positive)
    """
    Most bytes of one envelope, and of all envelopes of one response.

    An envelope is a third larger than what it holds: a whole reasoning part with its
    words, where the client's dialect has no field for them.
    """
    max_request_bytes: int = attrs.field(default=16 * _KIB * _KIB, validator=_positive)
    """Most bytes of all envelopes that are opened in one request, newest first."""
    key: bytes = attrs.field(default=b"", repr=False, validator=_is_key)
    """
    Makes a client unable to write envelopes itself; up to 64 bytes.

    Without it an envelope is only checked.  Every process that serves a conversation
    needs the same.
    """

    def stow(
        self, response: ChatResponse, *, client: str, profile: Profile | None = None
    ) -> Stowed:
        """
        Put a response's foreign state where a client replays it.

        Args:
            response: What the upstream answered.
            client: The client's dialect.
            profile: The client's variant of its dialect.

        Returns:
            The response to encode; the very same when it has no foreign state.
        """
        kin = kin_of(client)
        if not _is_known(client) or not any(
            foreign_extra(choice.message.extra, kin)
            or any(
                foreign_fields(part, kin) or foreign_state(part, kin)
                for part in choice.message.parts
            )
            for choice in response.choices
        ):
            return Stowed(response=response)
        stower = self._stower(client, profile, COLLECT)
        choices = tuple(
            _stow_choice(choice, number, stower)
            for number, choice in enumerate(response.choices)
        )
        return Stowed(
            response=attrs.evolve(response, choices=choices),
            losses=stower.losses,
            origins=stower.origins,
        )

    def stow_stream(
        self,
        *,
        client: str,
        profile: Profile | None = None,
        on_loss: LossPolicy = COLLECT,
    ) -> StowStream:
        """
        Make a machine that does `stow` while an answer streams.

        Args:
            client: The client's dialect.
            profile: The client's variant of its dialect.
            on_loss: Which losses stop the stream; none by default, because the client
                has part of the answer by then.

        Returns:
            The machine.  Text goes through it at once.
        """
        if not _is_known(client):
            return _Unchanged()
        return self._stower(client, profile, on_loss)

    def recover(self, request: ChatRequest, *, client: str) -> Adapted:
        """
        Take every envelope out of a request and put back what they hold.

        Args:
            request: What the client sent.
            client: The client's dialect.

        Returns:
            The request for the upstream; the very same when it has no envelope.  What
            could not be put back is a loss with the action `dropped`; nothing of it is
            left.
        """
        return recover(
            request,
            client=client,
            max_bytes=self.max_bytes,
            max_total=self.max_request_bytes,
            key=self.key,
        )

    def _stower(
        self, client: str, profile: Profile | None, on_loss: LossPolicy
    ) -> Stower:
        if client == SCRIPT_CLIENT:
            sealer = Sealer(self.max_bytes, self.key, standard=False)
            variant = openai_chat.DEFAULT_PROFILE if profile is None else profile
            return ScriptStower(sealer, variant, on_loss)
        standard = PLACES[client].standard
        sealer = Sealer(self.max_bytes, self.key, standard=standard)
        return PlaceStower(client, sealer, on_loss)


class _Unchanged:
    """The machine for a client whose dialect has no place for an envelope."""

    losses: tuple[Loss, ...] = ()
    origins: Mapping[str, str] = {}

    def feed(self, chunk: StreamChunk) -> list[StreamChunk]:
        """Give the chunk."""
        return [chunk]

    def account(self, encoded: tuple[Loss, ...]) -> tuple[Loss, ...]:
        """Give the losses."""
        return encoded


def _is_known(client: str) -> bool:
    return client == SCRIPT_CLIENT or client in PLACES


def _stow_choice(choice: Choice, number: int, stower: Stower) -> Choice:
    """Send a choice's parts through the machine as blocks that come whole."""
    seen = Accumulator()
    for part in choice.message.parts:
        index = stower.blocks
        seen.feed_all(stower.feed(BlockStart(index, number, part)))
        seen.feed_all(stower.feed(BlockStop(index)))
    extra = choice.message.extra
    seen.feed_all(stower.feed(ChoiceUpdate(number, {}, message=extra)))
    seen.feed_all(stower.feed(ChoiceFinish(number, Finish(kind="unknown"))))
    (told,) = (made.message for made in seen.response.choices)
    message = attrs.evolve(choice.message, parts=told.parts, extra=told.extra)
    return attrs.evolve(choice, message=message)
