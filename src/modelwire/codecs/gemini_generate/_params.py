"""
The fields of a `ChatRequest` into `generationConfig` and the request's own fields.

Each function writes into the body and records what it cannot say.  Efforts and
budgets follow section 5a of the concept matrix.

Source: `GenerationConfig` of google-genai 3.4.0, which names the fields that the
Developer API refuses, and wire/mapping.md, read 2026-11-21.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from modelwire.codecs._effort import EFFORTS
from modelwire.codecs._request_losses import drop_context, mode_code
from modelwire.codecs._sampling import seed_within, stops_within
from modelwire.codecs.gemini_generate._config_decode import (
    JSON,
    PLAIN,
    SPEECH_FORMAT,
)
from modelwire.codecs.gemini_generate._extra import spelling_of, write_extra
from modelwire.codecs.gemini_generate._profiles import has_levels
from modelwire.codecs.gemini_generate._schema import Spelling, to_wire
from modelwire.codecs.gemini_generate._wire import DIALECT
from modelwire.ir._base import JSONObject
from modelwire.ir._losses import LossCode

if TYPE_CHECKING:
    from modelwire.codecs._losses import LossLog
    from modelwire.codecs._profile import Profile
    from modelwire.ir._request import ChatRequest, ReasoningConfig

__all__ = ["encode_config", "encode_service", "report_unsupported"]

_NO_FIELD: Final[tuple[tuple[str, LossCode], ...]] = (
    ("min_p", LossCode.PARAM_MIN_P_TYPICAL_P_REPETITION),
    ("logit_bias", LossCode.PARAM_LOGIT_BIAS),
    ("include_usage", LossCode.SVC_INCLUDE_USAGE_OBFUSCATION),
    ("user_id", LossCode.META_USER),
    ("previous_response_id", LossCode.STATE_PREVIOUS),
    ("conversation", LossCode.STATE_CONVERSATION),
    ("truncation", LossCode.PARAM_TRUNCATION),
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
    drop_context(request, log)
    policy = request.cache
    if policy is None:
        return
    said = False
    for name, code in (
        ("key", LossCode.CACHE_KEY),
        ("retention", LossCode.CACHE_RETENTION),
        ("automatic", LossCode.CACHE_AUTO),
        ("ttl", LossCode.CACHE_TTL),
    ):
        if getattr(policy, name) is not None:
            said = True
            log.drop(code, f"$.cache.{name}")
    for dialect, fields in policy.extra.items():
        for name in fields:
            if not name.startswith("$"):
                said = True
                log.drop_field(LossCode.CACHE_AUTO, "$.cache", dialect, name)
    if not said:
        log.add(LossCode.CACHE_AUTO, "$.cache", "dropped", severity="cosmetic")


# --- generation ---------------------------------------------------------------------

_SIMPLE: Final = (
    ("temperature", "temperature"),
    ("top_p", "topP"),
    ("top_k", "topK"),
    ("candidate_count", "candidateCount"),
    ("max_output_tokens", "maxOutputTokens"),
    ("presence_penalty", "presencePenalty"),
    ("frequency_penalty", "frequencyPenalty"),
    ("logprobs", "responseLogprobs"),
    ("top_logprobs", "logprobs"),
)
"""Fields that are written as they are."""


def encode_config(request: ChatRequest, profile: Profile, log: LossLog) -> JSONObject:
    """
    Write `generationConfig`.

    Args:
        request: The request.
        profile: The limits of the variant.
        log: Where losses go.

    Returns:
        The object, perhaps empty.
    """
    out: JSONObject = {}
    for name, key in _SIMPLE:
        value = getattr(request, name)
        if value is not None:
            out[key] = value
    seed = seed_within(request, profile, log)
    if seed is not None:
        out["seed"] = seed
    stops = stops_within(request, profile, log)
    if stops:
        out["stopSequences"] = list(stops)
    if request.modalities is not None:
        out["responseModalities"] = [word.upper() for word in request.modalities]
    _speech(request, out, log)
    _format(request, out, log)
    if request.reasoning is not None:
        thinking = _thinking(request, request.reasoning, log)
        if thinking:
            out["thinkingConfig"] = thinking
    return out


def _speech(request: ChatRequest, out: JSONObject, log: LossLog) -> None:
    wanted = request.audio_output
    if wanted is None:
        return
    path = "$.audio_output"
    voice = wanted.voice
    # The API's own voices are named after stars (`Kore`), other vendors' in lower
    # case (`alloy`); a voice of another vendor would be refused.
    if not isinstance(voice, str) or not voice[:1].isupper():
        log.drop(LossCode.PARAM_MODALITIES, path, "voice of another vendor")
        return
    if wanted.format != SPEECH_FORMAT:
        log.approximate(
            LossCode.PARAM_MODALITIES, f"{path}.format", f"as {SPEECH_FORMAT}"
        )
    speech: JSONObject = {"voiceConfig": {"prebuiltVoiceConfig": {"voiceName": voice}}}
    write_extra(wanted.extra, speech, path, log, LossCode.PARAM_MODALITIES)
    out["speechConfig"] = speech


def _format(request: ChatRequest, out: JSONObject, log: LossLog) -> None:
    wanted = request.response_format
    if wanted is None:
        return
    path = "$.response_format"
    if wanted.kind == "unknown":
        own = wanted.extra.get(DIALECT)
        if own is None:
            log.drop(LossCode.FMT_GRAMMAR_REGEX, path)
            return
        for key, value in own.items():
            if key == "responseMimeType":
                out[key] = value
            elif not key.startswith("$"):
                log.drop_field(LossCode.FMT_GRAMMAR_REGEX, path, DIALECT, key)
        if "responseMimeType" not in out:
            log.drop(LossCode.FMT_GRAMMAR_REGEX, path)
        log.drop_extra(wanted.extra, path, LossCode.FMT_GRAMMAR_REGEX)
        return
    own_type = None
    if wanted.kind == "text":
        code, out["responseMimeType"] = LossCode.FMT_TEXT, PLAIN
    elif wanted.kind == "json_object" or wanted.schema is None:
        code, out["responseMimeType"] = LossCode.FMT_JSON_OBJECT, JSON
        if wanted.kind != "json_object":
            log.approximate(LossCode.FMT_JSON_SCHEMA, f"{path}.kind", "no schema")
    else:
        code = LossCode.FMT_JSON_SCHEMA
        _schema(wanted.schema, spelling_of(wanted.extra), out)
        own_type = wanted.extra.get(DIALECT, {}).get("responseMimeType")
        if isinstance(own_type, str):
            # The client's own word beside a schema, right or wrong.
            out["responseMimeType"] = own_type
    for name in ("name", "description", "strict"):
        if getattr(wanted, name) is not None:
            log.drop(LossCode.FMT_JSON_SCHEMA, f"{path}.{name}")
    if wanted.kind != "json_schema" and wanted.schema is not None:
        log.drop(LossCode.FMT_JSON_SCHEMA, f"{path}.schema")
    for key in wanted.extra.get(DIALECT, {}):
        if not key.startswith("$") and not (
            key == "responseMimeType" and out.get(key) == own_type
        ):
            log.drop_field(code, path, DIALECT, key)
    if wanted.extra:
        log.drop_extra(wanted.extra, path, code)


def _schema(schema: JSONObject, notes: object, out: JSONObject) -> None:
    """Write a schema in the field that takes all of JSON Schema (R08, R11)."""
    said = notes if isinstance(notes, dict) else {}
    if said.get("responseMimeType") != "absent":
        out["responseMimeType"] = JSON
    spelling = said.get("schema")
    if spelling in ("upper", "schema"):
        form: Spelling = "upper" if spelling == "upper" else "schema"
        out["responseSchema"] = to_wire(schema, form)
    else:
        out["responseJsonSchema"] = schema


# --- reasoning ----------------------------------------------------------------------

_DISPLAYS: Final = {
    "summarized": True,
    "auto": True,
    "concise": True,
    "detailed": True,
    "full": True,
    "omitted": False,
    "none": False,
}


def _thinking(
    request: ChatRequest, reasoning: ReasoningConfig, log: LossLog
) -> JSONObject:
    path = "$.reasoning"
    out: JSONObject = {}
    effort, budget = reasoning.effort, reasoning.budget_tokens
    own = spelling_of(reasoning.extra).get("thinkingLevel")
    if budget is not None:
        out["thinkingBudget"] = budget
        if effort is not None:
            # The API takes one of the two.
            log.drop(LossCode.THINK_EFFORT, f"{path}.effort", "there is a budget")
    elif effort is not None:
        if isinstance(own, str) and own.lower() == effort:
            out["thinkingLevel"] = own
        else:
            _effort(request.model, effort, out, log)
    _mode(reasoning, out, log)
    display = reasoning.display
    if display is not None:
        shown = _DISPLAYS.get(display)
        if shown is None:
            log.drop(LossCode.THINK_VISIBLE, f"{path}.display", display[:64])
        else:
            out["includeThoughts"] = shown
            if display not in ("summarized", "omitted"):
                log.approximate(LossCode.THINK_VISIBLE, f"{path}.display")
    elif reasoning.mode in ("enabled", "adaptive"):
        # Where thinking is a mode, what is thought comes back unless hidden.
        out["includeThoughts"] = True
        log.add(LossCode.THINK_VISIBLE, None, "synthesised", to=f"{path}.display")
    write_extra(reasoning.extra, out, path, log, LossCode.THINK_EFFORT)
    if not out and effort is None and reasoning.mode is None:
        log.add(LossCode.THINK_EFFORT, path, "dropped", severity="cosmetic")
    return out


def _effort(model: str, effort: str, out: JSONObject, log: LossLog) -> None:
    """Write an effort as a level, or as a budget for models without levels."""
    path = "$.reasoning.effort"
    code = LossCode.THINK_OFF if effort == "none" else LossCode.THINK_EFFORT
    row = EFFORTS.get(effort)
    if not has_levels(model):
        if row is None:
            log.drop(code, path, effort[:64])
            return
        budget = out["thinkingBudget"] = row.gemini_budget
        log.approximate(
            code,
            path,
            f"{effort} as a budget of {budget}",
            to="$.reasoning.budget_tokens",
        )
        return
    level = effort.upper() if row is None else row.gemini
    if level.lower() != effort:
        log.approximate(code, path, f"{effort} as {level}")
    out["thinkingLevel"] = level


def _mode(reasoning: ReasoningConfig, out: JSONObject, log: LossLog) -> None:
    """Write a mode, which is a budget here: 0 is off, -1 is the model's choice."""
    mode = reasoning.mode
    if mode is None:
        return
    path, to = "$.reasoning.mode", "$.reasoning.budget_tokens"
    said = "thinkingBudget" in out or "thinkingLevel" in out
    if mode == "disabled" and not said:
        out["thinkingBudget"] = 0
        log.approximate(LossCode.THINK_OFF, path, "as a budget of 0", to=to)
    elif mode == "adaptive" and not said:
        out["thinkingBudget"] = -1
        log.approximate(LossCode.THINK_ADAPTIVE, path, "as a budget of -1", to=to)
    else:
        log.add(mode_code(mode), path, "dropped", severity="cosmetic")


# --- service ------------------------------------------------------------------------

_TIERS: Final = {"default": "standard", "standard_only": "standard"}
_NO_TIER: Final = frozenset({"auto", "scale", "fast", "ultrafast", "reserved"})


def encode_service(
    request: ChatRequest, body: JSONObject, profile: Profile, log: LossLog
) -> None:
    """
    Write safety settings, labels, the tier and the store switch.

    Args:
        request: The request.
        body: The body.
        profile: Labels exist only on Vertex.
        log: Where losses go.
    """
    settings = request.safety_settings
    if settings is not None:
        if isinstance(settings, list) and all(
            isinstance(item, dict) and item.keys() >= {"category", "threshold"}
            for item in settings
        ):
            body["safetySettings"] = settings
        else:
            log.drop(LossCode.SAFETY_SETTINGS, "$.safety_settings")
    if request.metadata is not None:
        own = spelling_of(request.extra).get("metadata") == "labels"
        if own or profile.labels:
            body["labels"] = dict(request.metadata)
        else:
            log.drop(LossCode.META_KV, "$.metadata", "labels exist on Vertex only")
    tier = request.service_tier
    if tier is not None:
        if tier in _NO_TIER:
            log.add(
                LossCode.SVC_SERVICE_TIER,
                "$.service_tier",
                "dropped",
                severity="cosmetic" if tier == "auto" else "parameter",
                detail=tier,
            )
        else:
            word = body["serviceTier"] = _TIERS.get(tier, tier)
            if word != tier:
                log.approximate(
                    LossCode.SVC_SERVICE_TIER, "$.service_tier", f"{tier} as {word}"
                )
    if request.store is not None:
        body["store"] = request.store
