"""
What a token count leaves out of a request: settings of an answer that nobody writes.

The servers that count refuse most of them.  They do not change the count, so that
their loss is cosmetic.

Source:
    `MessageCountTokensParams` of the `anthropic` package 2.11.0 and
    `InputTokenCountParams` of openai-python 3.52, read 2026-11-21.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

import attrs

from modelwire.codecs._concept_codes import CHOICE_CODES
from modelwire.codecs._losses import LossLog
from modelwire.ir._loss_codes import LossCode
from modelwire.ir._request import ChatRequest

__all__ = ["ANSWER_FIELDS", "without"]

ANSWER_FIELDS: Final[Mapping[str, LossCode]] = {
    "max_output_tokens": LossCode.PARAM_MAX_TOKENS,
    "temperature": LossCode.PARAM_TEMPERATURE,
    "top_p": LossCode.PARAM_TOP_P,
    "top_k": LossCode.PARAM_TOP_K,
    "min_p": LossCode.PARAM_MIN_P_TYPICAL_P_REPETITION,
    "seed": LossCode.PARAM_SEED,
    "stop_sequences": LossCode.PARAM_STOP,
    "frequency_penalty": LossCode.PARAM_FREQ_PRESENCE_PENALTY,
    "presence_penalty": LossCode.PARAM_FREQ_PRESENCE_PENALTY,
    "logit_bias": LossCode.PARAM_LOGIT_BIAS,
    "logprobs": LossCode.PARAM_LOGPROBS,
    "top_logprobs": LossCode.PARAM_LOGPROBS,
    "candidate_count": LossCode.PARAM_N,
    "modalities": LossCode.PARAM_MODALITIES,
    "audio_output": LossCode.PARAM_MODALITIES,
    "stream": LossCode.SVC_INCLUDE_USAGE_OBFUSCATION,
    "include_usage": LossCode.SVC_INCLUDE_USAGE_OBFUSCATION,
    "metadata": LossCode.META_KV,
    "user_id": LossCode.META_USER,
    "service_tier": LossCode.SVC_SERVICE_TIER,
    "store": LossCode.SVC_STORE,
    "safety_settings": LossCode.SAFETY_SETTINGS,
}
"""Fields of a `ChatRequest` that say how to answer, and the concept of each."""


def without(request: ChatRequest, fields: Collection[str], log: LossLog) -> ChatRequest:
    """
    Take out of a request what the server that counts does not take.

    Args:
        request: The request that is to be counted.
        fields: Names of `ANSWER_FIELDS`, or `tool_choice`.
        log: Where losses go.

    Returns:
        The request without them.
    """
    gone: dict[str, Any] = {}
    defaults = {field.name: field.default for field in attrs.fields(ChatRequest)}
    for name in fields:
        value = getattr(request, name)
        if value == defaults[name]:
            continue
        gone[name] = defaults[name]
        if name == "tool_choice":
            log.add(
                CHOICE_CODES.get(value.mode, LossCode.TOOL_CHOICE_AUTO),
                "$.tool_choice",
                "dropped",
                severity="parameter",
            )
        else:
            log.add(
                ANSWER_FIELDS[name],
                f"$.{name}",
                "dropped",
                severity="cosmetic",
                detail="it does not change the count",
            )
    return attrs.evolve(request, **gone) if gone else request
