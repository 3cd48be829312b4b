"""Dialect packages load what they export when it is asked for (`codecs._lazy`)."""

import importlib

import pytest

from modelwire.codecs import DIALECTS, get


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_dialect_lists_what_it_exports(dialect):
    module = get(dialect)
    assert dir(module) == sorted(module.__all__)
    for name in module.__all__:
        assert getattr(module, name) is getattr(module, name)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_dialect_has_nothing_else(dialect):
    package = importlib.import_module(get(dialect).__name__)
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        package.nothing  # noqa: B018 - asking is enough
