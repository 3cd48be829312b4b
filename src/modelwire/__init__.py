"""
modelwire: sans-IO protocol codecs for language-model APIs.

Pure functions turn a canonical model (`modelwire.ir`) into a provider's request
bytes; incremental decoders are fed response bytes and give chunks or native events;
the same dialects are spoken from the server's side, so any dialect translates to any
other (`modelwire.translate`).  The names below load when they are first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from modelwire import (
        codecs as codecs,
        errors as errors,
        ir as ir,
        sse as sse,
        translate as translate,
        translate_operations as translate_operations,
    )

__all__ = [
    "__version__",
    "codecs",
    "errors",
    "ir",
    "sse",
    "translate",
    "translate_operations",
]

__version__: Final = "0.1.0"

_SUBMODULES: Final = frozenset(
    {"codecs", "errors", "ir", "sse", "translate", "translate_operations"}
)


def __getattr__(name: str) -> Any:
    if name in _SUBMODULES:
        return importlib.import_module(f"{__name__}.{name}")
    msg = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(msg)


def __dir__() -> list[str]:
    return sorted(__all__)
