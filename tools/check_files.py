"""
House rules that no linter knows; `make lint` runs this.

Prints one line per finding, `path:line: what is wrong`, and ends with 1 if there are
any.  `FILE_RULES` look at one file at a time, `TREE_RULES` at the checkout;
CONTRIBUTING.md says what each is for.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent

MAX_LINES: Final = 600
GENERATED: Final = "# generated table"
"""In one of a module's first ten lines: the length limit does not apply."""

DIALECT_MODULES: Final = (
    "_wire",
    "_request",
    "_response",
    "_stream_decoder",
    "_stream_encoder",
    "_grammar",
    "_errors",
)

SKIPPED_FOLDERS: Final = frozenset(
    {
        "__pycache__",
        "build",
        "dist",
        "results",
        ".git",
        ".envs",
        ".venv",
        ".nox",
        ".hypothesis",
        ".mypy_cache",
        ".pytest_cache",
        ".ruff_cache",
    }
)

MACHINE_PATH: Final = re.compile(
    r"(?<![\w.~:/-])/(?:home|root|Users|work|workspace|var/folders)/\w"
    r"|\b[A-Z]:\\Users\\"
)
REGISTRY: Final = re.compile(
    r"\b(?:pypi|pythonhosted|npmjs|yarnpkg|crates)\.(?:org|com|io)\b"
    r"|index-url\W+\w+://"
)
LEFTOVER: Final = re.compile(r"\b(?:TODO|FIXME)\b")

Finding = tuple[Path, int, str]


def text_files() -> Iterator[tuple[Path, str]]:
    """Every text file of the checkout, with its content."""
    for folder, folders, names in os.walk(ROOT):
        folders[:] = sorted(
            name
            for name in folders
            if name not in SKIPPED_FOLDERS and not name.endswith(".egg-info")
        )
        for name in sorted(names):
            path = Path(folder, name)
            try:
                yield path, path.read_text(encoding="utf-8")
            except (UnicodeDecodeError, FileNotFoundError):
                continue  # binary, or gone since the listing


def top(path: Path) -> str:
    """The first part of the path below the root."""
    return path.relative_to(ROOT).parts[0]


def matches(
    path: Path, text: str, pattern: re.Pattern[str], what: str
) -> list[Finding]:
    """One finding for each line that the pattern matches."""
    if pattern.search(text) is None:
        return []
    return [
        (path, number, f"{what}: {found.group()}")
        for number, line in enumerate(text.splitlines(), 1)
        if (found := pattern.search(line))
    ]


def check_length(path: Path, text: str) -> list[Finding]:
    """A module that is read in one sitting."""
    lines = text.splitlines()
    if (
        path.suffix != ".py"
        or top(path) not in {"src", "tests"}
        or len(lines) <= MAX_LINES
        or any(GENERATED in line for line in lines[:10])
    ):
        return []
    return [(path, MAX_LINES, f"{len(lines)} lines, the limit is {MAX_LINES}")]


def check_machine_paths(path: Path, text: str) -> list[Finding]:
    """Nothing that holds on one machine only."""
    return matches(path, text, MACHINE_PATH, "a path of one machine")


def check_registries(path: Path, text: str) -> list[Finding]:
    """Where packages come from is for the installer's configuration to say."""
    return matches(path, text, REGISTRY, "a registry's address")


def check_leftovers(path: Path, text: str) -> list[Finding]:
    """Open ends belong to the tracker."""
    if top(path) != "src":
        return []
    return matches(path, text, LEFTOVER, "left over")


def check_readme() -> list[Finding]:
    """The README names the two commands that a newcomer needs."""
    path = ROOT / "README.md"
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    return [
        (path, 1, f"does not name `{command}`")
        for command in ("make demo", "make test")
        if command not in text
    ]


def check_dialects() -> list[Finding]:
    """Who knows one dialect package finds their way in every other."""
    found: list[Finding] = []
    for init in sorted((ROOT / "src/modelwire/codecs").glob("[!_]*/__init__.py")):
        names = {module.stem for module in init.parent.glob("*.py")}
        found += [
            (init.parent, 1, f"has no {name}.py")
            for name in DIALECT_MODULES
            if name not in names
        ]
        found += [
            (init.parent / f"{name}.py", 1, "a dialect's modules are private")
            for name in sorted(names)
            if not name.startswith("_")
        ]
    return found


FILE_RULES: Final[tuple[Callable[[Path, str], list[Finding]], ...]] = (
    check_length,
    check_machine_paths,
    check_registries,
    check_leftovers,
)
TREE_RULES: Final[tuple[Callable[[], list[Finding]], ...]] = (
    check_readme,
    check_dialects,
)


def main() -> int:
    """Apply every rule; 1 if anything was found."""
    found = [
        finding
        for path, text in text_files()
        for rule in FILE_RULES
        for finding in rule(path, text)
    ]
    for tree_rule in TREE_RULES:
        found += tree_rule()
    for path, line, what in found:
        print(f"{path.relative_to(ROOT)}:{line}: {what}")
    print(f"check_files: {len(found)} finding(s)")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
