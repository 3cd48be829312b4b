"""
Which JSON Schema each target takes, as rows of data.

`adapt_schema` reads the fields of a row and never its name; `attrs.evolve` makes a row
for a server of your own.  `schema_rules` picks the row of a target and a use.

Source, read 2026-11-21:
    OpenAI: the structured outputs guide (supported schemas), and the errors `schema
    must have type 'object' and not have 'oneOf'/'anyOf'/'allOf'/'enum'/'not' at the
    top level` and `object schema missing properties` for tools that are not strict.
    Anthropic: the structured outputs guide (JSON Schema limitations),
    `transform_schema` of the `anthropic` package 2.11.0, and the error `input_schema
    does not support oneOf, allOf, or anyOf at the top level`.
    Gemini: `_responseJsonSchema` and `Schema` of generativelanguage v1beta.
"""

from __future__ import annotations

from typing import Final, Literal

import attrs

from modelwire.ir._base import Node

__all__ = [
    "ANTHROPIC_STRICT",
    "ANTHROPIC_TOOL",
    "AS_IS",
    "GEMINI_JSON",
    "GEMINI_SCHEMA",
    "GEMINI_TOOL",
    "OPENAI_STRICT",
    "OPENAI_TOOL",
    "SchemaRules",
    "SchemaUse",
    "schema_rules",
]

SchemaUse = Literal["tool", "output"]
"""What a schema describes: a tool's arguments, or the text of the answer."""


@attrs.frozen(kw_only=True, weakref_slot=False, unsafe_hash=False, eq=False, repr=False)
class SchemaRules(Node):
    """What a target takes of JSON Schema."""

    name: str
    """The row's name, for people."""
    keywords: frozenset[str] | None = None
    """The keywords that are taken; `None`: all, and only the root is looked at."""
    object_root: bool = False
    """Whether the root must say `type: object`."""
    plain_root: bool = False
    """Whether the root must do without `anyOf`, `oneOf`, `allOf`, `enum`, `not`."""
    root_properties: bool = False
    """Whether the root must say `properties`."""
    closed: bool = False
    """Whether every object must say `additionalProperties: false`."""
    all_required: bool = False
    """Whether every property must be required (optional ones become nullable)."""
    typed: bool = False
    """Whether every schema must say its type, and `anyOf` must stand alone."""
    refs: bool = True
    """Whether `$ref` to a definition is taken, without other constraints beside it."""
    recursion: Literal["free", "optional", "none"] = "free"
    """Whether definitions may lead back to themselves, or only in optional places."""
    formats: frozenset[str] | None = None
    """The formats that are taken; `None`: any."""
    min_items: frozenset[int] | None = None
    """The values of `minItems` that are taken; `None`: any."""
    enum_values: Literal["any", "scalars", "texts and numbers", "texts"] = "any"
    """What may stand in `enum`."""
    type_lists: bool = True
    """Whether `type` may be a list of more than a type and `null`."""
    openapi: bool = False
    """Whether the result is spelled `STRING` and `nullable`, as OpenAPI's subset."""
    max_depth: int | None = None
    """How many objects may stand inside each other; beyond, strictness is given up."""
    max_properties: int | None = None
    """How many properties a schema may have in all."""
    max_enum_values: int | None = None
    """How many enum values a schema may have in all."""
    max_text: int | None = None
    """How many characters names and enum values may have in all."""
    max_schemas: int = 5_000
    """How many copies of schemas the result may hold: what definitions may grow to."""


_STRICT_KEYWORDS: Final = frozenset(
    {
        "$defs", "$ref", "additionalProperties", "anyOf", "const", "definitions",
        "description", "enum", "format", "items", "properties", "required", "title",
        "type",
    }
)  # fmt: skip
"""What OpenAI's and Anthropic's strict modes have in common."""

_FORMATS: Final = frozenset(
    {
        "date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6",
        "uuid",
    }
)  # fmt: skip

AS_IS: Final = SchemaRules(name="as it is")
"""Anything: what is not enforced is a hint to the model."""

OPENAI_TOOL: Final = SchemaRules(
    name="openai tool", object_root=True, plain_root=True, root_properties=True
)
"""OpenAI's function tools that are not strict."""

OPENAI_STRICT: Final = SchemaRules(
    name="openai strict",
    keywords=_STRICT_KEYWORDS
    | {
        "exclusiveMaximum", "exclusiveMinimum", "maxItems", "maximum", "minItems",
        "minimum", "multipleOf", "pattern",
    },
    object_root=True,
    plain_root=True,
    root_properties=True,
    closed=True,
    all_required=True,
    typed=True,
    formats=_FORMATS,
    max_depth=10,
    max_properties=5000,
    max_enum_values=1000,
    max_text=120_000,
)  # fmt: skip
"""OpenAI's structured outputs, of tools and of answers."""

ANTHROPIC_TOOL: Final = SchemaRules(
    name="anthropic tool", object_root=True, plain_root=True
)
"""Anthropic's tools that are not strict."""

ANTHROPIC_STRICT: Final = SchemaRules(
    name="anthropic strict",
    keywords=_STRICT_KEYWORDS | {"minItems"},
    closed=True,
    typed=True,
    recursion="none",
    formats=_FORMATS | {"uri"},
    min_items=frozenset({0, 1}),
    enum_values="scalars",
)
"""Anthropic's structured outputs: `output_config.format` and strict tools."""

_ANTHROPIC_STRICT_TOOL: Final = attrs.evolve(
    ANTHROPIC_STRICT, name="anthropic strict tool", object_root=True, plain_root=True
)

GEMINI_JSON: Final = SchemaRules(
    name="gemini json schema",
    keywords=frozenset(
        {
            "$anchor", "$defs", "$id", "$ref", "additionalProperties", "anyOf",
            "description", "enum", "format", "items", "maxItems", "maximum",
            "minItems", "minimum", "prefixItems", "properties", "propertyOrdering",
            "required", "title", "type",
        }
    ),
    recursion="optional",
    enum_values="texts and numbers",
)  # fmt: skip
"""Gemini's `responseJsonSchema`."""

GEMINI_TOOL: Final = attrs.evolve(GEMINI_JSON, name="gemini tool", object_root=True)
"""Gemini's `parametersJsonSchema`."""

GEMINI_SCHEMA: Final = SchemaRules(
    name="gemini Schema object",
    keywords=frozenset(
        {
            "anyOf", "default", "description", "enum", "example", "format", "items",
            "maxItems", "maxLength", "maxProperties", "maximum", "minItems",
            "minLength", "minProperties", "minimum", "pattern", "properties",
            "propertyOrdering", "required", "title", "type",
        }
    ),
    object_root=True,
    plain_root=True,
    typed=True,
    refs=False,
    recursion="none",
    formats=frozenset({"date-time", "double", "enum", "float", "int32", "int64"}),
    enum_values="texts",
    type_lists=False,
    openapi=True,
)  # fmt: skip
"""
Gemini's `parameters` and `responseSchema`, ready for the wire.

The Developer API takes `date-time` and `enum` of the formats of texts, and refuses a
whole request for one keyword that it has no field for.
"""

_ROWS: Final = {
    ("openai-chat", "tool"): (OPENAI_TOOL, OPENAI_STRICT),
    ("openai-chat", "output"): (AS_IS, OPENAI_STRICT),
    ("openai-responses", "tool"): (OPENAI_TOOL, OPENAI_STRICT),
    ("openai-responses", "output"): (AS_IS, OPENAI_STRICT),
    ("anthropic-messages", "tool"): (ANTHROPIC_TOOL, _ANTHROPIC_STRICT_TOOL),
    ("anthropic-messages", "output"): (ANTHROPIC_STRICT, ANTHROPIC_STRICT),
    ("gemini-generate", "tool"): (GEMINI_TOOL, GEMINI_TOOL),
    ("gemini-generate", "output"): (GEMINI_JSON, GEMINI_JSON),
}
"""By target and use: the row that is not strict, and the strict one."""


def schema_rules(
    target: str, use: SchemaUse, *, strict: bool | None = None
) -> SchemaRules:
    """
    Give the rules of a target.

    Args:
        target: The dialect.
        use: What the schema describes.
        strict: Whether the target is asked to enforce the schema.

    Returns:
        Its row; `AS_IS` for a dialect that has none.
    """
    loose, exact = _ROWS.get((target, use), (AS_IS, AS_IS))
    return exact if strict else loose
