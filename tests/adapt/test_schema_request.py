"""The schemas of whole requests: which rules, which losses, what is given up."""

from __future__ import annotations

import attrs
import pytest

from modelwire import adapt
from modelwire.adapt import adapt_schemas
from modelwire.codecs import (
    COLLECT,
    anthropic_messages,
    gemini_generate,
    openai_chat,
    openai_responses,
)
from modelwire.ir import ChatRequest, FunctionTool, LossCode, ResponseFormat

OPEN = {"type": "object", "properties": {"a": {"type": "string", "minLength": 1}}}
TREE = {
    "type": "object",
    "properties": {"next": {"$ref": "#"}},
    "required": ["next"],
}


def request(schema=OPEN, strict=None, answer=None, answer_strict=None):
    return ChatRequest(
        model="m",
        tools=(FunctionTool(name="f", input_schema=schema, strict=strict),),
        response_format=None
        if answer is None
        else ResponseFormat(
            kind="json_schema", name="answer", schema=answer, strict=answer_strict
        ),
    )


def told(adapted):
    return {(loss.code, loss.path, loss.action) for loss in adapted.losses}


@pytest.mark.parametrize("target", ["openai-chat", "openai-responses"])
def test_strict_tools(target):
    adapted = adapt_schemas(request(strict=True), target=target)
    assert adapted.request.tools[0].input_schema == {
        "type": "object",
        "properties": {"a": {"type": ["string", "null"]}},
        "additionalProperties": False,
        "required": ["a"],
    }
    root = "$.tools[0].input_schema"
    assert told(adapted) == {
        (LossCode.TOOL_FUNCTION, f"{root}.properties.a.minLength", "dropped"),
        (LossCode.TOOL_STRICT, root, "synthesised"),
        (LossCode.TOOL_STRICT, root, "approximated"),
    }
    assert all(loss.to is None for loss in adapted.losses)


@pytest.mark.parametrize("target", ["openai-chat", "anthropic-messages"])
@pytest.mark.parametrize("strict", [None, False])
def test_what_is_not_enforced_stays(target, strict):
    source = request(strict=strict)
    adapted = adapt_schemas(source, target=target)
    assert adapted.request is source
    assert adapted.losses == ()


def test_requests_without_schemas_come_back_themselves():
    source = request(schema=None, answer=None)
    assert adapt_schemas(source, target="gemini-generate").request is source


def test_gemini_takes_a_subset_in_both_places():
    adapted = adapt_schemas(request(answer=OPEN), target="gemini-generate")
    plain = {"type": "object", "properties": {"a": {"type": "string"}}}
    assert adapted.request.tools[0].input_schema == plain
    assert adapted.request.response_format.schema == plain
    assert told(adapted) == {
        (
            LossCode.TOOL_FUNCTION,
            "$.tools[0].input_schema.properties.a.minLength",
            "dropped",
        ),
        (
            LossCode.FMT_JSON_SCHEMA,
            "$.response_format.schema.properties.a.minLength",
            "dropped",
        ),
    }
    assert {loss.severity for loss in adapted.losses} == {"approximation"}


def test_anthropic_always_enforces_answers():
    adapted = adapt_schemas(request(answer=OPEN), target="anthropic-messages")
    assert adapted.request.tools[0].input_schema is OPEN
    assert adapted.request.response_format.schema["additionalProperties"] is False


def test_recursion_that_cannot_be_enforced_gives_up_strictness():
    source = request(schema=TREE, strict=True)
    adapted = adapt_schemas(source, target="anthropic-messages")
    tool = adapted.request.tools[0]
    assert tool.input_schema is TREE
    assert tool.strict is False
    assert told(adapted) == {(LossCode.TOOL_STRICT, "$.tools[0].strict", "dropped")}
    assert adapted.losses[0].severity == "parameter"


def test_schemas_over_the_limits_give_up_strictness():
    wide = {
        "type": "object",
        "properties": {f"p{n}": {"type": "string"} for n in range(5001)},
    }
    adapted = adapt_schemas(
        request(schema=wide, strict=True, answer=wide, answer_strict=True),
        target="openai-chat",
    )
    assert adapted.request.tools[0].strict is False
    assert adapted.request.tools[0].input_schema is wide
    assert adapted.request.response_format.strict is False
    assert {loss.detail for loss in adapted.losses} == {"more than 5000 properties"}


def test_other_rules():
    rules = attrs.evolve(adapt.schema_rules("openai-chat", "tool", strict=True))
    adapted = adapt_schemas(request(), target="openai-chat", tools=rules)
    assert adapted.request.tools[0].input_schema["additionalProperties"] is False


@pytest.mark.parametrize(
    ("codec", "strict"),
    [
        (openai_chat, True),
        (openai_responses, True),
        (anthropic_messages, True),
        (gemini_generate, None),
    ],
    ids=lambda value: getattr(value, "DIALECT", str(value)),
)
def test_the_encoder_has_nothing_to_add(codec, strict):
    adapted = adapt_schemas(request(strict=strict, answer=OPEN), target=codec.DIALECT)
    encoded = codec.encode_request(adapted.request, on_loss=COLLECT)
    assert not [
        loss
        for loss in encoded.losses
        if "schema" in f"{loss.path} {loss.to}" and "response_format." not in loss.path
    ]


def test_gemini_clients_that_write_schema_objects():
    body = b"""{"contents":[{"parts":[{"text":"hi"}]}],"tools":[{
        "functionDeclarations":[{"name":"f","parameters":{"type":"OBJECT","properties":{
            "a":{"type":"STRING","nullable":true,"format":"uuid"}}}}]}]}"""
    source = gemini_generate.decode_request(
        body, path="/v1beta/models/m:generateContent"
    )
    adapted = adapt_schemas(source, target="gemini-generate")
    encoded = gemini_generate.encode_request(adapted.request)
    assert b'"parameters":{"type":"OBJECT","properties":{"a":{' in encoded.body
    assert b"uuid" not in encoded.body
    assert b'"nullable":true' in encoded.body
    (loss,) = adapted.losses
    assert loss.path == "$.tools[0].input_schema.properties.a.format"
