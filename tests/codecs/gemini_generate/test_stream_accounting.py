"""Any legal stream becomes a legal one here, and every difference has its loss."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from tests._corpus import load
from tests.codecs.gemini_generate._streams import decode, encode, native, told

from modelwire import codecs
from modelwire.codecs.gemini_generate._grammar import check_stream
from modelwire.testing import assert_losses, strategies as st

FOREIGN = [
    case
    for dialect in ("openai-chat", "anthropic-messages")
    for case in load(dialect)
    if case.framing == "sse" and case.status < 400 and case.response_body
]


def account(chunks):
    data, losses = encode(chunks)
    assert check_stream(native(data)) == []
    again = decode(data)
    array, _ = encode(chunks, framing="json_array")
    json.loads(array)
    assert decode(array) == again
    before, after = told(chunks), told(again)
    assert after.complete == before.complete
    assert_losses(before.response, after.response, losses)


@pytest.mark.parametrize("source", [None, "openai-chat", "anthropic-messages"])
def test_generated_streams(source):
    @settings(
        max_examples=150,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )
    @given(st.chunk_sequences(source))
    def check(chunks):
        account(chunks)

    check()


@pytest.mark.parametrize("case", FOREIGN, ids=lambda case: case.id)
def test_recorded_streams_of_other_dialects(case):
    decoder = codecs.get(case.dialect).stream_decoder(headers=case.response_headers)
    account([*decoder.feed(case.response_body), *decoder.close()])
