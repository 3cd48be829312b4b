"""
Wire strings of the Anthropic Messages API, and views of its native events.

Facts only, no behaviour but `own_event`.  Sources, all read 2026-11-21: the types of
the `anthropic` package 2.11.0, docs.anthropic.com (versioning, streaming, errors),
and recorded traffic (`wire/observed.md`, section 1).
"""

from __future__ import annotations

from typing import Any, Final, Literal, TypedDict

from modelwire.ir._base import JSONObject

__all__ = [
    "CUSTOM_FIELD",
    "DIALECT",
    "DIRECT",
    "EVENT_TYPES",
    "KIN",
    "PATH",
    "PROTOCOL_HEADERS",
    "REQUEST_HEADERS",
    "RESPONSE_HEADERS",
    "ContentBlockDelta",
    "ContentBlockStart",
    "ContentBlockStop",
    "ErrorEvent",
    "MessageDelta",
    "MessageStart",
    "MessageStop",
    "Ping",
    "own_event",
    "server_tool_kind",
]

DIALECT: Final = "anthropic-messages"
"""This dialect's id."""

KIN: Final = frozenset({DIALECT, "bedrock-converse"})
"""Dialects whose opaque values this one takes: the same models sign them."""

CUSTOM_FIELD: Final = "input"
"""The one argument of a free-text tool that is declared as a function."""

PATH: Final = "/v1/messages"
"""The endpoint's default path."""

PROTOCOL_HEADERS: Final = (
    "anthropic-beta",
    "anthropic-user-profile-id",
    "anthropic-workspace-id",
)
"""
Request headers that belong to the protocol and travel in `ChatRequest.headers`.

`anthropic-version` is not one of them: the profile decides the version.
"""

REQUEST_HEADERS: Final = frozenset({"anthropic-version", *PROTOCOL_HEADERS})
"""Request headers that a proxy of the same dialect hands on."""

_WINDOWS: Final = ("requests", "tokens", "input-tokens", "output-tokens")

DIRECT: Final = {"type": "direct"}
"""The `caller` of a call that the model itself made."""

STREAM_HAS_USAGE: Final = True
"""A stream always ends with usage; a client of this dialect counts on it."""

RESPONSE_HEADERS: Final = {
    "request-id": "request-id",
    **{
        f"{what}-{window}{form}": f"anthropic-ratelimit-{window}-{what}"
        for window in _WINDOWS
        for what, form in (("limit", ""), ("remaining", ""), ("reset", ":rfc3339"))
    },
}
"""
Response headers with a meaning that other vendors have too: meaning to name.

A reset is a moment here and a duration elsewhere; without a clock neither becomes the
other, so the form is part of the meaning.
"""

EVENT_TYPES: Final = frozenset(
    {
        "message_start",
        "content_block_start",
        "content_block_delta",
        "content_block_stop",
        "message_delta",
        "message_stop",
        "ping",
        "error",
    }
)
"""Types of the stream's events."""

_SERVER_KINDS: Final = {
    "bash_code_execution": "code_execution",
    "text_editor_code_execution": "code_execution",
    "tool_search_tool_regex": "tool_search",
    "tool_search_tool_bm25": "tool_search",
    "tool_search_tool": "tool_search",
}

SERVER_TOOL_NAMES: Final = frozenset(
    {
        "web_search",
        "web_fetch",
        "code_execution",
        "bash_code_execution",
        "text_editor_code_execution",
        "tool_search_tool_regex",
        "tool_search_tool_bm25",
        "advisor",
    }
)
"""Names of tools that the API itself runs."""


def server_tool_kind(name: str) -> str:
    """
    Give the canonical tool behind a server tool's name or result block.

    Args:
        name: `web_search`, `bash_code_execution`, …

    Returns:
        The canonical kind; a name that is not known stands for itself.
    """
    return _SERVER_KINDS.get(name, name)


def own_event(raw: Any) -> bool:
    """
    Say whether *raw* is an event of this dialect, so that its encoder may read it.

    Args:
        raw: The native event of a chunk, of any dialect, or `None`.

    Returns:
        Whether it is an object whose type is one of the stream's events.
    """
    if type(raw) is not dict:
        return False
    kind = raw.get("type")
    return type(kind) is str and kind in EVENT_TYPES


# --- native events ------------------------------------------------------------------


class MessageStart(TypedDict):
    """The stream begins; *message* has no content yet."""

    type: Literal["message_start"]
    message: JSONObject


class ContentBlockStart(TypedDict):
    """A block begins; *content_block* is its header, or the whole block."""

    type: Literal["content_block_start"]
    index: int
    content_block: JSONObject


class ContentBlockDelta(TypedDict):
    """More of the open block."""

    type: Literal["content_block_delta"]
    index: int
    delta: JSONObject


class ContentBlockStop(TypedDict):
    """The open block ends."""

    type: Literal["content_block_stop"]
    index: int


class MessageDelta(TypedDict):
    """The stop reason and the final usage, which replaces the earlier one."""

    type: Literal["message_delta"]
    delta: JSONObject
    usage: JSONObject


class MessageStop(TypedDict):
    """The stream is complete."""

    type: Literal["message_stop"]


class Ping(TypedDict):
    """The peer is alive; it may stand anywhere."""

    type: Literal["ping"]


class ErrorEvent(TypedDict):
    """An error; the stream ends with it."""

    type: Literal["error"]
    error: JSONObject
