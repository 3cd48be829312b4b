"""
Invariant: for every input and every split of it, the stream decoder of every dialect
raises nothing and gives the same chunks as for the whole input at once; `StreamStart`
is first, `StreamEnd` is last and once, an error is followed by the end alone, blocks
open once before their deltas and close at most once.  The event decoder raises
nothing either.
"""

from __future__ import annotations

import zlib

import seeds

from modelwire import codecs, ir

SEEDS = seeds.ALL_STREAMS
_DELTAS = (
    ir.TextDelta,
    ir.ReasoningDelta,
    ir.SignatureDelta,
    ir.ToolArgumentsDelta,
    ir.RefusalDelta,
    ir.AudioDelta,
)


def chunks_of(dialect: str, data: bytes, size: int) -> list[ir.StreamChunk]:
    """Decode *data* in reads of *size* bytes."""
    decoder = codecs.get(dialect).stream_decoder()
    chunks: list[ir.StreamChunk] = []
    for at in range(0, len(data), size):
        chunks += decoder.feed(data[at : at + size])
    chunks += decoder.close()
    assert decoder.close() == []
    return chunks


def check_order(chunks: list[ir.StreamChunk]) -> None:
    """Raise when *chunks* are no legal sequence."""
    assert isinstance(chunks[0], ir.StreamStart)
    ends = [at for at, chunk in enumerate(chunks) if isinstance(chunk, ir.StreamEnd)]
    assert ends == [len(chunks) - 1]
    opened: set[int] = set()
    closed: set[int] = set()
    for at, chunk in enumerate(chunks):
        if isinstance(chunk, ir.StreamError):
            assert at == len(chunks) - 2
            assert chunks[-1] == ir.StreamEnd(complete=False, terminator="none")
        elif isinstance(chunk, ir.BlockStart):
            assert chunk.index == len(opened)
            opened.add(chunk.index)
        elif isinstance(chunk, ir.BlockStop):
            assert chunk.index in opened - closed
            closed.add(chunk.index)
        elif isinstance(chunk, _DELTAS):
            assert chunk.index in opened - closed
    ir.fold(chunks)


def check(data: bytes) -> None:
    """Raise when the invariant does not hold for *data*."""
    size = 1 + zlib.crc32(data) % 97
    for dialect in codecs.DIALECTS:
        whole = chunks_of(dialect, data, max(1, len(data)))
        assert chunks_of(dialect, data, size) == whole
        check_order(whole)
        events = codecs.get(dialect).event_decoder()
        events.feed(data)
        events.close()
