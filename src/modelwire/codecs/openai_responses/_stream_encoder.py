"""
Chunks into a Responses stream, and native events into their bytes.

`stream_encoder` gives a `StreamEncoder`.  It takes any legal chunk sequence, of any
dialect, and what it writes always obeys `_grammar`:

- blocks go through `_sequential`, so that items follow each other;
- `response.created` is held until there is something to say after it: id and model
  may come in pieces, and an error before it makes a stream of the error alone;
- every item has one id, the same on all its events and in the terminal one;
- the terminal event repeats the whole response, so the text of the answer is held,
  bounded by `Limits.max_held_bytes`;
- an error, or an end that is not complete, becomes `error` and `response.failed`, and
  never `response.completed`.

Known fields come from the chunk, whatever its native event says; the native event of
this dialect is read for keys that the codec does not know, once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, Final

from modelwire.codecs._base import COLLECT, LossPolicy
from modelwire.codecs._ids import counting_ids, turn_seed
from modelwire.codecs._limits import DEFAULT_LIMITS
from modelwire.codecs._loss_gate import LossGate
from modelwire.codecs._losses import LossLog
from modelwire.codecs._sequential import _size as size_of
from modelwire.codecs.openai_responses._event_inputs import EVENT_TYPES, is_progress
from modelwire.codecs.openai_responses._stream_fast_encode import FastText
from modelwire.codecs.openai_responses._stream_output import (
    PARTS,
)
from modelwire.codecs.openai_responses._stream_response import (
    ResponseStream,
    is_failed_response,
)
from modelwire.codecs.openai_responses._wire import DIALECT
from modelwire.errors import StateError
from modelwire.ir._chunks import (
    BlockStart,
    BlockStop,
    Keepalive,
    StreamChunk,
    StreamEnd,
    StreamError,
    UnknownEvent,
)
from modelwire.ir._loss_codes import LossCode
from modelwire.sse import comment

if TYPE_CHECKING:
    from modelwire.codecs._base import EventEncoder, Framing, Ids, StreamEncoder
    from modelwire.codecs._limits import Limits
    from modelwire.codecs._profile import Profile
    from modelwire.ir._losses import Loss
    from modelwire.ir._request import ChatRequest

__all__ = ["ResponsesStreamEncoder", "event_encoder", "stream_encoder"]


def stream_encoder(
    *,
    request: ChatRequest | None = None,
    ids: Ids | None = None,
    created: int = 0,
    framing: Framing = None,  # noqa: ARG001 - there is one framing
    on_loss: LossPolicy = COLLECT,
    profile: Profile | None = None,  # noqa: ARG001 - no variant differs here
    limits: Limits = DEFAULT_LIMITS,
) -> StreamEncoder:
    """
    Make an encoder of a Responses stream.

    Args:
        request: The request that is answered: its settings are repeated, and its
            model stands in where the stream names none.
        ids: Makes ids for the response, its items, and calls without one; `None`: a
            counter, prefixed with the response's id.
        created: The time (Unix, seconds) where the stream has none.
        framing: Not used.
        on_loss: Which losses raise.  Unlike everywhere else the default collects all
            of them: when a stream's loss is found, bytes have been sent.
        profile: Not used.
        limits: *max_held_bytes* bounds the text of the whole answer, which the
            terminal event repeats.

    Returns:
        An encoder from chunks to bytes.
    """
    return ResponsesStreamEncoder(
        request=request, ids=ids, created=created, on_loss=on_loss, limits=limits
    )


def event_encoder(*, framing: Framing = None) -> EventEncoder:
    """
    Make an encoder of native events.

    Args:
        framing: Not used: there is one framing.

    Returns:
        An encoder from `NativeEvent` to bytes.
    """
    # Not at the top: a stream encoder does not need the native layer.
    from modelwire.codecs._sse_events import SSEEventEncoder  # noqa: PLC0415

    del framing
    return SSEEventEncoder(named=True)


class ResponsesStreamEncoder(FastText):
    """
    A `StreamEncoder` of this dialect; see the module.

    Invariants:
        The bytes of all calls together obey the dialect's grammar.  What is held is
        bounded by `Limits.max_held_bytes`.
    """

    content_type = "text/event-stream"

    def __init__(
        self,
        *,
        request: ChatRequest | None = None,
        ids: Ids | None = None,
        created: int = 0,
        on_loss: LossPolicy = COLLECT,
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        super().__init__(LossLog(DIALECT), self._new_id, request, created, limits)
        self._given_ids = ids
        self._turn = turn_seed(request)
        self._gate = LossGate(self._log, on_loss)
        self._others: set[int] = set()
        self._over = False

    @property
    def losses(self) -> tuple[Loss, ...]:
        """What could not be carried over so far, each once."""
        return self._log.losses

    def _encode(self, chunk: StreamChunk) -> bytes:
        kind = type(chunk)
        if self._over:
            msg = f"{kind.__name__} after StreamEnd"
            raise StateError(msg)
        self._over = kind is StreamEnd
        if self._ended:
            # After an error (the source's, or a limit of ours) nothing is written.
            return b""
        if self._is_ours(chunk):
            self._feed(chunk)
        return self._gate.give(self._buffer)

    def close(self) -> bytes:
        """
        End the stream.

        Returns:
            Nothing when `StreamEnd` came; else the error events of a cut stream.
        """
        return b"" if self._over else self.encode(StreamEnd(complete=False))

    def _feed(self, chunk: StreamChunk) -> None:
        if isinstance(chunk, BlockStart):
            self._output.check(chunk.part, self._parts)
        elif isinstance(chunk, StreamError):
            self._repeats = is_failed_response(chunk.error)
        if not isinstance(chunk, StreamError | StreamEnd):
            self._fold.feed(chunk)
            self._hold(chunk)
            if self._ended:
                return
        for ordered in self._sequencer.feed(chunk):
            self._take(ordered)
        if self._sequencer.late:
            self._take_late()

    def _hold(self, chunk: StreamChunk) -> None:
        """Count what the terminal event will repeat."""
        text = getattr(chunk, "text", None)
        if type(text) is str:
            self._held += len(text)
        elif isinstance(chunk, BlockStart | BlockStop):
            self._held += size_of(chunk)
        else:
            data = getattr(chunk, "data", None)
            self._held += len(data) if type(data) is str else 0
        if self._held > self._max_held:
            for error in self._sequencer.overflow("max_held_bytes", self._max_held):
                self._take(error)

    def _is_ours(self, chunk: StreamChunk) -> bool:
        """Sort out the chunks of other choices: there is one answer here."""
        choice = getattr(chunk, "choice", None)
        if choice is not None:
            self._choices.add(choice)
            if choice:
                if type(chunk) is BlockStart:
                    self._others.add(chunk.index)
                return False
        return not self._others or getattr(chunk, "index", None) not in self._others

    def _take(self, chunk: StreamChunk) -> None:
        if isinstance(chunk, BlockStop) and chunk.index in self._sequencer.broken:
            # Half of an item must not look like an item.
            self._leave_item()
        else:
            # The fold has refused what is no chunk.
            self._HANDLERS[type(chunk)](self, chunk)

    def _take_late(self) -> None:
        """Record what came for a call after its arguments were whole."""
        for chunk in self._sequencer.late:
            item = self._of[chunk.index]
            path = f"{PARTS}[{item.start}]"
            code = LossCode.OUT_TOOL_CALL
            if isinstance(chunk, BlockStop):
                changed = self._output.changed(item, self._parts_of(item))
                if changed in ({"arguments"}, {"input"}):
                    path = f"{path}.arguments"
                if changed:
                    self._log.approximate(code, path, "changed after it was written")
            elif chunk.text.strip():
                path = f"{path}.arguments"
                self._log.approximate(code, path, "text after the arguments' value")
        self._sequencer.late.clear()

    def _new_id(self, kind: str) -> str:
        if self._given_ids is None:
            self._given_ids = counting_ids(self._fold.response.id or self._turn)
        return self._given_ids(kind)

    def _keepalive(self, chunk: Keepalive) -> None:
        self._begin()
        text = (chunk.text or "keep-alive").removeprefix(" ")
        self._buffer.append(comment(_one_line(text)))

    def _unknown_event(self, chunk: UnknownEvent) -> None:
        """Hand on an event of this dialect; what stood wrongly is not repeated."""
        raw = chunk.raw
        name = raw.get("type") if type(raw) is dict else None
        if chunk.dialect != DIALECT:
            self._log.drop_event(chunk.dialect, raw)
        if chunk.dialect != DIALECT or type(name) is not str or not _is_line(name):
            return
        if name in EVENT_TYPES or is_progress(name):
            return
        self._begin()
        fields = {k: v for k, v in raw.items() if k not in _OWN}
        item = self._of.get(chunk.index) if chunk.index is not None else None
        if item is not None and not item.closed and item.wire is not None:
            place = self._at(item)
            fields.update({key: place[key] for key in place if key in raw})
        self._put(name, fields)

    _HANDLERS: ClassVar[dict[type, Callable[[Any, Any], None]]] = {
        **ResponseStream.RESPONSE_HANDLERS,
        Keepalive: _keepalive,
        UnknownEvent: _unknown_event,
    }
    """What becomes of each chunk."""


_OWN: Final = frozenset({"type", "sequence_number", "output_index", "item_id"})
"""Counters and ids that are the encoder's own."""


def _is_line(name: str) -> bool:
    """Say whether *name* can stand on an event line: no line end, no surrogate."""
    if not name or "\n" in name or "\r" in name:
        return False
    return name.isascii() or not any("\ud800" <= char <= "\udfff" for char in name)


def _one_line(text: str) -> str:
    """Give a comment's text without line ends, and as UTF-8 can say it."""
    text = text.replace("\r", " ").replace("\n", " ")
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
