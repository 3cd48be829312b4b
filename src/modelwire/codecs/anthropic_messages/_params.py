"""
The parameters of a request into wire fields: limits, sampling, reasoning, format.

Each function writes its fields into the body and records what the API cannot say.
The tables are sections 5a to 8 of the concept matrix.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from modelwire.codecs._effort import EFFORTS, LEAST_BUDGET
from modelwire.codecs._request_losses import drop_context
from modelwire.codecs._sampling import stops_within, temperature_within
from modelwire.codecs.anthropic_messages._block_encode import BlockWriter, write_extra
from modelwire.codecs.anthropic_messages._wire import DIALECT
from modelwire.ir._base import JSONObject
from modelwire.ir._losses import LossCode, Severity
from modelwire.ir._request import CachePolicy

if TYPE_CHECKING:
    from modelwire.codecs._losses import LossLog
    from modelwire.codecs._profile import Profile
    from modelwire.ir._request import ChatRequest, ReasoningConfig

__all__ = [
    "encode_format",
    "encode_limits",
    "encode_reasoning",
    "encode_service",
    "report_unsupported",
]

_NO_FIELD: Final[tuple[tuple[str, LossCode], ...]] = (
    ("min_p", LossCode.PARAM_MIN_P_TYPICAL_P_REPETITION),
    ("seed", LossCode.PARAM_SEED),
    ("frequency_penalty", LossCode.PARAM_FREQ_PRESENCE_PENALTY),
    ("presence_penalty", LossCode.PARAM_FREQ_PRESENCE_PENALTY),
    ("logit_bias", LossCode.PARAM_LOGIT_BIAS),
    ("top_logprobs", LossCode.PARAM_LOGPROBS),
    ("audio_output", LossCode.PARAM_MODALITIES),
    ("include_usage", LossCode.SVC_INCLUDE_USAGE_OBFUSCATION),
    ("metadata", LossCode.META_KV),
    ("previous_response_id", LossCode.STATE_PREVIOUS),
    ("conversation", LossCode.STATE_CONVERSATION),
    ("truncation", LossCode.PARAM_TRUNCATION),
    ("safety_settings", LossCode.SAFETY_SETTINGS),
    ("verbosity", LossCode.PARAM_VERBOSITY),
    ("prediction", LossCode.PARAM_PREDICTION),
)
"""Fields of the request that have no counterpart, with their concepts."""


def report_unsupported(request: ChatRequest, log: LossLog) -> None:
    """
    Record the parameters that the API does not have.

    Args:
        request: The request.
        log: Where losses go.
    """
    for name, code in _NO_FIELD:
        if getattr(request, name) is not None:
            log.drop(code, f"$.{name}")
    count = request.candidate_count
    if count is not None:
        # One choice is what comes anyway; several that were asked for do not come.
        severity: Severity = "cosmetic" if count == 1 else "error"
        log.add(LossCode.PARAM_N, "$.candidate_count", "dropped", severity=severity)
    if request.modalities is not None:
        severity = "cosmetic" if request.modalities == ("text",) else "parameter"
        log.add(LossCode.PARAM_MODALITIES, "$.modalities", "dropped", severity=severity)
    if request.logprobs is not None:
        severity = "parameter" if request.logprobs else "cosmetic"
        log.add(LossCode.PARAM_LOGPROBS, "$.logprobs", "dropped", severity=severity)
    if request.store is not None:
        severity = "parameter" if request.store else "cosmetic"
        log.add(LossCode.SVC_STORE, "$.store", "dropped", severity=severity)


# --- limits and sampling ------------------------------------------------------------


_SAMPLING: Final = (
    ("temperature", LossCode.PARAM_TEMPERATURE),
    ("top_p", LossCode.PARAM_TOP_P),
    ("top_k", LossCode.PARAM_TOP_K),
)
"""What newer API versions refuse."""


def encode_limits(
    request: ChatRequest, body: JSONObject, profile: Profile, log: LossLog
) -> None:
    """
    Write the sampling parameters and stop sequences.

    Args:
        request: The request.
        body: The body.
        profile: Whether the API version takes sampling parameters at all.
        log: Where losses go.
    """
    for name, code in _SAMPLING:
        if getattr(request, name) is None:
            continue
        if not profile.sampling:
            log.drop(code, f"$.{name}", "refused by this API version")
        elif name == "temperature":
            body[name] = temperature_within(request, profile, log)
        else:
            body[name] = getattr(request, name)
    stops = stops_within(request, profile, log)
    # The API refuses sequences of nothing but white space.
    kept = [text for text in stops if text.strip()]
    if len(kept) < len(stops):
        log.drop(LossCode.PARAM_STOP, "$.stop_sequences", "white space")
    if kept:
        body["stop_sequences"] = kept


# --- reasoning ----------------------------------------------------------------------

_DISPLAYS: Final = {
    "auto": "summarized",
    "concise": "summarized",
    "detailed": "summarized",
}
"""Words of other dialects for what comes back."""


def encode_reasoning(
    request: ChatRequest, body: JSONObject, log: LossLog, *, in_tool_loop: bool
) -> None:
    """
    Write `thinking` and `output_config.effort`.

    Args:
        request: The request.
        body: The body, with `max_tokens`, `temperature`, `top_k` and `tool_choice`.
        log: Where losses go.
        in_tool_loop: Whether the conversation ends in results of calls whose turn
            has no thinking block.
    """
    reasoning = request.reasoning
    if reasoning is None:
        return
    path = "$.reasoning"
    effort = reasoning.effort
    thinking: JSONObject = {}
    if effort == "none" and reasoning.mode is None:
        effort = None
        thinking["type"] = "disabled"
        log.approximate(
            LossCode.THINK_OFF, f"{path}.effort", "as disabled", to=f"{path}.mode"
        )
    if reasoning.mode is not None:
        thinking["type"] = reasoning.mode
        if reasoning.budget_tokens is not None:
            thinking["budget_tokens"] = reasoning.budget_tokens
        elif reasoning.mode == "enabled":
            row = EFFORTS.get(effort or "medium", EFFORTS["medium"])
            budget = row.anthropic_budget or LEAST_BUDGET
            thinking["budget_tokens"] = budget
            log.add(
                LossCode.THINK_BUDGET, None, "synthesised", to=f"{path}.budget_tokens"
            )
            _make_room(request, body, budget, log)
    elif reasoning.budget_tokens is not None:
        budget = reasoning.budget_tokens
        _budget(budget, request, body, thinking, log, in_tool_loop=in_tool_loop)
    elif "type" not in thinking:
        _adaptive(reasoning, body, thinking, log)
    _display(reasoning, thinking, log)
    if reasoning.extra:
        write_extra(reasoning.extra, thinking, path, log, LossCode.THINK_EFFORT)
    if thinking:
        body["thinking"] = thinking
    if effort is not None:
        known = EFFORTS.get(effort)
        written = effort if known is None else known.anthropic or effort
        if written != effort:
            log.approximate(
                LossCode.THINK_EFFORT, f"{path}.effort", f"{effort} as {written}"
            )
        body.setdefault("output_config", {})["effort"] = written
    elif not thinking and _says_nothing(reasoning):
        log.add(LossCode.THINK_EFFORT, path, "dropped", severity="cosmetic")


def _says_nothing(reasoning: ReasoningConfig) -> bool:
    """Say whether a config says nothing (notes about spelling aside)."""
    return (
        reasoning.budget_tokens is None
        and reasoning.display is None
        and not any(
            not name.startswith("$")
            for fields in reasoning.extra.values()
            for name in fields
        )
    )


def _budget(
    budget: int,
    request: ChatRequest,
    body: JSONObject,
    thinking: JSONObject,
    log: LossLog,
    *,
    in_tool_loop: bool,
) -> None:
    """Turn a bare budget, which another dialect stated, into a thinking mode."""
    path, mode = "$.reasoning.budget_tokens", "$.reasoning.mode"
    if budget == 0:
        thinking["type"] = "disabled"
        log.approximate(LossCode.THINK_OFF, path, "as disabled", to=mode)
    elif budget < 0:
        thinking["type"] = "adaptive"
        log.approximate(LossCode.THINK_ADAPTIVE, path, "as adaptive", to=mode)
    elif in_tool_loop:
        # With manual thinking the API wants the thinking block that led to the calls;
        # a foreign history has none, so thinking stays off for this turn.
        log.add(LossCode.THINK_REPLAY_RULE, path, "dropped", severity="approximation")
    else:
        thinking["type"] = "enabled"
        log.add(LossCode.THINK_BUDGET, None, "synthesised", to=mode)
        if budget < LEAST_BUDGET:
            log.approximate(LossCode.THINK_BUDGET, path, f"raised to {LEAST_BUDGET}")
            budget = LEAST_BUDGET
        thinking["budget_tokens"] = budget
        _make_room(request, body, budget, log)


def _adaptive(
    reasoning: ReasoningConfig, body: JSONObject, thinking: JSONObject, log: LossLog
) -> None:
    """
    Switch thinking on for an effort that another dialect stated.

    Not where the request forces a call or sets the sampling, which the API refuses
    together with thinking: the effort alone is legal there.
    """
    own = reasoning.extra.get(DIALECT, {})
    if own.get("$spelling", {}).get("mode") == "absent":
        return
    if reasoning.effort is None and reasoning.display is None:
        return
    forced = body.get("tool_choice", {}).get("type") in ("any", "tool")
    sampled = body.get("temperature", 1) != 1 or "top_k" in body
    if (forced or sampled) and reasoning.display is None:
        return
    thinking["type"] = "adaptive"
    log.add(LossCode.THINK_ADAPTIVE, None, "synthesised", to="$.reasoning.mode")


def _display(reasoning: ReasoningConfig, thinking: JSONObject, log: LossLog) -> None:
    display = reasoning.display
    if display is None:
        return
    if not thinking:
        log.drop(LossCode.THINK_VISIBLE, "$.reasoning.display")
        return
    written = _DISPLAYS.get(display, display)
    if written != display:
        log.approximate(
            LossCode.THINK_VISIBLE, "$.reasoning.display", f"{display} as {written}"
        )
    thinking["display"] = written


def _make_room(
    request: ChatRequest, body: JSONObject, budget: int, log: LossLog
) -> None:
    """Keep `max_tokens` above the budget, which it includes."""
    if body["max_tokens"] <= budget:
        body["max_tokens"] += budget
        if request.max_output_tokens is not None:
            log.approximate(
                LossCode.PARAM_MAX_TOKENS, "$.max_output_tokens", "raised by the budget"
            )


# --- format -------------------------------------------------------------------------


_FORMATS: Final = {
    "json_schema": LossCode.FMT_JSON_SCHEMA,
    "json_object": LossCode.FMT_JSON_OBJECT,
}


def encode_format(request: ChatRequest, body: JSONObject, log: LossLog) -> None:
    """
    Write `output_config.format`.

    Args:
        request: The request.
        body: The body.
        log: Where losses go.
    """
    wanted = request.response_format
    if wanted is None:
        return
    path = "$.response_format"
    if wanted.kind == "json_schema" and wanted.schema is not None:
        written: JSONObject = {"type": "json_schema", "schema": wanted.schema}
        for name in ("name", "description", "strict"):
            if getattr(wanted, name) is not None:
                log.drop(LossCode.FMT_JSON_SCHEMA, f"{path}.{name}")
        if wanted.extra:
            write_extra(wanted.extra, written, path, log, LossCode.FMT_JSON_SCHEMA)
    elif wanted.kind == "unknown" and DIALECT in wanted.extra:
        written = {
            k: v for k, v in wanted.extra[DIALECT].items() if not k.startswith("$")
        }
    elif wanted.kind == "text":
        log.add(LossCode.FMT_TEXT, path, "dropped", severity="cosmetic")
        return
    else:
        log.drop(_FORMATS.get(wanted.kind, LossCode.FMT_GRAMMAR_REGEX), path)
        return
    body.setdefault("output_config", {})["format"] = written


# --- cache, service, identity -------------------------------------------------------

_TIERS: Final = {
    "auto": "auto",
    "standard_only": "standard_only",
    "default": "standard_only",
    "standard": "standard_only",
    "priority": "auto",
}
_NO_TIER: Final = frozenset({"flex", "scale", "reserved", "ultrafast"})


def encode_service(request: ChatRequest, body: JSONObject, writer: BlockWriter) -> None:
    """
    Write caching of the whole request, the tier, and the end user's id.

    Args:
        request: The request.
        body: The body.
        writer: What the encode shares.
    """
    log = writer.log
    if request.cache is not None:
        _cache(request.cache, body, writer)
    context = request.context_management
    if context is not None:
        if isinstance(context, dict) and isinstance(context.get("edits"), list):
            body["context_management"] = context
        else:
            drop_context(request, log)
    if request.user_id is not None:
        body["metadata"] = {"user_id": request.user_id}
    tier = request.service_tier
    if tier is not None:
        if tier == "fast":
            body["speed"] = "fast"
            log.approximate(
                LossCode.SVC_SERVICE_TIER,
                "$.service_tier",
                "as speed",
                to=f"$.extra[{DIALECT!r}].speed",
            )
        elif tier in _NO_TIER:
            log.drop(LossCode.SVC_SERVICE_TIER, "$.service_tier", tier)
        else:
            written = body["service_tier"] = _TIERS.get(tier, tier)
            if written != tier:
                log.approximate(
                    LossCode.SVC_SERVICE_TIER,
                    "$.service_tier",
                    f"{tier} as {written}",
                )


def _cache(policy: CachePolicy, body: JSONObject, writer: BlockWriter) -> None:
    log, path = writer.log, "$.cache"
    if policy.key is not None:
        log.drop(LossCode.CACHE_KEY, f"{path}.key")
    if policy.retention is not None:
        log.drop(LossCode.CACHE_RETENTION, f"{path}.retention")
    if policy.automatic:
        control: JSONObject = {"type": "ephemeral"}
        if policy.ttl is not None:
            control["ttl"] = writer.ttl(policy.ttl, f"{path}.ttl")
        if policy.extra:
            write_extra(policy.extra, control, path, log, LossCode.CACHE_AUTO)
        body["cache_control"] = control
        return
    if policy.automatic is not None:
        log.drop(LossCode.CACHE_AUTO, f"{path}.automatic")
    if policy.ttl is not None:
        log.drop(LossCode.CACHE_TTL, f"{path}.ttl")
    for dialect, fields in policy.extra.items():
        for name in fields:
            if not name.startswith("$"):
                log.drop_field(LossCode.CACHE_AUTO, path, dialect, name)
    if policy == CachePolicy():
        log.add(LossCode.CACHE_AUTO, path, "dropped", severity="cosmetic")
