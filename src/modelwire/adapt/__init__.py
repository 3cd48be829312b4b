"""
Adapters: pure, optional steps between decoding a request and encoding it.

A codec alone carries what its wire can carry and reports the rest.  An adapter changes
the request first, so that more of it fits, and reports each change as a loss:
`normalise` repairs histories, `adapt_schemas` rewrites JSON Schema, `with_media` puts
in what the caller fetched, and `Carrier` takes opaque reasoning state through clients
that have no field for it.  Nothing here opens a connection.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from modelwire.adapt._adapted import (
        Adapted as Adapted,
        Adapter as Adapter,
        chain as chain,
    )

__all__ = [
    "Adapted",
    "Adapter",
    "chain",
]

_HOMES: Final[dict[str, str]] = {
    "Adapted": "_adapted",
    "Adapter": "_adapted",
    "chain": "_adapted",
}
"""Where each public name lives."""


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    value = getattr(importlib.import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
