"""
One JSON Schema, rewritten to what a target takes.

It takes a schema and the target's rules and gives the schema that says the same as
far as the target lets it, with a note for every change.  Each note says whether the
result takes values that the source refuses (*loosens*) or refuses values that it takes
(*tightens*): a value that is valid under the result is valid under the source unless a
note loosens, and the other way round unless one tightens.

The walk is bounded whatever the schema is: cycles are cut, nesting ends at
`_MAX_NESTING`, and the result holds at most `SchemaRules.max_schemas` schemas.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from modelwire.adapt._schema_keywords import (
    Place,
    any_value,
    enumerate_values,
    infer_type,
    null_type,
    nullable,
    own_formats,
    own_keywords,
    own_min_items,
    own_type,
    renamed,
    spelled,
    split_types,
    unspelled,
)
from modelwire.adapt._schema_merge import (
    ANNOTATIONS,
    Merged,
    all_of,
    any_of,
    same,
    type_names,
)
from modelwire.adapt._schema_notes import Notes, SchemaNote
from modelwire.adapt._schema_refs import DEFINITIONS, References
from modelwire.adapt._schema_rules import SchemaRules
from modelwire.ir._base import JSONObject

__all__ = ["adapt_schema"]

_MAX_NESTING: Final = 64
"""How many schemas may stand inside each other, references followed."""
_CHAIN: Final = 32
"""How many references may lead to one another before a schema is reached."""
_MOST_PARTS: Final = 256
"""How many schemas are merged to one; `allOf` may nest."""


class _Way(NamedTuple):
    """How the walk came to a schema."""

    depth: int
    refs: tuple[str, ...]
    """References that were followed on the way."""
    optional: bool
    """Whether a property that need not be there stands on the way."""

    def down(self, *, optional: bool = False) -> _Way:
        return _Way(self.depth + 1, self.refs, self.optional or optional)


def adapt_schema(
    schema: JSONObject, rules: SchemaRules
) -> tuple[JSONObject, tuple[SchemaNote, ...]]:
    """
    Rewrite a schema to what a target takes.

    Args:
        schema: The schema; it is not changed.
        rules: What the target takes.

    Returns:
        The schema, and what was changed.  A schema that fits comes back itself,
        without notes; so does the result of an earlier call with the same rules.
    """
    walk = _Walk(unspelled(schema) if rules.openapi else schema, rules)
    out = walk.document()
    return (schema, ()) if same(out, schema) else (out, walk.notes.all())


class _Walk:
    """One call of `adapt_schema`."""

    def __init__(self, schema: JSONObject, rules: SchemaRules) -> None:
        self.source = schema
        self.rules = rules
        self.refs = References(schema)
        self.notes = Notes()
        self.made = 0
        """How many copies of schemas the result has so far."""

    def document(self) -> JSONObject:
        """Rewrite the whole document."""
        root = Place("$")
        node = dict(self.source)
        if "$ref" in node and (self.rules.object_root or self.rules.keywords):
            merged = self._gathered(node, ())
            self._merged(root, "the root is a definition", merged)
            node, root = merged.schema, root.blurred()
        if self.rules.object_root:
            node, root = self._root(node, root)
        if self.rules.keywords is None:
            return node
        out = self._schema(node, root, _Way(0, (), optional=False))
        return spelled(out) if self.rules.openapi else out

    # --- the root -------------------------------------------------------------------

    def _root(self, node: JSONObject, place: Place) -> tuple[JSONObject, Place]:
        """Make the root an object's schema, of which nothing but its type is said."""
        rules = self.rules
        if "allOf" in node and (rules.plain_root or not self._takes("allOf")):
            merged = self._gathered(node, ())
            self._merged(place, "allOf", merged)
            node, place = merged.schema, place.blurred()
        if rules.plain_root and ("anyOf" in node or "oneOf" in node):
            node, place = self._plain(node), place.blurred()
        for key in ("nullable", "const", "enum", "not"):
            if key in node and (rules.plain_root or key != "not"):
                del node[key]
                self.notes.add(place.at(f".{key}"), "dropped", key, loosens=True)
        types = type_names(node)
        if node.get("type") != "object":
            if types is None or "object" in types:
                node = {**node, "type": "object"} if types else {
                    "type": "object", **node,
                }  # fmt: skip
                self.notes.add("$", "repaired", "the type of the root", tightens=True)
            else:
                keep = {k: v for k, v in node.items() if k in ANNOTATIONS}
                node = {"type": "object", **keep}
                place = Place("$", exact=False)
                self.notes.add(
                    "$", "approximated", "not an object", loosens=True, tightens=True
                )
        if rules.root_properties and type(node.get("properties")) is not dict:
            node = {**node, "properties": {}}
            self.notes.add("$", "synthesised", "no properties")
        return node, place

    def _plain(self, node: JSONObject) -> JSONObject:
        """Make the cases of the root one object."""
        changed = Merged()
        for key in ("anyOf", "oneOf"):
            cases = node.pop(key, None)
            if not isinstance(cases, list):
                continue
            # Cases of cases are merged one level deep; below, they are dropped.
            merged = any_of(
                [
                    {k: v for k, v in found.items() if k not in ("anyOf", "oneOf")}
                    for found in (
                        self._gathered(case, ()).schema
                        for case in cases[:_MOST_PARTS]
                        if isinstance(case, dict)
                    )
                ]
            )
            changed.take(merged)
            changed.take(all_of([node, merged.schema]))
            node = changed.schema
        self._merged(Place("$"), "the root is one object", changed)
        return node

    def _gathered(self, node: JSONObject, seen: tuple[str, ...]) -> Merged:
        """Merge a schema with what its `$ref` and `allOf` say."""
        changed = Merged()
        changed.refs = seen
        parts: list[JSONObject] = []
        open_ = [(node, seen)]
        while open_:
            part, refs = open_.pop()
            own = {k: v for k, v in part.items() if k not in ("$ref", "allOf")}
            if parts:
                own = {k: v for k, v in own.items() if k not in DEFINITIONS}
            parts.append(own)
            inner: list[Any] = []
            if "$ref" in part:
                ref = part["$ref"]
                found = self.refs.resolve(ref)
                if found is None or ref in refs or len(refs) >= _CHAIN:
                    changed.loosens = True
                else:
                    refs = (*refs, ref)
                    changed.refs = (*changed.refs, ref)
                    inner.append(found[0])
            more = part.get("allOf")
            inner += more if isinstance(more, list) else []
            for item in reversed(inner):
                if isinstance(item, dict):
                    open_.append((item, refs))
                elif item is False:
                    changed.loosens = True
            if len(parts) > _MOST_PARTS:
                changed.loosens = True
                break
        changed.take(all_of(parts))
        return changed

    # --- any schema -----------------------------------------------------------------

    def _schema(self, value: Any, place: Place, way: _Way) -> JSONObject:
        """Rewrite one schema and what is in it."""
        if not isinstance(value, dict):
            exact = value is True
            self.notes.add(place.path, "repaired", "no object", loosens=not exact)
            value = {}
        node = dict(value)
        if not node and not self.rules.typed:
            return node
        # What stands in the source is as many as it is; copies could be any number.
        copied = bool(way.refs) or not place.exact
        if way.depth >= _MAX_NESTING or (
            copied and self.made >= self.rules.max_schemas
        ):
            return self._cut(node, place, "the schema is too large")
        if "$ref" in node:
            kept = self._reference(node, place, way)
            if isinstance(kept, dict):
                return kept
            node, place, way = kept
        self.made += copied
        if way.depth:
            # Nothing is looked up there: references name definitions of the root.
            for key in DEFINITIONS:
                if node.pop(key, None) is not None:
                    self.notes.add(place.at(f".{key}"), "dropped", key)
        if "allOf" in node and not self._takes("allOf"):
            merged = self._gathered(node, way.refs)
            self._merged(place, "allOf", merged)
            node, place = merged.schema, place.blurred()
            way = way._replace(refs=merged.refs)
        null_type(node, place, self.notes)
        place = self._cases(node, place)
        place = enumerate_values(node, place, self.rules, self.notes)
        own_formats(node, place, self.rules, self.notes)
        own_min_items(node, place, self.rules, self.notes)
        place = self._tuple(node, place)
        if self.rules.typed:
            infer_type(node, place, self.rules, self.notes)
            own_type(node, place, self.notes)
        if "anyOf" in node and (self.rules.typed or not self.rules.type_lists):
            node, place, way = self._alone(node, place, way)
        if not self.rules.type_lists:
            node, place = split_types(node, place, self.notes)
        own_keywords(node, place, self.rules, self.notes)
        return self._inside(node, place, way)

    def _takes(self, keyword: str) -> bool:
        return self.rules.keywords is None or keyword in self.rules.keywords

    def _cut(self, value: JSONObject, place: Place, why: str) -> JSONObject:
        """Give what stands for a schema that is not followed: any object."""
        types = type_names(value)
        if types is not None and not {"object", "array"} & set(types):
            value = {k: v for k, v in value.items() if k == "type"}
            out: JSONObject = {"type": types[0]} if self.rules.typed else value
        elif types is not None and "object" not in types:
            out = any_value(self.rules, "array")
        else:
            out = any_value(self.rules, "object")
        if "null" in (types or ()):
            out = nullable(out)
        self.notes.add(
            place.path,
            "approximated",
            why,
            rule="cut",
            loosens=True,
            tightens=self.rules.closed,
        )
        return out

    # --- references -----------------------------------------------------------------

    def _reference(
        self, node: JSONObject, place: Place, way: _Way
    ) -> JSONObject | tuple[JSONObject, Place, _Way]:
        """Keep a reference, or put what it leads to in its place."""
        ref = node["$ref"]
        beside = {k: v for k, v in node.items() if k != "$ref"}
        found = self.refs.resolve(ref)
        if found is None:
            self.notes.add(place.at(".$ref"), "dropped", "leads nowhere", loosens=True)
            return beside, place, way
        keep = self.rules.refs and self.refs.is_definition(ref)
        if keep and self.rules.recursion != "free" and self.refs.is_recursive(ref):
            keep = self.rules.recursion == "optional" and way.optional
        if keep:
            if not beside or all(key.startswith("$") for key in beside):
                return node
            if beside.keys() <= ANNOTATIONS:
                # Beside `$ref` nothing may stand; around it, everything may.
                own_keywords(beside, place, self.rules, self.notes)
                if not beside:
                    return {"$ref": ref}
                self.notes.add(place.path, "repaired", "words beside a reference")
                return {"anyOf": [{"$ref": ref}], **beside}
        if ref in way.refs or len(way.refs) >= _CHAIN:
            target = found[0] if isinstance(found[0], dict) else {}
            return self._cut({**target, **beside}, place, "the schema contains itself")
        way = way._replace(refs=(*way.refs, ref), depth=way.depth + 1)
        self.notes.add(place.path, "moved", "the definition stands in place", rule="in")
        if not beside:
            target = found[0] if isinstance(found[0], dict) else {}
            inner = Place(f"${found[1]}")
            if "$ref" in target:
                if way.depth >= _MAX_NESTING:
                    return self._cut(target, place, "the schema is too large")
                return self._reference(dict(target), inner, way)
            return dict(target), inner, way
        merged = self._gathered(node, way.refs[:-1])
        self._merged(place, "a definition and what stands beside it", merged)
        return merged.schema, place.blurred(), way._replace(refs=merged.refs)

    # --- cases ----------------------------------------------------------------------

    def _merged(self, place: Place, detail: str, merged: Merged) -> None:
        self.notes.add(
            place.path,
            "merged",
            detail,
            loosens=merged.loosens,
            tightens=merged.tightens,
        )

    def _cases(self, node: JSONObject, place: Place) -> Place:
        """Write `oneOf` as `anyOf`."""
        cases = node.get("oneOf")
        if not isinstance(cases, list) or self._takes("oneOf"):
            return place
        both = "anyOf" in node
        if both:
            del node["oneOf"]
        else:
            renamed(node, "oneOf", "anyOf")
        loosens = both or len(cases) > 1
        self.notes.add(place.path, "approximated", "oneOf", loosens=loosens)
        return place.blurred()

    def _tuple(self, node: JSONObject, place: Place) -> Place:
        """Write tuples as the target has them."""
        items = node.get("items")
        more = node.get("additionalItems")
        if isinstance(items, list):
            # Draft 7 spelled `prefixItems` so.
            renamed(node, "items", "prefixItems")
            if isinstance(more, dict | bool):
                node["items"] = more
            node.pop("additionalItems", None)
            self.notes.add(place.path, "repaired", "items of draft 7")
            place = place.blurred()
        head = node.get("prefixItems")
        if not isinstance(head, list) or self._takes("prefixItems"):
            return place
        rest = node.get("items", True)
        kinds = [*head, *([rest] if isinstance(rest, dict) else [])]
        if kinds:
            node["items"] = kinds[0] if len(kinds) == 1 else {"anyOf": kinds}
        del node["prefixItems"]
        # What may stand behind the tuple is one of its kinds now.
        self.notes.add(
            place.path, "approximated", "a tuple", loosens=True, tightens=rest is True
        )
        return place.blurred()

    def _alone(
        self, node: JSONObject, place: Place, way: _Way
    ) -> tuple[JSONObject, Place, _Way]:
        """Let `anyOf` stand alone: what is said beside it goes into each case."""
        cases = node["anyOf"]
        beside = {
            k: v
            for k, v in node.items()
            if k != "anyOf" and k not in ANNOTATIONS and k not in DEFINITIONS
        }
        if not beside or not isinstance(cases, list):
            return node, place, way
        if len(cases) * (1 + len(beside)) + self.made > self.rules.max_schemas:
            del node["anyOf"]
            self.notes.add(place.path, "dropped", "too many cases", loosens=True)
            return node, place, way
        changed = Merged()
        changed.refs = way.refs
        made = []
        for case in cases:
            changed.take(self._gathered({"allOf": [case, beside]}, changed.refs))
            made.append(changed.schema)
        self._merged(place, "anyOf and what stands beside it", changed)
        node = {
            k: made if k == "anyOf" else v for k, v in node.items() if k not in beside
        }
        return node, place.blurred(), way._replace(refs=changed.refs)

    # --- what is inside -------------------------------------------------------------

    def _inside(self, node: JSONObject, place: Place, way: _Way) -> JSONObject:
        """Rewrite the schemas in a schema, and then the object that it describes."""
        for key in list(node):
            value = node[key]
            if key == "properties":
                self._properties(node, place, way)
            elif key in ("anyOf", "prefixItems") and isinstance(value, list):
                node[key] = [
                    self._schema(item, place.inside(f".{key}[{i}]"), way.down())
                    for i, item in enumerate(value)
                ]
            elif key == "items" or (
                key == "additionalProperties"
                and not isinstance(value, bool)
                and not self.rules.closed
            ):
                node[key] = self._schema(value, place.inside(f".{key}"), way.down())
            elif key in DEFINITIONS and isinstance(value, dict):
                node[key] = {
                    name: self._definition(key, name, inner, place)
                    for name, inner in value.items()
                }
        if "object" in (type_names(node) or ()):
            self._object(node, place)
        types = type_names(node) or ()
        if self.rules.typed and "array" in types and "items" not in node:
            node["items"] = any_value(self.rules)
            self.notes.add(place.path, "approximated", "any items", tightens=True)
        return node

    def _definition(self, key: str, name: str, value: Any, place: Place) -> JSONObject:
        """Rewrite a definition, from which the walk starts anew."""
        inner = place.inside(f".{key}.{name}")
        own = (f"#/{key}/{name}",) if self.rules.recursion == "none" else ()
        return self._schema(value, inner, _Way(1, own, optional=False))

    def _properties(self, node: JSONObject, place: Place, way: _Way) -> None:
        value = node["properties"]
        if not isinstance(value, dict):
            node["properties"] = {}
            self.notes.add(
                place.at(".properties"), "dropped", "no object", loosens=True
            )
            return
        required = node.get("required")
        names = required if isinstance(required, list) else []
        out: JSONObject = {}
        for name, inner in value.items():
            where = place.inside(f".properties.{name}")
            if inner is False:
                # A property that may not be there: closed objects say so by silence.
                self.notes.add(
                    where.path, "dropped", "false", loosens=not self.rules.closed
                )
                continue
            out[name] = self._schema(inner, where, way.down(optional=name not in names))
        node["properties"] = out

    def _object(self, node: JSONObject, place: Place) -> None:
        rules, notes = self.rules, self.notes
        properties = node.get("properties")
        if rules.closed:
            more = node.get("additionalProperties")
            if properties is None:
                properties = node["properties"] = {}
                notes.add(place.path, "synthesised", "no properties")
            if more is not False:
                node["additionalProperties"] = False
                notes.add(place.path, "synthesised", "closed", rule="closed",
                          tightens=True)  # fmt: skip
        required = node.get("required")
        if properties is None:
            properties = {}
        if isinstance(required, list):
            known = [n for n in required if isinstance(n, str) and n in properties]
            if len(known) < len(required):
                # A name without a property is refused; what is no name, too
                # (tests/gateway/test_outside_findings.py).
                where = place.at(".required")
                notes.add(where, "dropped", "unknown names", loosens=True)
                required = node["required"] = known
        if not rules.all_required:
            return
        names = required if isinstance(required, list) else []
        missing = [name for name in properties if name not in names]
        for name in missing:
            properties[name] = nullable(properties[name])
        if missing:
            notes.add(
                place.path,
                "approximated",
                "optional properties became nullable",
                rule="nullable",
                loosens=True,
                tightens=True,
            )
            node["required"] = [n for n in properties if n in names or n in missing]
