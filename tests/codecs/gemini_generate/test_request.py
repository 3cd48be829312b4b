"""Requests of `gemini-generate`: both ways, and what other dialects lose on the way."""

from __future__ import annotations

import pytest
from tests.codecs.gemini_generate._request_support import (
    HELLO,
    ask,
    codes,
    decode,
    encode,
)

import modelwire.codecs.gemini_generate as gg
from modelwire.errors import RequestDecodeError
from modelwire.ir import (
    CacheBreakpoint,
    CachePolicy,
    ChatRequest,
    FunctionTool,
    LossCode,
    Message,
    ReasoningConfig,
    ResponseFormat,
    TextPart,
    ToolChoice,
)

# --- path ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "model", "stream"),
    [
        ("/v1beta/models/gemini-2.5-pro:generateContent", "gemini-2.5-pro", False),
        ("/v1/models/gemini-2.5-pro:streamGenerateContent", "gemini-2.5-pro", True),
        (
            "/v1beta1/projects/p/publishers/google/models/g:streamGenerateContent?alt=sse",
            "g",
            True,
        ),
        (
            "/google-vertex/v1beta1/publishers/google/models/g:generateContent",
            "g",
            False,
        ),
        ("/v1beta/tunedModels/mine:generateContent", "tunedModels/mine", False),
        ("/v1beta/models/a%2Fb:generateContent", "a/b", False),
        ("/v1beta/models/gemma:2b:generateContent", "gemma:2b", False),
        ("/elsewhere", "", False),
        ("", "", False),
    ],
)
def test_path_names_model_and_stream(path, model, stream):
    request = decode({"contents": [HELLO]}, path=path)
    assert (request.model, request.stream) == (model, stream)


@pytest.mark.parametrize(
    ("model", "stream", "path"),
    [
        ("gemini-2.5-pro", False, "/v1beta/models/gemini-2.5-pro:generateContent"),
        ("models/g", True, "/v1beta/models/g:streamGenerateContent"),
        ("tunedModels/mine", False, "/v1beta/tunedModels/mine:generateContent"),
        ("../../x?y#z", False, "/v1beta/models/..%2F..%2Fx%3Fy%23z:generateContent"),
    ],
)
def test_model_stays_in_its_segment(model, stream, path):
    encoded, _ = encode(ask(model=model, stream=stream))
    assert encoded.path == path
    assert encoded.query == ((("alt", "sse"),) if stream else ())
    assert dict(encoded.headers) == {"content-type": "application/json"}


def test_vertex_profile_names_the_publisher():
    encoded, _ = encode(ask(), profile=gg.PROFILES["vertex"])
    assert encoded.path == (
        "/v1beta1/publishers/google/models/gemini-2.5-flash:generateContent"
    )


@pytest.mark.parametrize(
    ("query", "framing"),
    [("", "json_array"), ("alt=sse", None), ("key=k", "json_array")],
)
def test_framing_is_noted(query, framing):
    request = decode(
        {"contents": [HELLO]}, "/v1beta/models/g:streamGenerateContent", query
    )
    notes = request.extra.get(gg.DIALECT, {}).get("$spelling", {})
    assert notes.get("framing") == framing


# --- decoding -----------------------------------------------------------------------


def test_snake_case_is_read_and_camel_case_written():
    body = {
        "contents": [
            {
                "role": "user",
                "parts": [
                    {"inline_data": {"mime_type": "image/png", "data": "aGk="}},
                    {"text": "x", "thought_signature": "c2ln"},
                ],
            }
        ],
        "system_instruction": {"parts": [{"text": "be brief"}]},
        "generation_config": {
            "max_output_tokens": 5,
            "top_k": 40.0,
            "thinking_config": {"include_thoughts": True, "thinking_budget": 0},
            "response_mime_type": "application/json",
            "response_json_schema": {"type": "object", "properties": {"a_b": {}}},
        },
        "tools": [
            {
                "function_declarations": [
                    {"name": "f", "parameters": {"type": "OBJECT"}}
                ]
            },
            {"google_search": {}},
        ],
        "tool_config": {
            "function_calling_config": {"mode": "ANY", "allowed_function_names": ["f"]}
        },
        "safety_settings": [{"category": "C", "threshold": "OFF"}],
    }
    request = decode(body)
    assert request.top_k == 40
    assert request.reasoning == ReasoningConfig(budget_tokens=0, display="summarized")
    assert request.tool_choice == ToolChoice(mode="tool", name="f")
    encoded, out = encode(request)
    assert encoded.losses == ()
    assert out["systemInstruction"] == {"parts": [{"text": "be brief"}]}
    part = out["contents"][0]["parts"][0]
    assert part == {"inlineData": {"mimeType": "image/png", "data": "aGk="}}
    assert out["generationConfig"]["responseJsonSchema"]["properties"] == {"a_b": {}}
    assert out["tools"][0]["functionDeclarations"][0]["parameters"] == {
        "type": "OBJECT"
    }
    assert out["tools"][1] == {"googleSearch": {}}


def test_parts_as_one_object():
    request = decode({"contents": {"parts": {"text": "Hi"}}})
    assert request.messages == (Message(role="user", parts=(TextPart(text="Hi"),)),)


def test_base64_of_either_alphabet():
    data = "_-8A"
    body = {"contents": [{"role": "user", "parts": [
        {"inlineData": {"mimeType": "image/png", "data": data}},
        {"inlineData": {"mimeType": "image/png", "data": "_-8"}},
    ]}]}  # fmt: skip
    request = decode(body)
    sources = [part.source.data for part in request.messages[0].parts]
    assert sources == ["/+8A", "/+8="]
    _, out = encode(request)
    assert out["contents"] == body["contents"]


def test_every_fault_is_reported():
    body = {
        "contents": [{"role": 1, "parts": [{"text": 2}, "x"]}, 3],
        "generationConfig": {"temperature": "hot", "seed": 1.5},
        "tools": {},
    }
    with pytest.raises(RequestDecodeError) as caught:
        decode(body)
    assert {p.path for p in caught.value.problems} == {
        "$.contents[0].role",
        "$.contents[0].parts[0].text",
        "$.contents[0].parts[1]",
        "$.contents[1]",
        "$.generationConfig.temperature",
        "$.generationConfig.seed",
        "$.tools",
    }


@pytest.mark.parametrize("body", [b"", b"[]", b"nope", b"{}"])
def test_no_request(body):
    with pytest.raises(RequestDecodeError):
        gg.decode_request(body)


def test_unknown_things_are_kept():
    body = {
        "contents": [
            {
                "role": "user",
                "parts": [{"hologram": {"x": 1}}, {"text": "a", "new": 2}],
            },
            {"role": "invalid_role", "parts": [{"text": "b"}]},
        ],
        "newField": [1],
        "generationConfig": {"imageConfig": {"aspectRatio": "1:1"}},
        "toolConfig": {"retrievalConfig": {"languageCode": "de"}},
        "tools": [
            {"newTool": {"a": 1}},
            {"fileSearch": {"fileSearchStoreNames": ["s"]}},
        ],
    }
    encoded, out = encode(decode(body))
    assert encoded.losses == ()
    assert out == body


# --- instructions -------------------------------------------------------------------


def test_instructions():
    system = (
        Message(role="system", parts=(TextPart(text="a"),)),
        Message(role="developer", parts=(TextPart(text="b"),)),
    )
    encoded, out = encode(ask(system=system))
    assert out["systemInstruction"] == {"parts": [{"text": "a"}, {"text": "b"}]}
    assert {loss.code for loss in encoded.losses} == {
        LossCode.SYS_LEADING,
        LossCode.ROLE_DEVELOPER,
    }
    _, out = encode(ChatRequest(model="g", system=system[:1]))
    assert out["contents"] == [{"role": "user", "parts": [{"text": " "}]}]


def test_instructions_in_the_middle():
    request = ChatRequest(
        model="g",
        messages=(
            Message(role="user", parts=(TextPart(text="Hi"),)),
            Message(role="system", parts=(TextPart(text="Be brief."),)),
        ),
    )
    encoded, out = encode(request)
    assert out["contents"][1] == {
        "role": "user",
        "parts": [{"text": "<system>\nBe brief.\n</system>"}],
    }
    assert (LossCode.SYS_MID, "$.messages[1]") in codes(encoded)


def test_empty_text_is_left_out():
    encoded, out = encode(ask(TextPart(text=""), TextPart(text="x")))
    assert out["contents"][0]["parts"] == [{"text": "x"}]
    assert [loss.severity for loss in encoded.losses] == ["cosmetic"]


# --- parameters ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "reasoning", "written"),
    [
        ("gemini-3-pro", {"effort": "high"}, {"thinkingLevel": "HIGH"}),
        ("gemini-3-pro", {"effort": "none"}, {"thinkingLevel": "MINIMAL"}),
        ("gemini-3-pro", {"effort": "max"}, {"thinkingLevel": "XHIGH"}),
        ("gemini-2.5-pro", {"effort": "medium"}, {"thinkingBudget": 8192}),
        ("gemini-2.5-pro", {"effort": "none"}, {"thinkingBudget": 0}),
        ("gemini-2.5-pro", {"effort": "max"}, {"thinkingBudget": -1}),
        ("gemini-2.5-pro", {"budget_tokens": 5}, {"thinkingBudget": 5}),
        (
            "gemini-2.5-pro",
            {"mode": "enabled", "budget_tokens": 5},
            {"thinkingBudget": 5, "includeThoughts": True},
        ),
        ("gemini-2.5-pro", {"mode": "disabled"}, {"thinkingBudget": 0}),
        (
            "gemini-2.5-pro",
            {"mode": "adaptive", "display": "omitted"},
            {"thinkingBudget": -1, "includeThoughts": False},
        ),
        ("g", {"effort": "low", "display": "detailed"},
         {"thinkingLevel": "LOW", "includeThoughts": True}),
    ],
)  # fmt: skip
def test_reasoning(model, reasoning, written):
    request = ask(model=model, reasoning=ReasoningConfig(**reasoning))
    _, out = encode(request)
    assert out["generationConfig"]["thinkingConfig"] == written


def test_all_parameters_round_trip():
    body = {
        "contents": [HELLO],
        "generationConfig": {
            "candidateCount": 2, "stopSequences": ["x"], "maxOutputTokens": 9,
            "temperature": 1.5, "topP": 0.5, "topK": 3, "seed": 7,
            "presencePenalty": 0.1, "frequencyPenalty": -0.1,
            "responseLogprobs": True, "logprobs": 4,
            "responseModalities": ["TEXT", "AUDIO"],
            "speechConfig": {
                "voiceConfig": {"prebuiltVoiceConfig": {"voiceName": "Kore"}},
                "languageCode": "de-DE",
            },
            "thinkingConfig": {"thinkingLevel": "LOW", "includeThoughts": False},
            "mediaResolution": "MEDIA_RESOLUTION_LOW",
        },
        "safetySettings": [{"category": "C", "threshold": "OFF"}],
        "cachedContent": "cachedContents/1",
        "labels": {"team": "a"},
        "serviceTier": "flex",
        "store": False,
    }  # fmt: skip
    request = decode(body)
    assert request.candidate_count == 2
    assert request.modalities == ("text", "audio")
    assert request.audio_output.voice == "Kore"
    assert request.metadata == {"team": "a"}
    encoded, out = encode(request)
    assert encoded.losses == ()
    assert out == body


def test_what_the_api_does_not_have_is_reported():
    request = ask(
        TextPart(text="Hi", cache=CacheBreakpoint()),
        user_id="u",
        metadata={"a": "b"},
        min_p=0.1,
        logit_bias={"1": 2},
        verbosity="low",
        parallel_tool_calls=False,
        seed=2**40,
        stop_sequences=tuple("abcdefg"),
        service_tier="default",
        headers=(("openai-beta", "x"),),
    )
    encoded, out = encode(request)
    assert {loss.code for loss in encoded.losses} == {
        LossCode.CACHE_BREAKPOINT,
        LossCode.META_USER,
        LossCode.META_KV,
        LossCode.PARAM_MIN_P_TYPICAL_P_REPETITION,
        LossCode.PARAM_LOGIT_BIAS,
        LossCode.PARAM_VERBOSITY,
        LossCode.TOOL_PARALLEL_DISABLE,
        LossCode.PARAM_SEED,
        LossCode.PARAM_STOP,
        LossCode.SVC_SERVICE_TIER,
    }
    assert out["generationConfig"]["stopSequences"] == list("abcde")
    assert out["serviceTier"] == "standard"
    _, out = encode(request, profile=gg.PROFILES["vertex"])
    assert out["labels"] == {"a": "b"}


def test_golden_request():
    request = ChatRequest(
        model="gemini-2.5-flash",
        system=(Message(role="system", parts=(TextPart(text="S"),)),),
        messages=(Message(role="user", parts=(TextPart(text="Größe?"),)),),
        tools=(
            FunctionTool(name="f", description="d", input_schema={"type": "object"}),
        ),
        tool_choice=ToolChoice(mode="auto"),
        temperature=0.5,
        stream=True,
    )
    encoded = gg.encode_request(request)
    assert encoded.body.decode() == (
        '{"systemInstruction":{"parts":[{"text":"S"}]},'
        '"contents":[{"role":"user","parts":[{"text":"Größe?"}]}],'
        '"tools":[{"functionDeclarations":[{"name":"f","description":"d",'
        '"parametersJsonSchema":{"type":"object"}}]}],'
        '"toolConfig":{"functionCallingConfig":{"mode":"AUTO"}},'
        '"generationConfig":{"temperature":0.5}}'
    )


OF_PARAMETERS = [
    ("a cache policy of another dialect",
     {"cache": CachePolicy(extra={"openai-chat": {"a": 1, "$b": 1}})},
     ["$.cache.extra['openai-chat'].a"]),
    ("an empty cache policy", {"cache": CachePolicy()}, ["$.cache"]),
    ("a format that only names a type",
     {"response_format": ResponseFormat(
         kind="unknown",
         extra={"gemini-generate": {"responseMimeType": "text/x", "$spelling": {}}})},
     []),
    ("a format without a type",
     {"response_format": ResponseFormat(
         kind="unknown", extra={"gemini-generate": {"rules": [1]}})},
     ["$.response_format.extra['gemini-generate'].rules", "$.response_format"]),
    ("a schema beside any object",
     {"response_format": ResponseFormat(kind="json_object", schema={"type": "object"})},
     ["$.response_format.schema"]),
    ("an unknown field of a format",
     {"response_format": ResponseFormat(
         kind="json_object", extra={"gemini-generate": {"rules": [1]}})},
     ["$.response_format.extra['gemini-generate'].rules"]),
    ("a display that nobody knows", {"reasoning": ReasoningConfig(display="sung")},
     ["$.reasoning.display", "$.reasoning"]),
    ("an effort that nobody knows", {"reasoning": ReasoningConfig(effort="heroic")},
     ["$.reasoning.effort"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "lost"),
    [row[1:] for row in OF_PARAMETERS],
    ids=[row[0] for row in OF_PARAMETERS],
)
def test_what_a_parameter_cannot_say_is_reported(fields, lost):
    encoded, _ = encode(ask(**fields))
    assert [loss.path for loss in encoded.losses] == lost


def test_the_first_of_two_spellings_is_the_apis_own():
    config = {"max_output_tokens": 5, "maxOutputTokens": 9, "topK": 1}
    request = decode({"contents": [HELLO], "generationConfig": config})
    assert (request.max_output_tokens, request.top_k) == (9, 1)
