"""The event grammar: a table of states, every pair of it."""

from __future__ import annotations

import itertools

import pytest
from tests.codecs.anthropic_messages._streams import (
    END,
    TOOL,
    args,
    begin,
    delta,
    event,
    finish,
    native,
    start,
    stop,
    text,
)

from modelwire.codecs._base import (
    EndSentinel,
    KeepaliveComment,
    MalformedEvent,
    NativeEvent,
)
from modelwire.codecs.anthropic_messages._grammar import (
    MESSAGE,
    StreamChecker,
    check_stream,
)
from modelwire.errors import RemoteProtocolError

D = "anthropic-messages"


def block(type_):
    return NativeEvent(
        D, "content_block_start", {"index": 0, "content_block": {"type": type_}}
    )


def change(type_):
    return NativeEvent(D, "content_block_delta", {"index": 0, "delta": {"type": type_}})


def plain(type_, **fields):
    return NativeEvent(D, type_, fields)


FIELDS = dict.fromkeys(("id", "type", "role", "model", "content", "usage"))
EVENT = {
    "message_start": plain("message_start", message=FIELDS),
    "ping": plain("ping"),
    "start:text": block("text"),
    "start:thinking": block("thinking"),
    "start:tool": block("tool_use"),
    "start:compaction": block("compaction"),
    "start:whole": block("redacted_thinking"),
    "start:unknown": block("hologram"),
    "delta:text": change("text_delta"),
    "delta:citations": change("citations_delta"),
    "delta:thinking": change("thinking_delta"),
    "delta:signature": change("signature_delta"),
    "delta:input_json": change("input_json_delta"),
    "delta:compaction": change("compaction_delta"),
    "delta:unknown": change("hologram_delta"),
    "content_block_stop": plain("content_block_stop", index=0),
    "message_delta": plain("message_delta", delta={"stop_reason": "end_turn"}),
    "message_delta:max_tokens": plain(
        "message_delta", delta={"stop_reason": "max_tokens"}
    ),
    "message_stop": plain("message_stop"),
    "error": plain("error"),
    "unknown": plain("news"),
    "done": EndSentinel(),
    "malformed": MalformedEvent("x", RemoteProtocolError("x")),
}
ROUTE = {
    "initial": [],
    "message": ["message_start"],
    "text": ["message_start", "start:text"],
    "thinking": ["message_start", "start:thinking"],
    "signed": ["message_start", "start:thinking", "delta:signature"],
    "tool": ["message_start", "start:tool"],
    "compaction": ["message_start", "start:compaction"],
    "whole": ["message_start", "start:whole"],
    "unknown_block": ["message_start", "start:unknown"],
    "closing": ["message_start", "message_delta"],
    "stopped": ["message_start", "message_delta", "message_stop"],
    "failed": ["error"],
}


def test_every_state_and_input_has_its_event():
    assert set(ROUTE) == set(MESSAGE.states)
    assert {*EVENT, "end"} == set(MESSAGE.inputs)


@pytest.mark.parametrize(
    ("state", "source"), list(itertools.product(MESSAGE.states, MESSAGE.inputs))
)
def test_every_pair(state, source):
    checker = StreamChecker()
    for step in ROUTE[state]:
        assert checker.feed(EVENT[step]) == []
    assert checker.state == state
    found = checker.close() if source == "end" else checker.feed(EVENT[source])
    after = MESSAGE.moves.get((state, source))
    if after is None:
        assert found
        assert found[0].state == state
        assert found[0].index == len(ROUTE[state])
    else:
        assert found == []
        assert checker.state == after


LEGAL = [
    ("empty message", begin() + finish() + END),
    ("ping first", event("ping") + begin() + finish() + END),
    ("error alone", event("error", error={})),
    (
        "blocks",
        begin()
        + (start(0, "text", text="") + text(0, "a") + stop(0))
        + (start(1, "tool_use", **TOOL) + args(1, "{}") + stop(1))
        + (start(2, "web_search_tool_result", content=[]) + stop(2))
        + finish()
        + finish()
        + END,
    ),
    (
        "no last stop at max_tokens",
        begin() + start(0, "text", text="") + finish("max_tokens") + END,
    ),
    ("done behind the end", begin() + finish() + END + b"data: [DONE]\n\n"),
    (
        "an error in a block",
        begin() + start(0, "text", text="") + event("error", error={}),
    ),
]

ILLEGAL = [
    ("nothing", b"", "end"),
    ("no end", begin() + finish(), "end"),
    ("no message_delta", begin() + END, "message_stop"),
    (
        "L33 overlapping blocks",
        begin() + start(0, "text", text="") + start(1, "text", text=""),
        "content_block_start",
    ),
    ("index from one", begin() + start(1, "text", text=""), "content_block_start"),
    (
        "another block's index",
        begin() + start(0, "text", text="") + text(1, "a"),
        "content_block_delta",
    ),
    ("T06 no such block", begin() + text(0, "a"), "content_block_delta"),
    ("L08 a stray stop", begin() + stop(0), "content_block_stop"),
    (
        "text behind the signature",
        begin()
        + start(0, "thinking", thinking="")
        + delta(0, "signature_delta", signature="s")
        + delta(0, "thinking_delta", thinking="a"),
        "content_block_delta",
    ),
    ("E01 an end after an error", event("error", error={}) + END, "message_stop"),
    ("fields of the message", event("message_start", message={}), "message_start"),
]


@pytest.mark.parametrize(
    "data", [row[1] for row in LEGAL], ids=[row[0] for row in LEGAL]
)
def test_legal(data):
    assert check_stream(native(data)) == []


@pytest.mark.parametrize(
    ("data", "name"), [row[1:] for row in ILLEGAL], ids=[row[0] for row in ILLEGAL]
)
def test_illegal(data, name):
    found = check_stream(native(data))
    assert found
    assert found[0].event == name


def test_one_mistake_is_reported_once():
    data = begin() + start(0, "text", text="") + start(1, "text", text="")
    data += text(1, "a") + stop(1) + finish() + END
    assert len(check_stream(native(data))) == 1


def test_comments_are_legal_everywhere():
    checker = StreamChecker()
    assert checker.feed(KeepaliveComment("x")) == []
    assert checker.state == "initial"
