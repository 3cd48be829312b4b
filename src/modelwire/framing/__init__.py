"""
Framings other than SSE, and JSON that is still arriving.

`PartialJSON` shows a JSON text before it is whole; `parse_partial` is its one-shot
form.  `JSONArrayDecoder` cuts a streamed JSON array into its elements, and
`JSONArrayEncoder` writes one.  `MultipartDecoder` cuts a form into its parts, and
`encode_multipart` writes one.
"""

from modelwire.framing._json_array import (
    ArrayFault,
    ArrayItem,
    JSONArrayDecoder,
    JSONArrayEncoder,
    encode_json_array,
)
from modelwire.framing._multipart import (
    MultipartDecoder,
    MultipartFault,
    MultipartItem,
)
from modelwire.framing._multipart_encode import (
    FormPart,
    encode_multipart,
    multipart_content_type,
    pick_boundary,
)
from modelwire.framing._multipart_headers import MultipartFaultCode, boundary_of
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
    "FormPart",
    "JSONArrayDecoder",
    "JSONArrayEncoder",
    "MultipartDecoder",
    "MultipartFault",
    "MultipartFaultCode",
    "MultipartItem",
    "PartialJSON",
    "PartialResult",
    "PartialStatus",
    "boundary_of",
    "encode_json_array",
    "encode_multipart",
    "multipart_content_type",
    "parse_partial",
    "pick_boundary",
]
