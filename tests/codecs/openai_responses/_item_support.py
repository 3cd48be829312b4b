"""Writing parts as items of `openai-responses`, in a history and in an answer."""

import json

from tests.codecs.openai_responses._request_support import HI, encode, said

from modelwire.codecs._base import COLLECT
from modelwire.codecs.openai_responses import decode_response, encode_response
from modelwire.ir import ChatRequest, ChatResponse, Choice, Finish, Message
from modelwire.testing import assert_losses

END = Finish(kind="stop", raw="completed")


def _told(losses, base):
    """Give each loss as its code and its place below *base*."""
    return [
        (str(loss.code), (loss.path or loss.to).removeprefix(base)) for loss in losses
    ]


def history(*parts):
    """Write an assistant's message of a request; give its items, and the losses."""
    body, encoded = encode(
        ChatRequest(model="m", store=False, messages=(HI, said(*parts)))
    )
    return body["input"][1:], _told(encoded.losses, "$.messages[1].parts")


def respond(response):
    """Write a response; give its body, and the losses, which are the truth."""
    encoded = encode_response(response, on_loss=COLLECT)
    assert_losses(response, decode_response(encoded.body), encoded.losses)
    return json.loads(encoded.body), encoded.losses


def reply(*parts, finish=END, **fields):
    """Write an answer; give its items, and the losses below its parts."""
    message = Message(role="assistant", parts=parts)
    choice = Choice(index=0, message=message, finish=finish)
    body, losses = respond(
        ChatResponse(id="x", model="m", created=1, choices=(choice,), **fields)
    )
    told = _told(losses, "$.choices[0].message.parts")
    # A message gets an id, and its end is told by its items.
    boring = ("think.item_id", "finish.stop")
    return body["output"], [loss for loss in told if loss[0] not in boring]
