"""The schemas of a request, rewritten to what its target takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

from modelwire.adapt._adapted import Adapted
from modelwire.adapt._schema import adapt_schema
from modelwire.adapt._schema_keywords import excess
from modelwire.adapt._schema_notes import SchemaNote, visible
from modelwire.adapt._schema_rules import (
    GEMINI_SCHEMA,
    SchemaRules,
    SchemaUse,
    schema_rules,
)
from modelwire.codecs._losses import LossLog
from modelwire.ir._base import Extra, JSONObject
from modelwire.ir._losses import LossCode
from modelwire.ir._tools import FunctionTool

if TYPE_CHECKING:
    from modelwire.codecs._profile import Profile
    from modelwire.ir._request import ChatRequest, ResponseFormat

__all__ = ["adapt_schemas"]

_UNSPELLED: Final = attrs.evolve(GEMINI_SCHEMA, openapi=False)
"""The encoder spells the types itself, where the client did."""

_NOTED: Final = {"tool": "parameters", "output": "schema"}
"""Where Gemini's codec notes that the client wrote a Schema object."""


def adapt_schemas(
    request: ChatRequest,
    *,
    target: str,
    profile: Profile | None = None,
    tools: SchemaRules | None = None,
    output: SchemaRules | None = None,
) -> Adapted:
    """
    Rewrite the schemas of tools and of the answer to what a target takes.

    A schema whose enforcement is asked for (`strict`), and that the target cannot
    enforce because it is recursive or too large, is sent without asking.

    Args:
        request: The request.
        target: The dialect that it is for.
        profile: The variant; none differs so far in what it takes.
        tools: Rules for tools; `None`: those of *target*.
        output: Rules for the answer; `None`: those of *target*.

    Returns:
        The request, and each change as a loss.  One that fits comes back itself.
    """
    del profile
    fitter = _Fitter(target)
    fitted = tuple(
        fitter.tool(tool, f"$.tools[{i}]", tools)
        if isinstance(tool, FunctionTool)
        else tool
        for i, tool in enumerate(request.tools)
    )
    wanted = request.response_format
    if wanted is not None and wanted.kind == "json_schema":
        wanted = fitter.answer(wanted, "$.response_format", output)
    if wanted is request.response_format and all(
        new is old for new, old in zip(fitted, request.tools, strict=True)
    ):
        return Adapted(request=request)
    return Adapted(
        request=attrs.evolve(request, tools=fitted, response_format=wanted),
        losses=fitter.log.losses,
    )


class _Fitter:
    """Rewrites the schemas of one request."""

    def __init__(self, target: str) -> None:
        self.target = target
        self.log = LossLog(target)

    def tool(
        self, tool: FunctionTool, path: str, given: SchemaRules | None
    ) -> FunctionTool:
        schema = tool.input_schema
        if schema is None:
            return tool
        strict, loose = self._rows(tool.extra, "tool", given)
        new, notes = adapt_schema(schema, strict if tool.strict else loose)
        too_much = _too_much(new, notes, strict, loose) if tool.strict else None
        if too_much is not None:
            self._give_up(LossCode.TOOL_STRICT, path, too_much)
            tool = attrs.evolve(tool, strict=False)
            new, notes = adapt_schema(schema, loose)
        if new is schema:
            return tool
        for note in visible(notes, schema, new):
            # What strictness costs is told apart from what the target cannot say.
            costs = note.rule in ("closed", "nullable")
            code = LossCode.TOOL_STRICT if costs else LossCode.TOOL_FUNCTION
            self._lose(note, f"{path}.input_schema", code)
        return attrs.evolve(tool, input_schema=new)

    def answer(
        self, wanted: ResponseFormat, path: str, given: SchemaRules | None
    ) -> ResponseFormat:
        schema = wanted.schema
        if schema is None:
            return wanted
        code = LossCode.FMT_JSON_SCHEMA
        strict, loose = self._rows(wanted.extra, "output", given)
        new, notes = adapt_schema(schema, strict if wanted.strict else loose)
        too_much = _too_much(new, notes, strict, loose) if wanted.strict else None
        if too_much is not None:
            self._give_up(code, path, too_much)
            wanted = attrs.evolve(wanted, strict=False)
            new, notes = adapt_schema(schema, loose)
        if new is schema:
            return wanted
        for note in visible(notes, schema, new):
            self._lose(note, f"{path}.schema", code)
        return attrs.evolve(wanted, schema=new)

    def _rows(
        self, extra: Extra, use: SchemaUse, given: SchemaRules | None
    ) -> tuple[SchemaRules, SchemaRules]:
        """Give the rules that are strict, and those that are not."""
        if given is not None:
            return given, given
        notes = extra.get(self.target, {}).get("$spelling")
        if (
            self.target == "gemini-generate"
            and isinstance(notes, dict)
            and notes.get(_NOTED[use]) in ("upper", "schema")
        ):
            return _UNSPELLED, _UNSPELLED
        return (
            schema_rules(self.target, use, strict=True),
            schema_rules(self.target, use, strict=False),
        )

    def _give_up(self, code: LossCode, path: str, why: str) -> None:
        self.log.add(
            code, f"{path}.strict", "dropped", severity="parameter", detail=why
        )

    def _lose(self, note: SchemaNote, path: str, code: LossCode) -> None:
        changes = note.loosens or note.tightens
        self.log.add(
            code,
            path + note.path[1:],
            note.action,
            severity="approximation" if changes else "cosmetic",
            detail=note.detail,
        )


def _too_much(
    schema: JSONObject,
    notes: tuple[SchemaNote, ...],
    strict: SchemaRules,
    loose: SchemaRules,
) -> str | None:
    """Say why a schema cannot be enforced; `None`: it can, or has to be."""
    if strict is loose:
        return None
    cut = next((note.detail for note in notes if note.rule == "cut"), None)
    return cut or excess(schema, strict)
