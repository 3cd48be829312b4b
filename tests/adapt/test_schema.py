"""What `adapt_schema` makes of single schemas, row by row."""

from __future__ import annotations

import attrs
import pytest

from modelwire.adapt import adapt_schema, schema_rules
from modelwire.adapt._schema_keywords import excess
from modelwire.adapt._schema_refs import References
from modelwire.adapt._schema_rules import (
    ANTHROPIC_STRICT,
    ANTHROPIC_TOOL,
    AS_IS,
    GEMINI_JSON,
    GEMINI_SCHEMA,
    GEMINI_TOOL,
    OPENAI_STRICT,
    OPENAI_TOOL,
)

STRING = {"type": "string"}
NODE = {
    "type": "object",
    "properties": {
        "value": STRING,
        "children": {"type": "array", "items": {"$ref": "#/$defs/node"}},
    },
    "required": ["value"],
}
TREE = {
    "type": "object",
    "properties": {"tree": {"$ref": "#/$defs/node"}},
    "$defs": {"node": NODE},
}


def obj(properties=None, **more):
    return {"type": "object", "properties": properties or {}, **more}


def closed(properties=None, required=None, **more):
    out = {**obj(properties), **more, "additionalProperties": False}
    return out if required is None else {**out, "required": required}


def prop(rules, schema):
    """Adapt *schema* as a required property, where its root has no rules."""
    whole, notes = adapt_schema(obj({"p": schema}, required=["p"]), rules)
    return whole["properties"]["p"], [note for note in notes if note.path != "$"]


FITTING = [
    (AS_IS, {"anything": ["goes"]}),
    (OPENAI_TOOL, obj({"a": {"type": "string", "minLength": 3, "x-own": 1}})),
    (OPENAI_TOOL, TREE),
    (
        OPENAI_STRICT,
        closed({"a": STRING, "b": {"type": ["integer", "null"]}}, ["a", "b"]),
    ),
    (OPENAI_STRICT, closed()),
    (ANTHROPIC_TOOL, {"type": "object", "properties": {"a": {"oneOf": [STRING]}}}),
    (ANTHROPIC_STRICT, closed({"a": {"const": "x", "type": "string"}})),
    (GEMINI_TOOL, TREE),
    (GEMINI_JSON, {"type": "array", "prefixItems": [STRING], "items": {}}),
    (GEMINI_SCHEMA, {"type": "OBJECT", "properties": {"a": {"type": "STRING"}}}),
]


@pytest.mark.parametrize(("rules", "schema"), FITTING)
def test_what_fits_comes_back_itself(rules, schema):
    adapted, notes = adapt_schema(schema, rules)
    assert adapted is schema
    assert notes == ()


ROOTS = [
    ("no type", OPENAI_TOOL, {"properties": {"a": STRING}}, obj({"a": STRING})),
    ("empty", OPENAI_TOOL, {}, obj()),
    ("no properties", OPENAI_TOOL, {"type": "object"}, obj()),
    ("one of several types", ANTHROPIC_TOOL, {"type": ["object", "null"]},
     {"type": "object"}),
    ("no object", ANTHROPIC_TOOL, {"type": "string", "title": "t"},
     {"type": "object", "title": "t"}),
    ("enum", OPENAI_TOOL, {**obj(), "enum": [{}]}, obj()),
    ("not", ANTHROPIC_TOOL, {**obj(), "not": {"required": ["a"]}}, obj()),
    ("allOf", ANTHROPIC_TOOL,
     {"allOf": [obj({"a": STRING}, required=["a"]), obj({"b": STRING})]},
     {**obj({"a": STRING, "b": STRING}), "required": ["a"]}),
    ("anyOf of names", ANTHROPIC_TOOL,
     {**obj({"a": STRING, "b": STRING}),
      "anyOf": [{"required": ["a"]}, {"required": ["b"]}]},
     obj({"a": STRING, "b": STRING})),
    ("oneOf of objects", OPENAI_TOOL,
     {"oneOf": [obj({"k": {"const": 1}, "a": STRING}, required=["k", "a"]),
                obj({"k": {"const": 2}, "b": STRING}, required=["k"])]},
     {**obj({"k": {"anyOf": [{"const": 1}, {"const": 2}]}, "a": STRING, "b": STRING}),
      "required": ["k"]}),
    ("a definition", OPENAI_TOOL,
     {"$ref": "#/$defs/a", "$defs": {"a": obj({"x": STRING})}},
     {"$defs": {"a": obj({"x": STRING})}, **obj({"x": STRING})}),
    ("a definition, gemini", GEMINI_TOOL,
     {"$ref": "#/$defs/node", "$defs": {"node": NODE}},
     {"$defs": {"node": NODE}, **NODE}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rules", "schema", "expected"), [c[1:] for c in ROOTS], ids=[c[0] for c in ROOTS]
)
def test_roots(rules, schema, expected):
    adapted, notes = adapt_schema(schema, rules)
    assert adapted == expected
    assert all(note.path.startswith("$") for note in notes)
    assert notes


PROPERTIES = [
    # rules, schema, expected, what the notes say: loosens, tightens
    ("unknown keyword", OPENAI_STRICT, {"type": "string", "minLength": 2}, STRING,
     (True, False)),
    ("default", OPENAI_STRICT, {"type": "string", "default": "x"}, STRING,
     (False, False)),
    ("format", OPENAI_STRICT, {"type": "string", "format": "x-own"}, STRING,
     (True, False)),
    ("known format", OPENAI_STRICT, {"type": "string", "format": "uuid"},
     {"type": "string", "format": "uuid"}, None),
    ("oneOf", OPENAI_STRICT, {"oneOf": [STRING, {"type": "null"}]},
     {"anyOf": [STRING, {"type": "null"}]}, (True, False)),
    ("oneOf beside anyOf", OPENAI_STRICT, {"anyOf": [STRING], "oneOf": [STRING]},
     {"anyOf": [STRING]}, (True, False)),
    ("open object", OPENAI_STRICT, obj({"a": STRING}, required=["a"]),
     closed({"a": STRING}, ["a"]), (False, True)),
    ("optional property", OPENAI_STRICT, closed({"a": STRING}),
     closed({"a": {"type": ["string", "null"]}}, ["a"]), (True, True)),
    ("optional enum", OPENAI_STRICT, closed({"a": {"type": "string", "enum": ["x"]}}),
     closed({"a": {"type": ["string", "null"], "enum": ["x", None]}}, ["a"]),
     (True, True)),
    ("optional cases", OPENAI_STRICT, closed({"a": {"anyOf": [STRING]}}),
     closed({"a": {"anyOf": [STRING, {"type": "null"}]}}, ["a"]), (True, True)),
    ("already nullable", OPENAI_STRICT, closed({"a": {"type": ["string", "null"]}}),
     closed({"a": {"type": ["string", "null"]}}, ["a"]), (True, True)),
    ("map", OPENAI_STRICT, {"type": "object", "additionalProperties": STRING},
     {"type": "object", "additionalProperties": False, "properties": {}},
     (False, True)),
    ("any value", OPENAI_STRICT, {},
     {"type": ["string", "number", "boolean", "null"]}, (False, True)),
    ("untyped enum", OPENAI_STRICT, {"enum": ["c", 1]},
     {"enum": ["c", 1], "type": ["string", "integer"]}, (False, False)),
    ("untyped object", ANTHROPIC_STRICT, {"properties": {"a": STRING}},
     {"properties": {"a": STRING}, "type": "object", "additionalProperties": False},
     (False, True)),
    ("array without items", OPENAI_STRICT, {"type": "array"},
     {"type": "array", "items": {"type": ["string", "number", "boolean", "null"]}},
     (False, True)),
    ("numbers", ANTHROPIC_STRICT, {"type": "integer", "minimum": 1, "multipleOf": 2},
     {"type": "integer"}, (True, False)),
    ("minItems", ANTHROPIC_STRICT, {"type": "array", "items": STRING, "minItems": 4},
     {"type": "array", "items": STRING, "minItems": 1}, (True, False)),
    ("objects in enum", ANTHROPIC_STRICT, {"type": "string", "enum": ["a", {}]},
     {"type": "string", "enum": ["a"]}, (False, True)),
    ("allOf", ANTHROPIC_STRICT,
     {"allOf": [closed({"a": STRING}), {"description": "d"}]},
     {**closed({"a": STRING}), "description": "d"}, (False, False)),
    ("allOf, both bounds", GEMINI_JSON,
     {"allOf": [{"type": "number", "minimum": 1}, {"minimum": 2, "maximum": 9}]},
     {"type": "number", "minimum": 2, "maximum": 9}, (False, False)),
    ("allOf, two types", GEMINI_JSON,
     {"allOf": [{"type": ["integer", "string"]}, {"type": "number"}]},
     {"type": "integer"}, (False, False)),
    ("allOf, one property", GEMINI_JSON,
     {"allOf": [obj({"a": STRING}), obj({"a": {"description": "d"}})]},
     obj({"a": {"type": "string", "description": "d"}}), (False, False)),
    ("allOf with true", GEMINI_JSON, {"allOf": [True, STRING]}, STRING, (False, False)),
    ("allOf with false", GEMINI_JSON, {"allOf": [False, STRING]}, STRING,
     (True, False)),
    ("allOf of too many", GEMINI_JSON,
     {"allOf": [{"minimum": n} for n in range(300)]}, {"minimum": 255}, (True, False)),
    ("const", GEMINI_JSON, {"const": "x"}, {"enum": ["x"]}, (False, False)),
    ("nullable const", OPENAI_STRICT, {"const": "x", "nullable": True},
     {"enum": ["x", None], "type": ["string", "null"]}, (True, False)),
    ("optional const", OPENAI_STRICT, closed({"a": {"const": "x"}}),
     closed({"a": {"type": ["string", "null"], "enum": ["x", None]}}, ["a"]),
     (True, True)),
    ("const of a boolean", GEMINI_JSON, {"const": True}, {"type": "boolean"},
     (True, False)),
    ("both booleans", GEMINI_JSON, {"enum": [True, False]}, {"type": "boolean"},
     (False, False)),
    ("null in enum", GEMINI_JSON, {"type": ["string", "null"], "enum": ["a", None]},
     {"anyOf": [{"enum": ["a"], "type": "string"}, {"type": "null"}]}, (False, False)),
    ("null in an untyped enum", GEMINI_JSON, {"enum": ["a", None]},
     {"anyOf": [{"enum": ["a"], "type": "string"}, {"type": "null"}]}, (False, False)),
    ("null in enum beside a keyword", GEMINI_JSON,
     {"type": ["string", "null"], "enum": ["a", None], "format": "uuid"},
     {"anyOf": [{"enum": ["a"], "type": "string", "format": "uuid"}, {"type": "null"}]},
     (False, False)),
    ("two lower bounds", GEMINI_JSON,
     {"type": "integer", "minimum": 5, "exclusiveMinimum": 2},
     {"type": "integer", "minimum": 5}, (True, False)),
    ("bounds of draft 4", GEMINI_JSON,
     {"type": "integer", "minimum": 5, "exclusiveMinimum": True},
     {"type": "integer", "minimum": 5}, (True, False)),
    ("bounds that are not reached", GEMINI_JSON,
     {"type": "integer", "exclusiveMinimum": 0, "exclusiveMaximum": 9},
     {"type": "integer", "minimum": 1, "maximum": 8}, (True, False)),
    ("items of draft 7", GEMINI_JSON,
     {"type": "array", "items": [STRING, {}], "additionalItems": False},
     {"type": "array", "prefixItems": [STRING, {}], "items": {}}, (True, False)),
    ("tuple", OPENAI_STRICT,
     {"type": "array", "prefixItems": [STRING, {"type": "null"}], "items": False},
     {"type": "array", "items": {"anyOf": [STRING, {"type": "null"}]}}, (True, False)),
    ("items of draft 7 alone", GEMINI_JSON, {"type": "array", "items": [STRING]},
     {"type": "array", "prefixItems": [STRING]}, (False, False)),
    ("a tuple of nothing", ANTHROPIC_STRICT, {"type": "array", "prefixItems": []},
     {"type": "array", "items": {"type": ["string", "number", "boolean", "null"]}},
     (True, True)),
    ("properties that are none", GEMINI_JSON, {"type": "object", "properties": 1},
     obj(), (True, False)),
    ("nullable", GEMINI_JSON, {"type": "string", "nullable": True},
     {"type": ["string", "null"]}, (True, False)),
    ("a pattern of names", OPENAI_STRICT,
     {**closed(), "patternProperties": {"^a": STRING}}, closed(), (True, True)),
    ("words beside a reference", OPENAI_STRICT,
     {"$ref": "#/$defs/x", "description": "d"},
     {"anyOf": [{"$ref": "#/$defs/x"}], "description": "d"}, (False, False)),
    ("other words beside a reference", OPENAI_STRICT,
     {"$ref": "#/$defs/x", "examples": [1]}, {"$ref": "#/$defs/x"}, (False, False)),
    ("reference to an anchor", GEMINI_JSON, {"$ref": "#own"}, {}, (True, False)),
    ("reference to no schema", GEMINI_JSON, {"$ref": "#/required"}, {}, (True, False)),
    ("reference that leads nowhere", OPENAI_TOOL, {"$ref": "#/nowhere"},
     {"$ref": "#/nowhere"}, None),
    ("reference out of the document", GEMINI_JSON, {"$ref": "https://a.example/s"},
     {}, (True, False)),
    ("a true schema", GEMINI_JSON, True, {}, (False, False)),
    ("a false schema", GEMINI_JSON, {"anyOf": [STRING, False]},
     {"anyOf": [STRING, {}]}, (True, False)),
    ("cases beside a type", OPENAI_STRICT,
     {**closed({"a": STRING}, ["a"]), "anyOf": [{"required": ["a"]}]},
     {"anyOf": [{"required": ["a"], **closed({"a": STRING})}]}, (False, False)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rules", "schema", "expected", "effect"),
    [c[1:] for c in PROPERTIES],
    ids=[f"{c[1].name}: {c[0]}" for c in PROPERTIES],
)
def test_properties(rules, schema, expected, effect):
    source = obj({"p": schema}, required=["p"])
    source["$defs"] = {"x": closed()}
    source["additionalProperties"] = False
    adapted, notes = adapt_schema(source, rules)
    assert adapted["properties"]["p"] == expected
    if effect is None:
        assert notes == ()
        return
    assert {note.path.startswith("$.properties.p") for note in notes} == {True}
    assert effect == (
        any(note.loosens for note in notes),
        any(note.tightens for note in notes),
    )


def test_a_false_property_is_left_out():
    adapted, _ = adapt_schema(obj({"a": STRING, "b": False}), GEMINI_TOOL)
    assert adapted == obj({"a": STRING})


def test_required_names_without_a_property_are_left_out():
    adapted, (note,) = adapt_schema(
        obj({"a": STRING}, required=["a", "b"]), GEMINI_TOOL
    )
    assert adapted["required"] == ["a"]
    assert (note.path, note.loosens) == ("$.required", True)


def test_key_order_is_kept():
    source = {
        "required": ["b"],
        "properties": {"b": STRING, "a": STRING},
        "type": "object",
    }
    adapted, _ = adapt_schema(source, OPENAI_STRICT)
    assert list(adapted) == ["required", "properties", "type", "additionalProperties"]
    assert list(adapted["properties"]) == ["b", "a"]
    assert adapted["required"] == ["b", "a"]


# --- references and cycles ----------------------------------------------------------


def test_recursion_stays_where_the_target_has_it():
    adapted, _ = adapt_schema(TREE, OPENAI_STRICT)
    assert adapted["$defs"]["node"]["properties"]["children"]["items"] == {
        "$ref": "#/$defs/node"
    }


def test_recursion_is_cut_where_it_is_not_taken():
    source = {**obj({"tree": {"$ref": "#/$defs/node"}}, required=["tree"])}
    source["$defs"] = {"node": NODE}
    adapted, notes = adapt_schema(source, ANTHROPIC_STRICT)
    inner = adapted["properties"]["tree"]["properties"]["children"]["items"]
    assert inner == closed()
    (cut,) = [note for note in notes if note.rule == "cut"]
    assert cut.path == "$.$defs.node.properties.children.items"
    assert (cut.loosens, cut.tightens) == (True, True)


def test_recursion_through_required_properties_is_cut_for_gemini():
    node = obj({"next": {"$ref": "#/$defs/n"}}, required=["next"])
    source = {**obj({"n": {"$ref": "#/$defs/n"}}), "$defs": {"n": node}}
    adapted, notes = adapt_schema(source, GEMINI_TOOL)
    assert adapted["properties"]["n"] == {"$ref": "#/$defs/n"}
    assert adapted["$defs"]["n"]["properties"]["next"]["properties"]["next"] == {
        "type": "object"
    }
    assert [note.rule for note in notes] == ["in", "cut"]


def test_definitions_stand_in_place_where_there_are_no_references():
    adapted, notes = adapt_schema(TREE, GEMINI_SCHEMA)
    assert adapted == {
        "type": "OBJECT",
        "properties": {
            "tree": {
                "type": "OBJECT",
                "properties": {
                    "value": {"type": "STRING"},
                    "children": {"type": "ARRAY", "items": {"type": "OBJECT"}},
                },
                "required": ["value"],
            }
        },
    }
    assert {note.rule for note in notes} == {"", "in", "cut"}


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "#"},
        {"$ref": "#/$defs/a",
         "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}},
        {"allOf": [{"$ref": "#"}]},
        {"anyOf": [{"$ref": "#"}, {"$ref": "#/anyOf/0"}]},
        obj({"a": {"$ref": "#/properties/a"}}),
        obj({"a": {"allOf": [{"$ref": "#/properties/a"}, {"$ref": "#"}]}}),
        {**obj({"a": {"$ref": "#/$defs/a~1b%20c"}}), "$defs": {"a/b c": {"$ref": "#"}}},
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "rules",
    [OPENAI_TOOL, OPENAI_STRICT, ANTHROPIC_STRICT, GEMINI_TOOL, GEMINI_SCHEMA],
    ids=lambda rules: rules.name,
)
def test_cycles_end(schema, rules):
    adapted, _ = adapt_schema(schema, rules)
    again, notes = adapt_schema(adapted, rules)
    assert again is adapted
    assert notes == ()


@pytest.mark.parametrize("order", ["abcdef", "fedcba", "cafebd"])
def test_which_definitions_lead_back_to_themselves(order):
    edges = {"a": "bc", "b": "d", "c": "ce", "d": "b", "e": "f", "f": ""}
    refs = References(
        {
            "$defs": {
                name: {"anyOf": [{"$ref": f"#/$defs/{other}"} for other in others]}
                for name, others in edges.items()
            }
        }
    )
    found = {name for name in order if refs.is_recursive(f"#/$defs/{name}")}
    assert found == {"b", "c", "d"}


def test_a_definition_with_a_property_that_may_be_anything():
    properties = {"any": True, "next": {"$ref": "#/$defs/a"}}
    assert References({"$defs": {"a": obj(properties)}}).is_recursive("#/$defs/a")


def test_openapi_spelling():
    source = obj(
        {
            "s": {"type": ["string", "null"], "format": "date-time"},
            "e": {"type": "string", "enum": ["a", "b"]},
            "n": {"type": "integer", "enum": [1, 2], "format": "int64"},
            "u": {"type": ["string", "integer"], "minLength": 1, "minimum": 0},
            "o": {"anyOf": [STRING, {"type": "null"}], "description": "d"},
        }
    )
    adapted, _ = adapt_schema(source, GEMINI_SCHEMA)
    assert adapted["properties"] == {
        "s": {"type": "STRING", "format": "date-time", "nullable": True},
        "e": {"type": "STRING", "enum": ["a", "b"]},
        "n": {"type": "INTEGER", "format": "int64"},
        "u": {
            "anyOf": [
                {"type": "STRING", "minLength": 1},
                {"type": "INTEGER", "minimum": 0},
            ]
        },
        "o": {"type": "STRING", "description": "d", "nullable": True},
    }


OPENAPI = [
    ("a list of one type", {"type": ["string"]}, {"type": "STRING"}, False),
    ("values of one of two types", {"type": ["string", "integer"], "enum": ["a"]},
     {"anyOf": [{"type": "STRING", "enum": ["a"]}]}, False),
    ("cases beside two types",
     {"type": ["string", "integer"], "minLength": 3,
      "anyOf": [{"maxLength": 9}, {"type": "boolean"}]},
     {"anyOf": [
         {"anyOf": [{"type": "STRING", "minLength": 3, "maxLength": 9},
                    {"type": "INTEGER"}]},
         {"type": "BOOLEAN"},
     ]}, True),
    ("what speaks of every type", {"type": ["string", "integer"], "not": {}},
     {"anyOf": [{"type": "STRING"}, {"type": "INTEGER"}]}, True),
    ("cases that are none beside two types",
     {"type": ["string", "integer"], "anyOf": 1},
     {"anyOf": [{"type": "STRING"}, {"type": "INTEGER"}]}, False),
]  # fmt: skip


@pytest.mark.parametrize(
    ("schema", "expected", "loosens"), [c[1:] for c in OPENAPI],
    ids=[c[0] for c in OPENAPI],
)  # fmt: skip
def test_several_types_in_openapi(schema, expected, loosens):
    adapted, notes = prop(GEMINI_SCHEMA, schema)
    assert adapted == expected
    assert any(note.loosens for note in notes) is loosens


def test_null_is_no_value_of_an_openapi_enum():
    rules = attrs.evolve(GEMINI_SCHEMA, enum_values="any")
    adapted, _ = prop(rules, {"type": ["string", "null"], "enum": ["a", None]})
    assert adapted == {"type": "STRING", "enum": ["a"], "nullable": True}


def test_spelling_alone_is_no_change_of_meaning():
    adapted, notes = adapt_schema(obj({"a": STRING}), GEMINI_SCHEMA)
    assert adapted == {"type": "OBJECT", "properties": {"a": {"type": "STRING"}}}
    assert notes == ()


# --- bounds -------------------------------------------------------------------------


def shared(levels):
    """Definitions that each use the next one twice: two to the power of *levels*."""
    refs = [{"$ref": f"#/$defs/d{n + 1}"} for n in range(levels)]
    defs = {f"d{n}": obj({"a": ref, "b": ref}) for n, ref in enumerate(refs)}
    defs[f"d{levels}"] = STRING
    return {**obj({"x": {"$ref": "#/$defs/d0"}}), "$defs": defs}


def nested(levels):
    out = obj()
    for _ in range(levels):
        out = obj({"a": out})
    return out


def size(schema):
    count, open_ = 0, [schema]
    while open_:
        value = open_.pop()
        count += isinstance(value, dict)
        if isinstance(value, dict):
            open_ += value.values()
        elif isinstance(value, list):
            open_ += value
    return count


def test_shared_definitions_do_not_explode():
    rules = attrs.evolve(GEMINI_SCHEMA, max_schemas=200)
    adapted, notes = adapt_schema(shared(40), rules)
    assert size(adapted) < 2000
    assert any(note.rule == "cut" for note in notes)
    assert adapt_schema(adapted, rules) == (adapted, ())


def test_more_cases_than_may_be_copied_are_dropped():
    rules = attrs.evolve(GEMINI_SCHEMA, max_schemas=5)
    cases = [{"minLength": n} for n in range(3)]
    adapted, (note,) = prop(rules, {"type": "string", "anyOf": cases})
    assert adapted == {"type": "STRING"}
    assert (note.action, note.detail, note.loosens) == (
        "dropped", "too many cases", True,
    )  # fmt: skip


def deep(schema, levels=63):
    for _ in range(levels):
        schema = {"type": "array", "items": schema}
    return schema


def inmost(schema):
    while "items" in schema:
        schema = schema["items"]
    return schema


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "string", "enum": ["a"]}, {"type": "STRING"}),
        ({"type": ["string", "null"], "minLength": 1},
         {"type": "STRING", "nullable": True}),
        (obj({"a": STRING}), {"type": "OBJECT"}),
        # Of an array that is cut off the items may still be anything.
        ({"type": "array", "items": deep(STRING, 2)},
         {"anyOf": [{"type": "STRING"}, {"type": "NUMBER"}, {"type": "BOOLEAN"}],
          "nullable": True}),
    ],
)  # fmt: skip
def test_what_is_left_of_what_is_too_deep(schema, expected):
    adapted, notes = prop(GEMINI_SCHEMA, deep(schema))
    assert [note.rule for note in notes] == ["cut"]
    assert inmost(adapted) == expected


def test_recursion_of_arrays_is_cut():
    source = {**obj({"n": {"$ref": "#/$defs/n"}}, required=["n"])}
    source["$defs"] = {"n": {"type": "array", "items": {"$ref": "#/$defs/n"}}}
    adapted, _ = adapt_schema(source, GEMINI_TOOL)
    assert adapted["properties"]["n"] == deep({"type": "array"}, 1)


def test_references_that_lead_on_too_deep_are_cut():
    source = obj({"p": deep({"$ref": "#/$defs/d0"}, 40)})
    source["$defs"] = {f"d{n}": {"$ref": f"#/$defs/d{n + 1}"} for n in range(30)}
    source["$defs"]["d30"] = STRING
    adapted, notes = adapt_schema(source, GEMINI_SCHEMA)
    assert inmost(adapted["properties"]["p"]) == {"type": "OBJECT"}
    assert "the schema is too large" in {note.detail for note in notes}


def test_the_default_bound():
    # Without it this would be two to the power of sixty.
    adapted, _ = adapt_schema(shared(60), GEMINI_SCHEMA)
    assert 5_000 < size(adapted) < 50_000


@pytest.mark.parametrize(
    "rules",
    [OPENAI_STRICT, ANTHROPIC_STRICT, GEMINI_TOOL, GEMINI_SCHEMA],
    ids=lambda rules: rules.name,
)
def test_deep_schemas_are_cut(rules):
    adapted, notes = adapt_schema(nested(3000), rules)
    assert any(note.rule == "cut" for note in notes)
    again, notes = adapt_schema(adapted, rules)
    assert again is adapted
    assert notes == ()


def test_deep_schemas_are_left_alone_where_nothing_is_enforced():
    schema = nested(3000)
    assert adapt_schema(schema, ANTHROPIC_TOOL)[0] is schema


EXCESS = [
    ("levels", nested(10), "more than 10 levels"),
    ("fits", nested(9), None),
    ("enum", obj({"a": {"enum": [str(n) for n in range(1001)]}}),
     "more than 1000 enum values"),
    ("properties", obj({f"p{n}": STRING for n in range(5001)}),
     "more than 5000 properties"),
    ("text", obj({"p" * 120_001: STRING}), "more than 120000 characters"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("schema", "expected"), [c[1:] for c in EXCESS], ids=[c[0] for c in EXCESS]
)
def test_limits(schema, expected):
    assert excess(schema, OPENAI_STRICT) == expected


def test_rows_by_target():
    assert schema_rules("openai-chat", "tool") is OPENAI_TOOL
    assert schema_rules("openai-responses", "output", strict=True) is OPENAI_STRICT
    assert schema_rules("anthropic-messages", "output") is ANTHROPIC_STRICT
    assert schema_rules("gemini-generate", "tool", strict=True) is GEMINI_TOOL
    assert schema_rules("no-such-dialect", "tool") is AS_IS
