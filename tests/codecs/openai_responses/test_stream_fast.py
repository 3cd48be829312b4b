"""The ordinary events of a stream give what the general path gives."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from tests.codecs.openai_responses._stream_decoder_support import summary
from tests.codecs.openai_responses._streams import (
    added,
    args,
    begin,
    call,
    encode,
    event,
    message,
    native,
    output_text,
    part,
    piece,
)
from tests.codecs.openai_responses.test_stream_corpus import STREAMS, id_of

from modelwire.codecs.openai_responses._stream_machine import ResponsesMachine
from modelwire.ir import TextDelta, UnknownEvent
from modelwire.testing import strategies as st


class General(ResponsesMachine):
    """The machine without its quick way."""

    def event(self, name, data, out):
        self._any_event(name, data, out)


def run(machine, values):
    out = []
    for value in values:
        machine.event(None, value, out)
        if machine.ended:
            break
    return [(chunk, getattr(chunk, "raw", None)) for chunk in out]


def check(data):
    values = [item.data for item in native(data) if hasattr(item, "data")]
    for keep_raw in (True, False):
        quick = run(ResponsesMachine(keep_raw=keep_raw), values)
        assert quick == run(General(keep_raw=keep_raw), values)
    return [chunk for chunk, _ in quick]


@pytest.mark.parametrize("case", STREAMS, ids=id_of)
def test_a_recorded_stream_is_the_same(case):
    check(case.response_body)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
@given(st.chunk_sequences(None))
def test_any_stream_is_the_same(chunks):
    check(encode(chunks)[0])


OPEN = (
    begin()
    + added(0, message(status="in_progress"))
    + part("content_part.added", part=output_text(""))
    + added(1, call(status="in_progress"))
    + added(2, {"type": "reasoning", "id": "rs_1", "summary": []})
    + summary("delta", 2, "S")
)
TOKEN = {"token": "a", "logprob": -1.0, "bytes": [97], "top_logprobs": []}
ODD = [
    ("text", piece("a") * 3),
    ("more than is kept", piece("ab") * 70),
    ("beyond ASCII", piece("ü") + piece("𝄞")),
    ("two halves", piece("x\ud834") + piece("\udd1e") + piece("y")),
    ("a half alone", piece("\ud834") + piece("y")),
    ("arguments", args('{"a"', 1) + args(":1}", 1)),
    ("half an argument", args("\ud834", 1) + args("\udd1e", 1)),
    ("a summary", summary("delta", 2, "um") + summary("delta", 2, "2", 1)),
    ("half a summary", summary("delta", 2, "\ud834") + summary("delta", 2, "\udd1e")),
    ("an empty delta", piece("") + args("", 1) + summary("delta", 2, "")),
    ("no text", part("output_text.delta") + piece("a")),
    ("text that is none", piece(1) + piece(None) + piece(["a"])),
    ("an item that is not there", piece("a", 7) + args("a", 7)),
    ("a part that is not there", piece("a", 0, 7)),
    ("an item of another kind", piece("a", 1) + args("a", 0) + args("a", 2)),
    ("no place", event("output_text.delta", delta="a")),
    ("places that are none", piece("a", []) + piece("a", "0") + args("a", {})),
    ("log probabilities", piece("a", logprobs=[TOKEN])),
    ("unknown fields", piece("a", more={"b": 1})),
    ("after its end", part("output_text.done", text="z") + piece("a")),
]


@pytest.mark.parametrize("data", [data for _, data in ODD], ids=[i for i, _ in ODD])
def test_what_is_odd_is_the_same(data):
    check(OPEN + data)


def test_an_ordinary_delta_is_not_seen_by_the_general_path():
    machine = ResponsesMachine()
    out = []
    for item in native(OPEN):
        machine.event(None, item.data, out)
    machine._any_event = None
    value = json.loads(piece("a").partition(b"data: ")[2])
    machine.event(None, value, out)
    assert out[-1] == TextDelta(0, "a")
    assert out[-1].raw is value
    assert UnknownEvent not in map(type, out)


def test_which_text_a_delta_adds_to_is_known():
    machine = ResponsesMachine()
    out = []
    thought = event(
        "reasoning_text.delta", item_id="r", output_index=2, content_index=0, delta="t"
    )
    for item in native(OPEN + thought):
        machine.event(None, item.data, out)
    found = {}
    for data in (piece("a"), args("b", 1), summary("delta", 2, "c"), thought):
        value = json.loads(data.partition(b"data: ")[2])
        found[value["type"]] = machine.growing(value)
    assert [grown.index for grown in found.values()] == [0, 1, 2, 2]
    assert [grown.summary for grown in found.values()] == [None, None, 0, None]
    assert machine.growing({"type": "response.output_text.delta"}) is None
    assert (
        machine.growing({"type": "response.refusal.delta", "output_index": 0}) is None
    )
