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
from modelwire.testing import (
    _strategy_decoded as decoded,
    assert_accounted,
    strategies as st,
)
from modelwire.testing._translated import (
    account_request,
    account_response,
    account_stream,
)

MANY = settings(max_examples=150)
SOME = settings(max_examples=75)
# Of the others, the strategies for the IR draw wire bytes as it is.
WIRE = [dialect for dialect in codecs.DIALECTS if dialect not in decoded.DECODED]


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
    path, _, query = case.request_path.partition("?")
    assert_accounted(
        case.dialect,
        target,
        case.request_body,
        path=path,
        query=query,
        headers=case.request_headers,
    )


@pytest.mark.parametrize("target", codecs.DIALECTS)
@pytest.mark.parametrize("case", cases("response"), ids=lambda c: c.id)
def test_recorded_responses(case, target):
    assert_accounted(
        case.dialect,
        target,
        case.response_body,
        kind="response",
        headers=case.response_headers,
    )


@pytest.mark.parametrize("target", codecs.DIALECTS)
@pytest.mark.parametrize("case", cases("stream"), ids=lambda c: c.id)
def test_recorded_streams(case, target):
    assert_accounted(
        case.dialect,
        target,
        case.response_body,
        kind="stream",
        headers=case.response_headers,
    )
