"""
What is wrong with a history: which calls and results belong together, and what a
target refuses.

`history_problems` is useful by itself: a gateway may refuse what it will not repair.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import attrs

from modelwire.adapt._history_rules import HistoryRules, continues, history_rules
from modelwire.codecs._aliases import legal_name
from modelwire.ir._base import Node
from modelwire.ir._messages import Message
from modelwire.ir._parts import Part, TextPart, ToolCallPart, ToolResultPart

if TYPE_CHECKING:
    from modelwire.codecs._profile import Profile
    from modelwire.ir._request import ChatRequest

__all__ = [
    "HistoryProblem",
    "Matching",
    "ProblemKind",
    "history_problems",
    "is_empty_text",
    "is_legal_id",
    "match_results",
    "speaker",
]

ProblemKind: TypeAlias = Literal[
    "unanswered_call",
    "orphan_result",
    "second_result",
    "misplaced_result",
    "repeated_id",
    "illegal_id",
    "empty_text",
    "empty_message",
    "assistant_first",
    "neighbours",
]
"""What is wrong with a part or a message."""

_ANY_CHARACTER: Final = r"\s\S"


@attrs.frozen(kw_only=True, weakref_slot=False, unsafe_hash=False, eq=False, repr=False)
class HistoryProblem(Node):
    """One thing in a history that a target refuses."""

    kind: ProblemKind
    """What it is."""
    path: str
    """The part or message that it is about."""


class Matching:
    """
    Which results answer which calls; keys are (message, part).

    Attributes:
        answers: Each call that is answered, and its result.
        orphans: Results that answer no call.
        seconds: Results of calls that were answered before.
        unanswered: Calls without a result.
    """

    __slots__ = ("answers", "orphans", "seconds", "unanswered")

    def __init__(self) -> None:
        self.answers: dict[tuple[int, int], tuple[int, int]] = {}
        self.orphans: list[tuple[int, int]] = []
        self.seconds: list[tuple[int, int]] = []
        self.unanswered: list[tuple[int, int]] = []


def match_results(messages: Sequence[Sequence[Part]]) -> Matching:
    """
    Find the call of every result.

    Args:
        messages: The parts of each message.

    Returns:
        A result answers the first unanswered call before it that has its id, or else
        the first one behind it.  One without an id answers the first call without one
        before it, of the same tool if it names one.
    """
    out = Matching()
    queues: dict[tuple[str, str | None], deque[tuple[int, int]]] = {}
    calls: list[tuple[int, int]] = []
    for i, parts in enumerate(messages):
        for k, part in enumerate(parts):
            if isinstance(part, ToolCallPart):
                calls.append((i, k))
                queues.setdefault((part.id, None), deque()).append((i, k))
                if not part.id:
                    queues.setdefault(("", part.name), deque()).append((i, k))
    for i, parts in enumerate(messages):
        for k, part in enumerate(parts):
            if not isinstance(part, ToolResultPart):
                continue
            id_ = part.call_id
            queue = queues.get((id_, None if id_ else part.name))
            while queue and queue[0] in out.answers:
                queue.popleft()
            if queue and (id_ or queue[0] < (i, k)):
                out.answers[queue.popleft()] = (i, k)
            elif id_ and queue is not None:
                out.seconds.append((i, k))
            else:
                out.orphans.append((i, k))
    out.unanswered = [call for call in calls if call not in out.answers]
    return out


def speaker(message: Message) -> str:
    """Give whose turn a message is: results are the user's."""
    return "user" if message.role == "tool" else message.role


def is_empty_text(part: Part) -> bool:
    """Say whether a part is a text that says nothing and carries nothing."""
    return (
        isinstance(part, TextPart)
        and not part.text
        and part.signature is None
        and not part.extra
    )


def is_legal_id(id_: str, rules: HistoryRules) -> bool:
    """Say whether a target takes a call id; an encoder gives one to calls without."""
    return not id_ or id_ == legal_name(
        id_, charset=rules.id_charset or _ANY_CHARACTER, limit=rules.id_limit
    )


def history_problems(
    request: ChatRequest,
    target: str,
    *,
    profile: Profile | None = None,
    rules: HistoryRules | None = None,
) -> tuple[HistoryProblem, ...]:
    """
    Say what a target refuses in a request's history.

    Args:
        request: The request.
        target: The dialect that it is for.
        profile: The variant; `None`: the usual one.
        rules: Other rules than those of *target*.

    Returns:
        The problems, by message; empty when the history is legal.
    """
    found = _Checker(request, rules or history_rules(target, profile)).all()
    return tuple(sorted(found, key=lambda problem: _order(problem.path)))


def _order(path: str) -> tuple[int, ...]:
    numbers = [word.partition("]")[0] for word in path.split("[")[1:]]
    return tuple(int(number) for number in numbers)


class _Checker:
    def __init__(self, request: ChatRequest, rules: HistoryRules) -> None:
        self.messages = messages = request.messages
        self.rules = rules
        self.continues = continues(request, rules)
        self.matching = match_results([message.parts for message in messages])

    def all(self) -> Iterator[HistoryProblem]:
        """Give every problem."""
        found = self.matching
        yield from self._at("unanswered_call", found.unanswered)
        if not self.continues:
            yield from self._at("orphan_result", found.orphans)
        yield from self._at("second_result", found.seconds)
        yield from self._at("misplaced_result", self._misplaced())
        yield from self._ids()
        yield from self._turns()

    def _at(
        self, kind: ProblemKind, places: Sequence[tuple[int, int]]
    ) -> Iterator[HistoryProblem]:
        for i, k in places:
            yield HistoryProblem(kind=kind, path=f"$.messages[{i}].parts[{k}]")

    def _misplaced(self) -> list[tuple[int, int]]:
        wrong = [
            result for call, result in self.matching.answers.items() if result < call
        ]
        if not self.rules.adjacent:
            return wrong
        expected: dict[int, set[tuple[int, int]]] = {}
        for call, result in self.matching.answers.items():
            expected.setdefault(call[0], set()).add(result)
        early = set(wrong)
        for i, results in expected.items():
            wrong += sorted(results - set(self._behind(i, results)) - early)
        return wrong

    def _behind(
        self, place: int, expected: set[tuple[int, int]]
    ) -> list[tuple[int, int]]:
        """Give the expected results that follow a message directly."""
        run: list[tuple[int, int]] = []
        for i in range(place + 1, len(self.messages)):
            if not self.messages[i].parts and self.rules.empty_messages:
                return run  # it says nothing, but it is written
            for k in range(len(self.messages[i].parts)):
                if (i, k) not in expected:
                    return run
                if self.rules.one_turn and run and not self._joins(run[-1][0], i):
                    return run
                run.append((i, k))
        return run

    def _joins(self, a: int, b: int) -> bool:
        """Say whether the results of two messages will stand in one."""
        return a == b or self.messages[a].role == self.messages[b].role == "tool"

    def _ids(self) -> Iterator[HistoryProblem]:
        seen: set[str] = set()
        for i, message in enumerate(self.messages):
            for k, part in enumerate(message.parts):
                if not isinstance(part, ToolCallPart) or not part.id:
                    continue
                path = f"$.messages[{i}].parts[{k}]"
                if part.id in seen:
                    yield HistoryProblem(kind="repeated_id", path=path)
                elif not is_legal_id(part.id, self.rules):
                    yield HistoryProblem(kind="illegal_id", path=path)
                seen.add(part.id)

    def _turns(self) -> Iterator[HistoryProblem]:
        rules, messages = self.rules, self.messages
        before: str | None = None
        for i, message in enumerate(messages):
            path = f"$.messages[{i}]"
            if not rules.empty_text:
                for k, part in enumerate(message.parts):
                    if is_empty_text(part):
                        yield HistoryProblem(
                            kind="empty_text", path=f"{path}.parts[{k}]"
                        )
            prefill = message.role == "assistant" and i == len(messages) - 1
            if not message.parts and not rules.empty_messages and not prefill:
                yield HistoryProblem(kind="empty_message", path=path)
            who = speaker(message)
            if who == before and who in rules.merge:
                yield HistoryProblem(kind="neighbours", path=path)
            before = who
        spoken = [
            (i, message)
            for i, message in enumerate(messages)
            if message.role not in ("system", "developer")
        ]
        first = spoken[0][1].role if spoken and not self.continues else None
        if rules.user_first and first == "assistant":
            yield HistoryProblem(
                kind="assistant_first", path=f"$.messages[{spoken[0][0]}]"
            )
