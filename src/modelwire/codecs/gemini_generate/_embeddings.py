"""
Embeddings: `EmbeddingRequest` and `EmbeddingResponse` and the two embedding calls.

`models/{model}:embedContent` takes one content, `:batchEmbedContents` several; both
sides of both.  What every entry of a batch says alike stands at the request.

Source:
    wire/modalities.md section 4, the converters of google-genai 3.4.0 and recorded
    traffic, read 2026-11-21.
"""

from __future__ import annotations

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
from modelwire.codecs._profile import Profile
from modelwire.codecs._reader import Reader, describe
from modelwire.codecs._request_body import request_object
from modelwire.codecs._request_losses import drop_headers
from modelwire.codecs.gemini_generate._errors import decode_error
from modelwire.codecs.gemini_generate._extra import spelling_of, write_extra
from modelwire.codecs.gemini_generate._operation_path import operation_path, path_model
from modelwire.codecs.gemini_generate._part_encode import PartWriter
from modelwire.codecs.gemini_generate._parts import decode_parts
from modelwire.codecs.gemini_generate._profiles import DEFAULT_PROFILE
from modelwire.codecs.gemini_generate._usage import decode_usage, encode_usage
from modelwire.codecs.gemini_generate._wire import DIALECT, JSON_HEADERS, camel
from modelwire.errors import Problem, RequestDecodeError
from modelwire.ir._base import Extra, JSONObject
from modelwire.ir._loss_codes import LossCode
from modelwire.ir._messages import LEGAL_PARTS
from modelwire.ir._parts import Part, TextPart

__all__ = [
    "decode_embedding_request",
    "decode_embedding_response",
    "encode_embedding_request",
    "encode_embedding_response",
]

_BATCH: Final = "batchEmbedContents"
_SINGLE: Final = "embedContent"
_RESOURCE: Final = "models/"
_INNER: Final = frozenset({"content", "$spelling"})
"""What is an input's own, also where nothing else is in the body."""


# --- requests -----------------------------------------------------------------------


def decode_embedding_request(
    body: bytes, *, path: str = "", query: str = "", headers: Headers = ()
) -> ir.EmbeddingRequest:
    """
    Read the request that a client sent.

    Args:
        body: The body.
        path: The request's path: it names the model and says whether it is a batch;
            without one the body does.
        query: The query; nothing in it matters here.
        headers: The headers; none of them is kept.

    Returns:
        The request, with every unknown field in `extra`.

    Raises:
        RequestDecodeError: The body is wrong; every fault is named.

    Shapes:
        `{"content": {"parts": […]}, "taskType", "title", "outputDimensionality"}`, or
        `{"requests": [the same with "model"]}`.
    """
    del query, headers
    problems: list[Problem] = []
    obj = camel(request_object(body, DIALECT, too_deep=True))
    named = path_model(path)
    is_batch = named[1] == _BATCH if named is not None else "requests" in obj
    reader = Reader(obj, "$", problems)
    model = named[0] if named is not None else ""
    request = (_batch if is_batch else _single)(reader, model)
    if problems:
        raise RequestDecodeError(tuple(problems), dialect=DIALECT)
    return request


def _single(reader: Reader, model: str) -> ir.EmbeddingRequest:
    """Read the body as a whole: what it says is said of the request."""
    found, model = _input(reader, model)
    own = found.extra.get(DIALECT, {})
    inner = {k: v for k, v in own.items() if k in _INNER}
    outer = {k: v for k, v in own.items() if k not in _INNER}
    input_ = ir.EmbeddingInput(
        parts=found.parts, title=found.title, extra={DIALECT: inner} if inner else {}
    )
    return ir.EmbeddingRequest(
        model=model,
        inputs=(input_,),
        dimensions=found.dimensions,
        task=found.task,
        extra={DIALECT: outer} if outer else {},
    )


def _batch(reader: Reader, model: str) -> ir.EmbeddingRequest:
    entries = reader.array("requests", required=True) or []
    read: list[ir.EmbeddingInput] = []
    notes: JSONObject = {}
    for number, entry in enumerate(entries):
        path = f"$.requests[{number}]"
        if type(entry) is not dict:
            reader.fault(f"requests[{number}]", "object", describe(entry))
            continue
        input_, model = _input(Reader(camel(entry), path, reader.problems), model)
        read.append(input_)
    if len(read) == 1:
        notes["form"] = "batch"
    tasks = {input_.task for input_ in read}
    sizes = {input_.dimensions for input_ in read}
    task = tasks.pop() if len(tasks) == 1 else None
    size = sizes.pop() if len(sizes) == 1 else None
    if notes:
        reader.left["$spelling"] = notes
    return ir.EmbeddingRequest(
        model=model,
        inputs=tuple(
            ir.EmbeddingInput(
                parts=input_.parts,
                title=input_.title,
                task=input_.task if task is None else None,
                dimensions=input_.dimensions if size is None else None,
                extra=input_.extra,
            )
            for input_ in read
        ),
        dimensions=size,
        task=task,
        extra=reader.rest(DIALECT),
    )


def _input(reader: Reader, model: str) -> tuple[ir.EmbeddingInput, str]:
    """Read one content with its settings, and the model where none was named."""
    notes: JSONObject = {}
    said = reader.string("model")
    if said is not None:
        name = said.removeprefix(_RESOURCE)
        model = model or name
        if name != model:
            reader.left["model"] = said
        elif name != said:
            notes["model"] = "resource"
        else:
            notes["model"] = "bare"
    content = reader.mapping("content", required=True)
    parts: tuple[Part, ...] = ()
    if content is not None:
        parts = _parts(reader, content, notes)
    task, title = reader.string("taskType"), reader.string("title")
    size = reader.integer("outputDimensionality")
    if notes:
        reader.left["$spelling"] = notes
    found = ir.EmbeddingInput(
        parts=parts,
        task=task,
        title=title,
        dimensions=size,
        extra=reader.rest(DIALECT),
    )
    return found, model


def _parts(reader: Reader, content: JSONObject, notes: JSONObject) -> tuple[Part, ...]:
    inner = Reader(content, f"{reader.path}.content", reader.problems)
    role = inner.string("role")
    if role is not None:
        # The API ignores it; clients write `user`.
        notes["role"] = role
    value = inner.left.pop("parts", None)
    parts: tuple[Part, ...] = ()
    if type(value) in (list, dict):
        parts = decode_parts(
            value, f"{inner.path}.parts", inner.problems, LEGAL_PARTS["user"]
        )
    elif value is not None:
        inner.fault("parts", "array", describe(value))
    left = {k: v for k, v in inner.left.items() if v is not None}
    if left:
        reader.left["content"] = left
    return parts


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
        profile: The variant; Vertex has the same calls under another path.
        on_loss: Which losses refuse the request.

    Returns:
        The request with its losses: one input is an `embedContent`, unless it came as
        a batch.

    Raises:
        UnsupportedFeatureError: *on_loss* refuses a loss: inputs are contents here,
            never token ids, and vectors are 32-bit floats.
    """
    log = LossLog(DIALECT)
    writer = PartWriter(log, profile=profile)
    is_single = _is_single(request)
    entries = [
        _entry(input_, number, request, writer, is_single=is_single)
        for number, input_ in enumerate(request.inputs)
    ]
    body: JSONObject = entries[0] if is_single else {"requests": entries}
    if request.encoding is not None:
        # How the vectors are written is the client's affair: who answers it reads the
        # wish in the request (`encode_embedding_response`).  A kind of number is not.
        plain = request.encoding in ("float", "base64")
        log.add(
            LossCode.META_KV,
            "$.encoding",
            "dropped",
            severity="cosmetic" if plain else "error",
        )
    if request.user_id is not None:
        log.drop(LossCode.META_USER, "$.user_id")
    drop_headers(request.headers, log)
    write_extra(request.extra, body, "$", log, LossCode.META_KV)
    action = _SINGLE if is_single else _BATCH
    return EncodedRequest(
        method="POST",
        path=operation_path(request.model, action, profile, log),
        headers=JSON_HEADERS,
        body=dumps(body),
        losses=log.settle(on_loss),
    )


def _is_single(request: ir.EmbeddingRequest) -> bool:
    if len(request.inputs) != 1 or spelling_of(request.extra).get("form") == "batch":
        return False
    # A batch alone tells fields of an input from those of the request.
    return _INNER.issuperset(request.inputs[0].extra.get(DIALECT, {}))


def _entry(
    input_: ir.EmbeddingInput,
    number: int,
    request: ir.EmbeddingRequest,
    writer: PartWriter,
    *,
    is_single: bool,
) -> JSONObject:
    path = f"$.inputs[{number}]"
    notes = spelling_of(input_.extra)
    out: JSONObject = {}
    if not is_single or notes.get("model") is not None:
        model = request.model
        if notes.get("model") != "bare" and "/" not in model:
            model = _RESOURCE + model
        out["model"] = input_.extra.get(DIALECT, {}).get("model", model)
    content: JSONObject = {"parts": _write_parts(input_, path, writer)}
    if isinstance(notes.get("role"), str):
        content["role"] = notes["role"]
    out["content"] = content
    task = request.task if input_.task is None else input_.task
    size = request.dimensions if input_.dimensions is None else input_.dimensions
    for field, value in (
        ("taskType", task),
        ("title", input_.title),
        ("outputDimensionality", size),
    ):
        if value is not None:
            out[field] = value
    write_extra(input_.extra, out, path, writer.log, LossCode.IN_TEXT)
    return out


def _write_parts(
    input_: ir.EmbeddingInput, path: str, writer: PartWriter
) -> list[JSONObject]:
    log = writer.log
    if input_.tokens is not None:
        log.add(
            LossCode.IN_TEXT,
            f"{path}.tokens",
            "dropped",
            severity="error",
            detail="token ids mean nothing to another model",
        )
    parts: list[JSONObject] = []
    for number, part in enumerate(input_.parts):
        if part == TextPart(text=""):
            # The chat writer leaves empty text out; here it is all that was said.
            parts.append({"text": ""})
            continue
        written = writer.part(part, f"{path}.parts[{number}]", "user")
        if written is not None:
            parts.append(written)
    if not parts and input_.tokens is not None:
        log.add(LossCode.IN_TEXT, None, "synthesised", to=f"{path}.parts[0]")
        parts.append({"text": ""})
    return parts


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
        request: The request that it answers; nothing of it is read.

    Returns:
        The response, with every unknown field in `extra`.

    Raises:
        ProviderError: The server reported an error.
        RemoteProtocolError: The body is no JSON object.

    Shapes:
        `{"embedding": {"values": […]}}` or `{"embeddings": [{"values": […]}]}`, newer
        models with `usageMetadata`.
    """
    del request
    obj = answer_object(body, DIALECT, decode_error, status=status, headers=headers)
    reader = Reader(camel(obj), "$", None)
    single = reader.mapping("embedding")
    batch = reader.array("embeddings") if single is None else None
    items = [single] if single is not None else batch or []
    if single is None and len(items) == 1:
        reader.left["$spelling"] = {"form": "batch"}
    usage = reader.mapping("usageMetadata")
    return ir.EmbeddingResponse(
        embeddings=tuple(
            _embedding(item, number)
            for number, item in enumerate(items)
            if type(item) is dict
        ),
        usage=None if usage is None else decode_usage(usage),
        extra=reader.rest(DIALECT),
    )


def _embedding(item: JSONObject, number: int) -> ir.Embedding:
    reader = Reader(item, "", None)
    values = reader.left.get("values")
    if type(values) is list and all(type(x) in (int, float) for x in values):
        del reader.left["values"]
        return ir.Embedding(
            index=number, values=tuple(values), extra=reader.rest(DIALECT)
        )
    return ir.Embedding(index=number, extra=reader.rest(DIALECT))


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
        request: The request that it answers: it says which of the two calls it was.
        on_loss: Which losses refuse the response.

    Returns:
        The response with its losses; vectors in the order of their inputs.

    Raises:
        UnsupportedFeatureError: *on_loss* refuses a loss: vectors are floats here.
    """
    log = LossLog(DIALECT)
    order = sorted(enumerate(response.embeddings), key=lambda pair: pair[1].index)
    items = [
        _vector(embedding, place, number, log)
        for number, (place, embedding) in enumerate(order)
    ]
    form = spelling_of(response.extra).get("form")
    is_single = len(items) == 1 and form != "batch"
    if is_single and request is not None and form is None:
        is_single = _is_single(request)
    body: JSONObject = {"embedding": items[0]} if is_single else {"embeddings": items}
    if response.usage is not None:
        usage = encode_usage(response.usage, log)
        if usage:
            body["usageMetadata"] = usage
    for name, value, code in (
        ("id", response.id, LossCode.RESP_ID),
        ("model", response.model, LossCode.RESP_MODEL),
        ("created", response.created, LossCode.RESP_CREATED),
    ):
        if value is not None:
            log.add(code, f"$.{name}", "dropped", severity="cosmetic")
    write_extra(response.extra, body, "$", log, LossCode.RESP_FINGERPRINT)
    return EncodedResponse(
        headers=JSON_HEADERS, body=dumps(body), losses=log.settle(on_loss)
    )


def _vector(
    embedding: ir.Embedding, place: int, number: int, log: LossLog
) -> JSONObject:
    path = f"$.embeddings[{place}]"
    if place != number:
        log.add(
            LossCode.OUT_TEXT,
            path,
            "moved",
            to=f"$.embeddings[{number}]",
            severity="cosmetic",
        )
    if embedding.index != number:
        log.add(LossCode.OUT_TEXT, f"{path}.index", "approximated", severity="cosmetic")
    out: JSONObject = {}
    if embedding.data is not None:
        log.add(LossCode.OUT_TEXT, f"{path}.data", "dropped", severity="error")
    if embedding.values or not _has_own_values(embedding.extra):
        out["values"] = list(embedding.values)
    write_extra(embedding.extra, out, path, log, LossCode.OUT_TEXT)
    return out


def _has_own_values(extra: Extra) -> bool:
    own: Any = extra.get(DIALECT)
    return own is not None and "values" in own
