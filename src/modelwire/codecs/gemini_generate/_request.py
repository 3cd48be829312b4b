"""
Requests both ways: `ChatRequest` and the body of `models/{model}:generateContent`.

`encode_request` gives a request ready to be sent, and every loss; `decode_request`
is the server's side and reports all faults of a body at once.
"""

from __future__ import annotations

from typing import Final

from modelwire.codecs._aliases import AliasBook
from modelwire.codecs._base import RAISE_ON_ERROR, EncodedRequest, Headers, LossPolicy
from modelwire.codecs._ids import history_ids
from modelwire.codecs._json import dumps
from modelwire.codecs._losses import LossLog
from modelwire.codecs._percent import quoted, unquoted
from modelwire.codecs._profile import Profile
from modelwire.codecs._request_body import request_object
from modelwire.codecs._request_losses import drop_headers
from modelwire.codecs.gemini_generate._call_ids import MINTED
from modelwire.codecs.gemini_generate._extra import spelling_of, write_extra
from modelwire.codecs.gemini_generate._messages_encode import (
    encode_messages,
    encode_system,
)
from modelwire.codecs.gemini_generate._params import (
    encode_config,
    encode_service,
    report_unsupported,
)
from modelwire.codecs.gemini_generate._part_encode import PartWriter
from modelwire.codecs.gemini_generate._profiles import (
    DEFAULT_PROFILE,
    has_levels,
)
from modelwire.codecs.gemini_generate._request_decode import COLLECTIONS, read_request
from modelwire.codecs.gemini_generate._tools import encode_choice, encode_tools
from modelwire.codecs.gemini_generate._wire import (
    API_VERSION,
    DIALECT,
    JSON_HEADERS,
)
from modelwire.errors import (
    Problem,
    RequestDecodeError,
)
from modelwire.ir._base import JSONObject
from modelwire.ir._losses import LossCode
from modelwire.ir._parts import (
    ServerToolCallPart,
    ServerToolResultPart,
    TextPart,
    ToolCallPart,
    ToolResultPart,
)
from modelwire.ir._request import ChatRequest
from modelwire.ir._tools import CustomTool, FunctionTool

__all__ = ["decode_request", "encode_request", "request_path"]

_BLANK: Final = " "
"""The text of a conversation that has no message of its own."""


def decode_request(
    body: bytes,
    *,
    path: str = "",
    query: str = "",
    headers: Headers = (),
    profile: Profile = DEFAULT_PROFILE,
) -> ChatRequest:
    """
    Read the request that a client sent.

    Args:
        body: The body.
        path: The request's path: it names the model, and `streamGenerateContent` is
            what makes the answer stream.  Vertex's paths are read too.
        query: The query string: `alt=sse` chooses the framing; keys in it are not
            kept.
        headers: The headers; none of them is kept.
        profile: The variant; both are read the same way.

    Returns:
        The request, with the wire's message boundaries; its model is empty when
        neither path nor body names one.

    Raises:
        RequestDecodeError: The body is wrong; every fault is named.
        LimitExceededError: The JSON nests too deep.

    Source:
        `GenerateContentRequest`, generativelanguage v1beta, read 2026-11-21.
    """
    del headers, profile
    obj = request_object(body, DIALECT)
    problems: list[Problem] = []
    request = read_request(obj, path, query, problems)
    if problems:
        raise RequestDecodeError(tuple(problems), dialect=DIALECT)
    return request


def encode_request(
    request: ChatRequest,
    *,
    profile: Profile = DEFAULT_PROFILE,
    on_loss: LossPolicy = RAISE_ON_ERROR,
) -> EncodedRequest:
    """
    Write a request.

    Args:
        request: The request.
        profile: The variant: Vertex takes labels and addresses of the web.
        on_loss: Which losses stop the encode.

    Returns:
        The request ready to be sent, its losses, and what was renamed.  A stream is
        asked for as Server-Sent Events.

    Raises:
        UnsupportedFeatureError: A loss that *on_loss* refuses.
        InvalidIRError: A part stands in a message of a role that cannot hold it.

    Source:
        `GenerateContentRequest`, generativelanguage v1beta, read 2026-11-21.
    """
    log = LossLog(DIALECT)
    book = AliasBook(
        name_charset=profile.tool_name_charset, name_limit=profile.tool_name_max
    )
    taken, named = _ids(request)
    writer = PartWriter(
        log,
        profile=profile,
        levels=has_levels(request.model),
        book=book,
        predict=history_ids(taken),
        named=named,
    )
    _reserve(request, writer)
    body: JSONObject = {}
    tools = encode_tools(request, writer)
    system = encode_system(request.system, writer)
    contents = encode_messages(
        request.messages,
        writer,
        signed="gemini" in request.model and has_levels(request.model),
    )
    if not contents:
        contents = [{"role": "user", "parts": [{"text": _BLANK}]}]
        log.add(LossCode.SYS_LEADING, None, "synthesised", to="$.messages[0]")
    if system is not None:
        body["systemInstruction"] = system
    body["contents"] = contents
    if tools:
        body["tools"] = tools
    calling = encode_choice(request, writer)
    if calling is not None:
        body["toolConfig"] = {"functionCallingConfig": calling}
    config = encode_config(request, profile, log)
    if config:
        body["generationConfig"] = config
    encode_service(request, body, profile, log)
    report_unsupported(request, log)
    drop_headers(request.headers, log)
    write_extra(request.extra, body, "$", log, LossCode.META_KV)
    return EncodedRequest(
        method="POST",
        path=request_path(request, profile, log),
        query=(("alt", "sse"),) if request.stream else (),
        headers=JSON_HEADERS,
        losses=log.settle(on_loss),
        body=dumps(body),
        aliases=writer.aliases(),
    )


def request_path(request: ChatRequest, profile: Profile, log: LossLog) -> str:
    """
    Give the path of a request.

    Args:
        request: The request; its model may be a resource name.
        profile: The variant; Vertex names the publisher.
        log: Where losses go.

    Returns:
        `/v1beta/models/{model}:generateContent`, or `:streamGenerateContent`; the
        model is escaped, so that no name can leave its segment.
    """
    action = "streamGenerateContent" if request.stream else "generateContent"
    model, collection = request.model, "models"
    if model.startswith("models/"):
        model = model.removeprefix("models/")
        log.add(
            LossCode.META_KV,
            "$.model",
            "approximated",
            severity="cosmetic",
            detail="without its collection",
        )
    else:
        for name in COLLECTIONS:
            if model.startswith(f"{name}/"):
                model, collection = model.removeprefix(f"{name}/"), name
    # What is no Unicode text has no place in a URL (half of a surrogate pair).
    named = quoted(model)
    if unquoted(named) != model:
        log.add(LossCode.META_KV, "$.model", "approximated", severity="error")
    version = profile.api_version or API_VERSION
    template = profile.stream_path if request.stream else profile.path
    if template is None or collection != "models":
        return f"/{version}/{collection}/{named}:{action}"
    return template.format(version=version, model=named)


def _ids(request: ChatRequest) -> tuple[list[str], frozenset[str]]:
    """
    Look at the ids of the history before it is written.

    Returns:
        Those that the wire had, and those that must be written although it had not:
        a result that did not come from the wire names them.
    """
    taken: list[str] = []
    named: set[str] = set()
    for message in request.messages:
        for part in message.parts:
            if type(part) is TextPart:
                # The commonest part, which has no id.
                continue
            if isinstance(part, ToolCallPart | ServerToolCallPart):
                if spelling_of(part.extra).get("id") != MINTED:
                    taken.append(part.id)
            elif isinstance(part, ToolResultPart | ServerToolResultPart):
                noted = spelling_of(part.extra).get("id")
                if noted is None:
                    named.add(part.call_id)
                if noted != MINTED:
                    taken.append(noted if isinstance(noted, str) else part.call_id)
    return taken, frozenset(named)


def _reserve(request: ChatRequest, writer: PartWriter) -> None:
    """Let legal names keep themselves, whatever is renamed before them."""
    names = [
        tool.name
        for tool in request.tools
        if isinstance(tool, FunctionTool | CustomTool)
    ]
    names += [
        part.name
        for message in request.messages
        for part in message.parts
        if isinstance(part, ToolCallPart)
    ]
    writer.book.reserve(name for name in names if writer.legal_first(name))
