"""
The API's own Schema objects and JSON Schema.

`parameters` and `responseSchema` hold an OpenAPI subset: type names are enums in
upper case, `nullable` is a keyword, and 64-bit integers may be text.  The IR holds
JSON Schema.  `from_wire` gives it with a note of the spelling, `to_wire` undoes it.
Only keywords that hold schemas are walked, so that a property named `type` is safe.

Source: `Schema` of google-genai 3.4.0 and of generativelanguage v1beta, read
2026-11-21.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Literal, TypeAlias

from modelwire.ir._base import JSONObject

__all__ = ["Spelling", "from_wire", "to_wire"]

Spelling: TypeAlias = Literal["upper", "schema"]
"""Whether the type names were in upper case."""

_TYPES: Final = frozenset(
    {"string", "number", "integer", "boolean", "array", "object", "null"}
)
_ONE: Final = ("items", "additionalProperties", "not")
_MANY: Final = ("anyOf", "oneOf", "allOf", "prefixItems")
_NAMED: Final = ("properties", "defs", "$defs", "definitions")
_COUNTS: Final = (
    "minItems", "maxItems", "minProperties", "maxProperties", "minLength", "maxLength",
)  # fmt: skip
_DEPTH: Final = 128

_Change: TypeAlias = Callable[[JSONObject], None]


def from_wire(schema: JSONObject) -> tuple[JSONObject, Spelling]:
    """
    Read a Schema object.

    Args:
        schema: The object as received.

    Returns:
        JSON Schema, and how the types were spelled.
    """
    seen: set[bool] = set()

    def change(node: JSONObject) -> None:
        type_ = node.get("type")
        if type(type_) is str and type_.lower() in _TYPES:
            seen.add(type_.isupper())
            type_ = node["type"] = type_.lower()
        if node.get("nullable") is True and type(type_) is str:
            del node["nullable"]
            node["type"] = [type_, "null"]
        for key in _COUNTS:
            count = node.get(key)
            if type(count) is str and count.isascii() and count.isdigit():
                node[key] = int(count[:18])

    made = _walk(schema, change, 0)
    return made, "schema" if False in seen else "upper"


def to_wire(schema: JSONObject, spelling: Spelling) -> JSONObject:
    """
    Write a Schema object.

    Args:
        schema: JSON Schema that `from_wire` gave, perhaps changed since.
        spelling: How the types are spelled.

    Returns:
        The object.
    """

    def change(node: JSONObject) -> None:
        type_ = node.get("type")
        if type(type_) is list and len(type_) == 2 and type_[1] == "null":
            node["type"] = type_ = type_[0]
            node["nullable"] = True
        if spelling == "upper" and type(type_) is str and type_ in _TYPES:
            node["type"] = type_.upper()

    return _walk(schema, change, 0)


def _walk(schema: JSONObject, change: _Change, depth: int) -> JSONObject:
    """Copy *schema* with *change* made to each schema in it."""
    out: JSONObject = dict(schema)
    change(out)
    if depth >= _DEPTH:
        return out
    for key in _ONE:
        _walk_one(out, key, change, depth)
    for key in _MANY:
        value = out.get(key)
        if type(value) is list:
            out[key] = [_inner(item, change, depth) for item in value]
    for key in _NAMED:
        value = out.get(key)
        if type(value) is dict:
            out[key] = {k: _inner(v, change, depth) for k, v in value.items()}
    return out


def _walk_one(out: JSONObject, key: str, change: _Change, depth: int) -> None:
    """Walk the one schema that stands under *key*."""
    if key in out:
        out[key] = _inner(out[key], change, depth)


def _inner(value: Any, change: _Change, depth: int) -> Any:
    return _walk(value, change, depth + 1) if type(value) is dict else value
