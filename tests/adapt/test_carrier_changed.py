"""Clients that leave out or reorder what an envelope speaks of: state is lost aloud."""

from __future__ import annotations

import attrs
import pytest
from tests.adapt._carrier_support import AM, GG, OC, OF_MESSAGE, OPENROUTER, answer

from modelwire.adapt import Carrier
from modelwire.adapt._carrier_envelope import join_id
from modelwire.adapt._carrier_payload import Sealer
from modelwire.adapt._carrier_steps import Step
from modelwire.ir import (
    Annotation,
    AnnotationDelta,
    BlockStart,
    BlockStop,
    ChatRequest,
    ChoiceFinish,
    Finish,
    Message,
    Opaque,
    ReasoningPart,
    SignatureDelta,
    StreamStart,
    TextDelta,
    TextPart,
    ToolCallPart,
    fold,
)

CARRIER = Carrier()
SIGNATURE = Opaque(value="c2ln", dialect="another")
LAST = ToolCallPart(id="e", name="f")
SAID = TextPart(text="Hi")
CALL, OTHER = ToolCallPart(id="c", name="f"), ToolCallPart(id="d", name="f")
HIDDEN = ReasoningPart(redacted=SIGNATURE)
UNSIGNED = "what it signs is not there"


def signed(part):
    return attrs.evolve(part, signature=SIGNATURE)


def block(number, part, *inside):
    return [BlockStart(number, 0, part), *inside, BlockStop(number)]


def seen(client, *chunks, profile=None):
    """Give the parts that a client gets."""
    stow = CARRIER.stow_stream(client=client, profile=profile)
    every = (StreamStart("r"), *chunks, ChoiceFinish(0, Finish(kind="stop")))
    out = [given for chunk in every for given in stow.feed(chunk)]
    return fold(out).choices[0].message


def back(client, message, *parts):
    """Give what is recovered of a message with other parts, and what is lost."""
    request = ChatRequest(model="m", messages=(attrs.evolve(message, parts=parts),))
    adapted = CARRIER.recover(request, client=client)
    lost = [(x.code.value, x.detail) for x in adapted.losses if x.action == "dropped"]
    return [part for m in adapted.request.messages for part in m.parts], lost


LATE = SignatureDelta(0, SIGNATURE)


@pytest.mark.parametrize(
    ("part", "code"),
    [(SAID, "think.signature"), (CALL, "tool_call.thought_signature")],
    ids=["text", "call"],
)
def test_an_envelope_behind_what_is_left_out(part, code):
    message = seen(AM, *block(0, part, LATE), *block(1, ReasoningPart(text="Hm")))
    _, envelope, thought = message.parts
    parts, lost = back(AM, message, envelope, thought)
    assert parts == [ReasoningPart(text="Hm")]
    assert lost == [(code, UNSIGNED)]


def test_an_envelope_behind_something_else():
    message = seen(
        AM, *block(0, signed(SAID)), *block(1, CALL, SignatureDelta(1, SIGNATURE))
    )
    *_, envelope = message.parts
    parts, lost = back(AM, message, SAID, envelope)
    assert parts == [SAID]
    assert lost == [("tool_call.thought_signature", UNSIGNED)]


def test_a_script_that_signs_a_text_that_is_left_out():
    message = seen(OC, *block(0, signed(SAID)), *block(1, CALL))
    _, call = message.parts
    assert back(OC, message, SAID, call) == ([signed(SAID), CALL], [])
    assert back(OC, message, call) == ([CALL], [("think.signature", UNSIGNED)])


def test_a_script_that_signs_an_earlier_text_that_is_left_out():
    message = seen(
        OC,
        *block(0, HIDDEN),
        BlockStart(1, 0, SAID),
        *block(2, CALL),
        SignatureDelta(1, SIGNATURE),
        BlockStop(1),
        *block(3, OTHER),
    )
    said, *calls = message.parts
    assert back(OC, message, said, *calls) == (
        [HIDDEN, signed(SAID), CALL, OTHER], [],
    )  # fmt: skip
    assert back(OC, message, *calls) == (
        [HIDDEN, CALL, OTHER], [("think.signature", UNSIGNED)],
    )  # fmt: skip


def test_a_signed_text_without_words_comes_back():
    note = Annotation(kind="url", url="u")
    message = seen(
        OC,
        *block(0, signed(TextPart(text="")), AnnotationDelta(0, 0, note)),
        *block(1, CALL),
    )
    # The client keeps no text without words.
    assert back(OC, message, message.parts[-1]) == (
        [signed(TextPart(text="")), CALL],
        [],
    )


def test_a_script_that_signs_calls_that_are_left_out():
    message = seen(
        OC, *block(0, signed(CALL)), *block(1, signed(OTHER)), profile=OPENROUTER
    )
    first, second, envelope = message.parts
    # The script stands before the calls in what the client replays.
    assert back(OC, message, envelope, first, second) == (
        [signed(CALL), signed(OTHER)], [],
    )  # fmt: skip
    parts, lost = back(OC, message, envelope)
    assert parts == []
    assert set(lost) == {("tool_call.thought_signature", UNSIGNED)}


def test_calls_in_another_order():
    message = seen(OC, *block(0, HIDDEN), *block(1, CALL), *block(2, OTHER))
    first, second = message.parts
    assert back(OC, message, second, first) == ([HIDDEN, OTHER, CALL], [])


def test_a_call_that_is_left_out_between_two():
    message = seen(
        OC,
        *block(0, HIDDEN),
        *block(1, CALL),
        *block(2, OTHER),
        *block(3, signed(LAST)),
    )
    first, _, last = message.parts
    assert back(OC, message, first, last) == ([HIDDEN, CALL, signed(LAST)], [])


def test_a_script_that_says_nothing_of_a_text():
    """Nobody writes it so; a client without a key may."""
    envelope = Sealer(1000, b"", standard=False).seal([Step(kind="text")], script=True)
    message = Message(role="assistant")
    call = attrs.evolve(CALL, id=join_id(CALL.id, envelope))
    assert back(OC, message, SAID, call) == ([CALL, SAID], [])


def test_a_call_that_two_scripts_place():
    (_, envelope) = seen(OC, *block(0, signed(CALL)), profile=OPENROUTER).parts
    message = seen(OC, *block(0, HIDDEN), *block(1, CALL))
    parts, lost = back(OC, message, envelope, *message.parts)
    assert parts == [signed(CALL), HIDDEN]
    assert lost == []


def test_a_call_that_two_scripts_sign():
    """Of a turn that two answers were merged to, one said so in each of its ways."""
    (*_, envelope) = seen(OC, *block(0, signed(CALL)), profile=OPENROUTER).parts
    message = seen(OC, *block(0, signed(CALL)))
    parts, lost = back(OC, message, envelope, *message.parts)
    assert parts == [signed(CALL)]
    assert lost == [("tool_call.thought_signature", UNSIGNED)]


def test_the_state_of_a_message_that_is_left_out():
    response = answer(SAID)
    (choice,) = response.choices
    message = attrs.evolve(choice.message, extra=OF_MESSAGE)
    response = attrs.evolve(response, choices=(attrs.evolve(choice, message=message),))
    (got,) = CARRIER.stow(response, client=GG).response.choices
    parts = got.message.parts
    envelope = next(part for part in parts if "mwcarry1" in repr(part))
    recovered, lost = back(GG, got.message, *parts)
    assert (recovered, lost) == ([SAID], [])
    recovered, lost = back(GG, got.message, envelope)
    assert recovered == []
    assert lost == [("think.signature", "no message is left of it")]


def test_a_text_that_goes_on_without_room_for_its_place():
    large = ReasoningPart(redacted=attrs.evolve(SIGNATURE, value="x" * 150))
    chunks = [
        *block(0, HIDDEN),
        BlockStart(1, 0, TextPart(text="")),
        TextDelta(1, "One "),
        *block(2, CALL),
        *block(3, large),
        TextDelta(1, "two"),
        BlockStop(1),
        *block(4, OTHER),
    ]
    for room in range(100, 500, 16):
        stow = Carrier(max_bytes=room).stow_stream(client=OC)
        out = [
            given for chunk in (StreamStart("r"), *chunks) for given in stow.feed(chunk)
        ]
        said = [
            part
            for part in fold(out).choices[0].message.parts
            if type(part) is TextPart
        ]
        assert said == [TextPart(text="One two")]
