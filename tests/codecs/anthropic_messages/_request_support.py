"""Building Messages requests for tests, and what the codec makes of them."""

from __future__ import annotations

import json

from modelwire import ir
from modelwire.codecs import COLLECT
from modelwire.codecs.anthropic_messages import (
    decode_request,
    encode_request,
)
from modelwire.testing import assert_losses

OWN = "anthropic-messages"


def user(*parts, **fields):
    return ir.Message(role="user", parts=parts, **fields)


def assistant(*parts, **fields):
    return ir.Message(role="assistant", parts=parts, **fields)


def tool(call_id, text="ok", **fields):
    content = (ir.TextPart(text=text),)
    part = ir.ToolResultPart(call_id=call_id, content=content, **fields)
    return ir.Message(role="tool", parts=(part,))


def text(words, **fields):
    return ir.TextPart(text=words, **fields)


def call(id_, name="get", arguments="{}", **fields):
    return ir.ToolCallPart(id=id_, name=name, arguments=arguments, **fields)


def function(name="get", **fields):
    fields.setdefault("input_schema", {"type": "object"})
    return ir.FunctionTool(name=name, **fields)


def request(*messages, **fields):
    fields.setdefault("model", "claude")
    fields.setdefault("max_output_tokens", 100)
    return ir.ChatRequest(messages=messages or (user(text("hi")),), **fields)


def body_of(value, **options):
    """Encode with every loss collected, check the accounting, give the body."""
    encoded = encode_request(value, on_loss=COLLECT, **options)
    again = decode_request(encoded.body, headers=encoded.headers)
    assert_losses(value, again, encoded.losses)
    return json.loads(encoded.body)


def losses_of(value, **options):
    encoded = encode_request(value, on_loss=COLLECT, **options)
    return [
        (loss.code.value, loss.path or loss.to, loss.action, loss.severity)
        for loss in encoded.losses
    ]


def wire(**fields):
    return json.dumps({"model": "claude", "max_tokens": 5, "messages": [], **fields})


def decoded(*messages, **fields):
    return decode_request(wire(messages=list(messages), **fields).encode())
