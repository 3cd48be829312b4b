"""
Folding a stream: `Accumulator` takes chunks and gives the response so far.

It holds no chunks, only lists of the strings that they brought, joined when someone
looks.  Feeding costs O(1) a chunk, looking costs the size of the answer.  Every chunk
has one meaning, and this is where it is written down: one handler per chunk class.

What a response has no place for is not kept: `Keepalive`, `UnknownEvent`, and
`ImageDelta` for a `ServerToolCallPart` (a preview is not the result) change nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, ClassVar, Final

from modelwire.errors import ErrorInfo, InvalidIRError, StateError
from modelwire.ir._base import JSONObject
from modelwire.ir._blocks import (
    MAIN_FIELD,
    Block,
    ChoiceState,
    Tokens,
    build_choice,
    check_place,
    merge,
)
from modelwire.ir._chunks import (
    AnnotationDelta,
    AudioDelta,
    BlockStart,
    BlockStop,
    ChoiceFinish,
    ChoiceUpdate,
    ImageDelta,
    Keepalive,
    LogprobsDelta,
    ModerationUpdate,
    PartDelta,
    ReasoningDelta,
    RefusalDelta,
    ResponseUpdate,
    ServerToolProgress,
    SignatureDelta,
    StreamChunk,
    StreamEnd,
    StreamError,
    StreamStart,
    TextDelta,
    ToolArgumentsDelta,
    UnknownEvent,
    UsageUpdate,
)
from modelwire.ir._parts import (
    AudioPart,
    Base64Source,
    ImagePart,
    Part,
    ReasoningPart,
    RefusalPart,
    ServerToolCallPart,
    TextPart,
    ToolCallPart,
)
from modelwire.ir._response import ChatResponse, Usage

__all__ = ["Accumulator", "fold"]


class Accumulator:
    """
    Folds chunks into the response that they tell.

    Not thread-safe; `copy.deepcopy` gives an independent one at any point.

    Invariants:
        The parts of a choice stand in the order of their `BlockStart`, the choices in
        that of their indexes; `response` never changes what later chunks mean.
    """

    __slots__ = (
        "_blocks", "_choices", "_complete", "_created", "_ended", "_error", "_extra",
        "_id", "_model", "_moderation", "_service_tier", "_usage",
    )  # fmt: skip

    def __init__(self) -> None:
        self._blocks: dict[int, Block] = {}
        self._choices: dict[int, ChoiceState] = {}
        self._id: str | None = None
        self._model: str | None = None
        self._created: int | None = None
        self._service_tier: str | None = None
        self._usage: Usage | None = None
        self._moderation: Any = None
        self._extra: dict[str, JSONObject] = {}
        self._error: ErrorInfo | None = None
        self._ended = False
        self._complete = False

    @property
    def error(self) -> ErrorInfo | None:
        """The error that the stream reported, if it did."""
        return self._error

    @property
    def ended(self) -> bool:
        """Whether `StreamEnd` has come."""
        return self._ended

    @property
    def complete(self) -> bool:
        """Whether the stream ended as a whole answer ends."""
        return self._complete

    def feed(self, chunk: StreamChunk) -> None:
        """
        Take the next chunk.

        Args:
            chunk: Any chunk, in the order in which the decoder gave them.

        Raises:
            InvalidIRError: It has no meaning where it stands: a delta for a block
                that is not open or holds another kind of part, an index used twice,
                an object that is no chunk.  No decoder gives such a chunk.
            StateError: It came after `StreamEnd`.
        """
        kinds = _GROWS.get(type(chunk))
        if kinds is not None:
            delta: Any = chunk
            block = self._blocks.get(delta.index)
            if (
                block is not None
                and not block.stopped
                and type(block.part) in kinds
                and block.parser is None
                and not self._ended
            ):
                # Nearly every chunk of a stream: 0.13 us, against 0.20 below.
                block.main.append(delta.text)
                return
        if self._ended:
            msg = f"{type(chunk).__name__} after StreamEnd"
            raise StateError(msg)
        handler = self._HANDLERS.get(type(chunk))
        if handler is None:
            msg = f"{type(chunk).__name__} is not a chunk"
            raise InvalidIRError(msg)
        handler(self, chunk)

    def feed_all(self, chunks: Iterable[StreamChunk]) -> None:
        """
        Take several chunks.

        Args:
            chunks: Chunks in order.

        Raises:
            InvalidIRError: See `feed`.
            StateError: See `feed`.
        """
        for chunk in chunks:
            self.feed(chunk)

    @property
    def response(self) -> ChatResponse:
        """The response so far; it can be asked for at any time."""
        parts: dict[int, list[Part]] = {index: [] for index in self._choices}
        for block in self._blocks.values():
            parts[block.choice].append(block.build())
        return ChatResponse(
            id=self._id,
            model=self._model,
            created=self._created,
            choices=tuple(
                build_choice(index, self._choices[index], parts[index])
                for index in sorted(self._choices)
            ),
            usage=self._usage,
            service_tier=self._service_tier,
            moderation=self._moderation,
            extra={dialect: dict(fields) for dialect, fields in self._extra.items()},
        )

    def partial_arguments(self, index: int) -> Any:
        """
        Give a tool call's arguments as far as they can be read now.

        The text is parsed once, however often this is asked.

        Args:
            index: The block of a `ToolCallPart` or `ServerToolCallPart`.

        Returns:
            The value so far, cut strings included; `None` while there is none, and
            for text that is no JSON.

        Raises:
            InvalidIRError: There is no such block, or it holds no call.
        """
        block = self._blocks.get(index)
        if block is None or not isinstance(
            block.part, ToolCallPart | ServerToolCallPart
        ):
            msg = f"block {index} holds no tool call"
            raise InvalidIRError(msg)
        return block.partial_arguments(block.part.arguments)

    # --- handlers, one per chunk class ----------------------------------------------

    def _start(self, chunk: StreamStart) -> None:
        self._identify(chunk.id, chunk.model, chunk.created)

    def _response_update(self, chunk: ResponseUpdate) -> None:
        self._identify(chunk.id, chunk.model, chunk.created)
        if chunk.service_tier is not None:
            self._service_tier = chunk.service_tier
        if chunk.extra is not None:
            merge(self._extra, chunk.extra)

    def _block_start(self, chunk: BlockStart) -> None:
        if chunk.index in self._blocks:
            msg = f"BlockStart uses index {chunk.index} again"
            raise InvalidIRError(msg)
        block = Block(chunk.choice, chunk.part)
        self._blocks[chunk.index] = block
        choice = self._choice(chunk.choice)
        if isinstance(chunk.part, TextPart):
            choice.text = block
            block.annotations.extend(choice.orphans)
            choice.orphans.clear()

    def _grow(
        self,
        chunk: TextDelta | ToolArgumentsDelta | RefusalDelta,
    ) -> None:
        self._open(chunk, _GROWS[type(chunk)]).grow(chunk.text)

    def _reasoning(self, chunk: ReasoningDelta) -> None:
        block = self._open(chunk, (ReasoningPart,))
        if chunk.summary is None:
            block.main.append(chunk.text)
        else:
            block.summaries.setdefault(chunk.summary, []).append(chunk.text)

    def _signature(self, chunk: SignatureDelta) -> None:
        self._open(chunk, None).changes["signature"] = chunk.signature

    def _part_delta(self, chunk: PartDelta) -> None:
        block = self._open(chunk, None)
        kind = type(block.part)
        if chunk.key is None and MAIN_FIELD.get(kind) == chunk.field:
            block.grow(chunk.text)
            return
        place = (chunk.field, chunk.key)
        if place not in block.keyed:
            check_place(block, chunk)
            block.keyed[place] = []
        block.keyed[place].append(chunk.text)

    def _annotation(self, chunk: AnnotationDelta) -> None:
        if chunk.index is None:
            choice = self._choice(chunk.choice)
            if choice.text is None:
                choice.orphans.append(chunk.annotation)
            else:
                choice.text.annotations.append(chunk.annotation)
            return
        # Citations may arrive after the text that they are about has ended.
        block = self._blocks.get(chunk.index)
        if block is None or not isinstance(block.part, TextPart):
            msg = f"AnnotationDelta for block {chunk.index}, which is no text"
            raise InvalidIRError(msg)
        block.annotations.append(chunk.annotation)

    def _audio(self, chunk: AudioDelta) -> None:
        block = self._open(chunk, (AudioPart,))
        if chunk.data:
            block.audio.append(chunk.data)
        if chunk.transcript:
            block.main.append(chunk.transcript)
        if chunk.expires_at is not None:
            block.changes["expires_at"] = chunk.expires_at

    def _image(self, chunk: ImageDelta) -> None:
        block = self._open(chunk, (ImagePart, ServerToolCallPart))
        if isinstance(block.part, ImagePart):
            before = block.changes.get("source", block.part.source)
            media_type = chunk.media_type
            if media_type is None:
                media_type = getattr(before, "media_type", None) or ""
            block.changes["source"] = Base64Source(
                data=chunk.data, media_type=media_type
            )

    def _progress(self, chunk: ServerToolProgress) -> None:
        self._open(chunk, (ServerToolCallPart,)).changes["status"] = chunk.status

    def _logprobs(self, chunk: LogprobsDelta) -> None:
        owner: ChoiceState | Block
        if chunk.index is None:
            owner = self._choice(chunk.choice)
        else:
            owner = self._open(chunk, (TextPart,))
        if owner.logprobs is None:
            owner.logprobs = Tokens()
        owner.logprobs.add(chunk.logprobs)

    def _block_stop(self, chunk: BlockStop) -> None:
        block = self._open(chunk, None)
        if chunk.part is not None:
            block.begin(chunk.part)
        block.stopped = True

    def _choice_update(self, chunk: ChoiceUpdate) -> None:
        choice = self._choice(chunk.choice)
        merge(choice.extra, chunk.extra)
        if chunk.message is not None:
            merge(choice.message, chunk.message)

    def _choice_finish(self, chunk: ChoiceFinish) -> None:
        self._choice(chunk.choice).finish = chunk.finish

    def _usage_update(self, chunk: UsageUpdate) -> None:
        self._usage = chunk.usage

    def _moderation_update(self, chunk: ModerationUpdate) -> None:
        self._moderation = chunk.moderation

    def _stream_error(self, chunk: StreamError) -> None:
        self._error = chunk.error

    def _end(self, chunk: StreamEnd) -> None:
        self._ended = True
        self._complete = chunk.complete

    def _nothing(self, chunk: Keepalive | UnknownEvent) -> None:
        """Take a chunk that a response has no place for."""

    # --- helpers --------------------------------------------------------------------

    def _identify(
        self, id_: str | None, model: str | None, created: int | None
    ) -> None:
        if id_ is not None and not self._id:
            self._id = id_
        if model is not None:
            self._model = model
        if created is not None:
            self._created = created

    def _choice(self, index: int) -> ChoiceState:
        choice = self._choices.get(index)
        if choice is None:
            choice = self._choices[index] = ChoiceState()
        return choice

    def _open(self, chunk: Any, kinds: tuple[type, ...] | None) -> Block:
        """Give the open block that *chunk* speaks of, of one of *kinds*."""
        block = self._blocks.get(chunk.index)
        if block is None or block.stopped:
            state = "not open" if block is None else "closed"
            msg = f"{type(chunk).__name__} for block {chunk.index}, which is {state}"
            raise InvalidIRError(msg)
        if kinds is not None and type(block.part) not in kinds:
            msg = (
                f"{type(chunk).__name__} for block {chunk.index}, "
                f"which holds {type(block.part).__name__}"
            )
            raise InvalidIRError(msg)
        return block

    _HANDLERS: ClassVar[dict[type, Callable[[Any, Any], None]]] = {
        StreamStart: _start,
        ResponseUpdate: _response_update,
        BlockStart: _block_start,
        TextDelta: _grow,
        ReasoningDelta: _reasoning,
        SignatureDelta: _signature,
        ToolArgumentsDelta: _grow,
        RefusalDelta: _grow,
        PartDelta: _part_delta,
        AnnotationDelta: _annotation,
        AudioDelta: _audio,
        ImageDelta: _image,
        ServerToolProgress: _progress,
        LogprobsDelta: _logprobs,
        BlockStop: _block_stop,
        ChoiceUpdate: _choice_update,
        ChoiceFinish: _choice_finish,
        UsageUpdate: _usage_update,
        ModerationUpdate: _moderation_update,
        Keepalive: _nothing,
        StreamError: _stream_error,
        StreamEnd: _end,
        UnknownEvent: _nothing,
    }
    """The meaning of each chunk."""


def fold(chunks: Iterable[StreamChunk]) -> ChatResponse:
    """
    Fold a whole stream into its response.

    Args:
        chunks: Chunks in order.  Whether the stream was complete, and its error, are
            not part of the response: use an `Accumulator` to see them.

    Returns:
        The response.

    Raises:
        InvalidIRError: A chunk has no meaning where it stands.
        StateError: A chunk stands after `StreamEnd`.
    """
    accumulator = Accumulator()
    accumulator.feed_all(chunks)
    return accumulator.response


_GROWS: Final[dict[type, tuple[type, ...]]] = {
    TextDelta: (TextPart,),
    RefusalDelta: (RefusalPart,),
    ToolArgumentsDelta: (ToolCallPart, ServerToolCallPart),
}
"""What may hold the block that a delta speaks of."""
