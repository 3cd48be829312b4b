"""
The vendors' own types judge what our encoders make of drawn values.

Wire bytes are drawn in every dialect (`modelwire.testing.strategies`), decoded, and
encoded for every other one; the oracle looks at the result as at recorded traffic.
Within a dialect the drawn bytes come back as they are, fields that nobody knows
included (tests/testing/test_wire.py): there the oracle would judge the strategies.
"""

from __future__ import annotations

import functools
import itertools
import json

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from tests.judges._oracle import ALLOWED, Allowed, Job, judge, why_not
from tests.judges.test_oracle import events_of, shape

from modelwire import codecs
from modelwire.codecs import COLLECT
from modelwire.errors import ProviderError
from modelwire.testing import strategies as st

DRAWN = 25
pytestmark = pytest.mark.xdist_group("oracle")
PAIRS = list(itertools.permutations(codecs.DIALECTS, 2))

F06 = "a reason that nobody knows is written as it came, never as a success (F06)"
OF_SOURCES = (
    Allowed(
        kind="response",
        dialect="anthropic-messages",
        pattern=r"\$\.stop_reason: '\w+' not one of .*",
        reason=F06,
    ),
    Allowed(
        kind="stream",
        dialect="anthropic-messages",
        pattern=r"\$\[\]\.delta\.stop_reason: '\w+' not one of .*",
        reason=F06,
    ),
    Allowed(
        kind="response",
        dialect="openai-chat",
        pattern=r"\$\.choices\[\]\.finish_reason: '\w+' not one of .*",
        reason=F06,
    ),
    Allowed(
        kind="stream",
        dialect="openai-chat",
        pattern=r"(\$\[\]\.choices\[\]\.finish_reason: '\w+' not one of .*"
        r"|seq: tool calls but finish_reason '\w+')",
        reason=F06,
    ),
    Allowed(
        kind="response",
        dialect="openai-chat",
        pattern=r"\$\.moderation\.(input|output)\b.*",
        reason="the drawn moderation is another one than the vendor's",
    ),
    Allowed(
        kind="request",
        dialect="openai-chat",
        pattern=r"\$\.modalities\[\]: 'image' not one of .*",
        reason="compatible servers make images; which ones, the caller knows",
    ),
    Allowed(
        kind="stream",
        dialect="openai-chat",
        pattern=r"(\$\[\]\.choices\[\]\.delta\.tool_calls\[\]\."
        r"(type: 'custom' not one of .*|custom: unknown field)"
        r"|seq\[\]: first delta of tool call .* lacks id or name)",
        reason="the types of streams have no custom tool calls, the API streams them",
    ),
    Allowed(
        kind="stream",
        dialect="gemini-generate",
        pattern=r"seq: usageMetadata missing on the last chunk",
        reason="the drawn source says nothing of usage, and nothing is made up",
    ),
    Allowed(
        kind="response",
        dialect="gemini-generate",
        pattern=r"proto: .*Invalid enum value CONTINUATION .*google.genai accepts\]",
        reason="the published protobuf is older than the API",
    ),
)
"""Findings that are the drawn source's, or the oracle's own."""


def others(source):
    return [target for target in codecs.DIALECTS if target != source]


def drawn(strategy):
    """So many examples, the same ones every time."""
    found = []

    @settings(
        max_examples=DRAWN,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def collect(value):
        found.append(value)

    collect()
    return found


def requests(source):
    codec = codecs.get(source)
    for wire in drawn(st.wire_requests(source)):
        request = codec.decode_request(wire.body, path=wire.path, query=wire.query)
        for target in others(source):
            encoded = codecs.get(target).encode_request(request, on_loss=COLLECT)
            yield target, json.loads(encoded.body)


def responses(source):
    for body in drawn(st.wire_responses(source)):
        try:
            response = codecs.get(source).decode_response(body)
        except ProviderError:
            continue  # an answer that had failed
        for target in others(source):
            encoded = codecs.get(target).encode_response(response, on_loss=COLLECT)
            yield target, json.loads(encoded.body)


def streams(source):
    for data in drawn(st.wire_streams(source, errors=False)):
        decoder = codecs.get(source).stream_decoder()
        chunks = [*decoder.feed(data), *decoder.close()]
        for target in others(source):
            encoder = codecs.get(target).stream_encoder(on_loss=COLLECT)
            written = b"".join([*map(encoder.encode, chunks), encoder.close()])
            yield target, events_of(target, written)


KINDS = {"request": requests, "response": responses, "stream": streams}


@functools.cache
def findings():
    """What is wrong with what we write, by kind, source and target."""
    if reason := why_not():
        pytest.skip(reason)
    rows = []
    jobs = []
    for kind, make in KINDS.items():
        for source in codecs.DIALECTS:
            for number, (target, ours) in enumerate(make(source)):
                rows.append((kind, source, target))
                jobs.append(Job(f"{source} {number}", kind, target, ours))
    found = {row: set() for row in rows}
    for row, job, answers in zip(rows, jobs, judge(jobs), strict=True):
        found[row] |= {
            shape(one)
            for one in answers
            if not any(a.covers(job, shape(one)) for a in (*ALLOWED, *OF_SOURCES))
        }
    return found


@pytest.mark.parametrize(("source", "target"), PAIRS)
@pytest.mark.parametrize("kind", KINDS)
def test_the_vendors_types_take_what_we_write(kind, source, target):
    assert findings()[kind, source, target] == set()
