"""
The sessions of the Makefile for those who prefer nox, and for Windows.

    nox                      tests on every Python that is found, lint, types
    nox -s tests-3.12 -- -k sse
"""

from __future__ import annotations

import nox

nox.needs_version = ">=2025.2.9"
nox.options.sessions = ["tests", "lint", "types"]
nox.options.error_on_missing_interpreters = False

PYPROJECT = nox.project.load_toml("pyproject.toml")
PYTHONS = nox.project.python_versions(PYPROJECT)
# Tests that share something expensive stay on one worker.
PARALLEL = ("-n", "2", "--dist", "loadgroup")
EVERYTHING = ("-e", ".[speed,httpx,httpx2,serve,testing]")


def install(session: nox.Session, *groups: str) -> None:
    """The project in place with all extras, and dependency groups."""
    session.install(*EVERYTHING, *nox.project.dependency_groups(PYPROJECT, *groups))


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """The suite, with orjson and with the standard library's JSON."""
    install(session, "test", "clients")
    session.run("pytest", *PARALLEL, *session.posargs)
    session.run("pytest", *PARALLEL, "--json-backend=stdlib", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """ruff, and the rules that no linter knows."""
    session.install(*nox.project.dependency_groups(PYPROJECT, "lint"))
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("python", "tools/check_files.py")


@nox.session
def types(session: nox.Session) -> None:
    """Type checks of the package, and how much of its interface is typed."""
    install(session, "types", "clients")
    session.run("mypy", "--strict")
    session.run("pyright", "src/modelwire")
    session.run("pyright", "--verifytypes", "modelwire", "--ignoreexternal")
