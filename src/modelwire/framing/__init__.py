"""
Framings other than SSE, and JSON that is still arriving.

`PartialJSON` shows a JSON text before it is whole; `parse_partial` is its one-shot
form.  The others come in pairs, one that reads a body and one that writes it:

- a streamed JSON array: `JSONArrayDecoder`, `JSONArrayEncoder`, `encode_json_array`
- JSON that comes a value a line: `NDJSONDecoder`, `encode_ndjson`
- an AWS event stream: `AWSEventStreamDecoder`, `encode_message`
- a form: `MultipartDecoder`, `encode_multipart`

The names load when they are asked for: who reads one framing pays for no other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from modelwire._lazy import lazy_names

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelwire.framing._aws_eventstream import (
        AWSEventStreamDecoder as AWSEventStreamDecoder,
        AWSEventStreamFault as AWSEventStreamFault,
        AWSEventStreamItem as AWSEventStreamItem,
    )
    from modelwire.framing._aws_message import (
        AWSEventStreamFaultCode as AWSEventStreamFaultCode,
        AWSHeader as AWSHeader,
        AWSHeaderType as AWSHeaderType,
        AWSMessage as AWSMessage,
        encode_message as encode_message,
    )
    from modelwire.framing._json_array import (
        ArrayFault as ArrayFault,
        ArrayItem as ArrayItem,
        JSONArrayDecoder as JSONArrayDecoder,
        JSONArrayEncoder as JSONArrayEncoder,
        encode_json_array as encode_json_array,
    )
    from modelwire.framing._multipart import (
        MultipartDecoder as MultipartDecoder,
        MultipartFault as MultipartFault,
        MultipartItem as MultipartItem,
    )
    from modelwire.framing._multipart_encode import (
        FormPart as FormPart,
        encode_multipart as encode_multipart,
        multipart_content_type as multipart_content_type,
        pick_boundary as pick_boundary,
    )
    from modelwire.framing._multipart_headers import (
        MultipartFaultCode as MultipartFaultCode,
        boundary_of as boundary_of,
    )
    from modelwire.framing._ndjson import (
        NDJSONDecoder as NDJSONDecoder,
        NDJSONFault as NDJSONFault,
        NDJSONItem as NDJSONItem,
        NDJSONLine as NDJSONLine,
        NDJSONMalformed as NDJSONMalformed,
        NDJSONTruncated as NDJSONTruncated,
        encode_ndjson as encode_ndjson,
    )
    from modelwire.framing._partial_json import (
        ABSENT as ABSENT,
        Absent as Absent,
        PartialJSON as PartialJSON,
        PartialResult as PartialResult,
        PartialStatus as PartialStatus,
        parse_partial as parse_partial,
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

_HOMES: Final = {
    "ABSENT": "_partial_json",
    "AWSEventStreamDecoder": "_aws_eventstream",
    "AWSEventStreamFault": "_aws_eventstream",
    "AWSEventStreamFaultCode": "_aws_message",
    "AWSEventStreamItem": "_aws_eventstream",
    "AWSHeader": "_aws_message",
    "AWSHeaderType": "_aws_message",
    "AWSMessage": "_aws_message",
    "Absent": "_partial_json",
    "ArrayFault": "_json_array",
    "ArrayItem": "_json_array",
    "FormPart": "_multipart_encode",
    "JSONArrayDecoder": "_json_array",
    "JSONArrayEncoder": "_json_array",
    "MultipartDecoder": "_multipart",
    "MultipartFault": "_multipart",
    "MultipartFaultCode": "_multipart_headers",
    "MultipartItem": "_multipart",
    "NDJSONDecoder": "_ndjson",
    "NDJSONFault": "_ndjson",
    "NDJSONItem": "_ndjson",
    "NDJSONLine": "_ndjson",
    "NDJSONMalformed": "_ndjson",
    "NDJSONTruncated": "_ndjson",
    "PartialJSON": "_partial_json",
    "PartialResult": "_partial_json",
    "PartialStatus": "_partial_json",
    "boundary_of": "_multipart_headers",
    "encode_json_array": "_json_array",
    "encode_message": "_aws_message",
    "encode_multipart": "_multipart_encode",
    "encode_ndjson": "_ndjson",
    "multipart_content_type": "_multipart_encode",
    "parse_partial": "_partial_json",
    "pick_boundary": "_multipart_encode",
}
"""Where each public name lives."""

__getattr__: Callable[[str], Any]
__dir__: Callable[[], list[str]]
__getattr__, __dir__ = lazy_names(__name__, __all__, _HOMES)
