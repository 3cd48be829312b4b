"""
Where schemas stand inside a JSON Schema.

Only keywords that hold schemas are walked, so that a property named `type`, or an
example that looks like a schema, is left alone.

Source: JSON Schema 2020-12 and draft 7, and `Schema` of the Gemini API, whose `defs`
is the one keyword of its own, read 2026-11-21.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final, TypeAlias

from modelwire.ir._base import JSONObject

__all__ = ["MANY", "MAX_DEPTH", "NAMED", "ONE", "inner_schemas", "mapped"]

ONE: Final = (
    "items",
    "additionalProperties",
    "not",
    "contains",
    "propertyNames",
    "if",
    "then",
    "else",
    "additionalItems",
    "unevaluatedItems",
    "unevaluatedProperties",
)
"""Keywords that hold one schema."""
MANY: Final = ("anyOf", "oneOf", "allOf", "prefixItems", "items")
"""Keywords that hold an array of schemas; `items` did in draft 7."""
NAMED: Final = (
    "properties",
    "patternProperties",
    "dependentSchemas",
    "dependencies",
    "$defs",
    "definitions",
    "defs",
)
"""Keywords that hold an object of schemas."""
MAX_DEPTH: Final = 128
"""How many schemas may stand inside each other; deeper ones are left as they are."""

_Change: TypeAlias = Callable[[JSONObject], None]


def inner_schemas(schema: JSONObject) -> Iterator[tuple[str, Any]]:
    """
    Give the schemas that stand directly in a schema.

    Args:
        schema: The schema.

    Yields:
        The steps that lead there (`.properties.a`, `.anyOf[0]`) and what stands
        there: a schema, a boolean, or what is neither.
    """
    for key, value in schema.items():
        kind = type(value)
        if kind is list and key in MANY:
            for i, item in enumerate(value):
                yield f".{key}[{i}]", item
        elif kind is dict and key in NAMED:
            for name, item in value.items():
                yield f".{key}.{name}", item
        elif kind in (dict, bool) and key in ONE:
            yield f".{key}", value


def mapped(schema: JSONObject, change: _Change, depth: int = 0) -> JSONObject:
    """
    Copy a schema with a change made to every schema in it.

    Args:
        schema: The schema; it is not changed.
        change: Changes a copy of one schema, before those in it are walked.
        depth: How many schemas it stands in.

    Returns:
        The copy.
    """
    out: JSONObject = dict(schema)
    change(out)
    if depth >= MAX_DEPTH:
        return out
    for key, value in out.items():
        kind = type(value)
        if kind is dict and key in ONE:
            out[key] = mapped(value, change, depth + 1)
        elif kind is list and key in MANY:
            out[key] = [_inner(item, change, depth) for item in value]
        elif kind is dict and key in NAMED:
            out[key] = {k: _inner(v, change, depth) for k, v in value.items()}
    return out


def _inner(value: Any, change: _Change, depth: int) -> Any:
    return mapped(value, change, depth + 1) if type(value) is dict else value
