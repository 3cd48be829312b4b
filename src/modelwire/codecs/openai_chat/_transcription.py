"""
Requests for transcripts and translations of the OpenAI API, both ways.

It takes the bytes of a form and gives a `TranscriptionRequest`, or every fault of it in
one `RequestDecodeError`; and it writes one.  The answer's side is
`_transcription_response`.

Source:
    wire/modalities.md section 3 and the types of openai-python 3.52, read 2026-11-21.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from modelwire import ir
from modelwire.codecs._base import (
    RAISE_ON_ERROR,
    EncodedRequest,
    Headers,
    LossPolicy,
)
from modelwire.codecs._form_read import FormReader, nested_reader
from modelwire.codecs._form_write import write_form
from modelwire.codecs._json import dumps
from modelwire.codecs._losses import LossLog
from modelwire.codecs._openai_headers import keep_headers
from modelwire.codecs._openai_params import write_headers
from modelwire.codecs._profile import Profile
from modelwire.codecs.openai_chat._media_request import (
    file_losses,
    media_extra,
    open_request,
    other_files,
    take_model,
)
from modelwire.codecs.openai_chat._profiles import DEFAULT_PROFILE
from modelwire.codecs.openai_chat._transcription_response import (
    decode_transcription_response,
    encode_transcription_response,
)
from modelwire.codecs.openai_chat._wire import (
    DIALECT,
    JSON_HEADERS,
    extra_of,
    merge_own,
    spelling_of,
)
from modelwire.errors import InvalidIRError, Problem, RequestDecodeError
from modelwire.ir._loss_codes import LossCode

if TYPE_CHECKING:
    from modelwire.codecs._reader import Reader
    from modelwire.ir._base import JSONObject

__all__ = [
    "decode_transcription_request",
    "decode_transcription_response",
    "encode_transcription_request",
    "encode_transcription_response",
]

_PATHS: Final[dict[ir.TranscriptionOperation, str]] = {
    "transcription": "/v1/audio/transcriptions",
    "translation": "/v1/audio/translations",
}
_STRINGS: Final = ("language", "prompt", "response_format", "url")
_LISTS: Final = (
    "languages",
    "keywords",
    "include",
    "timestamp_granularities",
    "known_speaker_names",
    "known_speaker_references",
)
_VAD: Final = ("prefix_padding_ms", "silence_duration_ms")
# Groq fetches an address, Mistral has ids of files: where one stands no file is needed.
# OpenRouter takes audio in JSON.
_ELSEWHERE: Final = frozenset({"url", "file_url", "file_id", "input_audio", "file"})


# --- reading ------------------------------------------------------------------------


def decode_transcription_request(
    body: bytes, *, path: str = "", query: str = "", headers: Headers = ()
) -> ir.TranscriptionRequest:
    """
    Read a request for a transcript.

    Args:
        body: The body, a form; servers that take JSON get the same fields in it.
        path: The URL's path, which tells a translation from a transcription.
        query: The URL's query; nothing is read from it.
        headers: The request's headers; the content type and protocol headers count.

    Returns:
        The request, with every unknown field in `extra` and unknown files in
        `other_files`.

    Raises:
        RequestDecodeError: The body is not a request; all problems are in it.

    Shapes:
        A file `file` and the fields of the type; lists as `name[]` repeated, also
        `name` and `name[0]`; `chunking_strategy` as `auto`, as `chunking_strategy[…]`
        or as JSON.
    """
    del query
    problems: list[Problem] = []
    reader = open_request(body, headers, problems)
    notes: JSONObject = {}
    if not isinstance(reader, FormReader):
        notes["body"] = "json"
    model = take_model(reader, path, notes, required=True)
    bare = path.partition("?")[0].rstrip("/")
    given: dict[str, Any] = {
        "operation": (
            "translation" if bare.endswith("/translations") else "transcription"
        ),
        "model": model or "",
        "file": _file(reader),
        "temperature": reader.number("temperature"),
        "headers": keep_headers(headers),
    }
    for name in _STRINGS:
        given[name] = reader.string(name)
    for name in _LISTS:
        given[name] = reader.strings(name)
    given["chunking"] = _chunking(reader)
    given["stream"] = reader.boolean("stream") or False
    if isinstance(reader, FormReader):
        given["other_files"] = other_files(reader)
    request = ir.TranscriptionRequest(extra=media_extra(reader, notes), **given)
    if problems:
        raise RequestDecodeError(tuple(problems), dialect=DIALECT)
    return request


def _file(reader: Reader) -> ir.Upload | None:
    files = reader.take_files("file") if isinstance(reader, FormReader) else []
    if len(files) > 1:
        reader.fault("file", "one file", "several")
    if files:
        return files[0][1]
    if not _ELSEWHERE & reader.left.keys():
        reader.fault("file", "file", "nothing")
    return None


def _chunking(reader: Reader) -> ir.ChunkingStrategy | None:
    key = "chunking_strategy"
    value = reader.left.get(key)
    if isinstance(value, str) and not value.lstrip().startswith("{"):
        del reader.left[key]
        return ir.ChunkingStrategy(kind=value)
    inner = nested_reader(reader, key)
    if inner is None:
        return None
    return ir.ChunkingStrategy(
        kind=inner.string("type", required=True) or "",
        prefix_padding_ms=inner.integer("prefix_padding_ms"),
        silence_duration_ms=inner.integer("silence_duration_ms"),
        threshold=inner.number("threshold"),
        extra=extra_of(inner, {"form": "object"}),
    )


# --- writing ------------------------------------------------------------------------


def encode_transcription_request(
    request: ir.TranscriptionRequest,
    *,
    profile: Profile = DEFAULT_PROFILE,
    on_loss: LossPolicy = RAISE_ON_ERROR,
) -> EncodedRequest:
    """
    Write a request for a transcript.

    Args:
        request: The request, of any source.
        profile: The variant to write; none differs here.
        on_loss: Which losses refuse the request.

    Returns:
        The request: a form, or JSON where it came so and has no file.

    Raises:
        UnsupportedFeatureError: *on_loss* refuses a loss.
        InvalidIRError: There is no audio.
        LocalError: A name or type would not arrive as it is.
    """
    del profile
    log = LossLog(DIALECT)
    own = request.extra.get(DIALECT, {})
    if request.file is None and request.url is None and not _ELSEWHERE & own.keys():
        msg = "the request needs audio"
        raise InvalidIRError(msg, path="$.file", dialect=DIALECT)
    files = [] if request.file is None else [("file", request.file)]
    notes = spelling_of(request.extra)
    others = [(other.field, other.file) for other in request.other_files]
    uploads = [*files, *others]
    fields = _fields(request)
    headers: tuple[tuple[str, str], ...]
    if notes.get("body") == "json" and not uploads:
        headers, body = JSON_HEADERS, dumps(fields)
    else:
        headers, body = write_form(fields, uploads, DIALECT, notes.get("form"))
    log.drop_extra(request.extra, "$", LossCode.META_KV)
    if request.file is not None:
        log.drop_extra(request.file.extra, "$.file", LossCode.IN_AUDIO)
    file_losses(request.other_files, log, form=True)
    if request.chunking is not None:
        log.drop_extra(request.chunking.extra, "$.chunking", LossCode.META_KV)
    protocol = write_headers(request.headers, log)
    return EncodedRequest(
        method="POST",
        path=_PATHS[request.operation],
        headers=(*headers, *(pair for pair in protocol if pair[0] != "content-type")),
        body=body,
        losses=log.settle(on_loss),
    )


def _fields(request: ir.TranscriptionRequest) -> JSONObject:
    """Give what is no file, in order."""
    out: JSONObject = {}
    if spelling_of(request.extra).get("model") != "path":
        out["model"] = request.model
    for name in (*_STRINGS, "temperature"):
        value = getattr(request, name)
        if value is not None:
            out[name] = value
    for name in _LISTS:
        values = getattr(request, name)
        if values is not None:
            out[name] = list(values)
    if request.chunking is not None:
        out["chunking_strategy"] = _encode_chunking(request.chunking)
    if request.stream:
        out["stream"] = True
    merge_own(out, request.extra)
    return out


def _encode_chunking(chunking: ir.ChunkingStrategy) -> str | JSONObject:
    inner: JSONObject = {"type": chunking.kind}
    for name in (*_VAD, "threshold"):
        value = getattr(chunking, name)
        if value is not None:
            inner[name] = value
    merge_own(inner, chunking.extra)
    as_object = spelling_of(chunking.extra).get("form") == "object"
    if len(inner) == 1 and not as_object and chunking.kind != "server_vad":
        return chunking.kind
    return inner
