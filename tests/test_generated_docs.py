"""The pages that `make docs` writes say what the code says."""

from __future__ import annotations

import importlib.util
import sys

import attrs
import pytest
from tests._paths import REPO

from modelwire.codecs import Limits

MAKERS = ["make_grammar_docs", "make_limit_docs", "make_loss_docs"]


def maker(name, monkeypatch):
    """Load a script of tools/, which import each other by their bare names."""
    monkeypatch.setattr(sys, "path", [*sys.path, str(REPO / "tools")])
    spec = importlib.util.spec_from_file_location(name, REPO / "tools" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", MAKERS)
def test_the_page_is_not_stale(name, tmp_path, monkeypatch):
    made = maker(name, monkeypatch)
    assert made.main(["--check"]) == 0, "run `make docs`"
    monkeypatch.setattr(made, "PAGE", tmp_path / "page.md")
    assert made.main(["--check"]) == 1
    assert made.main([]) == 0
    assert made.main(["--check"]) == 0
    page = (tmp_path / "page.md").read_text(encoding="utf-8")
    (tmp_path / "page.md").write_text(page + " ", encoding="utf-8")
    assert made.main(["--check"]) == 1


@pytest.mark.parametrize("name", MAKERS)
def test_tables_are_rectangular(name, monkeypatch):
    width = 0
    for line in maker(name, monkeypatch).render().replace("\\|", "").splitlines():
        if not line.startswith("|"):
            width = 0
            continue
        cells = line.count("|")
        assert width in (0, cells), line
        width = cells


def test_every_limit_is_on_its_page(monkeypatch):
    page = maker("make_limit_docs", monkeypatch).render()
    for field in attrs.fields(Limits):
        assert f"| `{field.name}` |" in page
