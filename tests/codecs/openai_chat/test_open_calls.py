"""The calls that wait for answers: found by id, by tool, or by their order."""

from __future__ import annotations

from hypothesis import given, strategies as st

from modelwire.codecs.openai_chat._open_calls import OpenCalls

CALLS = [("a", "A", "f"), ("b", "B", "g"), ("a", "C", "f"), ("", "D", "g")]


def take(calls, *, call_id=None, name=None):
    """Answer a call; give its target id."""
    if call_id is not None:
        number = calls.of_id(call_id)
    else:
        number = calls.first() if name is None else calls.of_name(name)
    return None if number is None else calls.take(number)[1]


def test_calls_of_one_id_are_answered_in_their_order():
    calls = OpenCalls(CALLS)
    assert [take(calls, call_id=i) for i in ("a", "a", "a", "b")] == [
        "A",
        "C",
        None,
        "B",
    ]


def test_calls_are_found_out_of_order():
    calls = OpenCalls(CALLS)
    assert [take(calls, call_id=i) for i in ("b", "", "a", "a")] == ["B", "D", "A", "C"]
    assert calls.first() is None
    assert calls.of_id("a") is None


def test_answers_without_an_id_go_by_the_tool_or_in_order():
    calls = OpenCalls(CALLS)
    assert take(calls, name="g") == "B"
    assert take(calls, name="g") == "D"
    assert take(calls, name="g") is None
    assert take(calls, name="h") is None
    assert [take(calls), take(calls), take(calls)] == ["A", "C", None]


@given(st.randoms(use_true_random=False))
def test_every_way_of_looking_agrees_with_a_plain_list(chance):
    plain = [(chance.choice("abc"), str(n), chance.choice("fg")) for n in range(9)]
    calls = OpenCalls(tuple(plain))
    for _ in range(12):
        call_id, name = chance.choice("abcd"), chance.choice("fgh")
        way = chance.choice(["id", "name", "first"])
        if way == "id":
            found = next((c for c in plain if c[0] == call_id), None)
            number = calls.of_id(call_id)
        elif way == "name":
            found = next((c for c in plain if c[2] == name), None)
            number = calls.of_name(name)
        else:
            found = plain[0] if plain else None
            number = calls.first()
        assert (None if number is None else calls.at(number)) == found
        if found is not None and number is not None and chance.random() < 0.8:
            assert calls.take(number) == found
            plain.remove(found)
