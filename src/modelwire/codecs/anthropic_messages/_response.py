"""
Responses both ways: `ChatResponse` and the message object of `/v1/messages`.

`decode_response` is the client's side and tolerant; `encode_response` is the server's
side and writes what the API's types allow.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final, cast

import attrs

from modelwire.codecs._base import (
    NO_ALIASES,
    RAISE_ON_ERROR,
    Aliases,
    EncodedRequest,
    EncodedResponse,
    Headers,
    Ids,
    LossPolicy,
)
from modelwire.codecs._call_arguments import custom_text
from modelwire.codecs._ids import counting_ids, turn_seed
from modelwire.codecs._json import dumps, loads_loosely, settle
from modelwire.codecs._losses import LossLog
from modelwire.codecs._profile import Profile
from modelwire.codecs._reader import Reader, are_objects, describe
from modelwire.codecs.anthropic_messages._block_encode import BlockWriter, write_extra
from modelwire.codecs.anthropic_messages._blocks import decode_content
from modelwire.codecs.anthropic_messages._errors import decode_error
from modelwire.codecs.anthropic_messages._finish import decode_finish
from modelwire.codecs.anthropic_messages._finish_encode import encode_finish
from modelwire.codecs.anthropic_messages._profiles import DEFAULT_PROFILE
from modelwire.codecs.anthropic_messages._response_fast import (
    fast_answer,
    fast_response,
)
from modelwire.codecs.anthropic_messages._usage import (
    decode_usage,
    encode_usage,
    usage_tier,
)
from modelwire.codecs.anthropic_messages._wire import CUSTOM_FIELD, DIALECT
from modelwire.errors import ProviderError, RemoteProtocolError
from modelwire.ir._base import JSONObject
from modelwire.ir._losses import LossCode
from modelwire.ir._messages import LEGAL_PARTS, Message
from modelwire.ir._parts import Part, ToolCallPart
from modelwire.ir._response import ChatResponse, Choice

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelwire.ir._request import ChatRequest

__all__ = ["bring_home", "decode_response", "encode_response"]


def decode_response(
    body: bytes,
    *,
    status: int = 200,
    headers: Headers = (),
    request: ChatRequest | EncodedRequest | None = None,
    aliases: Aliases | None = None,
    profile: Profile = DEFAULT_PROFILE,
) -> ChatResponse:
    """
    Read the provider's answer.

    Args:
        body: The body.
        status: The HTTP status.
        headers: The response's headers.
        request: The request that is answered; an `EncodedRequest` brings its aliases.
        aliases: What the encoder of the request renamed.
        profile: The variant; both API versions answer alike.

    Returns:
        The response, with one choice.

    Raises:
        ProviderError: The status or the body says that it is an error.
        RemoteProtocolError: The body is no JSON object.

    Source:
        `Message` of the `anthropic` package 2.11.0, read 2026-11-21.
    """
    del profile
    if status >= 400:
        raise ProviderError(decode_error(body, status=status, headers=headers))
    if aliases is None and isinstance(request, EncodedRequest):
        aliases = request.aliases
    home = None
    if aliases is not None and aliases is not NO_ALIASES:
        home = partial(bring_home, aliases=aliases)
    obj = loads_loosely(body)
    if type(obj) is dict:
        usual = fast_answer(obj, home)
        if usual is not None:
            return usual
    obj = settle(obj, body)
    if not isinstance(obj, dict):
        msg = f"the response is no JSON object but {describe(obj)}"
        raise RemoteProtocolError(msg, dialect=DIALECT)
    if obj.get("type") == "error" or (
        isinstance(obj.get("error"), dict) and "content" not in obj
    ):
        # Gateways answer 200 with an error body; it stays an error.
        raise ProviderError(decode_error(body, status=status, headers=headers))
    return _read(obj, home)


def _read(obj: JSONObject, home: Callable[[Part], Part] | None) -> ChatResponse:
    content, counts = obj.get("content"), obj.get("usage")
    usage = decode_usage(counts) if type(counts) is dict else None
    tier = usage_tier(counts) if type(counts) is dict else None
    finish = decode_finish(
        obj.get("stop_reason"), obj.get("stop_sequence"), obj.get("stop_details")
    )
    blocks = None
    parts: tuple[Part, ...] = ()
    if type(content) is list and are_objects(content):
        blocks = content
        parts = decode_content(blocks, "$.content", None, LEGAL_PARTS["assistant"])
        if home is not None:
            parts = tuple([home(part) for part in parts])
        if usage is not None or counts is None:
            usual = fast_response(obj, parts, finish, usage, tier)
            if usual is not None:
                return usual
    reader = Reader(obj, "$", None)
    left = reader.left
    if left.get("type") == "message":
        del left["type"]
    if left.get("role") == "assistant":
        del left["role"]
    if blocks is not None:
        del left["content"]
    reader.mapping("usage")
    for name in ("stop_reason", "stop_sequence", "stop_details"):
        reader.take(name)
    message = Message(role="assistant", parts=parts)
    return ChatResponse(
        id=reader.string("id"),
        model=reader.string("model"),
        choices=(Choice(index=0, message=message, finish=finish),),
        usage=usage,
        service_tier=tier,
        extra=reader.rest(DIALECT),
    )


def bring_home(part: Part, aliases: Aliases) -> Part:
    """
    Undo the renames of the request on a call of the answer.

    Args:
        part: A part of the answer.
        aliases: What the encoder of the request renamed.

    Returns:
        The part; a call of a wrapped free-text tool is a `custom` call again.
    """
    if type(part) is not ToolCallPart:
        return part
    name, id_ = aliases.name(part.name), aliases.call_id(part.id)
    if part.name in aliases.custom:
        text = custom_text(part.arguments, CUSTOM_FIELD)
        if text is not None:
            return _replaced(part, id=id_, name=name, arguments=text, kind="custom")
    if name == part.name and id_ == part.id:
        return part
    return _replaced(part, id=id_, name=name)


def _replaced(part: ToolCallPart, **changes: str) -> ToolCallPart:
    made: ToolCallPart = attrs.evolve(cast("Any", part), **changes)
    return made


_CHOICE: Final = "$.choices[0]"
_COUNTED: Final = (
    "cache_creation",
    "cache_creation_input_tokens",
    "cache_read_input_tokens",
    "inference_geo",
    "output_tokens_details",
    "server_tool_use",
    "service_tier",
)
"""What every answer's usage has a field for."""


def encode_response(
    response: ChatResponse,
    *,
    request: ChatRequest | None = None,
    aliases: Aliases | None = None,
    ids: Ids | None = None,
    created: int = 0,
    on_loss: LossPolicy = RAISE_ON_ERROR,
    profile: Profile | None = None,  # noqa: ARG001 - no variant differs here
) -> EncodedResponse:
    """
    Write a response for a client of the Messages API.

    Args:
        response: The response.
        request: The request that is answered; its model stands in where the response
            names none.
        aliases: Renames to undo, where the decoder did not.
        ids: Makes ids that are missing; the default counts under the response's id.
        created: Not used: the API states no time.
        on_loss: Which losses stop the encode.
        profile: Not used.

    Returns:
        The body and its losses.

    Raises:
        UnsupportedFeatureError: A loss that *on_loss* refuses.
        InvalidIRError: A part stands in a message that cannot hold it.

    Source:
        `Message` of the `anthropic` package 2.11.0, read 2026-11-21.
    """
    del created
    log = LossLog(DIALECT)
    if ids is None:
        ids = counting_ids(response.id or turn_seed(request))
    writer = BlockWriter(
        log, response=True, home=aliases if aliases is not None else NO_ALIASES, ids=ids
    )
    place, choice = _pick(response, log)
    body: JSONObject = {
        "id": _id(response, ids, log),
        "type": "message",
        "role": "assistant",
        "model": _model(response, request, log),
    }
    content = [] if choice is None else _content(choice, place, writer)
    body["content"] = content
    calls = any(block.get("type") == "tool_use" for block in content)
    body.update(
        encode_finish(
            choice.finish if choice is not None else None,
            log,
            calls=calls,
            path=f"{place}.finish",
        )
    )
    body["usage"] = encode_usage(
        response.usage, log, service_tier=response.service_tier
    )
    if response.created is not None:
        log.drop(LossCode.RESP_CREATED, "$.created")
    if response.moderation is not None:
        log.drop(LossCode.RESP_SAFETY, "$.moderation")
    if response.extra:
        write_extra(response.extra, body, "$", log, LossCode.RESP_FINGERPRINT)
    _complete(body)
    return EncodedResponse(
        headers=(("content-type", "application/json"),),
        losses=log.settle(on_loss),
        body=dumps(body),
    )


def _complete(body: JSONObject) -> None:
    """
    Name as null what every answer has a field for.

    The vendor's specification requires the fields, and clients that hold a server to
    it ask for them (tests/gateway/test_outside_findings.py).
    """
    for name in ("stop_details", "container"):
        body.setdefault(name, None)
    for name in _COUNTED:
        body["usage"].setdefault(name, None)
    for block in body["content"]:
        if block.get("type") == "text":
            block.setdefault("citations", None)


def _pick(response: ChatResponse, log: LossLog) -> tuple[str, Choice | None]:
    """Give the choice that is written, with its path; the others are lost."""
    choices = response.choices
    if not choices:
        log.add(LossCode.RESP_CHOICES_N_1, None, "synthesised", to=_CHOICE)
        return _CHOICE, None
    chosen = next((i for i, c in enumerate(choices) if c.index == 0), 0)
    for i in range(len(choices)):
        if i != chosen:
            log.drop(LossCode.RESP_CHOICES_N_1, f"$.choices[{i}]")
    place = f"$.choices[{chosen}]"
    if choices[chosen].index != 0:
        log.add(
            LossCode.RESP_CHOICES_N_1,
            f"{place}.index",
            "approximated",
            severity="cosmetic",
        )
    return place, choices[chosen]


def _id(response: ChatResponse, ids: Ids, log: LossLog) -> str:
    if response.id:
        return response.id
    log.add(LossCode.RESP_ID, None, "synthesised", to="$.id")
    return ids("response")


def _model(response: ChatResponse, request: ChatRequest | None, log: LossLog) -> str:
    if response.model is not None:
        return response.model
    log.add(LossCode.RESP_MODEL, None, "synthesised", to="$.model")
    return request.model if request is not None else ""


def _content(choice: Choice, place: str, writer: BlockWriter) -> list[JSONObject]:
    log, message = writer.log, choice.message
    blocks = []
    for i, part in enumerate(message.parts):
        block = writer.block(part, f"{place}.message.parts[{i}]", "assistant")
        if block is not None:
            blocks.append(block)
    if message.role != "assistant":
        log.approximate(LossCode.RESP_ROLE_OBJECT, f"{place}.message.role")
    if message.name is not None:
        log.drop(LossCode.ROLE_NAME, f"{place}.message.name")
    if message.id is not None:
        log.add(LossCode.RESP_ID, f"{place}.message.id", "dropped", severity="cosmetic")
    _drop_all(message.extra, f"{place}.message", LossCode.ROLE_NAME, log)
    _drop_all(choice.extra, place, LossCode.RESP_SAFETY, log)
    if choice.logprobs is not None:
        log.drop(LossCode.RESP_LOGPROBS, f"{place}.logprobs")
    return blocks


def _drop_all(extra: Any, path: str, code: LossCode, log: LossLog) -> None:
    """Record unknown fields of a node that is no object of its own here."""
    for dialect, fields in extra.items():
        for name in fields:
            if not name.startswith("$"):
                log.drop_field(code, path, dialect, name)
