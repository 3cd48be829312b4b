"""Responses of Anthropic Messages: bodies that nobody should send."""

from __future__ import annotations

import pytest
from tests.codecs.anthropic_messages._response_support import (
    FULL,
    OWN,
    answer,
    dump,
)

from modelwire import ir
from modelwire.codecs import COLLECT
from modelwire.codecs.anthropic_messages import decode_response, encode_response
from modelwire.errors import ProviderError, RemoteProtocolError


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


SEARCH = {"type": "search_result", "source": "s", "title": "t", "content": [5]}
RESULT = {"type": "tool_result", "tool_use_id": "a"}
HOLDING = {"type": "document", "source": {"type": "content", "content": [SEARCH]}}
EMPTY = {"type": "document", "source": {"type": "content", "content": 5}}


@pytest.mark.parametrize(
    ("block", "kept"),
    [(RESULT, RESULT), (SEARCH, SEARCH), (HOLDING, SEARCH), (EMPTY, EMPTY)],
    ids=["of the caller", "an odd one", "an odd one inside", "nothing inside"],
)
def test_blocks_that_have_no_place_in_an_answer_are_kept(block, kept):
    value = answer(content=[block], stop_reason="end_turn")
    (part,) = value.choices[0].message.parts
    if isinstance(part, ir.DocumentPart):
        (part,) = part.source.parts
    assert part == ir.UnknownPart(dialect=OWN, raw=kept)
