"""
Bodies of `gemini-generate` as JSON: requests and responses.

Source:
    wire/gemini_generate.md sections 1, 3, 4 and 6, read 2026-11-21.
"""

from __future__ import annotations

import functools
from typing import Any, Final

from hypothesis import strategies as st

from modelwire.testing._strategy_values import json_objects, json_schemas, texts
from modelwire.testing._wire_gemini_parts import (
    answers,
    call_parts,
    model_parts,
    result_part,
    user_parts,
)
from modelwire.testing._wire_values import (
    either,
    few,
    flags,
    fractions,
    labels,
    said,
    wire,
)

__all__ = ["choices", "requests", "responses", "spoken", "tools", "usages"]

Objects = st.SearchStrategy[dict[str, Any]]

# --- the conversation ---------------------------------------------------------------


@st.composite
def _contents(draw: st.DrawFn) -> list[dict[str, Any]]:
    out = [_content("user", draw(few(user_parts(), 1)))]
    for number in range(draw(st.integers(0, 2))):
        said_ = draw(model_parts(number))
        if draw(flags):
            out.append(_content("model", said_ or [{"text": "a"}]))
            out.append(_content("user", draw(few(user_parts(), 1))))
            continue
        numbered = draw(flags)
        calls = [
            _named(part, f"call_{number}{place}" if numbered else None)
            for place, part in enumerate(
                draw(st.lists(call_parts(numbered=numbered), min_size=1, max_size=2))
            )
        ]
        out.append(_content("model", [*said_, *calls]))
        results = [_result(draw, part["functionCall"]) for part in calls]
        role = draw(either("user", "user", "function"))
        if role == "user" and draw(flags):
            results += draw(few(user_parts()))
        out.append(_content(role, results))
    return out


def _content(role: str, parts: list[dict[str, Any]]) -> dict[str, Any]:
    return {"role": role, "parts": parts}


def _named(part: dict[str, Any], id_: str | None) -> dict[str, Any]:
    if id_ is None:
        return part
    return {**part, "functionCall": {**part["functionCall"], "id": id_}}


def _result(draw: st.DrawFn, call: dict[str, Any]) -> dict[str, Any]:
    part = dict(draw(result_part()))
    inner = {**part["functionResponse"], "name": call["name"]}
    if "id" in call and draw(st.integers(0, 5)):
        inner["id"] = call["id"]
    part["functionResponse"] = inner
    return part


def spoken(role: str) -> Objects:
    """
    Give requests of one message.

    Args:
        role: Its role in the IR; there are no developers here.

    Returns:
        Bodies.
    """
    if role in ("system", "developer"):
        texts_ = few(st.fixed_dictionaries({"text": texts()}), 1)
        return texts_.map(
            lambda parts: {"systemInstruction": {"parts": parts}, "contents": []}
        )
    if role == "assistant":
        parts: Any = answers().filter(bool)
    elif role == "tool":
        call = {"name": "f", "id": "call_1"}
        parts = st.composite(lambda draw: [_result(draw, call)])()
    else:
        parts = few(user_parts(), 1)
    word = {"assistant": "model", "tool": "function"}.get(role, "user")
    bodies: Objects = parts.map(lambda found: {"contents": [_content(word, found)]})
    return bodies


# --- tools --------------------------------------------------------------------------

_NAMES: Final = ("get_weather", "f", "a-b_C9", "search")
_OWN_SCHEMA: Final = either(
    {"type": "OBJECT", "properties": {"n": {"type": "INTEGER", "nullable": True}}},
    {"type": "object", "properties": {"n": {"type": "string"}}, "required": ["n"]},
)
_OWN_TOOLS: Final[dict[str, Any]] = {
    "googleSearch": wire({}, {"excludeDomains": ["a.example"], "searchTypes": {}}),
    "googleSearchRetrieval": {"dynamicRetrievalConfig": {"mode": "MODE_DYNAMIC"}},
    "urlContext": {},
    "codeExecution": {},
    "fileSearch": {"fileSearchStoreNames": ["fileSearchStores/a"], "topK": 3},
    "googleMaps": {"enableWidget": True},
    "computerUse": {"environment": "ENVIRONMENT_BROWSER"},
    "enterpriseWebSearch": wire({}, {"excludeDomains": ["a.example"]}),
    "retrieval": {"vertexRagStore": {"ragResources": []}},
    "xNewTool": {"a": 1},
}


@functools.cache
def tools() -> Objects:
    """Give tools: functions, the API's own, MCP servers."""
    name = either(*_NAMES)
    described = {"description": texts(), "behavior": "BLOCKING", "response": {}}
    function = st.one_of(
        wire({"name": name}, described),
        wire({"name": name, "parametersJsonSchema": json_schemas()}, described),
        wire({"name": name, "parameters": _OWN_SCHEMA}, described),
    )
    functions = st.lists(
        function, min_size=1, max_size=2, unique_by=lambda tool: tool["name"]
    )
    own = either(*_OWN_TOOLS).flatmap(lambda kind: wire({kind: _OWN_TOOLS[kind]}))
    server = wire(
        {"name": "docs", "streamableHttpTransport": {"url": "https://a.example/"}}, {}
    )
    return st.one_of(
        st.fixed_dictionaries({"functionDeclarations": functions}),
        st.fixed_dictionaries({"functionDeclarations": functions}),
        own,
        st.fixed_dictionaries({"mcpServers": few(server, 1)}),
    )


@functools.cache
def choices() -> Objects:
    """Give `toolConfig`."""
    names = st.lists(either(*_NAMES), min_size=1, max_size=2, unique=True)
    mode = either("AUTO", "ANY", "NONE", "VALIDATED", "X_MODE")
    calling = wire({"mode": mode}, {"allowedFunctionNames": names}, 1)
    return wire(
        {},
        {
            "functionCallingConfig": calling,
            "retrievalConfig": {"languageCode": "de"},
            "includeServerSideToolInvocations": flags,
        },
    )


# --- requests -----------------------------------------------------------------------

_VOICE: Final = {"prebuiltVoiceConfig": {"voiceName": "Kore"}}
_CONFIG: Final[dict[str, Any]] = {
    "candidateCount": st.integers(1, 3),
    "stopSequences": st.lists(said(), min_size=1, max_size=2),
    "maxOutputTokens": either(1, 4096),
    "temperature": fractions,
    "topP": fractions,
    "topK": st.integers(1, 40),
    "seed": st.integers(-(2**31), 2**31 - 1),
    "presencePenalty": either(-0.5, 2),
    "frequencyPenalty": either(-2, 0.5),
    "responseLogprobs": flags,
    "logprobs": st.integers(0, 20),
    "responseMimeType": either(
        "application/json", "text/plain", "text/x.enum", "application/x-yaml"
    ),
    "responseSchema": _OWN_SCHEMA,
    "responseJsonSchema": json_schemas(),
    "responseModalities": either(["TEXT"], ["TEXT", "IMAGE"], ["AUDIO"]),
    "speechConfig": either(
        {"voiceConfig": _VOICE},
        {"voiceConfig": _VOICE, "languageCode": "de"},
        {"multiSpeakerVoiceConfig": {"speakerVoiceConfigs": []}},
    ),
    "thinkingConfig": wire({}, {"includeThoughts": flags, "thinkingBudget": -1})
    | wire({}, {"includeThoughts": flags, "thinkingLevel": either("LOW", "high")}),
    "imageConfig": {"aspectRatio": "1:1"},
    "mediaResolution": "MEDIA_RESOLUTION_LOW",
    "audioTimestamp": flags,
}
_REQUEST_FIELDS: Final[dict[str, Any]] = {
    "systemInstruction": wire(
        {"parts": few(st.fixed_dictionaries({"text": texts()}), 1)},
        {"role": either("user", "system")},
        1,
    ),
    "safetySettings": few(
        wire({"category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_NONE"}, {})
    ),
    "cachedContent": "cachedContents/abc",
    "labels": labels,
    "serviceTier": either("flex", "standard", "priority"),
    "store": flags,
    "modelArmorConfig": {"promptTemplateName": "x"},
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
    required: dict[str, Any] = {"contents": _contents()}
    if draw(flags):
        required["tools"] = few(tools())
        required["toolConfig"] = choices()
    if draw(flags):
        required["generationConfig"] = wire({}, _CONFIG, 5)
    body = draw(wire(required, _REQUEST_FIELDS, 4))
    if draw(st.integers(0, 7)) == 0 and "systemInstruction" in body:
        body["system_instruction"] = body.pop("systemInstruction")
    return body


# --- responses ----------------------------------------------------------------------


@st.composite
def usages(draw: st.DrawFn) -> dict[str, Any]:
    """
    Draw usage that adds up.

    Args:
        draw: Hypothesis's draw; leave it out when calling.

    Returns:
        `usageMetadata`.
    """
    counts = st.integers(0, 1000)
    prompt, answer = draw(counts), draw(counts)
    out: dict[str, Any] = {"promptTokenCount": prompt, "candidatesTokenCount": answer}
    total = prompt + answer
    for name in ("thoughtsTokenCount", "toolUsePromptTokenCount"):
        if draw(flags):
            out[name] = draw(counts)
            total += out[name]
    if draw(flags):
        out["cachedContentTokenCount"] = draw(st.integers(0, prompt))
    if draw(flags):
        rows = [{"modality": "TEXT", "tokenCount": prompt}]
        if draw(flags):
            rows.append({"modality": draw(either("AUDIO", "IMAGE")), "tokenCount": 3})
        out["promptTokensDetails"] = rows
    if draw(st.integers(0, 3)) == 0:
        out["trafficType"] = draw(either("ON_DEMAND", "PROVISIONED_THROUGHPUT"))
    if draw(flags):
        out["totalTokenCount"] = total
    return out


_REASONS: Final = (
    "STOP", "STOP", "MAX_TOKENS", "SAFETY", "RECITATION", "OTHER",
    "MALFORMED_FUNCTION_CALL", "CONTINUATION", "X_NEW_REASON",
)  # fmt: skip
_RATING: Final = {"category": "HARM_CATEGORY_HARASSMENT", "probability": "LOW"}
_CHUNK: Final = either(
    {"web": {"uri": "https://a.example/", "title": "ü"}},
    {"web": {"uri": "https://b.example/", "domain": "b.example"}},
    {"retrievedContext": {"title": "doc", "text": "cited"}},
    {"maps": {"uri": "https://maps.example/", "title": "m", "placeId": "p"}},
)
_TOKEN: Final = {"token": texts(), "logProbability": either(-0.5, -1, 0.0)}


@st.composite
def _logprobs(draw: st.DrawFn) -> dict[str, Any]:
    chosen = draw(few(wire(_TOKEN, {"tokenId": 7}, 1), 1))
    out: dict[str, Any] = {"chosenCandidates": chosen}
    if draw(flags):
        row = wire({"candidates": few(wire(_TOKEN))})
        out["topCandidates"] = [draw(row) for _ in chosen]
    return out


@st.composite
def _grounding(draw: st.DrawFn, parts: list[dict[str, Any]]) -> dict[str, Any]:
    """Draw metadata that point into the texts of *parts*."""
    out: dict[str, Any] = draw(
        wire({}, {"webSearchQueries": ["q"], "searchEntryPoint": {"sdkBlob": "AA=="}})
    )
    chunks = draw(few(_CHUNK))
    if chunks:
        out["groundingChunks"] = chunks
        out["groundingSupports"] = [
            {
                "segment": draw(_segment(parts)),
                "groundingChunkIndices": draw(
                    st.lists(st.integers(0, len(chunks) - 1), min_size=1, max_size=2)
                ),
            }
            for _ in range(draw(st.integers(0, 2)))
        ]
    return out


@st.composite
def _segment(draw: st.DrawFn, parts: list[dict[str, Any]]) -> dict[str, Any]:
    places = [
        (place, part["text"])
        for place, part in enumerate(parts)
        if isinstance(part.get("text"), str) and part.get("thought") is not True
    ]
    place, text = draw(st.sampled_from(places)) if places else (0, "")
    data = text.encode("utf-8", "surrogatepass")
    ends = [
        len(text[:n].encode("utf-8", "surrogatepass")) for n in range(len(text) + 1)
    ]
    start, end = sorted(draw(st.lists(st.sampled_from(ends), min_size=2, max_size=2)))
    out: dict[str, Any] = {"endIndex": end}
    if start:
        out["startIndex"] = start
    if place:
        out["partIndex"] = place
    if draw(flags):
        out["text"] = data[start:end].decode("utf-8", "surrogatepass")
    return out


_CITATION: Final = wire(
    {"uri": "https://a.example/"},
    {"title": texts(), "license": "MIT", "startIndex": 0, "endIndex": 2},
)


@st.composite
def _candidates(draw: st.DrawFn, index: int) -> dict[str, Any]:
    parts = draw(answers(index))
    content = draw(wire({"role": "model", "parts": parts}, {}, 1))
    out: dict[str, Any] = draw(
        wire(
            {"content": content, "finishReason": st.sampled_from(_REASONS)},
            {
                "finishMessage": texts(),
                "safetyRatings": [_RATING],
                "citationMetadata": st.fixed_dictionaries(
                    {"citationSources": few(_CITATION, 1)}
                ),
                "groundingMetadata": _grounding(parts),
                "urlContextMetadata": {"urlMetadata": []},
                "avgLogprobs": -0.5,
                "logprobsResult": _logprobs(),
                "tokenCount": 7,
            },
            3,
        )
    )
    if index or draw(flags):
        out["index"] = index
    return out


_RESPONSE_FIELDS: Final[dict[str, Any]] = {
    "usageMetadata": usages(),
    "promptFeedback": {"safetyRatings": [_RATING]},
    "createTime": either("2026-11-21T10:00:00Z", "2026-11-21T10:00:00.123456Z"),
    "modelStatus": json_objects(),
}


@st.composite
def responses(draw: st.DrawFn) -> dict[str, Any]:
    """
    Draw response bodies that are no errors.

    Args:
        draw: Hypothesis's draw; leave it out when calling.

    Returns:
        Objects: one candidate or several, or a prompt that was blocked.
    """
    about = {
        "modelVersion": either("m", "gemini-3-pro"),
        "responseId": "resp_1",
    }
    if draw(st.integers(0, 7)) == 0:
        reason = draw(either("SAFETY", "PROHIBITED_CONTENT", "X_REASON"))
        feedback = {"blockReason": reason, "safetyRatings": [_RATING]}
        return draw(
            wire({**about, "promptFeedback": feedback}, {"usageMetadata": usages()}, 1)
        )
    count = draw(st.integers(1, 2))
    rows = [draw(_candidates(index)) for index in range(count)]
    return draw(wire({"candidates": rows, **about}, _RESPONSE_FIELDS))
