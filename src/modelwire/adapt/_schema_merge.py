"""
Several schemas as one: all of them at once, or any of them.

Both work on one level and put what has to be merged further down under `allOf` or
`anyOf`, so that the rewriting, which is bounded, gets there when it does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from modelwire.ir._base import JSONObject

__all__ = ["ANNOTATIONS", "Merged", "all_of", "any_of", "same", "type_names"]

ANNOTATIONS: Final = frozenset(
    {
        "$anchor", "$comment", "$id", "$schema", "$vocabulary", "default", "deprecated",
        "description", "example", "examples", "propertyOrdering", "readOnly", "title",
        "writeOnly",
    }
)  # fmt: skip
"""Keywords that no value is valid or invalid by."""

_EVERY_TYPE: Final = (
    "object", "array", "string", "number", "integer", "boolean", "null",
)  # fmt: skip


class Merged:
    """
    A schema that stands for several.

    Attributes:
        schema: The schema.
        loosens: Whether it takes a value that the several together do not.
        tightens: Whether it refuses a value that they take.
        refs: References that were followed to get them.
    """

    __slots__ = ("loosens", "refs", "schema", "tightens")

    def __init__(self) -> None:
        self.schema: JSONObject = {}
        self.loosens = False
        self.tightens = False
        self.refs: tuple[str, ...] = ()

    def take(self, other: Merged) -> None:
        """Go on with the schema of *other*, and with what both changed."""
        self.schema = other.schema
        self.loosens = self.loosens or other.loosens
        self.tightens = self.tightens or other.tightens
        self.refs = other.refs or self.refs


def same(a: Any, b: Any) -> bool:
    """
    Compare JSON values; unlike Python, JSON tells `1` from `true`.

    Args:
        a: A value.
        b: A value.

    Returns:
        Whether they are equal.
    """
    if a is b:
        return True
    if isinstance(a, bool) != isinstance(b, bool):
        return False
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    return bool(a == b)


def type_names(schema: JSONObject) -> list[str] | None:
    """
    Give the types that a schema names.

    Args:
        schema: The schema.

    Returns:
        Its types, each once; `None` when it names none.
    """
    type_ = schema.get("type")
    if isinstance(type_, str):
        return [type_]
    if isinstance(type_, list):
        return list(dict.fromkeys(t for t in type_ if isinstance(t, str)))
    return None


def all_of(schemas: Sequence[JSONObject]) -> Merged:
    """
    Give one schema for values that are valid under all of *schemas*.

    Args:
        schemas: The schemas, without references; definitions in one of them at most.

    Returns:
        The schema; of what cannot be said at once the first is kept.
    """
    out = Merged()
    _close(out, schemas)
    for schema in schemas:
        for key, value in schema.items():
            if key not in out.schema:
                out.schema[key] = value
            elif key not in ANNOTATIONS and not same(out.schema[key], value):
                merge = _MERGES.get(key)
                if merge is None:
                    out.loosens = True
                else:
                    merge(out, key, value)
    return out


def _close(out: Merged, schemas: Sequence[JSONObject]) -> None:
    """
    Note that properties which one schema leaves open and another closes are open now.

    `additionalProperties` of one schema knows nothing of the properties of the next,
    and almost no one who writes it so wants what that means.
    """
    for schema in schemas:
        more = schema.get("additionalProperties", True)
        own = schema.get("properties")
        known = own.keys() if isinstance(own, dict) else set()
        for other in schemas:
            theirs = other.get("properties")
            if (
                more is not True
                and isinstance(theirs, dict)
                and not (theirs.keys() <= known)
            ):
                out.loosens = out.tightens = True


def _properties(out: Merged, key: str, value: Any) -> None:
    old = out.schema[key]
    if not (isinstance(old, dict) and isinstance(value, dict)):
        out.loosens = True
        return
    new = dict(old)
    for name, inner in value.items():
        if name in new and not same(new[name], inner):
            new[name] = {"allOf": [new[name], inner]}
        else:
            new[name] = inner
    out.schema[key] = new


def _both(out: Merged, key: str, value: Any) -> None:
    old = out.schema[key]
    if old is False or value is False:
        out.schema[key] = False
    elif old is True or value is True:
        out.schema[key] = value if old is True else old
    else:
        out.schema[key] = {"allOf": [old, value]}


def _neither(out: Merged, key: str, value: Any) -> None:
    out.schema[key] = {"anyOf": [out.schema[key], value]}


def _required(out: Merged, key: str, value: Any) -> None:
    old = out.schema[key]
    if isinstance(old, list) and isinstance(value, list):
        out.schema[key] = [*old, *(name for name in value if name not in old)]
    else:
        out.loosens = True


def _types(out: Merged, key: str, value: Any) -> None:
    del key
    old = type_names(out.schema) or []
    new = type_names({"type": value}) or []
    both = [t for t in old if t in new or (t == "integer" and "number" in new)]
    both += [t for t in new if t == "integer" and "number" in old and t not in both]
    if both:
        out.schema["type"] = both[0] if len(both) == 1 else both
    else:
        out.loosens = True


def _enum(out: Merged, key: str, value: Any) -> None:
    old = out.schema[key]
    if not (isinstance(old, list) and isinstance(value, list)):
        out.loosens = True
        return
    both = [item for item in old if any(same(item, other) for other in value)]
    if both:
        out.schema[key] = both
    else:
        out.loosens = True


def _extreme(pick: Callable[[Any, Any], Any]) -> Callable[[Merged, str, Any], None]:
    def merge(out: Merged, key: str, value: Any) -> None:
        old = out.schema[key]
        if isinstance(old, int | float) and isinstance(value, int | float):
            out.schema[key] = pick(old, value)
        else:
            out.loosens = True

    return merge


_MERGES: Final[dict[str, Callable[[Merged, str, Any], None]]] = {
    "additionalProperties": _both,
    "enum": _enum,
    "items": _both,
    "not": _neither,
    "properties": _properties,
    "required": _required,
    "type": _types,
    **dict.fromkeys(
        ("exclusiveMinimum", "minItems", "minLength", "minProperties", "minimum"),
        _extreme(max),
    ),
    **dict.fromkeys(
        ("exclusiveMaximum", "maxItems", "maxLength", "maxProperties", "maximum"),
        _extreme(min),
    ),
}
"""How two values of a keyword become one; of others the first stays."""


def any_of(schemas: Sequence[JSONObject]) -> Merged:
    """
    Give one schema of an object for values that are valid under any of *schemas*.

    Args:
        schemas: The schemas, without references.

    Returns:
        The schema: every property that any of them has, required where all require
        it.  It takes more than *schemas*; those that are no objects are left out.
    """
    out = Merged()
    objects = [s for s in schemas if "object" in (type_names(s) or ("object",))]
    out.schema["type"] = "object"
    variants: dict[str, list[Any]] = {}
    for schema in objects:
        properties = schema.get("properties")
        for name, inner in properties.items() if isinstance(properties, dict) else ():
            known = variants.setdefault(name, [])
            if not any(same(inner, other) for other in known):
                known.append(inner)
    out.schema["properties"] = {
        name: found[0] if len(found) == 1 else {"anyOf": found}
        for name, found in variants.items()
    }
    out.loosens = True
    # What one of them leaves open another describes, and that goes for all now.
    out.tightens = bool(variants) or any(type_names(s) is None for s in objects)
    out.tightens = out.tightens or len(objects) < len(schemas)
    required = [_names(schema) for schema in objects]
    if required:
        common = [n for n in required[0] if all(n in other for other in required)]
        if common:
            out.schema["required"] = common
        if all(schema.get("additionalProperties") is False for schema in objects):
            out.schema["additionalProperties"] = False
    return out


def _names(schema: JSONObject) -> list[str]:
    required = schema.get("required")
    return required if isinstance(required, list) else []
