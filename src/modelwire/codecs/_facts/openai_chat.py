"""
What OpenAI Chat carries, concept by concept: where, and at what loss.

Source:
    wire/mapping.md and wire/openai_chat.md, read 2026-11-21.
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
    moved,
    native,
    no,
    partly,
)
from modelwire.ir._loss_codes import LossCode

__all__ = ["FACTS"]

FACTS: Final[Facts] = {
    # 1. Instructions and roles
    LossCode.SYS_LEADING: native("messages of role system or developer", moved=N),
    LossCode.SYS_MID: native("a message of role system or developer"),
    LossCode.ROLE_DEVELOPER: native("role developer", approximated=N),
    LossCode.ROLE_NAME: native("name", dropped=P, moved=N),
    LossCode.ROLE_ALTERNATION: native("messages in any order"),
    LossCode.ROLE_PREFILL: approximated(
        "a last assistant message starts a new one", approximated=A
    ),
    LossCode.MSG_PHASE: no(dropped=D),
    # 2. User content
    LossCode.IN_TEXT: native("text", dropped=(D, N), synthesised=N),
    LossCode.IN_IMAGE_URL: native("image_url.url", dropped=N),
    LossCode.IN_IMAGE_BASE64: native("image_url.url as data:", dropped=D),
    LossCode.IN_IMAGE_FILE_ID: no(dropped=E),
    LossCode.IN_IMAGE_DETAIL: native("image_url.detail"),
    LossCode.IN_DOC_BASE64: native(
        "file.file_data", approximated=A, synthesised=N, dropped=D
    ),
    LossCode.IN_DOC_URL: no(needs_fetch=E),
    LossCode.IN_DOC_FILE_ID: native("file.file_id", dropped=E, approximated=N),
    LossCode.IN_DOC_META: partly("filename", dropped=P, moved=N, synthesised=N),
    LossCode.IN_SEARCH_RESULT: approximated("text", approximated=A),
    LossCode.IN_AUDIO: native(
        "input_audio, wav and mp3", dropped=D, needs_fetch=E, approximated=N
    ),
    LossCode.IN_VIDEO: no(dropped=D),
    LossCode.IN_YOUTUBE_URI: no(dropped=D),
    # 3. Assistant content and replay
    LossCode.OUT_TEXT: merged("content", merged=N, dropped=(D, N), approximated=A),
    LossCode.OUT_INTERLEAVING: merged("content, then tool_calls", merged=A, moved=A),
    LossCode.OUT_REFUSAL: native("refusal", dropped=N, merged=N),
    LossCode.OUT_AUDIO: native(
        "message.audio", dropped=(D, N), approximated=A, synthesised=N
    ),
    LossCode.OUT_AUDIO_REF: native("audio.id"),
    LossCode.OUT_IMAGE: no(dropped=D),
    LossCode.OUT_ANNOTATIONS_CITATIONS: partly(
        "annotations: url_citation", approximated=A, dropped=D, moved=N
    ),
    LossCode.OUT_TOOL_CALL: native("tool_calls", approximated=N),
    LossCode.TOOL_CALL_ID: native("id", synthesised=N, dropped=N, approximated=N),
    LossCode.TOOL_CALL_THOUGHT_SIGNATURE: partly(
        "Gemini's extra_content", dropped=D, moved=N
    ),
    LossCode.TOOL_CALL_CUSTOM: native("a call of type custom"),
    LossCode.TOOL_CALL_NAMESPACE_CALLER: no(dropped=D),
    LossCode.TOOL_RESULT_TEXT: native(
        "a message of role tool", dropped=(D, N), synthesised=N, moved=N
    ),
    LossCode.TOOL_RESULT_IMAGE: moved(
        "a user message after the results", moved=A, synthesised=N, dropped=(D, E)
    ),
    LossCode.TOOL_RESULT_FILE_DOC: moved(
        "a user message after the results",
        moved=A,
        approximated=A,
        synthesised=N,
        dropped=(D, E),
        needs_fetch=E,
    ),
    LossCode.TOOL_RESULT_ERROR_FLAG: approximated(
        "text that begins with Error:", approximated=A, dropped=N
    ),
    LossCode.TOOL_RESULT_NAME: no(dropped=N),
    LossCode.TOOL_RESULT_SEARCH_RESULT_TOOL_REFERENCE: approximated(
        "text", approximated=A, dropped=D
    ),
    # 4. Tools
    LossCode.TOOL_FUNCTION: native("tools: function", dropped=P),
    LossCode.TOOL_NAME_CHARSET: native("64 of a-z A-Z 0-9 _ -", approximated=N),
    LossCode.TOOL_STRICT: native("strict"),
    LossCode.TOOL_CHOICE_AUTO: native("auto", dropped=P),
    LossCode.TOOL_CHOICE_NONE: native("none", dropped=P),
    LossCode.TOOL_CHOICE_ANY: native("required", dropped=P),
    LossCode.TOOL_CHOICE_SPECIFIC: native(
        "the function's name", dropped=P, approximated=A
    ),
    LossCode.TOOL_CHOICE_SUBSET: native("allowed_tools", dropped=P),
    LossCode.TOOL_PARALLEL_DISABLE: native("parallel_tool_calls", dropped=(P, N)),
    LossCode.TOOL_CUSTOM_GRAMMAR: native("custom.format"),
    LossCode.TOOL_DEFER_SEARCH: no(dropped=P),
    LossCode.TOOL_EXAMPLES_OUTPUT_SCHEMA: no(dropped=P),
    LossCode.BT_WEB_SEARCH: native(
        "web_search_options", dropped=P, approximated=N, moved=N
    ),
    LossCode.BT_WEB_FETCH: no(dropped=P),
    LossCode.BT_CODE_EXECUTION: no(dropped=P),
    LossCode.BT_FILE_SEARCH: no(dropped=P),
    LossCode.BT_COMPUTER: no(dropped=E, approximated=E),
    LossCode.BT_MCP: no(dropped=P),
    LossCode.BT_IMAGE_GENERATION: no(dropped=P),
    LossCode.BT_SHELL_EDITOR_MEMORY_PATCH: no(dropped=P, approximated=A),
    LossCode.BT_MAPS: no(dropped=P),
    LossCode.BT_CALL_ITEMS: no(dropped=D),
    LossCode.BT_MCP_APPROVAL: no(approximated=E),
    LossCode.TOOL_MAX_TOOL_CALLS: no(dropped=P),
    # 5. Reasoning
    LossCode.THINK_EFFORT: native("reasoning_effort", dropped=(P, N)),
    LossCode.THINK_BUDGET: approximated("an effort", approximated=A, dropped=P),
    LossCode.THINK_OFF: native("the effort none", approximated=A),
    LossCode.THINK_ADAPTIVE: approximated("nothing said", approximated=A),
    LossCode.THINK_VISIBLE: no(dropped=P),
    LossCode.THINK_TEXT: partly(
        "reasoning_content or reasoning, of compatible servers", dropped=D, merged=N
    ),
    LossCode.THINK_SUMMARY: partly(
        "reasoning_details, of OpenRouter", dropped=D, approximated=N
    ),
    LossCode.THINK_SIGNATURE: partly(
        "reasoning_details, of OpenRouter", dropped=(D, N)
    ),
    LossCode.THINK_REDACTED: partly("reasoning_details, of OpenRouter", dropped=D),
    LossCode.THINK_ITEM_ID: no(dropped=N),
    LossCode.THINK_REPLAY_RULE: native("nothing to replay"),
    LossCode.THINK_CONTEXT_KEEP: no(dropped=P),
    LossCode.THINK_INTERLEAVED: no(dropped=N, approximated=N),
    # 6. Sampling and limits
    LossCode.PARAM_MAX_TOKENS: native("max_completion_tokens"),
    LossCode.PARAM_TEMPERATURE: native("temperature"),
    LossCode.PARAM_TOP_P: native("top_p"),
    LossCode.PARAM_TOP_K: no(dropped=P),
    LossCode.PARAM_MIN_P_TYPICAL_P_REPETITION: no(dropped=P),
    LossCode.PARAM_SEED: native("seed"),
    LossCode.PARAM_FREQ_PRESENCE_PENALTY: native("frequency_penalty, presence_penalty"),
    LossCode.PARAM_STOP: native("stop, 4 at most", approximated=A),
    LossCode.PARAM_LOGIT_BIAS: native("logit_bias"),
    LossCode.PARAM_LOGPROBS: native("logprobs, top_logprobs"),
    LossCode.PARAM_N: native("n"),
    LossCode.PARAM_VERBOSITY: native("verbosity"),
    LossCode.PARAM_PREDICTION: native("prediction", dropped=P),
    LossCode.PARAM_MODALITIES: native("modalities, audio"),
    LossCode.PARAM_MEDIA_IMAGE_CONFIG: no(dropped=P),
    LossCode.PARAM_TRUNCATION: no(dropped=P),
    LossCode.PARAM_NUM_CTX_KEEP_ALIVE: partly(
        "keep_alive and others, of compatible servers"
    ),
    # 7. Output format
    LossCode.FMT_TEXT: native("text"),
    LossCode.FMT_JSON_OBJECT: native("json_object"),
    LossCode.FMT_JSON_SCHEMA: native("json_schema", synthesised=N, dropped=P),
    LossCode.FMT_ENUM: approximated("a schema with enum", approximated=A),
    LossCode.FMT_GRAMMAR_REGEX: partly("fields of compatible servers", dropped=P),
    # 8. Caching, service, identity, storage
    LossCode.CACHE_BREAKPOINT: native(
        "prompt_cache_breakpoint on parts", dropped=P, moved=N
    ),
    LossCode.CACHE_TTL: native("30m, 12h", approximated=A, dropped=P),
    LossCode.CACHE_AUTO: native("prompt_cache_options.mode", dropped=(P, N)),
    LossCode.CACHE_KEY: native("prompt_cache_key", dropped=P),
    LossCode.CACHE_RETENTION: native("prompt_cache_retention", dropped=P),
    LossCode.CACHE_RESOURCE: no(dropped=E),
    LossCode.SVC_SERVICE_TIER: native("service_tier", approximated=A, dropped=P),
    LossCode.SAFETY_SETTINGS: partly("moderation", dropped=P),
    LossCode.META_USER: native("user, safety_identifier"),
    LossCode.META_KV: native("metadata", dropped=P),
    LossCode.SVC_STORE: native("store"),
    LossCode.STATE_PREVIOUS: no(dropped=E),
    LossCode.STATE_CONVERSATION: no(dropped=E),
    LossCode.PROMPT_TEMPLATE: no(dropped=E),
    LossCode.SVC_BACKGROUND: no(dropped=P),
    LossCode.CTX_COMPACTION: approximated("text", approximated=A, dropped=(D, P, N)),
    LossCode.CTX_CLEAR_TOOLS: no(dropped=P),
    LossCode.SVC_TASK_BUDGET: no(dropped=P),
    LossCode.SVC_CONTAINER_SKILLS: no(dropped=P),
    LossCode.SVC_FALLBACK_MODELS: partly("models, at OpenRouter", dropped=P),
    LossCode.SVC_GEO: no(dropped=P),
    LossCode.SVC_INCLUDE_USAGE_OBFUSCATION: native("stream_options", dropped=N),
    # 9. Response envelope
    LossCode.RESP_ID: native("id", synthesised=N, dropped=N, approximated=A),
    LossCode.RESP_MODEL: native("model"),
    LossCode.RESP_CREATED: native("created", synthesised=N, approximated=A),
    LossCode.RESP_ROLE_OBJECT: native("role assistant", approximated=N),
    LossCode.RESP_FINGERPRINT: native("system_fingerprint", dropped=P),
    LossCode.RESP_TIER: native("service_tier", approximated=A, dropped=P),
    LossCode.RESP_SAFETY: partly("moderation", dropped=D, approximated=A),
    LossCode.RESP_GROUNDING: no(dropped=D),
    LossCode.RESP_LATENCY: no(dropped=P),
    LossCode.RESP_LOGPROBS: native(
        "choices[].logprobs", dropped=(D, N), moved=N, synthesised=N
    ),
    LossCode.RESP_COST: partly("usage.cost, at OpenRouter", dropped=P),
    LossCode.RESP_CHOICES_N_1: native("choices"),
    # 10. Finish reasons
    LossCode.FINISH_STOP: native("stop", approximated=(A, N)),
    LossCode.FINISH_STOP_SEQUENCE: approximated("stop", approximated=A),
    LossCode.FINISH_LENGTH: native("length", approximated=N),
    LossCode.FINISH_CONTEXT_LENGTH: approximated("length", approximated=A),
    LossCode.FINISH_TOOL_USE: native("tool_calls", approximated=N),
    LossCode.FINISH_CONTENT_FILTER: native("content_filter", approximated=N),
    LossCode.FINISH_REFUSAL: approximated(
        "content_filter; stop beside a refusal", approximated=(A, N)
    ),
    LossCode.FINISH_PROMPT_BLOCKED: approximated("content_filter", approximated=A),
    LossCode.FINISH_PAUSE: approximated("stop", approximated=A),
    LossCode.FINISH_MALFORMED_TOOL: approximated("error", approximated=A),
    LossCode.FINISH_COMPACTION: approximated("stop", approximated=A),
    LossCode.FINISH_ERROR_CANCELLED: approximated("error", approximated=(A, N)),
    LossCode.FINISH_STEERED_MAX_MESSAGES: native("the word as it came"),
    LossCode.FINISH_UNKNOWN: native("the word as it came", approximated=N),
    # 11. Usage
    LossCode.USAGE_INPUT_TOTAL: native("prompt_tokens", synthesised=N),
    LossCode.USAGE_INPUT_UNCACHED: native(
        "prompt_tokens without cached and written", synthesised=N
    ),
    LossCode.USAGE_CACHE_READ: native("prompt_tokens_details.cached_tokens"),
    LossCode.USAGE_CACHE_WRITE: partly(
        "prompt_tokens_details.cache_write_tokens", dropped=P
    ),
    LossCode.USAGE_OUTPUT_TOTAL: native("completion_tokens", synthesised=N),
    LossCode.USAGE_REASONING: native("completion_tokens_details.reasoning_tokens"),
    LossCode.USAGE_AUDIO_IMAGE_TEXT_SPLIT: native("*_tokens_details", dropped=P),
    LossCode.USAGE_PREDICTION: native(
        "accepted_prediction_tokens, rejected_prediction_tokens"
    ),
    LossCode.USAGE_TOOL_PROMPT: no(dropped=P),
    LossCode.USAGE_SERVER_TOOLS: no(dropped=P),
    LossCode.USAGE_TOTAL: native("total_tokens", dropped=P),
    # 12. Stream deltas
    LossCode.STREAM_IMAGE_DELTA: no(dropped=N),
    LossCode.STREAM_BUILTIN_PROGRESS: no(dropped=N),
    LossCode.STREAM_FINISH: native("finish_reason"),
    LossCode.STREAM_ERROR: native("an error object", dropped=P),
}
"""Every concept that is known here."""
