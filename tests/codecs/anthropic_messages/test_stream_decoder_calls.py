"""Bytes of a Messages stream into chunks: the names, ids and free text of calls."""

from __future__ import annotations

import pytest
from tests.codecs.anthropic_messages._streams import (
    END,
    TOOL,
    args,
    begin,
    decode,
    finish,
    start,
    stop,
)

from modelwire.codecs._base import Aliases
from modelwire.codecs._limits import Limits
from modelwire.ir import fold

WRAPPED = Aliases(custom=frozenset({"f"}))


def test_names_come_home():
    aliases = Aliases(names={"f": "my.tool"}, call_ids={"toolu_1": "call 1"})
    data = begin() + start(0, "tool_use", **TOOL) + stop(0) + finish() + END
    part = decode(data, aliases=aliases)[2].part
    assert (part.name, part.id) == ("my.tool", "call 1")


@pytest.mark.parametrize(
    ("pieces", "kind", "arguments"),
    [
        (["", '{"inp', 'ut":"a\\nb"}'], "custom", "a\nb"),
        (['{"input":""}'], "custom", ""),
        (['{"other":1}'], "function", '{"other":1}'),
        ([], "function", "{}"),
    ],
)
def test_free_text_tools_are_unwrapped(pieces, kind, arguments):
    data = begin() + start(0, "tool_use", **TOOL)
    data += b"".join(args(0, p) for p in pieces) + stop(0) + finish() + END
    (part,) = fold(decode(data, aliases=WRAPPED)).choices[0].message.parts
    assert (part.kind, part.arguments) == (kind, arguments)


def test_a_wrapped_call_that_is_cut_keeps_its_text():
    data = begin() + start(0, "tool_use", **TOOL) + args(0, '{"input":"ab')
    (part,) = fold(decode(data, aliases=WRAPPED)).choices[0].message.parts
    assert part.arguments == '{"input":"ab'


def test_ids_for_calls_without_one():
    data = begin() + start(0, "tool_use", name="f", input={}) + stop(0)
    data += finish() + END
    assert decode(data)[2].part.id == ""
    assert decode(data, ids=lambda kind: f"new_{kind}")[2].part.id == "new_call"


WHOLE_CALLS = [
    ({"input": "a"}, "custom", "a"),
    ({"a": 1}, "function", '{"a":1}'),
]


@pytest.mark.parametrize(("given", "kind", "arguments"), WHOLE_CALLS)
def test_free_text_calls_of_a_whole_message_are_unwrapped(given, kind, arguments):
    block = {"type": "tool_use", **TOOL, "input": given}
    chunks = decode(begin(content=[block]) + END, aliases=WRAPPED)
    (part,) = fold(chunks).choices[0].message.parts
    assert (part.kind, part.arguments) == (kind, arguments)


def test_a_wrapped_call_that_is_too_much_to_hold():
    data = begin() + start(0, "tool_use", **TOOL) + args(0, '{"input":"') * 100
    chunks = decode(data, aliases=WRAPPED, limits=Limits(max_held_bytes=600))
    assert "max_held_bytes" in chunks[-2].error.message
    (part,) = fold(chunks).choices[0].message.parts
    assert part.arguments == '{"input":"' * 61


def test_a_wrapped_call_is_held_no_longer_than_it_is_open():
    piece = '{"input":"' + "a" * 400 + '"}'
    calls = [start(n, "tool_use", **TOOL) + args(n, piece) + stop(n) for n in (0, 1)]
    data = begin() + b"".join(calls) + finish("tool_use") + END
    chunks = decode(data, aliases=WRAPPED, limits=Limits(max_held_bytes=600))
    parts = fold(chunks).choices[0].message.parts
    assert [part.arguments for part in parts] == ["a" * 400] * 2
