"""A turn in several messages is one where its calls are answered behind all of it."""

from __future__ import annotations

import json

import pytest

from modelwire import ir
from modelwire.codecs import openai_chat
from modelwire.testing import assert_losses


def text(words):
    return ir.TextPart(text=words)


def call(id_):
    return ir.ToolCallPart(id=id_, name=f"f_{id_}", arguments="{}")


def said(role, *parts):
    return ir.Message(role=role, parts=parts)


def answers(*ids):
    return said(
        "user", *(ir.ToolResultPart(call_id=id_, content=(text("r"),)) for id_ in ids)
    )


def written(*messages):
    request = ir.ChatRequest(model="m", messages=(said("user", text("go")), *messages))
    encoded = openai_chat.encode_request(request)
    assert_losses(request, openai_chat.decode_request(encoded.body), encoded.losses)
    found = json.loads(encoded.body)["messages"][1:]
    return [shape(message) for message in found], encoded.losses


def shape(message):
    """Role, words, and the ids of the calls that it makes or answers."""
    if message["role"] == "tool":
        return ("tool", message["content"], [message["tool_call_id"]])
    content = message["content"]
    if isinstance(content, list):
        content = [item["text"] for item in content]
    calls = [made["id"] for made in message.get("tool_calls", ())]
    return (message["role"], content, calls)


RESULTS = [("tool", "r", ["a"]), ("tool", "r", ["b"])]


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        # google-genai's chats keep each event of a stream as a content of its own.
        (
            [[text("x")], [text("y")], [call("a")], [call("b")], [text("")]],
            [("assistant", ["x", "y"], ["a", "b"])],
        ),
        ([[call("a")], [call("b")]], [("assistant", None, ["a", "b"])]),
        ([[call("a")], [text("x"), call("b")]], [("assistant", "x", ["a", "b"])]),
        # What can stand alone does.
        (
            [[text("x")], [text("y")], [call("a"), call("b")]],
            [
                ("assistant", "x", []),
                ("assistant", "y", []),
                ("assistant", None, ["a", "b"]),
            ],
        ),
    ],
    ids=["stream", "two calls", "text between", "calls last"],
)
def test_an_answered_turn(run, expected):
    messages = [said("assistant", *parts) for parts in run]
    found, losses = written(*messages, answers("a", "b"))
    assert found == [*expected, *RESULTS]
    merged = [loss.path for loss in losses if loss.action == "merged"]
    joined = len(expected) == 1
    paths = [f"$.messages[{n}]" for n in range(1, len(run) + 1)]
    assert merged == (paths if joined else [])


def test_calls_without_answers_keep_their_messages():
    found, losses = written(
        said("assistant", call("a")),
        said("assistant", text("x")),
        said("user", text("y")),
    )
    assert found == [
        ("assistant", None, ["a"]),
        ("assistant", "x", []),
        ("user", "y", []),
    ]
    assert losses == ()


def test_each_turn_is_its_own():
    found, _ = written(
        said("assistant", call("a")),
        said("assistant", text("x")),
        answers("a"),
        said("assistant", call("b")),
        said("assistant", text("y")),
        answers("b"),
    )
    assert found == [
        ("assistant", "x", ["a"]),
        RESULTS[0],
        ("assistant", "y", ["b"]),
        RESULTS[1],
    ]
