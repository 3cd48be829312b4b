"""
Responses of `openai-responses`, plain ones, both ways.

It takes the bytes of a response and gives a `ChatResponse` of one choice, or raises
what the server reported; and it takes a `ChatResponse` of any source and gives the
body that an OpenAI client understands.

Source:
    wire/openai_responses.md section 5 and wire/mapping.md sections 9 to 11, read
    2026-11-21.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from modelwire.codecs._aliases import AliasBook
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
from modelwire.codecs._openai_moderation import encode_moderation
from modelwire.codecs._profile import Profile
from modelwire.codecs._reader import Reader, describe
from modelwire.codecs.openai_responses._errors import (
    decode_error,
    decode_error_object,
)
from modelwire.codecs.openai_responses._finish import (
    Ending,
    decode_finish,
    ending_of,
)
from modelwire.codecs.openai_responses._finish_encode import encode_finish
from modelwire.codecs.openai_responses._items_decode import decode_item
from modelwire.codecs.openai_responses._items_encode import ItemWriter
from modelwire.codecs.openai_responses._logprobs import encode_logprobs
from modelwire.codecs.openai_responses._profiles import DEFAULT_PROFILE
from modelwire.codecs.openai_responses._response_extra import (
    NO_TIER,
    RESPONSE_DEFAULTS,
    TIERS,
    is_default,
    response_extra,
    tier_note,
)
from modelwire.codecs.openai_responses._response_fast import fast_answer, fast_response
from modelwire.codecs.openai_responses._usage import (
    decode_usage,
    encode_tool_usage,
    encode_usage,
    usage_losses,
)
from modelwire.codecs.openai_responses._wire import (
    DIALECT,
    JSON_HEADERS,
    OBJECT,
    merge_own,
    own_fields,
    spelling_of,
)
from modelwire.errors import ProviderError, RemoteProtocolError
from modelwire.ir._base import JSONObject
from modelwire.ir._loss_codes import LossCode
from modelwire.ir._messages import Message
from modelwire.ir._parts import Part, UnknownPart
from modelwire.ir._response import ChatResponse, Choice

if TYPE_CHECKING:
    from modelwire.ir._request import ChatRequest

__all__ = [
    "base_fields",
    "decode_output",
    "decode_response",
    "encode_response",
]

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
        request: The request that it answers; nothing is read from it.
        aliases: What was renamed in the request, so that names find home.
        profile: The variant; nothing of it is read.

    Returns:
        The response, with every unknown field in `extra`.

    Raises:
        ProviderError: The server reported an error, by its status, or by a failed
            response without any output in a 200.
        RemoteProtocolError: The body is no JSON object.

    Shapes:
        `{"id", "object": "response", "created_at", "status", "model", "output":
        [item, …], "usage", "error", "incomplete_details", …}` with the request's own
        settings repeated.
    """
    del request, profile
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
    if parsed.get("error") is not None and not parsed.get("output"):
        raise ProviderError(decode_error_object(parsed))
    return _read(parsed, names)


def _read(obj: JSONObject, aliases: Aliases) -> ChatResponse:
    """Read a parsed response object, which is not changed."""
    output = obj.get("output")
    parts = decode_output(output if type(output) is list else (), aliases)
    ending, counts = ending_of(parts), obj.get("usage")
    if type(output) is list and type(counts) is dict:
        finish = decode_finish("completed", None, None, ending)
        usual = fast_response(obj, parts, decode_usage(counts), finish)
        if usual is not None:
            return usual
    reader = Reader(obj, "$", None)
    left = reader.left
    reader.array("output")
    status = reader.string("status")
    details = reader.mapping("incomplete_details")
    error = left.pop("error", None)
    finish = decode_finish(status, details, error, ending)
    if finish is None:
        for name, value in (
            ("status", None if status == "in_progress" else status),
            ("incomplete_details", details),
            ("error", error),
        ):
            if value is not None:
                left[name] = value
    usage = reader.mapping("usage")
    tier = reader.string("service_tier")
    if tier == NO_TIER:
        tier = None
    notes = tier_note(tier)
    return ChatResponse(
        id=reader.string("id"),
        model=reader.string("model"),
        created=reader.integer("created_at"),
        choices=(
            Choice(
                index=0,
                message=Message(role="assistant", parts=parts),
                finish=finish,
            ),
        ),
        usage=None if usage is None else decode_usage(usage, left),
        service_tier=tier,
        moderation=reader.take("moderation"),
        extra=response_extra(left, notes),
    )


def decode_output(
    items: Iterable[Any], aliases: Aliases = NO_ALIASES
) -> tuple[Part, ...]:
    """
    Read `output`.

    Args:
        items: The parsed list.
        aliases: What was renamed in the request.

    Returns:
        The parts of all items, in order.
    """
    out: list[Part] = []
    for index, item in enumerate(items):
        if type(item) is dict:
            out += decode_item(item, str(index), aliases=aliases)
        else:
            # No item at all; an object around it keeps it.
            raw = {"type": "unknown", "value": item}
            out.append(UnknownPart(dialect=DIALECT, raw=raw))
    return tuple(out)


# --- writing ------------------------------------------------------------------------

_NULLS: Final = (
    "completed_at",
    "error",
    "incomplete_details",
    "instructions",
    "max_output_tokens",
    "max_tool_calls",
    "metadata",
    "previous_response_id",
    "prompt_cache_key",
    "reasoning",
    "safety_identifier",
)
"""
Fields that every response has, and that may be null.

The vendor's type asks for some of them; the Open Responses standard, and clients that
hold a server to it (tests/gateway/test_outside_findings.py), ask for all.
"""
_STATED: Final = tuple(
    name for name in RESPONSE_DEFAULTS if name not in ("object", "metadata")
)
"""Fields that every response has, and that may not be null."""
_REQUIRED: Final = (*_NULLS, *_STATED)
_BASE: Final[Mapping[str, Any]] = {
    **dict.fromkeys(_NULLS),
    **{name: RESPONSE_DEFAULTS[name] for name in _STATED},
}
"""What both are where nothing else is said."""
_ECHOED: Final = (
    "max_output_tokens",
    "metadata",
    "parallel_tool_calls",
    "previous_response_id",
    "reasoning",
    "temperature",
    "text",
    "tool_choice",
    "tools",
    "top_logprobs",
    "top_p",
    "truncation",
)
"""
Settings of the request that every response repeats, `instructions` apart.

Not `store`: an answer of ours is kept by nobody.
"""
_REASONING: Final[Mapping[str, None]] = {"effort": None, "summary": None}
"""What a response's `reasoning` has at least."""


def base_fields(request: ChatRequest | None) -> JSONObject:
    """
    Give what the vendor's type requires of every response beside its answer.

    Args:
        request: The request that it answers; `None`: it is not known.

    Returns:
        The settings that a response repeats, from *request* or by default, and null
        for the other required fields.
    """
    out: JSONObject = {**_BASE}
    if request is None:
        return out
    # The request's codec loads only where there is a request to repeat.
    from modelwire.codecs.openai_responses._messages_encode import (  # noqa: PLC0415
        ConversationWriter,
    )
    from modelwire.codecs.openai_responses._request_encode import (  # noqa: PLC0415
        settings,
    )

    quiet = LossLog(DIALECT)
    wire: JSONObject = {}
    settings(request, wire, quiet, AliasBook())
    for name in _ECHOED:
        if wire.get(name) is not None:
            out[name] = wire[name]
    if out["reasoning"] is not None:
        out["reasoning"] = {**_REASONING, **out["reasoning"]}
    writer = ConversationWriter(quiet, AliasBook())
    writer.write(request.system, ())
    out["instructions"] = writer.instructions
    return out


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
        request: The request that it answers: its settings are repeated, and its
            model's name where the response has none.
        aliases: Names that must be brought home to the client's.
        ids: Gives ids for what has none; `None`: counted within this call.
        created: The time (Unix, seconds) where the response has none.
        on_loss: Which losses refuse the response.
        profile: The variant that the client expects; nothing of it is read.

    Returns:
        The response, with its losses.

    Raises:
        UnsupportedFeatureError: *on_loss* refuses a loss.
        InvalidIRError: A part is not legal in an assistant's message.
    """
    del profile
    log = LossLog(DIALECT)
    own = own_fields(response.extra)
    new = ids if ids is not None else counting_ids(response.id or turn_seed(request))
    out = _envelope(response, request, new, created, log)
    writer = ItemWriter(log, reply=True, ids=new, home=aliases or NO_ALIASES)
    choice = _only_choice(response, log)
    if choice is not None:
        _output(choice, writer, out, log)
        if choice.finish is None and "status" in own:
            out["status"] = own["status"]
    else:
        out["status"] = own.get("status", "in_progress")
    out["output"] = writer.out
    if response.usage is not None:
        out["usage"] = encode_usage(response.usage)
        usage_losses(response.usage, log)
    if response.moderation is not None:
        moderation = encode_moderation(response.moderation, log, many=False)
        if moderation is not None:
            out["moderation"] = moderation
    _own_extra(response, request, out, log)
    if response.usage is not None and response.usage.server_tools:
        encode_tool_usage(response.usage, out, log)
    losses = log.settle(on_loss)
    return EncodedResponse(
        status=200, headers=JSON_HEADERS, body=dumps(out), losses=losses
    )


def _tier(word: str) -> str | None:
    """Give this dialect's word for a tier; `None`: it has none."""
    if word == "standard":
        return "default"
    return word if word in TIERS else None


def _envelope(
    response: ChatResponse,
    request: ChatRequest | None,
    new: Ids,
    created: int,
    log: LossLog,
) -> JSONObject:
    """Write what stands around the answer."""
    ident = response.id
    if ident is None:
        ident = new("response")
        if not ident.startswith("resp_"):
            ident = f"resp_{ident}"
        log.add(LossCode.RESP_ID, None, "synthesised", to="$.id")
    when = response.created
    own = own_fields(response.extra)
    if when is None:
        when = own.get("created_at")
        if when is None:
            when = created
            log.add(LossCode.RESP_CREATED, None, "synthesised", to="$.created")
    model = response.model
    if model is None:
        model = request.model if request is not None else ""
        log.add(LossCode.RESP_MODEL, None, "synthesised", to="$.model")
    out: JSONObject = {
        "id": ident,
        "object": OBJECT,
        "created_at": when,
        "status": "completed",
        "model": model,
        "output": [],
        "usage": None,
        **base_fields(request),
    }
    tier = response.service_tier
    if tier is not None:
        word = tier if "service_tier" in spelling_of(response.extra) else _tier(tier)
        if word is None:
            log.drop(LossCode.RESP_TIER, "$.service_tier", tier)
        else:
            if word != tier:
                log.approximate(
                    LossCode.RESP_TIER, "$.service_tier", f"{tier} became {word}"
                )
            out["service_tier"] = word
            if word == NO_TIER:
                log.add(
                    LossCode.RESP_TIER,
                    "$.service_tier",
                    "approximated",
                    severity="cosmetic",
                    detail="no tier that was used",
                )
    # An own one that is no text goes over it.
    out.setdefault("service_tier", own.get("service_tier", NO_TIER))
    return out


def _only_choice(response: ChatResponse, log: LossLog) -> Choice | None:
    """Give the one choice that there is a place for."""
    code = LossCode.RESP_CHOICES_N_1
    if not response.choices:
        log.add(code, None, "synthesised", to="$.choices[0]", detail="an empty answer")
        return None
    for number in range(1, len(response.choices)):
        log.drop(code, f"$.choices[{number}]", "only one answer has a place")
    choice = response.choices[0]
    if choice.index != 0:
        log.add(code, "$.choices[0].index", "approximated", severity="cosmetic")
    return choice


def _output(choice: Choice, writer: ItemWriter, out: JSONObject, log: LossLog) -> None:
    """Write the answer's items and its end."""
    path = "$.choices[0]"
    message = choice.message
    if message.role != "assistant":
        log.approximate(LossCode.RESP_ROLE_OBJECT, f"{path}.message.role")
    if message.name is not None:
        log.drop(LossCode.ROLE_NAME, f"{path}.message.name")
    if message.id is not None:
        log.add(LossCode.RESP_ID, f"{path}.message.id", "dropped", severity="cosmetic")
    writer.begin(f"{path}.message.parts")
    writer.write(message.parts, f"{path}.message.parts")
    if choice.logprobs is not None:
        _move_logprobs(choice, writer.out, log)
    for extra, where, code in (
        (message.extra, f"{path}.message", LossCode.ROLE_NAME),
        (choice.extra, path, LossCode.RESP_SAFETY),
    ):
        for dialect, fields in extra.items():
            for name in fields:
                if not name.startswith("$"):
                    log.drop_field(code, where, dialect, name)
    # What was written decides how the end is read again.
    ending = _ending(writer.out)
    status, details, error = encode_finish(
        choice.finish, ending, log=log, path=f"{path}.finish"
    )
    out["status"] = status
    out["incomplete_details"] = details
    out["error"] = error


_PLAIN: Final = ("function_call", "reasoning")
"""Items that are always read as one part of the same kind."""


def _ending(items: list[JSONObject]) -> Ending:
    """Say what the reader of *items* will find about the end."""
    ending = Ending()
    for number, item in enumerate(items):
        kind = item.get("type")
        if kind in _PLAIN or _says_text(item):
            # What these are read as is known without reading them (4 us less for an
            # answer of three items).
            ending.calls = ending.calls or kind == "function_call"
            ending.compacted = False
            continue
        found = ending_of(decode_item(item, str(number)))
        ending.calls = ending.calls or found.calls
        ending.refused = ending.refused or found.refused
        ending.compacted = found.compacted
    return ending


def _says_text(item: JSONObject) -> bool:
    """Say whether an item is a message of texts alone."""
    content = item.get("content")
    if item.get("type") != "message" or type(content) is not list:
        return False
    for piece in content:
        if type(piece) is not dict or piece.get("type") != "output_text":
            return False
    return True


def _move_logprobs(choice: Choice, items: list[JSONObject], log: LossLog) -> None:
    """Move the choice's log probabilities to its first text that has none."""
    path = "$.choices[0].logprobs"
    found = choice.logprobs
    if found is not None and found.content:
        place = 0
        for item in items:
            content = item.get("content") if item["type"] == "message" else None
            if not isinstance(content, list):
                place += 1
                continue
            for piece in content:
                if piece.get("type") == "output_text" and not piece.get("logprobs"):
                    piece["logprobs"] = encode_logprobs(found)
                    log.add(
                        LossCode.RESP_LOGPROBS,
                        path,
                        "moved",
                        to=f"$.choices[0].message.parts[{place}].logprobs",
                    )
                    return
                place += 1
    log.drop(LossCode.RESP_LOGPROBS, path)


def _own_extra(
    response: ChatResponse,
    request: ChatRequest | None,
    out: JSONObject,
    log: LossLog,
) -> None:
    """Write this dialect's unknown fields; they win over what the request says."""
    own = own_fields(response.extra)
    for name in _REQUIRED if own or request is not None else ():
        if own.get(name) is not None and name not in ("error", "incomplete_details"):
            out[name] = own[name]
        elif request is not None and name in out and out[name] is not None:
            _repeated(name, out[name], log)
    if response.choices and response.choices[0].finish is None:
        for name in ("error", "incomplete_details"):
            if own.get(name) is not None:
                out[name] = own[name]
    if response.extra:
        merge_own(out, response.extra)
        log.drop_extra(response.extra, "$", LossCode.RESP_FINGERPRINT)


def _repeated(name: str, value: Any, log: LossLog) -> None:
    """Record a setting of the request that the response repeats."""
    if name in ("error", "incomplete_details") or is_default(name, value):
        return
    log.add(
        LossCode.RESP_ROLE_OBJECT,
        None,
        "synthesised",
        to=f"$.extra[{DIALECT!r}].{name}",
        detail="as the request said",
    )
