"""A fresh interpreter that measures nothing but what it is asked."""

from __future__ import annotations

import os
import subprocess
import sys

__all__ = ["ALONE", "run_fresh"]

ALONE = {
    name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")
}
"""The environment without what makes coverage start, which loads sockets itself."""


def run_fresh(code: str) -> str:
    """Run *code* in it, and give what it printed."""
    done = subprocess.run(
        [sys.executable, "-I", "-c", code],
        env=ALONE,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
