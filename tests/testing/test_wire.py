"""What `wire_requests`, `wire_responses` and `wire_streams` give is right."""

from __future__ import annotations

import json
import re
from collections import Counter

import pytest
from hypothesis import given, settings, strategies as hyp

from modelwire import codecs
from modelwire.codecs import COLLECT
from modelwire.ir import fold
from modelwire.testing import canonical, check_chunks, run_decoder, strategies as st
from modelwire.testing._wire_gemini_stream import _pieces

SOME = settings(max_examples=50)
UNSAID = {
    ("stream", False): "absent means the same",
    ("type", "direct"): "Anthropic's `caller`, of calls that the model itself made",
}
"""Leaves that go without saying (docs/spelling.md)."""


def leaves(value, key=""):
    """Every leaf with the name of its field, in camelCase; null says nothing."""
    if isinstance(value, dict):
        for name, item in value.items():
            camel = re.sub("_([a-z])", lambda found: found[1].upper(), name)
            yield from leaves(item, camel)
    elif isinstance(value, list):
        for item in value:
            yield from leaves(item, key)
    elif value is not None:
        yield key, value


def lost(before, after):
    """Leaves of one body that the other does not have."""
    gone = Counter(leaves(json.loads(before))) - Counter(leaves(json.loads(after)))
    return sorted(map(str, gone.keys() - UNSAID.keys()))


@pytest.mark.parametrize("dialect", codecs.DIALECTS)
def test_requests_come_back_with_every_leaf(dialect):
    codec = codecs.get(dialect)

    @SOME
    @given(st.wire_requests(dialect))
    def law(sent):
        request = codec.decode_request(sent.body, path=sent.path, query=sent.query)
        encoded = codec.encode_request(request, on_loss=COLLECT)
        assert encoded.losses == ()
        query = "&".join("=".join(pair) for pair in encoded.query)
        again = codec.decode_request(encoded.body, path=encoded.path, query=query)
        assert canonical(again) == canonical(request)
        assert lost(sent.body, encoded.body) == []

    law()


@pytest.mark.parametrize("dialect", codecs.DIALECTS)
def test_responses_come_back_with_every_leaf(dialect):
    codec = codecs.get(dialect)

    @SOME
    @given(st.wire_responses(dialect))
    def law(body):
        response = codec.decode_response(body)
        encoded = codec.encode_response(response, on_loss=COLLECT)
        assert encoded.losses == ()
        assert canonical(codec.decode_response(encoded.body)) == canonical(response)
        assert lost(body, encoded.body) == []

    law()


@pytest.mark.parametrize("dialect", codecs.DIALECTS)
def test_whole_streams_are_legal(dialect):
    codec = codecs.get(dialect)

    @SOME
    @given(st.wire_streams(dialect, errors=False))
    def law(data):
        events = run_decoder(codec.event_decoder(), [data])
        assert codec.check_stream(events) == []
        chunks = run_decoder(codec.stream_decoder(), [data])
        assert check_chunks(chunks) == []
        assert chunks[-1].complete

    law()


@pytest.mark.parametrize("dialect", codecs.DIALECTS)
def test_streams_are_read_the_same_in_any_pieces(dialect):
    codec = codecs.get(dialect)
    ends = set()

    @SOME
    @given(st.wire_streams(dialect), hyp.data())
    def law(data, more):
        whole = run_decoder(codec.stream_decoder(), [data])
        assert check_chunks(whole) == []
        pieces = more.draw(st.chunkings(data))
        assert run_decoder(codec.stream_decoder(), pieces) == whole
        ends.add(whole[-1].complete)

    law()
    assert ends == {True, False}, "some streams fail, and some do not"


@pytest.mark.parametrize(
    "strategy", [st.wire_requests, st.wire_responses, st.wire_streams]
)
def test_another_dialect_has_none(strategy):
    with pytest.raises(KeyError):
        strategy("x")


CALL = {"functionCall": {"name": "f", "args": {"a": True, "b": "x", "c": None}}}


def test_a_call_of_gemini_in_pieces_is_the_same_call():
    codec = codecs.get("gemini-generate")
    cuts = set()

    @SOME
    @given(hyp.data())
    def law(data):
        pieces = _pieces(data.draw, CALL)
        cuts.add(len(pieces))
        last = {"finishReason": "STOP", "index": 0}
        events = [
            {"candidates": [{"content": {"role": "model", "parts": [piece]}, **end}]}
            for piece, end in zip(
                pieces, [{"index": 0}] * (len(pieces) - 1) + [last], strict=True
            )
        ]
        decoder = codec.stream_decoder()
        chunks = [*decoder.feed(json.dumps(events).encode()), *decoder.close()]
        (part,) = fold(chunks).choices[0].message.parts
        assert json.loads(part.arguments) == CALL["functionCall"]["args"]

    law()
    assert cuts == {1, 5}
