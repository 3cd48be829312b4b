"""Speech made from text: the request, the answer, and its stream."""

from __future__ import annotations

from typing import TypeAlias

import attrs

from modelwire.ir._base import Extra, JSONObject, Node
from modelwire.ir._chunks import Keepalive, StreamEnd, StreamError, UnknownEvent
from modelwire.ir._outcome import Usage

__all__ = [
    "SpeechAudio",
    "SpeechChunk",
    "SpeechDone",
    "SpeechRequest",
    "SpeechResponse",
]


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class SpeechRequest(Node):
    """A request for speech.  `None` means not set; words are as received."""

    model: str
    """The model."""
    input: str
    """The text that is spoken."""
    voice: str | JSONObject
    """The voice: a name, or the provider's object that names one (`{"id": …}`)."""
    instructions: str | None = None
    """How it is spoken."""
    response_format: str | None = None
    """File format of the audio (`mp3`, `opus`, `aac`, `flac`, `wav`, `pcm`)."""
    speed: float | None = None
    """How fast: 1 is usual."""
    stream_format: str | None = None
    """`audio`: the bytes themselves, `sse`: events."""
    headers: tuple[tuple[str, str], ...] = ()
    """Protocol headers of the source dialect, names in lower case."""
    extra: Extra = attrs.field(factory=dict)
    """Unknown fields, keyed by dialect."""


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class SpeechResponse(Node):
    """Speech as one file."""

    audio: bytes = attrs.field(repr=False)
    """The file."""
    media_type: str | None = None
    """MIME type, parameters included, as received."""
    extra: Extra = attrs.field(factory=dict)
    """Unknown fields, keyed by dialect."""


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class SpeechAudio(Node):
    """More of the audio."""

    audio: bytes = attrs.field(repr=False)
    """Bytes to append."""
    extra: Extra = attrs.field(factory=dict)
    """Unknown fields, keyed by dialect."""


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class SpeechDone(Node):
    """The audio is whole."""

    usage: Usage | None = None
    """Tokens used."""
    extra: Extra = attrs.field(factory=dict)
    """Unknown fields, keyed by dialect."""


SpeechChunk: TypeAlias = (
    SpeechAudio | SpeechDone | Keepalive | UnknownEvent | StreamError | StreamEnd
)
"""What a stream of speech gives; `StreamEnd` comes once and last."""
