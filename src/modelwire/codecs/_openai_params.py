"""
Settings of a request that the dialects of the OpenAI API spell alike, both ways.

Reasoning effort, the shape of the answer, service tier, identity and the prompt cache.
What differs between the dialects (where a schema stands, which words a tier has) is an
argument.

Source:
    wire/openai_chat.md section 1, wire/openai_responses.md section 1 and
    wire/mapping.md sections 4 to 8, read 2026-11-21.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from modelwire.codecs._effort import effort_for
from modelwire.codecs._openai_headers import JSON_HEADERS, REQUEST_HEADERS
from modelwire.codecs._reader import Reader, describe
from modelwire.codecs._request_losses import drop_headers, mode_code
from modelwire.ir._loss_codes import LossCode
from modelwire.ir._request import CachePolicy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelwire.codecs._losses import LossLog
    from modelwire.codecs._own_extra import OwnExtra
    from modelwire.ir._base import Extra, JSONObject
    from modelwire.ir._request import ChatRequest, ReasoningConfig, ResponseFormat

__all__ = [
    "effort_of",
    "empty_reasoning",
    "encode_cache_policy",
    "encode_format",
    "encode_identity",
    "encode_tier",
    "take_cache_policy",
    "take_metadata",
    "take_user",
    "write_headers",
]

_SCHEMA_NAME: Final = "response"
"""The name of a schema that has none; the vendor's type requires one."""

# --- reasoning ----------------------------------------------------------------------


def effort_of(config: ReasoningConfig, log: LossLog) -> str | None:
    """
    Give the effort: the API has neither modes nor budgets.

    Args:
        config: How much to reason.
        log: Where losses go.

    Returns:
        The effort; `None`: the model decides.
    """
    path = "$.reasoning"
    effort = config.effort
    budget = config.budget_tokens
    if config.mode == "disabled":
        log.approximate(
            LossCode.THINK_OFF,
            f"{path}.mode",
            "became the effort none",
            to=None if effort == "none" else f"{path}.effort",
        )
        if effort not in (None, "none"):
            log.drop(LossCode.THINK_EFFORT, f"{path}.effort")
        if budget is not None:
            log.drop(LossCode.THINK_BUDGET, f"{path}.budget_tokens")
        return "none"
    if config.mode is not None:
        code = mode_code(config.mode)
        log.approximate(code, f"{path}.mode", "the model decides by itself")
    if budget is None:
        return effort
    if effort is not None:
        log.drop(LossCode.THINK_BUDGET, f"{path}.budget_tokens")
        return effort
    effort = effort_for(budget)
    log.approximate(
        LossCode.THINK_BUDGET,
        f"{path}.budget_tokens",
        f"became the effort {effort}",
        to=f"{path}.effort",
    )
    return effort


def empty_reasoning(config: ReasoningConfig, log: LossLog) -> None:
    """
    Record a configuration of which nothing was written.

    Args:
        config: How much to reason.
        log: Where losses go.
    """
    if config.mode is None and config.display is None and not config.extra:
        # An empty object is the same as none, which decoding gives back.
        log.add(LossCode.THINK_EFFORT, "$.reasoning", "dropped", severity="cosmetic")


# --- headers ------------------------------------------------------------------------


def write_headers(
    headers: tuple[tuple[str, str], ...], log: LossLog
) -> tuple[tuple[str, str], ...]:
    """
    Give the headers of a request that goes out.

    Args:
        headers: `ChatRequest.headers`; what is not of this protocol is a loss.
        log: Where losses go.

    Returns:
        The headers of a JSON body, and the protocol's own.
    """
    kept = [pair for pair in headers if pair[0] in REQUEST_HEADERS]
    gone = [pair for pair in headers if pair[0] not in REQUEST_HEADERS]
    drop_headers(gone, log)
    return (*JSON_HEADERS, *kept)


# --- shape of the answer ------------------------------------------------------------


def encode_format(
    value: ResponseFormat, log: LossLog, own: OwnExtra, *, inner: str | None = None
) -> JSONObject | None:
    """
    Write the shape of the answer.

    Args:
        value: The shape.
        log: Where losses go.
        own: Reads this dialect's unknown fields.
        inner: The field with the object that the schema stands in; `None`: it stands
            beside the type.

    Returns:
        The wire's object, or `None` for one that only another dialect knows.
    """
    path = "$.response_format"
    if value.kind == "unknown":
        fields = own.fields(value.extra)
        if fields:
            return {k: v for k, v in fields.items() if not k.startswith("$")}
        log.drop(LossCode.FMT_GRAMMAR_REGEX, path)
        return None
    out: JSONObject = {"type": value.kind}
    if value.kind == "json_schema":
        name = value.name
        if name is None and own.spelling(value.extra).get("name") != "absent":
            name = _SCHEMA_NAME
            log.add(LossCode.FMT_JSON_SCHEMA, None, "synthesised", to=f"{path}.name")
        schema = {
            "name": name,
            "description": value.description,
            "schema": value.schema,
            "strict": value.strict,
        }
        said = {k: v for k, v in schema.items() if v is not None}
        out.update(said if inner is None else {inner: said})
    else:
        for field in ("name", "description", "schema", "strict"):
            if getattr(value, field) is not None:
                log.drop(LossCode.FMT_JSON_SCHEMA, f"{path}.{field}")
    if value.extra:
        own.merge(out, value.extra)
        log.drop_extra(value.extra, path, LossCode.FMT_JSON_SCHEMA)
    return out


# --- service and identity -----------------------------------------------------------


def encode_tier(
    request: ChatRequest, out: JSONObject, words: Mapping[str, str | None], log: LossLog
) -> None:
    """
    Write the service tier.

    Args:
        request: The request.
        out: The body.
        words: Other dialects' tiers, and this one's word for each; `None`: it has
            none.  What is not here is written as it came.
        log: Where losses go.
    """
    tier = request.service_tier
    if tier is None:
        return
    new = words.get(tier, tier)
    if new is None:
        log.drop(LossCode.SVC_SERVICE_TIER, "$.service_tier", tier)
        return
    if new != tier:
        log.approximate(
            LossCode.SVC_SERVICE_TIER, "$.service_tier", f"{tier} became {new}"
        )
    out["service_tier"] = new


def encode_identity(request: ChatRequest, notes: JSONObject, out: JSONObject) -> None:
    """
    Write the caller's labels and the end user's id.

    Args:
        request: The request.
        notes: Notes about its spellings.
        out: The body.
    """
    if request.metadata is not None:
        out["metadata"] = dict(request.metadata)
    if request.user_id is not None:
        # `user` is the older name, known to every compatible server, and has no
        # stated limit; clients put long ids there.
        noted = notes.get("user_id")
        field = noted if noted == "safety_identifier" else "user"
        out[field] = request.user_id


def take_metadata(reader: Reader) -> dict[str, str] | None:
    """
    Take the caller's labels.

    Args:
        reader: The request.

    Returns:
        The labels; a value that is no text is a problem.
    """
    value = reader.mapping("metadata")
    if value is None:
        return None
    for key, text in value.items():
        if not isinstance(text, str):
            reader.fault(f"metadata[{key[:20]!r}]", "string", describe(text))
    return value


def take_user(reader: Reader, notes: JSONObject) -> str | None:
    """
    Take the end user's id, by its newer name or its older one.

    Args:
        reader: The request.
        notes: Where the newer name is noted.

    Returns:
        The id.
    """
    value = reader.string("safety_identifier")
    if value is not None:
        notes["user_id"] = "safety_identifier"
        return value
    return reader.string("user")


# --- prompt cache -------------------------------------------------------------------


_EMPTY: Final = "empty"
_OPTIONS: Final = "prompt_cache_options"


def encode_cache_policy(
    cache: CachePolicy | None,
    notes: JSONObject,
    out: JSONObject,
    log: LossLog,
    *,
    own: OwnExtra,
    ttls: Mapping[str, str],
) -> None:
    """
    Write how the prompt is cached.

    Args:
        cache: The policy; `None`: the request does not say.
        notes: Notes about the request's spellings.
        out: The body.
        log: Where losses go.
        own: Reads this dialect's unknown fields.
        ttls: Other dialects' times, and the nearest one that this dialect takes.
    """
    if cache is not None:
        _cache_fields(cache, out, log, own, ttls)
    if notes.get(_OPTIONS) == _EMPTY:
        out.setdefault(_OPTIONS, {})


def _cache_fields(
    cache: CachePolicy,
    out: JSONObject,
    log: LossLog,
    own: OwnExtra,
    ttls: Mapping[str, str],
) -> None:
    path = "$.cache"
    if cache.key is not None:
        out["prompt_cache_key"] = cache.key
    if cache.retention is not None:
        out["prompt_cache_retention"] = cache.retention
    options: JSONObject = {}
    if cache.automatic is not None:
        options["mode"] = "implicit" if cache.automatic else "explicit"
    if cache.ttl is not None:
        ttl = ttls.get(cache.ttl, cache.ttl)
        if ttl != cache.ttl:
            log.approximate(
                LossCode.CACHE_TTL, f"{path}.ttl", f"{cache.ttl} became {ttl}"
            )
        options["ttl"] = ttl
    own.merge(options, cache.extra)
    if options:
        out[_OPTIONS] = options
    log.drop_extra(cache.extra, path, LossCode.CACHE_AUTO)
    if not options and cache.key is None and cache.retention is None:
        log.add(LossCode.CACHE_AUTO, path, "dropped", severity="cosmetic")


def take_cache_policy(
    reader: Reader, notes: JSONObject, own: OwnExtra
) -> CachePolicy | None:
    """
    Take how the prompt is cached.

    Args:
        reader: The request.
        notes: Where options that say nothing are noted.
        own: Keeps this dialect's unknown fields.

    Returns:
        The policy; `None`: the request says nothing about it.
    """
    key = reader.string("prompt_cache_key")
    retention = reader.string("prompt_cache_retention")
    options = reader.mapping(_OPTIONS)
    automatic = None
    ttl = None
    extra: Extra = {}
    if options is not None:
        sub = Reader(options, f"{reader.path}.{_OPTIONS}", reader.problems)
        mode = sub.left.get("mode")
        if mode in ("implicit", "explicit"):
            del sub.left["mode"]
            automatic = mode == "implicit"
        ttl = sub.string("ttl")
        extra = own.keep(sub.left)
        if automatic is None and ttl is None and not extra:
            notes[_OPTIONS] = _EMPTY
            options = None
    if key is None and retention is None and options is None:
        return None
    return CachePolicy(
        key=key, retention=retention, automatic=automatic, ttl=ttl, extra=extra
    )
