"""
Invariant: for every input and every split of it, an SSE decoder raises nothing and
gives the same events as for the whole input at once, in both modes; after a fault
nothing follows.
"""

from __future__ import annotations

import zlib

import seeds

from modelwire.sse import FramingFault, SSEDecoder

SEEDS = (
    *seeds.ALL_STREAMS,
    b"\xef\xbb\xbfid: 1\nretry: 5\ndata: a\r\ndata: b\r\rdata\n\n: c\n",
)


def _items(data: bytes, size: int, *, lenient: bool) -> list[object]:
    decoder = SSEDecoder(lenient=lenient)
    items: list[object] = []
    for at in range(0, len(data), size):
        items += decoder.feed(data[at : at + size])
    items += decoder.close()
    assert decoder.close() == []
    return items


def check(data: bytes) -> None:
    """Raise when the invariant does not hold for *data*."""
    size = 1 + zlib.crc32(data) % 7
    for lenient in (False, True):
        whole = _items(data, max(1, len(data)), lenient=lenient)
        assert _items(data, size, lenient=lenient) == whole
        faults = [at for at, item in enumerate(whole) if isinstance(item, FramingFault)]
        assert faults in ([], [len(whole) - 1])
