"""
Bodies of `openai-chat` as JSON, with what compatible servers and older clients add.

`_strategy_parts` and its siblings draw this dialect's usual values; here is the rest:
legacy functions, reasoning in its four spellings, media of other vendors, notes.

Source:
    wire/openai_chat.md and wire/openai_compatible.md, read 2026-11-21.
"""

from __future__ import annotations

import functools
from typing import Any, Final

from hypothesis import strategies as st

from modelwire.testing._strategy_values import (
    BASE64,
    arguments,
    json_objects,
    json_schemas,
    texts,
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

__all__ = ["requests", "responses"]

Objects = st.SearchStrategy[dict[str, Any]]

_NAMES: Final = ("get_weather", "f", "a-b_C9", "search")
_URL: Final = either("https://a.example/x.png", "https://b.example/?q=ü")
_BREAKPOINT: Final = either(
    {"prompt_cache_breakpoint": {"mode": "explicit", "ttl": "30m"}},
    {"cache_control": {"type": "ephemeral"}},
    {},
    {},
)


def _data_uri(*media_types: str) -> st.SearchStrategy[str]:
    return st.tuples(either(*media_types), either(*BASE64)).map(
        lambda pair: f"data:{pair[0]};base64,{pair[1]}"
    )


# --- content ------------------------------------------------------------------------


def _marked(part: Objects) -> Objects:
    return st.tuples(part, _BREAKPOINT).map(lambda two: {**two[0], **two[1]})


@functools.cache
def _content_parts() -> Objects:
    """Give content parts of a user."""
    url = _URL | _data_uri("image/png", "image/jpeg")
    image = wire({"url": url}, {"detail": either("auto", "low", "high", "original")})
    file = either(
        {"file_id": "file_1"},
        {"file_data": "data:application/pdf;base64,aGk=", "filename": "a.pdf"},
        {"file_data": "data:application/pdf;base64,aGk="},
    )
    audio = wire({"data": either(*BASE64), "format": either("wav", "mp3", "opus")})
    known = st.one_of(
        wire({"type": "text", "text": texts()}, {}),
        wire({"type": "text", "text": texts()}, {}),
        wire({"type": "image_url", "image_url": image | _URL}, {}),
        wire({"type": "file", "file": file}, {}),
        wire({"type": "input_audio", "input_audio": audio}, {}),
        wire({"type": "video_url", "video_url": wire({"url": _URL}, {})}, {}),
    )
    return _marked(known) | wire({"type": "x_part"}, {"text": texts()})


@functools.cache
def _notes() -> Objects:
    span = {"start_index": 0, "end_index": st.integers(1, 9)}
    cited = wire({"url": _URL, "title": texts(), **span}, {})
    return wire({"type": "url_citation", "url_citation": cited}, {}, 1)


@functools.cache
def _details() -> Objects:
    """Give reasoning details, as OpenRouter has them."""
    return st.one_of(
        wire(
            {"type": "reasoning.text", "text": said()},
            {"signature": "sig", "id": "rd_1", "index": 0, "format": "x"},
        ),
        wire({"type": "reasoning.summary", "summary": said()}, {"id": "rd_1"}),
        wire({"type": "reasoning.encrypted", "data": "gAAA"}, {"id": "rd_1"}),
        wire({"type": "reasoning.x", "a": 1}),
    )


@functools.cache
def _thinking() -> Objects:
    """Give a content item of Mistral's reasoning."""
    inner = few(st.fixed_dictionaries({"type": st.just("text"), "text": said()}), 1)
    return wire({"type": "thinking", "thinking": inner}, {"signature": "sig"}, 1)


# --- messages -----------------------------------------------------------------------


@st.composite
def _call(draw: st.DrawFn, number: int) -> dict[str, Any]:
    fields = {"id": f"call_{number:02d}"}
    if draw(st.integers(0, 3)) == 0:
        custom = {"name": either(*_NAMES), "input": texts()}
        return draw(wire({**fields, "type": "custom", "custom": wire(custom)}, {}))
    text = arguments("openai-chat")
    function = wire({"name": either(*_NAMES), "arguments": text}, {}, 1)
    optional = {"extra_content": {"google": {"thought_signature": "c2ln"}}, "index": 0}
    return draw(wire({**fields, "type": "function", "function": function}, optional))


@st.composite
def _thoughts(draw: st.DrawFn) -> dict[str, Any]:
    """Draw the fields of a message that hold reasoning."""
    kind = draw(st.integers(0, 7))
    text = draw(said())
    if kind == 0:
        return {"reasoning_content": text}
    if kind == 1:
        return {"reasoning": text}
    if kind == 2:
        return {"reasoning": text, "reasoning_content": text}
    if kind == 3:
        return {"reasoning_details": draw(few(_details(), 1))}
    return {}


@st.composite
def _assistants(draw: st.DrawFn, number: int, *, calls: int) -> dict[str, Any]:
    """Draw a message of the model in a history."""
    out: dict[str, Any] = {"role": "assistant", **draw(_thoughts())}
    content = draw(st.integers(0, 3))
    if content == 0:
        out["content"] = draw(
            few(
                st.one_of(
                    wire({"type": "text", "text": texts()}, {}),
                    wire({"type": "refusal", "refusal": texts()}),
                    _thinking(),
                ),
                1,
            )
        )
    elif content == 1 and calls:
        out["content"] = None
    else:
        out["content"] = draw(texts())
    if calls:
        out["tool_calls"] = [draw(_call(number + n)) for n in range(calls)]
    elif draw(st.integers(0, 3)) == 0:
        out["refusal"] = draw(said())
    if draw(st.integers(0, 5)) == 0:
        out["name"] = "bob"
    if draw(st.integers(0, 5)) == 0:
        out["x_unknown"] = draw(json_objects())
    return out


@st.composite
def _messages(draw: st.DrawFn) -> list[dict[str, Any]]:
    some = texts() | few(_content_parts(), 1)
    plain = texts() | few(wire({"type": "text", "text": texts()}, {}), 1)
    out = [
        draw(wire({"role": role, "content": plain}, {"name": "alice"}, 1))
        for role in draw(few(either("system", "developer")))
    ]
    out.append(draw(wire({"role": "user", "content": some}, {"name": "alice"}, 1)))
    number = 0
    for kind in draw(st.lists(either("say", "call", "legacy", "system"), max_size=3)):
        if kind == "say":
            out.append(draw(_assistants(number, calls=0)))
        elif kind == "system":
            out.append(draw(wire({"role": "system", "content": plain})))
        elif kind == "legacy":
            name = draw(either(*_NAMES))
            call = {"name": name, "arguments": draw(arguments("openai-chat"))}
            out.append({"role": "assistant", "content": None, "function_call": call})
            answer = {"role": "function", "name": name, "content": draw(texts())}
            out.append(answer)
        else:
            calls = draw(st.integers(1, 2))
            message = draw(_assistants(number, calls=calls))
            out.append(message)
            number += calls
            for call in message["tool_calls"]:
                fields = {"role": "tool", "tool_call_id": call["id"], "content": plain}
                out.append(draw(wire(fields, {"name": "f"}, 2)))
        if draw(flags):
            out.append(draw(wire({"role": "user", "content": some}, {}, 1)))
    return out


# --- requests -----------------------------------------------------------------------


@functools.cache
def _tools() -> Objects:
    inner = wire(
        {"name": either(*_NAMES)},
        {"description": texts(), "parameters": json_schemas(), "strict": flags},
    )
    formats = either(
        {"type": "text"},
        {"type": "grammar", "grammar": {"syntax": "regex", "definition": "a+"}},
    )
    custom = wire({"name": either(*_NAMES)}, {"format": formats})
    return st.one_of(
        wire(
            {"type": "function", "function": inner},
            {"cache_control": {"type": "ephemeral", "ttl": "1h"}},
        ),
        wire({"type": "custom", "custom": custom}),
        wire({"type": "x_tool", "x": 1}),
    )


_CHOICE: Final = either(
    "auto",
    "none",
    "required",
    {"type": "function", "function": {"name": "f"}},
    {"type": "custom", "custom": {"name": "f"}},
    {
        "type": "allowed_tools",
        "allowed_tools": {
            "mode": "auto",
            "tools": [{"type": "function", "function": {"name": "f"}}],
        },
    },
    {"type": "x"},
)
_SCHEMA: Final = wire(
    {"name": "answer", "schema": json_schemas()},
    {"description": texts(), "strict": flags},
)
_FORMAT: Final = wire({"type": "json_schema", "json_schema": _SCHEMA}, {}, 1) | either(
    {"type": "text"}, {"type": "json_object"}, {"type": "x_grammar", "grammar": "g"}
)
_SEARCH: Final = wire(
    {},
    {
        "search_context_size": either("low", "high"),
        "user_location": {"type": "approximate", "approximate": {"city": "Paris"}},
    },
)
_FIELDS: Final[dict[str, Any]] = {
    "max_tokens": either(1, 4096),
    "max_completion_tokens": either(1, 4096),
    "temperature": fractions,
    "top_p": fractions,
    "seed": st.integers(-(2**63), 2**63 - 1),
    "stop": either("END", ["END", "###"]),
    "frequency_penalty": either(-2, 0.5),
    "presence_penalty": either(-0.5, 2),
    "logit_bias": {"50256": -100},
    "logprobs": flags,
    "top_logprobs": st.integers(0, 20),
    "n": st.integers(1, 3),
    "response_format": _FORMAT,
    "reasoning_effort": either("none", "minimal", "low", "xhigh", "max"),
    "modalities": either(["text"], ["text", "audio"]),
    "audio": wire({"format": "wav", "voice": either("alloy", {"id": "v_1"})}, {}),
    "stream": flags,
    "stream_options": either({}, {"include_usage": True}, {"include_obfuscation": 0}),
    "metadata": labels,
    "user": said(),
    "safety_identifier": said(),
    "service_tier": either("auto", "flex", "x_tier"),
    "store": flags,
    "verbosity": either("low", "high"),
    "prediction": wire({"type": "content", "content": texts()}, {}, 1),
    "prompt_cache_key": said(),
    "prompt_cache_retention": either("24h", "in_memory"),
    "prompt_cache_options": wire({}, {"mode": "explicit", "ttl": "30m"}),
    "parallel_tool_calls": flags,
    "web_search_options": _SEARCH,
    # Of other servers.
    "top_k": st.integers(1, 40),
    "min_p": 0.1,
    "repetition_penalty": 1.1,
    "reasoning": {"effort": "low"},
    "provider": {"order": ["a"]},
    "models": ["a", "b"],
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
    required: dict[str, Any] = {
        "model": either("m", "gpt-5.2"),
        "messages": _messages(),
    }
    optional = dict(_FIELDS)
    declared = draw(st.integers(0, 3))
    if declared == 0:
        inner = wire({"name": either(*_NAMES)}, {"parameters": json_schemas()})
        required["functions"] = few(inner, 1)
        optional["function_call"] = either("auto", "none", {"name": "f"})
    elif declared == 1:
        required["tools"] = few(_tools())
        optional["tool_choice"] = _CHOICE
    return draw(wire(required, optional, 5))


# --- responses ----------------------------------------------------------------------


@st.composite
def _answers(draw: st.DrawFn) -> dict[str, Any]:
    """Draw the message of a choice."""
    out: dict[str, Any] = {"role": "assistant", "content": draw(st.none() | texts())}
    if draw(flags):
        out["refusal"] = draw(st.none() | said())
    out |= draw(_thoughts())
    if out["content"] and draw(st.integers(0, 3)) == 0:
        out["annotations"] = draw(few(_notes()))
    if draw(st.integers(0, 5)) == 0:
        out["audio"] = {
            "id": "audio_1",
            "data": draw(either(*BASE64[1:])),
            "transcript": draw(texts()),
            "expires_at": draw(times),
        }
    calls = draw(st.sampled_from((0, 0, 1, 2)))
    if calls:
        out["tool_calls"] = [draw(_call(n)) for n in range(calls)]
    if draw(st.integers(0, 5)) == 0:
        out["x_unknown"] = draw(json_objects())
    return out


_TOKEN: Final = {"token": texts(), "logprob": either(-0.5, -1)}
_LOGPROBS: Final = wire(
    {
        "content": few(
            wire(
                {
                    **_TOKEN,
                    "bytes": st.none() | few(st.integers(0, 255)),
                    "top_logprobs": few(wire({**_TOKEN, "bytes": None})),
                },
                {},
                1,
            ),
            1,
        )
    }
)


@st.composite
def _choices(draw: st.DrawFn, index: int) -> dict[str, Any]:
    message = draw(_answers())
    reason = draw(either("stop", "length", "content_filter", "x_reason"))
    if message.get("tool_calls"):
        reason = "tool_calls"
    return draw(
        wire(
            {"index": index, "message": message, "finish_reason": reason},
            {"logprobs": _LOGPROBS, "content_filter_results": {"hate": {"x": 1}}},
        )
    )


@st.composite
def _usages(draw: st.DrawFn) -> dict[str, Any]:
    counts = st.integers(0, 1000)
    read, rest, out = draw(counts), draw(counts), draw(counts)
    into = read + rest
    details = {"cached_tokens": read, "audio_tokens": 0}
    usage: dict[str, Any] = {
        "prompt_tokens": into,
        "completion_tokens": out,
        "total_tokens": into + out,
    }
    if draw(flags):
        usage["prompt_tokens_details"] = details
    if draw(flags):
        reasoning = draw(st.integers(0, out))
        usage["completion_tokens_details"] = {"reasoning_tokens": reasoning}
    if draw(st.integers(0, 3)) == 0:
        usage |= draw(wire({}, {"cost": 0.5, "x_usage": {"a": 1}}))
    return usage


@st.composite
def responses(draw: st.DrawFn) -> dict[str, Any]:
    """
    Draw response bodies that are no errors.

    Args:
        draw: Hypothesis's draw; leave it out when calling.

    Returns:
        Objects.
    """
    count = draw(st.integers(1, 2))
    required = {
        "id": "resp_1",
        "object": "chat.completion",
        "created": times,
        "model": either("m", "gpt-5.2"),
        "choices": [draw(_choices(index)) for index in range(count)],
    }
    optional = {
        "usage": _usages(),
        "system_fingerprint": "fp_1",
        "service_tier": either("default", "flex", "x_tier"),
        "citations": ["https://a.example/"],
        "provider": "x",
    }
    return draw(wire(required, optional))
