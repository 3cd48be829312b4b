"""Requests for the strategies."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any, Final

from hypothesis import strategies as st

from modelwire.ir._messages import Message, Role
from modelwire.ir._parts import TextPart
from modelwire.ir._request import (
    AudioOutput,
    CachePolicy,
    ChatRequest,
    Prediction,
    ReasoningConfig,
    ResponseFormat,
)
from modelwire.ir._tools import FunctionTool, ToolChoice
from modelwire.testing import _strategy_decoded as decoded
from modelwire.testing._strategy_decoded import DECODED
from modelwire.testing._strategy_parts import (
    conversations,
    messages,
    tool_choices,
    tools,
)
from modelwire.testing._strategy_values import (
    ANTHROPIC,
    CHAT,
    Dialect,
    extras,
    ids,
    json_objects,
    json_schemas,
    node,
    some_of,
    texts,
)

__all__ = ["chat_requests"]

_Fields = Mapping[str, st.SearchStrategy[Any]]

_fractions: Final = st.sampled_from((0, 0.5, 1, 1.0))
_counts: Final = st.sampled_from((1, 16, 4096))
_labels: Final = st.dictionaries(
    st.sampled_from(("team", "run")), texts(), min_size=1, max_size=2
)


def _stops() -> st.SearchStrategy[tuple[str, ...]]:
    words = st.sampled_from(("END", "\n\nHuman:", "###"))
    return st.lists(words, min_size=1, max_size=2, unique=True).map(tuple)


@functools.cache
def _formats(dialect: Dialect) -> st.SearchStrategy[ResponseFormat]:
    schema = {"kind": st.just("json_schema"), "schema": json_schemas()}
    if dialect == ANTHROPIC:
        return node(ResponseFormat, schema, {})
    plain = st.builds(ResponseFormat, kind=st.sampled_from(("text", "json_object")))
    named = node(
        ResponseFormat,
        {**schema, "name": st.just("answer")},
        {"description": texts(), "strict": st.booleans(), "extra": extras(dialect)},
    )
    return plain | named


@functools.cache
def _reasoning(dialect: Dialect) -> st.SearchStrategy[ReasoningConfig]:
    efforts = st.sampled_from(("low", "medium", "high", "xhigh", "max"))
    if dialect == CHAT:
        least = st.sampled_from(("none", "minimal"))
        return st.builds(ReasoningConfig, effort=efforts | least)
    display = {"display": st.sampled_from(("summarized", "omitted"))}
    manual = node(
        ReasoningConfig,
        {"mode": st.just("enabled"), "budget_tokens": st.sampled_from((1024, 2048))},
        {**display, "effort": efforts},
    )
    adaptive = node(
        ReasoningConfig, {"mode": st.just("adaptive")}, {**display, "effort": efforts}
    )
    off = st.builds(ReasoningConfig, mode=st.just("disabled"))
    if dialect == ANTHROPIC:
        return st.one_of(manual, adaptive, off)
    bare = node(
        ReasoningConfig,
        {},
        {
            "effort": efforts | st.sampled_from(("none", "minimal")),
            "budget_tokens": st.sampled_from((0, 512, 5000, -1)),
            **display,
            "extra": extras(None),
        },
    )
    return st.one_of(manual, adaptive, off, bare)


@functools.cache
def _cache_policies(dialect: Dialect) -> st.SearchStrategy[CachePolicy]:
    if dialect == ANTHROPIC:
        ttl = st.sampled_from((None, "5m", "1h"))
        return st.builds(CachePolicy, automatic=st.just(value=True), ttl=ttl)
    keyed: _Fields = {
        "key": ids("key"),
        "retention": st.sampled_from(("in_memory", "24h")),
    }
    chat = st.sampled_from(sorted(keyed)).flatmap(
        lambda name: node(
            CachePolicy, {name: keyed[name]}, {"automatic": st.booleans()}
        )
    )
    if dialect == CHAT:
        return chat
    every = {**keyed, "automatic": st.booleans(), "ttl": st.just("5m")}
    return node(CachePolicy, {}, every)


@functools.cache
def _fields(dialect: Dialect) -> _Fields:
    """Give the optional fields of a request, tools and their choice apart."""
    common: _Fields = {
        "max_output_tokens": _counts,
        "temperature": _fractions,
        "top_p": _fractions,
        "stop_sequences": _stops(),
        "response_format": _formats(dialect),
        "reasoning": _reasoning(dialect),
        "stream": st.just(value=True),
        "user_id": texts(empty=False),
        "cache": _cache_policies(dialect),
        "extra": extras(dialect),
    }
    anthropic: _Fields = {
        "top_k": st.integers(1, 40),
        "service_tier": st.sampled_from(("auto", "standard_only")),
    }
    prediction = st.builds(TextPart, text=texts(empty=False))
    chat: _Fields = {
        "seed": st.integers(-(2**63), 2**63 - 1),
        "frequency_penalty": st.sampled_from((-2, 0.5)),
        "presence_penalty": st.sampled_from((-0.5, 2)),
        "logit_bias": st.just({"50256": -100}),
        "logprobs": st.booleans(),
        "top_logprobs": st.integers(0, 20),
        "candidate_count": st.integers(1, 3),
        "parallel_tool_calls": st.booleans(),
        "modalities": st.sampled_from((("text",), ("text", "audio"))),
        "audio_output": st.just(AudioOutput(format="wav", voice="alloy")),
        "metadata": _labels,
        "service_tier": st.sampled_from(("auto", "default", "flex", "priority")),
        "store": st.booleans(),
        "verbosity": st.sampled_from(("low", "medium", "high")),
        "prediction": st.builds(Prediction, parts=st.tuples(prediction)),
    }
    if dialect == CHAT:
        return {**common, **chat}
    if dialect == ANTHROPIC:
        required = ("max_output_tokens",)
        kept = {name: value for name, value in common.items() if name not in required}
        return {**kept, **anthropic}
    return {
        **common,
        **anthropic,
        **chat,
        "min_p": _fractions,
        "include_usage": st.booleans(),
        "previous_response_id": ids("resp"),
        "conversation": ids("conv") | st.just({"id": "conv_1"}),
        "truncation": st.sampled_from(("auto", "disabled")),
        "context_management": json_objects(),
        "safety_settings": json_objects(),
        "headers": st.just((("anthropic-beta", "x-2099-01-01"),)),
    }


@functools.cache
def _system(dialect: Dialect) -> st.SearchStrategy[list[Message]]:
    roles: tuple[Role, ...] = ("system", "developer")
    if dialect == ANTHROPIC:
        plain = messages("system", dialect).map(
            lambda message: Message(role="system", parts=message.parts)
        )
        return st.lists(plain, max_size=1)
    some = st.sampled_from(roles).flatmap(lambda role: messages(role, dialect))
    return st.lists(some, max_size=2)


@functools.cache
def _chosen(dialect: Dialect) -> st.SearchStrategy[list[str]]:
    return some_of(_fields(dialect), 4)


@functools.cache
def _tool_lists(dialect: Dialect) -> st.SearchStrategy[list[Any]]:
    return st.lists(tools(dialect), max_size=2)


_models: Final = st.sampled_from(("m", "gpt-5.2", "claude-opus-5"))
_large: Final = st.sampled_from((4096, 64000))


@st.composite
def chat_requests(draw: st.DrawFn, dialect: Dialect = None) -> ChatRequest:
    """
    Draw requests.

    Args:
        draw: Hypothesis's draw; leave it out when calling.
        dialect: Only what this dialect's decoder gives; `None`: anything that the IR
            allows, illegal names, orphaned results and foreign `extra` included.

    Returns:
        Requests.
    """
    if dialect in DECODED:
        return draw(decoded.requests(dialect))
    optional = _fields(dialect)
    fields: dict[str, Any] = {
        name: draw(optional[name]) for name in draw(_chosen(dialect))
    }
    if dialect == ANTHROPIC:
        # Required on the wire, and above any budget.
        fields["max_output_tokens"] = draw(_large)
    if dialect == CHAT and fields.get("stream") and draw(st.booleans()):
        fields["include_usage"] = draw(st.booleans())
    declared = draw(_tool_lists(dialect))
    if dialect is None:
        if draw(st.booleans()):
            fields["tool_choice"] = draw(tool_choices(None))
    else:
        declared = _distinct(declared)
        _choose(draw, fields, declared, dialect)
    return ChatRequest(
        model=draw(_models),
        system=tuple(draw(_system(dialect))),
        messages=draw(conversations(dialect)),
        tools=tuple(declared),
        **fields,
    )


def _distinct(declared: list[Any]) -> list[Any]:
    """Leave out tools whose name was declared before."""
    names = [getattr(tool, "name", None) or repr(tool) for tool in declared]
    return [tool for n, tool in enumerate(declared) if names[n] not in names[:n]]


def _choose(
    draw: st.DrawFn, fields: dict[str, Any], declared: list[Any], dialect: str
) -> None:
    """Draw a tool choice that fits the declared tools, now and then."""
    names = [tool.name for tool in declared if isinstance(tool, FunctionTool)]
    wanted: bool = draw(st.booleans())
    if names and wanted:
        choice = draw(tool_choices(dialect))
        if choice.mode == "tool":
            choice = ToolChoice(mode="tool", name=names[0])
        fields["tool_choice"] = choice
        if dialect == ANTHROPIC and choice.mode != "none" and draw(st.booleans()):
            # The switch stands inside the choice there.
            fields["parallel_tool_calls"] = draw(st.booleans())
