"""Profiles: rows of facts that the codecs read, each of them for a reason."""

from __future__ import annotations

import json

import attrs
import pytest
from tests.codecs._loss_sources import after, asked, call, function, result, text, tool

from modelwire import codecs
from modelwire.codecs import COLLECT, Profile
from modelwire.ir import assistant, user

ROWS = [
    (dialect, name, profile)
    for dialect in codecs.DIALECTS
    for name, profile in codecs.get(dialect).PROFILES.items()
]


def encode(dialect, name, request):
    codec = codecs.get(dialect)
    return codec.encode_request(request, profile=codec.PROFILES[name], on_loss=COLLECT)


@pytest.mark.parametrize(("dialect", "name", "profile"), ROWS)
def test_a_row_names_itself(dialect, name, profile):
    assert (profile.dialect, profile.name) == (dialect, name)


@pytest.mark.parametrize("dialect", codecs.DIALECTS)
def test_the_default_is_one_of_the_rows(dialect):
    codec = codecs.get(dialect)
    assert codec.DEFAULT_PROFILE in codec.PROFILES.values()


def test_no_fact_stands_for_nothing():
    # A field that no row sets is a flag without a case.
    unset = {
        field.name
        for field in attrs.fields(Profile)
        if all(getattr(row[2], field.name) == field.default for row in ROWS)
    }
    # What callers set for themselves: betas, and the limit that is made up.
    assert unset == {"betas", "default_max_tokens", "tool_name_max"}


STOPS = [
    ("openai-chat", "openai", "stop", 4),
    ("openai-chat", "azure", "stop", 4),
    # Their limits are not known, so nothing is cut for them.
    ("openai-chat", "groq", "stop", 6),
    ("openai-chat", "deepseek", "stop", 6),
    ("anthropic-messages", "anthropic", "stop_sequences", 6),
    ("gemini-generate", "gemini", "generationConfig.stopSequences", 5),
]


@pytest.mark.parametrize(("dialect", "name", "field", "count"), STOPS)
def test_as_many_stop_sequences_as_the_variant_takes(dialect, name, field, count):
    encoded = encode(dialect, name, asked(stop_sequences=tuple("abcdef")))
    value = json.loads(encoded.body)
    for key in field.split("."):
        value = value[key]
    assert value == list("abcdef")[:count]
    lost = [loss.action for loss in encoded.losses if loss.code == "param.stop"]
    assert lost == ([] if count == 6 else ["approximated"])


def test_a_server_with_ids_of_one_length_gets_them():
    request = after(
        user(text("x")),
        assistant(call(id="toolu_01A"), call(id="Abcdef123")),
        tool(result(call_id="toolu_01A")),
        tool(result(call_id="Abcdef123")),
    )
    encoded = encode("openai-chat", "mistral", request)
    messages = json.loads(encoded.body)["messages"]
    first, second = (entry["id"] for entry in messages[1]["tool_calls"])
    assert second == "Abcdef123"
    assert len(first) == 9
    assert first.isalnum()
    assert [m["tool_call_id"] for m in messages[2:]] == [first, second]
    assert encoded.aliases.call_id(first) == "toolu_01A"
    assert encoded.aliases.call_id(second) == second
    # The same id gets the same one in every turn.
    assert encode("openai-chat", "mistral", request).body == encoded.body
    assert "toolu_01A" in encode("openai-chat", "openai", request).body.decode()


def test_two_ids_that_would_meet_do_not():
    ids = [f"call_{number}" for number in range(200)]
    request = after(
        assistant(*(call(id=id_) for id_ in ids)),
        *(tool(result(call_id=id_)) for id_ in ids),
    )
    encoded = encode("openai-chat", "mistral", request)
    sent = [m["tool_call_id"] for m in json.loads(encoded.body)["messages"][1:]]
    assert len(set(sent)) == len(ids)
    assert [encoded.aliases.call_id(id_) for id_ in sent] == ids


def test_vertex_names_the_publisher_and_takes_another_version():
    codec = codecs.get("gemini-generate")
    vertex = codec.PROFILES["vertex"]
    path = codec.encode_request(asked(), profile=vertex).path
    assert path == "/v1beta1/publishers/google/models/m:generateContent"
    stable = attrs.evolve(vertex, api_version="v1")
    path = codec.encode_request(asked(stream=True), profile=stable).path
    assert path == "/v1/publishers/google/models/m:streamGenerateContent"
    # What Vertex takes does not hang on the version any more.
    body = codec.encode_request(asked(metadata={"a": "b"}), profile=stable).body
    assert json.loads(body)["labels"] == {"a": "b"}
    tuned = asked(model="tunedModels/t")
    assert codec.encode_request(tuned, profile=vertex).path.endswith(
        "/tunedModels/t:generateContent"
    )


def test_a_profile_of_ones_own():
    codec = codecs.get("anthropic-messages")
    mine = attrs.evolve(codec.DEFAULT_PROFILE, name="mine", breakpoints_max=None)
    request = asked(tools=(function(),), temperature=1.5)
    wild = attrs.evolve(mine, temperature_max=None)
    assert json.loads(codec.encode_request(request, profile=mine).body)[
        "temperature"
    ] == pytest.approx(1.0)
    assert json.loads(codec.encode_request(request, profile=wild).body)[
        "temperature"
    ] == pytest.approx(1.5)
