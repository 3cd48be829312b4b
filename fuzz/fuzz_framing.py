"""
Invariant: for every input and every split of it, the decoders of NDJSON, JSON arrays,
AWS event streams, forms and partial JSON raise nothing and give the same items as for
the whole input at once; a fault is the last item, and `trailing_bytes` never exceeds
the input.  What a decoder read is written again as bytes that read the same.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Any

from modelwire import framing

BOUNDARY = "b"
_FORM = framing.encode_multipart(
    (
        framing.FormPart(name="model", data=b"m"),
        framing.FormPart(
            name="file", data=b"\0\r\n--", filename="a.wav", content_type="audio/wav"
        ),
    ),
    boundary=BOUNDARY,
)
_MESSAGE = framing.encode_message(
    (
        framing.AWSHeader(":message-type", "event"),
        framing.AWSHeader(":event-type", "contentBlockDelta"),
        framing.AWSHeader("n", 5, "integer"),
    ),
    b'{"p":"abc"}',
)
SEEDS = (
    b'{"a":1}\n{"a":"\\ud83d\\ude00"}\r\n\n[null]\n{"a"',
    b'\xef\xbb\xbf{"done":true}\n',
    b'[{"a":"]"}\n,\r\n{"b":[{}]}]\n',
    b'[{"error":{"code":1}}]',
    _MESSAGE + _MESSAGE[:40],
    _MESSAGE * 2,
    _FORM,
    _FORM.replace(b"\r\n", b"\n"),
    b'{"a":[1,2.5e3,true,null,"\\u00e9\\ud83d\\ude00"],"b":{"c":"d"}}',
    b'{"a":"half \\u12',
    b"-0.0e+10",
)
_FAULTS = (
    framing.NDJSONFault,
    framing.ArrayFault,
    framing.AWSEventStreamFault,
    framing.MultipartFault,
)
_DECODERS: tuple[Callable[[], Any], ...] = (
    framing.NDJSONDecoder,
    framing.JSONArrayDecoder,
    framing.AWSEventStreamDecoder,
    lambda: framing.MultipartDecoder(BOUNDARY),
)


def _items(make: Callable[[], Any], data: bytes, size: int) -> tuple[list[Any], Any]:
    decoder = make()
    items: list[Any] = []
    for at in range(0, len(data), size):
        items += decoder.feed(data[at : at + size])
    items += decoder.close()
    assert decoder.close() == []
    assert 0 <= decoder.trailing_bytes <= len(data)
    return items, decoder


def check(data: bytes) -> None:
    """Raise when the invariant does not hold for *data*."""
    size = 1 + zlib.crc32(data) % 7
    for make in _DECODERS:
        whole, decoder = _items(make, data, max(1, len(data)))
        pieces, _ = _items(make, data, size)
        assert repr(pieces) == repr(whole)
        faults = [at for at, item in enumerate(whole) if isinstance(item, _FAULTS)]
        assert faults in ([], [len(whole) - 1])
        assert decoder.failed == bool(faults)
        _check_written(whole)
    _check_partial(data, size)


def _check_written(items: list[Any]) -> None:
    messages = [item for item in items if isinstance(item, framing.AWSMessage)]
    if messages:
        again = b"".join(framing.encode_message(m.headers, m.payload) for m in messages)
        assert _items(framing.AWSEventStreamDecoder, again, 3)[0] == messages
    lines = [item.raw for item in items if isinstance(item, framing.NDJSONLine)]
    if lines:
        again = framing.encode_ndjson(lines)
        found, _ = _items(framing.NDJSONDecoder, again, 3)
        assert [item.raw for item in found] == lines


def _check_partial(data: bytes, size: int) -> None:
    whole = framing.PartialJSON()
    whole.feed(data)
    pieces = framing.PartialJSON()
    shown = "empty"
    for at in range(0, len(data), size):
        pieces.feed(data[at : at + size])
        # What is invalid stays so, and nothing that was begun is forgotten.
        status = pieces.status
        assert shown not in ("invalid", "depth_error") or status == shown
        assert status != "empty" or shown == "empty"
        shown = status
        pieces.value(trailing_strings=True)
    assert pieces.status == whole.status
    assert repr(pieces.value()) == repr(whole.value())
