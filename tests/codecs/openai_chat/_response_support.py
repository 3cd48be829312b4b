"""What the tests of `openai-chat` responses share."""

import json

from modelwire.codecs import openai_chat
from modelwire.codecs._base import COLLECT
from modelwire.codecs.openai_chat import PROFILES
from modelwire.ir import (
    ChatResponse,
    Choice,
    Finish,
    Message,
    ToolCallPart,
)
from modelwire.testing import assert_losses

OWN = "openai-chat"


def body_of(message=None, finish="stop", **fields):
    message = {"role": "assistant", "content": "a"} if message is None else message
    choice = {"index": 0, "message": message, "finish_reason": finish}
    choice.update(fields.pop("choice", {}))
    body = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [choice],
    }
    body.update(fields)
    return json.dumps(body).encode()


def decode(message=None, finish="stop", **fields):
    profile = PROFILES[fields.pop("profile", "openai")]
    return openai_chat.decode_response(
        body_of(message, finish, **fields), profile=profile
    )


def encode(response, profile="openai", **kwargs):
    encoded = openai_chat.encode_response(
        response, on_loss=COLLECT, profile=PROFILES[profile], **kwargs
    )
    again = openai_chat.decode_response(encoded.body, profile=PROFILES[profile])
    assert_losses(response, again, encoded.losses)
    return json.loads(encoded.body), encoded.losses


def answer(*parts, finish=None, **fields):
    message = Message(role="assistant", parts=parts)
    choice = Choice(
        index=0, message=message, finish=finish or Finish(kind="stop", raw="stop")
    )
    fields = {"id": "r", "model": "m", "created": 1, "choices": (choice,), **fields}
    return ChatResponse(**fields)


def codes(losses):
    return [(str(loss.code), loss.action) for loss in losses]


def parts_of(response):
    return response.choices[0].message.parts


CALL = ToolCallPart(id="call_1", name="f", arguments="{}")


def wire_call(ident="call_1", name="f", arguments="{}"):
    return {
        "id": ident,
        "type": "function",
        "function": {"name": name, "arguments": arguments},
    }
