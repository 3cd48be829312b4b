"""The request: a conversation and how to continue it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import attrs

from modelwire.ir._base import Extra, JSONObject, Node
from modelwire.ir._messages import Message
from modelwire.ir._parts import Part
from modelwire.ir._tools import Tool, ToolChoice

__all__ = [
    "AudioOutput",
    "CachePolicy",
    "ChatRequest",
    "Prediction",
    "ReasoningConfig",
    "ResponseFormat",
]


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class ResponseFormat(Node):
    """What shape the text of the answer must have."""

    kind: Literal["text", "json_object", "json_schema", "unknown"]
    """`unknown`: *extra* of its dialect holds the whole object."""
    name: str | None = None
    """Name of the schema."""
    description: str | None = None
    """What the schema is for."""
    schema: JSONObject | None = None
    """The JSON Schema."""
    strict: bool | None = None
    """Whether the answer must follow the schema exactly; `None`: not said."""
    extra: Extra = attrs.field(factory=dict)
    """Unknown fields, keyed by dialect."""


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class ReasoningConfig(Node):
    """How much the model reasons, and what of it is shown."""

    mode: str | None = None
    """`enabled`, `adaptive`, `disabled`, or another word as received."""
    effort: str | None = None
    """`none`, `minimal`, `low`, `medium`, `high`, `xhigh`, `max`, or as received."""
    budget_tokens: int | None = None
    """Most tokens to spend on reasoning."""
    display: str | None = None
    """What comes back: `summarized`, `omitted`, or as received."""
    extra: Extra = attrs.field(factory=dict)
    """Unknown fields, keyed by dialect."""


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class AudioOutput(Node):
    """The wanted audio output."""

    format: str
    """`wav`, `mp3`, `flac`, `opus`, `pcm16`, …"""
    voice: str | JSONObject
    """The voice's name, or the vendor's object that names it."""
    extra: Extra = attrs.field(factory=dict)
    """Unknown fields, keyed by dialect."""


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class CachePolicy(Node):
    """Prompt caching of the whole request (breakpoints stand on their parts)."""

    key: str | None = None
    """Routes requests with an equal key to the same cache."""
    retention: str | None = None
    """How long the vendor keeps entries: `in_memory`, `24h`, …"""
    automatic: bool | None = None
    """Whether the provider places breakpoints by itself; `None`: not said."""
    ttl: str | None = None
    """How long automatic entries live: `5m`, `1h`, `30m`, …"""
    extra: Extra = attrs.field(factory=dict)
    """Unknown fields, keyed by dialect."""


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class Prediction(Node):
    """Text that the answer is expected to repeat."""

    parts: tuple[Part, ...]
    """Text parts."""
    extra: Extra = attrs.field(factory=dict)
    """Unknown fields, keyed by dialect."""


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class ChatRequest(Node):
    """A conversation and how to continue it.  `None` means not set."""

    model: str
    """The model's name; `""` where the dialect puts it elsewhere (the URL)."""
    messages: tuple[Message, ...] = ()
    """The conversation, without the leading system messages."""
    system: tuple[Message, ...] = ()
    """The leading system and developer messages, in order."""
    tools: tuple[Tool, ...] = ()
    """Declared tools, in order."""
    tool_choice: ToolChoice | None = None
    """Whether and which tool the model calls."""
    parallel_tool_calls: bool | None = None
    """Whether one turn may hold several calls."""
    max_output_tokens: int | None = None
    """Most tokens of the answer, reasoning included."""
    temperature: float | None = None
    """Sampling temperature."""
    top_p: float | None = None
    """Nucleus sampling: the probability mass that is kept."""
    top_k: int | None = None
    """Only the k most likely tokens."""
    min_p: float | None = None
    """Least probability, relative to the most likely token."""
    seed: int | None = None
    """Seed for repeatable sampling."""
    stop_sequences: tuple[str, ...] = ()
    """Texts that end the answer."""
    frequency_penalty: float | None = None
    """Penalty for tokens by how often they occurred."""
    presence_penalty: float | None = None
    """Penalty for tokens that occurred at all."""
    logit_bias: Mapping[str, float] | None = None
    """Bias per token id (as text)."""
    logprobs: bool | None = None
    """Whether token log probabilities come back."""
    top_logprobs: int | None = None
    """How many likely tokens come back per place."""
    candidate_count: int | None = None
    """How many choices to generate."""
    response_format: ResponseFormat | None = None
    """The shape of the answer's text."""
    reasoning: ReasoningConfig | None = None
    """How the model reasons."""
    modalities: tuple[str, ...] | None = None
    """Kinds of output: `text`, `audio`, `image`."""
    audio_output: AudioOutput | None = None
    """Voice and format of audio output."""
    stream: bool = False
    """Whether the answer streams, resolved by the decoder (some default to true)."""
    include_usage: bool | None = None
    """Whether a stream ends with usage, where the dialect makes that a choice."""
    metadata: Mapping[str, str] | None = None
    """The caller's labels."""
    user_id: str | None = None
    """The end user's id, for abuse detection."""
    service_tier: str | None = None
    """The wanted service tier, as received."""
    store: bool | None = None
    """Whether the provider stores the exchange."""
    previous_response_id: str | None = None
    """The stored response that this request continues."""
    conversation: str | JSONObject | None = None
    """The stored conversation that this request continues."""
    truncation: str | None = None
    """What the provider does when the context is too long."""
    context_management: Any = None
    """The provider's context edits, in its own shape (see *extra* of the dialect)."""
    cache: CachePolicy | None = None
    """Prompt caching of the whole request."""
    safety_settings: Any = None
    """The provider's safety settings, in its own shape."""
    verbosity: str | None = None
    """`low`, `medium`, `high`."""
    prediction: Prediction | None = None
    """Text that the answer is expected to repeat."""
    headers: tuple[tuple[str, str], ...] = ()
    """Allow-listed protocol headers of the source dialect, names in lower case."""
    extra: Extra = attrs.field(factory=dict)
    """Unknown fields, keyed by dialect."""
