"""
Invariant: for every input and every pair of dialects, `StreamTranslator` raises
nothing and writes the same whatever the split; a source that did not end well never
gives a target that did; `StreamTap` agrees with it about error and end.  Between two
dialects what is written obeys the target's grammar; within one, what the codec does
not know is handed on as it is.
"""

from __future__ import annotations

import zlib

import seeds

from modelwire import codecs
from modelwire.codecs import COLLECT
from modelwire.translate import StreamTap, StreamTranslator

SEEDS = seeds.ALL_STREAMS


def _translated(
    source: str, target: str, data: bytes, size: int
) -> tuple[StreamTranslator, bytes]:
    translator = StreamTranslator(source, target, on_loss=COLLECT)
    reads = [data[at : at + size] for at in range(0, len(data), size)]
    out = b"".join([*map(translator.feed, reads), translator.close()])
    assert translator.close() == b""
    return translator, out


def check(data: bytes) -> None:
    """Raise when the invariant does not hold for *data*."""
    size = 1 + zlib.crc32(data) % 61
    for source in codecs.DIALECTS:
        tap = StreamTap(source)
        tap.feed(data)
        tap.close()
        for target in codecs.DIALECTS:
            translator, out = _translated(source, target, data, max(1, len(data)))
            assert _translated(source, target, data, size)[1] == out
            assert (tap.error, tap.complete) == (translator.error, translator.complete)
            if out:
                _check_target(target, out, complete=translator.complete)
                if source != target:
                    _check_grammar(target, out)
            else:
                assert not translator.complete


def _check_target(target: str, out: bytes, *, complete: bool) -> None:
    tap = StreamTap(target)
    tap.feed(out)
    tap.close()
    assert tap.complete == complete, (tap.error, out)


def _check_grammar(target: str, out: bytes) -> None:
    codec = codecs.get(target)
    events = codec.event_decoder()
    items = [*events.feed(out), *events.close()]
    found = codec.check_stream(items)
    assert found == [], (found[:3], out)
