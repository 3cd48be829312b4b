"""
What Anthropic Messages carries, concept by concept: where, and at what loss.

Source:
    wire/mapping.md and wire/anthropic_messages.md, read 2026-11-21.
"""

from __future__ import annotations

from typing import Final

from modelwire.codecs._facts._fact import (
    A,
    D,
    E,
    Facts,
    N,
    P,
    approximated,
    merged,
    native,
    no,
    partly,
)
from modelwire.ir._loss_codes import LossCode

__all__ = ["FACTS"]

FACTS: Final[Facts] = {
    # 1. Instructions and roles
    LossCode.SYS_LEADING: merged("system", merged=N),
    LossCode.SYS_MID: native("a message of role system", moved=A),
    LossCode.ROLE_DEVELOPER: approximated("role system", approximated=N),
    LossCode.ROLE_NAME: no(dropped=P),
    LossCode.ROLE_ALTERNATION: native("turns of one role are joined by the server"),
    LossCode.ROLE_PREFILL: native("a last assistant message, in older models"),
    LossCode.MSG_PHASE: no(dropped=D),
    # 2. User content
    LossCode.IN_TEXT: native("text, not empty", dropped=(D, N)),
    LossCode.IN_IMAGE_URL: native("source of type url", needs_fetch=E, dropped=N),
    LossCode.IN_IMAGE_BASE64: native(
        "source of type base64, four media types", dropped=E, approximated=N
    ),
    LossCode.IN_IMAGE_FILE_ID: native(
        "source of type file", dropped=(E, N), synthesised=N
    ),
    LossCode.IN_IMAGE_DETAIL: no(dropped=(P, N)),
    LossCode.IN_DOC_BASE64: native(
        "source of type base64 for PDF, text for text",
        approximated=(A, N),
        dropped=(D, E),
    ),
    LossCode.IN_DOC_URL: native("source of type url", needs_fetch=E, dropped=N),
    LossCode.IN_DOC_FILE_ID: native(
        "source of type file", dropped=(E, N), synthesised=N
    ),
    LossCode.IN_DOC_META: native("title, context, citations", dropped=P, moved=N),
    LossCode.IN_SEARCH_RESULT: native("search_result"),
    LossCode.IN_AUDIO: no(dropped=D),
    LossCode.IN_VIDEO: no(dropped=D),
    LossCode.IN_YOUTUBE_URI: no(dropped=D),
    # 3. Assistant content and replay
    LossCode.OUT_TEXT: native("text", dropped=(D, N), approximated=A),
    LossCode.OUT_INTERLEAVING: native("blocks in order"),
    LossCode.OUT_REFUSAL: approximated("text", approximated=A, dropped=N),
    LossCode.OUT_AUDIO: approximated(
        "its transcript as text", approximated=A, dropped=D
    ),
    LossCode.OUT_AUDIO_REF: no(dropped=D),
    LossCode.OUT_IMAGE: no(dropped=D),
    LossCode.OUT_ANNOTATIONS_CITATIONS: partly(
        "citations of a block", approximated=A, dropped=(D, A), synthesised=N
    ),
    LossCode.OUT_TOOL_CALL: native("tool_use", repaired=A, approximated=N),
    LossCode.TOOL_CALL_ID: native("id", synthesised=N, approximated=N),
    LossCode.TOOL_CALL_THOUGHT_SIGNATURE: no(dropped=D),
    LossCode.TOOL_CALL_CUSTOM: approximated(
        "a function call with one text", approximated=A
    ),
    LossCode.TOOL_CALL_NAMESPACE_CALLER: native("caller, toolset_name", dropped=D),
    LossCode.TOOL_RESULT_TEXT: native("tool_result.content", moved=N),
    LossCode.TOOL_RESULT_IMAGE: native("content: image"),
    LossCode.TOOL_RESULT_FILE_DOC: native("content: document"),
    LossCode.TOOL_RESULT_ERROR_FLAG: native("is_error"),
    LossCode.TOOL_RESULT_NAME: no(dropped=N),
    LossCode.TOOL_RESULT_SEARCH_RESULT_TOOL_REFERENCE: native(
        "search_result, tool_reference"
    ),
    # 4. Tools
    LossCode.TOOL_FUNCTION: native("tools", dropped=P, synthesised=N, repaired=N),
    LossCode.TOOL_NAME_CHARSET: native("64 of a-z A-Z 0-9 _ -", approximated=N),
    LossCode.TOOL_STRICT: native("strict"),
    LossCode.TOOL_CHOICE_AUTO: native("auto", dropped=P, synthesised=N),
    LossCode.TOOL_CHOICE_NONE: native("none", dropped=P),
    LossCode.TOOL_CHOICE_ANY: native("any", dropped=P),
    LossCode.TOOL_CHOICE_SPECIFIC: native("tool", dropped=P, approximated=(A, N)),
    LossCode.TOOL_CHOICE_SUBSET: approximated(
        "the other tools are left out", approximated=A, dropped=A
    ),
    LossCode.TOOL_PARALLEL_DISABLE: native(
        "tool_choice.disable_parallel_tool_use", dropped=(P, N)
    ),
    LossCode.TOOL_CUSTOM_GRAMMAR: approximated("any text", approximated=A),
    LossCode.TOOL_DEFER_SEARCH: native("tool_search_tool_*, defer_loading", dropped=P),
    LossCode.TOOL_EXAMPLES_OUTPUT_SCHEMA: partly("input_examples", dropped=P),
    LossCode.BT_WEB_SEARCH: native("web_search_*", dropped=P, approximated=N),
    LossCode.BT_WEB_FETCH: native("web_fetch_*", dropped=P, approximated=N),
    LossCode.BT_CODE_EXECUTION: native("code_execution_*", dropped=P, approximated=A),
    LossCode.BT_FILE_SEARCH: no(dropped=P),
    LossCode.BT_COMPUTER: native(
        "computer_*, computer_toolset_*", dropped=E, approximated=E
    ),
    LossCode.BT_MCP: native("mcp_servers and mcp_toolset", dropped=P),
    LossCode.BT_IMAGE_GENERATION: no(dropped=P),
    LossCode.BT_SHELL_EDITOR_MEMORY_PATCH: native(
        "bash_*, text_editor_*, memory_*", dropped=P, approximated=A
    ),
    LossCode.BT_MAPS: no(dropped=P),
    LossCode.BT_CALL_ITEMS: native("server_tool_use and *_tool_result", dropped=(D, N)),
    LossCode.BT_MCP_APPROVAL: no(approximated=E),
    LossCode.TOOL_MAX_TOOL_CALLS: no(dropped=P),
    # 5. Reasoning
    LossCode.THINK_EFFORT: native(
        "output_config.effort", approximated=A, dropped=(P, N)
    ),
    LossCode.THINK_BUDGET: native(
        "thinking.budget_tokens", approximated=A, synthesised=N
    ),
    LossCode.THINK_OFF: native("thinking: disabled", approximated=A),
    LossCode.THINK_ADAPTIVE: native(
        "thinking: adaptive", synthesised=N, approximated=A
    ),
    LossCode.THINK_VISIBLE: native("thinking.display", approximated=A, dropped=P),
    LossCode.THINK_TEXT: native("thinking", dropped=D, synthesised=N, approximated=A),
    LossCode.THINK_SUMMARY: approximated("thinking", approximated=N, dropped=D),
    LossCode.THINK_SIGNATURE: native("signature", dropped=(D, N)),
    LossCode.THINK_REDACTED: native("redacted_thinking", dropped=D),
    LossCode.THINK_ITEM_ID: no(dropped=N),
    LossCode.THINK_REPLAY_RULE: native("before the calls it led to", dropped=A),
    LossCode.THINK_CONTEXT_KEEP: native("clear_thinking edit", dropped=P),
    LossCode.THINK_INTERLEAVED: native("anthropic-beta, or thinking: between_tools"),
    # 6. Sampling and limits
    LossCode.PARAM_MAX_TOKENS: native(
        "max_tokens, required", synthesised=A, approximated=A
    ),
    LossCode.PARAM_TEMPERATURE: native(
        "temperature, 0 to 1, none from 2026-10-21 on", approximated=A, dropped=P
    ),
    LossCode.PARAM_TOP_P: native("top_p, none from 2026-10-21 on", dropped=P),
    LossCode.PARAM_TOP_K: native("top_k, none from 2026-10-21 on", dropped=P),
    LossCode.PARAM_MIN_P_TYPICAL_P_REPETITION: no(dropped=P),
    LossCode.PARAM_SEED: no(dropped=P),
    LossCode.PARAM_FREQ_PRESENCE_PENALTY: no(dropped=P),
    LossCode.PARAM_STOP: native("stop_sequences, no white space", dropped=P),
    LossCode.PARAM_LOGIT_BIAS: no(dropped=P),
    LossCode.PARAM_LOGPROBS: no(dropped=(P, N)),
    LossCode.PARAM_N: no(dropped=(E, N)),
    LossCode.PARAM_VERBOSITY: no(dropped=P),
    LossCode.PARAM_PREDICTION: no(dropped=P),
    LossCode.PARAM_MODALITIES: no(dropped=(P, N)),
    LossCode.PARAM_MEDIA_IMAGE_CONFIG: no(dropped=P),
    LossCode.PARAM_TRUNCATION: no(dropped=P),
    LossCode.PARAM_NUM_CTX_KEEP_ALIVE: no(dropped=P),
    # 7. Output format
    LossCode.FMT_TEXT: approximated("nothing said", dropped=N),
    LossCode.FMT_JSON_OBJECT: no(dropped=P),
    LossCode.FMT_JSON_SCHEMA: native("output_config.format", dropped=P),
    LossCode.FMT_ENUM: approximated("a schema with enum", approximated=A),
    LossCode.FMT_GRAMMAR_REGEX: no(dropped=P),
    # 8. Caching, service, identity, storage
    LossCode.CACHE_BREAKPOINT: native("cache_control, 4 at most", dropped=P),
    LossCode.CACHE_TTL: native("5m, 1h", approximated=A, dropped=P),
    LossCode.CACHE_AUTO: native("cache_control of the request", dropped=(P, N)),
    LossCode.CACHE_KEY: no(dropped=P),
    LossCode.CACHE_RETENTION: no(dropped=P),
    LossCode.CACHE_RESOURCE: no(dropped=E),
    LossCode.SVC_SERVICE_TIER: native("service_tier, speed", approximated=A, dropped=P),
    LossCode.SAFETY_SETTINGS: no(dropped=P),
    LossCode.META_USER: native("metadata.user_id"),
    LossCode.META_KV: no(dropped=P, merged=N, synthesised=N),
    LossCode.SVC_STORE: no(dropped=(P, N)),
    LossCode.STATE_PREVIOUS: native("thread", dropped=E),
    LossCode.STATE_CONVERSATION: no(dropped=E),
    LossCode.PROMPT_TEMPLATE: no(dropped=E),
    LossCode.SVC_BACKGROUND: no(dropped=P),
    LossCode.CTX_COMPACTION: native(
        "compaction block, context_management", dropped=(D, P)
    ),
    LossCode.CTX_CLEAR_TOOLS: native("clear_tool_uses edit"),
    LossCode.SVC_TASK_BUDGET: native("output_config.task_budget"),
    LossCode.SVC_CONTAINER_SKILLS: native("container"),
    LossCode.SVC_FALLBACK_MODELS: native("fallbacks", dropped=P),
    LossCode.SVC_GEO: native("inference_geo"),
    LossCode.SVC_INCLUDE_USAGE_OBFUSCATION: no(dropped=N),
    # 9. Response envelope
    LossCode.RESP_ID: native("id", synthesised=N, dropped=N, approximated=A),
    LossCode.RESP_MODEL: native("model", synthesised=N, approximated=A),
    LossCode.RESP_CREATED: no(dropped=N),
    LossCode.RESP_ROLE_OBJECT: native("role assistant", approximated=N),
    LossCode.RESP_FINGERPRINT: no(dropped=P),
    LossCode.RESP_TIER: native("usage.service_tier", approximated=A, dropped=P),
    LossCode.RESP_SAFETY: partly("stop_details", dropped=D),
    LossCode.RESP_GROUNDING: no(dropped=D),
    LossCode.RESP_LATENCY: no(dropped=P),
    LossCode.RESP_LOGPROBS: no(dropped=D),
    LossCode.RESP_COST: no(dropped=P),
    LossCode.RESP_CHOICES_N_1: no(dropped=D, approximated=N, synthesised=N),
    # 10. Finish reasons
    LossCode.FINISH_STOP: native("end_turn", approximated=(A, N), synthesised=N),
    LossCode.FINISH_STOP_SEQUENCE: native(
        "stop_sequence", approximated=N, synthesised=N
    ),
    LossCode.FINISH_LENGTH: native("max_tokens", approximated=N, synthesised=N),
    LossCode.FINISH_CONTEXT_LENGTH: native(
        "model_context_window_exceeded", approximated=N, synthesised=N
    ),
    LossCode.FINISH_TOOL_USE: native("tool_use", approximated=N, synthesised=N),
    LossCode.FINISH_CONTENT_FILTER: approximated(
        "refusal", approximated=(A, N), synthesised=N
    ),
    LossCode.FINISH_REFUSAL: native("refusal", approximated=N, synthesised=N),
    LossCode.FINISH_PROMPT_BLOCKED: approximated(
        "refusal", approximated=(A, N), synthesised=N
    ),
    LossCode.FINISH_PAUSE: native("pause_turn", approximated=N, synthesised=N),
    LossCode.FINISH_MALFORMED_TOOL: approximated(
        "end_turn", approximated=(A, N), synthesised=N
    ),
    LossCode.FINISH_COMPACTION: native("compaction", approximated=N, synthesised=N),
    LossCode.FINISH_ERROR_CANCELLED: approximated(
        "a word of its own", approximated=A, synthesised=N
    ),
    LossCode.FINISH_STEERED_MAX_MESSAGES: native("the word as it came"),
    LossCode.FINISH_UNKNOWN: native("the word as it came", dropped=(N, P)),
    # 11. Usage
    LossCode.USAGE_INPUT_TOTAL: native(
        "input_tokens and both cache counts", synthesised=N, approximated=A
    ),
    LossCode.USAGE_INPUT_UNCACHED: native("input_tokens", synthesised=N),
    LossCode.USAGE_CACHE_READ: native("cache_read_input_tokens", synthesised=N),
    LossCode.USAGE_CACHE_WRITE: native(
        "cache_creation_input_tokens, cache_creation", synthesised=N
    ),
    LossCode.USAGE_OUTPUT_TOTAL: native("output_tokens", synthesised=N),
    LossCode.USAGE_REASONING: native(
        "output_tokens_details.thinking_tokens", synthesised=N
    ),
    LossCode.USAGE_AUDIO_IMAGE_TEXT_SPLIT: no(dropped=P),
    LossCode.USAGE_PREDICTION: no(dropped=P),
    LossCode.USAGE_TOOL_PROMPT: no(dropped=P),
    LossCode.USAGE_SERVER_TOOLS: native("server_tool_use", dropped=P),
    LossCode.USAGE_TOTAL: approximated("nothing said", dropped=P, synthesised=N),
    # 12. Stream deltas
    LossCode.STREAM_IMAGE_DELTA: no(dropped=N),
    LossCode.STREAM_BUILTIN_PROGRESS: no(dropped=N),
    LossCode.STREAM_FINISH: native("message_delta.stop_reason"),
    LossCode.STREAM_ERROR: native("error"),
}
"""Every concept that is known here."""
