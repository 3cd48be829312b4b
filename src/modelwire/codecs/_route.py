"""
Route recognition: which dialect and operation does a client's request line mean.

Pure text matching on method, path and headers.  The prefix before the vendor's own
path does not matter (`/openai/v1/chat/completions` of a compatible server is a chat
completion too), because gateways mount their routes where they like.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import attrs

from modelwire.codecs._percent import query_pairs, unquoted
from modelwire.ir._base import Node

if TYPE_CHECKING:
    from modelwire.codecs._base import Headers

__all__ = ["Credential", "Operation", "Route", "route"]

Operation: TypeAlias = Literal[
    "chat",
    "count_tokens",
    "models",
    "model",
    "embeddings",
    "batch_embeddings",
    "moderation",
    "image_generation",
    "image_edit",
    "image_variation",
    "audio_speech",
    "audio_transcription",
    "audio_translation",
]
"""What the client wants."""


@attrs.frozen(kw_only=True, weakref_slot=False, unsafe_hash=False)
class Credential(Node):
    """What the client proves itself with; its value never shows in a repr."""

    kind: Literal["bearer", "api-key"]
    """How it was sent: `Authorization: Bearer`, or as a key of its own."""
    value: str = attrs.field(repr=False)
    """The secret."""


@attrs.frozen(kw_only=True, weakref_slot=False, unsafe_hash=False)
class Route(Node):
    """What a request line means."""

    dialect: str
    """The client's dialect."""
    operation: Operation
    """What the client wants."""
    model: str | None = None
    """The model, where the path names it."""
    stream: bool | None = None
    """Whether the answer streams; `None`: the body says."""
    credential: Credential | None = None
    """The client's credential; `None`: it sent none."""


@attrs.frozen
class _Row:
    method: str
    pattern: re.Pattern[str]
    dialect: str
    operation: Operation
    header: str | None = None
    stream: bool | None = None


def _row(
    method: str,
    pattern: str,
    dialect: str,
    operation: Operation,
    header: str | None = None,
    *,
    stream: bool | None = None,
) -> _Row:
    compiled = re.compile(rf"(?:^|/){pattern}/?\Z")
    return _Row(method, compiled, dialect, operation, header, stream)


def _openai(path: str, operation: Operation) -> tuple[_Row, _Row]:
    """Give the rows of an operation that Azure's dated surface has too."""
    return (
        _row("POST", rf"deployments/(?P<model>[^/]+)/{path}", "openai-chat", operation),
        _row("POST", path, "openai-chat", operation),
    )


_GEMINI: Final = "gemini-generate"

# Whatever stands before `models`: a version, or Vertex's project, location and
# publisher.  The collection of a tuned model or endpoint is part of its name.
_GEMINI_MODEL: Final = (
    r"(?:models/|(?P<collection>tunedModels|endpoints)/)(?P<model>[^/]+)"
)
# What stands behind a colon is an action, and those are posted.
_GEMINI_NAME: Final = _GEMINI_MODEL.replace("[^/]+", "[^/:]+")


# Source: the vendors' API references as gathered in the project's wire notes, and the
# paths that openai 3.52, anthropic 2.11 and google-genai 3.4 build (read 2026-11-21).
# The first row that fits wins.
_ROWS: Final = (
    # Azure's dated surface names the deployment in the path.
    _row(
        "POST",
        r"deployments/(?P<model>[^/]+)/chat/completions",
        "openai-chat",
        "chat",
    ),
    _row("POST", r"chat/completions", "openai-chat", "chat"),
    _row("POST", r"responses", "openai-responses", "chat"),
    _row("POST", r"responses/input_tokens", "openai-responses", "count_tokens"),
    *_openai("embeddings", "embeddings"),
    *_openai("moderations", "moderation"),
    *_openai("images/generations", "image_generation"),
    *_openai("images/edits", "image_edit"),
    *_openai("images/variations", "image_variation"),
    *_openai("audio/speech", "audio_speech"),
    *_openai("audio/transcriptions", "audio_transcription"),
    *_openai("audio/translations", "audio_translation"),
    _row("POST", r"messages/count_tokens", "anthropic-messages", "count_tokens"),
    _row("POST", r"messages", "anthropic-messages", "chat"),
    _row("POST", rf"{_GEMINI_MODEL}:generateContent", _GEMINI, "chat", stream=False),
    _row(
        "POST", rf"{_GEMINI_MODEL}:streamGenerateContent", _GEMINI, "chat", stream=True
    ),
    _row("POST", rf"{_GEMINI_MODEL}:countTokens", _GEMINI, "count_tokens"),
    _row("POST", rf"{_GEMINI_MODEL}:embedContent", _GEMINI, "embeddings"),
    _row("POST", rf"{_GEMINI_MODEL}:batchEmbedContents", _GEMINI, "batch_embeddings"),
    # Google's versions name it; under /v1 only its key header does.
    _row("GET", r"v1beta1?/models", _GEMINI, "models"),
    _row("GET", rf"v1beta1?/(?:.*/)?{_GEMINI_NAME}", _GEMINI, "model"),
    _row("GET", r"models", _GEMINI, "models", "x-goog-api-key"),
    _row("GET", _GEMINI_NAME, _GEMINI, "model", "x-goog-api-key"),
    # Both other vendors list models under /v1/models; only Anthropic's clients send the
    # version header.
    _row("GET", r"models", "anthropic-messages", "models", "anthropic-version"),
    _row(
        "GET",
        r"models/(?P<model>[^/]+)",
        "anthropic-messages",
        "model",
        "anthropic-version",
    ),
    _row("GET", r"models", "openai-chat", "models"),
    _row("GET", r"models/(?P<model>[^/]+)", "openai-chat", "model"),
)

_KEY_HEADERS: Final = ("x-api-key", "api-key", "x-goog-api-key")


def route(method: str, path: str, headers: Headers = ()) -> Route | None:
    """
    Recognise a client's request.

    Args:
        method: The HTTP method.
        path: The URL path; of a query after `?` only Google's `key` is read.
        headers: The client's headers.

    Returns:
        The route, or `None` when no dialect has it, or when the name of the model
        would lead out of its place in a path.
    """
    named = {name.lower(): value for name, value in headers}
    verb = method.upper()
    bare, _, query = path.partition("?")
    for row in _ROWS:
        if row.method != verb or (row.header is not None and row.header not in named):
            continue
        match = row.pattern.search(bare)
        if match is None:
            continue
        groups = match.groupdict()
        model = groups.get("model")
        if model is not None:
            model = unquoted(model)
            if not _is_safe(model, row.dialect):
                return None
            if groups.get("collection"):
                model = f"{groups['collection']}/{model}"
        return Route(
            dialect=row.dialect,
            operation=row.operation,
            model=model,
            stream=row.stream,
            credential=_credential(named, query if row.dialect == _GEMINI else ""),
        )
    return None


def _is_safe(model: str, dialect: str) -> bool:
    """Say whether a name stays where it is put; OpenAI's kin have `/` in names."""
    if dialect == _GEMINI and ("/" in model or "\\" in model):
        return False
    return not {".", ".."}.intersection(re.split(r"[/\\]", model))


def _credential(headers: Mapping[str, str], query: str) -> Credential | None:
    # Where a client sends both, a key header of its own wins over Authorization.
    for name in _KEY_HEADERS:
        if headers.get(name):
            return Credential(kind="api-key", value=headers[name])
    for name, value in query_pairs(query):
        if name == "key":
            return Credential(kind="api-key", value=value)
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return Credential(kind="bearer", value=token.strip())
    return None
