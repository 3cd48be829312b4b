"""
`usage` objects to `Usage` and back.

`prompt_tokens` includes what was read from and written to the cache, and
`completion_tokens` includes reasoning; the IR's axes are disjoint, so both are sums
and differences here and nowhere else.

Source:
    wire/openai_chat.md section 7, wire/openai_compatible.md section 3 and the counts
    of wire/observed.md section 2, read 2026-11-21.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from modelwire import ir  # for loss codes, which load when there is a loss
from modelwire.codecs._openai_usage import (
    input_total,
    take_count,
    take_details,
    uncached,
)
from modelwire.codecs.openai_chat._usage_fast import fast_usage
from modelwire.codecs.openai_chat._wire import (
    DIALECT,
    merge_own,
    own_fields,
    spelling_of,
)
from modelwire.ir._outcome import Usage

if TYPE_CHECKING:
    from modelwire.codecs._losses import LossLog
    from modelwire.codecs._profile import Profile
    from modelwire.ir._base import JSONObject
    from modelwire.ir._loss_codes import LossCode

__all__ = ["decode_usage", "encode_usage", "usage_losses"]

_PROMPT: Final[Mapping[str, str]] = {
    "cached_tokens": "cache_read",
    "cache_write_tokens": "cache_write",
    "audio_tokens": "input_audio",
    "image_tokens": "input_image",
}
"""Fields of `prompt_tokens_details`, and the axis of each."""
_COMPLETION: Final[Mapping[str, str]] = {
    "reasoning_tokens": "reasoning",
    "audio_tokens": "output_audio",
    "image_tokens": "output_image",
    "accepted_prediction_tokens": "accepted_prediction",
    "rejected_prediction_tokens": "rejected_prediction",
}
"""Fields of `completion_tokens_details`, and the axis of each."""
_CACHED_ELSEWHERE: Final = ("cached_tokens", "prompt_cache_hit_tokens")
"""
Where servers without `prompt_tokens_details` say what the cache gave: Moonshot and
Together at the top level, DeepSeek as hit and miss whose sum is the prompt.
"""


def decode_usage(obj: JSONObject, profile: Profile | None = None) -> Usage:
    """
    Read a `usage` object.

    Args:
        obj: The object; fields of a wrong type are kept as unknown ones.
        profile: The variant; only `usage_excludes_reasoning` is read.

    Returns:
        The usage, with *obj* as its `raw`.
    """
    usual = fast_usage(obj)
    if usual is not None:
        return usual
    left: dict[str, Any] = {k: v for k, v in obj.items() if v is not None}
    axes: dict[str, Any] = {}
    notes: JSONObject = {}
    prompt = take_count(left, "prompt_tokens")
    completion = take_count(left, "completion_tokens")
    total = take_count(left, "total_tokens")
    take_details(left, "prompt_tokens_details", _PROMPT, axes)
    take_details(left, "completion_tokens_details", _COMPLETION, axes)
    if axes.get("cache_read") is None:
        for name in _CACHED_ELSEWHERE:
            found = take_count(left, name)
            if found is not None:
                axes["cache_read"] = found
                notes["cache_read"] = name
                break
    output = completion
    reasoning = axes.get("reasoning")
    if (
        completion is not None
        and reasoning
        and _excluded(prompt, completion, reasoning, total, profile)
    ):
        # xAI counts reasoning beside the completion (6 of 6 recorded cases; see
        # fantasy__testopenaicompatiblethinking-xai-grok-3-mini-thinking-1), Gemini's
        # total shows the same; test_usage_adds_reasoning_left_out.
        output = completion + reasoning
        notes["completion_tokens"] = "without_reasoning"
    if prompt is not None:
        rest = uncached(prompt, axes.get("cache_read"), axes.get("cache_write"))
        axes["input_uncached"] = rest
    if total is not None and total != (prompt or 0) + (output or 0):
        # Mistral adds audio seconds, Gemini hidden thoughts: the sum is theirs.
        left["total_tokens"] = total
    elif total is None and "total_tokens" not in left:
        notes["total_tokens"] = "absent"
    if notes:
        left["$spelling"] = notes
    return Usage(
        input_total=prompt,
        output_total=output,
        raw=obj,
        extra={DIALECT: left} if left else {},
        **axes,
    )


def _excluded(
    prompt: int | None,
    completion: int,
    reasoning: int,
    total: int | None,
    profile: Profile | None,
) -> bool:
    """Say whether the completion leaves the reasoning out."""
    if total is not None and prompt is not None:
        return total == prompt + completion + reasoning
    return profile is not None and profile.usage_excludes_reasoning


def encode_usage(usage: Usage) -> JSONObject:
    """
    Write a `usage` object.

    Args:
        usage: The usage; its `raw` is not read.

    Returns:
        The object.  Totals that are not known are computed from the axes, else 0:
        the vendor's type requires them (see `usage_losses`).
    """
    notes = spelling_of(usage.extra)
    prompt = input_total(usage)
    output = usage.output_total or 0
    completion = output
    if notes.get("completion_tokens") == "without_reasoning":
        completion = max(0, output - (usage.reasoning or 0))
    out: JSONObject = {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + output,
    }
    own = own_fields(usage.extra)
    if "total_tokens" in own:
        out["total_tokens"] = own["total_tokens"]
    elif notes.get("total_tokens") == "absent":
        del out["total_tokens"]
    elsewhere = notes.get("cache_read")
    prompt_details: JSONObject = {}
    for name, axis in _PROMPT.items():
        value = getattr(usage, axis)
        if value is None:
            continue
        if axis == "cache_read" and elsewhere in _CACHED_ELSEWHERE:
            out[elsewhere] = value
        else:
            prompt_details[name] = value
    if prompt_details:
        out["prompt_tokens_details"] = prompt_details
    completion_details = {
        name: value
        for name, axis in _COMPLETION.items()
        if (value := getattr(usage, axis)) is not None
    }
    if completion_details:
        out["completion_tokens_details"] = completion_details
    merge_own(out, usage.extra)
    return out


def usage_losses(usage: Usage, log: LossLog, path: str = "$.usage") -> None:
    """
    Record what `encode_usage` does not carry over.

    Args:
        usage: The usage.
        log: Where losses go.
        path: The usage's place in the response.
    """
    # Axes that this dialect does not have.
    for name, code in (
        ("cache_write_5m", ir.LossCode.USAGE_CACHE_WRITE),
        ("cache_write_1h", ir.LossCode.USAGE_CACHE_WRITE),
        ("tool_prompt", ir.LossCode.USAGE_TOOL_PROMPT),
    ):
        if getattr(usage, name) is not None:
            log.drop(code, f"{path}.{name}")
    for name in usage.server_tools:
        log.drop(ir.LossCode.USAGE_SERVER_TOOLS, f"{path}.server_tools.{name}")
    if usage.input_total is None:
        _filled(log, ir.LossCode.USAGE_INPUT_TOTAL, f"{path}.input_total")
    if usage.output_total is None:
        _filled(log, ir.LossCode.USAGE_OUTPUT_TOTAL, f"{path}.output_total")
    rest = uncached(input_total(usage), usage.cache_read, usage.cache_write)
    if rest != usage.input_uncached:
        _filled(log, ir.LossCode.USAGE_INPUT_UNCACHED, f"{path}.input_uncached")
    if usage.extra:
        log.drop_extra(usage.extra, path, ir.LossCode.USAGE_TOTAL)


def _filled(log: LossLog, code: LossCode, to: str) -> None:
    log.add(code, None, "synthesised", to=to, detail="computed from the other counts")
