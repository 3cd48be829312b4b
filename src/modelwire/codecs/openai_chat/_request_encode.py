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
from modelwire.codecs._ids import call_ids
from modelwire.codecs._json import dumps
from modelwire.codecs._losses import LossLog
from modelwire.codecs._openai_params import (
    effort_of,
    empty_reasoning,
    encode_cache_policy,
    encode_format,
    encode_identity,
    encode_tier,
    write_headers,
)
from modelwire.codecs._profile import Profile
from modelwire.codecs._request_losses import drop_context, drop_parallel
from modelwire.codecs._sampling import seed_within, stops_within
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
    OWN,
    PATH,
    merge_own,
    own_fields,
    spelling_of,
)
from modelwire.ir._base import JSONObject
from modelwire.ir._loss_codes import LossCode
from modelwire.ir._request import (
    ChatRequest,
    Prediction,
    ReasoningConfig,
)
from modelwire.ir._tools import CustomTool, FunctionTool

__all__ = ["encode_request"]

_TIERS: Final[Mapping[str, str | None]] = {
    "standard": "default",
    "standard_only": "default",
    "ultrafast": "fast",
    "reserved": None,
}
"""Other dialects' service tiers; what is not here is written as it came."""

_CACHE_TTLS: Final[Mapping[str, str]] = dict.fromkeys(("5m", "1h", "12h", "24h"), "30m")
"""Other dialects' times; this one takes `30m` for a request, `12h` for parts only."""

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
    length = profile.call_id_length
    book = AliasBook(
        name_charset=profile.tool_name_charset,
        name_limit=profile.tool_name_max,
        id_charset=None if length is None else "a-zA-Z0-9",
        id_limit=length,
        id_exact=True,
    )
    book.reserve(
        (
            tool.name
            for tool in request.tools
            if isinstance(tool, FunctionTool | CustomTool)
        ),
        () if length is None else call_ids(request.messages),
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
        value = encode_format(request.response_format, log, OWN, inner="json_schema")
        if value is not None:
            out["response_format"] = value
    if request.reasoning is not None:
        _reasoning(request.reasoning, out, log)
    _output(request, out, profile, log)
    encode_tier(request, out, _TIERS, log)
    encode_identity(request, notes, out)
    _cache(request, notes, out, profile, log)
    _stream(request, notes, out)
    for name, code in _NONE_HERE:
        if getattr(request, name) is not None:
            log.drop(code, f"$.{name}")
    drop_context(request, log)
    if request.extra:
        merge_own(out, request.extra)
        log.drop_extra(request.extra, "$", LossCode.META_KV)
    headers = write_headers(request.headers, log)
    losses = log.settle(on_loss)
    return EncodedRequest(
        method="POST",
        path=PATH,
        headers=headers,
        body=dumps(out),
        losses=losses,
        aliases=book.aliases(),
    )


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
            drop_parallel(request, log)
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
    seed = seed_within(request, profile, log)
    if seed is not None:
        noted = notes.get("seed")
        out[noted if isinstance(noted, str) else profile.seed_field] = seed
    stop = stops_within(request, profile, log)
    if stop:
        if len(stop) == 1 and notes.get("stop_sequences") == "string":
            out["stop"] = stop[0]
        else:
            out["stop"] = list(stop)


# --- shape of the answer ------------------------------------------------------------


def _reasoning(config: ReasoningConfig, out: JSONObject, log: LossLog) -> None:
    """Say how much to reason: there is only the effort."""
    effort = effort_of(config, log)
    if config.display is not None:
        log.drop(LossCode.THINK_VISIBLE, "$.reasoning.display")
    if config.extra:
        log.drop_extra(config.extra, "$.reasoning", LossCode.THINK_EFFORT)
        for name in config.extra.get(DIALECT, ()):
            # The effort is a field of the request: fields beside it have no object.
            log.drop_field(LossCode.THINK_EFFORT, "$.reasoning", DIALECT, name)
    if effort is not None:
        out["reasoning_effort"] = effort
    else:
        empty_reasoning(config, log)


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


# --- prompt cache -------------------------------------------------------------------


def _cache(
    request: ChatRequest,
    notes: JSONObject,
    out: JSONObject,
    profile: Profile,
    log: LossLog,
) -> None:
    cache = request.cache
    if profile.prompt_cache or (cache is not None and DIALECT in cache.extra):
        encode_cache_policy(cache, notes, out, log, own=OWN, ttls=_CACHE_TTLS)
        return
    if cache is None:
        return
    for name, code in (
        ("key", LossCode.CACHE_KEY),
        ("retention", LossCode.CACHE_RETENTION),
        ("automatic", LossCode.CACHE_AUTO),
        ("ttl", LossCode.CACHE_TTL),
    ):
        if getattr(cache, name) is not None:
            log.drop(code, f"$.cache.{name}")
    log.drop_extra(cache.extra, "$.cache", LossCode.CACHE_AUTO)


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
