"""
IR values that a dialect's own decoder made of drawn JSON, for the strategies.

A dialect stands here with tables of what its wire may say (`_wire_…`).  Whatever its
decoder makes of that is what the decoder gives, spelling notes included.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any, Final

import attrs
from hypothesis import strategies as st

from modelwire import codecs
from modelwire.codecs._json import dumps
from modelwire.ir._chunks import StreamChunk
from modelwire.ir._messages import Message, Role
from modelwire.ir._parts import Part, RefusalPart, ToolCallPart
from modelwire.ir._request import ChatRequest
from modelwire.ir._response import ChatResponse, Finish, Usage
from modelwire.ir._tools import Tool, ToolChoice
from modelwire.testing._wire_dialects import (
    TABLES,
    WireRequest,
    wire_requests,
    wire_responses,
    wire_streams,
)

__all__ = [
    "DECODED",
    "chunk_sequences",
    "conversations",
    "finishes",
    "messages",
    "parts",
    "requests",
    "responses",
    "tool_choices",
    "tools",
    "usages",
]

GEMINI: Final = "gemini-generate"
RESPONSES: Final = "openai-responses"

DECODED: Final = frozenset({GEMINI, RESPONSES})
"""The dialects all of whose values are made here."""


def _request(dialect: str, body: Any) -> ChatRequest:
    request: ChatRequest = codecs.get(dialect).decode_request(dumps(body))
    return request


@functools.cache
def requests(dialect: str) -> st.SearchStrategy[ChatRequest]:
    """Give requests of a dialect."""

    def decode(sent: WireRequest) -> ChatRequest:
        request: ChatRequest = codecs.get(dialect).decode_request(
            sent.body, path=sent.path, query=sent.query
        )
        return request

    return st.builds(decode, wire_requests(dialect))


@functools.cache
def responses(dialect: str) -> st.SearchStrategy[ChatResponse]:
    """Give responses of a dialect."""

    def decode(body: bytes) -> ChatResponse:
        response: ChatResponse = codecs.get(dialect).decode_response(body)
        return response

    return st.builds(decode, wire_responses(dialect))


@functools.cache
def chunk_sequences(
    dialect: str, *, errors: bool
) -> st.SearchStrategy[list[StreamChunk]]:
    """Give whole streams of a dialect."""

    def decode(data: bytes) -> list[StreamChunk]:
        decoder = codecs.get(dialect).stream_decoder()
        return [*decoder.feed(data), *decoder.close()]

    return st.builds(decode, wire_streams(dialect, errors=errors))


@functools.cache
def messages(role: Role, dialect: str) -> st.SearchStrategy[Message]:
    """Give messages of one role of a dialect of `DECODED`, with a part at least."""

    def decode(body: Any) -> Message:
        request = _request(dialect, body)
        return (*request.system, *request.messages)[0]

    found = st.builds(decode, TABLES[dialect].spoken(role))
    return found.filter(lambda message: bool(message.parts))


@functools.cache
def parts(role: Role, dialect: str) -> st.SearchStrategy[Part]:
    """Give parts of one role of a dialect of `DECODED`."""
    return messages(role, dialect).flatmap(
        lambda message: st.sampled_from(message.parts)
    )


def conversations(dialect: str) -> st.SearchStrategy[tuple[Message, ...]]:
    """Give conversations of a dialect of `DECODED`."""
    return requests(dialect).map(lambda request: request.messages)


_BARE: Final[Mapping[str, Mapping[str, Any]]] = {
    GEMINI: {"contents": []},
    RESPONSES: {"model": "m", "input": "a"},
}


def tools(dialect: str) -> st.SearchStrategy[Tool]:
    """Give tool declarations of a dialect of `DECODED`."""

    def decode(tool: Any) -> Tool:
        body = {**_BARE[dialect], "tools": [tool]}
        return _request(dialect, body).tools[0]

    return st.builds(decode, TABLES[dialect].tools())


def tool_choices(dialect: str) -> st.SearchStrategy[ToolChoice]:
    """Give tool choices of a dialect of `DECODED`."""
    field = "toolConfig" if dialect == GEMINI else "tool_choice"

    def decode(choice: Any) -> ToolChoice | None:
        body = {**_BARE[dialect], field: choice}
        return _request(dialect, body).tool_choice

    found: Any = st.builds(decode, TABLES[dialect].choices())
    choices: st.SearchStrategy[ToolChoice] = found.filter(
        lambda choice: choice is not None
    )
    return choices


def usages(dialect: str) -> st.SearchStrategy[Usage]:
    """Give usage of a dialect of `DECODED`."""
    field = "usageMetadata" if dialect == GEMINI else "usage"

    def decode(usage: Any) -> Usage:
        body = dumps({field: usage})
        response: ChatResponse = codecs.get(dialect).decode_response(body)
        return response.usage or Usage()

    return st.builds(decode, TABLES[dialect].usages())


@st.composite
def finishes(draw: st.DrawFn, said: list[Part], dialect: str) -> Finish:
    """Draw why a choice of a dialect of `DECODED` ended."""
    some = responses(dialect).filter(lambda one: one.choices[0].finish is not None)
    finish = draw(some).choices[0].finish or Finish(kind="unknown")
    if finish.kind not in ("stop", "tool_calls", "refusal", "compaction"):
        return finish
    # What is said decides what an ordinary end means.
    if any(isinstance(part, ToolCallPart) for part in said):
        return attrs.evolve(finish, kind="tool_calls")
    refused = any(isinstance(part, RefusalPart) for part in said)
    return attrs.evolve(finish, kind="refusal" if refused else "stop")
