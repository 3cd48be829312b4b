"""Chunks and losses as lines for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from modelwire.ir._chunks import StreamEnd, StreamError

if TYPE_CHECKING:
    from modelwire.ir._chunks import StreamChunk
    from modelwire.ir._losses import Loss

__all__ = ["chunk_line", "is_bad", "loss_line", "shown", "usage_line"]

_LONGEST = 400


def chunk_line(chunk: StreamChunk) -> str:
    """
    Show a chunk on one line: its name, then the fields that are set.

    Args:
        chunk: Any chunk.

    Returns:
        For example `TextDelta index=1 text='Hello'`.
    """
    fields = [
        f"{field.name}={_value(value)}"
        for field in attrs.fields(type(chunk))
        if field.repr
        and (value := getattr(chunk, field.name)) not in (None, (), {}, "")
    ]
    return " ".join([type(chunk).__name__, *fields])


def loss_line(loss: Loss) -> str:
    """
    Show a loss on one line.

    Args:
        loss: The loss.

    Returns:
        For example `loss: param.seed dropped at $.seed (parameter)`.
    """
    place = f"at {loss.path}" if loss.path is not None else f"making {loss.to}"
    detail = f": {loss.detail}" if loss.detail else ""
    return f"loss: {loss.code} {loss.action} {place} ({loss.severity}){detail}"


def is_bad(chunk: StreamChunk) -> bool:
    """Say whether *chunk* means that the stream is not a whole answer."""
    return isinstance(chunk, StreamError) or (
        isinstance(chunk, StreamEnd) and not chunk.complete
    )


def usage_line(usage: Any) -> str:
    """
    Show a usage on one line: the counts that are known.

    Args:
        usage: A `Usage`.

    Returns:
        For example `input_total=18 cache_read=5 output_total=40`.
    """
    return " ".join(
        f"{field.name}={value}"
        for field in attrs.fields(type(usage))
        if field.name not in ("raw", "extra")
        and (value := getattr(usage, field.name)) not in (None, {})
    )


def shown(text: str, width: int = _LONGEST) -> str:
    """
    Shorten *text* for one line.

    Args:
        text: Any text.
        width: Most characters to show.

    Returns:
        The text as a quoted literal, cut in the middle when it is too long.
    """
    if len(text) <= width:
        return repr(text)
    half = width // 2
    return f"{text[:half]!r} … {text[-half:]!r} ({len(text)} characters)"


def _value(value: Any) -> str:
    if isinstance(value, str):
        return shown(value)
    if attrs.has(type(value)):
        inner = " ".join(
            f"{field.name}={_value(item)}"
            for field in attrs.fields(type(value))
            if field.repr
            and (item := getattr(value, field.name)) not in (None, (), {}, "")
        )
        return f"{type(value).__name__}({inner})"
    return repr(value)
