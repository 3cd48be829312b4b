"""Recorded streams: any cut, the same chunks; written again, nothing is lost."""

from __future__ import annotations

import itertools
import json
import random

import pytest
from tests._corpus import load
from tests.codecs.openai_responses._streams import decode, encode, folded, native

from modelwire.codecs.openai_responses import decode_response
from modelwire.codecs.openai_responses._grammar import check_stream
from modelwire.codecs.openai_responses._stream_decoder import stream_decoder

STREAMS = [
    case
    for case in load("openai-responses")
    if case.framing == "sse" and case.status < 400 and case.response_body
]

ERRORS = {
    "handwritten__openai-responses-error-event-nested": "content_filter",
    "handwritten__openai-responses-error-event": "server_error",
    "handwritten__openai-responses-failed-rate-limit": "rate_limit",
}
"""Streams that end in an error, and which; every other one is complete."""

NOT_THE_PLAIN_ONE = {
    # encrypted_content of the terminal event is another one than that of its item.
    "fantasy__testazureresponseswithsummarythinking",
    "responses-model-mcp-server-tool-stream",
    "responses-moderation-stream",
    "responses-phase-streamed-on-part-start",
    "thinking-with-code-execution-tool-stream",
    "rig__openai-streaming-grammar-incomplete-max-output-tokens",
    # The id of the reasoning item is another one in the terminal event.
    "raw-cot-stream-openrouter",
    # `output: []` in the terminal event.
    "agentgateway__crates-llm-response-responses-stream",
}
"""Streams that do not fold to what their terminal event says, and why."""

ILLEGAL = {
    "agentgateway__crates-llm-response-responses-stream",  # no content_part events
    "handwritten__openai-responses-error-event-nested",  # its numbers begin with 3
    "handwritten__openai-responses-failed-rate-limit",  # a gap in its numbers
    "raw-cot-stream-openrouter",  # other ids in the terminal event
    "bedrock-mantle-responses",  # reasoning_part events of its own
}
"""Recordings that do not obey the vendor's grammar."""

PADDING = {"obfuscation", "sequence_number"}
PREVIEWS = {
    "apply_patch_call_operation_diff",  # the call comes whole, with its diff
    "shell_call_output_content",  # the result comes whole
    "keepalive",  # becomes a comment
    "reasoning_part",  # becomes content_part
}
"""Events that are written in another form."""
OTHER_VALUES = {
    "encrypted_content",  # that of `done` is the one that counts
    "created_at",  # Bedrock's 1787150055.0 becomes an int
    "content_index",  # a counter of the encoder's own
    "delta",  # joined
    "logprob",  # rounded otherwise in deltas than in their end
}
LATE_IDS = {"raw-cot-stream-openrouter"}


def id_of(case):
    return case.id


def named(case, names):
    return next((name for name in names if name in case.id), None)


def payloads(body):
    for line in body.decode().split("\n"):
        payload = line.removeprefix("data:").strip()
        if line.startswith("data:") and payload.startswith("{"):
            yield json.loads(payload)


def leaves(value, key=""):
    if isinstance(value, dict):
        for name, item in value.items():
            yield from leaves(item, name)
    elif isinstance(value, list):
        for item in value:
            yield from leaves(item, key)
    elif value is not None and value != "":
        yield key, json.dumps(value)


def test_there_are_streams():
    if not load("openai-responses"):
        pytest.skip("no recorded traffic here")
    assert len(STREAMS) >= 39


@pytest.mark.parametrize("case", STREAMS, ids=id_of)
def test_chunks_do_not_depend_on_the_cuts(case):
    body = case.response_body
    whole = decode(body)
    assert decode(body, size=1) == whole
    source = random.Random(case.id)
    cuts = sorted({0, len(body), *(source.randrange(len(body) + 1) for _ in range(40))})
    decoder = stream_decoder()
    pieces = [body[a:b] for a, b in itertools.pairwise(cuts)]
    assert [*itertools.chain(*map(decoder.feed, pieces)), *decoder.close()] == whole


@pytest.mark.parametrize("case", STREAMS, ids=id_of)
def test_every_stream_ends(case):
    found = folded(decode(case.response_body))
    kind = ERRORS.get(case.id)
    assert found.complete == (kind is None)
    if kind is not None:
        assert found.error.kind == kind
    else:
        assert found.response.choices[0].finish is not None


@pytest.mark.parametrize("case", STREAMS, ids=id_of)
def test_streams_fold_to_their_terminal_event(case):
    if case.id in ERRORS:
        pytest.skip("an error has no answer")
    last = list(payloads(case.response_body))[-1]["response"]
    plain = decode_response(json.dumps(last).encode())
    response = folded(decode(case.response_body)).response
    excused = named(case, NOT_THE_PLAIN_ONE) and "custom-tool" not in case.id
    assert (response == plain) != bool(excused)
    assert response.usage == plain.usage
    assert response.choices[0].finish.kind == plain.choices[0].finish.kind or excused


@pytest.mark.parametrize("case", STREAMS, ids=id_of)
def test_written_again_it_is_the_same(case):
    chunks = decode(case.response_body)
    data, losses = encode(chunks)
    before, after = folded(chunks), folded(decode(data))
    assert after.response == before.response
    assert after.complete == before.complete
    assert losses == ()
    assert check_stream(native(data)) == []
    if case.id not in ERRORS:
        assert encode(decode(data))[0] == data


@pytest.mark.parametrize("case", STREAMS, ids=id_of)
def test_written_again_nothing_is_missing(case):
    data, _ = encode(decode(case.response_body))
    have = {leaf for payload in payloads(data) for leaf in leaves(payload)}
    for payload in payloads(case.response_body):
        if any(name in payload["type"] for name in PREVIEWS):
            continue
        for key, value in leaves(payload):
            if key in PADDING or key in OTHER_VALUES:
                continue
            if key == "id" and named(case, LATE_IDS):
                continue
            assert (key, value) in have


@pytest.mark.parametrize("case", STREAMS, ids=id_of)
def test_recorded_streams_obey_the_grammar(case):
    found = check_stream(native(case.response_body))
    excused = named(case, ILLEGAL) and "custom-tool" not in case.id
    assert bool(found) == bool(excused)
