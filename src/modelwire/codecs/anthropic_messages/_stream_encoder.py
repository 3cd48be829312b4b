"""
Chunks into a Messages stream, and native events into their bytes.

`stream_encoder` gives a `StreamEncoder`.  It takes any legal chunk sequence, of any
dialect, and what it writes always obeys `_grammar`:

- blocks go through `_sequential`, so that they never interleave;
- `message_start` is held until there is something to say after it: id, model and
  usage may come in pieces, and an error before it makes a stream of the error alone;
- a block is started with its first content, so that empty ones are not written;
- a signature is held to the end of its block, where it belongs;
- stop reason and usage are held to the end, for either may come first;
- an error, or an end that is not complete, becomes the `error` event, and never
  `message_stop`.

Known fields come from the chunk, whatever its native event says; the native event of
this dialect is read for keys that the codec does not know, once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, Final

import attrs

from modelwire.codecs._base import COLLECT, LossPolicy
from modelwire.codecs._concept_codes import USAGE_CODES
from modelwire.codecs._ids import turn_seed
from modelwire.codecs._json import escape
from modelwire.codecs._limits import DEFAULT_LIMITS
from modelwire.codecs._loss_gate import LossGate
from modelwire.codecs._losses import LossLog
from modelwire.codecs._sequential import Sequencer
from modelwire.codecs._stream_decoding import TRUNCATED
from modelwire.codecs.anthropic_messages._block_encode import write_extra
from modelwire.codecs.anthropic_messages._errors import error_body
from modelwire.codecs.anthropic_messages._finish_encode import encode_finish
from modelwire.codecs.anthropic_messages._stream_block_encode import (
    MESSAGE,
    BlockStream,
)
from modelwire.codecs.anthropic_messages._stream_events import (
    DELTA_END,
    DELTA_TYPES,
    event,
    has_unknown_keys,
    is_line,
)
from modelwire.codecs.anthropic_messages._usage import (
    decode_usage,
    encode_usage,
    merge_usage,
)
from modelwire.codecs.anthropic_messages._wire import DIALECT, EVENT_TYPES
from modelwire.errors import StateError
from modelwire.ir._chunks import (
    BlockStart,
    BlockStop,
    ChoiceFinish,
    ChoiceUpdate,
    Keepalive,
    ModerationUpdate,
    ReasoningDelta,
    ResponseUpdate,
    StreamChunk,
    StreamEnd,
    StreamError,
    StreamStart,
    ToolArgumentsDelta,
    UnknownEvent,
    UsageUpdate,
)
from modelwire.ir._losses import Loss, LossCode
from modelwire.ir._outcome import Usage
from modelwire.ir._parts import UnknownPart

if TYPE_CHECKING:
    from modelwire.codecs._base import EventEncoder, Framing, Ids, StreamEncoder
    from modelwire.codecs._limits import Limits
    from modelwire.codecs._profile import Profile
    from modelwire.errors import ErrorInfo
    from modelwire.ir._base import JSONObject
    from modelwire.ir._outcome import Finish
    from modelwire.ir._request import ChatRequest

__all__ = ["event_encoder", "stream_encoder"]

_MESSAGE: Final = "$.choices[0].message"


_COUNTERS: Final = (
    "input_tokens",
    "cache_creation_input_tokens",
    "cache_read_input_tokens",
    "output_tokens",
)
"""What message_delta repeats even where message_start has the same value."""

_USAGE: Any = Usage  # mypy does not know our decorators as attrs classes
_USAGE_FIELDS: Final = attrs.fields(_USAGE)

_TOP_LEVEL: Final = frozenset({"context_management"})
"""
Fields of the message that message_delta has beside `delta` and not in it.

Recorded: 7 streams (wire/observed.md, section 1); the others (`container`) stand in
`delta`.
"""


def stream_encoder(
    *,
    request: ChatRequest | None = None,
    ids: Ids | None = None,
    created: int = 0,  # noqa: ARG001 - the contract's argument; this dialect has no time
    framing: Framing = None,  # noqa: ARG001 - there is one framing
    on_loss: LossPolicy = COLLECT,
    profile: Profile | None = None,  # noqa: ARG001 - no variant differs here
    limits: Limits = DEFAULT_LIMITS,
) -> StreamEncoder:
    """
    Make an encoder of a Messages stream.

    Args:
        request: The request that is answered; its model stands in where the stream
            names none.
        ids: Makes ids for the message and for calls without one; `None`: a counter,
            prefixed with the message's id.
        created: Not used.
        framing: Not used.
        on_loss: Which losses raise.  Unlike everywhere else the default collects all
            of them: when a stream's loss is found, bytes have been sent.
        profile: Not used.
        limits: What may be held.

    Returns:
        An encoder from chunks to bytes.
    """
    model = request.model if request is not None else None
    return MessagesStreamEncoder(
        model=model, ids=ids, on_loss=on_loss, limits=limits, turn=turn_seed(request)
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


class MessagesStreamEncoder(BlockStream):
    """
    A `StreamEncoder` of this dialect; see the module.

    Invariants:
        The bytes of all calls together obey the dialect's grammar.  What is held is
        bounded by `Limits.max_held_bytes` (waiting blocks, a compaction's text).
    """

    content_type = "text/event-stream"

    def __init__(
        self,
        *,
        model: str | None = None,
        ids: Ids | None = None,
        on_loss: LossPolicy = COLLECT,
        limits: Limits = DEFAULT_LIMITS,
        turn: str | None = None,
    ) -> None:
        super().__init__(ids=ids, limits=limits, turn=turn)
        self._gate = LossGate(self._log, on_loss)
        self._sequencer = Sequencer(limits=limits)
        self._others: set[int] = set()
        self._choices: set[int] = set()
        self.error: ErrorInfo | None = None
        """What the stream ended in: the source's error, or a limit of ours."""
        self._ended = False
        self._over = False

        # The message: what is known of it, and what has been said.
        self._begun = False
        self._model: str | None = None
        self._fallback_model = model
        self._tier: str | None = None
        self._extra: JSONObject = {}
        self._usage: Usage | None = None
        self._said_usage: JSONObject = {}
        self._finish: Finish | None = None
        self._said_finish = False
        self._start_raw: Any = None

    @property
    def losses(self) -> tuple[Loss, ...]:
        """What could not be carried over so far, each once."""
        return self._log.losses

    def encode(self, chunk: StreamChunk) -> bytes:
        """
        Take the next chunk.

        Args:
            chunk: Part of a legal sequence.

        Returns:
            What can be written now; often nothing.

        Raises:
            StateError: A chunk after `StreamEnd`.
            UnsupportedFeatureError: The policy refuses a loss; no byte of this chunk
                is written.
        """
        kind = type(chunk)
        if kind is self._live_delta and chunk.index == self._live_index:  # type: ignore[union-attr]
            # More of what the open block grows by: 0.3 us, through `_take` over 2 us.
            hot: Any = chunk
            block: Any = self._open
            text = hot.text
            head: bytes = block.head
            if (
                head
                and text
                and (hot.raw is None or not has_unknown_keys(hot.raw))
                and (
                    kind is not ReasoningDelta
                    or (block.summary is None and hot.summary is None)
                )
            ):
                if kind is ToolArgumentsDelta:
                    self._sequencer.note(hot.index, text)
                block.text = True
                block.length += len(text)
                block.last = text
                return head + escape(text) + DELTA_END
        if self._over:
            msg = f"{kind.__name__} after StreamEnd"
            raise StateError(msg)
        self._over = kind is StreamEnd
        if self._ended:
            # After an error (the source's, or a limit of ours) nothing is written.
            return b""
        if self._is_ours(chunk):
            for ordered in self._sequencer.feed(chunk):
                self._take(ordered)
            if self._sequencer.late:
                self._take_late()
        return self._gate.give(self._buffer)

    def close(self) -> bytes:
        """
        End the stream.

        Returns:
            Nothing when `StreamEnd` came; else the error event of a cut stream.
        """
        return b"" if self._over else self.encode(StreamEnd(complete=False))

    # --- plumbing -------------------------------------------------------------------

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
        handler = self._HANDLERS.get(type(chunk))
        if handler is None:
            msg = f"{type(chunk).__name__} is no chunk"
            raise StateError(msg)
        if type(chunk) is BlockStop and chunk.index in self._sequencer.broken:
            self._drop_keyed(self._blocks[chunk.index])
        handler(self, chunk)

    def _overflow(self) -> None:
        for chunk in self._sequencer.overflow("max_held_bytes", self._max_held):
            self._take(chunk)

    def _take_late(self) -> None:
        """Record what came for a call after its arguments were whole."""
        for chunk in self._sequencer.late:
            block = self._blocks[chunk.index]
            if isinstance(chunk, BlockStop):
                self._settle(block, chunk.part)
                self._part_losses(block)
            elif not block.dropped and chunk.text.strip():
                self._log.approximate(
                    LossCode.OUT_TOOL_CALL,
                    f"{block.path}.arguments",
                    "text after the arguments' value",
                )
        self._sequencer.late.clear()

    # --- the message ----------------------------------------------------------------

    def _start(self, chunk: StreamStart) -> None:
        self._identify(chunk.id, chunk.model, chunk.created)
        self._start_raw = chunk.raw

    def _response_update(self, chunk: ResponseUpdate) -> None:
        self._identify(chunk.id, chunk.model, chunk.created)
        if chunk.service_tier is not None:
            self._tier = chunk.service_tier
        if chunk.extra:
            own = chunk.extra.get(DIALECT)
            if own:
                self._extra.update(own)
            self._log.drop_extra(chunk.extra, "$", LossCode.RESP_FINGERPRINT)

    def _identify(
        self, id_: str | None, model: str | None, created: int | None
    ) -> None:
        if id_ and not self._id:
            self._id = id_
            if self._begun:
                self._log.approximate(LossCode.RESP_ID, "$.id", "known too late")
        if model is not None and model != self._model:
            self._model = model
            if self._begun:
                self._log.approximate(LossCode.RESP_MODEL, "$.model", "known too late")
        if created is not None:
            self._log.drop(LossCode.RESP_CREATED, "$.created")

    def _usage_update(self, chunk: UsageUpdate) -> None:
        self._usage = chunk.usage

    def _begin(self) -> None:
        """Write message_start, once."""
        if self._begun:
            return
        self._begun = True
        id_, model = self._id, self._model
        if not id_:
            id_ = self._new_id("response")
            self._log.add(LossCode.RESP_ID, None, "synthesised", to="$.id")
        if model is None:
            model = self._fallback_model or ""
            self._log.add(LossCode.RESP_MODEL, None, "synthesised", to="$.model")
        usage: JSONObject = {"input_tokens": 0, "output_tokens": 0}
        if self._usage is not None or self._tier is not None:
            # What the usage cannot say is recorded at the end, of its last state.
            usage = encode_usage(self._usage, LossLog(DIALECT), service_tier=self._tier)
        self._said_usage = usage
        message: JSONObject = {
            "id": id_,
            "type": "message",
            "role": "assistant",
            "model": model,
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": usage,
        }
        if self._extra:
            extra, self._extra = {DIALECT: self._extra}, {}
            write_extra(extra, message, "$", self._log, LossCode.RESP_FINGERPRINT)
        self._put(
            "message_start",
            {"type": "message_start", "message": message},
            self._start_raw,
        )
        self._start_raw = None

    def _choice_finish(self, chunk: ChoiceFinish) -> None:
        self._begin()
        self._finish = chunk.finish

    def _stop_reason(self, *, whole: bool) -> JSONObject:
        """
        Write why the answer ended; *whole* says that message_stop follows.

        A whole stream without a reason is read as one that ended for an unknown one.
        """
        finish, log = self._finish, self._log
        path = "$.choices[0].finish"
        if not whole:
            delta = encode_finish(finish, log, calls=self._has_calls)
            self._said_finish = delta["stop_reason"] is not None
            return delta
        self._said_finish = True
        if finish is None:
            if 0 in self._choices:
                log.add(LossCode.FINISH_UNKNOWN, None, "synthesised", to=path)
            else:
                to = "$.choices[0]"
                log.add(LossCode.RESP_CHOICES_N_1, None, "synthesised", to=to)
        elif finish.kind == "unknown" and not finish.raw:
            delta = encode_finish(finish, LossLog(DIALECT), calls=self._has_calls)
            if delta["stop_reason"] is None:
                if finish.raw is not None:
                    log.drop(LossCode.FINISH_UNKNOWN, f"{path}.raw")
                if finish.stop_sequence is not None:
                    log.drop(LossCode.FINISH_STOP_SEQUENCE, f"{path}.stop_sequence")
                log.drop_extra(finish.extra, path, LossCode.RESP_SAFETY)
                return delta
        return encode_finish(finish, log, calls=self._has_calls)

    def _message_delta(self, *, whole: bool = False) -> None:
        """Write the stop reason and the usage as they are now."""
        delta = self._stop_reason(whole=whole)
        data: JSONObject = {"type": "message_delta", "delta": delta}
        for key, value in self._extra.items():
            if key.startswith("$"):
                continue
            place = data if key in _TOP_LEVEL else delta
            if key in place:
                self._log.drop_field(LossCode.RESP_FINGERPRINT, "$", DIALECT, key)
            else:
                place[key] = value
        self._extra = {}
        fresh = encode_usage(self._usage, self._log, service_tier=self._tier)
        usage = dict(fresh)
        for key in _COUNTERS:
            if key in self._said_usage:
                # What was said stands until it is replaced, and the total counts it.
                usage.setdefault(key, 0)
        data["usage"] = {
            key: value
            for key, value in usage.items()
            if key in _COUNTERS or self._said_usage.get(key) != value
        }
        if self._usage is not None:
            self._repeat_losses(fresh, merge_usage(self._said_usage, usage))
        self._said_usage = usage
        self._buffer.append(event("message_delta", data))

    def _repeat_losses(self, fresh: JSONObject, said: JSONObject) -> None:
        """Record counters of message_start that a later usage does not have."""
        usage, back = decode_usage(fresh), decode_usage(said)
        kept = [
            field.name
            for field in _USAGE_FIELDS
            if getattr(usage, field.name) is None
            and getattr(back, field.name) is not None
            and field.name != "raw"
        ]
        kept += [
            f"server_tools.{name}"
            for name in back.server_tools
            if name not in usage.server_tools
        ]
        own = usage.extra.get(DIALECT, {})
        kept += [
            f"extra[{DIALECT!r}].{key}"
            for key in back.extra.get(DIALECT, {})
            if key not in own
        ]
        for name in kept:
            to = f"$.usage.{name}"
            code = USAGE_CODES.get(name, LossCode.USAGE_TOTAL)
            self._log.add(code, None, "synthesised", to=to)

    def _end(self, chunk: StreamEnd) -> None:
        if self._ended:
            return
        if not chunk.complete:
            self._fail(TRUNCATED, None)
            return
        self._begin()
        self._give_orphans()
        self._message_delta(whole=True)
        self._put("message_stop", {"type": "message_stop"}, chunk.raw)
        self._finished()

    def _error(self, chunk: StreamError) -> None:
        self._fail(chunk.error, chunk.raw)

    def _fail(self, error: ErrorInfo, raw: Any) -> None:
        """Write the error event, and before it what the client is not told yet."""
        del raw
        self.error = error
        self._leave_block()
        if self._id:
            # The message has begun, even if nothing of it has been said.
            self._begin()
        if self._begun:
            usage = encode_usage(self._usage, self._log, service_tier=self._tier)
            if self._finish or self._extra or usage != self._said_usage:
                if self._open is not None:
                    self._close_block(self._open, None)
                self._message_delta()
        else:
            self._drop_message()
        self._buffer.append(event("error", error_body(error)))
        self._finished()

    def _drop_message(self) -> None:
        """Record what was known of a message that is never begun."""
        log = self._log
        for code, path, value in (
            (LossCode.RESP_ID, "$.id", self._id),
            (LossCode.RESP_MODEL, "$.model", self._model),
            (LossCode.USAGE_TOTAL, "$.usage", self._usage),
            (LossCode.RESP_TIER, "$.service_tier", self._tier),
        ):
            if value is not None:
                log.add(code, path, "dropped", severity="cosmetic")
        for key in self._extra:
            if not key.startswith("$"):
                log.drop_field(LossCode.RESP_FINGERPRINT, "$", DIALECT, key)

    def _finished(self) -> None:
        self._ended = True
        # Which place a choice has in the response is known only now.
        for place, choice in enumerate(sorted(self._choices)):
            if choice or not (self._wire_blocks or self._said_finish):
                self._log.drop(LossCode.RESP_CHOICES_N_1, f"$.choices[{place}]")
        self._live_delta = None

    # --- the rest -------------------------------------------------------------------

    def _choice_update(self, chunk: ChoiceUpdate) -> None:
        """Record unknown fields of the choice: it is no object of its own here."""
        for extra, path, code in (
            (chunk.extra, "$.choices[0]", LossCode.RESP_SAFETY),
            (chunk.message or {}, MESSAGE, LossCode.ROLE_NAME),
        ):
            for dialect, fields in extra.items():
                for name in fields:
                    if not name.startswith("$"):
                        self._log.drop_field(code, path, dialect, name)

    def _moderation(self, chunk: ModerationUpdate) -> None:
        if chunk.moderation is not None:
            self._log.drop(LossCode.RESP_SAFETY, "$.moderation")

    def _keepalive(self, chunk: Keepalive) -> None:
        self._begin()
        self._put("ping", {"type": "ping"}, chunk.raw)

    def _unknown_event(self, chunk: UnknownEvent) -> None:
        """Hand on an event of this dialect; what stood wrongly is not repeated."""
        raw = chunk.raw
        if chunk.dialect != DIALECT:
            self._log.drop_event(chunk.dialect, raw)
        if chunk.dialect != DIALECT or type(raw) is not dict:
            return
        name = raw.get("type")
        if chunk.index is None:
            # T06: a known event that became unknown was not legal where it stood.
            if type(name) is str and name not in EVENT_TYPES and is_line(name):
                self._begin()
                self._buffer.append(event(name, raw))
            return
        block = self._block(chunk)
        delta = raw.get("delta")
        if block is None or name != "content_block_delta" or type(delta) is not dict:
            return
        if block.mode == "compaction" or not self._start_block(block):
            return
        kind = delta.get("type")
        known = type(kind) is str and kind in DELTA_TYPES
        if type(block.part) is UnknownPart or not known:
            data = {**raw, "index": block.wire}
            self._buffer.append(event("content_block_delta", data))

    _HANDLERS: ClassVar[dict[type, Callable[[Any, Any], None]]] = {
        **BlockStream.BLOCK_HANDLERS,
        StreamStart: _start,
        ResponseUpdate: _response_update,
        ChoiceUpdate: _choice_update,
        ChoiceFinish: _choice_finish,
        UsageUpdate: _usage_update,
        ModerationUpdate: _moderation,
        Keepalive: _keepalive,
        StreamError: _error,
        StreamEnd: _end,
        UnknownEvent: _unknown_event,
    }
    """What becomes of each chunk."""
