"""Streamed generateContent answers into chunks: calls that come in pieces."""

from __future__ import annotations

import pytest
from tests.codecs.gemini_generate._stream_decoder_support import BEGIN, END
from tests.codecs.gemini_generate._streams import (
    SIGNATURE,
    call,
    decode,
    parts,
    piece,
    response,
    sse,
    told,
)

from modelwire.codecs._base import Aliases
from modelwire.codecs._limits import Limits
from modelwire.codecs.gemini_generate._stream_decoder import stream_decoder
from modelwire.ir import (
    PartDelta,
    ToolArgumentsDelta,
    UnknownEvent,
)


def pieces(*entries):
    return sse(
        response({**BEGIN, "thoughtSignature": SIGNATURE}),
        *map(response, entries),
        response(END, finish="STOP"),
    )


def test_partial_args_are_folded_into_one_delta():
    body = pieces(
        piece("$.dish.steps[0]", stringValue="Pre", willContinue=True),
        piece("$.dish.steps[0]", stringValue="heat", willContinue=True),
        piece("$.dish.steps[0]", stringValue=""),
        piece("$.dish.steps[1]", stringValue="eat"),
        piece("$.n", numberValue=2.5),
        piece("$.b", boolValue=True),
        piece("$.z", nullValue="NULL_VALUE"),
        piece("$['odd key']", stringValue="é"),
        {"functionCall": {"willContinue": True}},
    )
    chunks = decode(body)
    assert decode(body, 1) == chunks
    (arguments,) = [c for c in chunks if type(c) is ToolArgumentsDelta]
    assert arguments.text == (
        '{"dish":{"steps":["Preheat","eat"]},"n":2.5,"b":true,"z":null,"odd key":"é"}'
    )
    shown = [(c.key, c.text) for c in chunks if type(c) is PartDelta]
    assert shown[:3] == [
        ("dish.steps[0]", "Pre"),
        ("dish.steps[0]", "heat"),
        ("dish.steps[1]", "eat"),
    ]
    (part,) = parts(chunks)
    assert (part.name, part.signature.value) == ("cook", SIGNATURE)
    assert told(chunks).response.choices[0].finish.kind == "tool_calls"


def test_partial_args_show_while_they_come():
    decoder = stream_decoder()
    chunks = decoder.feed(sse(response(BEGIN)))
    chunks += decoder.feed(sse(response(piece("$.a", stringValue="x"))))
    assert told(chunks).response.choices[0].message.parts[0].arguments == '{"a":"x"}'


def test_two_calls_in_pieces():
    body = sse(
        response(BEGIN),
        response(piece("$.a", stringValue="1")),
        response(END),
        response({"functionCall": {"name": "eat", "willContinue": True}}),
        response(piece("$.a", stringValue="2")),
        # A name begins another call, also where the end of the one before is missing.
        response(call("rest", {}), finish="STOP"),
    )
    found = parts(decode(body))
    assert [(part.name, part.arguments) for part in found] == [
        ("cook", '{"a":"1"}'),
        ("eat", '{"a":"2"}'),
        ("rest", "{}"),
    ]
    assert len({part.id for part in found}) == 3


def test_partial_args_of_a_free_text_tool():
    aliases = Aliases(custom=frozenset({"cook"}))
    chunks = decode(pieces(piece("$.input", stringValue="free")), aliases=aliases)
    (part,) = parts(chunks)
    assert (part.kind, part.arguments) == ("custom", "free")


@pytest.mark.parametrize(
    "entry",
    [
        {},
        {"jsonPath": "$"},
        {"jsonPath": "a", "stringValue": "x"},
        {"jsonPath": "$.a", "stringValue": 1},
        {"jsonPath": "$[0]", "stringValue": "x"},
        {"jsonPath": "$.a..b", "stringValue": "x"},
        {"jsonPath": "$" + ".a" * 500, "stringValue": "x"},
        None,
        7,
    ],
)
def test_pieces_that_cannot_be_understood_are_handed_on(entry):
    body = pieces({"functionCall": {"partialArgs": [entry], "willContinue": True}})
    chunks = decode(body)
    assert sum(type(c) is UnknownEvent for c in chunks) == 1
    assert parts(chunks)[0].arguments == "{}"


def test_an_index_makes_no_gap():
    body = pieces(
        piece("$.a[999999999]", stringValue="y"), piece("$.a[5]", stringValue="x")
    )
    assert parts(decode(body))[0].arguments == '{"a":["x","y"]}'


def test_held_arguments_are_bounded():
    entries = [piece("$.a", stringValue="x" * 100, willContinue=True)] * 50
    chunks = decode(pieces(*entries), limits=Limits(max_held_bytes=1000))
    assert chunks[-2].error.kind == "decode_error"
    assert "max_held_bytes" in chunks[-2].error.message
