"""
A request body of `openai-responses`, from bytes to the IR.

It takes the bytes that a client sent and gives a `ChatRequest`, or every fault of the
body in one `RequestDecodeError`.

Source:
    wire/openai_responses.md sections 1, 2 and 4, read 2026-11-21.
"""

from __future__ import annotations

from typing import Any, Final

from modelwire.codecs._base import Headers
from modelwire.codecs._openai_headers import keep_headers
from modelwire.codecs._openai_params import (
    take_cache_policy,
    take_metadata,
    take_user,
)
from modelwire.codecs._profile import Profile
from modelwire.codecs._reader import Reader, describe
from modelwire.codecs._request_body import request_object
from modelwire.codecs.openai_responses._messages_decode import decode_conversation
from modelwire.codecs.openai_responses._messages_fast import fast_function
from modelwire.codecs.openai_responses._profiles import DEFAULT_PROFILE
from modelwire.codecs.openai_responses._tools import decode_choice, decode_tool
from modelwire.codecs.openai_responses._wire import (
    DIALECT,
    OWN,
    extra_with,
)
from modelwire.errors import Problem, RequestDecodeError
from modelwire.ir._base import JSONObject
from modelwire.ir._request import (
    ChatRequest,
    ReasoningConfig,
    ResponseFormat,
)
from modelwire.ir._tools import Tool, ToolChoice

__all__ = ["LOGPROBS", "decode_request"]

LOGPROBS: Final = "message.output_text.logprobs"
"""The entry of `include` that asks for log probabilities."""


def decode_request(
    body: bytes,
    *,
    path: str = "",
    query: str = "",
    headers: Headers = (),
    profile: Profile = DEFAULT_PROFILE,
) -> ChatRequest:
    """
    Read a request.

    Args:
        body: The body.
        path: The URL's path; nothing is read from it.
        query: The URL's query; nothing is read from it.
        headers: The request's headers; protocol headers are kept.
        profile: The variant; nothing of it is read.

    Returns:
        The request, with every unknown field in `extra`.

    Raises:
        RequestDecodeError: The body is not a request; all problems are in it.

    Shapes:
        `{"model": …, "input": "…" or [item, …], "instructions": …, …}`.
    """
    del path, query, profile
    problems: list[Problem] = []
    parsed = request_object(body, DIALECT, too_deep=True)
    request = _read(Reader(parsed, "$", problems), headers)
    if problems:
        raise RequestDecodeError(tuple(problems), dialect=DIALECT)
    return request


def _read(reader: Reader, headers: Headers) -> ChatRequest:
    notes: JSONObject = {}
    left = reader.left
    # A prompt template names its model itself.
    model = reader.string("model", required=left.get("prompt") is None)
    if model is None:
        notes["model"] = "absent"
    system, messages = decode_conversation(reader, notes)
    # Reading order is the order of the problems, so tools come before their choice.
    tools = _tools(reader)
    choice = _choice(reader)
    form, verbosity = _text(reader, notes)
    store = reader.boolean("store")
    if store is None:
        notes["store"] = "absent"
    limit = reader.integer("max_output_tokens")
    if limit is not None and limit < DEFAULT_PROFILE.least_max_tokens:
        notes["max_output_tokens"] = "small"
    return ChatRequest(
        model=model or "",
        messages=messages,
        system=system,
        tools=tools,
        tool_choice=choice,
        parallel_tool_calls=reader.boolean("parallel_tool_calls"),
        max_output_tokens=limit,
        temperature=reader.number("temperature"),
        top_p=reader.number("top_p"),
        logprobs=_logprobs(reader),
        top_logprobs=reader.integer("top_logprobs"),
        response_format=form,
        reasoning=_reasoning(reader, notes),
        stream=reader.boolean("stream") or False,
        metadata=take_metadata(reader),
        user_id=take_user(reader, notes),
        service_tier=reader.string("service_tier"),
        store=store,
        previous_response_id=reader.string("previous_response_id"),
        conversation=_conversation(reader),
        truncation=reader.string("truncation"),
        context_management=reader.array("context_management"),
        cache=take_cache_policy(reader, notes, OWN),
        verbosity=verbosity,
        headers=keep_headers(headers),
        extra=extra_with(left, notes),
    )


def _tools(reader: Reader) -> tuple[Tool, ...]:
    tools = reader.array("tools")
    out: list[Tool] = []
    for index, item in enumerate(tools or ()):
        tool = fast_function(item) or decode_tool(item, index, reader)
        if tool is not None:
            out.append(tool)
    return tuple(out)


def _choice(reader: Reader) -> ToolChoice | None:
    value = reader.left.pop("tool_choice", None)
    if value is None:
        return None
    return decode_choice(value, reader)


def _text(
    reader: Reader, notes: JSONObject
) -> tuple[ResponseFormat | None, str | None]:
    """Take `text`: the shape of the answer, and how long it is."""
    text = reader.mapping("text")
    if text is None:
        return None, None
    sub = Reader(text, "$.text", reader.problems)
    form = sub.mapping("format")
    verbosity = sub.string("verbosity")
    found = None
    if form is not None:
        found = _format(Reader(form, "$.text.format", reader.problems))
    rest = {k: v for k, v in sub.left.items() if v is not None}
    if rest:
        reader.left["text"] = rest
    elif form is None and verbosity is None:
        notes["text"] = "empty"
    return found, verbosity


def _format(reader: Reader) -> ResponseFormat | None:
    whole = dict(reader.left)
    kind = reader.left.get("type")
    if kind in ("text", "json_object"):
        del reader.left["type"]
        return ResponseFormat(kind=kind, extra=extra_with(reader.left))
    if kind == "json_schema":
        del reader.left["type"]
        name = reader.string("name")
        return ResponseFormat(
            kind="json_schema",
            name=name,
            description=reader.string("description"),
            schema=reader.mapping("schema"),
            strict=reader.boolean("strict"),
            extra=extra_with(reader.left, {"name": "absent"} if name is None else None),
        )
    if not isinstance(kind, str):
        reader.fault("type", "string", describe(kind))
        return None
    return ResponseFormat(kind="unknown", extra=extra_with(whole))


def _logprobs(reader: Reader) -> bool | None:
    """Take the entry of `include` that asks for log probabilities."""
    include = reader.left.get("include")
    if include is None:
        return None
    if not isinstance(include, list):
        reader.fault("include", "array of strings", describe(include))
        return None
    if LOGPROBS not in include:
        return None
    rest = [entry for entry in include if entry != LOGPROBS]
    if rest:
        reader.left["include"] = rest
    else:
        del reader.left["include"]
    return True


def _reasoning(reader: Reader, notes: JSONObject) -> ReasoningConfig | None:
    value = reader.mapping("reasoning")
    if value is None:
        return None
    sub = Reader(value, "$.reasoning", reader.problems)
    effort = sub.string("effort")
    display = sub.string("summary")
    extra = extra_with(sub.left)
    if effort is None and display is None and not extra:
        notes["reasoning"] = "empty"
        return None
    return ReasoningConfig(effort=effort, display=display, extra=extra)


def _conversation(reader: Reader) -> Any:
    value = reader.left.get("conversation")
    if value is not None and not isinstance(value, str | dict):
        reader.fault("conversation", "string or object", describe(value))
        return None
    return reader.take("conversation")
