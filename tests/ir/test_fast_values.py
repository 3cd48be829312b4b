"""The quick constructors of values give the same frozen instances as the classes."""

from __future__ import annotations

import copy
import pickle

import attrs
import pytest

from modelwire import ir
from modelwire.ir import _fast_answers, _fast_losses, _fast_tools, _fast_values as fast

MAKERS = {
    fast.new_item_ref: ir.ItemRef,
    fast.new_opaque: ir.Opaque,
    fast.new_text_part: ir.TextPart,
    fast.new_reasoning_part: ir.ReasoningPart,
    fast.new_tool_call_part: ir.ToolCallPart,
    fast.new_tool_result_part: ir.ToolResultPart,
    fast.new_message: ir.Message,
    fast.new_finish: ir.Finish,
    fast.new_usage: ir.Usage,
    _fast_answers.new_choice: ir.Choice,
    _fast_answers.new_chat_response: ir.ChatResponse,
    _fast_tools.new_function_tool: ir.FunctionTool,
    _fast_losses.new_loss: ir.Loss,
}


def _value(field):
    """Give any value that is unlike every default and every other field's."""
    return {"of": field.name}


def _required(cls):
    fields = attrs.fields(cls)
    # What stands before a required one is positional too.
    count = max(
        (i for i, f in enumerate(fields, 1) if f.default is attrs.NOTHING), default=0
    )
    return {field.name: _value(field) for field in fields[:count]}


def _every(cls):
    return {field.name: _value(field) for field in attrs.fields(cls)}


CASES = [
    (make, cls, given) for make, cls in MAKERS.items() for given in (_required, _every)
]
IDS = [f"{cls.__name__}-{given.__name__}" for _, cls, given in CASES]


def test_every_maker_is_here():
    made = {
        getattr(module, name)
        for module in (fast, _fast_answers, _fast_losses, _fast_tools)
        for name in module.__all__
        if name.startswith("new_")
    }
    assert set(MAKERS) == made


@pytest.mark.parametrize(("make", "cls", "given"), CASES, ids=IDS)
def test_same_instance_both_ways(make, cls, given):
    named = given(cls)
    plain = cls(**named)
    for quick in (make(**named), make(*named.values())):
        assert type(quick) is cls
        assert quick == plain
        assert repr(quick) == repr(plain)
        for field in attrs.fields(cls):
            assert getattr(quick, field.name) == getattr(plain, field.name)


@pytest.mark.parametrize(("make", "cls"), MAKERS.items(), ids=lambda x: x.__name__)
def test_what_is_made_by_a_factory_is_each_instances_own(make, cls):
    first, second = make(**_required(cls)), make(**_required(cls))
    for field in attrs.fields(cls):
        if isinstance(field.default, attrs.Factory):
            assert getattr(first, field.name) == {}
            assert getattr(first, field.name) is not getattr(second, field.name)


@pytest.mark.parametrize(("make", "cls"), MAKERS.items(), ids=lambda x: x.__name__)
def test_it_is_frozen_unhashable_and_can_be_copied(make, cls):
    quick = make(**_every(cls))
    name = attrs.fields(cls)[0].name
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        setattr(quick, name, None)
    with pytest.raises(TypeError):
        hash(quick)
    assert not hasattr(quick, "__dict__")
    assert attrs.evolve(quick) == quick
    for again in (copy.deepcopy(quick), pickle.loads(pickle.dumps(quick))):
        assert type(again) is cls
        assert again == quick


@pytest.mark.parametrize(("make", "cls", "given"), CASES, ids=IDS)
def test_where_classes_cannot_change_the_class_itself_makes_it(make, cls, given):
    def refused(*_values, **_named):
        raise TypeError

    plain = fast.quickly(cls)(refused)
    assert plain is not refused
    named = given(cls)
    for made in (plain(**named), plain(*named.values())):
        assert type(made) is cls
        assert made == make(**named)
    empty = {"extra": None} if hasattr(made, "extra") else {}
    assert plain(**_required(cls), **empty) == make(**_required(cls))


def test_what_makes_another_class_is_not_taken():
    class Other:
        pass

    def other(*_):
        return Other()

    assert type(fast.quickly(ir.ItemRef)(other)()) is ir.ItemRef
