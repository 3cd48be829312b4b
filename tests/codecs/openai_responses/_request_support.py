"""Running `openai-responses` requests through the codec, for tests."""

import json

from modelwire.codecs._base import COLLECT
from modelwire.codecs.openai_responses import _request
from modelwire.ir import ChatRequest, Message, TextPart
from modelwire.testing import assert_losses

OWN = "openai-responses"
HI = Message(role="user", parts=(TextPart(text="Hi"),))


def decode(**body):
    body.setdefault("model", "m")
    body.setdefault("input", [])
    body.setdefault("store", False)
    return _request.decode_request(json.dumps(body).encode())


def encode(request, **kwargs):
    kwargs.setdefault("on_loss", COLLECT)
    encoded = _request.encode_request(request, **kwargs)
    again = _request.decode_request(encoded.body, headers=encoded.headers)
    assert_losses(request, again, encoded.losses)
    return json.loads(encoded.body), encoded


def items(*messages, **fields):
    """Give the items that *messages* become, and the codes of what is lost."""
    fields.setdefault("store", False)
    body, encoded = encode(ChatRequest(model="m", messages=messages, **fields))
    return body["input"], [str(loss.code) for loss in encoded.losses]


def said(*parts):
    return Message(role="assistant", parts=parts)


def asked(*parts):
    return Message(role="user", parts=parts)
