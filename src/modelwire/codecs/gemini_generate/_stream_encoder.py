"""
Chunks into the events of a streamed generateContent answer, and native events to bytes.

    StreamStart, BlockStart, deltas, ..., StreamEnd -> `GenerateStreamEncoder` -> SSE
    `data:` lines, or the elements of a JSON array

Text and thoughts are written delta by delta.  Every other part (calls, media, signed
text) is folded and written once, at the end of its block, because the dialect has
whole parts only (mapping.md, encoder rule 7).  Blocks go through `_sequential`, for
text continues whatever text came before it.  Finishes, grounding and usage are held
for the last event, where the vendor puts them; usage stands on the event after each
change of it, too.

An error, or an end that is not complete, becomes an `{"error": …}` event.  Comments
are never written: the vendor's clients take every line for data.

Source:
    wire/gemini_generate.md section 5 and wire/mapping.md section 12, read 2026-11-21.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, ClassVar

from modelwire.codecs import _json
from modelwire.codecs._base import COLLECT
from modelwire.codecs._limits import DEFAULT_LIMITS
from modelwire.codecs._loss_gate import LossGate
from modelwire.codecs._losses import LossLog, by_position
from modelwire.codecs._stream_decoding import TRUNCATED
from modelwire.codecs._time import decode_time, encode_time
from modelwire.codecs.gemini_generate._errors import encode_error_object
from modelwire.codecs.gemini_generate._extra import drop_all, spelling_of
from modelwire.codecs.gemini_generate._finish import encode_block, encode_finish
from modelwire.codecs.gemini_generate._grounding import (
    CITATIONS,
    GROUNDING,
    write_annotations,
)
from modelwire.codecs.gemini_generate._logprobs import encode_logprobs
from modelwire.codecs.gemini_generate._stream_blocks import BlockStream
from modelwire.codecs.gemini_generate._stream_events import (
    CONTENT_TYPES,
    check_framing,
    event_encoder,
)
from modelwire.codecs.gemini_generate._stream_fast_encode import OrdinaryChunks
from modelwire.codecs.gemini_generate._stream_state import UNKNOWN, OutChoice
from modelwire.codecs.gemini_generate._usage import encode_usage
from modelwire.codecs.gemini_generate._wire import DIALECT
from modelwire.errors import StateError
from modelwire.ir._blocks import Tokens
from modelwire.ir._chunks import (
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
from modelwire.ir._losses import Loss, LossCode
from modelwire.ir._outcome import Finish

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelwire.codecs._base import Framing, Ids, LossPolicy
    from modelwire.codecs._limits import Limits
    from modelwire.codecs._profile import Profile
    from modelwire.errors import ErrorInfo
    from modelwire.ir._base import Extra, JSONObject
    from modelwire.ir._outcome import Usage
    from modelwire.ir._parts import Annotation
    from modelwire.ir._request import ChatRequest

__all__ = ["GenerateStreamEncoder", "event_encoder", "stream_encoder"]


class GenerateStreamEncoder(OrdinaryChunks):
    """
    Writes one stream.

    Args:
        model: The model's name where the stream has none.
        ids: Makes the response's id where it has none; `None`: none is written.
        created: Unix time for a source that names none.
        framing: `sse` or `json_array`.
        on_loss: Which losses raise `UnsupportedFeatureError` when they happen.
        limits: *max_held_bytes* bounds what waits.

    Invariants:
        The bytes of all calls together obey the dialect's grammar, and in a JSON
        array they are one valid array.  They depend on the chunks alone.
    """

    def __init__(
        self,
        *,
        model: str | None = None,
        ids: Ids | None = None,
        created: int = 0,
        framing: Framing = None,
        on_loss: LossPolicy = COLLECT,
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        super().__init__(limits=limits, array=framing == "json_array")
        self.content_type: str = CONTENT_TYPES[framing]
        """The stream's content type."""
        self._gate = LossGate(self._log, on_loss)
        self._default_model = model
        self._ids = ids
        self._default_created = created
        self._model: str | None = None
        self._created: int | None = None
        self._time: Any = None
        """`createTime` as it was received."""
        self._tier: str | None = None
        self._envelope: JSONObject | None = None
        """What every event ends with; `None`: to be made anew."""
        self._usage: Usage | None = None
        self._buffer: list[bytes] = []
        self._began = False
        """Whether an event was written."""
        self.error: ErrorInfo | None = None
        """What the stream ended in: the source's error, or a limit of ours."""
        self._ended = False
        self._over = False

    # --- the StreamEncoder protocol -------------------------------------------------

    @property
    def losses(self) -> tuple[Loss, ...]:
        """What could not be carried over so far, each once."""
        return by_position(self._log.losses, self._choices)

    def _any_chunk(self, chunk: StreamChunk) -> bytes:
        """Take any chunk; see `encode`."""
        kind = type(chunk)
        if self._over:
            msg = f"{kind.__name__} after StreamEnd"
            raise StateError(msg)
        self._over = kind is StreamEnd
        if self._ended:
            # After an error (the source's, or a limit of ours) nothing is written.
            return b""
        for ordered in self._sequencer.feed(chunk):
            self._take(ordered)
        if self._sequencer.late:
            self._take_late()
        return self._gate.give(self._buffer)

    def close(self) -> bytes:
        """
        End the stream.

        Returns:
            The error event of a cut stream, if no `StreamEnd` came; and in a JSON
            array the closing bracket.  Nothing the second time.
        """
        data = b"" if self._over else self.encode(StreamEnd(complete=False))
        return data if self._array is None else data + self._array.close()

    # --- plumbing -------------------------------------------------------------------

    def _take(self, chunk: StreamChunk) -> None:
        handler = self._HANDLERS.get(type(chunk))
        if handler is None:
            msg = f"{type(chunk).__name__} is no chunk"
            raise StateError(msg)
        if not self._ended:
            handler(self, chunk)

    def _overflow(self) -> None:
        maximum = self._limits.max_held_bytes
        for end in self._sequencer.overflow("max_held_bytes", maximum):
            self._take(end)

    def _put(self, event: JSONObject) -> None:
        """Write one event in the framing."""
        data = _json.dumps(event)
        if self._array is not None:
            self._buffer.append(self._array.encode(data))
        else:
            self._buffer.append(b"data: " + data + b"\n\n")

    def _event(self, candidates: list[JSONObject]) -> None:
        """Write one event with what waits for it, and the envelope."""
        event: JSONObject = {}
        if candidates:
            event["candidates"] = candidates
        if self._usage_waits:
            usage = encode_usage(self._usage, LossLog(DIALECT), service_tier=self._tier)
            if usage is not None:
                event["usageMetadata"] = usage
            self._usage_waits = False
        event.update(self._head())
        for key, value in self._extra.items():
            event.setdefault(key, value)
        self._extra = {}
        self._began = True
        self._put(event)

    def _head(self) -> JSONObject:
        """Give the fields that every event has."""
        head = self._envelope
        if head is None:
            log = self._log
            if self._model is None and self._default_model:
                self._model = self._default_model
                log.add(LossCode.RESP_MODEL, None, "synthesised", to="$.model")
            head = {}
            if self._model is not None:
                head["modelVersion"] = self._model
            if not self._id and self._ids is not None:
                self._id = self._ids("response")
                log.add(LossCode.RESP_ID, None, "synthesised", to="$.id")
            if self._id:
                head["responseId"] = self._id
            elif self._id is not None:
                log.drop(LossCode.RESP_ID, "$.id", "an empty id")
            if self._created is None and self._default_created:
                self._created = self._default_created
                log.add(LossCode.RESP_CREATED, None, "synthesised", to="$.created")
            self._write_time(head)
            self._envelope = head
        return head

    def _write_time(self, head: JSONObject) -> None:
        """Write when the answer was made: as it was said, if that is still so."""
        created = self._created
        if created is None:
            return
        text = self._time
        if decode_time(text) != created:
            text = encode_time(created)
        if text is None:
            self._log.drop(LossCode.RESP_CREATED, "$.created", "out of range")
        else:
            head["createTime"] = text

    def _candidate(self, choice: OutChoice, parts: list[JSONObject]) -> JSONObject:
        """Give a candidate with *parts* and with what waits for it."""
        content: JSONObject = {"role": "model", "parts": parts}
        content.update(
            (key, value) for key, value in choice.message.items() if key != "parts"
        )
        wire: JSONObject = {"content": content, "index": choice.index}
        for key, value in choice.extra.items():
            wire.setdefault(key, value)
        choice.message, choice.extra = {}, {}
        choice.written = True
        if choice.logprobs:
            found = self._logprobs_of(choice)
            if found is not None:
                wire["logprobsResult"] = found
        return wire

    def _logprobs_of(self, choice: OutChoice) -> JSONObject | None:
        """Write the log probabilities that wait."""
        tokens = Tokens()
        for more in choice.logprobs:
            tokens.add(more)
        choice.logprobs = []
        log = LossLog(DIALECT)
        path = f"{choice.path}.logprobs"
        found = encode_logprobs(tokens.build(None), log, path)
        for loss in log.losses:
            # The numbers of the tokens are those of this event alone.
            self._log.add(loss.code, path, loss.action, severity=loss.severity)
        return found

    # --- the response ---------------------------------------------------------------

    def _start(self, chunk: StreamStart) -> None:
        self._identify(chunk.id, chunk.model, chunk.created)

    def _response_update(self, chunk: ResponseUpdate) -> None:
        self._identify(chunk.id, chunk.model, chunk.created)
        if chunk.service_tier is not None and chunk.service_tier != self._tier:
            self._tier = chunk.service_tier
            self._usage_waits = True
        if chunk.extra:
            own = self._own(chunk.extra, "$", LossCode.RESP_FINGERPRINT)
            noted = spelling_of(chunk.extra).get("createTime")
            if noted is not None:
                self._time = noted
                self._envelope = None
            self._extra.update(own)

    def _identify(
        self, id_: str | None, model: str | None, created: int | None
    ) -> None:
        if id_ is not None and not self._id:
            self._id = id_
            self._envelope = None
        if model is not None and model != self._model:
            self._model = model
            self._envelope = None
        if created is not None and created != self._created:
            self._created = created
            self._envelope = None

    def _own(self, extra: Extra, path: str, code: LossCode) -> JSONObject:
        """Give our own fields of *extra*; those of others are losses."""
        self._log.drop_extra(extra, path, code)
        own = extra.get(DIALECT) or {}
        return {k: v for k, v in own.items() if not k.startswith("$")}

    def _usage_update(self, chunk: UsageUpdate) -> None:
        self._usage = chunk.usage
        self._usage_waits = True

    def _moderation(self, chunk: ModerationUpdate) -> None:
        if chunk.moderation is not None:
            self._log.drop(LossCode.RESP_SAFETY, "$.moderation")

    def _nothing(self, chunk: StreamChunk) -> None:
        """
        Take a sign of life, which this dialect has no form for.

        google-genai (3.4.0, `_iter_response_stream`), the Go and the Java SDK parse
        every line that is no blank one as data; test_keepalive_writes_nothing.
        """

    def _unknown_event(self, chunk: UnknownEvent) -> None:
        """Hand on an event of this dialect that nobody knows."""
        if chunk.dialect != DIALECT:
            self._log.drop_event(chunk.dialect, chunk.raw)
        elif chunk.index is None:
            self._put(chunk.raw)

    # --- choices --------------------------------------------------------------------

    def _choice_update(self, chunk: ChoiceUpdate) -> None:
        choice = self._choice_of(chunk.choice)
        if chunk.extra:
            own = self._own(chunk.extra, choice.path, LossCode.RESP_SAFETY)
            for key, value in own.items():
                held = key in (GROUNDING, CITATIONS)
                (choice.sources if held else choice.extra)[key] = value
        if chunk.message is not None:
            path = f"{choice.path}.message"
            own = self._own(chunk.message, path, LossCode.ROLE_NAME)
            choice.message.update(own)

    def _choice_finish(self, chunk: ChoiceFinish) -> None:
        self._choice_of(chunk.choice).finish = chunk.finish

    # --- the ends -------------------------------------------------------------------

    def _end(self, chunk: StreamEnd) -> None:
        if not chunk.complete:
            self._fail(TRUNCATED)
            return
        self._give_finishes()
        self._last_event()
        self._ended = True

    def _give_finishes(self) -> None:
        """A stream without an end of its own is whole only by its finishes."""
        if not self._choices and "promptFeedback" not in self._extra:
            to = self._choice_of(0).path
            self._log.add(LossCode.RESP_CHOICES_N_1, None, "synthesised", to=to)
        for choice in self._choices.values():
            if choice.finish is None:
                choice.finish = Finish(kind="unknown", raw="FINISH_REASON_UNSPECIFIED")
                to = f"{choice.path}.finish"
                self._log.add(LossCode.FINISH_UNKNOWN, None, "synthesised", to=to)

    def _error(self, chunk: StreamError) -> None:
        self._fail(chunk.error)

    def _fail(self, error: ErrorInfo) -> None:
        """End in an error; what is known of finished candidates goes before it."""
        self.error = error
        for block in self._blocks.values():
            if not block.stopped:
                self._break_off(block)
        waits = self._extra or self._usage_waits
        if not self._began:
            waits = waits or self._head()
        if waits or any(choice.pending for choice in self._choices.values()):
            self._last_event(failed=True)
        else:
            encode_usage(self._usage, self._log, service_tier=self._tier)
        self._put(encode_error_object(error))
        self._ended = True

    def _last_event(self, *, failed: bool = False) -> None:
        """Write the finishes, what was said about the texts, and the usage."""
        candidates: list[JSONObject] = []
        for _, choice in sorted(self._choices.items()):
            finish = choice.finish
            if (
                finish is not None
                and finish.kind == "prompt_blocked"
                and len(self._choices) == 1
                and not choice.parts
            ):
                if failed:
                    # Without an end no reader makes a candidate of it.
                    self._log.drop(LossCode.STREAM_ERROR, choice.path)
                    continue
                feedback = encode_block(finish, self._log, path=f"{choice.path}.finish")
                self._extra["promptFeedback"] = feedback
                self._bare_choice(choice)
                continue
            choice.extra.update(choice.sources)
            wire = self._candidate(choice, [{"text": ""}])
            self._about_texts(choice, wire)
            wire.update(
                encode_finish(
                    finish,
                    self._log,
                    calls=choice.calls,
                    path=f"{choice.path}.finish",
                )
            )
            candidates.append(wire)
        # What the usage cannot say is recorded of its last state.
        encode_usage(self._usage, self._log, service_tier=self._tier)
        self._usage_waits = True
        self._event(candidates)

    def _bare_choice(self, choice: OutChoice) -> None:
        """Record what an answer without candidates cannot say."""
        log, path = self._log, choice.path
        if choice.index:
            log.add(
                LossCode.RESP_CHOICES_N_1,
                f"{path}.index",
                "approximated",
                severity="cosmetic",
            )
        if choice.logprobs:
            log.drop(LossCode.RESP_LOGPROBS, f"{path}.logprobs")
        extra = {DIALECT: {**choice.extra, **choice.sources}}
        drop_all(extra, path, LossCode.RESP_SAFETY, log)
        drop_all({DIALECT: choice.message}, f"{path}.message", LossCode.ROLE_NAME, log)

    def _about_texts(self, choice: OutChoice, wire: JSONObject) -> None:
        """Write the annotations of a candidate's texts, where there are any."""
        if (
            GROUNDING in wire
            or CITATIONS in wire
            or any(block.notes for block in choice.rows)
        ):
            # The texts as a whole are made for them only: the one time that a stream
            # takes memory for all of its text (tests/limits/test_memory.py).
            self._annotate(choice, wire)
        if choice.orphans:
            # The folded response has them on an empty text behind everything else.
            path = f"{choice.path}.message.parts[{choice.parts}]"
            self._log.drop(LossCode.OUT_ANNOTATIONS_CITATIONS, path)
        if not choice.texts.whole:
            _without_words(wire)

    def _annotate(self, choice: OutChoice, wire: JSONObject) -> None:
        texts = choice.texts.texts()
        notes: list[list[Annotation]] = [[] for _ in texts]
        paths = [""] * len(texts)
        widths = Counter(block.row for block in choice.rows)
        # Where a reader has each text; `None`: it is several of ours, and that they
        # were merged says already that nothing of them is where it was.
        seen: dict[str, str | None] = {}
        for block in choice.rows:
            first = not paths[block.row]
            if first:
                paths[block.row] = block.path
            seen[paths[block.row]] = block.seen if first else None
            alone = widths[block.row] == 1
            notes[block.row] += block.notes if alone else map(block.moved, block.notes)
            block.notes = []
        rows = [
            (place, path, text, tuple(found))
            for (_, place), path, text, found in zip(
                choice.texts.places, paths, texts, notes, strict=True
            )
        ]
        log = LossLog(DIALECT)
        write_annotations(rows, wire, log, choice.path)
        for loss in log.losses:
            place = (loss.path or loss.to or "").partition(".annotations[")[0]
            to = seen.get(place, place)
            if to is not None:
                self._log.add(
                    loss.code,
                    loss.path,
                    loss.action,
                    to=loss.to and loss.to.replace(place, to, 1),
                    severity=loss.severity,
                    detail=loss.detail,
                )

    _HANDLERS: ClassVar[dict[type, Callable[[Any, Any], None]]] = {
        **BlockStream.BLOCK_HANDLERS,
        StreamStart: _start,
        ResponseUpdate: _response_update,
        ChoiceUpdate: _choice_update,
        ChoiceFinish: _choice_finish,
        UsageUpdate: _usage_update,
        ModerationUpdate: _moderation,
        Keepalive: _nothing,
        StreamError: _error,
        StreamEnd: _end,
        UnknownEvent: _unknown_event,
    }
    """What becomes of each chunk."""


def _without_words(wire: JSONObject) -> None:
    """Take out the quotes of a text whose words are not all known any more."""
    grounding = wire.get(GROUNDING)
    supports = grounding.get("groundingSupports") if grounding else None
    for support in supports or ():
        segment = support.get("segment")
        words = segment.get("text") if segment else None
        if words and UNKNOWN in words:
            del segment["text"]


def stream_encoder(
    *,
    request: ChatRequest | None = None,
    ids: Ids | None = None,
    created: int = 0,
    framing: Framing = None,
    on_loss: LossPolicy = COLLECT,
    profile: Profile | None = None,  # noqa: ARG001 - no variant differs here
    limits: Limits = DEFAULT_LIMITS,
) -> GenerateStreamEncoder:
    """
    Make an encoder of one streamed answer.

    Args:
        request: The request that is answered; its model stands in where the stream
            names none.
        ids: Makes the response's id where it has none; `None`: none is written,
            because it is optional here.
        created: Unix time for a source that names none.
        framing: `None` or `sse` (what `alt=sse` asks for), or `json_array`.
        on_loss: Which losses raise.  Unlike everywhere else the default collects all
            of them: when a stream's loss is found, bytes have been sent.
        profile: Not used.
        limits: What may be held.

    Returns:
        The encoder, chunks to bytes.

    Raises:
        StateError: *framing* is another one.
    """
    check_framing(framing)
    return GenerateStreamEncoder(
        model=request.model if request is not None else None,
        ids=ids,
        created=created,
        framing=framing,
        on_loss=on_loss,
        limits=limits,
    )
