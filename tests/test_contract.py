"""The names of the design are there, public names are what `__all__` says."""

from __future__ import annotations

import importlib
import subprocess
import sys
import typing

import pytest
from tests._paths import SHARED, needs_shared

from modelwire import codecs

PUBLIC = [
    "modelwire",
    "modelwire.codecs",
    "modelwire.errors",
    "modelwire.framing",
    "modelwire.ir",
    "modelwire.sse",
    "modelwire.testing",
    "modelwire.translate",
]


@needs_shared
def test_every_name_of_the_contract_is_there():
    script = SHARED / "tools" / "contract.py"
    done = subprocess.run(
        [sys.executable, str(script)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", PUBLIC)
def test_all_is_real(name):
    module = importlib.import_module(name)
    exported = list(module.__all__)
    assert len(exported) == len(set(exported))
    for item in exported:
        assert getattr(module, item) is not None
    assert set(exported) <= set(dir(module))


@pytest.mark.parametrize("name", PUBLIC)
def test_unknown_names_raise_attribute_error(name):
    with pytest.raises(AttributeError):
        _ = importlib.import_module(name).no_such_name


@pytest.mark.parametrize("dialect", codecs.DIALECTS)
def test_registry_gives_the_module(dialect):
    module = codecs.get(dialect)
    assert dialect == module.DIALECT
    assert getattr(codecs, dialect.replace("-", "_")) is module


def test_the_literal_names_every_dialect():
    assert typing.get_args(codecs.Dialect) == codecs.DIALECTS


def test_unknown_dialect_is_a_lookup_error():
    with pytest.raises(LookupError, match="openai-chat"):
        codecs.get("no-such-dialect")
