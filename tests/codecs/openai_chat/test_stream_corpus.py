"""Recorded streams: any cut, the same chunks; written again, nothing is lost."""

from __future__ import annotations

import itertools
import json
import random

import pytest
from tests._corpus import load

from modelwire.codecs._base import COLLECT
from modelwire.codecs.openai_chat import (
    check_stream,
    decode_response,
    encode_response,
    event_decoder,
    stream_decoder,
    stream_encoder,
)
from modelwire.ir import Accumulator, ChoiceFinish
from modelwire.testing import check_chunks, fold_equivalent

STREAMS = [
    case
    for case in load("openai-chat")
    if case.framing == "sse" and case.status < 400 and case.response_body
]

NOT_BY_EVENT = {
    "huggingface-data-extraction-3": "eof",  # a backend that sends no [DONE]
    "gpustack-qwen3-supports-streaming": "eof",  # likewise
    "perplexity-raw-stream-capture": "eof",  # Perplexity never sends it
    "perplexity-sonar-supports-streaming": "eof",
    "groq-test-tool-use-failed-error": "none",  # ends in `event: error`
    "openrouter-stream-error": "none",  # ends in an error, then [DONE]
}
"""Recordings that do not end in `[DONE]`, or not in an answer, and how they end."""

NOT_THE_SAME = {
    # Calls without ids and no response id: both are made up.
    "gemini-acomplete-return-true-output-types1-bool",
    # No finish_reason and no id at all: the finish becomes the word `unknown`.
    "snowflake-test-snowflake-model-streaming",
    # An error stream: a finish that came before the error is not written (E01).
    "openrouter-stream-error",
}
"""Recordings that are not equal after a round trip, each accounted for by losses."""

PADDING = {"obfuscation", "p"}
"""Left out on purpose."""
ENVELOPE = {"id", "object", "created", "model", "role"}
"""Repeated on every event; the first one counts."""
JOINED = {
    "content",
    "arguments",
    "reasoning",
    "reasoning_content",
    "text",
    "summary",
    "refusal",
}
"""Deltas, which the fold compares joined."""


def known(case, names):
    return next((name for name in names if name in case.id), None)


def decode(body, cuts=None):
    decoder = stream_decoder()
    if cuts is None:
        return decoder.feed(body) + decoder.close()
    out = []
    for piece in cuts:
        out += decoder.feed(piece)
    return out + decoder.close()


def encode(chunks):
    encoder = stream_encoder(on_loss=COLLECT)
    body = b"".join([encoder.encode(chunk) for chunk in chunks] + [encoder.close()])
    return body, encoder.losses


def folded(chunks):
    accumulator = Accumulator()
    accumulator.feed_all(chunks)
    return accumulator


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


def id_of(case):
    return case.id


@pytest.mark.parametrize("case", STREAMS, ids=id_of)
def test_chunks_do_not_depend_on_the_cuts(case):
    body = case.response_body
    whole = decode(body)
    assert decode(body, [body[i : i + 1] for i in range(len(body))]) == whole
    source = random.Random(case.id)
    cuts = sorted({0, len(body), *(source.randrange(len(body) + 1) for _ in range(40))})
    assert decode(body, [body[a:b] for a, b in itertools.pairwise(cuts)]) == whole
    assert not check_chunks(whole)


@pytest.mark.parametrize("case", STREAMS, ids=id_of)
def test_ends_as_recorded(case):
    chunks = decode(case.response_body)
    expected = NOT_BY_EVENT.get(known(case, NOT_BY_EVENT), "event")
    assert chunks[-1].terminator == expected
    assert chunks[-1].complete is (expected != "none")


@pytest.mark.parametrize("case", STREAMS, ids=id_of)
def test_written_again_it_says_the_same(case):
    chunks = decode(case.response_body)
    body, losses = encode(chunks)
    before, after = folded(chunks), folded(decode(body))
    decoder = event_decoder()
    assert check_stream(decoder.feed(body) + decoder.close()) == []
    if known(case, NOT_THE_SAME):
        assert losses
        return
    assert losses == ()
    assert after.response == before.response
    assert (after.error, after.complete) == (before.error, before.complete)
    assert encode(decode(body))[0] == body


@pytest.mark.parametrize("case", STREAMS, ids=id_of)
def test_no_leaf_is_lost(case):
    chunks = decode(case.response_body)
    written = {leaf for event in payloads(encode(chunks)[0]) for leaf in leaves(event)}
    usages = 0
    for event in payloads(case.response_body):
        # Perplexity repeats the whole text beside every delta; usage that is repeated
        # on every event counts as one snapshot, of which the last stands.
        for choice in event.get("choices", ()):
            choice.pop("message", None)
        usages += event.pop("usage", None) is not None
        missing = {
            leaf
            for leaf in leaves(event)
            if leaf not in written and leaf[0] not in PADDING | ENVELOPE | JOINED
        }
        if known(case, NOT_THE_SAME):
            missing = {leaf for leaf in missing if leaf[0] != "finish_reason"}
        assert not missing
    if usages:
        last = [e["usage"] for e in payloads(case.response_body) if e.get("usage")][-1]
        assert set(leaves(last)) <= written


@pytest.mark.parametrize("case", STREAMS, ids=id_of)
def test_plain_response_of_the_fold_says_the_same(case):
    accumulator = folded(decode(case.response_body))
    if not accumulator.complete or known(case, NOT_THE_SAME):
        return
    back = decode_response(encode_response(accumulator.response).body)
    assert fold_equivalent(accumulator.response, back)


@pytest.mark.parametrize("case", STREAMS[::9], ids=id_of)
def test_cut_anywhere_it_never_raises(case):
    body = case.response_body
    for end in range(0, len(body), max(1, len(body) // 300)):
        chunks = decode(body[:end])
        assert not check_chunks(chunks)
        if chunks[-1].complete:
            # Nothing ends well that has not said why.
            assert any(isinstance(chunk, ChoiceFinish) for chunk in chunks)


def test_there_are_recordings():
    if not STREAMS:
        pytest.skip("the shared material is not beside the repository")
    assert len(STREAMS) > 80
