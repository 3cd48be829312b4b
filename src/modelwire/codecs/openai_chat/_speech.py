"""
Speech of the OpenAI API, both ways: the request in JSON, the answer as a file.

Source:
    wire/modalities.md section 3 and the types of openai-python 3.52, read 2026-11-21.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from modelwire import ir
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
from modelwire.codecs._profile import Profile
from modelwire.codecs._reader import Reader, describe
from modelwire.codecs._request_body import request_object
from modelwire.codecs.openai_chat._errors import decode_error
from modelwire.codecs.openai_chat._media_request import (
    content_type,
    media_extra,
    refuse_error,
    take_model,
)
from modelwire.codecs.openai_chat._media_stream import SSE_TYPE
from modelwire.codecs.openai_chat._profiles import DEFAULT_PROFILE
from modelwire.codecs.openai_chat._wire import DIALECT, merge_own, spelling_of
from modelwire.errors import (
    Problem,
    ProviderError,
    RemoteProtocolError,
    RequestDecodeError,
)
from modelwire.ir._loss_codes import LossCode

if TYPE_CHECKING:
    from modelwire.ir._base import JSONObject

__all__ = [
    "decode_speech_request",
    "decode_speech_response",
    "encode_speech_request",
    "encode_speech_response",
    "speech_media_type",
]

_PATH: Final = "/v1/audio/speech"
_PLAIN: Final = ("instructions", "response_format", "speed", "stream_format")
_MEDIA_TYPES: Final = {
    "mp3": "audio/mpeg",
    "opus": "audio/ogg",
    "aac": "audio/aac",
    "flac": "audio/flac",
    "wav": "audio/wav",
    "pcm": "audio/pcm",
}
"""Formats and their types; mp3 and flac as recorded."""


def speech_media_type(request: ir.SpeechRequest | None) -> str:
    """
    Give the media type of the audio that a request asks for.

    Args:
        request: The request, where it is known.

    Returns:
        The type; that of mp3, the default, where nothing else is asked for.
    """
    wanted = None if request is None else request.response_format
    return _MEDIA_TYPES.get(wanted or "mp3", "application/octet-stream")


def decode_speech_request(
    body: bytes, *, path: str = "", query: str = "", headers: Headers = ()
) -> ir.SpeechRequest:
    """
    Read a request for speech.

    Args:
        body: The body.
        path: The URL's path; Azure's form has the model in it.
        query: The URL's query; nothing is read from it.
        headers: The request's headers; protocol headers are kept.

    Returns:
        The request, with every unknown field in `extra`.

    Raises:
        RequestDecodeError: The body is not a request; all problems are in it.

    Shapes:
        `{"model", "input", "voice": str | {id}, …}`.
    """
    del query
    problems: list[Problem] = []
    reader = Reader(request_object(body, DIALECT, too_deep=True), "$", problems)
    notes: JSONObject = {}
    model = take_model(reader, path, notes, required=True)
    text = reader.string("input", required=True)
    voice = reader.take("voice")
    if not isinstance(voice, str | dict):
        got = "nothing" if voice is None else describe(voice)
        reader.fault("voice", "string or object", got)
        voice = ""
    request = ir.SpeechRequest(
        model=model or "",
        input=text or "",
        voice=voice,
        instructions=reader.string("instructions"),
        response_format=reader.string("response_format"),
        speed=reader.number("speed"),
        stream_format=reader.string("stream_format"),
        headers=keep_headers(headers),
        extra=media_extra(reader, notes),
    )
    if problems:
        raise RequestDecodeError(tuple(problems), dialect=DIALECT)
    return request


def encode_speech_request(
    request: ir.SpeechRequest,
    *,
    profile: Profile = DEFAULT_PROFILE,
    on_loss: LossPolicy = RAISE_ON_ERROR,
) -> EncodedRequest:
    """
    Write a request for speech.

    Args:
        request: The request, of any source.
        profile: The variant to write; none differs here.
        on_loss: Which losses refuse the request.

    Returns:
        The request.

    Raises:
        UnsupportedFeatureError: *on_loss* refuses a loss.
    """
    del profile
    log = LossLog(DIALECT)
    out: JSONObject = {}
    if spelling_of(request.extra).get("model") != "path":
        out["model"] = request.model
    out["input"] = request.input
    out["voice"] = request.voice
    for name in _PLAIN:
        value = getattr(request, name)
        if value is not None:
            out[name] = value
    merge_own(out, request.extra, ("voice",))
    log.drop_extra(request.extra, "$", LossCode.META_KV)
    return EncodedRequest(
        method="POST",
        path=_PATH,
        headers=write_headers(request.headers, log),
        body=dumps(out),
        losses=log.settle(on_loss),
    )


def decode_speech_response(
    body: bytes,
    *,
    status: int = 200,
    headers: Headers = (),
    request: ir.SpeechRequest | None = None,
) -> ir.SpeechResponse:
    """
    Read speech.

    Args:
        body: The body.
        status: The HTTP status.
        headers: The response's headers; the content type is read, and for errors more.
        request: The request that it answers; nothing is read from it.

    Returns:
        The audio.

    Raises:
        ProviderError: The server reported an error, by its status or with JSON in
            place of audio.
        RemoteProtocolError: The body is a stream of events (`speech_stream_decoder`).
    """
    del request
    refuse_error(body, status, headers)
    kind = content_type(headers)
    if kind == "application/json":
        raise ProviderError(decode_error(body, status=status, headers=headers))
    if kind == SSE_TYPE:
        msg = "the body is a stream of events, and no file"
        raise RemoteProtocolError(msg, dialect=DIALECT)
    given = [value for name, value in headers if name.lower() == "content-type"]
    return ir.SpeechResponse(audio=body, media_type=given[0] if given else None)


def encode_speech_response(
    response: ir.SpeechResponse,
    *,
    request: ir.SpeechRequest | None = None,
    on_loss: LossPolicy = RAISE_ON_ERROR,
) -> EncodedResponse:
    """
    Write speech.

    Args:
        response: The audio, of any source.
        request: The request that is answered; its format names the type where the
            audio has none.
        on_loss: Which losses refuse the answer.

    Returns:
        The answer, the audio as its body.

    Raises:
        UnsupportedFeatureError: *on_loss* refuses a loss.
    """
    log = LossLog(DIALECT)
    kind = response.media_type
    if kind is None or not kind.isprintable():
        kind = speech_media_type(request)
        log.add(LossCode.OUT_AUDIO, None, "synthesised", to="$.media_type")
    log.drop_extra(response.extra, "$", LossCode.OUT_AUDIO)
    for name in response.extra.get(DIALECT, {}):
        log.drop_field(LossCode.OUT_AUDIO, "$", DIALECT, name)
    return EncodedResponse(
        headers=(("content-type", kind),),
        body=response.audio,
        losses=log.settle(on_loss),
    )
