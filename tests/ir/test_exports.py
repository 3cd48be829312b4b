"""`modelwire.ir` exports what its modules do, and loads it when asked."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys

import pytest
from tests._paths import SOURCE

from modelwire import ir

# What a module offers to its siblings only.
INTERNAL = {"_blocks": None, "_base": {"Node"}}
HOMES = {
    name: home if "." in home else f"modelwire.ir.{home}"
    for name, home in ir._HOMES.items()
}


def modules():
    found = (path.stem for path in (SOURCE / "ir").glob("_[a-z]*.py"))
    return sorted(name for name in found if not name.startswith("_fast"))


def test_exports_are_the_modules_own():
    expected = set()
    for name in modules():
        hidden = INTERNAL.get(name, set())
        if hidden is None:
            continue
        expected |= (
            set(importlib.import_module(f"modelwire.ir.{name}").__all__) - hidden
        )
    errors = {name for name, home in HOMES.items() if home == "modelwire.errors"}
    assert set(ir.__all__) == expected | errors
    assert errors >= {"ErrorInfo", "ErrorKind", "ERROR_KINDS"}


@pytest.mark.parametrize("name", ir.__all__)
def test_each_name_is_there(name):
    home = importlib.import_module(HOMES[name])
    assert getattr(ir, name) is getattr(home, name)


def test_type_checkers_see_the_same_names():
    tree = ast.parse((SOURCE / "ir" / "__init__.py").read_text(encoding="utf-8"))
    block = next(n for n in tree.body if isinstance(n, ast.If))
    ours = [i for i in block.body if i.module.startswith("modelwire.")]
    assert {a.asname: i.module for i in ours for a in i.names} == HOMES


def test_unknown_names_and_dir():
    with pytest.raises(AttributeError, match="NoSuch"):
        _ = ir.NoSuch
    assert set(dir(ir)) == set(ir.__all__)


def test_a_stream_decoder_does_not_load_the_request_model():
    code = (
        "import sys, modelwire.ir._chunks\n"
        "loaded = [m for m in sys.modules if m.startswith('modelwire.ir.')]\n"
        "assert 'modelwire.ir._request' not in loaded, loaded\n"
        "assert 'modelwire.ir._tools' not in loaded, loaded"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
