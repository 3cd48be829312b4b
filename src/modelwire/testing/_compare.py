"""
What differs between two IR values, as paths: the measure of a translation.

`compare` walks both values side by side.  Lists (messages, parts, tools, choices,
annotations, …) are aligned in order, so that one dropped message is one removal and
not a change of everything behind it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeAlias, get_args

import attrs

from modelwire.ir._base import Node
from modelwire.ir._messages import Message
from modelwire.ir._parts import Annotation, Part, ServerToolCallPart, ToolCallPart
from modelwire.ir._request import ChatRequest
from modelwire.ir._response import Choice
from modelwire.ir._tools import Tool
from modelwire.testing._align import Pairs, align
from modelwire.testing._canonical import Places, equal_arguments

__all__ = [
    "Added",
    "Changed",
    "Difference",
    "Removed",
    "compare",
    "compare_moved",
    "compare_placed",
]


@attrs.frozen(kw_only=True, weakref_slot=False, unsafe_hash=False)
class Removed(Node):
    """It stands in the first value and nowhere in the second."""

    path: str
    """Where it stood."""
    owed: bool = True
    """Whether a loss must account for it; not for a node whose fields say it all."""


@attrs.frozen(kw_only=True, weakref_slot=False, unsafe_hash=False)
class Added(Node):
    """It stands in the second value and nowhere in the first."""

    to: str
    """Where it stands now."""
    path: str
    """The same place in the first value; `[+]` for an item that its list lacks."""
    owed: bool = True
    """Whether a loss must account for it; not for a node whose fields say it all."""


@attrs.frozen(kw_only=True, weakref_slot=False, unsafe_hash=False)
class Changed(Node):
    """It stands in both and differs."""

    path: str
    """Where it stood."""
    to: str
    """Where it stands now."""
    owed: bool = True
    """Whether a loss must account for it; not for two spellings of one value."""


Difference: TypeAlias = Removed | Added | Changed
"""One leaf that differs, or one whole part, tool, choice or annotation."""

_UNITS: Final = frozenset({*get_args(Part), *get_args(Tool), Choice, Annotation})
"""Classes whose removal is a difference of its own beside those of its fields."""


def compare(x: Any, y: Any) -> list[Difference]:
    """
    Give the differences between two IR values.

    Args:
        x: The first value: a request, a response, or any part of one.
        y: The second value.

    Returns:
        Differences at leaf fields, in the order of the walk.  What is removed or
        added whole gives itself and each field that is set in it; *itself* is owed a
        loss when it is a part, tool, choice or annotation, or has no such field.
        Fields outside equality (`raw` of chunks and usage) are not compared.
    """
    return compare_placed(x, y, {}, {})


def compare_placed(
    x: Any,
    y: Any,
    x_places: Places,
    y_places: Places,
    *,
    gone: frozenset[str] = frozenset(),
    came: frozenset[str] = frozenset(),
) -> list[Difference]:
    """
    Compare values that were regrouped, with the paths of before that.

    Args:
        x: The first value.
        y: The second value.
        x_places: Where the items of *x* stood (`testing._canonical.regrouped`).
        y_places: The same for *y*.
        gone: Paths of items of *x* that are known to have no counterpart in *y*, so
            that a similar neighbour is not taken for one.
        came: Paths of items of *y* that are known to have no counterpart in *x*.

    Returns:
        As `compare`.
    """
    walk = _Walk(x_places, y_places, gone, came)
    walk.value("$", x, "$", y)
    return walk.out


def compare_moved(px: str, x: Any, py: str, y: Any) -> list[Difference]:
    """
    Compare an item with what it became in another place.

    Args:
        px: Where it stood.
        x: What stood there.
        py: Where it stands now.
        y: What stands there.

    Returns:
        As `compare`; none of them is owed a loss, for that it moved is one.
    """
    walk = _Walk({}, {}, frozenset(), frozenset())
    walk.value(px, x, py, y)
    return [attrs.evolve(found, owed=False) for found in walk.out]


class _Walk:
    def __init__(
        self,
        x_places: Places,
        y_places: Places,
        gone: frozenset[str],
        came: frozenset[str],
    ) -> None:
        self.x_places = x_places
        self.y_places = y_places
        self.gone = gone
        self.came = came
        self.out: list[Difference] = []

    def value(self, px: str, x: Any, py: str, y: Any) -> None:
        if x is y:
            return
        if _is_empty(x) != _is_empty(y):
            if _is_empty(x):
                self.added(px, py, y)
            else:
                self.removed(px, x)
        elif type(x) is type(y) and attrs.has(type(x)):
            self.fields(px, x, py, y)
        elif isinstance(x, tuple) and isinstance(y, tuple):
            xs = [f"{px}[{number}]" for number in range(len(x))]
            ys = [f"{py}[{number}]" for number in range(len(y))]
            self.items(px, x, xs, y, ys)
        elif isinstance(x, Mapping) and isinstance(y, Mapping):
            self.mapping(px, x, py, y, quoted=False)
        elif isinstance(x, list) and isinstance(y, list) and len(x) == len(y):
            for number, (a, b) in enumerate(zip(x, y, strict=True)):
                self.value(f"{px}[{number}]", a, f"{py}[{number}]", b)
        elif not _is_same(x, y):
            self.out.append(Changed(path=px, to=py))
            if attrs.has(type(x)) and attrs.has(type(y)):
                self.shared(px, x, py, y)

    def fields(self, px: str, x: Any, py: str, y: Any) -> None:
        for name in _compared(type(x)):
            a, b = getattr(x, name), getattr(y, name)
            fx, fy = f"{px}.{name}", f"{py}.{name}"
            if name == "extra":
                self.mapping(fx, a or {}, fy, b or {}, quoted=True)
            elif name in ("messages", "system") and isinstance(x, ChatRequest):
                self.messages(fx, a, fy, b)
            elif (
                name == "arguments"
                and a != b
                and isinstance(x, ToolCallPart | ServerToolCallPart)
            ):
                same = equal_arguments(x, y)
                self.out.append(Changed(path=fx, to=fy, owed=not same))
            else:
                self.value(fx, a, fy, b)

    def shared(self, px: str, x: Any, py: str, y: Any) -> None:
        """Compare two nodes of different classes field by field; it is not owed."""
        before, self.out = self.out, []
        ours, theirs = _compared(type(x)), _compared(type(y))
        for name in ours:
            if name in theirs:
                a, b = getattr(x, name), getattr(y, name)
                self.value(f"{px}.{name}", a, f"{py}.{name}", b)
        for name, item in _leaves(x):
            if name not in theirs:
                self.removed(f"{px}.{name}", item)
        for name, item in _leaves(y):
            if name not in ours:
                self.added(f"{px}.{name}", f"{py}.{name}", item)
        before += [attrs.evolve(found, owed=False) for found in self.out]
        self.out = before

    def messages(self, px: str, x: Any, py: str, y: Any) -> None:
        """Compare lists of messages, which may have been regrouped."""
        xs, x_parts = _places(self.x_places, px, x)
        ys, y_parts = _places(self.y_places, py, y)
        of_x = [_is_known(path, x_parts[n], self.gone) for n, path in enumerate(xs)]
        of_y = [_is_known(path, y_parts[n], self.came) for n, path in enumerate(ys)]
        for i, j in _aligned(x, y, of_x, of_y):
            if j is None and i is not None:
                self.removed_message(xs[i], x[i], x_parts[i])
            elif i is None and j is not None:
                self.added_message(f"{px}[+]", ys[j], y[j], y_parts[j])
            else:
                assert i is not None  # noqa: S101 - one of a pair is there
                assert j is not None  # noqa: S101
                for name in _compared(Message):
                    a, b = getattr(x[i], name), getattr(y[j], name)
                    fx, fy = f"{xs[i]}.{name}", f"{ys[j]}.{name}"
                    if name == "parts":
                        self.items(fx, a, x_parts[i], b, y_parts[j])
                    elif name == "extra":
                        self.mapping(fx, a, fy, b, quoted=True)
                    else:
                        self.value(fx, a, fy, b)

    def removed_message(self, path: str, message: Message, parts: list[str]) -> None:
        bare = attrs.evolve(message, parts=())
        about = _expand(path, bare)
        # A message that says nothing but its parts is gone when they are.
        about[0] = (path, not parts and len(about) == 1)
        self.out += [Removed(path=leaf, owed=owed) for leaf, owed in about]
        for part_path, part in zip(parts, message.parts, strict=True):
            self.removed(part_path, part)

    def added_message(
        self, px: str, to: str, message: Message, parts: list[str]
    ) -> None:
        bare = attrs.evolve(message, parts=())
        about = _expand(to, bare)
        about[0] = (to, not parts and len(about) == 1)
        befores = [before for before, _ in _expand(px, bare)]
        self.out += [
            Added(to=leaf, path=before, owed=owed)
            for (leaf, owed), before in zip(about, befores, strict=True)
        ]
        for part_to, part in zip(parts, message.parts, strict=True):
            self.added(f"{px}.parts[+]", part_to, part)

    def items(self, px: str, x: Any, xs: list[str], y: Any, ys: list[str]) -> None:
        of_x = [path in self.gone for path in xs]
        of_y = [path in self.came for path in ys]
        for i, j in _aligned(x, y, of_x, of_y):
            if j is None and i is not None:
                self.removed(xs[i], x[i])
            elif i is None and j is not None:
                self.added(f"{px}[+]", ys[j], y[j])
            else:
                assert i is not None  # noqa: S101 - one of a pair is there
                assert j is not None  # noqa: S101
                self.value(xs[i], x[i], ys[j], y[j])

    def mapping(
        self,
        px: str,
        x: Mapping[str, Any],
        py: str,
        y: Mapping[str, Any],
        *,
        quoted: bool,
    ) -> None:
        for key in {**x, **y}:
            fx, fy = _key(px, key, quoted=quoted), _key(py, key, quoted=quoted)
            if key not in y:
                self.removed(fx, x[key])
            elif key not in x:
                self.added(fx, fy, y[key])
            else:
                self.value(fx, x[key], fy, y[key])

    def removed(self, path: str, value: Any) -> None:
        self.out += [
            Removed(path=leaf, owed=owed) for leaf, owed in _expand(path, value)
        ]

    def added(self, path: str, to: str, value: Any) -> None:
        befores = _expand(path, value)
        self.out += [
            Added(to=leaf, path=before, owed=owed)
            for (leaf, owed), (before, _) in zip(
                _expand(to, value), befores, strict=True
            )
        ]


def _is_known(path: str, parts: list[str], known: frozenset[str]) -> bool:
    """Say whether a message is known to have no counterpart, itself or its parts."""
    return path in known or (bool(parts) and known.issuperset(parts))


def _aligned(x: Any, y: Any, of_x: list[bool], of_y: list[bool]) -> Pairs:
    """Align two lists; what *of_x* or *of_y* marks is paired with nothing."""
    if not any(of_x) and not any(of_y):
        return align(x, y)
    xs = [number for number, known in enumerate(of_x) if not known]
    ys = [number for number, known in enumerate(of_y) if not known]
    pairs = [
        (None if i is None else xs[i], None if j is None else ys[j])
        for i, j in align([x[n] for n in xs], [y[n] for n in ys])
    ]
    gone: Pairs = [(number, None) for number, known in enumerate(of_x) if known]
    came: Pairs = [(None, number) for number, known in enumerate(of_y) if known]
    return [*gone, *pairs, *came]


def _expand(path: str, value: Any) -> list[tuple[str, bool]]:
    """Give the paths of what is there on one side only, and whether each is owed."""
    leaves = list(_leaves_of(path, value))
    if not attrs.has(type(value)):
        return leaves or [(path, True)]
    return [(path, type(value) in _UNITS or not leaves), *leaves]


def _leaves_of(path: str, value: Any) -> Iterator[tuple[str, bool]]:
    if attrs.has(type(value)):
        skip = ("role",) if isinstance(value, Message) else ()
        for name, item in _leaves(value, skip=skip):
            if name == "extra":
                for dialect, fields in item.items():
                    yield from _expand(f"{path}.extra[{dialect!r}]", fields)
            else:
                yield from _expand(f"{path}.{name}", item)
    elif isinstance(value, tuple):
        for number, item in enumerate(value):
            yield from _expand(f"{path}[{number}]", item)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _expand(f"{path}.{key}", item)


def _leaves(value: Any, *, skip: tuple[str, ...] = ()) -> list[tuple[str, Any]]:
    """Give the fields of a node that say something."""
    found = []
    for field in attrs.fields(type(value)):
        if field.eq is False or field.name in skip:
            continue
        item = getattr(value, field.name)
        if not _is_empty(item) and not (
            field.default is not attrs.NOTHING and _is_same(item, field.default)
        ):
            found.append((field.name, item))
    return found


def _places(
    places: Places, path: str, messages: tuple[Message, ...]
) -> tuple[list[str], list[list[str]]]:
    paths = places.get(path)
    if paths is None:
        paths = [f"{path}[{number}]" for number in range(len(messages))]
    parts = []
    for number, message in enumerate(messages):
        found = places.get(f"{path}#{number}")
        if found is None:
            count = len(message.parts)
            found = [f"{paths[number]}.parts[{n}]" for n in range(count)]
        parts.append(found)
    return paths, parts


def _compared(cls: type) -> list[str]:
    return [field.name for field in attrs.fields(cls) if field.eq is not False]


def _key(path: str, key: str, *, quoted: bool) -> str:
    # The form of `LossLog`: dialects quoted, wire fields verbatim.
    return f"{path}[{key!r}]" if quoted else f"{path}.{key}"


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, tuple | dict) and not value)


def _is_same(x: Any, y: Any) -> bool:
    return bool(x == y) and isinstance(x, bool) == isinstance(y, bool)
