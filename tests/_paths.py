"""Where things are: the repository, and the shared material beside it (if any)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import modelwire

REPO = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("MODELWIRE_SHARED", REPO.parent / "shared"))
# The package under test: the checkout, or the installed wheel.
SOURCE = Path(modelwire.__file__).resolve().parent

needs_shared = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the shared material is not beside the repository"
)
