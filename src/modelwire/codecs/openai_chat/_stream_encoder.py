"""
Stream chunks to chat completion chunks: what a server of this dialect writes.

    StreamStart, BlockStart, deltas, ..., StreamEnd -> `ChatStreamEncoder` -> SSE bytes

Whatever legal chunk sequence comes in, the stream that goes out obeys the grammar of
`_grammar`: the role on the first delta of a choice, id, type and name of a call once
and its number from 0 up, one finish per choice, then usage, then `[DONE]`.  Finishes
and usage are held until the stream is known to be complete; one that is not ends in
an error event, without a finish and without `[DONE]`.

Held besides, bounded by `max_held_bytes`: blocks that begin while a block of words is
open in their choice (see `_stream_growth`).  Annotations wait for the end of their
choice, unknown fields for its next event.

Usage is written when the request asked for it (`include_usage`), and when there is no
request, so that a stream of this dialect that is written again keeps its usage.

Source:
    wire/openai_chat.md section 6 and wire/mapping.md section 12, read 2026-11-21.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

from modelwire.codecs import _json
from modelwire.codecs._base import COLLECT
from modelwire.codecs._limits import DEFAULT_LIMITS
from modelwire.codecs._openai_moderation import encode_moderation
from modelwire.codecs._sse_events import SSEEventEncoder
from modelwire.codecs._stream_decoding import TRUNCATED
from modelwire.codecs.openai_chat._annotations import encode_annotation, is_native
from modelwire.codecs.openai_chat._errors import (
    decode_error_object,
    encode_error_object,
)
from modelwire.codecs.openai_chat._finish_encode import encode_finish
from modelwire.codecs.openai_chat._profiles import DEFAULT_PROFILE
from modelwire.codecs.openai_chat._response import (
    _tier as encode_tier,
)
from modelwire.codecs.openai_chat._stream_blocks import (
    ChoiceWriter,
)
from modelwire.codecs.openai_chat._stream_growth import BlockStream, Handlers
from modelwire.codecs.openai_chat._usage import encode_usage, usage_losses
from modelwire.codecs.openai_chat._wire import DIALECT, own_fields
from modelwire.errors import InvalidIRError, StateError
from modelwire.ir._chunks import (
    AnnotationDelta,
    ChoiceFinish,
    ChoiceUpdate,
    Keepalive,
    ModerationUpdate,
    ResponseUpdate,
    StreamChunk,
    StreamEnd,
    StreamError,
    StreamStart,
    UnknownEvent,
    UsageUpdate,
)
from modelwire.ir._loss_codes import LossCode
from modelwire.sse import comment

if TYPE_CHECKING:
    from modelwire.codecs._base import Framing, Ids, LossPolicy
    from modelwire.codecs._limits import Limits
    from modelwire.codecs._profile import Profile
    from modelwire.errors import ErrorInfo
    from modelwire.ir._base import JSONObject
    from modelwire.ir._request import ChatRequest

__all__ = ["ChatStreamEncoder", "event_encoder", "stream_encoder"]

_DONE: Final = b"data: [DONE]\n\n"


class ChatStreamEncoder(BlockStream):
    """
    Writes one stream.

    Args:
        request: What the client asked; usage is written if it asked for it, and the
            legacy form of calls if it declared functions.
        ids: Makes ids for what has none; default: counting.
        created: Unix time for a source that names none.
        on_loss: Which losses raise `UnsupportedFeatureError` when they happen.
        profile: The variant that the client takes us for.
        limits: *max_held_bytes* bounds what waits.

    Invariants:
        Nothing is written before the first content, error or end.  The bytes depend
        on the chunks alone.
    """

    content_type = "text/event-stream; charset=utf-8"

    def __init__(
        self,
        *,
        request: ChatRequest | None = None,
        ids: Ids | None = None,
        created: int = 0,
        on_loss: LossPolicy = COLLECT,
        profile: Profile = DEFAULT_PROFILE,
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        super().__init__(
            request=request,
            ids=ids,
            created=created,
            on_loss=on_loss,
            profile=profile,
            limits=limits,
        )
        self._with_usage = request is None or bool(request.include_usage)
        self._usage: Any = None
        self._moderation: Any = None
        self.error: ErrorInfo | None = None
        """What the stream ended in: the source's error, or a limit of ours."""
        self._ended = False
        self._failed = False

    # --- the StreamEncoder protocol -------------------------------------------------

    def encode(self, chunk: StreamChunk) -> bytes:
        """
        Take a chunk and give the bytes that can be written now.

        Args:
            chunk: The next chunk.

        Returns:
            Whole events, or nothing.

        Raises:
            StateError: It came after the end.
            InvalidIRError: It has no meaning where it stands.
            UnsupportedFeatureError: The loss policy refuses what was lost.
        """
        kind = type(chunk)
        if kind is self._hot_kind and chunk.index == self._hot:  # type: ignore[union-attr]
            text: Any = chunk.text  # type: ignore[union-attr]
            block: Any = self._hot_block
            block.size += len(text)
            block.tail = text
            return self._before + _json.escape(text) + self._after
        if kind not in self.HANDLERS:
            msg = f"{kind.__name__} is not a chunk"
            raise InvalidIRError(msg, dialect=DIALECT)
        if self._ended:
            if kind is StreamEnd and self._failed:
                return b""
            msg = f"{kind.__name__} after the end of the stream"
            raise StateError(msg)
        self._hot = -1
        out: list[bytes] = []
        self.take(chunk, out)
        if self._log.fresh:
            self._settle()
        return b"".join(out)

    def close(self) -> bytes:
        """
        End the stream.

        Returns:
            Nothing after a `StreamEnd`; else an error event, because a stream that
            just stops must not look like an answer.
        """
        if self._ended:
            return b""
        out: list[bytes] = []
        self._fail(TRUNCATED, out)
        return b"".join(out)

    # --- the response ---------------------------------------------------------------

    def _start(self, chunk: StreamStart, out: list[bytes]) -> None:  # noqa: ARG002
        self._identify(chunk.id, chunk.model, chunk.created)

    def _response_update(self, chunk: ResponseUpdate, out: list[bytes]) -> None:
        self._identify(chunk.id, chunk.model, chunk.created)
        fields: JSONObject = {}
        if chunk.extra:
            fields.update(self._own(chunk.extra, "$", LossCode.RESP_FINGERPRINT))
        encode_tier(chunk.service_tier, fields, self._log)
        # A tier that changes before it was written needs no event of its own, the last
        # one counts: Responses streams begin with the `auto` of their request.
        changed = (k for k, v in fields.items() if self._extra.get(k, v) != v)
        if any(key != "service_tier" for key in changed):
            self._event([], out)
        self._extra.update(fields)

    def _usage_update(self, chunk: UsageUpdate, out: list[bytes]) -> None:  # noqa: ARG002
        self._usage = chunk.usage

    def _moderation_update(self, chunk: ModerationUpdate, out: list[bytes]) -> None:  # noqa: ARG002
        self._moderation = chunk.moderation

    def _keepalive(self, chunk: Keepalive, out: list[bytes]) -> None:
        text = (chunk.text or "").removeprefix(" ")
        out.append(comment(text.encode("utf-8", "replace").decode()))

    def _unknown_event(self, chunk: UnknownEvent, out: list[bytes]) -> None:
        if chunk.dialect == DIALECT:
            self._began = True
            out.append(b"data: " + _json.dumps(chunk.raw) + b"\n\n")
            return
        self._log.drop_event(chunk.dialect, chunk.raw)

    # --- choices --------------------------------------------------------------------

    def _choice_update(self, chunk: ChoiceUpdate, out: list[bytes]) -> None:
        choice = self._choice(chunk.choice)
        extra = self._own(chunk.extra, choice.path, LossCode.RESP_SAFETY)
        message: JSONObject = {}
        if chunk.message:
            path = f"{choice.path}.message"
            message = self._own(chunk.message, path, LossCode.ROLE_NAME)
        if any(choice.extra.get(k, v) != v for k, v in extra.items()) or any(
            choice.message.get(k, v) != v for k, v in message.items()
        ):
            self._delta(choice, {}, out)
        choice.extra.update(extra)
        choice.message.update(message)

    def _choice_finish(self, chunk: ChoiceFinish, out: list[bytes]) -> None:  # noqa: ARG002
        self._choice(chunk.choice).finish = chunk.finish

    def _annotation(self, chunk: AnnotationDelta, out: list[bytes]) -> None:  # noqa: ARG002
        choice = self._choice(chunk.choice)
        block = choice.last_text
        if chunk.index is not None:
            block = self._block(chunk.index)
        if block is None:
            path = f"{choice.path}.message.parts[{choice.parts}].annotations"
            number = sum(1 for held in choice.annotations if held[0] is None)
        else:
            path = f"{block.path}.annotations"
            number = block.texts
            block.texts += 1
        choice.annotations.append((block, f"{path}[{number}]", chunk.annotation))

    # --- the ends -------------------------------------------------------------------

    def _finish_choice(self, choice: ChoiceWriter, out: list[bytes]) -> None:
        """Write what waited for the end of a choice."""
        self._drain(choice, out)
        wire: list[JSONObject] = []
        first = choice.first_text
        for owner, path, annotation in choice.annotations:
            if owner is not None and not owner.wrote and first is None:
                continue  # its text was empty, and lost with everything on it
            span = (0, 0)
            if owner is not None:
                span = (owner.offset, owner.offset + owner.size)
            item = encode_annotation(annotation, span, log=self._log, path=path)
            if item is None:
                continue
            # A reader puts all of them on the first text.
            number = choice.out if first is None else first.out
            to = f"{choice.path}.message.parts[{number}].annotations[{len(wire)}]"
            code = LossCode.OUT_ANNOTATIONS_CITATIONS
            if owner is not None and owner.merged and owner.out == number:
                # That its text was merged says already where it is now.
                pass
            elif annotation.kind != "unknown" and not is_native(annotation):
                self._log.approximate(code, path, to=to)
            elif first is not None and owner is not first:
                self._log.add(code, path, "moved", to=to)
            wire.append(item)
        choice.annotations = []
        if wire:
            self._delta(choice, {"annotations": wire}, out)

    def _end(self, chunk: StreamEnd, out: list[bytes]) -> None:
        if not chunk.complete:
            self._fail(TRUNCATED, out)
            return
        self._ended = True
        for _, choice in sorted(self._choices.items()):
            self._finish_choice(choice, out)
        for _, choice in sorted(self._choices.items()):
            self._finish_extra(choice)
            word = encode_finish(
                choice.finish,
                has_tool_calls=choice.has_calls,
                has_refusal=choice.has_refusal,
                legacy=choice.legacy,
                log=self._log,
                path=f"{choice.path}.finish",
            )
            if word == "":
                # Readers take an empty word for none (servers send it on every event).
                word = "unknown"
                where = f"{choice.path}.finish.raw"
                self._log.add(LossCode.FINISH_UNKNOWN, where, "approximated")
            if word is not None or choice.extra or choice.message or not choice.role:
                self._delta(choice, {}, out, finish=word)
        usage = self._usage_object()
        if usage is not None:
            self._event([], out, {"usage": usage})
        if self._moderation is not None:
            found = encode_moderation(self._moderation, self._log, many=True)
            self._event([], out, {"moderation": found})
        if self._extra or not self._began:
            self._event([], out)
        out.append(_DONE)

    def _finish_extra(self, choice: ChoiceWriter) -> None:
        """Record what a finish has beside its word: there is no place for it."""
        if choice.finish is not None:
            for name in own_fields(choice.finish.extra):
                if not name.startswith("$"):
                    where = f"{choice.path}.finish"
                    self._log.drop_field(LossCode.RESP_SAFETY, where, DIALECT, name)

    def _usage_object(self) -> JSONObject | None:
        if self._usage is None:
            return None
        if not self._with_usage:
            self._log.add(
                LossCode.SVC_INCLUDE_USAGE_OBFUSCATION,
                "$.usage",
                "dropped",
                detail="the client did not ask for usage",
            )
            return None
        usage_losses(self._usage, self._log)
        return encode_usage(self._usage)

    def _error(self, chunk: StreamError, out: list[bytes]) -> None:
        self._fail(chunk.error, out)

    def _fail(self, error: ErrorInfo, out: list[bytes]) -> None:
        """End in an error: no finish, no `[DONE]`, so that nobody sees a success."""
        self.error = error
        self._ended = self._failed = True
        self._hot = -1
        for _, choice in sorted(self._choices.items()):
            self._finish_choice(choice, out)
            if choice.extra or choice.message:
                self._delta(choice, {}, out)
            if choice.finish is not None:
                self._log.drop(LossCode.STREAM_ERROR, f"{choice.path}.finish")
            if not choice.out and not choice.role:
                # Nothing of it was written: no reader knows that it began.
                self._log.drop(LossCode.STREAM_ERROR, choice.path)
        for block in self._blocks.values():
            if not block.stopped:
                self._account_end(block, block.part)
        if self._extra and (self._began or self._id):
            self._event([], out)
        if not self._began:
            # The answer has begun, even if nothing of it has been said.
            if self._id:
                self._event([], out)
            else:
                self._drop_envelope()
        event = _error_event(error)
        if self._moderation is not None:
            self._log.drop(LossCode.RESP_SAFETY, "$.moderation")
        usage = self._usage_object()
        if usage is not None:
            event["usage"] = usage
        out.append(b"data: " + _json.dumps(event) + b"\n\n")

    def _drop_envelope(self) -> None:
        """Record what a stream of one error event has no place for."""
        for code, path, value in (
            (LossCode.RESP_ID, "$.id", self._id),
            (LossCode.RESP_MODEL, "$.model", self._model),
            (LossCode.RESP_CREATED, "$.created", self._created),
        ):
            if value is not None:
                self._log.drop(code, path)
        for name in self._extra:
            if name == "service_tier":
                self._log.drop(LossCode.RESP_TIER, "$.service_tier")
            else:
                self._log.drop_field(LossCode.RESP_FINGERPRINT, "$", DIALECT, name)

    HANDLERS: ClassVar[Handlers] = {
        **BlockStream.HANDLERS,
        StreamStart: _start,
        ResponseUpdate: _response_update,
        AnnotationDelta: _annotation,
        ChoiceUpdate: _choice_update,
        ChoiceFinish: _choice_finish,
        UsageUpdate: _usage_update,
        ModerationUpdate: _moderation_update,
        Keepalive: _keepalive,
        StreamError: _error,
        StreamEnd: _end,
        UnknownEvent: _unknown_event,
    }
    """How each chunk is written."""


def _error_event(error: ErrorInfo) -> JSONObject:
    """Give the event of *error*: as it came, if it came in this dialect."""
    raw = error.raw
    own = error.dialect == DIALECT and isinstance(raw, dict)
    event = encode_error_object(error)
    if own and decode_error_object(raw) == error:
        event = dict(raw)
    if isinstance(event.get("choices"), list):
        # The error stood in an event with choices; they are written already.
        event = {"error": event["error"]}
    event.pop("usage", None)
    return event


def stream_encoder(
    *,
    request: ChatRequest | None = None,
    ids: Ids | None = None,
    created: int = 0,
    framing: Framing = None,
    on_loss: LossPolicy = COLLECT,
    profile: Profile | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> ChatStreamEncoder:
    """
    Make an encoder of one streamed answer.

    Args:
        request: What the client asked; `None`: unknown, usage is written.
        ids: Makes ids for what has none; default: counting.
        created: Unix time for a source that names none.
        framing: `None` or `sse`, the only one.
        on_loss: Which losses raise.
        profile: The variant; `None`: OpenAI.
        limits: What may be held.

    Returns:
        The encoder, chunks to bytes.

    Raises:
        StateError: *framing* is another one.
    """
    _check_framing(framing)
    return ChatStreamEncoder(
        request=request,
        ids=ids,
        created=created,
        on_loss=on_loss,
        profile=profile or DEFAULT_PROFILE,
        limits=limits,
    )


def event_encoder(*, framing: Framing = None) -> SSEEventEncoder:
    """
    Make an encoder of native events.

    Args:
        framing: `None` or `sse`, the only one.

    Returns:
        The encoder; events have no names in this dialect.

    Raises:
        StateError: *framing* is another one.
    """
    _check_framing(framing)
    return SSEEventEncoder(named=False)


def _check_framing(framing: Framing) -> None:
    if framing not in (None, "sse"):
        msg = f"openai-chat streams over SSE, not {framing}"
        raise StateError(msg)
