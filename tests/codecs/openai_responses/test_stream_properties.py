"""Laws over generated streams: legal bytes, and an accounting that is the truth."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from tests.codecs.openai_responses._streams import decode, encode, folded, native

from modelwire.codecs.openai_responses._grammar import check_stream
from modelwire.codecs.openai_responses._stream_decoder import stream_decoder
from modelwire.testing import (
    assert_chunk_invariant,
    assert_losses,
    strategies as st,
)

QUICK = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
SOURCES = (None, "openai-chat", "anthropic-messages", "openai-responses")


@pytest.mark.parametrize("source", SOURCES)
def test_whatever_comes_in_what_goes_out_is_legal(source):
    @QUICK
    @given(st.chunk_sequences(source))
    def check(chunks):
        data, losses = encode(chunks)
        assert check_stream(native(data)) == []
        before, after = folded(chunks), folded(decode(data))
        assert after.complete == before.complete
        assert (after.error is None) == (before.error is None)
        assert_losses(before.response, after.response, losses)

    check()


@settings(max_examples=30, deadline=None)
@given(st.chunk_sequences(None))
def test_cuts_do_not_matter(chunks):
    data, _ = encode(chunks)
    assert_chunk_invariant(stream_decoder, data, random_cuts=2)


@QUICK
@given(st.chunk_sequences(None))
def test_written_twice_it_is_the_same(chunks):
    data, _ = encode(chunks)
    before = folded(decode(data))
    again, _ = encode(decode(data))
    assert check_stream(native(again)) == []
    assert folded(decode(again)).response == before.response
