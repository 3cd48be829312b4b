"""
Collecting losses while encoding.

One `LossLog` per encode.  How severe a loss is stands in the target's facts
(`codecs._facts`); an encoder names a severity itself only where the value decides, and
then one that the facts list too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import attrs

from modelwire.codecs._base import LossPolicy
from modelwire.codecs._facts import severity_of
from modelwire.codecs._field_codes import FIELD_CODES, OUTER_FIELDS
from modelwire.errors import UnsupportedFeatureError
from modelwire.ir._base import Extra
from modelwire.ir._fast_losses import new_loss
from modelwire.ir._losses import Loss, LossAction, LossCode, Severity

__all__ = ["LossLog", "by_position"]

_BECOMES: Final = frozenset({LossCode.FMT_ENUM})
"""Concepts of unknown fields that something else stands for in other dialects."""


class LossLog:
    """The losses of one encode, in the order in which they happened."""

    __slots__ = ("_losses", "_seen", "target")

    def __init__(self, target: str) -> None:
        self.target = target
        """The dialect that is being written."""
        self._losses: list[Loss] = []
        self._seen: set[tuple[str, str | None, str, str | None]] = set()

    @property
    def losses(self) -> tuple[Loss, ...]:
        """Every loss so far."""
        return tuple(self._losses)

    def add(
        self,
        code: LossCode,
        path: str | None,
        action: LossAction,
        *,
        to: str | None = None,
        severity: Severity | None = None,
        detail: str = "",
    ) -> None:
        """
        Record a loss; the same (code, path, to, action) is recorded once.

        Args:
            code: The concept.
            path: Where it stood in the source IR.
            action: What happened to it.
            to: Where the change shows in the decoded output.
            severity: How much it matters; `None`: as the table says.
            detail: More for people; no content, no credentials.
        """
        key = (code, path, action, to)
        if key in self._seen:
            return
        self._seen.add(key)
        self._losses.append(
            new_loss(
                code,
                path,
                to,
                action,
                severity or severity_of(code, self.target, action),
                detail,
            )
        )

    def drop(self, code: LossCode, path: str, detail: str = "") -> None:
        """Record that the value at *path* is not carried over."""
        self.add(code, path, "dropped", detail=detail)

    def approximate(
        self, code: LossCode, path: str, detail: str = "", *, to: str | None = None
    ) -> None:
        """Record that the value at *path* is carried over with a changed meaning."""
        self.add(code, path, "approximated", to=to, detail=detail)

    def drop_extra(
        self, extra: Extra, path: str, thing: LossCode, *, kept: str | None = None
    ) -> None:
        """
        Record every field of *extra* that is not of the target dialect.

        Args:
            extra: The node's `extra`.
            path: The node's path.
            thing: The concept that the node belongs to.
            kept: A dialect beside the target whose fields are carried over.
        """
        for dialect, fields in extra.items():
            if dialect in (self.target, kept):
                continue
            for name, value in fields.items():
                if name in OUTER_FIELDS and isinstance(value, dict):
                    for inner in value:
                        self.drop_field(thing, path, dialect, inner, within=name)
                elif not name.startswith("$"):
                    self.drop_field(thing, path, dialect, name)

    def drop_field(
        self,
        thing: LossCode,
        path: str,
        dialect: str,
        name: str,
        *,
        within: str | None = None,
    ) -> None:
        """
        Record that an unknown field is not carried over.

        Args:
            thing: The concept that the node belongs to; a field that has none of its
                own is reported under it, and is a wish of the caller at most.
            path: The node's path.
            dialect: The field's dialect.
            name: The field.
            within: The field that it is a member of.
        """
        code = FIELD_CODES.get(thing, {}).get(name)
        outer = "" if within is None else f".{within}"
        self.add(
            thing if code is None else code,
            f"{path}.extra[{dialect!r}]{outer}.{name}",
            "approximated" if code in _BECOMES else "dropped",
            severity="parameter" if code is None else None,
        )

    def drop_event(self, dialect: str, raw: object) -> None:
        """
        Record that an event of a stream that only its dialect knows is not handed on.

        Args:
            dialect: The event's dialect.
            raw: The event.
        """
        kind = raw.get("type") if isinstance(raw, dict) else None
        word = kind[:64] if isinstance(kind, str) else ""
        # A response has no place for it; the loss stands where unknown fields do.
        self.drop(
            LossCode.STREAM_BUILTIN_PROGRESS, "$.extra", f"{dialect} event {word}"
        )

    def extend(self, losses: Iterable[Loss]) -> None:
        """Record losses that were found elsewhere."""
        self._losses.extend(losses)

    def settle(self, policy: LossPolicy) -> tuple[Loss, ...]:
        """
        Give every loss, or refuse.

        Args:
            policy: What stops the encode.

        Returns:
            Every loss.

        Raises:
            UnsupportedFeatureError: *policy* refuses one of them; all are reported
                together.
        """
        losses = self.losses
        refused = tuple(loss for loss in losses if policy.refuses(loss))
        if refused:
            raise UnsupportedFeatureError(losses, refused=refused, dialect=self.target)
        return losses


def by_position(
    losses: tuple[Loss, ...],
    numbers: Iterable[int],
    written: Iterable[int] | None = None,
) -> tuple[Loss, ...]:
    """
    Let the losses of a stream name choices by their position in the response.

    While a stream is written only the index of a choice is known; choices may be
    missing, and a path counts those that there are.

    Args:
        losses: The losses, whose paths name a choice by its index.
        numbers: The index of every choice so far.
        written: The index of every choice that a reader sees; `None`: all of them.

    Returns:
        *losses* itself where index and position agree.
    """
    sources = _places(numbers)
    targets = sources if written is None else _places(written)
    if not sources and not targets:
        return losses
    return tuple(
        attrs.evolve(
            loss, path=_placed(loss.path, sources), to=_placed(loss.to, targets)
        )
        for loss in losses
    )


def _places(numbers: Iterable[int]) -> dict[str, str]:
    """Give the position of each choice that does not stand at its index."""
    return {
        f"$.choices[{number}]": f"$.choices[{place}]"
        for place, number in enumerate(sorted(numbers))
        if place != number
    }


def _placed(path: str | None, places: Mapping[str, str]) -> str | None:
    """Rename the choice that *path* begins with."""
    if not places or path is None or not path.startswith("$.choices["):
        return path
    head, bracket, rest = path.partition("]")
    return places.get(head + bracket, head + bracket) + rest
