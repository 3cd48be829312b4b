"""Requests of `gemini-generate`: tools, their schemas, names and choice."""

from __future__ import annotations

import json

import pytest
from tests.codecs.gemini_generate._request_support import (
    HELLO,
    ask,
    codes,
    decode,
    encode,
)

import modelwire.codecs.gemini_generate as gg
from modelwire.ir import (
    AllowedTool,
    CustomTool,
    FunctionTool,
    LossCode,
    ResponseFormat,
    ServerTool,
    ToolChoice,
)

SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "title": "T",
    "properties": {
        "a": {"const": 1, "default": 1, "examples": [1]},
        "b": {"$ref": "#/$defs/B"},
    },
    "additionalProperties": False,
    "$defs": {"B": {"type": ["string", "null"]}},
}


def test_R06_R07_R08_json_schema_goes_where_all_of_it_is_taken():
    tool = FunctionTool(name="f", input_schema=SCHEMA)
    wanted = ResponseFormat(kind="json_schema", schema=SCHEMA)
    encoded, out = encode(ask(tools=(tool,), response_format=wanted))
    declaration = out["tools"][0]["functionDeclarations"][0]
    assert declaration == {"name": "f", "parametersJsonSchema": SCHEMA}
    assert out["generationConfig"] == {
        "responseMimeType": "application/json",
        "responseJsonSchema": SCHEMA,
    }
    assert encoded.losses == ()


@pytest.mark.parametrize(
    ("schema", "written"),
    [
        (None, {}),
        ({}, {}),
        (
            {"type": "object", "properties": {}},
            {"parametersJsonSchema": {"type": "object", "properties": {}}},
        ),
    ],
)
def test_R09_tool_without_parameters(schema, written):
    _, out = encode(ask(tools=(FunctionTool(name="f", input_schema=schema),)))
    assert out["tools"] == [{"functionDeclarations": [{"name": "f", **written}]}]


@pytest.mark.parametrize(
    ("kind", "config"),
    [
        ("text", {"responseMimeType": "text/plain"}),
        ("json_object", {"responseMimeType": "application/json"}),
    ],
)
def test_R11_response_formats(kind, config):
    encoded, out = encode(ask(response_format=ResponseFormat(kind=kind)))
    assert out["generationConfig"] == config
    assert encoded.losses == ()


def test_schemas_of_the_api_become_json_schema_and_back():
    own = {
        "type": "OBJECT",
        "properties": {
            "type": {"type": "STRING", "nullable": True, "maxLength": "9"},
            "list": {"type": "ARRAY", "items": {"type": "INTEGER"}},
        },
        "propertyOrdering": ["type", "list"],
    }
    body = {
        "contents": [HELLO],
        "tools": [{"functionDeclarations": [{"name": "f", "parameters": own}]}],
        "generationConfig": {"responseSchema": own},
    }
    request = decode(body)
    schema = request.tools[0].input_schema
    assert schema == {
        "type": "object",
        "properties": {
            "type": {"type": ["string", "null"], "maxLength": 9},
            "list": {"type": "array", "items": {"type": "integer"}},
        },
        "propertyOrdering": ["type", "list"],
    }
    assert request.response_format.schema == schema
    _, out = encode(request)
    own["properties"]["type"]["maxLength"] = 9
    assert out["tools"] == body["tools"]
    assert out["generationConfig"] == {"responseSchema": own}


def test_enum_answers_are_schemas():
    config = {
        "responseMimeType": "text/x.enum",
        "responseSchema": {"type": "STRING", "enum": ["a", "b"]},
    }
    request = decode({"contents": [HELLO], "generationConfig": config})
    assert request.response_format.schema == {"type": "string", "enum": ["a", "b"]}
    _, out = encode(request)
    assert out["generationConfig"] == config


@pytest.mark.parametrize(
    ("config", "choice"),
    [
        ({"mode": "AUTO"}, ("auto", None, None)),
        ({"mode": "NONE"}, ("none", None, None)),
        ({"mode": "ANY"}, ("required", None, None)),
        ({"mode": "ANY", "allowedFunctionNames": ["f"]}, ("tool", "f", None)),
        (
            {"mode": "ANY", "allowedFunctionNames": ["f", "g"]},
            ("required", None, ("f", "g")),
        ),
        (
            {"mode": "VALIDATED", "allowedFunctionNames": ["f"]},
            ("auto", None, ("f",)),
        ),
        ({"mode": "VALIDATED"}, ("auto", None, None)),
        ({"mode": "SOON"}, ("unknown", None, None)),
    ],
)
def test_tool_choice(config, choice):
    body = {"contents": [HELLO], "toolConfig": {"functionCallingConfig": config}}
    request = decode(body)
    found = request.tool_choice
    allowed = found.allowed and tuple(tool.name for tool in found.allowed)
    assert (found.mode, found.name, allowed) == choice
    encoded, out = encode(request)
    assert encoded.losses == ()
    assert out["toolConfig"] == body["toolConfig"]


def test_names_are_made_legal_and_found_again():
    names = ["1st", "a b", "ok.name:x-1", "é", "n" * 80]
    tools = tuple(FunctionTool(name=name) for name in names)
    encoded, out = encode(
        ask(tools=tools, tool_choice=ToolChoice(mode="tool", name="1st"))
    )
    written = [d["name"] for d in out["tools"][0]["functionDeclarations"]]
    assert len(set(written)) == len(names)
    assert all(
        len(name) <= 64 and (name[0].isalpha() or name[0] == "_") for name in written
    )
    assert [encoded.aliases.name(name) for name in written] == names
    allowed = out["toolConfig"]["functionCallingConfig"]["allowedFunctionNames"]
    assert allowed == [written[0]]
    answer = {"candidates": [{"content": {"parts": [
        {"functionCall": {"name": written[0], "args": {}}}
    ]}}]}  # fmt: skip
    response = gg.decode_response(json.dumps(answer).encode(), request=encoded)
    assert response.choices[0].message.parts[0].name == "1st"


def test_free_text_tools_are_functions_and_come_home():
    encoded, out = encode(ask(tools=(CustomTool(name="sh", description="d"),)))
    declaration = out["tools"][0]["functionDeclarations"][0]
    assert declaration["parametersJsonSchema"]["required"] == ["input"]
    answer = {"candidates": [{"content": {"parts": [
        {"functionCall": {"name": "sh", "args": {"input": "ls"}}}
    ]}}]}  # fmt: skip
    response = gg.decode_response(json.dumps(answer).encode(), request=encoded)
    part = response.choices[0].message.parts[0]
    assert (part.kind, part.arguments) == ("custom", "ls")


def test_server_tools_of_others():
    tools = (
        ServerTool(kind="web_search", config={"max_uses": 2, "blocked_domains": ["x"]}),
        ServerTool(kind="code_execution", type="code_execution_20250825"),
        ServerTool(kind="web_fetch"),
        ServerTool(kind="bash", type="bash_20250124", dialect="anthropic-messages"),
    )
    encoded, out = encode(ask(tools=tools))
    assert out["tools"] == [
        {"googleSearch": {}},
        {"codeExecution": {}},
        {"urlContext": {}},
    ]
    assert (LossCode.BT_SHELL_EDITOR_MEMORY_PATCH, "$.tools[3]") in codes(encoded)
    _, out = encode(ask(tools=tools[:1]), profile=gg.PROFILES["vertex"])
    assert out["tools"] == [{"googleSearch": {"excludeDomains": ["x"]}}]


OWN = "gemini-generate"


def test_a_server_tool_is_what_its_type_says():
    tool = ServerTool(kind="x", type="codeExecution", dialect=OWN, name="n")
    encoded, out = encode(ask(tools=(tool,)))
    assert out["tools"] == [{"codeExecution": {}}]
    assert {path for _, path in codes(encoded)} == {
        "$.tools[0].kind",
        "$.tools[0].name",
    }


ALLOWED = (AllowedTool(name="f"), AllowedTool(name="g"))
CHOICES = [
    ("one tool of several", ToolChoice(mode="tool", name="f", allowed=ALLOWED),
     {"mode": "ANY", "allowedFunctionNames": ["f"]}, ["allowed[0]", "allowed[1]"]),
    ("no function at all", ToolChoice(mode="auto", allowed=()),
     {"mode": "AUTO"}, ["allowed"]),
    ("a server tool alone",
     ToolChoice(mode="auto", allowed=(AllowedTool(name="s", kind="web_search"),)),
     {"mode": "AUTO"}, ["allowed[0]"]),
    ("a word that means something else",
     ToolChoice(mode="auto", extra={OWN: {"mode": "ANY"}}),
     {"mode": "AUTO"}, [f"extra['{OWN}'].mode"]),
    ("a name that nothing asks for", ToolChoice(mode="auto", name="f"),
     {"mode": "AUTO"}, ["name"]),
    ("an unknown field of an allowed tool",
     ToolChoice(mode="auto", allowed=(
         AllowedTool(name="f", extra={"openai-chat": {"x": 1}}), ALLOWED[1])),
     {"mode": "VALIDATED", "allowedFunctionNames": ["f", "g"]},
     ["allowed[0].extra['openai-chat'].x"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("choice", "written", "lost"),
    [row[1:] for row in CHOICES],
    ids=[row[0] for row in CHOICES],
)
def test_what_a_choice_cannot_say_is_reported(choice, written, lost):
    tools = (FunctionTool(name="f"), FunctionTool(name="g"))
    encoded, out = encode(ask(tools=tools, tool_choice=choice))
    assert out["toolConfig"]["functionCallingConfig"] == written
    paths = [loss.path or loss.to for loss in encoded.losses]
    assert paths == [f"$.tool_choice.{place}" for place in lost]
