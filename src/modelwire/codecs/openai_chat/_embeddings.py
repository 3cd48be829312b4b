"""
Embeddings: `EmbeddingRequest` and `EmbeddingResponse` and `POST /embeddings`.

Both sides: what a client sends and reads, and what a server reads and sends.

Source:
    wire/modalities.md section 1, `EmbeddingCreateParams` and
    `CreateEmbeddingResponse` of openai-python 3.52, and the compatible servers of the
    recorded traffic (Azure, Mistral, Voyage, OpenRouter, Perplexity), read
    2026-11-21.
"""

from __future__ import annotations

import re
from typing import Any, Final

from modelwire import ir
from modelwire.codecs._answer_body import answer_object
from modelwire.codecs._base import (
    RAISE_ON_ERROR,
    EncodedRequest,
    EncodedResponse,
    Headers,
    LossPolicy,
)
from modelwire.codecs._json import dumps
from modelwire.codecs._losses import LossLog
from modelwire.codecs._openai_headers import keep_headers
from modelwire.codecs._openai_params import write_headers
from modelwire.codecs._openai_usage import take_count
from modelwire.codecs._percent import unquoted
from modelwire.codecs._profile import Profile
from modelwire.codecs._reader import Reader, describe
from modelwire.codecs._request_body import request_object
from modelwire.codecs._usage_losses import count_losses
from modelwire.codecs.openai_chat._errors import decode_error
from modelwire.codecs.openai_chat._profiles import DEFAULT_PROFILE
from modelwire.codecs.openai_chat._wire import (
    DIALECT,
    JSON_HEADERS,
    extra_of,
    merge_own,
    own_fields,
    spelling_of,
)
from modelwire.errors import Problem, RequestDecodeError
from modelwire.ir._base import JSONObject
from modelwire.ir._losses import LossCode, Severity
from modelwire.ir._outcome import Usage
from modelwire.ir._parts import TextPart, UnknownPart

__all__ = [
    "decode_embedding_request",
    "decode_embedding_response",
    "encode_embedding_request",
    "encode_embedding_response",
]

PATH: Final = "/v1/embeddings"
"""The vendor's default path."""

_DEPLOYMENT: Final = r"(?:^|/)deployments/([^/?]+)/embeddings/?(?:\?|$)"
"""Azure's dated surface names the model in the path."""

_BASE64: Final = "base64"
_ABSENT: Final = "absent"


# --- requests -----------------------------------------------------------------------


def decode_embedding_request(
    body: bytes, *, path: str = "", query: str = "", headers: Headers = ()
) -> ir.EmbeddingRequest:
    """
    Read the request that a client sent.

    Args:
        body: The body.
        path: The request's path; Azure names the model there.
        query: The query; nothing in it matters here.
        headers: The headers; the protocol's own are kept.

    Returns:
        The request, with every unknown field in `extra`.

    Raises:
        RequestDecodeError: The body is wrong; every fault is named.

    Shapes:
        `{"model": …, "input": "…" | ["…"] | [int] | [[int]], "dimensions": …,
        "encoding_format": "float" | "base64", "user": …}`.
    """
    del query
    problems: list[Problem] = []
    obj = request_object(body, DIALECT, too_deep=True)
    reader = Reader(obj, "$", problems)
    notes: JSONObject = {}
    named = re.search(_DEPLOYMENT, path)
    model = reader.string("model", required=named is None)
    if model is None:
        model = unquoted(named[1]) if named is not None else ""
    inputs = _inputs(reader, notes)
    request = ir.EmbeddingRequest(
        model=model,
        inputs=inputs,
        dimensions=reader.integer("dimensions"),
        encoding=reader.string("encoding_format"),
        user_id=reader.string("user"),
        headers=keep_headers(headers),
        extra=extra_of(reader, notes),
    )
    if problems:
        raise RequestDecodeError(tuple(problems), dialect=DIALECT)
    return request


def _inputs(reader: Reader, notes: JSONObject) -> tuple[ir.EmbeddingInput, ...]:
    value = reader.take("input")
    if type(value) is list and value and all(type(item) is int for item in value):
        return (ir.EmbeddingInput(tokens=tuple(value)),)
    if type(value) is str:
        return (_of_text(value),)
    if type(value) is not list:
        got = "nothing" if value is None else describe(value)
        reader.fault("input", "string or array", got)
        return ()
    if len(value) == 1:
        notes["input"] = "array"
    out = []
    for number, item in enumerate(value):
        if type(item) is str:
            out.append(_of_text(item))
        elif type(item) is list and all(type(token) is int for token in item):
            out.append(ir.EmbeddingInput(tokens=tuple(item)))
        elif type(item) is dict:
            # llama.cpp takes `{"content": [part, …]}` (wire/modalities.md, section 1).
            part = UnknownPart(dialect=DIALECT, raw=item)
            out.append(ir.EmbeddingInput(parts=(part,)))
        else:
            reader.fault(f"input[{number}]", "string or tokens", describe(item))
    return tuple(out)


def _of_text(text: str) -> ir.EmbeddingInput:
    return ir.EmbeddingInput(parts=(TextPart(text=text),))


def encode_embedding_request(
    request: ir.EmbeddingRequest,
    *,
    profile: Profile = DEFAULT_PROFILE,
    on_loss: LossPolicy = RAISE_ON_ERROR,
) -> EncodedRequest:
    """
    Write a request.

    Args:
        request: The request, of any source.
        profile: The variant; nothing of it is read.
        on_loss: Which losses refuse the request.

    Returns:
        The request with its losses.

    Raises:
        UnsupportedFeatureError: *on_loss* refuses a loss.
    """
    del profile
    log = LossLog(DIALECT)
    notes = spelling_of(request.extra)
    items = [_item(input_, n, request, log) for n, input_ in enumerate(request.inputs)]
    out: JSONObject = {"input": items, "model": request.model}
    if len(items) == 1 and notes.get("input") != "array":
        only = items[0]
        out["input"] = only if only and type(only) is not dict else items
    for field, value in (
        ("encoding_format", request.encoding),
        ("dimensions", request.dimensions),
        ("user", request.user_id),
    ):
        if value is not None:
            out[field] = value
    if request.task is not None:
        log.add(LossCode.META_KV, "$.task", "dropped", severity="parameter")
    merge_own(out, request.extra)
    log.drop_extra(request.extra, "$", LossCode.META_KV)
    return EncodedRequest(
        method="POST",
        path=PATH,
        headers=write_headers(request.headers, log),
        body=dumps(out),
        losses=log.settle(on_loss),
    )


def _item(
    input_: ir.EmbeddingInput, number: int, request: ir.EmbeddingRequest, log: LossLog
) -> Any:
    """Give one item of `input`: a text, tokens, or what only this dialect knows."""
    path = f"$.inputs[{number}]"
    if input_.title is not None:
        log.add(LossCode.IN_DOC_META, f"{path}.title", "dropped", severity="parameter")
    if input_.task is not None:
        log.add(LossCode.META_KV, f"{path}.task", "dropped", severity="parameter")
    if input_.dimensions is not None:
        # Vectors of different lengths cannot be compared; the client would not see it.
        same = input_.dimensions == request.dimensions
        severity: Severity = "cosmetic" if same else "error"
        log.add(LossCode.META_KV, f"{path}.dimensions", "dropped", severity=severity)
    log.drop_extra(input_.extra, path, LossCode.IN_TEXT)
    if input_.tokens is not None:
        for place in range(len(input_.parts)):
            _drop(log, f"{path}.parts[{place}]", "beside tokens")
        return list(input_.tokens)
    first = input_.parts[0] if input_.parts else None
    if (
        len(input_.parts) == 1
        and type(first) is UnknownPart
        and first.dialect == DIALECT
        and type(first.raw) is dict
    ):
        return first.raw
    return _text(input_, path, log)


def _text(input_: ir.EmbeddingInput, path: str, log: LossLog) -> str:
    """Give the texts of an input as one."""
    texts = []
    begin = ""
    for number, part in enumerate(input_.parts):
        place = f"{path}.parts[{number}]"
        if type(part) is not TextPart:
            _drop(log, place, "only text can be embedded here")
            continue
        texts.append(part.text)
        begin = begin or place
        if place != begin:
            log.add(
                LossCode.IN_TEXT,
                place,
                "merged",
                to=f"{path}.parts[0]",
                severity="approximation",
            )
        for name in ("annotations", "logprobs", "cache", "signature", "item"):
            if getattr(part, name):
                log.add(
                    LossCode.IN_TEXT, f"{place}.{name}", "dropped", severity="cosmetic"
                )
        log.drop_extra(part.extra, place, LossCode.IN_TEXT)
    if not texts:
        log.add(LossCode.IN_TEXT, None, "synthesised", to=f"{path}.parts[0]")
    return "\n".join(texts)


def _drop(log: LossLog, path: str, detail: str) -> None:
    log.add(LossCode.IN_TEXT, path, "dropped", severity="error", detail=detail)


# --- responses ----------------------------------------------------------------------


def decode_embedding_response(
    body: bytes,
    *,
    status: int = 200,
    headers: Headers = (),
    request: ir.EmbeddingRequest | None = None,
) -> ir.EmbeddingResponse:
    """
    Read a response.

    Args:
        body: The body.
        status: The HTTP status.
        headers: The response's headers; read for errors only.
        request: The request that it answers: only where it asked for `base64`, or is
            not known, does text stand for 32-bit floats.

    Returns:
        The response, with every unknown field in `extra`.

    Raises:
        ProviderError: The server reported an error.
        RemoteProtocolError: The body is no JSON object.

    Shapes:
        `{"object": "list", "data": [{"object": "embedding", "index", "embedding":
        [float] | "base64"}], "model", "usage": {"prompt_tokens", "total_tokens"}}`.
    """
    obj = answer_object(body, DIALECT, decode_error, status=status, headers=headers)
    reader = Reader(obj, "$", None)
    absent: list[str] = []
    _take_object(reader, "list", absent)
    data = reader.array("data") or []
    # Perplexity's default is base64 of bytes (ruby_llm__embedding-perplexity-int8-…):
    # the same letters, another meaning.
    text_is_floats = request is None or (
        request.encoding == _BASE64 and "output_dtype" not in own_fields(request.extra)
    )
    model = reader.string("model")
    if model is None:
        absent.append("model")
    usage = reader.mapping("usage")
    if usage is None:
        absent.append("usage")
    return ir.EmbeddingResponse(
        id=reader.string("id"),
        # An empty name is what the encoder writes where there is none.
        model=model or None,
        created=reader.integer("created"),
        embeddings=tuple(
            _embedding(item, n, text_is_floats=text_is_floats)
            for n, item in enumerate(data)
            if type(item) is dict
        ),
        usage=None if usage is None else _usage(usage),
        extra=extra_of(reader, {_ABSENT: absent} if absent else {}),
    )


def _take_object(reader: Reader, word: str, absent: list[str]) -> None:
    if reader.left.get("object") == word:
        del reader.left["object"]
    elif reader.left.get("object") is None:
        absent.append("object")


def _embedding(item: JSONObject, number: int, *, text_is_floats: bool) -> ir.Embedding:
    reader = Reader(item, "", None)
    notes: JSONObject = {}
    absent: list[str] = []
    _take_object(reader, "embedding", absent)
    index = reader.integer("index")
    if index is None:
        absent.append("index")
    value = reader.left.get("embedding")
    values: tuple[float, ...] = ()
    data: str | None = None
    if type(value) is list and all(type(x) in (int, float) for x in value):
        values = tuple(value)
        notes["embedding"] = "float"
        del reader.left["embedding"]
    elif type(value) is str:
        from modelwire.codecs._float_text import (  # noqa: PLC0415 - see `_values`
            floats_of,
        )

        found = floats_of(value) if text_is_floats else None
        values, data = (), value
        if found is not None:
            values, data = found, None
            notes["embedding"] = _BASE64
        del reader.left["embedding"]
    if absent:
        notes[_ABSENT] = absent
    return ir.Embedding(
        index=number if index is None else index,
        values=values,
        data=data,
        extra=extra_of(reader, notes),
    )


def _usage(obj: JSONObject) -> Usage:
    left = {k: v for k, v in obj.items() if v is not None}
    notes: JSONObject = {}
    prompt = take_count(left, "prompt_tokens")
    total = take_count(left, "total_tokens")
    if prompt is None and total is not None:
        # Voyage says only the sum, and there is no output.
        prompt = total
        notes["prompt_tokens"] = _ABSENT
    elif total is None:
        notes["total_tokens"] = _ABSENT
    elif total != prompt:
        left["total_tokens"] = total
    if notes:
        left["$spelling"] = notes
    return Usage(
        input_total=prompt,
        input_uncached=prompt,
        raw=obj,
        extra={DIALECT: left} if left else {},
    )


def encode_embedding_response(
    response: ir.EmbeddingResponse,
    *,
    request: ir.EmbeddingRequest | None = None,
    on_loss: LossPolicy = RAISE_ON_ERROR,
) -> EncodedResponse:
    """
    Write a response.

    Args:
        response: The response, of any source.
        request: The request that it answers: its *encoding* decides how vectors are
            written that did not come through this dialect.
        on_loss: Which losses refuse the response.

    Returns:
        The response with its losses.

    Raises:
        UnsupportedFeatureError: *on_loss* refuses a loss.
    """
    log = LossLog(DIALECT)
    absent = spelling_of(response.extra).get(_ABSENT) or ()
    wanted = request.encoding if request is not None else None
    out: JSONObject = {} if "object" in absent else {"object": "list"}
    out["data"] = [
        _vector(embedding, f"$.embeddings[{n}]", wanted, log)
        for n, embedding in enumerate(response.embeddings)
    ]
    model = response.model
    if model is None and request is not None and request.model:
        model = request.model
        if "model" not in absent:
            log.add(LossCode.RESP_MODEL, None, "synthesised", to="$.model")
    if response.model is not None or "model" not in absent:
        out["model"] = model or ""
    if response.usage is not None:
        out["usage"] = _encode_usage(response.usage, log)
    elif "usage" not in absent and "usage" not in own_fields(response.extra):
        # The vendor's type requires it, and clients read it unasked.
        out["usage"] = {"prompt_tokens": 0, "total_tokens": 0}
        log.add(
            LossCode.USAGE_INPUT_TOTAL,
            None,
            "synthesised",
            to="$.usage",
            severity="approximation",
        )
    for field, value in (("id", response.id), ("created", response.created)):
        if value is not None:
            out[field] = value
    merge_own(out, response.extra)
    log.drop_extra(response.extra, "$", LossCode.RESP_FINGERPRINT)
    return EncodedResponse(
        headers=JSON_HEADERS, body=dumps(out), losses=log.settle(on_loss)
    )


def _vector(
    embedding: ir.Embedding, path: str, wanted: str | None, log: LossLog
) -> JSONObject:
    notes = spelling_of(embedding.extra)
    absent = notes.get(_ABSENT) or ()
    out: JSONObject = {} if "object" in absent else {"object": "embedding"}
    if "index" not in absent:
        out["index"] = embedding.index
    if embedding.data is not None:
        out["embedding"] = embedding.data
    elif embedding.values or "embedding" not in own_fields(embedding.extra):
        out["embedding"] = _values(
            embedding.values, notes.get("embedding", wanted), path, log
        )
    merge_own(out, embedding.extra)
    log.drop_extra(embedding.extra, path, LossCode.OUT_TEXT)
    return out


def _values(
    values: tuple[float, ...], form: str | None, path: str, log: LossLog
) -> Any:
    """Write the numbers of a vector, as text where the client wants that."""
    if form != _BASE64:
        return list(values)
    # Loads `struct` and `base64`, which a client that takes lists does not need.
    from modelwire.codecs._float_text import floats_of, text_of  # noqa: PLC0415

    text = text_of(values)
    if text is None:
        return list(values)
    if floats_of(text) != values:
        log.add(
            LossCode.OUT_TEXT,
            f"{path}.values",
            "approximated",
            severity="cosmetic",
            detail="rounded to 32 bits",
        )
    return text


def _encode_usage(usage: Usage, log: LossLog) -> JSONObject:
    notes = spelling_of(usage.extra)
    prompt = usage.input_total or 0
    out: JSONObject = {}
    if notes.get("prompt_tokens") != _ABSENT:
        out["prompt_tokens"] = prompt
    if notes.get("total_tokens") != _ABSENT:
        out["total_tokens"] = own_fields(usage.extra).get("total_tokens", prompt)
    merge_own(out, usage.extra)
    count_losses(usage, _usage(out), log, "$.usage")
    for name in usage.server_tools:
        log.drop(LossCode.USAGE_SERVER_TOOLS, f"$.usage.server_tools.{name}")
    log.drop_extra(usage.extra, "$.usage", LossCode.USAGE_TOTAL)
    return out
