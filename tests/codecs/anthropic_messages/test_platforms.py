"""Anthropic's models on other platforms: Vertex and Bedrock's InvokeModel."""

from __future__ import annotations

import json

import pytest
from tests._corpus import load
from tests.codecs._loss_sources import (
    after,
    asked,
    call,
    called,
    function,
    result,
    tool,
)

from modelwire.codecs import COLLECT, anthropic_messages as am
from modelwire.ir import ToolCallPart, assistant, user

VERTEX = am.PROFILES["vertex"]
BEDROCK = am.PROFILES["bedrock-invoke"]
PREFIX = "/v1/publishers/anthropic/models/"

PATHS = [
    ("vertex", "claude-x@1", False, PREFIX + "claude-x%401:rawPredict"),
    ("vertex", "claude-x@1", True, PREFIX + "claude-x%401:streamRawPredict"),
    ("bedrock-invoke", "us.c-v1:0", False, "/model/us.c-v1%3A0/invoke"),
    (
        "bedrock-invoke",
        "us.c-v1:0",
        True,
        "/model/us.c-v1%3A0/invoke-with-response-stream",
    ),
    ("bedrock-invoke", "a/../b", False, "/model/a%2F..%2Fb/invoke"),
    ("anthropic", "claude-x", False, "/v1/messages"),
]


@pytest.mark.parametrize(("profile", "model", "stream", "path"), PATHS)
def test_the_model_stands_in_the_path(profile, model, stream, path):
    request = asked(model=model, stream=stream)
    encoded = am.encode_request(request, profile=am.PROFILES[profile])
    assert encoded.path == path
    body = json.loads(encoded.body)
    assert ("model" in body) == (profile == "anthropic")
    assert body.get("stream") == (
        True if stream and profile != "bedrock-invoke" else None
    )
    again = am.decode_request(encoded.body, path=encoded.path)
    assert (again.model, again.stream) == (model, stream)


def test_the_version_stands_in_the_body():
    for profile, version in (
        (VERTEX, "vertex-2023-10-16"),
        (BEDROCK, "bedrock-2023-05-31"),
    ):
        encoded = am.encode_request(asked(), profile=profile)
        assert json.loads(encoded.body)["anthropic_version"] == version
        assert "anthropic-version" not in dict(encoded.headers)


def test_a_clients_version_gives_way_to_the_profiles():
    request = asked(extra={am.DIALECT: {"anthropic_version": "vertex-2023-10-16"}})
    encoded = am.encode_request(request, profile=BEDROCK)
    assert json.loads(encoded.body)["anthropic_version"] == "bedrock-2023-05-31"
    (loss,) = (loss for loss in encoded.losses if loss.code == "meta.kv")
    assert loss.path == loss.to == f"$.extra[{am.DIALECT!r}].anthropic_version"
    made = am.encode_request(request, profile=VERTEX).losses
    assert "meta.kv" not in {loss.code for loss in made}


def test_betas_stand_in_the_body_of_bedrock_alone():
    request = asked(headers=(("anthropic-beta", "a, b"),))
    encoded = am.encode_request(request, profile=BEDROCK)
    assert json.loads(encoded.body)["anthropic_beta"] == ["a", "b"]
    assert "anthropic-beta" not in dict(encoded.headers)
    encoded = am.encode_request(request, profile=VERTEX)
    assert dict(encoded.headers)["anthropic-beta"] == "a, b"


@pytest.mark.parametrize("choice", [None, "auto", "required"])
def test_R15_bedrock_refuses_the_switch_of_parallel_calls(choice):
    fields = {"tools": (function(),), "parallel_tool_calls": False}
    if choice is not None:
        fields["tool_choice"] = am.decode_request(
            json.dumps(
                {
                    "model": "m",
                    "max_tokens": 9,
                    "messages": [],
                    "tools": [],
                    "tool_choice": {"type": "auto" if choice == "auto" else "any"},
                }
            ).encode()
        ).tool_choice
    encoded = am.encode_request(asked(**fields), profile=BEDROCK)
    body = json.loads(encoded.body)
    assert b"disable_parallel_tool_use" not in encoded.body
    assert ("tool_choice" in body) == (choice is not None)
    (loss,) = (loss for loss in encoded.losses if loss.code == "tool.parallel.disable")
    assert (loss.path, loss.severity) == ("$.parallel_tool_calls", "parameter")
    # Everywhere else the switch is written.
    assert b"disable_parallel_tool_use" in am.encode_request(asked(**fields)).body


def test_R16_calls_and_results_are_kept_on_bedrock():
    history = (called(), tool(result()))
    encoded = am.encode_request(after(*history), profile=BEDROCK)
    kinds = [
        block["type"]
        for message in json.loads(encoded.body)["messages"]
        for block in message["content"]
    ]
    assert kinds == ["tool_use", "tool_result"]
    again = am.decode_request(encoded.body, path=encoded.path)
    assert again.messages[0].parts == history[0].parts


def test_the_models_answer_is_replayed_as_it_came():
    part = call(id="toolu_bdrk_1")
    request = after(user("x"), assistant(part))
    encoded = am.encode_request(request, profile=BEDROCK, on_loss=COLLECT)
    again = am.decode_request(encoded.body, path=encoded.path)
    (found,) = again.messages[1].parts
    assert isinstance(found, ToolCallPart)
    assert found.id == "toolu_bdrk_1"


INVOKED = [
    case
    for case in load("bedrock-invoke")
    if isinstance(case.request, dict) and "anthropic_version" in case.request
]


@pytest.mark.parametrize("case", INVOKED, ids=lambda case: case.id)
def test_recorded_requests_come_back_leaf_by_leaf(case):
    path = case.request_path.partition("?")[0]
    request = am.decode_request(case.request_body, path=path)
    assert request.model in path.replace("%3A", ":")
    encoded = am.encode_request(request, profile=BEDROCK)
    # An empty list of tools is none: tests/codecs/anthropic_messages/test_corpus_plain.
    wanted = {name: value for name, value in case.request.items() if value != []}
    assert json.loads(encoded.body) == wanted
    assert encoded.path.endswith(path.rpartition("/")[2])
    assert not encoded.losses
