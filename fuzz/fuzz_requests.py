"""
Invariant: for every input, `decode_request`, `decode_response` and `decode_error` of
every dialect give a value or one of our own errors; a request that decodes is encoded
for every dialect without any other error, and what is written decodes again; what was
written without a loss is then written as the same bytes.  So are answers, but that
those are only held to decoding again.
"""

from __future__ import annotations

import contextlib

import seeds

from modelwire import codecs, ir
from modelwire.codecs import COLLECT
from modelwire.errors import LocalError, ProviderError, RemoteProtocolError

SEEDS = tuple(
    body
    for table in (seeds.REQUESTS, seeds.ANSWERS)
    for bodies in table.values()
    for body in bodies
)


def _check_answer(response: ir.ChatResponse) -> None:
    for target in codecs.DIALECTS:
        codec = codecs.get(target)
        encoded = codec.encode_response(response, on_loss=COLLECT)
        # An answer that had failed is written as the error that it is.
        with contextlib.suppress(ProviderError):
            codec.decode_response(encoded.body, status=encoded.status)


def check(data: bytes) -> None:
    """Raise when the invariant does not hold for *data*."""
    for dialect in codecs.DIALECTS:
        codec = codecs.get(dialect)
        info = codec.decode_error(data, status=400)
        for target in codecs.DIALECTS:
            codecs.get(target).encode_error(info)
        with contextlib.suppress(ProviderError, RemoteProtocolError):
            _check_answer(codec.decode_response(data))
        try:
            request = codec.decode_request(data)
        except RemoteProtocolError:
            continue
        for target in codecs.DIALECTS:
            # A request can be legal JSON of its dialect and still break a rule of
            # the IR or of the target; that is the caller's to hear.
            with contextlib.suppress(LocalError):
                encode = codecs.get(target).encode_request
                encoded = encode(request, on_loss=COLLECT)
                again = codecs.get(target).decode_request(encoded.body)
                if not encoded.losses:
                    assert encode(again, on_loss=COLLECT).body == encoded.body
