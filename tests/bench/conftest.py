"""The modules of bench/, loaded as its scripts load each other, and unloaded again."""

from __future__ import annotations

import importlib
import sys

import pytest
from tests._paths import REPO

from modelwire.codecs import _json

BENCH = REPO / "bench"


@pytest.fixture(scope="module")
def bench():
    """Give a function that loads a module of bench/ by its name."""
    before, backend = dict(sys.modules), _json.BACKEND
    sys.path.insert(0, str(BENCH))
    yield importlib.import_module
    sys.path.remove(str(BENCH))
    for name in set(sys.modules) - set(before):
        if str(getattr(sys.modules[name], "__file__", "")).startswith(str(BENCH)):
            del sys.modules[name]
    _json._use(backend)
