"""
Losses of request fields that hold several concepts at once.

Encoders ask here where a dialect has no place for a field whose value decides what is
lost: edits of the context, protocol headers, the mode of thinking.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from modelwire.ir._loss_codes import LossCode

if TYPE_CHECKING:
    from collections.abc import Iterable

    from modelwire.codecs._losses import LossLog
    from modelwire.ir._request import ChatRequest

__all__ = ["drop_context", "drop_headers", "drop_parallel", "mode_code"]

_EDITS: Final = (
    ("clear_tool_uses", LossCode.CTX_CLEAR_TOOLS),
    ("clear_thinking", LossCode.THINK_CONTEXT_KEEP),
)
"""How the types of an edit begin (Anthropic's, which have dates behind them)."""

_MODES: Final = {
    "adaptive": LossCode.THINK_ADAPTIVE,
    "enabled": LossCode.THINK_BUDGET,
    "between_tools": LossCode.THINK_INTERLEAVED,
    "disabled": LossCode.THINK_OFF,
}

_BETA: Final = "anthropic-beta"
_INTERLEAVED: Final = "interleaved-thinking"


def drop_context(request: ChatRequest, log: LossLog) -> None:
    """
    Record that the edits of the context are not passed on, one loss per concept.

    Args:
        request: The request.
        log: Where losses go.
    """
    value = request.context_management
    if value is None:
        return
    edits = value.get("edits") if isinstance(value, dict) else value
    types = [
        str(edit.get("type"))
        for edit in (edits if isinstance(edits, list) else ())
        if isinstance(edit, dict)
    ]
    for type_ in types or [""]:
        code = next(
            (code for begin, code in _EDITS if type_.startswith(begin)),
            LossCode.CTX_COMPACTION,
        )
        log.add(code, "$.context_management", "dropped", severity="parameter")


def drop_headers(headers: Iterable[tuple[str, str]], log: LossLog) -> None:
    """
    Record that protocol headers of another vendor are not passed on.

    Args:
        headers: Those that have no place; a switch among them is its own concept.
        log: Where losses go.
    """
    named: dict[str, None] = {}
    for name, value in headers:
        if name != _BETA:
            named[name] = None
            continue
        for beta in value.split(","):
            if beta.strip().startswith(_INTERLEAVED):
                log.drop(LossCode.THINK_INTERLEAVED, "$.headers", beta.strip()[:64])
            else:
                named[name] = None
    if named:
        names = ", ".join(sorted(name[:64] for name in named))
        log.drop(LossCode.META_KV, "$.headers", names)


def drop_parallel(request: ChatRequest, log: LossLog, detail: str = "") -> None:
    """
    Record that parallel tool calls cannot be switched; they are on by default.

    Args:
        request: The request.
        log: Where losses go.
        detail: Why not.
    """
    wanted = request.parallel_tool_calls
    if wanted is not None:
        log.add(
            LossCode.TOOL_PARALLEL_DISABLE,
            "$.parallel_tool_calls",
            "dropped",
            severity="cosmetic" if wanted else None,
            detail=detail,
        )


def mode_code(mode: str) -> LossCode:
    """
    Give the concept of a mode of thinking.

    Args:
        mode: `ReasoningConfig.mode`.

    Returns:
        The concept.
    """
    return _MODES.get(mode, LossCode.THINK_EFFORT)
