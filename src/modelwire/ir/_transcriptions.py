"""Text made from speech, in its language or in English: request, answer, stream."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import attrs

from modelwire.ir._base import Extra, Node
from modelwire.ir._chunks import Keepalive, StreamEnd, StreamError, UnknownEvent
from modelwire.ir._outcome import Usage
from modelwire.ir._parts import TokenLogprob
from modelwire.ir._uploads import FormFile, Upload

__all__ = [
    "ChunkingStrategy",
    "TranscriptDelta",
    "TranscriptDone",
    "TranscriptSegment",
    "TranscriptSegmentEnd",
    "TranscriptWord",
    "TranscriptionChunk",
    "TranscriptionOperation",
    "TranscriptionRequest",
    "TranscriptionResponse",
]

TranscriptionOperation: TypeAlias = Literal["transcription", "translation"]
"""What is wanted: the words as spoken, or in English."""


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class ChunkingStrategy(Node):
    """How the audio is cut before it is read."""

    kind: str
    """`auto`, `server_vad` or a word that is not known here, as received."""
    prefix_padding_ms: int | None = None
    """Audio kept before speech that was found, in milliseconds."""
    silence_duration_ms: int | None = None
    """Silence that ends a piece, in milliseconds."""
    threshold: float | None = None
    """How sure the detector must be, from 0 to 1."""
    extra: Extra = attrs.field(factory=dict)
    """Unknown fields, keyed by dialect."""


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class TranscriptionRequest(Node):
    """A request for a transcript.  `None` means not set; words are as received."""

    operation: TranscriptionOperation = "transcription"
    """What is wanted."""
    model: str
    """The model."""
    file: Upload | None = None
    """The audio; `None`: it is behind *url*, or named in an unknown field."""
    url: str | None = None
    """Where the audio can be fetched, for servers that do so."""
    language: str | None = None
    """The language spoken, ISO 639-1."""
    languages: tuple[str, ...] | None = None
    """The languages that may be spoken."""
    keywords: tuple[str, ...] | None = None
    """Words that may occur."""
    prompt: str | None = None
    """Text before the audio, or a model of the style."""
    response_format: str | None = None
    """`json`, `text`, `srt`, `verbose_json`, `vtt` or `diarized_json`."""
    temperature: float | None = None
    """Sampling temperature."""
    include: tuple[str, ...] | None = None
    """What the answer has beside the text (`logprobs`)."""
    timestamp_granularities: tuple[str, ...] | None = None
    """What gets times: `word`, `segment`."""
    chunking: ChunkingStrategy | None = None
    """How the audio is cut before it is read."""
    known_speaker_names: tuple[str, ...] | None = None
    """Names of speakers whose voices are known."""
    known_speaker_references: tuple[str, ...] | None = None
    """Their voices, as `data:` URLs, in the same order."""
    stream: bool = False
    """Whether the answer streams."""
    other_files: tuple[FormFile, ...] = ()
    """Files in fields that the IR has no name for."""
    headers: tuple[tuple[str, str], ...] = ()
    """Protocol headers of the source dialect, names in lower case."""
    extra: Extra = attrs.field(factory=dict)
    """Unknown fields, keyed by dialect."""


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class TranscriptWord(Node):
    """A word and when it was said."""

    word: str
    """The word."""
    start: float | None = None
    """Seconds from the beginning of the audio."""
    end: float | None = None
    """Seconds from the beginning of the audio."""
    extra: Extra = attrs.field(factory=dict)
    """Unknown fields, keyed by dialect."""


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class TranscriptSegment(Node):
    """A piece of the transcript, and when and by whom it was said."""

    text: str
    """What was said."""
    id: Any = None
    """Its id as received: a number, or text where speakers are told apart."""
    start: float | None = None
    """Seconds from the beginning of the audio."""
    end: float | None = None
    """Seconds from the beginning of the audio."""
    speaker: str | None = None
    """Who said it."""
    seek: int | None = None
    """Where the model looked for it, in its frames."""
    tokens: tuple[int, ...] | None = None
    """Its tokens."""
    temperature: float | None = None
    """The sampling temperature that was used."""
    avg_logprob: float | None = None
    """Mean log probability of its tokens."""
    compression_ratio: float | None = None
    """How well the text compresses; much repetition is a sign of failure."""
    no_speech_prob: float | None = None
    """How likely nothing was said."""
    extra: Extra = attrs.field(factory=dict)
    """Unknown fields, keyed by dialect."""


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class TranscriptionResponse(Node):
    """A transcript.  `None` means not said."""

    text: str
    """What was said; with `text`, `srt` and `vtt` the body as received."""
    format: str = "json"
    """The form it came in: `json`, `verbose_json`, `text`, `srt`, `vtt`, …"""
    task: str | None = None
    """What was done, as received (`transcribe`, `translate`)."""
    language: str | None = None
    """The language spoken, as received."""
    languages: tuple[str, ...] | None = None
    """The languages that were found; empty: none could be."""
    duration: float | None = None
    """How long the audio is, in seconds."""
    segments: tuple[TranscriptSegment, ...] | None = None
    """The transcript in pieces."""
    words: tuple[TranscriptWord, ...] | None = None
    """The transcript in words."""
    logprobs: tuple[TokenLogprob, ...] | None = None
    """Log probabilities of the tokens."""
    usage: Usage | None = None
    """Tokens used, where tokens are billed."""
    billed_seconds: float | None = None
    """Seconds of audio, where time is billed."""
    extra: Extra = attrs.field(factory=dict)
    """Unknown fields, keyed by dialect."""


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class TranscriptDelta(Node):
    """More text."""

    text: str
    """Text to append."""
    logprobs: tuple[TokenLogprob, ...] | None = None
    """Log probabilities of its tokens."""
    segment_id: str | None = None
    """The segment that it belongs to."""
    extra: Extra = attrs.field(factory=dict)
    """Unknown fields, keyed by dialect."""


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class TranscriptSegmentEnd(Node):
    """A segment is whole."""

    segment: TranscriptSegment
    """The segment; its text came in deltas before, or comes here first."""


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class TranscriptDone(Node):
    """The transcript is whole."""

    text: str
    """All of it."""
    logprobs: tuple[TokenLogprob, ...] | None = None
    """Log probabilities of the tokens."""
    languages: tuple[str, ...] | None = None
    """The languages that were found; empty: none could be."""
    usage: Usage | None = None
    """Tokens used, where tokens are billed."""
    billed_seconds: float | None = None
    """Seconds of audio, where time is billed."""
    extra: Extra = attrs.field(factory=dict)
    """Unknown fields, keyed by dialect."""


TranscriptionChunk: TypeAlias = (
    TranscriptDelta
    | TranscriptSegmentEnd
    | TranscriptDone
    | Keepalive
    | UnknownEvent
    | StreamError
    | StreamEnd
)
"""What a stream of a transcript gives; `StreamEnd` comes once and last."""
