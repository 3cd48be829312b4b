"""
Framings other than SSE, and JSON that is still arriving.

`PartialJSON` shows a JSON text before it is whole; `parse_partial` is its one-shot
form.  `JSONArrayDecoder` cuts a streamed JSON array into its elements, and
`JSONArrayEncoder` writes one.
"""

from modelwire.framing._json_array import (
    ArrayFault,
    ArrayItem,
    JSONArrayDecoder,
    JSONArrayEncoder,
    encode_json_array,
)
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
    "ArrayFault",
    "ArrayItem",
    "JSONArrayDecoder",
    "JSONArrayEncoder",
    "PartialJSON",
    "PartialResult",
    "PartialStatus",
    "encode_json_array",
    "parse_partial",
]
