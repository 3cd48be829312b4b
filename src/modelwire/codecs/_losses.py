"""
Collecting losses while encoding.

One `LossLog` per encode.  The severity of a loss belongs to (code, target, action);
`_SEVERITY` is the one table of it, read off the concept matrix, and an encoder names
a severity itself only where the matrix makes it depend on the value.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import attrs

from modelwire.codecs._base import LossPolicy
from modelwire.errors import UnsupportedFeatureError
from modelwire.ir._base import Extra
from modelwire.ir._losses import Loss, LossAction, LossCode, Severity

__all__ = ["LossLog", "by_position"]

_BY_ACTION: Final[Mapping[LossAction, Severity]] = {
    "dropped": "parameter",
    "approximated": "approximation",
    "moved": "cosmetic",
    "merged": "cosmetic",
    "synthesised": "cosmetic",
    "repaired": "approximation",
    "needs_fetch": "error",
}
"""The severity of an action where nothing finer is known."""

_CONTENT_PREFIXES: Final = ("in.", "out.", "tool_result.", "tool_call.", "bt.call")
"""Concepts that are content: dropping one loses something that was said."""

_SEVERITY: Final[Mapping[tuple[LossCode, LossAction], Severity]] = {
    (LossCode.SYS_MID, "moved"): "approximation",
    (LossCode.ROLE_DEVELOPER, "approximated"): "cosmetic",
    (LossCode.IN_IMAGE_FILE_ID, "dropped"): "error",
    (LossCode.IN_DOC_FILE_ID, "dropped"): "error",
    (LossCode.IN_IMAGE_DETAIL, "dropped"): "parameter",
    (LossCode.IN_DOC_META, "dropped"): "parameter",
    (LossCode.OUT_TOOL_CALL, "approximated"): "cosmetic",
    (LossCode.THINK_TEXT, "dropped"): "content",
    (LossCode.THINK_SUMMARY, "dropped"): "content",
    (LossCode.THINK_SIGNATURE, "dropped"): "content",
    (LossCode.THINK_REDACTED, "dropped"): "content",
    (LossCode.CTX_COMPACTION, "dropped"): "content",
    (LossCode.TOOL_CALL_ID, "dropped"): "cosmetic",
    (LossCode.TOOL_RESULT_NAME, "dropped"): "cosmetic",
    (LossCode.THINK_ITEM_ID, "dropped"): "cosmetic",
    (LossCode.RESP_CHOICES_N_1, "dropped"): "content",
    (LossCode.RESP_LOGPROBS, "dropped"): "content",
    (LossCode.RESP_SAFETY, "dropped"): "content",
    (LossCode.RESP_GROUNDING, "dropped"): "content",
    (LossCode.RESP_CREATED, "dropped"): "cosmetic",
    (LossCode.RESP_ROLE_OBJECT, "dropped"): "cosmetic",
    (LossCode.SVC_INCLUDE_USAGE_OBFUSCATION, "dropped"): "cosmetic",
    (LossCode.STATE_PREVIOUS, "dropped"): "error",
    (LossCode.STATE_CONVERSATION, "dropped"): "error",
    (LossCode.PROMPT_TEMPLATE, "dropped"): "error",
    (LossCode.CACHE_RESOURCE, "dropped"): "error",
    (LossCode.BT_COMPUTER, "dropped"): "error",
    (LossCode.BT_MCP_APPROVAL, "dropped"): "error",
}
"""Severities that the matrix states apart from the rule by action."""


def _severity(code: LossCode, action: LossAction) -> Severity:
    found = _SEVERITY.get((code, action))
    if found is not None:
        return found
    if action == "dropped" and code.startswith(_CONTENT_PREFIXES):
        return "content"
    return _BY_ACTION[action]


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
            Loss(
                code=code,
                path=path,
                to=to,
                action=action,
                severity=severity or _severity(code, action),
                detail=detail,
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
        self,
        extra: Extra,
        path: str,
        fallback: LossCode,
        codes: Mapping[str, LossCode] | None = None,
        *,
        kept: str | None = None,
    ) -> None:
        """
        Record every field of *extra* that is not of the target dialect.

        Args:
            extra: The node's `extra`.
            path: The node's path.
            fallback: The concept that the node belongs to.
            codes: Codes of fields that have a concept of their own.
            kept: A dialect beside the target whose fields are carried over.
        """
        for dialect, fields in extra.items():
            if dialect in (self.target, kept):
                continue
            for name in fields:
                if not name.startswith("$"):
                    code = (codes or {}).get(name, fallback)
                    self.drop(code, f"{path}.extra[{dialect!r}].{name}")

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
