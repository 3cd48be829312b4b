"""
What a scripted upstream may answer, faults included.

Three kinds of reply: `Answer` (whole, or streamed where the request asks for it),
`Failure` (an error with its status) and `NoAnswer` (nothing at all).  They are data;
`_script_plan` turns them into bytes, `_upstream` and `_upstream_server` send them.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any, Literal, TypeAlias

import attrs

from modelwire.errors import ErrorInfo
from modelwire.ir import CHUNK_TYPES, ChatResponse, StreamChunk

__all__ = ["Answer", "Content", "Ending", "Failure", "Gate", "NoAnswer", "Reply"]

Ending: TypeAlias = Literal["clean", "close", "reset", "stall"]
"""
How a connection ends.

- `clean`: as HTTP wants it; with `cut` the body is short, and nothing but its dialect
  can tell.
- `close`: closed in the middle of the body: half a body with a `content-length` that
  promises more, or a stream without its last HTTP chunk.
- `reset`: the same with a TCP reset.
- `stall`: nothing more comes until the client leaves.
"""


class Gate:
    """
    A pause that a test ends: the upstream waits at it until `open` is called.

    It stays open.  Any thread may open it and any number of replies may wait at it.
    """

    def __init__(self) -> None:
        self._event = threading.Event()
        self._lock = threading.Lock()
        self._waiting: list[Callable[[], None]] = []

    def __reduce__(self) -> tuple[Any, ...]:
        # A copy begins where this one is, and opens by itself.
        return (_gate, (self.is_open,))

    @property
    def is_open(self) -> bool:
        """Whether it has been opened."""
        return self._event.is_set()

    def open(self) -> None:
        """Let everything through, from now on."""
        with self._lock:
            self._event.set()
            waiting, self._waiting = self._waiting, []
        for wake in waiting:
            wake()

    def wait(self, timeout: float | None = None) -> bool:
        """
        Wait until it is open.

        Args:
            timeout: The longest wait (seconds); `None`: for ever.

        Returns:
            Whether it is open.
        """
        return self._event.wait(timeout)

    def on_open(self, wake: Callable[[], None]) -> None:
        """
        Be told when it opens, from the thread that opens it; at once if it is open.

        Args:
            wake: What to call.
        """
        with self._lock:
            if not self._event.is_set():
                self._waiting.append(wake)
                return
        wake()


def _gate(is_open: bool) -> Gate:  # noqa: FBT001 - for pickle only
    gate = Gate()
    if is_open:
        gate.open()
    return gate


Content: TypeAlias = str | bytes | ChatResponse | tuple[bytes | Gate | StreamChunk, ...]
"""What a reply says; see `Answer.content`."""


def _content(
    value: str | bytes | ChatResponse | Iterable[bytes | Gate | StreamChunk],
) -> Content:
    if isinstance(value, str | bytes | ChatResponse):
        return value
    items = tuple(value)
    for item in items:
        if not isinstance(item, (bytes, Gate, *CHUNK_TYPES)):
            msg = f"a stream is made of chunks, bytes and gates, not {type(item)}"
            raise TypeError(msg)
    kinds = {isinstance(item, bytes) for item in items if not isinstance(item, Gate)}
    if len(kinds) > 1:
        msg = "a stream is made of bytes or of chunks, not of both"
        raise TypeError(msg)
    return items


def _headers(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple((name.lower(), value) for name, value in pairs)


def _pieces(sizes: Iterable[int | Gate]) -> tuple[int | Gate, ...]:
    found = tuple(sizes)
    for size in found:
        if not isinstance(size, Gate) and size < 1:
            msg = f"a piece has at least one byte, not {size}"
            raise ValueError(msg)
    return found


@attrs.frozen
class Answer:
    """A reply with status 200, whole or streamed."""

    content: Content = attrs.field(converter=_content)
    """
    What it says.

    - A `str`: the words of a short answer.
    - A `ChatResponse`: written in the dialect, as a stream where the request asks
      for one.
    - Chunks of the IR, with gates between them: a stream in the dialect; each chunk
      is a write of its own.  A `StreamError` among them is an error inside the
      stream.
    - `bytes`: sent as they are; as the whole body, or with `stream=True` as a stream.
    - Several `bytes` with gates between them: a stream; each is a write of its own.
    """
    stream: bool | None = attrs.field(default=None, kw_only=True)
    """Whether it is a stream; `None`: as the content or else the request says."""
    status: int = attrs.field(default=200, kw_only=True)
    """The HTTP status."""
    headers: tuple[tuple[str, str], ...] = attrs.field(
        default=(), kw_only=True, converter=_headers
    )
    """More headers; a `content-type` among them takes the place of the right one."""
    pieces: tuple[int | Gate, ...] = attrs.field(
        default=(), kw_only=True, converter=_pieces
    )
    """
    Sizes of the writes of a stream (bytes), in turn, with gates between them.

    What the sizes leave over comes in writes of the last size, or in one write where
    a gate is last; `(1,)` sends byte by byte, `(40, gate)` sends 40 bytes and the
    rest when the gate opens.  Empty: one write for each event.
    """
    error: ErrorInfo | None = attrs.field(default=None, kw_only=True)
    """An error event that ends the stream of a `str` or `ChatResponse`, in place of
    what comes after `error_after`; without a stream it is the answer."""
    error_after: int | None = attrs.field(default=None, kw_only=True)
    """How many chunks come before `error`; `None`: all but the ends."""
    cut: int | None = attrs.field(default=None, kw_only=True)
    """Send only so many bytes of the body; negative: all but so many."""
    ending: Ending = attrs.field(default="clean", kw_only=True)
    """How the connection ends behind the (cut) body."""

    def __attrs_post_init__(self) -> None:
        content = self.content if isinstance(self.content, tuple) else ()
        if self.pieces and any(isinstance(item, Gate) for item in content):
            msg = "gates stand in the content or in the pieces, not in both"
            raise ValueError(msg)
        if self.error is not None and isinstance(self.content, bytes | tuple):
            msg = "an error event needs a text or a response; chunks have their own"
            raise ValueError(msg)


@attrs.frozen
class Failure:
    """A reply that is an error with its own status."""

    error: ErrorInfo | bytes
    """What went wrong, written in the dialect; or the body as it is."""
    status: int | None = attrs.field(default=None, kw_only=True)
    """The HTTP status; `None`: the error's own, or 500 for `bytes`."""
    headers: tuple[tuple[str, str], ...] = attrs.field(
        default=(), kw_only=True, converter=_headers
    )
    """More headers (`retry-after`); a `content-type` takes the place of the right
    one."""


@attrs.frozen
class NoAnswer:
    """No reply: the request is read, and not one byte comes back."""

    ending: Literal["close", "reset", "stall"] = "close"
    """What becomes of the connection."""


Reply: TypeAlias = Answer | Failure | NoAnswer | str | bytes | ChatResponse
"""A reply; what `Answer` takes stands for an `Answer`."""
