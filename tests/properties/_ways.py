"""
One answer on two ways: as a stream, and whole.

`stream_way` writes an answer's chunks as a stream of the target and folds what a
reader sees; `plain_way` folds first and writes the whole response.  `disagreements`
says in what the two differ beyond `_forced.FORCED`.
"""

from __future__ import annotations

import re
from typing import Any

import attrs
from hypothesis import settings
from tests.properties._forced import FORCED, Forced

from modelwire import codecs
from modelwire.codecs import COLLECT
from modelwire.ir import Accumulator, ChatResponse, ErrorInfo, Loss, TextPart
from modelwire.testing import canonical, compare, sorted_parts

__all__ = [
    "Read",
    "disagreements",
    "examples",
    "folded",
    "plain_way",
    "read_stream",
    "spelled",
    "stream_way",
    "write_stream",
]

WITHOUT_BLOCKS = ("openai-chat", "gemini-generate")
"""Dialects whose streams have no blocks: `fold_equivalent` is their equality."""


@attrs.frozen
class Read:
    """What a reader of the output has."""

    response: ChatResponse
    losses: tuple[Loss, ...]
    error: ErrorInfo | None = None
    complete: bool = True


def examples(few: int, many: int = 500) -> settings:
    """Give the number of examples: *many* with `--hypothesis-profile=explore`."""
    return settings(max_examples=few if settings.default.derandomize else many)


def folded(chunks: Any) -> Accumulator:
    """Fold chunks, keeping the error and whether they were complete."""
    accumulator = Accumulator()
    accumulator.feed_all(chunks)
    return accumulator


def write_stream(
    chunks: Any, dialect: str, framing: str | None = None
) -> tuple[bytes, tuple[Loss, ...]]:
    """Write chunks as a stream of *dialect*, and give its losses."""
    encoder = codecs.get(dialect).stream_encoder(
        on_loss=COLLECT,
        framing=framing,  # type: ignore[arg-type]
    )
    body = b"".join([*map(encoder.encode, chunks), encoder.close()])
    return body, encoder.losses


def read_stream(body: bytes, dialect: str, headers: Any = ()) -> list[Any]:
    """Read a stream of *dialect* into chunks."""
    decoder = codecs.get(dialect).stream_decoder(headers=headers)
    return [*decoder.feed(body), *decoder.close()]


def stream_way(chunks: Any, target: str) -> Read:
    """Write chunks as a stream of *target*, and read it again."""
    body, losses = write_stream(chunks, target)
    found = folded(read_stream(body, target))
    return Read(found.response, losses, found.error, found.complete)


def plain_way(response: ChatResponse, target: str) -> Read:
    """Write a whole response of *target*, and read it again."""
    codec = codecs.get(target)
    encoded = codec.encode_response(response, on_loss=COLLECT)
    read = codec.decode_response(encoded.body)
    return Read(read, encoded.losses)


def spelled(loss: Loss) -> str:
    """Give a loss as `code action path`; tokens count as one place."""
    path = loss.path
    if path is None:
        path = f"->{_anywhere(loss.to or '')}"
    path = re.sub(r"\.logprobs\b.*", ".logprobs", path)
    return f"{loss.code.value} {loss.action} {path}"


def _anywhere(path: str) -> str:
    """Forget which parts and choices a path names: readers count them differently."""
    return re.sub(r"\[\d+\]", "[*]", path)


def _below(path: str, places: set[str]) -> bool:
    return any(
        path.startswith(place) and path[len(place) : len(place) + 1] in ("", ".", "[")
        for place in places
    )


def _row(
    rows: tuple[Forced, ...], target: str, way: str, what: str, *, empty: bool
) -> Forced | None:
    for row in rows:
        meant = row.way == way and row.target in ("*", target)
        meant = meant and (empty or not row.empty)
        if meant and re.fullmatch(row.what, what, re.DOTALL):
            return row
    return None


def disagreements(
    stream: Read, plain: Read, target: str, rows: tuple[Forced, ...] = FORCED
) -> list[str]:
    """
    Say in what the readers of a stream and of a whole answer differ.

    Args:
        stream: What `stream_way` gave.
        plain: What `plain_way` gave.
        target: The dialect.
        rows: What the wire forces.

    Returns:
        Values and losses that differ beyond what the wire forces.
    """
    wrong = []
    losses = {"stream": stream.losses, "plain": plain.losses}
    said = {way: {spelled(loss) for loss in found} for way, found in losses.items()}
    empty = {x.path for x in stream.losses if x.path and x.detail == "empty"}
    excused: set[str] = set()
    for way, other in (("stream", "plain"), ("plain", "stream")):
        whole = {x.path for x in losses[other] if re.fullmatch(_PART, x.path or "")}
        for loss in losses[way]:
            text = spelled(loss)
            if text in said[other]:
                continue
            path = loss.path or ""
            row = _row(rows, target, way, text, empty=bool(empty))
            if row is not None:
                if row.covers:
                    found = (loss.path, loss.to)
                    excused.update(_anywhere(place) for place in found if place)
            elif not (
                text.startswith("stream.")
                or (_below(path, whole) and path not in whole)
                or _below(path, empty)
            ):
                wrong.append(f"only the {way} way: {text}")
    for difference in _differences(
        stream.response, plain.response, target, empty=bool(empty)
    ):
        path = str(getattr(difference, "path", None) or getattr(difference, "to", None))
        row = _row(rows, target, "value", path, empty=bool(empty))
        if row is None and not _below(_anywhere(path), excused):
            wrong.append(str(difference))
    return wrong


def _spoken(response: ChatResponse) -> ChatResponse:
    """Leave out texts without words, and what is said about them."""
    choices = [
        attrs.evolve(
            choice,
            message=attrs.evolve(
                choice.message,
                parts=tuple(
                    part
                    for part in choice.message.parts
                    if not isinstance(part, TextPart) or part.text
                ),
            ),
        )
        for choice in response.choices
    ]
    return attrs.evolve(response, choices=tuple(choices))


_PART = r"\$\.choices\[\d+\]\.(message\.parts\[\d+\]|finish)"
"""What may be lost as a whole."""


def _differences(
    stream: ChatResponse, plain: ChatResponse, target: str, *, empty: bool
) -> list[Any]:
    if empty:
        stream, plain = _spoken(stream), _spoken(plain)
    normal = sorted_parts if target in WITHOUT_BLOCKS else canonical
    x, y = normal(stream), normal(plain)
    return [] if x == y else [d for d in compare(x, y) if d.owed]
