"""Responses of Anthropic Messages: what is read, what is written, what is lost."""

from __future__ import annotations

import json

import attrs
import pytest
from tests.codecs.anthropic_messages._response_support import (
    FULL,
    OWN,
    answer,
    body_of,
    dump,
    losses_of,
    response,
)

from modelwire import ir
from modelwire.codecs._base import Aliases
from modelwire.codecs.anthropic_messages import decode_response, encode_response


def test_every_field_survives_both_ways():
    value = decode_response(dump(FULL))
    encoded = encode_response(value)
    assert encoded.losses == ()
    assert json.loads(encoded.body) == FULL
    assert decode_response(encoded.body) == value


def test_golden_bytes():
    encoded = encode_response(
        response(ir.TextPart(text="Hé"), finish="stop", raw="end_turn")
    )
    assert (
        encoded.body
        == (
            '{"id":"r1","type":"message","role":"assistant","model":"m",'
            '"content":[{"type":"text","text":"Hé","citations":null}],'
            '"stop_reason":"end_turn","stop_sequence":null,'
            '"usage":{"input_tokens":1,"output_tokens":2,"cache_creation":null,'
            '"cache_creation_input_tokens":null,"cache_read_input_tokens":null,'
            '"inference_geo":null,"output_tokens_details":null,'
            '"server_tool_use":null,"service_tier":null},'
            '"stop_details":null,"container":null}'
        ).encode()
    )
    assert encoded.status == 200
    assert encoded.headers == (("content-type", "application/json"),)
    assert encoded.losses == ()


def test_the_ir_has_what_the_wire_says():
    value = decode_response(dump(FULL))
    thinking, said, call, compaction = value.choices[0].message.parts
    assert thinking.signature == ir.Opaque(value="sig==", dialect=OWN)
    assert [a.kind for a in said.annotations] == [
        "document",
        "document",
        "document",
        "search_result",
        "url",
        "unknown",
    ]
    assert said.annotations[1].source == ir.SourceSpan(
        unit="page", start=1, end=2, index=1
    )
    assert said.annotations[4].encrypted.value == "e=="
    assert call.arguments == '{"a":1.0}'
    assert compaction.encrypted.value == "enc"
    assert value.service_tier == "priority"
    assert value.choices[0].finish.extra[OWN]["stop_details"]["category"] == "bio"


# --- finish -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("end_turn", "stop"),
        ("max_tokens", "length"),
        ("stop_sequence", "stop_sequence"),
        ("tool_use", "tool_calls"),
        ("pause_turn", "pause"),
        ("refusal", "refusal"),
        ("model_context_window_exceeded", "context_length"),
        ("compaction", "compaction"),
        ("brand_new", "unknown"),
    ],
)
def test_F06_stop_reasons(word, kind):
    value = answer(
        id="m",
        model="m",
        content=[],
        stop_reason=word,
        usage={"input_tokens": 1, "output_tokens": 1},
    )
    assert value.choices[0].finish.kind == kind
    assert value.choices[0].finish.raw == word
    assert body_of(value)["stop_reason"] == word
    assert losses_of(value) == set()


@pytest.mark.parametrize(
    ("kind", "raw", "word"),
    [
        ("stop", "stop", "end_turn"),
        ("length", "length", "max_tokens"),
        ("content_filter", "content_filter", "refusal"),
        ("prompt_blocked", None, "refusal"),
        ("malformed_tool_call", "MALFORMED_FUNCTION_CALL", "end_turn"),
        ("unknown", "weird", "weird"),
        ("error", "error", "error"),
        ("cancelled", None, "cancelled"),
        ("unknown", None, None),
    ],
)
def test_finish_reasons_of_others(kind, raw, word):
    value = response(ir.TextPart(text="x"), finish=kind, raw=raw)
    assert body_of(value)["stop_reason"] == word


def test_L27_a_stop_with_calls_asks_for_their_results():
    part = ir.ToolCallPart(id="a", name="get", arguments="{}")
    assert body_of(response(part, raw="stop"))["stop_reason"] == "tool_use"
    own = response(part, raw="end_turn")
    assert body_of(own)["stop_reason"] == "end_turn"


def test_an_answer_that_did_not_end_has_no_stop_reason():
    value = answer(content=[{"type": "text", "text": "x"}])
    assert value.choices[0].finish is None
    assert body_of(value)["stop_reason"] is None


def test_what_a_stop_reason_says_beside_its_details_is_reported():
    extra = {OWN: {"stop_details": {"type": "refusal"}, "x": 1, "$spelling": {}}}
    value = response(ir.TextPart(text="x"), finish="refusal", raw="refusal")
    (choice,) = value.choices
    finish = attrs.evolve(choice.finish, extra=extra)
    value = attrs.evolve(value, choices=(attrs.evolve(choice, finish=finish),))
    assert body_of(value)["stop_details"] == {"type": "refusal"}
    assert [path for _, path in losses_of(value)] == [
        f"$.choices[0].finish.extra['{OWN}'].x"
    ]


# --- foreign answers ----------------------------------------------------------------


def test_what_openai_says_and_anthropic_cannot():
    value = response(
        ir.ReasoningPart(text="because"),
        ir.TextPart(
            text="see here",
            annotations=(
                ir.Annotation(
                    kind="url",
                    type="url_citation",
                    url="https://a.example",
                    title="A",
                    start=4,
                    end=8,
                ),
            ),
        ),
        ir.ToolCallPart(id="", name="a tool", arguments='{"a":'),
        raw="tool_calls",
        finish="tool_calls",
        created=5,
        service_tier="default",
        moderation={"flagged": False},
        extra={"openai-chat": {"system_fingerprint": "fp"}},
    )
    body = body_of(value)
    thinking, said, call = body["content"]
    assert thinking == {"type": "thinking", "thinking": "because", "signature": ""}
    assert said["citations"] == [
        {
            "type": "web_search_result_location",
            "cited_text": "",
            "url": "https://a.example",
            "title": "A",
            "encrypted_index": "",
        }
    ]
    assert call["input"] == {"_invalid_arguments": '{"a":'}
    assert call["id"] == "r1_call_0"
    # The client's own name, whether the vendor would take it or not.
    assert call["name"] == "a tool"
    assert body["usage"]["service_tier"] == "standard"
    assert {code for code, _ in losses_of(value)} >= {
        "out.annotations_citations",
        "out.tool_call",
        "tool_call.id",
        "finish.tool_use",
        "resp.created",
        "resp.safety",
        "resp.fingerprint",
    }


def test_a_foreign_thought_is_not_sent_upstream_afterwards():
    from modelwire.codecs.anthropic_messages import decode_request, encode_request

    block = body_of(response(ir.ReasoningPart(text="because")))["content"][0]
    history = {
        "model": "m",
        "max_tokens": 1,
        "messages": [
            {"role": "user", "content": "a"},
            {"role": "assistant", "content": [block, {"type": "text", "text": "b"}]},
        ],
    }
    sent = encode_request(decode_request(dump(history)))
    assert b"because" not in sent.body
    assert [loss.code.value for loss in sent.losses] == ["think.text"]


def test_only_the_first_choice_is_written():
    one = response(ir.TextPart(text="a"), raw="end_turn")
    message = ir.Message(role="assistant", parts=(ir.TextPart(text="b"),))
    two = ir.ChatResponse(
        id="r1",
        model="m",
        usage=one.usage,
        choices=(*one.choices, ir.Choice(index=1, message=message)),
    )
    assert body_of(two)["content"] == [{"type": "text", "text": "a", "citations": None}]
    assert losses_of(two) == {("resp.choices_n_1", "$.choices[1]")}


def test_an_empty_response_is_filled_in():
    body = body_of(ir.ChatResponse(), ids=lambda kind: f"new_{kind}")
    assert body["id"] == "new_response"
    assert body["content"] == []


def test_names_that_were_renamed_come_home_on_encode():
    part = ir.ToolCallPart(id="x", name="made", arguments="{}")
    encoded = encode_response(
        response(part),
        aliases=Aliases(names={"made": "real"}, call_ids={"x": "y"}),
    )
    block = json.loads(encoded.body)["content"][0]
    assert (block["name"], block["id"]) == ("real", "y")


def test_a_speakers_name_is_reported():
    message = ir.Message(role="assistant", parts=(ir.TextPart(text="x"),), name="Bo")
    value = response()
    choice = attrs.evolve(value.choices[0], message=message)
    value = attrs.evolve(value, choices=(choice,))
    body_of(value)
    assert ("role.name", "$.choices[0].message.name") in losses_of(value)


UNWRAPPED = [
    ("the wrapper", {"input": "a"}, "custom", "a"),
    ("more than it", {"input": "a", "b": 1}, "function", '{"input":"a","b":1}'),
    ("another argument", {"b": "a"}, "function", '{"b":"a"}'),
    ("no text in it", {"input": 5}, "function", '{"input":5}'),
    ("no object at all", "a", "function", ""),
]


@pytest.mark.parametrize(
    ("given", "kind", "arguments"),
    [row[1:] for row in UNWRAPPED],
    ids=[row[0] for row in UNWRAPPED],
)
def test_free_text_calls_are_unwrapped_where_they_are_wrapped(given, kind, arguments):
    blocks = [
        {"type": "text", "text": "so"},
        {"type": "tool_use", "id": "a", "name": "made", "input": given},
    ]
    value = decode_response(
        dump({"type": "message", "content": blocks}),
        aliases=Aliases(names={"made": "real"}, custom=frozenset({"made"})),
    )
    said, call = value.choices[0].message.parts
    assert said == ir.TextPart(text="so")
    assert (call.name, call.kind, call.arguments) == ("real", kind, arguments)
