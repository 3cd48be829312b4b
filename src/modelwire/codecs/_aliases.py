"""
Tool names and call ids that a target takes: legal, deterministic, reversible.

`legal_name` makes one name legal and depends on that name alone, so that the same
tool has the same name in every turn and in every process.  An `AliasBook` does it for
a whole request, keeps two sources from meeting in one target, and gives the `Aliases`
that bring the names of the answer home.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Final

from modelwire import ir  # for loss codes, which load when there is a loss
from modelwire.codecs._base import NO_ALIASES, Aliases

if TYPE_CHECKING:
    from modelwire.codecs._losses import LossLog

__all__ = ["NAME_CHARSET", "AliasBook", "legal_name", "renamed_tool"]

NAME_CHARSET: Final = "a-zA-Z0-9_-"
"""The characters of tool names and call ids at OpenAI, Anthropic and Bedrock."""

_HASH_LENGTH: Final = 10
_FNV_OFFSET: Final = 0xCBF29CE484222325
_FNV_PRIME: Final = 0x100000001B3
_MASK: Final = (1 << 64) - 1

_ILLEGAL: Final[dict[str, re.Pattern[str]]] = {}


def _illegal(charset: str) -> re.Pattern[str]:
    """Compile the pattern of the characters that *charset* leaves out, once."""
    pattern = _ILLEGAL.get(charset)
    if pattern is None:
        pattern = _ILLEGAL[charset] = re.compile(f"[^{charset}]")
    return pattern


def _digest(text: str) -> str:
    # FNV-1a over the UTF-8 bytes: names are short, and hashlib costs more to import
    # than this whole module.  It need not resist attacks: AliasBook checks for
    # collisions.
    value = _FNV_OFFSET
    for byte in text.encode("utf-8", "surrogatepass"):
        value = ((value ^ byte) * _FNV_PRIME) & _MASK
    return f"{value:016x}"[-_HASH_LENGTH:]


def legal_name(
    name: str, *, charset: str = NAME_CHARSET, limit: int | None = 64
) -> str:
    """
    Make *name* legal for a target; a legal name comes back as it is.

    Args:
        name: The source's name or id.
        charset: The legal characters, as the inside of a regular expression's class.
        limit: Most characters; `None`: no limit.

    Returns:
        *name*, or its legal characters (others become `_`) with a hash of the whole
        name behind them.  The result depends on *name* and the rules alone.
    """
    pattern = _illegal(charset)
    if name and (limit is None or len(name) <= limit) and not pattern.search(name):
        return name
    return _changed(name, name, pattern, limit)


def _changed(
    name: str, hashed: str, pattern: re.Pattern[str], limit: int | None
) -> str:
    stem = pattern.sub("_", name)
    if limit is not None:
        stem = stem[: max(0, limit - _HASH_LENGTH - 1)]
    made = f"{stem}_{_digest(hashed)}"
    return made if limit is None else made[-limit:]


class _Side:
    """One kind of names (tool names, or call ids) in one request."""

    __slots__ = ("charset", "exact", "limit", "made", "sources")

    def __init__(self, charset: str, limit: int | None) -> None:
        self.charset = charset
        self.limit = limit
        self.exact = False
        """Whether a name has exactly *limit* characters."""
        self.made: dict[str, str] = {}
        """Source to target."""
        self.sources: dict[str, str] = {}
        """Target to source."""

    def reserve(self, names: Iterable[str]) -> None:
        """Let legal names keep themselves, whatever comes before them."""
        wanted = dict.fromkeys(names)
        if self._are_legal(wanted):
            kept = dict(zip(wanted, wanted, strict=True))
        else:
            kept = {name: name for name in wanted if self._legal(name) == name}
        self.made.update(kept)
        self.sources.update(kept)

    def _are_legal(self, names: Collection[str]) -> bool:
        """Say whether all of *names* are legal, which nearly always they are."""
        if "" in names or _illegal(self.charset).search("".join(names)):
            return False
        lengths = set(map(len, names))
        if self.exact:
            return lengths <= {self.limit}
        return self.limit is None or not lengths or max(lengths) <= self.limit

    def legal(self, name: str) -> str:
        """Give the target's name of *name*, the same every time."""
        target = self.made.get(name)
        if target is None:
            target = self._legal(name)
            salt = 0
            while self.sources.get(target, name) != name:
                salt += 1
                target = _changed(
                    name, f"{name}\0{salt}", _illegal(self.charset), self.limit
                )
            self.made[name] = target
            self.sources[target] = name
        return target

    def _legal(self, name: str) -> str:
        if self.exact and len(name) != self.limit:
            return _changed(name, name, _illegal(self.charset), self.limit)
        return legal_name(name, charset=self.charset, limit=self.limit)

    def changed(self) -> dict[str, str]:
        """Give target to source of the names that had to change."""
        return {new: old for new, old in self.sources.items() if new != old}


class AliasBook:
    """
    Hands out the target's tool names and call ids of one request.

    Invariants:
        The same source gives the same target; two sources never share a target; a
        name that is legal and was reserved keeps itself.
    """

    __slots__ = ("_custom", "_ids", "_names")

    def __init__(
        self,
        *,
        name_charset: str = NAME_CHARSET,
        name_limit: int | None = 64,
        id_charset: str | None = NAME_CHARSET,
        id_limit: int | None = None,
        id_exact: bool = False,
    ) -> None:
        """
        Take the rules of a target.

        Args:
            name_charset: The characters of a tool's name.
            name_limit: Most characters of it.
            id_charset: The characters of a call's id; `None`: any id is legal.
            id_limit: Most characters of it.
            id_exact: Whether an id has exactly that many.
        """
        self._names = _Side(name_charset, name_limit)
        self._ids = None if id_charset is None else _Side(id_charset, id_limit)
        if self._ids is not None:
            self._ids.exact = id_exact
        self._custom: set[str] = set()

    def reserve(self, names: Iterable[str] = (), call_ids: Iterable[str] = ()) -> None:
        """
        Let the legal ones of *names* and *call_ids* keep themselves.

        Called once, before the first rename, so that a renamed tool cannot take the
        name of a later one.
        """
        self._names.reserve(names)
        if self._ids is not None:
            self._ids.reserve(call_ids)

    def name(self, source: str) -> str:
        """Give the target's name of the tool *source*."""
        return self._names.legal(source)

    def call_id(self, source: str) -> str:
        """Give the target's id of the call *source*."""
        return source if self._ids is None else self._ids.legal(source)

    def keeps_name(self, source: str) -> bool:
        """Say whether the tool *source*, which has been seen, keeps its name."""
        return self._names.made.get(source) == source

    def keeps_call(self, source: str) -> bool:
        """Say whether the call *source* has been seen and keeps its id."""
        if self._ids is None:
            return source != ""
        return self._ids.made.get(source) == source

    def custom(self, source: str) -> str:
        """Give the name of a free-text tool that is declared as a function."""
        target = self._names.legal(source)
        self._custom.add(target)
        return target

    def aliases(self) -> Aliases:
        """
        Give what was renamed, target to source.

        Returns:
            `NO_ALIASES` when nothing was.
        """
        names = self._names.changed()
        call_ids = {} if self._ids is None else self._ids.changed()
        if not (names or call_ids or self._custom):
            return NO_ALIASES
        return Aliases(names=names, call_ids=call_ids, custom=frozenset(self._custom))


def renamed_tool(name: str, path: str, log: LossLog, book: AliasBook) -> str:
    """
    Give the target's name of a tool, and record it where it is another.

    Args:
        name: The source's name.
        path: The place of what has the name.
        log: Where losses go.
        book: Where renamed tools are noted.

    Returns:
        The name.
    """
    new = book.name(name)
    if new != name:
        log.add(
            ir.LossCode.TOOL_NAME_CHARSET,
            f"{path}.name",
            "approximated",
            severity="cosmetic",
            detail=f"became {new}",
        )
    return new
