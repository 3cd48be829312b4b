"""Bytes to chunks: tool calls, and what compatible servers make of them."""

from __future__ import annotations

import pytest
from tests.codecs.openai_chat._stream_decoder_support import (
    CALLS,
    OC,
    STOP,
    calls,
    decode,
    message,
    of,
    piece,
    run,
    say,
    stream,
    tools,
)

from modelwire.codecs._base import Aliases
from modelwire.ir import (
    BlockStart,
    SignatureDelta,
    ToolArgumentsDelta,
)


def test_calls_stream_by_index():
    chunks = decode(
        tools(piece(0, "a", "f", "")),
        tools(piece(1, "b", "g", "")),
        tools(piece(0, arguments='{"x":')),
        tools(piece(1, arguments="{}")),
        tools(piece(0, arguments="1}")),
        CALLS,
    )
    assert calls(chunks) == [("a", "f", '{"x":1}'), ("b", "g", "{}")]
    assert len(of(ToolArgumentsDelta, chunks)) == 3
    assert chunks[-2].finish.kind == "tool_calls"


@pytest.mark.parametrize("name", ["", None])
def test_T05_name_comes_late(name):
    first = piece(0, "a", arguments='{"x"')
    first["function"]["name"] = name
    chunks = decode(tools(first), tools(piece(0, name="f", arguments=":1}")), CALLS)
    assert calls(chunks) == [("a", "f", '{"x":1}')]
    assert of(BlockStart, chunks)[0].part.name == "f"


def test_T05_call_that_is_never_named_is_not_dropped():
    chunks = decode(tools(piece(0, "a", "", "{}")), CALLS)
    assert calls(chunks) == [("a", "", "{}")]


@pytest.mark.parametrize("type_", ["absent", "late", None, ""])
def test_T09_type_is_optional(type_):
    first = piece(0, "a", "f", "{")
    later = piece(0, arguments="}")
    del first["type"]
    if type_ == "late":
        later["type"] = "function"
    elif type_ != "absent":
        first["type"] = type_
    chunks = decode(tools(first), tools(later), CALLS)
    assert calls(chunks) == [("a", "f", "{}")]
    assert of(BlockStart, chunks)[0].part.kind == "function"


def test_T10_fragments_without_id_join_by_index():
    chunks = decode(
        tools(piece(0, "a", "f", "")),
        tools(
            {"type": "function", "index": 0, "function": {"name": "", "arguments": "{"}}
        ),
        tools({"index": 0, "id": "", "function": {"name": None, "arguments": "}"}}),
        CALLS,
    )
    assert calls(chunks) == [("a", "f", "{}")]


def test_T11_id_and_name_on_every_chunk():
    chunks = decode(
        tools(piece(0, "a", "f", "{")), tools(piece(0, "a", "f", "}")), CALLS
    )
    assert calls(chunks) == [("a", "f", "{}")]


def test_T12_call_without_arguments():
    chunks = decode(tools(piece(0, "a", "f", "")), CALLS)
    (part,) = message(chunks).parts
    assert (part.arguments, part.extra) == (
        "",
        {OC: {"$spelling": {"arguments": "empty"}}},
    )


def test_T17_first_fragment_is_kept():
    chunks = decode(
        tools(piece(0, "a", "f", '{"city"')), tools(piece(0, arguments=':"X"}')), CALLS
    )
    assert calls(chunks) == [("a", "f", '{"city":"X"}')]


def test_two_calls_without_index():
    whole = decode(
        tools(piece(None, "a", "f", '{"n":1}'), piece(None, "b", "f", '{"n":2}')),
        CALLS,
    )
    assert calls(whole) == [("a", "f", '{"n":1}'), ("b", "f", '{"n":2}')]
    empty_ids = decode(
        tools(piece(None, "", "f", "{}")), tools(piece(None, "", "f", "{}")), CALLS
    )
    assert calls(empty_ids) == [("", "f", "{}"), ("", "f", "{}")]
    same_ids = decode(
        tools(piece(None, "a", "f", "1"), piece(None, "a", "f", "2")), CALLS
    )
    assert [c[2] for c in calls(same_ids)] == ["1", "2"]


def test_fragments_without_index_and_id_join_the_last_call():
    chunks = decode(
        tools(piece(None, "a", "f", "{")), tools(piece(None, arguments="}")), CALLS
    )
    assert calls(chunks) == [("a", "f", "{}")]


def test_T03_index_always_zero():
    by_id = decode(
        tools(piece(0, "a", "f", "{")),
        tools(piece(0, arguments="}")),
        tools(piece(0, "b", "g", "[")),
        tools(piece(0, arguments="]")),
        CALLS,
    )
    assert calls(by_id) == [("a", "f", "{}"), ("b", "g", "[]")]
    in_one = decode(tools(piece(0, "", "f", "1"), piece(0, "", "g", "2")), CALLS)
    assert calls(in_one) == [("", "f", "1"), ("", "g", "2")]


def test_index_as_float_and_gaps():
    chunks = decode(
        tools(piece(1.0, "a", "f", "{")), tools(piece(1, arguments="}")), CALLS
    )
    assert calls(chunks) == [("a", "f", "{}")]


def test_arguments_as_object():
    chunks = decode(tools(piece(0, "a", "f", {"ü": [1, 2]})), CALLS)
    assert calls(chunks) == [("a", "f", '{"ü":[1,2]}')]


def test_custom_call():
    chunks = decode(
        tools(
            {
                "index": 0,
                "id": "a",
                "type": "custom",
                "custom": {"name": "s", "input": ""},
            }
        ),
        tools({"index": 0, "custom": {"input": "SELECT"}}),
        CALLS,
    )
    (part,) = message(chunks).parts
    assert (part.kind, part.name, part.arguments) == ("custom", "s", "SELECT")


def test_legacy_function_call():
    chunks = decode(
        say(
            {
                "role": "assistant",
                "content": None,
                "function_call": {"name": "f", "arguments": ""},
            }
        ),
        say({"function_call": {"arguments": "{"}}),
        say({"function_call": {"arguments": "}"}}),
        say(finish="function_call"),
    )
    (part,) = message(chunks).parts
    assert (part.id, part.name, part.arguments) == ("", "f", "{}")
    assert part.extra == {OC: {"$spelling": {"call": "function_call"}}}
    assert chunks[-2].finish.kind == "tool_calls"


def test_builtin_call_type_and_unknown_fields_are_kept():
    chunks = decode(
        tools(piece(0, "a", "$web_search", "{}", type="builtin_function", x=1)), CALLS
    )
    (part,) = message(chunks).parts
    assert part.extra == {OC: {"type": "builtin_function", "x": 1}}


def test_S05_thought_signature_is_carried():
    extra = {"google": {"thought_signature": "sig"}}
    first = decode(tools(piece(0, "a", "f", "{}", extra_content=extra)), CALLS)
    assert message(first).parts[0].extra[OC]["extra_content"] == extra
    late = decode(
        tools(piece(0, "a", "f", "")),
        tools(piece(0, arguments="{}", extra_content=extra)),
        CALLS,
    )
    assert [c.signature.value for c in of(SignatureDelta, late)] == ["sig"]


def test_ids_and_aliases():
    ids = iter(("one", "two"))
    chunks = decode(
        tools(piece(None, "", "f_x", "{}"), piece(None, "t1", "g", "{}")),
        CALLS,
        aliases=Aliases(names={"f_x": "f x"}, call_ids={"t1": "s1"}),
    )
    assert calls(chunks) == [("", "f x", "{}"), ("s1", "g", "{}")]
    minted = run(
        stream(tools(piece(None, "", "f", "{}")), CALLS), ids=lambda kind: next(ids)
    )
    assert calls(minted) == [("one", "f", "{}")]


def test_F01_stop_with_calls_means_tool_calls():
    chunks = decode(say({"content": "a"}), tools(piece(0, "a", "f", "{}")), STOP)
    assert (chunks[-2].finish.kind, chunks[-2].finish.raw) == ("tool_calls", "stop")
