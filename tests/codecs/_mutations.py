"""Comparing two readers: every change of a JSON value, and readers taken away."""

from __future__ import annotations

import copy
import importlib

__all__ = ["mutations", "package", "replacements", "without"]

VALUES = (None, "", "auto", 0, -1, 7, 2.0, 2.5, True, [], {}, ["x"], [{}], {"x": 1})
"""What stands in the place of another value: each type, empty and not."""


def _places(value, path=()):
    """Give the path of everything inside *value*."""
    if isinstance(value, dict):
        members = value.items()
    elif isinstance(value, list):
        members = enumerate(value)
    else:
        return
    for key, inner in members:
        yield (*path, key)
        yield from _places(inner, (*path, key))


def _at(value, path):
    for key in path:
        value = value[key]
    return value


def replacements(body, values):
    """Give copies of *body*, each with one of *values* in one place, or beside it."""
    for path in _places(body):
        *above, key = path
        for value in values:
            changed = copy.deepcopy(body)
            _at(changed, above)[key] = value
            yield changed
    for path in [(), *_places(body)]:
        if isinstance(_at(body, path), dict):
            for value in values:
                changed = copy.deepcopy(body)
                _at(changed, path)["unheard_of"] = value
                yield changed


def mutations(body):
    """
    Give copies of *body*, each changed in one place.

    A value is replaced by each of `VALUES` or left out; an object gets a field that
    nobody knows, with a value and with null; an array its first entry once more.
    """
    for path in _places(body):
        *above, key = path
        for value in VALUES:
            changed = copy.deepcopy(body)
            _at(changed, above)[key] = copy.deepcopy(value)
            yield changed
        changed = copy.deepcopy(body)
        del _at(changed, above)[key]
        yield changed
    for path in [(), *_places(body)]:
        inner = _at(body, path)
        if isinstance(inner, dict):
            for value in ("more", None):
                changed = copy.deepcopy(body)
                _at(changed, path)["unheard_of"] = value
                yield changed
        elif isinstance(inner, list) and inner:
            changed = copy.deepcopy(body)
            _at(changed, path).append(copy.deepcopy(inner[0]))
            yield changed


def package(dialect, module):
    """Import a module of a dialect's codec."""
    name = dialect.replace("-", "_")
    return importlib.import_module(f"modelwire.codecs.{name}.{module}")


def without(monkeypatch, dialect, places):
    """Let the quick ways that a dialect asks at *places* read nothing."""
    for place in places:
        module, name = place.split(".")
        owner = package(dialect, module)
        gone = {} if isinstance(getattr(owner, name), dict) else (lambda *_: None)
        monkeypatch.setattr(owner, name, gone)
