"""
The law of the carrier: what an upstream's model needs comes back exactly.

For every client dialect and every other upstream dialect: an answer with state goes
to the client, whole or as a stream, the client replays it, and the upstream's next
request has every opaque value in its place, but for those that a loss names.
"""

from __future__ import annotations

import attrs
import pytest
from hypothesis import given, settings, strategies as st
from tests.adapt import _carrier_support as way
from tests.adapt._carrier_support import AM, DEEPSEEK, GG, OC, OPENROUTER, OR

from modelwire.adapt import Carrier
from modelwire.errors import LocalError
from modelwire.ir import (
    ChatRequest,
    CompactionPart,
    Message,
    Opaque,
    ReasoningPart,
    TextPart,
    ToolCallPart,
    ToolResultPart,
)
from modelwire.testing import assert_losses, strategies

CARRIER = Carrier()
WAYS = [
    (client, upstream, profile)
    for client, upstream in way.PAIRS
    for profile in ((None, DEEPSEEK, OPENROUTER) if client == OC else (None,))
]
EVERY_WAY = pytest.mark.parametrize(
    ("client", "upstream", "profile"),
    WAYS,
    ids=[f"{a}-{b}" + (f"-{p.name}" if p else "") for a, b, p in WAYS],
)
QUICK = settings(max_examples=15)
WHEN = st.lists(st.sampled_from(("header", "late", "stop")), min_size=1, max_size=3)


def returned(sent, client):
    """Give the client's next request as it came, and recovered."""
    request = way.decode(client, way.replay(client, sent.answer))
    return request, CARRIER.recover(request, client=client)


def _is_drop(loss):
    return loss.action == "dropped" and (loss.path or "").endswith("extra_content")


def check(response, sent, client, upstream):
    request, adapted = returned(sent, client)
    assert [loss for loss in adapted.losses if loss.action == "dropped"] == []
    left = way.left_over(response, sent.losses)
    if client == OC:
        left = way.ordered(left, sent.losses)
    recovered = way.assistant(adapted.request)
    extras = [m.extra for m in adapted.request.messages]
    (choice,) = response.choices
    lost = any("message.extra" in (x.path or "") for x in sent.losses if _is_drop(x))
    assert way.message_state(extras) == (
        [] if lost else way.message_state([choice.message.extra])
    )
    assert way.outline(recovered) == way.outline(left)
    # What the upstream reads is what it would read from a client of its own.
    bodies = [
        way.encode(upstream, way.with_assistant(adapted.request, way.without_words(x)))
        for x in (recovered, left)
    ]
    assert way.proofs(upstream, bodies[0]) == way.proofs(upstream, bodies[1])
    assert b"mwcarry1AQ" not in bodies[0]
    assert_losses(request, adapted.request, adapted.losses)


@EVERY_WAY
def test_state_comes_back(client, upstream, profile):
    @QUICK
    @given(way.answers(upstream))
    def run(response):
        sent = way.send_whole(response, client, CARRIER, profile)
        check(response, sent, client, upstream)

    run()


@EVERY_WAY
def test_state_comes_back_from_a_stream(client, upstream, profile):
    @QUICK
    @given(way.answers(upstream), WHEN)
    def run(response, when):
        chunks = way.streamed(response, when)
        sent = way.send_stream(chunks, client, CARRIER, profile)
        check(response, sent, client, upstream)

    run()


@EVERY_WAY
def test_stowing_is_accounted_for(client, upstream, profile):
    some = strategies.chat_responses() | way.answers(upstream)

    @QUICK
    @given(some, st.sampled_from((150, 300, 2**18)))
    def run(response, room):
        carrier = Carrier(max_bytes=room)
        stowed = carrier.stow(response, client=client, profile=profile)
        assert_losses(response, stowed.response, stowed.losses)

    run()


@pytest.mark.parametrize("dialect", way.DIALECTS)
def test_what_needs_no_envelope_is_left_alone(dialect):
    @QUICK
    @given(way.answers(dialect), WHEN)
    def run(response, when):
        stowed = CARRIER.stow(response, client=dialect)
        assert stowed.response is response
        assert stowed.losses == ()
        chunks = way.streamed(response, when)
        stow = CARRIER.stow_stream(client=dialect)
        assert [x for chunk in chunks for x in stow.feed(chunk)] == chunks
        assert stow.losses == ()

    run()


@pytest.mark.parametrize("dialect", way.DIALECTS)
def test_a_request_without_envelopes_is_left_alone(dialect):
    @QUICK
    @given(strategies.chat_requests())
    def run(request):
        adapted = CARRIER.recover(request, client=dialect)
        assert adapted.request is request
        assert adapted.losses == ()

    run()


# --- where it stands ----------------------------------------------------------------

THINK = ReasoningPart(text="Hm.", signature=Opaque(value="c2ln", dialect=AM))
REDACTED = ReasoningPart(redacted=Opaque(value="EqQB", dialect=AM))
ENCRYPTED = ReasoningPart(
    summaries=("One.", "Two."), encrypted=Opaque(value="gAAA", dialect=OR)
)
SIGNED = ToolCallPart(
    id="", name="f", arguments="{}", signature=Opaque(value="c2ln", dialect=GG)
)
CALL = ToolCallPart(id="", name="f", arguments="{}")
TEXT = TextPart(text="Hi")
ENDING = TextPart(text="", signature=Opaque(value="ZW5k", dialect=GG))

SHAPES = {
    f"{AM}: thinking keeps its words": (AM, ENCRYPTED, {"type": "thinking"}),
    f"{AM}: what says nothing is redacted": (AM, ENDING, {"type": "redacted_thinking"}),
    f"{GG}: thinking keeps its words": (GG, THINK, {"text": "Hm.", "thought": True}),
    f"{GG}: what says nothing is a thought": (GG, REDACTED, {"thought": True}),
    f"{OR}: thinking keeps its words": (OR, THINK, {"type": "reasoning"}),
    f"{OR}: what says nothing is reasoning": (OR, REDACTED, {"type": "reasoning"}),
}
FIELDS = {
    AM: ("signature", "data"),
    GG: ("thoughtSignature",),
    OR: ("encrypted_content",),
}


def items(client, answer):
    if client == AM:
        return answer["content"]
    if client == OR:
        return answer["output"]
    return answer["candidates"][0]["content"]["parts"]


@pytest.mark.parametrize("row", SHAPES)
def test_an_envelope_stands_in_the_clients_own_field(row):
    client, part, shape = SHAPES[row]
    sent = way.send_whole(way.answer(part), client, CARRIER, None)
    (item,) = items(client, sent.answer)
    assert shape.items() <= item.items()
    (sealed,) = [item[name] for name in FIELDS[client] if name in item]
    assert sealed.startswith("mwcarry1")
    assert sealed.endswith("1yrracwm")


def test_a_signed_call_has_its_envelope_before_it():
    sent = way.send_whole(way.answer(SIGNED, CALL), AM, CARRIER, None)
    assert [block["type"] for block in sent.answer["content"]] == [
        "redacted_thinking",
        "tool_use",
        "tool_use",
    ]


def test_gemini_clients_have_it_on_the_same_part():
    call = attrs.evolve(CALL, extra={OC: {"extra_content": {"google": {"a": "b"}}}})
    sent = way.send_whole(way.answer(call, TEXT), GG, CARRIER, None)
    first, second = items(GG, sent.answer)
    assert first["thoughtSignature"].startswith("mwcarry1")
    assert second == {"text": "Hi"}


def test_openai_clients_have_it_behind_a_calls_id():
    sent = way.send_whole(way.answer(THINK, TEXT, CALL, CALL), OC, CARRIER, None)
    message = sent.answer["choices"][0]["message"]
    first, second = (call["id"] for call in message["tool_calls"])
    assert first.startswith("call_2_mwcarry1")
    assert second == "call_3"
    assert message["content"] == "Hi"
    # No client or server in between has a reason to change such an id.
    assert set(first) <= set(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"
    )


def test_openrouter_clients_have_it_in_reasoning_details():
    sent = way.send_whole(way.answer(THINK, TEXT, CALL), OC, CARRIER, OPENROUTER)
    message = sent.answer["choices"][0]["message"]
    assert [call["id"] for call in message["tool_calls"]] == ["call_2"]
    words, state = message["reasoning_details"]
    assert words == {"type": "reasoning.text", "text": "Hm."}
    assert state["type"] == "reasoning.encrypted"
    assert state["data"].startswith("mwcarry1")


@pytest.mark.parametrize("profile", [None, DEEPSEEK], ids=["openai", "deepseek"])
def test_state_without_a_call_behind_it_is_lost(profile):
    response = way.answer(CALL, THINK, REDACTED, TEXT)
    sent = way.send_whole(response, OC, CARRIER, profile)
    lost = {(x.code.value, x.path) for x in sent.losses if x.action == "dropped"}
    base = "$.choices[0].message.parts"
    words = (
        ("think.text", f"{base}[1]")
        if profile is None
        else ("think.signature", f"{base}[1].signature")
    )
    assert {words, ("think.redacted", f"{base}[2]")} <= lost
    assert "mwcarry1" not in str(sent.answer)


def test_a_summary_of_earlier_turns_stays_as_text_where_it_cannot_be_carried():
    part = CompactionPart(text="Before.", encrypted=Opaque(value="x", dialect=AM))
    sent = way.send_whole(way.answer(part), OC, CARRIER, None)
    assert sent.answer["choices"][0]["message"]["content"] == "Before."
    sent = way.send_whole(way.answer(part, TEXT, CALL), OC, CARRIER, None)
    assert sent.answer["choices"][0]["message"]["content"] == "Hi"
    _, adapted = returned(sent, OC)
    assert way.assistant(adapted.request)[0] == part


# --- the client's hand --------------------------------------------------------------


def history(client, *parts):
    """Give an answer's replay as an IR request."""
    sent = way.send_whole(way.answer(*parts), client, CARRIER, None)
    return way.decode(client, way.replay(client, sent.answer))


def test_results_find_their_calls():
    adapted = CARRIER.recover(history(OC, THINK, CALL, CALL), client=OC)
    calls = [p.id for p in way.assistant(adapted.request) if type(p) is ToolCallPart]
    answered = [
        part.call_id
        for message in adapted.request.messages
        for part in message.parts
        if isinstance(part, ToolResultPart)
    ]
    assert calls == answered == ["call_1", "call_2"]


def test_an_id_that_looks_like_one_carries_none():
    odd = attrs.evolve(CALL, id="mwcarry1")
    response = way.answer(THINK, CALL, CALL)
    (choice,) = response.choices
    said = attrs.evolve(choice.message, parts=(THINK, odd, SIGNED))
    response = attrs.evolve(response, choices=(attrs.evolve(choice, message=said),))
    stowed = CARRIER.stow(response, client=OC)
    first, second = stowed.response.choices[0].message.parts
    assert first == odd
    assert second.id.startswith("_mwcarry1")
    assert second.signature is None


def test_a_result_alone_has_a_clean_id_too():
    request = history(OC, THINK, CALL)
    tools = tuple(m for m in request.messages if m.role == "tool")
    adapted = CARRIER.recover(attrs.evolve(request, messages=tools), client=OC)
    (message,) = adapted.request.messages
    assert message.parts[0].call_id == "call_1"
    assert [(x.code.value, x.action) for x in adapted.losses] == [
        ("tool_call.id", "approximated")
    ]


@pytest.mark.parametrize("text", ["", "Hi  ", "other words", "Hello, and more of it"])
def test_the_text_may_be_edited(text):
    request = history(OC, THINK, TEXT, CALL)
    parts = [
        attrs.evolve(part, text=text) if isinstance(part, TextPart) else part
        for part in way.assistant(request)
    ]
    edited = way.with_assistant(request, parts)
    found = way.assistant(CARRIER.recover(edited, client=OC).request)
    assert found[0] == THINK
    assert "".join(p.text for p in found if isinstance(p, TextPart)) == text
    assert [p.id for p in found if isinstance(p, ToolCallPart)] == ["call_2"]


def test_words_that_the_client_changed_are_the_models_again():
    request = history(AM, ENCRYPTED, CALL)
    parts = way.assistant(request)
    first = attrs.evolve(parts[0], text="changed")
    adapted = CARRIER.recover(
        way.with_assistant(request, (first, *parts[1:])), client=AM
    )
    assert way.assistant(adapted.request)[0] == ENCRYPTED


def test_unsigned_reasoning_before_it_stays():
    # A Gemini client has the words and the envelope in parts of their own.
    sent = way.send_stream(
        way.streamed(way.answer(ReasoningPart(text="Free."), THINK, CALL), ["late"]),
        GG,
        CARRIER,
        None,
    )
    _, adapted = returned(sent, GG)
    found = way.assistant(adapted.request)
    assert [p.text for p in found[:2]] == ["Free.", "Hm."]
    assert found[1] == THINK


def test_state_whose_call_is_gone_is_lost():
    request = history(AM, SIGNED, TEXT, CALL)
    parts = way.assistant(request)
    kept = tuple(p for p in parts if getattr(p, "id", "") != "call_0")
    adapted = CARRIER.recover(way.with_assistant(request, kept), client=AM)
    assert [
        (x.code.value, x.path) for x in adapted.losses if x.action == "dropped"
    ] == [("tool_call.thought_signature", "$.messages[1].parts[0]")]
    assert all(p.signature is None for p in way.assistant(adapted.request))


def test_a_call_that_is_gone_does_not_sign_the_next_one():
    request = history(AM, SIGNED, CALL)
    parts = way.assistant(request)
    kept = tuple(p for p in parts if getattr(p, "id", "") != "call_0")
    adapted = CARRIER.recover(way.with_assistant(request, kept), client=AM)
    assert all(p.signature is None for p in way.assistant(adapted.request))


def test_a_client_that_strips_the_envelope_has_nothing_to_recover():
    request = history(AM, attrs.evolve(ENCRYPTED, summaries=()), CALL)
    kept = [p for p in way.assistant(request) if not isinstance(p, ReasoningPart)]
    stripped = way.with_assistant(request, kept)
    adapted = CARRIER.recover(stripped, client=AM)
    assert adapted.request is stripped
    assert adapted.losses == ()


def test_envelopes_of_another_client_dialect_are_found_too():
    # A framework moves a conversation from one dialect to another.
    parts = way.assistant(history(OC, THINK, CALL))
    moved = ChatRequest(model="m", messages=(Message(role="assistant", parts=parts),))
    adapted = CARRIER.recover(moved, client=OR)
    assert way.assistant(adapted.request)[0] == THINK


# --- settings -----------------------------------------------------------------------


def test_the_key_does_not_show():
    assert "secret" not in repr(Carrier(key=b"secret"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"max_bytes": 0},
        {"max_request_bytes": True},
        {"key": "text"},
        {"key": b"x" * 65},
    ],
    ids=str,
)
def test_wrong_settings_are_the_callers_mistake(wrong):
    with pytest.raises(LocalError):
        Carrier(**wrong)


def test_a_dialect_without_a_place_is_left_alone():
    response = way.answer(THINK, CALL)
    stowed = CARRIER.stow(response, client="ollama-chat")
    assert stowed.response is response
    stow = CARRIER.stow_stream(client="ollama-chat")
    chunks = way.streamed(response, ["late"])
    assert [x for chunk in chunks for x in stow.feed(chunk)] == chunks
