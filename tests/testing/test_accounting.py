"""Tests of the test: a silent drop and a false loss do not get through."""

from __future__ import annotations

import attrs
import pytest
from hypothesis import given, strategies as hyp

from modelwire.ir import (
    CacheBreakpoint,
    ChatRequest,
    Loss,
    LossCode,
    Message,
    ReasoningConfig,
    TextPart,
    ToolCallPart,
    ToolResultPart,
    assistant,
    user,
)
from modelwire.testing import (
    WIRE_ONLY,
    assert_losses,
    bad_paths,
    differences,
    strategies as st,
    uncovered,
    unsound,
)


def loss(path=None, *, to=None, code=LossCode.PARAM_SEED, action="dropped"):
    return Loss(code=code, path=path, to=to, action=action, severity="parameter")


def request(*messages, **fields):
    return ChatRequest(model="m", messages=messages, **fields)


SOURCE = request(
    user(TextPart(text="a", cache=CacheBreakpoint(ttl="5m")), "b"), seed=7, top_k=3
)


def test_the_truth_passes():
    assert_losses(SOURCE, SOURCE, ())
    decoded = attrs.evolve(SOURCE, seed=None, temperature=1)
    assert_losses(
        SOURCE,
        decoded,
        [loss("$.seed"), loss(to="$.temperature", action="synthesised")],
    )


def test_a_move_to_the_same_place_is_false():
    part = "$.messages[0].parts[0]"
    with pytest.raises(AssertionError, match=r"no difference for param\.seed moved"):
        assert_losses(SOURCE, SOURCE, [loss(part, to=part, action="moved")])


def test_a_move_inside_an_extra_field():
    """What looks like the parts of a message may be anything there."""
    source = request(extra={"d": {"parts": ["x", "y", "z"]}})
    decoded = request(extra={"d": {"parts": ["y", "z", "x"]}})
    first, second, third = (f"$.extra.d.parts[{n}]" for n in range(3))
    moved = loss(first, to=third, action="moved")
    with pytest.raises(AssertionError, match=r"no loss for changed .*parts\[1\]"):
        assert_losses(source, decoded, [moved])
    assert_losses(source, decoded, [moved, loss(second, action="approximated")])


def test_a_silent_drop_is_found():
    decoded = attrs.evolve(SOURCE, seed=None, top_k=None)
    with pytest.raises(AssertionError, match=r"no loss for removed \$\.top_k"):
        assert_losses(SOURCE, decoded, [loss("$.seed")])


def test_a_false_loss_is_found():
    decoded = attrs.evolve(SOURCE, seed=None)
    with pytest.raises(AssertionError, match=r"no difference for .*\$\.top_k"):
        assert_losses(SOURCE, decoded, [loss("$.seed"), loss("$.top_k")])


def test_a_loss_that_finer_ones_say_better_is_false():
    decoded = request(user("a", "b"), seed=7, top_k=3)
    part = "$.messages[0].parts[0]"
    assert_losses(SOURCE, decoded, [loss(f"{part}.cache")])
    assert_losses(SOURCE, decoded, [loss(part)])
    found = differences(SOURCE, decoded)
    assert unsound(found, [loss(f"{part}.cache"), loss(part)]) == [loss(part)]


def test_one_that_says_the_whole_and_one_that_says_a_field_are_both_true():
    # A lifetime that is mapped, and then the breakpoint that is one too many.
    decoded = request(user("a", "b"), seed=7, top_k=3)
    cache = "$.messages[0].parts[0].cache"
    assert_losses(SOURCE, decoded, [loss(f"{cache}.ttl"), loss(cache)])


def test_a_dropped_part_needs_a_loss_of_its_own():
    decoded = request(user("b"), seed=7, top_k=3)
    part = "$.messages[0].parts[0]"
    assert_losses(SOURCE, decoded, [loss(part)])
    assert_losses(SOURCE, decoded, [loss("$.messages[0]")])
    found = differences(SOURCE, decoded)
    fields = [loss(f"{part}.text"), loss(f"{part}.cache")]
    assert [d.path for d in uncovered(found, fields)] == [part]


def test_a_dropped_message_may_be_told_by_its_parts():
    decoded = request(seed=7, top_k=3)
    parts = [loss("$.messages[0].parts[0]"), loss("$.messages[0].parts[1]")]
    assert_losses(SOURCE, decoded, parts)
    assert_losses(SOURCE, decoded, [loss("$.messages[0]")])
    assert_losses(SOURCE, decoded, [loss("$.messages[0]"), *parts])
    assert uncovered(differences(SOURCE, decoded), parts[:1])


def test_the_path_of_the_source_covers_what_is_added_there():
    x = request(reasoning=ReasoningConfig(effort="high"))
    y = request(reasoning=ReasoningConfig(mode="enabled", budget_tokens=5))
    assert_losses(x, y, [loss("$.reasoning", action="approximated")])
    told = [
        loss(
            "$.reasoning.effort", to="$.reasoning.budget_tokens", action="approximated"
        )
    ]
    assert [d.to for d in uncovered(differences(x, y), told)] == ["$.reasoning.mode"]


def test_a_merge_is_told_by_path_and_to():
    x = request(user("a"), user("b"))
    y = request(user("a", "b"))
    merged = loss("$.messages[1]", to="$.messages[0]", action="merged")
    assert_losses(x, y, [merged])
    for half in (attrs.evolve(merged, to=None), attrs.evolve(merged, path=None)):
        assert uncovered(differences(x, y), [half])


def test_places_of_the_output_are_not_places_of_the_source():
    x = request(user("a"), assistant("x"), user("b"))
    y = request(user("a"), user("b", "new"))
    found = differences(x, y)
    added = [d for d in found if getattr(d, "to", None) is not None]
    assert added
    assert uncovered(added, [loss("$.messages[1]")]) == added
    assert not uncovered(added, [loss("$.messages[2]")])
    assert not uncovered(added, [loss(to="$.messages[1]")])


def test_prefixes_end_at_borders():
    x = request(*(user(str(n)) for n in range(11)))
    y = attrs.evolve(x, messages=x.messages[:10])
    assert uncovered(differences(x, y), [loss("$.messages[1]")])
    assert not uncovered(differences(x, y), [loss("$.messages[10]")])


def test_both_forms_of_keys_are_understood():
    x = request(extra={"d": {"x-y": 1}}, metadata={"k": "v"})
    told = [loss("$.extra['d'].x-y"), loss('$.metadata["k"]')]
    assert_losses(x, request(), told)


def test_spellings_need_no_loss_but_arguments_may_have_one():
    call = ToolCallPart(id="c", name="f", arguments='{"a": 1}')
    x = request(assistant(call))
    y = request(assistant(attrs.evolve(call, arguments='{"a":1}')))
    assert_losses(x, y, [])
    assert_losses(x, y, [loss("$.messages[0].parts[0].arguments")])
    with pytest.raises(AssertionError):
        assert_losses(x, x, [loss("$.messages[0].parts[0].arguments")])


def test_regrouped_results_need_no_loss():
    results = tuple(ToolResultPart(call_id=c) for c in "ab")
    x = request(*(Message(role="tool", parts=(r,)) for r in results), user("t"))
    y = request(Message(role="user", parts=(*results, TextPart(text="t"))))
    assert_losses(x, y, [])
    moved = attrs.evolve(y, messages=(user("t", *results),))
    assert uncovered(differences(x, moved), [])


def test_wire_only_losses_are_exempt_from_soundness_only():
    assert LossCode.STREAM_KEEP_ALIVE in WIRE_ONLY
    for code in WIRE_ONLY:
        assert_losses(SOURCE, SOURCE, [loss("$.model", code=code)])
        told = [loss("$.nowhere", code=code)]
        with pytest.raises(AssertionError, match="leads nowhere"):
            assert_losses(SOURCE, SOURCE, told)


BAD = [
    (loss(), "neither path nor to"),
    (loss("$"), "the root or a list"),
    (loss("$.messages"), "the root or a list"),
    (loss("$.messages[0].parts"), "the root or a list"),
    (loss("$.messages[1]"), "leads nowhere"),
    (loss("$.nowhere"), "leads nowhere"),
    (loss("messages[0]"), "leads nowhere"),
    (loss("$.seed.x"), "leads nowhere"),
    (loss(to="$.messages[0].parts[2]"), "to $.messages[0].parts[2] leads nowhere"),
]


@pytest.mark.parametrize(("told", "words"), BAD)
def test_bad_paths(told, words):
    (wrong,) = bad_paths([told], SOURCE, SOURCE)
    assert words in wrong


def test_good_paths():
    x = request(extra={"d": {"a.b": {"c": [{"e": 1}]}}}, stop_sequences=("s",))
    good = [
        loss("$.stop_sequences"),
        loss("$.stop_sequences[0]"),
        loss("$.extra['d'].a.b.c[0].e"),
        loss("$.extra['d']"),
        loss("$.tools"),  # an empty list is a field that says nothing
    ]
    assert bad_paths(good, x, x) == []


@given(st.chat_requests(), hyp.data())
def test_every_field_that_vanishes_is_found(value, data):
    names = [
        f.name
        for f in attrs.fields(ChatRequest)
        if f.name not in ("model", "stream")
        and getattr(value, f.name) not in (None, (), {})
    ]
    gone = data.draw(hyp.lists(hyp.sampled_from(names), min_size=1, unique=True))
    empty = {
        name: () if isinstance(getattr(value, name), tuple) else None for name in gone
    }
    if "extra" in empty:
        empty["extra"] = {}
    decoded = attrs.evolve(value, **empty)
    told = [
        loss(f"$.{name}[{n}]")
        for name in gone
        for n in (range(len(getattr(value, name))) if empty[name] == () else [""])
    ]
    told = [attrs.evolve(t, path=t.path.replace("[]", "")) for t in told]
    found = differences(value, decoded)
    assert uncovered(found, told) == []
    for index in range(len(told)):
        assert uncovered(found, told[:index] + told[index + 1 :])
    untouched = loss("$.model")
    assert unsound(found, [*told, untouched]) == [untouched]


@pytest.mark.parametrize("number", [0, 1])
def test_a_drop_that_did_not_happen_is_false_beside_similar_parts(number):
    """Taking parts that are called dropped out of the alignment hides nothing."""
    parts = (TextPart(text="a"), TextPart(text="ab"))
    request = ChatRequest(model="m", messages=(Message(role="user", parts=parts),))
    claim = Loss(
        code=LossCode.IN_TEXT,
        path=f"$.messages[0].parts[{number}]",
        action="dropped",
        severity="content",
    )
    with pytest.raises(AssertionError, match=r"no difference for in\.text"):
        assert_losses(request, request, [claim])
