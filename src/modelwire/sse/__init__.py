"""
Server-Sent Events (`text/event-stream`): incremental decoder, encoder.

`SSEDecoder` gives an object per event.  The dialect decoders work on `Scanner`
(`modelwire.sse._scanner`), which gives plain tuples and costs less per event; the
names below load when they are asked for, so that they need not load `SSEDecoder`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelwire._lazy import lazy_names

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelwire.sse._decoder import (
        SSEDecoder as SSEDecoder,
        SSEEvent as SSEEvent,
        SSEItem as SSEItem,
    )
    from modelwire.sse._encoder import comment as comment, encode as encode
    from modelwire.sse._items import (
        FramingFault as FramingFault,
        SSEComment as SSEComment,
    )

__all__ = [
    "FramingFault",
    "SSEComment",
    "SSEDecoder",
    "SSEEvent",
    "SSEItem",
    "comment",
    "encode",
]

__getattr__: Callable[[str], Any]
__dir__: Callable[[], list[str]]
__getattr__, __dir__ = lazy_names(
    __name__,
    __all__,
    {
        "FramingFault": "_items",
        "SSEComment": "_items",
        "SSEDecoder": "_decoder",
        "SSEEvent": "_decoder",
        "SSEItem": "_decoder",
        "comment": "_encoder",
        "encode": "_encoder",
    },
)
