"""Stowing while a stream flows: nothing waits that need not, and little is kept."""

from __future__ import annotations

import copy
import pickle
import tracemalloc

import attrs
import pytest
from hypothesis import given, settings, strategies as st
from tests.adapt import _carrier_support as way
from tests.adapt._carrier_support import AM, GG, OC, OPENROUTER, OR

from modelwire.adapt import Carrier
from modelwire.codecs import LossPolicy
from modelwire.errors import UnsupportedFeatureError
from modelwire.ir import (
    Annotation,
    AnnotationDelta,
    Base64Source,
    BlockStart,
    BlockStop,
    ChatRequest,
    ChoiceFinish,
    ChoiceUpdate,
    Finish,
    ImagePart,
    Keepalive,
    Loss,
    LossCode,
    Opaque,
    ReasoningDelta,
    ReasoningPart,
    SignatureDelta,
    StreamStart,
    TextDelta,
    TextPart,
    ToolArgumentsDelta,
    ToolCallPart,
    UnknownEvent,
    fold,
)
from modelwire.testing import check_chunks

CARRIER = Carrier()
CLIENTS = [(client, None) for client in way.DIALECTS] + [(OC, OPENROUTER)]
EVERY_CLIENT = pytest.mark.parametrize(
    ("client", "profile"),
    CLIENTS,
    ids=[f"{c}-{p.name if p else ''}" for c, p in CLIENTS],
)
SIGNATURE = Opaque(value="c2ln", dialect="another")


def kinds(chunks):
    return [type(chunk).__name__ for chunk in chunks]


def feed(stow, *chunks):
    return [seen for chunk in chunks for seen in stow.feed(chunk)]


@EVERY_CLIENT
def test_text_is_not_held_up(client, profile):
    stow = CARRIER.stow_stream(client=client, profile=profile)
    chunks = (
        StreamStart("r"),
        Keepalive(),
        BlockStart(0, 0, TextPart(text="")),
        TextDelta(0, "Hi"),
        BlockStop(0),
        BlockStart(1, 0, ToolCallPart(id="c", name="f")),
        ToolArgumentsDelta(1, "{}"),
        BlockStop(1),
    )
    for chunk in chunks:
        assert stow.feed(chunk) == [chunk]


@pytest.mark.parametrize("client", [AM, GG, OR])
def test_reasoning_is_not_held_up(client):
    stow = CARRIER.stow_stream(client=client)
    for chunk in (BlockStart(0, 0, ReasoningPart(text="")), ReasoningDelta(0, "Hm")):
        assert stow.feed(chunk) == [chunk]
    assert stow.feed(SignatureDelta(0, SIGNATURE)) == []
    assert kinds(stow.feed(BlockStop(0)))[-1] == "BlockStop"


def test_reasoning_that_is_shown_is_given_with_its_first_word():
    stow = CARRIER.stow_stream(client=OC, profile=way.DEEPSEEK)
    assert stow.feed(BlockStart(0, 0, ReasoningPart(text=""))) == []
    assert kinds(stow.feed(ReasoningDelta(0, "Hm"))) == ["BlockStart", "ReasoningDelta"]
    assert kinds(stow.feed(ReasoningDelta(0, "."))) == ["ReasoningDelta"]


def test_reasoning_that_is_not_shown_waits_for_its_end():
    stow = CARRIER.stow_stream(client=OC)
    start = BlockStart(0, 0, ReasoningPart(text=""))
    chunks = (start, ReasoningDelta(0, "Hm"))
    assert feed(stow, *chunks) == []
    # It has no state, so the encoder may say what it does with the words.
    assert feed(stow, BlockStop(0)) == [*chunks, BlockStop(0)]


def test_a_text_that_has_words_after_all_is_given_with_its_envelope_first():
    stow = CARRIER.stow_stream(client=AM)
    signed = TextPart(text="", signature=SIGNATURE)
    assert stow.feed(BlockStart(0, 0, signed)) == []
    assert kinds(stow.feed(TextDelta(0, "Hi"))) == [
        "BlockStart",
        "BlockStop",
        "BlockStart",
        "TextDelta",
    ]
    assert stow.feed(BlockStop(0)) == [BlockStop(1)]


def test_a_signature_that_follows_an_empty_header_is_the_last_one():
    stow = CARRIER.stow_stream(client=AM)
    later = attrs.evolve(SIGNATURE, value="bGF0ZXI=")
    assert stow.feed(BlockStart(0, 0, TextPart(text="", signature=SIGNATURE))) == []
    assert stow.feed(SignatureDelta(0, later)) == []
    start, _ = stow.feed(BlockStop(0))
    assert start.part.redacted.value.startswith("mwcarry1")


def test_other_chunks_keep_their_blocks():
    stow = CARRIER.stow_stream(client=AM)
    call = ToolCallPart(id="c", name="f", signature=SIGNATURE)
    image = ImagePart(source=Base64Source(data="AAAA", media_type="image/png"))
    note = Annotation(kind="url", url="u")
    feed(stow, BlockStart(0, 0, call), ToolArgumentsDelta(0, "{}"), BlockStop(0))
    assert feed(
        stow,
        BlockStart(1, 0, TextPart(text="")),
        AnnotationDelta(0, 1, note),
        UnknownEvent("x", {}, index=1),
        UnknownEvent("x", {}),
        BlockStop(1),
        AnnotationDelta(0, 1, note),
        AnnotationDelta(0, None, note),
        BlockStart(2, 0, image),
        BlockStop(2),
        ChoiceUpdate(0, {}),
    ) == [
        BlockStart(2, 0, TextPart(text="")),
        AnnotationDelta(0, 2, note),
        UnknownEvent("x", {}, index=2),
        UnknownEvent("x", {}),
        BlockStop(2),
        AnnotationDelta(0, 2, note),
        AnnotationDelta(0, None, note),
        BlockStart(3, 0, image),
        BlockStop(3),
        ChoiceUpdate(0, {}),
    ]


def test_paths_count_the_parts_of_the_source():
    stow = CARRIER.stow_stream(client=AM)
    call = ToolCallPart(id="c", name="f", signature=SIGNATURE)
    feed(
        stow,
        BlockStart(0, 3, TextPart(text="x")),
        BlockStop(0),
        BlockStart(1, 3, call),
        BlockStop(1),
        ChoiceFinish(3, Finish(kind="tool_calls")),
    )
    # The only choice is the first, whatever its index.
    base = "$.choices[0].message.parts"
    (loss,) = stow.losses
    assert (loss.path, loss.to, loss.action) == (
        f"{base}[1].signature",
        f"{base}[1]",
        "moved",
    )
    assert stow.origins == {f"{base}[2]": f"{base}[1]"}
    seen = attrs.evolve(loss, path=f"{base}[2].name", to=None)
    assert stow.account((seen,))[1].path == f"{base}[1].name"


def test_choices_do_not_mix():
    stow = CARRIER.stow_stream(client=OC)
    out = feed(
        stow,
        BlockStart(0, 0, ReasoningPart(redacted=SIGNATURE)),
        BlockStop(0),
        BlockStart(1, 1, ToolCallPart(id="other", name="f")),
        BlockStop(1),
        BlockStart(2, 0, ToolCallPart(id="own", name="f")),
        BlockStop(2),
    )
    ids = [chunk.part.id for chunk in out if isinstance(chunk, BlockStart)]
    assert ids[0] == "other"
    assert ids[1].startswith("own_mwcarry1")


def test_a_final_form_keeps_the_envelope():
    call = ToolCallPart(id="c", name="f", signature=SIGNATURE)
    final = attrs.evolve(call, arguments="{}")
    for client in (OC, GG):
        stow = CARRIER.stow_stream(client=client)
        start, stop = feed(stow, BlockStart(0, 0, call), BlockStop(0, final))
        assert stop.part == attrs.evolve(start.part, arguments="{}")
        assert "mwcarry1" in repr(stop.part)


def recovered(client, *chunks, carrier=CARRIER):
    """Give what a client's replay of some chunks is recovered to, and the losses."""
    stow = carrier.stow_stream(client=client)
    finish = ChoiceFinish(0, Finish(kind="stop"))
    seen = fold(feed(stow, StreamStart("r"), *chunks, finish)).choices[0].message
    request = ChatRequest(model="m", messages=(seen,))
    adapted = carrier.recover(request, client=client)
    losses = [*stow.losses, *adapted.losses]
    dropped = [(x.code.value, x.path) for x in losses if x.action == "dropped"]
    messages = adapted.request.messages
    return messages[0].parts if messages else (), dropped


CALL = ToolCallPart(id="c", name="f")
OTHER = ToolCallPart(id="d", name="f")
BASE = "$.choices[0].message.parts"


@pytest.mark.parametrize("client", [AM, GG, OR])
def test_a_late_signature_comes_back_on_its_part(client):
    for part in (CALL, TextPart(text="Hi")):
        parts, dropped = recovered(
            client,
            BlockStart(0, 0, part),
            SignatureDelta(0, SIGNATURE),
            BlockStop(0),
            BlockStart(1, 0, OTHER),
            BlockStop(1),
        )
        assert parts == (attrs.evolve(part, signature=SIGNATURE), OTHER)
        assert dropped == []


@pytest.mark.parametrize("client", [AM, GG, OR])
def test_a_late_signature_without_room_is_lost(client):
    parts, dropped = recovered(
        client,
        BlockStart(0, 0, CALL),
        SignatureDelta(0, SIGNATURE),
        BlockStop(0),
        carrier=Carrier(max_bytes=60),
    )
    assert parts == (CALL,)
    assert dropped == [("tool_call.thought_signature", f"{BASE}[0].signature")]


def test_a_late_signature_goes_behind_the_next_calls_id():
    said = TextPart(text="Hi")
    chunks = [
        BlockStart(0, 0, said),
        BlockStop(0),
        SignatureDelta(0, SIGNATURE),
        BlockStart(1, 0, CALL),
        SignatureDelta(1, SIGNATURE),
        BlockStop(1),
    ]
    # Of a text it can, of the last call it cannot.
    parts, dropped = recovered(OC, *chunks)
    assert parts == (attrs.evolve(said, signature=SIGNATURE), CALL)
    assert dropped == [("tool_call.thought_signature", f"{BASE}[1].signature")]
    parts, dropped = recovered(OC, *chunks, BlockStart(2, 0, OTHER), BlockStop(2))
    assert [part.signature for part in parts] == [SIGNATURE, SIGNATURE, None]
    assert dropped == []


@pytest.mark.parametrize(
    ("room", "chunks", "part", "lost"),
    [
        pytest.param(
            60,
            (BlockStart(0, 0, CALL), SignatureDelta(0, SIGNATURE), BlockStop(0)),
            CALL,
            ("tool_call.thought_signature", f"{BASE}[0].signature"),
            id="of a call",
        ),
        pytest.param(
            60,
            (
                BlockStart(0, 0, TextPart(text="")),
                TextDelta(0, "Hi"),
                SignatureDelta(0, SIGNATURE),
                BlockStop(0),
            ),
            TextPart(text="Hi"),
            ("think.signature", f"{BASE}[0].signature"),
            id="of a text",
        ),
        pytest.param(
            20,
            (BlockStart(0, 0, TextPart(text="")), TextDelta(0, "Hi"), BlockStop(0)),
            TextPart(text="Hi"),
            None,
            id="of nothing",
        ),
    ],
)
def test_a_late_signature_without_room_in_a_script(room, chunks, part, lost):
    parts, dropped = recovered(
        OC,
        *chunks,
        BlockStart(1, 0, OTHER),
        BlockStop(1),
        carrier=Carrier(max_bytes=room),
    )
    assert parts == (part, OTHER)
    assert dropped == ([] if lost is None else [lost])


def test_a_call_without_room_keeps_its_signature_to_the_end():
    # The encoder reports it: nothing was taken off.
    call = attrs.evolve(CALL, signature=SIGNATURE)
    final = attrs.evolve(call, arguments="{}")
    stow = Carrier(max_bytes=60).stow_stream(client=OC)
    chunks = [BlockStart(0, 0, call), BlockStop(0, final)]
    assert feed(stow, *chunks) == chunks


def test_a_text_that_has_not_begun_counts_for_nothing():
    signed = attrs.evolve(CALL, signature=SIGNATURE)
    parts, dropped = recovered(
        OC,
        BlockStart(0, 0, TextPart(text="")),
        BlockStart(1, 0, signed),
        BlockStop(1),
        TextDelta(0, "Hi"),
        BlockStop(0),
    )
    assert parts == (signed, TextPart(text="Hi"))
    assert dropped == []


def test_a_text_whose_words_stand_only_in_its_final_form():
    said = TextPart(text="Hi", signature=SIGNATURE)
    start = BlockStart(0, 0, attrs.evolve(said, text=""))
    stow = CARRIER.stow_stream(client=AM)
    assert feed(stow, start) == []
    # The envelope, and then the text.
    *envelope, begun, ended = feed(stow, BlockStop(0, said))
    assert kinds(envelope) == ["BlockStart", "BlockStop"]
    assert (begun.part, ended.part) == (TextPart(text=""), TextPart(text="Hi"))


def test_unknown_events_keep_their_place():
    stow = CARRIER.stow_stream(client=AM)
    signed = TextPart(text="", signature=SIGNATURE)
    event = UnknownEvent("x", {}, index=0)
    assert feed(stow, BlockStart(0, 0, signed), event) == []
    out = feed(stow, TextDelta(0, "Hi"))
    assert kinds(out)[-3:] == ["BlockStart", "UnknownEvent", "TextDelta"]
    assert out[-2].index == out[-1].index


def test_an_unknown_event_of_a_block_that_the_client_never_sees_goes_on():
    stow = CARRIER.stow_stream(client=OC)
    feed(stow, BlockStart(0, 0, ReasoningPart(redacted=SIGNATURE)), BlockStop(0))
    feed(stow, BlockStart(1, 0, CALL), BlockStop(1))
    assert stow.feed(UnknownEvent("x", {}, index=0)) == [UnknownEvent("x", {})]


def test_a_client_that_is_not_known_gets_all_as_it_is():
    stow = CARRIER.stow_stream(client="no-such-dialect")
    start = BlockStart(0, 0, ReasoningPart(redacted=SIGNATURE))
    loss = Loss(
        code=LossCode.THINK_REDACTED,
        path=f"{BASE}[0]",
        action="dropped",
        severity="content",
    )
    assert stow.feed(start) == [start]
    assert stow.account((loss,)) == (loss,)


def test_a_text_that_goes_on_behind_a_call():
    parts, dropped = recovered(
        OC,
        BlockStart(0, 0, ReasoningPart(redacted=SIGNATURE)),
        BlockStop(0),
        BlockStart(1, 0, TextPart(text="")),
        TextDelta(1, "One "),
        BlockStart(2, 0, CALL),
        TextDelta(1, "two"),
        BlockStop(2),
        SignatureDelta(1, SIGNATURE),
        BlockStop(1),
        BlockStart(3, 0, OTHER),
        BlockStop(3),
    )
    assert [type(part).__name__ for part in parts] == [
        "ReasoningPart",
        "TextPart",
        "ToolCallPart",
        "TextPart",
        "ToolCallPart",
    ]
    assert "".join(p.text for p in parts if isinstance(p, TextPart)) == "One two"
    assert dropped == []


@pytest.mark.parametrize("room", [60, 230])
def test_a_script_without_room_is_lost(room):
    small = Carrier(max_bytes=room)
    parts, dropped = recovered(
        OC,
        BlockStart(0, 0, TextPart(text="Hi", signature=SIGNATURE)),
        BlockStop(0),
        BlockStart(1, 0, ReasoningPart(text="x" * 40, signature=SIGNATURE)),
        BlockStop(1),
        BlockStart(2, 0, attrs.evolve(CALL, signature=SIGNATURE)),
        BlockStop(2),
        carrier=small,
    )
    assert parts[0] == TextPart(text="Hi", signature=None if room > 60 else SIGNATURE)
    # What is not taken off is for the encoder to report.
    assert parts[-1] == attrs.evolve(CALL, signature=SIGNATURE)
    assert len(parts) == 2 + (room == 60)
    assert (f"{BASE}[0].signature" in {path for _, path in dropped}) == (room > 60)


@EVERY_CLIENT
def test_streams_stay_legal(client, profile):
    upstreams = [dialect for dialect in way.DIALECTS if dialect != client]

    @settings(max_examples=15)
    @given(st.data(), st.sampled_from(upstreams))
    def run(data, upstream):
        response = data.draw(way.answers(upstream))
        when = data.draw(st.lists(st.sampled_from(("header", "late", "stop"))))
        chunks = way.streamed(response, when)
        stow = CARRIER.stow_stream(client=client, profile=profile)
        at = data.draw(st.integers(0, len(chunks)))
        seen = feed(stow, *chunks[:at])
        # A copy in the middle goes on as the original does.
        other = pickle.loads(pickle.dumps(copy.deepcopy(stow)))
        rest = feed(stow, *chunks[at:])
        assert feed(other, *chunks[at:]) == rest
        assert other.losses == stow.losses
        assert check_chunks([*seen, *rest]) == []
        # Whole or streamed, the client gets the same words and calls.
        folded = fold([*seen, *rest]).choices[0].message.parts
        stowed = CARRIER.stow(response, client=client, profile=profile)
        whole = stowed.response.choices[0].message.parts
        assert words(folded) == words(whole)

    run()


def words(parts):
    return [
        (type(part).__name__, part.text)
        for part in parts
        if isinstance(part, ReasoningPart | TextPart) and part.text
    ] + [part.name for part in parts if isinstance(part, ToolCallPart)]


def test_a_policy_stops_the_stream():
    policy = LossPolicy(codes=frozenset({LossCode.THINK_REDACTED}))
    stow = CARRIER.stow_stream(client=OC, on_loss=policy)
    feed(stow, BlockStart(0, 0, ReasoningPart(redacted=SIGNATURE)), BlockStop(0))
    with pytest.raises(UnsupportedFeatureError):
        stow.feed(ChoiceFinish(0, Finish(kind="stop")))
    assert stow.losses[-1].code is LossCode.THINK_REDACTED


@EVERY_CLIENT
def test_memory_is_bounded(client, profile):
    def peak(count):
        stow = Carrier(max_bytes=1024).stow_stream(client=client, profile=profile)
        tracemalloc.start()
        stow.feed(BlockStart(0, 0, ReasoningPart(text="")))
        for _ in range(count):
            stow.feed(ReasoningDelta(0, "word "))
            stow.feed(SignatureDelta(0, SIGNATURE))
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        stow.feed(BlockStop(0))
        return used

    peak(10)
    assert peak(1600) < 2 * peak(400) + 4096
