"""
Chat completion chunks to stream chunks: the events around the deltas.

    event JSON -> `ChatMachine` -> StreamStart, BlockStart, deltas, ..., StreamEnd

The finish of a choice is held, and its blocks stay open, until the terminator, the
end of the bytes or an error: some servers send `finish_reason` twice, with usage and
more deltas only the second time.  `_stream_deltas` knows what a delta says.

What the IR has no name for: unknown fields of an event go to `ResponseUpdate.extra`,
of a choice to `ChoiceUpdate.extra`, of a delta to `ChoiceUpdate.message`, each when
its value changes; those of a tool call's first piece to its part.  Left out on
purpose: `obfuscation` and `p` (padding), and Perplexity's cumulative `message` beside
a delta.

Source:
    wire/openai_chat.md section 6, wire/openai_compatible.md section 4 and the
    recorded streams of wire/observed.md section 2, read 2026-11-21.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from modelwire.codecs._base import NO_ALIASES
from modelwire.codecs._limits import DEFAULT_LIMITS
from modelwire.codecs._sse_alike import AlikeEvents
from modelwire.codecs._sse_stream import SSEStreamDecoder
from modelwire.codecs.openai_chat._finish import decode_finish
from modelwire.codecs.openai_chat._logprobs import decode_logprobs
from modelwire.codecs.openai_chat._stream_deltas import (
    KNOWN_DELTA,
    ChoiceState,
    DeltaMachine,
)
from modelwire.codecs.openai_chat._usage import decode_usage
from modelwire.codecs.openai_chat._wire import DIALECT
from modelwire.errors import LimitExceededError
from modelwire.ir._chunks import (
    ChoiceFinish,
    ChoiceUpdate,
    LogprobsDelta,
    ModerationUpdate,
    ResponseUpdate,
    UnknownEvent,
    UsageUpdate,
)
from modelwire.ir._outcome import Finish

if TYPE_CHECKING:
    from modelwire.codecs._base import Aliases, Headers, Ids
    from modelwire.codecs._limits import Limits
    from modelwire.codecs._profile import Profile
    from modelwire.codecs.openai_chat._stream_deltas import Out, Raw
    from modelwire.errors import ErrorInfo
    from modelwire.ir._base import JSONObject
    from modelwire.ir._request import ChatRequest

__all__ = ["ChatMachine", "stream_decoder"]

_ENVELOPE: Final = frozenset(
    {
        "id",
        "object",
        "created",
        "model",
        "choices",
        "usage",
        "service_tier",
        "moderation",
        "error",
        "obfuscation",
        "p",
    }
)
"""Fields of an event that have a place of their own, or none on purpose."""
_CHOICE: Final = frozenset(
    {"index", "delta", "finish_reason", "logprobs", "message", "usage", "text"}
)
"""Fields of a choice that have a place of their own, or none on purpose."""
_FILLERS: Final = ("obfuscation", "p")
"""Fields of an event whose text says nothing, see `_sse_alike`."""
_UNSEEN: Final = object()


class ChatMachine(DeltaMachine):
    """
    The state of one stream.

    Args:
        aliases: Renamed tool names and call ids, for bringing them home.
        ids: Makes ids of calls that the server gave none; `None`: they stay empty.
        limits: Bounds of what is held, and of open blocks.
        profile: The variant of the dialect.
        audio_format: What the request asked for; the stream does not repeat it.
        keep_raw: Whether chunks carry the event that they came from.
    """

    def __init__(
        self,
        *,
        aliases: Aliases = NO_ALIASES,
        ids: Ids | None = None,
        limits: Limits = DEFAULT_LIMITS,
        profile: Profile | None = None,
        audio_format: str | None = None,
        keep_raw: bool = True,
    ) -> None:
        super().__init__(
            aliases=aliases,
            ids=ids,
            limits=limits,
            audio_format=audio_format,
            keep_raw=keep_raw,
        )
        self._profile = profile
        self._choices: dict[int, ChoiceState] = {}
        # What was given out of the envelope.
        self._id: str | None = None
        self._model: str | None = None
        self._created: int | None = None
        self._tier: str | None = None
        self._extra: JSONObject = {}
        self._usage: Any = None
        self._moderation: Any = None

    # --- the Machine protocol -------------------------------------------------------

    def event(self, name: str | None, data: JSONObject, out: Out) -> None:
        """
        Take an event whose data is a JSON object; append its chunks to *out*.

        Most events only add to the open block or call, and say it as the one before:
        `_sse_alike` takes them.
        """
        raw = data if self.keep_raw else None
        error = data.get("error")
        choices = data.get("choices")
        if type(choices) is not list:
            if error or name == "error" or _looks_like_error(data):
                self.start(out, raw=raw)
                self._counts(data, raw, out)
                self.fail(_error(data), out, raw)
                return
            if not _looks_like_chunk(data):
                self.start(out, raw=raw)
                out.append(UnknownEvent(DIALECT, data))
                return
            choices = []
        self._envelope(data, raw, out)
        self._all_choices(choices, raw, out)
        self._counts(data, raw, out)
        if self.overflow:
            self._too_many_blocks(out)
        elif error or name == "error":
            # OpenRouter puts the error beside choices; recorded in
            # pydantic-ai__test-openrouter-test-openrouter-stream-error,
            # pinned by test_E02_error_beside_choices.
            self.fail(_error(data), out, raw)
        elif "x_groq" in data:
            groq = data["x_groq"]
            if type(groq) is dict and groq.get("error"):
                self.fail(_error({"error": groq["error"]}), out, raw)

    def sentinel(self, out: Out) -> None:
        """Take `[DONE]`."""
        self.start(out)
        self._release(out, terminated=True)
        self.complete(out, by_event=True)

    def eof(self, out: Out) -> None:
        """Take the end of the bytes without `[DONE]`."""
        choices = self._choices.values()
        if choices and all(c.finish is not None for c in choices):
            # Perplexity and some routers never send `[DONE]`: recorded, for example,
            # ruby_llm__chat-streaming-responses-perplexity-sonar-supports-streaming-…
            # Pinned by test_E05_three_ends.
            self._release(out, terminated=False)
            self.complete(out, by_event=False)
        else:
            self.truncate(out)

    def fail(self, error: ErrorInfo, out: Out, raw: Any = None) -> None:
        """End the stream with *error*; finishes that are held come out before it."""
        self.start(out, raw=raw)
        self._release(out, terminated=False)
        super().fail(error, out, raw)

    def error_from_body(self, body: bytes) -> ErrorInfo:
        """Read an error body that stands where a stream was expected."""
        # Errors are rare, and what reads them loads with the first.
        from modelwire.codecs.openai_chat._errors import decode_error  # noqa: PLC0415

        return decode_error(body, status=200)

    # --- events ---------------------------------------------------------------------

    def _envelope(self, data: JSONObject, raw: Raw, out: Out) -> None:
        """Give out what is new in the fields around the choices."""
        new_id = new_model = new_created = new_tier = None
        # Azure's first event has id "", model "" and created 0 (fantasy__testazure-
        # common-azure-gpt-5-mini-tool-streaming-1): unknown, not values; test_L7_azure.
        if not self._id:
            value = data.get("id")
            if type(value) is str and value:
                self._id = new_id = value
        value = data.get("model")
        if value != self._model and type(value) is str and value:
            self._model = new_model = value
        if self._created is None:
            value = data.get("created")
            if isinstance(value, int | float) and (value > 0 or self._id):
                self._created = new_created = int(value)
        value = data.get("service_tier")
        if value != self._tier and type(value) is str and value:
            self._tier = new_tier = value
        extra = _news(data, _ENVELOPE, self._extra)
        if not self.started:
            self.start(out, id=new_id, model=new_model, created=new_created, raw=raw)
            new_id = new_model = new_created = None
        if extra or new_id or new_model or new_tier or new_created is not None:
            out.append(
                ResponseUpdate(
                    new_id,
                    new_model,
                    new_created,
                    new_tier,
                    {DIALECT: extra} if extra else None,
                    raw,
                )
            )

    def _counts(self, data: JSONObject, raw: Raw, out: Out) -> None:
        """Give out usage and moderation where they are new."""
        usage = data.get("usage")
        if type(usage) is dict:
            self._usage_update(usage, raw, out)
        elif "x_groq" in data:
            groq = data["x_groq"]
            if type(groq) is dict and type(groq.get("usage")) is dict:
                # Groq without include_usage (pydantic-ai__test-groq-test-groq-model-
                # web-search-tool-stream); test_usage_of_groq.
                self._usage_update(groq["usage"], raw, out)
        moderation = data.get("moderation")
        if moderation is not None and moderation != self._moderation:
            self._moderation = moderation
            out.append(ModerationUpdate(moderation, raw))

    def _usage_update(self, usage: JSONObject, raw: Raw, out: Out) -> None:
        if usage != self._usage:
            self._usage = usage
            out.append(UsageUpdate(decode_usage(usage, self._profile), raw))

    # --- choices --------------------------------------------------------------------

    def _all_choices(self, choices: list[Any], raw: Raw, out: Out) -> None:
        for wire in choices:
            if type(wire) is dict:
                index = wire.get("index")
                choice = self._choices.get(index) if type(index) is int else None
                if choice is None:
                    choice = self._find_choice(index)
                if choice is None:
                    return
                self._one_choice(choice, wire, raw, out)

    def _find_choice(self, index: Any) -> ChoiceState | None:
        number = index if type(index) is int and index >= 0 else 0
        choice = self._choices.get(number)
        if choice is None:
            if len(self._choices) >= self._limits.max_open_blocks:
                self.overflow = True
                return None
            choice = self._choices[number] = ChoiceState(number)
        return choice

    def _one_choice(
        self, choice: ChoiceState, wire: JSONObject, raw: Raw, out: Out
    ) -> None:
        """Take one choice of an event."""
        delta = wire.get("delta")
        if type(delta) is not dict:
            delta = None if choice.spoke else _said_whole(wire)
        extra = _news(wire, _CHOICE, choice.extra)
        message = _news(delta, KNOWN_DELTA, choice.message) if delta else None
        if extra or message:
            out.append(
                ChoiceUpdate(
                    choice.index,
                    {DIALECT: extra} if extra else {},
                    raw,
                    {DIALECT: message} if message else None,
                )
            )
        if delta:
            self._delta(choice, delta, raw, out)
        logprobs = wire.get("logprobs")
        if logprobs is not None:
            found = decode_logprobs(logprobs)
            if found is not None and (found.content or found.refusal or found.extra):
                out.append(LogprobsDelta(choice.index, None, found, raw))
        usage = wire.get("usage")
        if type(usage) is dict:
            # Moonshot's older servers (wire/openai_compatible.md, section 3);
            # test_usage_inside_the_choice.
            self._usage_update(usage, raw, out)
        finish = wire.get("finish_reason")
        if type(finish) is str and finish and choice.finish is None:
            choice.finish = finish

    def _release(self, out: Out, *, terminated: bool) -> None:
        """
        Close the blocks of the choices that ended, and give out their finishes.

        With *terminated* every choice ends; one without a finish reason has the
        unknown one (pydantic-ai__test-snowflake-test-snowflake-model-streaming).
        """
        for choice in self._choices.values():
            if choice.finish is None and not terminated:
                continue
            self.end_choice(choice, out)
            finish = (
                Finish(kind="unknown")
                if choice.finish is None
                else decode_finish(
                    choice.finish,
                    has_tool_calls=choice.called,
                    has_refusal=choice.refused,
                )
            )
            out.append(ChoiceFinish(choice.index, finish))

    def _too_many_blocks(self, out: Out) -> None:
        error = LimitExceededError(
            "max_open_blocks", self._limits.max_open_blocks, dialect=DIALECT
        )
        for choice in self._choices.values():
            choice.finish = None
        self.fail(error.to_error_info(), out)


# --- the codec's two decoders -------------------------------------------------------


def _error(obj: JSONObject) -> ErrorInfo:
    """Read an error object; errors are rare, and what reads them loads with one."""
    from modelwire.codecs.openai_chat._errors import (  # noqa: PLC0415
        decode_error_object,
    )

    return decode_error_object(obj)


def stream_decoder(
    *,
    headers: Headers = (),  # noqa: ARG001 - the contract's; this dialect needs none
    request: ChatRequest | None = None,
    aliases: Aliases | None = None,
    ids: Ids | None = None,
    limits: Limits = DEFAULT_LIMITS,
    profile: Profile | None = None,
    keep_raw: bool = True,
) -> SSEStreamDecoder:
    """
    Make a decoder of one streamed answer.

    Args:
        headers: The response's headers.
        request: What was asked; only the audio format is read.
        aliases: Renamed tool names and call ids, from the `EncodedRequest`.
        ids: Makes ids of calls that the server gave none; `None`: they stay empty.
        limits: What may be held.
        profile: The variant; `None`: OpenAI.
        keep_raw: Whether chunks carry the event that they came from.

    Returns:
        The decoder, bytes to chunks.
    """
    audio = request.audio_output if request is not None else None
    machine = ChatMachine(
        aliases=aliases or NO_ALIASES,
        ids=ids,
        limits=limits,
        profile=profile,
        audio_format=audio.format if audio is not None else None,
        keep_raw=keep_raw,
    )
    alike = AlikeEvents(machine, keep_raw=keep_raw, fillers=_FILLERS)
    return SSEStreamDecoder(machine, limits=limits, alike=alike)


# --- small readers ------------------------------------------------------------------


def _news(obj: JSONObject, known: frozenset[str], seen: JSONObject) -> JSONObject:
    """Give the fields of *obj* that are not *known* and differ from *seen*."""
    news: JSONObject = {}
    for key in obj:
        if key not in known:
            value = obj[key]
            if value is not None and seen.get(key, _UNSEEN) != value:
                news[key] = value
    if news:
        seen.update(news)
    return news


def _looks_like_error(data: JSONObject) -> bool:
    """Say whether an object without choices and `error` is a flat error body."""
    return data.get("object") == "error" or (
        type(data.get("message")) is str and ("code" in data or "type" in data)
    )


def _looks_like_chunk(data: JSONObject) -> bool:
    """Say whether an object without choices belongs to the answer all the same."""
    name = data.get("object")
    return type(data.get("usage")) is dict or (
        type(name) is str and name.startswith("chat.completion")
    )


def _said_whole(wire: JSONObject) -> JSONObject | None:
    """Give the message of a choice that has no delta: servers that fake streams."""
    message = wire.get("message")
    if type(message) is dict:
        return message
    text = wire.get("text")
    return {"content": text} if type(text) is str else None
