"""
Where results stand: directly behind their calls, or at least not before them.

One walk over the history.  Parts know which turn they are in, and a turn is cleared of
those that have left it at the end, so that the cost is that of the history however
many results move.
"""

from __future__ import annotations

from collections.abc import Callable

from modelwire.adapt._history_check import match_results
from modelwire.adapt._history_rules import HistoryRules
from modelwire.adapt._history_turns import Cell, History, Turn
from modelwire.ir._losses import LossCode
from modelwire.ir._messages import Message
from modelwire.ir._parts import ToolCallPart

__all__ = ["lay_out"]


def lay_out(
    history: History, rules: HistoryRules, make: Callable[[ToolCallPart], Cell]
) -> None:
    """
    Put the results of every turn where the target wants them.

    Args:
        history: The history, whose results all answer a call.
        rules: What the target takes.
        make: Makes the result of a call that no one answered.
    """
    _Layout(history, rules).run(make)


class _Layout:
    def __init__(self, history: History, rules: HistoryRules) -> None:
        self.history = history
        self.rules = rules
        self.turns = history.turns
        self.homes = {id(cell): turn for turn in self.turns for cell in turn.cells}
        """The turn that each part is in by now."""
        self.behind: dict[int, list[Turn]] = {}
        """New turns, by the turn that they follow."""

    def run(self, make: Callable[[ToolCallPart], Cell]) -> None:
        """Go through the calls of each turn."""
        cells = [list(turn.cells) for turn in self.turns]
        answers_of = match_results([[cell.part for cell in row] for row in cells])
        for i, row in enumerate(cells):
            answers: list[Cell] = []
            made: list[Cell] = []
            early: list[Cell] = []
            for k, cell in enumerate(row):
                if not isinstance(cell.part, ToolCallPart):
                    continue
                at = answers_of.answers.get((i, k))
                if at is None:
                    made.append(make(cell.part))
                    continue
                answer = cells[at[0]][at[1]]
                answers.append(answer)
                if at < (i, k):
                    early.append(answer)
            if answers or made:
                self._place(i, answers, made, early)
        for turn in self.turns:
            turn.cells = [c for c in turn.cells if self._is_home(c, turn)]
            if not turn.cells and turn.message.parts:
                self.history.remove(turn)
        self.history.settle(self.behind)

    def _is_home(self, cell: Cell, turn: Turn) -> bool:
        return self.homes[id(cell)] is turn

    def _place(
        self, number: int, answers: list[Cell], made: list[Cell], early: list[Cell]
    ) -> None:
        """Put the results of one turn behind it."""
        run, last = self._run(number, {id(cell) for cell in answers})
        there = {id(cell) for cell in run}
        moving = early
        if self.rules.adjacent:
            moving = [cell for cell in answers if id(cell) not in there]
        for cell in moving:
            self.history.lose(LossCode.TOOL_RESULT_TEXT, cell.path, "moved", at=cell)
        new = [*self._joined(run, last), *moving, *made]
        if not new:
            return
        if last is None:
            last = Turn(Message(role="tool"))
            last.cells = new
            self.behind[id(self.turns[number])] = [last]
        else:
            coming = {id(cell) for cell in new}
            stay = [
                cell
                for cell in last.cells
                if self._is_home(cell, last) and id(cell) not in coming
            ]
            place = 1 + max(n for n, cell in enumerate(stay) if id(cell) in there)
            last.cells = [*stay[:place], *new, *stay[place:]]
        for cell in new:
            self.homes[id(cell)] = last

    def _run(self, number: int, answers: set[int]) -> tuple[list[Cell], Turn | None]:
        """
        Give the results that follow a turn directly.

        Returns:
            The results, and the turn that more of them can be put into: the first
            one where they must stand together, else the last.
        """
        run: list[Cell] = []
        home: Turn | None = None
        for n in range(number + 1, len(self.turns)):
            turn = self.turns[n]
            if not turn.cells and not turn.message.parts:
                return run, home  # an empty message that is written
            for cell in turn.cells:
                if not self._is_home(cell, turn):
                    continue
                if id(cell) not in answers:
                    return run, home
                run.append(cell)
                if home is None or not self.rules.one_turn:
                    home = turn
        return run, home

    def _joined(self, run: list[Cell], home: Turn | None) -> list[Cell]:
        """Give results in their order that stand in several messages and must not."""
        if not self.rules.one_turn or home is None:
            return []
        turns = [self.homes[id(cell)] for cell in run]
        if all(turn.message.role == "tool" for turn in turns):
            return []
        return [cell for cell, turn in zip(run, turns, strict=True) if turn is not home]
