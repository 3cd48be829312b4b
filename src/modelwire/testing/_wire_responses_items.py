"""
Items of `openai-responses` as JSON: what stands in `input` and in `output`.

Source:
    wire/openai_responses.md sections 2 and 3 and its appendix, read 2026-11-21.
"""

from __future__ import annotations

import functools
from typing import Any, Final

from hypothesis import strategies as st

from modelwire.testing._strategy_values import (
    BASE64,
    arguments,
    json_objects,
    json_values,
    texts,
)
from modelwire.testing._wire_values import either, few, flags, said, wire

__all__ = [
    "CALLS",
    "HOSTED",
    "SHELLS",
    "caller_messages",
    "calls",
    "contents",
    "hosted",
    "inputs",
    "logprobs",
    "model_messages",
    "notes",
    "reasoning",
    "results",
    "string_messages",
    "unknown_items",
]

Objects = st.SearchStrategy[dict[str, Any]]

_URL: Final = either("https://a.example/", "https://b.example/?q=ü")
_STATUS: Final = either("in_progress", "completed", "incomplete")
_NAME: Final = either("get_weather", "f", "a-b_C9", "search")
_CALLER: Final = either({"type": "direct"}, {"type": "program", "caller_id": "p_1"})


@functools.cache
def _data_uri(*media_types: str) -> st.SearchStrategy[str]:
    return st.tuples(either(*media_types), either(*BASE64)).map(
        lambda pair: f"data:{pair[0]};base64,{pair[1]}"
    )


# --- content ------------------------------------------------------------------------


@functools.cache
def _breakpoints() -> Objects:
    return wire({"mode": "explicit"}, {"ttl": either("30m", "12h")})


@functools.cache
def inputs(*, message: bool) -> Objects:
    """Give content parts of a caller: of a message, or (without) of a result."""
    cached = {"prompt_cache_breakpoint": _breakpoints()}
    detail = either("auto", "low", "high", "original")
    text = wire({"type": "input_text", "text": texts()}, cached, 1)
    image = wire({"type": "input_image"}, {"detail": detail, **cached})
    file = wire({"type": "input_file"}, {"filename": either("a.pdf", "ü.txt"),
        "detail": either("auto", "low", "high"), **cached})  # fmt: skip
    images = st.tuples(
        image,
        st.fixed_dictionaries(
            {"image_url": _data_uri("image/png", "image/jpeg") | _URL}
        )
        | st.just({"file_id": "file_1"}),
    )
    data = _data_uri("application/pdf", "text/plain") | either("aGk=")
    files = st.tuples(
        file,
        st.fixed_dictionaries({"file_data": data})
        | st.fixed_dictionaries({"file_url": _URL})
        | st.just({"file_id": "file_2"}),
    )
    known = st.one_of(text, (images | files).map(lambda two: {**two[0], **two[1]}))
    if message:
        return known | wire({"type": "input_x_unknown"}, {"text": texts()})
    return known


@functools.cache
def notes() -> Objects:
    """Give the four kinds of annotations, and an unknown one."""
    span = {"start_index": st.integers(0, 3), "end_index": st.integers(3, 9)}
    container = {"container_id": "cntr_1", "file_id": "cfile_1", "filename": "a.csv"}
    return st.one_of(
        wire({"type": "url_citation", "url": _URL, "title": texts(), **span}, {}),
        wire({"type": "file_citation", "file_id": "file_1", "filename": "a.pdf",
              "index": st.integers(0, 9)}, {}),
        wire({"type": "container_file_citation", **container, **span}, {}),
        wire({"type": "file_path", "file_id": "file_1", "index": 1}, {}),
        wire({"type": "x_citation"}, {"url": _URL}),
    )  # fmt: skip


@functools.cache
def logprobs() -> st.SearchStrategy[list[Any]]:
    """Give lists of tokens with their log probabilities."""
    fields = {
        "token": texts(),
        "bytes": few(st.integers(0, 255)),
        "logprob": either(-0.5, -12.25, 0.0, -1),
    }
    token = wire({**fields, "top_logprobs": few(wire(fields))}, {}, 1)
    return few(token, 1)


@functools.cache
def contents(*, reply: bool = True) -> Objects:
    """Give content parts of the model; a *reply* has what the server always writes."""
    always = {"annotations": few(notes())}
    if reply:
        always["logprobs"] = st.just([]) | logprobs()
    text = wire({"type": "output_text", "text": texts(), **always}, {}, 1)
    refusal = wire({"type": "refusal", "refusal": texts()}, {}, 1)
    unknown = wire({"type": "output_x_unknown"}, {"text": texts()})
    return st.one_of(text, text, text, refusal, unknown)


# --- messages and reasoning ---------------------------------------------------------


@functools.cache
def caller_messages(role: str) -> Objects:
    """Give messages of a user, system or developer."""
    some = texts() | few(inputs(message=True), 1)
    return wire(
        {"role": role, "content": some},
        {"type": "message", "id": "msg_0", "status": _STATUS},
    )


@functools.cache
def string_messages() -> Objects:
    """Give the short forms of a message of the model in a history."""
    return wire(
        {"role": "assistant", "content": texts()},
        {"type": "message", "id": "msg_0", "phase": _PHASE, "status": _STATUS},
    )


_PHASE: Final = either("commentary", "final_answer")


@functools.cache
def model_messages(*, reply: bool = True) -> Objects:
    """Give messages of the model with a list of content."""
    always: dict[str, Any] = {
        "type": "message",
        "id": "msg_0",
        "role": "assistant",
        "status": _STATUS,
        "content": few(contents(reply=reply), 1),
    }
    return wire(always, {"phase": _PHASE})


@functools.cache
def reasoning(*, reply: bool = True) -> Objects:
    """Give reasoning items; in a history an id may be missing."""
    summary = few(st.builds(lambda t: {"type": "summary_text", "text": t}, texts()))
    content = few(st.builds(lambda t: {"type": "reasoning_text", "text": t}, said()), 1)
    odd = few(wire({"type": "summary_x", "text": texts()}), 1)
    ident = {"id": "rs_0"} if reply else {}
    more = {} if reply else {"id": "rs_0"}
    return wire(
        {"type": "reasoning", "summary": summary, **ident},
        {
            **more,
            "content": content | odd,
            "encrypted_content": either("gAAAAAB=", "x"),
            "status": _STATUS,
        },
    )


# --- calls that the caller answers --------------------------------------------------

CALLS: Final = (
    "function_call", "custom_tool_call", "computer_call", "local_shell_call",
    "shell_call", "apply_patch_call", "tool_search_call", "mcp_approval_request",
)  # fmt: skip
"""Items that wait for the caller."""


@functools.cache
def calls(kind: str, *, reply: bool = True) -> Objects:
    """
    Give calls of one type.

    Args:
        kind: One of `CALLS`.
        reply: Whether they are output, which has an id and a status.

    Returns:
        Items.
    """
    required: dict[str, Any] = {"type": kind, "call_id": "call_0"}
    optional: dict[str, Any] = {"status": _STATUS, "id": "fc_0"}
    fields = _CALL_FIELDS[kind]
    if reply or kind in ("computer_call", "local_shell_call", "mcp_approval_request"):
        required["id"] = optional.pop("id")
    if kind == "mcp_approval_request":
        del required["call_id"], optional["status"]
    elif kind == "custom_tool_call":
        del optional["status"]
    elif reply or kind in ("computer_call", "local_shell_call", "apply_patch_call"):
        required["status"] = optional.pop("status")
    if kind == "function_call":
        optional |= {"namespace": "ns", "caller": _CALLER, "async": flags}
    if kind == "computer_call":
        both = wire({**required, **fields, "action": _ACTION}, optional)
        many = wire({**required, **fields, "actions": few(_ACTION, 1)}, optional)
        return both | many
    return wire({**required, **fields}, optional)


_ACTION: Final = either(
    {"type": "screenshot"},
    {"type": "click", "button": "left", "x": 1, "y": 2},
    {"type": "type", "text": "ü"},
)
_SHELL: Final = wire({"commands": few(said(), 1)}, {"timeout_ms": 10}, 1)
_EXEC: Final = wire({"type": "exec", "command": few(said(), 1), "env": {}}, {}, 1)
_PATCH: Final = either(
    {"type": "create_file", "path": "a.py", "diff": "+x"},
    {"type": "delete_file", "path": "a.py"},
)
_CALL_FIELDS: Final[dict[str, dict[str, Any]]] = {
    "function_call": {"name": _NAME, "arguments": arguments(None)},
    "custom_tool_call": {"name": _NAME, "input": texts()},
    "computer_call": {
        "pending_safety_checks": either([], [{"id": "sc_1", "code": "x"}])
    },
    "local_shell_call": {"action": _EXEC},
    "shell_call": {"action": _SHELL},
    "apply_patch_call": {"operation": _PATCH},
    "tool_search_call": {"arguments": json_objects(), "execution": "client"},
    "mcp_approval_request": {
        "server_label": "docs",
        "name": _NAME,
        "arguments": arguments(None),
    },
}

# --- results of the caller ----------------------------------------------------------


@functools.cache
def results(kind: str) -> Objects:
    """
    Give the result of a call.

    Args:
        kind: The type of the call, one of `CALLS`.

    Returns:
        Items; the ids of their calls are to be put in.
    """
    output: Any = texts() | few(inputs(message=False))
    ident = {"id": "out_0", "status": _STATUS}
    if kind == "function_call":
        more = {**ident, "name": _NAME, "namespace": "ns", "caller": _CALLER}
        return wire({"type": "function_call_output", "output": output}, more)
    if kind == "custom_tool_call":
        return wire({"type": "custom_tool_call_output", "output": output}, ident)
    if kind == "computer_call":
        shot = wire(
            {"type": "computer_screenshot"}, {"image_url": _URL, "file_id": "file_1"}
        )
        seen = {"acknowledged_safety_checks": [{"id": "sc_1"}]}
        return wire({"type": "computer_call_output", "output": shot}, {**ident, **seen})
    if kind == "local_shell_call":
        return wire(
            {"type": "local_shell_call_output", "output": texts()},
            {"status": _STATUS},
        )
    if kind == "shell_call":
        return wire(
            {"type": "shell_call_output", "output": few(_PRINTED)},
            {**ident, "max_output_length": 100},
        )
    if kind == "apply_patch_call":
        return wire(
            {
                "type": "apply_patch_call_output",
                "status": either("completed", "failed"),
            },
            {"id": "out_0", "output": texts()},
        )
    if kind == "tool_search_call":
        tools = few(wire({"type": "function", "name": _NAME, "parameters": {}}))
        return wire(
            {"type": "tool_search_output", "tools": tools, "execution": "client"},
            ident,
        )
    return wire(
        {"type": "mcp_approval_response", "approve": flags},
        {"id": "out_0", "reason": texts()},
    )


_PRINTED: Final = wire(
    {
        "stdout": texts(),
        "stderr": texts(),
        "outcome": either({"type": "exit", "exit_code": 1}, {"type": "timeout"}),
    },
    {},
    1,
)

# --- what OpenAI runs ---------------------------------------------------------------

HOSTED: Final = (
    "web_search_call", "file_search_call", "code_interpreter_call",
    "image_generation_call", "mcp_call", "mcp_list_tools", "shell_call",
    "tool_search_call", "compaction",
)  # fmt: skip
"""Items of tools that OpenAI runs, and of its own context edits."""

SHELLS: Final = {
    "shell_call": "shell_call_output",
    "tool_search_call": "tool_search_output",
}
"""Calls whose results OpenAI gives in items of their own."""


@functools.cache
def hosted(kind: str) -> Objects:
    """Give items of one type of `HOSTED`."""
    required, optional = _HOSTED_FIELDS[kind]
    return wire({"type": kind, "id": "x_0", **required}, optional)


_FOUND: Final = wire(
    {"file_id": "file_1"},
    {"filename": "a.pdf", "score": 0.5, "text": texts(), "attributes": {"a": 1}},
)
_SEARCHES: Final = either(
    {"type": "search", "query": "q", "sources": [{"type": "url", "url": "https://a"}]},
    {"type": "open_page", "url": "https://a.example/"},
    {"type": "find_in_page", "pattern": "x", "url": "https://a.example/"},
)
_CONTAINER: Final = {"type": "container_reference", "container_id": "cntr_1"}
_HOSTED_FIELDS: Final[dict[str, tuple[dict[str, Any], dict[str, Any]]]] = {
    "web_search_call": (
        {"status": either("searching", "completed", "failed"), "action": _SEARCHES},
        {"results": few(json_objects(), 1)},
    ),
    "file_search_call": (
        {"status": _STATUS, "queries": few(said())},
        {"results": few(_FOUND)},
    ),
    "code_interpreter_call": (
        {"status": _STATUS, "container_id": "cntr_1"},
        {
            "code": texts(),
            "outputs": few(either({"type": "logs", "logs": "ü"}), 1),
        },
    ),
    "image_generation_call": (
        {"status": either("generating", "completed", "failed")},
        {
            "size": either("1024x1024", None),
            "result": either(*BASE64[1:]),
            "output_format": "webp",
            "quality": "low",
            "revised_prompt": texts(),
        },
    ),
    "mcp_call": (
        {"server_label": "docs", "name": _NAME, "arguments": arguments(None)},
        {
            "status": either("calling", "completed", "failed"),
            "output": texts(),
            "error": {"type": "http_error", "code": 500, "message": "x"},
            "approval_request_id": "mcpr_1",
        },
    ),
    "mcp_list_tools": (
        {
            "server_label": "docs",
            "tools": few(wire({"name": _NAME, "input_schema": {}}, {})),
        },
        {"error": texts()},
    ),
    "shell_call": (
        {
            "call_id": "call_0",
            "status": _STATUS,
            "action": _SHELL,
            "environment": _CONTAINER,
        },
        {},
    ),
    "tool_search_call": (
        {"status": _STATUS, "arguments": json_objects(), "execution": "server"},
        {"call_id": "call_0"},
    ),
    "compaction": (
        {"encrypted_content": either("gAAAAAB=", "x")},
        {"created_by": "model"},
    ),
}


@functools.cache
def unknown_items(*, reply: bool = True) -> Objects:
    """Give items that the codec does not know, and references to stored ones."""
    unknown = wire({"type": "x_item", "id": "x_0"}, {"deep": json_values()})
    program = wire(
        {"type": "program", "id": "x_0", "call_id": "call_0", "code": texts()}
    )
    if reply:
        return unknown | program
    return st.one_of(
        unknown,
        program,
        st.just({"type": "item_reference", "id": "msg_9"}),
        st.just({"id": "msg_9"}),
        st.just({"type": "configuration_update", "reasoning": {"effort": "low"}}),
    )
