"""
Reading ordinary answers of `gemini-generate` quickly.

Each function reads an object whose known fields have their usual types, straight from
it, and gives `None` for every other: `_response` reads those, and would give the same
for these (test_fast_answers.py).  Measured on CPython 3.11 for an answer of one
candidate: 7.1 us by the general way and 3.8 here, the parts and the counts apart.
"""

from __future__ import annotations

from types import NoneType
from typing import TYPE_CHECKING, Final

from modelwire.codecs._own_extra import OwnExtra
from modelwire.codecs._reader import are_objects
from modelwire.codecs.gemini_generate._finish import decode_finish
from modelwire.codecs.gemini_generate._parts import decode_parts
from modelwire.codecs.gemini_generate._usage import usage_tier
from modelwire.codecs.gemini_generate._wire import DIALECT
from modelwire.ir._fast_values import new_chat_response, new_choice, new_message
from modelwire.ir._messages import LEGAL_PARTS
from modelwire.ir._parts import ReasoningPart, TextPart, ToolCallPart

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelwire.ir._base import JSONObject
    from modelwire.ir._parts import Part
    from modelwire.ir._response import ChatResponse, Choice, Usage

__all__ = ["fast_choice", "fast_response"]

_OWN: Final = OwnExtra(DIALECT)
_RESPONSE: Final = frozenset(
    {"candidates", "usageMetadata", "modelVersion", "responseId"}
)
_TAKEN: Final = frozenset({"content", "finishReason", "index"})
_CANDIDATE: Final = _TAKEN | {"avgLogprobs", "safetyRatings", "tokenCount"}
_CONTENT: Final = frozenset({"parts", "role"})
_SAID: Final = (TextPart, ReasoningPart)
"""Parts that have no id."""
_TEXT_OR_NONE: Final = (str, NoneType)


def fast_response(
    obj: JSONObject, choices: tuple[Choice, ...], usage: Usage | None
) -> ChatResponse | None:
    """
    Put together an answer whose own fields are usual.

    Args:
        obj: The parsed body, which has candidates.
        choices: What its candidates are.
        usage: What its counts are.

    Returns:
        The response; `None` when a field of *obj* is not usual.
    """
    ident, model = obj.get("responseId"), obj.get("modelVersion")
    counts = obj.get("usageMetadata")
    if (
        not choices
        or not _RESPONSE.issuperset(obj)
        or type(ident) not in _TEXT_OR_NONE
        or type(model) not in _TEXT_OR_NONE
        or (type(counts) is not dict and counts is not None)
    ):
        return None
    return new_chat_response(
        ident,
        model,
        None,
        choices,
        usage,
        None if counts is None else usage_tier(counts),
    )


def fast_choice(obj: JSONObject, settle: Callable[[Part], Part]) -> Choice | None:
    """
    Read a candidate that rests on nothing that it cites.

    Args:
        obj: The parsed candidate.
        settle: Gives a call its id and its name in the request; called in order with
            what may need one, once it is sure that the candidate is usual.

    Returns:
        The choice; `None` when anything about it is not usual.
    """
    content, index = obj.get("content"), obj.get("index")
    if (
        type(content) is not dict
        or not _CANDIDATE.issuperset(obj)
        or not _CONTENT.issuperset(content)
        or (index is not None and (type(index) is not int or index < 0))
    ):
        return None
    items, role = content.get("parts"), content.get("role")
    if (
        role not in ("model", "", None)
        or type(items) is not list
        or not are_objects(items)
    ):
        return None
    read = decode_parts(items, "", None, LEGAL_PARTS["assistant"])
    parts = tuple([p if type(p) in _SAID else settle(p) for p in read])
    calls = ToolCallPart in map(type, parts)
    return new_choice(
        index or 0,
        new_message("assistant", parts),
        decode_finish(obj.get("finishReason"), calls=calls),
        None,
        _OWN.beside(obj, _TAKEN),
    )
