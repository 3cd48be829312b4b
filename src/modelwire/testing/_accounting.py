"""
Are the losses of a translation the truth, and the whole truth?

The accounting of an encode is **complete** when every difference between the source
and the decoded output lies at or below the path (or `to`) of some loss, and **sound**
when every loss covers a difference that no loss of a finer path covers.  What
`testing.canonical` calls one spelling is no difference.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import attrs

from modelwire.ir._loss_codes import LossCode
from modelwire.ir._losses import Loss
from modelwire.ir._messages import Message
from modelwire.testing._canonical import regrouped, respelled
from modelwire.testing._compare import (
    Added,
    Difference,
    Removed,
    compare_moved,
    compare_placed,
)
from modelwire.testing._trust import Known, known_places, trials

__all__ = [
    "WIRE_ONLY",
    "assert_losses",
    "bad_paths",
    "differences",
    "uncovered",
    "unsound",
]

WIRE_ONLY: Final[frozenset[LossCode]] = frozenset(
    {
        LossCode.ROLE_PREFILL,
        LossCode.RESP_ROLE_OBJECT,
        LossCode.USAGE_TOTAL,
        LossCode.THINK_INTERLEAVED,
        LossCode.SVC_BATCH,
        LossCode.STREAM_START,
        LossCode.STREAM_TEXT_START,
        LossCode.STREAM_TEXT_DELTA,
        LossCode.STREAM_TEXT_END,
        LossCode.STREAM_TOOL_START,
        LossCode.STREAM_TOOL_ARGS_DELTA,
        LossCode.STREAM_TOOL_END,
        LossCode.STREAM_IMAGE_DELTA,
        LossCode.STREAM_BUILTIN_PROGRESS,
        LossCode.STREAM_KEEP_ALIVE,
        LossCode.STREAM_END,
    }
)
"""
Losses that decoding the output cannot show; they are exempt from soundness only.

The IR has no place for what they name: constants and sums of the envelope, headers
that switch a mode, what a last message means to the model, and the events of a stream,
which a folded response has forgotten.
"""


def differences(
    source: Any,
    decoded: Any,
    losses: Iterable[Loss] = (),
) -> list[Difference]:
    """
    Compare after the table of equivalent spellings.

    Args:
        source: The IR value as it was given to the encoder.
        decoded: What decoding the output gave.
        losses: The losses of the encode.  What one of them calls dropped is paired
            with nothing; were it there after all, it would show as added.

    Returns:
        Differences with paths in *source* and *decoded* as they are.  Arguments that
        spell one value come as `Changed(owed=False)`.
    """
    known = known_places(losses, ("dropped",))
    return _differences(respelled(source), respelled(decoded), known)


def _differences(source: Any, decoded: Any, known: Known) -> list[Difference]:
    x, x_places = regrouped(source, known.gone)
    y, y_places = regrouped(decoded, known.came)
    found = compare_placed(x, y, x_places, y_places, gone=known.gone, came=known.came)
    for path, to in sorted(known.moves):
        found += _compare_ends(path, to, source, decoded)
    return found


def _compare_ends(path: str, to: str, source: Any, decoded: Any) -> list[Difference]:
    """Compare what stood at *path* with what stands at *to*, and their messages."""
    found: list[Difference] = []
    for was in _find(path[1:], source):
        for now in _find(to[1:], decoded):
            found += compare_moved(path, was, to, now)
    outer, inner = path.rpartition(".parts[")[0], to.rpartition(".parts[")[0]
    for was in _find(outer[1:], source) if outer and inner else ():
        for now in _find(inner[1:], decoded):
            if isinstance(was, Message) and isinstance(now, Message):
                old = attrs.evolve(was, parts=())
                found += compare_moved(outer, old, inner, attrs.evolve(now, parts=()))
    return found


def uncovered(found: Iterable[Difference], losses: Iterable[Loss]) -> list[Difference]:
    """
    Give the differences that no loss accounts for.

    Args:
        found: What `differences` or `compare` gave.
        losses: The losses of the encode.

    Returns:
        The differences that break completeness.
    """
    losses = list(losses)
    return [
        difference
        for difference in found
        if difference.owed and not any(_reach(loss, difference) for loss in losses)
    ]


def unsound(found: Iterable[Difference], losses: Iterable[Loss]) -> list[Loss]:
    """
    Give the losses that account for nothing.

    Args:
        found: What `differences` or `compare` gave.
        losses: The losses of the encode.

    Returns:
        The losses, those of `WIRE_ONLY` excepted, that cover no difference, or only
        such as a loss of a finer path covers.
    """
    found = list(found)
    losses = list(losses)
    best = [max((_reach(x, d) for x in losses), default=0) for d in found]
    return [
        loss
        for loss in losses
        if loss.code not in WIRE_ONLY
        and not any(
            0 < _reach(loss, difference) == most
            for difference, most in zip(found, best, strict=True)
        )
    ]


def bad_paths(losses: Iterable[Loss], source: Any, decoded: Any) -> list[str]:
    """
    Check the paths of losses.

    Args:
        losses: The losses of the encode.
        source: The value that `path` must lead into.
        decoded: The value that `to` must lead into.

    Returns:
        What is wrong, in words: no path at all, the root, a list, or a place that
        does not exist.
    """
    wrong = []
    for loss in losses:
        if loss.path is None and loss.to is None:
            wrong.append(f"{loss.code}: neither path nor to")
        for name, path, value in (
            ("path", loss.path, source),
            ("to", loss.to, decoded),
        ):
            if path is None:
                continue
            found = list(_find(path[1:], value)) if path[:1] == "$" else []
            if not found:
                wrong.append(f"{loss.code}: {name} {path} leads nowhere")
            elif path == "$" or all(_is_node_list(item) for item in found):
                wrong.append(f"{loss.code}: {name} {path} is the root or a list")
    return wrong


def assert_losses(source: Any, decoded: Any, losses: Sequence[Loss]) -> None:
    """
    Assert that the losses are the truth and the whole truth.

    Args:
        source: The IR value as it was given to the encoder.
        decoded: What decoding the encoder's output gave.
        losses: The losses of the encode.

    Raises:
        AssertionError: A difference without a loss, a loss without a difference, or
            a path that leads nowhere; the message lists all of them.
    """
    lines = _unaccounted(source, decoded, losses)
    lines += bad_paths(losses, source, decoded)
    if lines:
        raise AssertionError("\n".join(lines))


def _unaccounted(source: Any, decoded: Any, losses: Sequence[Loss]) -> list[str]:
    """Give what is wrong with the losses, with the best alignment of lists."""
    source, decoded = respelled(source), respelled(decoded)
    lines: list[str] = []
    for known in trials(losses):
        found = _differences(source, decoded, known)
        missing = uncovered(found, losses)
        if missing and lines:
            continue
        false = unsound(found, losses)
        if not (missing or false):
            return []
        lines = lines or _complaints(missing, false)
        if not (missing or known.moves) and all(_is_in_place(loss) for loss in false):
            # Nothing but a move is wrong, and it is one within one place: to trust
            # it would hide that nothing has moved.
            return _complaints(missing, false)
    return lines


def _is_in_place(loss: Loss) -> bool:
    """Say whether a loss speaks of a move from a place to the same one."""
    within = loss.to is not None and _covers(loss.to, loss.path)
    return loss.action == "moved" and bool(within)


def _complaints(missing: list[Difference], false: list[Loss]) -> list[str]:
    lines = [f"no loss for {_show(item)}" for item in missing]
    return lines + [f"no difference for {_tell(loss)}" for loss in false]


def _tell(loss: Loss) -> str:
    said = f"{loss.code} {loss.action} path={loss.path} to={loss.to}"
    return f"{said} ({loss.detail})" if loss.detail else said


def _reach(loss: Loss, difference: Difference) -> int:
    """
    Say how finely *loss* covers *difference*: the length of the path that does.

    0 means that it does not.  An addition to something that the source has too is
    covered by the source's path, unless the loss says where the change shows; what is
    synthesised there leaves everything else as it was.
    """
    path, to = _plain(loss.path), _plain(loss.to)
    made = loss.action == "synthesised" and to is not None
    reach = 0
    if path is not None and not (
        made or (isinstance(difference, Added) and to is not None)
    ):
        reach = _covers(path, _plain(difference.path))
    if to is not None and not isinstance(difference, Removed):
        reach = max(reach, _covers(to, _plain(difference.to)))
    return reach


def _covers(outer: str, inner: str | None) -> int:
    if inner is None or not inner.startswith(outer):
        return 0
    return len(outer) if inner[len(outer) : len(outer) + 1] in ("", ".", "[") else 0


@functools.lru_cache(maxsize=4096)
def _plain(path: str | None) -> str | None:
    """Write quoted keys as plain ones, so that both forms compare equal."""
    if path is None or ("'" not in path and '"' not in path):
        return path
    return re.sub(r"""\[(?:'([^']*)'|"([^"]*)")\]""", r".\1\2", path)


def _find(rest: str, value: Any) -> Iterator[Any]:
    """Give what *rest* of a path leads to inside *value*: usually one thing."""
    if not rest:
        yield value
    elif isinstance(value, tuple | list):
        match = re.match(r"\[(\d+)\]", rest)
        if match is not None and int(match[1]) < len(value):
            yield from _find(rest[match.end() :], value[int(match[1])])
    elif isinstance(value, Mapping):
        # Wire fields stand verbatim in paths, dots included: try every key.
        for key, item in value.items():
            for form in (f".{key}", f"[{key!r}]", f'["{key}"]'):
                if rest.startswith(form):
                    yield from _find(rest[len(form) :], item)
    elif attrs.has(type(value)):
        match = re.match(r"\.(\w+)", rest)
        if match is not None and hasattr(value, match[1]):
            yield from _find(rest[match.end() :], getattr(value, match[1]))


def _is_node_list(value: Any) -> bool:
    """Say whether *value* is a list of messages, parts, tools, … (not of texts)."""
    return isinstance(value, tuple) and any(attrs.has(type(item)) for item in value)


def _show(difference: Difference) -> str:
    if isinstance(difference, Removed):
        return f"removed {difference.path}"
    if isinstance(difference, Added):
        return f"added {difference.to}"
    return f"changed {difference.path} -> {difference.to}"
