"""
A request of `openai-responses`, from the IR to bytes.

It takes a `ChatRequest` of any source and gives the body, the losses, and what was
renamed.

Source:
    wire/openai_responses.md section 1 and wire/mapping.md sections 4 to 8, read
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
from modelwire.codecs.openai_responses._messages_encode import ConversationWriter
from modelwire.codecs.openai_responses._profiles import DEFAULT_PROFILE
from modelwire.codecs.openai_responses._request_decode import LEAST_OUTPUT, LOGPROBS
from modelwire.codecs.openai_responses._tools import (
    encode_choice,
    encode_tools,
)
from modelwire.codecs.openai_responses._wire import (
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
    ReasoningConfig,
    ResponseFormat,
)
from modelwire.ir._tools import CustomTool, FunctionTool

__all__ = ["encode_request", "request_fields", "settings"]

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

_SUMMARIES: Final[Mapping[str, str | None]] = {"summarized": "auto", "omitted": None}
"""Other dialects' words for what of the reasoning is shown."""

_TIERS: Final[Mapping[str, str | None]] = {
    "standard": "default",
    "standard_only": "default",
    "reserved": None,
}
"""Other dialects' service tiers; what is not here is written as it came."""

_EXTRA_CODES: Final[Mapping[str, LossCode]] = {
    "container": LossCode.SVC_CONTAINER_SKILLS,
    "mcp_servers": LossCode.BT_MCP,
    "inference_geo": LossCode.SVC_GEO,
    "speed": LossCode.SVC_SERVICE_TIER,
    "fallbacks": LossCode.SVC_FALLBACK_MODELS,
    "models": LossCode.SVC_FALLBACK_MODELS,
    "cachedContent": LossCode.CACHE_RESOURCE,
    "moderation": LossCode.SAFETY_SETTINGS,
    "stream_options": LossCode.SVC_INCLUDE_USAGE_OBFUSCATION,
    "task_budget": LossCode.SVC_TASK_BUDGET,
    "output_config": LossCode.SVC_TASK_BUDGET,
    "keep_alive": LossCode.PARAM_NUM_CTX_KEEP_ALIVE,
    "betas": LossCode.META_KV,
}
"""Concepts of other dialects' unknown request fields."""

_PLAIN: Final[tuple[str, ...]] = (
    "temperature",
    "top_p",
    "top_logprobs",
    "store",
    "previous_response_id",
    "conversation",
    "truncation",
)
"""IR fields that are written as they are, in this order."""

_NONE_HERE: Final[tuple[tuple[str, LossCode], ...]] = (
    ("top_k", LossCode.PARAM_TOP_K),
    ("min_p", LossCode.PARAM_MIN_P_TYPICAL_P_REPETITION),
    ("seed", LossCode.PARAM_SEED),
    ("frequency_penalty", LossCode.PARAM_FREQ_PRESENCE_PENALTY),
    ("presence_penalty", LossCode.PARAM_FREQ_PRESENCE_PENALTY),
    ("logit_bias", LossCode.PARAM_LOGIT_BIAS),
    ("modalities", LossCode.PARAM_MODALITIES),
    ("audio_output", LossCode.PARAM_MODALITIES),
    ("prediction", LossCode.PARAM_PREDICTION),
    ("include_usage", LossCode.SVC_INCLUDE_USAGE_OBFUSCATION),
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
        profile: The variant to write; nothing of it is read.
        on_loss: Which losses refuse the request.

    Returns:
        The request, with its losses and what was renamed.

    Raises:
        UnsupportedFeatureError: *on_loss* refuses a loss.
        InvalidIRError: A part stands where the IR does not allow it.
    """
    del profile
    log = LossLog(DIALECT)
    book = AliasBook()
    out = request_fields(request, log, book)
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


def request_fields(request: ChatRequest, log: LossLog, book: AliasBook) -> JSONObject:
    """
    Write a request's JSON object.

    Args:
        request: The request.
        log: Where losses go.
        book: Where renamed tools are noted.

    Returns:
        The object.
    """
    book.reserve(
        tool.name
        for tool in request.tools
        if isinstance(tool, FunctionTool | CustomTool)
    )
    notes = spelling_of(request.extra)
    writer = ConversationWriter(log, book)
    writer.write(request.system, request.messages)
    out: JSONObject = {}
    if request.model or notes.get("model") != "absent":
        out["model"] = request.model
    if writer.instructions is not None:
        out["instructions"] = writer.instructions
    if writer.out or notes.get("input") != "absent":
        out["input"] = _input(writer.out, notes)
    settings(request, out, log, book)
    for name, code in _NONE_HERE:
        if getattr(request, name) is not None:
            log.drop(code, f"$.{name}")
    if request.stop_sequences:
        log.drop(LossCode.PARAM_STOP, "$.stop_sequences")
    if request.candidate_count is not None:
        log.add(
            LossCode.PARAM_N,
            "$.candidate_count",
            "dropped",
            severity="cosmetic" if request.candidate_count == 1 else None,
        )
    if request.stream:
        out["stream"] = True
    if request.extra:
        merge_own(out, request.extra, ("include",))
        log.drop_extra(request.extra, "$", LossCode.META_KV, _EXTRA_CODES)
    return out


def _input(items: list[JSONObject], notes: JSONObject) -> Any:
    """Give `input`: one user's text alone may be a string."""
    if notes.get("input") == "string" and len(items) == 1:
        only = items[0]
        if only.keys() == {"role", "content"} and only["role"] == "user":
            content = only["content"]
            if isinstance(content, str):
                return content
    return items


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


def settings(
    request: ChatRequest, out: JSONObject, log: LossLog, book: AliasBook
) -> None:
    """
    Write everything of a request but its conversation.

    Args:
        request: The request.
        out: The object that is written; an answer repeats these fields too.
        log: Where losses go.
        book: Where renamed tools are noted.
    """
    notes = spelling_of(request.extra)
    _tools(request, out, log, book)
    _limit(request, notes, out, log)
    for name in _PLAIN:
        value = getattr(request, name)
        if value is not None:
            out[name] = value
    _store(request, notes, out, log)
    _include(request, out, log)
    _text(request, notes, out, log)
    if request.reasoning is not None:
        _reasoning(request.reasoning, out, log)
    elif notes.get("reasoning") == "empty":
        out["reasoning"] = {}
    _context_management(request, out, log)
    _service(request, notes, out, log)


def _tools(
    request: ChatRequest, out: JSONObject, log: LossLog, book: AliasBook
) -> None:
    found = encode_tools(request.tools, log, book)
    if found.tools:
        out["tools"] = found.tools
    if request.tool_choice is not None:
        value = encode_choice(request.tool_choice, found, log, book)
        if value is not None:
            out["tool_choice"] = value
    if request.parallel_tool_calls is not None:
        if found.dropped and not found.tools:
            log.drop(LossCode.TOOL_PARALLEL_DISABLE, "$.parallel_tool_calls")
        else:
            out["parallel_tool_calls"] = request.parallel_tool_calls


def _limit(
    request: ChatRequest, notes: JSONObject, out: JSONObject, log: LossLog
) -> None:
    limit = request.max_output_tokens
    if limit is None:
        return
    if limit < LEAST_OUTPUT and notes.get("max_output_tokens") != "small":
        log.approximate(
            LossCode.PARAM_MAX_TOKENS,
            "$.max_output_tokens",
            f"{limit} became {LEAST_OUTPUT}, the least that is taken",
        )
        limit = LEAST_OUTPUT
    out["max_output_tokens"] = limit


def _store(
    request: ChatRequest, notes: JSONObject, out: JSONObject, log: LossLog
) -> None:
    """
    Say that nothing is to be stored, where the source's default says so.

    This dialect stores by default and no other does.  A request that goes on from a
    stored state leaves it to the server.
    """
    if (
        request.store is None
        and notes.get("store") != "absent"
        and request.previous_response_id is None
        and request.conversation is None
    ):
        out["store"] = False
        log.add(
            LossCode.SVC_STORE,
            None,
            "synthesised",
            to="$.store",
            detail="the default here is to store",
        )


def _include(request: ChatRequest, out: JSONObject, log: LossLog) -> None:
    own = own_fields(request.extra).get("include")
    if isinstance(own, list):
        out["include"] = list(own)
    elif own is not None:
        out["include"] = own
    if request.logprobs:
        out["include"] = [*out.get("include", ()), LOGPROBS]
    elif request.logprobs is not None:
        log.add(
            LossCode.PARAM_LOGPROBS,
            "$.logprobs",
            "dropped",
            severity="cosmetic",
            detail="absent means false",
        )


# --- shape of the answer ------------------------------------------------------------


def _text(
    request: ChatRequest, notes: JSONObject, out: JSONObject, log: LossLog
) -> None:
    text: JSONObject = {}
    if request.response_format is not None:
        value = _format(request.response_format, log)
        if value is not None:
            text["format"] = value
    if request.verbosity is not None:
        text["verbosity"] = request.verbosity
    if text or notes.get("text") == "empty":
        out["text"] = text


def _format(value: ResponseFormat, log: LossLog) -> JSONObject | None:
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
        if name is not None:
            out["name"] = name
        if value.description is not None:
            out["description"] = value.description
        if value.schema is not None:
            out["schema"] = value.schema
        if value.strict is not None:
            out["strict"] = value.strict
    else:
        for name in ("name", "description", "schema", "strict"):
            if getattr(value, name) is not None:
                log.drop(LossCode.FMT_JSON_SCHEMA, f"{path}.{name}")
    if value.extra:
        merge_own(out, value.extra)
        log.drop_extra(value.extra, path, LossCode.FMT_JSON_SCHEMA)
    return out


def _reasoning(config: ReasoningConfig, out: JSONObject, log: LossLog) -> None:
    """Say how much to reason, and what of it to show."""
    path = "$.reasoning"
    fields: JSONObject = {}
    effort = _effort(config, path, log)
    if effort is not None:
        fields["effort"] = effort
    display = config.display
    if display is not None:
        summary = _SUMMARIES.get(display, display)
        if summary is None:
            # Absent means that nothing is shown.
            log.add(
                LossCode.THINK_VISIBLE,
                f"{path}.display",
                "dropped",
                severity="cosmetic",
            )
        else:
            if summary != display:
                log.approximate(
                    LossCode.THINK_VISIBLE,
                    f"{path}.display",
                    f"{display} became {summary}",
                )
            fields["summary"] = summary
    merge_own(fields, config.extra)
    log.drop_extra(config.extra, path, LossCode.THINK_CONTEXT_KEEP)
    if fields:
        out["reasoning"] = fields
    elif config.mode is None and config.display is None and not config.extra:
        # An empty object is the same as none, which decoding gives back.
        log.add(LossCode.THINK_EFFORT, path, "dropped", severity="cosmetic")


def _effort(config: ReasoningConfig, path: str, log: LossLog) -> str | None:
    """Give the effort: this dialect has neither modes nor budgets."""
    effort = config.effort
    budget = config.budget_tokens
    if config.mode == "disabled":
        to = None if effort == "none" else f"{path}.effort"
        log.add(LossCode.THINK_OFF, f"{path}.mode", "approximated", to=to)
        if effort not in (None, "none"):
            log.drop(LossCode.THINK_EFFORT, f"{path}.effort")
        if budget is not None:
            log.drop(LossCode.THINK_BUDGET, f"{path}.budget_tokens")
        return "none"
    if config.mode is not None:
        code = (
            LossCode.THINK_ADAPTIVE
            if config.mode == "adaptive"
            else LossCode.THINK_EFFORT
        )
        log.approximate(code, f"{path}.mode", "the model decides by itself")
    if budget is None:
        return effort
    if effort is not None:
        log.drop(LossCode.THINK_BUDGET, f"{path}.budget_tokens")
        return effort
    # A budget below zero is the caller's mistake, and still has to be written.
    effort = next((word for least, word in _BUDGETS if budget >= least), "minimal")
    log.approximate(
        LossCode.THINK_BUDGET,
        f"{path}.budget_tokens",
        f"became the effort {effort}",
        to=f"{path}.effort",
    )
    return effort


def _context_management(request: ChatRequest, out: JSONObject, log: LossLog) -> None:
    """Write this dialect's list of edits; other dialects' objects are theirs."""
    value = request.context_management
    if value is None:
        return
    if isinstance(value, list):
        out["context_management"] = value
    else:
        log.drop(LossCode.CTX_COMPACTION, "$.context_management")


# --- service, cache, identity -------------------------------------------------------


def _service(
    request: ChatRequest, notes: JSONObject, out: JSONObject, log: LossLog
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
        _cache(request.cache, out, log)


def _cache(cache: CachePolicy, out: JSONObject, log: LossLog) -> None:
    path = "$.cache"
    if cache.key is not None:
        out["prompt_cache_key"] = cache.key
    if cache.retention is not None:
        out["prompt_cache_retention"] = cache.retention
    options: JSONObject = {}
    if cache.automatic is not None:
        options["mode"] = "implicit" if cache.automatic else "explicit"
    if cache.ttl is not None:
        ttl = {"5m": "30m", "1h": "30m", "24h": "12h"}.get(cache.ttl, cache.ttl)
        if ttl != cache.ttl:
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
