"""
One value of every public class, made from its annotations.

A class that is new is found by itself; where annotations do not say enough, `SPECIAL`
does.
"""

from __future__ import annotations

import collections.abc
import enum
import importlib
import inspect
import types
import typing
from typing import Any

import attrs

from modelwire.errors import LocalError
from modelwire.testing import Gate

__all__ = ["MODULES", "make", "names_of", "public_classes", "same", "sample"]

MODULES = (
    "modelwire.adapt",
    "modelwire.codecs",
    "modelwire.codecs.anthropic_messages",
    "modelwire.codecs.gemini_generate",
    "modelwire.codecs.openai_chat",
    "modelwire.codecs.openai_responses",
    "modelwire.errors",
    "modelwire.framing",
    "modelwire.ir",
    "modelwire.sse",
    "modelwire.testing",
    "modelwire.translate",
    "modelwire.translate_operations",
    "modelwire.transports",
    "modelwire.transports.asgi",
    "modelwire.transports.endpoints",
)
DEPTH = 4
"""Below this, nothing that may be missing is filled in."""


def public_classes() -> dict[str, type]:
    """Give every class that a public module names, by module and name."""
    found: dict[str, type] = {}
    known: set[type] = set()
    for name in MODULES:
        module = importlib.import_module(name)
        for member in module.__all__:
            value = getattr(module, member)
            if inspect.isclass(value) and value not in known:
                known.add(value)
                found[f"{name.removeprefix('modelwire.')}.{member}"] = value
    return found


def answer(*_: Any, **__: Any) -> str:
    """Stand for any function; it has a name, so it pickles."""
    return "x"


class Unknown(Exception):  # noqa: N818
    """Nothing is known of an annotation."""


def names_of(cls: type) -> dict[str, Any]:
    """Give what annotations may name, also where only type checkers import it."""
    names: dict[str, Any] = {**vars(typing), **vars(collections.abc)}
    for module in MODULES:
        loaded = importlib.import_module(module)
        names |= {member: getattr(loaded, member) for member in loaded.__all__}
    for base in reversed(cls.__mro__):
        names |= vars(importlib.import_module(base.__module__))
    return names


def make(cls: type, *, full: bool = True, depth: int = 0) -> Any:
    """
    Make a value of an attrs class.

    Args:
        cls: The class.
        full: Whether fields with defaults are filled too.
        depth: How deep it stands.

    Returns:
        The value.

    Raises:
        Unknown: An annotation says too little.
    """
    hints = typing.get_type_hints(cls, localns=names_of(cls))
    given = {}
    for field in attrs.fields(cls):
        needed = field.default is attrs.NOTHING
        if not field.init or not (needed or (full and depth < DEPTH)):
            continue
        try:
            given[field.alias] = sample(hints[field.name], depth + 1)
        except Unknown:
            if needed:
                raise
    return cls(**given)


def sample(hint: Any, depth: int) -> Any:
    """Give a value of an annotation."""
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    plain = {str: "x", int: 1, float: 0.5, bool: True, bytes: b"x", type(None): None}
    if hint in plain:
        return plain[hint]
    if hint in (Any, object):
        return {"a": [1, None]}
    if origin is typing.Literal:
        return args[0]
    if origin in (typing.Union, types.UnionType):
        return _one_of(args, depth)
    if origin is tuple:
        kinds = args[:1] if args[-1:] == (...,) else args
        return tuple(sample(kind, depth) for kind in kinds)
    if origin is frozenset:
        return frozenset({sample(args[0], depth)})
    if origin in (dict, collections.abc.Mapping):
        return {sample(args[0], depth): sample(args[1], depth)}
    if origin in (list, collections.abc.Sequence, collections.abc.Iterable):
        return [sample(args[0], depth)]
    if origin is collections.abc.Callable:
        return answer
    if hint in (dict, collections.abc.Mapping):
        return {"a": 1}
    if inspect.isclass(hint) and issubclass(hint, enum.Enum):
        return next(iter(hint))
    if inspect.isclass(hint) and issubclass(hint, BaseException):
        return hint("x")
    if attrs.has(hint):
        return make(hint, full=depth < DEPTH, depth=depth)
    raise Unknown(hint)


def _one_of(kinds: Any, depth: int) -> Any:
    if depth >= DEPTH and type(None) in kinds:
        return None
    for kind in kinds:
        if kind is type(None):
            continue
        try:
            return sample(kind, depth)
        except (Unknown, LocalError, TypeError, ValueError):
            continue
    if type(None) in kinds:
        return None
    raise Unknown(kinds)


def same(a: Any, b: Any) -> bool:
    """Say whether two values are equal in every field, those outside eq included."""
    if type(a) is not type(b):
        return False
    if attrs.has(type(a)):
        names = [field.name for field in attrs.fields(type(a))]
        return all(same(getattr(a, name), getattr(b, name)) for name in names)
    if isinstance(a, Gate):
        return a.is_open is b.is_open
    if isinstance(a, BaseException):
        return same(a.args, b.args) and same(vars(a), vars(b))
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    return bool(a == b)
