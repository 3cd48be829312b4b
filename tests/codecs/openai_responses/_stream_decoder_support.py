"""What the tests of `stream_decoder` share."""

from __future__ import annotations

import json

from hypothesis import strategies as st
from tests.codecs.openai_responses._streams import (
    HEAD,
    USAGE,
    call,
    event,
    folded,
    message,
)

from modelwire.codecs.openai_responses import decode_response

NOTE = {
    "type": "url_citation",
    "url": "https://a.example",
    "title": "A",
    "start_index": 0,
    "end_index": 1,
}


def of(kind, chunks):
    return [chunk for chunk in chunks if type(chunk) is kind]


def parts(chunks):
    return folded(chunks).response.choices[0].message.parts


def whole(*items, **fields):
    """What the plain response says."""
    body = {**HEAD, "status": "completed", "output": list(items), "usage": USAGE}
    return decode_response(json.dumps({**body, **fields}).encode())


def summary(name, index, text, which=0, **fields):
    return event(
        f"reasoning_summary_text.{name}",
        item_id="rs_1",
        output_index=index,
        summary_index=which,
        **{"delta" if name == "delta" else "text": text},
        **fields,
    )


def thought(name, index, text, which=0):
    return event(
        f"reasoning_text.{name}",
        item_id="rs_1",
        output_index=index,
        content_index=which,
        **{"delta" if name == "delta" else "text": text},
    )


def reasoning(summaries=(), texts=(), **fields):
    item = {
        "type": "reasoning",
        "id": "rs_1",
        "summary": [{"type": "summary_text", "text": text} for text in summaries],
    }
    if texts:
        item["content"] = [{"type": "reasoning_text", "text": text} for text in texts]
    return {**item, **fields}


FLAT = {"code": "server_error", "message": "boom", "param": None}


NESTED = {"type": "insufficient_quota", "code": "insufficient_quota", "message": "pay"}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2)
    | st.dictionaries(
        st.sampled_from(
            ["type", "item", "part", "text", "content", "id", "arguments", "summary",
             "response", "output", "annotations", "logprobs", "status", "action"]
        ),
        inner,
        max_size=4,
    ),
    max_leaves=8,
)  # fmt: skip


names = st.sampled_from(
    [
        "created", "in_progress", "completed", "failed", "output_item.added",
        "output_item.done", "content_part.added", "content_part.done",
        "output_text.delta", "output_text.done", "output_text.annotation.added",
        "refusal.delta", "refusal.done", "reasoning_summary_text.delta",
        "reasoning_summary_text.done", "reasoning_text.delta", "reasoning_text.done",
        "function_call_arguments.delta", "function_call_arguments.done",
        "custom_tool_call_input.done", "mcp_call_arguments.delta",
        "code_interpreter_call_code.delta", "shell_call_command.delta",
        "shell_call_output_content.delta", "web_search_call.searching",
        "image_generation_call.partial_image", "audio.delta",
    ]
)  # fmt: skip


KNOWN_ITEMS = [message(), call(), reasoning(["a"], ["b"]),
               {"type": "web_search_call", "id": "w"}, {"type": "mcp_call", "id": "m"},
               {"type": "shell_call_output", "output": []},
               {"type": "compaction", "encrypted_content": "x"}]  # fmt: skip
