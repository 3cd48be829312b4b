"""
What a decoder, a tap and a translation hold while a long stream flows through them.

The streams are 1 MB each here and 100 MB with `make limits`; the bound is the same.
"""

from __future__ import annotations

import tracemalloc

import pytest
from tests.limits._long import DIALECTS, GG, OR, READ, reads

from modelwire import codecs
from modelwire.translate import StreamTap, StreamTranslator

GOAL = 128 * 1024
"""Bytes of traced memory for a stream, its largest event (a read here) apart."""

HOLDS = {OR}
"""Targets whose last event repeats the answer: they hold it, up to `max_held_bytes`."""


def held(use, pieces):
    """The most memory that *use* keeps between two reads and takes during one."""
    tracemalloc.start()
    try:
        before = None
        peak = 0
        for number, piece in enumerate(pieces):
            use(piece)
            now, top = tracemalloc.get_traced_memory()
            # What is made once (tables, the first event's state) is there after
            # five reads, and is no growth.
            if number == 5:
                before = now
                tracemalloc.reset_peak()
            elif before is not None:
                peak = max(peak, top - before)
        return peak
    finally:
        tracemalloc.stop()


@pytest.fixture
def size(request):
    return request.config.getoption("--megabytes") * 1_000_000


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_decoder(dialect, size):
    decoder = codecs.get(dialect).stream_decoder()
    assert held(decoder.feed, reads(dialect, size)) <= GOAL + 3 * READ
    assert not decoder.failed
    # Gemini's stream has no end of its own but that of the bytes.
    rest = decoder.close()
    assert rest[-1].complete if dialect == GG else rest == []


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_tap(dialect, size):
    tap = StreamTap(dialect)
    assert held(tap.feed, reads(dialect, size)) <= GOAL + 3 * READ
    tap.close()
    assert tap.complete


@pytest.mark.parametrize("target", [d for d in DIALECTS if d not in HOLDS])
@pytest.mark.parametrize("source", DIALECTS)
def test_a_pair_that_need_not_hold(source, target, size):
    translator = StreamTranslator(source, target)
    assert held(translator.feed, reads(source, size)) <= GOAL + 3 * READ
    translator.close()
    assert translator.complete


AT_ITS_END = 14
"""
What the events at the end of a Responses stream take at once, in held bytes.

The text is held in the pieces that it came in, and written five times (text, part,
item, and the response in two events), each for a moment as values and as bytes.
"""


@pytest.mark.parametrize("source", DIALECTS)
def test_a_pair_that_must_hold_is_bounded(source):
    limit = 50_000
    limits = codecs.Limits(max_held_bytes=limit)
    translator = StreamTranslator(source, OR, limits=limits)
    size = 12 * limit
    assert held(translator.feed, reads(source, size)) <= AT_ITS_END * limit + GOAL
    translator.close()
    assert not translator.complete
    assert translator.error is not None
    assert "max_held_bytes" in translator.error.message
