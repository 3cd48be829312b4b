"""The envelope, byte for byte, and what it refuses."""

from __future__ import annotations

import base64
import hashlib
import struct

import pytest
from hypothesis import given, settings, strategies as st
from tests._paths import REPO
from tests.adapt import _carrier_support as way

from modelwire.adapt._carrier_envelope import (
    END,
    MARK,
    is_envelope,
    join_id,
    seal,
    sealed_size,
    split_id,
    unseal,
)
from modelwire.adapt._carrier_payload import pack, unpack
from modelwire.adapt._carrier_steps import Step
from modelwire.ir import Opaque, ReasoningPart

PAYLOAD = (
    b'[{"part":"reasoning","text":"Hm.","signature":'
    b'{"value":"c2ln","dialect":"anthropic-messages"}}]'
)
STEP = Step(
    kind="part",
    part=ReasoningPart(
        text="Hm.", signature=Opaque(value="c2ln", dialect="anthropic-messages")
    ),
)
EXAMPLE = (
    "mwcarry1AQAAAF_0KgRnqI3zIENOhnoTdetvW3sicGFydCI6InJlYXNvbmluZyIsInRleHQiOiJIbS4i"
    "LCJzaWduYXR1cmUiOnsidmFsdWUiOiJjMmxuIiwiZGlhbGVjdCI6ImFudGhyb3BpYy1tZXNzYWdlcyJ9"
    "fV0A1yrracwm"
)
KEYED = {"key": b"k"}


def by_hand(payload: bytes, placement: int, key: bytes = b"") -> bytes:
    """Build an envelope as docs/carrier.md says it, without our code."""
    fields = struct.pack(">BI", placement, len(payload))
    digest = hashlib.blake2b(fields + payload, digest_size=16, key=key).digest()
    mark, end = base64.b64decode("mwcarry1"), base64.b64decode("1yrracwm")
    body = mark + fields + digest + payload
    return body + b"\0" * (-(len(body) + len(end)) % 3) + end


def test_the_worked_example():
    assert pack([STEP]) == PAYLOAD
    assert seal(PAYLOAD, script=True) == EXAMPLE
    assert base64.urlsafe_b64decode(EXAMPLE) == by_hand(PAYLOAD, 1)
    assert unseal(EXAMPLE) == (True, PAYLOAD)
    assert unpack(PAYLOAD) == (STEP,)


def test_the_document_has_the_worked_example():
    text = (REPO / "docs" / "carrier.md").read_text(encoding="utf-8")
    assert EXAMPLE in text.replace("\n", "")
    assert PAYLOAD.decode() in text.replace("\n", "")


@given(
    st.binary(max_size=40), st.booleans(), st.booleans(), st.sampled_from((b"", b"k"))
)
def test_what_is_sealed_is_as_the_document_says(payload, script, standard, key):
    text = seal(payload, script=script, key=key, standard=standard)
    decode = base64.standard_b64decode if standard else base64.urlsafe_b64decode
    assert decode(text) == by_hand(payload, int(script), key)
    assert len(text) == sealed_size(len(payload))
    assert text.startswith(MARK)
    assert text.endswith(END)
    assert unseal(text, key=key) == (script, payload)
    assert unseal(text, key=b"another") is None


def test_either_alphabet_and_padding_are_read():
    payload = bytes(range(256))
    plain = seal(payload, script=False)
    assert {"-", "_"} & set(plain)
    other = plain.replace("-", "+").replace("_", "/")
    assert unseal(other) == unseal(plain) == unseal(f"{plain}==") == (False, payload)


@pytest.mark.parametrize("key", [b"", b"k"])
def test_every_changed_bit_is_seen(key):
    whole = bytearray(by_hand(PAYLOAD, 0, key))
    for place in range(len(whole)):
        for bit in range(8):
            whole[place] ^= 1 << bit
            assert unseal(base64.urlsafe_b64encode(whole).decode(), key=key) is None
            whole[place] ^= 1 << bit


def test_every_missing_end_is_seen():
    assert all(unseal(EXAMPLE[:n]) is None for n in range(len(EXAMPLE)))
    assert all(unseal(EXAMPLE[n:]) is None for n in range(1, len(EXAMPLE)))


@given(st.text())
def test_nothing_raises(text):
    for odd in (text, MARK + text, text + END, MARK + text + END):
        assert unseal(odd) is None
        assert is_envelope(odd) or odd == text
        split_id(odd)


@pytest.mark.parametrize(
    "whole",
    [
        by_hand(PAYLOAD, 2),
        by_hand(PAYLOAD, 0)[:-7] + b"\x01" + base64.b64decode(END),
        by_hand(PAYLOAD, 0)[:-6] + b"\0\0\0" + base64.b64decode(END),
        base64.b64decode(MARK) + base64.b64decode(END),
    ],
    ids=[
        "an unknown placement",
        "padding that says something",
        "too much padding",
        "empty",
    ],
)
def test_what_we_do_not_write_is_refused(whole):
    assert unseal(base64.urlsafe_b64encode(whole).decode()) is None


# --- ids ----------------------------------------------------------------------------


@pytest.mark.parametrize("id_", ["call_1", "", "ends_with_", "ü"])
def test_an_id_comes_back(id_):
    assert split_id(join_id(id_, EXAMPLE)) == (id_, EXAMPLE)


@pytest.mark.parametrize(
    ("id_", "stem"),
    [
        ("call_1", None),
        ("", None),
        ("call_1_mwcarr", None),
        ("call_1_mwcarry1AQAA", "call_1"),
        ("CALL_1_MWCARRY1AQAA", "CALL_1"),
        # A client that cuts ids and puts a hash behind them.
        ("call_1_mwcarry1AQAAAF-K2N0PE71UVzFY0FO2UGBd_b57e05b1", "call_1"),
        ("call_1_mwcarry1mwcarry1AQAA", "call_1"),
    ],
)
def test_what_is_left_of_an_id_is_recognised(id_, stem):
    found = split_id(id_)
    assert (None if found is None else found[0]) == stem


def test_an_id_whose_envelope_lost_its_beginning_is_made_anew():
    found = split_id(f"call_1_{EXAMPLE[9:]}")
    assert found is not None
    assert found[0].startswith("call_")
    assert len(found[0]) == 21
    assert split_id(f"call_1_{EXAMPLE[9:]}") == found


# --- payloads -----------------------------------------------------------------------


@settings(max_examples=40)
@given(st.data())
def test_steps_come_back(data):
    dialect = data.draw(st.sampled_from(way.DIALECTS))
    steps = data.draw(st.lists(steps_of(dialect), max_size=4))
    assert unpack(pack(steps)) == tuple(steps)


def steps_of(dialect):
    whole = way.thoughts(dialect).map(lambda part: Step(kind="part", part=part))
    flags = {"back": st.booleans(), "shown": st.booleans()}
    signed = st.builds(
        Step,
        kind=st.sampled_from(("text", "call", "message")),
        count=st.integers(0, 99),
        signature=st.none() | way.opaques(dialect),
        extra=st.sampled_from(({}, {"openai-chat": {"extra_content": {"a": [None]}}})),
        id=st.none() | st.text(max_size=4),
        **flags,
    )
    return whole | signed


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"{",
        b"{}",
        b"null",
        b"[1]",
        b'[{"part":"image"}]',
        b'[{"part":1}]',
        b'[{"part":"reasoning","text":1}]',
        b'[{"part":"reasoning","wrong":"x"}]',
        b'[{"part":"reasoning","summaries":"x"}]',
        b'[{"part":"reasoning","summaries":[1]}]',
        b'[{"part":"reasoning","signature":"x"}]',
        b'[{"part":"reasoning","signature":{"value":"x"}}]',
        b'[{"part":"reasoning","signature":{"value":1,"dialect":"x"}}]',
        b'[{"part":"reasoning","item":{"id":1}}]',
        b'[{"part":"reasoning","extra":{"x":1}}]',
        b'[{"part":"text","annotations":[]}]',
        b"[{}]",
        b'[{"text":-1}]',
        b'[{"text":true}]',
        b'[{"call":1.5}]',
        b'[{"call":1,"other":1}]',
        b'[{"call":1,"back":1}]',
        b'[{"call":1,"id":1}]',
    ],
)
def test_what_pack_does_not_write_is_refused(payload):
    assert unpack(payload) is None


def test_a_lone_surrogate_survives():
    part = ReasoningPart(text="\ud800", signature=Opaque(value="\udfff", dialect="x"))
    text = seal(pack([Step(kind="part", part=part)]), script=False)
    opened = unseal(text)
    assert opened is not None
    (step,) = unpack(opened[1]) or ()
    assert step.part == part
