"""
The loss accounting is complete and sound.

Complete: encode, decode again; each difference to what went in lies at or below the
path (or `to`) of some loss.  Sound: each loss covers a difference that no loss of a
finer path covers.  Checked for every ordered pair of dialects, over generated values
(what the strategies make of the IR, and what decoders make of drawn wire bytes) and
over recorded traffic.  What streams are written as obeys the target's grammar, too.
"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from tests._corpus import cases

from modelwire import codecs
from modelwire.codecs import COLLECT
from modelwire.errors import ModelwireError
from modelwire.ir import Accumulator, fold
from modelwire.testing import (
    _strategy_decoded as decoded,
    assert_accounted,
    check_chunks,
    run_decoder,
    strategies as st,
)

MANY = settings(max_examples=150)
SOME = settings(max_examples=75)
# Of the others, the strategies for the IR draw wire bytes as it is.
WIRE = [dialect for dialect in codecs.DIALECTS if dialect not in decoded.DECODED]


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
    assert codec.check_stream(run_decoder(codec.event_decoder(), [data])) == []
    read = run_decoder(codec.stream_decoder(), [data])
    assert check_chunks(read) == []
    before, again = Accumulator(), Accumulator()
    before.feed_all(chunks)
    again.feed_all(read)
    assert again.complete == before.complete
    assert_accounted(before.response, again.response, encoder.losses)


def check_all(strategy, account, *, examples):
    """Account for drawn values in every target: drawing them takes the time."""

    @examples
    @given(strategy)
    def law(value):
        for target in codecs.DIALECTS:
            try:
                account(value, target)
            except AssertionError as error:
                error.add_note(f"target: {target}")
                raise

    law()


@pytest.mark.parametrize("source", codecs.DIALECTS)
def test_generated_requests(source):
    check_all(st.chat_requests(source), account_request, examples=MANY)


@pytest.mark.parametrize("source", codecs.DIALECTS)
def test_generated_responses(source):
    check_all(st.chat_responses(source), account_response, examples=MANY)


@pytest.mark.parametrize("source", codecs.DIALECTS)
def test_generated_streams(source):
    check_all(st.chunk_sequences(source), account_stream, examples=MANY)


@pytest.mark.parametrize("source", WIRE)
def test_requests_of_generated_bytes(source):
    check_all(decoded.requests(source), account_request, examples=SOME)


@pytest.mark.parametrize("source", WIRE)
def test_responses_of_generated_bytes(source):
    check_all(decoded.responses(source), account_response, examples=SOME)


@pytest.mark.parametrize("source", WIRE)
def test_streams_of_generated_bytes(source):
    check_all(
        decoded.chunk_sequences(source, errors=True), account_stream, examples=SOME
    )


def test_values_that_no_dialect_gives():
    """Streams of anything that the IR allows, in an order that is legal."""
    check_all(st.chunk_sequences(), account_stream, examples=SOME)


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
