"""Responses for the strategies."""

from __future__ import annotations

import functools
from typing import Any, Final

from hypothesis import strategies as st

from modelwire.ir._messages import Message
from modelwire.ir._parts import (
    AudioPart,
    Base64Source,
    Part,
    RefusalPart,
    TextPart,
    ToolCallPart,
)
from modelwire.ir._response import FINISH_KINDS, ChatResponse, Choice, Finish, Usage
from modelwire.testing import _strategy_decoded as decoded
from modelwire.testing._strategy_decoded import DECODED
from modelwire.testing._strategy_parts import parts
from modelwire.testing._strategy_values import (
    ANTHROPIC,
    CHAT,
    Dialect,
    arguments,
    citations,
    extras,
    ids,
    json_objects,
    logprobs,
    node,
    texts,
    tool_names,
)

__all__ = ["calls", "chat_responses", "finishes", "usages"]

_AXES: Final = (
    "input_total", "output_total", "cache_read", "cache_write", "cache_write_5m",
    "reasoning", "input_audio", "output_audio", "input_image", "tool_prompt",
    "accepted_prediction",
)  # fmt: skip
_CREATED: Final = st.integers(0, 2**33)


@functools.cache
def calls(dialect: Dialect) -> st.SearchStrategy[ToolCallPart]:
    """Give calls of an answer."""
    fields = {
        "id": ids("call"),
        "name": tool_names(dialect),
        "arguments": arguments(dialect),
    }
    function = node(ToolCallPart, fields, {"extra": extras(dialect)}, 1)
    if dialect == ANTHROPIC:
        return function
    custom = {**fields, "kind": st.just("custom"), "arguments": texts()}
    return function | node(ToolCallPart, custom, {})


@st.composite
def usages(draw: st.DrawFn, dialect: Dialect = None) -> Usage:
    """
    Draw usage whose axes add up.

    Args:
        draw: Hypothesis's draw.
        dialect: Only axes that this dialect counts; `None`: any, or none.

    Returns:
        Usage.
    """
    if dialect in DECODED:
        return draw(decoded.usages(dialect))
    counts = st.integers(0, 1000)
    uncached, read, write = draw(counts), draw(counts), draw(counts)
    output = draw(counts)
    reasoning = draw(st.integers(0, output))
    if dialect is None:
        every: dict[str, st.SearchStrategy[Any]] = dict.fromkeys(_AXES, counts)
        every["server_tools"] = st.just({"web_search": 2})
        every["extra"] = extras(None)
        return draw(node(Usage, {}, every, 5))
    extra: dict[str, Any] = {}
    if draw(st.booleans()):
        extra["reasoning"] = reasoning
    if dialect == ANTHROPIC and draw(st.booleans()):
        extra["server_tools"] = {"web_search": draw(st.integers(1, 3))}
    if draw(st.booleans()):
        extra["cache_read"] = read
    if draw(st.booleans()):
        extra["cache_write"] = write
        if dialect == ANTHROPIC and draw(st.booleans()):
            extra["cache_write_5m"] = write
            extra["cache_write_1h"] = 0
    cached = extra.get("cache_read", 0) + extra.get("cache_write", 0)
    return Usage(
        input_total=uncached + cached,
        input_uncached=uncached,
        output_total=output,
        **extra,
    )


@st.composite
def finishes(draw: st.DrawFn, said: list[Part], dialect: Dialect = None) -> Finish:
    """
    Draw why a choice ended.

    Args:
        draw: Hypothesis's draw.
        said: What the choice says; calls and refusals decide in some dialects.
        dialect: Only what this dialect's decoder gives; `None`: anything.

    Returns:
        Finishes.
    """
    if dialect in DECODED:
        return draw(decoded.finishes(said, dialect))
    called = any(isinstance(part, ToolCallPart) for part in said)
    refused = any(isinstance(part, RefusalPart) for part in said)
    if dialect == CHAT:
        if called:
            return Finish(kind="tool_calls", raw="tool_calls")
        word = draw(st.sampled_from(("stop", "length", "content_filter")))
        if word == "stop" and refused:
            return Finish(kind="refusal", raw=word)
        kinds: dict[str, Any] = {"stop": "stop", "length": "length"}
        return Finish(kind=kinds.get(word, "content_filter"), raw=word)
    if dialect == ANTHROPIC:
        if called:
            return Finish(kind="tool_calls", raw="tool_use")
        words: tuple[tuple[Any, str], ...] = (
            ("stop", "end_turn"),
            ("length", "max_tokens"),
            ("stop_sequence", "stop_sequence"),
            ("pause", "pause_turn"),
            ("refusal", "refusal"),
            ("context_length", "model_context_window_exceeded"),
        )
        kind, word = draw(st.sampled_from(words))
        stop = "END" if kind == "stop_sequence" else None
        return Finish(kind=kind, raw=word, stop_sequence=stop)
    return draw(
        node(
            Finish,
            {"kind": st.sampled_from(FINISH_KINDS)},
            {"raw": texts(), "stop_sequence": texts(), "extra": extras(None)},
        )
    )


def _chat_parts(draw: st.DrawFn) -> list[Part]:
    """Draw the parts of an answer in the order of openai-chat's fields."""
    said: list[Part] = []
    if draw(st.booleans()):
        cites = draw(st.lists(citations(CHAT), max_size=2).map(tuple))
        said.append(TextPart(text=draw(texts(empty=False)), annotations=cites))
    if draw(st.integers(0, 5)) == 0:
        said.append(RefusalPart(text=draw(texts(empty=False))))
    if draw(st.integers(0, 7)) == 0:
        said.append(
            AudioPart(
                source=Base64Source(data="AAAA", media_type="audio"),
                id=draw(ids("audio")),
                transcript=draw(texts()),
                expires_at=draw(_CREATED),
            )
        )
    called = st.lists(calls(CHAT), max_size=2, unique_by=_call_id)
    said += draw(called)
    return said


def _parts(draw: st.DrawFn, dialect: Dialect) -> list[Part]:
    if dialect == CHAT:
        return _chat_parts(draw)
    if dialect == ANTHROPIC:
        both = parts("assistant", ANTHROPIC) | calls(ANTHROPIC)
        return draw(st.lists(both, max_size=3, unique_by=_call_id))
    return draw(st.lists(parts("assistant", None), max_size=3))


def _call_id(part: Any) -> Any:
    return part.id if isinstance(part, ToolCallPart) else id(part)


@st.composite
def _choices(draw: st.DrawFn, index: int, dialect: Dialect) -> Choice:
    said = _parts(draw, dialect)
    fields: dict[str, Any] = {}
    if dialect is not None or draw(st.booleans()):
        fields["finish"] = draw(finishes(said, dialect))
    if dialect != ANTHROPIC:
        if draw(st.integers(0, 3)) == 0:
            fields["logprobs"] = draw(logprobs())
        if draw(st.integers(0, 3)) == 0:
            fields["extra"] = draw(extras(dialect))
    about = draw(extras(None)) if dialect is None and draw(st.booleans()) else {}
    message = Message(role="assistant", parts=tuple(said), extra=about)
    return Choice(index=index, message=message, **fields)


@st.composite
def chat_responses(draw: st.DrawFn, dialect: Dialect = None) -> ChatResponse:
    """
    Draw responses.

    Args:
        draw: Hypothesis's draw; leave it out when calling.
        dialect: Only what this dialect's decoder gives; `None`: anything that a
            stream can tell (`explode`), several choices, none at all, and choices
            without a finish included.

    Returns:
        Responses.
    """
    if dialect in DECODED:
        return draw(decoded.responses(dialect))
    model = draw(st.sampled_from(("m", "gpt-5.2", "claude-opus-5")))
    fields: dict[str, Any] = {}
    if dialect == ANTHROPIC:
        indexes = [0]
        fields["usage"] = draw(usages(dialect))
        if draw(st.integers(0, 3)) == 0:
            fields["service_tier"] = draw(st.sampled_from(("standard", "priority")))
    else:
        least = 0 if dialect is None else 1
        indexes = list(range(draw(st.integers(least, 2))))
        if dialect is None and indexes and draw(st.booleans()):
            indexes[-1] += 3
        fields["created"] = draw(_CREATED)
        if draw(st.booleans()):
            fields["usage"] = draw(usages(dialect))
        if draw(st.integers(0, 3)) == 0:
            fields["service_tier"] = draw(st.sampled_from(("default", "flex")))
        if draw(st.integers(0, 5)) == 0:
            fields["moderation"] = draw(
                json_objects().map(lambda item: {"results": [item]})
            )
    if draw(st.integers(0, 3)) == 0:
        fields["extra"] = draw(extras(dialect))
    if dialect is None and draw(st.booleans()):
        model = draw(texts())
    return ChatResponse(
        id=draw(ids("resp")),
        model=model,
        choices=tuple(draw(_choices(index, dialect)) for index in indexes),
        **fields,
    )
