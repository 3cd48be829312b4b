"""
Losses that no encoder can see, because the value is the same and its meaning is not.

An encoder is not told the source.  A translation knows both sides, and asks here what
a value that both write alike means to one and to the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelwire.codecs._facts import facts_of, severity_of
from modelwire.ir._losses import Loss, LossCode
from modelwire.ir._parts import ToolCallPart

if TYPE_CHECKING:
    from modelwire.ir._request import ChatRequest

__all__ = ["pair_losses"]


def pair_losses(request: ChatRequest, *, source: str, target: str) -> tuple[Loss, ...]:
    """
    Give what a request loses only by changing dialects.

    Args:
        request: The request.
        source: The dialect that it came in.
        target: The dialect that it goes out in.

    Returns:
        A prefilled answer that the target's model does not continue.
    """
    code = LossCode.ROLE_PREFILL
    if not _ends_in_words(request) or not (_continues(source) > _continues(target)):
        return ()
    loss = Loss(
        code=code,
        path=f"$.messages[{len(request.messages) - 1}]",
        action="approximated",
        severity=severity_of(code, target, "approximated"),
        detail="the answer begins anew",
    )
    return (loss,)


def _ends_in_words(request: ChatRequest) -> bool:
    """Say whether the last message is the beginning of an answer."""
    last = request.messages[-1] if request.messages else None
    return (
        last is not None
        and last.role == "assistant"
        and bool(last.parts)
        and not any(isinstance(part, ToolCallPart) for part in last.parts)
    )


def _continues(dialect: str) -> bool:
    """Say whether a model of *dialect* goes on with a last assistant message."""
    fact = facts_of(dialect).get(LossCode.ROLE_PREFILL)
    return fact is not None and fact.how == "native"
