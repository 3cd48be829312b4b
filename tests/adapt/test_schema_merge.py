"""Several schemas as one: what is kept, and whether it takes more or less than they."""

from __future__ import annotations

import pytest

from modelwire.adapt._schema_merge import all_of, any_of

STRING = {"type": "string"}


def objects(properties, **more):
    return {"type": "object", "properties": properties, **more}


ALL = [
    # schemas, the one schema, loosens, tightens
    ("names of both", [{"required": ["a", "b"]}, {"required": ["c", "b"]}],
     {"required": ["a", "b", "c"]}, False, False),
    ("names that are no list", [{"required": ["a"]}, {"required": True}],
     {"required": ["a"]}, True, False),
    ("properties that are no object", [{"properties": {"a": {}}}, {"properties": []}],
     {"properties": {"a": {}}}, True, False),
    ("values of both", [{"enum": ["a", 1, True]}, {"enum": [1, "a", "b"]}],
     {"enum": ["a", 1]}, False, False),
    ("no value of both", [{"enum": ["a"]}, {"enum": ["b"]}], {"enum": ["a"]},
     True, False),
    ("values that are no list", [{"enum": ["a"]}, {"enum": "a"}], {"enum": ["a"]},
     True, False),
    ("a bound that is no number", [{"minimum": 1}, {"minimum": "2"}], {"minimum": 1},
     True, False),
    ("items and none", [{"items": STRING}, {"items": False}], {"items": False},
     False, False),
    ("none and items", [{"items": False}, {"items": STRING}], {"items": False},
     False, False),
    ("any items and some", [{"items": True}, {"items": STRING}], {"items": STRING},
     False, False),
    ("some items and any", [{"items": STRING}, {"items": True}], {"items": STRING},
     False, False),
    ("items of both", [{"items": STRING}, {"items": {"minLength": 1}}],
     {"items": {"allOf": [STRING, {"minLength": 1}]}}, False, False),
    ("neither", [{"not": STRING}, {"not": {"minimum": 1}}],
     {"not": {"anyOf": [STRING, {"minimum": 1}]}}, False, False),
    ("words", [{"title": "a"}, {"title": "b"}], {"title": "a"}, False, False),
    ("what cannot be merged", [{"pattern": "a"}, {"pattern": "b"}], {"pattern": "a"},
     True, False),
    ("no type of both", [STRING, {"type": "array"}], STRING, True, False),
    ("closed without the other's properties",
     [objects({"a": STRING}, additionalProperties=False), objects({"b": STRING})],
     objects({"a": STRING, "b": STRING}, additionalProperties=False), True, True),
    ("closed with the other's properties",
     [objects({"a": STRING}, additionalProperties=False), objects({"a": STRING})],
     objects({"a": STRING}, additionalProperties=False), False, False),
]  # fmt: skip


@pytest.mark.parametrize(
    ("schemas", "expected", "loosens", "tightens"),
    [c[1:] for c in ALL],
    ids=[c[0] for c in ALL],
)
def test_all_of(schemas, expected, loosens, tightens):
    merged = all_of(schemas)
    assert merged.schema == expected
    assert (merged.loosens, merged.tightens) == (loosens, tightens)


ANY = [
    ("the same property", [objects({"a": STRING}), objects({"a": STRING})],
     objects({"a": STRING})),
    ("two of a property", [objects({"a": STRING}), objects({"a": {}})],
     objects({"a": {"anyOf": [STRING, {}]}})),
    ("all closed",
     [objects({"a": STRING}, additionalProperties=False),
      objects({"b": STRING}, additionalProperties=False)],
     objects({"a": STRING, "b": STRING}, additionalProperties=False)),
    ("one open",
     [objects({"a": STRING}, additionalProperties=False), objects({"b": STRING})],
     objects({"a": STRING, "b": STRING})),
    ("names that all require",
     [objects({}, required=["a", "b"]), objects({}, required=["b"])],
     objects({}, required=["b"])),
    ("no object", [STRING], objects({})),
]  # fmt: skip


@pytest.mark.parametrize(
    ("schemas", "expected"), [c[1:] for c in ANY], ids=[c[0] for c in ANY]
)
def test_any_of(schemas, expected):
    merged = any_of(schemas)
    assert merged.schema == expected
    assert merged.loosens
