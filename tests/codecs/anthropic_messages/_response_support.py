"""Building Messages responses for tests, and what the codec makes of them."""

from __future__ import annotations

import json

from modelwire import ir
from modelwire.codecs import COLLECT
from modelwire.codecs.anthropic_messages import decode_response, encode_response
from modelwire.testing import assert_losses

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
    assert_losses(response, decode_response(encoded.body), encoded.losses)
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
