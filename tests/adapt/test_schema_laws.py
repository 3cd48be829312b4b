"""What `adapt_schema` promises, with the `jsonschema` package as the judge."""

from __future__ import annotations

import copy
import json

import attrs
import jsonschema
import pytest
from hypothesis import given, settings, strategies as st

from modelwire.adapt import _schema_rules as rules
from modelwire.adapt._schema import adapt_schema
from modelwire.adapt._schema_merge import same

ROWS = {
    row.name: row
    for row in (
        rules.OPENAI_TOOL,
        rules.OPENAI_STRICT,
        rules.ANTHROPIC_TOOL,
        rules.ANTHROPIC_STRICT,
        rules.GEMINI_JSON,
        rules.GEMINI_TOOL,
        rules.GEMINI_SCHEMA,
        # The same without its spelling, which no judge of JSON Schema can read.
        attrs.evolve(rules.GEMINI_SCHEMA, name="gemini Schema, JSON", openapi=False),
    )
}
ROW = pytest.mark.parametrize("row", ROWS.values(), ids=ROWS.keys())
JUDGED = pytest.mark.parametrize(
    "row",
    [row for row in ROWS.values() if not row.openapi],
    ids=[name for name, row in ROWS.items() if not row.openapi],
)
QUICK = settings(max_examples=30)

SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-2, 9), st.sampled_from(("", "a", "bb", 2.5))
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from("abc"), inner, max_size=3)
    ),
    max_leaves=6,
)
TYPES = st.sampled_from(
    ("object", "array", "string", "number", "integer", "boolean", "null")
)


def _node(inner):
    words = {
        "type": TYPES | st.lists(TYPES, min_size=1, max_size=2, unique=True),
        "title": st.just("t"),
        "description": st.just("d"),
        "default": SCALARS,
        "enum": st.lists(VALUES, min_size=1, max_size=3),
        "const": VALUES,
        "minimum": st.integers(0, 5),
        "exclusiveMaximum": st.integers(0, 5),
        "multipleOf": st.just(2),
        "minLength": st.integers(0, 2),
        "pattern": st.just("^a"),
        "format": st.sampled_from(("date-time", "uri", "x-own")),
        "minItems": st.integers(0, 3),
        "items": inner | st.booleans(),
        "prefixItems": st.lists(inner, min_size=1, max_size=2),
        "properties": st.dictionaries(
            st.sampled_from("abc"), inner | st.booleans(), max_size=3
        ),
        "required": st.lists(st.sampled_from("abcd"), max_size=2, unique=True),
        "additionalProperties": inner | st.booleans(),
        "patternProperties": st.dictionaries(st.just("^b"), inner, max_size=1),
        "minProperties": st.integers(0, 2),
        "anyOf": st.lists(inner, min_size=1, max_size=2),
        "oneOf": st.lists(inner, min_size=1, max_size=2),
        "allOf": st.lists(inner, min_size=1, max_size=2),
        "not": inner,
        "if": inner,
        "nullable": st.booleans(),
        "x-own": SCALARS,
        "$ref": st.sampled_from(
            ("#/$defs/one", "#/$defs/two", "#", "#/properties/a", "#/nowhere", "x:y")
        ),
    }
    return st.lists(st.sampled_from(sorted(words)), max_size=4, unique=True).flatmap(
        lambda keys: st.fixed_dictionaries({key: words[key] for key in keys})
    )


INNER = st.recursive(st.just({}) | st.builds(dict, type=TYPES), _node, max_leaves=5)
SCHEMAS = st.builds(
    lambda root, one, two: {**root, "$defs": {"one": one, "two": two}},
    _node(INNER),
    INNER,
    INNER,
) | _node(INNER)


def is_valid(schema, value):
    """Judge; `None` where the schema has no meaning (a `$ref` that goes nowhere)."""
    try:
        return jsonschema.Draft202012Validator(schema).is_valid(value)
    except RecursionError:
        return None
    except Exception as error:
        if type(error).__name__ == "_WrappedReferencingError":
            return None
        raise


CASES = st.builds(
    lambda node, types, cases: {**node, "type": types, "anyOf": cases},
    _node(INNER),
    st.lists(TYPES, min_size=2, max_size=3, unique=True),
    st.lists(_node(INNER), min_size=1, max_size=2),
)
"""Cases beside several types, which hardly ever come together by chance."""


@JUDGED
@pytest.mark.parametrize(
    "schemas",
    [SCHEMAS, st.builds(lambda node: {"properties": {"a": node}}, CASES)],
    ids=["any", "cases"],
)
def test_what_notes_say_about_values_is_true(row, schemas):
    @QUICK
    @given(schemas, st.lists(VALUES, min_size=4, max_size=8))
    def check(schema, values):
        adapted, notes = adapt_schema(schema, row)
        loosens = any(note.loosens for note in notes)
        tightens = any(note.tightens for note in notes)
        for value in values:
            before, after = is_valid(schema, value), is_valid(adapted, value)
            assert after is not None or before is None
            if before is None:
                continue
            if not loosens:
                assert before or not after, (adapted, value)
            if not tightens:
                assert after or not before, (adapted, value)

    check()


@ROW
def test_adapting_twice_changes_nothing_the_second_time(row):
    @QUICK
    @given(SCHEMAS)
    def check(schema):
        source = copy.deepcopy(schema)
        adapted, _ = adapt_schema(schema, row)
        assert schema == source
        again, notes = adapt_schema(adapted, row)
        assert same(again, adapted)
        assert again is adapted
        assert notes == ()
        assert list(json.dumps(again)) == list(json.dumps(adapted))

    check()


def subschemas(schema):
    """Every schema in an adapted one: only keywords that the rows leave in."""
    open_ = [schema]
    while open_:
        node = open_.pop()
        yield node
        for key, value in node.items():
            if key in ("items", "additionalProperties") and isinstance(value, dict):
                open_.append(value)
            elif key in ("anyOf", "prefixItems"):
                open_ += value
            elif key in ("properties", "$defs", "definitions"):
                open_ += value.values()


@ROW
def test_the_result_keeps_the_rules(row):
    @QUICK
    @given(SCHEMAS)
    def check(schema):
        adapted, _ = adapt_schema(schema, row)
        if row.object_root:
            assert adapted["type"] in ("object", "OBJECT")
        if row.plain_root:
            assert not {"anyOf", "oneOf", "allOf", "enum", "not"} & adapted.keys()
        if row.root_properties:
            assert isinstance(adapted["properties"], dict)
        if row.keywords is None:
            return
        extra = {"nullable"} if row.openapi else set()
        for node in subschemas(adapted):
            assert node.keys() <= row.keywords | extra
            type_ = node.get("type")
            if "$ref" in node:
                assert row.refs
                assert all(key.startswith("$") for key in node)
                continue
            if row.typed:
                assert type_ is not None or "anyOf" in node
            if not row.type_lists and isinstance(type_, list):
                assert not row.openapi
                assert len(type_) == 2
                assert "null" in type_
            if row.formats is not None:
                assert node.get("format") in {None, *row.formats}
            if row.min_items is not None:
                assert node.get("minItems") in {None, *row.min_items}
            if row.enum_values == "texts":
                values = [v for v in node.get("enum", ()) if v is not None]
                assert all(isinstance(value, str) for value in values)
            kinds = type_ if isinstance(type_, list) else [type_]
            if row.closed and "object" in kinds:
                assert node["additionalProperties"] is False
            if row.all_required and node.get("properties"):
                assert set(node["required"]) == set(node["properties"])

    check()
