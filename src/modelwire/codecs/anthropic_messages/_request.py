"""
Requests both ways: `ChatRequest` and the body of `POST /v1/messages`.

`encode_request` gives a request ready to be sent, and every loss; `decode_request`
is the server's side and reports all faults of a body at once.
"""

from __future__ import annotations

from typing import Any, Final

from modelwire.codecs._aliases import AliasBook
from modelwire.codecs._base import RAISE_ON_ERROR, EncodedRequest, Headers, LossPolicy
from modelwire.codecs._ids import call_ids
from modelwire.codecs._json import dumps
from modelwire.codecs._losses import LossLog
from modelwire.codecs._percent import quoted, unquoted
from modelwire.codecs._profile import Profile
from modelwire.codecs._request_body import request_object
from modelwire.codecs._request_losses import drop_headers
from modelwire.codecs.anthropic_messages._block_encode import BlockWriter, write_extra
from modelwire.codecs.anthropic_messages._messages_encode import encode_prompt
from modelwire.codecs.anthropic_messages._params import (
    encode_format,
    encode_limits,
    encode_reasoning,
    encode_service,
    report_unsupported,
)
from modelwire.codecs.anthropic_messages._profiles import DEFAULT_PROFILE
from modelwire.codecs.anthropic_messages._request_decode import read_request
from modelwire.codecs.anthropic_messages._tools import (
    allowed_names,
    encode_choice,
    encode_tool,
)
from modelwire.codecs.anthropic_messages._wire import (
    DIALECT,
    PATH,
    PROTOCOL_HEADERS,
)
from modelwire.errors import (
    Problem,
    RequestDecodeError,
)
from modelwire.ir._base import JSONObject
from modelwire.ir._losses import LossCode
from modelwire.ir._parts import ToolCallPart
from modelwire.ir._request import ChatRequest
from modelwire.ir._tools import CustomTool, FunctionTool

__all__ = ["decode_request", "encode_request"]


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
        path: The request's path; it names the model on Vertex and Bedrock.
        query: The query string; nothing in it matters here.
        headers: The headers; the protocol's own are kept.
        profile: The variant; both API versions are read the same way.

    Returns:
        The request, with the wire's message boundaries.

    Raises:
        RequestDecodeError: The body is wrong; every fault is named.
        LimitExceededError: The JSON nests too deep.

    Source:
        `MessageCreateParams` of the `anthropic` package 2.11.0, read 2026-11-21.
    """
    del query, profile
    obj = request_object(body, DIALECT)
    problems: list[Problem] = []
    request = read_request(obj, path, headers, problems)
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
        profile: The variant; it decides the API version.
        on_loss: Which losses stop the encode.

    Returns:
        The request ready to be sent, its losses, and what was renamed.

    Raises:
        UnsupportedFeatureError: A loss that *on_loss* refuses.
        InvalidIRError: A part stands in a message of a role that cannot hold it.

    Source:
        `MessageCreateParams` of the `anthropic` package 2.11.0, read 2026-11-21.
    """
    log = LossLog(DIALECT)
    book = AliasBook(
        name_charset=profile.tool_name_charset, name_limit=profile.tool_name_max
    )
    _reserve(request, book)
    writer = BlockWriter(
        log, profile=profile, book=book, taken=call_ids(request.messages)
    )

    body: JSONObject = {}
    if profile.path is None and (
        request.model or "anthropic_version" not in request.extra.get(DIALECT, {})
    ):
        body["model"] = request.model
    body["max_tokens"] = request.max_output_tokens
    # Prompt order, so that breakpoints are counted from the front of the prompt.
    tools = _tools(request, writer)
    system, messages = encode_prompt(request.system, request.messages, writer)
    if system is not None:
        body["system"] = system
    body["messages"] = messages
    if tools:
        body["tools"] = tools
    choice = encode_choice(request, writer, profile, declared=bool(tools))
    if choice is not None:
        body["tool_choice"] = choice
    if request.max_output_tokens is None:
        body["max_tokens"] = profile.default_max_tokens
        log.add(
            LossCode.PARAM_MAX_TOKENS,
            None,
            "synthesised",
            to="$.max_output_tokens",
            severity="approximation",
        )
    encode_limits(request, body, profile, log)
    encode_reasoning(request, body, log, in_tool_loop=_in_tool_loop(messages))
    encode_format(request, body, log)
    encode_service(request, body, writer)
    _limit_breakpoints(body, writer, profile)
    if request.stream and profile.body_stream:
        body["stream"] = True
    report_unsupported(request, log)
    if request.extra:
        write_extra(request.extra, body, "$", log, LossCode.META_KV)
    headers = _headers(request, body, profile, log)
    return EncodedRequest(
        method="POST",
        path=_path(request, profile, log),
        headers=headers,
        losses=log.settle(on_loss),
        body=dumps(body),
        aliases=book.aliases(),
    )


def _reserve(request: ChatRequest, book: AliasBook) -> None:
    names = [
        tool.name
        for tool in request.tools
        if isinstance(tool, FunctionTool | CustomTool)
    ]
    ids = []
    for message in request.messages:
        if message.role == "assistant":
            for part in message.parts:
                if type(part) is ToolCallPart:
                    names.append(part.name)
                    ids.append(part.id)
    book.reserve(names, ids)


def _tools(request: ChatRequest, writer: BlockWriter) -> list[JSONObject]:
    allowed = allowed_names(request)
    out = []
    for i, tool in enumerate(request.tools):
        path = f"$.tools[{i}]"
        name = getattr(tool, "name", None)
        if allowed is not None and name is not None and name not in allowed:
            writer.log.add(
                LossCode.TOOL_CHOICE_SUBSET,
                path,
                "dropped",
                severity="approximation",
                detail="not among the allowed tools",
            )
            continue
        written = encode_tool(tool, path, writer)
        if written is not None:
            out.append(written)
    return out


def _in_tool_loop(messages: list[JSONObject]) -> bool:
    """Say whether calls without thinking before them have just been answered."""
    if len(messages) < 2 or messages[-1]["role"] != "user":
        return False
    content = messages[-1]["content"]
    if not isinstance(content, list) or content[0].get("type") != "tool_result":
        return False
    before = messages[-2]["content"]
    return isinstance(before, list) and not any(
        block.get("type") in ("thinking", "redacted_thinking") for block in before
    )


def _limit_breakpoints(body: JSONObject, writer: BlockWriter, profile: Profile) -> None:
    """Keep the last breakpoints: each covers everything before it."""
    if profile.breakpoints_max is None:
        return
    allowed = profile.breakpoints_max - ("cache_control" in body)
    surplus = len(writer.breakpoints) - allowed
    for out, path in writer.breakpoints[: max(0, surplus)]:
        del out["cache_control"]
        # Parts of merged messages have no place of their own any more.
        merged = next((m for m in writer.merged if path.startswith(f"{m}.")), None)
        writer.log.add(
            LossCode.CACHE_BREAKPOINT,
            merged or path,
            "dropped",
            to="$.system[0]" if merged is not None else None,
            detail=f"more than {profile.breakpoints_max}",
        )


def _path(request: ChatRequest, profile: Profile, log: LossLog) -> str:
    """Give the path; a model in it is escaped, so that it cannot leave its place."""
    template = profile.path
    if request.stream and profile.stream_path is not None:
        template = profile.stream_path
    if template is None:
        return PATH
    # What is no Unicode text has no place in a URL (half of a surrogate pair).
    named = quoted(request.model)
    if unquoted(named) != request.model:
        log.add(LossCode.META_KV, "$.model", "approximated", severity="error")
    return template.format(version=profile.api_version, model=named)


def _headers(
    request: ChatRequest, body: JSONObject, profile: Profile, log: LossLog
) -> tuple[tuple[str, str], ...]:
    """
    Give the protocol headers: version, betas of request and profile, identity.

    Other platforms read the version, and some the betas, in the body.
    """
    kept: dict[str, str] = {}
    for name, value in request.headers:
        if name in PROTOCOL_HEADERS:
            before = kept.get(name)
            kept[name] = value if before is None else f"{before},{value}"
    drop_headers((h for h in request.headers if h[0] not in PROTOCOL_HEADERS), log)
    if profile.betas:
        kept[_BETA] = _with_betas(kept.get(_BETA, ""), profile.betas)
    wire = tuple(item for item in request.headers if item[0] in PROTOCOL_HEADERS)
    if profile.body_betas and _BETA in kept:
        betas = [beta.strip() for beta in kept.pop(_BETA).split(",")]
        _place(body, "anthropic_beta", [beta for beta in betas if beta], log)
    if tuple(kept.items()) != wire:
        log.add(LossCode.META_KV, "$.headers" if wire else None, "merged", to=_to(kept))
    head = [("content-type", "application/json")]
    version = profile.api_version
    if version is not None and profile.body_version:
        _place(body, "anthropic_version", version, log)
    elif version is not None:
        head.append(("anthropic-version", version))
    return (*head, *kept.items())


def _to(kept: dict[str, str]) -> str | None:
    return "$.headers" if kept else None


def _place(body: JSONObject, field: str, value: Any, log: LossLog) -> None:
    """Write what is a header elsewhere; the variant decides what it says."""
    if body.get(field) != value:
        place = f"$.extra[{DIALECT!r}].{field}"
        log.add(
            LossCode.META_KV,
            place if field in body else None,
            "synthesised",
            to=place,
        )
        body[field] = value


_BETA: Final = "anthropic-beta"


def _with_betas(asked: str, betas: tuple[str, ...]) -> str:
    """Add the profile's betas to those that the client asked for."""
    known = {beta.strip() for beta in asked.split(",")}
    missing = [beta for beta in betas if beta not in known]
    return ",".join([asked, *missing] if asked else missing)
