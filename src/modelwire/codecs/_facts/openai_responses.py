"""
What OpenAI Responses carries, concept by concept: where, and at what loss.

Source:
    wire/mapping.md and wire/openai_responses.md, read 2026-11-21.
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
    LossCode.SYS_LEADING: native(
        "instructions, or items of role system or developer", moved=N
    ),
    LossCode.SYS_MID: native("an item of role system or developer"),
    LossCode.ROLE_DEVELOPER: native("role developer", approximated=N),
    LossCode.ROLE_NAME: no(dropped=P),
    LossCode.ROLE_ALTERNATION: merged(
        "items that follow each other are one turn", merged=N
    ),
    LossCode.ROLE_PREFILL: approximated(
        "a last assistant message starts a new one", approximated=A
    ),
    LossCode.MSG_PHASE: native("phase"),
    # 2. User content
    LossCode.IN_TEXT: native("input_text", dropped=D),
    LossCode.IN_IMAGE_URL: native("input_image.image_url", dropped=N),
    LossCode.IN_IMAGE_BASE64: native("input_image.image_url as data:", dropped=D),
    LossCode.IN_IMAGE_FILE_ID: native(
        "input_image.file_id", dropped=(E, N), approximated=N
    ),
    LossCode.IN_IMAGE_DETAIL: native("input_image.detail", synthesised=N),
    LossCode.IN_DOC_BASE64: native(
        "input_file.file_data", approximated=A, synthesised=N, dropped=D
    ),
    LossCode.IN_DOC_URL: native("input_file.file_url"),
    LossCode.IN_DOC_FILE_ID: native(
        "input_file.file_id", dropped=(E, N), approximated=N
    ),
    LossCode.IN_DOC_META: partly("filename", dropped=P, moved=N, synthesised=N),
    LossCode.IN_SEARCH_RESULT: approximated("text", approximated=A),
    LossCode.IN_AUDIO: no(dropped=D),
    LossCode.IN_VIDEO: no(dropped=D),
    LossCode.IN_YOUTUBE_URI: no(dropped=D),
    # 3. Assistant content and replay
    LossCode.OUT_TEXT: native("message item with output_text", dropped=(D, N)),
    LossCode.OUT_INTERLEAVING: native("items in order"),
    LossCode.OUT_REFUSAL: native("refusal"),
    LossCode.OUT_AUDIO: approximated(
        "its transcript as text", approximated=A, dropped=D
    ),
    LossCode.OUT_AUDIO_REF: no(dropped=D),
    LossCode.OUT_IMAGE: approximated(
        "image_generation_call.result", approximated=A, dropped=D
    ),
    LossCode.OUT_ANNOTATIONS_CITATIONS: partly(
        "output_text.annotations", approximated=A, dropped=D
    ),
    LossCode.OUT_TOOL_CALL: native("function_call", approximated=N, dropped=D),
    LossCode.TOOL_CALL_ID: native("call_id", synthesised=N),
    LossCode.TOOL_CALL_THOUGHT_SIGNATURE: no(dropped=D),
    LossCode.TOOL_CALL_CUSTOM: native("custom_tool_call"),
    LossCode.TOOL_CALL_NAMESPACE_CALLER: native("namespace", dropped=D),
    LossCode.TOOL_RESULT_TEXT: native(
        "function_call_output.output", dropped=(D, N), synthesised=N
    ),
    LossCode.TOOL_RESULT_IMAGE: native("output: input_image"),
    LossCode.TOOL_RESULT_FILE_DOC: native("output: input_file"),
    LossCode.TOOL_RESULT_ERROR_FLAG: approximated(
        "text that begins with Error:", approximated=A, dropped=N
    ),
    LossCode.TOOL_RESULT_NAME: native("name"),
    LossCode.TOOL_RESULT_SEARCH_RESULT_TOOL_REFERENCE: approximated(
        "text", approximated=A, dropped=D
    ),
    # 4. Tools
    LossCode.TOOL_FUNCTION: native("tools: function", dropped=P),
    LossCode.TOOL_NAME_CHARSET: native("64 of a-z A-Z 0-9 _ -", approximated=N),
    LossCode.TOOL_STRICT: native("strict, true where absent", synthesised=N),
    LossCode.TOOL_CHOICE_AUTO: native("auto", dropped=P),
    LossCode.TOOL_CHOICE_NONE: native("none", dropped=P),
    LossCode.TOOL_CHOICE_ANY: native("required", dropped=P),
    LossCode.TOOL_CHOICE_SPECIFIC: native(
        "the function's name", dropped=P, approximated=A
    ),
    LossCode.TOOL_CHOICE_SUBSET: native("allowed_tools", dropped=P),
    LossCode.TOOL_PARALLEL_DISABLE: native("parallel_tool_calls", dropped=(P, N)),
    LossCode.TOOL_CUSTOM_GRAMMAR: native("format"),
    LossCode.TOOL_DEFER_SEARCH: native("tool_search, defer_loading", dropped=P),
    LossCode.TOOL_EXAMPLES_OUTPUT_SCHEMA: partly("output_schema", dropped=P),
    LossCode.BT_WEB_SEARCH: native("web_search", dropped=P, approximated=N),
    LossCode.BT_WEB_FETCH: no(dropped=P),
    LossCode.BT_CODE_EXECUTION: native("code_interpreter", dropped=P, approximated=A),
    LossCode.BT_FILE_SEARCH: native("file_search", dropped=P),
    LossCode.BT_COMPUTER: native("computer", dropped=E, approximated=E),
    LossCode.BT_MCP: native("mcp", dropped=P),
    LossCode.BT_IMAGE_GENERATION: native("image_generation"),
    LossCode.BT_SHELL_EDITOR_MEMORY_PATCH: native(
        "shell, local_shell, apply_patch", dropped=P, approximated=A
    ),
    LossCode.BT_MAPS: no(dropped=P),
    LossCode.BT_CALL_ITEMS: native("*_call items", dropped=D),
    LossCode.BT_MCP_APPROVAL: native("mcp_approval_request, mcp_approval_response"),
    LossCode.TOOL_MAX_TOOL_CALLS: native("max_tool_calls"),
    # 5. Reasoning
    LossCode.THINK_EFFORT: native("reasoning.effort", dropped=(P, N)),
    LossCode.THINK_BUDGET: approximated("an effort", approximated=A, dropped=P),
    LossCode.THINK_OFF: native("the effort none", approximated=A),
    LossCode.THINK_ADAPTIVE: approximated("nothing said", approximated=A),
    LossCode.THINK_VISIBLE: native("reasoning.summary", approximated=A, dropped=N),
    LossCode.THINK_TEXT: native("reasoning item with reasoning_text", dropped=D),
    LossCode.THINK_SUMMARY: native("reasoning.summary", dropped=D),
    LossCode.THINK_SIGNATURE: native("encrypted_content", dropped=(D, N)),
    LossCode.THINK_REDACTED: native("encrypted_content", dropped=D),
    LossCode.THINK_ITEM_ID: native("id", synthesised=N, dropped=N, approximated=N),
    LossCode.THINK_REPLAY_RULE: native("before the items it led to"),
    LossCode.THINK_CONTEXT_KEEP: native("reasoning.context", dropped=P),
    LossCode.THINK_INTERLEAVED: no(dropped=N, approximated=N),
    # 6. Sampling and limits
    LossCode.PARAM_MAX_TOKENS: native("max_output_tokens, 16 at least", approximated=A),
    LossCode.PARAM_TEMPERATURE: native("temperature"),
    LossCode.PARAM_TOP_P: native("top_p"),
    LossCode.PARAM_TOP_K: no(dropped=P),
    LossCode.PARAM_MIN_P_TYPICAL_P_REPETITION: no(dropped=P),
    LossCode.PARAM_SEED: no(dropped=P),
    LossCode.PARAM_FREQ_PRESENCE_PENALTY: no(dropped=P),
    LossCode.PARAM_STOP: no(dropped=P),
    LossCode.PARAM_LOGIT_BIAS: no(dropped=P),
    LossCode.PARAM_LOGPROBS: native("include, top_logprobs", dropped=N),
    LossCode.PARAM_N: no(dropped=(E, N)),
    LossCode.PARAM_VERBOSITY: native("text.verbosity"),
    LossCode.PARAM_PREDICTION: no(dropped=P),
    LossCode.PARAM_MODALITIES: no(dropped=(P, N)),
    LossCode.PARAM_MEDIA_IMAGE_CONFIG: no(dropped=P),
    LossCode.PARAM_TRUNCATION: native("truncation"),
    LossCode.PARAM_NUM_CTX_KEEP_ALIVE: no(dropped=P),
    # 7. Output format
    LossCode.FMT_TEXT: native("text.format: text"),
    LossCode.FMT_JSON_OBJECT: native("text.format: json_object"),
    LossCode.FMT_JSON_SCHEMA: native(
        "text.format: json_schema", synthesised=N, dropped=P
    ),
    LossCode.FMT_ENUM: approximated("a schema with enum", approximated=A),
    LossCode.FMT_GRAMMAR_REGEX: no(dropped=P),
    # 8. Caching, service, identity, storage
    LossCode.CACHE_BREAKPOINT: native(
        "prompt_cache_breakpoint on parts", dropped=P, moved=N
    ),
    LossCode.CACHE_TTL: native("30m, 12h", approximated=A),
    LossCode.CACHE_AUTO: native("prompt_cache_options.mode", dropped=N),
    LossCode.CACHE_KEY: native("prompt_cache_key"),
    LossCode.CACHE_RETENTION: native("prompt_cache_retention"),
    LossCode.CACHE_RESOURCE: no(dropped=E),
    LossCode.SVC_SERVICE_TIER: native("service_tier", approximated=A, dropped=P),
    LossCode.SAFETY_SETTINGS: partly("moderation", dropped=P),
    LossCode.META_USER: native("user, safety_identifier"),
    LossCode.META_KV: native("metadata", dropped=P),
    LossCode.SVC_STORE: native("store, true where absent", synthesised=N),
    LossCode.STATE_PREVIOUS: native("previous_response_id", dropped=E),
    LossCode.STATE_CONVERSATION: native("conversation"),
    LossCode.PROMPT_TEMPLATE: native("prompt"),
    LossCode.SVC_BACKGROUND: native("background"),
    LossCode.CTX_COMPACTION: native(
        "compaction item, context_management", approximated=A, dropped=(D, P)
    ),
    LossCode.CTX_CLEAR_TOOLS: no(dropped=P),
    LossCode.SVC_TASK_BUDGET: no(dropped=P),
    LossCode.SVC_CONTAINER_SKILLS: no(dropped=P),
    LossCode.SVC_FALLBACK_MODELS: no(dropped=P),
    LossCode.SVC_GEO: no(dropped=P),
    LossCode.SVC_INCLUDE_USAGE_OBFUSCATION: native("stream_options", dropped=N),
    # 9. Response envelope
    LossCode.RESP_ID: native("id", synthesised=N, dropped=N, approximated=A),
    LossCode.RESP_MODEL: native("model", synthesised=N),
    LossCode.RESP_CREATED: native("created_at", synthesised=N),
    LossCode.RESP_ROLE_OBJECT: native("role assistant", approximated=N),
    LossCode.RESP_FINGERPRINT: no(dropped=P),
    LossCode.RESP_TIER: native("service_tier", approximated=(A, N), dropped=P),
    LossCode.RESP_SAFETY: partly("moderation", dropped=D, approximated=A),
    LossCode.RESP_GROUNDING: no(dropped=D),
    LossCode.RESP_LATENCY: no(dropped=P),
    LossCode.RESP_LOGPROBS: native(
        "output_text.logprobs", dropped=(D, N), moved=N, synthesised=N
    ),
    LossCode.RESP_COST: no(dropped=P),
    LossCode.RESP_CHOICES_N_1: no(dropped=D, approximated=N, synthesised=N),
    # 10. Finish reasons
    LossCode.FINISH_STOP: native("completed", approximated=(A, N)),
    LossCode.FINISH_STOP_SEQUENCE: approximated("completed", approximated=A),
    LossCode.FINISH_LENGTH: native("incomplete: max_output_tokens", approximated=N),
    LossCode.FINISH_CONTEXT_LENGTH: approximated(
        "incomplete: max_output_tokens", approximated=A
    ),
    LossCode.FINISH_TOOL_USE: native("completed, with calls", approximated=(A, N)),
    LossCode.FINISH_CONTENT_FILTER: native(
        "incomplete: content_filter", approximated=N
    ),
    LossCode.FINISH_REFUSAL: approximated(
        "incomplete: content_filter; completed beside a refusal", approximated=(A, N)
    ),
    LossCode.FINISH_PROMPT_BLOCKED: approximated(
        "incomplete: content_filter", approximated=A
    ),
    LossCode.FINISH_PAUSE: approximated("incomplete", approximated=A),
    LossCode.FINISH_MALFORMED_TOOL: approximated("failed", approximated=A),
    LossCode.FINISH_COMPACTION: approximated("completed", approximated=A),
    LossCode.FINISH_ERROR_CANCELLED: native("failed, cancelled", approximated=(A, N)),
    LossCode.FINISH_STEERED_MAX_MESSAGES: native(
        "incomplete: steered, max_messages", approximated=N
    ),
    LossCode.FINISH_UNKNOWN: native("the word as it came", approximated=N),
    # 11. Usage
    LossCode.USAGE_INPUT_TOTAL: native("input_tokens", synthesised=N),
    LossCode.USAGE_INPUT_UNCACHED: native(
        "input_tokens without cached and written", synthesised=N
    ),
    LossCode.USAGE_CACHE_READ: native(
        "input_tokens_details.cached_tokens", synthesised=N
    ),
    LossCode.USAGE_CACHE_WRITE: partly(
        "input_tokens_details.cache_write_tokens", dropped=P, synthesised=N
    ),
    LossCode.USAGE_OUTPUT_TOTAL: native("output_tokens", synthesised=N),
    LossCode.USAGE_REASONING: native(
        "output_tokens_details.reasoning_tokens", synthesised=N
    ),
    LossCode.USAGE_AUDIO_IMAGE_TEXT_SPLIT: no(dropped=P),
    LossCode.USAGE_PREDICTION: no(dropped=P),
    LossCode.USAGE_TOOL_PROMPT: no(dropped=P),
    LossCode.USAGE_SERVER_TOOLS: partly(
        "tool_usage.web_search", dropped=P, synthesised=N
    ),
    LossCode.USAGE_TOTAL: native("total_tokens", dropped=(P, N)),
    # 12. Stream deltas
    LossCode.STREAM_IMAGE_DELTA: native("image_generation_call.partial_image"),
    LossCode.STREAM_BUILTIN_PROGRESS: native(
        "*_call.in_progress and others", dropped=N
    ),
    LossCode.STREAM_FINISH: native(
        "response.completed, response.incomplete", dropped=P
    ),
    LossCode.STREAM_ERROR: native("error, response.failed"),
}
"""Every concept that is known here."""
