"""
Which concept an unknown field belongs to, for losses.

Decoders keep fields that the IR has no name for in `extra`.  Where such a field has a
row of the concept matrix, this table says which, whatever dialect it came in; all
others are reported under the concept of the thing that they sit on.

Source:
    wire/mapping.md, the vendors' types, and the fields of recorded traffic, read
    2026-11-21.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from modelwire.ir._loss_codes import LossCode

__all__ = ["FIELD_CODES", "OUTER_FIELDS"]

OUTER_FIELDS: Final = frozenset({"generationConfig", "output_config"})
"""Unknown fields of a request whose own members are the ones that are reported."""

_REQUEST: Final = {
    "background": LossCode.SVC_BACKGROUND,
    "cachedContent": LossCode.CACHE_RESOURCE,
    "clear_thinking": LossCode.THINK_CONTEXT_KEEP,
    "container": LossCode.SVC_CONTAINER_SKILLS,
    "enable_thinking": LossCode.THINK_EFFORT,
    "fallbacks": LossCode.SVC_FALLBACK_MODELS,
    "grammar": LossCode.FMT_GRAMMAR_REGEX,
    "guided_grammar": LossCode.FMT_GRAMMAR_REGEX,
    "guided_regex": LossCode.FMT_GRAMMAR_REGEX,
    "imageConfig": LossCode.PARAM_MEDIA_IMAGE_CONFIG,
    "include": LossCode.THINK_VISIBLE,
    "inference_geo": LossCode.SVC_GEO,
    "json_schema": LossCode.FMT_JSON_SCHEMA,
    "keep_alive": LossCode.PARAM_NUM_CTX_KEEP_ALIVE,
    "max_tool_calls": LossCode.TOOL_MAX_TOOL_CALLS,
    "mcp_servers": LossCode.BT_MCP,
    "mediaResolution": LossCode.PARAM_MEDIA_IMAGE_CONFIG,
    "min_p": LossCode.PARAM_MIN_P_TYPICAL_P_REPETITION,
    "models": LossCode.SVC_FALLBACK_MODELS,
    "moderation": LossCode.SAFETY_SETTINGS,
    "num_ctx": LossCode.PARAM_NUM_CTX_KEEP_ALIVE,
    "prompt": LossCode.PROMPT_TEMPLATE,
    "reasoning": LossCode.THINK_EFFORT,
    "repetition_penalty": LossCode.PARAM_MIN_P_TYPICAL_P_REPETITION,
    "safe_prompt": LossCode.SAFETY_SETTINGS,
    "speed": LossCode.SVC_SERVICE_TIER,
    "stream_options": LossCode.SVC_INCLUDE_USAGE_OBFUSCATION,
    "structured_outputs": LossCode.FMT_GRAMMAR_REGEX,
    "task_budget": LossCode.SVC_TASK_BUDGET,
    "thinking": LossCode.THINK_EFFORT,
    "thread": LossCode.STATE_PREVIOUS,
    "top_k": LossCode.PARAM_TOP_K,
    "typical_p": LossCode.PARAM_MIN_P_TYPICAL_P_REPETITION,
}

_RESPONSE: Final = {
    "billing": LossCode.RESP_COST,
    "citations": LossCode.RESP_GROUNDING,
    "container": LossCode.SVC_CONTAINER_SKILLS,
    "content_filters": LossCode.RESP_SAFETY,
    "context_management": LossCode.CTX_COMPACTION,
    "cost": LossCode.RESP_COST,
    "latency_checkpoint": LossCode.RESP_LATENCY,
    "promptFeedback": LossCode.RESP_SAFETY,
    "prompt_filter_results": LossCode.RESP_SAFETY,
    "search_results": LossCode.RESP_GROUNDING,
    "sla_metrics": LossCode.RESP_LATENCY,
    "time_info": LossCode.RESP_LATENCY,
    "timings": LossCode.RESP_LATENCY,
    "tool_usage": LossCode.USAGE_SERVER_TOOLS,
}

_CHOICE: Final = {
    "annotations": LossCode.OUT_ANNOTATIONS_CITATIONS,
    "avgLogprobs": LossCode.RESP_LOGPROBS,
    "citationMetadata": LossCode.RESP_GROUNDING,
    "content_filter_offsets": LossCode.RESP_SAFETY,
    "content_filter_results": LossCode.RESP_SAFETY,
    "finishMessage": LossCode.RESP_SAFETY,
    "groundingMetadata": LossCode.RESP_GROUNDING,
    "logprobs": LossCode.RESP_LOGPROBS,
    "safetyRatings": LossCode.RESP_SAFETY,
    "stop_details": LossCode.RESP_SAFETY,
    "urlContextMetadata": LossCode.RESP_GROUNDING,
}

_MESSAGE: Final = {
    "cache_control": LossCode.CACHE_BREAKPOINT,
    "executed_tools": LossCode.BT_CALL_ITEMS,
    "reasoning_encrypted": LossCode.THINK_SIGNATURE,
    "thought_signature": LossCode.TOOL_CALL_THOUGHT_SIGNATURE,
}

_CALL: Final = {
    "caller": LossCode.TOOL_CALL_NAMESPACE_CALLER,
    "namespace": LossCode.TOOL_CALL_NAMESPACE_CALLER,
    "toolset_name": LossCode.TOOL_CALL_NAMESPACE_CALLER,
}

_TOOL: Final = {
    "allowed_callers": LossCode.TOOL_CALL_NAMESPACE_CALLER,
    "defer_loading": LossCode.TOOL_DEFER_SEARCH,
    "input_examples": LossCode.TOOL_EXAMPLES_OUTPUT_SCHEMA,
    "output_schema": LossCode.TOOL_EXAMPLES_OUTPUT_SCHEMA,
    "response": LossCode.TOOL_EXAMPLES_OUTPUT_SCHEMA,
    "responseJsonSchema": LossCode.TOOL_EXAMPLES_OUTPUT_SCHEMA,
}

_USAGE: Final = {
    "audio_prompt_tokens": LossCode.USAGE_AUDIO_IMAGE_TEXT_SPLIT,
    "cacheTokensDetails": LossCode.USAGE_AUDIO_IMAGE_TEXT_SPLIT,
    "candidatesTokensDetails": LossCode.USAGE_AUDIO_IMAGE_TEXT_SPLIT,
    "completion_time": LossCode.RESP_LATENCY,
    "cost": LossCode.RESP_COST,
    "cost_details": LossCode.RESP_COST,
    "cost_in_usd_ticks": LossCode.RESP_COST,
    "inference_geo": LossCode.SVC_GEO,
    "is_byok": LossCode.RESP_COST,
    "market_cost": LossCode.RESP_COST,
    "num_server_side_tools_used": LossCode.USAGE_SERVER_TOOLS,
    "num_sources_used": LossCode.USAGE_SERVER_TOOLS,
    "promptTokensDetails": LossCode.USAGE_AUDIO_IMAGE_TEXT_SPLIT,
    "prompt_audio_seconds": LossCode.USAGE_AUDIO_IMAGE_TEXT_SPLIT,
    "prompt_time": LossCode.RESP_LATENCY,
    "queue_time": LossCode.RESP_LATENCY,
    "server_tool_use_details": LossCode.USAGE_SERVER_TOOLS,
    "service_tier": LossCode.RESP_TIER,
    "speed": LossCode.RESP_TIER,
    "toolUsePromptTokensDetails": LossCode.USAGE_AUDIO_IMAGE_TEXT_SPLIT,
    "total_time": LossCode.RESP_LATENCY,
    "trafficType": LossCode.RESP_TIER,
}

FIELD_CODES: Final[Mapping[LossCode, Mapping[str, LossCode]]] = {
    LossCode.META_KV: _REQUEST,
    LossCode.RESP_FINGERPRINT: {
        **_RESPONSE,
        "system_fingerprint": LossCode.RESP_FINGERPRINT,
    },
    LossCode.RESP_SAFETY: _CHOICE,
    LossCode.ROLE_NAME: _MESSAGE,
    LossCode.OUT_TOOL_CALL: _CALL,
    LossCode.BT_CALL_ITEMS: _CALL,
    LossCode.TOOL_RESULT_TEXT: _CALL,
    LossCode.TOOL_FUNCTION: _TOOL,
    LossCode.BT_WEB_SEARCH: _TOOL,
    LossCode.BT_WEB_FETCH: _TOOL,
    LossCode.BT_CODE_EXECUTION: _TOOL,
    LossCode.THINK_EFFORT: {"context": LossCode.THINK_CONTEXT_KEEP},
    LossCode.FMT_JSON_SCHEMA: {"responseMimeType": LossCode.FMT_ENUM},
    LossCode.USAGE_TOTAL: _USAGE,
}
"""
Concept of the thing that a field sits on, and field, to the field's own concept.

`META_KV` stands for the request itself, `RESP_FINGERPRINT` for the response,
`RESP_SAFETY` for a choice or its end, `ROLE_NAME` for a message, `USAGE_TOTAL` for
the usage, and every other for what it names.
"""
