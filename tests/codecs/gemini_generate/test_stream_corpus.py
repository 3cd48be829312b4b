"""Every recorded Gemini stream: decoded in any cut, written again without loss."""

from __future__ import annotations

import json
import random

import pytest
from tests._corpus import load
from tests._paths import needs_shared
from tests.codecs.gemini_generate._streams import decode, encode, native, told

from modelwire.codecs._base import NativeEvent
from modelwire.codecs.gemini_generate._grammar import check_stream
from modelwire.ir import StreamEnd, UnknownEvent

CASES = [case for case in load("gemini-generate") if case.stream and case.response_body]

FAILED = {
    # Written by hand after reports: errors, in a stream and in place of one.
    "handwritten__gemini-midstream-error",
    "handwritten__gemini-429-array-wrapped",
}
REPEATED = {
    # Its `finishReason` stands on every event; the recording is doubtful.
    "semantic-kernel__google-unitcompletion-stream-response",
}
PIECES = {
    # Calls in pieces are written whole, so their paths and flags are not repeated.
    "vercel-ai__google-google-vertex-stream-tool-call-arguments-nested-1-chunks",
}

every = pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)


@needs_shared
def test_there_are_recordings():
    assert len(CASES) >= 30


@every
def test_same_chunks_in_any_cut(case):
    data = case.response_body
    whole = decode(data, headers=case.response_headers)
    assert isinstance(whole[-1], StreamEnd)
    assert whole[-1].complete is (case.id not in FAILED)
    for size in (1, 17, 4096):
        assert decode(data, size) == whole
    rng = random.Random(case.id)
    for _ in range(3):
        at = rng.randrange(len(data))
        assert told(decode(data[:at])).ended


@every
def test_everything_is_understood(case):
    chunks = decode(case.response_body)
    assert not [chunk for chunk in chunks if type(chunk) is UnknownEvent]


@every
@pytest.mark.parametrize("framing", ["sse", "json_array"])
def test_written_again_it_says_the_same(case, framing):
    chunks = decode(case.response_body)
    before = told(chunks)
    data, losses = encode(chunks, framing=framing)
    after = told(decode(data))
    assert after.response == before.response
    assert (after.complete, after.error) == (before.complete, before.error)
    assert losses == ()
    assert check_stream(native(data)) == []


@every
def test_recordings_obey_the_grammar(case):
    found = check_stream(native(case.response_body))
    assert bool(found) is (case.id in REPEATED)


def leaves(value):
    if isinstance(value, dict):
        for item in value.values():
            yield from leaves(item)
    elif isinstance(value, list):
        for item in value:
            yield from leaves(item)
    else:
        yield value


def without_counters(events):
    """The events without usage between the first and the last: the last one wins."""
    for number, event in enumerate(events):
        between = 0 < number < len(events) - 1
        yield {k: v for k, v in event.items() if not (between and k == "usageMetadata")}


@every
def test_every_leaf_is_written_again(case):
    if case.id in PIECES:
        return
    events = [e.data for e in native(case.response_body) if type(e) is NativeEvent]
    data, _ = encode(decode(case.response_body))
    again = [e.data for e in native(data)]
    written = {json.dumps(leaf) for leaf in leaves(again)}
    joined = "".join(leaf for leaf in leaves(again) if isinstance(leaf, str))
    for leaf in leaves(list(without_counters(events))):
        if not (isinstance(leaf, str) and leaf in joined):
            assert json.dumps(leaf) in written, leaf
