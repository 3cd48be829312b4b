"""
What Gemini generateContent carries, concept by concept: where, and at what loss.

Source:
    wire/mapping.md and wire/gemini_generate.md, read 2026-11-21.
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
    LossCode.SYS_LEADING: merged("systemInstruction", merged=N, synthesised=N),
    LossCode.SYS_MID: approximated(
        "the user's words in a <system> tag", approximated=A
    ),
    LossCode.ROLE_DEVELOPER: approximated("systemInstruction", approximated=N),
    LossCode.ROLE_NAME: no(dropped=P),
    LossCode.ROLE_ALTERNATION: approximated("roles user and model", approximated=N),
    LossCode.ROLE_PREFILL: native("a last content of role model"),
    LossCode.MSG_PHASE: no(dropped=D),
    # 2. User content
    LossCode.IN_TEXT: native("text", dropped=(D, N)),
    LossCode.IN_IMAGE_URL: partly(
        "fileData.fileUri, of the web on Vertex only",
        needs_fetch=E,
        approximated=(A, N),
    ),
    LossCode.IN_IMAGE_BASE64: native("inlineData", dropped=E, approximated=A),
    LossCode.IN_IMAGE_FILE_ID: native("fileData.fileUri", dropped=E, approximated=N),
    LossCode.IN_IMAGE_DETAIL: partly(
        "mediaResolution, from generation 3 on", dropped=(P, N)
    ),
    LossCode.IN_DOC_BASE64: native("inlineData", approximated=A),
    LossCode.IN_DOC_URL: partly(
        "fileData.fileUri, of the web on Vertex only", needs_fetch=E, approximated=A
    ),
    LossCode.IN_DOC_FILE_ID: native("fileData.fileUri", dropped=E, approximated=N),
    LossCode.IN_DOC_META: partly("displayName, on Vertex only", dropped=(P, N)),
    LossCode.IN_SEARCH_RESULT: approximated("text", approximated=A),
    LossCode.IN_AUDIO: native(
        "inlineData or fileData", dropped=E, needs_fetch=E, approximated=(A, N)
    ),
    LossCode.IN_VIDEO: native(
        "inlineData or fileData", dropped=E, needs_fetch=E, approximated=(A, N)
    ),
    LossCode.IN_YOUTUBE_URI: native("fileData.fileUri"),
    # 3. Assistant content and replay
    LossCode.OUT_TEXT: merged("text", merged=N, dropped=(D, N), approximated=A),
    LossCode.OUT_INTERLEAVING: native("parts in order"),
    LossCode.OUT_REFUSAL: approximated("text", approximated=A, dropped=N),
    LossCode.OUT_AUDIO: native("inlineData", approximated=A, dropped=D),
    LossCode.OUT_AUDIO_REF: no(dropped=D),
    LossCode.OUT_IMAGE: native("inlineData or fileData"),
    LossCode.OUT_ANNOTATIONS_CITATIONS: partly(
        "groundingMetadata, citationMetadata",
        approximated=(A, N),
        dropped=D,
        synthesised=A,
    ),
    LossCode.OUT_TOOL_CALL: native(
        "functionCall", repaired=A, dropped=D, approximated=N
    ),
    LossCode.TOOL_CALL_ID: native("id, may be absent", synthesised=N),
    LossCode.TOOL_CALL_THOUGHT_SIGNATURE: native(
        "thoughtSignature", dropped=D, synthesised=N
    ),
    LossCode.TOOL_CALL_CUSTOM: approximated(
        "a function call with one text", approximated=A
    ),
    LossCode.TOOL_CALL_NAMESPACE_CALLER: no(dropped=D),
    LossCode.TOOL_RESULT_TEXT: native(
        "functionResponse.response", merged=N, moved=N, synthesised=N
    ),
    LossCode.TOOL_RESULT_IMAGE: native("functionResponse.parts"),
    LossCode.TOOL_RESULT_FILE_DOC: native("functionResponse.parts", dropped=D),
    LossCode.TOOL_RESULT_ERROR_FLAG: native("response.error", dropped=N),
    LossCode.TOOL_RESULT_NAME: native("functionResponse.name", synthesised=(N, E)),
    LossCode.TOOL_RESULT_SEARCH_RESULT_TOOL_REFERENCE: approximated(
        "text", approximated=A, dropped=D
    ),
    # 4. Tools
    LossCode.TOOL_FUNCTION: native("functionDeclarations", dropped=(P, N)),
    LossCode.TOOL_NAME_CHARSET: native(
        "64 of a-z A-Z 0-9 _ . : -, not beginning with a digit or sign", approximated=N
    ),
    LossCode.TOOL_STRICT: no(dropped=(P, N)),
    LossCode.TOOL_CHOICE_AUTO: native("AUTO", dropped=P),
    LossCode.TOOL_CHOICE_NONE: native("NONE"),
    LossCode.TOOL_CHOICE_ANY: native("ANY"),
    LossCode.TOOL_CHOICE_SPECIFIC: native(
        "ANY and one allowed name", dropped=P, approximated=N
    ),
    LossCode.TOOL_CHOICE_SUBSET: native(
        "allowedFunctionNames", dropped=P, approximated=N
    ),
    LossCode.TOOL_PARALLEL_DISABLE: no(dropped=(P, N)),
    LossCode.TOOL_CUSTOM_GRAMMAR: approximated("any text", approximated=A),
    LossCode.TOOL_DEFER_SEARCH: no(dropped=P),
    LossCode.TOOL_EXAMPLES_OUTPUT_SCHEMA: partly("responseJsonSchema", dropped=P),
    LossCode.BT_WEB_SEARCH: native("googleSearch", dropped=P, approximated=N),
    LossCode.BT_WEB_FETCH: native("urlContext", dropped=P, approximated=N),
    LossCode.BT_CODE_EXECUTION: native("codeExecution", dropped=P, approximated=A),
    LossCode.BT_FILE_SEARCH: native("fileSearch", dropped=P),
    LossCode.BT_COMPUTER: native("computerUse", dropped=E, approximated=E),
    LossCode.BT_MCP: native("mcpServers", dropped=P),
    LossCode.BT_IMAGE_GENERATION: no(dropped=P),
    LossCode.BT_SHELL_EDITOR_MEMORY_PATCH: no(dropped=P, approximated=A),
    LossCode.BT_MAPS: native("googleMaps"),
    LossCode.BT_CALL_ITEMS: native(
        "toolCall, toolResponse, executableCode, codeExecutionResult", dropped=D
    ),
    LossCode.BT_MCP_APPROVAL: no(approximated=E),
    LossCode.TOOL_MAX_TOOL_CALLS: no(dropped=P),
    # 5. Reasoning
    LossCode.THINK_EFFORT: native(
        "thinkingConfig.thinkingLevel", approximated=A, dropped=(P, N)
    ),
    LossCode.THINK_BUDGET: native("thinkingConfig.thinkingBudget", dropped=N),
    LossCode.THINK_OFF: native("a budget of 0, or MINIMAL", approximated=A, dropped=N),
    LossCode.THINK_ADAPTIVE: native("a budget of -1", approximated=A, dropped=N),
    LossCode.THINK_VISIBLE: native(
        "includeThoughts", approximated=A, dropped=P, synthesised=N
    ),
    LossCode.THINK_TEXT: native("text with thought", dropped=N, merged=N),
    LossCode.THINK_SUMMARY: approximated(
        "text with thought", approximated=N, dropped=D
    ),
    LossCode.THINK_SIGNATURE: native("thoughtSignature", dropped=(D, N)),
    LossCode.THINK_REDACTED: no(dropped=D),
    LossCode.THINK_ITEM_ID: no(dropped=N),
    LossCode.THINK_REPLAY_RULE: native("in the part it belongs to"),
    LossCode.THINK_CONTEXT_KEEP: no(dropped=P),
    LossCode.THINK_INTERLEAVED: no(dropped=N),
    # 6. Sampling and limits
    LossCode.PARAM_MAX_TOKENS: native("maxOutputTokens"),
    LossCode.PARAM_TEMPERATURE: native("temperature"),
    LossCode.PARAM_TOP_P: native("topP"),
    LossCode.PARAM_TOP_K: native("topK"),
    LossCode.PARAM_MIN_P_TYPICAL_P_REPETITION: no(dropped=P),
    LossCode.PARAM_SEED: native("seed, 32 bits", approximated=A),
    LossCode.PARAM_FREQ_PRESENCE_PENALTY: native("frequencyPenalty, presencePenalty"),
    LossCode.PARAM_STOP: native("stopSequences, 5 at most", approximated=A),
    LossCode.PARAM_LOGIT_BIAS: no(dropped=P),
    LossCode.PARAM_LOGPROBS: native("responseLogprobs, logprobs"),
    LossCode.PARAM_N: native("candidateCount"),
    LossCode.PARAM_VERBOSITY: no(dropped=P),
    LossCode.PARAM_PREDICTION: no(dropped=P),
    LossCode.PARAM_MODALITIES: native(
        "responseModalities, speechConfig", dropped=P, approximated=A
    ),
    LossCode.PARAM_MEDIA_IMAGE_CONFIG: native("imageConfig, mediaResolution"),
    LossCode.PARAM_TRUNCATION: no(dropped=P),
    LossCode.PARAM_NUM_CTX_KEEP_ALIVE: no(dropped=P),
    # 7. Output format
    LossCode.FMT_TEXT: native("text/plain"),
    LossCode.FMT_JSON_OBJECT: native("application/json"),
    LossCode.FMT_JSON_SCHEMA: native("responseJsonSchema", dropped=P, approximated=A),
    LossCode.FMT_ENUM: native("text/x.enum"),
    LossCode.FMT_GRAMMAR_REGEX: no(dropped=P),
    # 8. Caching, service, identity, storage
    LossCode.CACHE_BREAKPOINT: no(dropped=P),
    LossCode.CACHE_TTL: no(dropped=P),
    LossCode.CACHE_AUTO: no(dropped=(P, N)),
    LossCode.CACHE_KEY: no(dropped=P),
    LossCode.CACHE_RETENTION: no(dropped=P),
    LossCode.CACHE_RESOURCE: native("cachedContent"),
    LossCode.SVC_SERVICE_TIER: native("serviceTier", approximated=A, dropped=(P, N)),
    LossCode.SAFETY_SETTINGS: native("safetySettings", dropped=P),
    LossCode.META_USER: no(dropped=P),
    LossCode.META_KV: native("labels, on Vertex only", dropped=P, approximated=N),
    LossCode.SVC_STORE: native("store"),
    LossCode.STATE_PREVIOUS: no(dropped=E),
    LossCode.STATE_CONVERSATION: no(dropped=E),
    LossCode.PROMPT_TEMPLATE: no(dropped=E),
    LossCode.SVC_BACKGROUND: no(dropped=P),
    LossCode.CTX_COMPACTION: approximated("text", approximated=A, dropped=(D, P)),
    LossCode.CTX_CLEAR_TOOLS: no(dropped=P),
    LossCode.SVC_TASK_BUDGET: no(dropped=P),
    LossCode.SVC_CONTAINER_SKILLS: no(dropped=P),
    LossCode.SVC_FALLBACK_MODELS: no(dropped=P),
    LossCode.SVC_GEO: no(dropped=P),
    LossCode.SVC_INCLUDE_USAGE_OBFUSCATION: no(dropped=N),
    # 9. Response envelope
    LossCode.RESP_ID: native("responseId", dropped=N, synthesised=N),
    LossCode.RESP_MODEL: native("modelVersion", synthesised=N),
    LossCode.RESP_CREATED: native("createTime", dropped=N, synthesised=N),
    LossCode.RESP_ROLE_OBJECT: native("role model", approximated=N),
    LossCode.RESP_FINGERPRINT: no(dropped=P),
    LossCode.RESP_TIER: native("usageMetadata.trafficType", approximated=A, dropped=P),
    LossCode.RESP_SAFETY: native("safetyRatings, promptFeedback", dropped=D),
    LossCode.RESP_GROUNDING: native("groundingMetadata", synthesised=N),
    LossCode.RESP_LATENCY: no(dropped=P),
    LossCode.RESP_LOGPROBS: native("logprobsResult", dropped=D),
    LossCode.RESP_COST: no(dropped=P),
    LossCode.RESP_CHOICES_N_1: native("candidates"),
    # 10. Finish reasons
    LossCode.FINISH_STOP: native("STOP", approximated=(A, N), synthesised=N),
    LossCode.FINISH_STOP_SEQUENCE: approximated(
        "STOP", approximated=(A, N), dropped=P, synthesised=N
    ),
    LossCode.FINISH_LENGTH: native("MAX_TOKENS", approximated=N, synthesised=N),
    LossCode.FINISH_CONTEXT_LENGTH: approximated(
        "MAX_TOKENS", approximated=(A, N), synthesised=N
    ),
    LossCode.FINISH_TOOL_USE: native(
        "STOP, with calls", approximated=(A, N), synthesised=N
    ),
    LossCode.FINISH_CONTENT_FILTER: native(
        "SAFETY and a dozen others", approximated=N, synthesised=N
    ),
    LossCode.FINISH_REFUSAL: approximated("SAFETY", approximated=(A, N), synthesised=N),
    LossCode.FINISH_PROMPT_BLOCKED: native(
        "promptFeedback.blockReason", approximated=(A, N), synthesised=N
    ),
    LossCode.FINISH_PAUSE: approximated("CONTINUATION", approximated=N, synthesised=N),
    LossCode.FINISH_MALFORMED_TOOL: native(
        "MALFORMED_FUNCTION_CALL and others", approximated=N, synthesised=N
    ),
    LossCode.FINISH_COMPACTION: approximated(
        "STOP", approximated=(A, N), synthesised=N
    ),
    LossCode.FINISH_ERROR_CANCELLED: approximated(
        "OTHER", approximated=(A, N), synthesised=N
    ),
    LossCode.FINISH_STEERED_MAX_MESSAGES: approximated(
        "FINISH_REASON_UNSPECIFIED", approximated=N
    ),
    LossCode.FINISH_UNKNOWN: native(
        "the word as it came", approximated=N, synthesised=N
    ),
    # 11. Usage
    LossCode.USAGE_INPUT_TOTAL: native(
        "promptTokenCount and toolUsePromptTokenCount", synthesised=N
    ),
    LossCode.USAGE_INPUT_UNCACHED: native(
        "promptTokenCount without cached", approximated=A, synthesised=N
    ),
    LossCode.USAGE_CACHE_READ: native("cachedContentTokenCount"),
    LossCode.USAGE_CACHE_WRITE: no(dropped=P),
    LossCode.USAGE_OUTPUT_TOTAL: native(
        "candidatesTokenCount and thoughtsTokenCount", approximated=A
    ),
    LossCode.USAGE_REASONING: native("thoughtsTokenCount"),
    LossCode.USAGE_AUDIO_IMAGE_TEXT_SPLIT: native("*TokensDetails by modality"),
    LossCode.USAGE_PREDICTION: no(dropped=P),
    LossCode.USAGE_TOOL_PROMPT: native("toolUsePromptTokenCount"),
    LossCode.USAGE_SERVER_TOOLS: no(dropped=P),
    LossCode.USAGE_TOTAL: native("totalTokenCount", dropped=P, synthesised=N),
    # 12. Stream deltas
    LossCode.STREAM_IMAGE_DELTA: no(dropped=N),
    LossCode.STREAM_BUILTIN_PROGRESS: no(dropped=N),
    LossCode.STREAM_FINISH: native("finishReason"),
    LossCode.STREAM_ERROR: native("an error object"),
}
"""Every concept that is known here."""
