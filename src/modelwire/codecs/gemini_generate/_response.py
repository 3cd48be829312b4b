"""
Responses both ways: `ChatResponse` and a GenerateContentResponse object.

`decode_response` is the client's side and tolerant; `encode_response` is the server's
side and writes what the API's types allow.  A prompt that was blocked is an answer
without candidates; in the IR it is a choice without parts that says so.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, cast

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
from modelwire.codecs._plain_parts import is_plain_text
from modelwire.codecs._profile import Profile
from modelwire.codecs._reader import Reader, are_objects, describe
from modelwire.codecs._time import decode_time, encode_time
from modelwire.codecs.gemini_generate._call_ids import CallIds, mint
from modelwire.codecs.gemini_generate._errors import decode_error
from modelwire.codecs.gemini_generate._extra import (
    drop_all,
    spelling_of,
    write_extra,
)
from modelwire.codecs.gemini_generate._finish import (
    decode_block,
    decode_finish,
    encode_block,
    encode_finish,
)
from modelwire.codecs.gemini_generate._grounding import (
    annotations_of,
    write_annotations,
)
from modelwire.codecs.gemini_generate._logprobs import decode_logprobs, encode_logprobs
from modelwire.codecs.gemini_generate._messages_fast import fast_call
from modelwire.codecs.gemini_generate._part_calls import CUSTOM_FIELD
from modelwire.codecs.gemini_generate._part_encode import PartWriter
from modelwire.codecs.gemini_generate._parts import decode_parts
from modelwire.codecs.gemini_generate._profiles import CLIENT, DEFAULT_PROFILE
from modelwire.codecs.gemini_generate._response_fast import (
    fast_answer,
    fast_choice,
    fast_response,
)
from modelwire.codecs.gemini_generate._usage import (
    decode_usage,
    encode_usage,
    usage_tier,
)
from modelwire.codecs.gemini_generate._wire import DIALECT, JSON_HEADERS, camel
from modelwire.errors import ProviderError, RemoteProtocolError
from modelwire.ir._base import JSONObject
from modelwire.ir._losses import LossCode
from modelwire.ir._messages import LEGAL_PARTS, Message
from modelwire.ir._parts import Annotation, Part, TextPart, ToolCallPart
from modelwire.ir._response import ChatResponse, Choice

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelwire.ir._request import ChatRequest

__all__ = [
    "bring_home",
    "decode_response",
    "encode_response",
    "place_annotations",
]


# --- reading ------------------------------------------------------------------------


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
            It seeds the ids of calls where the answer has no id of its own.
        aliases: What the encoder of the request renamed.
        profile: The variant; both answer alike.

    Returns:
        The response, one choice per candidate.

    Raises:
        ProviderError: The status or the body says that it is an error.
        RemoteProtocolError: The body is no JSON object.

    Source:
        `GenerateContentResponse` of google-genai 3.4.0, read 2026-11-21.
    """
    del profile
    if status >= 400:
        raise ProviderError(decode_error(body, status=status, headers=headers))
    if isinstance(request, EncodedRequest):
        aliases = request.aliases if aliases is None else aliases
        request = cast("ChatRequest | None", request.request)
    home = None
    if aliases is not None and aliases is not NO_ALIASES:
        home = partial(bring_home, aliases=aliases)
    obj = loads_loosely(body)
    if type(obj) is dict:
        usual = fast_answer(obj, request, home)
        if usual is not None:
            return usual
    obj = settle(obj, body)
    if isinstance(obj, list):
        return _fold(body, headers, request, aliases)
    if not isinstance(obj, dict):
        msg = f"the response is no JSON object but {describe(obj)}"
        raise RemoteProtocolError(msg, dialect=DIALECT)
    if isinstance(obj.get("error"), dict) and "candidates" not in obj:
        raise ProviderError(decode_error(body, status=status, headers=headers))
    return _read(obj, request, home)


def _fold(
    body: bytes,
    headers: Headers,
    request: ChatRequest | None,
    aliases: Aliases | None,
) -> ChatResponse:
    """
    Read an answer that came as a stream's JSON array, whole.

    Observed: `streamGenerateContent` without `alt=sse`, read to its end
    (llm-gemini__test-gemini-test-prompt-with-pydantic-schema; test_array_of_events).
    """
    from modelwire.codecs.gemini_generate._stream_decoder import (  # noqa: PLC0415
        stream_decoder,
    )
    from modelwire.ir._accumulate import Accumulator  # noqa: PLC0415

    decoder = stream_decoder(headers=headers, request=request, aliases=aliases)
    accumulator = Accumulator()
    for chunk in [*decoder.feed(body), *decoder.close()]:
        accumulator.feed(chunk)
    if accumulator.error is not None:
        if accumulator.error.kind == "stream_truncated":
            msg = "the array ends before the answer does"
            raise RemoteProtocolError(msg, dialect=DIALECT)
        raise ProviderError(accumulator.error)
    return accumulator.response


def _read(
    obj: JSONObject,
    request: ChatRequest | None,
    home: Callable[[Part], Part] | None,
) -> ChatResponse:
    bare = camel(obj)
    given, counts = bare.get("responseId"), bare.get("usageMetadata")
    id_ = given if type(given) is str else None
    candidates = bare.get("candidates")
    choices: tuple[Choice, ...] = ()
    readable = False
    if type(candidates) is list and are_objects(candidates):
        readable = True
        choices = _choices(candidates, id_ or turn_seed(request), home)
    usage = decode_usage(counts) if type(counts) is dict else None
    tier = usage_tier(counts) if type(counts) is dict else None
    usual = fast_response(bare, choices, usage, tier)
    if usual is not None:
        return usual
    reader = Reader(bare, "$", None)
    left = reader.left
    if readable:
        del left["candidates"]
    feedback = left.get("promptFeedback")
    if not choices and type(feedback) is dict:
        finish = decode_block(camel(feedback))
        if finish is not None:
            del left["promptFeedback"]
            choices = (
                Choice(index=0, message=Message(role="assistant"), finish=finish),
            )
    reader.mapping("usageMetadata")
    created = _created(left)
    return ChatResponse(
        id=reader.string("responseId"),
        model=reader.string("modelVersion"),
        created=created,
        choices=choices,
        usage=usage,
        service_tier=tier,
        extra=reader.rest(DIALECT),
    )


def _choices(
    candidates: list[JSONObject],
    seed: str | None,
    home: Callable[[Part], Part] | None,
) -> tuple[Choice, ...]:
    minted: list[str] = []
    ids = CallIds(partial(mint, seed, minted))

    def settled(part: Part) -> Part:
        part = ids.settle(part)
        return part if home is None else home(part)

    def read(item: JSONObject) -> Part:
        (part,) = decode_parts(item, "", None, LEGAL_PARTS["assistant"])
        return settled(part)

    choices = []
    for candidate in candidates:
        before = len(minted)
        choice = fast_choice(candidate, seed, minted, home, read)
        if choice is None:
            del minted[before:]
            choice = _choice(candidate, settled)
        choices.append(choice)
    if len(choices) > 1 and len({choice.index for choice in choices}) != len(choices):
        # Vertex leaves the index 0 out: then the place counts.
        choices = [_evolve(c, index=i) for i, c in enumerate(choices)]
    return tuple(choices)


def _created(left: JSONObject) -> int | None:
    """Take `createTime`; its fraction of a second stays as a note."""
    text = left.get("createTime")
    created = decode_time(text)
    if created is not None:
        del left["createTime"]
        if encode_time(created) != text:
            left["$spelling"] = {"createTime": text}
    return created


def _choice(obj: JSONObject, settled: Callable[[Part], Part]) -> Choice:
    reader = Reader(camel(obj), "", None)
    left = reader.left
    index = reader.integer("index")
    parts, extra = _content(left)
    made = [settled(part) for part in parts]
    finish = decode_finish(
        reader.take("finishReason"),
        reader.take("finishMessage"),
        calls=any(type(part) is ToolCallPart for part in made),
    )
    logprobs = decode_logprobs(left.get("logprobsResult"))
    if logprobs is not None:
        del left["logprobsResult"]
    return Choice(
        index=0 if index is None or index < 0 else index,
        message=Message(
            role="assistant",
            parts=place_annotations(made, left),
            extra=extra,
        ),
        finish=finish,
        logprobs=logprobs,
        extra=reader.rest(DIALECT),
    )


def _content(left: JSONObject) -> tuple[tuple[Part, ...], dict[str, JSONObject]]:
    """Take `content`; a candidate without one has no parts (F08)."""
    content = left.get("content")
    if type(content) is not dict:
        if content is None:
            left.pop("content", None)
        return (), {}
    del left["content"]
    rest = {k: v for k, v in content.items() if v is not None}
    if rest.get("role") in ("model", ""):
        del rest["role"]
    items = rest.get("parts")
    parts: tuple[Part, ...] = ()
    if type(items) is dict or (
        type(items) is list and all(type(item) is dict for item in items)
    ):
        del rest["parts"]
        parts = decode_parts(items, "", None, LEGAL_PARTS["assistant"])
    return parts, {DIALECT: rest} if rest else {}


def place_annotations(parts: list[Part], fields: JSONObject) -> tuple[Part, ...]:
    """
    Put the annotations of a candidate's metadata on its texts.

    Args:
        parts: The candidate's parts.
        fields: Its fields, as received; the metadata stay in them.

    Returns:
        The parts.
    """
    if "groundingMetadata" not in fields and "citationMetadata" not in fields:
        return tuple(parts)
    places = [i for i, part in enumerate(parts) if type(part) is TextPart]
    texts = [getattr(parts[i], "text", "") for i in places]
    found: dict[int, list[Annotation]] = {}
    for number, annotation in annotations_of(fields, texts, places):
        found.setdefault(places[number], []).append(annotation)
    return tuple(
        _evolve(part, annotations=tuple(found[i])) if i in found else part
        for i, part in enumerate(parts)
    )


def _evolve(node: Any, **changes: Any) -> Any:
    return attrs.evolve(node, **changes)


def bring_home(part: Part, aliases: Aliases) -> Part:
    """
    Undo the renames of the request on a call of the answer.

    Args:
        part: A part of the answer.
        aliases: What the encoder of the request renamed.

    Returns:
        The part; a call of a wrapped free-text tool is a `custom` call again.
    """
    if not isinstance(part, ToolCallPart):
        return part
    name, id_ = aliases.name(part.name), aliases.call_id(part.id)
    changes: dict[str, Any] = {}
    if name != part.name:
        changes["name"] = name
    if id_ != part.id:
        changes["id"] = id_
    if part.name in aliases.custom:
        text = custom_text(part.arguments, CUSTOM_FIELD)
        if text is not None:
            changes |= {"arguments": text, "kind": "custom"}
    made: Part = _evolve(part, **changes) if changes else part
    return made


# --- writing ------------------------------------------------------------------------


def encode_response(
    response: ChatResponse,
    *,
    request: ChatRequest | None = None,
    aliases: Aliases | None = None,
    ids: Ids | None = None,
    created: int = 0,
    on_loss: LossPolicy = RAISE_ON_ERROR,
) -> EncodedResponse:
    """
    Write a response for a client of this API.

    Args:
        response: The response.
        request: The request that is answered; its model stands in where the response
            names none.
        aliases: Renames to undo, where the decoder did not.
        ids: Makes the response's id where it has none; `None`: none is written,
            because it is optional here.
        created: The time where the response names none; 0: none is written, as the
            Developer API does.
        on_loss: Which losses stop the encode.

    Returns:
        The body and its losses.

    Raises:
        UnsupportedFeatureError: A loss that *on_loss* refuses.
        InvalidIRError: A part stands in a message that cannot hold it.

    Source:
        `GenerateContentResponse` of google-genai 3.4.0, read 2026-11-21.
    """
    log = LossLog(DIALECT)
    id_ = response.id
    if not id_ and ids is not None:
        id_ = ids("response")
        log.add(LossCode.RESP_ID, None, "synthesised", to="$.id")
    elif response.id == "":
        log.drop(LossCode.RESP_ID, "$.id", "an empty id")
    again = counting_ids(id_)
    writer = PartWriter(
        log,
        response=True,
        profile=CLIENT,
        home=aliases if aliases is not None else NO_ALIASES,
        predict=lambda: again("call"),
    )
    body: JSONObject = {}
    _candidates(response, body, writer)
    usage = encode_usage(response.usage, log, service_tier=response.service_tier)
    if usage is not None:
        body["usageMetadata"] = usage
    model = response.model
    if model is None and request is not None and request.model:
        model = request.model
        log.add(LossCode.RESP_MODEL, None, "synthesised", to="$.model")
    if model is not None:
        body["modelVersion"] = model
    _time(response, created, body, log)
    if id_:
        body["responseId"] = id_
    if response.moderation is not None:
        log.drop(LossCode.RESP_SAFETY, "$.moderation")
    write_extra(response.extra, body, "$", log, LossCode.RESP_FINGERPRINT)
    return EncodedResponse(
        headers=JSON_HEADERS, losses=log.settle(on_loss), body=dumps(body)
    )


def _time(response: ChatResponse, created: int, body: JSONObject, log: LossLog) -> None:
    seconds = response.created
    if seconds is None:
        if not created:
            return
        seconds = created
        log.add(LossCode.RESP_CREATED, None, "synthesised", to="$.created")
    noted = spelling_of(response.extra).get("createTime")
    text = noted if decode_time(noted) == seconds else encode_time(seconds)
    if text is None:
        log.drop(LossCode.RESP_CREATED, "$.created", "out of range")
    else:
        body["createTime"] = text


def _candidates(response: ChatResponse, body: JSONObject, writer: PartWriter) -> None:
    choices = response.choices
    if len(choices) == 1:
        finish = choices[0].finish
        message = choices[0].message
        if finish is not None and finish.kind == "prompt_blocked" and not message.parts:
            path = "$.choices[0]"
            body["promptFeedback"] = encode_block(
                finish, writer.log, path=f"{path}.finish"
            )
            _bare_choice(choices[0], path, writer.log)
            return
    if choices:
        body["candidates"] = [
            _candidate(choice, f"$.choices[{i}]", writer)
            for i, choice in enumerate(choices)
        ]


def _bare_choice(choice: Choice, path: str, log: LossLog) -> None:
    """Record what a choice without a candidate cannot say."""
    if choice.index != 0:
        log.add(
            LossCode.RESP_CHOICES_N_1,
            f"{path}.index",
            "approximated",
            severity="cosmetic",
        )
    if choice.logprobs is not None:
        log.drop(LossCode.RESP_LOGPROBS, f"{path}.logprobs")
    _message(choice.message, f"{path}.message", log)
    drop_all(choice.message.extra, f"{path}.message", LossCode.ROLE_NAME, log)
    drop_all(choice.extra, path, LossCode.RESP_SAFETY, log)


def _message(message: Message, path: str, log: LossLog) -> None:
    if message.name is not None:
        log.drop(LossCode.ROLE_NAME, f"{path}.name")
    if message.id is not None:
        log.add(LossCode.RESP_ID, f"{path}.id", "dropped", severity="cosmetic")


def _candidate(choice: Choice, path: str, writer: PartWriter) -> JSONObject:
    log, message = writer.log, choice.message
    parts: list[JSONObject] = []
    texts: list[tuple[int, str, str, tuple[Annotation, ...]]] = []
    for i, part in enumerate(message.parts):
        where = f"{path}.message.parts[{i}]"
        if type(part) is TextPart and part.text and is_plain_text(part):
            texts.append((len(parts), where, part.text, ()))
            parts.append({"text": part.text})
            continue
        if type(part) is ToolCallPart:
            call = fast_call(part, writer)
            if call is not None:
                parts.append(call)
                continue
        written = writer.placed(
            partial(writer.part, part, where, "assistant"),
            where,
            f"{path}.message.parts[{len(parts)}]",
        )
        if written is None:
            continue
        if isinstance(part, TextPart):
            texts.append((len(parts), where, part.text, part.annotations))
        elif isinstance(written.get("text"), str) and "thought" not in written:
            texts.append((len(parts), where, written["text"], ()))
        parts.append(written)
    content: JSONObject = {"parts": parts, "role": "model"}
    if message.role != "assistant":
        log.approximate(LossCode.RESP_ROLE_OBJECT, f"{path}.message.role")
    _message(message, f"{path}.message", log)
    own = message.extra.get(DIALECT, {})
    if "role" in own:
        content["role"] = own["role"]
    write_extra(message.extra, content, f"{path}.message", log, LossCode.ROLE_NAME)
    out: JSONObject = {"content": content}
    calls = any("functionCall" in part for part in parts)
    out.update(encode_finish(choice.finish, log, calls=calls, path=f"{path}.finish"))
    out["index"] = choice.index
    if choice.logprobs is not None:
        logprobs = encode_logprobs(choice.logprobs, log, f"{path}.logprobs")
        if logprobs is not None:
            out["logprobsResult"] = logprobs
    write_extra(choice.extra, out, path, log, LossCode.RESP_SAFETY)
    write_annotations(texts, out, log, path)
    return out
