"""
Invariant: for every input, `decode_request`, `decode_response` and `decode_error` of
every dialect give a value or one of our own errors; a request that decodes is encoded
for every dialect without any other error, and what is written decodes again; what was
written without a loss is then written as the same bytes.
"""

from __future__ import annotations

import contextlib

import seeds

from modelwire import codecs
from modelwire.codecs import COLLECT
from modelwire.errors import LocalError, ProviderError, RemoteProtocolError

SEEDS = tuple(body for bodies in seeds.REQUESTS.values() for body in bodies)


def check(data: bytes) -> None:
    """Raise when the invariant does not hold for *data*."""
    for dialect in codecs.DIALECTS:
        codec = codecs.get(dialect)
        codec.decode_error(data, status=400)
        with contextlib.suppress(ProviderError, RemoteProtocolError):
            codec.decode_response(data)
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
