"""
What conformance tools from outside found wrong with the gateway, one case each.

`make conformance-outside` runs the tools themselves; docs/conformance.md has what
they said.
"""

from __future__ import annotations

import json

import pytest
from tests._wires import AM, DIALECTS, GG, OC, OR, Call, Say, events, wire
from tests.gateway._asgi import Upstream, json_answer
from tests.gateway.test_requests import BODIES, PATHS, message_of

from modelwire import codecs

MODELS = {
    OC: {"object": "list", "data": [{"id": "m-1", "object": "model", "created": 1,
                                     "owned_by": "x"}]},
    AM: {"data": [{"id": "m-1", "type": "model", "display_name": "M 1",
                   "created_at": "2025-01-01T00:00:00Z"}],
         "has_more": False, "first_id": "m-1", "last_id": "m-1"},
    GG: {"models": [{"name": "models/m-1", "displayName": "M 1"}]},
}  # fmt: skip
FOREIGN = [(mine, theirs) for mine in (OR, AM) for theirs in DIALECTS if mine != theirs]


def saying(dialect, *items):
    """Answer as an upstream of *dialect*, whole or as a stream."""
    said = wire(dialect, *items)

    def answer(request):
        body = json.loads(request.content)
        if body.get("stream") is True or "stream" in request.url.path:
            return 200, {"content-type": "text/event-stream"}, said.pieces
        return json_answer(json.loads(said.body))

    return answer


# --- compatcanary: the models of an upstream that speaks only Responses ---------------


@pytest.mark.parametrize(
    ("path", "headers", "first"),
    [
        ("/v1/models", [], lambda value: value["data"][0]["id"]),
        ("/v1/models", [("anthropic-version", "2023-06-01")],
         lambda value: value["data"][0]["id"]),
        ("/v1beta/models", [], lambda value: value["models"][0]["name"]),
    ],
    ids=["openai", "anthropic", "google"],
)  # fmt: skip
def test_an_upstream_of_responses_lists_its_models(path, headers, first):
    """It was 501: the list is written under the other dialect of the same server."""
    upstream = Upstream(lambda _: json_answer(MODELS[OC]), OR)
    told = upstream.ask(path, method="GET", headers=headers)
    assert told.status == 200
    assert first(told.json).endswith("m-1")
    assert upstream.seen[0].url.path == "/v1/models"


# --- schemathesis: bad requests that were 500 -----------------------------------------

ODD_NAMES = [[{}], [["a"]], [None], [1, "a"], [{"a": 1}, "b"], {"a": 1}, "a", 3]


@pytest.mark.parametrize("required", ODD_NAMES, ids=repr)
@pytest.mark.parametrize("target", [OC, OR, GG])
def test_a_schema_whose_required_names_are_none(target, required):
    """Objects among the names of `required` broke the repair of a tool's schema."""
    schema = {"type": "object", "properties": {"a": {}}, "required": required}
    body = {**BODIES[AM], "tools": [{"name": "f", "input_schema": schema}]}
    upstream = Upstream(saying(target, Say("hi")), target)
    told = upstream.ask(PATHS[AM], body)
    assert told.status in (200, 400)
    if told.status == 400:
        assert message_of(AM, told)


# --- llm-comply: fields that every answer has -----------------------------------------

RESPONSE = {
    "background": False,
    "completed_at": None,
    "frequency_penalty": 0,
    "max_output_tokens": None,
    "max_tool_calls": None,
    "parallel_tool_calls": True,
    "presence_penalty": 0,
    "previous_response_id": None,
    "prompt_cache_key": None,
    "reasoning": None,
    "safety_identifier": None,
    "store": False,
    "temperature": 1,
    "text": {"format": {"type": "text"}},
    "tool_choice": "auto",
    "tools": [],
    "top_logprobs": 0,
    "top_p": 1,
    "truncation": "disabled",
}
"""What the Open Responses standard requires beside the answer."""


@pytest.mark.parametrize("target", [OC, AM, GG])
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_a_response_has_every_field_of_the_standard(target, stream):
    """Fifteen were missing, and `temperature` and `top_p` were null."""
    upstream = Upstream(saying(target, Say("hi")), target)
    told = upstream.ask(PATHS[OR], {**BODIES[OR], "stream": stream})
    assert told.status == 200
    if stream:
        found = [e["response"] for e in events(told.body) if "response" in e]
    else:
        found = [told.json]
    assert len(found) == (3 if stream else 1)
    for response in found:
        assert RESPONSE.items() <= response.items()
        assert isinstance(response["service_tier"], str)


@pytest.mark.parametrize("target", [OC, AM, GG])
def test_a_response_repeats_what_was_asked(target):
    asked = {
        "temperature": 0.25, "top_p": 0.5, "max_output_tokens": 2000,
        "reasoning": {"effort": "low"}, "instructions": "Be brief.",
    }  # fmt: skip
    upstream = Upstream(saying(target, Say("hi")), target, on_loss=codecs.COLLECT)
    told = upstream.ask(PATHS[OR], {**BODIES[OR], **asked})
    expected = {**asked, "reasoning": {"effort": "low", "summary": None}}
    assert expected.items() <= told.json.items()
    # Nobody keeps an answer of ours, whatever was asked.
    stored = upstream.ask(PATHS[OR], {**BODIES[OR], "store": True})
    assert stored.json["store"] is False


USAGE = {
    "cache_creation", "cache_creation_input_tokens", "cache_read_input_tokens",
    "inference_geo", "input_tokens", "output_tokens", "output_tokens_details",
    "server_tool_use", "service_tier",
}  # fmt: skip
"""What Anthropic's specification requires of a message's usage."""


@pytest.mark.parametrize("target", [OC, OR, GG])
def test_a_message_has_every_field_of_the_specification(target):
    upstream = Upstream(saying(target, Say("hi"), Call("c1", "f", '{"a":1}')), target)
    told = upstream.ask(PATHS[AM], BODIES[AM])
    assert told.status == 200
    text, call = told.json["content"]
    assert text["citations"] is None
    assert call["caller"] == {"type": "direct"}
    assert set(told.json["usage"]) >= USAGE
    assert told.json["stop_details"] is told.json["container"] is None


@pytest.mark.parametrize(("source", "target"), FOREIGN)
def test_what_such_a_field_says_is_nobodys_loss(source, target):
    """Our own defaults, sent back to us, are no foreign fields that get lost."""
    first = Upstream(saying(target, Say("hi"), Call("c1", "f", "{}")), target)
    ours = first.ask(PATHS[source], BODIES[source]).json
    second = Upstream(lambda _: json_answer(ours), source)
    told = second.ask(PATHS[target], BODIES[target])
    assert told.status == 200
    assert "resp.fingerprint" not in told.headers.get("x-modelwire-answer-losses", "")
    assert "namespace" not in told.headers.get("x-modelwire-answer-losses", "")
