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

from typing import Final, Literal, TypeAlias

from modelwire.codecs._schema_walk import mapped
from modelwire.ir._base import JSONObject

__all__ = ["Spelling", "from_wire", "to_wire"]

Spelling: TypeAlias = Literal["upper", "schema"]
"""Whether the type names were in upper case."""

_TYPES: Final = frozenset(
    {"string", "number", "integer", "boolean", "array", "object", "null"}
)
_COUNTS: Final = (
    "minItems", "maxItems", "minProperties", "maxProperties", "minLength", "maxLength",
)  # fmt: skip


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

    made = mapped(schema, change)
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

    return mapped(schema, change)
