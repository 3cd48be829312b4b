"""
Ids and states of items: minting them, and recording what became of the source's.

Source:
    wire/openai_responses.md section 8 and the id prefixes of wire/observed.md section
    3, read 2026-11-21.
"""

from __future__ import annotations

from typing import Final

from modelwire.codecs._base import Ids
from modelwire.codecs._losses import LossLog
from modelwire.ir._loss_codes import LossCode
from modelwire.ir._parts import ItemRef

__all__ = ["PREFIXES", "item_losses", "made_ref", "mint"]

PREFIXES: Final[dict[str, str]] = {
    "message": "msg_",
    "reasoning": "rs_",
    "function_call": "fc_",
    "custom_tool_call": "ctc_",
    "computer_call": "cu_",
    "local_shell_call": "lsh_",
    "shell_call": "sh_",
    "apply_patch_call": "apc_",
    "tool_search_call": "tsc_",
    "image_generation_call": "ig_",
    "compaction": "cmp_",
    "shell_call_output": "sho_",
    "function_call_output": "fco_",
    "custom_tool_call_output": "ctco_",
    "tool_search_output": "tso_",
}
"""What the ids of each item type begin with."""


def mint(ids: Ids, wire: str) -> str:
    """
    Make the id of an item.

    Args:
        ids: The id source.
        wire: The item's type; `call` for a call id.

    Returns:
        An id with the vendor's prefix (acceptance row P01).
    """
    if wire == "call":
        ident, prefix = ids("call"), "call_"
    else:
        ident = ids("message" if wire == "message" else "item")
        prefix = PREFIXES.get(wire, "item_")
    return ident if ident.startswith(prefix) else f"{prefix}{ident}"


def made_ref(
    ident: str | None,
    status: str | None,
    phase: str | None = None,
    group: str | None = None,
) -> ItemRef | None:
    """Give what the decoder makes of an item's fields; `None` when none is set."""
    if ident is None and status is None and phase is None and group is None:
        return None
    return ItemRef(id=ident, status=status, phase=phase, group=group)


_FIELDS: Final = (
    ("id", LossCode.THINK_ITEM_ID),
    ("status", LossCode.THINK_ITEM_ID),
    ("phase", LossCode.MSG_PHASE),
    ("group", LossCode.THINK_ITEM_ID),
)


def item_losses(
    source: ItemRef | None, made: ItemRef | None, path: str, to: str, log: LossLog
) -> None:
    """
    Record how the item of a part differs from what will be read again.

    Args:
        source: The part's item.
        made: What the decoder will give.
        path: The part's place.
        to: Its place in the decoded output.
        log: Where losses go.
    """
    if source == made:
        return
    if source is None:
        log.add(LossCode.THINK_ITEM_ID, path, "synthesised", to=f"{to}.item")
        return
    if made is None:
        code = LossCode.THINK_ITEM_ID if source.phase is None else LossCode.MSG_PHASE
        log.drop(code, f"{path}.item")
        return
    for name, code in _FIELDS:
        before, after = getattr(source, name), getattr(made, name)
        if before == after:
            continue
        if before is None:
            log.add(code, f"{path}.item", "synthesised", to=f"{to}.item.{name}")
        elif after is None:
            log.drop(code, f"{path}.item.{name}")
        else:
            log.add(code, f"{path}.item.{name}", "approximated", severity="cosmetic")
