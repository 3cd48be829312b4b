"""
Transcripts of the OpenAI API, both ways: JSON of three kinds, text, subtitles.

It takes the bytes of an answer and gives a `TranscriptionResponse`, or raises what the
server reported; and it writes the form that the client asked for.

Source:
    wire/modalities.md section 3, the types of openai-python 3.52 and the recorded cases
    of openai-audio-transcription, read 2026-11-21.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, TypeVar

from modelwire import ir
from modelwire.codecs._base import (
    RAISE_ON_ERROR,
    EncodedResponse,
    Headers,
    LossPolicy,
)
from modelwire.codecs._json import dumps
from modelwire.codecs._losses import LossLog
from modelwire.codecs._reader import Reader
from modelwire.codecs.openai_chat._media_request import (
    answer_object,
    content_type,
    refuse_error,
)
from modelwire.codecs.openai_chat._media_stream import SSE_TYPE
from modelwire.codecs.openai_chat._subtitles import to_srt, to_vtt
from modelwire.codecs.openai_chat._transcript_values import (
    decode_segment,
    decode_word,
    encode_segment,
    encode_tokens,
    encode_word,
    put_usage,
    segment_losses,
    take_languages,
    take_tokens,
    take_usage,
    token_losses,
    usage_losses,
    word_losses,
)
from modelwire.codecs.openai_chat._wire import (
    DIALECT,
    JSON_HEADERS,
    extra_of,
    merge_own,
)
from modelwire.errors import RemoteProtocolError
from modelwire.ir._loss_codes import LossCode

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelwire.ir._base import JSONObject

__all__ = ["decode_transcription_response", "encode_transcription_response"]

_TEXTS: Final = ("text", "srt", "vtt")
_JSON: Final = frozenset({"json", "verbose_json", "diarized_json"})
_SRT: Final = r"\s*[0-9]+\r?\n[0-9:]+,[0-9]+ --> "
_TEXT_HEADERS: Final = (("content-type", "text/plain; charset=utf-8"),)
_BESIDE: Final = (
    ("task", LossCode.RESP_FINGERPRINT),
    ("language", LossCode.RESP_FINGERPRINT),
    ("languages", LossCode.RESP_FINGERPRINT),
    ("duration", LossCode.RESP_FINGERPRINT),
    ("words", LossCode.OUT_TEXT),
    ("logprobs", LossCode.RESP_LOGPROBS),
    ("usage", LossCode.USAGE_TOTAL),
    ("billed_seconds", LossCode.USAGE_TOTAL),
)
"""What stands beside the text; the forms that are text have no place for it."""
_T = TypeVar("_T")


# --- reading ------------------------------------------------------------------------


def decode_transcription_response(
    body: bytes,
    *,
    status: int = 200,
    headers: Headers = (),
    request: ir.TranscriptionRequest | None = None,
) -> ir.TranscriptionResponse:
    """
    Read a transcript.

    Args:
        body: The body.
        status: The HTTP status.
        headers: The response's headers; the content type is read, and for errors more.
        request: The request that it answers: the form that was asked for.

    Returns:
        The transcript, with every unknown field in `extra`.

    Raises:
        ProviderError: The server reported an error.
        RemoteProtocolError: The body is JSON of another kind, or a stream of events
            (`transcription_stream_decoder`).

    Shapes:
        `{"text", "logprobs"?, "usage"?}`, the same with `segments`, `words`,
        `language`, `duration`, or a text: plain, SubRip, WebVTT.
    """
    refuse_error(body, status, headers)
    kind = content_type(headers)
    if kind == SSE_TYPE:
        msg = "the body is a stream of events, and no transcript"
        raise RemoteProtocolError(msg, dialect=DIALECT)
    wanted = None if request is None else request.response_format
    if kind != "application/json" and (
        wanted in _TEXTS or kind.startswith("text/") or not _is_object(body)
    ):
        plain = body.decode("utf-8", "replace")
        form = wanted if wanted in _TEXTS else _form_of(plain)
        return ir.TranscriptionResponse(text=plain, format=form or "text")
    parsed = answer_object(body, status, headers, substance="text")
    reader = Reader(parsed, "$", None)
    text = reader.string("text")
    if text is None:
        msg = "the transcript has no text"
        raise RemoteProtocolError(msg, dialect=DIALECT, path="$.text")
    nested: JSONObject = {}
    usage, seconds = take_usage(reader, nested)
    return ir.TranscriptionResponse(
        text=text,
        format=_json_form(parsed),
        task=reader.string("task"),
        language=reader.string("language"),
        languages=take_languages(reader),
        duration=reader.number("duration"),
        segments=_items(reader, "segments", decode_segment),
        words=_items(reader, "words", decode_word),
        logprobs=take_tokens(reader),
        usage=usage,
        billed_seconds=seconds,
        extra=extra_of(reader, None, nested),
    )


def _is_object(body: bytes) -> bool:
    return body.lstrip()[:1] == b"{"


def _form_of(text: str) -> str:
    if text.startswith("WEBVTT"):
        return "vtt"
    return "srt" if re.match(_SRT, text) else "text"


def _json_form(parsed: JSONObject) -> str:
    segments = parsed.get("segments")
    first = segments[0] if isinstance(segments, list) and segments else None
    if isinstance(first, dict) and "speaker" in first:
        return "diarized_json"
    verbose = ("segments", "words", "duration", "language")
    return "verbose_json" if any(name in parsed for name in verbose) else "json"


def _items(
    reader: Reader, key: str, decode: Callable[[Any], _T | None]
) -> tuple[_T, ...] | None:
    """Take a list; one with an item that is not as it should be stays as it is."""
    found = reader.left.get(key)
    if not isinstance(found, list):
        return None
    out: list[_T] = []
    for item in found:
        read = decode(item)
        if read is None:
            return None
        out.append(read)
    del reader.left[key]
    return tuple(out)


# --- writing ------------------------------------------------------------------------


def encode_transcription_response(
    response: ir.TranscriptionResponse,
    *,
    request: ir.TranscriptionRequest | None = None,
    on_loss: LossPolicy = RAISE_ON_ERROR,
) -> EncodedResponse:
    """
    Write a transcript.

    Args:
        response: The transcript, of any source.
        request: The request that is answered: the form that the client wants.
        on_loss: Which losses refuse the answer.

    Returns:
        The answer, in the form asked for, else in the one that it came in.  Subtitles
        are made from segments where they did not come as such.

    Raises:
        UnsupportedFeatureError: *on_loss* refuses a loss.
    """
    log = LossLog(DIALECT)
    wanted = None if request is None else request.response_format
    form = wanted or response.format
    if form in _TEXTS:
        text = _text(response, form, log)
        return EncodedResponse(
            headers=_TEXT_HEADERS,
            body=text.encode("utf-8", "replace"),
            losses=log.settle(on_loss),
        )
    out: JSONObject = {}
    if response.task is not None:
        out["task"] = response.task
    if response.language is not None:
        out["language"] = response.language
    if response.duration is not None:
        out["duration"] = response.duration
    out["text"] = response.text
    if response.languages is not None:
        out["languages"] = [{"code": code} for code in response.languages]
    if response.segments is not None:
        out["segments"] = [encode_segment(item) for item in response.segments]
    if response.words is not None:
        out["words"] = [encode_word(item) for item in response.words]
    if response.logprobs is not None:
        out["logprobs"] = encode_tokens(response.logprobs)
    put_usage(out, response.usage, response.billed_seconds)
    merge_own(out, response.extra)
    _losses(response, log)
    if response.format not in _JSON:
        log.approximate(LossCode.OUT_TEXT, "$.format", "a text inside JSON")
    elif response.format != _json_form(out):
        # The three kinds of JSON are told by what is in them.
        log.add(LossCode.OUT_TEXT, "$.format", "approximated", severity="cosmetic")
    return EncodedResponse(
        headers=JSON_HEADERS, body=dumps(out), losses=log.settle(on_loss)
    )


def _text(response: ir.TranscriptionResponse, form: str, log: LossLog) -> str:
    """Give the body of a form that is text."""
    segments = response.segments
    for name, code in _BESIDE:
        if getattr(response, name) is not None:
            log.drop(code, f"$.{name}")
    for dialect, fields in response.extra.items():
        for name in fields:
            if not name.startswith("$"):
                log.drop_field(LossCode.RESP_FINGERPRINT, "$", dialect, name)
    if form == response.format:
        for number, _ in enumerate(segments or ()):
            log.drop(LossCode.OUT_TEXT, f"$.segments[{number}]")
        return response.text
    log.approximate(LossCode.OUT_TEXT, "$.format", f"as {form}")
    if form == "text" or not segments:
        for number, _ in enumerate(segments or ()):
            log.drop(LossCode.OUT_TEXT, f"$.segments[{number}]")
        return response.text
    log.approximate(LossCode.OUT_TEXT, "$.text", "the text of its segments")
    for number, _ in enumerate(segments):
        log.approximate(LossCode.OUT_TEXT, f"$.segments[{number}]", "as a subtitle")
    return to_srt(segments) if form == "srt" else to_vtt(segments)


def _losses(response: ir.TranscriptionResponse, log: LossLog) -> None:
    log.drop_extra(response.extra, "$", LossCode.RESP_FINGERPRINT)
    for number, segment in enumerate(response.segments or ()):
        segment_losses(segment, log, f"$.segments[{number}]")
    for number, word in enumerate(response.words or ()):
        word_losses(word, log, f"$.words[{number}]")
    token_losses(response.logprobs, log, "$.logprobs")
    usage_losses(response.usage, response.billed_seconds, log)
