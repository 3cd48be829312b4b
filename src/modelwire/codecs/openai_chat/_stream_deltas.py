"""
The deltas of one choice to blocks: the half of the decoder that knows what is said.

`DeltaMachine` takes one parsed `delta` after the other and opens, grows and closes
blocks; what stands around the deltas (the envelope, finishes, usage, the ends of the
stream) is `_stream_decoder`.

The dialect has no blocks: a text, reasoning, refusal or audio block begins with the
first delta of its kind and ends with the first of another kind in that choice; tool
calls stay open until the choice's finish is given out.

Source:
    wire/openai_chat.md section 6, wire/openai_compatible.md sections 2 and 4 and the
    recorded streams of wire/observed.md section 2, read 2026-11-21.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

from modelwire.codecs import _json
from modelwire.codecs._base import NO_ALIASES
from modelwire.codecs._limits import DEFAULT_LIMITS
from modelwire.codecs._stream_decoding import (
    ChunkMachine,
    join_surrogates,
    split_high_surrogate,
)
from modelwire.codecs._tool_deltas import PendingCall, ToolDeltas
from modelwire.codecs.openai_chat._annotations import decode_annotation
from modelwire.codecs.openai_chat._stream_parts import (
    audio_header,
    content_items,
    detail_header,
    detail_words,
    empty_call,
    image_parts,
    reasoning_header,
    thinking_header,
)
from modelwire.codecs.openai_chat._wire import DIALECT
from modelwire.ir._chunks import (
    AnnotationDelta,
    AudioDelta,
    BlockStart,
    BlockStop,
    RefusalDelta,
    SignatureDelta,
    StreamChunk,
)
from modelwire.ir._fast import (
    new_reasoning_delta,
    new_text_delta,
    new_tool_arguments_delta,
)
from modelwire.ir._parts import (
    Opaque,
    Part,
    RefusalPart,
    TextPart,
    ToolCallPart,
)

if TYPE_CHECKING:
    from modelwire.codecs._base import Aliases, Ids
    from modelwire.codecs._limits import Limits
    from modelwire.ir._base import JSONObject

    Raw: TypeAlias = JSONObject | None
    Out: TypeAlias = list[StreamChunk]

__all__ = ["KNOWN_DELTA", "REASONING", "TEXT", "ChoiceState", "DeltaMachine"]

_NONE: Final = 0
TEXT: Final = 1
REASONING: Final = 2
_REFUSAL: Final = 3
_AUDIO: Final = 4
_SUMMARY: Final = "reasoning.summary"

KNOWN_DELTA: Final = frozenset(
    {
        "role",
        "content",
        "refusal",
        "reasoning_content",
        "reasoning",
        "reasoning_details",
        "tool_calls",
        "function_call",
        "audio",
        "images",
        "annotations",
    }
)
"""Fields of a delta that chunks carry."""
_CALL: Final = frozenset({"index", "id", "type", "function", "custom"})
"""Fields of an entry of `tool_calls` that have a place of their own."""
_BODY: Final = frozenset({"name", "arguments", "input"})
"""Fields inside its `function` or `custom`, likewise."""
_LEGACY_NUMBER: Final = -1
"""The number of the call that `function_call` means; no server counts below 0."""


class ChoiceState:
    """What is known of one choice of the stream."""

    __slots__ = (
        "block",
        "called",
        "detail",
        "extra",
        "finish",
        "first_text",
        "high",
        "index",
        "kind",
        "message",
        "refused",
        "spoke",
        "tools",
    )

    def __init__(self, index: int) -> None:
        self.index = index
        self.kind = _NONE
        """The kind of the open block that is no tool call."""
        self.block = -1
        """Its number."""
        self.first_text: int | None = None
        """The block of the first text; annotations count from its beginning."""
        self.high = ""
        """A high surrogate that waits for its other half."""
        self.tools = ToolDeltas()
        self.finish: str | None = None
        """The finish reason, held."""
        self.extra: JSONObject = {}
        """Unknown fields, as they were given out last."""
        self.message: JSONObject = {}
        """Unknown fields of its deltas, likewise."""
        self.detail: Any = None
        """Which `reasoning_details` entry the open reasoning block belongs to."""
        self.called = False
        """Whether a tool call has begun."""
        self.refused = False
        """Whether a refusal has begun."""
        self.spoke = False
        """Whether anything was said through deltas."""


class DeltaMachine(ChunkMachine):
    """
    Turns deltas into blocks.

    Args:
        aliases: Renamed tool names and call ids, for bringing them home.
        ids: Makes ids of calls that the server gave none; `None`: they stay empty.
        limits: Bounds of what is held, and of open blocks.
        audio_format: What the request asked for; the stream does not repeat it.
        keep_raw: Whether chunks carry the event that they came from.

    Invariants:
        At most one block per choice is open beside its calls.
    """

    def __init__(
        self,
        *,
        aliases: Aliases = NO_ALIASES,
        ids: Ids | None = None,
        limits: Limits = DEFAULT_LIMITS,
        audio_format: str | None = None,
        keep_raw: bool = True,
    ) -> None:
        super().__init__(keep_raw=keep_raw)
        self._names = aliases.names
        self._call_ids = aliases.call_ids
        self._ids = ids
        self._limits = limits
        self._audio_format = audio_format
        self.open_blocks = 0
        """How many blocks are open."""
        self.overflow = False
        """Whether a limit was passed in this event."""

    def _delta(
        self, choice: ChoiceState, delta: JSONObject, raw: Raw, out: Out
    ) -> None:
        """Take the fields of a delta that chunks carry."""
        get = delta.get
        if len(delta) == 1 and type(text := get("content")) is str:
            # Most of them; it is what the rest would do.
            if text:
                self._text(choice, text, raw, out)
            return
        if (
            "reasoning_content" in delta
            or "reasoning" in delta
            or ("reasoning_details" in delta)
        ):
            self._reasoning(choice, delta, raw, out)
        content = get("content")
        if content:
            if type(content) is str:
                self._text(choice, content, raw, out)
            else:
                self._content(choice, content, raw, out)
        refusal = get("refusal")
        if refusal and type(refusal) is str:
            if choice.kind != _REFUSAL:
                choice.refused = True
                self._switch(choice, _REFUSAL, RefusalPart(text=""), raw, out)
            refusal = paired(choice, refusal)
            if refusal:
                out.append(RefusalDelta(choice.block, refusal, raw))
        audio = get("audio")
        if type(audio) is dict and audio:
            self._audio(choice, audio, raw, out)
        images = get("images")
        if type(images) is list:
            for part in image_parts(images):
                self._whole(choice, part, raw, out)
        calls = get("tool_calls")
        if type(calls) is list and calls:
            self.take_calls(choice, calls, raw, out)
        legacy = get("function_call")
        if type(legacy) is dict and legacy:
            self._legacy_call(choice, legacy, raw, out)
        annotations = get("annotations")
        if type(annotations) is list:
            for item in annotations:
                if type(item) is dict:
                    annotation = decode_annotation(item)
                    out.append(
                        AnnotationDelta(
                            choice.index, choice.first_text, annotation, raw
                        )
                    )

    # --- blocks ---------------------------------------------------------------------

    def _start_block(self, choice: ChoiceState, part: Part, raw: Raw, out: Out) -> int:
        index = self.new_index()
        self.open_blocks += 1
        if self.open_blocks > self._limits.max_open_blocks:
            self.overflow = True
        choice.spoke = True
        out.append(BlockStart(index, choice.index, part, raw))
        return index

    def _switch(
        self, choice: ChoiceState, kind: int, part: Part, raw: Raw, out: Out
    ) -> None:
        """Close what is open beside calls, and open a block of *kind*."""
        self._close(choice, raw, out)
        choice.kind = kind
        choice.block = self._start_block(choice, part, raw, out)
        if kind == TEXT and choice.first_text is None:
            choice.first_text = choice.block

    def _close(self, choice: ChoiceState, raw: Raw, out: Out) -> None:
        if choice.kind:
            if choice.high:
                self._half(choice, raw, out)
            out.append(BlockStop(choice.block, None, raw))
            self.open_blocks -= 1
            choice.kind = _NONE

    def _half(self, choice: ChoiceState, raw: Raw, out: Out) -> None:
        """Give out a high surrogate whose other half did not come."""
        high, choice.high = choice.high, ""
        if choice.kind == TEXT:
            out.append(new_text_delta(choice.block, high, raw))
        elif choice.kind == REASONING:
            is_summary = choice.detail and choice.detail[0] == _SUMMARY
            summary = 0 if is_summary else None
            out.append(new_reasoning_delta(choice.block, high, summary, raw))
        else:
            out.append(RefusalDelta(choice.block, high, raw))

    def end_choice(self, choice: ChoiceState, out: Out) -> None:
        """Close every block of *choice*; a call that was never named is given out."""
        for call in choice.tools.calls:
            if call.block < 0:
                self._close(choice, None, out)
                self._start_call(choice, call, None, out)
            if call.high:
                out.append(new_tool_arguments_delta(call.block, call.high))
                call.high = ""
        if choice.high:
            self._half(choice, None, out)
        stops = [
            BlockStop(call.block, None if call.grown else empty_call(call.part))
            for call in choice.tools.calls
        ]
        if choice.kind:
            stops.append(BlockStop(choice.block))
            choice.kind = _NONE
        stops.sort(key=lambda stop: stop.index)
        out.extend(stops)
        self.open_blocks -= len(stops)

    def _whole(self, choice: ChoiceState, part: Part, raw: Raw, out: Out) -> None:
        """Give out a block that comes at once."""
        self._close(choice, raw, out)
        index = self._start_block(choice, part, raw, out)
        out.append(BlockStop(index, None, raw))
        self.open_blocks -= 1

    # --- content, reasoning, audio --------------------------------------------------

    def _text(self, choice: ChoiceState, text: str, raw: Raw, out: Out) -> None:
        if choice.kind != TEXT:
            self._switch(choice, TEXT, TextPart(text=""), raw, out)
        if choice.high or not text.isascii():
            text = paired(choice, text)
        if text:
            out.append(new_text_delta(choice.block, text, raw))

    def _thought(self, choice: ChoiceState, text: str, raw: Raw, out: Out) -> None:
        text = paired(choice, text)
        if text:
            out.append(new_reasoning_delta(choice.block, text, None, raw))

    def _content(self, choice: ChoiceState, content: Any, raw: Raw, out: Out) -> None:
        """Take `content` that is no string: Mistral's array, Cloudflare's object."""
        for kind, value, signature in content_items(content):
            if kind == "text":
                self._text(choice, value, raw, out)
            elif kind == "thinking":
                if choice.kind != REASONING:
                    self._switch(choice, REASONING, thinking_header(), raw, out)
                    choice.detail = None
                self._thought(choice, value, raw, out)
                if signature:
                    opaque = Opaque(value=signature, dialect=DIALECT)
                    out.append(SignatureDelta(choice.block, opaque, raw))
            else:
                self._whole(choice, value, raw, out)

    def _reasoning(
        self, choice: ChoiceState, delta: JSONObject, raw: Raw, out: Out
    ) -> None:
        """
        Take reasoning, which may stand in two fields at once and counts once.

        OpenRouter sends the same words as `reasoning` and in `reasoning_details`,
        Avian as `reasoning_content` and there (fantasy__testopenaicompatiblecommon-
        avian-kimi-tool-streaming-1); pinned by test_reasoning_counts_once.
        """
        field = "reasoning_content"
        text = delta.get(field)
        if not text or type(text) is not str:
            field = "reasoning"
            text = delta.get(field)
            if type(text) is not str:
                text = ""
        details = delta.get("reasoning_details")
        if type(details) is list and details:
            words = "".join(map(detail_words, details))
            repeated = field if text and text == words else None
            if text and not repeated:
                # Other words than the details have: both are kept, these first.
                self._plain_reasoning(choice, field, text, raw, out)
            for entry in details:
                if type(entry) is dict:
                    self._detail(choice, entry, repeated, raw, out)
        elif text:
            self._plain_reasoning(choice, field, text, raw, out)

    def _plain_reasoning(
        self, choice: ChoiceState, field: str, text: str, raw: Raw, out: Out
    ) -> None:
        if choice.kind != REASONING or choice.detail is not None:
            self._switch(choice, REASONING, reasoning_header(field), raw, out)
            choice.detail = None
        self._thought(choice, text, raw, out)

    def _detail(
        self,
        choice: ChoiceState,
        entry: JSONObject,
        repeated: str | None,
        raw: Raw,
        out: Out,
    ) -> None:
        """Take one detail; *repeated* is the field that has its words too."""
        kind = entry.get("type")
        if kind not in ("reasoning.text", _SUMMARY):
            self._whole(choice, detail_header(entry, None), raw, out)
            return
        words = detail_words(entry)
        signature = entry.get("signature")
        identity = (kind, entry.get("index"), entry.get("id"))
        if choice.kind != REASONING or choice.detail != identity:
            if not words and not signature:
                return
            header = detail_header(entry, repeated)
            self._switch(choice, REASONING, header, raw, out)
            choice.detail = identity
        words = paired(choice, words)
        if words:
            summary = 0 if kind == _SUMMARY else None
            out.append(new_reasoning_delta(choice.block, words, summary, raw))
        if signature and type(signature) is str:
            opaque = Opaque(value=signature, dialect=DIALECT)
            out.append(SignatureDelta(choice.block, opaque, raw))

    def _audio(
        self, choice: ChoiceState, audio: JSONObject, raw: Raw, out: Out
    ) -> None:
        data, transcript = audio.get("data"), audio.get("transcript")
        expires = audio.get("expires_at")
        if choice.kind != _AUDIO:
            header = audio_header(audio, self._audio_format)
            self._switch(choice, _AUDIO, header, raw, out)
        delta = AudioDelta(
            choice.block,
            data if type(data) is str else "",
            transcript if type(transcript) is str else "",
            expires if type(expires) is int else None,
            raw,
        )
        if delta.data or delta.transcript or delta.expires_at is not None:
            out.append(delta)

    # --- tool calls -----------------------------------------------------------------

    def grow_call(
        self, choice: ChoiceState, entry: JSONObject, raw: Raw, out: Out
    ) -> bool:
        """
        Take the ordinary later piece of a call: its number and more arguments.

        Returns:
            Whether *entry*, which may be anything, is one; if not, nothing was done.
        """
        try:
            if len(entry) != 2:
                return False
            function = entry["function"]
            text = function["arguments"]
            number = entry["index"]
        except (KeyError, TypeError):
            return False
        if type(number) is not int or type(text) is not str or len(function) != 1:
            return False
        call = choice.tools.by_index.get(number)
        if call is None or call.block < 0 or call.high:
            return False
        if text:
            if not text.isascii() and "\ud800" <= text[-1] <= "\udbff":
                return False
            call.grown = True
            out.append(new_tool_arguments_delta(call.block, text, raw))
        return True

    def take_calls(
        self, choice: ChoiceState, calls: list[Any], raw: Raw, out: Out
    ) -> None:
        """Take the entries of one `tool_calls`."""
        choice.tools.begin()
        for entry in calls:
            if type(entry) is dict:
                self._call(choice, entry, raw, out)

    def _call(self, choice: ChoiceState, entry: JSONObject, raw: Raw, out: Out) -> None:
        if self.grow_call(choice, entry, raw, out):
            return
        function = entry.get("function")
        tools = choice.tools
        custom = entry.get("custom")
        body = function if type(function) is dict else custom
        if type(body) is not dict:
            body = {}
        call = tools.find(entry.get("index"), entry.get("id"), body.get("name"))
        text = _argument_text(body.get("input" if body is custom else "arguments"))
        if call.block < 0:
            self._note(call, entry, body)
        else:
            signature = _thought_signature(entry)
            if signature is not None:
                opaque = Opaque(value=signature, dialect=DIALECT)
                out.append(SignatureDelta(call.block, opaque, raw))
        self._advance(choice, call, text, raw, out)

    def _legacy_call(
        self, choice: ChoiceState, legacy: JSONObject, raw: Raw, out: Out
    ) -> None:
        """Take `function_call`, the form before tools: one call, without an id."""
        choice.tools.begin()
        call = choice.tools.find(_LEGACY_NUMBER, None, legacy.get("name"))
        call.header.setdefault("extra", {"$spelling": {"call": "function_call"}})
        text = _argument_text(legacy.get("arguments"))
        self._advance(choice, call, text, raw, out)

    def _advance(
        self, choice: ChoiceState, call: PendingCall, text: str, raw: Raw, out: Out
    ) -> None:
        """Start *call* if it can start, and append *text* to its arguments."""
        text = paired(call, text)
        if call.block < 0:
            if not call.name and call.held_size <= self._limits.max_held_bytes:
                # Some servers name the call in a later piece, "" or null before
                # (router-for-me/CLIProxyAPI#3748); test_T05_name_comes_late.
                if text:
                    call.held.append(text)
                    call.held_size += len(text)
                return
            self._close(choice, raw, out)
            self._start_call(choice, call, raw, out)
        if text:
            call.grown = True
            out.append(new_tool_arguments_delta(call.block, text, raw))

    def _note(self, call: PendingCall, entry: JSONObject, body: JSONObject) -> None:
        """Keep what a piece says beside name, id and arguments, until the start."""
        header = call.header
        kind = entry.get("type")
        field = "function"
        if kind == "custom" or body is entry.get("custom"):
            header["kind"] = field = "custom"
        elif type(kind) is str and kind not in ("", "function"):
            header.setdefault("extra", {})["type"] = kind
        if not _CALL.issuperset(entry):
            for key, value in entry.items():
                if key not in _CALL and value is not None:
                    header.setdefault("extra", {})[key] = value
        if not _BODY.issuperset(body):
            rest = {k: v for k, v in body.items() if k not in _BODY and v is not None}
            if rest:
                header.setdefault("extra", {})[field] = rest

    def _start_call(
        self, choice: ChoiceState, call: PendingCall, raw: Raw, out: Out
    ) -> None:
        choice.called = True
        call_id = call.id
        if call_id:
            call_id = self._call_ids.get(call_id, call_id)
        elif self._ids is not None:
            call_id = self._ids("call")
        header = call.header
        extra = header.get("extra")
        part = ToolCallPart(
            id=call_id,
            name=self._names.get(call.name, call.name),
            kind=header.get("kind", "function"),
            extra={DIALECT: extra} if extra else {},
        )
        call.part = part
        call.block = self._start_block(choice, part, raw, out)
        if call.held:
            text = "".join(call.held)
            call.held = []
            call.grown = True
            out.append(new_tool_arguments_delta(call.block, text, raw))


def paired(holder: ChoiceState | PendingCall, text: str) -> str:
    """Join *text* to a surrogate that is held, and hold one that ends it."""
    if holder.high and text:
        text = join_surrogates(holder.high, text)
        holder.high = ""
    if text and not text.isascii():
        text, holder.high = split_high_surrogate(text)
    return text


def _argument_text(value: Any) -> str:
    """Give arguments as text; Mistral may send an object."""
    if type(value) is str:
        return value
    if type(value) is dict or type(value) is list:
        return _json.dumps_str(value)
    return ""


def _thought_signature(entry: JSONObject) -> str | None:
    """Read the signature that Gemini's compatible endpoint puts on a call."""
    google = entry.get("extra_content")
    google = google.get("google") if type(google) is dict else None
    value = google.get("thought_signature") if type(google) is dict else None
    return value if type(value) is str and value else None
