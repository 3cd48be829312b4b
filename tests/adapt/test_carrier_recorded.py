"""Recorded answers with state go through every client and come back."""

from __future__ import annotations

import re

import attrs
import pytest
from tests._corpus import cases
from tests.adapt import _carrier_support as way
from tests.adapt._carrier_support import DIALECTS, OC, OPENROUTER

from modelwire import codecs
from modelwire.adapt import Carrier
from modelwire.ir import Malformed, ToolCallPart, fold, parse_arguments

CARRIER = Carrier()
STATE = re.compile(
    rb'"(?:thoughtSignature|signature|encrypted_content|redacted_thinking'
    rb'|reasoning\.encrypted|thought_signature)"'
)
CASES = [
    case
    for kind in ("stream", "response")
    for case in cases(kind)
    if case.dialect in DIALECTS and STATE.search(case.response_body)
]
CLIENTS = [(client, None) for client in DIALECTS] + [(OC, OPENROUTER)]


def has_state(part):
    return bool(way.state_of(part) or part.extra.get(OC, {}).get("extra_content"))


def state(parts, nameless=()):
    """Give the state and the calls around it; a recorded text is not the subject."""
    found = [
        part
        for part in way.outline(parts)
        if has_state(part) or isinstance(part, ToolCallPart)
    ]
    # Some servers give no ids, and codecs make them.
    return [
        attrs.evolve(part, id="")
        if nameless and isinstance(part, ToolCallPart)
        else part
        for part in found
    ]


def read(case):
    codec = codecs.get(case.dialect)
    if not case.stream:
        return None, codec.decode_response(
            case.response_body, status=case.status, headers=case.response_headers
        )
    decoder = codec.stream_decoder(headers=case.response_headers)
    chunks = [*decoder.feed(case.response_body), *decoder.close()]
    return chunks, fold(chunks)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_recorded_state_comes_back(case):
    chunks, response = read(case)
    (choice,) = response.choices
    calls = [p for p in choice.message.parts if isinstance(p, ToolCallPart)]
    if choice.finish is None or any(
        isinstance(parse_arguments(call), Malformed) for call in calls
    ):
        return  # a recording that was cut
    for client, profile in CLIENTS:
        if client == case.dialect:
            continue
        if chunks is None:
            sent = way.send_whole(response, client, CARRIER, profile)
        else:
            sent = way.send_stream(chunks, client, CARRIER, profile)
        request = way.decode(client, way.replay(client, sent.answer))
        adapted = CARRIER.recover(request, client=client)
        assert [loss for loss in adapted.losses if loss.action == "dropped"] == []
        left = way.left_over(response, sent.losses)
        if client == OC:
            left = way.ordered(left, sent.losses)
        nameless = {
            call.id for call in left if isinstance(call, ToolCallPart) and not call.id
        }
        assert state(way.assistant(adapted.request), nameless) == state(left), client
        assert way.message_state(m.extra for m in adapted.request.messages) == (
            way.message_state([choice.message.extra])
        )


def test_something_was_recorded():
    if cases("stream"):
        assert {case.dialect for case in CASES} == set(DIALECTS)
