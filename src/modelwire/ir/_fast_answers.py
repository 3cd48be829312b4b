"""Building whole answers quickly: see `_fast_values` for the way and what it gains."""

from __future__ import annotations

from typing import Any, Final

from modelwire.ir._base import Extra
from modelwire.ir._fast_values import quickly, twin_of
from modelwire.ir._messages import Message
from modelwire.ir._outcome import Finish, Usage
from modelwire.ir._parts import Logprobs
from modelwire.ir._response import ChatResponse, Choice

__all__ = ["new_chat_response", "new_choice"]

_Choice: Final = twin_of(Choice)
_ChatResponse: Final = twin_of(ChatResponse)


@quickly(Choice)
def new_choice(
    index: int,
    message: Message,
    finish: Finish | None = None,
    logprobs: Logprobs | None = None,
    extra: Extra | None = None,
) -> Choice:
    """Make a `Choice`."""
    made = _Choice()
    made.index = index
    made.message = message
    made.finish = finish
    made.logprobs = logprobs
    made.extra = {} if extra is None else extra
    made.__class__ = Choice
    frozen: Choice = made
    return frozen


@quickly(ChatResponse)
def new_chat_response(  # noqa: PLR0917 - see above
    id: str | None = None,  # noqa: A002 - the field's name
    model: str | None = None,
    created: int | None = None,
    choices: tuple[Choice, ...] = (),
    usage: Usage | None = None,
    service_tier: str | None = None,
    moderation: Any = None,
    extra: Extra | None = None,
) -> ChatResponse:
    """Make a `ChatResponse`."""
    made = _ChatResponse()
    made.id = id
    made.model = model
    made.created = created
    made.choices = choices
    made.usage = usage
    made.service_tier = service_tier
    made.moderation = moderation
    made.extra = {} if extra is None else extra
    made.__class__ = ChatResponse
    frozen: ChatResponse = made
    return frozen
