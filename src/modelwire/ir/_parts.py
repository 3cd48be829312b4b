"""
The parts of a message, the sources of media, and what stands on them.

A part is what one content item of one message says.  What a dialect calls the item
(block, part, item, content) is the codec's knowledge; here are only the meanings.
Any part may carry a cache breakpoint (`cache`), a provider's opaque proof
(`signature`), the wire item that it came from (`item`) and unknown fields (`extra`).
"""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import attrs

from modelwire.ir._base import Extra, JSONObject, Node

__all__ = [
    "Annotation",
    "AudioPart",
    "Base64Source",
    "CacheBreakpoint",
    "CompactionPart",
    "ContentSource",
    "DocumentPart",
    "FileIdSource",
    "ImagePart",
    "ItemRef",
    "Logprobs",
    "Opaque",
    "Part",
    "ReasoningPart",
    "RefusalPart",
    "SearchResultPart",
    "ServerToolCallPart",
    "ServerToolResultPart",
    "Source",
    "SourceSpan",
    "TextPart",
    "TextSource",
    "TokenLogprob",
    "ToolCallPart",
    "ToolResultPart",
    "UnknownPart",
    "UrlSource",
    "VideoPart",
]


# --- what stands on parts -----------------------------------------------------------


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class CacheBreakpoint(Node):
    """A prompt-cache breakpoint: the prefix up to and including its owner is cached."""

    ttl: str | None = None
    """How long the prefix is kept: `5m`, `1h`, `30m`, `12h`; `None`: the default."""
    extra: Extra = attrs.field(factory=dict)
    """Unknown fields, keyed by dialect."""


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class Opaque(Node):
    """Bytes (as text) that only their maker can read; replayed to kin or not at all."""

    value: str
    """The text exactly as received."""
    dialect: str
    """The dialect that it came in."""
    profile: str | None = None
    """The profile (vendor, platform) that it came from, where known."""
    model: str | None = None
    """The model that made it, where known."""


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class ItemRef(Node):
    """The wire item that a part came from; parts of one *group* came from one item."""

    id: str | None = None
    """The item's own id (`msg_…`, `rs_…`, `fc_…`), not the call id."""
    status: str | None = None
    """The item's status as received (`completed`, `in_progress`, …)."""
    phase: str | None = None
    """`commentary` or `final_answer`, where the dialect has phases."""
    group: str | None = None
    """Equal for parts that stood in one item; `None`: the part is its own item."""


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class SourceSpan(Node):
    """A span in the cited source."""

    unit: Literal["char", "page", "block"]
    """What *start* and *end* count."""
    start: int
    """First unit, as the dialect counts (characters, blocks from 0; pages from 1)."""
    end: int
    """One past the last unit."""
    index: int | None = None
    """Which document or search result of the request, counted from 0."""


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class Annotation(Node):
    """A citation or another note on a text."""

    kind: Literal["url", "document", "search_result", "file", "unknown"]
    """What is cited."""
    type: str | None = None
    """The wire's name of the annotation type, as received."""
    url: str | None = None
    """Address of the source."""
    title: str | None = None
    """Title of the source."""
    cited_text: str | None = None
    """The words of the source that are cited."""
    start: int | None = None
    """First character of the annotated text (code points, from 0)."""
    end: int | None = None
    """One past the last character of the annotated text."""
    source: SourceSpan | None = None
    """Where in the source the cited words stand."""
    file_id: str | None = None
    """The provider's id of the cited file."""
    filename: str | None = None
    """Name of the cited file."""
    encrypted: Opaque | None = None
    """The provider's opaque reference (`encrypted_index`)."""
    extra: Extra = attrs.field(factory=dict)
    """Unknown fields, keyed by dialect."""


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class TokenLogprob(Node):
    """One token with its log probability."""

    token: str
    """The token's text."""
    logprob: float | None = None
    """Natural logarithm of its probability."""
    bytes: tuple[int, ...] | None = None
    """The token's UTF-8 bytes, where given."""
    top: tuple[TokenLogprob, ...] | None = None
    """The most likely tokens at this place; `None` when not given."""
    extra: Extra = attrs.field(factory=dict)
    """Unknown fields, keyed by dialect."""


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class Logprobs(Node):
    """Token log probabilities of one choice, or (as a delta) some more of them."""

    content: tuple[TokenLogprob, ...] | None = None
    """Tokens of the text; `None` when not given."""
    refusal: tuple[TokenLogprob, ...] | None = None
    """Tokens of the refusal; `None` when not given."""
    extra: Extra = attrs.field(factory=dict)
    """Unknown fields, keyed by dialect."""


# --- sources ------------------------------------------------------------------------


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class Base64Source(Node):
    """Media inside the body."""

    data: str
    """The base64 text exactly as received (never decoded by a codec)."""
    media_type: str
    """MIME type, parameters included, as received."""


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class UrlSource(Node):
    """Media behind an address.  A codec never fetches it."""

    url: str
    """The address as received."""
    media_type: str | None = None
    """MIME type, where the dialect names it."""


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class FileIdSource(Node):
    """A file that was uploaded to a provider before; scoped to that provider."""

    file_id: str
    """The provider's id or URI of the file."""
    dialect: str | None = None
    """The dialect whose provider knows the id."""
    media_type: str | None = None
    """MIME type, where the dialect names it."""


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class TextSource(Node):
    """A document given as plain text."""

    text: str
    """The text."""
    media_type: str = "text/plain"
    """MIME type."""


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class ContentSource(Node):
    """A document given as parts."""

    parts: tuple[Part, ...]
    """Text and image parts."""


Source: TypeAlias = Base64Source | UrlSource | FileIdSource | TextSource | ContentSource


# --- parts --------------------------------------------------------------------------


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class TextPart(Node):
    """Text."""

    text: str
    """The text."""
    annotations: tuple[Annotation, ...] = ()
    """Citations and other notes on the text, in wire order."""
    logprobs: Logprobs | None = None
    """Token log probabilities, where the dialect gives them per text."""
    cache: CacheBreakpoint | None = None
    """A cache breakpoint after this part."""
    signature: Opaque | None = None
    """The provider's proof for this part."""
    item: ItemRef | None = None
    """The wire item it came from."""
    extra: Extra = attrs.field(factory=dict)
    """Unknown fields, keyed by dialect."""


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class ImagePart(Node):
    """An image."""

    source: Source
    """Where the bytes are."""
    detail: str | None = None
    """Wanted resolution: `auto`, `low`, `high`, `original`."""
    cache: CacheBreakpoint | None = None
    """A cache breakpoint after this part."""
    signature: Opaque | None = None
    """The provider's proof for this part."""
    item: ItemRef | None = None
    """The wire item it came from."""
    extra: Extra = attrs.field(factory=dict)
    """Unknown fields, keyed by dialect."""


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class DocumentPart(Node):
    """A document: PDF, text, or parts."""

    source: Source
    """Where the content is."""
    title: str | None = None
    """Title that the model sees."""
    context: str | None = None
    """A description for the model that is not cited from."""
    filename: str | None = None
    """File name."""
    citations: bool | None = None
    """Whether the model may cite from it; `None`: not said."""
    cache: CacheBreakpoint | None = None
    """A cache breakpoint after this part."""
    signature: Opaque | None = None
    """The provider's proof for this part."""
    item: ItemRef | None = None
    """The wire item it came from."""
    extra: Extra = attrs.field(factory=dict)
    """Unknown fields, keyed by dialect."""


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class SearchResultPart(Node):
    """A search result that the caller supplies and the model may cite."""

    source: str
    """Address or name of the source."""
    title: str
    """Title of the result."""
    content: tuple[Part, ...] = ()
    """Its text parts."""
    citations: bool | None = None
    """Whether the model may cite from it; `None`: not said."""
    cache: CacheBreakpoint | None = None
    """A cache breakpoint after this part."""
    signature: Opaque | None = None
    """The provider's proof for this part."""
    item: ItemRef | None = None
    """The wire item it came from."""
    extra: Extra = attrs.field(factory=dict)
    """Unknown fields, keyed by dialect."""


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class AudioPart(Node):
    """Audio, from the user or from the model; or a reference to earlier output."""

    source: Source | None = None
    """Where the bytes are; `None` for a bare reference by *id*."""
    id: str | None = None
    """The provider's id of audio that the model made."""
    transcript: str | None = None
    """What is said in it."""
    expires_at: int | None = None
    """When the provider forgets *id*: Unix time in seconds."""
    cache: CacheBreakpoint | None = None
    """A cache breakpoint after this part."""
    signature: Opaque | None = None
    """The provider's proof for this part."""
    item: ItemRef | None = None
    """The wire item it came from."""
    extra: Extra = attrs.field(factory=dict)
    """Unknown fields, keyed by dialect."""


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class VideoPart(Node):
    """A video."""

    source: Source
    """Where the bytes are."""
    cache: CacheBreakpoint | None = None
    """A cache breakpoint after this part."""
    signature: Opaque | None = None
    """The provider's proof for this part."""
    item: ItemRef | None = None
    """The wire item it came from."""
    extra: Extra = attrs.field(factory=dict)
    """Unknown fields, keyed by dialect."""


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class ReasoningPart(Node):
    """Reasoning of the model: any combination of text, summaries and opaque state."""

    text: str | None = None
    """The reasoning text; `None`: the wire had none, `""`: it was there and empty."""
    summaries: tuple[str, ...] = ()
    """Summaries of the reasoning, where the dialect keeps them apart from the text."""
    encrypted: Opaque | None = None
    """The whole reasoning, encrypted, for replay (`encrypted_content`)."""
    redacted: Opaque | None = None
    """Reasoning that the provider withholds (`redacted_thinking.data`)."""
    details_id: str | None = None
    """The provider's id of the reasoning detail, where one is given."""
    cache: CacheBreakpoint | None = None
    """A cache breakpoint after this part."""
    signature: Opaque | None = None
    """The provider's proof that the text is unchanged."""
    item: ItemRef | None = None
    """The wire item it came from."""
    extra: Extra = attrs.field(factory=dict)
    """Unknown fields, keyed by dialect."""


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class ToolCallPart(Node):
    """A call that the caller must answer; it ends the turn with `tool_calls`."""

    id: str
    """The id that the result refers to; `""` when the wire gave none."""
    name: str
    """The tool's name."""
    arguments: str = ""
    """Arguments as text: JSON for `function`, free text for `custom`."""
    kind: str = "function"
    """`function`, `custom`, or the name of a provider-defined tool."""
    cache: CacheBreakpoint | None = None
    """A cache breakpoint after this part."""
    signature: Opaque | None = None
    """The provider's proof for this part."""
    item: ItemRef | None = None
    """The wire item it came from."""
    extra: Extra = attrs.field(factory=dict)
    """Unknown fields, keyed by dialect."""


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class ToolResultPart(Node):
    """The caller's answer to a `ToolCallPart`."""

    call_id: str
    """The id of the call."""
    name: str | None = None
    """The tool's name, where the dialect repeats it."""
    content: tuple[Part, ...] = ()
    """What the tool gave: text, image, document, search-result, unknown parts."""
    is_error: bool | None = None
    """Whether the tool failed; `None`: not said."""
    cache: CacheBreakpoint | None = None
    """A cache breakpoint after this part."""
    signature: Opaque | None = None
    """The provider's proof for this part."""
    item: ItemRef | None = None
    """The wire item it came from."""
    extra: Extra = attrs.field(factory=dict)
    """Unknown fields, keyed by dialect."""


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class ServerToolCallPart(Node):
    """A call that the provider runs by itself."""

    id: str
    """The id that its result refers to."""
    kind: str
    """The canonical tool: `web_search`, `web_fetch`, `code_execution`, `mcp`, …"""
    name: str = ""
    """The name on the wire."""
    arguments: str = ""
    """Arguments as JSON text."""
    status: str | None = None
    """`in_progress`, `completed`, `failed`, … as received."""
    result: Any = None
    """The result where it stands in the same item, as JSON; else `None`."""
    server_label: str | None = None
    """Which server runs it (MCP)."""
    cache: CacheBreakpoint | None = None
    """A cache breakpoint after this part."""
    signature: Opaque | None = None
    """The provider's proof for this part."""
    item: ItemRef | None = None
    """The wire item it came from."""
    extra: Extra = attrs.field(factory=dict)
    """Unknown fields, keyed by dialect."""


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class ServerToolResultPart(Node):
    """The result of a `ServerToolCallPart`, where it stands in an item of its own."""

    call_id: str
    """The id of the call."""
    kind: str
    """The canonical tool, as in `ServerToolCallPart.kind`."""
    content: Any = None
    """The result as JSON, in the dialect's own shape."""
    dialect: str = ""
    """The dialect whose shape *content* has."""
    type: str | None = None
    """The wire's name of the block, as received."""
    is_error: bool | None = None
    """Whether the tool failed; `None`: not said outside *content*."""
    cache: CacheBreakpoint | None = None
    """A cache breakpoint after this part."""
    signature: Opaque | None = None
    """The provider's proof for this part."""
    item: ItemRef | None = None
    """The wire item it came from."""
    extra: Extra = attrs.field(factory=dict)
    """Unknown fields, keyed by dialect."""


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class RefusalPart(Node):
    """The model's refusal, in its own words."""

    text: str
    """The refusal."""
    cache: CacheBreakpoint | None = None
    """A cache breakpoint after this part."""
    signature: Opaque | None = None
    """The provider's proof for this part."""
    item: ItemRef | None = None
    """The wire item it came from."""
    extra: Extra = attrs.field(factory=dict)
    """Unknown fields, keyed by dialect."""


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class CompactionPart(Node):
    """A provider's summary that stands for earlier turns."""

    text: str | None = None
    """The summary, where it can be read."""
    encrypted: Opaque | None = None
    """The summary, encrypted."""
    cache: CacheBreakpoint | None = None
    """A cache breakpoint after this part."""
    signature: Opaque | None = None
    """The provider's proof for this part."""
    item: ItemRef | None = None
    """The wire item it came from."""
    extra: Extra = attrs.field(factory=dict)
    """Unknown fields, keyed by dialect."""


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class UnknownPart(Node):
    """A content item of a type that the codec does not know; kept whole."""

    dialect: str
    """The dialect that it came in."""
    raw: JSONObject
    """The item as received."""
    cache: CacheBreakpoint | None = None
    """Always `None`: what the item says stands in *raw*."""
    signature: Opaque | None = None
    """Always `None`."""
    item: ItemRef | None = None
    """The wire item it came from."""
    extra: Extra = attrs.field(factory=dict)
    """Empty, but for what its item says of itself, if this is its first part."""


Part: TypeAlias = (
    TextPart
    | ImagePart
    | DocumentPart
    | SearchResultPart
    | AudioPart
    | VideoPart
    | ReasoningPart
    | ToolCallPart
    | ToolResultPart
    | ServerToolCallPart
    | ServerToolResultPart
    | RefusalPart
    | CompactionPart
    | UnknownPart
)
"""The closed union of parts; adding a member is a breaking change."""
