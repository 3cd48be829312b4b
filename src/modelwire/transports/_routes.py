"""Which upstream answers for a model: rules in order, the first that fits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any, Self

import attrs

from modelwire.errors import LocalError

__all__ = ["Destination", "Routes", "Rule"]


@attrs.frozen
class Destination:
    """Where a request goes."""

    upstream: str
    """The upstream's name."""
    model: str
    """The model's name there."""


@attrs.frozen
class Rule:
    """One line of a routing table."""

    pattern: str
    """A model's name as clients say it; `*` stands for any characters."""
    upstream: str
    """The upstream's name."""
    model: str | None = None
    """The model's name there; `None`: as the client says it."""

    def destination(self, model: str) -> Destination | None:
        """Give where *model* goes, where the rule fits."""
        if not fnmatchcase(model, self.pattern):
            return None
        return Destination(self.upstream, self.model or model)


@attrs.frozen
class Routes:
    """A routing table."""

    rules: tuple[Rule, ...] = ()
    """The rules, in order."""

    @classmethod
    def to(cls, upstream: str) -> Self:
        """Give the table that sends every model to one upstream."""
        return cls((Rule("*", upstream),))

    @classmethod
    def of(cls, table: Mapping[str, Any]) -> Self:
        """
        Read a table.

        Args:
            table: Pattern to upstream, or to `{"upstream": …, "model": …}`.

        Returns:
            The rules, in the table's order.

        Raises:
            LocalError: An entry is neither.
        """
        return cls(tuple(_rule(name, value) for name, value in table.items()))

    def destination(self, model: str) -> Destination | None:
        """
        Give where a model goes.

        Args:
            model: Its name as the client says it.

        Returns:
            The first rule's destination; `None`: no rule fits.
        """
        for rule in self.rules:
            found = rule.destination(model)
            if found is not None:
                return found
        return None

    def names(self) -> tuple[str, ...]:
        """Give the models that rules name in full, in order."""
        return tuple(r.pattern for r in self.rules if not set(r.pattern) & set("*?["))

    def check(self, upstreams: Iterable[str]) -> None:
        """Raise `LocalError` for a rule that names no upstream."""
        known = set(upstreams)
        for rule in self.rules:
            if rule.upstream not in known:
                msg = f"the route {rule.pattern!r} names no upstream"
                raise LocalError(msg)


def _rule(pattern: str, value: Any) -> Rule:
    if isinstance(value, str):
        return Rule(pattern, value)
    if isinstance(value, Mapping) and isinstance(value.get("upstream"), str):
        model = value.get("model")
        left = set(value) - {"upstream", "model"}
        if not left and (model is None or isinstance(model, str)):
            return Rule(pattern, value["upstream"], model)
    msg = f"the route {pattern!r} names an upstream, or an upstream and a model"
    raise LocalError(msg)
