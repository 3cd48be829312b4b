"""Every fuzz target, and how its inputs are found."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType
from typing import Final

__all__ = ["CORPUS", "DICTIONARIES", "FINDINGS", "TARGETS", "kept", "load"]

TARGETS: Final = (
    "fuzz_sse",
    "fuzz_framing",
    "fuzz_stream_decoders",
    "fuzz_requests",
    "fuzz_translate",
    "fuzz_carrier",
    "fuzz_ir_json",
    "fuzz_values",
)
"""
Modules with `SEEDS` (bytes that make sense) and `check(data)`, which raises when the
invariant that the module opens with does not hold.
"""

CORPUS: Final = Path(__file__).with_name("corpus")
"""Kept inputs, `corpus/<target>/*`: each reached code that no other one did."""
DICTIONARIES: Final = Path(__file__).with_name("dictionaries")
"""Words that inputs are made of, in libFuzzer's format: `<target>.dict`."""
FINDINGS: Final = Path(__file__).with_name("findings")
"""Inputs that broke an invariant; not kept in the repository."""


def load(name: str) -> ModuleType:
    """Import a target; this folder must be on the path."""
    return importlib.import_module(name)


def kept(name: str) -> list[bytes]:
    """Give the kept inputs of a target, by name."""
    folder = CORPUS / name
    paths = sorted(folder.iterdir()) if folder.is_dir() else []
    return [path.read_bytes() for path in paths]
