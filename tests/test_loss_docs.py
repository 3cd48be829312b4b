"""docs/losses.md says what the code says."""

from __future__ import annotations

import importlib.util

from tests._paths import REPO

from modelwire import codecs
from modelwire.ir import LossCode


def _maker():
    path = REPO / "tools" / "make_loss_docs.py"
    spec = importlib.util.spec_from_file_location("make_loss_docs", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_not_stale(tmp_path, monkeypatch):
    maker = _maker()
    assert maker.main(["--check"]) == 0, "run `make docs`"
    monkeypatch.setattr(maker, "PAGE", tmp_path / "losses.md")
    assert maker.main(["--check"]) == 1
    assert maker.main([]) == 0
    assert maker.main(["--check"]) == 0
    page = (tmp_path / "losses.md").read_text(encoding="utf-8")
    (tmp_path / "losses.md").write_text(page + " ", encoding="utf-8")
    assert maker.main(["--check"]) == 1


def test_every_code_and_every_variant_is_on_the_page():
    page = _maker().render()
    assert [code for code in LossCode if f"| `{code}` |" not in page] == []
    for dialect in codecs.DIALECTS:
        for name in codecs.get(dialect).PROFILES:
            assert f"`{name}`" in page, (dialect, name)


def test_tables_are_rectangular():
    width = 0
    for line in _maker().render().replace("\\|", "").splitlines():
        if not line.startswith("|"):
            width = 0
            continue
        cells = line.count("|")
        assert width in (0, cells), line
        width = cells
