"""What the bench measures is what vendors send: legal, whole, and of the right size."""

from __future__ import annotations

import json

import pytest
from tests._wires import AM, DIALECTS, GG, OC, OR

from modelwire import codecs, ir
from modelwire.testing import stream_violations

PATHS = {
    OC: "/v1/chat/completions",
    OR: "/v1/responses",
    AM: "/v1/messages",
    GG: "/v1beta/models/m:generateContent",
}
SIZES = [(dialect, 2000) for dialect in DIALECTS] + [(GG, 300), (OC, 10), (AM, 200)]


@pytest.fixture(scope="module")
def workloads(bench):
    return bench("workloads")


def accumulated(dialect, data):
    decoder, answer = codecs.get(dialect).stream_decoder(), ir.Accumulator()
    for chunk in [*decoder.feed(data), *decoder.close()]:
        answer.feed(chunk)
    return answer


@pytest.mark.parametrize(("dialect", "count"), SIZES)
def test_streams_are_legal_and_whole(workloads, dialect, count):
    events = workloads.STREAMS[dialect](count)
    assert len(events) == count
    data = b"".join(events)
    assert stream_violations(dialect, data) == []
    answer = accumulated(dialect, data)
    assert answer.complete
    assert answer.error is None


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_stream_has_what_an_agent_s_answer_has(workloads, dialect):
    response = accumulated(dialect, b"".join(workloads.STREAMS[dialect](2000))).response
    (choice,) = response.choices
    kinds = {type(part) for part in choice.message.parts}
    assert kinds >= {ir.TextPart, ir.ToolCallPart}
    assert dialect == OC or ir.ReasoningPart in kinds
    assert response.usage.output_total


@pytest.mark.parametrize(
    "size", [{}, {"words": 30, "calls": 0}, {"words": 8000}, {"words": 50, "calls": 8}]
)
@pytest.mark.parametrize("dialect", DIALECTS)
def test_answers_have_so_many_words_and_calls(workloads, dialect, size):
    body = workloads.RESPONSES[dialect](**size)
    response = codecs.get(dialect).decode_response(body)
    (choice,) = response.choices
    calls = [part for part in choice.message.parts if isinstance(part, ir.ToolCallPart)]
    assert len(calls) == size.get("calls", 2)
    assert len(response.text.split(" ")) == size.get("words", 800) + 1


@pytest.mark.parametrize("dialect", DIALECTS)
def test_requests_have_200_messages_and_40_tools(workloads, dialect):
    body = workloads.REQUESTS[dialect]()
    assert 120_000 < len(body) < 140_000
    request = codecs.get(dialect).decode_request(body, path=PATHS[dialect])
    assert len(request.tools) == 40
    said = [message for message in request.messages if message.role != "system"]
    assert len(said) == 200
    large = workloads.REQUESTS[dialect](image_bytes=4 * 1024 * 1024)
    assert 4_194_304 <= len(large) - len(body) < 4_200_000
    request = codecs.get(dialect).decode_request(large, path=PATHS[dialect])
    images = [p for p in request.messages[-1].parts if isinstance(p, ir.ImagePart)]
    assert len(images) == 4


@pytest.mark.parametrize("what", ["messages", "tools", "words", "args", "fields"])
@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_size_of_a_request_makes_it_larger(workloads, dialect, what):
    begin = {"messages": 8, "tools": 8, "words": 200, "args": 600, "fields": 40}
    small = workloads.REQUESTS[dialect](**begin)
    large = workloads.REQUESTS[dialect](**{**begin, what: 8 * begin[what]})
    assert len(large) > 1.3 * len(small)


def test_reads_and_payloads_lose_nothing(workloads):
    events = workloads.STREAMS[AM](200)
    data = b"".join(events)
    for size in (1, 7, workloads.READ):
        reads = workloads.reads(data, size)
        assert b"".join(reads) == data
        assert {len(read) for read in reads[:-1]} <= {size}
    values = [json.loads(payload) for payload in workloads.payloads(events)]
    assert len(values) == 200
    assert len(workloads.payloads(workloads.STREAMS[OC](200))) == 199  # and [DONE]


@pytest.mark.parametrize("plain", [True, False])
@pytest.mark.parametrize("dialect", DIALECTS)
def test_long_streams_are_legal_streams(workloads, dialect, plain):
    long = workloads.LongStream(workloads.STREAMS[dialect](200), 200_000, plain=plain)
    data = b"".join(long)
    assert 150_000 < len(data) < 300_000
    assert accumulated(dialect, data).complete
    assert b"".join(long) == data  # a second pass gives the same


@pytest.mark.parametrize("dialect", [OC, OR])
def test_padding_differs_from_event_to_event_as_openai_s_does(workloads, dialect):
    events = workloads.STREAMS[dialect](2000)
    values = [json.loads(payload) for payload in workloads.payloads(events)]
    pads = [value["obfuscation"] for value in values if "obfuscation" in value]
    assert len(pads) > 1900
    assert len(set(pads)) > 1500
    assert len({len(pad) for pad in pads}) > 8
