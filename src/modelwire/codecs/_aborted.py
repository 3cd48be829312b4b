"""
The end of a stream whose connection failed.

Bytes that merely stop may still be a whole answer where the dialect has no terminator;
bytes that stop because the connection broke are not.  Only who holds the connection
knows, and says so here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from modelwire.errors import ErrorInfo
from modelwire.ir._chunks import StreamChunk, StreamEnd, StreamError

if TYPE_CHECKING:
    from modelwire.codecs._base import StreamDecoder

__all__ = ["aborted"]


def aborted(decoder: StreamDecoder, said: ErrorInfo | None) -> list[StreamChunk]:
    """
    End a stream whose connection failed.

    Args:
        decoder: The stream's decoder.
        said: How the connection failed.

    Returns:
        The last chunks: what was still held, then the connection's error.  Nothing
        where the stream had ended before.
    """
    chunks = decoder.close()
    if not chunks:
        return []
    held = [c for c in chunks if not isinstance(c, StreamEnd | StreamError)]
    cut = attrs.evolve(
        said or ErrorInfo(kind="stream_truncated"), kind="stream_truncated"
    )
    return [*held, StreamError(cut), StreamEnd(complete=False, terminator="none")]
