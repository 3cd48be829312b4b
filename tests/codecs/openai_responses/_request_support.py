"""Running `openai-responses` requests through the codec, for tests."""

import json

from modelwire.codecs._base import COLLECT
from modelwire.codecs.openai_responses import _request
from modelwire.testing import assert_accounted

OWN = "openai-responses"


def decode(**body):
    body.setdefault("model", "m")
    body.setdefault("input", [])
    body.setdefault("store", False)
    return _request.decode_request(json.dumps(body).encode())


def encode(request, **kwargs):
    kwargs.setdefault("on_loss", COLLECT)
    encoded = _request.encode_request(request, **kwargs)
    again = _request.decode_request(encoded.body, headers=encoded.headers)
    assert_accounted(request, again, encoded.losses)
    return json.loads(encoded.body), encoded
