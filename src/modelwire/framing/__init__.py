"""
Framings other than SSE, and JSON that is still arriving.

`PartialJSON` shows a JSON text before it is whole; `parse_partial` is its one-shot
form.
"""

from modelwire.framing._partial_json import (
    ABSENT,
    Absent,
    PartialJSON,
    PartialResult,
    PartialStatus,
    parse_partial,
)

__all__ = [
    "ABSENT",
    "Absent",
    "PartialJSON",
    "PartialResult",
    "PartialStatus",
    "parse_partial",
]
