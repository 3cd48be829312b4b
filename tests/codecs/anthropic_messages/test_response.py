"""Responses of Anthropic Messages: what is read, what is written, what is lost."""

from __future__ import annotations

import json

import pytest

from modelwire import ir
from modelwire.codecs import COLLECT
from modelwire.codecs.anthropic_messages import decode_response, encode_response
from modelwire.codecs.anthropic_messages._usage import decode_usage, merge_usage
from modelwire.errors import ProviderError, RemoteProtocolError
from modelwire.testing import assert_accounted

OWN = "anthropic-messages"

FULL = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "claude-opus-5",
    "content": [
        {"type": "thinking", "thinking": "hm", "signature": "sig=="},
        {
            "type": "text",
            "text": "See",
            "citations": [
                {
                    "type": "char_location",
                    "cited_text": "c",
                    "document_index": 0,
                    "document_title": None,
                    "start_char_index": 1,
                    "end_char_index": 2,
                    "file_id": "file_1",
                },
                {
                    "type": "page_location",
                    "cited_text": "p",
                    "document_index": 1,
                    "document_title": "T",
                    "start_page_number": 1,
                    "end_page_number": 2,
                },
                {
                    "type": "content_block_location",
                    "cited_text": "b",
                    "document_index": 2,
                    "document_title": None,
                    "start_block_index": 0,
                    "end_block_index": 1,
                },
                {
                    "type": "search_result_location",
                    "cited_text": "s",
                    "source": "src",
                    "search_result_index": 0,
                    "start_block_index": 0,
                    "end_block_index": 1,
                    "title": None,
                },
                {
                    "type": "web_search_result_location",
                    "cited_text": "w",
                    "url": "https://a.example",
                    "title": "A",
                    "encrypted_index": "e==",
                },
                {"type": "brand_new_location", "where": {"x": 1}},
            ],
        },
        {
            "type": "tool_use",
            "id": "toolu_1",
            "name": "get",
            "input": {"a": 1.0},
            "caller": {"type": "direct"},
        },
        {"type": "compaction", "content": None, "encrypted_content": "enc"},
    ],
    "stop_reason": "refusal",
    "stop_sequence": None,
    "stop_details": {"type": "refusal", "category": "bio"},
    "usage": {
        "input_tokens": 10,
        "cache_creation_input_tokens": 3,
        "cache_read_input_tokens": 5,
        "cache_creation": {
            "ephemeral_5m_input_tokens": 1,
            "ephemeral_1h_input_tokens": 2,
        },
        "output_tokens": 7,
        "output_tokens_details": {"thinking_tokens": 4},
        "server_tool_use": {"web_search_requests": 2, "web_fetch_requests": 0},
        "service_tier": "priority",
        "inference_geo": "eu",
        "iterations": [{"type": "message", "input_tokens": 10}],
    },
    "container": {"id": "c", "expires_at": "2026-01-01T00:00:00Z"},
    "context_management": {"applied_edits": []},
}


def dump(obj):
    return json.dumps(obj).encode()


def body_of(response, **options):
    """Encode with every loss collected, check the accounting, give the body."""
    encoded = encode_response(response, on_loss=COLLECT, **options)
    assert_accounted(response, decode_response(encoded.body), encoded.losses)
    return json.loads(encoded.body)


def losses_of(response):
    encoded = encode_response(response, on_loss=COLLECT)
    return {(loss.code.value, loss.path or loss.to) for loss in encoded.losses}


def response(*parts, finish="stop", raw=None, **fields):
    fields.setdefault("id", "r1")
    fields.setdefault("model", "m")
    fields.setdefault(
        "usage", ir.Usage(input_total=1, input_uncached=1, output_total=2)
    )
    message = ir.Message(role="assistant", parts=parts)
    choice = ir.Choice(index=0, message=message, finish=ir.Finish(kind=finish, raw=raw))
    return ir.ChatResponse(choices=(choice,), **fields)


def answer(**fields):
    return decode_response(dump({"type": "message", "role": "assistant", **fields}))


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


def said_of(response):
    """Encode, and give the usage without what is null."""
    usage = body_of(response)["usage"]
    return {name: value for name, value in usage.items() if value is not None}


# --- usage --------------------------------------------------------------------------


def test_L14_the_total_includes_the_cache():
    usage = decode_response(dump(FULL)).usage
    assert usage.input_total == 18
    assert (usage.input_uncached, usage.cache_write, usage.cache_read) == (10, 3, 5)
    assert (usage.cache_write_5m, usage.cache_write_1h) == (1, 2)
    assert (usage.output_total, usage.reasoning) == (7, 4)
    assert usage.server_tools == {"web_search": 2, "web_fetch": 0}


@pytest.mark.parametrize("uncached", [6, None])
def test_L15_U03_the_cache_is_taken_out_of_the_input(uncached):
    usage = ir.Usage(
        input_total=10, input_uncached=uncached, cache_read=4, output_total=1
    )
    assert said_of(response(ir.TextPart(text="x"), usage=usage)) == {
        "input_tokens": 6,
        "cache_read_input_tokens": 4,
        "output_tokens": 1,
    }


def test_usage_that_is_not_known_is_zero_and_reported():
    value = response(ir.TextPart(text="x"), usage=None)
    assert said_of(value) == {"input_tokens": 0, "output_tokens": 0}
    assert ("usage.total", "$.usage") in losses_of(value)


def test_U04_U06_later_usage_replaces_and_null_says_nothing():
    start = {"input_tokens": 5, "cache_creation_input_tokens": 9, "output_tokens": 1}
    delta = {
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 9,
        "input_tokens": None,
        "output_tokens": 7,
    }
    usage = decode_usage(merge_usage(start, delta))
    assert (usage.input_uncached, usage.cache_write, usage.cache_read) == (5, 0, 9)
    assert (usage.input_total, usage.output_total) == (14, 7)


@pytest.mark.parametrize(
    "usage",
    [
        {},
        {"input_tokens": "5", "output_tokens": None, "cache_creation": 5},
        {"server_tool_use": {"web_search_requests": "x", "y": 1}},
        {"service_tier": 5, "cache_creation": {"z": 1}, "output_tokens_details": []},
    ],
)
def test_ill_typed_usage_is_kept(usage):
    value = answer(content=[], stop_reason="end_turn", usage=usage)
    kept = value.usage.extra.get(OWN, {})
    assert kept == {k: v for k, v in usage.items() if v is not None}
    body_of(value)


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
    from modelwire.codecs._base import Aliases

    part = ir.ToolCallPart(id="x", name="made", arguments="{}")
    encoded = encode_response(
        response(part),
        aliases=Aliases(names={"made": "real"}, call_ids={"x": "y"}),
    )
    block = json.loads(encoded.body)["content"][0]
    assert (block["name"], block["id"]) == ("real", "y")


# --- hostile bodies -----------------------------------------------------------------


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"5", b"<html>", b"\xff"])
def test_what_is_no_object_is_a_protocol_error(body):
    with pytest.raises(RemoteProtocolError):
        decode_response(body)


@pytest.mark.parametrize("status", [200, 400, 529])
def test_an_error_body_is_an_error_whatever_the_status(status):
    body = dump(
        {"type": "error", "error": {"type": "overloaded_error", "message": "x"}}
    )
    with pytest.raises(ProviderError) as caught:
        decode_response(body, status=status)
    assert caught.value.info.kind == "overloaded"


ODD = [None, 5, "x", True, [], {}, [5], [None], {"type": 5}, [{"type": "text"}]]
FIELDS = [
    "id",
    "type",
    "role",
    "model",
    "content",
    "stop_reason",
    "stop_sequence",
    "stop_details",
    "usage",
    "container",
]


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("odd", ODD, ids=repr)
def test_ill_typed_fields_never_raise(field, odd):
    value = decode_response(dump({**FULL, field: odd}))
    encode_response(value, on_loss=COLLECT)


BLOCK_TYPES = [
    "text",
    "thinking",
    "redacted_thinking",
    "tool_use",
    "tool_result",
    "server_tool_use",
    "web_search_tool_result",
    "mcp_tool_use",
    "mcp_tool_result",
    "compaction",
    "image",
    "document",
    "search_result",
    "brand_new",
]
BLOCK_FIELDS = [
    "text",
    "citations",
    "thinking",
    "signature",
    "data",
    "id",
    "name",
    "input",
    "tool_use_id",
    "content",
    "source",
    "title",
    "cache_control",
    "server_name",
    "is_error",
]


@pytest.mark.parametrize("type_", BLOCK_TYPES)
@pytest.mark.parametrize("odd", ODD, ids=repr)
def test_ill_typed_blocks_never_raise(type_, odd):
    block = {"type": type_, **dict.fromkeys(BLOCK_FIELDS, odd)}
    value = answer(content=[block, {"type": type_}], stop_reason="end_turn")
    encode_response(value, on_loss=COLLECT)
