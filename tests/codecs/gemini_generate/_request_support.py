"""Running `gemini-generate` requests through the codec, for tests."""

from __future__ import annotations

import json

import modelwire.codecs.gemini_generate as gg
from modelwire.codecs import COLLECT
from modelwire.ir import (
    ChatRequest,
    Message,
    TextPart,
)
from modelwire.testing import assert_losses

PATH = "/v1beta/models/gemini-2.5-flash:generateContent"
HELLO = {"role": "user", "parts": [{"text": "Hi"}]}


def decode(body, path=PATH, query=""):
    return gg.decode_request(json.dumps(body).encode(), path=path, query=query)


def encode(request, **options):
    options.setdefault("on_loss", COLLECT)
    encoded = gg.encode_request(request, **options)
    again = gg.decode_request(encoded.body, path=encoded.path)
    assert_losses(request, again, encoded.losses)
    return encoded, json.loads(encoded.body)


def ask(*parts, **fields):
    message = Message(role="user", parts=parts or (TextPart(text="Hi"),))
    fields.setdefault("model", "gemini-2.5-flash")
    return ChatRequest(messages=(message,), **fields)


def codes(encoded):
    return {(loss.code, loss.path or loss.to) for loss in encoded.losses}
