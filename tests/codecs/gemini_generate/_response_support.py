"""Running `gemini-generate` responses through the codec, for tests."""

from __future__ import annotations

import json

import modelwire.codecs.gemini_generate as gg
from modelwire.codecs import COLLECT
from modelwire.testing import assert_losses


def decode(obj, **options):
    return gg.decode_response(json.dumps(obj).encode(), **options)


def encode(response, **options):
    options.setdefault("on_loss", COLLECT)
    encoded = gg.encode_response(response, **options)
    assert_losses(response, gg.decode_response(encoded.body), encoded.losses)
    return encoded, json.loads(encoded.body)


def candidate(*parts, **fields):
    fields.setdefault("finishReason", "STOP")
    return {"content": {"parts": list(parts), "role": "model"}, "index": 0, **fields}


def answer(*parts, **fields):
    return {"candidates": [candidate(*parts, **fields)], "responseId": "r"}
