"""
A request body of `openai-chat`, from bytes to the IR.

It takes the bytes that a client sent and gives a `ChatRequest`, or every fault of the
body in one `RequestDecodeError`.

Source:
    wire/openai_chat.md sections 1 to 4, read 2026-11-21.
"""

from __future__ import annotations

import re
from typing import Final

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
from modelwire.codecs.openai_chat._message_decode import decode_message
from modelwire.codecs.openai_chat._message_decode_fast import fast_message
from modelwire.codecs.openai_chat._parts_decode import content_parts, fault
from modelwire.codecs.openai_chat._profiles import DEFAULT_PROFILE
from modelwire.codecs.openai_chat._tools_decode import (
    decode_choice,
    decode_function,
    decode_legacy_choice,
    decode_tool,
    decode_web_search,
)
from modelwire.codecs.openai_chat._tools_decode_fast import fast_tool
from modelwire.codecs.openai_chat._wire import DIALECT, OWN, extra_of
from modelwire.errors import Problem, RequestDecodeError
from modelwire.ir._base import JSONObject
from modelwire.ir._messages import Message
from modelwire.ir._parts import Part, TextPart
from modelwire.ir._request import (
    AudioOutput,
    ChatRequest,
    Prediction,
    ReasoningConfig,
    ResponseFormat,
)
from modelwire.ir._tools import Tool, ToolChoice

__all__ = ["decode_request"]

_DEPLOYMENT: Final = r"/deployments/([^/?]+)/"


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
        path: The URL's path; Azure's dated form has the model in it.
        query: The URL's query; nothing is read from it.
        headers: The request's headers; protocol headers are kept.
        profile: The variant; its seed field is read.

    Returns:
        The request, with every unknown field in `extra`.

    Raises:
        RequestDecodeError: The body is not a request; all problems are in it.

    Shapes:
        `{"model": …, "messages": [{"role": …, "content": …}], …}`, with `functions`
        and `function_call` of the time before tools too.
    """
    del query
    problems: list[Problem] = []
    parsed = request_object(body, DIALECT, too_deep=True)
    request = _read(Reader(parsed, "$", problems), path, headers, profile)
    if problems:
        raise RequestDecodeError(tuple(problems), dialect=DIALECT)
    return request


def _read(reader: Reader, path: str, headers: Headers, profile: Profile) -> ChatRequest:
    problems = reader.problems
    notes: JSONObject = {}
    nested: JSONObject = {}
    deployment = re.search(_DEPLOYMENT, path) if "/deployments/" in path else None
    model = reader.string("model", required=deployment is None)
    if model is None and deployment is not None:
        model = deployment.group(1)
        notes["model"] = "path"
    system, messages = _messages(reader)
    stream = reader.boolean("stream") or False
    options = reader.mapping("stream_options")
    include_usage = None
    if options is not None:
        sub = Reader(options, "$.stream_options", problems)
        include_usage = sub.boolean("include_usage")
        nested["stream_options"] = sub.left
        if not options:
            notes["stream_options"] = "empty"
    # Reading order is the order of the problems, so tools come before their choice.
    tools = _tools(reader, notes)
    choice = _choice(reader, notes)
    return ChatRequest(
        model=model or "",
        messages=messages,
        system=system,
        tools=tools,
        tool_choice=choice,
        parallel_tool_calls=reader.boolean("parallel_tool_calls"),
        max_output_tokens=_max_tokens(reader, notes),
        temperature=reader.number("temperature"),
        top_p=reader.number("top_p"),
        seed=_seed(reader, notes, profile),
        stop_sequences=_stop(reader, notes),
        frequency_penalty=reader.number("frequency_penalty"),
        presence_penalty=reader.number("presence_penalty"),
        logit_bias=_logit_bias(reader),
        logprobs=_logprobs(reader),
        top_logprobs=reader.integer("top_logprobs"),
        candidate_count=reader.integer("n"),
        response_format=_response_format(reader),
        reasoning=_reasoning(reader),
        modalities=reader.strings("modalities"),
        audio_output=_audio(reader),
        stream=stream,
        include_usage=include_usage,
        metadata=take_metadata(reader),
        user_id=take_user(reader, notes),
        service_tier=reader.string("service_tier"),
        store=reader.boolean("store"),
        cache=take_cache_policy(reader, notes, OWN),
        verbosity=reader.string("verbosity"),
        prediction=_prediction(reader),
        headers=keep_headers(headers),
        extra=extra_of(reader, notes, nested),
    )


def _messages(reader: Reader) -> tuple[tuple[Message, ...], tuple[Message, ...]]:
    """Read the messages and part the leading system and developer ones off."""
    items = reader.array("messages", required=True) or []
    out: list[Message] = []
    for index, item in enumerate(items):
        message = fast_message(item)
        if message is None:
            message = decode_message(item, f"$.messages[{index}]", reader.problems)
        if message is not None:
            out.append(message)
    leading = 0
    for message in out:
        if message.role not in ("system", "developer"):
            break
        leading += 1
    return tuple(out[:leading]), tuple(out[leading:])


# --- tools --------------------------------------------------------------------------


def _tools(reader: Reader, notes: JSONObject) -> tuple[Tool, ...]:
    out: list[Tool] = []
    problems = reader.problems
    tools = reader.array("tools")
    if tools is not None:
        for index, item in enumerate(tools):
            tool: Tool | None = fast_tool(item)
            if tool is None:
                tool = decode_tool(item, f"$.tools[{index}]", problems)
            if tool is not None:
                out.append(tool)
    elif "functions" in reader.left:
        functions = reader.array("functions") or []
        notes["tools"] = "functions"
        for index, item in enumerate(functions):
            path = f"$.functions[{index}]"
            if isinstance(item, dict):
                out.append(decode_function(Reader(item, path, problems)))
            else:
                fault(problems, path, "object", describe(item))
    search = reader.mapping("web_search_options")
    if search is not None:
        out.append(decode_web_search(search, "$.web_search_options", problems))
    return tuple(out)


def _choice(reader: Reader, notes: JSONObject) -> ToolChoice | None:
    left = reader.left
    if left.get("tool_choice") is not None:
        return decode_choice(left.pop("tool_choice"), "$.tool_choice", reader.problems)
    if left.get("function_call") is not None:
        notes["tool_choice"] = "function_call"
        return decode_legacy_choice(
            left.pop("function_call"), "$.function_call", reader.problems
        )
    return None


# --- single fields ------------------------------------------------------------------


def _max_tokens(reader: Reader, notes: JSONObject) -> int | None:
    """Read the limit by either name; where both stand, the newer one counts."""
    value = reader.integer("max_completion_tokens")
    if value is not None:
        return value
    value = reader.integer("max_tokens")
    if value is not None:
        notes["max_output_tokens"] = "max_tokens"
    return value


def _seed(reader: Reader, notes: JSONObject, profile: Profile) -> int | None:
    value = reader.integer("seed")
    if value is None and profile.seed_field != "seed":
        value = reader.integer(profile.seed_field)
        if value is not None:
            notes["seed"] = profile.seed_field
    return value


def _stop(reader: Reader, notes: JSONObject) -> tuple[str, ...]:
    value = reader.left.get("stop")
    if isinstance(value, str):
        del reader.left["stop"]
        notes["stop_sequences"] = "string"
        return (value,)
    return reader.strings("stop") or ()


def _logit_bias(reader: Reader) -> dict[str, float] | None:
    value = reader.mapping("logit_bias")
    if value is None:
        return None
    for key, bias in value.items():
        if isinstance(bias, bool) or not isinstance(bias, int | float):
            reader.fault(f"logit_bias[{key[:20]!r}]", "number", describe(bias))
    return value


def _logprobs(reader: Reader) -> bool | None:
    # Together counts the tokens here; its number stays an unknown field.
    value = reader.left.get("logprobs")
    if type(value) is int:
        return None
    return reader.boolean("logprobs")


def _reasoning(reader: Reader) -> ReasoningConfig | None:
    effort = reader.string("reasoning_effort")
    return None if effort is None else ReasoningConfig(effort=effort)


def _audio(reader: Reader) -> AudioOutput | None:
    value = reader.mapping("audio")
    if value is None:
        return None
    sub = Reader(value, "$.audio", reader.problems)
    name = sub.string("format", required=True) or ""
    voice = sub.take("voice")
    if not isinstance(voice, str | dict):
        sub.fault("voice", "string or object", describe(voice))
        voice = ""
    return AudioOutput(format=name, voice=voice, extra=extra_of(sub))


def _prediction(reader: Reader) -> Prediction | None:
    value = reader.left.get("prediction")
    if not isinstance(value, dict) or value.get("type") != "content":
        if value is not None and not isinstance(value, dict):
            reader.fault("prediction", "object", describe(value))
        return None
    del reader.left["prediction"]
    sub = Reader(value, "$.prediction", reader.problems)
    del sub.left["type"]
    content = sub.take("content")
    notes: JSONObject = {}
    parts: tuple[Part, ...] = ()
    if isinstance(content, str):
        parts = (TextPart(text=content),)
    elif isinstance(content, list):
        notes["content"] = "array"
        found = content_parts(content, "$.prediction.content", reader.problems)
        parts = tuple(found)
    else:
        sub.fault("content", "string or array", describe(content))
    return Prediction(parts=parts, extra=extra_of(sub, notes))


def _response_format(reader: Reader) -> ResponseFormat | None:
    value = reader.mapping("response_format")
    if value is None:
        return None
    sub = Reader(value, "$.response_format", reader.problems)
    kind = value.get("type")
    if kind in ("text", "json_object"):
        del sub.left["type"]
        return ResponseFormat(kind=kind, extra=extra_of(sub))
    if kind == "json_schema":
        inner = sub.mapping("json_schema", required=True)
        if inner is None:
            return None
        del sub.left["type"]
        return _json_schema(
            Reader(inner, "$.response_format.json_schema", reader.problems), sub
        )
    if not isinstance(kind, str):
        sub.fault("type", "string", describe(kind))
        return None
    return ResponseFormat(kind="unknown", extra={DIALECT: dict(value)})


def _json_schema(reader: Reader, outer: Reader) -> ResponseFormat:
    # Perplexity needs no name (recorded: ruby_llm__chat-with-params-perplexity-sonar-
    # supports-json-schema-response-format-param; test_schema_without_name).
    name = reader.string("name")
    return ResponseFormat(
        kind="json_schema",
        name=name,
        description=reader.string("description"),
        schema=reader.mapping("schema"),
        strict=reader.boolean("strict"),
        extra=extra_of(
            outer,
            {"name": "absent"} if name is None else None,
            {"json_schema": reader.left},
        ),
    )
