"""Packages that load what they export when it is asked for."""

from __future__ import annotations

import importlib

import pytest

LAZY = (
    "modelwire.adapt",
    "modelwire.framing",
    "modelwire.ir",
    "modelwire.sse",
    "modelwire.testing",
    "modelwire.transports",
)


@pytest.mark.parametrize("package", LAZY)
def test_they_list_what_they_export(package):
    module = importlib.import_module(package)
    assert dir(module) == sorted(module.__all__)
    for name in module.__all__:
        assert getattr(module, name) is getattr(module, name)


@pytest.mark.parametrize("package", LAZY)
def test_they_have_nothing_else(package):
    module = importlib.import_module(package)
    with pytest.raises(AttributeError, match=f"'{package}' has no attribute 'nothing'"):
        module.nothing  # noqa: B018 - asking is enough
