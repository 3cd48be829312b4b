"""How large an install is, from what its packages say they installed."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

__all__ = ["sizes"]

_REQUIREMENT = re.compile(r"^([A-Za-z0-9._-]+)\s*(?:\[([^\]]*)\])?")
_EXTRA = re.compile(r"""extra\s*==\s*['"]([^'"]+)['"]""")


def _named(requirement: str) -> tuple[str, frozenset[str]]:
    """Split `google-auth[requests]>=2` into the name and its extras."""
    found = _REQUIREMENT.match(requirement)
    if found is None:
        return "", frozenset()
    extras = (found[2] or "").replace(" ", "").split(",")
    return found[1], frozenset(filter(None, extras))


def _needed(package: str, extras: frozenset[str]) -> Iterable[str]:
    for requirement in metadata.requires(package) or ():
        condition = _EXTRA.search(requirement.partition(";")[2])
        if condition is None or condition[1] in extras:
            yield requirement


def _size(package: str) -> int:
    """Bytes of a package's files, without what Python compiles."""
    found = metadata.distribution(package)
    files = [Path(str(found.locate_file(file))) for file in found.files or ()]
    if "editable" in (found.read_text("direct_url.json") or ""):
        # A checkout: what its wheel would install.
        name = str(importlib.import_module(package.replace("-", "_")).__file__)
        files += Path(name).parent.rglob("*")
    return sum(
        file.stat().st_size
        for file in files
        if file.suffix != ".pyc" and file.is_file()
    )


def sizes(packages: Iterable[str]) -> dict[str, int]:
    """
    Give the bytes of packages and of each that they need.

    Args:
        packages: Their names, perhaps with extras: `pydantic-ai-slim[openai]`.

    A requirement that is not installed is one for another platform or version.
    """
    found: dict[str, int] = {}
    waiting, seen = list(packages), set()
    while waiting:
        asked = _named(waiting.pop())
        if asked in seen:
            continue
        seen.add(asked)
        try:
            found[asked[0].lower().replace("_", "-")] = _size(asked[0])
        except metadata.PackageNotFoundError:
            continue
        waiting += _needed(*asked)
    return found
