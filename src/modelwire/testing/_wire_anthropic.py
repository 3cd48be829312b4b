"""
Bodies of `anthropic-messages` as JSON: requests and responses.

`_strategy_parts` and its siblings draw this dialect's usual values; here is the rest:
every kind of citation and of server tool, MCP, compaction, settings without a name in
the IR.

Source:
    wire/anthropic_messages.md, read 2026-11-21.
"""

from __future__ import annotations

import functools
from typing import Any, Final

from hypothesis import strategies as st

from modelwire.testing._strategy_values import (
    BASE64,
    json_objects,
    json_schemas,
    json_values,
    texts,
)
from modelwire.testing._wire_values import either, few, flags, fractions, said, wire

__all__ = ["requests", "responses"]

Objects = st.SearchStrategy[dict[str, Any]]

_NAMES: Final = ("get_weather", "f", "a-b_C9", "search")
_URL: Final = either("https://a.example/x.png", "https://b.example/?q=ü")
_MARK: Final[dict[str, Any]] = {
    "cache_control": either({"type": "ephemeral"}, {"type": "ephemeral", "ttl": "1h"})
}
"""A breakpoint; drawn rarely, for the API takes four."""

# --- blocks of the user -------------------------------------------------------------


@functools.cache
def _citations() -> Objects:
    common = {"cited_text": said(), "document_index": 0, "document_title": "T"}
    spans = either(
        ("char_location", "start_char_index", "end_char_index"),
        ("page_location", "start_page_number", "end_page_number"),
        ("content_block_location", "start_block_index", "end_block_index"),
    )
    document = spans.flatmap(
        lambda row: wire(
            {"type": row[0], **common, row[1]: 1, row[2]: st.integers(2, 9)},
            {"file_id": "file_1"},
        )
    )
    search = wire(
        {
            "type": "search_result_location",
            "cited_text": said(),
            "source": _URL,
            "title": "T",
            "search_result_index": 0,
            "start_block_index": 0,
            "end_block_index": 1,
        },
        {},
    )
    web = wire(
        {
            "type": "web_search_result_location",
            "cited_text": said(),
            "url": _URL,
            "title": texts(),
            "encrypted_index": "Eo8B",
        },
        {},
    )
    return st.one_of(document, search, web, wire({"type": "x_location", "a": 1}, {}))


@functools.cache
def _plain_text() -> Objects:
    return wire({"type": "text", "text": said()}, {}, 1)


@functools.cache
def _image() -> Objects:
    source = st.one_of(
        wire({"type": "base64", "media_type": "image/png", "data": either(*BASE64)}),
        wire({"type": "url", "url": _URL}),
        wire({"type": "file", "file_id": "file_1"}),
    )
    return wire({"type": "image", "source": source}, {}, 1)


@functools.cache
def _document() -> Objects:
    pdf = {"type": "base64", "media_type": "application/pdf", "data": "aGk="}
    source = st.one_of(
        st.just(pdf),
        wire({"type": "url", "url": _URL}),
        wire({"type": "file", "file_id": "file_1"}),
        wire({"type": "text", "media_type": "text/plain", "data": texts()}),
        wire({"type": "content", "content": said() | few(_plain_text(), 1)}),
    )
    return wire(
        {"type": "document", "source": source},
        {"title": said(), "context": said(), "citations": {"enabled": True}},
    )


@functools.cache
def _user_blocks() -> Objects:
    found = wire(
        {
            "type": "search_result",
            "source": _URL,
            "title": texts(),
            "content": few(_plain_text(), 1),
        },
        {"citations": {"enabled": False}},
    )
    upload = wire({"type": "container_upload", "file_id": "file_1"})
    return st.one_of(_plain_text(), _plain_text(), _image(), _document(), found, upload)


@functools.cache
def _results() -> Objects:
    inner = st.one_of(_plain_text(), _image(), _document())
    reference = wire({"type": "tool_reference", "tool_name": "f"})
    return wire(
        {"type": "tool_result", "tool_use_id": "toolu_0"},
        {"content": texts() | few(inner | reference), "is_error": flags},
    )


# --- blocks of the model ------------------------------------------------------------

_SERVER: Final[tuple[tuple[str, str, Any], ...]] = (
    (
        "web_search",
        "web_search_tool_result",
        [{"type": "web_search_result", "url": "https://a", "encrypted_content": "E"}],
    ),
    (
        "web_fetch",
        "web_fetch_tool_result",
        {"type": "web_fetch_tool_result_error", "error_code": "unavailable"},
    ),
    (
        "code_execution",
        "code_execution_tool_result",
        {"type": "code_execution_result", "stdout": "ü", "return_code": 0},
    ),
    (
        "bash_code_execution",
        "bash_code_execution_tool_result",
        {"type": "bash_code_execution_result", "stdout": "", "content": []},
    ),
    (
        "text_editor_code_execution",
        "text_editor_code_execution_tool_result",
        {"type": "text_editor_code_execution_view_result", "content": "x"},
    ),
    (
        "tool_search_tool_regex",
        "tool_search_tool_result",
        {"type": "tool_search_tool_search_result", "tool_references": []},
    ),
)
"""Server tools: their names, and the type and content of their results."""


@st.composite
def _server(draw: st.DrawFn, number: int) -> list[dict[str, Any]]:
    """Draw a call of a server tool, and its result."""
    name, result, content = draw(st.sampled_from(_SERVER))
    ident = f"srvtoolu_{number}"
    fields = {"id": ident, "name": name, "input": json_objects()}
    pair = [
        draw(wire({"type": "server_tool_use", **fields}, {})),
        draw(wire({"type": result, "tool_use_id": ident, "content": content}, {})),
    ]
    if draw(st.integers(0, 5)) == 0:
        ident = f"mcptoolu_{number}"
        fields = {"id": ident, "name": "f", "server_name": "docs", "input": {"a": 1}}
        answer = {"tool_use_id": ident, "is_error": draw(flags)}
        pair = [
            {"type": "mcp_tool_use", **fields},
            {
                "type": "mcp_tool_result",
                **answer,
                "content": [{"type": "text", "text": draw(texts())}],
            },
        ]
    return pair[: draw(st.integers(1, 2))]


@st.composite
def _said(draw: st.DrawFn, number: int) -> list[dict[str, Any]]:
    """Draw what the model says, calls of the caller's tools apart."""
    out: list[dict[str, Any]] = []
    for place in range(draw(st.integers(0, 3))):
        kind = draw(either("text", "text", "think", "hidden", "server", "other"))
        if kind == "text":
            notes = {"citations": st.none() | few(_citations(), 1)}
            out.append(draw(wire({"type": "text", "text": said()}, notes, 2)))
        elif kind == "think":
            fields = {"thinking": texts(), "signature": either("EqQB", "c2ln")}
            out.append(draw(wire({"type": "thinking", **fields}, {}, 1)))
        elif kind == "hidden":
            out.append(draw(wire({"type": "redacted_thinking", "data": "Zm9v"}, {}, 1)))
        elif kind == "server":
            out += draw(_server(10 * number + place))
        else:
            block = {"type": "compaction", "content": texts()}
            out.append(draw(wire(block) | wire({"type": "x_block"}, {"a": 1})))
    return out


@st.composite
def _calls(draw: st.DrawFn, number: int, least: int) -> list[dict[str, Any]]:
    out = []
    for place in range(draw(st.integers(least, 2))):
        fields = {"name": either(*_NAMES), "input": json_objects()}
        more = {"caller": {"type": "direct"}}
        ident = f"toolu_{number}{place}"
        out.append(draw(wire({"type": "tool_use", "id": ident, **fields}, more)))
    return out


@st.composite
def _messages(draw: st.DrawFn) -> list[dict[str, Any]]:
    # The API refuses a message that is empty.
    user = said() | few(_user_blocks(), 1)
    out = [draw(wire({"role": "user", "content": user}, {}, 1))]
    for number in range(draw(st.integers(0, 2))):
        blocks = draw(_said(number))
        if draw(flags):
            calls = draw(_calls(number, 1))
            out.append({"role": "assistant", "content": [*blocks, *calls]})
            results = [
                {**draw(_results()), "tool_use_id": call["id"]} for call in calls
            ]
            out.append({"role": "user", "content": results + draw(few(_user_blocks()))})
            continue
        plain = blocks or [{"type": "text", "text": "a"}]
        out.append({"role": "assistant", "content": plain})
        out.append(draw(wire({"role": "user", "content": user})))
    return out


# --- requests -----------------------------------------------------------------------


@functools.cache
def _tools() -> Objects:
    described = {
        "description": texts(),
        "strict": flags,
        "input_examples": few(json_objects(), 1),
        "defer_loading": flags,
        "type": "custom",
        **_MARK,
    }
    function = wire(
        {"name": either(*_NAMES), "input_schema": json_schemas()}, described
    )
    domains = {"allowed_domains": ["a.example"]}
    search = wire(
        {"type": "web_search_20250305", "name": "web_search"},
        {
            "max_uses": 2,
            **domains,
            "user_location": {"type": "approximate", "city": "Paris"},
        },
    )
    fetch = wire(
        {"type": "web_fetch_20250910", "name": "web_fetch"},
        {**domains, "citations": {"enabled": True}, "max_content_tokens": 9},
    )
    others = either(
        ("code_execution_20250825", "code_execution"),
        ("bash_20250124", "bash"),
        ("text_editor_20250728", "str_replace_based_edit_tool"),
        ("memory_20250818", "memory"),
        ("tool_search_tool_bm25_20251119", "tool_search_tool_bm25"),
    ).flatmap(lambda row: wire({"type": row[0], "name": row[1]}, {}))
    screen = {"display_width_px": 10, "display_height_px": 10}
    computer = wire({"type": "computer_20250124", "name": "computer", **screen}, {})
    mcp = wire({"type": "mcp_toolset", "mcp_server_name": "docs"}, {})
    unknown = wire({"type": "x_tool_20990101", "name": "x"}, {})
    return st.one_of(
        function, function, function, search, fetch, others, computer, mcp, unknown
    )


_CHOICE: Final = wire(
    {"type": either("auto", "any", "none")}, {"disable_parallel_tool_use": flags}, 1
)
_THINKING: Final = either(
    {"type": "enabled", "budget_tokens": 2048},
    {"type": "enabled", "budget_tokens": 1024, "display": "omitted"},
    {"type": "adaptive"},
    {"type": "adaptive", "display": "summarized"},
    {"type": "disabled"},
)
_OUTPUT: Final = wire(
    {},
    {
        "effort": either("low", "high", "max"),
        "format": wire({"type": "json_schema", "schema": json_schemas()}, {}, 1),
        "task_budget": {"type": "tokens", "total": 9},
    },
)
_EDITS: Final = either(
    {"edits": [{"type": "clear_tool_uses_20250919"}]},
    {"edits": [{"type": "compact_20260112", "trigger": {"type": "input_tokens"}}]},
    {"edits": []},
)
_FIELDS: Final[dict[str, Any]] = {
    "temperature": fractions,
    "top_p": fractions,
    "top_k": st.integers(1, 40),
    "stop_sequences": few(either("END", "###"), 1),
    "thinking": _THINKING,
    "output_config": _OUTPUT,
    "metadata": wire({}, {"user_id": said()}, 1),
    "service_tier": either("auto", "standard_only"),
    "stream": flags,
    "context_management": _EDITS,
    "mcp_servers": [{"type": "url", "url": "https://a.example/", "name": "docs"}],
    "container": either("cntr_1", {"id": "cntr_1", "skills": []}),
    "inference_geo": "eu",
    "speed": "fast",
    **_MARK,
}


@st.composite
def requests(draw: st.DrawFn) -> dict[str, Any]:
    """
    Draw request bodies.

    Args:
        draw: Hypothesis's draw; leave it out when calling.

    Returns:
        Objects with at most four breakpoints, as the API takes them.
    """
    required: dict[str, Any] = {
        "model": either("m", "claude-opus-5"),
        "max_tokens": either(4096, 64000),
        "messages": _messages(),
    }
    optional = dict(_FIELDS)
    if draw(flags):
        required["system"] = said() | few(_plain_text(), 1)
    if draw(flags):
        declared = st.lists(
            _tools(), max_size=2, unique_by=lambda tool: tool.get("name", "")
        )
        required["tools"] = draw(declared)
        if required["tools"]:
            optional["tool_choice"] = _CHOICE
    return draw(wire(required, optional, 5))


# --- responses ----------------------------------------------------------------------

_STOPS: Final[tuple[tuple[str, str | None], ...]] = (
    ("end_turn", None),
    ("max_tokens", None),
    ("stop_sequence", "END"),
    ("pause_turn", None),
    ("refusal", None),
    ("model_context_window_exceeded", None),
    ("compaction", None),
    ("x_reason", None),
)


@st.composite
def _usages(draw: st.DrawFn) -> dict[str, Any]:
    counts = st.integers(0, 1000)
    usage: dict[str, Any] = {
        "input_tokens": draw(counts),
        "output_tokens": draw(counts),
    }
    if draw(flags):
        short, long = draw(counts), draw(counts)
        usage["cache_creation_input_tokens"] = short + long
        usage["cache_read_input_tokens"] = draw(counts)
        if draw(flags):
            usage["cache_creation"] = {
                "ephemeral_5m_input_tokens": short,
                "ephemeral_1h_input_tokens": long,
            }
    more = {
        "service_tier": either("standard", "priority", "batch"),
        "server_tool_use": {"web_search_requests": 2, "web_fetch_requests": 1},
        "output_tokens_details": {"thinking_tokens": 0},
        "inference_geo": "eu",
    }
    return {**usage, **draw(wire({}, more))}


@st.composite
def responses(draw: st.DrawFn) -> dict[str, Any]:
    """
    Draw response bodies that are no errors.

    Args:
        draw: Hypothesis's draw; leave it out when calling.

    Returns:
        Objects.
    """
    content = draw(_said(0)) + draw(_calls(0, 0))
    reason, stop = draw(st.sampled_from(_STOPS))
    if any(block["type"] == "tool_use" for block in content):
        reason, stop = "tool_use", None
    return draw(
        wire(
            {
                "id": "resp_1",
                "type": "message",
                "role": "assistant",
                "model": either("m", "claude-opus-5"),
                "content": content,
                "stop_reason": reason,
                "stop_sequence": stop,
                "usage": _usages(),
            },
            {
                "container": {"id": "cntr_1", "expires_at": "2026-11-21T10:00:00Z"},
                "stop_details": wire({"type": "refusal"}, {"category": "x"}),
                "context_management": {"applied_edits": []},
                "deep": json_values(),
            },
        )
    )
