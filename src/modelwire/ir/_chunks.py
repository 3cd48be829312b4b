"""
Stream chunks: what a stream decoder gives and a stream encoder takes.

Order, for every decoder: `StreamStart` first; `BlockStart`, its deltas, `BlockStop`;
block indexes are the decoder's own counter, unique in the stream and in order of
`BlockStart`; blocks may interleave; `ChoiceFinish` once per choice, after its blocks;
`StreamEnd` exactly once and last.

Every chunk has *raw*: the native event's JSON that it came from, shared by the chunks
of one event and never mutated.  It stands outside equality, repr and the JSON form.
Encoders take every known field from the chunk, never from *raw*.
"""

from __future__ import annotations

from typing import Any, Final, Literal, TypeAlias

import attrs

from modelwire.errors import ErrorInfo
from modelwire.ir._base import Extra, JSONObject, Node
from modelwire.ir._outcome import Finish, Usage
from modelwire.ir._parts import Annotation, Logprobs, Opaque, Part

__all__ = [
    "CHUNK_TYPES",
    "AnnotationDelta",
    "AudioDelta",
    "BlockStart",
    "BlockStop",
    "ChoiceFinish",
    "ChoiceUpdate",
    "ImageDelta",
    "Keepalive",
    "LogprobsDelta",
    "ModerationUpdate",
    "PartDelta",
    "ReasoningDelta",
    "RefusalDelta",
    "ResponseUpdate",
    "ServerToolProgress",
    "SignatureDelta",
    "StreamChunk",
    "StreamEnd",
    "StreamError",
    "StreamStart",
    "TextDelta",
    "ToolArgumentsDelta",
    "UnknownEvent",
    "UsageUpdate",
]


@attrs.frozen(weakref_slot=False, eq=False, repr=False)
class StreamStart(Node):
    """The stream begins; first and once."""

    id: str | None = None
    """The provider's id of the response."""
    model: str | None = None
    """The model that answers."""
    created: int | None = None
    """When: Unix time in seconds."""
    raw: JSONObject | None = attrs.field(default=None, eq=False, repr=False)
    """The native event."""


@attrs.frozen(weakref_slot=False, eq=False, repr=False)
class ResponseUpdate(Node):
    """More is known of the response; what is not `None` replaces."""

    id: str | None = None
    """The provider's id; the first non-empty one wins."""
    model: str | None = None
    """The model that answers."""
    created: int | None = None
    """When: Unix time in seconds."""
    service_tier: str | None = None
    """The service tier that is used."""
    extra: Extra | None = None
    """Unknown fields of the response, keyed by dialect; merged key by key."""
    raw: JSONObject | None = attrs.field(default=None, eq=False, repr=False)
    """The native event."""


@attrs.frozen(weakref_slot=False, eq=False, repr=False)
class BlockStart(Node):
    """A block begins: its header, or the whole part where it comes at once."""

    index: int
    """The block's number in the stream."""
    choice: int
    """The choice it belongs to."""
    part: Part
    """The part as far as it is known; deltas append to it."""
    raw: JSONObject | None = attrs.field(default=None, eq=False, repr=False)
    """The native event."""


@attrs.frozen(weakref_slot=False, eq=False, repr=False)
class TextDelta(Node):
    """More text of a `TextPart`."""

    index: int
    """The block."""
    text: str
    """Text to append."""
    raw: JSONObject | None = attrs.field(default=None, eq=False, repr=False)
    """The native event."""


@attrs.frozen(weakref_slot=False, eq=False, repr=False)
class ReasoningDelta(Node):
    """More text of a `ReasoningPart`, or of one of its summaries."""

    index: int
    """The block."""
    text: str
    """Text to append."""
    summary: int | None = None
    """Which summary grows, from 0; `None`: the reasoning text."""
    raw: JSONObject | None = attrs.field(default=None, eq=False, repr=False)
    """The native event."""


@attrs.frozen(weakref_slot=False, eq=False, repr=False)
class SignatureDelta(Node):
    """The signature of a block; it replaces an earlier one."""

    index: int
    """The block."""
    signature: Opaque
    """The signature."""
    raw: JSONObject | None = attrs.field(default=None, eq=False, repr=False)
    """The native event."""


@attrs.frozen(weakref_slot=False, eq=False, repr=False)
class ToolArgumentsDelta(Node):
    """More arguments text of a tool call."""

    index: int
    """The block."""
    text: str
    """Text to append."""
    raw: JSONObject | None = attrs.field(default=None, eq=False, repr=False)
    """The native event."""


@attrs.frozen(weakref_slot=False, eq=False, repr=False)
class RefusalDelta(Node):
    """More text of a `RefusalPart`."""

    index: int
    """The block."""
    text: str
    """Text to append."""
    raw: JSONObject | None = attrs.field(default=None, eq=False, repr=False)
    """The native event."""


@attrs.frozen(weakref_slot=False, eq=False, repr=False)
class PartDelta(Node):
    """More of another growing field: code, diff, command, output, compaction text."""

    index: int
    """The block."""
    field: str
    """The part's field that grows (`text`, `arguments`, `result`)."""
    key: str | None
    """The key inside the field, where it is an object."""
    text: str
    """Text to append."""
    raw: JSONObject | None = attrs.field(default=None, eq=False, repr=False)
    """The native event."""


@attrs.frozen(weakref_slot=False, eq=False, repr=False)
class AnnotationDelta(Node):
    """One more annotation of a text; legal after its block's stop."""

    choice: int
    """The choice."""
    index: int | None
    """The block; `None`: the choice's last text."""
    annotation: Annotation
    """The annotation to append."""
    raw: JSONObject | None = attrs.field(default=None, eq=False, repr=False)
    """The native event."""


@attrs.frozen(weakref_slot=False, eq=False, repr=False)
class AudioDelta(Node):
    """More of an `AudioPart`."""

    index: int
    """The block."""
    data: str = ""
    """Base64 text to append (each fragment decodes by itself)."""
    transcript: str = ""
    """Transcript to append."""
    expires_at: int | None = None
    """When the provider forgets the audio: Unix time in seconds."""
    raw: JSONObject | None = attrs.field(default=None, eq=False, repr=False)
    """The native event."""


@attrs.frozen(weakref_slot=False, eq=False, repr=False)
class ImageDelta(Node):
    """A partial image; it replaces an earlier one."""

    index: int
    """The block."""
    data: str
    """Base64 text of the whole partial image."""
    media_type: str | None = None
    """MIME type, where known."""
    sequence: int | None = None
    """Which partial image it is, from 0."""
    raw: JSONObject | None = attrs.field(default=None, eq=False, repr=False)
    """The native event."""


@attrs.frozen(weakref_slot=False, eq=False, repr=False)
class ServerToolProgress(Node):
    """The status of a server tool's call changed."""

    index: int
    """The block."""
    status: str
    """The status as received."""
    raw: JSONObject | None = attrs.field(default=None, eq=False, repr=False)
    """The native event."""


@attrs.frozen(weakref_slot=False, eq=False, repr=False)
class LogprobsDelta(Node):
    """More token log probabilities."""

    choice: int
    """The choice."""
    index: int | None
    """The block; `None`: they belong to the choice."""
    logprobs: Logprobs
    """What to append."""
    raw: JSONObject | None = attrs.field(default=None, eq=False, repr=False)
    """The native event."""


@attrs.frozen(weakref_slot=False, eq=False, repr=False)
class BlockStop(Node):
    """A block ends."""

    index: int
    """The block."""
    part: Part | None = None
    """The authoritative final part; `None`: what was streamed is right."""
    raw: JSONObject | None = attrs.field(default=None, eq=False, repr=False)
    """The native event."""


@attrs.frozen(weakref_slot=False, eq=False, repr=False)
class ChoiceUpdate(Node):
    """Unknown fields of a choice (grounding, safety, filters); merged key by key."""

    choice: int
    """The choice."""
    extra: Extra
    """The fields, keyed by dialect."""
    raw: JSONObject | None = attrs.field(default=None, eq=False, repr=False)
    """The native event."""
    message: Extra | None = None
    """Unknown fields of the choice's message; merged key by key."""


@attrs.frozen(weakref_slot=False, eq=False, repr=False)
class ChoiceFinish(Node):
    """A choice ended."""

    choice: int
    """The choice."""
    finish: Finish
    """Why."""
    raw: JSONObject | None = attrs.field(default=None, eq=False, repr=False)
    """The native event."""


@attrs.frozen(weakref_slot=False, eq=False, repr=False)
class UsageUpdate(Node):
    """The usage so far, whole; it replaces an earlier one."""

    usage: Usage
    """The merged snapshot."""
    raw: JSONObject | None = attrs.field(default=None, eq=False, repr=False)
    """The native event."""


@attrs.frozen(weakref_slot=False, eq=False, repr=False)
class ModerationUpdate(Node):
    """The provider's moderation results; they replace earlier ones."""

    moderation: Any
    """The results, in the provider's own shape."""
    raw: JSONObject | None = attrs.field(default=None, eq=False, repr=False)
    """The native event."""


@attrs.frozen(weakref_slot=False, eq=False, repr=False)
class Keepalive(Node):
    """The peer is alive: a comment, a ping."""

    text: str | None = None
    """The comment's text, where there is one."""
    raw: JSONObject | None = attrs.field(default=None, eq=False, repr=False)
    """The native event."""


@attrs.frozen(weakref_slot=False, eq=False, repr=False)
class StreamError(Node):
    """The provider reported an error, or the stream cannot be decoded further."""

    error: ErrorInfo
    """What went wrong."""
    raw: JSONObject | None = attrs.field(default=None, eq=False, repr=False)
    """The native event."""


@attrs.frozen(weakref_slot=False, eq=False, repr=False)
class StreamEnd(Node):
    """The stream is over; last and once."""

    complete: bool
    """Whether it ended as its dialect says a whole answer ends."""
    terminator: Literal["event", "eof", "none"] = "none"
    """What told the end: a terminal event, the end of the bytes, or nothing did."""
    raw: JSONObject | None = attrs.field(default=None, eq=False, repr=False)
    """The native event."""


@attrs.frozen(weakref_slot=False, eq=False, repr=False)
class UnknownEvent(Node):
    """A well-formed event (or delta) of a type that the codec does not know."""

    dialect: str
    """The dialect that it came in."""
    raw: JSONObject
    """The event as received; here it is the substance and counts in equality."""
    index: int | None = None
    """The block it speaks of, where known."""
    choice: int | None = None
    """The choice it speaks of, where known."""


StreamChunk: TypeAlias = (
    StreamStart
    | ResponseUpdate
    | BlockStart
    | TextDelta
    | ReasoningDelta
    | SignatureDelta
    | ToolArgumentsDelta
    | RefusalDelta
    | PartDelta
    | AnnotationDelta
    | AudioDelta
    | ImageDelta
    | ServerToolProgress
    | LogprobsDelta
    | BlockStop
    | ChoiceUpdate
    | ChoiceFinish
    | UsageUpdate
    | ModerationUpdate
    | Keepalive
    | StreamError
    | StreamEnd
    | UnknownEvent
)
"""The closed union of chunks; adding a member is a breaking change."""

CHUNK_TYPES: Final[tuple[type, ...]] = (
    StreamStart,
    ResponseUpdate,
    BlockStart,
    TextDelta,
    ReasoningDelta,
    SignatureDelta,
    ToolArgumentsDelta,
    RefusalDelta,
    PartDelta,
    AnnotationDelta,
    AudioDelta,
    ImageDelta,
    ServerToolProgress,
    LogprobsDelta,
    BlockStop,
    ChoiceUpdate,
    ChoiceFinish,
    UsageUpdate,
    ModerationUpdate,
    Keepalive,
    StreamError,
    StreamEnd,
    UnknownEvent,
)
"""Every chunk class, in the order of the union."""
