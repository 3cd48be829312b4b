"""
A history that is being repaired: turns whose parts know where they stood.

Losses wait until every part has its place; then `History.adapted` gives the request,
where its parts came from, and what happened to them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import attrs

from modelwire.adapt._adapted import Adapted
from modelwire.codecs._base import Aliases
from modelwire.codecs._losses import LossLog
from modelwire.ir._losses import LossAction, LossCode, Severity
from modelwire.ir._messages import Message
from modelwire.ir._parts import Part
from modelwire.ir._request import ChatRequest

__all__ = ["Cell", "History", "Turn"]


_NOTHING: Final[Mapping[int, Sequence[Turn]]] = {}


class Cell:
    """
    One part on its way.

    Args:
        part: The part.
        path: Where it stood in the source; `None`: it is new.
    """

    __slots__ = ("part", "path")

    def __init__(self, part: Part, path: str | None = None) -> None:
        self.part = part
        self.path = path


class Turn:
    """
    One message on its way.

    Args:
        message: The message as it was; a new one for a new turn.
        path: Where it stood in the source; `None`: it is new.
    """

    __slots__ = ("cells", "gone", "message", "path")

    def __init__(self, message: Message, path: str | None = None) -> None:
        self.message = message
        self.path = path
        self.gone = False
        self.cells = [
            Cell(part, None if path is None else f"{path}.parts[{k}]")
            for k, part in enumerate(message.parts)
        ]


class _Pending:
    """A loss whose place in the adapted request is not known yet."""

    __slots__ = ("action", "at", "code", "detail", "path", "severity")

    def __init__(
        self,
        code: LossCode,
        path: str | None,
        action: LossAction,
        *,
        at: Cell | Turn | None = None,
        severity: Severity | None = None,
        detail: str = "",
    ) -> None:
        self.code = code
        self.path = path
        self.action: LossAction = action
        self.at = at
        self.severity: Severity | None = severity
        self.detail = detail


class History:
    """
    The history of a request while it is repaired.

    Args:
        request: The request.
    """

    def __init__(self, request: ChatRequest) -> None:
        self.request = request
        self.turns = [
            Turn(message, f"$.messages[{i}]")
            for i, message in enumerate(request.messages)
        ]
        self.system: list[Turn] = []
        """What moves behind the leading instructions."""
        self.call_ids: dict[str, str] = {}
        """Ids that changed: target to source."""
        self._pending: list[_Pending] = []
        self._about: dict[int, list[_Pending]] = {}
        """What is said of each turn as a whole."""

    def lose(
        self,
        code: LossCode,
        path: str | None,
        action: LossAction,
        *,
        at: Cell | Turn | None = None,
        severity: Severity | None = None,
        detail: str = "",
    ) -> None:
        """Record a repair; *at*: the part or turn that shows it in the end."""
        loss = _Pending(code, path, action, at=at, severity=severity, detail=detail)
        self._pending.append(loss)
        if isinstance(at, Turn):
            self._about.setdefault(id(at), []).append(loss)

    def absorb(self, turn: Turn) -> None:
        """Let what was said of a new turn be said of its first part instead."""
        for loss in self._about.pop(id(turn), ()):
            loss.at = turn.cells[0]

    def discard(self, turn: Turn) -> None:
        """Take out a turn, when everything is settled."""
        turn.gone = True

    def settle(self, behind: Mapping[int, Sequence[Turn]] = _NOTHING) -> None:
        """
        Take out the turns that are discarded, and put in new ones.

        Args:
            behind: New turns by the `id` of the one that they follow.
        """
        turns = []
        for turn in self.turns:
            if not turn.gone:
                turns.append(turn)
            turns += behind.get(id(turn), ())
        self.turns = turns

    def remove(self, turn: Turn) -> None:
        """Discard a turn of which nothing is left, and account for its own fields."""
        self.discard(turn)
        message, path = turn.message, turn.path
        if path is None:
            return
        if message.name is not None:
            self.lose(LossCode.ROLE_NAME, f"{path}.name", "dropped")
        if message.id is not None:
            self.lose(LossCode.RESP_ID, f"{path}.id", "dropped", severity="cosmetic")
        for dialect, fields in message.extra.items():
            for name in fields:
                if not name.startswith("$"):
                    where = f"{path}.extra[{dialect!r}].{name}"
                    self.lose(LossCode.ROLE_NAME, where, "dropped")

    def adapted(self, target: str) -> Adapted:
        """
        Give what became of the request.

        Args:
            target: The dialect that it is for.

        Returns:
            The request with the account of the repairs.
        """
        origins: dict[str, str | None] = {}
        places: dict[int, str] = {}
        first = len(self.request.system)
        system = _built(self.system, "system", first, origins, places)
        messages = _built(self.turns, "messages", 0, origins, places)
        log = LossLog(target)
        for loss in self._pending:
            log.add(
                loss.code,
                loss.path,
                loss.action,
                to=None if loss.at is None else places.get(id(loss.at)),
                severity=loss.severity,
                detail=loss.detail,
            )
        changes: dict[str, Any] = {"messages": messages}
        if system:
            changes["system"] = (*self.request.system, *system)
        return Adapted(
            request=attrs.evolve(self.request, **changes),
            losses=log.losses,
            aliases=Aliases(call_ids=self.call_ids),
            origins=origins,
        )


def _built(
    turns: list[Turn],
    field: str,
    first: int,
    origins: dict[str, str | None],
    places: dict[int, str],
) -> tuple[Message, ...]:
    """Give the messages of *turns*, and note where they and their parts stand."""
    out = []
    for n, turn in enumerate(turns, first):
        path = f"$.{field}[{n}]"
        places[id(turn)] = path
        if turn.path != path:
            origins[path] = turn.path
        for k, cell in enumerate(turn.cells):
            where = f"{path}.parts[{k}]"
            places[id(cell)] = where
            if cell.path is None or cell.path != f"{turn.path}.parts[{k}]":
                origins[where] = cell.path
        parts = tuple(cell.part for cell in turn.cells)
        same = len(parts) == len(turn.message.parts) and all(
            a is b for a, b in zip(parts, turn.message.parts, strict=True)
        )
        out.append(turn.message if same else attrs.evolve(turn.message, parts=parts))
    return tuple(out)
