"""Requests of `openai-chat`: every field both ways, and what is read."""

import json

import pytest
from tests.codecs.openai_chat._request_support import (
    FIELDS,
    MESSAGES,
    OWN,
    decode,
    same,
)

from modelwire.codecs import openai_chat
from modelwire.errors import (
    RequestDecodeError,
)
from modelwire.ir import (
    Base64Source,
    CustomTool,
    DocumentPart,
    FileIdSource,
    FunctionTool,
    Grammar,
    Opaque,
    ServerTool,
    UnknownPart,
    UrlSource,
    VideoPart,
)

# --- every field, both ways ---------------------------------------------------------


@pytest.mark.parametrize("fields", FIELDS, ids="+".join)
def test_fields_come_back(fields):
    same(**fields)


@pytest.mark.parametrize(
    "message", MESSAGES, ids=lambda m: f"{m['role']}-{'+'.join(list(m)[1:])}"
)
def test_messages_come_back(message):
    same(messages=[{"role": "user", "content": "first"}, message])


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
        "tools": [{"type": "function"}, "x", {"type": "custom"}],
        "prediction": "x",
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
        "$.tools[2].custom",
        "$.prediction",
        "$.metadata['a']",
        "$.stop",
        "$.stream",
    }
    info = caught.value.to_error_info()
    assert (info.kind, info.status) == ("invalid_request", 400)


def test_problems_of_the_time_before_tools():
    body = {
        "model": "m",
        "messages": [],
        "functions": ["x", {"name": "f"}],
        "function_call": {"x": 1},
    }
    with pytest.raises(RequestDecodeError) as caught:
        openai_chat.decode_request(json.dumps(body).encode())
    assert {p.path for p in caught.value.problems} == {
        "$.functions[0]",
        "$.function_call.name",
    }


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"null", b"\xff", b"1", b'"x"'])
def test_bodies_that_are_no_request(body):
    with pytest.raises(RequestDecodeError):
        openai_chat.decode_request(body)
