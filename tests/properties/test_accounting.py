"""
The loss accounting is complete and sound.

Complete: encode, decode again; each difference to what went in lies at or below the
path (or `to`) of some loss.  Sound: each loss covers a difference that no loss of a
finer path covers.  Checked over generated values and over recorded traffic, for every
ordered pair of dialects.
"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from tests._corpus import cases

from modelwire import codecs
from modelwire.codecs import COLLECT
from modelwire.errors import ModelwireError
from modelwire.ir import Accumulator, fold
from modelwire.testing import assert_accounted, strategies as st

PAIRS = [(a, b) for a in codecs.DIALECTS for b in codecs.DIALECTS]
QUICK = settings(max_examples=150)


def account_request(request, target):
    codec = codecs.get(target)
    encoded = codec.encode_request(request, on_loss=COLLECT)
    again = codec.decode_request(
        encoded.body,
        path=encoded.path,
        query="&".join(f"{name}={value}" for name, value in encoded.query),
        headers=encoded.headers,
    )
    assert_accounted(request, again, encoded.losses)


def account_response(response, target):
    codec = codecs.get(target)
    encoded = codec.encode_response(response, on_loss=COLLECT)
    again = codec.decode_response(encoded.body)
    assert_accounted(response, again, encoded.losses)


def account_stream(chunks, target):
    codec = codecs.get(target)
    encoder = codec.stream_encoder(on_loss=COLLECT)
    data = b"".join(encoder.encode(chunk) for chunk in chunks) + encoder.close()
    decoder = codec.stream_decoder()
    again = Accumulator()
    for chunk in [*decoder.feed(data), *decoder.close()]:
        again.feed(chunk)
    before = Accumulator()
    for chunk in chunks:
        before.feed(chunk)
    assert again.complete == before.complete
    assert_accounted(before.response, again.response, encoder.losses)


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_generated_requests(source, target):
    @QUICK
    @given(st.chat_requests(source))
    def check(request):
        account_request(request, target)

    check()


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_generated_responses(source, target):
    @QUICK
    @given(st.chat_responses(source))
    def check(response):
        account_response(response, target)

    check()


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_generated_streams(source, target):
    @QUICK
    @given(st.chunk_sequences(source))
    def check(chunks):
        account_stream(chunks, target)

    check()


@pytest.mark.parametrize("target", codecs.DIALECTS)
@pytest.mark.parametrize("case", cases("request"), ids=lambda c: c.id)
def test_recorded_requests(case, target):
    codec = codecs.get(case.dialect)
    try:
        path, _, query = case.request_path.partition("?")
        request = codec.decode_request(
            case.request_body, path=path, query=query, headers=case.request_headers
        )
    except ModelwireError as error:
        pytest.fail(f"a recorded request does not decode: {error}")
    account_request(request, target)


@pytest.mark.parametrize("target", codecs.DIALECTS)
@pytest.mark.parametrize("case", cases("response"), ids=lambda c: c.id)
def test_recorded_responses(case, target):
    codec = codecs.get(case.dialect)
    response = codec.decode_response(
        case.response_body, status=case.status, headers=case.response_headers
    )
    account_response(response, target)


@pytest.mark.parametrize("target", codecs.DIALECTS)
@pytest.mark.parametrize("case", cases("stream"), ids=lambda c: c.id)
def test_recorded_streams(case, target):
    decoder = codecs.get(case.dialect).stream_decoder(headers=case.response_headers)
    chunks = [*decoder.feed(case.response_body), *decoder.close()]
    account_stream(chunks, target)
    assert fold(chunks) is not None
