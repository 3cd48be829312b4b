"""
Invariant: `from_json` gives a value or `InvalidIRError` for every JSON; what it gives
is written and read again as the same value, and `explode` and `fold` take it.
"""

from __future__ import annotations

import contextlib
import json

import seeds

from modelwire import codecs, ir
from modelwire.codecs import _json
from modelwire.errors import LocalError, RemoteProtocolError


def _forms() -> tuple[bytes, ...]:
    found: list[bytes] = []
    for dialect in codecs.DIALECTS:
        codec = codecs.get(dialect)
        values = [codec.decode_request(body) for body in seeds.REQUESTS[dialect]]
        values += [codec.decode_response(body) for body in seeds.ANSWERS[dialect]]
        for stream in seeds.STREAMS[dialect]:
            decoder = codec.stream_decoder()
            values += [*decoder.feed(stream), *decoder.close()][:12]
        found += [json.dumps(ir.to_json(value)).encode() for value in values]
    return tuple(dict.fromkeys(found))


SEEDS = _forms()


def check(data: bytes) -> None:
    """Raise when the invariant does not hold for *data*."""
    try:
        form = _json.loads(data)
    except RemoteProtocolError:
        return
    try:
        value = ir.from_json(form)
    except LocalError:
        return
    again = ir.to_json(value)
    assert ir.from_json(again) == value
    if isinstance(value, ir.ChatResponse):
        # A response that no decoder gives may break a rule of chunks.
        with contextlib.suppress(LocalError):
            ir.fold(ir.explode(value))
