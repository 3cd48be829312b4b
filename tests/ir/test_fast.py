"""The quick constructors give the same frozen instances as the classes."""

from __future__ import annotations

import copy
import pickle

import attrs
import pytest

from modelwire.ir import _chunks, _fast

RAW = {"type": "x"}

CASES = [
    (_fast.new_text_delta, _chunks.TextDelta, (3, "a", RAW)),
    (_fast.new_tool_arguments_delta, _chunks.ToolArgumentsDelta, (3, "a", RAW)),
    (_fast.new_reasoning_delta, _chunks.ReasoningDelta, (3, "a", 1, RAW)),
    (_fast.new_reasoning_delta, _chunks.ReasoningDelta, (3, "a", None, RAW)),
]


@pytest.mark.parametrize(("make", "cls", "args"), CASES)
def test_same_instance_both_ways(make, cls, args):
    quick, plain = make(*args), cls(*args)
    assert type(quick) is cls
    assert quick == plain
    assert repr(quick) == repr(plain)
    for field in attrs.fields(cls):
        assert getattr(quick, field.name) is getattr(plain, field.name)


@pytest.mark.parametrize(("make", "cls", "args"), CASES)
def test_it_is_frozen_and_unhashable(make, cls, args):
    quick = make(*args)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        quick.text = "b"
    with pytest.raises(TypeError):
        hash(quick)
    assert not hasattr(quick, "__dict__")


@pytest.mark.parametrize(("make", "cls", "args"), CASES)
def test_it_copies_and_pickles(make, cls, args):
    quick = make(*args)
    for again in (copy.deepcopy(quick), pickle.loads(pickle.dumps(quick))):
        assert type(again) is cls
        assert again == quick
        assert again.raw == quick.raw


def test_a_twin_has_the_places_of_its_class():
    for cls, twin in (
        (_chunks.TextDelta, _fast._TextTwin),
        (_chunks.ToolArgumentsDelta, _fast._ArgumentsTwin),
        (_chunks.ReasoningDelta, _fast._ReasoningTwin),
    ):
        made = twin()
        assert isinstance(made, cls)
        assert not hasattr(made, "__dict__")
        for field in attrs.fields(cls):
            setattr(made, field.name, 1)


def test_the_fallback_is_the_class_itself():
    class Other:
        __slots__ = ("index", "text")

        def __init__(self, index, text):
            self.index, self.text = index, text
            self.__class__ = _chunks.TextDelta  # noqa: PLE0237

    assert _fast._pick(Other, _chunks.TextDelta) is _chunks.TextDelta
