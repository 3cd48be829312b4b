"""
Building the values of answers and histories quickly: see `_fast` for the way.

Measured on CPython 3.11: a `TextPart` with its text alone takes 570 ns as attrs makes
it and 150 ns here; a whole answer has about ten such nodes, and a request of 128 kB
about six hundred.  The parameters are positional, because keyword-only ones cost 30 ns
more a call.

Each name here takes the fields of its class in their order, by position or by name,
and gives a genuine instance; `extra=None` means an empty one.  Where an interpreter
refuses the change of class, the class itself makes the instance; the test builds both
ways and compares.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar, cast

import attrs

from modelwire.ir._base import Extra, JSONObject
from modelwire.ir._fast import twin_of
from modelwire.ir._messages import Message, Role
from modelwire.ir._outcome import Finish, FinishKind, Usage
from modelwire.ir._parts import (
    Annotation,
    CacheBreakpoint,
    ItemRef,
    Logprobs,
    Opaque,
    Part,
    ReasoningPart,
    TextPart,
    ToolCallPart,
    ToolResultPart,
)

__all__ = [
    "new_finish",
    "new_item_ref",
    "new_message",
    "new_opaque",
    "new_reasoning_part",
    "new_text_part",
    "new_tool_call_part",
    "new_tool_result_part",
    "new_usage",
    "quickly",
    "twin_of",
]

_F = TypeVar("_F", bound=Callable[..., Any])


def quickly(frozen: Any) -> Callable[[_F], _F]:
    """
    Decorate a function that makes instances of *frozen* by way of its twin.

    Args:
        frozen: The class; the function takes its fields, in their order.

    Returns:
        What gives the function itself, or a call of *frozen* where the interpreter
        refuses the change of class.
    """

    def pick(quick: _F) -> _F:
        try:
            works = type(quick(*[None for _ in attrs.fields(frozen)])) is frozen
        except TypeError:
            works = False
        return quick if works else cast("_F", _plainly(frozen))

    return pick


def _plainly(frozen: Any) -> Callable[..., Any]:
    names = [field.name for field in attrs.fields(frozen)]

    def make(*values: Any, **named: Any) -> Any:
        given = dict(zip(names, values, strict=False)) | named
        for name in ("extra", "server_tools"):
            if name in given and given[name] is None:
                del given[name]
        return frozen(**given)

    return make


# --- what stands on parts -----------------------------------------------------------

_ItemRef: Final = twin_of(ItemRef)
_Opaque: Final = twin_of(Opaque)


@quickly(ItemRef)
def new_item_ref(
    id: str | None = None,  # noqa: A002 - the field's name
    status: str | None = None,
    phase: str | None = None,
    group: str | None = None,
) -> ItemRef:
    """Make an `ItemRef`."""
    made = _ItemRef()
    made.id = id
    made.status = status
    made.phase = phase
    made.group = group
    made.__class__ = ItemRef
    frozen: ItemRef = made
    return frozen


@quickly(Opaque)
def new_opaque(
    value: str,
    dialect: str,
    profile: str | None = None,
    model: str | None = None,
) -> Opaque:
    """Make an `Opaque`."""
    made = _Opaque()
    made.value = value
    made.dialect = dialect
    made.profile = profile
    made.model = model
    made.__class__ = Opaque
    frozen: Opaque = made
    return frozen


# --- parts --------------------------------------------------------------------------

_TextPart: Final = twin_of(TextPart)
_ReasoningPart: Final = twin_of(ReasoningPart)
_ToolCallPart: Final = twin_of(ToolCallPart)
_ToolResultPart: Final = twin_of(ToolResultPart)


@quickly(TextPart)
def new_text_part(  # noqa: PLR0917 - see above
    text: str,
    annotations: tuple[Annotation, ...] = (),
    logprobs: Logprobs | None = None,
    cache: CacheBreakpoint | None = None,
    signature: Opaque | None = None,
    item: ItemRef | None = None,
    extra: Extra | None = None,
) -> TextPart:
    """Make a `TextPart`."""
    made = _TextPart()
    made.text = text
    made.annotations = annotations
    made.logprobs = logprobs
    made.cache = cache
    made.signature = signature
    made.item = item
    made.extra = {} if extra is None else extra
    made.__class__ = TextPart
    frozen: TextPart = made
    return frozen


@quickly(ReasoningPart)
def new_reasoning_part(  # noqa: PLR0917 - see above
    text: str | None = None,
    summaries: tuple[str, ...] = (),
    encrypted: Opaque | None = None,
    redacted: Opaque | None = None,
    details_id: str | None = None,
    cache: CacheBreakpoint | None = None,
    signature: Opaque | None = None,
    item: ItemRef | None = None,
    extra: Extra | None = None,
) -> ReasoningPart:
    """Make a `ReasoningPart`."""
    made = _ReasoningPart()
    made.text = text
    made.summaries = summaries
    made.encrypted = encrypted
    made.redacted = redacted
    made.details_id = details_id
    made.cache = cache
    made.signature = signature
    made.item = item
    made.extra = {} if extra is None else extra
    made.__class__ = ReasoningPart
    frozen: ReasoningPart = made
    return frozen


@quickly(ToolCallPart)
def new_tool_call_part(  # noqa: PLR0917 - see above
    id: str,  # noqa: A002 - the field's name
    name: str,
    arguments: str = "",
    kind: str = "function",
    cache: CacheBreakpoint | None = None,
    signature: Opaque | None = None,
    item: ItemRef | None = None,
    extra: Extra | None = None,
) -> ToolCallPart:
    """Make a `ToolCallPart`."""
    made = _ToolCallPart()
    made.id = id
    made.name = name
    made.arguments = arguments
    made.kind = kind
    made.cache = cache
    made.signature = signature
    made.item = item
    made.extra = {} if extra is None else extra
    made.__class__ = ToolCallPart
    frozen: ToolCallPart = made
    return frozen


@quickly(ToolResultPart)
def new_tool_result_part(  # noqa: PLR0917 - see above
    call_id: str,
    name: str | None = None,
    content: tuple[Part, ...] = (),
    is_error: bool | None = None,  # noqa: FBT001 - the field's place
    cache: CacheBreakpoint | None = None,
    signature: Opaque | None = None,
    item: ItemRef | None = None,
    extra: Extra | None = None,
) -> ToolResultPart:
    """Make a `ToolResultPart`."""
    made = _ToolResultPart()
    made.call_id = call_id
    made.name = name
    made.content = content
    made.is_error = is_error
    made.cache = cache
    made.signature = signature
    made.item = item
    made.extra = {} if extra is None else extra
    made.__class__ = ToolResultPart
    frozen: ToolResultPart = made
    return frozen


# --- messages and answers -----------------------------------------------------------

_Message: Final = twin_of(Message)
_Finish: Final = twin_of(Finish)
_Usage: Final = twin_of(Usage)


@quickly(Message)
def new_message(
    role: Role,
    parts: tuple[Part, ...] = (),
    name: str | None = None,
    id: str | None = None,  # noqa: A002 - the field's name
    extra: Extra | None = None,
) -> Message:
    """Make a `Message`."""
    made = _Message()
    made.role = role
    made.parts = parts
    made.name = name
    made.id = id
    made.extra = {} if extra is None else extra
    made.__class__ = Message
    frozen: Message = made
    return frozen


@quickly(Finish)
def new_finish(
    kind: FinishKind,
    raw: str | None = None,
    stop_sequence: str | None = None,
    extra: Extra | None = None,
) -> Finish:
    """Make a `Finish`."""
    made = _Finish()
    made.kind = kind
    made.raw = raw
    made.stop_sequence = stop_sequence
    made.extra = {} if extra is None else extra
    made.__class__ = Finish
    frozen: Finish = made
    return frozen


@quickly(Usage)
def new_usage(  # noqa: PLR0917 - see above
    input_total: int | None = None,
    input_uncached: int | None = None,
    cache_read: int | None = None,
    cache_write: int | None = None,
    cache_write_5m: int | None = None,
    cache_write_1h: int | None = None,
    output_total: int | None = None,
    reasoning: int | None = None,
    input_audio: int | None = None,
    output_audio: int | None = None,
    input_image: int | None = None,
    output_image: int | None = None,
    tool_prompt: int | None = None,
    accepted_prediction: int | None = None,
    rejected_prediction: int | None = None,
    server_tools: Mapping[str, int] | None = None,
    raw: JSONObject | None = None,
    extra: Extra | None = None,
) -> Usage:
    """Make a `Usage`."""
    made = _Usage()
    made.input_total = input_total
    made.input_uncached = input_uncached
    made.cache_read = cache_read
    made.cache_write = cache_write
    made.cache_write_5m = cache_write_5m
    made.cache_write_1h = cache_write_1h
    made.output_total = output_total
    made.reasoning = reasoning
    made.input_audio = input_audio
    made.output_audio = output_audio
    made.input_image = input_image
    made.output_image = output_image
    made.tool_prompt = tool_prompt
    made.accepted_prediction = accepted_prediction
    made.rejected_prediction = rejected_prediction
    made.server_tools = {} if server_tools is None else server_tools
    made.raw = raw
    made.extra = {} if extra is None else extra
    made.__class__ = Usage
    frozen: Usage = made
    return frozen
