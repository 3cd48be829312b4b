"""Laws over whatever is legal: the grammar, the round trip, the accounting."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings, strategies as st

from modelwire.codecs._base import COLLECT
from modelwire.codecs.openai_chat import (
    check_stream,
    event_decoder,
    stream_decoder,
    stream_encoder,
)
from modelwire.ir import Accumulator
from modelwire.testing import check_chunks, sorted_parts, strategies

SETTINGS = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


def encode(chunks):
    encoder = stream_encoder(on_loss=COLLECT)
    return b"".join([encoder.encode(chunk) for chunk in chunks] + [encoder.close()])


def decode(body):
    decoder = stream_decoder()
    return decoder.feed(body) + decoder.close()


def folded(chunks):
    accumulator = Accumulator()
    accumulator.feed_all(chunks)
    return accumulator


@SETTINGS
@given(strategies.chunk_sequences(None))
def test_any_legal_sequence_gives_a_legal_stream(chunks):
    body = encode(chunks)
    decoder = event_decoder()
    assert check_stream(decoder.feed(body) + decoder.close()) == []
    back = decode(body)
    assert not check_chunks(back)
    assert back[-1].complete is chunks[-1].complete


@SETTINGS
@given(strategies.chunk_sequences("openai-chat"))
def test_own_sequences_come_back(chunks):
    before, after = folded(chunks), folded(decode(encode(chunks)))
    assert after.complete is before.complete
    if before.complete:
        assert sorted_parts(after.response) == sorted_parts(before.response)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=4)
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "index",
                    "delta",
                    "content",
                    "role",
                    "tool_calls",
                    "function",
                    "name",
                    "arguments",
                    "id",
                    "type",
                    "finish_reason",
                    "usage",
                    "error",
                    "reasoning",
                    "reasoning_details",
                    "text",
                    "logprobs",
                    "audio",
                    "images",
                    "choices",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)


@SETTINGS
@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(["choices", "id", "usage", "model", "error"]),
            JSON,
            max_size=4,
        ),
        max_size=4,
    ),
    st.integers(1, 9),
)
def test_nothing_that_the_peer_sends_raises(events, size):
    from modelwire.codecs import _json

    body = b"".join(b"data: " + _json.dumps(event) + b"\n\n" for event in events)
    whole = decode(body)
    decoder = stream_decoder()
    pieces = []
    for start in range(0, len(body), size):
        pieces += decoder.feed(body[start : start + size])
    assert pieces + decoder.close() == whole
    assert not check_chunks(whole)
