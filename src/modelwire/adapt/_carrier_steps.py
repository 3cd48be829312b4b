"""
Steps: what an envelope says, and what of a part is worth saying.

An envelope holds a list of steps, read in order:

    part    a whole part stands here (reasoning, compaction, an empty signed text)
    text    so many characters of the message's text stand here; perhaps signed
    call    so many of the message's calls stand here; perhaps signed
    message what follows is of the message itself

How they are written is `_carrier_payload`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal, TypeAlias

import attrs

from modelwire.codecs.anthropic_messages._wire import KIN as _ANTHROPIC_KIN
from modelwire.codecs.gemini_generate._wire import KIN as _GEMINI_KIN
from modelwire.ir._base import Extra, JSONObject, Node
from modelwire.ir._parts import (
    Opaque,
    Part,
    TextPart,
    ToolCallPart,
)

__all__ = [
    "OPAQUE_FIELDS",
    "Kin",
    "State",
    "Step",
    "as_hidden",
    "bare",
    "extra_fields",
    "foreign_extra",
    "foreign_fields",
    "foreign_state",
    "kin_of",
    "less_extra",
    "more_extra",
    "without",
]

Kin: TypeAlias = frozenset[str]
"""Dialects whose opaque values a client's dialect has a field for."""

_KIN: Final[Mapping[str, Kin]] = {
    "anthropic-messages": _ANTHROPIC_KIN,
    "gemini-generate": _GEMINI_KIN,
}

OPAQUE_FIELDS: Final = ("signature", "encrypted", "redacted")
"""The fields of parts that hold opaque values."""

_STATE_EXTRA: Final[Mapping[str, tuple[str, ...]]] = {"openai-chat": ("extra_content",)}
"""
Unknown fields of calls and messages that are state.

Gemini's endpoint for OpenAI clients puts signatures there: on a call, which it refuses
without one (S05, crmne/ruby_llm#591), and on the message
(pydantic-ai__test-openai-test-compatible-api-with-tool-calls-without-id).
"""


@attrs.frozen(kw_only=True, weakref_slot=False, eq=False, repr=False)
class Step(Node):
    """One step of a payload."""

    kind: Literal["part", "text", "call", "message"]
    """What stands here."""
    part: Part | None = None
    """With `part`: the part."""
    count: int = 0
    """With `text`: characters; with `call`: calls; with `message`: 1."""
    signature: Opaque | None = None
    """The signature of this text or call."""
    extra: Extra = attrs.field(factory=dict)
    """State among the unknown fields of the call or message."""
    id: str | None = None
    """The id of the call that is signed, where the call stands elsewhere."""
    back: bool = False
    """Whether the text or call that is signed is the last one before this step."""
    shown: bool = False
    """Whether the client could read the part's words too."""

    @property
    def is_state(self) -> bool:
        """Whether it carries something, rather than only saying what stands where."""
        return self.kind == "part" or self.signature is not None or bool(self.extra)


# --- what of a part is state --------------------------------------------------------


def kin_of(dialect: str) -> Kin:
    """
    Give the dialects whose opaque values *dialect* can write itself.

    Args:
        dialect: The client's dialect.

    Returns:
        Itself and its kin.
    """
    return _KIN.get(dialect) or frozenset({dialect})


def foreign_fields(part: Part, kin: Kin) -> tuple[str, ...]:
    """
    Name the fields whose opaque value the client's dialect has no field for.

    Args:
        part: Any part.
        kin: See `kin_of`.

    Returns:
        Names out of `signature`, `encrypted`, `redacted`.
    """
    return tuple(
        name
        for name in OPAQUE_FIELDS
        if (value := getattr(part, name, None)) is not None and value.dialect not in kin
    )


def extra_fields(extra: Extra) -> tuple[str, ...]:
    """Give the paths of unknown fields, below their owner's."""
    return tuple(
        f"extra[{dialect!r}].{name}"
        for dialect, fields in extra.items()
        for name in fields
    )


@attrs.frozen
class State:
    """What is state of a text or a call."""

    signature: Opaque | None
    extra: Extra

    def __bool__(self) -> bool:
        return self.signature is not None or bool(self.extra)

    @property
    def fields(self) -> tuple[str, ...]:
        """The paths of what it is, below its part's."""
        signed = () if self.signature is None else ("signature",)
        return signed + extra_fields(self.extra)


def foreign_state(part: Part | None, kin: Kin) -> State:
    """
    Give what of a text or call the client's dialect has no field for.

    Args:
        part: Any part; only texts and calls have such state.
        kin: See `kin_of`.

    Returns:
        The state; false when there is none.
    """
    if not isinstance(part, TextPart | ToolCallPart):
        return State(None, {})
    signature = part.signature if foreign_fields(part, kin) else None
    extra = foreign_extra(part.extra, kin) if type(part) is ToolCallPart else {}
    return State(signature, extra)


def foreign_extra(extra: Extra | None, kin: Kin) -> Extra:
    """
    Give what is state among the unknown fields of a call or message.

    Args:
        extra: The unknown fields.
        kin: See `kin_of`.

    Returns:
        Some of them.
    """
    found: dict[str, JSONObject] = {}
    for dialect, names in _STATE_EXTRA.items() if extra else ():
        fields = extra.get(dialect, {}) if extra else {}
        kept = {name: fields[name] for name in names if fields.get(name)}
        if kept and dialect not in kin:
            found[dialect] = kept
    return found


def less_extra(extra: Extra, gone: Extra) -> Extra:
    """
    Give unknown fields without some.

    Args:
        extra: The unknown fields.
        gone: Those to leave out.

    Returns:
        The rest.
    """
    left = {
        dialect: {
            name: value
            for name, value in fields.items()
            if name not in gone.get(dialect, ())
        }
        for dialect, fields in extra.items()
    }
    return {dialect: rest for dialect, rest in left.items() if rest}


def more_extra(extra: Extra, found: Extra) -> Extra:
    """
    Give unknown fields with more.

    Args:
        extra: The unknown fields.
        found: Those to add.

    Returns:
        Both.
    """
    added = {d: {**extra.get(d, {}), **fields} for d, fields in found.items()}
    return {**extra, **added}


def without(part: Any, fields: Iterable[str], extra: Extra | None = None) -> Any:
    """
    Give *part* without some opaque values.

    Args:
        part: Any part.
        fields: Names of opaque fields.
        extra: Unknown fields to take out as well.

    Returns:
        The part; itself when there is nothing to take.
    """
    changes: dict[str, Any] = dict.fromkeys(fields)
    if extra:
        changes["extra"] = less_extra(part.extra, extra)
    return attrs.evolve(part, **changes) if changes else part


def bare(part: Part, state: State) -> Any:
    """Give a text or call without its state."""
    fields = ("signature",) if state.signature is not None else ()
    return without(part, fields, state.extra)


def as_hidden(part: Part | None) -> Part | None:
    """Give a text that says nothing but carries a signature; `None`: it is not one."""
    if (
        type(part) is TextPart
        and part.signature is not None
        and not (part.text or part.annotations or part.logprobs)
    ):
        return part
    return None
