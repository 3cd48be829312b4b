"""
Responses of `openai-chat`, plain ones, both ways.

It takes the bytes of a response and gives a `ChatResponse`, or raises what the server
reported; and it takes a `ChatResponse` of any source and gives the body that an
OpenAI client understands.

Source:
    wire/openai_chat.md section 5 and wire/mapping.md sections 9 to 11, read
    2026-11-21.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

import attrs

from modelwire.codecs._base import (
    NO_ALIASES,
    RAISE_ON_ERROR,
    Aliases,
    EncodedResponse,
    Headers,
    Ids,
    LossPolicy,
)
from modelwire.codecs._ids import counting_ids, turn_seed
from modelwire.codecs._json import dumps, loads_loosely, settle
from modelwire.codecs._losses import LossLog
from modelwire.codecs._media import audio_media_type
from modelwire.codecs._openai_moderation import encode_moderation
from modelwire.codecs._profile import Profile
from modelwire.codecs._reader import Reader, describe
from modelwire.codecs.openai_chat._assistant_encode import AssistantWriter
from modelwire.codecs.openai_chat._errors import decode_error
from modelwire.codecs.openai_chat._finish import decode_finish
from modelwire.codecs.openai_chat._finish_encode import encode_finish
from modelwire.codecs.openai_chat._logprobs import (
    decode_logprobs,
    encode_logprobs,
    logprobs_losses,
)
from modelwire.codecs.openai_chat._message_decode import assistant_message
from modelwire.codecs.openai_chat._profiles import DEFAULT_PROFILE
from modelwire.codecs.openai_chat._response_fast import (
    fast_answer,
    fast_choice,
    fast_response,
)
from modelwire.codecs.openai_chat._usage import (
    decode_usage,
    encode_usage,
    usage_losses,
)
from modelwire.codecs.openai_chat._wire import (
    DIALECT,
    JSON_HEADERS,
    OBJECT,
    extra_of,
    merge_own,
    own_fields,
    spelling_of,
)
from modelwire.errors import ProviderError, RemoteProtocolError
from modelwire.ir._base import JSONObject
from modelwire.ir._loss_codes import LossCode
from modelwire.ir._messages import Message
from modelwire.ir._parts import (
    AudioPart,
    Base64Source,
    Logprobs,
    RefusalPart,
    TextPart,
    TokenLogprob,
    ToolCallPart,
)
from modelwire.ir._response import ChatResponse, Choice, Usage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelwire.ir._request import ChatRequest

__all__ = ["decode_response", "encode_response"]

# --- reading ------------------------------------------------------------------------


def decode_response(
    body: bytes,
    *,
    status: int = 200,
    headers: Headers = (),
    request: ChatRequest | None = None,
    aliases: Aliases | None = None,
    profile: Profile = DEFAULT_PROFILE,
) -> ChatResponse:
    """
    Read a response.

    Args:
        body: The body.
        status: The HTTP status.
        headers: The response's headers; read for errors only.
        request: The request that it answers; the audio format is read from it.
        aliases: What was renamed in the request, so that names find home.
        profile: The variant.

    Returns:
        The response, with every unknown field in `extra`.

    Raises:
        ProviderError: The server reported an error, by its status or, as Azure does
            for a filtered prompt, in the body of a 200.
        RemoteProtocolError: The body is no JSON object.

    Shapes:
        `{"id", "object": "chat.completion", "created", "model", "choices": [{index,
        message, finish_reason, logprobs}], "usage"}` and what compatible servers add.
    """
    if status >= 400:
        raise ProviderError(decode_error(body, status=status, headers=headers))
    names = NO_ALIASES if aliases is None else aliases
    parsed = loads_loosely(body)
    if type(parsed) is dict:
        usual = fast_answer(parsed, names)
        if usual is not None:
            return usual
    parsed = settle(parsed, body)
    if type(parsed) is not dict:
        msg = f"expected a JSON object, got {describe(parsed)}"
        raise RemoteProtocolError(msg, dialect=DIALECT)
    if parsed.get("error") and not parsed.get("choices"):
        raise ProviderError(decode_error(body, status=status, headers=headers))
    choices, usage = parsed.get("choices"), parsed.get("usage")
    counts = decode_usage(usage, profile) if type(usage) is dict else None
    if type(choices) is not list:
        return _read(parsed, (), counts)
    read = _choices(choices, names, request)
    return fast_response(parsed, read, counts) or _read(parsed, read, counts)


def _read(
    obj: JSONObject, choices: tuple[Choice, ...], usage: Usage | None
) -> ChatResponse:
    reader = Reader(obj, "$", None)
    if reader.left.get("object") == OBJECT:
        del reader.left["object"]
    reader.array("choices")
    reader.mapping("usage")
    return ChatResponse(
        id=reader.string("id"),
        # An empty name is what the encoder writes where there is none.
        model=reader.string("model") or None,
        created=reader.integer("created"),
        choices=choices,
        usage=usage,
        service_tier=reader.string("service_tier"),
        moderation=reader.take("moderation"),
        extra=extra_of(reader),
    )


def _choices(
    items: list[Any], aliases: Aliases, request: ChatRequest | None
) -> tuple[Choice, ...]:
    read = [
        fast_choice(item, aliases) or _choice(item, number, aliases, request)
        for number, item in enumerate(items)
    ]
    return tuple(choice for choice in read if choice is not None)


def _choice(
    item: Any, number: int, aliases: Aliases, request: ChatRequest | None
) -> Choice | None:
    if type(item) is not dict:
        return None
    reader = Reader(item, "", None)
    index = reader.integer("index")
    body = reader.mapping("message")
    message = _message(body, aliases, request)
    raw = reader.string("finish_reason")
    finish = None
    if raw is not None:
        kinds = {type(part) for part in message.parts}
        finish = decode_finish(
            raw,
            has_tool_calls=ToolCallPart in kinds,
            has_refusal=RefusalPart in kinds,
        )
    notes: JSONObject = {}
    logprobs = None
    found = reader.left.get("logprobs")
    if isinstance(found, dict):
        del reader.left["logprobs"]
        logprobs = decode_logprobs(found)
    return Choice(
        index=number if index is None else index,
        message=message,
        finish=finish,
        logprobs=logprobs,
        extra=extra_of(reader, notes),
    )


def _message(
    body: JSONObject | None, aliases: Aliases, request: ChatRequest | None
) -> Message:
    if body is None:
        return Message(role="assistant")
    reader = Reader(body, "", None)
    if reader.left.get("role") == "assistant":
        # Some servers leave the role out or send another word for it; the meaning of
        # a choice's message is always the assistant's (recorded: Cloudflare).
        del reader.left["role"]
    message = assistant_message(reader, aliases)
    wanted = None if request is None else request.audio_output
    if wanted is None:
        return message
    media_type = audio_media_type(wanted.format)
    evolved: Message = attrs.evolve(
        cast("Any", message),
        parts=tuple(
            attrs.evolve(
                cast("Any", part),
                source=attrs.evolve(cast("Any", part.source), media_type=media_type),
            )
            if isinstance(part, AudioPart) and isinstance(part.source, Base64Source)
            else part
            for part in message.parts
        ),
    )
    return evolved


# --- writing ------------------------------------------------------------------------

_TIERS: Final[Mapping[str, str | None]] = {
    "standard": "default",
    "batch": None,
    "ON_DEMAND": "default",
    "ON_DEMAND_FLEX": "flex",
    "ON_DEMAND_OFFPEAK": None,
    "ON_DEMAND_PRIORITY": "priority",
    "PROVISIONED_THROUGHPUT": None,
    "TRAFFIC_TYPE_UNSPECIFIED": None,
}
"""Other dialects' words for the tier that was used."""


def encode_response(
    response: ChatResponse,
    *,
    request: ChatRequest | None = None,
    aliases: Aliases | None = None,
    ids: Ids | None = None,
    created: int = 0,
    on_loss: LossPolicy = RAISE_ON_ERROR,
    profile: Profile = DEFAULT_PROFILE,
) -> EncodedResponse:
    """
    Write a response.

    Args:
        response: The response, of any source.
        request: The request that it answers: the model's name where the response has
            none, and whether the client knows functions only.
        aliases: Names that must be brought home to the client's.
        ids: Gives ids for what has none; `None`: counted within this call.
        created: The time (Unix, seconds) where the response has none.
        on_loss: Which losses refuse the response.
        profile: The variant that the client expects.

    Returns:
        The response, with its losses.

    Raises:
        UnsupportedFeatureError: *on_loss* refuses a loss.
    """
    log = LossLog(DIALECT)
    own = own_fields(response.extra)
    new = ids if ids is not None else counting_ids(response.id or turn_seed(request))
    ident = response.id
    if not ident:
        ident = new("response")
        if not ident.startswith("chatcmpl-"):
            ident = f"chatcmpl-{ident}"
        log.add(LossCode.RESP_ID, None, "synthesised", to="$.id")
    when = response.created
    if when is None:
        when = created
        log.add(LossCode.RESP_CREATED, None, "synthesised", to="$.created")
    model = response.model
    if model is None and request is not None and request.model:
        model = request.model
        log.add(LossCode.RESP_MODEL, None, "synthesised", to="$.model")
    elif model == "":
        log.add(LossCode.RESP_MODEL, "$.model", "dropped", severity="cosmetic")
    legacy = (
        request is not None and spelling_of(request.extra).get("tools") == "functions"
    )
    home = NO_ALIASES if aliases is None else aliases
    out: JSONObject = {
        "id": ident,
        "object": own.get("object", OBJECT),
        "created": own.get("created", when),
        "model": model or "",
        "choices": [
            _encode_choice(
                choice,
                number,
                home,
                new,
                legacy=legacy,
                profile=profile,
                log=log,
            )
            for number, choice in enumerate(response.choices)
        ],
    }
    if response.usage is not None:
        out["usage"] = encode_usage(response.usage)
        usage_losses(response.usage, log)
    _tier(response.service_tier, out, log)
    if response.moderation is not None:
        out["moderation"] = encode_moderation(response.moderation, log, many=True)
    if response.extra:
        merge_own(out, response.extra)
        log.drop_extra(response.extra, "$", LossCode.RESP_FINGERPRINT)
    losses = log.settle(on_loss)
    return EncodedResponse(
        status=200, headers=JSON_HEADERS, body=dumps(out), losses=losses
    )


def _tier(tier: str | None, out: JSONObject, log: LossLog) -> None:
    if tier is None:
        return
    word = _TIERS.get(tier, tier)
    if word is None:
        log.drop(LossCode.RESP_TIER, "$.service_tier", tier)
        return
    if word != tier:
        log.approximate(LossCode.RESP_TIER, "$.service_tier", f"{tier} became {word}")
    out["service_tier"] = word


def _encode_choice(
    choice: Choice,
    number: int,
    aliases: Aliases,
    ids: Ids,
    *,
    legacy: bool,
    profile: Profile,
    log: LossLog,
) -> JSONObject:
    path = f"$.choices[{number}]"
    message = choice.message
    if message.role != "assistant":
        log.approximate(LossCode.RESP_ROLE_OBJECT, f"{path}.message.role")
    message = _with_home_names(message, aliases)
    writer = AssistantWriter(
        message,
        f"{path}.message",
        to=f"{path}.message",
        profile=profile,
        log=log,
        reply=True,
        legacy=legacy,
    )
    wire = writer.write(lambda: ids("call"))
    out: JSONObject = {
        "index": choice.index,
        "message": wire,
        "logprobs": _encode_logprobs(choice, path, log),
        "finish_reason": encode_finish(
            choice.finish,
            has_tool_calls=bool(writer.calls or writer.call is not None),
            has_refusal=writer.refusal is not None,
            legacy=writer.call is not None,
            log=log,
            path=f"{path}.finish",
        ),
    }
    if choice.extra:
        own = own_fields(choice.extra)
        for key in ("logprobs", "finish_reason"):
            if out[key] is None and key in own:
                del out[key]
        merge_own(out, choice.extra)
        log.drop_extra(choice.extra, path, LossCode.RESP_SAFETY)
    return out


def _with_home_names(message: Message, aliases: Aliases) -> Message:
    """Bring renamed tools of the answer home."""
    if not (aliases.names or aliases.call_ids):
        return message
    evolved: Message = attrs.evolve(
        cast("Any", message),
        parts=tuple(
            attrs.evolve(
                cast("Any", part),
                id=aliases.call_id(part.id),
                name=aliases.name(part.name),
            )
            if isinstance(part, ToolCallPart)
            else part
            for part in message.parts
        ),
    )
    return evolved


def _encode_logprobs(choice: Choice, path: str, log: LossLog) -> JSONObject | None:
    """Write the choice's log probabilities, or those of its texts, which move up."""
    logprobs = choice.logprobs
    texts = [
        (index, part.logprobs)
        for index, part in enumerate(choice.message.parts)
        if isinstance(part, TextPart) and part.logprobs is not None
    ]
    if logprobs is not None:
        logprobs_losses(logprobs, log, f"{path}.logprobs")
        for index, _ in texts:
            log.drop(LossCode.RESP_LOGPROBS, f"{path}.message.parts[{index}].logprobs")
        return encode_logprobs(logprobs)
    if not texts:
        return None
    tokens: list[TokenLogprob] = []
    for index, found in texts:
        where = f"{path}.message.parts[{index}].logprobs"
        tokens += found.content or ()
        log.add(LossCode.RESP_LOGPROBS, where, "moved", to=f"{path}.logprobs")
    return encode_logprobs(Logprobs(content=tuple(tokens)))
