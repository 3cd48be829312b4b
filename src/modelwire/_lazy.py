"""
Names of a package that load when they are asked for (PEP 562).

Who uses one part of a package does not pay for the others: an import of all that
`modelwire.ir` exports takes four times as long as one of what a stream decoder needs.
A package keeps its own `__all__`, and its imports for type checkers.

So a module that needs a name only in some calls takes it from the package when it is
called: the codecs of images or speech say `ir.ImageRequest` and `framing.FormPart`, and
who never calls them builds none of their value classes (32 of them, 0.15 ms each).  For
the same reason a pattern that few calls need stands there as text: `re` compiles it
when it is first used, and keeps it.
"""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

__all__ = ["lazy_names"]


def lazy_names(
    package: str, names: Iterable[str], homes: Mapping[str, str]
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """
    Make `__getattr__` and `__dir__` of a package.

    Args:
        package: The package's `__name__`.
        names: What it exports.
        homes: By name, the module that has it: one of this package, or with its full
            name one of another.  A name without a home is a module of this package.

    Returns:
        The two functions; a name that was loaded stays in the package.
    """
    known = frozenset(names)

    def load(name: str) -> Any:
        if name not in known:
            msg = f"module {package!r} has no attribute {name!r}"
            raise AttributeError(msg)
        home = homes.get(name)
        if home is None:
            return importlib.import_module(f"{package}.{name}")
        module = home if "." in home else f"{package}.{home}"
        value = getattr(importlib.import_module(module), name)
        setattr(sys.modules[package], name, value)
        return value

    def listing() -> list[str]:
        return sorted(known)

    return load, listing
