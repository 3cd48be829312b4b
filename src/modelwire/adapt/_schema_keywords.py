"""
The keywords of one schema, one at a time: what a target takes of each.

Every function changes a copy of one schema (what stands directly in it) and notes
what it changed; none walks further down.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from modelwire.adapt._schema_merge import ANNOTATIONS, type_names
from modelwire.adapt._schema_notes import Notes
from modelwire.adapt._schema_refs import DEFINITIONS
from modelwire.adapt._schema_rules import SchemaRules
from modelwire.codecs._schema_walk import MAX_DEPTH, inner_schemas, mapped
from modelwire.ir._base import JSONObject

__all__ = [
    "Place",
    "any_value",
    "enumerate_values",
    "excess",
    "infer_type",
    "null_type",
    "nullable",
    "own_formats",
    "own_keywords",
    "own_min_items",
    "own_type",
    "renamed",
    "spelled",
    "split_types",
    "unspelled",
]

_HINTS: Final = {
    "properties": "object",
    "required": "object",
    "additionalProperties": "object",
    "patternProperties": "object",
    "minProperties": "object",
    "maxProperties": "object",
    "items": "array",
    "prefixItems": "array",
    "minItems": "array",
    "maxItems": "array",
    "pattern": "string",
    "format": "string",
    "minLength": "string",
    "maxLength": "string",
    "minimum": "number",
    "maximum": "number",
    "exclusiveMinimum": "number",
    "exclusiveMaximum": "number",
    "multipleOf": "number",
}
"""Which type a keyword speaks of."""

_SCALARS: Final = ("string", "number", "boolean")


class Place(NamedTuple):
    """Where a schema comes from."""

    path: str
    """Its path in the source, for notes."""
    exact: bool = True
    """Whether what is inside it stands below *path*; not so for merged schemas."""

    def at(self, step: str) -> str:
        """Give the path of what stands at *step* inside it."""
        return self.path + step if self.exact else self.path

    def inside(self, step: str) -> Place:
        """Give the place of what stands at *step* inside it."""
        return Place(self.path + step) if self.exact else self

    def blurred(self) -> Place:
        """Give the place of a schema that was taken apart."""
        return Place(self.path, exact=False)


def any_value(rules: SchemaRules, kind: str | None = None) -> JSONObject:
    """
    Give a schema that takes as much as the target lets one.

    Args:
        rules: What the target takes.
        kind: The type; `None`: any.

    Returns:
        The schema.
    """
    if kind == "object":
        if not rules.closed:
            return {"type": "object"}
        return {"type": "object", "properties": {}, "additionalProperties": False}
    if not rules.typed:
        return {} if kind is None else {"type": kind}
    if kind == "array":
        return {"type": "array", "items": any_value(rules)}
    if rules.type_lists:
        return {"type": [*_SCALARS, "null"]}
    return {"anyOf": [{"type": name} for name in (*_SCALARS, "null")]}


def renamed(node: JSONObject, old: str, new: str) -> None:
    """Give a keyword another name, in its place."""
    items = [(new if key == old else key, value) for key, value in node.items()]
    node.clear()
    node.update(items)


def null_type(node: JSONObject, place: Place, notes: Notes) -> None:
    """Write OpenAPI's `nullable` as the type `null`."""
    if "nullable" in node:
        wanted = node.pop("nullable")
        _replace(node, nullable(node) if wanted is True else node)
        notes.add(place.path, "repaired", "nullable", loosens=wanted is True)


def _replace(node: JSONObject, made: JSONObject) -> None:
    if made is not node:
        made = dict(made)
        node.clear()
        node.update(made)


def nullable(schema: JSONObject) -> JSONObject:
    """
    Give a schema that takes null beside what *schema* takes.

    Args:
        schema: A schema.

    Returns:
        *schema* itself where it takes null already.
    """
    types = type_names(schema)
    cases = schema.get("anyOf")
    if "$ref" in schema:
        return {"anyOf": [schema, {"type": "null"}]}
    if types is None:
        if isinstance(cases, list) and not any(map(_takes_null, cases)):
            return {**schema, "anyOf": [*cases, {"type": "null"}]}
        if "enum" in schema or "const" in schema:
            return _with_null_value(schema)
        return schema
    if "null" not in types:
        schema = {**schema, "type": [*types, "null"]}
    return _with_null_value(schema)


def _takes_null(schema: Any) -> bool:
    return isinstance(schema, dict) and "null" in (type_names(schema) or ())


def _with_null_value(schema: JSONObject) -> JSONObject:
    values = schema.get("enum")
    if isinstance(values, list) and None not in values:
        return {**schema, "enum": [*values, None]}
    if schema.get("const") is not None:
        out = {**schema, "enum": [schema["const"], None]}
        del out["const"]
        return out
    return schema


def enumerate_values(
    node: JSONObject, place: Place, rules: SchemaRules, notes: Notes
) -> Place:
    """Write `const` and `enum` with the values that the target takes."""
    path = place.path
    if "const" in node and not _takes(rules, "const"):
        node.pop("enum", None)
        renamed(node, "const", "enum")
        node["enum"] = [node["enum"]]
        notes.add(path, "repaired", "const")
    values = node.get("enum")
    if not isinstance(values, list) or rules.enum_values == "any":
        return place
    if rules.enum_values == "scalars":
        kept = [v for v in values if not isinstance(v, list | dict)]
        if len(kept) < len(values):
            notes.add(path, "dropped", "enum values", loosens=not kept, tightens=True)
            node["enum"] = kept
            if not kept:
                _untold(node, values)
        return place
    wanted = (str,) if rules.enum_values == "texts" else (str, int, float)
    plain = [v for v in values if v is not None]
    if not plain or any(
        isinstance(v, bool) or not isinstance(v, wanted) for v in plain
    ):
        # Null, or true and false, are all that there is of their types.
        exact = "type" not in node and all(map(_is_bool, plain))
        exact = exact and (not plain or len(set(plain)) == 2)
        _untold(node, values)
        notes.add(path, "dropped", "enum values", loosens=not exact)
        return place
    if len(plain) < len(values):
        _split_null(node, plain)
        notes.add(path, "repaired", "null among enum values")
        return place.blurred()
    return place


def _is_bool(value: Any) -> bool:
    return isinstance(value, bool)


def _untold(node: JSONObject, values: list[Any]) -> None:
    """Say only the types of values that cannot be listed."""
    del node["enum"]
    if "type" not in node:
        types = list(dict.fromkeys(_type_of(value) for value in values))
        node["type"] = types[0] if len(types) == 1 else types


def _split_null(node: JSONObject, plain: list[Any]) -> None:
    """Write an enumeration with null in it as two cases."""
    case: JSONObject = {"enum": plain}
    types = type_names(node)
    if types is None:
        types = list(dict.fromkeys(_type_of(value) for value in plain))
    types = [name for name in types if name != "null"]
    case["type"] = types[0] if len(types) == 1 else types
    for key in [k for k in node if k not in ANNOTATIONS and k not in ("type", "enum")]:
        case[key] = node.pop(key)
    node.pop("type", None)
    renamed(node, "enum", "anyOf")
    node["anyOf"] = [case, {"type": "null"}]


def _type_of(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, str):
        return "string"
    if isinstance(value, list):
        return "array"
    if isinstance(value, dict):
        return "object"
    return "integer" if isinstance(value, int) else "number"


def own_formats(
    node: JSONObject, place: Place, rules: SchemaRules, notes: Notes
) -> None:
    """Leave out a format that the target does not know."""
    known = rules.formats
    if "format" not in node or known is None:
        return
    value = node["format"]
    if not isinstance(value, str) or value not in known:
        word = f"format {str(value)[:32]}"
        notes.add(place.at(".format"), "dropped", word, loosens=True)
        del node["format"]


def own_min_items(
    node: JSONObject, place: Place, rules: SchemaRules, notes: Notes
) -> None:
    """Write the nearest least length of an array that the target takes."""
    least, known = node.get("minItems"), rules.min_items
    if known is None or not isinstance(least, int) or least in known:
        return
    node["minItems"] = max(n for n in known if n <= max(least, 0))
    notes.add(place.at(".minItems"), "approximated", "minItems", loosens=True)


def infer_type(
    node: JSONObject, place: Place, rules: SchemaRules, notes: Notes
) -> None:
    """Say the type of a schema that leaves it to its other keywords."""
    path = place.path
    if "type" in node or "anyOf" in node:
        return
    if "enum" in node or "const" in node:
        listed = node.get("enum")
        values = listed if isinstance(listed, list) else [node.get("const")]
        types = list(dict.fromkeys(_type_of(value) for value in values)) or ["string"]
        node["type"] = types[0] if len(types) == 1 else types
        notes.add(path, "synthesised", "type")
        return
    for key in node:
        if key in _HINTS:
            node["type"] = _HINTS[key]
            notes.add(path, "synthesised", "type", tightens=True)
            return
    node.update(any_value(rules))
    notes.add(path, "approximated", "any value", tightens=True)


def own_type(node: JSONObject, place: Place, notes: Notes) -> None:
    """Leave out keywords that speak of another type, and so say nothing."""
    types = type_names(node)
    if types is None:
        return
    # Numbers have formats too, in OpenAPI.
    for key in [key for key in node if key in _HINTS and key != "format"]:
        kind = _HINTS[key]
        if kind not in types and not (kind == "number" and "integer" in types):
            del node[key]
            notes.add(place.at(f".{key}"), "dropped", key)


def split_types(
    node: JSONObject, place: Place, notes: Notes
) -> tuple[JSONObject, Place]:
    """
    Write several types as cases, each with the keywords that speak of it.

    Args:
        node: The schema, without cases of its own.
        place: Where it comes from.
        notes: Where notes go.

    Returns:
        The schema and its place.
    """
    types = type_names(node)
    if types is None:
        return node, place
    plain = [name for name in types if name != "null"]
    if len(plain) < 2:
        if isinstance(node.get("type"), list) and len(types) == 1:
            node["type"] = types[0]
        return node, place
    outer = {k: v for k, v in node.items() if k in ANNOTATIONS}
    cases: list[JSONObject] = []
    for name in types:
        case: JSONObject = {"type": name}
        for key, value in node.items():
            kind = _HINTS.get(key)
            if kind == name or (kind == "number" and name == "integer"):
                case[key] = value
            elif key == "enum" and isinstance(value, list):
                case[key] = [v for v in value if _fits(_type_of(v), name)]
            elif kind is None and key not in (*outer, "type", "enum", "anyOf"):
                # It speaks of every type; what the target does not take goes later.
                case[key] = value
        if case.get("enum") != []:
            cases.append(case)
    notes.add(place.path, "repaired", "several types")
    return {**outer, "anyOf": cases}, place.blurred()


def _fits(kind: str, name: str) -> bool:
    return kind == name or (kind == "integer" and name == "number")


def own_keywords(
    node: JSONObject, place: Place, rules: SchemaRules, notes: Notes
) -> None:
    """Leave out keywords that the target does not take."""
    for key, bound in _BOUNDS:
        if key in node and not _takes(rules, key) and _takes(rules, bound):
            _bound(node, key, bound)
            notes.add(place.path, "approximated", key, loosens=True)
    for key in [key for key in node if not _takes(rules, key)]:
        value = node.pop(key)
        silent = key in ANNOTATIONS or key in DEFINITIONS
        if key == "additionalProperties":
            silent = value is True or value == {}
        # Properties that a pattern allowed are unknown ones without it.
        tightens = key == "patternProperties" and (
            node.get("additionalProperties", True) is not True or rules.closed
        )
        path = place.at(f".{key}")
        notes.add(path, "dropped", key, loosens=not silent, tightens=tightens)


_BOUNDS: Final = (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum"))


def _bound(node: JSONObject, key: str, bound: str) -> None:
    """Write a bound that is not reached as one that is."""
    value = node.pop(key)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return
    if type_names(node) == ["integer"] and isinstance(value, int):
        value += 1 if bound == "minimum" else -1
    old = node.get(bound)
    if isinstance(old, int | float) and not isinstance(old, bool):
        value = max(old, value) if bound == "minimum" else min(old, value)
    node[bound] = value


def _takes(rules: SchemaRules, keyword: str) -> bool:
    return rules.keywords is None or keyword in rules.keywords


def spelled(schema: JSONObject) -> JSONObject:
    """
    Spell a schema as OpenAPI's subset does: `STRING`, and `nullable` for null.

    Args:
        schema: A schema whose types are no lists of more than a type and null.

    Returns:
        The schema for the wire.
    """

    def change(node: JSONObject) -> None:
        types = type_names(node)
        cases = node.get("anyOf")
        if isinstance(cases, list):
            plain = [case for case in cases if case != {"type": "null"}]
            if plain and len(plain) < len(cases):
                node["nullable"] = True
                if len(plain) == 1 and not (node.keys() & plain[0].keys()):
                    del node["anyOf"]
                    node.update(plain[0])
                    types = type_names(node)
                else:
                    node["anyOf"] = plain
        if types is None:
            return
        plain_types = [name for name in types if name != "null"] or ["null"]
        node["type"] = plain_types[0].upper()
        if "null" in types and plain_types != ["null"]:
            node["nullable"] = True
        values = node.get("enum")
        if isinstance(values, list) and None in values:
            node["enum"] = [value for value in values if value is not None]

    return mapped(schema, change)


def unspelled(schema: JSONObject) -> JSONObject:
    """
    Undo `spelled`.

    Args:
        schema: A schema in either spelling.

    Returns:
        JSON Schema.
    """

    def change(node: JSONObject) -> None:
        type_ = node.get("type")
        if isinstance(type_, str) and type_.isupper():
            node["type"] = type_.lower()
        if node.get("nullable") is True:
            del node["nullable"]
            _replace(node, nullable(node))

    return mapped(schema, change)


# --- limits -------------------------------------------------------------------------


def excess(schema: JSONObject, rules: SchemaRules) -> str | None:
    """
    Say which of the target's limits a schema passes.

    Args:
        schema: A schema that fits *rules* otherwise.
        rules: What the target takes.

    Returns:
        The limit, in words; `None` when it passes none.
    """
    counts = {"levels": 0, "properties": 0, "enum values": 0, "characters": 0}
    for node, depth in _walk(schema):
        counts["levels"] = max(counts["levels"], depth)
        properties = node.get("properties")
        names = list(properties) if isinstance(properties, dict) else []
        listed = node.get("enum")
        values = listed if isinstance(listed, list) else []
        counts["properties"] += len(names)
        counts["enum values"] += len(values)
        counts["characters"] += sum(
            len(text) for text in [*names, *values] if isinstance(text, str)
        )
    limits = {
        "levels": rules.max_depth,
        "properties": rules.max_properties,
        "enum values": rules.max_enum_values,
        "characters": rules.max_text,
    }
    for name, most in limits.items():
        if most is not None and counts[name] > most:
            return f"more than {most} {name}"
    return None


def _walk(schema: JSONObject) -> Iterator[tuple[JSONObject, int]]:
    """Give every schema in one, with how many objects it stands in, itself included."""
    open_: list[tuple[Any, int, int]] = [(schema, 0, 0)]
    while open_:
        node, depth, steps = open_.pop()
        if not isinstance(node, dict) or steps > MAX_DEPTH:
            continue
        depth += "object" in (type_names(node) or ())
        yield node, depth
        open_ += [(inner, depth, steps + 1) for _, inner in inner_schemas(node)]
