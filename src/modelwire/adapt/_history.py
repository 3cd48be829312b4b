"""
The normaliser: a history that a target refuses, repaired so that it takes it.

Other clients' histories are cut, edited and joined: results far from their calls,
calls that no one answered, two calls with one id.  Each repair is a loss.  What an
encoder does by itself (grouping results, renaming tools) is left to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import attrs

from modelwire.adapt._adapted import Adapted
from modelwire.adapt._history_check import (
    history_problems,
    is_empty_text,
    is_legal_id,
    match_results,
    speaker,
)
from modelwire.adapt._history_layout import lay_out
from modelwire.adapt._history_rules import HistoryRules, continues, history_rules
from modelwire.adapt._history_turns import Cell, History, Turn
from modelwire.codecs._aliases import legal_name
from modelwire.ir._losses import LossCode
from modelwire.ir._messages import Message
from modelwire.ir._parts import Part, TextPart, ToolCallPart, ToolResultPart

if TYPE_CHECKING:
    from modelwire.codecs._profile import Profile
    from modelwire.ir._request import ChatRequest

__all__ = ["MISSING_RESULT", "OPENING", "normalise"]

MISSING_RESULT: Final = "No result: the call was not carried out."
"""What answers a call that no one answered."""
OPENING: Final = "(The conversation begins here.)"
"""What the user says before an assistant who speaks first."""

_SYSTEM: Final = ("system", "developer")


def normalise(
    request: ChatRequest,
    *,
    target: str,
    profile: Profile | None = None,
    orphans: Literal["drop", "text"] = "drop",
    unanswered: Literal["answer", "drop"] = "answer",
    system: Literal["keep", "hoist"] = "keep",
    missing_result: str = MISSING_RESULT,
    opening: str = OPENING,
    rules: HistoryRules | None = None,
) -> Adapted:
    """
    Repair the history of a request for a target.

    Args:
        request: The request.
        target: The dialect that it is for.
        profile: The variant; `None`: the usual one.
        orphans: What becomes of results whose call is not there: they are dropped, or
            told by the user as text.  A second result of one call is dropped.  Where
            the target keeps the beginning of the conversation they stay.
        unanswered: What becomes of calls without a result: they are answered with
            an error, or dropped.
        system: Whether instructions in the middle are kept where they are (the
            encoder writes them as its dialect can), or move to the leading ones.
        missing_result: What answers a call that no one answered.
        opening: What the user says where the assistant spoke first.
        rules: Other rules than those of *target*.

    Returns:
        The request, each repair as a loss, and the ids that changed.  A history
        without problems comes back itself; so does the result of an earlier call.
    """
    rules = rules or history_rules(target, profile)
    hoists = system == "hoist" and any(m.role in _SYSTEM for m in request.messages)
    if not hoists and not history_problems(
        request, target, profile=profile, rules=rules
    ):
        return Adapted(request=request)
    repair = _Repair(History(request), rules, missing_result)
    repair.results(as_text=orphans == "text")
    repair.ids()
    repair.empties()
    if hoists:
        repair.hoist()
    repair.merge()
    if unanswered == "drop":
        repair.drop_unanswered()
    repair.layout()
    repair.merge()
    repair.open(opening)
    return repair.history.adapted(target)


class _Repair:
    """One call of `normalise`: a step after the other on one history."""

    def __init__(
        self, history: History, rules: HistoryRules, missing_result: str
    ) -> None:
        self.history = history
        self.rules = rules
        self.continues = continues(history.request, rules)
        self.missing_result = missing_result
        self._numbers: dict[str, int] = {}
        """The number in the newest id that was made of each id."""

    def _cells(self) -> list[list[Part]]:
        return [[cell.part for cell in turn.cells] for turn in self.history.turns]

    # --- results and ids ------------------------------------------------------------

    def results(self, *, as_text: bool) -> None:
        """Take out results that answer nothing."""
        found = match_results(self._cells())
        history, turns = self.history, list(self.history.turns)
        orphans = [] if self.continues else found.orphans
        for i, k in found.seconds:
            cell = turns[i].cells[k]
            history.lose(
                LossCode.TOOL_RESULT_TEXT, cell.path, "dropped", detail="a second one"
            )
        told: dict[int, list[Turn]] = {}
        for i, k in orphans:
            cell = turns[i].cells[k]
            if as_text:
                told.setdefault(id(turns[i]), []).append(self._told(cell))
            else:
                history.lose(
                    LossCode.TOOL_RESULT_TEXT, cell.path, "dropped", detail="no call"
                )
        gone = {id(turns[i].cells[k]) for i, k in [*found.seconds, *orphans]}
        for turn in turns:
            self._keep(turn, [cell for cell in turn.cells if id(cell) not in gone])
        history.settle(told)

    def _keep(self, turn: Turn, cells: list[Cell]) -> None:
        """Leave a turn some of its parts; without any it goes."""
        changed = len(cells) < len(turn.cells)
        turn.cells = cells
        if changed and not cells:
            self.history.remove(turn)

    def _told(self, cell: Cell) -> Turn:
        """Let the user tell what a result says whose call is not there."""
        result = cell.part
        assert isinstance(result, ToolResultPart)  # noqa: S101 - `match_results`
        head = TextPart(text=f"Output of the tool call {result.call_id}:")
        told = Turn(Message(role="user", parts=(head, *result.content)))
        code = LossCode.TOOL_RESULT_TEXT
        self.history.lose(
            code, cell.path, "dropped", severity="approximation", detail="told as text"
        )
        self.history.lose(code, None, "synthesised", at=told)
        for number, inner in enumerate(told.cells[1:]):
            inner.path = f"{cell.path}.content[{number}]"
            self.history.lose(code, inner.path, "moved", at=inner)
        return told

    def ids(self) -> None:
        """Give every call an id of its own, and its result the same."""
        matching = match_results(self._cells())
        turns = self.history.turns
        taken = {
            cell.part.id
            for turn in turns
            for cell in turn.cells
            if isinstance(cell.part, ToolCallPart)
        }
        seen: set[str] = set()
        for i, turn in enumerate(turns):
            for k, cell in enumerate(turn.cells):
                part = cell.part
                if not isinstance(part, ToolCallPart) or not part.id:
                    continue
                if part.id in seen or not is_legal_id(part.id, self.rules):
                    new = self._new_id(part.id, taken, repeated=part.id in seen)
                    taken.add(new)
                    self.history.call_ids[new] = part.id
                    answer = matching.answers.get((i, k))
                    self._rename(cell, new)
                    if answer is not None:
                        self._rename(turns[answer[0]].cells[answer[1]], new)
                seen.add(part.id)

    def _new_id(self, id_: str, taken: set[str], *, repeated: bool) -> str:
        rules = self.rules
        # Numbers that were given before are taken.
        number = max(1 + repeated, self._numbers.get(id_, 0) + 1)
        while True:
            new = legal_name(
                id_ if number == 1 else f"{id_}_{number}",
                charset=rules.id_charset or r"\s\S",
                limit=rules.id_limit,
            )
            if new not in taken:
                self._numbers[id_] = number
                return new
            number += 1

    def _rename(self, cell: Cell, new: str) -> None:
        part = cell.part
        if isinstance(part, ToolCallPart):
            field, cell.part = "id", attrs.evolve(part, id=new)
        else:
            assert isinstance(part, ToolResultPart)  # noqa: S101 - `match_results`
            field, cell.part = "call_id", attrs.evolve(part, call_id=new)
        self.history.lose(
            LossCode.TOOL_CALL_ID,
            f"{cell.path}.{field}",
            "repaired",
            severity="cosmetic",
            detail=f"became {new}",
        )

    def drop_unanswered(self) -> None:
        """Take out calls that no one answered."""
        turns = list(self.history.turns)
        gone = set()
        for i, k in match_results(self._cells()).unanswered:
            cell = turns[i].cells[k]
            gone.add(id(cell))
            self.history.lose(
                LossCode.OUT_TOOL_CALL, cell.path, "dropped", detail="not answered"
            )
        for turn in turns:
            self._keep(turn, [cell for cell in turn.cells if id(cell) not in gone])
        self.history.settle()

    # --- texts and turns ------------------------------------------------------------

    def empties(self) -> None:
        """Take out what says nothing, where the target refuses it."""
        rules, history = self.rules, self.history
        for turn in list(history.turns):
            if not turn.cells:
                last = turn is history.turns[-1] and turn.message.role == "assistant"
                if not rules.empty_messages and not last:
                    self._drop_empty(turn)
                continue
            if rules.empty_text:
                continue
            kept = []
            for cell in turn.cells:
                if is_empty_text(cell.part):
                    code = _text_code(turn)
                    history.lose(code, cell.path, "dropped", severity="cosmetic")
                else:
                    kept.append(cell)
            self._keep(turn, kept)
        history.settle()

    def hoist(self) -> None:
        """Move instructions behind the leading ones."""
        history = self.history
        for turn in list(history.turns):
            if turn.message.role in _SYSTEM:
                if not turn.cells:
                    self._drop_empty(turn)
                    continue
                history.discard(turn)
                history.system.append(turn)
                history.lose(LossCode.SYS_MID, turn.path, "moved", at=turn)
        history.settle()

    def _drop_empty(self, turn: Turn) -> None:
        self.history.discard(turn)
        self.history.lose(
            _text_code(turn),
            turn.path,
            "dropped",
            severity="cosmetic",
            detail="empty message",
        )

    def merge(self) -> None:
        """Make one turn of neighbours whose speaker must not speak twice."""
        history = self.history
        before: Turn | None = None
        for turn in list(history.turns):
            who = speaker(turn.message)
            if (
                before is None
                or who not in self.rules.merge
                or who != speaker(before.message)
            ):
                before = turn
                continue
            if not turn.cells or not before.cells:
                empty = turn if not turn.cells else before
                before = before if empty is turn else turn
                self._drop_empty(empty)
                continue
            if turn.path is None:
                history.absorb(turn)
            else:
                code = LossCode.ROLE_ALTERNATION
                history.lose(code, turn.path, "merged", at=before)
                for cell in turn.cells:
                    history.lose(code, cell.path, "moved", at=cell)
            history.remove(turn)
            before.cells += turn.cells
            if before.message.role != turn.message.role:
                before.message = attrs.evolve(before.message, role="user")
        history.settle()

    def open(self, text: str) -> None:
        """Let the user speak first."""
        history = self.history
        spoken = [t for t in history.turns if t.message.role not in _SYSTEM]
        if not self.rules.user_first or not spoken or self.continues:
            return
        if spoken[0].message.role == "assistant":
            turn = Turn(Message(role="user", parts=(TextPart(text=text),)))
            history.turns.insert(history.turns.index(spoken[0]), turn)
            history.lose(LossCode.ROLE_ALTERNATION, None, "synthesised", at=turn)

    # --- order ----------------------------------------------------------------------

    def layout(self) -> None:
        """Put the results of every turn where the target wants them."""
        lay_out(self.history, self.rules, self._made)

    def _made(self, call: ToolCallPart) -> Cell:
        """Make the result of a call that no one answered."""
        flag = self.rules.error_flag
        text = self.missing_result if flag else f"Error: {self.missing_result}"
        cell = Cell(
            ToolResultPart(
                call_id=call.id,
                name=call.name if self.rules.result_names else None,
                content=(TextPart(text=text),),
                is_error=True if flag else None,
            )
        )
        self.history.lose(
            LossCode.TOOL_RESULT_TEXT,
            None,
            "synthesised",
            at=cell,
            severity="approximation",
            detail="the call was not answered",
        )
        return cell


def _text_code(turn: Turn) -> LossCode:
    said = turn.message.role == "assistant"
    return LossCode.OUT_TEXT if said else LossCode.IN_TEXT
