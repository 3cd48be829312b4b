"""
The streamed answers of generateContent into chunks, and into native events.

    event JSON (a GenerateContentResponse with more parts) -> `GenerateMachine` ->
    StreamStart, BlockStart, deltas, ..., StreamEnd

The dialect has no blocks: text (or thoughts) without a signature continues the open
block of its kind; every other part, signed text included, is a block alone, and so is
every call.  Arguments that come in pieces (`partialArgs`) are folded and given as one
delta at the end of the call, with `PartDelta` for live display.

There is no end marker: the stream is complete when the bytes end and every candidate
has its finish.  Finishes are held until then, because recorded streams repeat them on
every event (semantic-kernel__google-unitcompletion-stream-response), and so is usage,
which stands on every event and counts by the last one; the first is given at once.

Source:
    wire/gemini_generate.md section 5 and wire/observed.md section 4, read 2026-11-21.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import attrs

from modelwire.codecs._base import NO_ALIASES
from modelwire.codecs._ids import turn_seed
from modelwire.codecs._limits import DEFAULT_LIMITS
from modelwire.codecs._time import decode_time, encode_time
from modelwire.codecs.gemini_generate._finish import decode_block, decode_finish
from modelwire.codecs.gemini_generate._grounding import (
    CITATIONS,
    GROUNDING,
    annotations_of,
)
from modelwire.codecs.gemini_generate._logprobs import decode_logprobs
from modelwire.codecs.gemini_generate._stream_alike import AlikeWords
from modelwire.codecs.gemini_generate._stream_choice import ChoiceState
from modelwire.codecs.gemini_generate._stream_fast import OrdinaryEvents
from modelwire.codecs.gemini_generate._stream_framing import (
    EventsOfEither,
    StreamOfEither,
)
from modelwire.codecs.gemini_generate._stream_parts import GROWS
from modelwire.codecs.gemini_generate._usage import decode_usage, usage_tier
from modelwire.codecs.gemini_generate._wire import DIALECT, camel
from modelwire.ir._chunks import (
    AnnotationDelta,
    ChoiceFinish,
    ChoiceUpdate,
    LogprobsDelta,
    ResponseUpdate,
    StreamChunk,
    UnknownEvent,
    UsageUpdate,
)
from modelwire.ir._parts import Annotation

if TYPE_CHECKING:
    from modelwire.codecs._base import (
        Aliases,
        EventDecoder,
        Headers,
        Ids,
        StreamDecoder,
    )
    from modelwire.codecs._limits import Limits
    from modelwire.codecs._profile import Profile
    from modelwire.errors import ErrorInfo
    from modelwire.ir._base import JSONObject
    from modelwire.ir._request import ChatRequest

__all__ = ["GenerateMachine", "event_decoder", "stream_decoder"]

_ENVELOPE: Final = frozenset(
    {
        "candidates",
        "promptFeedback",
        "usageMetadata",
        "modelVersion",
        "responseId",
        "createTime",
        "error",
    }
)
_CANDIDATE: Final = frozenset({"index", "content", "finishReason", "finishMessage"})
_LOGPROBS: Final = "logprobsResult"
_CANDIDATE_READ: Final = _CANDIDATE | {_LOGPROBS}
_CONTENT: Final = frozenset({"parts", "role"})
_PARTS: Final = frozenset({"parts"})
_MODEL: Final = ("model", "", None)
_UNSEEN: Final = object()


class GenerateMachine(OrdinaryEvents):
    """
    The state of one stream.

    Args:
        headers: The response's headers; errors take what they say from them.
        aliases: Renamed tool names and call ids, for bringing them home.
        ids: Makes ids of calls that have none; default: counting, with the response's
            id in front.
        seed: What stands in front where the response has no id.
        limits: Bounds of what is held, of open blocks and of candidates.
        keep_raw: Whether chunks carry the event that they came from.
    """

    def __init__(
        self,
        *,
        headers: Headers = (),
        aliases: Aliases = NO_ALIASES,
        ids: Ids | None = None,
        seed: str | None = None,
        limits: Limits = DEFAULT_LIMITS,
        keep_raw: bool = True,
    ) -> None:
        super().__init__(
            aliases=aliases, ids=ids, seed=seed, limits=limits, keep_raw=keep_raw
        )
        self._headers = tuple(headers)
        # What was given out of the envelope.
        self._model: str | None = None
        self._extra: JSONObject = {}
        self._feedback: JSONObject | None = None
        self._feedback_raw: JSONObject | None = None
        self._feedback_given = False
        self._tier: str | None = None
        self._timed = False
        self._usage_given: Any = None

    # --- the Machine protocol -------------------------------------------------------

    def sentinel(self, out: list[StreamChunk]) -> None:
        """Take `[DONE]`, which some gateways write: the end of the bytes, announced."""
        self._finish(out, by_event=True)

    def eof(self, out: list[StreamChunk]) -> None:
        """Take the end of the bytes, which is the end of the stream."""
        self._finish(out, by_event=False)

    def fail(self, error: ErrorInfo, out: list[StreamChunk], raw: Any = None) -> None:
        """End the stream with *error*; what is held comes out before it."""
        self.start(out, raw=raw)
        self._give_feedback(out)
        self._give_usage(out)
        for choice in self._choices.values():
            if choice.finish is not None:
                self._end_choice(choice, out)
            else:
                if choice.kind in GROWS:
                    self._give_high(choice, out)
                self._annotate(choice, out)
                if not (choice.parts or choice.extra or choice.message):
                    # It began, and that is all that is known of it.
                    out.append(ChoiceUpdate(choice.index, {}, raw))
        super().fail(error, out, raw)

    def error_from_body(self, body: bytes) -> ErrorInfo:
        """Read an error body that stands where a stream was expected."""
        # Errors are rare, and what reads them loads with the first.
        from modelwire.codecs.gemini_generate._errors import (  # noqa: PLC0415
            decode_error,
        )

        return decode_error(body, status=200, headers=self._headers)

    def _finish(self, out: list[StreamChunk], *, by_event: bool) -> None:
        """End the stream, complete if every candidate has its finish."""
        choices = self._choices
        if choices and all(c.finish is not None for c in choices.values()):
            self._give_usage(out)
            for choice in choices.values():
                self._end_choice(choice, out)
            self.complete(out, by_event=by_event)
            return
        # A blocked prompt is an answer without candidates, HTTP 200.
        feedback = self._feedback
        finish = None if choices or feedback is None else decode_block(feedback)
        if finish is None:
            self.truncate(out)
            return
        self._give_usage(out)
        out.append(ChoiceFinish(0, finish, self._feedback_raw))
        self.complete(out, by_event=by_event)

    # --- events ---------------------------------------------------------------------

    def _any_event(
        self, name: str | None, data: JSONObject, out: list[StreamChunk]
    ) -> None:
        """Take an event of any shape."""
        raw = data if self.keep_raw else None
        self._data = data
        fields = camel(data)
        error = fields.get("error")
        if error is None and name == "error":
            error = data
        candidates = fields.get("candidates")
        if error is None and _ENVELOPE.isdisjoint(fields):
            self.start(out, raw=raw)
            out.append(UnknownEvent(DIALECT, data))
            return
        self._envelope(fields, raw, out)
        if type(candidates) is list:
            if error is None and fields is data:
                self._learn(data)
            for position, wire in enumerate(candidates):
                if type(wire) is dict:
                    self._candidate(wire, position, raw, out)
                if self.ended:
                    return
        if self._choices:
            self._give_feedback(out)
        if error is not None:
            from modelwire.codecs.gemini_generate._errors import (  # noqa: PLC0415
                decode_error_object,
            )

            self.fail(decode_error_object(data), out, raw)

    def _envelope(
        self, data: JSONObject, raw: JSONObject | None, out: list[StreamChunk]
    ) -> None:
        """Give out what is new in the fields around the candidates."""
        new_id = new_model = None
        value = data.get("responseId")
        if not self._id and type(value) is str and value:
            self._id = new_id = value
        value = data.get("modelVersion")
        if type(value) is str and value and value != self._model:
            self._model = new_model = value
        feedback = data.get("promptFeedback")
        if type(feedback) is dict and feedback != self._feedback:
            # Without any candidate it is the finish; that is known at the end only.
            self._feedback = camel(feedback)
            self._feedback_raw = raw
            self._feedback_given = False
        extra = _news(data, _ENVELOPE, self._extra)
        new_created = self._new_time(data.get("createTime"))
        if new_created is not None:
            text = data["createTime"]
            if text != encode_time(new_created):
                # The text says more than the seconds; the seconds decide.
                extra = {**(extra or {}), "$spelling": {"createTime": text}}
        if not self.started:
            self.start(out, id=new_id, model=new_model, created=new_created, raw=raw)
            new_id = new_model = new_created = None
        if extra or new_id or new_model or new_created:
            out.append(
                ResponseUpdate(
                    new_id,
                    new_model,
                    new_created,
                    extra={DIALECT: extra} if extra else None,
                    raw=raw,
                )
            )
        usage = data.get("usageMetadata")
        if type(usage) is dict:
            self._usage = usage
            self._usage_raw = raw
            if self._usage_given is None:
                self._give_usage(out)

    def _new_time(self, text: Any) -> int | None:
        """Read the time of an answer, the first time that there is one."""
        if self._timed or text is None:
            return None
        created = decode_time(text)
        self._timed = created is not None
        return created

    def _give_feedback(self, out: list[StreamChunk]) -> None:
        """Give the prompt's feedback as a field of the response."""
        if self._feedback is not None and not self._feedback_given:
            self._feedback_given = True
            extra = {DIALECT: {"promptFeedback": self._feedback}}
            out.append(ResponseUpdate(extra=extra, raw=self._feedback_raw))

    def _give_usage(self, out: list[StreamChunk]) -> None:
        """Give the usage as it is now, and the service tier that stands in it."""
        usage = self._usage
        if type(usage) is dict and usage != self._usage_given:
            self._usage_given = usage
            raw = self._usage_raw
            tier = usage_tier(usage)
            if tier is not None and tier != self._tier:
                self._tier = tier
                out.append(ResponseUpdate(service_tier=tier, raw=raw))
            out.append(UsageUpdate(decode_usage(usage), raw))

    # --- candidates -----------------------------------------------------------------

    def _candidate(
        self,
        wire: JSONObject,
        position: int,
        raw: JSONObject | None,
        out: list[StreamChunk],
    ) -> None:
        """Take what one event says of a candidate."""
        fields = camel(wire)
        index = fields.get("index")
        number = index if type(index) is int and index >= 0 else position
        choice = self._choices.get(number)
        if choice is None:
            if len(self._choices) >= self._limits.max_open_blocks:
                self._overflow("max_open_blocks", out)
                return
            choice = ChoiceState(number, self._limits.max_held_bytes)
            self._choices[number] = choice
        content = fields.get("content")
        fields = _with_citations(fields, choice.extra)
        found = fields.get(_LOGPROBS)
        logprobs = None if found is None else decode_logprobs(found)
        known = _CANDIDATE if logprobs is None else _CANDIDATE_READ
        extra = _news(fields, known, choice.extra)
        message = None
        if type(content) is dict:
            content = camel(content)
            plain = content.get("role") in _MODEL
            message = _news(content, _CONTENT if plain else _PARTS, choice.message)
        if extra or message:
            out.append(
                ChoiceUpdate(
                    number,
                    {DIALECT: extra} if extra else {},
                    raw,
                    {DIALECT: message} if message else None,
                )
            )
        if type(content) is dict:
            parts = content.get("parts")
            if type(parts) is dict:
                parts = [parts]
            if type(parts) is list:
                for part in parts:
                    if type(part) is dict:
                        self._part(choice, part, raw, out)
                        if self.ended:
                            return
        if logprobs is not None:
            out.append(LogprobsDelta(number, None, logprobs, raw))
        if fields.get("finishReason") is not None:
            choice.finish = fields
            choice.finish_raw = raw

    def _end_choice(self, choice: ChoiceState, out: list[StreamChunk]) -> None:
        """Close the open block of a candidate, and give out its finish."""
        raw = choice.finish_raw
        # The open text ends behind what is said about it: some dialects have no place
        # for a citation of a text that has ended.
        if choice.kind in GROWS:
            self._give_high(choice, out)
        self._annotate(choice, out)
        self._close_block(choice, raw, out)
        fields = choice.finish or {}
        # Only a candidate with a reason ends, so that there is a finish.
        finish: Any = decode_finish(
            fields.get("finishReason"),
            fields.get("finishMessage"),
            calls=choice.called,
        )
        out.append(ChoiceFinish(choice.index, finish, raw))

    def _annotate(self, choice: ChoiceState, out: list[StreamChunk]) -> None:
        """Give the annotations that grounding and citations stand for."""
        fields = choice.extra
        if GROUNDING not in fields and CITATIONS not in fields:
            return
        texts = choice.texts.texts()
        places = choice.texts.places
        if choice.texts.whole or len(texts) == 1:
            found = annotations_of(fields, texts, [place for _, place in places])
            for number, annotation in found:
                block = places[number][0]
                out.append(AnnotationDelta(choice.index, block, annotation))
            return
        # Of a very long answer the words are not known any more, only how long each
        # text is; the offsets count from the start of all of them.
        for _, annotation in annotations_of(fields, ["".join(texts)]):
            where, moved = _placed(annotation, texts, places)
            out.append(AnnotationDelta(choice.index, where, moved))


# --- the codec's two decoders -------------------------------------------------------


def stream_decoder(
    *,
    headers: Headers = (),
    request: ChatRequest | None = None,
    aliases: Aliases | None = None,
    ids: Ids | None = None,
    limits: Limits = DEFAULT_LIMITS,
    profile: Profile | None = None,  # noqa: ARG001 - no variant differs here
    keep_raw: bool = True,
) -> StreamDecoder:
    """
    Make a decoder of one streamed answer, in either framing.

    Args:
        headers: The response's headers; errors take what they say from them.
        request: What was asked; the number of its messages keeps the ids of calls
            apart that two answers without an id of their own get.
        aliases: Renamed tool names and call ids, from the `EncodedRequest`.
        ids: Makes ids of calls that have none; `None`: counting, with the response's
            id in front.
        limits: What may be held.
        profile: Not used.
        keep_raw: Whether chunks carry the event that they came from.

    Returns:
        The decoder, bytes to chunks.
    """
    machine = GenerateMachine(
        headers=headers,
        aliases=aliases or NO_ALIASES,
        ids=ids,
        seed=turn_seed(request),
        limits=limits,
        keep_raw=keep_raw,
    )
    return StreamOfEither(machine, limits=limits, alike=AlikeWords)


def event_decoder(
    *,
    headers: Headers = (),  # noqa: ARG001 - the contract's; the bytes tell the framing
    limits: Limits = DEFAULT_LIMITS,
) -> EventDecoder:
    """
    Make a decoder of the native events of one streamed answer, in either framing.

    Args:
        headers: Not used.
        limits: What may be held.

    Returns:
        The decoder; an event's type is `GenerateContentResponse` or `error`.
    """
    return EventsOfEither(DIALECT, limits=limits)


# --- small readers ------------------------------------------------------------------


def _placed(
    annotation: Annotation, texts: list[str], places: list[tuple[int, int]]
) -> tuple[int | None, Annotation]:
    """Find the text that an annotation of all texts together points into."""
    start, end = annotation.start, annotation.end
    if start is None or end is None:
        return None, annotation
    base = 0
    for text, (block, _) in zip(texts, places, strict=True):
        if start < base + len(text):
            end = min(end - base, len(text))
            return block, attrs.evolve(annotation, start=start - base, end=end)
        base += len(text)
    return None, attrs.evolve(annotation, start=None, end=None)


def _with_citations(fields: JSONObject, seen: JSONObject) -> JSONObject:
    """
    Give *fields* with the citations so far in front of new ones.

    Each event brings the citations of its own words; fields of a choice replace.
    """
    new, before = fields.get(CITATIONS), seen.get(CITATIONS)
    if type(new) is not dict or type(before) is not dict or new == before:
        return fields
    merged = {**before, **new}
    for key, rows in before.items():
        later = new.get(key)
        if type(rows) is list and type(later) is list and later[: len(rows)] != rows:
            merged[key] = [*rows, *later]
    return {**fields, CITATIONS: merged}


def _news(
    obj: JSONObject, known: frozenset[str], seen: JSONObject
) -> JSONObject | None:
    """Give the fields of *obj* that are not *known* and differ from *seen*."""
    if known.issuperset(obj):
        return None
    news = {
        key: value
        for key, value in obj.items()
        if key not in known and value is not None and seen.get(key, _UNSEEN) != value
    }
    seen.update(news)
    return news
