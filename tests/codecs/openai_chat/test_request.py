"""Requests of `openai-chat`: reading, writing, and what is lost from elsewhere."""

import json

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from modelwire.codecs import openai_chat
from modelwire.codecs._base import COLLECT
from modelwire.codecs.openai_chat import PROFILES
from modelwire.errors import (
    InvalidIRError,
    RequestDecodeError,
    UnsupportedFeatureError,
)
from modelwire.ir import (
    AudioPart,
    Base64Source,
    CacheBreakpoint,
    CachePolicy,
    ChatRequest,
    CompactionPart,
    CustomTool,
    DocumentPart,
    FileIdSource,
    FunctionTool,
    Grammar,
    ImagePart,
    Message,
    Opaque,
    ReasoningConfig,
    ReasoningPart,
    RefusalPart,
    ResponseFormat,
    SearchResultPart,
    ServerTool,
    TextPart,
    TextSource,
    ToolCallPart,
    ToolChoice,
    ToolResultPart,
    UnknownPart,
    UrlSource,
    VideoPart,
)
from modelwire.testing import assert_accounted, strategies

OWN = "openai-chat"


def decode(**body):
    body.setdefault("model", "m")
    body.setdefault("messages", [])
    return openai_chat.decode_request(json.dumps(body).encode())


def encode(request, profile="openai", **kwargs):
    kwargs.setdefault("on_loss", COLLECT)
    encoded = openai_chat.encode_request(request, profile=PROFILES[profile], **kwargs)
    again = openai_chat.decode_request(encoded.body, profile=PROFILES[profile])
    assert_accounted(request, again, encoded.losses)
    return json.loads(encoded.body), encoded.losses


def same(**body):
    """Assert that *body* comes back as it is, and give its IR."""
    request = decode(**body)
    wire, losses = encode(request)
    assert losses == ()
    body.setdefault("model", "m")
    body.setdefault("messages", [])
    assert wire == body
    return request


def user(*parts, **kwargs):
    return Message(role="user", parts=parts, **kwargs)


def talk(*messages, **kwargs):
    kwargs.setdefault("model", "m")
    return ChatRequest(messages=messages, **kwargs)


def codes(losses):
    return [(str(loss.code), loss.action) for loss in losses]


CALL = ToolCallPart(id="call_1", name="f", arguments='{"a":1}')


# --- every field, both ways ---------------------------------------------------------

FIELDS = [
    {"max_completion_tokens": 5},
    {"max_tokens": 5},
    {"temperature": 0.5, "top_p": 1},
    {"n": 3},
    {"stop": "x"},
    {"stop": ["x", "y"]},
    {"stop": ["x"]},
    {"presence_penalty": -1, "frequency_penalty": 0.5},
    {"logit_bias": {"50256": -100}},
    {"logprobs": True, "top_logprobs": 3},
    {"seed": 7},
    {"parallel_tool_calls": False},
    {"response_format": {"type": "text"}},
    {"response_format": {"type": "json_object"}},
    {"response_format": {"type": "json_object", "schema": {"type": "object"}}},
    {
        "response_format": {
            "type": "json_schema",
            "json_schema": {
                "name": "n",
                "description": "d",
                "schema": {"type": "object"},
                "strict": True,
                "x": 1,
            },
        }
    },
    {"response_format": {"type": "grammar", "grammar": "root ::= x"}},
    {"reasoning_effort": "xhigh", "verbosity": "low"},
    {"modalities": ["text", "audio"], "audio": {"format": "wav", "voice": "alloy"}},
    {"audio": {"format": "mp3", "voice": {"id": "v_1"}}},
    {"prediction": {"type": "content", "content": "text"}},
    {
        "prediction": {
            "type": "content",
            "content": [{"type": "text", "text": "text"}],
        }
    },
    {"web_search_options": {}},
    {
        "web_search_options": {
            "search_context_size": "low",
            "user_location": {
                "type": "approximate",
                "approximate": {"city": "Paris", "country": "FR"},
            },
        }
    },
    {"service_tier": "flex", "store": True, "metadata": {"a": "b"}},
    {"user": "u"},
    {"safety_identifier": "s"},
    {"safety_identifier": "s", "user": "u"},
    {
        "prompt_cache_key": "k",
        "prompt_cache_retention": "24h",
        "prompt_cache_options": {"mode": "explicit", "ttl": "30m"},
    },
    {"prompt_cache_options": {"mode": "implicit"}},
    {"stream": True, "stream_options": {"include_usage": True}},
    {
        "stream": True,
        "stream_options": {"include_usage": False, "include_obfuscation": False},
    },
    {"moderation": {"model": "omni-moderation-latest"}},
    {"tool_choice": "none"},
    {"tool_choice": "required"},
    {"tool_choice": "any"},
    {"tool_choice": "validated"},
    {"tool_choice": {"type": "function", "function": {"name": "f"}}},
    {"tool_choice": {"type": "custom", "custom": {"name": "f"}}},
    {
        "tool_choice": {
            "type": "allowed_tools",
            "allowed_tools": {
                "mode": "required",
                "tools": [
                    {"type": "function", "function": {"name": "f"}},
                    {"type": "custom", "custom": {"name": "g"}},
                    {"type": "mcp", "server_label": "s"},
                ],
            },
        }
    },
    {
        "tools": [
            {
                "type": "function",
                "function": {
                    "name": "f",
                    "description": "d",
                    "parameters": {"type": "object"},
                    "strict": False,
                },
            },
            {"type": "function", "function": {"name": "g"}},
            {"type": "custom", "custom": {"name": "c", "format": {"type": "text"}}},
            {
                "type": "custom",
                "custom": {
                    "name": "d",
                    "description": "x",
                    "format": {
                        "type": "grammar",
                        "grammar": {"definition": "start: x", "syntax": "lark"},
                    },
                },
            },
            {"type": "builtin_function", "function": {"name": "$web_search"}},
        ]
    },
    {"functions": [{"name": "f", "parameters": {}}], "function_call": "auto"},
    {"functions": [{"name": "f"}], "function_call": {"name": "f"}},
    {"provider": {"order": ["a"]}, "reasoning": {"effort": "low"}},
]


@pytest.mark.parametrize("fields", FIELDS, ids="+".join)
def test_fields_come_back(fields):
    same(**fields)


MESSAGES = [
    {"role": "system", "content": "s"},
    {"role": "developer", "content": [{"type": "text", "text": "s"}]},
    {"role": "user", "content": "u", "name": "alice"},
    {"role": "user", "content": []},
    {"role": "user", "content": ""},
    {
        "role": "user",
        "content": [
            {"type": "text", "text": "a"},
            {"type": "image_url", "image_url": {"url": "https://a/x", "detail": "low"}},
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,aGk="}},
            {"type": "image_url", "image_url": {"url": "data:image/svg+xml,<svg/>"}},
            {"type": "input_audio", "input_audio": {"data": "aGk=", "format": "wav"}},
            {"type": "input_audio", "input_audio": {"data": "aGk=", "format": "ogg"}},
            {
                "type": "file",
                "file": {
                    "file_data": "data:application/pdf;base64,aGk=",
                    "filename": "a.pdf",
                },
            },
            {"type": "file", "file": {"file_data": "data:application/pdf;base64,aGk="}},
            {"type": "file", "file": {"file_id": "file_1"}},
            {"type": "video_url", "video_url": {"url": "https://a/x.mp4"}},
            {"type": "document_url", "document_url": "https://a/x.pdf"},
            {"type": "input_audio", "input_audio": "aGk="},
        ],
    },
    {
        "role": "user",
        "content": [
            {
                "type": "text",
                "text": "a",
                "prompt_cache_breakpoint": {"mode": "explicit", "ttl": "12h"},
            },
            {"type": "text", "text": "b", "cache_control": {"type": "ephemeral"}},
            {
                "type": "image_url",
                "image_url": {"url": "https://a/x", "x": 1},
                "cache_control": {"type": "ephemeral", "ttl": "5m"},
            },
        ],
    },
    {"role": "user", "content": "a", "cache_control": {"type": "ephemeral"}},
    {"role": "assistant", "content": "a"},
    {"role": "assistant", "content": None, "refusal": "no"},
    {"role": "assistant", "content": [{"type": "refusal", "refusal": "no"}]},
    {
        "role": "assistant",
        "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}],
    },
    {"role": "assistant", "content": None, "audio": {"id": "audio_1"}},
    {"role": "assistant", "content": "a", "reasoning_content": "r"},
    {"role": "assistant", "content": "a", "reasoning": "r"},
    {"role": "assistant", "content": "a", "reasoning": "r", "reasoning_content": "r"},
    {"role": "assistant", "content": "a", "reasoning": "r", "reasoning_content": "s"},
    {
        "role": "assistant",
        "content": "a",
        "reasoning": "one",
        "reasoning_details": [
            {"type": "reasoning.text", "text": "one", "signature": "s", "index": 0},
            {"type": "reasoning.encrypted", "data": "e", "id": "rs_1", "format": "f"},
            {"type": "reasoning.server_tool_call", "x": 1},
        ],
    },
    {
        "role": "assistant",
        "content": [
            {
                "type": "thinking",
                "thinking": [{"type": "text", "text": "t"}],
                "signature": "s",
            },
            {"type": "text", "text": "a"},
            {
                "type": "thinking",
                "thinking": [
                    {"type": "text", "text": "t"},
                    {"type": "text", "text": ""},
                ],
                "closed": True,
            },
            {"type": "thinking", "thinking": [{"type": "reference", "ids": [1]}]},
        ],
    },
    {
        "role": "assistant",
        "content": None,
        "tool_calls": [
            {
                "id": "call_1",
                "type": "function",
                "function": {"name": "f", "arguments": '{"a": 1}'},
            },
            {
                "id": "call_2",
                "type": "function",
                "function": {"name": "f", "arguments": ""},
                "index": 1,
            },
            {"id": "call_3", "type": "custom", "custom": {"name": "c", "input": "x"}},
            {
                "id": "call_4",
                "type": "function",
                "function": {"name": "f", "arguments": {"b": "é", "a": [1]}},
            },
            {"id": "call_5", "type": "mcp", "x": 1},
        ],
    },
    {
        "role": "assistant",
        "content": None,
        "function_call": {"name": "f", "arguments": "{}"},
    },
    {"role": "tool", "tool_call_id": "call_1", "content": "r"},
    {"role": "tool", "tool_call_id": "call_1", "content": "r", "name": "f"},
    {
        "role": "tool",
        "tool_call_id": "call_1",
        "content": [
            {"type": "text", "text": "a"},
            {"type": "image_url", "image_url": {"url": "https://a/x"}},
        ],
    },
    {"role": "function", "name": "f", "content": "r"},
    {"role": "function", "name": "f", "content": None},
]


@pytest.mark.parametrize(
    "message", MESSAGES, ids=lambda m: f"{m['role']}-{'+'.join(list(m)[1:])}"
)
def test_messages_come_back(message):
    same(messages=[{"role": "user", "content": "first"}, message])


def test_usual_messages_are_read_as_by_the_general_way():
    usual = [
        {"role": "user", "content": "a"},
        {"role": "assistant", "content": "a"},
        {"role": "tool", "tool_call_id": "c", "content": "r"},
        {
            "role": "assistant",
            "content": "a",
            "tool_calls": [
                {
                    "id": "c",
                    "type": "function",
                    "function": {"name": "f", "arguments": "{}"},
                }
            ],
        },
    ]
    for message in usual:
        # A null field counts as absent, and takes the general way.
        general = {**message, "name": None, "x": None}
        assert decode(messages=[message]) == decode(messages=[general])


# --- what is read -------------------------------------------------------------------


def test_leading_system_messages():
    request = same(
        messages=[
            {"role": "system", "content": "a"},
            {"role": "developer", "content": "b"},
            {"role": "user", "content": "c"},
            {"role": "system", "content": "d"},
        ]
    )
    assert [m.role for m in request.system] == ["system", "developer"]
    assert [m.role for m in request.messages] == ["user", "system"]


def test_media_are_sources():
    request = decode(messages=[MESSAGES[5]])
    parts = request.messages[0].parts
    assert parts[1].source == UrlSource(url="https://a/x")
    assert parts[1].detail == "low"
    assert parts[2].source == Base64Source(data="aGk=", media_type="image/png")
    assert parts[3].source == UrlSource(url="data:image/svg+xml,<svg/>")
    assert parts[4].source == Base64Source(data="aGk=", media_type="audio/wav")
    assert isinstance(parts[6], DocumentPart)
    assert parts[6].filename == "a.pdf"
    assert parts[8].source == FileIdSource(file_id="file_1", dialect=OWN)
    assert isinstance(parts[9], VideoPart)
    assert isinstance(parts[10], UnknownPart)


def test_image_url_as_string():
    image = {"type": "image_url", "image_url": "https://a/x"}
    request = same(messages=[{"role": "user", "content": [image]}])
    assert request.messages[0].parts[0].source == UrlSource(url="https://a/x")


def test_web_search_is_a_server_tool():
    request = decode(web_search_options={"search_context_size": "low"})
    (tool,) = request.tools
    assert isinstance(tool, ServerTool)
    assert (tool.kind, tool.config) == ("web_search", {"context_size": "low"})


def test_tools():
    tools = decode(**FIELDS[-4]).tools
    assert isinstance(tools[0], FunctionTool)
    assert tools[0].strict is False
    assert tools[1].input_schema is None
    assert isinstance(tools[2], CustomTool)
    assert tools[3].grammar == Grammar(syntax="lark", definition="start: x")


def test_schema_without_name():
    body = {"type": "json_schema", "json_schema": {"schema": {"type": "object"}}}
    request = same(response_format=body)
    assert request.response_format.name is None


def test_reasoning_that_two_fields_repeat_is_one_part():
    message = {"role": "assistant", "content": "a", "reasoning": "r"}
    message["reasoning_content"] = "r"
    parts = decode(messages=[message]).messages[0].parts
    assert [p.text for p in parts] == ["r", "a"]


def test_reasoning_details():
    parts = decode(messages=[MESSAGES[17]]).messages[0].parts
    assert parts[0].text == "one"
    assert parts[0].signature == Opaque(value="s", dialect=OWN)
    assert parts[1].encrypted == Opaque(value="e", dialect=OWN)
    assert parts[1].details_id == "rs_1"
    assert isinstance(parts[2], UnknownPart)
    assert len(parts) == 4


def test_azure_names_the_model_in_the_path():
    request = openai_chat.decode_request(
        b'{"messages":[]}', path="/openai/deployments/gpt-x/chat/completions"
    )
    assert request.model == "gpt-x"
    assert "model" not in json.loads(openai_chat.encode_request(request).body)


def test_headers_are_allow_listed():
    request = openai_chat.decode_request(
        b'{"model":"m","messages":[]}',
        headers=(("Authorization", "Bearer x"), ("OpenAI-Beta", "a=v1")),
    )
    assert request.headers == (("openai-beta", "a=v1"),)
    assert openai_chat.encode_request(request).headers == (
        ("content-type", "application/json"),
        ("openai-beta", "a=v1"),
    )


def test_all_problems_at_once():
    body = {
        "messages": [
            {"role": "robot", "content": "x"},
            {"role": "user", "content": 5},
            {"role": "user", "content": [{"type": "image_url", "image_url": {}}]},
            {"role": "tool", "content": "x"},
            {"role": "assistant", "tool_calls": [{"type": "function", "id": "c"}]},
            7,
        ],
        "temperature": "hot",
        "tools": [{"type": "function"}, "x"],
        "metadata": {"a": 1},
        "stop": 5,
        "stream": "yes",
    }
    with pytest.raises(RequestDecodeError) as caught:
        openai_chat.decode_request(json.dumps(body).encode())
    assert {p.path for p in caught.value.problems} == {
        "$.model",
        "$.messages[0].role",
        "$.messages[1].content",
        "$.messages[2].content[0].image_url.url",
        "$.messages[3].tool_call_id",
        "$.messages[4].tool_calls[0].function",
        "$.messages[5]",
        "$.temperature",
        "$.tools[0].function",
        "$.tools[1]",
        "$.metadata['a']",
        "$.stop",
        "$.stream",
    }
    info = caught.value.to_error_info()
    assert (info.kind, info.status) == ("invalid_request", 400)


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"null", b"\xff", b"1", b'"x"'])
def test_bodies_that_are_no_request(body):
    with pytest.raises(RequestDecodeError):
        openai_chat.decode_request(body)


# --- what is written from elsewhere -------------------------------------------------


def test_golden_bytes():
    request = talk(
        user(TextPart(text="é")),
        Message(role="assistant", parts=(TextPart(text="a"), CALL)),
        Message(
            role="tool",
            parts=(ToolResultPart(call_id="call_1", content=(TextPart(text="r"),)),),
        ),
        system=(Message(role="system", parts=(TextPart(text="s"),)),),
        tools=(FunctionTool(name="f", input_schema={"type": "object"}),),
        tool_choice=ToolChoice(mode="auto"),
        max_output_tokens=9,
        stream=True,
        include_usage=True,
    )
    encoded = openai_chat.encode_request(request)
    assert (encoded.method, encoded.path) == ("POST", "/v1/chat/completions")
    assert encoded.losses == ()
    assert (
        encoded.body
        == (
            '{"model":"m","messages":[{"role":"system","content":"s"},'
            '{"role":"user","content":"é"},{"role":"assistant","content":"a",'
            '"tool_calls":[{"id":"call_1","type":"function","function":{"name":"f",'
            '"arguments":"{\\"a\\":1}"}}]},{"role":"tool","tool_call_id":"call_1",'
            '"content":"r"}],"tools":[{"type":"function","function":{"name":"f",'
            '"parameters":{"type":"object"}}}],"tool_choice":"auto",'
            '"max_completion_tokens":9,"stream":true,'
            '"stream_options":{"include_usage":true}}'
        ).encode()
    )


def test_T23_every_call_and_every_result_survives():
    calls = tuple(
        ToolCallPart(id=f"call_{n}", name="f", arguments="{}") for n in range(3)
    )
    results = tuple(
        ToolResultPart(call_id=f"call_{n}", content=(TextPart(text=str(n)),))
        for n in range(3)
    )
    wire, losses = encode(talk(Message(role="assistant", parts=calls), user(*results)))
    assert [c["id"] for c in wire["messages"][0]["tool_calls"]] == [
        "call_0",
        "call_1",
        "call_2",
    ]
    assert [(m["role"], m["tool_call_id"]) for m in wire["messages"][1:]] == [
        ("tool", "call_0"),
        ("tool", "call_1"),
        ("tool", "call_2"),
    ]
    assert losses == ()


def test_R02_results_stand_directly_behind_their_call():
    result = ToolResultPart(call_id="call_1", content=(TextPart(text="r"),))
    wire, losses = encode(
        talk(
            Message(role="assistant", parts=(CALL,)),
            user(TextPart(text="before"), result, TextPart(text="after")),
        )
    )
    assert [m["role"] for m in wire["messages"]] == ["assistant", "tool", "user"]
    assert [p["text"] for p in wire["messages"][2]["content"]] == ["before", "after"]
    assert set(codes(losses)) == {("tool_result.text", "moved")}


def test_T12_a_call_without_arguments_is_an_empty_object():
    wire, losses = encode(
        talk(Message(role="assistant", parts=(ToolCallPart(id="c", name="f"),)))
    )
    call = wire["messages"][0]["tool_calls"][0]
    assert call["function"]["arguments"] == "{}"
    assert losses == ()


def test_L24_truncated_arguments_stay_as_they_are():
    call = ToolCallPart(id="c", name="f", arguments='{"a": [1, 2')
    wire, _ = encode(talk(Message(role="assistant", parts=(call,))))
    assert wire["messages"][0]["tool_calls"][0]["function"]["arguments"] == (
        '{"a": [1, 2'
    )


def test_L29_what_anthropic_says_more_is_reported():
    request = talk(
        Message(role="assistant", parts=(CALL,)),
        user(
            ToolResultPart(
                call_id="call_1", content=(TextPart(text="boom"),), is_error=True
            ),
            DocumentPart(
                source=Base64Source(data="aGk=", media_type="application/pdf"),
                title="T",
                context="C",
                citations=True,
            ),
        ),
    )
    wire, losses = encode(request)
    assert wire["messages"][1]["content"] == "Error: boom"
    assert wire["messages"][2]["content"][0]["file"]["filename"] == "T"
    paths = {loss.path for loss in losses}
    assert "$.messages[1].parts[0].is_error" in paths
    assert "$.messages[1].parts[1].context" in paths
    assert "$.messages[1].parts[1].citations" in paths


def test_L30_a_pdf_is_a_file_not_an_image():
    source = Base64Source(data="aGk=", media_type="application/pdf")
    wire, losses = encode(talk(user(DocumentPart(source=source))))
    assert wire["messages"][0]["content"] == [
        {
            "type": "file",
            "file": {
                "file_data": "data:application/pdf;base64,aGk=",
                "filename": "document.pdf",
            },
        }
    ]
    assert codes(losses) == [("in.doc.meta", "synthesised")]


def test_images_of_results_move_behind_the_results():
    image = ImagePart(source=Base64Source(data="aGk=", media_type="image/png"))
    second = ToolCallPart(id="call_2", name="g", arguments="{}")
    wire, losses = encode(
        talk(
            Message(role="assistant", parts=(CALL, second)),
            user(
                ToolResultPart(call_id="call_1", content=(TextPart(text="t"), image)),
                ToolResultPart(call_id="call_2", content=(TextPart(text="u"),)),
            ),
            Message(role="assistant", parts=(TextPart(text="done"),)),
        )
    )
    roles = [m["role"] for m in wire["messages"]]
    assert roles == ["assistant", "tool", "tool", "user", "assistant"]
    content = wire["messages"][3]["content"]
    assert content[0]["text"] == "Output of tool call call_1:"
    assert content[1]["image_url"]["url"] == "data:image/png;base64,aGk="
    assert ("tool_result.image", "moved") in codes(losses)


def test_a_document_behind_an_address_must_be_fetched_by_somebody():
    request = talk(user(DocumentPart(source=UrlSource(url="https://a/x.pdf"))))
    with pytest.raises(UnsupportedFeatureError) as caught:
        openai_chat.encode_request(request)
    assert codes(caught.value.refused) == [("in.doc.url", "needs_fetch")]


@pytest.mark.parametrize(
    "fields", [{"previous_response_id": "resp_1"}, {"conversation": "conv_1"}]
)
def test_stored_state_is_an_error(fields):
    with pytest.raises(UnsupportedFeatureError):
        openai_chat.encode_request(talk(user(TextPart(text="x")), **fields))


def test_a_text_document_becomes_text():
    part = DocumentPart(source=TextSource(text="body"), title="T")
    wire, losses = encode(talk(user(part)))
    assert wire["messages"][0]["content"] == "T\n\nbody"
    assert codes(losses) == [("in.doc.base64", "approximated")]


def test_a_search_result_becomes_text():
    part = SearchResultPart(
        source="https://a", title="T", content=(TextPart(text="x"),), citations=True
    )
    wire, losses = encode(talk(user(part)))
    assert wire["messages"][0]["content"] == "T\nhttps://a\n\nx"
    assert codes(losses) == [("in.search_result", "approximated")]


def test_a_summary_becomes_text():
    wire, _ = encode(talk(user(CompactionPart(text="so far"), TextPart(text="go"))))
    assert [p["text"] for p in wire["messages"][0]["content"]] == ["so far", "go"]


def test_audio_formats():
    good = AudioPart(source=Base64Source(data="aGk=", media_type="audio/x-wav"))
    bad = AudioPart(source=Base64Source(data="aGk=", media_type="audio/flac"))
    wire, losses = encode(talk(user(good, bad)))
    (item,) = wire["messages"][0]["content"]
    assert item["input_audio"] == {"data": "aGk=", "format": "wav"}
    assert codes(losses) == [("in.audio", "approximated"), ("in.audio", "dropped")]


@pytest.mark.parametrize(
    ("config", "effort"),
    [
        (ReasoningConfig(mode="disabled"), "none"),
        (ReasoningConfig(mode="enabled", budget_tokens=1024), "minimal"),
        (ReasoningConfig(mode="enabled", budget_tokens=2048), "low"),
        (ReasoningConfig(mode="enabled", budget_tokens=10000), "medium"),
        (ReasoningConfig(mode="enabled", budget_tokens=32000), "high"),
        (ReasoningConfig(budget_tokens=99999), "xhigh"),
        (ReasoningConfig(mode="adaptive", effort="max"), "max"),
        (ReasoningConfig(mode="adaptive", display="omitted"), None),
    ],
)
def test_reasoning_becomes_an_effort(config, effort):
    wire, losses = encode(talk(user(TextPart(text="x")), reasoning=config))
    assert wire.get("reasoning_effort") == effort
    assert losses


THOUGHT = ReasoningPart(
    text="hm", signature=Opaque(value="sig", dialect="anthropic-messages")
)


def test_foreign_reasoning_is_dropped_where_there_is_no_field():
    message = Message(role="assistant", parts=(THOUGHT, TextPart(text="a")))
    wire, losses = encode(talk(message))
    assert wire["messages"][0] == {"role": "assistant", "content": "a"}
    assert codes(losses) == [("think.text", "dropped")]


@pytest.mark.parametrize(
    ("profile", "field"),
    [
        ("deepseek", "reasoning_content"),
        ("groq", "reasoning"),
        ("vllm", "reasoning"),
        ("llamacpp", "reasoning_content"),
    ],
)
def test_profile_reasoning_field(profile, field):
    message = Message(role="assistant", parts=(THOUGHT, TextPart(text="a")))
    wire, losses = encode(talk(message), profile)
    assert wire["messages"][0][field] == "hm"
    assert codes(losses) == [("think.signature", "dropped")]


def test_profile_mistral_thinks_inside_the_content():
    message = Message(role="assistant", parts=(THOUGHT, TextPart(text="a")))
    wire, _ = encode(talk(message, seed=4), "mistral")
    assert wire["messages"][0]["content"] == [
        {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]},
        {"type": "text", "text": "a"},
    ]
    assert wire["random_seed"] == 4


def test_profile_openrouter_has_reasoning_details():
    parts = (
        ReasoningPart(text="hm", signature=Opaque(value="s", dialect=OWN)),
        ReasoningPart(encrypted=Opaque(value="e", dialect=OWN)),
    )
    wire, losses = encode(talk(Message(role="assistant", parts=parts)), "openrouter")
    assert wire["messages"][0]["reasoning_details"] == [
        {"type": "reasoning.text", "text": "hm", "signature": "s"},
        {"type": "reasoning.encrypted", "data": "e"},
    ]
    assert losses == ()


@pytest.mark.parametrize(
    ("profile", "field", "role"),
    [
        ("openai", "max_completion_tokens", "developer"),
        ("azure", "max_completion_tokens", "developer"),
        ("groq", "max_completion_tokens", "system"),
        ("mistral", "max_tokens", "system"),
        ("deepseek", "max_tokens", "system"),
    ],
)
def test_profile_names_of_limit_and_role(profile, field, role):
    request = talk(
        user(TextPart(text="x")),
        system=(Message(role="developer", parts=(TextPart(text="s"),)),),
        max_output_tokens=5,
    )
    wire, _ = encode(request, profile)
    assert wire[field] == 5
    assert wire["messages"][0]["role"] == role


CACHED = talk(
    user(TextPart(text="x", cache=CacheBreakpoint(ttl="5m"))),
    tools=(FunctionTool(name="f", cache=CacheBreakpoint()),),
    cache=CachePolicy(automatic=True, ttl="5m"),
)


def test_cache_breakpoints():
    wire, losses = encode(CACHED)
    assert wire["messages"][0]["content"][0]["prompt_cache_breakpoint"] == {
        "mode": "explicit",
        "ttl": "30m",
    }
    assert wire["prompt_cache_options"] == {"mode": "implicit", "ttl": "30m"}
    assert "cache_control" not in json.dumps(wire)
    assert [loss.path for loss in losses] == [
        "$.messages[0].parts[0].cache.ttl",
        "$.tools[0].cache",
        "$.cache.ttl",
    ]


def test_D01_openrouter_keeps_cache_control():
    wire, losses = encode(CACHED, "openrouter")
    assert wire["messages"][0]["content"][0]["cache_control"] == {
        "type": "ephemeral",
        "ttl": "5m",
    }
    assert wire["tools"][0]["cache_control"] == {"type": "ephemeral"}
    assert [str(loss.code) for loss in losses] == ["cache.auto", "cache.ttl"]


def test_profile_without_prompt_cache():
    wire, losses = encode(CACHED, "vllm")
    assert "cache" not in json.dumps(wire)
    assert len(losses) == 4


def test_cache_of_a_result_moves_to_its_text():
    part = ToolResultPart(
        call_id="call_1", content=(TextPart(text="r"),), cache=CacheBreakpoint()
    )
    wire, losses = encode(talk(Message(role="assistant", parts=(CALL,)), user(part)))
    assert wire["messages"][1]["content"][0]["prompt_cache_breakpoint"] == {
        "mode": "explicit"
    }
    assert codes(losses) == [("cache.breakpoint", "moved")]


def test_names_become_legal_and_find_home():
    request = talk(
        Message(
            role="assistant",
            parts=(ToolCallPart(id="c", name="mcp.server/tool", arguments="{}"),),
        ),
        tools=(FunctionTool(name="mcp.server/tool"),),
        tool_choice=ToolChoice(mode="tool", name="mcp.server/tool"),
    )
    encoded = openai_chat.encode_request(request)
    wire = json.loads(encoded.body)
    name = wire["tools"][0]["function"]["name"]
    assert name.replace("_", "").replace("-", "").isalnum()
    assert wire["messages"][0]["tool_calls"][0]["function"]["name"] == name
    assert wire["tool_choice"]["function"]["name"] == name
    assert encoded.aliases.name(name) == "mcp.server/tool"


def test_missing_call_ids_are_made_and_paired():
    calls = tuple(ToolCallPart(id="", name=n, arguments="{}") for n in ("a", "b"))
    results = tuple(
        ToolResultPart(call_id="", name=n, content=(TextPart(text=n),))
        for n in ("b", "a")
    )
    wire, _ = encode(talk(Message(role="assistant", parts=calls), user(*results)))
    ids = [c["id"] for c in wire["messages"][0]["tool_calls"]]
    assert len(set(ids)) == 2
    assert [m["tool_call_id"] for m in wire["messages"][1:]] == [ids[1], ids[0]]


def test_text_behind_a_call_comes_first():
    message = Message(role="assistant", parts=(CALL, TextPart(text="a")))
    wire, losses = encode(talk(message))
    assert wire["messages"][0]["content"] == "a"
    assert codes(losses) == [("out.interleaving", "moved")]


def test_refusal_stands_where_it_stood():
    parts = (RefusalPart(text="no"), TextPart(text="but"))
    wire, losses = encode(talk(Message(role="assistant", parts=parts)))
    assert [p["type"] for p in wire["messages"][0]["content"]] == ["refusal", "text"]
    assert losses == ()


def test_server_tools_without_a_word_are_dropped_with_their_choice():
    request = talk(
        user(TextPart(text="x")),
        tools=(ServerTool(kind="code_execution", type="code_execution_20250825"),),
        tool_choice=ToolChoice(mode="auto"),
        parallel_tool_calls=False,
    )
    wire, losses = encode(request)
    assert not {"tools", "tool_choice", "parallel_tool_calls"} & wire.keys()
    assert [loss.path for loss in losses] == [
        "$.tools[0]",
        "$.tool_choice",
        "$.parallel_tool_calls",
    ]


def test_anthropic_web_search():
    tool = ServerTool(
        kind="web_search",
        type="web_search_20250305",
        dialect="anthropic-messages",
        name="web_search",
        config={"max_uses": 2, "user_location": {"city": "Paris"}},
    )
    wire, losses = encode(talk(user(TextPart(text="x")), tools=(tool,)))
    assert wire["web_search_options"] == {
        "user_location": {"type": "approximate", "approximate": {"city": "Paris"}}
    }
    assert {loss.path for loss in losses} == {
        "$.tools[0]",
        "$.tools[0].config.max_uses",
    }


def test_only_four_stop_sequences():
    wire, losses = encode(
        talk(user(TextPart(text="x")), stop_sequences=("a", "b", "c", "d", "e"))
    )
    assert wire["stop"] == ["a", "b", "c", "d"]
    assert codes(losses) == [("param.stop", "approximated")]


def test_a_schema_gets_a_name():
    request = talk(
        user(TextPart(text="x")),
        response_format=ResponseFormat(kind="json_schema", schema={"type": "object"}),
    )
    wire, losses = encode(request)
    assert wire["response_format"]["json_schema"]["name"] == "response"
    assert codes(losses) == [("fmt.json_schema", "synthesised")]


@pytest.mark.parametrize(
    ("tier", "wire_tier"), [("standard_only", "default"), ("flex", "flex")]
)
def test_service_tiers(tier, wire_tier):
    wire, _ = encode(talk(user(TextPart(text="x")), service_tier=tier))
    assert wire["service_tier"] == wire_tier


def test_what_has_no_word_here():
    request = talk(
        user(TextPart(text="x")),
        top_k=5,
        min_p=0.1,
        truncation="auto",
        safety_settings=[1],
        headers=(("anthropic-beta", "x"),),
        extra={"anthropic-messages": {"container": "c", "mcp_servers": [1]}},
    )
    _, losses = encode(request)
    assert {loss.path: str(loss.code) for loss in losses} == {
        "$.top_k": "param.top_k",
        "$.min_p": "param.min_p_typical_p_repetition",
        "$.truncation": "param.truncation",
        "$.safety_settings": "safety.settings",
        "$.headers": "meta.kv",
        "$.extra['anthropic-messages'].container": "svc.container_skills",
        "$.extra['anthropic-messages'].mcp_servers": "bt.mcp",
    }


def test_a_part_in_the_wrong_role_is_refused():
    with pytest.raises(InvalidIRError):
        openai_chat.encode_request(talk(user(CALL)))


# --- laws ---------------------------------------------------------------------------

LAW = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@LAW
@given(strategies.chat_requests("openai-chat"))
def test_own_requests_are_lossless(request):
    encoded = openai_chat.encode_request(request)
    again = openai_chat.decode_request(encoded.body, headers=encoded.headers)
    assert_accounted(request, again, encoded.losses)
    second = openai_chat.encode_request(again)
    assert second.body == encoded.body
    assert second.losses == ()


@LAW
@given(
    strategies.chat_requests("anthropic-messages"),
    st.sampled_from(["openai", "deepseek", "mistral", "openrouter"]),
)
def test_foreign_requests_are_accounted_for(request, profile):
    encoded = openai_chat.encode_request(
        request, profile=PROFILES[profile], on_loss=COLLECT
    )
    again = openai_chat.decode_request(encoded.body, profile=PROFILES[profile])
    assert_accounted(request, again, encoded.losses)


@LAW
@given(st.data())
def test_decode_request_reports_and_never_breaks(data):
    body = json.loads(json.dumps({"model": "m", "messages": MESSAGES, **FIELDS[-4]}))
    place = body
    while isinstance(place, dict | list) and place:
        keys = list(place) if isinstance(place, dict) else range(len(place))
        key = data.draw(st.sampled_from(list(keys)))
        if not isinstance(place[key], dict | list) or data.draw(st.booleans()):
            place[key] = data.draw(strategies.json_values())
            break
        place = place[key]
    try:
        request = openai_chat.decode_request(json.dumps(body).encode())
    except RequestDecodeError:
        return
    openai_chat.encode_request(request, on_loss=COLLECT)
