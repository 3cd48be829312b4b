"""Every recorded Messages stream: decoded in any cut, written again without loss."""

from __future__ import annotations

import random

import pytest
from tests._corpus import load
from tests._paths import needs_shared
from tests.codecs.anthropic_messages._streams import decode, encode, native

from modelwire.codecs._base import NativeEvent
from modelwire.codecs.anthropic_messages._grammar import check_stream
from modelwire.ir import StreamEnd, UnknownEvent, fold

CASES = [case for case in load("anthropic-messages") if case.framing == "sse"]

JOINED = {
    # Several answers in one body: the first one is decoded, the rest is dropped.
    "vercel-ai__anthropic-anthropic-programmatic-tool-calling-1-chunks",
    "vercel-ai__anthropic-anthropic-tool-search-deferred-regex-chunks",
}
SPLICED = {
    # Made by hand: a second message_start in the middle, blocks that interleave.
    "vercel-ai__anthropic-spliced-message-start-chunks",
}
CUT: set[str] = set()
"""Recordings that are really cut; there is none."""

every = pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)


def leaves(value, found):
    if isinstance(value, dict):
        for item in value.values():
            leaves(item, found)
    elif isinstance(value, list):
        for item in value:
            leaves(item, found)
    elif value is not None:
        found.add((type(value).__name__, value))
    return found


@needs_shared
def test_there_are_recordings():
    assert len(CASES) >= 40


@every
def test_same_chunks_in_any_cut(case):
    data = case.response_body
    whole = decode(data)
    assert isinstance(whole[-1], StreamEnd)
    assert whole[-1].complete is (case.id not in CUT)
    for size in (1, 17, 4096):
        assert decode(data, size) == whole
    rng = random.Random(case.id)
    for _ in range(3):
        cut = decode(data[: rng.randrange(len(data))])
        # All but the error and the end is what the whole begins with.
        if len(cut) > 3:
            assert cut[:-2] == whole[: len(cut) - 2]


@every
def test_nothing_is_unknown(case):
    unknown = [c for c in decode(case.response_body) if isinstance(c, UnknownEvent)]
    assert bool(unknown) is (case.id in SPLICED)


@every
def test_it_is_legal(case):
    found = check_stream(native(case.response_body))
    assert bool(found) is (case.id in JOINED | SPLICED)


@every
def test_written_again_it_is_the_same(case):
    chunks = decode(case.response_body)
    data, losses = encode(chunks)
    again = decode(data)
    assert check_stream(native(data)) == []
    assert fold(again) == fold(chunks)
    assert losses == ()
    # A second time changes no byte.
    assert encode(again)[0] == data


@every
def test_every_leaf_is_written_again(case):
    if case.id in JOINED | SPLICED:
        pytest.skip("what comes after the first answer is dropped")
    before: set = set()
    for item in native(case.response_body):
        if isinstance(item, NativeEvent):
            leaves(item.data, before)
    after: set = set()
    for item in native(encode(decode(case.response_body))[0]):
        leaves(item.data, after)
    assert before <= after


@every
def test_without_raw_the_known_is_kept(case):
    chunks = decode(case.response_body, keep_raw=False)
    data, _ = encode(chunks)
    assert fold(decode(data)) == fold(chunks)
