"""The order rules of a chunk stream, checked one chunk after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from modelwire.errors import InvalidIRError
from modelwire.ir._accumulate import Accumulator
from modelwire.ir._chunks import (
    CHUNK_TYPES,
    AnnotationDelta,
    BlockStart,
    BlockStop,
    ChoiceFinish,
    LogprobsDelta,
    StreamChunk,
    StreamEnd,
    StreamError,
    StreamStart,
)

__all__ = ["check_chunks"]


def check_chunks(chunks: Iterable[StreamChunk]) -> list[str]:
    """
    Check that a sequence of chunks is one that a decoder may give.

    Args:
        chunks: A whole stream, in order.

    Returns:
        What is wrong, one sentence for each fault with the number of the chunk; empty
        when the sequence is legal.  The rules:

        - `StreamStart` is first and comes once; `StreamEnd` is last and comes once.
        - Blocks are numbered 0, 1, 2, … in the order of `BlockStart`; deltas stand
          between a block's start and its one stop, and fit the part that it holds.
          Only `AnnotationDelta` may come later.
        - `ChoiceFinish` comes once per choice, when all its blocks have stopped, and
          no block of the choice follows.
        - After `StreamError` comes `StreamEnd(complete=False)` and nothing else; an
          incomplete end has such an error before it.
        - A complete end leaves no block open, says what told it, and where the end of
          the bytes told it, every choice that was started has its finish.
    """
    checker = _Checker()
    for number, chunk in enumerate(chunks):
        checker.take(number, chunk)
    return checker.close()


class _Checker:
    def __init__(self) -> None:
        self.faults: list[str] = []
        self.accumulator = Accumulator()
        self.count = 0
        self.blocks: dict[int, int] = {}  # block -> choice
        self.open: set[int] = set()
        self.started: set[int] = set()  # choices
        self.finished: set[int] = set()
        self.failed = False
        self.end: StreamEnd | None = None

    def take(self, number: int, chunk: StreamChunk) -> None:
        self.count += 1
        name = type(chunk).__name__

        def fault(text: str) -> None:
            self.faults.append(f"chunk {number} ({name}): {text}")

        if type(chunk) not in CHUNK_TYPES:
            fault("is no chunk")
            return
        if self.end is not None:
            fault("after StreamEnd")
            return
        if (number == 0) != isinstance(chunk, StreamStart):
            fault("StreamStart must be first and come once")
        if self.failed and not isinstance(chunk, StreamEnd):
            fault("between StreamError and StreamEnd")
        if isinstance(chunk, BlockStart):
            if chunk.index != len(self.blocks):
                fault(f"index {chunk.index} instead of {len(self.blocks)}")
            if chunk.choice in self.finished:
                fault(f"choice {chunk.choice} has finished")
            self.blocks[chunk.index] = chunk.choice
            self.open.add(chunk.index)
        elif isinstance(chunk, AnnotationDelta | LogprobsDelta):
            if chunk.index is not None:
                owner = self.blocks.get(chunk.index)
                if owner is not None and owner != chunk.choice:
                    fault(f"block {chunk.index} belongs to choice {owner}")
        elif isinstance(chunk, ChoiceFinish):
            if chunk.choice in self.finished:
                fault(f"choice {chunk.choice} finishes twice")
            left = [n for n in sorted(self.open) if self.blocks[n] == chunk.choice]
            if left:
                fault(f"blocks {left} of choice {chunk.choice} are open")
            self.finished.add(chunk.choice)
        elif isinstance(chunk, StreamError):
            self.failed = True
        elif isinstance(chunk, StreamEnd):
            self.check_end(chunk, fault)
        choice = getattr(chunk, "choice", None)
        if choice is not None:
            self.started.add(choice)
        try:
            self.accumulator.feed(chunk)
        except InvalidIRError as error:
            fault(str(error))
        if isinstance(chunk, BlockStop):
            self.open.discard(chunk.index)

    def check_end(self, chunk: StreamEnd, fault: Callable[[str], None]) -> None:
        self.end = chunk
        if not chunk.complete:
            if not self.failed:
                fault("an incomplete end without StreamError")
            return
        if self.failed:
            fault("a complete end after StreamError")
        if self.open:
            fault(f"blocks {sorted(self.open)} are open")
        if chunk.terminator == "none":
            fault("a complete end that nothing told")
        missing = sorted(self.started - self.finished)
        if chunk.terminator == "eof" and missing:
            fault(f"choices {missing} have no finish")

    def close(self) -> list[str]:
        if not self.count:
            self.faults.append("no StreamStart: the stream is empty")
        if self.end is None:
            self.faults.append("no StreamEnd")
        return self.faults
