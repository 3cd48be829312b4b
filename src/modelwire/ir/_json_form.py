"""
The JSON form of IR values: for logs, caches, fixtures, and other processes.

    {"modelwire": 1, "type": "ChatRequest", "value": {...}}

Objects hold the fields of their class; a field that equals its default is left out.
Where a field can hold one of several classes the object names its own in `$type`.
The form is exact: `from_json(to_json(value)) == value`, numbers keep their type, JSON
that the IR keeps verbatim (`extra`, schemas, `raw` of unknown parts) stays verbatim.
Bytes (files, audio) are base64 text.
The native events beside chunks and usage (`raw` outside equality) are not part of it.

cattrs is imported on first use: a stream decoder does not pay for it.
"""

from __future__ import annotations

import base64
import binascii
import functools
import importlib
import types
import typing
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, NoReturn, cast

import attrs

from modelwire.errors import InvalidIRError
from modelwire.ir._loss_codes import LossCode

if TYPE_CHECKING:
    from cattrs import Converter

__all__ = ["JSON_VERSION", "from_json", "to_json"]

JSON_VERSION: Final = 1
"""The version of the form; one that this release does not know is refused."""

_TAG: Final = "$type"
_LOSS_CODES: Final = frozenset(code.value for code in LossCode)
_UNIONS: Final = (
    "Part",
    "Source",
    "Tool",
    "StreamChunk",
    "ImageSource",
    "ImageChunk",
    "SpeechChunk",
    "TranscriptionChunk",
)


def to_json(value: Any) -> dict[str, Any]:
    """
    Give the JSON form of an IR value.

    Args:
        value: An instance of any class of `modelwire.ir`.

    Returns:
        A new JSON object; nothing in it is shared with *value*.

    Raises:
        InvalidIRError: It is of no such class, or holds what JSON cannot say.
    """
    name = type(value).__name__
    if _classes().get(name) is not type(value):
        msg = f"{name} is not a class of modelwire.ir"
        raise InvalidIRError(msg)
    try:
        body = _converter().unstructure(value)
    except RecursionError:
        msg = f"the {name} nests too deep"
        raise InvalidIRError(msg) from None
    body.pop(_TAG, None)
    return {"modelwire": JSON_VERSION, "type": name, "value": body}


def from_json(data: Mapping[str, Any]) -> Any:
    """
    Give the IR value of a JSON form.

    Args:
        data: What `to_json` gave, or the same read from JSON text.

    Returns:
        The value; it shares nothing with *data*.

    Raises:
        InvalidIRError: *data* is no such form, or one of another version; the message
            names every fault and its path, never a value.
    """
    given: Any = data  # from outside: the annotation is a hope
    if not isinstance(given, Mapping) or "modelwire" not in given:
        msg = "not a JSON form of modelwire: an object with 'modelwire' is expected"
        raise InvalidIRError(msg)
    version = data["modelwire"]
    if version != JSON_VERSION or isinstance(version, bool):
        msg = f"JSON form of version {version!r}, and only {JSON_VERSION} is known"
        raise InvalidIRError(msg)
    name = data.get("type")
    cls = _classes().get(name) if isinstance(name, str) else None
    if cls is None:
        msg = f"JSON form of an unknown type {name!r}"
        raise InvalidIRError(msg)
    from cattrs import BaseValidationError, transform_error  # noqa: PLC0415

    try:
        return _converter().structure(data.get("value"), cls)
    except RecursionError:
        msg = f"the JSON form of {name} nests too deep"
        raise InvalidIRError(msg) from None
    except BaseValidationError as error:
        faults = "; ".join(transform_error(error, format_exception=_describe))
        msg = f"not a JSON form of {name}: {faults}"
        raise InvalidIRError(msg) from None
    except (TypeError, ValueError, KeyError) as error:
        msg = f"not a JSON form of {name}: {error}"
        raise InvalidIRError(msg) from None


@functools.cache
def _classes() -> dict[str, type]:
    """Every attrs class that `modelwire.ir` exports, by name."""
    ir = importlib.import_module("modelwire.ir")
    found = (getattr(ir, name) for name in ir.__all__)
    return {
        item.__name__: item
        for item in found
        if isinstance(item, type) and attrs.has(item)
    }


@functools.cache
def _converter() -> Converter:
    from cattrs import Converter, override  # noqa: PLC0415
    from cattrs.gen import (  # noqa: PLC0415
        make_dict_structure_fn,
        make_dict_unstructure_fn,
    )

    ir = importlib.import_module("modelwire.ir")
    members = {
        cls: name for name in _UNIONS for cls in typing.get_args(getattr(ir, name))
    }
    known = frozenset(_classes().values())
    converter = Converter(unstruct_collection_overrides={tuple: list})

    def hidden(cls: type) -> dict[str, Any]:
        return {
            field.name: override(omit=True)
            for field in attrs.fields(cls)
            if field.eq is False
        }

    def is_node(kind: Any) -> bool:
        return isinstance(kind, type) and kind in known

    def reader(cls: type) -> Callable[[Any, Any], Any]:
        attrs.resolve_types(cls)
        read: Any = make_dict_structure_fn(
            cls, converter, _cattrs_forbid_extra_keys=True, **hidden(cls)
        )
        return _reading(read, cls, tagged=cls in members)

    def writer(cls: type) -> Callable[[Any], Any]:
        attrs.resolve_types(cls)
        write: Any = make_dict_unstructure_fn(
            cls, converter, _cattrs_omit_if_default=True, **hidden(cls)
        )
        return _tagging(write, cls.__name__) if cls in members else write

    def is_union(kind: Any) -> bool:
        classes = _alternatives(kind)
        return len(classes) > 1 and all(cls in members for cls in classes)

    def union_reader(kind: Any) -> Callable[[Any, Any], Any]:
        return _union_hook(converter, _alternatives(kind), _accepts_none(kind))

    def tuple_reader(kind: Any) -> Callable[[Any, Any], Any]:
        return _tuple_hook(converter, typing.get_args(kind))

    for kind in (str, int, bool):
        converter.register_structure_hook(kind, _exact(kind))
    converter.register_structure_hook(float, _number)
    converter.register_structure_hook(bytes, _bytes)
    converter.register_unstructure_hook(bytes, _coded)
    converter.register_structure_hook(LossCode, _loss_code)
    converter.register_unstructure_hook(LossCode, _value)
    converter.register_structure_hook_func(_is_json, _read_json)
    converter.register_unstructure_hook_func(_is_json, _plain)
    converter.register_structure_hook_func(_is_text_or_object, _read_text_or_object)
    converter.register_unstructure_hook_func(_is_text_or_object, _plain)
    converter.register_structure_hook_factory(_is_tuple, tuple_reader)
    converter.register_structure_hook_factory(is_node, reader)
    converter.register_unstructure_hook_factory(is_node, writer)
    converter.register_structure_hook_factory(is_union, union_reader)
    converter.register_unstructure_hook_func(is_union, converter.unstructure)
    return converter


# --- what an annotation says --------------------------------------------------------


def _arguments(kind: Any) -> tuple[Any, ...]:
    """Give the members of a union, or nothing."""
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        return typing.get_args(kind)
    return ()


def _alternatives(kind: Any) -> tuple[Any, ...]:
    return tuple(item for item in _arguments(kind) if item is not type(None))


def _accepts_none(kind: Any) -> bool:
    return type(None) in _arguments(kind)


def _is_json(kind: Any) -> bool:
    return kind is Any or kind == dict[str, Any]


def _is_text_or_object(kind: Any) -> bool:
    return set(_alternatives(kind)) == {str, dict[str, Any]}


def _is_tuple(kind: Any) -> bool:
    return typing.get_origin(kind) is tuple


# --- reading and writing ------------------------------------------------------------


class _FaultError(ValueError):
    """A fault of the form; its text may be shown."""


def _describe(error: BaseException, _kind: type | None) -> str:
    """Describe a fault without the value that it stands in."""
    from cattrs.errors import ForbiddenExtraKeysError  # noqa: PLC0415

    if isinstance(error, _FaultError):
        return str(error)
    if isinstance(error, RecursionError):
        return "it nests too deep"
    if isinstance(error, KeyError):
        return f"{error.args[0]} is missing"
    if isinstance(error, ForbiddenExtraKeysError):
        return f"unknown fields ({', '.join(sorted(error.extra_fields))})"
    return "a value that this field cannot hold"


def _exact(kind: type) -> Callable[[Any, Any], Any]:
    """Make a reader that takes instances of *kind* and converts nothing."""

    def read(value: Any, _kind: Any) -> Any:
        if type(value) is not kind:
            _refuse(kind.__name__, value)
        return value

    return read


def _number(value: Any, _kind: Any) -> Any:
    # 1 stays 1 and 1.0 stays 1.0: the two are different bytes on the wire.
    if type(value) not in (int, float):
        _refuse("number", value)
    return value


def _bytes(value: Any, _kind: Any) -> bytes:
    if not isinstance(value, str):
        _refuse("base64 text", value)
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        _refuse("base64 text", value)


def _coded(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _loss_code(value: Any, _kind: Any) -> LossCode:
    if value not in _LOSS_CODES:
        _refuse("a loss code", value)
    return LossCode(value)


def _value(code: LossCode) -> str:
    return code.value


def _refuse(expected: str, value: object) -> NoReturn:
    msg = f"expected {expected}, got {type(value).__name__}"
    raise _FaultError(msg)


def _plain(value: Any) -> Any:
    """Copy JSON; mappings of any kind become objects."""
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            msg = "JSON objects have text as keys"
            raise InvalidIRError(msg)
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    msg = f"{type(value).__name__} is not JSON"
    raise InvalidIRError(msg)


def _read_json(value: Any, kind: Any) -> Any:
    if kind is not Any and not isinstance(value, dict):
        _refuse("object", value)
    return _plain(value)


def _read_text_or_object(value: Any, kind: Any) -> Any:
    if value is None and _accepts_none(kind):
        return None
    if not isinstance(value, str | dict):
        _refuse("str or object", value)
    return _plain(value)


def _tuple_hook(
    converter: Converter, arguments: tuple[Any, ...]
) -> Callable[[Any, Any], Any]:
    """Make a reader of arrays; `...` at the end means any number of the first."""
    from cattrs import (  # noqa: PLC0415
        BaseValidationError,
        IterableValidationError,
        IterableValidationNote,
    )

    fixed = None if arguments[-1] is Ellipsis else len(arguments)
    group = cast("Any", IterableValidationError)  # pyright sees the base's arguments

    def read(value: Any, kind: Any) -> Any:
        if not isinstance(value, list | tuple):
            _refuse("array", value)
        if fixed is not None and len(value) != fixed:
            msg = f"expected {fixed} items, got {len(value)}"
            raise _FaultError(msg)
        read_items: list[Any] = []
        faults: list[Exception] = []
        for number, item in enumerate(value):
            item_kind = arguments[0 if fixed is None else number]
            try:
                read_items.append(converter.structure(item, item_kind))
            except (BaseValidationError, ValueError, TypeError, KeyError) as error:
                # cattrs reads the number out of the note when it names the path.
                where = f"item {number}"
                error.add_note(IterableValidationNote(where, number, item_kind))
                faults.append(error)
        if faults:
            msg = "an array with faults"
            raise group(msg, faults, kind)
        return tuple(read_items)

    return read


def _reading(
    read: Callable[[Any, Any], Any], cls: type, *, tagged: bool
) -> Callable[[Any, Any], Any]:
    """Make a reader of one class, which takes its tag off."""

    def take(value: Any, kind: Any) -> Any:
        if not isinstance(value, Mapping):
            _refuse("object", value)
        if tagged and _TAG in value:
            value = {key: item for key, item in value.items() if key != _TAG}
        return read(value, kind)

    take.__name__ = f"read_{cls.__name__}"
    return take


def _tagging(write: Callable[[Any], Any], name: str) -> Callable[[Any], Any]:
    def write_tagged(value: Any) -> Any:
        return {_TAG: name, **write(value)}

    return write_tagged


def _union_hook(
    converter: Converter,
    classes: tuple[type, ...],
    optional: bool,  # noqa: FBT001
) -> Callable[[Any, Any], Any]:
    by_name = {cls.__name__: cls for cls in classes}

    def read(value: Any, _kind: Any) -> Any:
        if value is None and optional:
            return None
        name = value.get(_TAG) if isinstance(value, Mapping) else None
        cls = by_name.get(name) if isinstance(name, str) else None
        if cls is None:
            msg = f"expected an object with a known {_TAG}, got {name!r}"
            raise _FaultError(msg)
        return converter.structure(value, cls)

    return read
