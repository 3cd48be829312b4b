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
from modelwire.codecs.openai_responses._cache import TTLS
from modelwire.codecs.openai_responses._messages_encode import ConversationWriter
from modelwire.codecs.openai_responses._profiles import DEFAULT_PROFILE
from modelwire.codecs.openai_responses._request_decode import LOGPROBS
from modelwire.codecs.openai_responses._tools import (
    encode_choice,
    encode_tools,
)
from modelwire.codecs.openai_responses._wire import (
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
    ReasoningConfig,
)
from modelwire.ir._tools import CustomTool, FunctionTool

__all__ = ["encode_request", "request_fields", "settings"]

_SUMMARIES: Final[Mapping[str, str | None]] = {"summarized": "auto", "omitted": None}
"""Other dialects' words for what of the reasoning is shown."""

_TIERS: Final[Mapping[str, str | None]] = {
    "standard": "default",
    "standard_only": "default",
    "reserved": None,
}
"""Other dialects' service tiers; what is not here is written as it came."""

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
        profile: The variant to write.
        on_loss: Which losses refuse the request.

    Returns:
        The request, with its losses and what was renamed.

    Raises:
        UnsupportedFeatureError: *on_loss* refuses a loss.
        InvalidIRError: A part stands where the IR does not allow it.
    """
    log = LossLog(DIALECT)
    book = AliasBook(
        name_charset=profile.tool_name_charset, name_limit=profile.tool_name_max
    )
    out = request_fields(request, log, book, profile)
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


def request_fields(
    request: ChatRequest,
    log: LossLog,
    book: AliasBook,
    profile: Profile = DEFAULT_PROFILE,
) -> JSONObject:
    """
    Write a request's JSON object.

    Args:
        request: The request.
        log: Where losses go.
        book: Where renamed tools are noted.
        profile: The limits of the variant.

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
    settings(request, out, log, book, profile)
    for name, code in _NONE_HERE:
        if getattr(request, name) is not None:
            log.drop(code, f"$.{name}")
    if request.stop_sequences:
        log.drop(LossCode.PARAM_STOP, "$.stop_sequences")
    if request.modalities is not None:
        log.add(
            LossCode.PARAM_MODALITIES,
            "$.modalities",
            "dropped",
            severity="cosmetic" if request.modalities == ("text",) else None,
        )
    if request.candidate_count is not None:
        log.add(
            LossCode.PARAM_N,
            "$.candidate_count",
            "dropped",
            severity="cosmetic" if request.candidate_count == 1 else "error",
        )
    if request.stream:
        out["stream"] = True
    if request.extra:
        merge_own(out, request.extra, ("include",))
        log.drop_extra(request.extra, "$", LossCode.META_KV)
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


def settings(
    request: ChatRequest,
    out: JSONObject,
    log: LossLog,
    book: AliasBook,
    profile: Profile = DEFAULT_PROFILE,
) -> None:
    """
    Write everything of a request but its conversation.

    Args:
        request: The request.
        out: The object that is written; an answer repeats these fields too.
        log: Where losses go.
        book: Where renamed tools are noted.
        profile: The limits of the variant.
    """
    notes = spelling_of(request.extra)
    _tools(request, out, log, book)
    _limit(request, notes, out, profile, log)
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
    encode_tier(request, out, _TIERS, log)
    encode_identity(request, notes, out)
    encode_cache_policy(request.cache, notes, out, log, own=OWN, ttls=TTLS)


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
            drop_parallel(request, log)
        else:
            out["parallel_tool_calls"] = request.parallel_tool_calls


def _limit(
    request: ChatRequest,
    notes: JSONObject,
    out: JSONObject,
    profile: Profile,
    log: LossLog,
) -> None:
    limit, least = request.max_output_tokens, profile.least_max_tokens
    if limit is None:
        return
    if limit < least and notes.get("max_output_tokens") != "small":
        log.approximate(
            LossCode.PARAM_MAX_TOKENS,
            "$.max_output_tokens",
            f"{limit} became {least}, the least that is taken",
        )
        limit = least
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
        # The reader of a request refuses what is no list.
        log.drop_field(LossCode.META_KV, "$", DIALECT, "include")
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
        value = encode_format(request.response_format, log, OWN)
        if value is not None:
            text["format"] = value
    if request.verbosity is not None:
        text["verbosity"] = request.verbosity
    if text or notes.get("text") == "empty":
        out["text"] = text


def _reasoning(config: ReasoningConfig, out: JSONObject, log: LossLog) -> None:
    """Say how much to reason, and what of it to show."""
    path = "$.reasoning"
    fields: JSONObject = {}
    effort = effort_of(config, log)
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
    log.drop_extra(config.extra, path, LossCode.THINK_EFFORT)
    if fields:
        out["reasoning"] = fields
    else:
        empty_reasoning(config, log)


def _context_management(request: ChatRequest, out: JSONObject, log: LossLog) -> None:
    """Write this dialect's list of edits; other dialects' objects are theirs."""
    value = request.context_management
    if value is None:
        return
    if isinstance(value, list):
        out["context_management"] = value
    else:
        drop_context(request, log)
