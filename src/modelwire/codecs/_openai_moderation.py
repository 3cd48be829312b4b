"""
Moderation results of the OpenAI API, which its two dialects shape differently.

Chat has a list of results for each stage (`input`, `output`), Responses has one result.
What one says the other can say too, where the list has one entry; everything else that
is no such result is handed on as it is.

Source:
    the types of the `openai` package 3.52.0 and the four recorded answers that have
    moderation (pydantic-ai__…moderation…), read 2026-11-21.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from modelwire.ir._loss_codes import LossCode

if TYPE_CHECKING:
    from modelwire.codecs._losses import LossLog

__all__ = ["encode_moderation"]

_ONE: Final = "moderation_result"
_MANY: Final = "moderation_results"
_PATH: Final = "$.moderation"


def encode_moderation(value: Any, log: LossLog, *, many: bool) -> Any:
    """
    Write moderation results in the shape of one of the two dialects.

    Args:
        value: `ChatResponse.moderation`.
        log: Where losses go.
        many: Whether each stage has a list of results.

    Returns:
        What stands at `moderation`; `None`: the dialect cannot express it.
    """
    if not isinstance(value, dict):
        return value
    made = {name: _stage(stage, many=many) for name, stage in value.items()}
    left = [value, *(stage for stage in made.values() if isinstance(stage, dict))]
    if not many and any("results" in stage for stage in left):
        log.drop(LossCode.RESP_SAFETY, _PATH, "several results, and a place for one")
        return None
    if made != value:
        log.approximate(LossCode.RESP_SAFETY, _PATH, "one result, or a list of one")
    return made


def _stage(stage: Any, *, many: bool) -> Any:
    """Write the result of the input or of the output."""
    if not isinstance(stage, dict):
        return stage
    if many and stage.get("type") == _ONE:
        model = {"model": stage["model"]} if "model" in stage else {}
        return {"type": _MANY, **model, "results": [stage]}
    results = stage.get("results")
    if not many and isinstance(results, list) and len(results) == 1:
        return results[0]
    return stage
