"""What a client damages is a loss: nothing raises, nothing reaches the upstream."""

from __future__ import annotations

import json
import re

import attrs
import pytest
from hypothesis import given, settings, strategies as st
from tests.adapt import _carrier_support as way
from tests.adapt._carrier_support import AM, GG, OC, OPENROUTER, OR

from modelwire.adapt import Carrier
from modelwire.ir import (
    Opaque,
    ReasoningPart,
    TextPart,
    ToolCallPart,
    ToolResultPart,
)
from modelwire.testing import assert_losses

CARRIER = Carrier()
ENVELOPE = re.compile(r"mwcarry1[A-Za-z0-9+/_-]*1yrracwm")
WAYS = [
    (client, upstream, profile)
    for client, upstream in way.PAIRS
    for profile in ((None, OPENROUTER) if client == OC else (None,))
]
EVERY_WAY = pytest.mark.parametrize(
    ("client", "upstream", "profile"),
    WAYS,
    ids=[f"{a}-{b}" + (f"-{p.name}" if p else "") for a, b, p in WAYS],
)
THINK = ReasoningPart(text="Hm.", signature=Opaque(value="c2lnbmF0dXJl", dialect=AM))
SEALED = ReasoningPart(encrypted=Opaque(value="Z0FBQUFBQm8=", dialect=OR))
CALL = ToolCallPart(id="", name="f", arguments="{}")
TEXT = TextPart(text="Hi")


@st.composite
def damages(draw, text):
    """Draw an envelope that something has happened to."""
    kind = draw(
        st.sampled_from(("change", "delete", "insert", "cut", "double", "case"))
    )
    at = draw(st.integers(0, len(text) - 1))
    size = draw(st.integers(1, 20))
    piece = text[at : at + size]
    letters = st.text("ABCxyz019-_", min_size=1, max_size=4)
    if kind == "change":
        new = draw(letters.filter(lambda s: s[0] != text[at]))[0]
        return text[:at] + new + text[at + 1 :]
    if kind == "delete":
        return text[:at] + text[at + size :]
    if kind == "insert":
        return text[:at] + draw(letters) + text[at:]
    if kind == "cut":
        return text[:at]
    if kind == "double":
        return text[:at] + piece + text[at:]
    return text[:at] + text[at:].swapcase()


def fragments(text, size=12):
    return {text[n : n + size] for n in range(len(text) - size + 1)}


@EVERY_WAY
def test_damage_never_reaches_the_upstream(client, upstream, profile):
    @settings(max_examples=15)
    @given(st.data())
    def run(data):
        response = data.draw(way.answers(upstream))
        sent = way.send_whole(response, client, CARRIER, profile)
        body = way.replay(client, sent.answer).decode()
        whole = sorted(set(ENVELOPE.findall(body)))
        if not whole:
            return
        broken = data.draw(st.sampled_from(whole))
        damaged = data.draw(damages(broken))
        if damaged == broken:
            return
        request = way.decode(client, body.replace(broken, damaged).encode())
        adapted = CARRIER.recover(request, client=client)
        assert_losses(request, adapted.request, adapted.losses)
        known = {
            (name, value.value)
            for part in response.choices[0].message.parts
            for name, value in way.state_of(part).items()
        }
        for part in way.assistant(adapted.request):
            for name, value in way.state_of(part).items():
                # What lost its mark is the client's own value: no upstream's.
                assert (name, value.value) in known or value.dialect == client
        sent_on = way.encode(upstream, adapted.request).decode()
        if not any("mwcarry1" in value for _, value in known):
            assert "mwcarry1" not in sent_on
        assert "1yrracwm" not in sent_on
        payload = damaged.removeprefix("mwcarry1").removesuffix("1yrracwm")
        assert not any(piece in sent_on for piece in fragments(payload))

    run()


@EVERY_WAY
def test_what_is_damaged_is_reported(client, upstream, profile):
    part = attrs.evolve(THINK, signature=Opaque(value="c2lnbmF0dXJl", dialect=upstream))
    if upstream == GG:
        part = TextPart(text="", signature=part.signature)
    sent = way.send_whole(way.answer(part, CALL), client, CARRIER, profile)
    body = way.replay(client, sent.answer).decode()
    (broken,) = set(ENVELOPE.findall(body))
    damaged = broken[:40] + "AAAA" + broken[44:]
    request = way.decode(client, body.replace(broken, damaged).encode())
    adapted = CARRIER.recover(request, client=client)
    (loss,) = [x for x in adapted.losses if x.action == "dropped"]
    assert loss.code.value in ("think.signature", "think.redacted")
    assert loss.severity == "content"
    assert loss.detail == "a carrier that is damaged"
    assert not any(way.state_of(part) for part in way.assistant(adapted.request))


@pytest.mark.parametrize("limit", [40, 64, 100])
def test_an_id_that_a_client_cuts_pairs_still(limit):
    sent = way.send_whole(way.answer(THINK, CALL, CALL), OC, CARRIER, None)
    for call in sent.answer["choices"][0]["message"]["tool_calls"]:
        call["id"] = call["id"][:limit]
    request = way.decode(OC, way.replay(OC, sent.answer))
    adapted = CARRIER.recover(request, client=OC)
    calls = [p.id for p in way.assistant(adapted.request) if type(p) is ToolCallPart]
    results = [
        part.call_id
        for message in adapted.request.messages
        for part in message.parts
        if isinstance(part, ToolResultPart)
    ]
    assert calls == results == ["call_1", "call_2"]
    assert [x.code.value for x in adapted.losses if x.action == "dropped"] == [
        "think.signature"
    ]


def test_a_client_that_changes_odd_characters_of_ids_changes_nothing():
    sent = way.send_whole(way.answer(THINK, CALL), OC, CARRIER, None)
    (call,) = sent.answer["choices"][0]["message"]["tool_calls"]
    assert re.sub(r"[^a-zA-Z0-9_-]", "_", call["id"]).rstrip("_") == call["id"]


def test_damage_beside_what_is_whole():
    sent = way.send_whole(way.answer(THINK, CALL, SEALED, CALL), OC, CARRIER, None)
    body = way.replay(OC, sent.answer).decode()
    first, second = ENVELOPE.findall(body)[:2]
    request = way.decode(OC, body.replace(second, second[:-20]).encode())
    adapted = CARRIER.recover(request, client=OC)
    found = way.assistant(adapted.request)
    assert [type(part) for part in found] == [ReasoningPart, ToolCallPart, ToolCallPart]
    assert found[0] == THINK
    assert [part.id for part in found[1:]] == ["call_1", "call_3"]
    assert first != second


# --- bounds -------------------------------------------------------------------------

LONG = ReasoningPart(text="x" * 500, signature=Opaque(value="c2ln", dialect=AM))


@pytest.mark.parametrize("client", [OC, OR, GG])
@pytest.mark.parametrize("how", ["whole", "stream"])
def test_what_is_too_large_is_a_loss_at_once(client, how):
    small = Carrier(max_bytes=400)
    response = way.answer(LONG, CALL)
    if how == "whole":
        sent = way.send_whole(response, client, small, None)
    else:
        sent = way.send_stream(way.streamed(response, ["late"]), client, small, None)
    assert "mwcarry1" not in json.dumps(sent.answer)
    lost = [x for x in sent.losses if x.action == "dropped" and "think" in x.code.value]
    path = "$.choices[0].message.parts[0]"
    assert {x.path for x in lost} & {path, f"{path}.signature"}


def test_all_envelopes_of_an_answer_are_bounded_together():
    small = Carrier(max_bytes=500)
    sent = way.send_whole(way.answer(*[THINK] * 5, CALL), GG, small, None)
    body = json.dumps(sent.answer)
    sizes = [len(text) for text in ENVELOPE.findall(body)]
    assert len(sizes) == 2
    assert sum(sizes) <= 500
    lost = [x.path for x in sent.losses if x.code.value == "think.signature"]
    assert lost == [f"$.choices[0].message.parts[{n}].signature" for n in (2, 3, 4)]


def test_the_limit_is_the_length_of_the_envelope():
    sent = way.send_whole(way.answer(THINK), GG, CARRIER, None)
    (text,) = ENVELOPE.findall(json.dumps(sent.answer))
    exact = Carrier(max_bytes=len(text))
    less = Carrier(max_bytes=len(text) - 1)
    assert way.send_whole(way.answer(THINK), GG, exact, None).answer == sent.answer
    assert "mwcarry1" not in str(way.send_whole(way.answer(THINK), GG, less, None))
    request = way.decode(GG, way.replay(GG, sent.answer))
    assert way.assistant(exact.recover(request, client=GG).request) == (THINK,)
    adapted = less.recover(request, client=GG)
    (loss,) = adapted.losses
    assert loss.detail == "a carrier that is too large"
    assert way.assistant(adapted.request) == (ReasoningPart(text="Hm."),)


def test_the_newest_turns_of_a_request_come_first():
    sent = way.send_whole(way.answer(THINK), GG, CARRIER, None)
    request = way.decode(GG, way.replay(GG, sent.answer))
    user, assistant = request.messages[:2]
    three = attrs.evolve(request, messages=(user, assistant) * 3)
    (text,) = ENVELOPE.findall(json.dumps(sent.answer))
    bounded = Carrier(max_request_bytes=2 * len(text))
    adapted = bounded.recover(three, client=GG)
    assert [bool(way.state_of(part)) for part in way.assistant(adapted.request)] == [
        False,
        True,
        True,
    ]


# --- keys ---------------------------------------------------------------------------


def test_a_key_must_be_the_same():
    keyed = Carrier(key=b"one")
    sent = way.send_whole(way.answer(THINK, CALL), OC, keyed, None)
    request = way.decode(OC, way.replay(OC, sent.answer))
    assert way.assistant(keyed.recover(request, client=OC).request)[0] == THINK
    for other in (CARRIER, Carrier(key=b"two")):
        adapted = other.recover(request, client=OC)
        assert list(way.assistant(adapted.request)) == [attrs.evolve(CALL, id="call_1")]


def test_a_client_that_has_no_key_cannot_write_one():
    forged = way.send_whole(way.answer(THINK, CALL), OC, CARRIER, None)
    request = way.decode(OC, way.replay(OC, forged.answer))
    adapted = Carrier(key=b"one").recover(request, client=OC)
    assert not any(way.state_of(part) for part in way.assistant(adapted.request))


def test_an_envelope_where_none_is_put_is_taken_out():
    # Some clients repeat a call's signature on its result.
    sent = way.send_whole(way.answer(THINK), GG, CARRIER, None)
    (text,) = ENVELOPE.findall(json.dumps(sent.answer))
    part = ToolResultPart(call_id="c", signature=Opaque(value=text[:-9], dialect=GG))
    request = way.decode(GG, way.replay(GG, sent.answer))
    messages = (*request.messages, attrs.evolve(request.messages[0], parts=(part,)))
    adapted = CARRIER.recover(attrs.evolve(request, messages=messages), client=GG)
    assert adapted.request.messages[-1].parts == (ToolResultPart(call_id="c"),)
    assert [x.path for x in adapted.losses if x.action == "dropped"] == [
        f"$.messages[{len(messages) - 1}].parts[0].signature"
    ]
