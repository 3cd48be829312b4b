"""
Reading ordinary answers of `openai-responses` quickly.

`fast_response` puts together a whole answer whose own fields have their usual types,
straight from its object, and gives `None` for every other: `_response` reads those,
and would give the same for these (test_fast_answers.py).  Measured on CPython 3.11
for the 37 fields that OpenAI sends: 6.6 us by the general way and 4.4 here, the items
and the counts apart.
"""

from __future__ import annotations

from types import NoneType
from typing import TYPE_CHECKING, Final

from modelwire.codecs.openai_responses._finish import decode_finish, ending_of
from modelwire.codecs.openai_responses._response_extra import (
    NO_TIER,
    drop_defaults,
    tier_note,
)
from modelwire.codecs.openai_responses._usage import decode_usage
from modelwire.codecs.openai_responses._wire import DIALECT
from modelwire.ir._fast_values import new_chat_response, new_choice, new_message

if TYPE_CHECKING:
    from modelwire.ir._base import JSONObject
    from modelwire.ir._parts import Part
    from modelwire.ir._response import ChatResponse

__all__ = ["fast_response"]

_TEXT_OR_NONE: Final = (str, NoneType)
_TAKEN: Final = frozenset(
    {
        "id",
        "model",
        "created_at",
        "status",
        "output",
        "usage",
        "service_tier",
        "moderation",
    }
)


def fast_response(obj: JSONObject, parts: tuple[Part, ...]) -> ChatResponse | None:
    """
    Put together a whole answer whose own fields are usual.

    Args:
        obj: The parsed response, which has no error; its output is a list.
        parts: What its output is.

    Returns:
        The response; `None` when a field of *obj* is not usual.
    """
    ident, model, created = obj.get("id"), obj.get("model"), obj.get("created_at")
    usage, tier = obj.get("usage"), obj.get("service_tier")
    if (
        type(created) is not int
        or type(ident) not in _TEXT_OR_NONE
        or type(model) not in _TEXT_OR_NONE
        or type(tier) not in _TEXT_OR_NONE
        or type(usage) is not dict
        or obj.get("status") != "completed"
        or obj.get("error") is not None
        or obj.get("incomplete_details") is not None
    ):
        return None
    if tier == NO_TIER:
        tier = None
    left = {k: v for k, v in obj.items() if v is not None and k not in _TAKEN}
    counts = decode_usage(usage, left)
    drop_defaults(left)
    note = tier_note(tier)
    if note is not None:
        left["$spelling"] = note
    finish = decode_finish("completed", None, None, ending_of(parts))
    return new_chat_response(
        ident,
        model,
        created,
        (new_choice(0, new_message("assistant", parts), finish),),
        counts,
        tier,
        obj.get("moderation"),
        {DIALECT: left} if left else None,
    )
