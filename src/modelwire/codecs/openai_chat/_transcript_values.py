"""
What transcripts are made of, both ways: segments, words, log probabilities, costs.

Plain answers and streams have the same objects.

Source:
    wire/modalities.md section 3 and the types of openai-python 3.52, read 2026-11-21.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from modelwire import ir
from modelwire.codecs._openai_logprobs import decode_tokens
from modelwire.codecs._reader import Reader
from modelwire.codecs.openai_chat._media_usage import (
    decode_media_usage,
    encode_media_usage,
    media_usage_losses,
)
from modelwire.codecs.openai_chat._wire import OWN, extra_of, merge_own
from modelwire.ir._loss_codes import LossCode

if TYPE_CHECKING:
    from modelwire.codecs._losses import LossLog
    from modelwire.ir._base import JSONObject
    from modelwire.ir._outcome import Usage
    from modelwire.ir._parts import TokenLogprob

__all__ = [
    "SEGMENT_TYPE",
    "decode_segment",
    "decode_word",
    "encode_segment",
    "encode_tokens",
    "encode_word",
    "put_usage",
    "segment_losses",
    "take_languages",
    "take_tokens",
    "take_usage",
    "token_losses",
    "usage_losses",
    "word_losses",
]

SEGMENT_TYPE: Final = "transcript.text.segment"
"""The `type` of a segment with its speaker, in an answer and as an event."""

_NUMBERS: Final = (
    "start",
    "end",
    "temperature",
    "avg_logprob",
    "compression_ratio",
    "no_speech_prob",
)


def decode_segment(item: Any) -> ir.TranscriptSegment | None:
    """
    Read a segment.

    Args:
        item: The parsed value.

    Returns:
        The segment; `None`: it is none.
    """
    if type(item) is not dict or type(item.get("text")) is not str:
        return None
    reader = Reader(item, "", None)
    speaker = reader.string("speaker")
    # A segment that has a speaker is of this type, and the encoder writes it.
    if speaker is not None and reader.left.get("type") == SEGMENT_TYPE:
        del reader.left["type"]
    notes = {"type": "absent"} if speaker is not None and "type" not in item else None
    tokens = reader.left.get("tokens")
    read_tokens = None
    if isinstance(tokens, list) and all(type(token) is int for token in tokens):
        del reader.left["tokens"]
        read_tokens = tuple(tokens)
    numbers = {name: reader.number(name) for name in _NUMBERS}
    return ir.TranscriptSegment(
        text=reader.string("text") or "",
        id=reader.take("id"),
        speaker=speaker,
        seek=reader.integer("seek"),
        tokens=read_tokens,
        extra=extra_of(reader, notes),
        **numbers,
    )


def encode_segment(segment: ir.TranscriptSegment) -> JSONObject:
    """
    Write a segment.

    Args:
        segment: The segment.

    Returns:
        The object; with `type` where it has a speaker.
    """
    out: JSONObject = {}
    own = OWN.fields(segment.extra)
    absent = OWN.spelling(segment.extra).get("type") == "absent"
    if segment.speaker is not None and not absent and "type" not in own:
        out["type"] = SEGMENT_TYPE
    for name in ("id", "seek", "start", "end"):
        value = getattr(segment, name)
        if value is not None:
            out[name] = value
    out["text"] = segment.text
    if segment.speaker is not None:
        out["speaker"] = segment.speaker
    if segment.tokens is not None:
        out["tokens"] = list(segment.tokens)
    for name in _NUMBERS[2:]:
        value = getattr(segment, name)
        if value is not None:
            out[name] = value
    merge_own(out, segment.extra)
    return out


def segment_losses(segment: ir.TranscriptSegment, log: LossLog, path: str) -> None:
    """
    Record what `encode_segment` does not carry over.

    Args:
        segment: The segment.
        log: Where losses go.
        path: Its place.
    """
    log.drop_extra(segment.extra, path, LossCode.OUT_TEXT)


def decode_word(item: Any) -> ir.TranscriptWord | None:
    """
    Read a word.

    Args:
        item: The parsed value.

    Returns:
        The word; `None`: it is none.
    """
    if type(item) is not dict or type(item.get("word")) is not str:
        return None
    reader = Reader(item, "", None)
    return ir.TranscriptWord(
        word=reader.string("word") or "",
        start=reader.number("start"),
        end=reader.number("end"),
        extra=extra_of(reader),
    )


def encode_word(word: ir.TranscriptWord) -> JSONObject:
    """
    Write a word.

    Args:
        word: The word.

    Returns:
        The object.
    """
    out: JSONObject = {"word": word.word}
    for name in ("start", "end"):
        value = getattr(word, name)
        if value is not None:
            out[name] = value
    merge_own(out, word.extra)
    return out


def word_losses(word: ir.TranscriptWord, log: LossLog, path: str) -> None:
    """
    Record what `encode_word` does not carry over.

    Args:
        word: The word.
        log: Where losses go.
        path: Its place.
    """
    log.drop_extra(word.extra, path, LossCode.OUT_TEXT)


def take_tokens(reader: Reader) -> tuple[TokenLogprob, ...] | None:
    """
    Take `logprobs`.

    Args:
        reader: The reader of the answer or event.

    Returns:
        The tokens; `None`: there are none, or they are of another shape and stay.
    """
    tokens = decode_tokens(reader.left.get("logprobs"), OWN)
    if tokens is not None:
        del reader.left["logprobs"]
    return tokens


def encode_tokens(tokens: tuple[TokenLogprob, ...]) -> list[JSONObject]:
    """
    Write `logprobs`.

    Args:
        tokens: The tokens.

    Returns:
        The list; there are no candidates here.
    """
    out: list[JSONObject] = []
    for token in tokens:
        item: JSONObject = {"token": token.token}
        if token.bytes is not None:
            item["bytes"] = list(token.bytes)
        if token.logprob is not None:
            item["logprob"] = token.logprob
        if token.top is not None:
            item["top_logprobs"] = encode_tokens(token.top)
        merge_own(item, token.extra)
        out.append(item)
    return out


def token_losses(
    tokens: tuple[TokenLogprob, ...] | None, log: LossLog, path: str
) -> None:
    """
    Record what `encode_tokens` does not carry over.

    Args:
        tokens: The tokens, if there are any.
        log: Where losses go.
        path: Their place.
    """
    for number, token in enumerate(tokens or ()):
        log.drop_extra(token.extra, f"{path}[{number}]", LossCode.RESP_LOGPROBS)
        token_losses(token.top, log, f"{path}[{number}].top")


def take_languages(reader: Reader) -> tuple[str, ...] | None:
    """
    Take `languages`.

    Args:
        reader: The reader of the answer or event.

    Returns:
        The codes, empty where none was found; `None`: nothing is said, or in another
        shape, which stays.
    """
    found = reader.left.get("languages")
    if not isinstance(found, list):
        return None
    codes: list[str] = []
    for item in found:
        if type(item) is not dict or set(item) != {"code"}:
            return None
        if type(item["code"]) is not str:
            return None
        codes.append(item["code"])
    del reader.left["languages"]
    return tuple(codes)


def take_usage(reader: Reader, nested: JSONObject) -> tuple[Usage | None, float | None]:
    """
    Take `usage`, which counts tokens or seconds.

    Args:
        reader: The reader of the answer or event.
        nested: Where unknown fields beside the seconds go.

    Returns:
        The tokens and the seconds; at most one of them is not `None`.
    """
    usage = reader.mapping("usage")
    if usage is None:
        return None, None
    inner = Reader(usage, "", None)
    if usage.get("type") == "duration":
        seconds = inner.number("seconds")
        if seconds is not None:
            del inner.left["type"]
            nested["usage"] = inner.left
            return None, seconds
    return decode_media_usage(usage, typed=True), None


def put_usage(out: JSONObject, usage: Usage | None, seconds: float | None) -> None:
    """
    Write `usage`.

    Args:
        out: The answer or event.
        usage: The tokens.
        seconds: The seconds; not written where there are tokens.
    """
    if usage is not None:
        out["usage"] = encode_media_usage(usage, typed=True)
    elif seconds is not None:
        out["usage"] = {"type": "duration", "seconds": seconds}


def usage_losses(usage: Usage | None, seconds: float | None, log: LossLog) -> None:
    """
    Record what `put_usage` does not carry over.

    Args:
        usage: The tokens.
        seconds: The seconds.
        log: Where losses go.
    """
    if usage is None:
        return
    media_usage_losses(usage, log, "$.usage")
    if seconds is not None:
        log.drop(LossCode.USAGE_TOTAL, "$.billed_seconds", "tokens are billed")
