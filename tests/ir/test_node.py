"""Equality and repr of IR classes are what attrs would write for them."""

from __future__ import annotations

import attrs
import pytest

from modelwire import ir
from modelwire.ir._base import Node


def nodes():
    """Give every public IR class."""
    found = [getattr(ir, name) for name in ir.__all__]
    return [c for c in found if isinstance(c, type) and issubclass(c, Node)]


def twin_of(cls):
    """Make the class again, with the methods that attrs writes."""
    fields = {
        field.name: attrs.field(default=field.default, eq=field.eq, repr=field.repr)
        for field in attrs.fields(cls)
    }
    return attrs.make_class(cls.__name__, fields, frozen=True, kw_only=True)


@pytest.mark.parametrize("cls", nodes(), ids=lambda cls: cls.__name__)
def test_equality_and_repr_are_those_of_attrs(cls):
    twin = twin_of(cls)
    names = [field.name for field in attrs.fields(cls)]
    values = dict.fromkeys(names, "a")
    same, as_twin = cls(**values), twin(**values)
    assert repr(same) == repr(as_twin)
    assert same == cls(**values)
    assert not same != cls(**values)  # noqa: SIM202 - it is its own method
    assert same != as_twin
    assert same != "a"
    for name in names:
        other = {**values, name: "b"}
        assert (same == cls(**other)) == (as_twin == twin(**other)), name
    with pytest.raises(TypeError, match="unhashable"):
        hash(same)
