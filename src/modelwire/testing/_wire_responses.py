"""
Bodies of `openai-responses` as JSON: requests and responses.

Source:
    wire/openai_responses.md sections 1, 4, 5 and 7, read 2026-11-21.
"""

from __future__ import annotations

import functools
from typing import Any, Final

from hypothesis import strategies as st

from modelwire.testing._strategy_values import json_schemas, texts
from modelwire.testing._wire_responses_items import (
    CALLS,
    HOSTED,
    SHELLS,
    caller_messages,
    calls,
    hosted,
    model_messages,
    reasoning,
    results,
    string_messages,
    unknown_items,
)
from modelwire.testing._wire_values import (
    either,
    few,
    flags,
    fractions,
    labels,
    said,
    times,
    wire,
)

__all__ = ["choices", "requests", "responses", "spoken", "tools", "usages"]

Objects = st.SearchStrategy[dict[str, Any]]

# --- tools --------------------------------------------------------------------------

_NAMES: Final = ("get_weather", "f", "a-b_C9", "search")
_FUNCTION_FIELDS: Final[dict[str, Any]] = {
    "description": texts(),
    "defer_loading": flags,
    "allowed_callers": either(["direct"], ["direct", "programmatic"]),
    "output_schema": {"type": "string"},
}
_HOSTED_TOOLS: Final[dict[str, tuple[dict[str, Any], dict[str, Any]]]] = {
    "web_search": (
        {},
        {
            "search_context_size": either("low", "high"),
            "filters": either(
                {"allowed_domains": ["a.example"]},
                {"blocked_domains": ["b.example"]},
                {"allowed_domains": None},
                {"x": 1},
            ),
            "user_location": either(
                {"type": "approximate", "city": "Paris", "country": "FR"},
                {"type": "approximate"},
                {"city": "Paris", "x": 1},
                {"type": "exact", "region": "X"},
            ),
            "external_web_access": flags,
        },
    ),
    "web_search_preview": ({}, {"search_context_size": "medium"}),
    "file_search": (
        {"vector_store_ids": ["vs_1"]},
        {"max_num_results": 3, "ranking_options": {"ranker": "auto"}},
    ),
    "code_interpreter": (
        {"container": either("cntr_1", {"type": "auto", "memory_limit": "4g"})},
        {},
    ),
    "computer": ({}, {}),
    "computer_use_preview": (
        {"display_width": 10, "display_height": 10, "environment": "browser"},
        {},
    ),
    "mcp": (
        {"server_label": "docs"},
        {
            "server_url": "https://mcp.example/",
            "allowed_tools": either(["a"], {"read_only": True}),
            "require_approval": either("never", {"always": {"tool_names": ["a"]}}),
            "headers": {"X-Y": "z"},
        },
    ),
    "image_generation": (
        {"model": either("gpt-image-2", None), "size": either("1024x1024", None)},
        {"quality": "low", "partial_images": 2, "output_format": "webp"},
    ),
    "local_shell": ({}, {}),
    "shell": ({}, {"environment": {"type": "container_auto"}}),
    "apply_patch": ({}, {}),
    "tool_search": ({}, {"execution": either("server", "client")}),
    "namespace": ({"name": "ns", "description": "d", "tools": []}, {}),
    "programmatic_tool_calling": ({}, {}),
}
"""Fields of the tools that OpenAI defines: those that are there, and others."""


@functools.cache
def tools() -> Objects:
    """Give tool declarations."""
    function = wire(
        {
            "type": "function",
            "name": either(*_NAMES),
            "parameters": json_schemas() | st.none(),
            "strict": flags | st.none(),
        },
        _FUNCTION_FIELDS,
    )
    bare = wire({"type": "function", "name": either(*_NAMES)})
    grammar = {"type": "grammar", "syntax": "lark", "definition": said()}
    custom = wire(
        {"type": "custom", "name": either(*_NAMES)},
        {"description": texts(), "format": st.just({"type": "text"}) | wire(grammar)},
    )
    provided = either(*_HOSTED_TOOLS).flatmap(_hosted_tool)
    return st.one_of(function, function, bare, custom, provided, provided)


def _hosted_tool(kind: str) -> Objects:
    required, optional = _HOSTED_TOOLS[kind]
    return wire({"type": kind, **required}, optional)


@functools.cache
def choices() -> st.SearchStrategy[Any]:
    """Give tool choices; what they name need not be declared."""
    name = either(*_NAMES)
    named = wire({"type": either("function", "custom"), "name": name})
    entry = named | either(
        {"type": "web_search"},
        {"type": "mcp", "server_label": "docs"},
        {"type": "image_generation"},
    )
    allowed = wire(
        {
            "type": "allowed_tools",
            "mode": either("auto", "required"),
            "tools": few(entry, 1),
        }
    )
    other = either(
        {"type": "web_search_preview"},
        {"type": "code_interpreter"},
        {"type": "mcp", "server_label": "docs", "name": "x"},
        {"type": "shell"},
    )
    return st.one_of(either("auto", "none", "required"), named, allowed, other)


# --- the conversation ---------------------------------------------------------------

_TURNS: Final = (
    "say", "say", "think", "call", "call", "server", "orphan", "unknown", "system",
)  # fmt: skip


class _Items:
    """Items so far, and the numbers that make their ids."""

    def __init__(self, draw: st.DrawFn, *, reply: bool) -> None:
        self.draw = draw
        self.reply = reply
        self.out: list[dict[str, Any]] = []
        self.number = 0

    def add(self, item: dict[str, Any], call_id: str | None = None) -> dict[str, Any]:
        """Take an item; its ids become unique."""
        self.number += 1
        item = dict(item)
        if isinstance(item.get("id"), str) and item["id"].endswith("_0"):
            item["id"] = f"{item['id'][:-1]}{self.number:02d}"
        if item.get("call_id") == "call_0":
            item["call_id"] = call_id or f"call_{self.number:02d}"
        self.out.append(item)
        return item

    def take(self, kind: str) -> None:
        """Add a turn's items."""
        draw, reply = self.draw, self.reply
        if kind == "say" and not reply:
            self.add(draw(string_messages() | model_messages(reply=False)))
        elif kind == "say":
            self.add(draw(model_messages()))
        elif kind == "think":
            self.add(draw(reasoning(reply=reply)))
        elif kind == "call":
            self.calls()
        elif kind == "server":
            self.server()
        else:
            self.add(draw(unknown_items(reply=reply)))

    def calls(self) -> None:
        """Add calls and, in a history, their results in any place behind them."""
        draw = self.draw
        names: list[tuple[str, dict[str, Any]]] = []
        for _ in range(draw(st.integers(1, 2))):
            kind = draw(st.sampled_from(CALLS + CALLS[:1] * 4))
            names.append((kind, self.add(draw(calls(kind, reply=self.reply)))))
        if self.reply:
            return
        if draw(st.integers(0, 5)) == 0:
            names.reverse()
        for kind, call in names:
            self.result(kind, call)

    def result(self, kind: str, call: dict[str, Any]) -> None:
        item = dict(self.draw(results(kind)))
        if kind == "mcp_approval_request":
            item["approval_request_id"] = call["id"]
        elif kind == "local_shell_call":
            item["id"] = call["call_id"]
        else:
            item["call_id"] = call["call_id"]
        self.add(item)

    def server(self) -> None:
        """Add what OpenAI ran, and its result where that is an item of its own."""
        kind = self.draw(st.sampled_from(HOSTED))
        call = self.add(self.draw(hosted(kind)))
        if kind in SHELLS and "call_id" in call and self.draw(flags):
            result = self.draw(results(kind))
            fields = {"id": "out_0", "status": "completed", **result}
            ran = {"execution": "server"} if kind == "tool_search_call" else {}
            self.add({**fields, **ran, "call_id": call["call_id"]})


@st.composite
def _inputs(draw: st.DrawFn) -> Any:
    if draw(st.integers(0, 7)) == 0:
        return draw(texts())
    items = _Items(draw, reply=False)
    for role in draw(few(either("developer", "system"))):
        items.add(draw(caller_messages(role)))
    items.add(draw(caller_messages("user")))
    for kind in draw(st.lists(st.sampled_from(_TURNS), max_size=3)):
        if kind == "system":
            items.add(draw(caller_messages(draw(either("developer", "system")))))
        elif kind == "orphan":
            # Its call is in a stored response.
            call = {"call_id": "call_99", "id": "call_99"}
            items.result(draw(st.sampled_from(CALLS)), call)
        else:
            items.take(kind)
        if draw(flags):
            items.add(draw(caller_messages("user")))
    return items.out


@st.composite
def _output_items(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Draw the output of a response: items with ids of their own."""
    items = _Items(draw, reply=True)
    for kind in draw(st.lists(st.sampled_from(_TURNS[:6]), max_size=3)):
        items.take(kind)
    if draw(st.integers(0, 7)) == 0:
        items.take("unknown")
    return items.out


def spoken(role: str) -> Objects:
    """
    Give requests of one message.

    Args:
        role: Its role in the IR.

    Returns:
        Bodies.
    """
    if role == "tool":
        found = either(*CALLS).flatmap(results).map(_answering)
    elif role == "assistant":
        found = _output_items().filter(bool).map(lambda items: items[0])
    else:
        found = caller_messages(role)
    return found.map(lambda item: {"model": "m", "input": [item]})


def _answering(item: dict[str, Any]) -> dict[str, Any]:
    """Give a result the id of its call, where it belongs."""
    name, id_ = _IDS_OF_CALLS.get(item["type"], ("call_id", "call_1"))
    return {**item, name: id_}


_IDS_OF_CALLS: Final = {
    "mcp_approval_response": ("approval_request_id", "mcpr_1"),
    "local_shell_call_output": ("id", "call_1"),
}
"""Where a result names its call, if not in `call_id`, and what it says there."""


# --- requests -----------------------------------------------------------------------


@functools.cache
def _formats() -> Objects:
    plain = wire({"type": either("text", "json_object", "x_grammar")}, {})
    schema = {"type": "json_schema", "name": "answer", "schema": json_schemas()}
    return plain | wire(schema, {"description": texts(), "strict": flags})


_TIERS: Final = either("auto", "default", "flex", "priority", "x_tier")
_REASONING: Final = wire(
    {},
    {
        "effort": either("none", "minimal", "low", "high", "xhigh", "max"),
        "summary": either("auto", "concise", "detailed"),
        "context": "auto",
        "generate_summary": "auto",
    },
)
_CACHE: Final = wire(
    {}, {"mode": either("implicit", "explicit", "x"), "ttl": either("30m", "12h")}
)
_REQUEST_FIELDS: Final[dict[str, Any]] = {
    "instructions": texts(),
    "stream": flags,
    "stream_options": {"include_obfuscation": False},
    "max_output_tokens": either(1, 16, 4096),
    "max_tool_calls": 3,
    "temperature": fractions,
    "top_p": fractions,
    "top_logprobs": st.integers(0, 20),
    "parallel_tool_calls": flags,
    "text": wire({}, {"format": _formats(), "verbosity": either("low", "high")}),
    "reasoning": _REASONING,
    "include": either(
        [],
        ["reasoning.encrypted_content"],
        ["message.output_text.logprobs"],
        ["message.output_text.logprobs", "web_search_call.results"],
    ),
    "previous_response_id": "resp_9",
    "conversation": either("conv_1", {"id": "conv_1"}),
    "store": flags,
    "background": flags,
    "context_management": [{"type": "compaction", "compact_threshold": 1000}],
    "truncation": either("auto", "disabled"),
    "prompt": {"id": "pmpt_1", "version": "2", "variables": {"a": "b"}},
    "service_tier": _TIERS,
    "prompt_cache_key": said(),
    "prompt_cache_retention": either("24h", "in_memory"),
    "prompt_cache_options": _CACHE,
    "safety_identifier": said(),
    "user": said(),
    "metadata": labels | st.just({}),
    "moderation": {"mode": "x"},
}


@st.composite
def requests(draw: st.DrawFn) -> dict[str, Any]:
    """
    Draw request bodies.

    Args:
        draw: Hypothesis's draw; leave it out when calling.

    Returns:
        Objects.
    """
    optional = dict(_REQUEST_FIELDS)
    required: dict[str, Any] = {
        "model": either("m", "gpt-5.2"),
        "input": _inputs(),
    }
    if draw(flags):
        required["tools"] = few(tools())
        optional["tool_choice"] = choices()
    body = draw(wire(required, optional, 5))
    if "prompt" in body and draw(flags):
        # A template names its model, and may be all that there is.
        del body["model"], body["input"]
    if "tools" in body:
        body["tools"] = _distinct(body["tools"])
    return body


def _distinct(declared: list[dict[str, Any]]) -> list[dict[str, Any]]:
    seen: set[str] = set()
    out = []
    for tool in declared:
        name = tool.get("name", tool["type"])
        if name not in seen:
            seen.add(name)
            out.append(tool)
    return out


# --- responses ----------------------------------------------------------------------


@st.composite
def usages(draw: st.DrawFn) -> dict[str, Any]:
    """
    Draw usage that adds up.

    Args:
        draw: Hypothesis's draw; leave it out when calling.

    Returns:
        Objects with every count that the vendor's type requires.
    """
    counts = st.integers(0, 1000)
    read, written, rest, out = (draw(counts) for _ in range(4))
    into = read + written + rest
    return {
        "input_tokens": into,
        "input_tokens_details": {
            "cached_tokens": read,
            "cache_write_tokens": written,
        },
        "output_tokens": out,
        "output_tokens_details": {"reasoning_tokens": draw(st.integers(0, out))},
        "total_tokens": into + out,
    }


_ENDS: Final[tuple[tuple[str, Any], ...]] = (
    ("completed", None),
    ("completed", None),
    ("incomplete", {"reason": "max_output_tokens"}),
    ("incomplete", {"reason": "content_filter"}),
    ("incomplete", {"reason": "steered"}),
    ("incomplete", None),
    ("cancelled", None),
)
_RESPONSE_FIELDS: Final[dict[str, Any]] = {
    "background": flags,
    "completed_at": times,
    "conversation": {"id": "conv_1"},
    "max_output_tokens": 100,
    "previous_response_id": "resp_9",
    "prompt_cache_key": said(),
    "reasoning": {"effort": "low", "summary": None},
    "safety_identifier": said(),
    "service_tier": either("default", "flex", "x_tier"),
    "store": flags,
    "text": {"format": {"type": "text"}, "verbosity": "low"},
    "top_logprobs": 0,
    "truncation": "disabled",
    "moderation": {"input": {"flagged": False}},
}
_TOOL_USAGE: Final = {
    "image_gen": {
        "input_tokens": 0,
        "input_tokens_details": {"image_tokens": 0, "text_tokens": 0},
        "output_tokens": 0,
        "total_tokens": 0,
    },
    "web_search": {"num_requests": 2},
}


@st.composite
def responses(draw: st.DrawFn) -> dict[str, Any]:
    """
    Draw response bodies that are no errors.

    Args:
        draw: Hypothesis's draw; leave it out when calling.

    Returns:
        Objects with every field that the vendor's type requires.
    """
    status, details = draw(st.sampled_from(_ENDS))
    body: dict[str, Any] = draw(
        wire(
            {
                "id": "resp_1",
                "object": "response",
                "created_at": times,
                "status": status,
                "error": None,
                "incomplete_details": details,
                "instructions": st.none() | texts(),
                "metadata": st.just({}) | labels,
                "model": either("m", "gpt-5.2"),
                "output": _output_items(),
                "parallel_tool_calls": flags,
                "temperature": fractions | st.none(),
                "tool_choice": choices(),
                "tools": few(tools()),
                "top_p": fractions | st.none(),
                "usage": st.none() | usages(),
            },
            _RESPONSE_FIELDS,
            4,
        )
    )
    if body["usage"] is not None and draw(st.integers(0, 3)) == 0:
        body["tool_usage"] = _TOOL_USAGE
    return body
