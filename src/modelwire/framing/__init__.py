"""
Framings other than SSE, and JSON that is still arriving.

`PartialJSON` shows a JSON text before it is whole; `parse_partial` is its one-shot
form.  The others come in pairs, one that reads a body and one that writes it:

- a streamed JSON array: `JSONArrayDecoder`, `JSONArrayEncoder`, `encode_json_array`
- JSON that comes a value a line: `NDJSONDecoder`, `encode_ndjson`
- an AWS event stream: `AWSEventStreamDecoder`, `encode_message`
- a form: `MultipartDecoder`, `encode_multipart`
"""

from modelwire.framing._aws_eventstream import (
    AWSEventStreamDecoder,
    AWSEventStreamFault,
    AWSEventStreamItem,
)
from modelwire.framing._aws_message import (
    AWSEventStreamFaultCode,
    AWSHeader,
    AWSHeaderType,
    AWSMessage,
    encode_message,
)
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
from modelwire.framing._ndjson import (
    NDJSONDecoder,
    NDJSONFault,
    NDJSONItem,
    NDJSONLine,
    NDJSONMalformed,
    NDJSONTruncated,
    encode_ndjson,
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
    "AWSEventStreamDecoder",
    "AWSEventStreamFault",
    "AWSEventStreamFaultCode",
    "AWSEventStreamItem",
    "AWSHeader",
    "AWSHeaderType",
    "AWSMessage",
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
    "NDJSONDecoder",
    "NDJSONFault",
    "NDJSONItem",
    "NDJSONLine",
    "NDJSONMalformed",
    "NDJSONTruncated",
    "PartialJSON",
    "PartialResult",
    "PartialStatus",
    "boundary_of",
    "encode_json_array",
    "encode_message",
    "encode_multipart",
    "encode_ndjson",
    "multipart_content_type",
    "parse_partial",
    "pick_boundary",
]
