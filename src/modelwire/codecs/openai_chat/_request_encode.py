"""
A request of `openai-chat`, from the IR to bytes.

It takes a `ChatRequest` of any source and gives the body, the losses, and what was
renamed.

Source:
    wire/openai_chat.md section 1 and wire/mapping.md sections 4 to 8, read
    2026-11-21.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from modelwire.codecs._aliases import AliasBook
from modelwire.codecs._base import RAISE_ON_ERROR, EncodedRequest, LossPolicy
from modelwire.codecs._json import dumps
from modelwire.codecs._losses import LossLog
from modelwire.codecs._profile import Profile
from modelwire.codecs.openai_chat._messages import ConversationWriter
from modelwire.codecs.openai_chat._parts import Context, encode_content_part
from modelwire.codecs.openai_chat._profiles import DEFAULT_PROFILE
from modelwire.codecs.openai_chat._tools_encode import (
    EncodedTools,
    encode_choice,
    encode_tools,
)
from modelwire.codecs.openai_chat._wire import (
    DIALECT,
    JSON_HEADERS,
    PATH,
    REQUEST_HEADERS,
    merge_own,
    own_fields,
    spelling_of,
)
from modelwire.ir._base import JSONObject
from modelwire.ir._loss_codes import LossCode
from modelwire.ir._request import (
    CachePolicy,
    ChatRequest,
    Prediction,
    ReasoningConfig,
    ResponseFormat,
)
from modelwire.ir._tools import CustomTool, FunctionTool

__all__ = ["encode_request"]

_MAX_STOP: Final = 4
"""Most stop sequences (the vendor's type, `stop`)."""
_SCHEMA_NAME: Final = "response"
"""The name of a schema that has none; the vendor's type requires one."""

_BUDGETS: Final = (
    (32768, "xhigh"),
    (16384, "high"),
    (8192, "medium"),
    (2048, "low"),
    (0, "minimal"),
)
"""Thinking budget to effort, nearest lower row (wire/mapping.md, section 5a)."""

_TIERS: Final[Mapping[str, str | None]] = {
    "standard": "default",
    "standard_only": "default",
    "ultrafast": "fast",
    "reserved": None,
}
"""Other dialects' service tiers; what is not here is written as it came."""

_EXTRA_CODES: Final[Mapping[str, LossCode]] = {
    "container": LossCode.SVC_CONTAINER_SKILLS,
    "mcp_servers": LossCode.BT_MCP,
    "inference_geo": LossCode.SVC_GEO,
    "speed": LossCode.SVC_SERVICE_TIER,
    "fallbacks": LossCode.SVC_FALLBACK_MODELS,
    "background": LossCode.SVC_BACKGROUND,
    "prompt": LossCode.PROMPT_TEMPLATE,
    "max_tool_calls": LossCode.TOOL_MAX_TOOL_CALLS,
    "include": LossCode.THINK_VISIBLE,
    "cachedContent": LossCode.CACHE_RESOURCE,
    "moderation": LossCode.SAFETY_SETTINGS,
    "stream_options": LossCode.SVC_INCLUDE_USAGE_OBFUSCATION,
    "task_budget": LossCode.SVC_TASK_BUDGET,
    "output_config": LossCode.SVC_TASK_BUDGET,
    "keep_alive": LossCode.PARAM_NUM_CTX_KEEP_ALIVE,
    "context_management": LossCode.CTX_COMPACTION,
    "metadata": LossCode.META_KV,
    "betas": LossCode.META_KV,
}
"""Concepts of other dialects' unknown request fields."""

_PLAIN: Final[tuple[tuple[str, str], ...]] = (
    ("temperature", "temperature"),
    ("top_p", "top_p"),
    ("candidate_count", "n"),
    ("presence_penalty", "presence_penalty"),
    ("frequency_penalty", "frequency_penalty"),
    ("logprobs", "logprobs"),
    ("top_logprobs", "top_logprobs"),
    ("verbosity", "verbosity"),
    ("store", "store"),
)
"""IR fields that are written as they are, and their wire names, in this order."""

_NONE_HERE: Final[tuple[tuple[str, LossCode], ...]] = (
    ("top_k", LossCode.PARAM_TOP_K),
    ("min_p", LossCode.PARAM_MIN_P_TYPICAL_P_REPETITION),
    ("previous_response_id", LossCode.STATE_PREVIOUS),
    ("conversation", LossCode.STATE_CONVERSATION),
    ("truncation", LossCode.PARAM_TRUNCATION),
    ("context_management", LossCode.CTX_COMPACTION),
    ("safety_settings", LossCode.SAFETY_SETTINGS),
)
"""IR fields that this dialect has no word for."""


def encode_request(
    request: ChatRequest,
    *,
    profile: Profile = DEFAULT_PROFILE,
    on_loss: LossPolicy = RAISE_ON_ERROR,
) -> EncodedRequest:
    """
    Write a request.

    Args:
        request: The request, of any source.
        profile: The variant to write.
        on_loss: Which losses refuse the request.

    Returns:
        The request, with its losses and what was renamed.

    Raises:
        UnsupportedFeatureError: *on_loss* refuses a loss.
        InvalidIRError: A part stands where the IR does not allow it.
    """
    log = LossLog(DIALECT)
    book = AliasBook()
    book.reserve(
        tool.name
        for tool in request.tools
        if isinstance(tool, FunctionTool | CustomTool)
    )
    notes = spelling_of(request.extra)
    writer = ConversationWriter(profile, log, book)
    writer.write(request.system, request.messages)
    out: JSONObject = {}
    if notes.get("model") != "path":
        out["model"] = request.model
    out["messages"] = writer.out
    _tools(request, notes, out, profile, log=log, book=book)
    _limits(request, notes, out, profile, log)
    if request.response_format is not None:
        value = _response_format(request.response_format, log)
        if value is not None:
            out["response_format"] = value
    if request.reasoning is not None:
        _reasoning(request.reasoning, out, log)
    _output(request, out, profile, log)
    _service(request, notes, out, profile, log)
    _stream(request, notes, out)
    for name, code in _NONE_HERE:
        if getattr(request, name) is not None:
            log.drop(code, f"$.{name}")
    if request.extra:
        merge_own(out, request.extra)
        log.drop_extra(request.extra, "$", LossCode.META_KV, _EXTRA_CODES)
    headers = [*JSON_HEADERS, *_headers(request, log)]
    losses = log.settle(on_loss)
    return EncodedRequest(
        method="POST",
        path=PATH,
        headers=tuple(headers),
        body=dumps(out),
        losses=losses,
        aliases=book.aliases(),
    )


def _headers(request: ChatRequest, log: LossLog) -> list[tuple[str, str]]:
    """Keep this dialect's protocol headers; the others go as one loss."""
    kept: list[tuple[str, str]] = []
    gone: list[str] = []
    for name, value in request.headers:
        if name in REQUEST_HEADERS:
            kept.append((name, value))
        else:
            gone.append(name)
    if gone:
        log.drop(LossCode.META_KV, "$.headers", ", ".join(sorted(set(gone))))
    return kept


# --- tools --------------------------------------------------------------------------


def _tools(
    request: ChatRequest,
    notes: JSONObject,
    out: JSONObject,
    profile: Profile,
    *,
    log: LossLog,
    book: AliasBook,
) -> None:
    found = encode_tools(request.tools, profile, log, book)
    legacy = notes.get("tools") == "functions" and _all_plain(request, found)
    if found.tools:
        if legacy:
            out["functions"] = [tool["function"] for tool in found.tools]
        else:
            out["tools"] = found.tools
    if found.web_search is not None:
        out["web_search_options"] = found.web_search
    choice = request.tool_choice
    if choice is not None:
        value = encode_choice(choice, found, log, book)
        if value is not None:
            _write_choice(value, out, legacy=legacy, notes=notes)
    if request.parallel_tool_calls is not None:
        if found.dropped and not found.tools:
            log.drop(LossCode.TOOL_PARALLEL_DISABLE, "$.parallel_tool_calls")
        else:
            out["parallel_tool_calls"] = request.parallel_tool_calls


def _all_plain(request: ChatRequest, found: EncodedTools) -> bool:
    """Say whether every tool fits the list of the time before tools."""
    return not any(isinstance(tool, CustomTool) for tool in request.tools) and all(
        tool.keys() == {"type", "function"} for tool in found.tools
    )


def _write_choice(
    value: Any, out: JSONObject, *, legacy: bool, notes: JSONObject
) -> None:
    if legacy or notes.get("tool_choice") == "function_call":
        if isinstance(value, dict) and isinstance(value.get("function"), dict):
            named = {k: v for k, v in value.items() if k not in ("type", "function")}
            out["function_call"] = {**value["function"], **named}
            return
        if isinstance(value, str):
            out["function_call"] = value
            return
    out["tool_choice"] = value


# --- limits and sampling ------------------------------------------------------------


def _limits(
    request: ChatRequest,
    notes: JSONObject,
    out: JSONObject,
    profile: Profile,
    log: LossLog,
) -> None:
    if request.max_output_tokens is not None:
        noted = notes.get("max_output_tokens")
        field = "max_tokens" if noted == "max_tokens" else profile.max_tokens_field
        out[field] = request.max_output_tokens
    for name, wire in _PLAIN:
        value = getattr(request, name)
        if value is not None:
            out[wire] = value
    if request.logit_bias is not None:
        out["logit_bias"] = dict(request.logit_bias)
    if request.seed is not None:
        noted = notes.get("seed")
        out[noted if isinstance(noted, str) else profile.seed_field] = request.seed
    stop = request.stop_sequences
    if stop:
        if len(stop) > _MAX_STOP:
            log.approximate(
                LossCode.PARAM_STOP, "$.stop_sequences", "only the first 4 are sent"
            )
            stop = stop[:_MAX_STOP]
        if len(stop) == 1 and notes.get("stop_sequences") == "string":
            out["stop"] = stop[0]
        else:
            out["stop"] = list(stop)


# --- shape of the answer ------------------------------------------------------------


def _response_format(value: ResponseFormat, log: LossLog) -> JSONObject | None:
    path = "$.response_format"
    if value.kind == "unknown":
        own = own_fields(value.extra)
        if own:
            return {k: v for k, v in own.items() if not k.startswith("$")}
        log.drop(LossCode.FMT_GRAMMAR_REGEX, path)
        return None
    out: JSONObject = {"type": value.kind}
    if value.kind == "json_schema":
        name = value.name
        if name is None and spelling_of(value.extra).get("name") != "absent":
            name = _SCHEMA_NAME
            log.add(LossCode.FMT_JSON_SCHEMA, None, "synthesised", to=f"{path}.name")
        inner: JSONObject = {} if name is None else {"name": name}
        if value.description is not None:
            inner["description"] = value.description
        if value.schema is not None:
            inner["schema"] = value.schema
        if value.strict is not None:
            inner["strict"] = value.strict
        out["json_schema"] = inner
    else:
        for name in ("name", "description", "schema", "strict"):
            if getattr(value, name) is not None:
                log.drop(LossCode.FMT_JSON_SCHEMA, f"{path}.{name}")
    if value.extra:
        merge_own(out, value.extra)
        log.drop_extra(value.extra, path, LossCode.FMT_JSON_SCHEMA)
    return out


def _reasoning(config: ReasoningConfig, out: JSONObject, log: LossLog) -> None:
    """Say how much to reason: there is only the effort."""
    path = "$.reasoning"
    effort = config.effort
    budget = config.budget_tokens
    if config.mode == "disabled":
        if effort != "none":
            log.approximate(
                LossCode.THINK_OFF,
                f"{path}.mode",
                "became the effort none",
                to=f"{path}.effort",
            )
            if effort is not None:
                log.drop(LossCode.THINK_EFFORT, f"{path}.effort")
        else:
            log.approximate(LossCode.THINK_OFF, f"{path}.mode")
        effort = "none"
        if budget is not None:
            log.drop(LossCode.THINK_BUDGET, f"{path}.budget_tokens")
    elif budget is not None:
        if effort is None:
            # A budget below zero is the caller's mistake, and still has to be written.
            effort = next(
                (word for least, word in _BUDGETS if budget >= least), "minimal"
            )
            log.approximate(
                LossCode.THINK_BUDGET,
                f"{path}.budget_tokens",
                f"became the effort {effort}",
                to=f"{path}.effort",
            )
        else:
            log.drop(LossCode.THINK_BUDGET, f"{path}.budget_tokens")
    if config.mode not in (None, "disabled"):
        code = (
            LossCode.THINK_ADAPTIVE
            if config.mode == "adaptive"
            else LossCode.THINK_EFFORT
        )
        log.approximate(code, f"{path}.mode", "the model decides by itself")
    if config.display is not None:
        log.drop(LossCode.THINK_VISIBLE, f"{path}.display")
    if config.extra:
        log.drop_extra(config.extra, path, LossCode.THINK_CONTEXT_KEEP)
    if effort is not None:
        out["reasoning_effort"] = effort
    elif config.mode is None and config.display is None and not config.extra:
        # An empty object is the same as none, which decoding gives back.
        log.add(LossCode.THINK_EFFORT, path, "dropped", severity="cosmetic")


def _output(
    request: ChatRequest, out: JSONObject, profile: Profile, log: LossLog
) -> None:
    if request.modalities is not None:
        out["modalities"] = list(request.modalities)
    audio = request.audio_output
    if audio is not None:
        value: JSONObject = {"format": audio.format, "voice": audio.voice}
        merge_own(value, audio.extra)
        log.drop_extra(audio.extra, "$.audio_output", LossCode.PARAM_MODALITIES)
        out["audio"] = value
    if request.prediction is not None:
        out["prediction"] = _prediction(request.prediction, profile, log)


def _prediction(value: Prediction, profile: Profile, log: LossLog) -> JSONObject:
    items: list[JSONObject] = []
    context = Context(profile, log)
    for index, part in enumerate(value.parts):
        items += encode_content_part(part, f"$.prediction.parts[{index}]", context)
    content: Any = items
    if (
        len(items) == 1
        and items[0].keys() == {"type", "text"}
        and spelling_of(value.extra).get("content") != "array"
    ):
        content = items[0]["text"]
    out: JSONObject = {"type": "content", "content": content}
    merge_own(out, value.extra)
    log.drop_extra(value.extra, "$.prediction", LossCode.PARAM_PREDICTION)
    return out


# --- service, cache, identity -------------------------------------------------------


def _service(
    request: ChatRequest,
    notes: JSONObject,
    out: JSONObject,
    profile: Profile,
    log: LossLog,
) -> None:
    tier = request.service_tier
    if tier is not None:
        new = _TIERS.get(tier, tier)
        if new is None:
            log.drop(LossCode.SVC_SERVICE_TIER, "$.service_tier", tier)
        else:
            if new != tier:
                log.approximate(
                    LossCode.SVC_SERVICE_TIER,
                    "$.service_tier",
                    f"{tier} became {new}",
                )
            out["service_tier"] = new
    if request.metadata is not None:
        out["metadata"] = dict(request.metadata)
    if request.user_id is not None:
        # `user` is the older name, known to every compatible server, and has no
        # stated limit; clients put long ids there.
        noted = notes.get("user_id")
        field = noted if noted == "safety_identifier" else "user"
        out[field] = request.user_id
    if request.cache is not None:
        _cache(request.cache, out, profile, log)


def _cache(cache: CachePolicy, out: JSONObject, profile: Profile, log: LossLog) -> None:
    path = "$.cache"
    own = DIALECT in cache.extra
    if not profile.prompt_cache and not own:
        for name, code in (
            ("key", LossCode.CACHE_KEY),
            ("retention", LossCode.CACHE_RETENTION),
            ("automatic", LossCode.CACHE_AUTO),
            ("ttl", LossCode.CACHE_TTL),
        ):
            if getattr(cache, name) is not None:
                log.drop(code, f"{path}.{name}")
        log.drop_extra(cache.extra, path, LossCode.CACHE_AUTO)
        return
    if cache.key is not None:
        out["prompt_cache_key"] = cache.key
    if cache.retention is not None:
        out["prompt_cache_retention"] = cache.retention
    options: JSONObject = {}
    if cache.automatic is not None:
        options["mode"] = "implicit" if cache.automatic else "explicit"
    if cache.ttl is not None:
        ttl = cache.ttl
        if ttl in ("5m", "1h", "12h", "24h"):
            ttl = "30m"
            log.approximate(
                LossCode.CACHE_TTL, f"{path}.ttl", f"{cache.ttl} became {ttl}"
            )
        options["ttl"] = ttl
    merge_own(options, cache.extra)
    if options:
        out["prompt_cache_options"] = options
    log.drop_extra(cache.extra, path, LossCode.CACHE_AUTO)
    if not options and cache.key is None and cache.retention is None:
        log.add(LossCode.CACHE_AUTO, path, "dropped", severity="cosmetic")


# --- stream -------------------------------------------------------------------------


def _stream(request: ChatRequest, notes: JSONObject, out: JSONObject) -> None:
    if request.stream:
        out["stream"] = True
    options: JSONObject = {}
    if request.include_usage is not None:
        options["include_usage"] = request.include_usage
    own = own_fields(request.extra).get("stream_options")
    if isinstance(own, dict):
        options.update(own)
    if options or notes.get("stream_options") == "empty":
        out["stream_options"] = options
