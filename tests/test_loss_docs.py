"""docs/losses.md says what the code says."""

from __future__ import annotations

import importlib.util
import sys

from tests._paths import REPO

from modelwire import codecs
from modelwire.ir import LossCode


def _maker(monkeypatch):
    monkeypatch.setattr(sys, "path", [*sys.path, str(REPO / "tools")])
    path = REPO / "tools" / "make_loss_docs.py"
    spec = importlib.util.spec_from_file_location("make_loss_docs", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_code_and_every_variant_is_on_the_page(monkeypatch):
    page = _maker(monkeypatch).render()
    assert [code for code in LossCode if f"| `{code}` |" not in page] == []
    for dialect in codecs.DIALECTS:
        for name in codecs.get(dialect).PROFILES:
            assert f"`{name}`" in page, (dialect, name)
