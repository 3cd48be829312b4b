"""
From a response to a stream: `explode` gives chunks that fold to it again.

It takes a whole `ChatResponse` and gives the chunks that a decoder could have given
for it: text, reasoning, refusals, arguments and audio arrive in deltas after their
block's header, everything else with the header.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from modelwire.errors import ErrorInfo, InvalidIRError
from modelwire.ir._blocks import replaced
from modelwire.ir._chunks import (
    AnnotationDelta,
    AudioDelta,
    BlockStart,
    BlockStop,
    ChoiceFinish,
    ChoiceUpdate,
    LogprobsDelta,
    ModerationUpdate,
    ReasoningDelta,
    RefusalDelta,
    ResponseUpdate,
    SignatureDelta,
    StreamChunk,
    StreamEnd,
    StreamError,
    StreamStart,
    TextDelta,
    ToolArgumentsDelta,
    UsageUpdate,
)
from modelwire.ir._parts import (
    AudioPart,
    Base64Source,
    Part,
    ReasoningPart,
    RefusalPart,
    ServerToolCallPart,
    TextPart,
    ToolCallPart,
)
from modelwire.ir._response import ChatResponse, Choice

__all__ = ["explode"]

_UNFINISHED: Final = ErrorInfo(
    kind="stream_truncated", message="the response has a choice that did not finish"
)


def explode(response: ChatResponse) -> list[StreamChunk]:
    """
    Give the chunks of a response.

    The law: `fold(explode(response)) == response`.

    Args:
        response: The response.

    Returns:
        A legal sequence of chunks, from `StreamStart` to `StreamEnd`.  A response
        with a choice that has no finish ends as a cut stream does, in `StreamError`
        and `StreamEnd(False)`.

    Raises:
        InvalidIRError: It says something that no stream can say: choices out of
            order, a message of another role than `assistant`, or one with a name or
            an id.
    """
    _check(response)
    chunks: list[StreamChunk] = [
        StreamStart(response.id, response.model, response.created)
    ]
    if response.service_tier is not None or response.extra:
        chunks.append(
            ResponseUpdate(
                service_tier=response.service_tier, extra=response.extra or None
            )
        )
    index = 0
    for choice in response.choices:
        index = _explode_choice(choice, index, chunks)
    if response.moderation is not None:
        chunks.append(ModerationUpdate(response.moderation))
    if response.usage is not None:
        chunks.append(UsageUpdate(response.usage))
    if all(choice.finish is not None for choice in response.choices):
        chunks.append(StreamEnd(complete=True, terminator="event"))
    else:
        chunks.append(StreamError(_UNFINISHED))
        chunks.append(StreamEnd(complete=False))
    return chunks


def _check(response: ChatResponse) -> None:
    before = -1
    for number, choice in enumerate(response.choices):
        path = f"$.choices[{number}]"
        if choice.index <= before:
            msg = "choices must stand in the order of their indexes"
            raise InvalidIRError(msg, path=f"{path}.index")
        before = choice.index
        message = choice.message
        for field, value, fits in (
            ("role", message.role, message.role == "assistant"),
            ("name", message.name, message.name is None),
            ("id", message.id, message.id is None),
        ):
            if not fits:
                msg = f"a stream cannot say {field} {value!r} of a message"
                raise InvalidIRError(msg, path=f"{path}.message.{field}")


def _explode_choice(choice: Choice, index: int, out: list[StreamChunk]) -> int:
    for part in choice.message.parts:
        header, deltas = _split(part, index, choice.index)
        out.append(BlockStart(index, choice.index, header))
        out += deltas
        if part.signature is not None and header.signature is None:
            out.append(SignatureDelta(index, part.signature))
        out.append(BlockStop(index))
        index += 1
    if choice.logprobs is not None:
        out.append(LogprobsDelta(choice.index, None, choice.logprobs))
    silent = not choice.message.parts and choice.logprobs is None
    extra, message = choice.extra, choice.message.extra or None
    if extra or message or (silent and choice.finish is None):
        out.append(ChoiceUpdate(choice.index, extra, message=message))
    if choice.finish is not None:
        out.append(ChoiceFinish(choice.index, choice.finish))
    return index


def _split(part: Part, index: int, choice: int) -> tuple[Part, list[StreamChunk]]:
    """Divide *part* into what its block starts with and what follows."""
    split = _SPLITS.get(type(part))
    return (part, []) if split is None else split(part, index, choice)


def _split_text(
    part: TextPart, index: int, choice: int
) -> tuple[Part, list[StreamChunk]]:
    deltas: list[StreamChunk] = []
    if part.text:
        deltas.append(TextDelta(index, part.text))
    if part.logprobs is not None:
        deltas.append(LogprobsDelta(choice, index, part.logprobs))
    deltas += [AnnotationDelta(choice, index, note) for note in part.annotations]
    header = replaced(
        part, {"text": "", "annotations": (), "logprobs": None, "signature": None}
    )
    return header, deltas


def _split_reasoning(
    part: ReasoningPart, index: int, _choice: int
) -> tuple[Part, list[StreamChunk]]:
    deltas: list[StreamChunk] = [
        ReasoningDelta(index, text, number)
        for number, text in enumerate(part.summaries)
    ]
    changes: dict[str, Any] = {"summaries": (), "signature": None}
    if part.text:
        deltas.append(ReasoningDelta(index, part.text))
        changes["text"] = ""
    return replaced(part, changes), deltas


def _split_refusal(
    part: RefusalPart, index: int, _choice: int
) -> tuple[Part, list[StreamChunk]]:
    deltas: list[StreamChunk] = [RefusalDelta(index, part.text)] if part.text else []
    return replaced(part, {"text": "", "signature": None}), deltas


def _split_call(
    part: ToolCallPart | ServerToolCallPart, index: int, _choice: int
) -> tuple[Part, list[StreamChunk]]:
    deltas: list[StreamChunk] = []
    if part.arguments:
        deltas.append(ToolArgumentsDelta(index, part.arguments))
    return replaced(part, {"arguments": "", "signature": None}), deltas


def _split_audio(
    part: AudioPart, index: int, _choice: int
) -> tuple[Part, list[StreamChunk]]:
    changes: dict[str, Any] = {}
    data = ""
    if isinstance(part.source, Base64Source) and part.source.data:
        data = part.source.data
        changes["source"] = Base64Source(data="", media_type=part.source.media_type)
    if part.transcript:
        changes["transcript"] = ""
    if not changes:
        return part, []
    return replaced(part, changes), [AudioDelta(index, data, part.transcript or "")]


_SPLITS: Final[
    dict[type, Callable[[Any, int, int], tuple[Part, list[StreamChunk]]]]
] = {
    TextPart: _split_text,
    ReasoningPart: _split_reasoning,
    RefusalPart: _split_refusal,
    ToolCallPart: _split_call,
    ServerToolCallPart: _split_call,
    AudioPart: _split_audio,
}
"""How the parts that grow are divided; every other part comes whole."""
