"""
Server-Sent Events (`text/event-stream`): incremental decoder, encoder.

`SSEDecoder` gives an object per event.  The dialect decoders work on `Scanner`
(`modelwire.sse._scanner`), which gives plain tuples and costs less per event.
"""

from modelwire.sse._decoder import SSEDecoder, SSEItem
from modelwire.sse._encoder import comment, encode
from modelwire.sse._items import FramingFault, SSEComment, SSEEvent

__all__ = [
    "FramingFault",
    "SSEComment",
    "SSEDecoder",
    "SSEEvent",
    "SSEItem",
    "comment",
    "encode",
]
