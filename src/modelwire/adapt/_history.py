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
from modelwire.adapt._history_rules import HistoryRules, history_rules
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
        profile: The variant; none differs so far in what it takes.
        orphans: What becomes of results whose call is not there: they are dropped, or
            told by the user as text.  A second result of one call is dropped.
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
    rules = rules or history_rules(target)
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
        self.missing_result = missing_result

    def _cells(self) -> list[list[Part]]:
        return [[cell.part for cell in turn.cells] for turn in self.history.turns]

    # --- results and ids ------------------------------------------------------------

    def results(self, *, as_text: bool) -> None:
        """Take out results that answer nothing."""
        found = match_results(self._cells())
        history, turns = self.history, list(self.history.turns)
        for i, k in found.seconds:
            cell = turns[i].cells[k]
            history.lose(
                LossCode.TOOL_RESULT_TEXT, cell.path, "dropped", detail="a second one"
            )
        for i, k in found.orphans:
            cell = turns[i].cells[k]
            if as_text:
                self._tell(turns[i], cell)
            else:
                history.lose(
                    LossCode.TOOL_RESULT_TEXT, cell.path, "dropped", detail="no call"
                )
        gone = {id(turns[i].cells[k]) for i, k in [*found.seconds, *found.orphans]}
        for turn in turns:
            self._keep(turn, [cell for cell in turn.cells if id(cell) not in gone])

    def _keep(self, turn: Turn, cells: list[Cell]) -> None:
        """Leave a turn some of its parts; without any it goes."""
        changed = len(cells) < len(turn.cells)
        turn.cells = cells
        if changed and not cells:
            self.history.remove(turn)

    def _tell(self, turn: Turn, cell: Cell) -> None:
        """Let the user tell what a result says whose call is not there."""
        result = cell.part
        assert isinstance(result, ToolResultPart)  # noqa: S101 - `match_results`
        head = TextPart(text=f"Output of the tool call {result.call_id}:")
        told = Turn(Message(role="user", parts=(head, *result.content)))
        turns = self.history.turns
        turns.insert(turns.index(turn) + 1, told)
        code = LossCode.TOOL_RESULT_TEXT
        self.history.lose(
            code, cell.path, "dropped", severity="approximation", detail="told as text"
        )
        self.history.lose(code, None, "synthesised", at=told.cells[0])
        for number, inner in enumerate(told.cells[1:]):
            inner.path = f"{cell.path}.content[{number}]"
            self.history.lose(code, inner.path, "moved", at=inner)

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
        rules, number = self.rules, 1 + repeated
        while True:
            new = legal_name(
                id_ if number == 1 else f"{id_}_{number}",
                charset=rules.id_charset or r"\s\S",
                limit=rules.id_limit,
            )
            if new not in taken:
                return new
            number += 1

    def _rename(self, cell: Cell, new: str) -> None:
        part = cell.part
        if isinstance(part, ToolCallPart):
            field, cell.part = "id", attrs.evolve(part, id=new)
        elif isinstance(part, ToolResultPart):
            field, cell.part = "call_id", attrs.evolve(part, call_id=new)
        else:
            return
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
            kept = [cell for cell in turn.cells if not is_empty_text(cell.part)]
            for cell in turn.cells:
                if cell not in kept:
                    history.lose(
                        _text_code(turn), cell.path, "dropped", severity="cosmetic"
                    )
            self._keep(turn, kept)

    def hoist(self) -> None:
        """Move instructions behind the leading ones."""
        history = self.history
        for turn in list(history.turns):
            if turn.message.role in _SYSTEM:
                if not turn.cells:
                    self._drop_empty(turn)
                    continue
                history.turns.remove(turn)
                history.system.append(turn)
                history.lose(LossCode.SYS_MID, turn.path, "moved", at=turn)

    def _drop_empty(self, turn: Turn) -> None:
        self.history.turns.remove(turn)
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
            code = LossCode.ROLE_ALTERNATION
            history.lose(code, turn.path, "merged", at=before)
            for cell in turn.cells:
                history.lose(code, cell.path, "moved", at=cell)
            history.remove(turn)
            before.cells = [*before.cells, *turn.cells]
            if before.message.role != turn.message.role:
                before.message = attrs.evolve(before.message, role="user")

    def open(self, text: str) -> None:
        """Let the user speak first."""
        history = self.history
        spoken = [t for t in history.turns if t.message.role not in _SYSTEM]
        if not self.rules.user_first or not spoken:
            return
        if spoken[0].message.role == "assistant":
            turn = Turn(Message(role="user", parts=(TextPart(text=text),)))
            history.turns.insert(history.turns.index(spoken[0]), turn)
            history.lose(LossCode.ROLE_ALTERNATION, None, "synthesised", at=turn)

    # --- order ----------------------------------------------------------------------

    def layout(self) -> None:
        """Put the results of every turn where the target wants them."""
        matching = match_results(self._cells())
        turns = list(self.history.turns)
        for i, turn in enumerate(turns):
            answers: list[Cell] = []
            made: list[Cell] = []
            early: list[Cell] = []
            for k, cell in enumerate(turn.cells):
                if not isinstance(cell.part, ToolCallPart):
                    continue
                at = matching.answers.get((i, k))
                if at is None:
                    made.append(self._made(cell.part))
                    continue
                answer = turns[at[0]].cells[at[1]]
                answers.append(answer)
                if at < (i, k):
                    early.append(answer)
            if answers or made:
                self._place(turn, answers, made, early)
        for turn in turns:
            if not turn.cells and turn.message.parts:
                self.history.remove(turn)

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

    def _place(
        self, call: Turn, answers: list[Cell], made: list[Cell], early: list[Cell]
    ) -> None:
        """Put the results of one turn behind it."""
        turns = self.history.turns
        run, last = self._run(call, answers)
        if self.rules.adjacent:
            moving = [cell for cell in answers if cell not in run]
        else:
            moving = early
        for cell in moving:
            self._take(cell)
            self.history.lose(LossCode.TOOL_RESULT_TEXT, cell.path, "moved", at=cell)
        joined = self._joined(run, last)
        if not (moving or made or joined):
            return
        for cell in joined:
            self._take(cell)
        new = [*joined, *moving, *made]
        if last is None:
            turn = Turn(Message(role="tool"))
            turn.cells = new
            turns.insert(turns.index(call) + 1, turn)
            return
        kept = [cell for cell in run if cell in last.cells]
        place = last.cells.index(kept[-1]) + 1
        last.cells = [*last.cells[:place], *new, *last.cells[place:]]

    def _run(self, call: Turn, answers: list[Cell]) -> tuple[list[Cell], Turn | None]:
        """
        Give the results that follow a turn directly.

        Returns:
            The results, and the turn that more of them can be put into: the first
            one where they must stand together, else the last.
        """
        turns = self.history.turns
        run: list[Cell] = []
        home: Turn | None = None
        for turn in turns[turns.index(call) + 1 :]:
            for cell in turn.cells:
                if cell not in answers:
                    return run, home
                run.append(cell)
                if home is None or not self.rules.one_turn:
                    home = turn
        return run, home

    def _joined(self, run: list[Cell], home: Turn | None) -> list[Cell]:
        """Give results in their order that stand in several messages and must not."""
        if not self.rules.one_turn or home is None:
            return []
        turns = [t for t in self.history.turns if any(c in t.cells for c in run)]
        if all(turn.message.role == "tool" for turn in turns):
            return []
        return [cell for cell in run if cell not in home.cells]

    def _take(self, cell: Cell) -> None:
        for turn in self.history.turns:
            if cell in turn.cells:
                turn.cells = [other for other in turn.cells if other is not cell]


def _text_code(turn: Turn) -> LossCode:
    said = turn.message.role == "assistant"
    return LossCode.OUT_TEXT if said else LossCode.IN_TEXT
