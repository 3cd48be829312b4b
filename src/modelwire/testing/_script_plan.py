"""
From a reply to what is sent: status, headers, and writes with pauses between them.

Pure: it takes a reply and the request, and uses the dialect's encoders.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

import attrs

from modelwire import codecs
from modelwire.codecs._base import COLLECT, EncodedResponse, Framing
from modelwire.errors import ErrorInfo
from modelwire.ir import (
    ChatRequest,
    ChatResponse,
    Choice,
    ChoiceFinish,
    Finish,
    Loss,
    Message,
    StreamEnd,
    StreamError,
    TextPart,
    Usage,
    explode,
)
from modelwire.testing._script import (
    Answer,
    Content,
    Ending,
    Failure,
    Gate,
    NoAnswer,
    Reply,
)

__all__ = ["Plan", "plan"]

_JSON: Final = "application/json"
_ENDS: Final = (ChoiceFinish, StreamEnd)


@attrs.frozen
class Plan:
    """What a server does for one request."""

    status: int
    """The HTTP status; 0: no answer at all."""
    headers: tuple[tuple[str, str], ...] = ()
    """Headers, without those that tell the body's length."""
    length: int | None = None
    """What `content-length` says; `None`: a stream, whose end tells."""
    steps: tuple[bytes | Gate, ...] = ()
    """Writes, and gates to wait at."""
    ending: Ending = "clean"
    """How the connection ends after them."""
    losses: tuple[Loss, ...] = ()
    """What the dialect could not say of the script."""


def plan(
    dialect: str,
    reply: Reply,
    request: ChatRequest | None,
    *,
    streams: bool,
    framing: Framing = None,
) -> Plan:
    """
    Say what is sent for a reply.

    Args:
        dialect: What the upstream speaks.
        reply: The script's reply.
        request: The client's request; `None`: it could not be read.
        streams: Whether the client asked for a stream.
        framing: The framing that it asked for, where the dialect has several.

    Returns:
        The plan.
    """
    if isinstance(reply, NoAnswer):
        return Plan(0, ending=reply.ending)
    codec: Any = codecs.get(dialect)
    if isinstance(reply, Failure):
        return _failure(codec, reply)
    answer = reply if isinstance(reply, Answer) else Answer(reply)
    if answer.stream is not None:
        streams = answer.stream
    elif isinstance(answer.content, tuple):
        streams = True
    elif isinstance(answer.content, bytes):
        streams = False
    if answer.error is not None and not streams:
        return _failure(codec, Failure(answer.error, headers=answer.headers))
    if streams:
        return _streamed(codec, answer, request, framing)
    return _whole(codec, answer, request)


def _failure(codec: Any, reply: Failure) -> Plan:
    if isinstance(reply.error, ErrorInfo):
        encoded = codec.encode_error(reply.error)
    else:
        kind = (("content-type", _JSON),)
        encoded = EncodedResponse(status=500, headers=kind, body=reply.error)
    return Plan(
        reply.status or encoded.status,
        _merged(encoded.headers, reply.headers),
        len(encoded.body),
        (encoded.body,),
    )


def _whole(codec: Any, answer: Answer, request: ChatRequest | None) -> Plan:
    content = answer.content
    losses: tuple[Loss, ...] = ()
    headers: tuple[tuple[str, str], ...] = (("content-type", _JSON),)
    if isinstance(content, bytes):
        body = content
    elif isinstance(content, tuple):
        body = b"".join(item for item in content if isinstance(item, bytes))
    else:
        encoded = codec.encode_response(
            _response(content, request), request=request, on_loss=COLLECT
        )
        body, losses, headers = encoded.body, encoded.losses, encoded.headers
    sent = body if answer.cut is None else body[: answer.cut]
    return Plan(
        answer.status,
        _merged(headers, answer.headers),
        # Only a clean end is honest about a body that was cut.
        len(sent) if answer.ending == "clean" else max(len(body), len(sent) + 1),
        tuple(_recut([sent], answer.pieces)),
        answer.ending,
        losses,
    )


def _streamed(
    codec: Any, answer: Answer, request: ChatRequest | None, framing: Framing
) -> Plan:
    encoder = codec.stream_encoder(request=request, framing=framing, on_loss=COLLECT)
    steps = list(_stream_steps(encoder, answer, request))
    if answer.pieces:
        steps = list(_recut(steps, answer.pieces))
    return Plan(
        answer.status,
        _merged((("content-type", encoder.content_type),), answer.headers),
        None,
        tuple(_cut(steps, answer.cut)),
        answer.ending,
        encoder.losses,
    )


def _stream_steps(
    encoder: Any, answer: Answer, request: ChatRequest | None
) -> Iterator[bytes | Gate]:
    content = answer.content
    if isinstance(content, bytes):
        yield content
        return
    if isinstance(content, tuple):
        items: Iterable[Any] = content
    else:
        items = explode(_response(content, request))
        if answer.error is not None:
            items = _broken(list(items), answer)
    encodes = False
    for item in items:
        if isinstance(item, bytes | Gate):
            yield item
        else:
            encodes = True
            yield encoder.encode(item)
    if encodes:
        yield encoder.close()


def _broken(chunks: list[Any], answer: Answer) -> list[Any]:
    """Put the error in the place of what comes after it."""
    count = answer.error_after
    kept = [c for c in chunks if not isinstance(c, _ENDS)] if count is None else chunks
    assert answer.error is not None  # noqa: S101 - the caller looked
    return [
        *(kept if count is None else kept[:count]),
        StreamError(answer.error),
        StreamEnd(complete=False),
    ]


def _response(content: Content, request: ChatRequest | None) -> ChatResponse:
    if isinstance(content, ChatResponse):
        return content
    model = request.model if request is not None else ""
    said = Message(role="assistant", parts=(TextPart(text=str(content)),))
    return ChatResponse(
        id="1",
        model=model,
        choices=(Choice(index=0, message=said, finish=Finish(kind="stop")),),
        usage=Usage(input_total=1, output_total=1),
    )


def _merged(
    own: Iterable[tuple[str, str]], more: tuple[tuple[str, str], ...]
) -> tuple[tuple[str, str], ...]:
    names = {name for name, _ in more}
    return (*(pair for pair in own if pair[0] not in names), *more)


def _recut(
    steps: Iterable[bytes | Gate], pieces: tuple[int | Gate, ...]
) -> Iterator[bytes | Gate]:
    """Cut the bytes anew; `Answer` sees to it that there are no gates among them."""
    data = b"".join(step for step in steps if isinstance(step, bytes))
    at, size = 0, len(data)
    for piece in pieces:
        if isinstance(piece, Gate):
            size = len(data)
            yield piece
        else:
            size = piece
            yield data[at : at + size]
            at += size
    for start in range(at, len(data), max(size, 1)):
        yield data[start : start + size]


def _cut(steps: Iterable[bytes | Gate], cut: int | None) -> Iterator[bytes | Gate]:
    """Leave out what comes after so many bytes, and the gates behind them."""
    steps = list(steps)
    total = sum(len(step) for step in steps if isinstance(step, bytes))
    left = total if cut is None else max(0, total + cut) if cut < 0 else cut
    for step in steps:
        if left <= 0 and cut is not None:
            return
        if isinstance(step, Gate):
            yield step
        elif piece := step[:left]:
            left -= len(piece)
            yield piece
